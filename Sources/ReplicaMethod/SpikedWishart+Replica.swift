// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
public import SaddlepointNumerics

/// A stationary point of the replica potential of a rectangular matrix.
public struct BipartiteSaddlePoint: Sendable, Hashable {
  /// Overlap of the posterior mean of u with u.
  public let overlapU: Estimate
  /// Overlap of the posterior mean of v with v.
  public let overlapV: Estimate
  /// lim (1/N) E log Z, N being the number of rows.
  public let potential: Estimate
  /// Mean-square error per component of u.
  public let mmseU: Estimate
  /// Mean-square error per component of v.
  public let mmseV: Estimate
  /// Whether message passing that starts nearby stays.
  public let isStable: Bool
  /// Whether this is the Bayes-optimal state; true for exactly one saddle point.
  public let isDominant: Bool
  /// Whether message passing without information ends here.
  public let isReached: Bool
  /// The piece of the curve of fixed points that it lies on.
  public let family: SaddleFamily
}

extension SpikedWishart {
  package var curve: BipartiteCurve { BipartiteCurve(priorU: priorU, priorV: priorV, ratio: ratio) }

  /// Every stationary point of the Bayes-optimal potential, by increasing overlap; both overlaps 0 first where both priors
  /// are centred.
  ///
  /// The potential is a saddle in (qu, qv): its values at fixed points are compared, it is not maximised over both.
  ///
  /// - Returns: the saddle points with their stability.
  /// - Throws: `GSLError` where the signal-to-noise ratio overflows.
  /// - Complexity: about a thousand scalar channels, some ten milliseconds; microseconds for Gaussian priors.
  ///
  /// Source: theory sheet *spiked replica*, section 4; arXiv:1701.00858, proven in arXiv:1611.03888.
  public func saddlePoints() throws(GSLError) -> [BipartiteSaddlePoint] {
    try CurvePieces.cached(curve).saddlePoints(
      strength: snr, secondMoment: priorU.secondMoment, secondMomentV: priorV.secondMoment
    ).map { saddle in
      BipartiteSaddlePoint(
        overlapU: saddle.point.overlap, overlapV: saddle.second.overlap, potential: saddle.point.potential,
        mmseU: saddle.point.mmse, mmseV: saddle.second.mmse, isStable: saddle.point.isStable,
        isDominant: saddle.point.isDominant, isReached: saddle.isReached, family: saddle.point.family)
    }
  }

  /// The replica potential as a function of the overlap of u, with the overlap of v that state evolution gives:
  /// Phi = psi_u(lambda alpha qv) + alpha psi_v(lambda qu) - lambda alpha qu qv/2 at qv = Q_v(lambda qu).
  ///
  /// At given qv this is the minimum over qu, so that along the curve stable fixed points are maxima.
  ///
  /// - Parameter qu: overlap of u, from 0 to the second moment of its prior.
  /// - Returns: the potential per row, and the overlap of v.
  /// - Throws: `DomainError` for an overlap outside that range.
  /// - Complexity: two scalar channels.
  public func potential(overlapU qu: Double) throws(DomainError) -> (potential: Estimate, overlapV: Estimate) {
    guard qu >= 0, qu <= priorU.secondMoment else {
      throw DomainError(
        "overlap_u", qu, allowed: "0 <= overlap_u <= \(priorU.secondMoment), the prior's second moment")
    }
    let v = ChannelPoint(priorV, snr * qu)
    let gain = snr * ratio * v.q
    guard (snr * qu).isFinite, gain.isFinite else {
      let failure = Estimate.notConverged("the signal-to-noise ratio overflows")
      return (failure, failure)
    }
    let u = ChannelPoint(priorU, gain)
    let energy = gain * qu / 2
    // The error of qv enters by the derivative of the potential, lambda alpha (Q_u - qu)/2.
    let error =
      u.psiError + ratio * v.psiError + snr * ratio * abs(u.q - qu) / 2 * v.qError
      + 4 * .ulpOfOne * (energy + u.psi + ratio * v.psi)
    return (
      .converged(u.psi + ratio * v.psi - energy, error: error), .converged(v.q, error: v.qError)
    )
  }

  /// The critical snr of a line for two priors and a ratio.
  ///
  /// - Parameters:
  ///   - line: one of the model's lines, such as `.informationTheoretic`.
  ///   - priorU: law of the components of u.
  ///   - priorV: law of the components of v.
  ///   - ratio: alpha = M/N, finite and > 0.
  /// - Returns: one element for each solution by increasing snr; one without a value, with status and reason, where the line
  ///   has none.
  /// - Throws: `DomainError` for a ratio that is not finite and > 0.
  public static func threshold(
    _ line: Line<SpikedWishart>, priorU: Prior = .gaussian, priorV: Prior = .gaussian, ratio: Double = 1
  ) throws(DomainError) -> [CriticalPoint] {
    try checked(.ratio, ratio)
    return try line.solve(
      for: .snr,
      at: Point(
        [.priorU, .rhoU, .priorV, .rhoV, .ratio],
        [
          .text(priorU.name), priorU.rho.map(Value.number) ?? .absent, .text(priorV.name),
          priorV.rho.map(Value.number) ?? .absent, .number(ratio),
        ]))
  }
}
