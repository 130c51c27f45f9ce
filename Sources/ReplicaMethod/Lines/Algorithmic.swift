// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SpikedMatrixTensor {
  /// The noise below which Bayes-optimal message passing reaches the optimal overlap for good.
  ///
  /// p = 3: Delta2 = 1 for every Deltap. p >= 4: the lower spinodal (below 1) for Deltap below the critical point, where
  /// message passing leaves the weak branch; Delta2 = 1 beyond it.
  public static var algorithmic: Line { algorithmicLine }
}

private let algorithmicLine = Line<SpikedMatrixTensor>(
  LineDeclaration(
    name: "algorithmic", aliases: ["amp"],
    summary: "Bayes-optimal message passing reaches the optimal overlap at every lower noise.",
    parameters: [.p, .deltap, .delta2, .prior, .rho], unknowns: [.delta2, .deltap], columns: LineColumns.bayesOverlaps,
    evidence: .theorem, sources: [.marvelsAndPitfalls, .stateEvolution],
    formula:
      #"p=3:\ \Delta_2 = 1;\quad p\ge4,\ \Delta_p < \Delta_p^c:\ \Delta_p = (p-2)\,m^{p-3}(1-m)^2,\ \Delta_2 = \frac{(p-2)(1-m)^2}{(p-2)-(p-1)m},\ m < m_c"#,
    domain: "every deltap; delta2 = 1 for p = 3, and beyond the critical point")
) { point, unknown in
  if let points = try SpikedMatrixTensor.points(of: .algorithmic, at: point, unknown: unknown) { return points }
  let p = try point.integer(.p)
  if unknown == .deltap { return [algorithmicDeltap(p: p, delta2: try point.number(.delta2))] }
  let deltap = try point.number(.deltap)
  let curve = try BayesCurve(p: p, deltap: deltap)
  guard let fold = curve.weakFold else {
    let high = p == 3 && deltap < 1 ? 1 - deltap : 0
    return [
      CriticalPoint(
        [.delta2: .exact(1)], order: high > 0 ? .first : .continuous, with: [.overlapLow: 0, .overlapHigh: high])
    ]
  }
  let (i2, error) = curve.inverseDelta2(atFold: fold)
  let high = try curve.fixedPoints(inverseDelta2: i2).last { $0.family == .informative }?.root
  return [
    CriticalPoint(
      [.delta2: .reciprocal(of: i2, error: error)], order: .first,
      with: [.overlapLow: fold.m, .overlapHigh: high?.m],
      errors: [
        .overlapLow: fold.error, .overlapHigh: high.map { curve.error(of: $0, inverseDelta2Error: error) } ?? 0,
      ])
  ]
}

private func algorithmicDeltap(p: Int, delta2: Double) -> CriticalPoint {
  if delta2 >= 1 { return .absent(.deltap, Absence.impossible(for: .deltap)) }
  if p == 3 || delta2 < BayesCurve.criticalDelta2(p) { return .absent(.deltap, Absence.possible(for: .deltap)) }
  return spinodalDeltap(p: p, delta2: delta2, branch: .weak)
}
