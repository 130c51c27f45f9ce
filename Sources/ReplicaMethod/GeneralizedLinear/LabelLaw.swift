// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
import RealModule
package import SaddlepointNumerics

/// The law of a measured value together with h(y) = E[|z|^2 | y], for channels that do not see the sign of z.
///
/// Source: theory sheet *phase retrieval bayes*, sections 2.1 and 3.
package struct LabelLaw: Sendable {
  /// Nodes of a quadrature over y, increasing.
  package private(set) var y: [Double] = []
  /// Their weights, which add up to 1 up to the error of the rule.
  package private(set) var weights: [Double] = []
  /// h at the nodes.
  package private(set) var h: [Double] = []
  /// The infimum of h.
  package let lowest: Double

  /// The law, with panels of the quadrature ending at the given values of y.
  ///
  /// - Parameters:
  ///   - measurement: channel, field and noise; the prior does not enter.
  ///   - breakPoints: values of y at which integrands jump.
  /// - Throws: `GSLError` for a channel that is not even or has no law of its own here.
  package init(_ measurement: Measurement, breakPoints: [Double] = []) throws(GSLError) {
    let noise = measurement.noise
    let isComplex = measurement.field == .complex
    let rule = try FixedRule.gaussLegendre(20)
    if noise == 0 || measurement.channel == .modulus {
      // y = sqrt(1+D) x with |x| as without noise; h = 1 + (x^2 - 1)/(1+D). An intensity is the square.
      lowest = noise / (1 + noise)
      let scale = (1 + noise).squareRoot()
      let isSquare = measurement.channel == .intensity
      var ends: [Double] = [0]
      var end = 1e-9
      while end < 0.15 {
        ends.append(end)
        end *= 4
      }
      while end < 9.4 {
        ends.append(end)
        end += 0.15
      }
      let breaks = breakPoints.map { isSquare ? max(0, $0).squareRoot() : $0 / scale }
      ends += Self.graded(breaks, in: 0...9.4, unit: 0.4)
      ends.sort()
      for (a, b) in zip(ends, ends.dropFirst()) where b > a {
        let half = 0.5 * (b - a)
        for (node, weight) in zip(rule.nodes, rule.weights) {
          let x = a + half * (1 + node)
          let density =
            isComplex ? 2 * x * Double.exp(-x * x) : 2 * 0.398_942_280_401_432_7 * Double.exp(-0.5 * x * x)
          y.append(isSquare ? x * x : scale * x)
          weights.append(weight * half * density)
          h.append(noise == 0 ? x * x : (x * x + noise) / (1 + noise))
        }
      }
      return
    }
    let power: Double
    switch measurement.channel {
    case .modulusAdditive: power = 1
    case .intensity: power = 2
    default: throw .invalid("the channel \(measurement.channel) has no law of |z| given y")
    }
    lowest = 0
    let sigma = noise.squareRoot()
    let top = power == 1 ? 9.0 : 78
    // Where y is of the order of the noise the law has the noise's scale, elsewhere that of z.
    var ends: [Double] = []
    var end = -9 * sigma
    while end < top + 8 * sigma {
      ends.append(end)
      end += max(min(sigma, 0.3), 0.07 * max(0, end - 9 * sigma))
    }
    ends.append(end)
    ends += Self.graded(breakPoints, in: ends[0]...end, unit: min(0.4, sigma))
    ends.sort()
    for (a, b) in zip(ends, ends.dropFirst()) where b > a {
      let half = 0.5 * (b - a)
      for (node, weight) in zip(rule.nodes, rule.weights) {
        let value = a + half * (1 + node)
        let (mass, square) = Self.posterior(value, power, noise, isComplex, rule)
        guard mass > 1e-30 else { continue }
        y.append(value)
        weights.append(weight * half * mass)
        h.append(square / mass)
      }
    }
  }

  /// Ends of panels that shrink towards break points, next to which integrands may have poles.
  private static func graded(_ points: [Double], in range: ClosedRange<Double>, unit: Double) -> [Double] {
    var ends: [Double] = []
    for point in points where range.contains(point) {
      ends.append(point)
      var step = unit
      while step > 1e-11 {
        ends += [point - step, point + step]
        step *= 0.25
      }
    }
    return ends.filter { $0 > range.lowerBound && $0 < range.upperBound }
  }

  /// Density of y and the integral of z^2 with it.
  private static func posterior(
    _ y: Double, _ power: Double, _ noise: Double, _ isComplex: Bool, _ rule: FixedRule
  ) -> (mass: Double, square: Double) {
    let sigma = noise.squareRoot()
    let reach = 9.5 * sigma
    // Far below 0 the likelihood is largest at z = 0 and falls on the scale of the noise over |y|.
    let low = max(0, y - reach)
    var high = max(0, y) + reach
    if y < 0 { high = min(high, 45 * noise / -y) }
    let (a, b) = power == 1 ? (low, min(high, 9.4)) : (low.squareRoot(), min(high.squareRoot(), 9.4))
    guard a < b else { return (0, 0) }
    let panels = 10
    var (mass, square) = (0.0, 0.0)
    for panel in 0..<panels {
      for (node, weight) in zip(rule.nodes, rule.weights) {
        let z = a + (b - a) * (Double(panel) + 0.5 + 0.5 * node) / Double(panels)
        let distance = y - (power == 1 ? z : z * z)
        let density =
          isComplex ? 2 * z * Double.exp(-z * z) : 2 * 0.398_942_280_401_432_7 * Double.exp(-0.5 * z * z)
        let measure =
          weight * density * Double.exp(-0.5 * distance * distance / noise) * 0.398_942_280_401_432_7 / sigma
        mass += measure
        square += measure * z * z
      }
    }
    let scale = 0.5 * (b - a) / Double(panels)
    return (mass * scale, square * scale)
  }

  /// h(y) = E[|z|^2|y] as a function of y, at values that need not be nodes.
  ///
  /// - Parameter measurement: channel, field and noise.
  /// - Returns: the function; about 200 exponentials a value where noise is outside the channel.
  /// - Throws: `GSLError` for a channel that is not even or has no law of its own here.
  package static func conditionalSquare(_ measurement: Measurement) throws(GSLError) -> @Sendable (Double) -> Double {
    let noise = measurement.noise
    let isComplex = measurement.field == .complex
    switch measurement.channel {
    case .modulus: return { ($0 * $0 / (1 + noise) + noise) / (1 + noise) }
    case .modulusAdditive where noise == 0: return { $0 * $0 }
    case .intensity where noise == 0: return { $0 }
    case .modulusAdditive, .intensity:
      let rule = try FixedRule.gaussLegendre(20)
      let power: Double = measurement.channel == .intensity ? 2 : 1
      return { y in
        let (mass, square) = posterior(y, power, noise, isComplex, rule)
        return mass > 0 ? square / mass : 0
      }
    default: throw .invalid("the channel \(measurement.channel) has no law of |z| given y")
    }
  }

  /// E f over the law.
  package func expectation(_ f: (_ y: Double, _ h: Double) -> Double) -> Double {
    var sum = 0.0
    for i in y.indices { sum += weights[i] * f(y[i], h[i]) }
    return sum
  }

  /// What the probability and E h = 1 lack: a free error estimate.
  package var defect: Double {
    max(abs(expectation { _, _ in 1 } - 1), abs(expectation { _, h in h } - 1), 4 * .ulpOfOne)
  }
}

extension Measurement {
  /// The alpha at which zero overlap loses its stability, 1/E(h-1)^2, with its error; any centred prior has the same.
  ///
  /// - Returns: the threshold; error 0 where it is a closed form.
  /// - Throws: `GSLError` for a channel that sees the sign of z.
  package func weakRecovery() throws(GSLError) -> (value: Double, error: Double) {
    let factor = field == .complex ? 1.0 : 0.5
    if channel == .modulus { return (factor * (1 + noise) * (1 + noise), 0) }
    if noise == 0, channel == .modulusAdditive || channel == .intensity { return (factor, 0) }
    if case .expression = channel {
      let origin = try output().point(0, complement: 1)
      let value = 1 / origin.slope
      return (value, value * value * origin.slopeError + 4 * value.ulp)
    }
    let law = try LabelLaw(self)
    let defect = law.defect
    let value = 1 / law.expectation { _, h in (h - 1) * (h - 1) }
    return (value, 8 * value * max(defect, 1e-14))
  }
}
