// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Saddlepoint

/// One measured thing: its time, what it is compared with, and the ratio.
struct Row {
  let name: String
  let value: Double
  let unit: String
  let baseline: String
  let ratio: Double?
}

/// The best of several timed runs, in seconds: noise only ever adds.
func best(of runs: Int, _ body: () throws -> Void) rethrows -> Double {
  var best = Double.infinity
  for _ in 0..<runs {
    let start = ContinuousClock.now
    try body()
    let elapsed = start.duration(to: .now).components
    best = min(best, Double(elapsed.seconds) + 1e-18 * Double(elapsed.attoseconds))
  }
  return best
}

func print(_ rows: [Row], under title: String) {
  Swift.print("\n\(title)\n")
  Swift.print("| what | value | baseline | ratio |\n| --- | --- | --- | --- |")
  for row in rows {
    let value = String(format: row.value < 0.01 ? "%.3g" : "%.4g", row.value)
    Swift.print(
      "| \(row.name) | \(value) \(row.unit) | \(row.baseline) | \(row.ratio.map { String(format: "%.3g", $0) } ?? "") |"
    )
  }
}

print(
  QuadratureOverhead.rows().map {
    Row(name: $0.name, value: $0.nanoseconds, unit: "ns a call", baseline: $0.baseline, ratio: $0.ratio)
  },
  under: "Calls through GSL (ratio: time over the same integral written in C)")
try print(LineSpeed.rows(), under: "Lines, one core (ratio: time of a row over that of the closed-form line)")
try print(MapSpeed.rows(), under: "Kac-Rice maps and lines (ratio: time over that of NumPy on one thread)")
try print(DynamicsSpeed.rows(), under: "Dynamics, one core (ratio: time over the baseline named in the row)")
print(WholeProcess.rows(), under: "Whole processes (ratio: time over the baseline named in the row)")
