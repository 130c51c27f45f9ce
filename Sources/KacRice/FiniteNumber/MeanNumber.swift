// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointNumerics

/// The Kac-Rice formula at finite N for points of every index and any signal, through chains of pivots.
///
/// Source: theory sheet *spherical landscapes*, section 6, route 2.
struct PivotRoute: Sendable {
  let size: Int
  let constants: LandscapeConstants
  /// phi, of the other sign where points of -H are counted.
  let signal: Polynomial
  /// Number of negative directions; nil for any.
  let index: Int?
  /// A given overlap, at which the density is asked for; nil: summed over.
  let overlap: Double?

  /// The chains would take minutes: the deterministic part of the Hessian is far larger than the random one.
  struct TooLarge: Error {}

  /// Points of one overlap, with its weight in the sum over all of them.
  private struct Latitude: Sendable {
    /// log of weight and of everything that does not depend on t = -r/sqrt(b).
    let logWeight: Double
    /// The mean of t.
    let centre: Double
    /// theta sqrt(N).
    let shift: Double
  }

  /// log of the mean number, or of its density at the given overlap, with an error estimate from a coarser computation.
  func logNumber() throws -> (value: Double, error: Double) {
    // Minima need a finer grid than all indices together: theirs is cheap.
    let finenesses = index == 0 ? (0.8, 1.1) : size <= 50 ? (0.55, 0.75) : (0.6, 0.8)
    let coarse = try logNumber(fineness: finenesses.0)
    let fine = try logNumber(fineness: finenesses.1)
    // Refining by a third gains a factor of ten or more; a fifth of the difference is on the safe side.
    let rounding = 4 * Double.ulpOfOne * Double(size) * (4 + abs(Double.log(constants.b / constants.a)))
    return (fine, 0.2 * abs(fine - coarse) + rounding + 1e-13)
  }

  /// The same at one fineness of all grids, 1 being good for ten digits.
  func logNumber(fineness: Double) throws -> Double {
    let n = Double(size)
    let (a, b) = (constants.a, constants.b)
    let tops = PivotChain.ratioTables(size: size - 1)
    let (all, coarse) = (try latitudes(fineness), try latitudes(0.5))
    let spread = 2.5 + ((a + b) / b).squareRoot() * (1 + 9 / n.squareRoot())
    let centres = all.map(\.centre)
    let (low, high) = ((centres.min() ?? 0) - spread, (centres.max() ?? 0) + spread)
    let cells = Int(((high - low) * n.squareRoot()).rounded(.up)) + 8
    let cell = (high - low) / Double(cells)
    let scan = try integrands(cells + 1, coarse, tops, 0.4) { low + cell * Double($0) }
    let top = scan.max() ?? 0
    let first = max(0, (scan.firstIndex { $0 > top - 36 } ?? 0) - 1)
    let last = min(cells, (scan.lastIndex { $0 > top - 36 } ?? cells) + 1)
    let (from, to) = (low + cell * Double(first), low + cell * Double(last))
    // The integrand is entire and vanishes at both ends: the trapezoidal rule converges once its spacing is below the
    // wavelength 1/(N density) of the oscillations of the mean density of eigenvalues; minima feel the edge only.
    let density = index == 0 ? 0.12 * n : n / .pi
    let steps = Int((fineness * 1.25 * (to - from) * (density + 1.6 * n.squareRoot())).rounded(.up)) + 4
    let spacing = (to - from) / Double(steps)
    let values = try integrands(steps + 1, all, tops, fineness) { from + spacing * Double($0) }
    return logSum(values) + Double.log(spacing) - 0.5 * (n - 1) * Double.log(2 * .pi * a)
      + 0.5 * (n - 1) * Double.log(b) + 0.5 * Double.log(n * b / (2 * .pi * (a + b)))
  }

