// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
package import SaddlepointCore
import SaddlepointNumerics

extension Cell {
  /// A difference of large numbers: empty where it lost its digits.
  package init(trusted estimate: Estimate) {
    self = estimate.error <= 1e-7 * Swift.max(1, abs(estimate.value ?? 0)) ? Cell(estimate) : .empty
  }
}

/// The replica questions of Bayes-optimal spiked models, declared beside their formulas.
package enum SpikedQuestions {
  /// Rows, or one row that says which numerical failure prevented them.
  package static func rows(columns: Int, _ answers: () throws -> [Answer]) -> [Answer] {
    do { return try answers() } catch {
      return [Answer([Cell](repeating: .empty, count: columns), main: .notConverged("\(error)"))]
    }
  }

  /// The same for computations that check their parameters.
  package static func checkedRows(
    columns: Int, _ answers: () throws -> [Answer]
  ) throws(DomainError) -> [Answer] {
    do { return try answers() } catch let error as DomainError { throw error } catch {
      return [Answer([Cell](repeating: .empty, count: columns), main: .notConverged("\(error)"))]
    }
  }

  /// Every saddle point of the Bayes-optimal potential.
  package static func replica(
    card: ModelCard, parameters: [Quantity], example: String, sources: [Citation], formula: String,
    saddles: @escaping @Sendable (Point) throws -> [SaddlePoint]
  ) -> Question {
    Question(
      name: "replica",
      summary: "Every saddle point of the Bayes-optimal potential, its stability, and which dominates.",
      parameters: card.parameters.filter { parameters.contains($0.quantity) },
      columns: [
        Column("branch", "number of the fixed point, by increasing overlap"),
        Column(.overlap, symbol: "q", "overlap q of the posterior mean with the signal; its cosine is sqrt(q)"),
        Column(.potential, symbol: "\\Phi", unit: "per N", "lim (1/N) E log Z, Z the likelihood ratio to pure noise"),
        Column(.mmse, symbol: "1-q", "mean-square error per coordinate"),
        Column("stable", "1 if message passing that starts nearby stays"),
        Column("dominant", "1 for the Bayes-optimal saddle point, of largest potential"),
        Column("family", "piece of the curve of fixed points; keeps its name along a sweep of the noise"),
      ], main: .overlap, evidence: .replica, sources: sources, formula: formula,
      domain: "every model with at least one channel", example: example
    ) { point throws(DomainError) in
      try checkedRows(columns: 7) {
        try saddles(point).enumerated().map { index, saddle in
          Answer(
            [
              .integer(index + 1), Cell(saddle.overlap), Cell(saddle.potential), Cell(saddle.mmse),
              .flag(saddle.isStable), .flag(saddle.isDominant), .text(saddle.family.rawValue),
            ], main: saddle.overlap)
        }
      }
    }
  }

  /// The Bayes-optimal potential as a curve.
  package static func potential(
    card: ModelCard, parameters: [Quantity], example: String, sources: [Citation], formula: String,
    value: @escaping @Sendable (Point) throws(DomainError) -> Estimate
  ) -> Question {
    Question(
      name: "potential", summary: "The Bayes-optimal replica potential as a function of the overlap.",
      parameters: card.parameters.filter { parameters.contains($0.quantity) } + [ReplicaParameter.overlap],
      columns: [
        Column(.potential, symbol: "\\Phi", unit: "per N", "(1/N) E log Z at this overlap; stationary at fixed points")
      ], evidence: .replica, sources: sources, formula: formula, domain: "0 <= overlap < 1", example: example
    ) { point throws(DomainError) in
      let estimate = try value(point)
      return [Answer([Cell(estimate)], main: estimate)]
    }
  }
}

extension SpikedMatrixTensor {
  private static let bayesParameters: [Quantity] = [.p, .deltap, .delta2, .prior, .rho]
  private static let priorFormula =
    #";\quad \text{other priors: } \Phi = \psi(g) - \frac{m^2}{4\Delta_2} - \frac{(p-1)m^p}{2p\Delta_p},\ g = \frac{m}{\Delta_2} + \frac{m^{p-1}}{\Delta_p},\ m = Q(g)"#
  private static let potentialFormula =
    #"\Phi(m) = \tfrac12[\log(1-m) + m] + \frac{m^2}{4\Delta_2} + \frac{m^p}{2p\Delta_p}"#

