// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointShims
import Foundation
import Saddlepoint

/// What it costs to call a Swift closure from GSL, against the same integral with an integrand in C.
enum QuadratureOverhead {
  static func rows() -> [Row] {
    let a = 1.3
    let repeats = 20_000
    var evaluations = 0
    let inC =
      best(of: 7) { _ = saddlepoint_benchmark_qags(a, Int32(repeats), &evaluations) } / Double(evaluations) * 1e9
    let calls = Double(evaluations)
    var sink = 0.0
    let closure = best(of: 7) {
      for _ in 0..<repeats {
        let value = try? Quadrature.integrate(from: 0, to: 1) { (x: Double) -> Double in exp(-a * x) }
        sink += value?.value ?? 0
      }
    }
    let throwing = best(of: 7) {
      for _ in 0..<repeats {
        let value = try? Quadrature.integrate(from: 0, to: 1) { (x: Double) throws -> Double in exp(-a * x) }
        sink += value?.value ?? 0
      }
    }
    let nodes = 1000
    let fixedC =
      best(of: 7) { sink += saddlepoint_benchmark_gauss_legendre(a, nodes, 1000) } / (1000 * Double(nodes)) * 1e9
    let rule = GaussLegendre.rule(nodes)
    let fixed = best(of: 7) {
      for _ in 0..<1000 { sink += rule.integrate(0, 1) { (x: Double) in exp(-a * x) } }
    }
    if sink.isNaN { Swift.print("the integrals failed") }
    let cBaseline = "QAGS with the integrand in C, \(String(format: "%.1f", inC)) ns a call"
    let fixedBaseline = "glfixed with the integrand in C, \(String(format: "%.1f", fixedC)) ns a call"
    return [
      Row(
        name: "QAGS, exp(-ax), Swift closure", value: closure / calls * 1e9, unit: "ns a call", baseline: cBaseline,
        ratio: closure / calls * 1e9 / inC),
      Row(
        name: "QAGS, exp(-ax), closure that may throw", value: throwing / calls * 1e9, unit: "ns a call",
        baseline: cBaseline, ratio: throwing / calls * 1e9 / inC),
      Row(
        name: "1000-point Gauss-Legendre, exp(-ax), summed in Swift", value: fixed / (1000 * Double(nodes)) * 1e9,
        unit: "ns a call", baseline: fixedBaseline, ratio: fixed / (1000 * Double(nodes)) * 1e9 / fixedC),
    ]
  }
}
