// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
public import SaddlepointCore

/// The Marchenko-Pastur law: eigenvalues of G G^T/n, G a d x n matrix of independent standard entries, c = d/n.
///
/// For c > 1 a fraction 1 - 1/c of the eigenvalues is 0: the atom. Functions take a real number x in the units of the
/// entries' variance; NaN gives NaN.
///
/// Source: theory sheet *spherical landscapes*, section 11.
public struct MarchenkoPasturLaw: Sendable, Hashable {
  /// The eigenvalue that one unusual direction of the population pulls out of the bulk.
  public struct Outlier: Sendable, Hashable {
    /// Position, in the units of the eigenvalues.
    public let position: Double
    /// Squared overlap of the unit eigenvector (d components) with the unusual direction, in (0, 1).
    public let overlapSquared: Double
    /// Squared overlap of the unit eigenvector of the samples (n components) with their scores along it, in (0, 1).
    public let scoresOverlapSquared: Double
  }

  /// The ratio c = d/n of dimension to number of samples, finite and > 0.
  public let aspect: Double
  /// The interval [(1 - sqrt c)^2, (1 + sqrt c)^2] that holds the eigenvalues other than the atom's.
  public let edges: ClosedRange<Double>
  /// Mass 1 - 1/c of the atom at 0 for c > 1, else 0.
  public let atom: Double
  /// sqrt(c).
  private let root: Double
  /// 1 - sqrt(c), without cancellation.
  private let gap: Double

  /// The law of a given aspect ratio.
  ///
  /// - Parameter aspect: c = d/n, finite and > 0.
  /// - Throws: `DomainError` if the aspect ratio is not finite and > 0.
  public init(aspect: Double) throws(DomainError) {
    self.aspect = try Self.checked("aspect", aspect)
    root = .sqrt(aspect)
    gap = (1 - aspect) / (1 + root)
    edges = (gap * gap)...((1 + root) * (1 + root))
    atom = aspect > 1 ? (aspect - 1) / aspect : 0
  }

  /// Whether the bulk touches 0 (c = 1), where the density diverges like 1/sqrt(x): a hard edge; else edges are soft.
  public var hasHardEdge: Bool { aspect == 1 }

  /// Density of the continuous part at x, per unit of x; 0 outside the edges, infinite at a hard edge.
  ///
  /// The atom is not part of it: the integral is min(1, 1/c).
  public func density(at x: Double) -> Double {
    if x.isNaN { return x }
    guard edges.contains(x) else { return 0 }
    if x == 0 { return .infinity }
    return .sqrt(x - edges.lowerBound) / x * .sqrt(edges.upperBound - x) / (2 * .pi * aspect)
  }

  /// Fraction of the eigenvalues that are at most x, the atom at 0 included; absolute accuracy about 1e-15.
  public func cdf(at x: Double) -> Double {
    if x.isNaN { return x }
    if x < 0 { return 0 }
    if x <= edges.lowerBound { return atom }
    if x >= edges.upperBound { return 1 }
    // x = 1 + c - 2 sqrt(c) cos(phi); k = min(sqrt c, 1/sqrt c). The integral of sin^2/(1 + k^2 - 2 k cos) from 0 to phi is
    // phi/2 + B/2 - (B - k sin phi)/(2 k^2) with B = arg of 1/(1 - k exp(i phi)) = sum k^n sin(n phi)/n.
    let half = Double.atan2(y: .sqrt(x - edges.lowerBound), x: .sqrt(edges.upperBound - x))
    let phi = 2 * half
    let k = min(root, 1 / root)
    let sineOfHalf = Double.sin(half)
    let distance = (aspect > 1 ? -gap / root : gap) + 2 * k * sineOfHalf * sineOfHalf
    let angle = Double.atan2(y: k * .sin(phi), x: distance)
    var remainder = 0.0
    if k < 0.1 {
      var power = 1.0
      for n in 2...20 {
        remainder += power * .sin(Double(n) * phi) / Double(n)
        power *= k
      }
    } else {
      remainder = (angle - k * .sin(phi)) / (k * k)
    }
    return atom + min(1, 1 / aspect) * (phi + angle - remainder) / .pi
  }

