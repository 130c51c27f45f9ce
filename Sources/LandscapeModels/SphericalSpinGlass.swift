// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// A spherical Gaussian landscape with any covariance polynomial xi and any signal polynomial phi.
///
/// `SphericalSpinGlass(covariance: [3: 1])` is the pure 3-spin model with energies of unit variance.
public struct SphericalSpinGlass: SphericalLandscape, CardedModel, Hashable {
  /// xi, the covariance polynomial.
  public let covariance: Polynomial
  /// phi, the signal polynomial, `signalScale` included.
  public let signal: Polynomial

  /// A landscape with covariance N xi(q) and mean -N `signalScale` phi(m).
  ///
  /// - Parameters:
  ///   - covariance: coefficients xi_k >= 0 of degrees k >= 1; at least one of degree >= 2 is positive.
  ///   - signal: coefficients phi_k of degrees k >= 1, any sign; empty for no signal.
  ///   - signalScale: finite factor of phi.
  /// - Throws: `DomainError` for negative or non-finite coefficients, degrees out of range or given twice, and a
  ///   covariance without a positive term of degree >= 2 (the Hessian would not fluctuate).
  public init(covariance: Mixture, signal: Mixture = [:], signalScale: Double = 1) throws(DomainError) {
    let xi = try covariance.polynomial(checkedBy: Self.covarianceFamily)
    guard xi.terms.contains(where: { $0.degree >= 2 }) else {
      let needed = "at least one positive coefficient of degree >= 2"
      let given = covariance.entries.map { "\($0.degree):\($0.coefficient)" }.joined(separator: ",")
      throw given.isEmpty
        ? DomainError.missing("mixture", needed: needed) : DomainError("mixture", given, allowed: needed)
    }
    let phi = try signal.polynomial(checkedBy: Self.signalFamily)
    try Self.checked(.signalScale, signalScale)
    self.covariance = xi
    self.signal = Polynomial(
      phi.terms.map { Polynomial.Term(degree: $0.degree, coefficient: signalScale * $0.coefficient) })
  }

  /// The glass that the numbered coefficients of a point describe.
  package static let atPoint: @Sendable (Point) throws(DomainError) -> SphericalSpinGlass = {
    point throws(DomainError) in
    func mixture(_ prefix: String) throws(DomainError) -> Mixture {
      var terms: [Polynomial.Term] = []
      for name in point.names where name.name.hasPrefix(prefix) {
        guard let degree = Int(name.name.dropFirst(prefix.count)) else { continue }
        terms.append(Polynomial.Term(degree: degree, coefficient: try point.number(name)))
      }
      return Mixture(terms)
    }
    return try SphericalSpinGlass(
      covariance: mixture("xi"), signal: mixture("phi"), signalScale: point.optionalNumber(.signalScale) ?? 1)
  }

  private static let covarianceFamily = ParameterFamily(prefix: "xi", shorthand: "mixture", degrees: 1...1000) {
    Parameter(
      Quantity("xi\($0)"), symbol: "\\xi_{\($0)}", "coefficient of q^\($0) in the covariance", domain: .nonNegative)
  }

  private static let signalFamily = ParameterFamily(prefix: "phi", shorthand: "signal", degrees: 1...1000) {
    Parameter(Quantity("phi\($0)"), symbol: "\\phi_{\($0)}", "coefficient of m^\($0) in the signal", domain: .finite)
  }

  /// The model's declaration.
  public static let card = ModelCard(
    name: "spherical-spin-glass",
    summary: "Gaussian landscape on the sphere with any covariance and signal polynomials (mixed p-spin models).",
    definition: #"\overline{H} = -N\phi(m),\quad \overline{H(x)H(y)}^{c} = N\xi(q),\quad |x|^2 = N"#,
    families: [covarianceFamily, signalFamily],
    parameters: [
      Parameter(
        .signalScale, symbol: "s", "factor that multiplies the signal polynomial", domain: .finite, default: 1),
      SharedParameter.temperature(default: nil, "temperature of the Gibbs measure exp(-H/T)"),
    ],
    sources: [.sphericalTwoPlusP])
}
