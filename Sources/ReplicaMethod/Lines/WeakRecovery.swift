// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SpikedMatrixTensor {
  /// The noise below which the uninformative fixed point m = 0 of message passing is unstable: Delta2 = 1 for every Deltap.
  public static var weakRecovery: Line { weakRecoveryLine }
}

private let weakRecoveryLine = Line<SpikedMatrixTensor>(
  LineDeclaration(
    name: "weak-recovery",
    summary: "The uninformative fixed point of Bayes-optimal message passing loses its stability.",
    parameters: [.p, .deltap, .delta2, .prior, .rho], unknowns: [.delta2], columns: LineColumns.bayesOverlaps,
    evidence: .theorem, sources: [.marvelsAndPitfalls, .stateEvolution],
    formula: #"\Delta_2 = 1"#, domain: "every deltap; for p = 3 the overlap jumps where deltap < 1")
) { point, unknown in
  if let points = try SpikedMatrixTensor.points(of: .weakRecovery, at: point, unknown: unknown) { return points }
  let p = try point.integer(.p)
  let deltap = try point.number(.deltap)
  // At Delta2 = 1 the next order of state evolution decides: for p = 3 and Deltap < 1 it leads away from m = 0, to 1 - Deltap.
  let high = p == 3 && deltap < 1 ? 1 - deltap : 0
  return [
    CriticalPoint(
      [.delta2: .exact(1)], order: high > 0 ? .first : .continuous, with: [.overlapLow: 0, .overlapHigh: high])
  ]
}
