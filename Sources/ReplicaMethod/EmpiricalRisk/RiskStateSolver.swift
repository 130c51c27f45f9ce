// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointNumerics

/// Why a state was not found.
struct RiskStateFailure: Error {
  let status: Status
  static func absent(_ reason: String) -> RiskStateFailure { RiskStateFailure(status: .outsideDomain(reason)) }
  static func failed(_ reason: String) -> RiskStateFailure { RiskStateFailure(status: .notConverged(reason)) }
  var estimate: Estimate {
    guard case .outsideDomain(let reason) = status else { return .notConverged(status.reason ?? "") }
    return .outsideDomain(reason)
  }
}

/// Solves the saddle-point equations of the one-step curve, without guesses from neighbouring points.
///
/// The curve is followed in rho = s/chi, on which it has no scale: for each rho the saddle-point equation
/// alpha (1 + rho) E<(z-h)^2> = 1 is bracketed in chi, and the state's own condition is bracketed in rho, from the
/// replica-symmetric end. The bracketed root is polished with finer averages.
struct RiskStateSolver {
  let loss: Loss
  let alpha: Double

  init(loss: Loss, alpha: Double) throws(DomainError) {
    guard loss.isEven else {
      throw DomainError(
        .loss, loss.description, allowed: "even in z: otherwise no overlap with the signal is not a fixed point")
    }
    guard alpha > 0, alpha.isFinite else { throw DomainError(.alpha, alpha, allowed: "alpha > 0") }
    self.loss = loss
    self.alpha = alpha
  }

  /// The same risk at another number of samples.
  private init(_ other: RiskStateSolver, alpha: Double) {
    loss = other.loss
    self.alpha = alpha
  }

  /// A point of the one-step curve, or near it.
  struct Place {
    var chi: Double
    /// s/chi.
    var ratio: Double
    var parisi: Double { chi * ratio }
  }

  func law(_ place: Place, _ resolution: StateResolution, keepsNodes: Bool = false) -> StateLaw {
    StateLaw(loss, chi: place.chi, parisi: place.parisi, resolution, keepsNodes: keepsNodes)
  }

  /// The saddle-point equation: vanishes on the curve.
  private func saddle(_ law: StateLaw, _ place: Place) -> Double {
    Double.log(alpha * (1 + place.ratio) * law.averages.displacement)
  }

  func complexity(_ law: StateLaw, _ place: Place) -> Double {
    if place.ratio == 0 { return 0 }
    let a = law.averages
    return place.parisi * alpha * a.energy + 0.5 * Double.log(onePlus: place.ratio) + alpha * a.logNorm
  }

  /// The derivatives of the saddle-point equation in log chi, at a fixed ratio, and in the ratio.
  private func saddleSlopes(_ law: StateLaw, _ place: Place) -> (logChi: Double, ratio: Double) {
    let a = law.averages
    let chi = place.chi
    // E<l'^2/2>, which falls with chi as fields find lower values and with s as the law prefers small envelopes.
    let mean = 0.5 * a.displacement / (chi * chi)
    let perChi = place.parisi * a.slopeVariance - a.slopeDecay
    return (
      2 + chi * (perChi - place.ratio * a.covariance) / mean,
      1 / (1 + place.ratio) - chi * a.covariance / mean
    )
  }

  /// 2 (chi + s)^2/chi times the derivative of alpha e = dPhi/ds along the curve in the ratio, which never turns on it.
  private func energySlope(_ law: StateLaw, _ place: Place) -> Double {
    let a = law.averages
    let (chi, s, sum) = (place.chi, place.parisi, place.chi + place.parisi)
    let slopes = saddleSlopes(law, place)
    let tangent = -slopes.ratio / slopes.logChi
    let perParisi = 1 - 2 * sum * sum * alpha * a.envelopeVariance
    let mixed = 2 * sum * sum * alpha * a.covariance - 1 / chi
    return (1 + place.ratio * tangent) * perParisi + s * tangent * mixed
  }

  /// The condition that selects the state: positive towards the replica-symmetric end.
  private func condition(_ kind: RiskStateKind, _ law: StateLaw, _ place: Place) -> Double {
    switch kind {
    case .threshold: alpha * law.averages.squaredResponse - 1
    case .groundState, .replicaSymmetric: complexity(law, place)
    case .maximalEnergy: energySlope(law, place)
    }
  }

