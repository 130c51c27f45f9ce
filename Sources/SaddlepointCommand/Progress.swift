// SPDX-License-Identifier: GPL-3.0-or-later

import Saddlepoint

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Messages on standard error: a progress bar for work longer than a second, and warnings.
struct Console {
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now
  private var drawn = ContinuousClock.now
  private var isBarShown = false

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Seconds since the work began.
  var seconds: Double {
    let elapsed = start.duration(to: .now).components
    return Double(elapsed.seconds) + 1e-18 * Double(elapsed.attoseconds)
  }

  /// Draws the bar, at most ten times a second and never in the first.
  mutating func show(done: Int, total: Int) {
    guard isTerminal, !isQuiet, seconds > 1, drawn.duration(to: .now) > .milliseconds(100) else { return }
    drawn = .now
    isBarShown = true
    let fraction = Double(done) / Double(max(total, 1))
    let filled = Int(30 * fraction)
    let rest = fraction > 0 ? Int(seconds * (1 - fraction) / fraction) : 0
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
    put("\r[\(bar)] \(done)/\(total), \(rest) s left ")
  }

  /// Removes the bar.
  mutating func clear() {
    if isBarShown { put("\r\u{1B}[K") }
    isBarShown = false
  }

  /// A line for a person, unless `--quiet`.
  func say(_ line: String) { if !isQuiet { put(line + "\n") } }

  private func put(_ text: String) {
    let writer = StandardOutput(descriptor: STDERR_FILENO, name: "standard error")
    try? writer.write(text)
    try? writer.flush()
  }
}
