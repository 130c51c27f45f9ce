// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
public import LandscapeModels
import ReplicaMethod
public import SaddlepointCore

/// What the theory says about a point of the phase diagram of a spiked tensor.
public struct TensorPhase: Sendable, Hashable {
  /// What is possible; with a prior that has a mean, some overlap always is.
  public let region: PhaseRegion
  /// Cosine of the Bayes-optimal estimate with the signal, sqrt(q/E x^2).
  public let cosineBayes: Estimate
  /// Cosine that message passing without information reaches; 0 for priors of mean 0, since the order is at least 3.
  public let cosineAMP: Estimate
  /// Mutual information of signal and tensor, per N.
  public let mutualInformation: Estimate
}

extension SpikedTensor {
  /// What is possible at this point, and what message passing reaches.
  ///
  /// - Parameter prior: law of the signal's components.
  /// - Returns: region, cosines and mutual information.
  /// - Throws: `GSLError` where the noise is so small that its reciprocal overflows.
  /// - Complexity: as ``saddlePoints(prior:)``.
  ///
  /// Source: theory sheet *spiked replica*, section 5.
  public func phase(prior: Prior = .gaussian) throws -> TensorPhase {
    let saddles = try saddlePoints(prior: prior)
    let square = prior.secondMoment
    let best = saddles.first(where: \.isDominant)
    // Iteration from no information grows to the lowest fixed point.
    let (bayes, reached) = (best?.overlap ?? .exact(0), saddles.first?.overlap ?? .exact(0))
    var total = 1 / (2 * Double(p) * delta)
    for _ in 0..<p { total *= square }
    return TensorPhase(
      region: PhaseRegion(bayes: bayes, amp: reached), cosineBayes: cosine(bayes, square),
      cosineAMP: cosine(reached, square),
      mutualInformation: (best?.potential ?? .exact(0)).mapped(derivative: 1) { total - $0 })
  }

  /// `phase spiked-tensor`.
  static let phaseQuestion = Question(
    name: "phase", summary: "What is possible at a point, what message passing reaches, and how many minima there are.",
    parameters: card.parameters,
    columns: [
      Column("region", "impossible, hard, hybrid-hard or easy"),
      Column(
        "cosine_bayes", symbol: "\\sqrt{q/\\rho}", "cosine of the Bayes-optimal estimate with the signal, rho = E x^2"),
      Column("cosine_amp", symbol: "\\sqrt{q/\\rho}", "cosine reached by message passing from no information"),
      Column("mutual_information", symbol: "I", unit: "per N", "mutual information of signal and tensor"),
      Column(
        "minima_complexity", symbol: "\\Sigma_{\\min}", unit: "per N",
        "complexity of the minima on the sphere; 0 where they are not exponentially many"),
      Column(
        "cosine_minimum", symbol: "m", "cosine of the isolated minimum near the signal; empty where there is none"),
      Column("nearest_line", "the line nearest in log delta"),
      Column("nearest_delta", symbol: "\\Delta", "delta on that line"),
      Column("summary", "the same in words"),
    ], main: "cosine_bayes", evidence: .replica,
    sources: [.spikedTensorEstimation, .tensorPCA, .spikedTensorLandscape],
    formula: #"q = \arg\max \Phi;\ I = \frac{\rho^p}{2p\Delta} - \max\Phi"#,
    domain: "every delta > 0; the sphere's minima do not see the prior", example: "--p 3 --delta 0.05:0.3:6"
  ) { point throws(DomainError) in
    let model = try SpikedTensor(p: point.integer(.p), delta: point.number(.delta))
    let prior = try Prior.at(point)
    return try SpikedQuestions.checkedRows(columns: 9) {
      let phase = try model.phase(prior: prior)
      let nearest = try nearestLine(Catalogue.spikedTensorLines, .delta, to: model.delta, at: point)
      return [
        Answer(
          [
            .text(phase.region.rawValue), Cell(phase.cosineBayes), Cell(phase.cosineAMP),
            Cell(trusted: phase.mutualInformation), Cell(try model.spuriousComplexity()),
            Cell(model.signalMinimum().overlap), nearest.map { .text($0.name) } ?? .empty, Cell(nearest?.value),
            .text(phase.region.sentence),
          ], main: phase.cosineBayes)
      ]
    }
  }
}