  private static let atPoint: @Sendable (Point) throws(DomainError) -> SpikedMatrixTensor = {
    point throws(DomainError) in
    try SpikedMatrixTensor(p: point.integer(.p), delta2: point.number(.delta2), deltap: point.number(.deltap))
  }

  /// `replica spiked-matrix-tensor`.
  package static let replicaQuestion = offeringMaximumLikelihood(
    SpikedQuestions.replica(
      card: card, parameters: bayesParameters, example: "--p 3 --delta2 1.1 --deltap 0.5",
      sources: [.marvelsAndPitfalls],
      formula: #"m = 0\ \text{or}\ \frac{1}{1-m} = \frac{1}{\Delta_2} + \frac{m^{p-2}}{\Delta_p};\quad "#
        + potentialFormula + priorFormula
    ) { point in try atPoint(point).saddlePoints(prior: .at(point)) })

  /// `potential spiked-matrix-tensor`.
  package static let potentialQuestion = SpikedQuestions.potential(
    card: card, parameters: bayesParameters, example: "--p 3 --delta2 1.1 --deltap 0.5 --overlap 0:0.95:20",
    sources: [.marvelsAndPitfalls], formula: potentialFormula + priorFormula
  ) { point throws(DomainError) in
    try atPoint(point).potential(overlap: point.number(.overlap), prior: .at(point))
  }

  /// `replica spiked-matrix-tensor --trajectory T`.
  package static let trajectoryQuestion = Trajectory.question(
    card: card, parameters: card.parameters.filter { bayesParameters.contains($0.quantity) },
    example: "--p 3 --delta2 0.8 --deltap 0.5 --trajectory 20", sources: [.marvelsAndPitfalls, .stateEvolution],
    formula: #"q_{t+1} = Q(q_t/\Delta_2 + q_t^{p-1}/\Delta_p)"#
  ) { point in try atPoint(point).estimation(prior: .at(point)) }
}

extension SpikedTensor {
  private static let bayesParameters: [Quantity] = [.p, .delta, .prior, .rho]
  private static let priorFormula =
    #";\quad \text{other priors: } \Phi = \psi(g) - \frac{(p-1)m^p}{2p\Delta},\ g = \frac{m^{p-1}}{\Delta},\ m = Q(g)"#
  private static let potentialFormula = #"\Phi(m) = \tfrac12[\log(1-m) + m] + \frac{m^p}{2p\Delta}"#

  /// The tensor alone is the matrix-tensor model without its matrix.
  private static let atPoint: @Sendable (Point) throws(DomainError) -> SpikedMatrixTensor = {
    point throws(DomainError) in
    let tensor = try SpikedTensor(p: point.integer(.p), delta: point.number(.delta))
    return try SpikedMatrixTensor(p: tensor.p, delta2: .infinity, deltap: tensor.delta)
  }

  /// `replica spiked-tensor`.
  package static let replicaQuestion = SpikedQuestions.replica(
    card: card, parameters: bayesParameters, example: "--p 3 --delta 0.2", sources: [.spikedTensorEstimation],
    formula: #"m = 0\ \text{or}\ \frac{1}{1-m} = \frac{m^{p-2}}{\Delta};\quad "# + potentialFormula + priorFormula
  ) { point in try atPoint(point).saddlePoints(prior: .at(point)) }

  /// `potential spiked-tensor`.
  package static let potentialQuestion = SpikedQuestions.potential(
    card: card, parameters: bayesParameters, example: "--p 3 --delta 0.2 --overlap 0:0.95:20",
    sources: [.spikedTensorEstimation], formula: potentialFormula + priorFormula
  ) { point throws(DomainError) in
    try atPoint(point).potential(overlap: point.number(.overlap), prior: .at(point))
  }

  /// `replica spiked-tensor --trajectory T`.
  package static let trajectoryQuestion = Trajectory.question(
    card: card, parameters: card.parameters.filter { bayesParameters.contains($0.quantity) },
    example: "--p 3 --delta 0.2 --prior rademacher --start 0.5 --trajectory 20",
    sources: [.spikedTensorEstimation, .stateEvolution], formula: #"q_{t+1} = Q(q_t^{p-1}/\Delta)"#
  ) { point in try atPoint(point).estimation(prior: .at(point)) }
}
