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
    let jet = phi.jet(at: m)
    self.phi = sign * jet.value
    first = sign * jet.first
    second = sign * jet.second
  }

  /// phi_k m^k, the part of the signal of one degree.
  func power(of degree: Int, in phi: Polynomial) -> Double {
    guard let term = phi.terms.first(where: { $0.degree == degree }) else { return 0 }
    return term.coefficient * Double.pow(m, degree)
  }
}