  private func latitudes(_ fineness: Double) throws -> [Latitude] {
    let n = Double(size)
    if signal.terms.isEmpty, overlap == nil {
      return [Latitude(logWeight: try logSphere(size), centre: 0, shift: 0)]
    }
    let sphere = try logSphere(size - 1)
    func latitude(_ m: Double, _ cosine: Double, _ weight: Double) -> Latitude {
      let here = SignalAtOverlap(signal, m: m)
      let transverse = cosine * cosine
      return Latitude(
        logWeight: sphere + weight - n * here.first * here.first * transverse / (2 * constants.a),
        centre: m * here.first / constants.b.squareRoot(),
        shift: here.second * transverse / constants.b.squareRoot() * n.squareRoot())
    }
    if let overlap {
      let cosine = ((1 - overlap) * (1 + overlap)).squareRoot()
      return [latitude(overlap, cosine, (n - 3) * Double.log(cosine))]
    }
    // With m = sin(angle) the area element is cos(angle)^(N-2).
    // A strong signal gathers points near the poles, in angles of order 1/(rate sqrt(N)).
    var rate = 1.0
    for i in 0...64 {
      let m = -1 + Double(i) / 32
      let (first, second) = (signal.derivative(1, at: m), signal.derivative(2, at: m))
      let third = signal.derivative(3, at: m)
      rate = max(
        rate, abs(first) / constants.a.squareRoot(), abs(first + m * second) / (constants.a + constants.b).squareRoot(),
        abs(third * (1 - m * m) - 2 * m * second) / constants.b.squareRoot())
    }
    let nodes = fineness * (40 + 12 * n.squareRoot() * rate)
    guard nodes < 20_000 else { throw TooLarge() }
    let rule = try FixedRule.gaussLegendre(Int(nodes.rounded(.up)))
    return zip(rule.nodes, rule.weights).map { node, weight in
      let angle = 0.5 * Double.pi * node
      let cosine = Double.cos(angle)
      return latitude(Double.sin(angle), cosine, (n - 2) * Double.log(cosine) + Double.log(0.5 * Double.pi * weight))
    }
  }

  /// log of the integrand over t, all latitudes together, at several places.
  private func integrands(
    _ count: Int, _ latitudes: [Latitude], _ tops: [RatioTable], _ fineness: Double,
    at place: @escaping @Sendable (Int) -> Double
  ) throws -> [Double] {
    let n = Double(size)
    let shifts = latitudes.map(\.shift)
    let (low, high) = (shifts.min() ?? 0, shifts.max() ?? 0)
    let isTwoSided = index != 0
    let width = constants.b * n / (2 * (constants.a + constants.b))
    let reach = { @Sendable (s: Double) -> Double in
      12 + (isTwoSided ? max(abs(s), abs(s - low), abs(s - high)) : max(s, s - low, 0))
    }
    // Cost in elements of all kernels; 10^9 take a few seconds, and all points of a spike at N = 200 have 10^10.
    let largest = max(reach(place(0) * n.squareRoot()), reach(place(count - 1) * n.squareRoot()))
    let places = Double(PivotGrid.count(reach: largest, isTwoSided: isTwoSided, size: size, fineness: fineness))
    guard Double(count) * n * places * places < 2.5e10 else { throw TooLarge() }
    let values = parallelMap(count, chunk: 8) {
      ChainKernel()
    } _: { kernel, i -> Result<Double, any Error> in
      let t = place(i)
      let s = t * n.squareRoot()
      return Result {
        let grid = try PivotGrid(reach: reach(s), isTwoSided: isTwoSided, size: size, fineness: fineness)
        let chain = PivotChain(size: size - 1, s: s, index: index, grid: grid, tops: tops, kernel: kernel)
        return logSum(
          latitudes.map { latitude in
            let gap = t - latitude.centre
            return latitude.logWeight - width * gap * gap + chain.logMoment(shift: latitude.shift)
          })
      }
    }
    return try values.map { try $0.get() }
  }
}

/// log of the area of the unit sphere in `dimension` dimensions.
func logSphere(_ dimension: Int) throws(GSLError) -> Double {
  Double.log(2) + 0.5 * Double(dimension) * Double.log(.pi) - (try Special.lgamma(0.5 * Double(dimension)))
}

/// log of a sum of exponentials.
func logSum(_ terms: [Double]) -> Double {
  guard let top = terms.max(), top > -.infinity else { return -.infinity }
  return top + Double.log(terms.reduce(0) { $0 + Double.exp($1 - top) })
}
