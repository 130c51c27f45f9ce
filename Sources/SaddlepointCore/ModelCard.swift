// SPDX-License-Identifier: GPL-3.0-or-later

/// What a model is, declared once beside its type: name, parameters, meaning.
public struct ModelCard: Sendable {
  /// Name on the command line.
  public let name: String
  /// One sentence.
  public let summary: String
  /// The definition in TeX.
  public let definition: String
  /// Families of numbered parameters; they precede the others in declared order.
  public let families: [ParameterFamily]
  /// Parameters in declared order.
  public let parameters: [Parameter]
  /// Where the model comes from.
  public let sources: [Citation]

  /// A card.
  public init(
    name: String, summary: String, definition: String, families: [ParameterFamily] = [], parameters: [Parameter],
    sources: [Citation]
  ) {
    self.name = name
    self.summary = summary
    self.definition = definition
    self.families = families
    self.parameters = parameters
    self.sources = sources
  }

  /// The declared parameter of a name, or nil.
  public subscript(_ quantity: Quantity) -> Parameter? {
    if let parameter = parameters.first(where: { $0.quantity == quantity }) { return parameter }
    for family in families {
      guard quantity.name.hasPrefix(family.prefix), let degree = Int(quantity.name.dropFirst(family.prefix.count)),
        family.degrees.contains(degree), quantity.name == family.prefix + String(degree)
      else { continue }
      return family.member(degree)
    }
    return nil
  }
}

/// A model that has a card.
public protocol CardedModel: Sendable {
  /// The model's declaration.
  static var card: ModelCard { get }
}

extension CardedModel {
  /// Checks a value against the declared domain of a parameter.
  /// - Throws: `DomainError` naming parameter, value and allowed range.
  @discardableResult
  public static func checked(_ quantity: Quantity, _ x: Double) throws(DomainError) -> Double {
    guard let parameter = card[quantity] else {
      throw DomainError(quantity, x, allowed: "\(card.name) has no such parameter")
    }
    return try parameter.checked(x)
  }
}
