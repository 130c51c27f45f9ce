// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

extension Line where Model == SpikedMatrixTensor {
  /// Where the Bayes-optimal overlap has a transition: one row for each as the noise falls.
  ///
  /// p = 3: the jump from 0 while Deltap < 1, then the continuous transition at Delta2 = 1. p >= 4: the jump from 0 while it
  /// lies at Delta2 >= 1; then the continuous transition at 1 followed by a jump between two positive overlaps, which ends
  /// at the critical point.
  public static var informationTheoretic: Line { informationTheoreticLine }
}

private let informationTheoreticLine = Line<SpikedMatrixTensor>(
  LineDeclaration(
    name: "information-theoretic", aliases: ["it"],
    summary:
      "The Bayes-optimal overlap rises from zero or jumps: below this noise the signal can be found in principle.",
    parameters: [.p, .deltap, .delta2, .prior, .rho], unknowns: [.delta2, .deltap], columns: LineColumns.bayesOverlaps,
    evidence: .replica, sources: [.marvelsAndPitfalls, .spikedTensorEstimation],
    formula:
      #"\Phi(m_+) = \Phi(m_-),\ \Phi(m) = \tfrac12[\log(1-m)+m] + \frac{m^2}{4\Delta_2} + \frac{m^p}{2p\Delta_p};\quad m_-=0:\ \Delta_p = \tfrac{p-2}{p}\,\frac{m^p}{F(m)},\ F = 2\log(1-m) + \frac{m(2-m)}{1-m}"#,
    domain: "every deltap above the tensor-only threshold, below which no finite delta2 makes it impossible")
) { point, unknown in
  if let points = try SpikedMatrixTensor.points(of: .informationTheoretic, at: point, unknown: unknown) {
    return points
  }
  let p = try point.integer(.p)
  return unknown == .delta2
    ? try transitions(p: p, deltap: point.number(.deltap)) : try [jump(p: p, delta2: point.number(.delta2))]
}

private let continuousTransition = CriticalPoint(
  [.delta2: .exact(1)], order: .continuous, with: [.overlapLow: 0, .overlapHigh: 0])

private func transitions(p: Int, deltap: Double) throws -> [CriticalPoint] {
  if deltap >= BayesCurve.criticalDeltap(p) { return [continuousTransition] }
  let order = Double(p)
  let last = try Coexistence.tensorOnlyOverlap(p: p)
  if deltap <= Coexistence.deltap(p: p, last).value { return [.absent(.delta2, Absence.possible(for: .delta2))] }
  let crossing = try Coexistence.crossingOverlap(p: p)
  if p == 3 || deltap < Coexistence.deltap(p: p, crossing).value {
    // Coexistence with m = 0: Deltap falls along the curve from the crossing to the tensor-only point.
    let balance = { (m: Double, s: Double) -> Double in
      // p = 3 in a form that keeps its digits as Deltap tends to 1 and m to 0.
      if p == 3 { return (1 - deltap) / deltap - Coexistence.scaledExcess(m, complement: s) }
      return Double.log((order - 2) / order / deltap) + (order - 3) * Double.log(max(m, .leastNormalMagnitude))
        - Double.log(Coexistence.scaledF(m, complement: s))
    }
    let slope = { (m: Double, s: Double) -> Double in
      let h = 1e-5 * min(max(m, 1e-3), s)
      return (balance(m + h, s - h) - balance(m - h, s + h)) / (2 * h)
    }
    let noise = 8 * .ulpOfOne * (1 + abs(Double.log(deltap)) + order)
    let root = try OverlapRoot.bracketed(
      "coexistence with m = 0", from: crossing, to: last, noise: noise, slope: slope, curvature: { _, _ in 0 }, balance)
    let (i2, error) = Coexistence.inverseDelta2(p: p, root)
    if i2 <= 0 { return [.absent(.delta2, Absence.possible(for: .delta2))] }
    return [
      CriticalPoint(
        [.delta2: .reciprocal(of: i2, error: error)], order: .first, with: [.overlapLow: 0, .overlapHigh: root.m],
        errors: [.overlapLow: 0, .overlapHigh: root.error])
    ]
  }
  return try [jumpBetweenPositiveOverlaps(p: p, deltap: deltap), continuousTransition]
}

