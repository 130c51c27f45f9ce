// SPDX-License-Identifier: GPL-3.0-or-later

/// The name of a parameter or result, as the command writes it: `deltap`, `overlap`, `inverse_delta2`.
///
/// Rooms add their own names as static members, so that `point[.overlap]` and a column's header are one spelling.
public struct Quantity: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The name in columns and options.
  public let name: String

  /// A quantity of the given name.
  public init(_ name: String) { self.name = name }

  /// A quantity of the given name.
  public init(stringLiteral value: String) { name = value }

  /// The name.
  public var description: String { name }
}

extension Quantity {
  /// Overlap with the signal; each column says whether it is q of the posterior mean or the cosine m.
  public static let overlap: Quantity = "overlap"
  /// The lower of two overlaps that exchange stability at a first-order transition.
  public static let overlapLow: Quantity = "overlap_low"
  /// The higher of two overlaps that exchange stability at a first-order transition.
  public static let overlapHigh: Quantity = "overlap_high"
  /// lim (1/N) E log Z.
  public static let potential: Quantity = "potential"
  /// Minimum mean-square error per coordinate of the vector.
  public static let mmse: Quantity = "mmse"
}
