// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore

extension Line where Model == SpikedMatrixTensor {
  /// Where the informative branch of Bayes-optimal fixed points appears as the noise falls: the upper spinodal.
  ///
  /// Parametric in its overlap m > m_c: Deltap = (p-2) m^(p-3) (1-m)^2, Delta2 = (p-2)(1-m)^2/[(p-2) - (p-1) m].
  public static var informedSpinodal: Line { informedSpinodalLine }
}

private let informedSpinodalLine = Line<SpikedMatrixTensor>(
  LineDeclaration(
    name: "informed-spinodal", aliases: ["spinodal"],
    summary: "The informative fixed point appears: message passing started at the signal stays near it.",
    parameters: [.p, .deltap, .delta2, .prior, .rho], unknowns: [.delta2, .deltap], columns: LineColumns.bayesOverlaps,
    evidence: .replica, sources: [.marvelsAndPitfalls],
    formula:
      #"\Delta_p = (p-2)\,m^{p-3}(1-m)^2,\quad \Delta_2 = \frac{(p-2)(1-m)^2}{(p-2)-(p-1)m},\quad m > m_c = \frac{p-3}{p-1}"#,
    domain: "deltap up to the critical point; no finite delta2 for deltap <= (p-2)^(p-2)/(p-1)^(p-1)")
) { point, unknown in
  if let points = try SpikedMatrixTensor.points(of: .informedSpinodal, at: point, unknown: unknown) { return points }
  let p = try point.integer(.p)
  if unknown == .delta2 {
    let deltap = try point.number(.deltap)
    return try [informedSpinodal(p: p, deltap: deltap)]
  }
  return try [spinodalDeltap(p: p, delta2: point.number(.delta2), branch: .informative)]
}

private func informedSpinodal(p: Int, deltap: Double) throws -> CriticalPoint {
  let curve = try BayesCurve(p: p, deltap: deltap)
  guard let fold = curve.informedFold else { return .absent(.delta2, Absence.noTransition) }
  let (i2, error) = curve.inverseDelta2(atFold: fold)
  guard i2 > 0 else { return .absent(.delta2, Absence.possible(for: .delta2)) }
  // The other stable state at this noise: m = 0, or the weak branch below Delta2 = 1.
  let low = try curve.fixedPoints(inverseDelta2: i2).first { $0.family == .weak }?.root
  let value: Estimate =
    p == 3 ? .exact(deltap / (2 * deltap.squareRoot() - 1)) : .reciprocal(of: i2, error: error)
  return CriticalPoint(
    [.delta2: value], order: .first, with: [.overlapLow: low?.m ?? 0, .overlapHigh: fold.m],
    errors: [
      .overlapLow: low.map { curve.error(of: $0, inverseDelta2Error: error) } ?? 0, .overlapHigh: fold.error,
    ])
}

/// Deltap on a spinodal at given Delta2: (p-2) s^2 - Delta2 (p-1) s + Delta2 = 0 for s = 1-m, in closed form.
func spinodalDeltap(p: Int, delta2: Double, branch: SaddleFamily) -> CriticalPoint {
  let order = Double(p)
  guard delta2 >= BayesCurve.criticalDelta2(p) else { return .absent(.deltap, Absence.noTransition) }
  let i2 = 1 / delta2
  // Divided by Delta2, so that Delta2 = inf needs no case of its own: (p-2) i2 s^2 - (p-1) s + 1 = 0.
  let root = ((order - 1) * (order - 1) - 4 * (order - 2) * i2).squareRoot()
  let s = branch == .informative ? 2 / (order - 1 + root) : (order - 1 + root) / (2 * (order - 2) * i2)
  let m = 1 - s
  let deltap = (order - 2) * Double.pow(m, p - 3) * s * s
  guard m >= 0, deltap > 0 else { return .absent(.deltap, Absence.noTransition) }
  return CriticalPoint(
    [.deltap: .exact(deltap)], order: .first,
    with: branch == .informative ? [.overlapLow: nil, .overlapHigh: m] : [.overlapLow: m, .overlapHigh: nil])
}
