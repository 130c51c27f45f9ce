// SPDX-License-Identifier: GPL-3.0-or-later

/// A parameter whose value is outside its domain: which, what, and what would be allowed.
public struct DomainError: Error, Hashable, CustomStringConvertible {
  /// Name of the parameter, as the command writes it.
  public let parameter: Quantity
  /// The offending value as text (as it was typed, where a person typed it).
  public let value: String
  /// The allowed values in words, for example `0 < delta2 <= inf`.
  public let allowed: String
  /// Whether no value was given at all; `allowed` then says what is needed.
  public let isMissing: Bool

  /// An error about a value given as text.
  public init(_ parameter: Quantity, _ value: String, allowed: String) {
    self.parameter = parameter
    self.value = value
    self.allowed = allowed
    isMissing = false
  }

  private init(missing parameter: Quantity, needed: String) {
    self.parameter = parameter
    value = "missing"
    allowed = needed
    isMissing = true
  }

  /// An error about a value that was not given, with what is needed in words.
  public static func missing(_ parameter: Quantity, needed: String) -> DomainError {
    DomainError(missing: parameter, needed: needed)
  }

  /// An error about a number.
  public init(_ parameter: Quantity, _ value: Double, allowed: String) {
    self.init(parameter, plain(value), allowed: allowed)
  }

  /// One line for a person: parameter, value, allowed range.
  public var description: String {
    isMissing
      ? "\(parameter) is missing; needed: \(allowed)" : "\(parameter) = \(value) is not allowed; allowed: \(allowed)"
  }
}
