// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics
import Synchronization

/// y = f(z) + sqrt(D) n for any f, D > 0, by composite Gauss-Legendre rules in z, y and w.
///
/// P(y|z) is tabulated once for each resolution in z, as a band around y = f(z); for each w four sums over z give Z_out and
/// the first three moments of z - w.
///
/// Source: theory sheet *phase retrieval bayes*, section 1.4.
final class QuadratureOutput: OutputFunction {
  private let f: @Sendable (Double) -> Double
  private let noise: Double
  private let isEven: Bool
  /// Where f or its slope jumps, or its slope changes sign.
  private let marks: [Double]
  private let kernels = Mutex<[Int: BandedKernel]>([:])

  /// Reach in z: what lies beyond has a probability below 1e-16.
  static let reach = 8.4

  init(_ f: @escaping @Sendable (Double) -> Double, noise: Double, isEven: Bool) throws(GSLError) {
    self.f = f
    self.noise = noise
    self.isEven = isEven
    marks = Self.marks(of: f)
  }

  /// Places at which f is not smooth or turns.
  static func marks(of f: (Double) -> Double) -> [Double] {
    let h = 1e-6
    func slope(_ z: Double) -> Double { (f(z + h) - f(z - h)) / (2 * h) }
    var marks: [Double] = []
    let step = 0.05
    let count = Int(2 * reach / step)
    for index in 0..<count {
      // A grid that avoids the round numbers at which people put their kinks.
      var (a, b) = (-reach + step * Double(index) + 0.0137, -reach + step * Double(index + 1) + 0.0137)
      let (sa, sb) = (slope(a), slope(b))
      let jump = abs(sb - sa)
      let turns = (sa < 0) != (sb < 0)
      guard turns || jump > 0.02 * (1 + abs(sa) + abs(sb)) else { continue }
      for _ in 0..<24 {
        let middle = 0.5 * (a + b)
        let sm = slope(middle)
        let left = abs(sm - slope(a))
        let right = abs(slope(b) - sm)
        if left > right { b = middle } else { a = middle }
      }
      let place = 0.5 * (a + b)
      if abs(slope(place + 4 * h) - slope(place - 4 * h)) > 0.3 * jump {
        marks.append(abs(place) < 1e-5 ? 0 : place)
      } else if turns {
        var (a, b) = (-reach + step * Double(index) + 0.0137, -reach + step * Double(index + 1) + 0.0137)
        for _ in 0..<40 {
          let middle = 0.5 * (a + b)
          if (slope(middle) < 0) == (sa < 0) { a = middle } else { b = middle }
        }
        marks.append(abs(a) < 1e-5 ? 0 : a)
      }
    }
    return marks
  }

  private func kernel(_ v: Double) throws(GSLError) -> BandedKernel {
    let level = try ChannelGrid.level(variance: v)
    if let known = kernels.withLock({ $0[level] }) { return known }
    let made = try BandedKernel(ChannelGrid(f, noise: noise, marks: marks, level: level), noise: noise)
    kernels.withLock { $0[level] = made }
    return made
  }

  func point(_ q: Double, complement v: Double) throws(GSLError) -> OutputPoint {
    let tiny = 1e-6
    if q == 0 { return try evaluate([(0, 1)], 1) }
    if isEven, q < tiny {
      // w is lost beside z - w: between the limit and the first overlap that is fine, G/q is linear.
      var limit = try evaluate([(0, 1)], 1)
      let near = try point(tiny, complement: 1 - tiny)
      let bend = (near.g / tiny - limit.slope) / tiny
      limit.g = q * (limit.slope + bend * q)
      limit.slope += 2 * bend * q
      limit.curvature = 2 * bend
      limit.curvatureError = max(limit.curvatureError, abs(bend) * 1e-4)
      limit.psi += (near.psi - limit.psi) * (q / tiny) * (q / tiny)
      return limit
    }
    let rule = try FixedRule.gaussLegendre(20)
    let root = q.squareRoot()
    var nodes: [(w: Double, weight: Double)] = []
    let range = min(Self.reach, 8.4 * root)
    for (a, b) in panels(from: isEven ? 0 : -range, to: range, root: root, spread: 1.25 * v.squareRoot()) {
      let half = 0.5 * (b - a)
      for (x, weight) in zip(rule.nodes, rule.weights) {
        let w = a + half * (1 + x)
        let density = Double.exp(-0.5 * w * w / q) * 0.398_942_280_401_432_7 / root
        nodes.append((w, (isEven ? 2 : 1) * weight * half * density))
      }
    }
    return try evaluate(nodes, v)
  }

