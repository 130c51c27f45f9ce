// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
public import SaddlepointNumerics

extension GeneralizedLinear {
  /// Every fixed point of Bayes-optimal message passing, by increasing overlap.
  ///
  /// Each lies on the explicit curve alpha(g) = g/G(Q(g)), cut at its folds; perfect recovery is added where y has no noise.
  ///
  /// - Returns: the states with their stability, potential and mutual information.
  /// - Throws: `GSLError` where the channel's quadrature fails.
  /// - Complexity: about 200 evaluations of the output channel: 50 ms for closed forms, up to seconds at small noise.
  ///
  /// Source: arXiv:1708.03395; theory sheet *phase retrieval bayes*, section 1.
  public func states() throws(GSLError) -> [GeneralizedLinearState] {
    try GeneralizedLinearStates.of(measurement).states(alpha: alpha)
  }

  /// The replica potential at an overlap: inf over g of Psi_0(g) - q g/2, plus alpha Psi_out(q).
  ///
  /// - Parameter q: overlap of the posterior mean with the signal, 0 <= q < 1.
  /// - Returns: the potential.
  /// - Throws: `DomainError` for an overlap outside that range.
  public func potential(overlap q: Double) throws(DomainError) -> Estimate {
    guard q >= 0, q < 1 else { throw DomainError(.overlap, q, allowed: "0 <= overlap < 1") }
    let prior = measurement.prior
    do throws(GSLError) {
      let curve = try GeneralizedLinearCurve.of(measurement)
      let out = try curve.psi(q, complement: 1 - q)
      var entropy = 0.0
      var error = alpha * out.error
      // The Legendre transform of the scalar channel; zero up to the overlap of the prior's mean.
      if q > prior.mean * prior.mean {
        var g = q / (1 - q)
        if !prior.isGaussian {
          let x = try noisyRoot("conjugate of the overlap", in: -70...23) { x throws(GSLError) in
            let channel = ChannelPoint(prior, Double.exp(x))
            let value = q < 0.5 ? channel.q - q : (1 - q) - channel.mmse
            return (value, channel.g * channel.slope, q < 0.5 ? channel.qError : channel.mmseError)
          }
          g = Double.exp(x)
        }
        let channel = ChannelPoint(prior, g)
        let copies = measurement.field == .complex ? 2.0 : 1
        entropy = copies * (channel.psi - 0.5 * q * g)
        error += copies * (channel.psiError + 4 * .ulpOfOne * (channel.psi + q * g))
      }
      return .converged(entropy + alpha * out.value, error: error)
    } catch { return .notConverged("\(error)") }
  }

  /// The critical alpha of a line.
  ///
  /// - Parameters:
  ///   - line: a line in alpha.
  ///   - measurement: channel, field, prior and noise.
  /// - Returns: one element for each solution by increasing alpha; one without a value, with status and reason, where there is
  ///   none.
  /// - Throws: `DomainError` for a channel that the line does not have.
  public static func threshold(
    _ line: Line<GeneralizedLinear>, measurement: Measurement
  ) throws(DomainError) -> [CriticalPoint] {
    try line.solve(for: line.declaration.unknowns[0], at: Point(measurement))
  }
}

extension PhaseRetrieval {
  /// The critical alpha of a line, or the critical point of noise and alpha.
  ///
  /// - Parameters:
  ///   - line: the line.
  ///   - channel: how a value arises.
  ///   - field: real or complex numbers.
  ///   - prior: law of the signal's components.
  ///   - noise: variance of the noise; not used by `.critical`, which solves for it, and by `.fullRecovery`.
  /// - Returns: one element for each solution by increasing alpha; one without a value, with status and reason, where there is
  ///   none.
  /// - Throws: `DomainError` for a noise outside its domain, or a prior that the field does not have.
  public static func threshold(
    _ line: Line<PhaseRetrieval>, channel: OutputChannel, field: NumberField = .real, prior: Prior = .gaussian,
    noise: Double = 0
  ) throws(DomainError) -> [CriticalPoint] {
    let measurement = try Measurement(channel: channel, field: field, prior: prior, noise: noise)
    return try line.solve(for: line.declaration.unknowns[0], at: Point(measurement))
  }
}

extension Point {
  /// A point that holds a measurement, as a table's row does.
  package init(_ measurement: Measurement) {
    let prior = measurement.prior
    self.init(
      [.channel, .field, .prior, .rho, .noise],
      [
        .text(measurement.channel.description), .text(measurement.field.rawValue), .text(prior.name),
        prior.rho.map(Value.number) ?? .absent, .number(measurement.noise),
      ])
  }
}

