// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics

/// Where pivots are taken: places y, negative and positive, with quadrature weights.
struct PivotGrid: Sendable {
  /// Places in increasing order.
  let places: [Double]
  /// Weights of integrals over y.
  let weights: [Double]
  /// Number of negative places, which come first.
  let negatives: Int
  /// Places from the outside of either end, and what their values contribute to value and slope at 1/|y| = 0.
  let extrapolation: [(offset: Int, value: Double, slope: Double)]

  /// Places on y > 0, or on both sides.
  ///
  /// - Parameters:
  ///   - reach: where the bulk of the pivots ends; the positive ones end there for minima.
  ///   - isTwoSided: whether negative pivots occur; their reciprocals have tails that reach beyond any bound.
  ///   - size: number of pivots, whose relative spread 1/sqrt(size/2) the tails must resolve.
  ///   - fineness: 1 for places 1.2 apart at most, more for closer ones.
  /// - Throws: `GSLError` where there is no memory for the nodes.
  init(reach: Double, isTwoSided: Bool, size: Int, fineness: Double) throws(GSLError) {
    // Densities are smooth in sqrt(y) at 0, and in 1/sqrt(y) at infinity.
    let inner = try FixedRule.gaussLegendre(Self.inner(reach, fineness))
    var half: [(y: Double, weight: Double)] = zip(inner.nodes, inner.weights).map { node, weight in
      let x = 0.5 * (1 + node)
      return (reach * x * x, reach * x * weight)
    }
    var extrapolation: [(offset: Int, value: Double, slope: Double)] = []
    if isTwoSided {
      let outer = try FixedRule.gaussLegendre(Self.outer(size, fineness))
      let seen = outer.nodes.map { 0.5 * (1 - $0) }
      // x is 1 at the seam and 0 at infinity.
      half += zip(seen, outer.weights).map { x, weight in (reach / (x * x), reach / (x * x * x) * weight) }
      var offsets: [Int] = []
      for i in 0..<8 {
        let wanted = 0.08 * (1 - Double.cos(.pi * (Double(i) + 0.5) / 8))
        let nearest = seen.indices.min { abs(seen[$0] * seen[$0] - wanted) < abs(seen[$1] * seen[$1] - wanted) } ?? 0
        let offset = seen.count - 1 - nearest
        if !offsets.contains(offset) { offsets.append(offset) }
      }
      let inverses = offsets.map { 1 / half[half.count - 1 - $0].y }
      for (i, offset) in offsets.enumerated() {
        var value = 1.0
        var slope = 0.0
        for (j, other) in inverses.enumerated() where j != i {
          value *= -other / (inverses[i] - other)
          slope -= 1 / other
        }
        extrapolation.append((offset, value, value * slope))
      }
    }
    self.extrapolation = extrapolation
    let mirrored = isTwoSided ? half.reversed().map { (y: -$0.y, weight: $0.weight) } : []
    places = mirrored.map(\.y) + half.map(\.y)
    weights = mirrored.map(\.weight) + half.map(\.weight)
    negatives = mirrored.count
  }

  private static func inner(_ reach: Double, _ fineness: Double) -> Int {
    Int((fineness * (24 + 2.6 * min(reach, 1e6))).rounded(.up))
  }

  private static func outer(_ size: Int, _ fineness: Double) -> Int {
    Int((fineness * (24 + 4.5 * Double(size).squareRoot())).rounded(.up))
  }

  /// The number of places of a grid.
  static func count(reach: Double, isTwoSided: Bool, size: Int, fineness: Double) -> Int {
    isTwoSided ? 2 * (inner(reach, fineness) + outer(size, fineness)) : inner(reach, fineness)
  }
}

/// What determinant and index of s - sqrt(N) (W + theta e e^T) are made of: the pivots of its tridiagonal form.
///
/// The pivots are y_1 = s - theta sqrt(N) - a_1 and y_{j+1} = s - a_{j+1} - g_j/y_j with a ~ N(0, 2), g_j ~ chi^2_{n-j};
/// |det| is the product of their moduli and the index the number of negative ones. Working from the last pivot to the
/// first leaves the spike for the end, so that one chain serves every theta.
///
/// Source: theory sheet *spherical landscapes*, section 6, route 2; Dumitriu and Edelman's tridiagonal form.
struct PivotChain: Sendable {
  private let grid: PivotGrid
  private let s: Double
  /// The weight times |y| times the mean of |y_2 to y_n| given y_1 = y with k of them negative, by k and place.
  ///
  /// Divided by exp(logScale).
  private let rows: [[Double]]
  private let logScale: Double
  /// nil: points of every index are counted together.
  private let index: Int?

