// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointNumerics

/// A replica-symmetric state without its temperature, which follows as T = (1-q)/W.
struct SymmetricState: Sendable {
  let m: Double
  let q: Double
  /// 1/W^2, W = (1-q)/T.
  let inverseSquare: Double

  /// T.
  var temperature: Double { (1 - q) * inverseSquare.squareRoot() }
}

/// Where the replica-symmetric states of a glass lose their stability as the temperature falls.
///
/// They lie on curves that do not know the temperature: m = 0, q = W^2 xi'(q), or m = W phi'(m), q = m^2 + W^2 xi'(q).
/// At m = q = 0 the response W itself is free.
struct SymmetricCurves {
  let equations: GlassEquations
  let solver: GlassSolver

  init(_ landscape: some SphericalLandscape) {
    // The temperature is what is looked for; the curves do not depend on it.
    equations = GlassEquations(xi: landscape.covariance, phi: landscape.signal, temperature: 0)
    solver = GlassSolver(equations)
  }

  /// A place at which a condition is met: the state, the upper overlap, and the error of the temperature.
  struct Place {
    let state: SymmetricState
    let q1: Double
    let error: Double
    let overlapError: Double
    let isContinuous: Bool
  }

  /// What an upper overlap q1 = q + e (1-q) demands of 1/W^2: the state is stable against it while 1/W^2 is larger.
  enum Condition {
    /// A state with that overlap has the same potential: B/h(e).
    case potential
    /// States with that overlap appear: [xi'(q1) - xi'(q)](1-q1)/[(q1-q)(1-q)].
    case existence
  }

  func demand(_ condition: Condition, q: Double, e: Double) -> Double {
    let difference = equations.differences(q, q + e * (1 - q))
    return switch condition {
    case .potential: difference.second / GlassEquations.excess(e)
    case .existence: difference.slope * (1 - e)
    }
  }

  /// The largest demand over all upper overlaps, and where it is; e = 0 is the replicon's, xi''(q).
  func largestDemand(_ condition: Condition, q: Double) -> (e: Double, value: Double) {
    var best = (e: 0.0, value: equations.xi.derivative(2, at: q))
    let pieces: [(Double, Double)] = [(1e-6, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.95), (0.95, 1 - 1e-12)]
    for (low, high) in pieces {
      guard
        let top = try? maximum("upper overlap", in: low...high, { demand(condition, q: q, e: $0) }),
        top.value > best.value
      else { continue }
      best = (top.position, top.value)
    }
    // From its values the maximum is known to half the digits; the root of its derivative has them all.
    if best.e > 2e-6, best.e < 1 - 2e-12 {
      let width = 1e-4 * min(best.e, 1 - best.e)
      let slope = { (e: Double) in slopeOfDemand(condition, q: q, e: e) }
      if let root = try? brentRoot("upper overlap", in: best.e - width...best.e + width, slope) {
        best = (root.value, demand(condition, q: q, e: root.value))
      }
    }
    return best
  }

  /// The derivative of the demand with respect to e, times a positive factor.
  private func slopeOfDemand(_ condition: Condition, q: Double, e: Double) -> Double {
    let q1 = q + e * (1 - q)
    let difference = equations.differences(q, q1)
    return switch condition {
    // The maximum of B/h is where the state is stationary in q1, too.
    case .potential: GlassEquations.excess(e) * difference.slope * (1 - e) - difference.second
    case .existence: equations.xi.derivative(2, at: q1) * (1 - e) - difference.slope
    }
  }

