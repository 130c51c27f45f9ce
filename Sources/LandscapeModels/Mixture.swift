// SPDX-License-Identifier: GPL-3.0-or-later

package import SaddlepointCore

/// Coefficients by degree, written as a dictionary literal: `[2: 0.5, 3: 0.5]` is 0.5 q^2 + 0.5 q^3.
///
/// Unlike a dictionary it keeps what was written, so that a model can refuse a degree that occurs twice.
public struct Mixture: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  /// Degrees and coefficients as given.
  public let entries: [Polynomial.Term]

  /// A mixture from a literal such as `[3: 1]`.
  public init(dictionaryLiteral elements: (Int, Double)...) {
    entries = elements.map { Polynomial.Term(degree: $0.0, coefficient: $0.1) }
  }

  /// A mixture from degrees and coefficients.
  public init(_ entries: [Polynomial.Term]) { self.entries = entries }

  /// The polynomial, if every degree is allowed and occurs once and every coefficient is in the domain.
  ///
  /// - Parameter family: the declaration that names the coefficients and gives degrees and domain.
  /// - Returns: the terms by increasing degree, zeros left out.
  /// - Throws: `DomainError` naming the coefficient (`xi3`), its value and what is allowed.
  package func polynomial(checkedBy family: ParameterFamily) throws(DomainError) -> Polynomial {
    var terms: [Polynomial.Term] = []
    for term in entries.sorted(by: { $0.degree < $1.degree }) {
      let name = Quantity(family.prefix + String(term.degree))
      guard family.degrees.contains(term.degree) else {
        throw DomainError(
          name, term.coefficient,
          allowed: "degrees from \(family.degrees.lowerBound) to \(family.degrees.upperBound)")
      }
      guard terms.last?.degree != term.degree else {
        throw DomainError(name, term.coefficient, allowed: "each degree once")
      }
      try family.member(term.degree).checked(term.coefficient)
      terms.append(term)
    }
    return Polynomial(terms.filter { $0.coefficient != 0 })
  }
}
