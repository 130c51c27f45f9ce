// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

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
  /// - Throws: `DomainError` unless t is positive and finite, and for what does not fit into ``MemoryLimit``.
  public func state(at t: Double) throws(DomainError) -> DynamicsState {
    try checkReach(t)
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
  /// - Throws: `DomainError` unless 0 <= t' <= t, and for what does not fit into ``MemoryLimit``.
  public func state(at t: Double, waitingTime: Double) throws(DomainError) -> TwoTimeState {
    try checkReach(t, waitingTime: waitingTime)
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

  /// Whether times may be asked for, and whether what they take fits into ``MemoryLimit``; nothing is computed.
  ///
  /// - Parameters:
  ///   - t: the later time.
  ///   - waitingTime: the earlier one.
  /// - Throws: `DomainError` if not.
  package func checkReach(_ t: Double, waitingTime: Double = 0) throws(DomainError) {
    try DynamicsParameter.time.checked(t)
    guard waitingTime >= 0, waitingTime <= t else {
      throw DomainError(.waitingTime, waitingTime, allowed: "0 <= waiting_time <= time")
    }
    // Such a row says why it has no answer.
    if isTooLateForMass(t) { return }
    var bytes = UniformTrajectory.bytes(
      isUniform(t) ? UniformTrajectory.rung(for: t, rate: rate) : UniformTrajectory.lastRung)
    if !isUniform(t) { bytes += LongTimeTrajectory.bytes(self, to: t) }
    try MemoryLimit.check(bytes, for: "the \(isUniform(t) ? "uniform" : "long-time") scheme to time \(plain(t))")
  }

  private func isTooLateForMass(_ t: Double) -> Bool {
    inertia.mass > 0 && method == .automatic && t > uniformHorizon
  }

  private func isUniform(_ t: Double) -> Bool {
    switch method {
    case .automatic: t <= uniformHorizon || inertia.mass > 0
    case .uniform: true
    case .longTime: false
    }
  }

  private enum Scheme {
    case uniform(UniformTrajectory)
    case longTime(LongTimeTrajectory)
  }

  private func scheme(to t: Double) -> Result<Scheme, LongTimeFailure> {
    if isTooLateForMass(t) {
      return .failure(
        LongTimeFailure(
          reason:
            "with a mass only times up to \(plain(uniformHorizon)), the usual horizon of the uniform scheme, are reached; method uniform goes further"
        ))
    }
    if isUniform(t) {
      guard let trajectory = TrajectoryCache.trajectory(self, rung: UniformTrajectory.rung(for: t, rate: rate)) else {
        return .failure(LongTimeFailure(reason: "the implicit step does not converge"))
      }
      return .success(.uniform(trajectory))
    }
    guard t >= LongTimeRun.firstTime / rate * 1.001 else {
      return .failure(LongTimeFailure(reason: "earlier than the first row of the long-time scheme"))
    }
    guard let trajectory = LongTimeTrajectory.trajectory(self, to: t) else {
      return .failure(LongTimeFailure(reason: "beyond the largest time of the long-time scheme"))
    }
    return .success(.longTime(trajectory))
  }

  /// The finer of two runs, with four times their difference as error: the convergence is not regular.
  private func compared(_ found: Result<[[Double]], LongTimeFailure>, _ k: Int) -> Estimate {
    switch found {
    case .failure(let failure): return .notConverged(failure.reason)
    case .success(let runs): return marked((runs[1][k], 4 * abs(runs[1][k] - runs[0][k]) + 1e-9 * abs(runs[1][k])))
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
func plain(_ x: Double) -> String {
  let scale = Double.pow(10, (3 - Double.log10(x).rounded(.down)))
  return "\((x * scale).rounded() / scale)"
}

/// When a small overlap has grown to a target.
public struct Escape: Sendable, Hashable {
  /// First t with |m| = target; `outside-domain` with the reason `not by t_max` where it is not reached.
  public let time: Estimate
  /// The last time looked at: the escape, or t_max.
  public let lastTime: Double
  /// m at the last time.
  public let overlap: Estimate
  /// d ln |m|/d ln t at the last time.
  public let slope: Double?
}

extension SphericalDynamics {
  /// The first time at which |m| reaches a target.
  ///
  /// What has not escaped by the last time is reported with its overlap and logarithmic slope, not as trapped: below
  /// the line m moves as a power law. At fixed m(0) the escape time is finite on the line itself.
  ///
  /// Source: theory sheet *dynamics*, section 6.
  ///
  /// - Parameters:
  ///   - target: |m|, in (0, 1).
  ///   - limit: t_max, > 0.
  /// - Returns: the time and what is known at the end.
  /// - Throws: `DomainError` for numbers outside these ranges, and for what does not fit into ``MemoryLimit``.
  public func escape(to target: Double, by limit: Double) throws(DomainError) -> Escape {
    try DynamicsParameter.untilOverlap.checked(target)
    try checkReach(limit)
    if abs(initialOverlap) >= target {
      return Escape(time: .exact(0), lastTime: 0, overlap: .exact(initialOverlap), slope: nil)
    }
    // Uniform runs first, by rungs of growing horizon.
    let ladder = [-12, -6, 0, 5, UniformTrajectory.lastRung]
    let further = stride(
      from: UniformTrajectory.lastRung + 2, through: UniformTrajectory.rung(for: limit, rate: rate), by: 2)
    for rung in ladder + (method == .uniform ? Array(further) : []) {
      let end = min(limit, UniformTrajectory.horizon(rung, rate))
      guard let trajectory = TrajectoryCache.trajectory(self, rung: rung) else {
        let failure = Estimate.notConverged("the implicit step does not converge")
        return Escape(time: failure, lastTime: 0, overlap: failure, slope: nil)
      }
      let m = { (t: Double) in abs(trajectory.value(.overlap, at: t).value) }
      let points = trajectory.steps
      if let hit = (1...points).first(where: { m(end * Double($0) / Double(points)) >= target }) {
        return escaped(target, in: end * Double(hit - 1) / Double(points)...end * Double(hit) / Double(points)) {
          trajectory.value(.overlap, at: $0)
        }
      }
      if end == limit { return remaining(at: limit) }
    }
    if inertia.mass > 0 { return remaining(at: limit) }
    guard let trajectory = LongTimeTrajectory.trajectory(self, to: limit) else {
      let failure = Estimate.notConverged("beyond the largest time of the long-time scheme")
      return Escape(time: failure, lastTime: 0, overlap: failure, slope: nil)
    }
    let found = trajectory.read(beyond: limit, target: target) { $0.crossing(of: target) }
    if case .success(let times) = found, let fine = times[1] {
      guard fine <= limit else { return remaining(at: limit) }
      let coarse = times[0] ?? fine
      // Runs may agree by chance; steps of this tolerance leave about 1e-5.
      let time = marked((fine, max(4 * abs(fine - coarse), 2e-5 * fine)))
      let sign = initialOverlap < 0 ? -1.0 : 1
      return Escape(
        time: times[0] == nil ? .notConverged("only the finer of two runs escapes", best: fine) : time, lastTime: fine,
        overlap: .exact(sign * target), slope: nil)
    }
    return remaining(at: limit)
  }

  /// What is known at a time without an escape.
  private func remaining(at limit: Double) -> Escape {
    guard let state = try? state(at: limit), let near = try? self.state(at: limit * 0.95) else {
      let failure = Estimate.notConverged("t_max is not reached")
      return Escape(time: failure, lastTime: limit, overlap: failure, slope: nil)
    }
    guard let m = state.overlap.value, let before = near.overlap.value else {
      return Escape(time: state.overlap, lastTime: limit, overlap: state.overlap, slope: nil)
    }
    let slope = m * before > 0 ? Double.log(m / before) / -Double.log(0.95) : nil
    return Escape(time: .outsideDomain("not by t_max"), lastTime: limit, overlap: state.overlap, slope: slope)
  }

  private func escaped(
    _ target: Double, in bracket: ClosedRange<Double>, _ overlap: (Double) -> (value: Double, error: Double)
  ) -> Escape {
    do throws(GSLError) {
      let t = try brentRoot("escape", in: bracket) { t in t == 0 ? -target : abs(overlap(t).value) - target }.value
      let h = 1e-4 * t
      let slope = (abs(overlap(t).value) - abs(overlap(t - h).value)) / h
      let m = overlap(t)
      return Escape(
        time: marked((t, m.error / max(abs(slope), 1e-300))), lastTime: t, overlap: marked(m), slope: nil)
    } catch {
      let failure = Estimate.notConverged("\(error)")
      return Escape(time: failure, lastTime: bracket.upperBound, overlap: failure, slope: nil)
    }
  }
}
