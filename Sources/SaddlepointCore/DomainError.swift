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
  /// The allowed word that is nearest to the value; nil if none is near enough to be meant.
  public let nearest: String?

  /// An error about a value given as text, perhaps with the word that is meant.
  public init(_ parameter: Quantity, _ value: String, allowed: String, nearest: String? = nil) {
    self.nearest = nearest
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
    nearest = nil
  }

  /// An error about a value that was not given, with what is needed in words.
  public static func missing(_ parameter: Quantity, needed: String) -> DomainError {
    DomainError(missing: parameter, needed: needed)
  }

  /// An error about a number.
  public init(_ parameter: Quantity, _ value: Double, allowed: String) {
    self.init(parameter, plain(value), allowed: allowed)
  }

  /// What is allowed, and what may be meant.
  public var advice: String {
    (nearest.map { "did you mean '\($0)'? " } ?? "") + "allowed: \(allowed)"
  }

  /// One line for a person: parameter, value, allowed range.
  public var description: String {
    isMissing
      ? "\(parameter) is missing; needed: \(allowed)" : "\(parameter) = \(value) is not allowed; \(advice)"
  }
}
