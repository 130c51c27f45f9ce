// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
package import SaddlepointCore
package import SaddlepointNumerics

/// A transition on a curve of fixed points: the strength at which it happens, and the states on both sides.
package struct CurveTransition: Sendable {
  /// The strength with its error.
  package let strength: (value: Double, error: Double)
  package let order: TransitionOrder
  /// The state on the weaker side; nil stands for q = 0.
  package let low: CurvePoint?
  /// The state on the stronger side; nil stands for q = 0.
  package let high: CurvePoint?
}

extension CurvePieces {
  /// A stable state as the strength varies: q = 0 (nil), or a piece of the curve.
  private typealias State = Int?

  /// The state at a strength; nil where it does not exist, `.some(nil)` for q = 0.
  private func point(of state: State, at strength: Double) throws(GSLError) -> CurvePoint?? {
    guard let index = state else { return strength <= curve.start ? .some(nil) : nil }
    guard let found = try fixedPoint(on: index, strength: strength) else { return nil }
    return .some(found)
  }

  /// The stable pieces.
  private var stable: [Int] { pieces.indices.filter { pieces[$0].isStable } }

  /// Every transition of the Bayes-optimal overlap, by increasing strength > 0.
  ///
  /// The optimal state at vanishing strength is followed upwards: a state of higher overlap gains on it, since the potential
  /// grows with the strength at the rate of the overlap, and so takes over at most once.
  ///
  /// - Complexity: a few dozen points of the curve for each transition.
  package func optimalTransitions() throws(GSLError) -> [CurveTransition] {
    var transitions: [CurveTransition] = []
    var strength = 0.0
    var state = try dominantState(at: 0)
    while true {
      var best: (crossing: CurveTransition, state: Int)?
      for candidate in stable where candidate > state ?? -1 {
        guard let crossing = try crossing(from: state, to: candidate, above: strength) else { continue }
        if crossing.strength.value < best?.crossing.strength.value ?? .infinity { best = (crossing, candidate) }
      }
      if state == nil, curve.isCentred, best == nil, curve.start.isFinite, curve.start > strength,
        pieces[0].isStable
      {
        transitions.append(
          CurveTransition(strength: (curve.start, 0), order: .continuous, low: nil, high: nil))
        state = 0
        strength = curve.start
        continue
      }
      if state == nil, curve.isCentred, best == nil, curve.start.isFinite, curve.start > strength {
        // A jump so small that its fold and the end of q = 0 differ by rounding only.
        let high = stable.first { pieces[$0].lower.map { $0.strength <= curve.start + 4 * $0.strengthError } ?? false }
        if let high, let fold = pieces[high].lower {
          transitions.append(
            CurveTransition(
              strength: (curve.start, abs(fold.strength - curve.start) + 4 * fold.strengthError), order: .first,
              low: nil, high: fold))
          state = high
          strength = curve.start
          continue
        }
      }
      guard let best else { return transitions }
      transitions.append(best.crossing)
      state = best.state
      strength = best.crossing.strength.value
    }
  }

  /// The stable state of largest potential at a strength >= 0; nil for q = 0.
  private func dominantState(at strength: Double) throws(GSLError) -> State {
    var best: (state: State, potential: Double)?
    if curve.isCentred, strength <= curve.start { best = (nil, 0) }
    for index in stable {
      guard let point = try fixedPoint(on: index, strength: strength) else { continue }
      if best.map({ point.potential > $0.potential }) ?? true { best = (index, point.potential) }
    }
    // Where nothing is known at strength 0, the first piece begins there.
    return best.map(\.state) ?? (curve.isCentred ? nil : stable.first)
  }