  /// The place on the curve at a ratio, with coarse averages near it.
  private func onCurve(ratio: Double, near guess: Double) throws(RiskStateFailure) -> (place: Place, law: StateLaw) {
    func at(_ logChi: Double) -> (place: Place, law: StateLaw) {
      let place = Place(chi: Double.exp(logChi), ratio: ratio)
      return (place, law(place, .coarse))
    }
    func excess(_ found: (place: Place, law: StateLaw)) -> Double { saddle(found.law, found.place) }
    // Newton's method ends after some steps; everything else is for the bracket.
    var x = Double.log(guess)
    for _ in 0..<12 {
      let found = at(x)
      let step = -excess(found) / saddleSlopes(found.law, found.place).logChi
      guard step.isFinite, x > -60, x < 16 else { break }
      if abs(step) < 1e-3 { return (Place(chi: found.place.chi * Double.exp(step), ratio: ratio), found.law) }
      x += min(max(step, -1), 1)
    }
    var (low, high) = (Double.log(guess), Double.log(guess))
    var step = 0.25
    if excess(at(low)) > 0 {
      repeat {
        high = low
        low -= step
        step *= 2
        guard low > -60 else { throw .failed("no susceptibility solves the saddle-point equation") }
      } while excess(at(low)) > 0
    } else {
      repeat {
        low = high
        high += step
        step *= 2
        guard high < 16 else { throw .absent("no-state: all labels can be fitted at this number of samples") }
      } while excess(at(high)) < 0
    }
    do {
      return at(try brentRoot("saddle point", in: low...high) { excess(at($0)) }.value)
    } catch { throw .failed("\(error)") }
  }

  /// The state's place, bracketed with coarse averages.
  private func bracketed(_ kind: RiskStateKind) throws(RiskStateFailure) -> Place {
    let symmetric = try onCurve(ratio: 0, near: 1)
    if kind == .replicaSymmetric { return symmetric.place }
    guard alpha * symmetric.law.averages.squaredResponse > 1 else {
      throw .absent("replica-symmetric: the replica-symmetric state is stable, there are no other ones")
    }
    typealias Found = (place: Place, law: StateLaw)
    /// The next place, begun along the tangent.
    func next(_ ratio: Double, after before: Found) throws(RiskStateFailure) -> Found {
      let (place, slopes) = (before.place, saddleSlopes(before.law, before.place))
      let tangent = -slopes.ratio / slopes.logChi
      let step = place.ratio > 0 ? tangent * place.ratio * Double.log(ratio / place.ratio) : tangent * ratio
      return try onCurve(ratio: ratio, near: place.chi * Double.exp(min(max(step, -0.7), 0.7)))
    }
    var ratio = kind == .threshold ? 0.25 : 1.0 / 16
    var before = try next(ratio, after: symmetric)
    var value = condition(kind, before.law, before.place)
    // The complexity vanishes at the replica-symmetric end and cannot tell a side there.
    while kind != .groundState, value <= 0, ratio > 1e-6 {
      ratio /= 4
      before = try next(ratio, after: symmetric)
      value = condition(kind, before.law, before.place)
    }
    while ratio < 1e4 {
      let found = try next(ratio * 1.5, after: before)
      let there = condition(kind, found.law, found.place)
      if value > 0, there <= 0 {
        // Where the condition vanishes between the two, as if it were linear: good enough for the polishing.
        let share = value / (value - there)
        func between(_ a: Double, _ b: Double) -> Double { a * Double.pow(b / a, share) }
        return Place(chi: between(before.place.chi, found.place.chi), ratio: between(ratio, ratio * 1.5))
      }
      ratio *= 1.5
      (before, value) = (found, there)
    }
    throw .absent("no-state: the condition is met nowhere on the one-step curve")
  }

  /// A place that solves equations with standard and with fine averages.
  private struct Solution {
    let rough: Place
    let fine: Place
    let errors: (chi: Double, ratio: Double)
  }

  /// Solves equations for log chi and, unless it is 0, log ratio, from a good guess.
  ///
  /// The derivatives are those of the coarse averages: finer ones then need two or three evaluations, as each correction
  /// leaves a share of the last of the size of the coarse averages' error.
  private func solved(
    _ name: String, from start: Place, _ equations: (Place, StateResolution) -> [Double]
  ) throws(RiskStateFailure) -> Solution {
    let isSymmetric = start.ratio == 0
    func place(_ x: [Double]) -> Place { Place(chi: Double.exp(x[0]), ratio: isSymmetric ? 0 : Double.exp(x[1])) }
    var chord = ChordMethod(isSymmetric ? [Double.log(start.chi)] : [Double.log(start.chi), Double.log(start.ratio)])
    do throws(GSLError) {
      let coarse = { (x: [Double]) in equations(place(x), .coarse) }
      try chord.measure(coarse)
      _ = try chord.solve(name, until: 1e-5, updates: true, coarse)
      try chord.measure(coarse)
      _ = try chord.solve(name, until: 1e-9) { equations(place($0), .standard) }
      let rough = place(chord.x)
      let errors = try chord.solve(name, until: 1e-13, noise: 1e-14) { equations(place($0), .fine) }
      let fine = place(chord.x)
      return Solution(
        rough: rough, fine: fine, errors: (fine.chi * errors[0], isSymmetric ? 0 : fine.ratio * errors[1]))
    } catch { throw .failed("\(error)") }
  }

