// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == PhaseRetrieval {
  /// The number of samples beyond which states of the empirical risk have a descent direction towards the signal.
  public static var gradientFlow: Line { riskGradientFlowLine }
  /// The number of samples beyond which the Hessian at a random start has a direction towards the signal.
  public static var initializationBBP: Line { initializationBBPLine }
}

private let riskGradientFlowLine = Line<PhaseRetrieval>(
  LineDeclaration(
    name: "gradient-flow",
    summary:
      "Beyond this many samples the states that trap gradient flow have a descent direction towards the signal; the choice of state moves it by some 10 percent.",
    parameters: RiskStateQuestions.modelParameters, unknowns: [.alpha], columns: RiskStateQuestions.stateColumns,
    ownParameters: [RiskStateQuestions.state], evidence: .replica,
    sources: [.complexDynamicsSimpleNeuralNetworks, .timeDependentHessian],
    formula:
      #"\alpha E[(1-v^2)\langle r_g\rangle] = 1,\ r_g = \frac{g\ell''}{1+g\ell''},\ \alpha E\langle r_g^2\rangle = 1 \text{ (threshold: } g=\chi)"#,
    domain: RiskStateQuestions.domain, example: "--loss normalised:0.1")
) { point, unknown throws(DomainError) in
  let found = try RiskStateSolver.transition(Loss(point), RiskStateQuestions.kind(point))
  guard found.alpha.value != nil else { return [CriticalPoint([unknown: found.alpha])] }
  let state = found.state
  let numbers: KeyValuePairs<Quantity, Double?> = [
    .chi: state.chi.value, .parisiS: state.parisi.value, .riskEnergy: state.energy.value,
    .riskRadial: state.radial.value, .riskComplexity: state.complexity.value,
  ]
  // The state moves with the number of samples.
  let shift = found.alpha.error / (found.alpha.value ?? 1)
  let errors: KeyValuePairs<Quantity, Double> = [
    .chi: state.chi.error + shift * abs(state.chi.value ?? 0),
    .parisiS: state.parisi.error + shift * abs(state.parisi.value ?? 0),
    .riskEnergy: state.energy.error + shift, .riskRadial: state.radial.error + 4 * shift * (found.alpha.value ?? 1),
    .riskComplexity: state.complexity.error + shift,
  ]
  return [
    CriticalPoint(
      [unknown: found.alpha], order: state.hasSoftEdge ? .continuous : .first, with: numbers, errors: errors)
  ]
}

private let initializationBBPLine = Line<PhaseRetrieval>(
  LineDeclaration(
    name: "initialization-bbp",
    summary: "Beyond this many samples the Hessian at a random start has an eigenvector along the signal.",
    parameters: RiskStateQuestions.modelParameters, unknowns: [.alpha],
    columns: [
      Column("resolvent", symbol: "g", "resolvent of the Hessian at its lower edge"),
      Column("outlier_overlap_squared", "squared overlap just beyond: 0 at a soft edge, a jump at a hard one"),
    ], evidence: .theorem, sources: [.timeDependentHessian],
    formula:
      #"E r_g^2 = E[(1-y^2)r_g] = 1/\alpha,\ r_g = \frac{g\ell''}{1+g\ell''},\ z \sim \mathcal N(0,1);\quad \text{hard edge: } g = -1/\inf\ell'',\ \alpha E[(1-y^2)r_g] = 1"#,
    domain:
      "noiseless moduli, losses even in z with a lower bound of l''; without one, as for the quartic loss, the bulk has no lower edge and the finite-size threshold grows like log M",
    example: "--loss normalised:0.1,1,3")
) { point, unknown throws(DomainError) in
  let spectrum = try InitialSpectrum(Loss(point))
  guard spectrum.limit != nil else { return [.absent(unknown, InitialSpectrum.unbounded)] }
  guard let rough = spectrum.transition(.standard), let fine = spectrum.transition(.fine) else {
    return [.absent(unknown, "no-transition")]
  }
  let error = abs(fine.alpha - rough.alpha) + 1e-12 * fine.alpha
  return [
    CriticalPoint(
      [unknown: .converged(fine.alpha, error: error)], order: fine.jump > 0 ? .first : .continuous,
      with: ["resolvent": fine.resolvent, "outlier_overlap_squared": fine.jump],
      errors: [
        "resolvent": abs(fine.resolvent - rough.resolvent) + 1e-11,
        "outlier_overlap_squared": abs(fine.jump - rough.jump),
      ])
  ]
}
