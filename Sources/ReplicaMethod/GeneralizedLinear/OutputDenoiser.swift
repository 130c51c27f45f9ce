// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
import RealModule
package import SaddlepointNumerics
import Synchronization

/// g_out(y, w, V) = (E[z|y,w] - w)/V, which message passing applies to each measured value, with its derivative in w.
///
/// z - w is Gaussian of variance V given w. E[g_out^2] over y and w of variance q = 1 - V is the G of ``OutputPoint``.
///
/// Source: theory sheet *phase retrieval bayes*, section 1.2; arXiv:1708.03395.
package final class OutputDenoiser: Sendable {
  /// Value and derivative at y and w; in the complex field w is a modulus, the value the part along w, and the derivative
  /// that in w at a fixed conjugate of w.
  package typealias Function = @Sendable (_ y: Double, _ w: Double) -> (g: Double, slope: Double)

  private enum Kind {
    case linear
    case sign
    /// y = |z + sqrt(D) n|, or its square.
    case modulus(isSquare: Bool)
    case complexModulus(isSquare: Bool)
    /// y = max(z, 0) without noise.
    case rectified
    /// f(z) = slope |z| for z < 0 and for z > 0.
    case piecewise(negative: Double, positive: Double)
    case quadrature(@Sendable (Double) -> Double, marks: [Double])
  }

  private let kind: Kind
  private let noise: Double
  private let grids = Mutex<[Int: ChannelGrid]>([:])

  /// The function of a measurement, of which only channel, field and noise enter.
  ///
  /// - Throws: `GSLError` for complex numbers with noise outside the modulus.
  package init(_ measurement: Measurement) throws(GSLError) {
    noise = measurement.noise
    let isNoiseless = noise == 0
    switch (measurement.channel, measurement.field) {
    case (.modulus, .real): kind = .modulus(isSquare: false)
    case (.modulusAdditive, .real):
      kind = isNoiseless ? .modulus(isSquare: false) : .piecewise(negative: 1, positive: 1)
    case (.intensity, .real) where isNoiseless: kind = .modulus(isSquare: true)
    case (.modulus, .complex): kind = .complexModulus(isSquare: false)
    case (.modulusAdditive, .complex) where isNoiseless: kind = .complexModulus(isSquare: false)
    case (.intensity, .complex) where isNoiseless: kind = .complexModulus(isSquare: true)
    case (.linear, _): kind = .linear
    case (.sign, _): kind = .sign
    case (.relu, _): kind = isNoiseless ? .rectified : .piecewise(negative: 0, positive: 1)
    case (_, .complex): throw .invalid("no message passing for complex \(measurement.channel) with noise outside")
    case (.intensity, .real), (.expression, .real):
      let f = measurement.noiseless
      kind = .quadrature(f, marks: QuadratureOutput.marks(of: f))
    }
  }

  /// The function at a variance of z - w.
  ///
  /// - Parameter v: V > 0.
  /// - Returns: g_out and its derivative.
  /// - Throws: `GSLError` for a variance or a noise too small for the quadrature of a channel without closed form.
  /// - Complexity: some special functions a call; hundreds of exponentials for a channel without closed form.
  package func at(variance v: Double) throws(GSLError) -> Function {
    let (u, noise) = (v + noise, noise)
    switch kind {
    case .linear: return { y, w in ((y - w) / u, -1 / u) }
    case .sign: return { y, w in Self.signed(y, w, u) }
    case .rectified:
      return { y, w in y > 0 ? ((y - w) / v, -1 / v) : Self.signed(-1, w, v) }
    case .modulus(let isSquare):
      return { datum, w in
        let y = isSquare ? datum.squareRoot() : datum
        let t = Double.tanh(y * w / u)
        return ((y * t - w) / u, (y * y * (1 - t) * (1 + t) / u - 1) / u)
      }
    case .complexModulus(let isSquare):
      return { datum, w in
        let r = isSquare ? datum.squareRoot() : datum
        let (_, deficit) = ComplexModulusOutput.bessel(2 * r * w / u)
        return ((r * (1 - deficit) - w) / u, (r * r * deficit * (2 - deficit) / u - 1) / u)
      }
    case .piecewise(let negative, let positive):
      let sides = [Side(-1, slope: negative, v, noise), Side(1, slope: positive, v, noise)]
      return { y, w in
        let (a, b) = (sides[0].logDerivatives(y, w), sides[1].logDerivatives(y, w))
        let share = 1 / (1 + Double.exp(a.log - b.log))
        let (p, difference) = (1 - share, b.first - a.first)
        return (
          p * a.first + share * b.first, p * a.second + share * b.second + p * share * difference * difference
        )
      }
    case .quadrature(let f, let marks):
      let level = try ChannelGrid.level(variance: v)
      let grid: ChannelGrid
      if let known = grids.withLock({ $0[level] }) {
        grid = known
      } else {
        grid = try ChannelGrid(f, noise: noise, isEven: false, marks: marks, level: level)
        grids.withLock { $0[level] = grid }
      }
      return { y, w in grid.denoised(y, w, image: f(w), variance: v, noise: noise) }
    }
  }

  /// y = sign(z + noise), with U the variance of noise and z - w together.
  private static func signed(_ y: Double, _ w: Double, _ u: Double) -> (g: Double, slope: Double) {
    let root = u.squareRoot()
    let h = y * w / root
    let hazard = Special.hazard(-h)
    return (y * hazard / root, -hazard * (h + hazard) / u)
  }

  /// The part of Z_out that comes from one sign of z, on which f(z) = slope |z|: N(y; slope s w, S) Phi(m/t).
  private struct Side: Sendable {
    private let sign: Double
    private let slope: Double
    private let v: Double
    private let noise: Double
    /// S = slope^2 V + D.
    private let total: Double
    /// t^2 = V D/S, the variance of |z| given y and this sign, before it is cut at 0.
    private let t: Double

    init(_ sign: Double, slope: Double, _ v: Double, _ noise: Double) {
      (self.sign, self.slope, self.v, self.noise) = (sign, slope, v, noise)
      total = slope * slope * v + noise
      t = (v * noise / total).squareRoot()
    }

    /// The logarithm of the part, and two derivatives of it in w.
    func logDerivatives(_ y: Double, _ w: Double) -> (log: Double, first: Double, second: Double) {
      let distance = y - slope * sign * w
      let x = (y * slope * v + sign * w * noise) / (total * t)
      let hazard = Special.hazard(-x)
      let rate = noise / (total * t)
      return (
        -0.5 * (distance * distance / total + Double.log(total)) + Special.logErfc(-x / 2.0.squareRoot()),
        sign * (slope * distance / total + rate * hazard), -slope * slope / total - rate * rate * hazard * (hazard + x)
      )
    }
  }
}