  /// The chain of a matrix of `size` rows at s.
  ///
  /// - Parameters:
  ///   - n: number of pivots, at least 1.
  ///   - s: where the determinant is taken, in units of 1/sqrt(N) of the matrix W.
  ///   - index: the number of negative pivots; nil for any.
  ///   - grid: places of the pivots.
  ///   - tops: tables of the ratio at nu = (n-1)/2 and (n-2)/2; see ``ratioTables(size:)``.
  ///   - kernel: memory that is overwritten.
  init(size n: Int, s: Double, index: Int?, grid: PivotGrid, tops: [RatioTable], kernel: ChainKernel) {
    self.grid = grid
    self.s = s
    self.index = index
    let count = grid.places.count
    let moments = zip(grid.places, grid.weights).map { abs($0) * $1 }
    let kept = (index ?? 0) + 1
    var rows = [[Double]](repeating: [Double](repeating: 0, count: count), count: kept)
    for place in 0..<count { rows[0][place] = moments[place] }
    var logScale = 0.0
    kernel.fill(steps: n - 1, s: s, grid: grid, tops: tops)
    var next = rows
    for step in stride(from: 1, to: n, by: 1) {
      var largest = 0.0
      let ends = rows.map { row in
        grid.extrapolation.isEmpty
          ? (left: End(), right: End())
          : (left: grid.end(row, moments, left: true), right: grid.end(row, moments, left: false))
      }
      kernel.withRows(of: step) { block in
        for place in 0..<count {
          let line = block.baseAddress.map { $0 + place * count }
          guard let line else { continue }
          var lost = (first: 0.0, zeroth: 0.0)
          if !grid.extrapolation.isEmpty {
            let y = grid.places[place]
            let (below, above) = moments.withUnsafeBufferPointer {
              (dot(line, $0.baseAddress, 0, grid.negatives), dot(line, $0.baseAddress, grid.negatives, count))
            }
            let all = grid.weights.withUnsafeBufferPointer { dot(line, $0.baseAddress, 0, count) }
            lost = (Double(step) / abs(y) + (y > 0 ? above - below - s : below - above + s), 1 - all)
          }
          let isLeft = place >= grid.negatives
          for k in 0..<kept {
            var sum = 0.0
            if !grid.extrapolation.isEmpty {
              let source = index != nil && isLeft ? k - 1 : k
              if source >= 0 {
                let end = isLeft ? ends[source].left : ends[source].right
                sum += end.value * lost.first + end.slope * lost.zeroth
              }
            }
            if index == nil {
              sum += rows[0].withUnsafeBufferPointer { dot(line, $0.baseAddress, 0, count) }
            } else {
              if k > 0, grid.negatives > 0 {
                sum += rows[k - 1].withUnsafeBufferPointer { dot(line, $0.baseAddress, 0, grid.negatives) }
              }
              sum += rows[k].withUnsafeBufferPointer { dot(line, $0.baseAddress, grid.negatives, count) }
            }
            let value = sum * moments[place]
            next[k][place] = value
            largest = max(largest, value)
          }
        }
      }
      swap(&rows, &next)
      guard largest > 0, largest.isFinite else { continue }
      let scale = 1 / largest
      for k in 0..<kept { for place in 0..<count { rows[k][place] *= scale } }
      logScale += Double.log(largest)
    }
    self.rows = rows
    self.logScale = logScale
  }

  /// log E[|det|; index] for a spike of strength theta, `shift` being theta sqrt(N); -infinity if it underflows.
  func logMoment(shift: Double) -> Double {
    let centre = s - shift
    var sum = 0.0
    for (place, y) in grid.places.enumerated() {
      let u = y - centre
      let gauss = Double.exp(-0.25 * u * u)
      guard gauss > 0 else { continue }
      if index != nil, place < grid.negatives {
        if rows.count > 1 { sum += gauss * rows[rows.count - 2][place] }
      } else {
        sum += gauss * rows[rows.count - 1][place]
      }
    }
    return Double.log(sum / (4 * Double.pi).squareRoot()) + logScale
  }

  /// The tables that chains of a size need.
  static func ratioTables(size n: Int) -> [RatioTable] {
    n < 2 ? [] : [RatioTable(nu: 0.5 * Double(n - 1)), RatioTable(nu: 0.5 * Double(n - 2))]
  }
}

/// Value and slope, in 1/|y|, of a function at infinity.
struct End {
  var value = 0.0
  var slope = 0.0
}

extension PivotGrid {
  /// How row/moments behaves at minus or plus infinity.
  func end(_ row: [Double], _ moments: [Double], left: Bool) -> End {
    var end = End()
    for entry in extrapolation {
      let place = left ? entry.offset : row.count - 1 - entry.offset
      let value = row[place] / moments[place]
      end.value += entry.value * value
      end.slope += entry.slope * value
    }
    return end
  }
}

