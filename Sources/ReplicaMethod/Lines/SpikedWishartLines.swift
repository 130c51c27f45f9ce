// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SpikedWishart {
  /// The snr above which vanishing overlaps are unstable: 1/sqrt(ratio) for centred priors.
  public static var weakRecovery: Line { weakRecoveryLine }

  /// The snr above which message passing is optimal for good.
  public static var algorithmic: Line { algorithmicLine }

  /// Where the Bayes-optimal overlaps rise from 0 or jump, one row for each transition.
  public static var informationTheoretic: Line { informationTheoreticLine }

  /// The lower spinodal, at which the branch of high overlaps appears.
  public static var informedSpinodal: Line { informedSpinodalLine }
}

private func line(_ kind: CurveLine, domain: String) -> Line<SpikedWishart> {
  Line(
    LineDeclaration(
      name: kind.name, aliases: kind.aliases, summary: kind.summary,
      parameters: [.priorU, .rhoU, .priorV, .rhoV, .ratio, .snr], unknowns: [.snr],
      columns: CurveOverlaps.bipartite.columns, evidence: kind.evidence,
      sources: [.lowRankMatrices, .lowRankFundamentalLimits],
      formula: kind.formula(
        strength: #"\lambda"#, curve: #"\lambda\,Q_u(\lambda\alpha\,Q_v(g)) = g,\ q_v = Q_v(g),\ q_u = g/\lambda"#,
        potential: #"\Phi = \psi_u(\lambda\alpha q_v) + \alpha\,\psi_v(\lambda q_u) - \tfrac12\lambda\alpha q_u q_v"#),
      domain: domain, example: "--prior-u gaussian --prior-v two-group:0.1 --ratio 0.5:2:4")
  ) { point, unknown in
    let curve = try BipartiteCurve(
      priorU: .at(point, prior: .priorU, rho: .rhoU), priorV: .at(point, prior: .priorV, rho: .rhoV),
      ratio: point.number(.ratio))
    return try kind.points(on: CurvePieces.cached(curve), unknown: unknown, isReciprocal: false, overlaps: .bipartite)
  }
}

private let weakRecoveryLine = line(.weakRecovery, domain: "two priors of mean 0")
private let algorithmicLine = line(.algorithmic, domain: "two priors of mean 0; others where the overlaps jump")
private let informationTheoreticLine = line(
  .informationTheoretic, domain: "two priors of mean 0; others where the overlaps jump")
private let informedSpinodalLine = line(.informedSpinodal, domain: "priors with two stable branches")
