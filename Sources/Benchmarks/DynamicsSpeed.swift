// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Saddlepoint

/// Gradient flow of the 3-spin model against the scheme of fixed steps that the field's scripts use.
enum DynamicsSpeed {
  /// e(t) for xi = q^3/2, T = 0 by explicit Euler on a fixed grid of both times, one core.
  private static func explicitEuler(to t: Double, steps n: Int) -> Double {
    let h = t / Double(n)
    let width = n + 1
    var c = [Double](repeating: 0, count: width * width)
    var r = c
    var (s, d) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
    var (first, third) = (s, s)
    (c[0], r[0]) = (1, 1)
    var energy = 0.0
    for i in 0...n {
      let row = i * width
      var mu = 0.0
      energy = 0
      for q in 0..<i {
        let x = c[row + q]
        s[q] = h * 3 * x * r[row + q]
        d[q] = h * 1.5 * x * x
        mu += s[q] * x + d[q] * r[row + q]
        energy -= d[q] * r[row + q]
      }
      if i == n { break }
      for j in 0...i { (first[j], third[j]) = (0, 0) }
      for q in 0..<i {
        let weight = s[q]
        for j in 0...i { first[j] += weight * c[q * width + j] }
        for j in 0...q { third[j] += weight * r[q * width + j] }
      }
      let next = row + width
      for j in 0...i {
        var second = 0.0
        for q in 0..<j { second += d[q] * r[j * width + q] }
        c[next + j] = c[row + j] + h * (first[j] + second - mu * c[row + j])
        c[j * width + i + 1] = c[next + j]
        r[next + j] = r[row + j] + h * (third[j] - mu * r[row + j])
      }
      (c[next + i + 1], r[next + i + 1]) = (1, 1)
    }
    return energy
  }

  private static func flow() throws -> SphericalDynamics {
    try SphericalDynamics(SphericalSpinGlass(covariance: [3: 0.5]), temperature: 0)
  }

  /// The table's rows; trajectories are kept, so that each time is asked once and from early to late.
  static func rows() throws -> [Row] {
    var rows: [Row] = []
    func measure(_ t: Double) throws -> (seconds: Double, energy: Estimate) {
      var energy = Estimate.exact(0)
      let seconds = try best(of: 1) {
        energy = try Threads.$limit.withValue(1) { try flow().state(at: t).energy }
      }
      return (seconds, energy)
    }
    let short = try measure(10)
    rows.append(
      Row(
        name: "t = 10, error estimate \(String(format: "%.1g", short.energy.error))", value: short.seconds, unit: "s",
        baseline: "e to 1e-8 in 1 s", ratio: short.seconds))
    let middle = try measure(100)
    var euler: [(seconds: Double, error: Double, steps: Double)] = []
    for steps in [500, 1000] {
      var energy = 0.0
      let seconds = best(of: 1) { energy = explicitEuler(to: 100, steps: steps) }
      euler.append((seconds, abs(energy - (try middle.energy.get())), Double(steps)))
    }
    // The error falls as the step, the time grows as its third power.
    let finest = euler[1]
    let steps = finest.steps * finest.error / 1e-4
    let needed = finest.seconds * pow(steps / finest.steps, 3)
    let measured = euler.map { String(format: "error %.2g in %.2g s", $0.error, $0.seconds) }.joined(separator: ", ")
    rows.append(
      Row(
        name: "t = 100, error estimate \(String(format: "%.1g", middle.energy.error))", value: middle.seconds,
        unit: "s",
        baseline: String(
          format: "explicit Euler to 1e-4: %.2g s, extrapolated to %.2g steps from %@", needed, steps, measured),
        ratio: middle.seconds / needed))
    let late = try measure(1e6)
    rows.append(
      Row(
        name: "t = 1e6 after that, error estimate \(String(format: "%.1g", late.energy.error))", value: late.seconds,
        unit: "s", baseline: "20 s", ratio: late.seconds / 20))
    return rows
  }
}
