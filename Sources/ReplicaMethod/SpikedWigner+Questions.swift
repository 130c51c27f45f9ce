// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
package import SaddlepointCore
import SaddlepointNumerics

extension SpikedWigner {
  private static let curve = #"\lambda = g/Q(g),\ q = Q(g)"#
  private static let potentialFormula =
    #"\Phi(q) = \psi(\lambda q) - \tfrac14\lambda q^2,\quad \psi(g) = \mathbb E\log Z,\ Z(B) = \mathbb E_x e^{Bx - gx^2/2},\ B = g x^* + \sqrt g z"#

  private static let atPoint: @Sendable (Point) throws(DomainError) -> SpikedWigner = { point throws(DomainError) in
    try SpikedWigner(snr: point.number(.snr), prior: .at(point))
  }

  /// `replica spiked-wigner`.
  package static let replicaQuestion = Question(
    name: "replica",
    summary: "Every saddle point of the Bayes-optimal potential, its stability, and which dominates.",
    parameters: card.parameters,
    columns: [
      Column("branch", "number of the fixed point, by increasing overlap"),
      Column(.overlap, symbol: "q", "overlap q of the posterior mean with the signal"),
      Column(.potential, symbol: "\\Phi", unit: "per N", "lim (1/N) E log Z, Z the likelihood ratio to pure noise"),
      Column(.mmse, symbol: "\\rho - q", "mean-square error per coordinate of the vector"),
      Column(
        "matrix_mmse", symbol: "\\rho^2 - q^2", "mean-square error per entry of the matrix x x^T, rho = E x^2"),
      Column(
        "mutual_information", symbol: "\\lambda\\rho^2/4 - \\Phi", unit: "per N",
        "mutual information of signal and matrix, where this saddle point dominates"),
      Column("stable", "1 if message passing that starts nearby stays"),
      Column("dominant", "1 for the Bayes-optimal saddle point, of largest potential"),
      Column("reached", "1 where message passing without information ends"),
      Column("family", "piece of the curve of fixed points; keeps its name along a sweep of the snr"),
    ], main: .overlap, evidence: .theorem, sources: [.lowRankMatrices, .lowRankFundamentalLimits],
    formula: "\(curve);\\quad \(potentialFormula)", domain: "every snr > 0 and every prior",
    example: "--prior sparse-rademacher:0.05 --snr 0.8"
  ) { point throws(DomainError) in
    let model = try atPoint(point)
    return SpikedQuestions.rows(columns: 10) {
      let estimation = try model.estimation()
      let square = model.prior.secondMoment
      return try CurvePieces.cached(estimation.curve).saddlePoints(strength: model.snr, secondMoment: square)
        .enumerated().map { index, saddle in
          let point = saddle.point
          let information = point.potential.mapped(derivative: 1) { model.snr * square * square / 4 - $0 }
          let matrix = point.mmse.mapped(derivative: 2 * square) { $0 * (2 * square - $0) }
          return Answer(
            [
              .integer(index + 1), Cell(point.overlap), Cell(point.potential), Cell(point.mmse), Cell(matrix),
              Cell(trusted: information), .flag(point.isStable), .flag(point.isDominant), .flag(saddle.isReached),
              .text(point.family.rawValue),
            ], main: point.overlap)
        }
    }
  }

  /// `potential spiked-wigner`.
  package static let potentialQuestion = Question(
    name: "potential", summary: "The Bayes-optimal replica potential as a function of the overlap.",
    parameters: card.parameters + [ReplicaParameter.overlap],
    columns: [
      Column(.potential, symbol: "\\Phi", unit: "per N", "(1/N) E log Z at this overlap; stationary at fixed points")
    ], evidence: .replica, sources: [.lowRankMatrices], formula: potentialFormula,
    domain: "overlaps from 0 to the prior's second moment",
    example: "--prior sparse-rademacher:0.05 --snr 0.8 --overlap 0:0.99:20"
  ) { point throws(DomainError) in
    let estimate = try atPoint(point).potential(overlap: point.number(.overlap))
    return [Answer([Cell(estimate)], main: estimate)]
  }

  /// `replica spiked-wigner --trajectory T`.
  package static let trajectoryQuestion = Trajectory.question(
    card: card, parameters: card.parameters, example: "--prior rademacher --snr 1.5 --trajectory 20",
    sources: [.lowRankMatrices, .stateEvolution], formula: #"q_{t+1} = Q(\lambda q_t)"#
  ) { point in try atPoint(point).estimation() }
}