/// The second part of the line for p >= 4: between the folds of the curve the higher state overtakes the lower one.
private func jumpBetweenPositiveOverlaps(p: Int, deltap: Double) throws -> CriticalPoint {
  let curve = try BayesCurve(p: p, deltap: deltap)
  guard let weak = curve.weakFold, let informed = curve.informedFold else {
    return .absent(.delta2, Absence.noTransition)
  }
  let start = max(curve.inverseDelta2(atFold: informed).value, 1)
  let end = curve.inverseDelta2(atFold: weak).value
  // Just outside the folds one of the two states is missing: there the sign of the difference is known.
  let root = try brentRoot("equal potentials of two informative states", in: start...end) { i2 -> Double in
    guard let pair = try Coexistence.potentialDifference(curve: curve, inverseDelta2: i2) else {
      return i2 < 0.5 * (start + end) ? -1e-3 : 1e-3
    }
    return pair.difference
  }
  guard let pair = try Coexistence.potentialDifference(curve: curve, inverseDelta2: root.value) else {
    return CriticalPoint([.delta2: .notConverged("the two states merge within rounding", best: 1 / root.value)])
  }
  // d(difference)/d(1/Delta2) = (m_high^2 - m_low^2)/4, and the potentials carry a few units of rounding.
  let (low, high) = (pair.low.m, pair.high.m)
  let sensitivity = (high - low) * (high + low) / 4
  let rounding = 8 * .ulpOfOne * (high - low < 0.1 ? (high - low) : 1)
  let error = root.width + 4 * root.value.ulp + rounding / sensitivity
  return CriticalPoint(
    [.delta2: .reciprocal(of: root.value, error: error)], order: .first,
    with: [.overlapLow: low, .overlapHigh: high],
    errors: [
      .overlapLow: curve.error(of: pair.low, inverseDelta2Error: error),
      .overlapHigh: curve.error(of: pair.high, inverseDelta2Error: error),
    ])
}

/// Deltap of the jump at given Delta2: coexistence with m = 0 for Delta2 >= 1, between two positive overlaps below.
private func jump(p: Int, delta2: Double) throws -> CriticalPoint {
  let i2 = 1 / delta2
  if delta2 >= 1 {
    let last = try Coexistence.tensorOnlyOverlap(p: p)
    let crossing = try Coexistence.crossingOverlap(p: p)
    let balance = { (m: Double, s: Double) -> Double in
      Coexistence.scaledInverseDelta2(p: p, m, complement: s) - i2 * s
    }
    let slope = { (m: Double, s: Double) -> Double in
      let h = 1e-5 * min(max(m, 1e-3), s)
      return (balance(m + h, s - h) - balance(m - h, s + h)) / (2 * h)
    }
    let root: OverlapRoot
    if i2 == 0 || balance(last.m, last.complement) >= 0 {
      // The tensor alone, to rounding.
      root = last
    } else if i2 == 1 {
      root = crossing
    } else {
      root = try .bracketed(
        "coexistence with m = 0", from: crossing, to: last, noise: 16 * .ulpOfOne, slope: slope,
        curvature: { _, _ in 0 }, balance)
    }
    let (deltap, error) = Coexistence.deltap(p: p, root)
    return CriticalPoint(
      [.deltap: .converged(deltap, error: error)], order: root.m > 0 ? .first : .continuous,
      with: [.overlapLow: 0, .overlapHigh: root.m],
      errors: [.overlapLow: 0, .overlapHigh: root.error])
  }
  guard delta2 > BayesCurve.criticalDelta2(p) else { return .absent(.deltap, Absence.noTransition) }
  // The two spinodals at this Delta2 enclose the coexistence.
  guard let a = spinodalDeltap(p: p, delta2: delta2, branch: .informative)[.deltap].value,
    let b = spinodalDeltap(p: p, delta2: delta2, branch: .weak)[.deltap].value
  else { return .absent(.deltap, Absence.noTransition) }
  let bracket = min(1 / a, 1 / b)...max(1 / a, 1 / b)
  let difference = { (ip: Double) throws -> (low: OverlapRoot, high: OverlapRoot, difference: Double)? in
    try Coexistence.potentialDifference(curve: BayesCurve(p: p, deltap: 1 / ip), inverseDelta2: i2)
  }
  let root = try brentRoot("equal potentials of two informative states", in: bracket) { ip -> Double in
    try difference(ip)?.difference ?? (ip < 0.5 * (bracket.lowerBound + bracket.upperBound) ? -1e-3 : 1e-3)
  }
  guard let pair = try difference(root.value) else {
    return CriticalPoint([.deltap: .notConverged("the two states merge within rounding", best: 1 / root.value)])
  }
  let (low, high) = (pair.low.m, pair.high.m)
  let curve = try BayesCurve(p: p, deltap: 1 / root.value)
  // d(difference)/d(1/Deltap) = (m_high^p - m_low^p)/(2p).
  let sensitivity = (Double.pow(high, p) - Double.pow(low, p)) / (2 * Double(p))
  let error = root.width + 4 * root.value.ulp + 8 * .ulpOfOne * (high - low < 0.1 ? (high - low) : 1) / sensitivity
  return CriticalPoint(
    [.deltap: .reciprocal(of: root.value, error: error)], order: .first,
    with: [.overlapLow: low, .overlapHigh: high],
    errors: [
      .overlapLow: curve.error(of: pair.low, inverseDelta2Error: Double.pow(low, p - 2) * error),
      .overlapHigh: curve.error(of: pair.high, inverseDelta2Error: Double.pow(high, p - 2) * error),
    ])
}
