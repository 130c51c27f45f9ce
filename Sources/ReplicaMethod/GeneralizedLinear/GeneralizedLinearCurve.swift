// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
import RealModule
package import SaddlepointCore
package import SaddlepointNumerics
import Synchronization

/// The fixed points of a generalized linear model as one curve: alpha(g) = g/G(Q(g)), G = E|g_out|^2.
///
/// g is the conjugate of the overlap. The potential is that of the model less alpha Psi_out(0), so that q = 0 has 0.
///
/// Source: theory sheet *phase retrieval bayes*, section 1.5.
package struct GeneralizedLinearCurve: FixedPointCurve {
  package let measurement: Measurement
  private let output: any OutputFunction
  /// Psi_out at q = 0 with its error.
  package let blank: (psi: Double, error: Double)
  package let isCentred: Bool
  package let start: Double
  /// Bound on the error of the start.
  package let startError: Double
  package let end: Double

  package init(_ measurement: Measurement) throws(GSLError) {
    self.measurement = measurement
    output = try measurement.output()
    isCentred = measurement.isBlind
    let origin = try output.point(measurement.field == .complex ? 1e-12 : 0, complement: 1)
    blank = (origin.psi, origin.psiError)
    // 1/alpha(0+) = G'(0) for even channels.
    (start, startError) = isCentred ? try measurement.weakRecovery() : (0, 0)
    end = measurement.perfectLimit
  }

  private static let known = Mutex<[Measurement: GeneralizedLinearCurve]>([:])

  /// The curve of a measurement, kept with its tables for the next question about it.
  ///
  /// - Parameter measurement: channel, field, prior and noise.
  /// - Returns: what `init` gives.
  /// - Throws: `GSLError` where the channel's quadrature fails.
  package static func of(_ measurement: Measurement) throws(GSLError) -> GeneralizedLinearCurve {
    if let curve = known.withLock({ $0[measurement] }) { return curve }
    let curve = try GeneralizedLinearCurve(measurement)
    known.withLock { table in
      if table.count >= 8 { table.removeAll() }
      table[measurement] = curve
    }
    return curve
  }

  /// Where the next order decides, or the strength rises from 0.
  package var initialRise: Double { isCentred ? 0 : 1 }

  package var range: ClosedRange<Double> {
    let structure = measurement.prior.structure
    // Noise rounds the curve off where V is of its order; the error of a discrete signal vanishes exponentially.
    let noise = measurement.noise
    let high =
      measurement.dimension == 0
      ? structure.upperBound : max(structure.upperBound, noise > 0 ? min(30 / noise, 1e10) : 1e8)
    return min(structure.lowerBound, 1e-3)...high
  }

  /// Below this every overlap is 0 to rounding.
  package func floor(strength: Double) -> Double { 1e-30 }

  package func bound(strength: Double) -> Double {
    // Beyond the range the strength is monotone: upwards until it has passed the one asked for.
    var g = range.upperBound
    let rises = strength < end
    while g < 1e280 {
      guard let next = try? point(16 * g, tolerance: 1e-14) else { return g }
      g *= 16
      if rises ? next.strength > strength : next.strength < strength { return g }
    }
    return g
  }

  /// Twice the number of terms in the complex field.
  private var copies: Double { measurement.field == .complex ? 2 : 1 }

  package func point(_ g: Double, tolerance: Double) throws(GSLError) -> CurvePoint {
    let channel = ChannelPoint(measurement.prior, g, tolerance: tolerance)
    let q = channel.q
    let v = max(channel.mmse, .leastNormalMagnitude)
    guard q > 0 else { throw .overflow("overlap of a fixed point") }
    let out = try output.point(q, complement: v)
    guard out.g.isFinite, out.g > 0, out.slope.isFinite, out.curvature.isFinite else {
      throw .overflow("output channel at q = \(q)")
    }
    let strength = g / out.g
    let logSlope = out.slope / out.g
    // d log alpha/d log g = 1 - g Q' G'/G; errors of q count through G'.
    let step = g * channel.slope
    let rise = 1 - step * logSlope
    let qError = q < 0.5 ? channel.qError : min(channel.qError, channel.mmseError)
    let relative = out.relativeError + abs(logSlope) * qError
    let curvatureTerm = out.curvature / out.g - logSlope * logSlope
    let riseSlope =
      -g * (channel.slope * logSlope + g * channel.curvature * logSlope)
      - step * step * curvatureTerm
    let riseError =
      step * (out.slopeError / out.g + logSlope * out.relativeError + abs(curvatureTerm) * qError)
      + g * channel.slopeError * logSlope + 4 * .ulpOfOne
    let gain = out.psi - blank.psi
    let entropy = channel.psi - 0.5 * g * q
    let potential = copies * entropy + strength * gain
    return CurvePoint(
      g: g, strength: strength, strengthError: strength * (relative + 2 * .ulpOfOne),
      strengthSlope: strength * rise, rise: rise, riseError: riseError, riseSlope: riseSlope, overlap: q,
      overlapError: channel.qError, overlapSlope: g * channel.slope, mmse: channel.mmse,
      mmseError: channel.mmseError, second: (q, channel.qError, g * channel.slope, channel.mmse),
      potential: potential,
      potentialError: copies * (channel.psiError + 4 * .ulpOfOne * (channel.psi + g * q))
        + strength * (out.psiError + blank.error + relative * abs(gain)),
      potentialSlope: gain)
  }

  /// One step of state evolution.
  package struct Step: Sendable {
    /// q before the step, with the error that earlier ones have gathered.
    package let overlap: Estimate
    /// V = 1 - q, to full precision.
    package let variance: Double
    /// alpha E|g_out|^2(q), the signal-to-noise ratio from which the next overlap follows.
    package let snr: Double
  }

  /// State evolution q' = Q(alpha E|g_out|^2(q)): the overlaps of message passing, the start first.
  ///
  /// - Parameters:
  ///   - alpha: measurements per dimension.
  ///   - start: the first overlap, below 1; nil for the square of the prior's mean, or ``Trajectory/seed`` where that
  ///     would stay 0.
  ///   - count: number of iterations.
  /// - Returns: count + 1 steps; the snr of the last is not computed.
  /// - Throws: `GSLError` where the output channel fails.
  package func trajectory(alpha: Double, from start: Double?, count: Int) throws(GSLError) -> [Step] {
    let prior = measurement.prior
    var q = start ?? (isCentred ? Trajectory.seed : prior.mean * prior.mean)
    var complement = 1 - q
    var overlap = Estimate.exact(q)
    var steps: [Step] = []
    steps.reserveCapacity(count + 1)
    while steps.count < count {
      let out: OutputPoint
      do throws(GSLError) { out = try output.point(q, complement: complement) } catch {
        // Closer to perfect recovery than tables reach; where that attracts, it is the end.
        guard complement < 1e-8, alpha > measurement.perfectLimit else { throw error }
        let rest = Step(overlap: .converged(1, error: complement), variance: 0, snr: .infinity)
        while steps.count <= count { steps.append(rest) }
        return steps
      }
      let g = alpha * out.g
      let step = Step(overlap: overlap, variance: complement, snr: g)
      steps.append(step)
      let channel = ChannelPoint(prior, g)
      let carried = channel.slope * (g * out.relativeError + alpha * abs(out.slope) * overlap.error)
      // Where the slope overflows nothing is left to know but that q <= 1.
      let error = channel.qError + (carried.isFinite ? carried : channel.mmse)
      let isAtRest = channel.q == q && channel.mmse == complement
      (q, complement) = (channel.q, channel.mmse)
      overlap = .converged(q, error: error)
      if isAtRest || complement < 1e-280 {
        let rest = Step(overlap: overlap, variance: complement, snr: g)
        while steps.count < count { steps.append(rest) }
      }
    }
    steps.append(Step(overlap: overlap, variance: complement, snr: 0))
    return steps
  }

  /// Psi_out at an overlap, with its error, for the potential as a function.
  package func psi(_ q: Double, complement v: Double) throws(GSLError) -> (value: Double, error: Double) {
    let point = try output.point(q, complement: v)
    return (point.psi, point.psiError)
  }
}

