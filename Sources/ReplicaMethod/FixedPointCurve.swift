// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
import RealModule
package import SaddlepointNumerics

/// A point of a curve of fixed points, with bounds on the errors of its numbers.
package struct CurvePoint: Sendable {
  /// The parameter of the curve: signal-to-noise ratio of the scalar channel, > 0.
  package let g: Double
  /// The strength of the model that has this fixed point: snr, or a reciprocal noise variance.
  package var strength: Double
  package var strengthError: Double
  /// d strength/d log g.
  package var strengthSlope: Double
  /// d strength/d log g in units in which its rounding error is known; message passing is stable where it is positive.
  package var rise: Double
  package var riseError: Double
  /// d rise/d log g.
  package var riseSlope: Double
  /// Overlap q, and its derivative with respect to log g.
  package var overlap: Double
  package var overlapError: Double
  package var overlapSlope: Double
  /// Second moment less the overlap.
  package var mmse: Double
  package var mmseError: Double
  /// Overlap of the second signal of a bipartite model, its error, slope and mmse; repeats the first elsewhere.
  package var second: (overlap: Double, error: Double, slope: Double, mmse: Double)
  /// Replica potential, and its derivative with respect to the strength along the curve.
  package var potential: Double
  package var potentialError: Double
  package var potentialSlope: Double
}

/// The fixed points of Bayes-optimal message passing as one explicit curve: every g > 0 belongs to exactly one model.
///
/// Source: theory sheet *spiked replica*, sections 4 and 5.
package protocol FixedPointCurve: Sendable {
  /// Whether q = 0 is a fixed point of every model.
  var isCentred: Bool { get }
  /// Limit of the strength as g tends to 0: up to it q = 0 is stable, where the prior is centred.
  var start: Double { get }
  /// Limit of the strength as g tends to infinity.
  var end: Double { get }
  /// Sign of the rise as g tends to 0; 0 where the next order decides.
  var initialRise: Double { get }
  /// The interval of g that holds all structure of the curve; beyond it the strength rises.
  var range: ClosedRange<Double> { get }
  /// A g beyond which the strength is larger than the given one.
  func bound(strength: Double) -> Double
  /// A g below which the strength is smaller than the given one; 0 if none is known.
  func floor(strength: Double) -> Double
  /// The point at g > 0; the tolerance is that of the scalar channel.
  func point(_ g: Double, tolerance: Double) throws(GSLError) -> CurvePoint
}

extension FixedPointCurve {
  /// No strength has infinite g, unless a curve says so.
  package var end: Double { .infinity }
}

