// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
public import SaddlepointCore

/// The semicircle law: eigenvalues of a large symmetric matrix with independent centred entries of variance s2/N.
///
/// All functions take a real number x in the units of the eigenvalues; NaN gives NaN.
///
/// Source: theory sheet *spherical landscapes*, section 11.
public struct SemicircleLaw: Sendable, Hashable {
  /// The eigenvalue that a rank-one part pulls out of the bulk.
  public struct Outlier: Sendable, Hashable {
    /// Position, in the units of the eigenvalues.
    public let position: Double
    /// Squared overlap of the unit eigenvector with the direction of the rank-one part, in (0, 1].
    public let overlapSquared: Double
  }

  /// Variance s2 of the law, finite and > 0: N times the variance of an off-diagonal entry.
  public let variance: Double
  /// The interval [-2 sqrt(s2), 2 sqrt(s2)] that holds the eigenvalues.
  public let edges: ClosedRange<Double>
  /// sqrt(s2), the unit in which formulas are evaluated.
  private let deviation: Double

  /// The law of a given variance.
  ///
  /// - Parameter variance: N times the variance of an off-diagonal entry, finite and > 0.
  /// - Throws: `DomainError` if the variance is not finite and > 0.
  public init(variance: Double) throws(DomainError) {
    self.variance = try Self.checked("variance", variance)
    deviation = .sqrt(variance)
    edges = (-2 * deviation)...(2 * deviation)
  }

  /// Density of the eigenvalues at x, per unit of x; 0 outside the edges.
  public func density(at x: Double) -> Double {
    if x.isNaN { return x }
    guard edges.contains(x) else { return 0 }
    return .sqrt((edges.upperBound - x) / deviation) * .sqrt((edges.upperBound + x) / deviation)
      / (2 * .pi * deviation)
  }

  /// Fraction of the eigenvalues that are at most x; accurate relative to itself near the lower edge.
  public func cdf(at x: Double) -> Double {
    if x.isNaN { return x }
    if x <= edges.lowerBound { return 0 }
    if x >= edges.upperBound { return 1 }
    // x = -2 s cos(phi): the fraction is (y - sin y)/(2 pi) with y = 2 phi.
    let y = 4 * Double.atan2(y: .sqrt(x - edges.lowerBound), x: .sqrt(edges.upperBound - x))
    return differenceFromSine(y) / (2 * .pi)
  }

  /// The Stieltjes transform g(x), the integral of rho(y)/(x - y); inside the bulk its real part (principal value).
  ///
  /// Without cancellation for any x; g has the units of 1/x and is at most 1/sqrt(s2) in size.
  public func stieltjes(at x: Double) -> Double {
    if edges.contains(x) { return x / 2 / variance }
    let distance = abs(x)
    let root = Double.sqrt(distance - edges.upperBound) * .sqrt(distance + edges.upperBound)
    return (x < 0 ? -1 : 1) / (distance / 2 + root / 2)
  }

  /// The R transform s2 g, which satisfies R(g(x)) + 1/g(x) = x outside the bulk, where |g| <= 1/sqrt(s2).
  public func rTransform(_ g: Double) -> Double { variance * g }

  /// The logarithmic potential at x, the integral of rho(y) log|x - y|; valid inside and outside the bulk.
  public func logPotential(at x: Double) -> Double { .log(deviation) + Self.unitLogPotential(x / deviation) }

  /// Omega(t): the logarithmic potential of the law of variance 1, the mean of log|y - t|.
  ///
  /// Source: theory sheet *spherical landscapes*, section 2.
  package static func unitLogPotential(_ t: Double) -> Double {
    let x = abs(t)
    if x <= 2 { return x * x / 4 - 0.5 }
    // With s = sqrt(1 - 4/x^2): 1/(1 + s) - 1/2 + log(x (1 + s)/2), which neither cancels nor overflows.
    let s = ((1 - 2 / x) * (1 + 2 / x)).squareRoot()
    return 1 / (1 + s) - 0.5 + .log(x) + .log((1 + s) / 2)
  }

  /// The outlier of W + theta e e^T, e a unit vector and W a matrix of this law whose eigenvectors are uniform.
  ///
  /// - Parameter theta: strength of the rank-one part in the units of the eigenvalues, finite; negative ones pull below.
  /// - Returns: position and overlap; nil where |theta| <= sqrt(s2), where no eigenvalue is detached.
  /// - Throws: `DomainError` if the strength is not finite.
  public func outlier(spike theta: Double) throws(DomainError) -> Outlier? {
    try SpectrumParameter.additiveSpike.checked(theta)
    let strength = abs(theta)
    guard strength > deviation else { return nil }
    let ratio = deviation / strength
    return Outlier(
      position: theta + deviation * (theta < 0 ? -ratio : ratio),
      overlapSquared: (strength - deviation) / strength * (1 + ratio))
  }
}

/// y - sin y for y >= 0, without cancellation where y is small.
private func differenceFromSine(_ y: Double) -> Double {
  guard y < 1 else { return y - .sin(y) }
  // y^3/6 - y^5/120 + ...: the term of degree 2k+1 follows from the one before.
  var term = y * y * y / 6
  var sum = term
  var degree = 3.0
  while abs(term) > sum.ulp / 4 {
    term *= -y * y / ((degree + 1) * (degree + 2))
    degree += 2
    sum += term
  }
  return sum
}
