// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

extension Quantity {
  /// Samples per dimension, alpha = M/N.
  public static let alpha: Quantity = "alpha"
  /// How the measured value arises from the projection of the signal.
  public static let channel: Quantity = "channel"
  /// Real or complex.
  public static let field: Quantity = "field"
  /// Variance of the noise of the measurements.
  public static let noise: Quantity = "noise"
  /// The loss of an empirical risk.
  public static let loss: Quantity = "loss"
  /// Regularisation in the normalised loss.
  public static let a0: Quantity = "a0"
}

/// Phase retrieval: a signal is to be found from the moduli of M = alpha N random projections.
///
/// Source: theory sheets *glm landscapes* and *phase retrieval bayes*.
public struct PhaseRetrieval: CardedModel {
  /// alpha = M/N, > 0.
  public let alpha: Double
  /// The loss that is minimised.
  public let loss: Loss
  /// Variance of the Gaussian noise of the labels.
  public let noise: Double

  /// Phase retrieval by minimising an empirical risk.
  ///
  /// - Parameters:
  ///   - alpha: samples per dimension.
  ///   - loss: the loss; quartic unless said.
  ///   - noise: variance of the Gaussian noise added to the moduli.
  /// - Throws: `DomainError` unless alpha is positive and finite and the noise is not negative.
  public init(alpha: Double, loss: Loss = .quartic, noise: Double = 0) throws(DomainError) {
    self.alpha = try Self.checked(.alpha, alpha)
    self.noise = try Self.checked(.noise, noise)
    self.loss = loss
  }

  /// The empirical risk, with labels |z*|.
  /// - Throws: never for a valid model.
  public func risk() throws(DomainError) -> EmpiricalRisk {
    try EmpiricalRisk(alpha: alpha, loss: loss, label: .abs, noise: noise)
  }

  /// The model's declaration.
  public static let card = ModelCard(
    name: "phase-retrieval",
    summary: "A signal observed through the moduli of random projections.",
    definition:
      #"y_\mu = |\xi_\mu\cdot x^*|/\sqrt N,\quad L(x) = \sum_{\mu\le\alpha N}\ell(y_\mu, \xi_\mu\cdot x/\sqrt N),\quad |x|^2 = N"#,
    parameters: [
      OutputChannel.parameter([.modulus, .modulusAdditive, .intensity], withFormula: false), NumberField.parameter,
      SharedParameter.prior, SharedParameter.rho,
      Parameter(
        .noise, symbol: "\\Delta", "variance of the noise of the measurements", domain: .nonNegative, default: 0),
      Parameter(.alpha, symbol: "\\alpha", "samples per dimension, M/N", domain: .positive),
      SharedParameter.loss, SharedParameter.a0,
    ],
    sources: [.optimalGeneralizedLinear, .topologicalExploration, .landscapeGeneralizedLinear])
}

extension SharedParameter {
  /// The loss of an empirical risk, with `a0` or an expression after a colon.
  static let loss = Parameter(
    .loss, symbol: "\\ell", "loss of the empirical risk",
    choices: [
      .init("quartic", "(z^2-y^2)^2/4"),
      .init("normalised", "(z^2-y^2)^2/(a0+y^2)", shorthand: .a0),
      .init("expression", "a formula in y and z", syntax: .expression(variables: Loss.expressionVariables)),
    ])

  static let a0 = Parameter(
    .a0, symbol: "a_0", "regularisation of the normalised loss", domain: .positive, default: 1)

  /// The label of an empirical risk.
  package static let label = Parameter(
    "label", symbol: "y", "how labels arise from the projection of the signal",
    choices: [
      .init("abs", "|z|"), .init("square", "z^2"), .init("linear", "z"), .init("sign", "the sign of z"),
      .init("expression", "a formula in z", syntax: .expression(variables: Label.expressionVariables)),
    ])
}

extension Loss {
  /// The loss that a point of the command names.
  ///
  /// - Parameter point: gives `loss` and, for the normalised one, `a0`.
  /// - Throws: `DomainError` for a loss that is not finite or not smooth, or a0 outside its domain.
  package init(_ point: Point) throws(DomainError) {
    let word = try point.word(.loss)
    switch word {
    case "quartic": self = .quartic
    case "normalised": self = try .normalised(a0: point.number(.a0))
    default: self = try .expression(SharedParameter.expression(in: word, of: SharedParameter.loss))
    }
  }
}

extension Label {
  /// The label that a point of the command names.
  package init(_ point: Point) throws(DomainError) {
    let word = try point.word("label")
    let named = [Label.abs, .square, .linear, .sign].first { $0.description == word }
    if let named {
      self = named
    } else {
      self = try .expression(SharedParameter.expression(in: word, of: SharedParameter.label))
    }
  }
}

extension SharedParameter {
  /// The formula after `expression:` in the value of a choice.
  package static func expression(in word: String, of parameter: Parameter) throws(DomainError) -> Expression {
    guard case .choice(let choices, _) = parameter.kind, let colon = word.firstIndex(of: ":"),
      let choice = choices.first(where: { $0.name == word[..<colon] }),
      let variables = choice.syntax?.variables
    else { throw DomainError(parameter.quantity, word, allowed: parameter.allowed) }
    do {
      return try Expression(String(word[word.index(after: colon)...]), variables: variables)
    } catch {
      throw DomainError(parameter.quantity, word, allowed: "\(parameter.allowed); \(error)")
    }
  }
}
