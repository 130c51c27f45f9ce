// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointNumerics

/// A place at which a static broken solution changes its nature.
struct BrokenPlace {
  let temperature: Double
  let error: Double
  let m: Double
  let q0: Double
  let q1: Double
  let x: Double
  /// Whether the overlaps jump there.
  var isFirstOrder = false
}

extension GlassSolver {
  /// The static one-step states whose outer replicon is 1: below jumps a continuous part appears.
  ///
  /// With m, q_0 and W fixed by xi''(q_0) W^2 = 1, every q_1 gives chi and hence T = (1-q_1)/chi; one equation is left.
  func outerInstabilities() -> [BrokenPlace] {
    replicaSymmetricInstabilities().flatMap { end -> [BrokenPlace] in
      func point(_ s: Double) -> GlassPoint? {
        let q1 = end.q + (1 - end.q) * (1 - s)
        let chi = 1 / (equations.differences(end.q, q1).slope * end.response)
        guard chi < end.response else { return nil }
        return GlassPoint(
          temperature: (1 - q1) / chi, m: end.m, lowest: end.q, lowestResponse: end.response, q0: end.q,
          outer: end.response, chi: chi)
      }
      // At q1 -> q0 the equation holds trivially: one power of r is divided out.
      return places(logisticGrid(500, from: -36, to: 14), point) { at in
        equations.residual(at, .stationary) / at.r
      }
    }
  }

  /// The static one-step states whose inner replicon is 1: the states themselves break up (Gardner).
  func innerInstabilities() -> [BrokenPlace] {
    var found: [BrokenPlace] = []
    func closed(_ s: Double, _ outer: (m: Double, q: Double, response: Double)?) -> GlassPoint? {
      let q0 = outer?.q ?? 0
      let q1 = q0 + (1 - q0) * (1 - s)
      let b = equations.xi.derivative(2, at: q1)
      guard b > 0 else { return nil }
      let chi = 1 / b.squareRoot()
      let response = outer?.response ?? 1 / (equations.differences(0, q1).slope * chi)
      guard chi < response else { return nil }
      return GlassPoint(
        temperature: (1 - q1) / chi, m: outer?.m ?? 0, lowest: q0, lowestResponse: response, q0: q0, outer: response,
        chi: chi)
    }
    let stationary = { (at: GlassPoint) in equations.residual(at, .stationary) }
    for curve in symmetricCurves() {
      if curve.free != nil {
        found += places(logisticGrid(500, from: -36, to: 20), { closed($0, nil) }, stationary)
        continue
      }
      for branch in 0..<2 {
        let point = { (s: Double) -> GlassPoint? in
          guard let state = curve.state(s) else { return nil }
          let outer = (m: state.m, q: state.q, response: 1 / state.inverseSquare.squareRoot())
          let roots = scannedRoots(logisticGrid(60, from: -12, to: 12)) { u in
            closed(u, outer).map(equations.topResidual)
          }
          return branch < roots.count ? closed(roots[branch], outer) : nil
        }
        found += places(curve.grid, point, stationary)
      }
    }
    return found
  }

  /// Where a continuous part that reaches up to q_1 breaks down as the temperature falls.
  ///
  /// Either x(q) stops increasing at its upper end, xi'''' xi'' = (3/2) xi'''^2 (continuous), or a jump with x = 1 reaches the
  /// same potential before (first order).
  func continuousBreakdowns() -> [BrokenPlace] {
    continuousEnds().compactMap { end -> BrokenPlace? in
      let growth = { (q: Double) -> Double in
        let (b, c) = (equations.xi.derivative(2, at: q), equations.xi.derivative(3, at: q))
        return equations.xi.derivative(4, at: q) * b / (c * c) - 1.5
      }
      // What the best jump above q demands of xi''(q), where that is more than the replicon's own demand.
      let excess = { (q: Double) -> Double in jump(above: q).value / equations.xi.derivative(2, at: q) - 1 }
      let grid = logisticGrid(200, from: -25, to: 25).map { end.q + (1 - end.q) * $0 }
      let stop = scannedRoots(grid, growth).first { growth($0 - 1e-6 * ($0 - end.q)) > 0 }
      let last = stop ?? 1
      let early = scannedRoots(grid.filter { $0 < last } + (stop.map { [$0] } ?? []), excess).first
      guard let q = early ?? stop else { return nil }
      let b = equations.xi.derivative(2, at: q)
      let temperature = (1 - q) * b.squareRoot()
      guard temperature < end.temperature, temperature * continuousY(q) <= 1 + 1e-9 else { return nil }
      let f = early == nil ? growth : excess
      let h = 1e-5 * min(q, 1 - q)
      let shift = 64 * .ulpOfOne / (abs(f(q + h) - f(q - h)) / (2 * h)) + 4 * q.ulp
      let change = abs(0.5 * (1 - q) * equations.xi.derivative(3, at: q) / b.squareRoot() - b.squareRoot())
      return BrokenPlace(
        temperature: temperature, error: change * shift + 8 * temperature.ulp, m: end.m, q0: q,
        q1: early == nil ? q : q + (1 - q) * jump(above: q).e, x: early == nil ? temperature * continuousY(q) : 1,
        isFirstOrder: early != nil)
    }
  }

  /// The jump from q to q + e (1-q) that demands the most: the maximum over e of B/h(e).
  private func jump(above q: Double) -> (e: Double, value: Double) {
    var best = (e: 0.0, value: 0.0)
    for (low, high) in [(0.02, 0.4), (0.4, 0.8), (0.8, 1 - 1e-12)] {
      let top = try? maximum("jump above a continuous part", in: low...high) { e in
        equations.differences(q, q + e * (1 - q)).second / GlassEquations.excess(e)
      }
      if let top, top.value > best.value { best = (top.position, top.value) }
    }
    return best
  }

  /// The roots of a static equation along a curve, with 0 < x <= 1.
  private func places(
    _ grid: [Double], _ point: (Double) -> GlassPoint?, _ residual: (GlassPoint) -> Double
  ) -> [BrokenPlace] {
    func value(_ s: Double) -> Double? { point(s).map(residual) }
    return scannedRoots(grid, value).compactMap { s in
      guard let at = point(s), at.gap > 1e-5, at.temperature * at.y <= 1 + 1e-9,
        equations.outerReplicon(at) <= 1 + 1e-9, equations.innerReplicon(at) <= 1 + 1e-9,
        min(equations.outerReplicon(at), equations.innerReplicon(at)) < 1 - 1e-6
      else { return nil }
      let h = 1e-5 * min(s, 1 - s)
      var error = 1e-7
      if let low = value(s - h), let high = value(s + h), let below = point(s - h), let above = point(s + h) {
        let shift = 2e-14 / abs((high - low) / (2 * h)) + 4 * s.ulp
        error = abs(above.temperature - below.temperature) / (2 * h) * shift + 8 * at.temperature.ulp
      }
      return BrokenPlace(
        temperature: at.temperature, error: error, m: at.m, q0: at.q0, q1: at.q1, x: at.temperature * at.y)
    }
  }
}