  /// The strength above the given one at which a stable piece overtakes a state; nil if it does not.
  private func crossing(
    from state: State, to index: Int, above strength: Double
  ) throws(GSLError) -> CurveTransition? {
    // Both exist between the fold at which the upper state appears and the end of the lower one.
    guard let fold = pieces[index].lower else { return nil }
    let end = state.map { pieces[$0].upper?.strength ?? curve.end } ?? curve.start
    let start = max(fold.strength, strength)
    guard start < end else { return nil }
    /// Potential of the upper state at an argument log g less that of the lower state of the same strength.
    func difference(_ x: Double) throws(GSLError) -> (value: Double, noise: Double, low: CurvePoint?, high: CurvePoint)
    {
      let high = try curve.point(Double.exp(x), tolerance: 1e-14)
      let strength = min(max(high.strength, start), end)
      guard let low = try point(of: state, at: strength) else { return (-1, 0, nil, high) }
      return (
        high.potential - (low?.potential ?? 0), 0.25 * (high.potentialError + (low?.potentialError ?? 0)), low, high
      )
    }
    // Along the upper piece, from where the strength is `start` to where it is `end`.
    guard let first = start == fold.strength ? fold : try fixedPoint(on: index, strength: start) else { return nil }
    var top = Double.log(first.g)
    if end == .infinity {
      while try difference(top).value <= 0 {
        top += 0.5
        if top > 460 { return nil }
      }
    } else {
      guard let last = try fixedPoint(on: index, strength: end) else { return nil }
      top = Double.log(last.g)
      if try difference(top).value <= 0 { return nil }
    }
    let bottom = Double.log(first.g)
    let atBottom = try difference(bottom)
    guard atBottom.value <= 4 * atBottom.noise, bottom < top else { return nil }
    if atBottom.value >= 0, end.isFinite {
      // Next to a critical point the potentials cannot be told apart: the transition lies between the two folds.
      return CurveTransition(
        strength: (0.5 * (start + end), 0.5 * (end - start) + atBottom.high.strengthError), order: .first,
        low: atBottom.low?.widened(by: end - start), high: atBottom.high.widened(by: end - start))
    }
    let x = try noisyRoot("equal potentials of two states", in: bottom...top) { x throws(GSLError) in
      let found = try difference(x)
      let slope = (found.high.potentialSlope - (found.low?.potentialSlope ?? 0)) * found.high.strengthSlope
      return (found.value, slope, found.noise)
    }
    let found = try difference(x)
    // What is left of the difference, by its slope in the strength.
    let slope = found.high.potentialSlope - (found.low?.potentialSlope ?? 0)
    let error =
      (4 * found.noise + abs(found.value)) / abs(slope) + found.high.strengthError + 2 * found.high.strength.ulp
    return CurveTransition(
      strength: (found.high.strength - found.value / slope, error), order: .first,
      low: found.low?.widened(by: error), high: found.high.widened(by: error))
  }

  /// Where message passing is optimal for good: beyond the last end of a stable state below the highest one.
  ///
  /// - Returns: the transition; nil if no state ends: message passing is optimal at every strength, or q = 0 is stable at
  ///   every strength (`curve.start` tells).
  package func algorithmicTransition() throws(GSLError) -> CurveTransition? {
    var last: CurvePoint?
    for index in stable.dropLast() {
      if let end = pieces[index].upper, end.strength > last?.strength ?? -.infinity { last = end }
    }
    if curve.isCentred, curve.start.isFinite, curve.start > last?.strength ?? -.infinity {
      return try CurveTransition(
        strength: (curve.start, 0), order: pieces[0].isStable ? .continuous : .first, low: nil,
        high: pieces[0].isStable ? nil : reached(at: curve.start))
    }
    guard let last else { return nil }
    return try CurveTransition(
      strength: (last.strength, last.strengthError), order: .first, low: last, high: reached(at: last.strength))
  }

  /// The stable state that message passing reaches once the one that ends at a strength is gone.
  private func reached(at strength: Double) throws(GSLError) -> CurvePoint? {
    for index in stable where pieces[index].upper.map({ $0.strength > strength }) ?? true {
      if let point = try fixedPoint(on: index, strength: strength) { return point }
    }
    return nil
  }

  /// Where stable states of higher overlap appear, by increasing overlap.
  package func informedSpinodals() throws(GSLError) -> [CurveTransition] {
    var transitions: [CurveTransition] = []
    for index in stable {
      guard let fold = pieces[index].lower else { continue }
      // The other state at this strength: the nearest stable one of lower overlap, or q = 0.
      var low: CurvePoint?
      for other in stable where other < index {
        if let point = try fixedPoint(on: other, strength: fold.strength) { low = point }
      }
      transitions.append(
        CurveTransition(strength: (fold.strength, fold.strengthError), order: .first, low: low, high: fold))
    }
    return transitions
  }

  /// Where q = 0 loses its stability; nil where it is no fixed point or never does.
  package func weakRecovery() throws(GSLError) -> CurveTransition? {
    guard curve.isCentred, curve.start.isFinite else { return nil }
    let high = pieces[0].isStable ? nil : try reached(at: curve.start)
    return CurveTransition(
      strength: (curve.start, 0), order: high == nil ? .continuous : .first, low: nil, high: high)
  }
}

extension CurvePoint {
  /// The state with the errors that an error of the strength brings.
  fileprivate func widened(by error: Double) -> CurvePoint {
    var point = self
    let step = strengthSlope != 0 ? error / abs(strengthSlope) : 0
    point.overlapError += abs(overlapSlope) * step
    point.second.error += abs(second.slope) * step
    return point
  }
}