/// The questions of both models with known prior and channel.
package enum GeneralizedLinearQuestions {
  private static let parameters: [Quantity] = [.channel, .field, .prior, .rho, .noise, .alpha]

  private static let formula =
    #"\Phi = \sup_q \inf_g\ \Psi_0(g) + \alpha\Psi_{out}(q) - qg/2,\quad \alpha(g) = g/G(Q(g)),\ G(q) = \mathbb E|g_{out}|^2 = 2\Psi_{out}'(q)"#

  /// `replica`.
  package static func replica(card: ModelCard, example: String) -> Question {
    Question(
      name: "replica",
      summary: "Every fixed point of Bayes-optimal message passing, its stability, and which dominates.",
      parameters: card.parameters.filter { parameters.contains($0.quantity) },
      columns: [
        Column("branch", "number of the fixed point, by increasing overlap"),
        Column(.overlap, symbol: "q", "overlap q of the posterior mean with the signal; its cosine is sqrt(q)"),
        Column(.mmse, symbol: "1 - q", "mean-square error per coordinate, up to the global sign for even channels"),
        Column(
          .potential, symbol: "\\Phi", unit: "per N",
          "lim (1/N) E log of the evidence; empty where it is infinite (perfect recovery)"),
        Column("stable", "1 if message passing that starts nearby stays"),
        Column("dominant", "1 for the Bayes-optimal state"),
        Column("reached", "1 where message passing without information ends"),
        Column(
          "mutual_information", symbol: "I/N", unit: "per N",
          "mutual information of signal and data where this state dominates; empty without additive noise"),
        Column("family", "piece of the curve of fixed points; keeps its name along a sweep of alpha"),
      ], main: .overlap, evidence: .theorem, sources: [.optimalGeneralizedLinear, .phaseRetrievalThresholds],
      formula: formula, domain: "every alpha > 0, channel and prior; complex moduli without noise outside",
      example: example
    ) { point throws(DomainError) in
      let model = try GeneralizedLinear(measurement: Measurement(point), alpha: point.number(.alpha))
      return SpikedQuestions.rows(columns: 9) {
        try model.states().enumerated().map { index, state in
          let p = state.point
          return Answer(
            [
              .integer(index + 1), Cell(p.overlap), Cell(p.mmse), Cell(p.potential), .flag(p.isStable),
              .flag(p.isDominant), .flag(state.isReached), Cell(state.mutualInformation), .text(p.family.rawValue),
            ], main: p.overlap)
        }
      }
    }
  }

  /// `potential`.
  package static func potential(card: ModelCard, example: String) -> Question {
    Question(
      name: "potential", summary: "The replica potential as a function of the overlap.",
      parameters: card.parameters.filter { parameters.contains($0.quantity) } + [ReplicaParameter.overlap],
      columns: [
        Column(.potential, symbol: "\\Phi", unit: "per N", "(1/N) E log Z at this overlap; stationary at fixed points")
      ], evidence: .replica, sources: [.optimalGeneralizedLinear], formula: formula, domain: "0 <= overlap < 1",
      example: example
    ) { point throws(DomainError) in
      let model = try GeneralizedLinear(measurement: Measurement(point), alpha: point.number(.alpha))
      let estimate = try model.potential(overlap: point.number(.overlap))
      return [Answer([Cell(estimate)], main: estimate)]
    }
  }
}

extension GeneralizedLinear {
  /// `replica generalized-linear`.
  package static let replicaQuestion = GeneralizedLinearQuestions.replica(
    card: card, example: "--channel sign --prior rademacher --alpha 1.3")

  /// `potential generalized-linear`.
  package static let potentialQuestion = GeneralizedLinearQuestions.potential(
    card: card, example: "--channel sign --prior rademacher --alpha 1.3 --overlap 0:0.99:12")
}

extension PhaseRetrieval {
  /// `replica phase-retrieval`.
  package static let replicaQuestion = GeneralizedLinearQuestions.replica(
    card: card, example: "--alpha 0.7 --channel modulus --field real")

  /// `potential phase-retrieval`.
  package static let potentialQuestion = GeneralizedLinearQuestions.potential(
    card: card, example: "--alpha 1.1 --overlap 0:0.99:12")
}
