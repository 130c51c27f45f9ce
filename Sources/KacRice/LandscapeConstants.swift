// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule

/// The numbers of a landscape that its stationary points depend on.
///
/// Source: theory sheet *spherical landscapes*, section 1.
struct LandscapeConstants: Sendable {
  /// v = xi(1), variance of the energy per N.
  let v: Double
  /// a = xi'(1), variance of a component of the gradient.
  let a: Double
  /// b = xi''(1), variance of the Hessian.
  let b: Double
  /// p, if xi is c q^p: energy and radial derivative of the noise are then proportional.
  let pureDegree: Int?

  init(_ xi: Polynomial) {
    v = xi(1)
    a = xi.derivative(1, at: 1)
    b = xi.derivative(2, at: 1)
    pureDegree = xi.terms.count == 1 ? xi.terms.first?.degree : nil
  }
}

/// The signal at a given overlap.
struct SignalAtOverlap: Sendable {
  let m: Double
  /// 1 - m^2.
  let transverse: Double
  let phi: Double
  let first: Double
  let second: Double

  init(_ phi: Polynomial, sign: Double = 1, m: Double) {
    self.m = m
    transverse = (1 - m) * (1 + m)
    self.phi = sign * phi(m)
    first = sign * phi.derivative(1, at: m)
    second = sign * phi.derivative(2, at: m)
  }
}

/// The price, per N, of a Hessian W + theta e e^T (W a GOE matrix of variance 1) with exactly k eigenvalues above t.
///
/// Source: theory sheet *spherical landscapes*, section 3.
struct IndexCost: Sendable {
  /// Strength of the spike in units of the Hessian's scale.
  let theta: Double
  /// Number of eigenvalues above t, the Hessian's negative directions.
  let index: Int

  /// theta + 1/theta, where the spike's own eigenvalue lies.
  private var place: Double { theta + 1 / theta }

  /// The cost at t >= 2; infinite below.
  func value(at t: Double) -> Double {
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

  /// Derivative of the cost with respect to t >= 2.
  func derivative(at t: Double) -> Double {
    let k = Double(index)
    let s = ((t - 2) * (t + 2)).squareRoot()
    let bulk = s / 2
    let spike = (s + t) / 4 - theta / 2
    if theta > 1 {
      if index == 0 { return t < place ? spike : 0 }
      return (k - 1) * bulk + (t >= place ? spike : 0)
    }
    if index == 0 { return 0 }
    return (theta <= 0 || t <= place ? bulk : spike) + (k - 1) * bulk
  }

  /// I1(t): the cost of pulling one eigenvalue out of the bulk to t.
  static func pulled(to t: Double) -> Double { integral(t) / 2 }

  /// P(t; rho): the cost of moving the spike's eigenvalue from where it lies to t.
  private func moved(to t: Double) -> Double {
    let from = place
    let gap = t - from
    if abs(gap) < 1e-5, theta > 1 {
      // Second order around the zero: the closed form cancels there.
      return gap * gap * theta * theta / (4 * (theta * theta - 1))
    }
    return (Self.integral(t) - Self.integral(from)) / 4 + gap * (t + from) / 8 - theta * gap / 2
  }

  /// G(y) = int_2^y sqrt(x^2 - 4) dx.
  private static func integral(_ y: Double) -> Double {
    let e = y - 2
    if e < 1e-4 { return 4.0 / 3 * e * e.squareRoot() * (1 + 3 * e / 40) }
    let s = (e * (y + 2)).squareRoot()
    return y * s / 2 - 2 * Double.log((y + s) / 2)
  }
}