  /// The Stieltjes transform g(x), the integral of 1/(x - y) over the law with its atom; inside the bulk its real part.
  ///
  /// Without cancellation for any x. At x = 0 it is minus infinity for c = 1, and NaN (a pole) for c > 1.
  public func stieltjes(at x: Double) -> Double {
    if x == 0, aspect >= 1 { return aspect == 1 ? -.infinity : .nan }
    if x.isInfinite { return 0 }
    let sum = x + (aspect - 1)
    if edges.contains(x) { return sum / 2 / aspect / x }
    let square = outerRoot(x)
    // The product of sum + square and sum - square is 4 c x: take the form without cancellation.
    return abs(sum + square) >= abs(sum - square)
      ? 1 / (sum / 2 + square / 2) : (sum / 2 - square / 2) / aspect / x
  }

  /// The R transform 1/(1 - c g), which satisfies R(g(x)) + 1/g(x) = x outside the bulk; infinite at g = 1/c.
  public func rTransform(_ g: Double) -> Double { 1 / (1 - aspect * g) }

  /// The S transform 1/(1 + c t), which multiplies in products of free matrices; infinite at t = -1/c.
  public func sTransform(_ t: Double) -> Double { 1 / (1 + aspect * t) }

  /// The logarithmic potential at x, the integral of log|x - y| over the law with its atom.
  ///
  /// Valid above, inside and below the bulk, also for x <= 0. At x = 0 it is ``meanLog``.
  public func logPotential(at x: Double) -> Double {
    if x == 0 { return meanLog }
    if edges.contains(x) {
      let logarithm = Double.log(x)
      return logExcess(x - 1, logarithm) / (2 * aspect) - 0.5 + (.log(aspect) + logarithm) / 2
    }
    if x.isInfinite { return .infinity }
    let g = stieltjes(at: x)
    // 1/R = 1 - c g = (x + 1 - c + square)/(2 x), and the product with its conjugate is 1/x.
    let sum = x + (1 - aspect)
    let square = outerRoot(x)
    let inverse =
      abs(sum - square) >= abs(sum + square) ? 1 / (sum / 2 - square / 2) : (sum / 2 + square / 2) / x
    return -.log(abs(g)) + logExcess(aspect * g / inverse, -.log(abs(inverse))) / aspect
  }

  /// The mean of log y over the law: -1 - ((1-c)/c) log(1-c) for c < 1, -1 for c = 1, minus infinity with an atom.
  public var meanLog: Double {
    if aspect > 1 { return -.infinity }
    if aspect == 1 { return -1 }
    let logarithm = Double.log(onePlus: -aspect)
    return logarithm + logExcess(-aspect, logarithm) / aspect
  }

  /// The outlier of a sample covariance matrix whose population has one eigenvalue 1 + spike and all others 1.
  ///
  /// It lies above the bulk for spike > sqrt(c), and below it for spike < -sqrt(c), which needs c < 1.
  ///
  /// - Parameter spike: the population's eigenvalue minus 1, finite and > -1.
  /// - Returns: position and overlaps; nil where no eigenvalue is detached.
  /// - Throws: `DomainError` if the spike is not finite and > -1.
  public func outlier(spike: Double) throws(DomainError) -> Outlier? {
    try SpectrumParameter.populationSpike.checked(spike)
    let strength = abs(spike)
    // A spike below -sqrt(c) is above -1, hence c < 1.
    guard strength > root else { return nil }
    let scores = (strength - root) / strength * (1 + root / strength)
    let shift = 1 + aspect / spike
    return Outlier(position: (1 + spike) * shift, overlapSquared: scores / shift, scoresOverlapSquared: scores)
  }

  /// sqrt(x - lower) sqrt(x - upper) outside the bulk: positive above, negative below.
  private func outerRoot(_ x: Double) -> Double {
    x > edges.upperBound
      ? .sqrt(x - edges.lowerBound) * .sqrt(x - edges.upperBound)
      : -.sqrt(edges.lowerBound - x) * .sqrt(edges.upperBound - x)
  }
}

/// d - log|1 + d| without cancellation where d is small.
///
/// - Parameters:
///   - d: any number but -1.
///   - logarithm: log|1 + d|, which the caller may know better than from d.
/// - Returns: d - log|1 + d|; >= 0 for d > -1.
private func logExcess(_ d: Double, _ logarithm: Double) -> Double {
  guard abs(d) < 0.1 else { return d - logarithm }
  // d^2 (1/2 - d/3 + d^2/4 - ...)
  var sum = 0.0
  for n in stride(from: 20.0, through: 2, by: -1) { sum = 1 / n - d * sum }
  return d * d * sum
}
