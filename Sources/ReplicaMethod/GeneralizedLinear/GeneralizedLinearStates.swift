// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
import RealModule
public import SaddlepointCore
package import SaddlepointNumerics
import Synchronization

/// A fixed point of Bayes-optimal message passing in a generalized linear model.
public struct GeneralizedLinearState: Sendable, Hashable {
  /// Overlap, potential, error, stability.
  public let point: SaddlePoint
  /// Mutual information of signal and measurements per N, where this state dominates; without value where y is noiseless.
  public let mutualInformation: Estimate
  /// Whether message passing without information ends here.
  public let isReached: Bool
}

/// All states and lines of a measurement: the explicit curve cut at its folds, and perfect recovery.
///
/// Source: theory sheet *phase retrieval bayes*, sections 1.5 and 2.
package struct GeneralizedLinearStates: Sendable {
  package let curve: GeneralizedLinearCurve
  private let pieces: CurvePieces<GeneralizedLinearCurve>
  private var measurement: Measurement { curve.measurement }

  package init(_ measurement: Measurement) throws(GSLError) {
    curve = try .of(measurement)
    pieces = try CurvePieces(curve)
  }

  private static let known = Mutex<[Measurement: GeneralizedLinearStates]>([:])

  /// The states of a measurement, kept for the next question about it: a sweep in alpha cuts its curve once.
  ///
  /// - Parameter measurement: channel, field, prior and noise.
  /// - Returns: what `init` gives.
  /// - Throws: `GSLError` where the channel's quadrature fails.
  package static func of(_ measurement: Measurement) throws(GSLError) -> GeneralizedLinearStates {
    if let states = known.withLock({ $0[measurement] }) { return states }
    let states = try GeneralizedLinearStates(measurement)
    known.withLock { table in
      if table.count >= 32 { table.removeAll() }
      table[measurement] = states
    }
    return states
  }

  // MARK: Fixed points

  /// Every fixed point at a number of measurements, by increasing overlap.
  package func states(alpha: Double) throws(GSLError) -> [GeneralizedLinearState] {
    let found = try pieces.saddlePoints(strength: alpha, secondMoment: 1)
    let isPerfect = measurement.isPerfectPossible && curve.end.isFinite
    let isPerfectStable = alpha > curve.end
    let shift = alpha * curve.blank.psi
    let absolute = found.map { state in
      state.point.potential.shifted(by: shift, error: alpha * curve.blank.error + 2 * abs(shift).ulp)
    }
    var isPerfectDominant = isPerfect && isPerfectStable
    if isPerfectDominant, let perfect = measurement.perfectPotential {
      let best = zip(found, absolute).filter { $0.0.point.isDominant }.compactMap { $0.1.value }.max()
      isPerfectDominant = (best ?? -.infinity) < perfect
    }
    var hasReached = false
    var states: [GeneralizedLinearState] = []
    for (state, potential) in zip(found, absolute) {
      let p = state.point
      // With nothing else to dominate, an unstable zero overlap was taken.
      let isReached = state.isReached && (p.isStable || !isPerfect)
      hasReached = hasReached || isReached
      states.append(
        GeneralizedLinearState(
          point: SaddlePoint(
            overlap: p.overlap, potential: potential, mmse: p.mmse, isStable: p.isStable,
            isDominant: p.isDominant && !isPerfectDominant && (p.isStable || !isPerfect), family: p.family),
          mutualInformation: information(potential, alpha), isReached: isReached))
    }
    if isPerfect {
      let potential =
        measurement.perfectPotential.map { Estimate.converged($0, error: 4 * $0.ulp) }
        ?? .outsideDomain("the potential of perfect recovery is infinite")
      // At the limit itself nothing else is stable any more.
      let isLast = !states.contains { $0.point.isDominant }
      states.append(
        GeneralizedLinearState(
          point: SaddlePoint(
            overlap: .exact(1), potential: potential, mmse: .exact(0), isStable: isPerfectStable,
            isDominant: isPerfectDominant || isLast, family: .informative),
          mutualInformation: information(potential, alpha), isReached: !hasReached))
    }
    return states
  }

  /// alpha E log P_out(y|z) - Phi.
  private func information(_ potential: Estimate, _ alpha: Double) -> Estimate {
    guard let noiseEntropy = measurement.noiseEntropy else {
      return .outsideDomain("infinite, or without a closed form of the entropy of the noise")
    }
    return potential.shifted(by: -alpha * noiseEntropy, error: 0, sign: -1)
  }

  // MARK: Lines

  /// The points of a line in alpha.
  package func points(of line: GeneralizedLinearLine) throws(GSLError) -> [CriticalPoint] {
    switch line {
    case .weakRecovery:
      guard curve.isCentred else { return [.absent(.alpha, Absence.possible(for: .alpha))] }
      let high = try pieces.weakRecovery()?.high
      return [critical((curve.start, curve.startError), high == nil ? .continuous : .first, nil, high)]
    case .algorithmic, .fullRecovery:
      if measurement.noise == 0, measurement.channel != .sign || measurement.dimension == 0 {
        return try [fullRecovery()]
      }
      if line == .fullRecovery {
        return [.absent(.alpha, Absence.impossible(for: .alpha))]
      }
      guard let found = try pieces.algorithmicTransition() else {
        return [.absent(.alpha, Absence.noTransition)]
      }
      let atStart = found.low == nil
      return [
        critical(
          (found.strength.value, found.strength.error + (atStart ? curve.startError : 0)), found.order, found.low,
          found.high)
      ]
    case .informationTheoretic: return try informationTheoretic()
    case .informedSpinodal:
      if measurement.noise == 0, curve.end.isFinite {
        guard curve.end > 0 else { return [.absent(.alpha, Absence.possible(for: .alpha))] }
        let low = try lowState(at: curve.end)
        return [critical((curve.end, 0), .first, low, nil, isPerfect: true)]
      }
      let found = try pieces.informedSpinodals()
      guard !found.isEmpty else { return [.absent(.alpha, Absence.noTransition)] }
      return found.map { critical($0.strength, $0.order, $0.low, $0.high) }
    }
  }

  /// The stable state of highest overlap short of 1; nil for q = 0 or none.
  private func lowState(at alpha: Double) throws(GSLError) -> CurvePoint? {
    try pieces.fixedPoints(strength: alpha).last(where: \.isStable)?.point
  }

  /// The supremum of alpha over all imperfect states.
  private func fullRecovery() throws(GSLError) -> CriticalPoint {
    var best: CurvePoint?
    for piece in pieces.pieces where piece.isStable {
      if let end = piece.upper, end.strength > best?.strength ?? -.infinity { best = end }
    }
    let other = max(curve.isCentred ? curve.start : 0, curve.end)
    guard other.isFinite else { return .absent(.alpha, Absence.impossible(for: .alpha)) }
    if let best, best.strength >= other {
      return critical((best.strength, best.strengthError), .first, best, nil, isPerfect: true)
    }
    guard other > 0 else { return .absent(.alpha, Absence.possible(for: .alpha)) }
    if curve.isCentred, curve.start >= curve.end {
      return critical((curve.start, curve.startError), .first, nil, nil, isPerfect: true)
    }
    // The overlap reaches 1 without a jump.
    return CriticalPoint(
      [.alpha: .exact(other)], order: .continuous, with: [.overlap: 1, .overlapLow: 1, .overlapHigh: 1],
      errors: [.overlap: 0, .overlapLow: 0, .overlapHigh: 0])
  }

  private func informationTheoretic() throws(GSLError) -> [CriticalPoint] {
    var points: [CriticalPoint] = []
    var perfect: (value: Double, error: Double, low: CurvePoint?)?
    if measurement.noise == 0 {
      if measurement.perfectPotential != nil {
        perfect = try discreteCrossing()
      } else if curve.end.isFinite {
        guard curve.end > 0 else { return [.absent(.alpha, Absence.possible(for: .alpha))] }
        perfect = (curve.end, 0, try lowState(at: curve.end))
      }
    }
    for found in try pieces.optimalTransitions() where found.strength.value > 0 {
      if let perfect, found.strength.value >= perfect.value { break }
      let isStart = found.order == .continuous
      points.append(
        critical(
          (found.strength.value, found.strength.error + (isStart ? curve.startError : 0)), found.order, found.low,
          found.high))
    }
    if let perfect {
      let reachesOne = perfect.low == nil && !pieces.pieces.isEmpty && pieces.pieces.count == 1 && !curve.isCentred
      points.append(
        reachesOne
          ? CriticalPoint(
            [.alpha: .exact(perfect.value)], order: .continuous,
            with: [.overlap: 1, .overlapLow: 1, .overlapHigh: 1],
            errors: [.overlap: 0, .overlapLow: 0, .overlapHigh: 0])
          : critical((perfect.value, perfect.error), .first, perfect.low, nil, isPerfect: true))
    }
    return points.isEmpty ? [.absent(.alpha, Absence.noTransition)] : points
  }

  /// Where the finite potential of perfect recovery overtakes the last of the other stable states.
  private func discreteCrossing() throws(GSLError) -> (value: Double, error: Double, low: CurvePoint?)? {
    guard let perfect = measurement.perfectPotential else { return nil }
    var best: (value: Double, error: Double, low: CurvePoint?)?
    for piece in pieces.pieces where piece.isStable {
      func excess(_ point: CurvePoint) -> Double { point.potential + point.strength * curve.blank.psi - perfect }
      let low = Double.log(piece.lower?.g ?? curve.range.lowerBound)
      let high = Double.log(piece.upper?.g ?? curve.range.upperBound)
      let first = try curve.point(Double.exp(low), tolerance: 1e-14)
      let last = try curve.point(Double.exp(high), tolerance: 1e-14)
      guard excess(first) > 0, excess(last) < 0 else { continue }
      let x = try noisyRoot("perfect recovery overtakes", in: low...high) { x throws(GSLError) in
        let point = try curve.point(Double.exp(x), tolerance: 1e-14)
        let slope = (point.potentialSlope + curve.blank.psi) * point.strengthSlope
        return (excess(point), slope, 0.25 * point.potentialError)
      }
      let point = try curve.point(Double.exp(x), tolerance: 1e-14)
      let slope = abs(point.potentialSlope + curve.blank.psi)
      let error = (point.potentialError + abs(excess(point))) / slope + point.strengthError
      if point.strength > best?.value ?? 0 { best = (point.strength, error, point) }
    }
    return best
  }

  /// A critical point with its overlaps; a missing state is q = 0, or 1 above perfect recovery.
  private func critical(
    _ strength: (value: Double, error: Double), _ order: TransitionOrder, _ low: CurvePoint?, _ high: CurvePoint?,
    isPerfect: Bool = false
  ) -> CriticalPoint {
    let value: Estimate =
      strength.error == 0 ? .exact(strength.value) : .converged(strength.value, error: strength.error)
    let before = low?.overlap ?? 0
    let after = isPerfect ? 1 : high?.overlap ?? 0
    let beforeError = low?.overlapError ?? 0
    return CriticalPoint(
      [.alpha: value], order: order,
      with: [.overlap: before, .overlapLow: before, .overlapHigh: after],
      errors: [
        .overlap: beforeError, .overlapLow: beforeError, .overlapHigh: isPerfect ? 0 : high?.overlapError ?? 0,
      ])
  }
}

extension Measurement {
  /// E log P_out(y|z) where it is finite and known: additive Gaussian noise, and noiseless signs.
  var noiseEntropy: Double? {
    if noise == 0 { return channel == .sign ? 0 : nil }
    switch channel {
    case .linear, .modulusAdditive, .intensity, .relu, .expression:
      return -0.5 * (Double.log(2 * .pi * noise) + 1)
    case .modulus, .sign: return nil
    }
  }
}

extension Estimate {
  /// sign times the value plus a shift, with an error added.
  fileprivate func shifted(by shift: Double, error: Double, sign: Double = 1) -> Estimate {
    guard let value else { return self }
    let image = sign * (value + shift)
    return .converged(image, error: self.error + error + image.ulp)
  }
}