/// sum of a b over a range, in four lanes.
@inline(__always)
private func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>?, _ start: Int, _ end: Int) -> Double {
  guard let b else { return 0 }
  var (s0, s1) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
  var i = start
  while i + 8 <= end {
    let x0 = SIMD4(a[i], a[i + 1], a[i + 2], a[i + 3])
    let y0 = SIMD4(b[i], b[i + 1], b[i + 2], b[i + 3])
    let x1 = SIMD4(a[i + 4], a[i + 5], a[i + 6], a[i + 7])
    let y1 = SIMD4(b[i + 4], b[i + 5], b[i + 6], b[i + 7])
    s0 += x0 * y0
    s1 += x1 * y1
    i += 8
  }
  var sum = (s0 + s1).sum()
  while i < end {
    sum += a[i] * b[i]
    i += 1
  }
  return sum
}

/// Densities K_j(y'|y) of the next pivot s - a - g/y with a ~ N(0, 2), g ~ chi^2_j, for every step j.
///
/// With nu = j/2, u = s - y' and z = (|y| - sgn(y) u)/sqrt(2) this is (|y|/sqrt 2)^nu exp(-u^2/4) H_nu(z)/sqrt(4 pi).
final class ChainKernel {
  private var count = 0
  /// By step, row y and column y'.
  private var blocks: [Double] = []

  /// Computes the kernels of a chain, in the memory of the one before.
  func fill(steps: Int, s: Double, grid: PivotGrid, tops: [RatioTable]) {
    let count = grid.places.count
    self.count = count
    let needed = max(0, steps) * count * count
    if blocks.count < needed { blocks = [Double](repeating: 0, count: needed + needed / 8) }
    guard steps > 0 else { return }
    let norm = 1 / (4 * Double.pi).squareRoot()
    let root2 = 2.0.squareRoot()
    let area = count * count
    var ratios = [Double](repeating: 0, count: (steps + 1) * count)
    var start = [Double](repeating: 0, count: 4 * count)
    var arguments = [Double](repeating: 0, count: count)
    blocks.withUnsafeMutableBufferPointer { out in
      ratios.withUnsafeMutableBufferPointer { r in
        start.withUnsafeMutableBufferPointer { g in
          for row in 0..<count {
            let y = grid.places[row]
            let ay = abs(y)
            let sign = y < 0 ? -1.0 : 1.0
            let ay2 = ay * ay
            // z grows with y' for y > 0 and falls for y < 0: the columns with z > 0 are contiguous.
            var positive = 0
            for col in 0..<count {
              let zz = ay - sign * (s - grid.places[col])
              arguments[col] = zz * ay
              if zz > 0 { positive += 1 }
            }
            let descending = y > 0 ? (count - positive)..<count : 0..<positive
            for col in 0..<count {
              let u = s - grid.places[col]
              let z = (ay - sign * u) / root2
              let gauss = norm * Double.exp(-0.25 * u * u)
              let scaled = z < 0 ? norm * Double.exp(0.25 * ay * (ay - 2 * sign * u)) : gauss
              let half = ChainFunctions.half(z)
              let quarter = (ay / root2).squareRoot()
              g[col] = gauss
              g[count + col] = quarter * scaled * half.first
              if z > 0 {
                r[steps * count + col] = ay / root2 * tops[0](z)
                r[(steps - 1) * count + col] = ay / root2 * tops[1](z)
              } else {
                g[2 * count + col] = ay / root2 * scaled * ChainFunctions.one(z)
                g[3 * count + col] = quarter * ay / root2 * scaled * half.second
              }
            }
            // r[j] = g[j+2]/g[j], downwards.
            for j in stride(from: steps - 2, through: 0, by: -1) {
              let factor = Double(j + 2)
              for col in descending {
                r[j * count + col] = ay2 / (arguments[col] + factor * r[(j + 2) * count + col])
              }
            }
            for col in descending {
              g[2 * count + col] = g[col] * r[col]
              g[3 * count + col] = g[count + col] * r[count + col]
            }
            for j in 1...steps {
              let to = (j - 1) * area + row * count
              if j < 4 {
                for col in 0..<count { out[to + col] = g[j * count + col] }
                continue
              }
              let two = (j - 3) * area + row * count
              if j == 4 {
                for col in 0..<count {
                  out[to + col] =
                    descending.contains(col)
                    ? out[two + col] * r[2 * count + col]
                    : (ay2 * g[col] - arguments[col] * out[two + col]) * 0.5
                }
                continue
              }
              let four = (j - 5) * area + row * count
              let inverse = 1 / Double(j - 2)
              for col in 0..<descending.lowerBound {
                out[to + col] = (ay2 * out[four + col] - arguments[col] * out[two + col]) * inverse
              }
              for col in descending { out[to + col] = out[two + col] * r[(j - 2) * count + col] }
              for col in descending.upperBound..<count {
                out[to + col] = (ay2 * out[four + col] - arguments[col] * out[two + col]) * inverse
              }
            }
          }
        }
      }
    }
  }

  /// The kernel of a step, row after row.
  func withRows(of step: Int, _ body: (UnsafeBufferPointer<Double>) -> Void) {
    let area = count * count
    blocks.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[((step - 1) * area)..<(step * area)])) }
  }
}
