// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

extension Line where Model == SpikedMatrixTensor {
  /// Where the marginal states of temperature T at m = 0 become unstable to the signal.
  ///
  /// xi''(q)(1-q)^2 = T^2 with q = 1 - T Delta2. Not a function of Deltap for p >= 4 and T near 1: all roots are returned.
  /// T = 0 is the gradient-flow line.
  public static var langevin: Line { langevinLine }
}

extension Quantity {
  /// Overlap q of two configurations of a marginal state.
  public static let marginalOverlap: Quantity = "marginal_overlap"
}

private let langevinLine = Line<SpikedMatrixTensor>(
  LineDeclaration(
    name: "langevin",
    summary: "The marginal states that trap Langevin dynamics at temperature T become unstable to the signal.",
    parameters: [.p, .deltap, .delta2, .prior, .temperature], unknowns: [.delta2, .deltap, .temperature],
    columns: LineColumns.cosines(
      "the Bayes-optimal state (T = 1) or the minimum (T = 0) reached; empty at other temperatures")
      + [Column(.marginalOverlap, symbol: "q", "overlap of two configurations of the marginal state")],
    evidence: .heuristic, sources: [.marvelsAndPitfalls],
    formula:
      #"\frac{1}{\Delta_2^2} - \frac{1}{\Delta_2} = \frac{(p-1)(1-T\Delta_2)^{p-2}}{\Delta_p},\quad q = 1 - T\Delta_2"#,
    domain: "delta2 < 1 and T delta2 < 1; at T >= 1 only for small enough deltap")
) { point, unknown in
  try Prior.requireGaussian(at: point)
  let p = try point.integer(.p)
  switch unknown {
  case .delta2:
    let (deltap, temperature) = (try point.number(.deltap), try point.number(.temperature))
    if temperature == 0 {
      return try Line<SpikedMatrixTensor>.gradientFlow.solve(for: .delta2, at: point).map(withMarginalOverlap)
    }
    let equation = LangevinEquation(p: p, deltap: deltap, temperature: temperature)
    let roots = try equation.roots()
    if roots.isEmpty { return [.absent(.delta2, Absence.noTransition)] }
    return try roots.map { root in try equation.criticalPoint(root) }
  case .deltap:
    let (delta2, temperature) = (try point.number(.delta2), try point.number(.temperature))
    guard delta2 < 1, temperature * delta2 < 1 else { return [.absent(.deltap, Absence.impossible(for: .deltap))] }
    if temperature == 0 {
      return try Line<SpikedMatrixTensor>.gradientFlow.solve(for: .deltap, at: point).map(withMarginalOverlap)
    }
    let q = 1 - temperature * delta2
    let deltap = Double(p - 1) * delta2 * delta2 * Double.pow(q, p - 2) / (1 - delta2)
    return [
      CriticalPoint(
        [.deltap: .exact(deltap)], with: [.overlapLow: 0, .overlapHigh: nil, .marginalOverlap: q])
    ]
  default:
    // (1 - T Delta2)^(p-2) = (1/Delta2^2 - 1/Delta2) Deltap/(p-1)
    let (delta2, deltap) = (try point.number(.delta2), try point.number(.deltap))
    let power = (1 / delta2 - 1) / delta2 * deltap / Double(p - 1)
    guard power > 0, power <= 1 else { return [.absent(.temperature, Absence.noTransition)] }
    let q = Double.pow(power, 1 / Double(p - 2))
    return [
      CriticalPoint(
        [.temperature: .exact((1 - q) / delta2)], with: [.overlapLow: 0, .overlapHigh: nil, .marginalOverlap: q])
    ]
  }
}

/// At T = 0 the marginal state is one configuration: q = 1.
private func withMarginalOverlap(_ point: CriticalPoint) -> CriticalPoint {
  guard let unknown = point.coordinates.first, point.value.value != nil else { return point }
  return CriticalPoint(
    [unknown.quantity: unknown.estimate], order: point.order, root: point.root,
    with: [
      .overlapLow: point[.overlapLow].value, .overlapHigh: point[.overlapHigh].value, .marginalOverlap: 1,
    ])
}

