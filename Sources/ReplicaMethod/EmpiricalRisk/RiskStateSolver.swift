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

  /// The condition that selects the state: positive towards the replica-symmetric end.
  private func condition(_ kind: RiskStateKind, _ law: StateLaw, _ place: Place) -> Double {
    kind == .threshold ? alpha * law.averages.squaredResponse - 1 : complexity(law, place)
  }

  /// The susceptibility on the curve at a ratio.
  private func chi(
    ratio: Double, near guess: Double, _ resolution: StateResolution
  ) throws(RiskStateFailure) -> Double {
    func equation(_ logChi: Double) -> Double {
      let place = Place(chi: Double.exp(logChi), ratio: ratio)
      return saddle(law(place, resolution), place)
    }
    // Near a good guess the secant ends after some steps; everything else is for the bracket.
    let isCoarse = resolution.outer > StateResolution.standard.outer
    var (x0, x1) = (Double.log(guess), Double.log(guess) + 1e-3)
    var (f0, f1) = (equation(x0), equation(x1))
    for _ in 0..<10 {
      let step = -f1 * (x1 - x0) / (f1 - f0)
      guard step.isFinite, abs(step) < 0.7 else { break }
      (x0, f0) = (x1, f1)
      x1 += step
      if abs(step) < (isCoarse ? 1e-5 : 1e-14) { return Double.exp(x1) }
      f1 = equation(x1)
      if f1 == 0 { return Double.exp(x1) }
    }
    var (low, high) = (Double.log(guess), Double.log(guess))
    let first = equation(low)
    if first == 0 { return guess }
    var step = isCoarse ? 0.25 : 1e-5
    if first > 0 {
      repeat {
        high = low
        low -= step
        step *= 2
        guard low > -60 else { throw .failed("no susceptibility solves the saddle-point equation") }
      } while equation(low) > 0
    } else {
      repeat {
        low = high
        high += step
        step *= 2
        guard high < 16 else { throw .absent("no-state: all labels can be fitted at this number of samples") }
      } while equation(high) < 0
    }
    do {
      return Double.exp(try brentRoot("saddle point", in: low...high, equation).value)
    } catch { throw .failed("\(error)") }
  }

  /// The state's place, bracketed with coarse averages.
  private func bracketed(_ kind: RiskStateKind) throws(RiskStateFailure) -> Place {
    var place = Place(chi: try chi(ratio: 0, near: 1, .coarse), ratio: 0)
    if kind == .replicaSymmetric { return place }
    guard alpha * law(place, .coarse).averages.squaredResponse > 1 else {
      throw .absent("replica-symmetric: the replica-symmetric state is stable, there are no other ones")
    }
    func at(_ ratio: Double, near guess: Double) throws(RiskStateFailure) -> (place: Place, value: Double) {
      let place = Place(chi: try chi(ratio: ratio, near: guess, .coarse), ratio: ratio)
      let law = law(place, .coarse)
      return (place, kind == .maximalEnergy ? law.averages.energy : condition(kind, law, place))
    }
    var ratio = kind == .threshold ? 0.25 : 1.0 / 16
    place = Place(chi: place.chi, ratio: ratio)
    var before = try at(ratio, near: place.chi)
    while kind == .threshold, before.value <= 0, ratio > 1e-6 {
      ratio /= 4
      before = try at(ratio, near: before.place.chi)
    }
    while ratio < 1e4 {
      let next = try at(ratio * 1.5, near: before.place.chi)
      let isPast = kind == .maximalEnergy ? next.value < before.value : before.value > 0 && next.value <= 0
      if isPast {
        if kind == .maximalEnergy { return before.place }
        // Where the condition vanishes between the two, as if it were linear: good enough for the polishing.
        let share = before.value / (before.value - next.value)
        func between(_ a: Double, _ b: Double) -> Double { a * Double.pow(b / a, share) }
        return Place(
          chi: between(before.place.chi, next.place.chi), ratio: between(ratio, ratio * 1.5))
      }
      ratio *= 1.5
      before = next
    }
    throw .absent("no-state: the condition is met nowhere on the one-step curve")
  }

  /// The state's place with the given averages, from a good guess.
  private func polished(
    _ kind: RiskStateKind, _ start: Place, _ resolution: StateResolution
  ) throws(RiskStateFailure) -> (place: Place, errors: (chi: Double, ratio: Double)) {
    switch kind {
    case .replicaSymmetric:
      let chi = try chi(ratio: 0, near: start.chi, resolution)
      return (Place(chi: chi, ratio: 0), (4 * chi.ulp, 0))
    case .maximalEnergy: return try energyMaximum(start, resolution)
    case .threshold, .groundState:
      let root: SystemRoot
      do {
        root = try systemRoot(
          "\(kind.rawValue) state", start: [Double.log(start.chi), Double.log(start.ratio)], tolerance: 1e-11
        ) { x in
          let place = Place(chi: Double.exp(x[0]), ratio: Double.exp(x[1]))
          let law = law(place, resolution)
          return [saddle(law, place), condition(kind, law, place)]
        }
      } catch { throw .failed("\(error)") }
      if case .notConverged(let reason) = root.status, !(root.errors.allSatisfy { $0 < 1e-8 }) { throw .failed(reason) }
      let place = Place(chi: Double.exp(root.values[0]), ratio: Double.exp(root.values[1]))
      return (place, (place.chi * root.errors[0], place.ratio * root.errors[1]))
    }
  }

  /// The top of the energy along the curve: where the derivative of its interpolating polynomial in log ratio vanishes.
  private func energyMaximum(
    _ start: Place, _ resolution: StateResolution
  ) throws(RiskStateFailure) -> (place: Place, errors: (chi: Double, ratio: Double)) {
    var centre = Double.log(start.ratio)
    var change = 0.0
    var guess = start.chi
    for width in [0.5, 0.2] {
      let count = 9
      let nodes = (0..<count).map { Double.cos(Double.pi * (Double($0) + 0.5) / Double(count)) }
      var energies: [Double] = []
      for node in nodes {
        let ratio = Double.exp(centre + width * node)
        guess = try chi(ratio: ratio, near: guess, resolution)
        energies.append(law(Place(chi: guess, ratio: ratio), resolution).averages.energy)
      }
      // Chebyshev coefficients, then the slope from U_{k-1}.
      var coefficients = [Double](repeating: 0, count: count)
      for k in 0..<count {
        for j in 0..<count {
          let angle = Double.pi * Double(k) * (Double(j) + 0.5) / Double(count)
          coefficients[k] += energies[j] * Double.cos(angle) * 2 / Double(count)
        }
      }
      func slope(_ x: Double) -> Double {
        var (u0, u1, sum) = (1.0, 2 * x, 0.0)
        for k in 1..<count {
          sum += Double(k) * coefficients[k] * u0
          (u0, u1) = (u1, 2 * x * u1 - u0)
        }
        return sum
      }
      guard let root = try? brentRoot("largest energy", in: -1...1, slope) else {
        throw .failed("the energy has no maximum near where it was bracketed")
      }
      change = width * root.value
      centre += change
      // What the last coefficient could move the root by.
      let curvature = abs(slope(root.value + 1e-3) - slope(root.value - 1e-3)) / 2e-3
      change = width * (64 * abs(coefficients[count - 1]) + 1e-13) / curvature
    }
    let ratio = Double.exp(centre)
    let found = try chi(ratio: ratio, near: guess, resolution)
    return (Place(chi: found, ratio: ratio), (found * change, ratio * change))
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
      let start = try bracketed(kind)
      let rough = try polished(kind, start, .standard)
      let fine = try polished(kind, rough.place, .fine)
      let (a, b) = (numbers(kind, at: rough.place, .standard), numbers(kind, at: fine.place, .fine))
      return assembled(a, b, fine.errors, isSymmetric: kind == .replicaSymmetric)
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
    return RiskState(
      chi: estimate(a.place.chi, b.place.chi, errors.chi),
      parisi: isSymmetric
        ? symmetric
        : estimate(
          a.place.parisi, b.place.parisi, b.place.parisi * errors.chi / b.place.chi + b.place.chi * errors.ratio),
      energy: estimate(a.energy, b.energy), radial: estimate(a.radial, b.radial, relative),
      complexity: isSymmetric ? symmetric : estimate(a.complexity, b.complexity),
      signalResponse: estimate(a.edge.response, b.edge.response, relative),
      edgeMismatch: estimate(a.edge.lowerEdge - a.radial, b.edge.lowerEdge - b.radial, relative),
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
  /// state; only the state of largest energy, which is no root, is followed in the number of samples.
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
    return (place, StateSpectrum(law, alpha: alpha, isMarginal: kind == .threshold).response)
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
      alpha *= 1.25
    }
    guard let bracket else { throw .absent("no-transition: the signal's direction is nowhere detached first") }
    if kind == .maximalEnergy { return try followed(kind, bracket.low, bracket.high) }
    let rough = try eliminated(kind, bracket.place, .standard)
    let fine = try eliminated(kind, rough.place, .fine)
    guard fine.alpha > 0.9 * bracket.low, fine.alpha < 1.1 * bracket.high else {
      throw .failed("the root left its bracket")
    }
    let solver = RiskStateSolver(self, alpha: fine.alpha)
    let earlier = RiskStateSolver(self, alpha: rough.alpha).numbers(kind, at: rough.place, .standard)
    let state = solver.assembled(
      earlier, solver.numbers(kind, at: fine.place, .fine), fine.errors, isSymmetric: kind == .replicaSymmetric)
    let relative = fine.errors.chi / fine.place.chi + (fine.place.ratio > 0 ? fine.errors.ratio / fine.place.ratio : 0)
    let error =
      abs(fine.alpha - rough.alpha) + fine.alpha * (4 * relative + 1e-13) + 4 * state.signalResponse.error * fine.alpha
    return Transition(alpha: .converged(fine.alpha, error: error).with(statusOf: state.energy), state: state)
  }

  /// The number of samples at which a place is on the curve.
  private func samples(_ law: StateLaw, _ place: Place) -> Double {
    1 / ((1 + place.ratio) * law.averages.displacement)
  }

  private func eliminated(
    _ kind: RiskStateKind, _ start: Place, _ resolution: StateResolution
  ) throws(RiskStateFailure) -> (alpha: Double, place: Place, errors: (chi: Double, ratio: Double)) {
    let isSymmetric = kind == .replicaSymmetric
    func place(_ x: [Double]) -> Place { Place(chi: Double.exp(x[0]), ratio: isSymmetric ? 0 : Double.exp(x[1])) }
    let root: SystemRoot
    do {
      let start = isSymmetric ? [Double.log(start.chi)] : [Double.log(start.chi), Double.log(start.ratio)]
      root = try systemRoot("transition", start: start, tolerance: 1e-11) { x in
        let place = place(x)
        let law = law(place, resolution, keepsNodes: true)
        let solver = RiskStateSolver(self, alpha: samples(law, place))
        let spectrum = StateSpectrum(law, alpha: solver.alpha, isMarginal: kind == .threshold)
        return [spectrum.response - 1] + (isSymmetric ? [] : [solver.condition(kind, law, place)])
      }
    } catch { throw .failed("\(error)") }
    if case .notConverged(let reason) = root.status, !(root.errors.allSatisfy { $0 < 1e-8 }) { throw .failed(reason) }
    let found = place(root.values)
    return (
      samples(law(found, resolution), found), found,
      (found.chi * root.errors[0], isSymmetric ? 0 : found.ratio * root.errors[1])
    )
  }

  /// The transition by following the state in the number of samples.
  private func followed(
    _ kind: RiskStateKind, _ low: Double, _ high: Double
  ) throws(RiskStateFailure) -> Transition {
    var (a, b) = (low, high)
    func at(_ alpha: Double) throws(RiskStateFailure) -> (value: Double, state: RiskState) {
      let state = RiskStateSolver(self, alpha: alpha).state(kind)
      guard let value = state.signalResponse.value else { throw .failed(state.signalResponse.status.reason ?? "") }
      return (value - 1, state)
    }
    var (fa, fb) = (try at(a).value, try at(b).value)
    for _ in 0..<20 {
      let next = b - fb * (b - a) / (fb - fa)
      let found = try at(next)
      let slope = (fb - fa) / (b - a)
      if abs(next - b) < 1e-8 * next {
        let error = abs(next - b) + (found.state.signalResponse.error + abs(found.value)) / abs(slope)
        return Transition(
          alpha: .converged(next, error: error).with(statusOf: found.state.energy), state: found.state)
      }
      (a, fa, b, fb) = (b, fb, next, found.value)
    }
    throw .failed("the secant did not converge")
  }
}

extension Estimate {
  /// The estimate with the warning that another one carries.
  fileprivate func with(statusOf other: Estimate) -> Estimate {
    guard case .approximate = other.status else { return self }
    return marked(other.status)
  }
}
