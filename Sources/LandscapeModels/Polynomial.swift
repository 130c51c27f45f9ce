// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule

/// A sparse polynomial: the covariance xi(q) or the signal phi(m) of a spherical landscape.
public struct Polynomial: Sendable, Hashable {
  /// A coefficient and its degree.
  public struct Term: Sendable, Hashable {
    /// The power of the variable.
    public let degree: Int
    /// The factor before it.
    public let coefficient: Double

    /// A term `coefficient` q^`degree`.
    public init(degree: Int, coefficient: Double) {
      self.degree = degree
      self.coefficient = coefficient
    }
  }

  /// The terms by increasing degree, each degree at most once.
  public let terms: [Term]

  /// A polynomial from terms of increasing degree.
  package init(_ terms: [Term]) { self.terms = terms }

  /// The polynomial at `q`.
  public func callAsFunction(_ q: Double) -> Double { derivative(0, at: q) }

  /// The derivative of the given order at `q`.
  ///
  /// - Parameters:
  ///   - order: 0 for the value itself; not negative.
  ///   - q: any number; at q = 0 only the term of degree `order` counts.
  /// - Returns: the sum over the terms of c k!/(k - order)! q^(k - order).
  /// - Complexity: O(number of terms).
  public func derivative(_ order: Int, at q: Double) -> Double {
    var sum = 0.0
    for term in terms where term.degree >= order {
      var factor = term.coefficient
      for j in 0..<order { factor *= Double(term.degree - j) }
      sum += factor * Double.pow(q, term.degree - order)
    }
    return sum
  }
}
