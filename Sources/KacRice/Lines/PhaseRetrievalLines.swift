// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == PhaseRetrieval {
  /// The number of samples beyond which the most numerous minima have a descent direction towards the signal.
  public static var minimaBBP: Line { minimaBBPLine }
  /// The number of samples beyond which strict minima are exponentially rare.
  public static var strictMinimaVanish: Line { strictMinimaVanishLine }
  /// The ends in overlap of the region in which critical points exist.
  public static var overlapEnds: Line { riskOverlapEndsLine }
  /// The ends in energy of the region in which critical points exist.
  public static var energyEnds: Line { riskEnergyEndsLine }
}

private let overlapAtLine = Parameter(
  .overlap, symbol: "m", "overlap with the signal", domain: Domain(-1, 1, includesLower: false, includesUpper: false),
  default: 0)
private let energyColumn = Column(.energy, symbol: "e", unit: "per sample", "energy L/M of these points")
private let radialColumn = Column(.radial, symbol: "\\mu", unit: "per N", "radial derivative x.grad L/N")
private let complexityColumn = Column(.complexity, symbol: "\\Sigma", unit: "per N", "complexity of these points")

/// The rows of a line: one for each crossing, or one that says why there is none.
private func points(
  _ unknown: Quantity, absent: String, _ find: () throws(RiskFailure) -> [RiskCrossing]
) -> [CriticalPoint] {
  do throws(RiskFailure) {
    let crossings = try find()
    if crossings.isEmpty { return [.absent(unknown, absent)] }
    return crossings.map { crossing in
      let found = crossing.root.evaluation
      return CriticalPoint(
        [unknown: crossing.value],
        with: [.energy: found.energy, .radial: found.radial, .complexity: found.complexity],
        errors: [
          .energy: crossing.root.energyError + 10 * crossing.value.error * abs(found.energy),
          .radial: crossing.root.radialError + 10 * crossing.value.error * abs(found.radial),
          .complexity: crossing.root.complexityError + crossing.value.error,
        ])
    }
  } catch {
    if error.reason.hasPrefix("no-") { return [.absent(unknown, error.reason)] }
    return [CriticalPoint([unknown: .notConverged(error.reason)])]
  }
}

private func solver(_ point: Point, alpha: Double?, overlap: Double?) throws(DomainError) -> RiskSolver {
  let risk = try RiskQuestions.risk(point, alpha: alpha)
  try risk.checkKacRice(overlap: overlap, energy: nil)
  return RiskSolver(risk)
}

private let minimaBBPLine = Line<PhaseRetrieval>(
  LineDeclaration(
    name: "minima-bbp", summary: "Beyond this many samples typical minima are unstable towards the signal.",
    parameters: RiskQuestions.modelParameters, unknowns: [.alpha],
    columns: [energyColumn, radialColumn, complexityColumn], ownParameters: [SharedParameter.label, overlapAtLine],
    evidence: .annealed, sources: [.complexDynamicsSimpleNeuralNetworks, .topologicalExploration],
    formula:
      #"f_0 = \alpha\,E_\nu\frac{\ell''w^2}{1+s\ell''} + \alpha s\frac{E_\nu[\ell'\ell''w/(1+s\ell'')]^2}{E_\nu[\ell'^2/(1+s\ell'')]} - \mu = 0"#,
    domain: "minima of the given overlap; the most numerous ones", example: "--loss normalised:0.1")
) { point, unknown throws(DomainError) in
  let m = try point.number(.overlap)
  // The formula's own domain is asked at a number of samples that is allowed.
  let solver = try solver(point, alpha: 4, overlap: m)
  return points(unknown, absent: "no-transition") { () throws(RiskFailure) in
    try solver.minimaBBP(overlap: m).map { [$0] } ?? []
  }
}

private let strictMinimaVanishLine = Line<PhaseRetrieval>(
  LineDeclaration(
    name: "strict-minima-vanish",
    summary: "Beyond this many samples even minima with a stable typical outlier are exponentially rare.",
    parameters: RiskQuestions.modelParameters, unknowns: [.alpha], columns: [energyColumn, radialColumn],
    ownParameters: [SharedParameter.label, overlapAtLine], evidence: .annealed, sources: [.topologicalExploration],
    formula: #"\Sigma_{\rm strict}(m) = 0"#,
    domain: "a lower bound on the true threshold: large deviations of the outlier are left out",
    example: "--loss quartic")
) { point, unknown throws(DomainError) in
  let m = try point.number(.overlap)
  let solver = try solver(point, alpha: 4, overlap: m)
  return points(unknown, absent: "no-transition") { () throws(RiskFailure) in
    try solver.strictMinimaVanish(overlap: m).map { [$0] } ?? []
  }
}

private let riskOverlapEndsLine = Line<PhaseRetrieval>(
  LineDeclaration(
    name: "overlap-ends",
    summary:
      "The ends in overlap of the region in which critical points exist; +m stands for both where the loss is even.",
    parameters: RiskQuestions.modelParameters, unknowns: [.overlap], columns: [energyColumn, radialColumn],
    ownParameters: [SharedParameter.label, RiskQuestions.points],
    solvedColumns: [
      Column(.overlap, symbol: "m_c", "cosine with the signal at an end of the region around the equator")
    ],
    evidence: .annealed, sources: [.topologicalExploration], formula: #"\Sigma(m) = 0"#,
    domain: "the region around the equator, up to |m| = 0.97", example: "--alpha 8,12 --points minima")
) { point, unknown throws(DomainError) in
  let solver = try solver(point, alpha: nil, overlap: nil)
  let (kind, alpha) = (try RiskQuestions.points(point), try point.number(.alpha))
  return points(unknown, absent: "no-end: the complexity keeps its sign up to |m| = 0.97") {
    () throws(RiskFailure) in try solver.overlapEnds(kind, alpha: alpha)
  }
}

private let riskEnergyEndsLine = Line<PhaseRetrieval>(
  LineDeclaration(
    name: "energy-ends", summary: "The ends in energy of the region in which critical points exist.",
    parameters: RiskQuestions.modelParameters, unknowns: [.energy], columns: [radialColumn],
    ownParameters: [SharedParameter.label, RiskQuestions.points, overlapAtLine],
    solvedColumns: [Column(.energy, symbol: "e", unit: "per sample", "energy L/M at an end of the window")],
    evidence: .annealed, sources: [.topologicalExploration], formula: #"\Sigma(m,e) = 0"#,
    domain:
      "the window around the most numerous points; no upper end where a few large labels raise the energy at no cost",
    example: "--alpha 8 --points minima")
) { point, unknown throws(DomainError) in
  let m = try point.number(.overlap)
  let solver = try solver(point, alpha: nil, overlap: m)
  let (kind, alpha) = (try RiskQuestions.points(point), try point.number(.alpha))
  return points(unknown, absent: "no-critical-points") { () throws(RiskFailure) in
    try solver.energyEnds(kind, alpha: alpha, overlap: m)
  }
}
