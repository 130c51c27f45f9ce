// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

extension Line where Model == SpikedMatrixTensor {
  /// Where m = 0 becomes unstable under maximum-likelihood message passing: 1/Delta2^2 = 1/Delta2 + 1/Deltap.
  public static var mlAMP: Line { mlAMPLine }
}

private let mlAMPLine = Line<SpikedMatrixTensor>(
  LineDeclaration(
    name: "ml-amp", summary: "Maximum-likelihood message passing leaves the uninformative fixed point.",
    parameters: [.p, .deltap, .delta2, .prior], unknowns: [.delta2, .deltap],
    columns: LineColumns.cosines("that of the fixed point reached from m = 0+"), evidence: .theorem,
    sources: [.passedAndSpurious, .stateEvolution],
    formula: #"\Delta_2 = \frac{2\Delta_p}{\Delta_p + \sqrt{\Delta_p^2 + 4\Delta_p}}"#, domain: "every deltap")
) { point, unknown in
  try Prior.requireGaussian(at: point)
  let p = try point.integer(.p)
  if unknown == .delta2 {
    let deltap = try point.number(.deltap)
    let delta2 = SpikedMatrixTensor.instabilityDelta2(deltap: deltap, weight: 1)
    let high = try overlapBeyondLine(p: p, delta2: delta2, deltap: deltap)
    return [
      CriticalPoint(
        [.delta2: .exact(delta2)], order: high > 0 ? .first : .continuous,
        with: [.overlapLow: 0, .overlapHigh: high])
    ]
  }
  let delta2 = try point.number(.delta2)
  guard delta2 < 1 else { return [.absent(.deltap, Absence.impossible(for: .deltap))] }
  let deltap = delta2 * delta2 / (1 - delta2)
  guard deltap > 0 else { return [.underflow(.deltap)] }
  let high = try overlapBeyondLine(p: p, delta2: delta2, deltap: deltap)
  return [
    CriticalPoint(
      [.deltap: .exact(deltap)], order: high > 0 ? .first : .continuous, with: [.overlapLow: 0, .overlapHigh: high])
  ]
}

/// The overlap to which the fixed point jumps on the line, where m = 0 is marginal; 0 where it leaves continuously.
///
/// The fixed-point equation minus its value at m = 0, divided by m (p = 3) or m^2: its sign at m = 0+ tells jump from growth.
private func overlapBeyondLine(p: Int, delta2: Double, deltap: Double) throws(GSLError) -> Double {
  // At p >= 5 the matrix part wins near m = 0: continuous. At p = 4 iff 2/Deltap <= 1/Delta2.
  let ratio = delta2 / deltap
  // Where the tensor is overwhelming the overlap is 1 to rounding.
  guard ratio < 1e100 else { return 1 }
  guard ratio > 0, p == 3 || (p == 4 && 2 * ratio > 1) else { return 0 }
  let reduced = { (m: Double) -> Double in
    let field = 1 + ratio * Double.pow(m, p - 2)
    return p == 3
      ? 2 * ratio + ratio * ratio * m - m * field * field : 2 * ratio + ratio * ratio * m * m - field * field
  }
  return try brentRoot("maximum-likelihood overlap at the line", in: 0...1, reduced).value
}
