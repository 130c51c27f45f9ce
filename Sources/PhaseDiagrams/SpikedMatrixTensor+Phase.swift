// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
public import LandscapeModels
import ReplicaMethod
public import SaddlepointCore
import SaddlepointNumerics

/// What the theory says about a point of the phase diagram of a spiked model.
public struct SpikedPhase: Sendable, Hashable {
  /// What is possible.
  public let region: PhaseRegion
  /// Cosine of the Bayes-optimal estimate with the signal, sqrt(q).
  public let cosineBayes: Estimate
  /// Cosine of the estimate that Bayes-optimal message passing reaches from an uninformed start.
  public let cosineAMP: Estimate
  /// Cosine of the estimate that maximum-likelihood message passing reaches from an uninformed start.
  public let cosineML: Estimate
  /// xi''(1) chi^2 at that estimate: above 1 its Hessian is glassy; nil where the estimate is uninformed.
  public let mlReplicon: Double?
  /// Whether Langevin dynamics escapes the marginal states (a heuristic criterion).
  public let langevinSucceeds: Bool
  /// Whether gradient flow escapes the marginal states (a heuristic criterion).
  public let gradientFlowSucceeds: Bool

  /// The region and its algorithms in a sentence.
  public var summary: String {
    switch region {
    case .impossible, .hard, .hybridHard: region.sentence
    case .easy:
      switch (langevinSucceeds, gradientFlowSucceeds) {
      case (true, true): "message passing is optimal; Langevin and gradient flow find the signal"
      case (true, false): "message passing is optimal; Langevin finds the signal, gradient flow is trapped"
      case (false, true): "message passing is optimal; gradient flow finds the signal, Langevin is trapped"
      case (false, false): "message passing is optimal; Langevin and gradient flow are trapped"
      }
    }
  }
}

extension SpikedMatrixTensor {
  /// What is possible at this point, and what each algorithm reaches.
  ///
  /// - Parameter temperature: of the Langevin dynamics, >= 0; 1 samples the posterior.
  /// - Returns: region, cosines with the signal, and which dynamics succeed.
  /// - Throws: `GSLError` where the noise is too small to be represented; `DomainError` for a negative temperature.
  /// - Complexity: a dozen bracketed roots, microseconds.
  ///
  /// Source: theory sheet *spiked replica*, sections 1 to 3.
  public func phase(temperature: Double = 1) throws -> SpikedPhase {
    try Self.checked(.temperature, temperature)
    let saddles = try saddlePoints()
    let amp = try messagePassingOverlap()
    let ml = try maximumLikelihoodFromScratch()
    let best = saddles.first(where: \.isDominant)?.overlap ?? .exact(0)
    let (i2, ip) = (1 / delta2, 1 / deltap)
    let overlap = 1 - temperature * delta2
    // The lines' own conditions: the marginal states are unstable to the signal.
    let langevin =
      delta2 < 1 && overlap > 0
      && (i2 * i2 - i2) * deltap > Double(p - 1) * power(overlap, p - 2)
    let reached: Estimate = amp.m == 0 ? .exact(0) : .converged(amp.m, error: amp.error + amp.m.ulp)
    return SpikedPhase(
      region: PhaseRegion(bayes: best, amp: reached), cosineBayes: cosine(best, 1), cosineAMP: cosine(reached, 1),
      cosineML: ml.map { .converged($0.m, error: $0.error) } ?? .exact(0), mlReplicon: ml?.replicon,
      langevinSucceeds: langevin, gradientFlowSucceeds: i2 * i2 > i2 + Double(p - 1) * ip)
  }

  private func power(_ x: Double, _ n: Int) -> Double {
    var result = 1.0
    for _ in 0..<n { result *= x }
    return result
  }
}

extension SphericalLandscape {
  /// The largest complexity of minima; at isolated minima it touches zero, which counts for none.
  func spuriousComplexity() throws -> Estimate {
    let top = try complexity(of: .minima)
    return top.value.map { $0 > 1e-12 } == true ? top : .exact(0)
  }
}

extension SpikedMatrixTensor {
  /// `phase spiked-matrix-tensor`.
  static let phaseQuestion = Question(
    name: "phase", summary: "What is possible at a point, and what each algorithm reaches.",
    parameters: card.parameters.filter { $0.quantity != .rho },
    columns: [
      Column("region", "impossible, hard, hybrid-hard or easy"),
      Column("cosine_bayes", symbol: "\\sqrt q", "cosine of the Bayes-optimal estimate with the signal"),
      Column("cosine_amp", symbol: "\\sqrt{q}", "cosine reached by Bayes-optimal message passing from no information"),
      Column("cosine_ml", symbol: "m", "cosine reached by maximum-likelihood message passing from no information"),
      Column("ml_replicon", symbol: "\\xi''(1)\\chi^2", "replicon there: above 1 the Hessian is glassy"),
      Column("langevin", "1 if Langevin dynamics escapes the marginal states (heuristic)"),
      Column("gradient_flow", "1 if gradient flow escapes the marginal states (heuristic)"),
      Column(
        "minima_complexity", symbol: "\\Sigma_{\\min}", unit: "per N",
        "complexity of the minima; 0 where they are not exponentially many"),
      Column(
        "cosine_minimum", symbol: "m", "cosine of the isolated minimum near the signal; empty where there is none"),
      Column("nearest_line", "the line nearest in log delta2"),
      Column("nearest_delta2", symbol: "\\Delta_2", "delta2 on that line"),
      Column("summary", "the same in words"),
    ], main: "cosine_bayes", evidence: .replica, sources: [.marvelsAndPitfalls, .passedAndSpurious, .bigBadMinima],
    formula: #"q = \arg\max_m \Phi(m);\ \text{message passing: first fixed point above } m = 0"#,
    domain: "every model with at least one channel", example: "--p 3 --delta2 1.1 --deltap 0.5"
  ) { point throws(DomainError) in
    try Prior.requireGaussian(at: point)
    let model = try SpikedMatrixTensor(
      p: point.integer(.p), delta2: point.number(.delta2), deltap: point.number(.deltap))
    do {
      let phase = try model.phase(temperature: point.number(.temperature))
      let nearest = try nearestLine(Catalogue.spikedMatrixTensorLines, .delta2, to: model.delta2, at: point)
      return [
        Answer(
          [
            .text(phase.region.rawValue), Cell(phase.cosineBayes), Cell(phase.cosineAMP), Cell(phase.cosineML),
            Cell(phase.mlReplicon), .flag(phase.langevinSucceeds), .flag(phase.gradientFlowSucceeds),
            Cell(try model.spuriousComplexity()), Cell(model.signalMinimum().overlap),
            nearest.map { .text($0.name) } ?? .empty,
            Cell(nearest?.value), .text(phase.summary),
          ], main: phase.cosineBayes)
      ]
    } catch let error as DomainError {
      throw error
    } catch {
      return [Answer([Cell](repeating: .empty, count: 12), main: .notConverged("\(error)"))]
    }
  }
}
