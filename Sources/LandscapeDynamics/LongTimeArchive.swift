// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import Synchronization

/// The long marches of this process, so that a checkpoint can hold them and a later process can continue them.
package enum LongTimeArchive {
  /// A march as numbers: which one it is, and its rows.
  package struct March: Sendable, Equatable {
    /// What the march belongs to; equal for equal dynamics and resolutions only.
    package let key: [Double]
    /// Next step, length of a row, and the rows one after another.
    package let values: [Double]

    /// A march.
    package init(key: [Double], values: [Double]) {
      self.key = key
      self.values = values
    }
  }

  private static let watched = Mutex<[(key: [Double], progress: LongTimeRun.Published)]>([])
  private static let restored = Mutex<[[Double]: LongTimeRun.Progress]>([:])

  /// The marches under way.
  package static func marches() -> [March] {
    watched.withLock { list in list.map { March(key: $0.key, values: numbers($0.progress.value)) } }
  }

  /// The time that the slower of the two newest marches has reached, and its share of the way, if one is under way.
  package static func reached() -> (time: Double, share: Double)? {
    watched.withLock { list in
      list.suffix(2).compactMap { entry -> (time: Double, share: Double)? in
        let progress = entry.progress.value
        guard let last = progress.rows.last?.logTime, progress.goal > progress.origin, last < progress.goal else {
          return nil
        }
        return (Double.exp(last), (last - progress.origin) / (progress.goal - progress.origin))
      }.min { $0.share < $1.share }
    }
  }

  /// Keeps marches of an earlier process for the dynamics that they belong to.
  ///
  /// - Parameter marches: what ``marches()`` returned there.
  /// - Returns: false if one of them is no march.
  package static func restore(_ marches: [March]) -> Bool {
    for march in marches {
      guard let progress = progress(march.values) else { return false }
      restored.withLock { $0[march.key] = progress }
    }
    return true
  }

  static func restored(_ dynamics: SphericalDynamics, end: Double, run: Int) -> LongTimeRun.Progress? {
    restored.withLock { $0.removeValue(forKey: key(dynamics, end, run)) }
  }

  static func watch(_ run: LongTimeRun, _ dynamics: SphericalDynamics, end: Double, run number: Int) {
    let progress = run.published
    watched.withLock { $0.append((key(dynamics, end, number), progress)) }
  }

  static func forget(_ progress: LongTimeRun.Published) {
    watched.withLock { list in list.removeAll { $0.progress === progress } }
  }

  private static func key(_ dynamics: SphericalDynamics, _ end: Double, _ run: Int) -> [Double] {
    var key = [Double(run), end, dynamics.temperature, dynamics.initialOverlap, dynamics.inverseInitialTemperature]
    for polynomial in [dynamics.covariance, dynamics.signal] {
      key.append(Double(polynomial.terms.count))
      for term in polynomial.terms { key += [Double(term.degree), term.coefficient] }
    }
    return key
  }

  private static func numbers(_ progress: LongTimeRun.Progress) -> [Double] {
    var values = [progress.step, Double(progress.rows.first?.correlation.count ?? 0)]
    for row in progress.rows {
      values += [row.logTime, row.overlap, row.energy, row.multiplier]
      values += row.correlation
      values += row.response
    }
    return values
  }

  private static func progress(_ values: [Double]) -> LongTimeRun.Progress? {
    guard values.count > 2, values[1] >= 8, values[1] < 1e6 else { return nil }
    let width = Int(values[1])
    let length = 4 + 2 * width
    guard (values.count - 2) % length == 0, (values.count - 2) / length >= 5 else { return nil }
    let rows = stride(from: 2, to: values.count, by: length).map { i in
      LongTimeRun.Row(
        logTime: values[i], correlation: Array(values[(i + 4)..<(i + 4 + width)]),
        response: Array(values[(i + 4 + width)..<(i + length)]), overlap: values[i + 1], energy: values[i + 2],
        multiplier: values[i + 3])
    }
    return LongTimeRun.Progress(rows: rows, step: values[0])
  }
}
