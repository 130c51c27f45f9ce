// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics
import Synchronization

/// Two marches of different resolution, whose difference is the error estimate.
///
/// Their grids depend on the dynamics and on a class of end times only, never on the times that are asked.
final class LongTimeTrajectory: Sendable {
  /// The last times that may be asked, in units of 1/rate; four times as far lies the end of the grid, because the error at
  /// the end of a grid is the largest.
  static let reaches = [2e6, 2e9, 2e12]

  private struct Runs {
    nonisolated(unsafe) var list: [LongTimeRun] = []
    var failure: String?
  }

  private let dynamics: SphericalDynamics
  private let end: Double
  private let runs = Mutex<Runs>(Runs())

  private init(_ dynamics: SphericalDynamics, end: Double) {
    self.dynamics = dynamics
    self.end = end
  }

  private struct Key: Hashable {
    let dynamics: SphericalDynamics
    let reach: Int
  }

  private static let cache = Mutex<(order: [Key], table: [Key: LongTimeTrajectory])>(([], [:]))

  /// The trajectory whose class holds time t; nil beyond the last class.
  static func trajectory(_ dynamics: SphericalDynamics, to t: Double) -> LongTimeTrajectory? {
    guard let reach = reaches.firstIndex(where: { t * dynamics.rate <= $0 }) else { return nil }
    let key = Key(dynamics: dynamics, reach: reach)
    return cache.withLock { cache in
      if let known = cache.table[key] { return known }
      let capacity = Int(min(8, max(1, MemoryLimit.bytes / bytes(dynamics, to: t))))
      while cache.order.count >= capacity { cache.table[cache.order.removeFirst()] = nil }
      let made = LongTimeTrajectory(dynamics, end: 4 * reaches[reach] / dynamics.rate)
      cache.order.append(key)
      cache.table[key] = made
      return made
    }
  }

  /// Nodes, largest step and tolerance of both runs.
  ///
  /// The tolerances differ, too, or the difference of the runs would not show the error that growing overlaps leave behind.
  private static func resolutions(
    _ end: Double, _ rate: Double
  ) -> [(intervals: Int, step: Double, tolerance: Double)] {
    let decades = Double.log10(end * rate) / 6.9
    return [(160.0, 0.1, 2e-6), (210.0, 0.07, 1e-6)].map { (Int($0.0 * max(1, decades)), $0.1, $0.2) }
  }

  /// Bytes that both runs to the class of a time take; 0 beyond the last class.
  static func bytes(_ dynamics: SphericalDynamics, to t: Double) -> Double {
    guard let reach = reaches.first(where: { t * dynamics.rate <= $0 }) else { return 0 }
    return resolutions(4 * reach / dynamics.rate, dynamics.rate).reduce(0) {
      $0 + LongTimeRun.bytes(intervals: $1.intervals)
    }
  }

  /// Marches as far as needed and reads the runs, coarse one first.
  ///
  /// - Parameters:
  ///   - t: the time that must be reached.
  ///   - target: a march ends, too, where |m| passes this.
  ///   - read: what is wanted of a run.
  /// - Returns: what was read, or why there is nothing.
  func read<Value: Sendable>(
    beyond t: Double, target: Double = .infinity, _ read: @Sendable (LongTimeRun) -> Value
  ) -> Result<[Value], LongTimeFailure> {
    runs.withLock { runs in
      if let failure = runs.failure { return .failure(LongTimeFailure(reason: failure)) }
      if runs.list.isEmpty {
        for (number, resolution) in Self.resolutions(end, dynamics.rate).enumerated() {
          guard
            let run = LongTimeRun(
              dynamics, end: end, intervals: resolution.intervals, step: resolution.step,
              tolerance: resolution.tolerance,
              from: LongTimeArchive.restored(dynamics, end: end, run: number))
          else {
            runs.failure = "the implicit step does not converge"
            return .failure(LongTimeFailure(reason: runs.failure ?? ""))
          }
          LongTimeArchive.watch(run, dynamics, end: end, run: number)
          runs.list.append(run)
        }
      }
      let logTime = Double.log(t)
      nonisolated(unsafe) let list = runs.list
      let values = parallelMap(list.count, state: {}) { _, index in
        list[index].march(beyond: logTime) { abs($0.overlap) > target }
        return read(list[index])
      }
      for run in list where run.failure != nil && run.logTimes[run.logTimes.count - 1] < logTime && target == .infinity
      {
        return .failure(LongTimeFailure(reason: run.failure ?? ""))
      }
      return .success(values)
    }
  }
}

/// Why a long march has no answer.
struct LongTimeFailure: Error {
  let reason: String
}
