// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// The numbers that signal and projections are made of.
public enum NumberField: String, Sendable, Hashable, CaseIterable {
  /// Real numbers.
  case real
  /// Complex numbers; alpha counts real measurements for each complex unknown.
  case complex
}

/// How a measured value y arises from the projection z of the signal; n is standard normal, D the variance `noise`.
///
/// Source: theory sheet *phase retrieval bayes*, section 1.2.
public enum OutputChannel: Sendable, Hashable, CustomStringConvertible {
  /// y = |z + sqrt(D) n|, noise inside the modulus.
  case modulus
  /// y = |z| + sqrt(D) n.
  case modulusAdditive
  /// y = |z|^2 + sqrt(D) n.
  case intensity
  /// y = z + sqrt(D) n.
  case linear
  /// y = sign(z + sqrt(D) n).
  case sign
  /// y = max(z, 0) + sqrt(D) n.
  case relu
  /// y = f(z) + sqrt(D) n with a formula in z, D > 0.
  case expression(Expression)

  /// The word of the command.
  public var description: String {
    switch self {
    case .modulus: "modulus"
    case .modulusAdditive: "modulus-additive"
    case .intensity: "intensity"
    case .linear: "linear"
    case .sign: "sign"
    case .relu: "relu"
    case .expression(let formula): "expression:\(formula.text)"
    }
  }

  /// Variables of the formula of a channel.
  public static let expressionVariables = ["z"]

  /// Whether y says nothing about the sign of z, so that a zero overlap is a fixed point of message passing.
  public var isEven: Bool {
    switch self {
    case .modulus, .modulusAdditive, .intensity: true
    case .linear, .sign, .relu: false
    case .expression(let formula):
      (1...80).allSatisfy { index in
        let z = 0.1 * Double(index) - 0.037
        let (a, b) = (formula(z), formula(-z))
        return abs(a - b) <= 1e-13 * abs(a)
      }
    }
  }

  /// Whether the channel exists for complex numbers.
  public var isComplexAllowed: Bool {
    switch self {
    case .modulus, .modulusAdditive, .intensity: true
    case .linear, .sign, .relu, .expression: false
    }
  }
}

extension OutputChannel {
  private static let named: [(channel: OutputChannel, meaning: String)] = [
    (.modulus, "y = |z + noise|"), (.modulusAdditive, "y = |z| + noise"), (.intensity, "y = |z|^2 + noise"),
    (.linear, "y = z + noise"), (.sign, "y = sign(z + noise)"), (.relu, "y = max(z, 0) + noise"),
  ]

  /// The parameter `channel` of a model with the given channels, the default first, and formulas if wanted.
  package static func parameter(_ channels: [OutputChannel], withFormula: Bool) -> Parameter {
    let formula = Parameter.Choice(
      "expression", "y = f(z) + noise, f a formula in z, noise > 0",
      syntax: .expression(variables: expressionVariables))
    return Parameter(
      .channel, symbol: "\\text{channel}", "how a measured value arises",
      choices: channels.map { channel in
        .init(channel.description, named.first { $0.channel == channel }?.meaning ?? "")
      } + (withFormula ? [formula] : []))
  }

  /// The channel that a point of the command names.
  ///
  /// - Parameter point: gives `channel`.
  /// - Throws: `DomainError` for an unknown channel, and a formula that is wrong or not finite for |z| <= 8.
  package init(_ point: Point) throws(DomainError) {
    let word = try point.word(.channel)
    if let known = Self.named.first(where: { $0.channel.description == word }) {
      self = known.channel
      return
    }
    let parameter = Self.parameter([.linear], withFormula: true)
    let formula = try SharedParameter.expression(in: word, of: parameter)
    guard formula.contains("z") else {
      throw DomainError(.channel, word, allowed: "a formula that depends on z")
    }
    guard (-80...80).allSatisfy({ formula(0.1 * Double($0) + 0.0037).isFinite }) else {
      throw DomainError(.channel, word, allowed: "a formula that is finite for |z| <= 8")
    }
    self = .expression(formula)
  }
}

extension NumberField {
  /// The parameter `field`.
  package static let parameter = Parameter(
    .field, symbol: "\\text{field}", "the numbers that signal and projections are made of",
    choices: [.init("real", "real numbers"), .init("complex", "complex numbers")])

  /// The field that a point of the command names; real where it names none.
  package init(_ point: Point) throws(DomainError) {
    guard point[.field] != nil else {
      self = .real
      return
    }
    let word = try point.word(.field)
    guard let field = NumberField(rawValue: word) else {
      throw DomainError(.field, word, allowed: "real, complex")
    }
    self = field
  }
}