/// The Langevin line as an equation in Delta2: (p-1) Delta2^2 (1 - T Delta2)^(p-2)/(1 - Delta2) = Deltap, T > 0.
///
/// The left side turns where 2 - (1 + pT) Delta2 + (p-1) T Delta2^2 = 0, so every root is bracketed on a monotone piece.
struct LangevinEquation {
  let p: Int
  let deltap: Double
  let temperature: Double

  /// A value of Delta2 with 1 - T Delta2 and 1 - Delta2 to full relative precision.
  struct Place {
    let delta2: Double
    let overlap: Double
    let complement: Double
  }

  struct Solution {
    let place: Place
    let error: Double
  }

  private func place(delta2: Double) -> Place {
    Place(delta2: delta2, overlap: 1 - temperature * delta2, complement: 1 - delta2)
  }

  /// The place at distance `x` from the end of the line: 1 - T Delta2 = x for T >= 1, 1 - Delta2 = x for T < 1.
  private func place(distance x: Double) -> Place {
    temperature >= 1
      ? Place(
        delta2: (1 - x) / temperature, overlap: x,
        complement: temperature == 1 ? x : (temperature - 1 + x) / temperature)
      : Place(delta2: 1 - x, overlap: 1 - temperature + temperature * x, complement: x)
  }

  /// log of the left side over Deltap.
  private func excess(_ at: Place) -> Double {
    let order = Double(p)
    // At T = 1 one factor 1 - Delta2 cancels.
    let tail =
      temperature == 1
      ? (p == 3 ? 0 : (order - 3) * Double.log(at.overlap))
      : (order - 2) * Double.log(at.overlap) - Double.log(at.complement)
    return Double.log((order - 1) / deltap) + 2 * Double.log(at.delta2) + tail
  }

  private func slope(_ at: Place) -> Double {
    2 / at.delta2 - Double(p - 2) * temperature / at.overlap + 1 / at.complement
  }

  private func noise(_ at: Place) -> Double {
    8 * .ulpOfOne
      * (1 + abs(Double.log(Double(p - 1) / deltap)) + 2 * abs(Double.log(at.delta2))
        + Double(p - 2) * abs(Double.log(at.overlap)) + abs(Double.log(at.complement)))
  }

  /// All roots, by increasing Delta2.
  func roots() throws -> [Solution] {
    if deltap == .infinity { return temperature < 1 ? [Solution(place: place(delta2: 1), error: 0)] : [] }
    let order = Double(p)
    let limit = min(1, 1 / temperature)
    // Leaving out (1 - T Delta2)^(p-2) <= 1 gives the gradient-flow value, which lies below every root.
    let start = min(SpikedMatrixTensor.instabilityDelta2(deltap: deltap, weight: order - 1), limit / 2)
    var cuts = [start * (1 - 1e-9), limit / 2]
    let b = 1 + order * temperature
    let discriminant = b * b - 8 * temperature * (order - 1)
    if discriminant >= 0 {
      for sign in [-1.0, 1.0] {
        let turning = (b + sign * discriminant.squareRoot()) / (2 * temperature * (order - 1))
        if turning > cuts[0], turning < limit, abs(turning - limit) > 1e-12 { cuts.append(turning) }
      }
    }
    cuts.sort()
    var places = cuts.map { place(delta2: $0) }
    if let end = end() { places.append(end) }
    var solutions: [Solution] = []
    for (a, b) in zip(places, places.dropFirst()) where a.delta2 < b.delta2 || a.complement > b.complement {
      let (low, high) = (excess(a), excess(b))
      guard low * high < 0 || high == 0 else { continue }
      if high == 0 {
        solutions.append(Solution(place: b, error: b.delta2.ulp))
      } else if a.delta2 >= limit / 2 {
        let distance = { (at: Place) -> Double in temperature >= 1 ? at.overlap : at.complement }
        let root = try brentRoot("Langevin line", in: distance(b)...distance(a)) { excess(place(distance: $0)) }
        let at = place(distance: root.value)
        solutions.append(Solution(place: at, error: bound(at) + (root.width + root.value.ulp) / max(temperature, 1)))
      } else {
        let root = try brentRoot("Langevin line", in: a.delta2...b.delta2) { excess(place(delta2: $0)) }
        let at = place(delta2: root.value)
        solutions.append(Solution(place: at, error: bound(at) + root.width + root.value.ulp))
      }
    }
    return solutions
  }

