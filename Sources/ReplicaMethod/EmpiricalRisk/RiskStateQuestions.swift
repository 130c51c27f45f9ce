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
package enum RiskStateQuestions {
  /// Parameters of the model that enter.
  static let modelParameters: [Quantity] = [.alpha, .loss, .a0]

  package static let state = Parameter(
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

extension RiskStateQuestions {
  /// `--state` of questions about Hessians.
  package static let hessianState = Parameter(
    .state, symbol: "\\text{state}", "where the Hessian is taken, without overlap with the signal",
    choices: [
      .init("threshold", "marginal states"), .init("initialization", "a random start"),
      .init("ground-state", "states of complexity 0"), .init("replica-symmetric", "Parisi parameter 0"),
      .init("maximal-energy", "states of largest energy and complexity"),
    ])
}

extension PhaseRetrieval {
  /// `hessian phase-retrieval --state`.
  package static let stateHessianQuestion = Question(
    name: "hessian --state",
    summary: "Lower end of the Hessian's spectrum at a random start or at states of the empirical risk.",
    parameters: card.parameters.filter { RiskStateQuestions.modelParameters.contains($0.quantity) }
      + [RiskStateQuestions.hessianState],
    columns: [
      Column("lower_edge", symbol: "\\lambda_-", "lower edge of the bulk; empty where l'' has no lower bound"),
      Column("outlier", symbol: "\\lambda_*", "isolated eigenvalue below the bulk; empty where none is detached"),
      Column("outlier_overlap_squared", "squared projection of its eigenvector on the signal direction"),
      Column("edge", "soft, or hard: at the lowest curvature of a sample"),
      Column("detached", "1 if there is an outlier"),
      Column(.riskRadial, symbol: "\\mu", unit: "per N", "x.grad H/N; adding it gives the Euclidean Hessian"),
    ], evidence: .replica, sources: [.timeDependentHessian, .complexDynamicsSimpleNeuralNetworks],
    formula:
      #"\lambda_- = L(g)-\mu,\ L(g) = \frac{\alpha E r_g-1}{g},\ \alpha E r_g^2 = 1;\quad \text{outlier: } \alpha E[(1-v^2)r_g] = 1,\ \text{overlap}^2 = \frac{d}{d+\alpha E[v^2r_g^2]},\ d = 1-\alpha E r_g^2"#,
    domain: "noiseless moduli, losses even in z; \(InitialSpectrum.unbounded)",
    example: "--state initialization --loss normalised:0.1 --alpha 2,4"
  ) { point throws(DomainError) in
    let model = try RiskStateQuestions.model(point)
    guard let kind = RiskStateKind(rawValue: try point.word(.state)) else { return [try initialHessian(model)] }
    let state = try model.state(kind)
    let lower = state.edgeMismatch
    return [
      Answer(
        [
          Cell(lower), Cell(state.outlier), Cell(state.outlierOverlapSquared),
          lower.value == nil ? .empty : .text(state.hasSoftEdge ? "soft" : "hard"), .flag(state.outlier.value != nil),
          Cell(state.radial),
        ], main: lower)
    ]
  }

  private static func initialHessian(_ model: PhaseRetrieval) throws(DomainError) -> Answer {
    let spectrum = try InitialSpectrum(model.loss)
    guard let rough = spectrum.ends(alpha: model.alpha, .standard),
      let fine = spectrum.ends(alpha: model.alpha, .fine)
    else {
      return Answer(
        [.empty, .empty, .empty, .empty, .flag(false), .empty],
        main: .outsideDomain(spectrum.limit == nil ? InitialSpectrum.unbounded : "no-lower-edge"))
    }
    let lower = fine.lowerEdge - fine.radial
    let error = abs(lower - rough.lowerEdge + rough.radial) + 1e-12 * max(1, abs(fine.lowerEdge), abs(fine.radial))
    return Answer(
      [
        .number(lower), Cell(fine.outlier.map { $0.value - fine.radial }), Cell(fine.outlier?.overlapSquared),
        .text(fine.isSoft ? "soft" : "hard"), .flag(fine.outlier != nil), .number(fine.radial),
      ], main: .converged(lower, error: error))
  }
}
