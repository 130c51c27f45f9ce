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
  /// Width of the narrowest panels in y, in standard deviations of the noise.
  private let yPanel: Double
  /// Relative error of the rule in y, from a finer one.
  private let yError: Double
  private let kernels = Mutex<[Int: BandedKernel]>([:])

  /// Reach in z: what lies beyond has a probability below 1e-16.
  static let reach = 8.4

  /// The functions of a channel, with a rule in y that is as fine as Z_out asks for.
  ///
  /// Z_out log Z_out and the moments are analytic in y only between the zeros of Z_out, which lie near where y changes its
  /// dependence on z; how fine the rule must be is found at three overlaps.
  init(_ f: @escaping @Sendable (Double) -> Double, noise: Double, isEven: Bool) throws(GSLError) {
    self.f = f
    self.noise = noise
    self.isEven = isEven
    let marks = Self.marks(of: f)
    self.marks = marks
    let overlaps = [0.01, 0.3, 0.9]
    func points(_ width: Double) throws(GSLError) -> [OutputPoint] {
      let trial = QuadratureOutput(f, noise: noise, isEven: isEven, marks: marks, yPanel: width)
      var points: [OutputPoint] = []
      for q in overlaps { points.append(try trial.point(q, complement: 1 - q)) }
      return points
    }
    var width = 6.0
    var last = try points(width)
    var error = Double.infinity
    while width > 2 {
      let next = try points(width / 1.5)
      error = zip(last, next).reduce(0) { error, pair in
        let (a, b) = pair
        return max(
          error, abs(a.psi - b.psi) / max(1, abs(b.psi)), abs(a.g / b.g - 1), abs(a.slope - b.slope) / abs(b.slope))
      }
      if error < 5e-14 { break }
      width /= 1.5
      last = next
    }
    yPanel = width
    yError = error
  }

  private init(
    _ f: @escaping @Sendable (Double) -> Double, noise: Double, isEven: Bool, marks: [Double], yPanel: Double
  ) {
    self.f = f
    self.noise = noise
    self.isEven = isEven
    self.marks = marks
    self.yPanel = yPanel
    yError = 0
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
    let made = try BandedKernel(
      ChannelGrid(f, noise: noise, isEven: isEven, marks: marks, level: level), noise: noise, yPanel: yPanel)
    kernels.withLock { $0[level] = made }
    return made
  }

  func point(_ q: Double, complement v: Double) throws(GSLError) -> OutputPoint {
    let tiny = 1e-6
    if q == 0 { return try evaluate([(0, 1, 0)], 1) }
    if isEven, q < tiny {
      // w is lost beside z - w: between the limit and the first overlap that is fine, G/q is linear.
      var limit = try evaluate([(0, 1, 0)], 1)
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
    var nodes: [(w: Double, weight: Double, exponent: Double)] = []
    let range = min(Self.reach, 8.4 * root)
    for (a, b) in panels(from: isEven ? 0 : -range, to: range, root: root, spread: 1.25 * v.squareRoot()) {
      let half = 0.5 * (b - a)
      for (x, weight) in zip(rule.nodes, rule.weights) {
        let w = a + half * (1 + x)
        let exponent = 0.5 * w * w / q
        let density = Double.exp(-exponent) * 0.398_942_280_401_432_7 / root
        nodes.append((w, (isEven ? 2 : 1) * weight * half * density, exponent))
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
      let width = min(max(spread, 0.5 * distance), 2.9 * root, max(0.7, spread))
      var b = a + width
      // Coming towards a mark the panels shrink again.
      if let next = stops.first(where: { $0 > a + abs(a) * 1e-12 + 1e-13 }) {
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

  /// Exponent of the joint density of w, z and y beyond which nothing is summed: exp(-43) = 2e-19.
  private static let depth = 43.0

  private func evaluate(
    _ nodes: [(w: Double, weight: Double, exponent: Double)], _ v: Double
  ) throws(GSLError) -> OutputPoint {
    let kernel = try kernel(v)
    let spread = v.squareRoot()
    let norm = 0.398_942_280_401_432_7 / spread
    let count = kernel.y.count
    let sigma = noise.squareRoot()
    var sums = [SIMD4<Double>](repeating: .zero, count: count)
    var (psi, g, slope, curvature, size, mass) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for (w, weight, exponent) in nodes where exponent < Self.depth {
      let budget = 2 * (Self.depth - exponent)
      let reach = spread * budget.squareRoot()
      // Nodes z and -z share P(y|z) where f is even.
      let first = isEven && w < reach ? 0 : kernel.grid.index(of: w - reach)
      let last = kernel.grid.index(of: w + reach)
      guard first < last else { continue }
      var (low, high) = (count, 0)
      sums.withUnsafeMutableBufferPointer { sums in
        kernel.values.withUnsafeBufferPointer { p in
          for j in first..<last {
            let band = kernel.band[j]
            if band.isEmpty { continue }
            let d = (kernel.grid.z[j] - w) / spread
            let a = kernel.grid.weights[j] * norm * Double.exp(-0.5 * d * d)
            var moments = SIMD4(a, a * d, a * d * d, a * d * d * d)
            var nearest = d * d
            if isEven {
              let d = (-kernel.grid.z[j] - w) / spread
              if d * d < budget {
                let a = kernel.grid.weights[j] * norm * Double.exp(-0.5 * d * d)
                moments += SIMD4(a, a * d, a * d * d, a * d * d * d)
                nearest = min(nearest, d * d)
              }
            }
            guard nearest < budget else { continue }
            // The values of y near f(z) that are left of the budget.
            let distance = sigma * (budget - nearest).squareRoot()
            let image = kernel.grid.images[j]
            var (from, to) = (band.lowerBound, band.upperBound)
            while from < to, kernel.y[from] < image - distance { from += 1 }
            while from < to, kernel.y[to - 1] > image + distance { to -= 1 }
            guard from < to else { continue }
            if low >= high {
              (low, high) = (from, to)
              for i in from..<to { sums[i] = .zero }
            } else {
              if from < low {
                for i in from..<low { sums[i] = .zero }
                low = from
              }
              if to > high {
                for i in high..<to { sums[i] = .zero }
                high = to
              }
            }
            var k = kernel.offsets[j] + from - band.lowerBound
            for i in from..<to {
              sums[i] += p[k] * moments
              k += 1
            }
          }
        }
      }
      guard low < high else { continue }
      // Cumulants of x = (z - w)/sqrt V.
      var (t0, t1, t2, t3, t4, t5) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      for i in low..<high {
        let z = sums[i].x
        guard z > 1e-18 else { continue }
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
      psi: psi, g: g / v, slope: slope / (v * v), curvature: curvature / (v * v * v), unit: 2 * max(defect, yError))
    point.curvatureError = 64 * max(defect, yError) * size / (v * v * v)
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
  /// Values of f on each panel, and how far they change along a length that the law of z resolves.
  let spans: [(low: Double, high: Double, scale: Double)]

  /// The resolution that z - w of a variance needs: panels of width 2^-level, at most 5 standard deviations.
  static func level(variance v: Double) throws(GSLError) -> Int {
    let level = max(0, Int(Double.log2(0.2 / v.squareRoot()).rounded(.up)))
    guard level <= 9 else { throw .invalid("overlap too close to 1 for the quadrature of the channel") }
    return level
  }

  // Of an even f only the nodes z > 0 are wanted.
  init(_ f: (Double) -> Double, noise: Double, isEven: Bool, marks: [Double], level: Int) throws(GSLError) {
    let rule = try FixedRule.gaussLegendre(Self.order)
    let panel = Double.pow(2, -level)
    let sigma = noise.squareRoot()
    let reach = QuadratureOutput.reach
    var z: [Double] = []
    var weights: [Double] = []
    let decay = LegendreDecay(rule)
    var spans: [(low: Double, high: Double, scale: Double)] = []
    // For even f the other half is a mirror image.
    var a = isEven ? 0 : -reach
    let stops = marks.filter { abs($0) < reach } + [reach]
    while a < reach {
      let stop = stops.first { $0 > a + 1e-13 } ?? reach
      var width = min(panel, stop - a)
      // Short enough that f changes by 7 standard deviations of the noise at most, and graded towards a place at which it is
      // not analytic.
      while width > 1e-9 {
        let values = (0...4).map { f(a + width * (1e-9 + Double($0) / 4 * (1 - 2e-9))) }
        let change = (values.max() ?? 0) - (values.min() ?? 0)
        if change > 7 * sigma {
          width *= 0.7
          continue
        }
        if decay.error(f, from: a, to: a + width) <= 1e-16 * sigma { break }
        width *= width == stop - a ? 0.75 : 0.25
      }
      if stop - a - width < 1e-12 { width = stop - a }
      let half = 0.5 * width
      for (x, weight) in zip(rule.nodes, rule.weights) {
        z.append(a + half * (1 + x))
        weights.append(weight * half)
      }
      let values = (0...4).map { f(a + width * (1e-9 + Double($0) / 4 * (1 - 2e-9))) }
      let steps = zip(values, values.dropFirst()).map { abs($1 - $0) * 4 / width }
      let isAtMark = stops.contains { $0 < reach && ($0 == a || abs($0 - a - width) < 1e-12) } || a == 0
      spans.append((values.min() ?? 0, values.max() ?? 0, isAtMark ? 0 : 0.5 * panel * (steps.min() ?? 0)))
      a = width == stop - a ? stop : a + width
      guard z.count < 2_000_000 else { throw .invalid("the noise is too small for the quadrature of the channel") }
    }
    (self.z, self.weights, self.spans, images) = (z, weights, spans, z.map(f))
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
  /// Nodes of a panel in y.
  private static let panelOrder = 24

  init(_ grid: ChannelGrid, noise: Double, yPanel: Double) throws(GSLError) {
    let sigma = noise.squareRoot()
    let images = grid.images
    let lowest = (images.min() ?? 0) - 8.5 * sigma
    let highest = (images.max() ?? 0) + 8.5 * sigma
    let narrow = yPanel * sigma
    // Where the noise matters panels are narrow; elsewhere Z_out varies with y as the law of z does.
    let binWidth = 2 * sigma
    guard highest - lowest < 1e6 * binWidth else {
      throw .invalid("the noise is too small for the quadrature of the channel")
    }
    var scales = [Double](repeating: .infinity, count: Int((highest - lowest) / binWidth) + 1)
    for span in grid.spans {
      let from = Int((span.low - 8.5 * sigma - lowest) / binWidth)
      let to = Int((span.high + 8.5 * sigma - lowest) / binWidth)
      for bin in max(0, from)...min(scales.count - 1, to) { scales[bin] = min(scales[bin], span.scale * yPanel / 6) }
    }
    let yRule = try FixedRule.gaussLegendre(Self.panelOrder)
    var y: [Double] = []
    var yWeights: [Double] = []
    var start = lowest
    while start < highest {
      // As far as every scale on the way allows.
      var bin = Int((start - lowest) / binWidth)
      var scale = scales[bin]
      while bin + 1 < scales.count, lowest + Double(bin + 1) * binWidth - start < scale {
        bin += 1
        scale = min(scale, scales[bin])
      }
      let width = min(max(narrow, min(scale, lowest + Double(bin) * binWidth - start)), highest - start)
      for (x, weight) in zip(yRule.nodes, yRule.weights) {
        y.append(start + width * (0.5 + 0.5 * x))
        yWeights.append(0.5 * width * weight)
      }
      start = highest - start - width < 1e-9 * sigma ? highest : start + width
    }
    /// Number of nodes in y below a place.
    func below(_ place: Double) -> Int {
      var (a, b) = (0, y.count)
      while a < b {
        let middle = (a + b) / 2
        if y[middle] < place { a = middle + 1 } else { b = middle }
      }
      return a
    }
    var band: [Range<Int>] = []
    var offsets: [Int] = []
    var values: [Double] = []
    let norm = 0.398_942_280_401_432_7 / sigma
    for image in images {
      let (first, last) = (below(image - 8.5 * sigma), below(image + 8.5 * sigma))
      offsets.append(values.count)
      band.append(first..<last)
      for i in first..<last {
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

/// How well a Gauss-Legendre rule integrates a function over a panel, from the decay of its Legendre coefficients.
private struct LegendreDecay {
  private let rule: FixedRule
  /// Rows that give coefficients from values at the nodes: three in the middle, then the last three.
  private var rows: [Double] = []

  init(_ rule: FixedRule) {
    self.rule = rule
    let n = rule.nodes.count
    for degree in [n / 2 - 4, n / 2 - 3, n / 2 - 2, n - 3, n - 2, n - 1] {
      for (x, weight) in zip(rule.nodes, rule.weights) {
        var (previous, current) = (1.0, x)
        for k in 1..<degree {
          (previous, current) = (current, (Double(2 * k + 1) * x * current - Double(k) * previous) / Double(k + 1))
        }
        rows.append(0.5 * Double(2 * degree + 1) * weight * current)
      }
    }
  }

  /// The integral of the coefficients beyond the rule's degree, if they go on to fall by the same factor.
  ///
  /// Those of a function that is not analytic fall slower and slower: only 16 of the 20 degrees are counted on.
  func error(_ f: (Double) -> Double, from a: Double, to b: Double) -> Double {
    let (middle, half) = (0.5 * (a + b), 0.5 * (b - a))
    let n = rule.nodes.count
    var sums = [Double](repeating: 0, count: 6)
    var scale = 0.0
    for i in 0..<n {
      let value = f(middle + half * rule.nodes[i])
      scale = max(scale, abs(value))
      for row in 0..<6 { sums[row] += rows[row * n + i] * value }
    }
    let early = max(abs(sums[0]), abs(sums[1]), abs(sums[2]))
    let late = max(abs(sums[3]), abs(sums[4]), abs(sums[5]))
    if late <= 16 * .ulpOfOne * scale { return 0 }
    let ratio = min(1, late / early)
    return half * late * Double.pow(ratio, 16 / Double(n / 2 + 1))
  }
}
