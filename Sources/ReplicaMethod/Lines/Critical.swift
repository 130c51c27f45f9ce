// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SpikedMatrixTensor {
  /// The end of the first-order lines: m_c = (p-3)/(p-1), Deltap = 4 (p-2)/(p-1)^2 m_c^(p-3), Delta2 = 4 (p-2)/(p-1)^2.
  public static var critical: Line { criticalPoint }
}

private let criticalPoint = Line<SpikedMatrixTensor>(
  LineDeclaration(
    name: "critical", aliases: ["cusp", "tricritical"],
    summary: "The point at which the first-order lines end and the hard phases close.",
    parameters: [.p, .deltap, .delta2, .prior], unknowns: [.delta2, .deltap], isPoint: true,
    columns: LineColumns.bayesOverlaps, evidence: .replica, sources: [.marvelsAndPitfalls],
    formula:
      #"m_c = \frac{p-3}{p-1},\quad \Delta_p = \frac{4(p-2)}{(p-1)^2}\,m_c^{p-3},\quad \Delta_2 = \frac{4(p-2)}{(p-1)^2}"#,
    domain: "one point for each p >= 3")
) { point, unknown in
  try Prior.requireGaussian(at: point)
  let p = try point.integer(.p)
  let m = Double(p - 3) / Double(p - 1)
  return [
    CriticalPoint(
      [.delta2: .exact(BayesCurve.criticalDelta2(p)), .deltap: .exact(BayesCurve.criticalDeltap(p))],
      order: .continuous, with: [.overlapLow: m, .overlapHigh: m])
  ]
}