extension ChannelGrid {
  /// g_out and its derivative for y = f(z) + sqrt(D) n.
  ///
  /// Panels are bounded by the largest exponent of their middles: what is 45 below it, or more, does not count.
  fileprivate func denoised(
    _ y: Double, _ w: Double, image: Double, variance v: Double, noise: Double
  ) -> (g: Double, slope: Double) {
    let (a, b) = (0.5 / v, 0.5 / noise)
    let order = Self.order
    func panels(above exponent: Double) -> Range<Int> {
      let radius = ((45 - exponent) / a).squareRoot()
      let first = index(of: w - radius) / order
      return first..<max(first, min(z.count, index(of: w + radius) + order - 1) / order)
    }
    var best = -b * (y - image) * (y - image)
    for panel in panels(above: best) {
      let middle = panel * order + order / 2
      let (d, e) = (z[middle] - w, y - images[middle])
      best = max(best, -a * d * d - b * e * e)
    }
    let spread = v.squareRoot()
    let range = panels(above: best)
    var (mass, first, second) = (0.0, 0.0, 0.0)
    for j in (range.lowerBound * order)..<(range.upperBound * order) {
      let (d, e) = (z[j] - w, y - images[j])
      let exponent = -a * d * d - b * e * e - best
      guard exponent > -45 else { continue }
      let weight = weights[j] * Double.exp(exponent)
      let x = d / spread
      mass += weight
      first += weight * x
      second += weight * x * x
    }
    let mean = first / mass
    return (mean / spread, (second / mass - mean * mean - 1) / v)
  }
}
