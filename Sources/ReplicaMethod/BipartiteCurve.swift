// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
import RealModule
package import SaddlepointNumerics

/// The curve of fixed points of a rectangular matrix at given priors and ratio: qu = Q_u(s alpha qv), qv = Q_v(s qu).
///
/// Parametrised by g = s qu, the signal-to-noise ratio of a component of v. Then qv = Q_v(g), and s solves
/// s Q_u(s alpha qv) = g, whose left side increases. Potential psi_u(s alpha qv) + alpha psi_v(g) - s alpha qu qv/2.
///
/// Source: theory sheet *spiked replica*, section 4; arXiv:1701.00858.
package struct BipartiteCurve: FixedPointCurve, Hashable {
  package let priorU: Prior
  package let priorV: Prior
  package let ratio: Double

  package init(priorU: Prior, priorV: Prior, ratio: Double) {
    self.priorU = priorU
    self.priorV = priorV
    self.ratio = ratio
  }

  package var isCentred: Bool { priorU.isCentred && priorV.isCentred }

  package var start: Double { isCentred ? 1 / ratio.squareRoot() : 0 }

  package var initialRise: Double {
    guard isCentred else { return 1 }
    // s^2 = [1 + g (b_v + b_u sqrt(alpha))/2 + ...]/alpha with Q = g - b g^2/2.
    let bend = { (prior: Prior) in 2 - prior.thirdMoment * prior.thirdMoment }
    return bend(priorV) + bend(priorU) * ratio.squareRoot()
  }

  package var range: ClosedRange<Double> {
    // What u resolves at s alpha qv, v feels at g = s qu; where both are weak, these are in the ratio sqrt(alpha).
    let (u, v) = (priorU.structure, priorV.structure)
    let scale = ratio.squareRoot()
    let low = min(v.lowerBound, u.lowerBound / scale, u.lowerBound)
    let high = max(v.upperBound, u.upperBound / scale, u.upperBound / ratio)
    return max(1e-13, low)...min(1e10, max(high, 10 * low))
  }

  package func bound(strength: Double) -> Double { strength * priorU.secondMoment * (1 + 1e-12) }

  package func floor(strength: Double) -> Double { strength * priorU.mean * priorU.mean * (1 - 1e-12) }

  package func point(_ g: Double, tolerance: Double) throws(GSLError) -> CurvePoint {
    let v = ChannelPoint(priorV, g, tolerance: tolerance)
    guard v.q > 0 else { throw .overflow("overlap of a fixed point") }
    let gain = ratio * v.q
    // s Q_u(s gain) = g: below, Q_u <= E u^2; above, doubling.
    let lowest = g / priorU.secondMoment
    let high = { () throws(GSLError) -> Double in
      var high = 2 * max(lowest, (g / gain).squareRoot())
      while high * ChannelPoint(priorU, high * gain, tolerance: 1e-6).q < g {
        high *= 2
        if !high.isFinite { throw .overflow("signal-to-noise ratio of a fixed point") }
      }
      return high
    }
    let x = try noisyRoot(
      "signal-to-noise ratio of a fixed point", in: Double.log(lowest * (1 - 1e-9))...Double.log(try high())
    ) { x throws(GSLError) in
      let s = Double.exp(x)
      let u = ChannelPoint(priorU, s * gain, tolerance: tolerance)
      // In logarithms the left side is close to a straight line.
      let value = x + Double.log(u.q) - Double.log(g)
      return (value, 1 + s * gain * u.slope / u.q, 0.5 * u.qError / u.q + 2 * abs(x).ulp)
    }
    let s = Double.exp(x)
    let u = ChannelPoint(priorU, s * gain, tolerance: tolerance)
    let (qu, qv) = (u.q, v.q)
    // F(s, g) = s Q_u(s alpha Q_v(g)) - g.
    let byStrength = qu + s * gain * u.slope
    let rise = 1 - s * s * ratio * u.slope * v.slope
    let strengthSlope = g * rise / byStrength
    let relative = u.qError / qu + s * gain * u.slope / qu * (v.qError / qv)
    let strengthError = s * (qu * relative + abs(s * qu - g) / s) / byStrength + 4 * s.ulp
    let product = s * s * ratio * u.slope * v.slope
    let riseError =
      product * (u.slopeError / u.slope + v.slopeError / v.slope + 2 * strengthError / s + 4 * .ulpOfOne)
      + abs(u.curvature) * s * s * ratio * v.slope * (gain * strengthError + s * ratio * v.qError)
    let signalU = ratio * (strengthSlope * qv + s * g * v.slope)
    let riseSlope =
      -ratio
      * (2 * s * strengthSlope * u.slope * v.slope + s * s * u.curvature * signalU * v.slope
        + s * s * u.slope * g * v.curvature)
    let overlapSlope = u.slope * signalU
    let energy = s * ratio * qu * qv / 2
    return CurvePoint(
      g: g, strength: s, strengthError: strengthError, strengthSlope: strengthSlope, rise: rise, riseError: riseError,
      riseSlope: riseSlope, overlap: qu,
      overlapError: u.qError + u.slope * (gain * strengthError + s * ratio * v.qError), overlapSlope: overlapSlope,
      mmse: u.mmse, mmseError: u.mmseError + u.slope * (gain * strengthError + s * ratio * v.qError),
      second: (qv, v.qError, g * v.slope, v.mmse), potential: u.psi + ratio * v.psi - energy,
      potentialError: u.psiError + ratio * v.psiError + energy * (relative + strengthError / s + 4 * .ulpOfOne),
      potentialSlope: ratio * qu * qv / 2)
  }
}
