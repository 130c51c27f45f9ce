// SPDX-License-Identifier: GPL-3.0-or-later

/// The values that a numerical parameter may take: an interval, perhaps of integers only.
///
/// NaN is in no domain; infinity only in one whose closed upper end it is.
public struct Domain: Sendable, Hashable {
  /// Lower end of the interval.
  public let lower: Double
  /// Upper end of the interval.
  public let upper: Double
  /// Whether the lower end belongs to the domain.
  public let includesLower: Bool
  /// Whether the upper end belongs to the domain.
  public let includesUpper: Bool
  /// Whether only integers belong to the domain.
  public let isInteger: Bool

  /// An interval, closed at both ends unless said otherwise; an infinite end is open unless said otherwise.
  public init(
    _ lower: Double, _ upper: Double, includesLower: Bool? = nil, includesUpper: Bool? = nil, isInteger: Bool = false
  ) {
    self.lower = lower
    self.upper = upper
    self.includesLower = includesLower ?? lower.isFinite
    self.includesUpper = includesUpper ?? upper.isFinite
    self.isInteger = isInteger
  }

  /// All finite numbers.
  public static let finite = Domain(-.infinity, .infinity)
  /// Finite numbers > 0.
  public static let positive = Domain(0, .infinity, includesLower: false)
  /// Numbers > 0 and infinity, which stands for an absent channel.
  public static let positiveOrInfinite = Domain(0, .infinity, includesLower: false, includesUpper: true)
  /// Finite numbers >= 0.
  public static let nonNegative = Domain(0, .infinity)

  /// Integers from `lower` to `upper`, both included.
  public static func integers(from lower: Int, through upper: Int) -> Domain {
    Domain(Double(lower), Double(upper), isInteger: true)
  }

  /// Whether `x` is in the domain.
  public func contains(_ x: Double) -> Bool {
    if x.isNaN { return false }
    if includesLower ? x < lower : x <= lower { return false }
    if includesUpper ? x > upper : x >= upper { return false }
    return !isInteger || x == x.rounded(.towardZero)
  }

  /// The domain as a condition on a named parameter, for messages and help: `0 < delta2 <= inf`.
  public func condition(on name: String) -> String {
    var text = isInteger ? "integer " : ""
    if lower > -.infinity || includesLower { text += "\(plain(lower)) \(includesLower ? "<=" : "<") " }
    text += name
    if upper < .infinity || includesUpper { text += " \(includesUpper ? "<=" : "<") \(plain(upper))" }
    return lower == -.infinity && upper == .infinity && !isInteger ? "finite \(name)" : text
  }
}

/// The shortest text that reads back as the same double, without a trailing `.0`; `inf` and `-inf` for infinities.
package func plain(_ x: Double) -> String {
  let text = x.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