  /// The state's place, from a good guess.
  private func polished(_ kind: RiskStateKind, _ start: Place) throws(RiskStateFailure) -> Solution {
    try solved("\(kind.rawValue) state", from: start) { place, resolution in
      let law = law(place, resolution)
      return [saddle(law, place)] + (kind == .replicaSymmetric ? [] : [condition(kind, law, place)])
    }
  }

  /// The numbers of a state at its place.
  struct Numbers {
    var place: Place
    var energy = 0.0
    var radial = 0.0
    var complexity = 0.0
    var stability = 0.0
    var edge: StateSpectrum
    var discrepancy = 0.0
    /// alpha E<r^2>.
    var replicon = 0.0
  }

  func numbers(_ kind: RiskStateKind, at place: Place, _ resolution: StateResolution) -> Numbers {
    let law = law(place, resolution, keepsNodes: true)
    let a = law.averages
    let (chi, s) = (place.chi, place.parisi)
    let radial = alpha * a.virial
    let spectrum = StateSpectrum(law, alpha: alpha, isMarginal: kind == .threshold)
    // At s = 0 the average over fields is a plain Gaussian one, whose <h^2> is 1; the ratio has a limit.
    let stability = s == 0 ? replicaSymmetricStability(law) : a.fieldVariance * alpha * (chi + s) * (chi + s) / (s * s)
    let virial = radial - (alpha * a.response - 1 - alpha * a.jump) / chi
    let legendre = alpha * (a.envelope - a.energy) - 0.5 / (s + chi)
    return Numbers(
      place: place, energy: a.energy, radial: radial,
      complexity: kind == .groundState ? 0 : complexity(law, place), stability: stability, edge: spectrum,
      discrepancy: max(abs(virial), abs(legendre)),
      replicon: alpha * a.squaredResponse)
  }

  /// The limit of the stability of q0 = 0 for s -> 0: alpha E_y[E_h(1 - dz*/dh)]^2 with the jumps in the derivative.
  private func replicaSymmetricStability(_ law: StateLaw) -> Double { alpha * law.averages.meanResponseSquared }

  /// The state with its errors.
  func state(_ kind: RiskStateKind) -> RiskState {
    do throws(RiskStateFailure) {
      let found = try polished(kind, bracketed(kind))
      let (a, b) = (numbers(kind, at: found.rough, .standard), numbers(kind, at: found.fine, .fine))
      return assembled(a, b, found.errors, isSymmetric: kind == .replicaSymmetric)
    } catch { return .absent(error.estimate) }
  }

  private func assembled(
    _ a: Numbers, _ b: Numbers, _ errors: (chi: Double, ratio: Double), isSymmetric: Bool
  ) -> RiskState {
    var reasons: [String] = []
    if b.stability > 1 { reasons.append("q0 = 0 is unstable (overlap_stability > 1)") }
    if isSymmetric, b.replicon > 1 { reasons.append("the replica-symmetric state is unstable (alpha E<r^2> > 1)") }
    if b.complexity < -1e-12 { reasons.append("negative complexity") }
    let reason = "replica approximation: " + reasons.joined(separator: ", ")
    func estimate(_ rough: Double, _ value: Double, _ more: Double = 0) -> Estimate {
      let error = abs(value - rough) + b.discrepancy + more + 1e-13 * max(1, abs(value))
      return reasons.isEmpty
        ? .converged(value, error: error) : .approximate(value, error: error, reason: reason)
    }
    func optional(_ rough: Double?, _ value: Double?) -> Estimate {
      guard let value else { return .outsideDomain("no-outlier") }
      return estimate(rough ?? value, value, errors.chi / b.place.chi + errors.ratio)
    }
    let relative = errors.chi / b.place.chi + errors.ratio
    let symmetric = Estimate.exact(0)
    // Rounding of sums whose terms are larger than they.
    let edgeTerms = 1e-14 * (abs(b.radial) + 1 / b.edge.edge)
    // Phi is stationary in chi, and s^2 d^2Phi/ds^2 is of order 1.
    let complexityTerms = relative + 1e-14 * alpha * (1 + b.place.parisi * abs(b.energy))
    return RiskState(
      chi: estimate(a.place.chi, b.place.chi, errors.chi),
      parisi: isSymmetric
        ? symmetric
        : estimate(
          a.place.parisi, b.place.parisi, b.place.parisi * errors.chi / b.place.chi + b.place.chi * errors.ratio),
      energy: estimate(a.energy, b.energy, relative * abs(b.energy)), radial: estimate(a.radial, b.radial, relative),
      complexity: isSymmetric ? symmetric : estimate(a.complexity, b.complexity, complexityTerms),
      signalResponse: estimate(a.edge.response, b.edge.response, relative),
      edgeMismatch: estimate(a.edge.lowerEdge - a.radial, b.edge.lowerEdge - b.radial, relative + edgeTerms),
      overlapStability: estimate(a.stability, b.stability, relative),
      outlier: optional(
        a.edge.outlier.map { $0.value - a.radial }, b.edge.outlier.map { $0.value - b.radial }),
      outlierOverlapSquared: optional(a.edge.outlier?.overlapSquared, b.edge.outlier?.overlapSquared),
      hasSoftEdge: b.edge.isSoft)
  }

