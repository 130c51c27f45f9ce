// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
package import SaddlepointNumerics

/// A fixed point of maximum-likelihood message passing: the zero-temperature replica-symmetric state.
package struct MaximumLikelihoodPoint: Sendable, Hashable {
  /// Cosine m of the estimate with the signal.
  package let m: Double
  /// Bound on the error of `m`.
  package let error: Double
  /// xi''(1) chi^2: below 1 the state is a minimum; above 1 its Hessian is glassy and message passing does not settle.
  package let replicon: Double
}

extension SpikedMatrixTensor {
  /// The fixed points with m > 0 of m' = nu/sqrt(xi'(1) + nu^2), nu = m/Delta2 + m^(p-1)/Deltap, by increasing m.
  ///
  /// They solve (1/Delta2 + m^(p-2)/Deltap)^2 (1-m^2) = 1/Delta2 + 1/Deltap, whose left side has at most two turning points
  /// in m, found first; between them each root is bracketed.
  ///
  /// Source: theory sheet *spiked replica*, section 2; arXiv:1902.00139.
  package func maximumLikelihoodPoints() throws(GSLError) -> [MaximumLikelihoodPoint] {
    let order = Double(p)
    let (i2, ip) = (1 / delta2, 1 / deltap)
    let variance = i2 + ip
    let ratio = { (m: Double) -> Double in (i2 + ip * Double.pow(m, p - 2)) / variance }
    let balance = { (m: Double) -> Double in
      let r = ratio(m)
      return (1 - m) * (1 + m) * r * r * variance - 1
    }
    guard variance.isFinite else { throw .overflow("reciprocal of a noise variance") }
    // Sign of the derivative of the balance, divided by positive factors (for p >= 4 by m, too).
    let turning = { (m: Double) -> Double in
      let field = i2 + ip * Double.pow(m, p - 2)
      let growth = (order - 2) * ip * (1 - m) * (1 + m)
      return p == 3 ? growth - m * field : growth * Double.pow(m, p - 4) - field
    }
    var ends = [0.0]
    if ip > 0 {
      // turning(m) is unimodal with its maximum at m^2 = (p-4)/(p-1); for p <= 4 it decreases from m = 0 on.
      let peak = max(0, (order - 4) / (order - 1)).squareRoot()
      if p >= 5, turning(peak) > 0 {
        // Below (i2/((p-2) ip))^(1/(p-4)) the first term of turning(m) cannot reach the second.
        let floor = Double.pow(i2 / ((order - 2) * ip), 1 / (order - 4))
        if floor > 0, floor < peak, turning(floor) < 0 {
          ends.append(try brentRoot("turning point of the likelihood curve", in: floor...peak, turning).value)
        }
        ends.append(try brentRoot("turning point of the likelihood curve", in: peak...1, turning).value)
      } else if p == 3 || (p == 4 && 2 * ip > i2) {
        ends.append(try brentRoot("turning point of the likelihood curve", in: 0...1, turning).value)
      }
    }
    ends.append(1)
    var points: [MaximumLikelihoodPoint] = []
    for (a, b) in zip(ends, ends.dropFirst()) where a < b {
      let (low, high) = (balance(a), balance(b))
      guard (low < 0 && high > 0) || (low > 0 && high < 0) else { continue }
      let root = try brentRoot("maximum-likelihood fixed point", in: a...b, balance)
      points.append(point(at: root.value, width: root.width))
    }
    return points
  }

  private func point(at m: Double, width: Double) -> MaximumLikelihoodPoint {
    let order = Double(p)
    let (i2, ip) = (1 / delta2, 1 / deltap)
    let variance = i2 + ip
    let field = i2 + ip * Double.pow(m, p - 2)
    let logSlope = 2 * (order - 2) * ip * Double.pow(m, p - 3) / field - 2 * m / ((1 - m) * (1 + m))
    let nu = m * field
    return MaximumLikelihoodPoint(
      m: m, error: width + m.ulp + 8 * .ulpOfOne / abs(logSlope),
      replicon: (i2 + (order - 1) * ip) / (variance + nu * nu))
  }

  /// One step of maximum-likelihood state evolution, m' = nu/sqrt(xi'(1) + nu^2), nu = m/Delta2 + m^(p-1)/Deltap.
  package func maximumLikelihoodStateEvolution(cosine m: Double) -> Double {
    let nu = m / delta2 + Double.pow(m, p - 1) / deltap
    return nu / (1 / delta2 + 1 / deltap + nu * nu).squareRoot()
  }

  /// The fixed point that maximum-likelihood message passing reaches from a start just off m = 0; nil if it stays at 0.
  package func maximumLikelihoodFromScratch() throws(GSLError) -> MaximumLikelihoodPoint? {
    let i2 = 1 / delta2
    guard i2 * i2 > i2 + 1 / deltap else { return nil }
    return try maximumLikelihoodPoints().first
  }

  /// The solution of 1/Delta2^2 = 1/Delta2 + c/Deltap in the form that loses no digits: 2 Deltap/(Deltap + sqrt(Deltap^2 + 4 c Deltap)).
  package static func instabilityDelta2(deltap: Double, weight c: Double) -> Double {
    if deltap == .infinity { return 1 }
    if deltap >= 1 { return 2 / (1 + (1 + 4 * c / deltap).squareRoot()) }
    return 2 * deltap.squareRoot() / (deltap.squareRoot() + (deltap + 4 * c).squareRoot())
  }
}
