// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointCore
import SaddlepointNumerics
import Synchronization

/// Correlation, response and one-time quantities up to a horizon: runs of several steps, extrapolated to step zero.
///
/// The horizon and the grids depend on the dynamics and on a rung of a fixed ladder only, never on the times that are asked,
/// so that a time asked alone and in a sweep has the same answer.
struct UniformTrajectory: Sendable {
  /// Steps of the coarsest run up to ``reach``, on whose grid the extrapolated values live.
  private static let coarse = 120
  /// The finest run has `coarse` times this many steps.
  private static let finest = 6
  /// Extrapolation ends when it changes nothing by more than this.
  private static let target = 1e-11
  /// The largest horizon, in units of 1/rate.
  static let reach = 32.0

  /// The values of a trajectory that depend on one time.
  enum Scalar: Int {
    case overlap
    case energy
    case multiplier
    case kinetic
  }

  /// The values that depend on two times.
  enum Surface: Int {
    case correlation
    case response
    case integratedResponse
  }

  private let horizon: Double
  private let values: [Double]
  private let errors: [Double]

  /// Steps of the coarsest run.
  let steps: Int
  private var points: Int { steps + 1 }

  /// The rung whose horizon is ``reach``; beyond it steps keep their length, and every second rung exists.
  static let lastRung = 10

  /// The rung whose horizon is the first not below t.
  static func rung(for t: Double, rate: Double) -> Int {
    var rung = Int(max(-12, (2 * Double.log2(t * rate)).rounded(.up)))
    while horizon(rung, rate) < t || (rung > lastRung && !rung.isMultiple(of: 2)) { rung += 1 }
    return rung
  }

  private static func steps(_ rung: Int) -> Double {
    Double(coarse) * Double.exp2(Double(max(0, rung - lastRung) / 2))
  }

  /// Bytes that a rung takes: two surfaces of the finest run, and the extrapolation's tables.
  static func bytes(_ rung: Int) -> Double {
    let fine = steps(rung) * Double(finest) + 16
    let coarse = steps(rung) + 1
    return 16 * fine * fine + 8 * 3 * coarse * coarse * Double(2 * finest + 4)
  }

  static func horizon(_ rung: Int, _ rate: Double) -> Double { Double.exp2(0.5 * Double(rung)) / rate }

  /// Integrates to the horizon of a rung; nil where the runs did not converge or were cancelled.
  init?(_ dynamics: SphericalDynamics, rung: Int) {
    let (steps, points) = (Int(Self.steps(rung)), Int(Self.steps(rung)) + 1)
    self.steps = steps
    horizon = Self.horizon(rung, dynamics.rate)
    var levels: [Double] = []
    var table: [[Double]] = []
    var change: [Double] = []
    for factor in 1...Self.finest {
      let run = UniformRun(dynamics, horizon: horizon, steps: steps * factor)
      guard let sample = run.run(every: factor, isCancelled: { Cancellation.isRequested }) else {
        if Cancellation.isRequested { return nil }
        // The step was too large; a finer run may converge.
        continue
      }
      var row = [sample.flattened]
      let level = Double(factor)
      for j in 0..<table.count {
        // Neville's scheme in the square of the step.
        let ratio = level / levels[levels.count - 1 - j]
        let weight = 1 / (ratio * ratio - 1)
        row.append(zip(row[j], table[j]).map { $0 + weight * ($0 - $1) })
      }
      if let before = table.last, let now = row.last { change = zip(now, before).map { abs($0 - $1) } }
      levels.append(level)
      table = row
      if levels.count >= 4, Self.largest(change, relativeTo: table[table.count - 1], points: points) < Self.target {
        break
      }
    }
    guard levels.count >= 3, let last = table.last else { return nil }
    values = last
    errors = change
  }

  /// The largest change; that of overlaps relative to them.
  private static func largest(_ change: [Double], relativeTo values: [Double], points: Int) -> Double {
    let start = 3 * points * points
    var largest = 0.0
    for k in change.indices {
      let isOverlap = k >= start && k < start + points
      let scale = isOverlap ? abs(values[k]) : 1
      if change[k] > 0 { largest = max(largest, change[k] / scale) }
    }
    return largest
  }

  /// A quantity at time t.
  func value(_ scalar: Scalar, at t: Double) -> (value: Double, error: Double) {
    let start = 3 * points * points + scalar.rawValue * points
    return interpolated(t, in: 0...steps) { (self.values[start + $0], self.errors[start + $0]) }
  }

  /// A quantity at times t >= t'.
  ///
  /// Interpolation runs along lines that stay within t >= t': at fixed t' where that is small, at fixed t - t' elsewhere.
  func value(_ surface: Surface, at t: Double, _ waiting: Double) -> (value: Double, error: Double) {
    let start = surface.rawValue * points * points
    let lag = t - waiting
    let h = horizon / Double(steps)
    let isEarly = waiting < 0.5 * t
    let lowest = min(steps, Int(((isEarly ? waiting : lag) / h - 1e-9).rounded(.up)))
    return interpolated(t, in: lowest...steps) { i in
      let other = isEarly ? waiting : max(0, Double(i) * h - lag)
      return self.interpolated(other, in: 0...i) { j in
        let k = start + i * points + j
        return (self.values[k], self.errors[k])
      }
    }
  }

