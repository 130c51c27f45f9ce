// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointNumerics

extension GlassEquations {
  /// Why a solution is not the minimum of the potential over all Parisi functions x(q); nil if it is.
  ///
  /// The potential is convex in x(q), so that a solution is the minimum iff moving a bit of the weight dx to any overlap s
  /// does not lower it: Gamma(s) = int_s^{q1} [xi'(q) - int_{m^2}^q ds/W(s)^2] dq >= 0, with equality where x(q) grows. In
  /// units of (s-q1)^2: h(e)/chi^2 - [xi(s) - xi(q1) - (s-q1) xi'(q1)]/(s-q1)^2, e = (s-q1)/(1-q1) above q1 and
  /// e = -y (q1-s)/chi between q0 and q1. Below the lowest overlap the outer replicon decides.
  ///
  /// Source: theory sheet *spiked replica*, section 3 (convexity); Talagrand (2006) for the condition.
  func flaw(_ point: GlassPoint) -> String? {
    var at = point
    let tolerance = 1e-9
    if outerReplicon(at) > 1 + tolerance { return "the outer replicon exceeds 1" }
    let isBroken = at.gap > 1e-12 && at.r > 0
    // With x = 1 the weight lies at q0 alone: the replica-symmetric state is what has to be right.
    if isBroken, temperature * at.y >= 1 - 1e-12 {
      at.chi = at.outer
    }
    if innerReplicon(at) > 1 + tolerance { return "the inner replicon exceeds 1" }
    let base = 1 / (at.chi * at.chi)
    func gamma(_ e: Double, _ s: Double) -> Double {
      Self.excess(e) * base - differences(at.q1, s).second
    }
    let count = 400
    if temperature > 0 {
      for index in 0...count {
        // Dense towards q = 1, where high orders of xi are felt.
        let e = 1 / (1 + Double.exp(5 - 17 * Double(index) / Double(count)))
        if gamma(e, at.q1 + e * temperature * at.chi) < -tolerance * base {
          return "a solution with overlaps above q1 has the smaller potential"
        }
      }
    }
    if at.gap > 1e-12, at.r > 0 {
      let width = at.gap
      let y = at.y
      for index in 1..<count {
        let t = width * Double(index) / Double(count)
        if gamma(-y * t / at.chi, at.q1 - t) < -tolerance * base {
          return "a solution with overlaps between q0 and q1 has the smaller potential"
        }
      }
    }
    return nil
  }

  /// Whether the potential, minimised over x(q), is a maximum in the overlap m: phi''(m) < d(m/W)/dm.
  ///
  /// The derivative of the potential is phi'(m) - m/W(m), by the envelope theorem; at m = 0 the condition is W phi''(0) < 1.
  /// Marginal states respond as dynamics sees them: with chi in the place of W, at m = 0.
  func isMaximumInOverlap(_ at: GlassPoint, _ isEquilibrium: Bool) -> Bool {
    let pull = phi.derivative(2, at: at.m)
    if at.m == 0 { return (isEquilibrium ? at.lowestResponse : at.chi) * pull <= 1 }
    guard let change = responseToOverlap(at) else { return false }
    let w = at.lowestResponse
    return pull - 1 / w + at.m * change / (w * w) <= 0
  }

  /// dW/dm at the lowest overlap, the other equations being kept.
  private func responseToOverlap(_ at: GlassPoint) -> Double? {
    let (a, b) = (xi.derivative(1, at: at.lowest), xi.derivative(2, at: at.lowest))
    let w = at.lowestResponse
    if at.q0 > at.lowest {
      // W = xi''(q)^(-1/2), q - xi'(q)/xi''(q) = m^2
      return -at.m * b.squareRoot() / a
    }
    guard at.gap > 1e-12, at.r > 0 else {
      // q = 1 - T W = m^2 + W^2 xi'(q)
      return -2 * at.m / (temperature * (1 - w * w * b) + 2 * w * a)
    }
    // Unknowns q0, W, chi; three equations at given m.
    func equations(_ x: [Double]) -> [Double] {
      var moved = at
      (moved.q0, moved.lowest, moved.outer, moved.lowestResponse, moved.chi) = (x[0], x[0], x[1], x[1], x[2])
      return [
        x[0] - at.m * at.m - x[1] * x[1] * xi.derivative(1, at: x[0]), topResidual(moved), residual(moved, .stationary),
      ]
    }
    let x = [at.q0, at.outer, at.chi]
    var columns: [[Double]] = []
    for index in 0..<3 {
      let h = 1e-6 * x[index]
      var (low, high) = (x, x)
      low[index] -= h
      high[index] += h
      columns.append(zip(equations(high), equations(low)).map { ($0 - $1) / (2 * h) })
    }
    func determinant(_ u: [Double], _ v: [Double], _ w: [Double]) -> Double {
      u[0] * (v[1] * w[2] - v[2] * w[1]) - v[0] * (u[1] * w[2] - u[2] * w[1]) + w[0] * (u[1] * v[2] - u[2] * v[1])
    }
    let whole = determinant(columns[0], columns[1], columns[2])
    guard whole != 0, whole.isFinite else { return nil }
    return determinant(columns[0], [2 * at.m, 0, 0], columns[2]) / whole
  }
}