extension Measurement {
  /// The information dimension of the prior: the weight of its continuous part.
  package var dimension: Double {
    prior.components.reduce(0) { $0 + ($1.variance > 0 ? $1.weight : 0) }
  }

  /// Whether the signal is determined by enough measurements.
  package var isPerfectPossible: Bool { noise == 0 }

  /// The number of real equations that a measurement gives for each real unknown, where y is continuous and noiseless.
  ///
  /// A measured z counts once, a modulus of a complex number for half of its two real numbers, a rectified one half the time.
  package var equations: Double? {
    guard noise == 0 else { return nil }
    switch channel {
    case .linear: return 1
    case .modulus, .modulusAdditive, .intensity: return field == .complex ? 0.5 : 1
    case .relu: return 0.5
    case .sign, .expression: return nil
    }
  }

  /// The limit of alpha(q) for q -> 1, above which perfect recovery is a stable fixed point; infinite where it never is.
  package var perfectLimit: Double {
    guard noise == 0 else { return .infinity }
    if let equations { return dimension / equations }
    return dimension > 0 ? .infinity : 0
  }

  /// The potential of perfect recovery where it is finite: minus the entropy of a discrete signal measured by signs.
  package var perfectPotential: Double? {
    guard noise == 0, channel == .sign, dimension == 0 else { return nil }
    return prior.components.reduce(0) { $0 + $1.weight * Double.log($1.weight) }
  }
}