  /// Every place at which the stable symmetric states meet the condition, jumps and continuous instabilities.
  func places(_ condition: Condition) -> [Place] {
    var places: [Place] = []
    for curve in solver.symmetricCurves() {
      if let free = curve.free {
        // m = q = 0: the temperature is the demand itself.
        let top = largestDemand(condition, q: free.q)
        guard top.value > 0 else { continue }
        let state = SymmetricState(m: free.m, q: free.q, inverseSquare: top.value)
        places.append(
          Place(
            state: state, q1: top.e, error: 16 * .ulpOfOne * state.temperature,
            overlapError: top.e == 0 ? 0 : positionError(condition, q: 0, e: top.e), isContinuous: top.e == 0))
        continue
      }
      func gap(_ s: Double) -> Double? {
        guard let state = curve.state(s) else { return nil }
        let value = largestDemand(condition, q: state.q).value / state.inverseSquare - 1
        // Beside a continuous instability the demand of the replicon itself meets the equation.
        return value
      }
      for s in scannedRoots(curve.grid, gap) {
        guard let state = curve.state(s) else { continue }
        let top = largestDemand(condition, q: state.q)
        guard top.e > 1e-4 else { continue }
        places.append(
          Place(
            state: state, q1: state.q + top.e * (1 - state.q), error: error(of: s, curve, gap),
            overlapError: 1e-9, isContinuous: false))
      }
    }
    for end in solver.continuousEnds() where end.m != 0 || end.q != 0 {
      let state = SymmetricState(m: end.m, q: end.q, inverseSquare: 1 / (end.response * end.response))
      let top = largestDemand(condition, q: end.q)
      guard state.temperature > 0, top.value <= state.inverseSquare * (1 + 1e-10) else { continue }
      places.append(
        Place(
          state: state, q1: end.q, error: end.temperatureError, overlapError: end.errors.q, isContinuous: true))
    }
    return places
  }

  private func positionError(_ condition: Condition, q: Double, e: Double) -> Double {
    let h = 1e-5 * min(e, 1 - e)
    let slope = (slopeOfDemand(condition, q: q, e: e + h) - slopeOfDemand(condition, q: q, e: e - h)) / (2 * h)
    return 32 * .ulpOfOne * equations.xi.derivative(2, at: 1) / abs(slope) + 4 * e.ulp
  }

  private func error(of s: Double, _ curve: SymmetricCurve, _ gap: (Double) -> Double?) -> Double {
    let h = 1e-5 * min(s, 1 - s)
    guard let low = gap(s - h), let high = gap(s + h), let below = curve.state(s - h), let above = curve.state(s + h)
    else { return 1e-7 }
    let shift = 2e-14 / abs((high - low) / (2 * h)) + 4 * s.ulp
    return abs(above.temperature - below.temperature) / (2 * h) * shift + 4 * above.temperature.ulp
  }
}

/// A family of symmetric states: a curve with a parameter in (0, 1), or the one at m = q = 0 whose response is free.
struct SymmetricCurve {
  let grid: [Double]
  let free: (m: Double, q: Double)?
  let state: (Double) -> SymmetricState?
}

extension GlassSolver {
  /// The stable symmetric states at every temperature, as curves.
  func symmetricCurves() -> [SymmetricCurve] {
    let xi = equations.xi
    var curves: [SymmetricCurve] = []
    if allowsZeroOverlap {
      if hasRandomField {
        curves.append(
          SymmetricCurve(
            grid: grid(300, from: -30, to: 30, crowdingAt: continuousEnds().map(\.q)), free: nil
          ) { q in
            let inverseSquare = xi.derivative(1, at: q) / q
            return xi.derivative(2, at: q) <= inverseSquare
              ? SymmetricState(m: 0, q: q, inverseSquare: inverseSquare) : nil
          })
      } else {
        curves.append(SymmetricCurve(grid: [], free: (0, 0)) { _ in nil })
      }
    }
    for sign in signs {
      curves.append(
        SymmetricCurve(grid: signalGrid(sign), free: nil) { t in
          let m = sign * t
          let outer = m / equations.phi.derivative(1, at: m)
          guard outer > 0, outer.isFinite, let q = stableOuterOverlap(m: m, outer: outer), q < 1 else { return nil }
          return SymmetricState(m: m, q: q, inverseSquare: 1 / (outer * outer))
        })
    }
    return curves
  }
}

extension GlassSolver {
  /// The symmetric states whose replicon is 1.
  func replicaSymmetricInstabilities() -> [ContinuousEnd] {
    let curvature = equations.xi.derivative(2, at: 0)
    guard equations.xi.terms.allSatisfy({ $0.degree < 3 }), curvature > 0 else { return continuousEnds() }
    // A matrix alone has no continuous part; without fields its replicon is 1 where the overlap appears.
    let response = 1 / curvature.squareRoot()
    return allowsZeroOverlap && !hasRandomField
      ? [ContinuousEnd(m: 0, q: 0, response: response, errors: (0, 0, response.ulp))] : []
  }
}
