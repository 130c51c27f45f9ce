// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
package import SaddlepointCore

extension Quantity {
  static let state: Quantity = "state"
  static let chi: Quantity = "chi"
  static let parisiS: Quantity = "parisi_s"
  static let riskEnergy: Quantity = "energy"
  static let riskRadial: Quantity = "radial"
  static let riskComplexity: Quantity = "complexity"
}

/// Parameters and columns of questions about states of empirical risks.
enum RiskStateQuestions {
  /// Parameters of the model that enter.
  static let modelParameters: [Quantity] = [.alpha, .loss, .a0]

  static let state = Parameter(
    .state, symbol: "\\text{state}", "which states, without overlap with the signal",
    choices: [
      .init("threshold", "marginal: alpha E<r^2> = 1"), .init("ground-state", "complexity 0"),
      .init("replica-symmetric", "Parisi parameter 0"), .init("maximal-energy", "largest energy and complexity"),
    ])

  static let stateColumns = [
    Column(.chi, symbol: "\\chi", "lim beta (1-q), the susceptibility"),
    Column(.parisiS, symbol: "s", "lim beta x, the slope d complexity/d(alpha energy)"),
    Column(.riskEnergy, symbol: "e", unit: "per sample", "energy H/M of these states"),
    Column(.riskRadial, symbol: "\\mu", unit: "per N", "radial derivative x.grad H/N"),
    Column(.riskComplexity, symbol: "\\Sigma", unit: "per N", "log-number of the states"),
  ]

  static func kind(_ point: Point) throws(DomainError) -> RiskStateKind {
    RiskStateKind(rawValue: try point.word(.state)) ?? .threshold
  }

  /// Phase retrieval at a point of the command.
  static func model(_ point: Point) throws(DomainError) -> PhaseRetrieval {
    try PhaseRetrieval(alpha: point.number(.alpha), loss: Loss(point))
  }

  static let formula =
    #"\alpha E\langle(z^*-h)^2\rangle = \frac{\chi}{\chi+s},\ p(z|y) \propto (1+\chi\ell'')e^{-h^2/2-s(\ell+\chi\ell'^2/2)},\ h = z+\chi\ell';\quad \text{threshold: } \alpha E\langle r^2\rangle = 1,\ r = \frac{\chi\ell''}{1+\chi\ell''};\quad \Sigma = s\alpha e+\tfrac12\log(1+s/\chi)+\alpha E_y\log\int Dh\,e^{-sM}"#
  static let domain =
    "noiseless moduli, losses even in z, no overlap with the signal, one step of replica symmetry breaking with q0 = 0; approximate: q0 = 0 is unstable (overlap_stability > 1) or the complexity is negative, so the true structure has more steps and the numbers move by some percent"
}

extension PhaseRetrieval {
  private static let estimator = Parameter(
    .estimator, symbol: "\\text{estimator}", "what is asked about",
    choices: [.init("erm", "states of the empirical risk")])

  /// `replica phase-retrieval --estimator erm`.
  package static let riskStateQuestion = Question(
    name: "replica --estimator erm",
    summary: "States of the empirical risk in which gradient descent ends, by one step of replica symmetry breaking.",
    parameters: card.parameters.filter { RiskStateQuestions.modelParameters.contains($0.quantity) }
      + [estimator, RiskStateQuestions.state],
    columns: RiskStateQuestions.stateColumns + [
      Column(
        "signal_response", symbol: "\\alpha E[(1-v^2)r_g]",
        "at the edge of the Hessian's bulk; above 1 a direction towards the signal is detached"),
      Column(
        "edge_mismatch", symbol: "\\lambda_-", unit: "per N",
        "lower edge of the Riemannian Hessian; where the states are marginal, what the approximation misses"),
      Column("overlap_stability", symbol: "k_q", "stability of q0 = 0: at most 1 where the approximation is stable"),
    ], main: .riskEnergy, evidence: .replica, sources: [.complexDynamicsSimpleNeuralNetworks],
    formula: RiskStateQuestions.formula, domain: RiskStateQuestions.domain,
    example: "--estimator erm --loss quartic --alpha 6,14 --state threshold"
  ) { point throws(DomainError) in
    let state = try RiskStateQuestions.model(point).state(RiskStateQuestions.kind(point))
    return [
      Answer(
        [
          Cell(state.chi), Cell(state.parisi), Cell(state.energy), Cell(state.radial), Cell(state.complexity),
          Cell(state.signalResponse), Cell(state.edgeMismatch), Cell(state.overlapStability),
        ], main: state.energy)
    ]
  }
}
