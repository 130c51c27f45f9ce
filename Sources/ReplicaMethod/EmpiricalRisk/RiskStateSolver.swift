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
    var (low, high) = (Double.log(guess), Double.log(guess))
    let first = equation(low)
    if first == 0 { return guess }
    var step = resolution.outer <= StateResolution.standard.outer ? 1e-5 : 0.25
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
    var ratio = 1.0 / 16
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
        var chi = before.place.chi
        var failure: RiskStateFailure?
        let root = try? brentRoot("state", in: Double.log(ratio)...Double.log(ratio * 1.5)) { logRatio in
          do throws(RiskStateFailure) {
            let found = try at(Double.exp(logRatio), near: chi)
            chi = found.place.chi
            return abs(found.value) < 1e-7 ? 0 : found.value
          } catch {
            failure = error
            return 0
          }
        }
        if let failure { throw failure }
        guard let root else { throw .failed("the condition of the state was not bracketed") }
        let found = Double.exp(root.value)
        return try at(found, near: chi).place
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
      discrepancy: max(abs(virial), abs(legendre)))
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
    if b.complexity < -1e-12 { reasons.append("negative complexity") }
    let reason = "one-step approximation: " + reasons.joined(separator: ", ")
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
}
