// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import SaddlepointCore
import SaddlepointNumerics

/// The values that the proximal map of an even loss takes at one label, on z >= 0.
///
/// z*(h) minimises psi(z) - h z with psi(z) = chi l(y,z) + z^2/2, so its values are where psi equals its convex envelope:
/// pieces on which psi is convex, separated by gaps between the two points of contact of a common tangent.
///
/// Source: theory sheet *phase retrieval gradient flow*, section 3.
struct ProximalSet {
  /// Values of z that are taken.
  private(set) var pieces: [ClosedRange<Double>] = []
  /// The jumps: their widths (on z >= 0), the field at which they happen, and the upper end.
  private(set) var gaps: [(width: Double, field: Double, end: Double)] = []
  /// Number of intervals on which psi is concave.
  let concavities: Int

  /// What changes where the set changes its topology.
  struct Signature: Equatable {
    let concavities: Int
    let pieces: Int
    let gaps: Int
  }

  /// Numbers that change where the set changes its topology.
  var signature: Signature { Signature(concavities: concavities, pieces: pieces.count, gaps: gaps.count) }

  /// The field h up to which values matter under the Gaussian measure.
  private static let fieldReach = 12.0
  static let gridCount = 96

  /// The set at a label.
  ///
  /// - Parameters:
  ///   - loss: a loss that is even in z.
  ///   - y: the label.
  ///   - chi: the susceptibility; at 0 the proximal point is the field itself.
  ///   - scratch: storage for ``gridCount`` + 1 predictions, to be used again.
  init(_ loss: Loss, label y: Double, chi: Double, _ scratch: LossBuffer = LossBuffer(Self.gridCount + 1)) {
    if chi == 0 {
      concavities = 0
      pieces = [0...max(Self.fieldReach, y)]
      return
    }
    let map = ProximalMap(loss: loss, label: y, chi: chi)
    var end = max(1, y)
    while map.field(end) < Self.fieldReach, end < 100 { end += 0.5 }
    // Concave intervals, from sign changes of psi'' on a grid that is finer near 0, minima between nodes included.
    let n = Self.gridCount
    scratch.fill(label: y, count: n + 1)
    for i in 0...n {
      let u = Double(i) / Double(n)
      scratch.z[i] = end * u * u
    }
    scratch.evaluate(loss, count: n + 1)
    var nodes = (0...n).map { (z: scratch.z[$0], value: 1 + chi * scratch.second[$0]) }
    for i in stride(from: n - 1, to: 0, by: -1) {
      let here = nodes[i].value
      let neighbours = (nodes[i - 1].value, nodes[i + 1].value)
      guard here > 0, here <= neighbours.0, here <= neighbours.1 else { continue }
      // It is resolved, and so not lower than the node by as much as the neighbours are higher.
      if here > max(neighbours.0, neighbours.1) - here { continue }
      let lowest = Self.lowest(map.curvature, from: nodes[i - 1].z, to: nodes[i + 1].z)
      let curvature = map.curvature(lowest)
      if curvature < 0 { nodes.insert((lowest, curvature), at: lowest > nodes[i].z ? i + 1 : i) }
    }
    var concave: [ClosedRange<Double>] = []
    var start: Double? = nodes[0].value < 0 ? 0 : nil
    for i in 1..<nodes.count where (nodes[i - 1].value < 0) != (nodes[i].value < 0) {
      let crossing = Self.crossing(map.curvature, from: nodes[i - 1], to: nodes[i])
      if nodes[i].value < 0 {
        start = crossing
      } else {
        concave.append((start ?? 0)...crossing)
      }
    }
    concavities = concave.count
    if concave.isEmpty {
      pieces = [0...end]
      return
    }
    // Convex branches, on each of which h grows with z.
    var branches: [ClosedRange<Double>] = []
    var lower = 0.0
    for interval in concave {
      if interval.lowerBound > lower { branches.append(lower...interval.lowerBound) }
      lower = interval.upperBound
    }
    if lower < end { branches.append(lower...end) }
    // The lower envelope over h >= 0: the field from which each branch that is kept has the lowest value.
    var kept: [(branch: ClosedRange<Double>, from: Double)] = []
    for branch in branches {
      guard map.field(branch.upperBound) > 0 else { continue }
      while let top = kept.last {
        let tangent = map.commonTangent(top.branch, branch)
        if tangent > top.from {
          if tangent < map.field(branch.upperBound) { kept.append((branch, tangent)) }
          break
        }
        kept.removeLast()
      }
      if kept.isEmpty { kept = [(branch, 0)] }
    }
    var previous = 0.0
    for (index, entry) in kept.enumerated() {
      let first = map.position(entry.from, on: entry.branch)
      if first > previous { gaps.append((first - previous, entry.from, first)) }
      let last =
        index + 1 < kept.count ? map.position(kept[index + 1].from, on: entry.branch) : entry.branch.upperBound
      if last > first { pieces.append(first...last) }
      previous = last
    }
  }

  /// A zero of a function between places where its sign differs, by secants that move both ends (Illinois).
  private static func crossing(
    _ f: (Double) -> Double, from a: (z: Double, value: Double), to b: (z: Double, value: Double)
  ) -> Double {
    var (a, b) = (a, b)
    var wasLower: Bool?
    for _ in 0..<80 {
      let width = b.z - a.z
      var next = a.z - a.value * width / (b.value - a.value)
      if !(next > a.z && next < b.z) { next = 0.5 * (a.z + b.z) }
      if width <= 4 * b.z.ulp || next <= a.z || next >= b.z { return next }
      let value = f(next)
      if value == 0 { return next }
      let isLower = (value < 0) == (a.value < 0)
      // An end that stays twice counts half.
      if isLower == wasLower {
        if isLower { b.value *= 0.5 } else { a.value *= 0.5 }
      }
      if isLower { a = (next, value) } else { b = (next, value) }
      wasLower = isLower
    }
    return 0.5 * (a.z + b.z)
  }

