// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule

/// Nodes theta = t'/t of a row: logarithmic in t' and in t - t', linear within a fixed time of both ends at the last time.
///
/// theta_k = w(v)/(w(v) + w(V - v)), w(v) = e^v - 1, v = k V/L. Source: theory sheet *dynamics*, section 5 (ii).
struct RatioGrid: Sendable {
  /// Index of the last node, theta = 1.
  let last: Int
  /// V.
  let extent: Double
  /// theta_k and 1 - theta_k without cancellation.
  let theta: [Double]
  let complement: [Double]
  /// d theta/dk.
  let slope: [Double]
  /// Weights of integration over theta.
  let weight: [Double]

  /// Weights of six-point interpolation from the node `first`.
  struct Stencil {
    let first: Int
    let w: (Double, Double, Double, Double, Double, Double)
  }

  init(intervals: Int, extent: Double) {
    last = intervals
    self.extent = extent
    let dv = extent / Double(intervals)
    var (theta, complement, slope, weight) = ([Double](), [Double](), [Double](), [Double]())
    let ends = [95.0 / 288, 317.0 / 240, 23.0 / 30, 793.0 / 720, 157.0 / 160]
    for k in 0...intervals {
      let (v, u) = (dv * Double(k), dv * Double(intervals - k))
      let (a, b) = (Double.expMinusOne(v), Double.expMinusOne(u))
      theta.append(a / (a + b))
      complement.append(b / (a + b))
      slope.append(dv * ((a + 1) * b + a * (b + 1)) / ((a + b) * (a + b)))
      let end = min(k, intervals - k)
      weight.append(slope[k] * (end < ends.count ? ends[end] : 1))
    }
    self.theta = theta
    self.complement = complement
    self.slope = slope
    self.weight = weight
  }

  /// The place of a ratio, as a real index.
  func index(_ theta: Double, _ complement: Double) -> Double {
    guard theta <= complement else { return Double(last) - index(complement, theta) }
    let b = complement - theta
    let root = Double.sqrt(b * b + 4 * theta * complement * Double.exp(extent))
    // X - 1, without cancellation for small ratios.
    let x = (b + root) / (2 * complement)
    return min(Double(last), max(0, Double.log(x) * Double(last) / extent))
  }

  /// Six-point interpolation at a ratio.
  func stencil(_ theta: Double, _ complement: Double) -> Stencil {
    let x = index(theta, complement)
    let first = min(max(0, Int(x) - 2), last - 5)
    let s = x - Double(first)
    let d = (s, s - 1, s - 2, s - 3, s - 4, s - 5)
    return Stencil(
      first: first,
      w: (
        -d.1 * d.2 * d.3 * d.4 * d.5 / 120, d.0 * d.2 * d.3 * d.4 * d.5 / 24, -d.0 * d.1 * d.3 * d.4 * d.5 / 12,
        d.0 * d.1 * d.2 * d.4 * d.5 / 12, -d.0 * d.1 * d.2 * d.3 * d.5 / 24, d.0 * d.1 * d.2 * d.3 * d.4 / 120
      ))
  }
}

/// Lagrange weights of value or derivative at `x` through the given points.
enum Lagrange {
  static func weights(_ x: Double, _ points: ArraySlice<Double>) -> [Double] {
    points.indices.map { i in
      var w = 1.0
      for j in points.indices where j != i { w *= (x - points[j]) / (points[i] - points[j]) }
      return w
    }
  }

  static func derivative(_ x: Double, _ points: ArraySlice<Double>) -> [Double] {
    points.indices.map { i in
      var sum = 0.0
      for l in points.indices where l != i {
        var term = 1 / (points[i] - points[l])
        for j in points.indices where j != i && j != l { term *= (x - points[j]) / (points[i] - points[j]) }
        sum += term
      }
      return sum
    }
  }
}