  /// Panels in w: of the posterior's width at a mark, growing with the distance from it.
  private func panels(from start: Double, to end: Double, root: Double, spread: Double) -> [(Double, Double)] {
    var panels: [(Double, Double)] = []
    var a = start
    let stops = marks.filter { $0 > start && $0 < end } + [end]
    while a < end {
      let distance = marks.reduce(Double.infinity) { min($0, abs($1 - a)) }
      let width = min(max(spread, 0.5 * distance), 1.7 * root, max(0.7, spread))
      var b = a + width
      // Coming towards a mark the panels shrink again.
      if let next = stops.first(where: { $0 > a * (1 + 1e-12) + 1e-13 }) {
        if next == end {
          b = min(b, end)
        } else {
          let gap = next - a
          b = gap <= 1.5 * spread ? next : min(b, a + max(spread, 0.4 * gap))
        }
      }
      panels.append((a, min(b, end)))
      a = b
    }
    return panels
  }

  private func evaluate(_ nodes: [(w: Double, weight: Double)], _ v: Double) throws(GSLError) -> OutputPoint {
    let kernel = try kernel(v)
    let spread = v.squareRoot()
    let norm = 0.398_942_280_401_432_7 / spread
    let count = kernel.y.count
    var sums = [SIMD4<Double>](repeating: .zero, count: count)
    var (psi, g, slope, curvature, size, mass) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for (w, weight) in nodes where weight > 1e-22 {
      var (low, high) = (count, 0)
      let first = kernel.grid.index(of: w - 8.6 * spread)
      let last = kernel.grid.index(of: w + 8.6 * spread)
      guard first < last else { continue }
      for j in first..<last {
        low = min(low, kernel.band[j].lowerBound)
        high = max(high, kernel.band[j].upperBound)
      }
      guard low < high else { continue }
      for i in low..<high { sums[i] = .zero }
      sums.withUnsafeMutableBufferPointer { sums in
        kernel.values.withUnsafeBufferPointer { p in
          for j in first..<last {
            let d = (kernel.grid.z[j] - w) / spread
            let a = kernel.grid.weights[j] * norm * Double.exp(-0.5 * d * d)
            let moments = SIMD4(a, a * d, a * d * d, a * d * d * d)
            let band = kernel.band[j]
            var k = kernel.offsets[j]
            for i in band {
              sums[i] += p[k] * moments
              k += 1
            }
          }
        }
      }
      // Cumulants of x = (z - w)/sqrt V.
      var (t0, t1, t2, t3, t4, t5) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      for i in low..<high {
        let z = sums[i].x
        guard z > 1e-290 else { continue }
        let k1 = sums[i].y / z
        let second = sums[i].z / z
        let k2 = second - k1 * k1
        let k3 = sums[i].w / z - 3 * k1 * second + 2 * k1 * k1 * k1
        let measure = kernel.yWeights[i] * z
        let excess = k2 - 1
        t0 += measure * Double.log(z)
        t1 += measure * k1 * k1
        t2 += measure * excess * excess
        t3 += measure * (k3 * k3 - 2 * excess * excess * excess)
        t4 += measure
        t5 += measure * (k3 * k3 + 2 * abs(excess * excess * excess))
      }
      psi += weight * t0
      g += weight * t1
      slope += weight * t2
      curvature += weight * t3
      mass += weight * t4
      size += weight * t5
    }
    // What the total probability lacks shows how good the rules are.
    let defect = max(abs(mass - 1), 2e-14)
    var point = OutputPoint(
      psi: psi, g: g / v, slope: slope / (v * v), curvature: curvature / (v * v * v), unit: 2 * defect)
    point.curvatureError = 64 * defect * size / (v * v * v)
    guard defect < 1e-6 else { throw .invalid("the quadrature of the channel misses structure of y(z)") }
    return point
  }
}

/// Nodes in z for y = f(z) + sqrt(D) n: composite Gauss-Legendre rules on panels within which f changes little.
struct ChannelGrid: Sendable {
  /// The number of nodes of a panel.
  static let order = 20
  let z: [Double]
  let weights: [Double]
  /// f at the nodes.
  let images: [Double]