  /// The place of the minimum between a and b, by golden sections.
  private static func lowest(_ f: (Double) -> Double, from a: Double, to b: Double) -> Double {
    let golden = 0.381966011250105
    var (a, b) = (a, b)
    for _ in 0..<40 {
      let (x, y) = (a + golden * (b - a), b - golden * (b - a))
      if f(x) < f(y) { b = y } else { a = x }
    }
    return 0.5 * (a + b)
  }
}

/// psi(z) = chi l(y,z) + z^2/2 and its derivatives at one label.
struct ProximalMap {
  let loss: Loss
  let label: Double
  let chi: Double

  /// h(z) = psi'(z), the field whose proximal point is z.
  func field(_ z: Double) -> Double { z + chi * loss.jet(label: label, prediction: z).first }

  /// psi''(z).
  func curvature(_ z: Double) -> Double { 1 + chi * loss.jet(label: label, prediction: z).second }

  /// The z of a convex branch at which psi'(z) = h; an end of the branch where there is none.
  func position(_ h: Double, on branch: ClosedRange<Double>) -> Double {
    var (a, b) = (branch.lowerBound, branch.upperBound)
    if field(a) >= h { return a }
    if field(b) <= h { return b }
    var z = 0.5 * (a + b)
    for _ in 0..<200 {
      let jet = loss.jet(label: label, prediction: z)
      let residual = z + chi * jet.first - h
      if residual < 0 { a = z } else { b = z }
      var next = z - residual / (1 + chi * jet.second)
      if !(next > a && next < b) { next = 0.5 * (a + b) }
      if abs(next - z) <= 2 * z.ulp || next <= a || next >= b { return next }
      z = next
    }
    return z
  }

  /// The field at which two convex branches, the lower one first, have equal values; infinite where the lower one always wins.
  ///
  /// It is where the integral of psi' - h between the two proximal points vanishes; that integral has no cancellation.
  func commonTangent(_ low: ClosedRange<Double>, _ high: ClosedRange<Double>) -> Double {
    var a = max(field(low.lowerBound), field(high.lowerBound))
    var b = min(field(low.upperBound), field(high.upperBound))
    guard a < b else { return a >= b ? -.infinity : .infinity }
    func excess(_ h: Double) -> (value: Double, width: Double) {
      let (x, y) = (position(h, on: low), position(h, on: high))
      return (integral(from: x, to: y, less: h), y - x)
    }
    // The excess of the high branch's value falls with h.
    if excess(a).value <= 0 { return -.infinity }
    if excess(b).value >= 0 { return .infinity }
    var h = 0.5 * (a + b)
    for _ in 0..<100 {
      let (value, width) = excess(h)
      if value > 0 { a = h } else { b = h }
      var next = h + value / width
      if !(next > a && next < b) { next = 0.5 * (a + b) }
      if abs(next - h) <= 2 * max(abs(h), 1e-12).ulp || next <= a || next >= b { return next }
      h = next
    }
    return h
  }

  private func integral(from x: Double, to y: Double, less h: Double) -> Double {
    if y - x > 0.2 {
      let (a, b) = (loss.jet(label: label, prediction: x).value, loss.jet(label: label, prediction: y).value)
      return chi * (b - a) + (0.5 * (x + y) - h) * (y - x)
    }
    return PanelRule.shared.integral(from: x, to: y) { field($0) - h }
  }
}

/// A Gauss-Legendre panel that says how well it resolves what it sums.
struct PanelRule {
  static let order = 16
  static let shared = PanelRule()

  let nodes: [Double]
  let weights: [Double]
  /// Rows that give the three highest Legendre coefficients of a function from its values at the nodes.
  let tails: [Double]

  private init() {
    let rule = try? FixedRule.gaussLegendre(Self.order)
    nodes = rule?.nodes ?? []
    weights = rule?.weights ?? []
    var rows: [Double] = []
    for degree in Self.order - 3..<Self.order {
      for (x, weight) in zip(nodes, weights) {
        var (previous, current) = (1.0, x)
        for k in 1..<degree {
          (previous, current) = (current, (Double(2 * k + 1) * x * current - Double(k) * previous) / Double(k + 1))
        }
        rows.append(0.5 * Double(2 * degree + 1) * weight * current)
      }
    }
    tails = rows
  }

  /// The error of the sum over [-1, 1], guessed from the decay of the Legendre coefficients.
  ///
  /// A rule of n nodes is exact to degree 2n - 1, and coefficients that decay geometrically have fallen there to the square
  /// of their relative size at degree n.
  func error(_ values: UnsafeBufferPointer<Double>, from start: Int = 0, stride: Int = 1) -> Double {
    var largest = 0.0
    var (a, b, c) = (0.0, 0.0, 0.0)
    tails.withUnsafeBufferPointer { tails in
      for i in 0..<Self.order {
        let value = values[start + i * stride]
        a += tails[i] * value
        b += tails[Self.order + i] * value
        c += tails[2 * Self.order + i] * value
        largest = max(largest, abs(value))
      }
    }
    let tail = max(abs(a), abs(b), abs(c))
    return largest > 0 ? tail * tail / largest : 0
  }

  func integral(from a: Double, to b: Double, _ f: (Double) -> Double) -> Double {
    let (middle, half) = (0.5 * (a + b), 0.5 * (b - a))
    var sum = 0.0
    for i in 0..<Self.order { sum += weights[i] * f(middle + half * nodes[i]) }
    return half * sum
  }
}