/// The curve of rank-one matrices, tensors and both together with one prior: g = s q^a + f q^c.
///
/// s is the strength, f stays fixed. Matrix: a = 1. Tensor of order p: a = p - 1. Potential
/// psi(g) - a s q^(a+1)/(2(a+1)) - c f q^(c+1)/(2(c+1)).
package struct SpikedCurve: FixedPointCurve, Hashable {
  package let prior: Prior
  /// Power a of the channel whose strength varies.
  let power: Int
  /// Power c and strength f of the other channel.
  let fixedPower: Int
  let fixed: Double

  package init(prior: Prior, power: Int = 1, fixedPower: Int = 1, fixed: Double = 0) {
    self.prior = prior
    self.power = power
    self.fixedPower = fixedPower
    self.fixed = fixed
  }

  package var isCentred: Bool { prior.isCentred }

  /// Q = g - (2 - k3^2) g^2/2 + ...
  private var bend: Double { 2 - prior.thirdMoment * prior.thirdMoment }

  package var start: Double {
    guard isCentred else { return fixedPower >= 1 && fixed == 0 ? 0 : -.infinity }
    if power == 1 { return fixedPower == 1 ? 1 - fixed : 1 }
    // (g - f q^c)/q^a with a >= 2: the matrix decides.
    let matrix = fixedPower == 1 ? fixed : 0
    if matrix != 1 { return matrix < 1 ? .infinity : -.infinity }
    return power == 2 ? bend / 2 : bend > 0 ? .infinity : -.infinity
  }

  package var initialRise: Double {
    guard isCentred else { return 1 }
    if power == 1 { return bend / 2 - (fixedPower == 2 ? fixed : 0) }
    return start == .infinity ? -1 : start == -.infinity ? 1 : 0
  }

  package var range: ClosedRange<Double> {
    let structure = prior.structure
    // A high power shrinks and stretches: its fold lies at g of the order of the power; the fixed channel's terms compete
    // with the other's where f q^(c-1) is of order 1 at one end and g of order f at the other.
    let c = Double(fixedPower)
    let high = max(structure.upperBound * Double(max(power, fixedPower)), 10 * c * fixed)
    let small = fixed > 1 && fixedPower > 2 ? 0.1 * Double.pow(c * fixed, -1 / (c - 2)) : 1
    return max(1e-13, min(structure.lowerBound, small))...min(high, 1e12)
  }

  package func bound(strength: Double) -> Double { gain(strength, prior.secondMoment) * (1 + 1e-12) }

  package func floor(strength: Double) -> Double { gain(strength, prior.mean * prior.mean) * (1 - 1e-12) }

  /// g of a model at an overlap; the overlap of a fixed point lies between E[x]^2 and E x^2.
  private func gain(_ strength: Double, _ q: Double) -> Double {
    strength * Double.pow(q, power) + fixed * Double.pow(q, fixedPower)
  }

  package func point(_ g: Double, tolerance: Double) throws(GSLError) -> CurvePoint {
    let channel = ChannelPoint(prior, g, tolerance: tolerance)
    let q = channel.q
    guard q > 0 else { throw .overflow("overlap of a fixed point") }
    let a = Double(power)
    let c = Double(fixedPower)
    let qa = Double.pow(q, power)
    // f q^(c-a) and the strength s.
    let other = fixed == 0 ? 0 : fixed * Double.pow(q, fixedPower - power)
    var strength = g / qa - other
    let relative = channel.qError / q
    var strengthError = a * relative * g / qa + abs(c - a) * relative * other + 2 * .ulpOfOne * (g / qa + other)
    if !strength.isFinite || !strengthError.isFinite {
      // Overlaps so small that their powers vanish: only the sign of the strength matters there.
      strength = g >= fixed * Double.pow(q, fixedPower) ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude
      strengthError = 0
    }
    // q^a ds/dg = 1 - Q' h, h = a g/q + (c - a) f q^(c-1).
    let fixedTerm = fixed == 0 ? 0 : (c - a) * fixed * Double.pow(q, fixedPower - 1)
    let h = a * g / q + fixedTerm
    let rise = 1 - channel.slope * h
    let hSlope = a / q - a * g * channel.slope / (q * q) + (c - 1) * fixedTerm / q * channel.slope
    let riseError =
      channel.slopeError * abs(h) + channel.slope * relative * (a * g / q + abs((c - 1) * fixedTerm))
      + 2 * .ulpOfOne * (1 + abs(channel.slope * h))
    // s q^a = g - f q^c.
    let fixedGain = fixed == 0 ? 0 : fixed * Double.pow(q, fixedPower)
    let energy = a / (2 * (a + 1)) * (g - fixedGain) * q
    let fixedEnergy = c / (2 * (c + 1)) * fixedGain * q
    return CurvePoint(
      g: g, strength: strength, strengthError: strengthError, strengthSlope: g * rise / qa, rise: rise,
      riseError: riseError, riseSlope: -g * (channel.curvature * h + channel.slope * hSlope), overlap: q,
      overlapError: channel.qError, overlapSlope: g * channel.slope, mmse: channel.mmse,
      mmseError: channel.mmseError, second: (q, channel.qError, g * channel.slope, channel.mmse),
      potential: channel.psi - energy - fixedEnergy,
      potentialError: channel.psiError + relative * (a * g * q + abs(fixedEnergy)) + 4 * .ulpOfOne * channel.psi,
      potentialSlope: qa * q / (2 * (a + 1)))
  }
}

extension Prior {
  /// The interval of g in which the scalar channel of this prior has its structure.
  ///
  /// From where the small-signal series holds (its radius shrinks with the fourth moment: the upper spinodal of a very sparse
  /// prior lies at g = 3/k4^2) to where the nearest parts of the mixture are told apart for certain.
  package var structure: ClosedRange<Double> {
    var fourth = 0.0
    var finest = secondMoment
    for (index, part) in components.enumerated() {
      let square = part.mean * part.mean
      fourth += part.weight * (square * square + 6 * square * part.variance + 3 * part.variance * part.variance)
      if part.variance > 0 { finest = min(finest, part.variance) }
      for other in components[..<index] where other.mean != part.mean {
        finest = min(finest, (part.mean - other.mean) * (part.mean - other.mean))
      }
    }
    let smallest = min(1 / secondMoment, 3 / (fourth * fourth), isCentred ? 1 : mean * mean)
    return max(1e-3 * smallest, 1e-13)...min(max(400 / finest, 400), 1e8)
  }
}
