// SPDX-License-Identifier: GPL-3.0-or-later

/// The value of a parameter at a point: a number or a word.
public enum Value: Sendable, Hashable {
  /// A number; infinity where the parameter's domain has it.
  case number(Double)
  /// One of the names of a choice.
  case text(String)
  /// An optional parameter that was left out.
  case absent

  /// The value as the command reads it.
  public var text: String {
    switch self {
    case .number(let x): plain(x)
    case .text(let word): word
    case .absent: ""
    }
  }
}

/// Values of parameters by name: the edge between the command, which has names, and formulas, which have arguments.
///
/// Values are looked up once per row, never inside a formula.
public struct Point: Sendable, Hashable {
  /// The parameters, in declared order.
  public let names: [Quantity]
  /// Their values, in the same order.
  public var values: [Value]

  /// A point with the given names and values (of equal number).
  public init(_ names: [Quantity], _ values: [Value]) {
    precondition(names.count == values.count)
    self.names = names
    self.values = values
  }

  /// A point of numbers, for typed calls.
  public init(_ entries: KeyValuePairs<Quantity, Double>) {
    names = entries.map(\.key)
    values = entries.map { .number($0.value) }
  }

  /// The value of a parameter, or nil if the point does not have it.
  public subscript(_ name: Quantity) -> Value? {
    guard let index = names.firstIndex(of: name) else { return nil }
    return values[index]
  }

  /// The number under a name.
  /// - Throws: `DomainError` if it is missing or a word.
  public func number(_ name: Quantity) throws(DomainError) -> Double {
    switch self[name] {
    case .number(let x)?: return x
    case .text(let word)?: throw DomainError(name, word, allowed: "a number")
    case .absent?, nil: throw DomainError.missing(name, needed: "a value must be given")
    }
  }

  /// The number under a name, or nil if it was left out.
  /// - Throws: `DomainError` if it is a word.
  public func optionalNumber(_ name: Quantity) throws(DomainError) -> Double? {
    switch self[name] {
    case .absent?, nil: nil
    default: try number(name)
    }
  }

  /// The word under a name.
  /// - Throws: `DomainError` if it is missing or a number.
  public func word(_ name: Quantity) throws(DomainError) -> String {
    guard case .text(let word)? = self[name] else {
      throw DomainError.missing(name, needed: "a word must be given")
    }
    return word
  }

  /// The integer under a name.
  /// - Throws: `DomainError` if it is missing or no integer.
  public func integer(_ name: Quantity) throws(DomainError) -> Int {
    let x = try number(name)
    guard let integer = Int(exactly: x) else { throw DomainError(name, x, allowed: "an integer") }
    return integer
  }
}
