// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
public import SaddlepointCore

/// The price, per N, of a Hessian W + theta e e^T (W a GOE matrix of variance 1) with exactly k eigenvalues above t.
///
/// Source: theory sheet *spherical landscapes*, section 3.
package struct IndexCost: Sendable {
  /// Strength of the spike in units of the Hessian's scale.
  package let theta: Double
  /// Number of eigenvalues above t, the Hessian's negative directions.
  package let index: Int

  /// The cost for a spike and an index.
  package init(theta: Double, index: Int) {
    self.theta = theta
    self.index = index
  }

  /// theta + 1/theta, where the spike's own eigenvalue lies.
  package var place: Double { theta + 1 / theta }

  /// The cost at t >= 2; infinite below.
  package func value(at t: Double) -> Double {
    guard t >= 2 else { return .infinity }
    let k = Double(index)
    if theta > 1 {
      if index == 0 { return t < place ? moved(to: t) : 0 }
      return (k - 1) * Self.pulled(to: t) + (t >= place ? moved(to: t) : 0)
    }
    if index == 0 { return 0 }
    let first =
      theta <= 0 || t <= place ? Self.pulled(to: t) : Self.pulled(to: place) + moved(to: t)
    return first + (k - 1) * Self.pulled(to: t)
  }

  /// Derivative of the cost with respect to t >= 2; continuous where the spike's eigenvalue lies.
  package func derivative(at t: Double) -> Double {
    let weights = slopeWeights(beyond: theta > 0 && t > place)
    return weights.constant + weights.linear * t + weights.root * ((t - 2) * (t + 2)).squareRoot()
  }

  /// The derivative of the cost as `constant` + `linear` t + `root` sqrt(t^2 - 4).
  ///
  /// Pulling an eigenvalue out of the bulk has slope sqrt(t^2 - 4)/2, moving the spike's (sqrt(t^2 - 4) + t)/4 - theta/2.
  ///
  /// - Parameter beyond: whether t lies above theta + 1/theta; false for theta <= 0.
  /// - Returns: the three weights.
  package func slopeWeights(beyond: Bool) -> (constant: Double, linear: Double, root: Double) {
    let k = Double(index)
    let (bulk, spike): (Double, Double) =
      switch (theta > 1, index) {
      case (true, 0): (0, beyond ? 0 : 1)
      case (true, _): (k - 1, beyond ? 1 : 0)
      case (false, 0): (0, 0)
      case (false, _): beyond ? (k - 1, 1) : (k, 0)
      }
    return (-spike * theta / 2, spike / 4, bulk / 2 + spike / 4)
  }

  /// The cost as `constant` + `linear` t + `bulk` I1(t) + `moved` (I1(t)/2 + t^2/8), for tables in t.
  ///
  /// - Parameter beyond: whether t lies above theta + 1/theta; false for theta <= 0.
  /// - Returns: the four weights.
  package func tableWeights(beyond: Bool) -> (constant: Double, linear: Double, bulk: Double, moved: Double) {
    let k = Double(index)
    // P(t; place) = I1(t)/2 + t^2/8 - theta t/2 minus the same at the place.
    let origin = theta > 0 ? Self.pulled(to: place) / 2 + place * place / 8 - theta * place / 2 : 0
    switch (theta > 1, index) {
    case (true, 0): return beyond ? (0, 0, 0, 0) : (-origin, -theta / 2, 0, 1)
    case (true, _): return beyond ? (-origin, -theta / 2, k - 1, 1) : (0, 0, k - 1, 0)
    case (false, 0): return (0, 0, 0, 0)
    case (false, _):
      return beyond ? (Self.pulled(to: place) - origin, -theta / 2, k - 1, 1) : (0, 0, k, 0)
    }
  }

  /// I1(t): the cost of pulling one eigenvalue out of the bulk to t.
  package static func pulled(to t: Double) -> Double { integral(t) / 2 }

  /// P(t; place): the cost of moving the spike's eigenvalue from where it lies to t.
  ///
  /// With y = g + 1/g the integrand is (1/g - theta)/2 and the integral elementary; around the typical place x = theta g is
  /// near 1, and the cost is (log x - x + 1)/2 + (1/g - theta)^2/4, which keeps its digits however near theta is to 1.
  package func moved(to t: Double) -> Double {
    let inverse = (t + ((t - 2) * (t + 2)).squareRoot()) / 2
    if theta > 1 {
      let distance = theta / inverse - 1
      return 0.5 * (Double.log(onePlus: distance) - distance) + (inverse - theta) * (inverse - theta) / 4
    }
    // A weak spike's eigenvalue stays in the bulk: its way begins at g = theta.
    let ratio = theta * inverse
    return -0.5 * Double.log(ratio) + (ratio - 1) * ((ratio + 1) / (4 * theta * theta) - 0.5)
      - theta * theta * (1 / ratio - 1) / 2
  }

  /// G(y) = int_2^y sqrt(x^2 - 4) dx.
  package static func integral(_ y: Double) -> Double {
    let e = y - 2
    if e < 1e-4 { return 4.0 / 3 * e * e.squareRoot() * (1 + 3 * e / 40) }
    let s = (e * (y + 2)).squareRoot()
    return y * s / 2 - 2 * Double.log((y + s) / 2)
  }
}

