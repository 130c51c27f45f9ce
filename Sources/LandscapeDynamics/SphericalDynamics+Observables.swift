// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
public import SaddlepointCore

/// What is known of the dynamics at one time.
public struct DynamicsState: Sendable, Hashable {
  /// t.
  public let time: Double
  /// m(t), the cosine with the signal; its error is relative to it.
  public let overlap: Estimate
  /// e(t) = H/N.
  public let energy: Estimate
  /// mu(t).
  public let multiplier: Estimate
  /// |dx/dt|^2/N with a mass; `outside-domain` without.
  public let kinetic: Estimate
}

/// What is known of the dynamics at two times t >= t'.
public struct TwoTimeState: Sendable, Hashable {
  /// C(t,t').
  public let correlation: Estimate
  /// R(t,t').
  public let response: Estimate
  /// The integral of R(t,s) over t' < s < t.
  public let integratedResponse: Estimate
}

extension SphericalDynamics {
  /// The largest time that the uniform scheme reaches.
  public var horizon: Double { UniformTrajectory.reach / rate }

  /// Overlap, energy, multiplier and kinetic energy at time t.
  ///
  /// Trapezoid on uniform grids, extrapolated to step zero. Times up to ``horizon``; later ones are `not-converged` with
  /// the reason. Cost: up to some seconds for the first time of a trajectory, microseconds for further ones.
  ///
  /// Source: theory sheet *dynamics*, sections 1, 4 and 5 (i).
  ///
  /// - Parameter t: time, > 0.
  /// - Returns: estimates; `approximate` where the thermalised start is below the static temperature.
  /// - Throws: `DomainError` unless t is positive and finite.
  public func state(at t: Double) throws(DomainError) -> DynamicsState {
    try DynamicsParameter.time.checked(t)
    let found = trajectory(to: t)
    func value(_ scalar: UniformTrajectory.Scalar) -> Estimate {
      guard case .success(let trajectory) = found else { return found.reason }
      return marked(trajectory.value(scalar, at: t))
    }
    let isConserved = initialOverlap == 0 && signal.derivative(1, at: 0) == 0
    return DynamicsState(
      time: t, overlap: isConserved ? .exact(0) : value(.overlap), energy: value(.energy),
      multiplier: value(.multiplier),
      kinetic: inertia.mass > 0 ? value(.kinetic) : .outsideDomain("no mass"))
  }

  /// Correlation and response at times t >= t'.
  ///
  /// - Parameters:
  ///   - t: the later time, > 0.
  ///   - waitingTime: t', from 0 to t.
  /// - Returns: estimates, as in ``state(at:)``.
  /// - Throws: `DomainError` unless 0 <= t' <= t.
  public func state(at t: Double, waitingTime: Double) throws(DomainError) -> TwoTimeState {
    try DynamicsParameter.time.checked(t)
    guard waitingTime >= 0, waitingTime <= t else {
      throw DomainError(.waitingTime, waitingTime, allowed: "0 <= waiting_time <= time")
    }
    let found = trajectory(to: t)
    func value(_ surface: UniformTrajectory.Surface) -> Estimate {
      guard case .success(let trajectory) = found else { return found.reason }
      return marked(trajectory.value(surface, at: t, waitingTime))
    }
    return TwoTimeState(
      correlation: value(.correlation), response: value(.response), integratedResponse: value(.integratedResponse))
  }

  private enum Found {
    case success(UniformTrajectory)
    case failure(String)

    var reason: Estimate {
      if case .failure(let reason) = self { return .notConverged(reason) }
      return .notConverged("")
    }
  }

  private func trajectory(to t: Double) -> Found {
    guard let rung = UniformTrajectory.rung(for: t, rate: rate) else {
      return .failure("beyond the horizon \(plain(horizon)) of the uniform scheme")
    }
    guard let trajectory = TrajectoryCache.trajectory(self, rung: rung) else {
      return .failure("the implicit step does not converge")
    }
    return .success(trajectory)
  }

  private func marked(_ result: (value: Double, error: Double)) -> Estimate {
    let error = result.error + 64 * result.value.ulp
    guard isStartAnnealed else {
      return .approximate(result.value, error: error, reason: "initial temperature below the static one")
    }
    return .converged(result.value, error: error)
  }
}

/// The shortest text of a number of four digits.
private func plain(_ x: Double) -> String {
  let scale = Double.pow(10, (3 - Double.log10(x).rounded(.down)))
  return "\((x * scale).rounded() / scale)"
}
