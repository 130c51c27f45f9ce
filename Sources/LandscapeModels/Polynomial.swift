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

  /// Value, first and second derivative at `q`, with one power for each term.
  package func jet(at q: Double) -> (value: Double, first: Double, second: Double) {
    var sums = (value: 0.0, first: 0.0, second: 0.0)
    for term in terms {
      let degree = Double(term.degree)
      guard term.degree >= 2 else {
        sums.value += term.coefficient * (term.degree == 0 ? 1 : q)
        sums.first += term.coefficient * degree
        continue
      }
      let power = term.coefficient * Self.power(q, term.degree - 2)
      sums.value += power * q * q
      sums.first += degree * power * q
      sums.second += degree * (degree - 1) * power
    }
    return sums
  }

  /// q^n for n >= 0: few multiplications where they are as accurate as the library's power.
  private static func power(_ q: Double, _ n: Int) -> Double {
    guard n <= 8 else { return .pow(q, n) }
    var result = 1.0
    for _ in 0..<n { result *= q }
    return result
  }
}