  /// Rounding of the left side over its slope; at a turning point the square root of it.
  private func bound(_ at: Place) -> Double {
    let h = 1e-4 * min(at.delta2, at.complement, at.overlap / temperature)
    let curvature = abs(slope(place(delta2: at.delta2 + h)) - slope(place(delta2: at.delta2 - h))) / (2 * h)
    let linear = noise(at) / abs(slope(at))
    return min(linear, 2 * (2 * noise(at) / curvature).squareRoot()) + at.delta2.ulp
  }

  /// A place beyond the last root, near the end of the line, where the sign of the excess is known; nil if the end itself decides.
  private func end() -> Place? {
    let order = Double(p)
    if temperature < 1 {
      // The left side exceeds (p-1)/4 (1-T)^(p-2)/(1-Delta2) for Delta2 >= 1/2, and diverges.
      let x = 0.25 * (order - 1) * Double.pow(1 - temperature, p - 2) / deltap
      return place(distance: min(max(x, .leastNormalMagnitude), 0.25))
    }
    if temperature == 1 {
      // p = 3: the left side is 2 Delta2^2 up to the end itself; p >= 4: below (p-1)(1-Delta2)^(p-3), which vanishes.
      return p == 3
        ? place(distance: .leastNormalMagnitude)
        : place(distance: min(0.5, Double.pow(deltap / (order - 1), 1 / (order - 3)) * (1 - 1e-9)))
    }
    let scale = deltap * temperature * (temperature - 1) / (order - 1)
    return place(distance: min(0.5, Double.pow(scale, 1 / (order - 2)) * (1 - 1e-9)))
  }

  /// The row of a root: which state is reached beyond it, and whether its marginal state is the one of largest overlap.
  func criticalPoint(_ root: Solution) throws -> CriticalPoint {
    let delta2 = root.place.delta2
    let q = root.place.overlap
    let model = try SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap)
    let reached = temperature == 1 ? try model.messagePassingOverlap() : nil
    let high = reached?.m
    var value: Estimate =
      p == 3 && temperature == 1 ? .exact((deltap / 2).squareRoot()) : .converged(delta2, error: root.error)
    if try hasLargerMarginalOverlap(than: q, model: model) {
      value = value.marked(.approximate("marginal states of larger overlap coexist"))
    }
    return CriticalPoint(
      [.delta2: value], order: high.map { $0 > 0 ? .first : .continuous },
      with: [.overlapLow: 0, .overlapHigh: high, .marginalOverlap: q],
      errors: [
        .overlapLow: 0,
        .overlapHigh: try reached.map {
          try BayesCurve(p: p, deltap: deltap).error(of: $0, inverseDelta2Error: root.error / (delta2 * delta2))
        } ?? 0, .marginalOverlap: temperature * root.error,
      ])
  }

  /// Whether xi''(q')(1-q')^2 = T^2 has a root beyond q: the physical marginal state is the one of largest overlap.
  private func hasLargerMarginalOverlap(than q: Double, model: SpikedMatrixTensor) throws(GSLError) -> Bool {
    guard p > 3 || deltap < .infinity else { return false }
    let order = Double(p)
    let (i2, ip) = (1 / model.delta2, 1 / deltap)
    // Derivative of xi''(q)(1-q)^2 over (1-q); it can be positive only around q = (p-3)/p.
    let turning = { (x: Double) -> Double in
      (order - 1) * ip * Double.pow(x, p - 3) * ((order - 2) - order * x) - 2 * i2
    }
    let middle = (order - 3) / order
    guard turning(middle) > 0 else { return false }
    let top = try brentRoot("largest marginal curvature", in: middle...1, turning).value
    let curvature = (i2 + (order - 1) * ip * Double.pow(top, p - 2)) * (1 - top) * (1 - top)
    return top > q && curvature > temperature * temperature * (1 + 1e-12)
  }
}
