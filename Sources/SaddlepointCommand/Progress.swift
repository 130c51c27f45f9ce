// SPDX-License-Identifier: GPL-3.0-or-later

import Dispatch
import Saddlepoint
import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Messages on standard error: a progress bar for work longer than a second, and warnings.
final class Console: Sendable {
  private struct Bar {
    var drawn = ContinuousClock.now
    var isShown = false
    var done = 0
    var total = 1
  }

  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now
  private let bar = Mutex<Bar>(Bar())

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Seconds since the work began.
  var seconds: Double {
    let elapsed = start.duration(to: .now).components
    return Double(elapsed.seconds) + 1e-18 * Double(elapsed.attoseconds)
  }

  /// Draws the bar, at most ten times a second and never in the first.
  func show(done: Int, total: Int) {
    bar.withLock { bar in
      (bar.done, bar.total) = (done, total)
      draw(&bar, "")
    }
  }

  /// Draws the bar with the time that a long row has reached, and what is left of it.
  func show(reached: (time: Double, share: Double)?) {
    guard let reached else { return }
    bar.withLock { bar in
      let rest = reached.share > 0.01 ? ", \(Int(seconds * (1 - reached.share) / reached.share)) s" : ""
      draw(&bar, " (t = \(Float(reached.time)) reached, \(Int(100 * reached.share)) % of the row\(rest)) ")
    }
  }

  private func draw(_ bar: inout Bar, _ note: String) {
    guard isTerminal, !isQuiet, seconds > 1, bar.drawn.duration(to: .now) > .milliseconds(100) else { return }
    bar.drawn = .now
    bar.isShown = true
    let fraction = Double(bar.done) / Double(max(bar.total, 1))
    let filled = Int(30 * fraction)
    let rest = fraction > 0 ? ", \(Int(seconds * (1 - fraction) / fraction)) s left " : ""
    let hashes = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
    put("\r\u{1B}[K[\(hashes)] \(bar.done)/\(bar.total)\(rest)\(note)")
  }

  /// Removes the bar.
  func clear() {
    bar.withLock { bar in
      if bar.isShown { put("\r\u{1B}[K") }
      bar.isShown = false
    }
  }

  /// A line for a person, unless `--quiet`.
  func say(_ line: String) { if !isQuiet { put(line + "\n") } }

  private func put(_ text: String) {
    let writer = StandardOutput(descriptor: STDERR_FILENO, name: "standard error")
    try? writer.write(text)
    try? writer.flush()
  }
}

/// Calls a closure again and again, on a thread of its own, until it is stopped.
final class Ticker {
  private let source: any DispatchSourceTimer
  // Another queue than the workers', which may all be busy for long.
  private let queue = DispatchQueue(label: "saddlepoint.ticker")

  init(seconds: Double, _ body: @escaping @Sendable () -> Void) {
    source = DispatchSource.makeTimerSource(queue: queue)
    source.schedule(deadline: .now() + seconds, repeating: seconds)
    source.setEventHandler(handler: body)
    source.resume()
  }

  /// Ends it; no call is under way afterwards.
  func stop() {
    source.cancel()
    queue.sync {}
  }
}