  /// The resolution that z - w of a variance needs: panels of width 2^-level, at most 5 standard deviations.
  static func level(variance v: Double) throws(GSLError) -> Int {
    let level = max(0, Int(Double.log2(0.2 / v.squareRoot()).rounded(.up)))
    guard level <= 9 else { throw .invalid("overlap too close to 1 for the quadrature of the channel") }
    return level
  }

  init(_ f: (Double) -> Double, noise: Double, marks: [Double], level: Int) throws(GSLError) {
    let rule = try FixedRule.gaussLegendre(Self.order)
    let panel = Double.pow(2, -level)
    let sigma = noise.squareRoot()
    let reach = QuadratureOutput.reach
    var z: [Double] = []
    var weights: [Double] = []
    var a = -reach
    let stops = marks.filter { abs($0) < reach } + [reach]
    while a < reach {
      let stop = stops.first { $0 > a + 1e-13 } ?? reach
      var width = min(panel, stop - a)
      // Short enough that f changes by 6 standard deviations of the noise at most.
      while width > 1e-9 {
        let values = (0...4).map { f(a + width * (1e-9 + Double($0) / 4 * (1 - 2e-9))) }
        if (values.max() ?? 0) - (values.min() ?? 0) <= 6 * sigma { break }
        width *= 0.7
      }
      if stop - a - width < 1e-12 { width = stop - a }
      let half = 0.5 * width
      for (x, weight) in zip(rule.nodes, rule.weights) {
        z.append(a + half * (1 + x))
        weights.append(weight * half)
      }
      a = width == stop - a ? stop : a + width
      guard z.count < 2_000_000 else { throw .invalid("the noise is too small for the quadrature of the channel") }
    }
    (self.z, self.weights, images) = (z, weights, z.map(f))
  }

  /// Number of nodes below a place.
  func index(of place: Double) -> Int {
    var (a, b) = (0, z.count)
    while a < b {
      let middle = (a + b) / 2
      if z[middle] < place { a = middle + 1 } else { b = middle }
    }
    return a
  }
}

/// P(y|z) on nodes in z and y, kept where it is not negligible.
struct BandedKernel: Sendable {
  let grid: ChannelGrid
  let y: [Double]
  let yWeights: [Double]
  /// The nodes in y that a node in z reaches, and where their values begin.
  let band: [Range<Int>]
  let offsets: [Int]
  let values: [Double]

  init(_ grid: ChannelGrid, noise: Double) throws(GSLError) {
    let rule = try FixedRule.gaussLegendre(20)
    let sigma = noise.squareRoot()
    let images = grid.images
    let lowest = (images.min() ?? 0) - 8.5 * sigma
    let highest = (images.max() ?? 0) + 8.5 * sigma
    let count = max(1, Int(((highest - lowest) / (5 * sigma)).rounded(.up)))
    guard count < 200_000 else { throw .invalid("the noise is too small for the quadrature of the channel") }
    var y: [Double] = []
    var yWeights: [Double] = []
    let width = (highest - lowest) / Double(count)
    for k in 0..<count {
      for (x, weight) in zip(rule.nodes, rule.weights) {
        y.append(lowest + width * (Double(k) + 0.5 + 0.5 * x))
        yWeights.append(0.5 * width * weight)
      }
    }
    var band: [Range<Int>] = []
    var offsets: [Int] = []
    var values: [Double] = []
    let norm = 0.398_942_280_401_432_7 / sigma
    for image in images {
      let first = max(0, Int(((image - 8.5 * sigma - lowest) / width).rounded(.down)) * 20)
      let last = min(y.count, Int(((image + 8.5 * sigma - lowest) / width).rounded(.up)) * 20)
      offsets.append(values.count)
      band.append(first..<max(first, last))
      for i in first..<max(first, last) {
        let d = (y[i] - image) / sigma
        values.append(norm * Double.exp(-0.5 * d * d))
      }
    }
    guard values.count < 400_000_000 else {
      throw .invalid("the noise is too small for the quadrature of the channel")
    }
    (self.grid, self.y, self.yWeights) = (grid, y, yWeights)
    (self.band, self.offsets, self.values) = (band, offsets, values)
  }
}