  /// C and R at times t >= t', without errors: what ``value(_:at:_:)`` gives, several times faster.
  func surfaces(at t: Double, _ waiting: Double) -> (correlation: Double, response: Double) {
    let lag = t - waiting
    let h = horizon / Double(steps)
    let isEarly = waiting < 0.5 * t
    let lowest = min(steps, Int(((isEarly ? waiting : lag) / h - 1e-9).rounded(.up)))
    let outer = stencil(t, in: lowest...steps, 12)
    var (c, r) = (0.0, 0.0)
    for a in 0..<outer.count {
      let i = outer.first + a
      let inner = stencil(isEarly ? waiting : max(0, Double(i) * h - lag), in: 0...i, 12)
      let start = i * points + inner.first
      for b in 0..<inner.count {
        let weight = outer.weights[a] * inner.weights[b]
        c += weight * values[start + b]
        r += weight * values[points * points + start + b]
      }
    }
    return (c, r)
  }

  /// 1/prod over j != i of (i - j), for up to twelve points.
  private static let scales: [[Double]] = (0...12).map { count in
    (0..<count).map { i in (0..<count).reduce(1.0) { $1 == i ? $0 : $0 / Double(i - $1) } }
  }

  /// The weights of Lagrange interpolation at t on `count` grid points next to it, or the one grid point that t is.
  private func stencil(
    _ t: Double, in range: ClosedRange<Int>, _ count: Int
  ) -> (first: Int, count: Int, weights: SIMD16<Double>) {
    let x = t * Double(steps) / horizon
    let nearest = Int(x.rounded())
    if abs(x - Double(nearest)) < 1e-12 * max(1, x), range.contains(nearest) {
      return (nearest, 1, SIMD16(repeating: 1))
    }
    let count = min(count, range.count)
    let first = min(max(range.lowerBound, Int(x.rounded(.down)) - count / 2 + 1), range.upperBound - count + 1)
    // Products of the distances to the points before and after each one.
    let offset = x - Double(first)
    var weights = SIMD16<Double>(repeating: 1)
    var i = count - 1
    while i > 0 {
      weights[i - 1] = weights[i] * (offset - Double(i))
      i -= 1
    }
    let scales = Self.scales[count]
    var before = 1.0
    for i in 0..<count {
      weights[i] *= before * scales[i]
      before *= offset - Double(i)
    }
    return (first, count, weights)
  }

  /// Lagrange interpolation on twelve grid points, with its difference to that on ten as a part of the error.
  private func interpolated(
    _ t: Double, in range: ClosedRange<Int>, _ f: (Int) -> (value: Double, error: Double)
  ) -> (value: Double, error: Double) {
    func sum(_ count: Int) -> (value: Double, error: Double) {
      let stencil = stencil(t, in: range, count)
      var total = (value: 0.0, error: 0.0)
      for i in 0..<stencil.count {
        let entry = f(stencil.first + i)
        total.value += stencil.weights[i] * entry.value
        total.error += abs(stencil.weights[i]) * entry.error
      }
      return total
    }
    let fine = sum(12)
    return (fine.value, fine.error + abs(fine.value - sum(10).value))
  }
}

extension UniformRun.Sample {
  /// All numbers in one list: three surfaces, four curves.
  fileprivate var flattened: [Double] {
    correlation + response + integratedResponse + overlap + energy + multiplier + kinetic
  }
}

/// Trajectories that were computed lately, each computed once however many threads ask for it.
enum TrajectoryCache {
  private struct Key: Hashable {
    let dynamics: SphericalDynamics
    let rung: Int
  }

  private final class Slot: Sendable {
    let trajectory = Mutex<UniformTrajectory??>(nil)
  }

  private static let slots = Mutex<(order: [Key], table: [Key: Slot])>(([], [:]))
  /// Those beyond the usual rungs are large: fewer are kept.
  private static func capacity(_ rung: Int) -> Int { rung <= UniformTrajectory.lastRung ? 32 : 2 }

  /// The trajectory on a rung; nil where it cannot be computed.
  static func trajectory(_ dynamics: SphericalDynamics, rung: Int) -> UniformTrajectory? {
    let key = Key(dynamics: dynamics, rung: rung)
    let slot = slots.withLock { slots -> Slot in
      if let slot = slots.table[key] { return slot }
      while slots.order.count >= capacity(rung) { slots.table[slots.order.removeFirst()] = nil }
      let slot = Slot()
      slots.order.append(key)
      slots.table[key] = slot
      return slot
    }
    return slot.trajectory.withLock { stored in
      if let known = stored { return known }
      let computed = UniformTrajectory(dynamics, rung: rung)
      if !Cancellation.isRequested { stored = .some(computed) }
      return computed
    }
  }
}