extension SemicircleLaw {
  /// Exponent of the probability that the largest eigenvalue of W + theta e e^T lies near x: P ~ exp(-N rate).
  ///
  /// W is a GOE matrix of this law, e a fixed unit vector. The rate vanishes at the typical place, the edge or the outlier.
  ///
  /// - Parameters:
  ///   - x: place of the largest eigenvalue, finite.
  ///   - theta: strength of the rank-one part, finite; 0 for none.
  /// - Returns: the rate >= 0; `outside-domain` below the edge, where the whole bulk must be pushed and the probability is
  ///   exponentially small in N^2 (see ``pushedRate(at:)``).
  /// - Throws: `DomainError` if a number is not finite.
  /// - Complexity: closed form.
  ///
  /// Source: theory sheet *spherical landscapes*, sections 3 and 11.
  public func largestEigenvalueRate(at x: Double, spike theta: Double = 0) throws(DomainError) -> Estimate {
    try SpectrumParameter.largest.checked(x)
    try SpectrumParameter.rateSpike.checked(theta)
    let deviation = variance.squareRoot()
    let (t, strength) = (x / deviation, theta / deviation)
    guard t >= 2 else { return .outsideDomain("below the edge the probability is exponentially small in N^2") }
    // Above its typical place one eigenvalue lies beyond t; below it none, although the spike would have it there.
    let isPushed = strength > 1 && t < strength + 1 / strength
    return .exact(IndexCost(theta: strength, index: isPushed ? 0 : 1).value(at: t))
  }

  /// Exponent of the probability that all eigenvalues of a GOE matrix lie below x: P ~ exp(-N^2 rate).
  ///
  /// - Parameter x: a place, finite; at the edge and above the rate is 0.
  /// - Returns: the rate >= 0.
  /// - Throws: `DomainError` if x is not finite.
  /// - Complexity: closed form.
  ///
  /// Source: Dean and Majumdar 2006; theory sheet *spherical landscapes*, section 11.
  public func pushedRate(at x: Double) throws(DomainError) -> Estimate {
    try SpectrumParameter.largest.checked(x)
    let w = x / (2 * variance).squareRoot()
    guard w < Double.sqrt(2) else { return .exact(0) }
    let s = (w * w + 6).squareRoot()
    // w + s cancels for negative w: (w + s)(s - w) = 6.
    let sum = w < 0 ? 6 / (s - w) : w + s
    let terms = [36 * w * w, -w * w * w * w, -(15 * w + w * w * w) * s, 27 * (Double.log(18) - 2 * Double.log(sum))]
    let size = terms.reduce(0) { $0 + abs($1) }
    return .converged(max(0, terms.reduce(0, +) / 108), error: size * 4 * .ulpOfOne / 108)
  }
}
