// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointShims
import RealModule
import SaddlepointCore
import SaddlepointNumerics

/// What a Swift closure costs under GSL's quadrature, against the same integral written in C.
///
/// The integral of exp(-a x) over [0, 1]: one QAGS call of 21 evaluations, and a fixed Gauss-Legendre rule of 1000 nodes.
enum QuadratureOverhead {
  /// Nanoseconds per evaluation of the integrand and their ratio to the baseline, best of several interleaved rounds.
  static func rows() -> [(name: String, nanoseconds: Double, baseline: String, ratio: Double)] {
    guard let workspace = gsl_integration_workspace_alloc(1000), let table = gsl_integration_glfixed_table_alloc(1000),
      let rule = try? FixedRule.gaussLegendre(1000)
    else { return [] }
    defer {
      gsl_integration_workspace_free(workspace)
      gsl_integration_glfixed_table_free(table)
    }
    let relative = 1e-10
    var calls = 0
    _ = saddlepoint_benchmark_qags_c(1, relative, workspace, &calls)
    let qagsWays: [(Double) -> Double] = [
      { a in
        var calls = 0
        return saddlepoint_benchmark_qags_c(a, relative, workspace, &calls)
      },
      { a in (try? integral("benchmark", from: 0, to: 1, relative: relative) { .exp(-a * $0) })?.value ?? .nan },
      { a in
        (try? integral("benchmark", from: 0, to: 1, relative: relative) { try decay(a, $0) })?.value ?? .nan
      },
    ]
    let fixedWays: [(Double) -> Double] = [
      { a in saddlepoint_benchmark_glfixed_c(a, table) },
      { a in rule.sum(from: 0, to: 1) { .exp(-a * $0) } },
      { a in (try? rule.sum(from: 0, to: 1) { try decay(a, $0) }) ?? .nan },
    ]
    let qags = best(evaluations: calls, repetitions: 5000, qagsWays)
    let fixed = best(evaluations: 1000, repetitions: 100, fixedWays)
    let names = ["C integrand", "Swift closure", "Swift closure that may throw"]
    return zip(names, qags).map { ("QAGS, \($0)", $1, "QAGS, C integrand", $1 / qags[0]) }
      + zip(names, fixed).map { ("Gauss-Legendre, \($0)", $1, "Gauss-Legendre, C integrand", $1 / fixed[0]) }
  }

  private struct Negative: Error {}

  @inline(__always)
  private static func decay(_ a: Double, _ x: Double) throws -> Double {
    if x < 0 { throw Negative() }
    return .exp(-a * x)
  }

  /// Best time per evaluation of each way, over rounds that visit all ways in turn.
  private static func best(evaluations: Int, repetitions: Int, _ ways: [(Double) -> Double]) -> [Double] {
    var times = [Double](repeating: .infinity, count: ways.count)
    var sink = 0.0
    let clock = ContinuousClock()
    for _ in 0..<15 {
      for (index, way) in ways.enumerated() {
        let elapsed = clock.measure {
          for k in 0..<repetitions { sink += way(1 + 1e-9 * Double(k)) }
        }
        let nanoseconds = Double(elapsed.components.attoseconds) * 1e-9 + Double(elapsed.components.seconds) * 1e9
        times[index] = min(times[index], nanoseconds / Double(repetitions * evaluations))
      }
    }
    // The sums are used, so nothing is optimised away.
    return sink.isNaN ? times.map { _ in .nan } : times
  }
}