  /// The transition of the signal's direction at the Hessian's lower edge, along a family of states.
  struct Transition {
    let alpha: Estimate
    let state: RiskState
  }

  /// The number of samples beyond which the signal's direction is detached at these states.
  ///
  /// The number of samples is eliminated by the saddle-point equation, so that the transition is a root in the unknowns of the
  /// state.
  static func transition(_ loss: Loss, _ kind: RiskStateKind) throws(DomainError) -> Transition {
    let model = try RiskStateSolver(loss: loss, alpha: 1)
    do throws(RiskStateFailure) { return try model.transition(kind) } catch {
      return Transition(alpha: error.estimate, state: .absent(error.estimate))
    }
  }

  /// The response of the signal's direction and the place of a state.
  private func response(_ kind: RiskStateKind) throws(RiskStateFailure) -> (place: Place, value: Double) {
    let place = try bracketed(kind)
    let law = law(place, .coarse, keepsNodes: true)
    return (place, StateSpectrum(law, alpha: alpha, isMarginal: kind == .threshold, findsOutlier: false).response)
  }

  private func transition(_ kind: RiskStateKind) throws(RiskStateFailure) -> Transition {
    var before: (alpha: Double, place: Place, value: Double)?
    var bracket: (low: Double, high: Double, place: Place)?
    var alpha = 1.4
    while alpha < 400, bracket == nil {
      let solver = RiskStateSolver(self, alpha: alpha)
      do throws(RiskStateFailure) {
        let (place, value) = try solver.response(kind)
        if let before, before.value < 1, value >= 1 {
          let share = (1 - before.value) / (value - before.value)
          func between(_ a: Double, _ b: Double) -> Double { a > 0 ? a * Double.pow(b / a, share) : 0 }
          bracket = (
            before.alpha, alpha,
            Place(
              chi: between(before.place.chi, place.chi), ratio: between(before.place.ratio, place.ratio))
          )
        }
        before = (alpha, place, value)
      } catch {
        if case .notConverged = error.status { throw error }
      }
      alpha *= 1.6
    }
    guard let bracket else { throw .absent("no-transition: the signal's direction is nowhere detached first") }
    let found = try eliminated(kind, bracket.place)
    let (earlier, later) = (
      samples(law(found.rough, .standard), found.rough), samples(law(found.fine, .fine), found.fine)
    )
    guard later > 0.9 * bracket.low, later < 1.1 * bracket.high else { throw .failed("the root left its bracket") }
    let state = RiskStateSolver(self, alpha: later).assembled(
      RiskStateSolver(self, alpha: earlier).numbers(kind, at: found.rough, .standard),
      RiskStateSolver(self, alpha: later).numbers(kind, at: found.fine, .fine), found.errors,
      isSymmetric: kind == .replicaSymmetric)
    let relative =
      found.errors.chi / found.fine.chi + (found.fine.ratio > 0 ? found.errors.ratio / found.fine.ratio : 0)
    let error = abs(later - earlier) + later * (4 * relative + 1e-13) + 4 * state.signalResponse.error * later
    return Transition(alpha: .converged(later, error: error).with(statusOf: state.energy), state: state)
  }

  /// The number of samples at which a place is on the curve.
  private func samples(_ law: StateLaw, _ place: Place) -> Double {
    1 / ((1 + place.ratio) * law.averages.displacement)
  }

  /// The place of the transition, whose number of samples is that of its curve.
  private func eliminated(_ kind: RiskStateKind, _ start: Place) throws(RiskStateFailure) -> Solution {
    try solved("transition", from: start) { place, resolution in
      let law = law(place, resolution, keepsNodes: true)
      let solver = RiskStateSolver(self, alpha: samples(law, place))
      let spectrum = StateSpectrum(law, alpha: solver.alpha, isMarginal: kind == .threshold, findsOutlier: false)
      return [spectrum.response - 1] + (kind == .replicaSymmetric ? [] : [solver.condition(kind, law, place)])
    }
  }
}

extension Estimate {
  /// The estimate with the warning that another one carries.
  fileprivate func with(statusOf other: Estimate) -> Estimate {
    guard case .approximate = other.status else { return self }
    return marked(other.status)
  }
}
