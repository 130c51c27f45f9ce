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
  public var uniformHorizon: Double { UniformTrajectory.reach / rate }

  /// Overlap, energy, multiplier and kinetic energy at time t.
  ///
  /// Up to ``uniformHorizon`` trapezoid on uniform grids, extrapolated to step zero; later implicit marching in log t, whose error
  /// is the difference of two resolutions. With a mass, later times are `not-converged` with the reason.
  /// Cost: some seconds for the first time of a trajectory, microseconds for further ones.
  ///
  /// Source: theory sheet *dynamics*, sections 1, 4 and 5.
  ///
  /// - Parameter t: time, > 0.
  /// - Returns: estimates; `approximate` where the thermalised start is below the static temperature.
  /// - Throws: `DomainError` unless t is positive and finite.
  public func state(at t: Double) throws(DomainError) -> DynamicsState {
    try DynamicsParameter.time.checked(t)
    let isConserved = initialOverlap == 0 && signal.derivative(1, at: 0) == 0
    func state(_ value: (Int) -> Estimate) -> DynamicsState {
      DynamicsState(
        time: t, overlap: isConserved ? .exact(0) : value(0), energy: value(1), multiplier: value(2),
        kinetic: inertia.mass > 0 ? value(3) : .outsideDomain("no mass"))
    }
    switch scheme(to: t) {
    case .failure(let failure): return state { _ in .notConverged(failure.reason) }
    case .success(.uniform(let trajectory)):
      let scalars: [UniformTrajectory.Scalar] = [.overlap, .energy, .multiplier, .kinetic]
      return state { marked(trajectory.value(scalars[$0], at: t)) }
    case .success(.longTime(let trajectory)):
      let logTime = Double.log(t)
      let found = trajectory.read(beyond: t) { run -> [Double] in
        let sign = run.rows.last.map { $0.overlap < 0 ? -1.0 : 1 } ?? 1
        let overlap = run.logOverlap(at: logTime).map { sign * Double.exp($0) }
        return [
          overlap ?? run.value({ $0.overlap }, at: logTime), run.value({ $0.energy }, at: logTime),
          run.value({ $0.multiplier }, at: logTime),
        ]
      }
      return state { k in compared(found, k) }
    }
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
    func state(_ value: (Int) -> Estimate) -> TwoTimeState {
      TwoTimeState(correlation: value(0), response: value(1), integratedResponse: value(2))
    }
    switch scheme(to: t) {
    case .failure(let failure): return state { _ in .notConverged(failure.reason) }
    case .success(.uniform(let trajectory)):
      let surfaces: [UniformTrajectory.Surface] = [.correlation, .response, .integratedResponse]
      return state { marked(trajectory.value(surfaces[$0], at: t, waitingTime)) }
    case .success(.longTime(let trajectory)):
      let (ratio, complement) = (waitingTime / t, (t - waitingTime) / t)
      let logTime = Double.log(t)
      let found = trajectory.read(beyond: t) { run -> [Double] in
        let (c, r) = run.surfaces(at: logTime, ratio: ratio, complement: complement)
        return [c, r, run.integratedResponse(at: logTime, ratio: ratio, complement: complement)]
      }
      return state { k in compared(found, k) }
    }
  }

  private enum Scheme {
    case uniform(UniformTrajectory)
    case longTime(LongTimeTrajectory)
  }

  private func scheme(to t: Double) -> Result<Scheme, LongTimeFailure> {
    if let rung = UniformTrajectory.rung(for: t, rate: rate) {
      guard let trajectory = TrajectoryCache.trajectory(self, rung: rung) else {
        return .failure(LongTimeFailure(reason: "the implicit step does not converge"))
      }
      return .success(.uniform(trajectory))
    }
    if inertia.mass > 0 {
      return .failure(
        LongTimeFailure(
          reason:
            "with a mass only times up to \(plain(uniformHorizon)), the horizon of the uniform scheme, are reached"))
    }
    guard let trajectory = LongTimeTrajectory.trajectory(self, to: t) else {
      return .failure(LongTimeFailure(reason: "beyond the largest time of the long-time scheme"))
    }
    return .success(.longTime(trajectory))
  }

  /// The finer of two runs, with their difference as error.
  private func compared(_ found: Result<[[Double]], LongTimeFailure>, _ k: Int) -> Estimate {
    switch found {
    case .failure(let failure): return .notConverged(failure.reason)
    case .success(let runs): return marked((runs[1][k], abs(runs[1][k] - runs[0][k]) + 1e-10 * abs(runs[1][k])))
    }
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
