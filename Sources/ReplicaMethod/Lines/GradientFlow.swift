// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore
import SaddlepointNumerics

extension Line where Model == SpikedMatrixTensor {
  /// Where the marginal (threshold) states at m = 0 become unstable to the signal: 1/Delta2^2 = 1/Delta2 + (p-1)/Deltap.
  public static var gradientFlow: Line { gradientFlowLine }
}

private let gradientFlowLine = Line<SpikedMatrixTensor>(
  LineDeclaration(
    name: "gradient-flow",
    summary: "The Hessian of the marginal states that trap gradient flow grows an outlier towards the signal.",
    parameters: [.p, .deltap, .delta2, .prior], unknowns: [.delta2, .deltap],
    columns: LineColumns.cosines("that of the minimum reached; empty where its replicon exceeds 1"),
    evidence: .heuristic, sources: [.bigBadMinima, .passedAndSpurious],
    formula:
      #"\phi''(0)^2 = \xi''(1):\quad \Delta_2 = \frac{2\Delta_p}{\Delta_p + \sqrt{\Delta_p^2 + 4(p-1)\Delta_p}}"#,
    domain: "every deltap")
) { point, unknown in
  try Prior.requireGaussian(at: point)
  let p = try point.integer(.p)
  if unknown == .delta2 {
    let deltap = try point.number(.deltap)
    let delta2 = SpikedMatrixTensor.instabilityDelta2(deltap: deltap, weight: Double(p - 1))
    return [try gradientFlowPoint([.delta2: .exact(delta2)], p: p, delta2: delta2, deltap: deltap)]
  }
  let delta2 = try point.number(.delta2)
  guard delta2 < 1 else { return [.absent(.deltap, Absence.impossible(for: .deltap))] }
  let deltap = Double(p - 1) * delta2 * delta2 / (1 - delta2)
  guard deltap > 0 else { return [.underflow(.deltap)] }
  return [try gradientFlowPoint([.deltap: .exact(deltap)], p: p, delta2: delta2, deltap: deltap)]
}

/// A point of the line with the cosine that gradient flow reaches where it succeeds: the maximum-likelihood fixed point, if that
/// is a minimum.
func gradientFlowPoint(
  _ solved: KeyValuePairs<Quantity, Estimate>, p: Int, delta2: Double, deltap: Double
) throws -> CriticalPoint {
  let reached = try SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap).maximumLikelihoodFromScratch()
  let state = reached.flatMap { $0.replicon <= 1 ? $0 : nil }
  let high = state?.m
  return CriticalPoint(
    solved, order: high == nil ? nil : .first, with: [.overlapLow: 0, .overlapHigh: high],
    errors: [.overlapLow: 0, .overlapHigh: state?.error ?? 0])
}
