// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointNumerics

/// What the projections (z, w) of all samples are drawn from: first a law along the crest of the complexity, then M independent
/// pairs from it.
///
/// Independent pairs of the single most typical law would leave weights without a second moment: that grows with the square of
/// the fluctuations along the soft directions of the saddle point. Each law is interpolated linearly between the vertices of a
/// grid, so that its density is known exactly and continuous.
struct ProjectionMixture: Sendable {
  /// Cells along each axis.
  private static let cells = 280
  private static let side = cells + 1
  /// Numbers of pairs per draw, on the average, that come from the law of the data and from near the wall.
  ///
  /// They bound the weights of draws with single samples far from those of typical points; one of each costs no more than a
  /// factor e^2 of the draws.
  private static let strays = 1.0
  /// Share of draws all of whose pairs come from the law of the data: where few points are counted, or others than the saddle
  /// point tells, these find them as long as N is small.
  private static let plain = 0.1
  /// Density values are multiplied by this number, so that products of a few of them keep within the range of `Float`.
  private static let scale = 10.0

  /// How many pairs are drawn.
  private let count: Int
  /// Half axes of the grid.
  private let extent: (z: Double, w: Double)
  private let step: (z: Double, w: Double)
  /// Probability of each law.
  private let weights: [Double]
  /// Number of laws, and the same rounded up for the sake of vector instructions.
  private let lawCount: Int
  private let stride: Int
  /// Densities at the vertices; those of all laws at a vertex are neighbours.
  private let densities: [Float]
  /// Sums of the vertices' probabilities up to each; law by law.
  private let cumulative: [Double]
  /// Mean of d(l' w)/dw at each z.
  private let slope: [Double]

  /// The mixture for critical points at finite N.
  ///
  /// - Parameters:
  ///   - risk: gives the loss.
  ///   - m: overlap with the signal.
  ///   - laws: along the crest, not empty.
  ///   - size: N.
  ///   - count: number M of samples.
  init(_ risk: EmpiricalRisk, overlap m: Double, laws: [RiskProjectionLaw], size: Int, count: Int) {
    let n = Self.side
    let sine = ((1 - m) * (1 + m)).squareRoot()
    // At finite N a sample beyond the wall does not forbid a minimum: the edge of the bulk fluctuates by N^{-2/3}, which S feels
    // as N^{-1/3}.
    let softness = 0.8 / Double.root(Double(size), 3)
    func jet(_ z: Double, _ w: Double) -> Jet { risk.loss.jet(label: risk.label(m * z + sine * w), prediction: z) }
    func logDensity(_ law: RiskProjectionLaw, _ z: Double, _ w: Double) -> Double {
      let jet = jet(z, w)
      let log = law.logDensity(z: z, w: w, first: jet.first, second: jet.second, softness: softness)
      return log.isFinite ? log : -.infinity
    }
    let extent = Self.extent([laws[0], laws[laws.count / 2], laws[laws.count - 1]], logDensity)
    let step = (z: 2 * extent.z / Double(Self.cells), w: 2 * extent.w / Double(Self.cells))
    let total = laws.reduce(0) { $0 + Double.exp(Double(size) * $1.relativeComplexity) }
    // A little of all, so that none is out of reach; last comes the law of the data.
    let weights =
      laws.map {
        (1 - Self.plain)
          * (0.95 * Double.exp(Double(size) * $0.relativeComplexity) / total + 0.05 / Double(laws.count))
      } + [Self.plain]
    let lawCount = weights.count
    let stride = (lawCount + 7) / 8 * 8
    var jets = [Jet](repeating: Jet(0), count: n * n)
    var gaussian = [Double](repeating: 0, count: n * n)
    func z(_ i: Int) -> Double { -extent.z + step.z * Double(i) }
    func w(_ j: Int) -> Double { -extent.w + step.w * Double(j) }
    // The density vanishes at the rim.
    for i in 1..<(n - 1) {
      for j in 1..<(n - 1) {
        jets[i * n + j] = jet(z(i), w(j))
        gaussian[i * n + j] = -0.5 * (z(i) * z(i) + w(j) * w(j))
      }
    }
    func normalised(_ log: (Int, Double, Double) -> Double) -> [Double] {
      var values = [Double](repeating: -.infinity, count: n * n)
      for i in 1..<(n - 1) {
        for j in 1..<(n - 1) { values[i * n + j] = log(i * n + j, z(i), w(j)) }
      }
      let top = values.reduce(-.infinity) { max($0, $1.isFinite ? $1 : -.infinity) }
      for k in values.indices { values[k] = values[k].isFinite ? Double.exp(values[k] - top) : 0 }
      let sum = values.reduce(0, +)
      return sum > 0 ? values.map { $0 / sum } : values
    }
    let data = normalised { k, _, _ in gaussian[k] }
    let stray = min(0.25, Self.strays / Double(count))
    var densities = [Float](repeating: 0, count: n * n * stride)
    var cumulative = [Double](repeating: 0, count: n * n * lawCount)
    var mean = [Double](repeating: 0, count: n * n)
    func record(_ number: Int, _ probability: (Int) -> Double) {
      var sum = 0.0
      for k in 0..<(n * n) {
        let own = probability(k)
        densities[k * stride + number] = Float(Self.scale * own / (step.z * step.w))
        sum += own
        cumulative[number * n * n + k] = sum
        mean[k] += weights[number] * own
      }
      for k in 0..<(n * n) { cumulative[number * n * n + k] /= sum }
    }
    for (number, law) in laws.enumerated() {
      let typical = normalised { k, z, w in
        law.logDensity(z: z, w: w, first: jets[k].first, second: jets[k].second, softness: softness)
      }
      guard law.isOfMinima else {
        record(number) { k in (1 - stray) * typical[k] + stray * data[k] }
        continue
      }
      let wall = normalised { k, z, w in
        law.logDensityAtWall(z: z, w: w, first: jets[k].first, second: jets[k].second, softness: softness)
      }
      record(number) { k in (1 - 2 * stray) * typical[k] + stray * (data[k] + wall[k]) }
    }
    record(lawCount - 1) { data[$0] }
    slope = (0..<n).map { i in
      var (mass, moment) = (0.0, 0.0)
      for j in 1..<(n - 1) where mean[i * n + j] > 0 {
        let (above, below) = (w(j) + 1e-4, w(j) - 1e-4)
        let change = above * jet(z(i), above).first - below * jet(z(i), below).first
        mass += mean[i * n + j]
        moment += mean[i * n + j] * change / 2e-4
      }
      return mass > 0 ? moment / mass : 0
    }
    self.count = count
    self.extent = extent
    self.step = step
    self.weights = weights
    self.lawCount = lawCount
    self.stride = stride
    self.densities = densities
    self.cumulative = cumulative
  }

  /// Half axes beyond which the laws are negligible.
  private static func extent(
    _ laws: [RiskProjectionLaw], _ logDensity: (RiskProjectionLaw, Double, Double) -> Double
  ) -> (z: Double, w: Double) {
    let (far, n) = (40.0, 80)
    var extent = (z: 5.0, w: 5.0)
    for law in laws {
      var logs: [(z: Double, w: Double, log: Double)] = []
      for i in -n...n {
        for j in -n...n {
          let (z, w) = (far * Double(i) / Double(n), far * Double(j) / Double(n))
          logs.append((abs(z), abs(w), logDensity(law, z, w)))
        }
      }
      let top = logs.reduce(-.infinity) { max($0, $1.log) }
      for place in logs where place.log > top - 16 {
        extent.z = max(extent.z, place.z + 0.5)
        extent.w = max(extent.w, place.w + 0.5)
      }
    }
    return extent
  }

  /// Mean of d(l' w)/dw at a place; 0 outside of the grid.
  func slope(z: Double) -> Double {
    let i = ((z + extent.z) / step.z).rounded()
    return i >= 0 && i <= Double(Self.cells) ? slope[Int(i)] : 0
  }

  /// Draws all pairs.
  func draw(_ z: inout [Double], _ w: inout [Double], _ random: inout RandomStream) {
    var (law, rest) = (0, random.uniform())
    while law + 1 < lawCount, rest > weights[law] {
      rest -= weights[law]
      law += 1
    }
    let n = Self.side
    for j in 0..<count {
      let u = random.uniform()
      var (low, high) = (law * n * n, (law + 1) * n * n - 1)
      while low < high {
        let middle = (low + high) / 2
        if cumulative[middle] < u { low = middle + 1 } else { high = middle }
      }
      let vertex = low - law * n * n
      // Sums of two uniform numbers have the density that interpolates linearly.
      z[j] = -extent.z + step.z * (Double(vertex / n) + random.uniform() + random.uniform() - 1)
      w[j] = -extent.w + step.w * (Double(vertex % n) + random.uniform() + random.uniform() - 1)
    }
  }

  /// Logarithms of the density of all pairs with w shifted along a direction.
  ///
  /// - Parameters:
  ///   - z: projections on the point.
  ///   - w: projections on the signal's direction.
  ///   - direction: of the shift.
  ///   - lengths: how far w is shifted.
  ///   - logs: is filled with the logarithms for the lengths; -infinity outside of the grid.
  ///   - products: scratch space, enlarged as needed.
  func fillLogDensities(
    _ z: [Double], _ w: [Double], along direction: [Double], at lengths: [Double], _ logs: inout [Double],
    _ products: inout [Float]
  ) {
    let places = lengths.count
    if products.count < places * stride { products = [Float](repeating: 0, count: places * stride) }
    let (stride, lawCount, last, side) = (stride, lawCount, Double(Self.cells), Self.side)
    for t in 0..<places { logs[t] = -Double(count) * Double.log(Self.scale) }
    products.withUnsafeMutableBufferPointer { products in
      densities.withUnsafeBufferPointer { densities in
        logs.withUnsafeMutableBufferPointer { logs in
          for k in 0..<(places * stride) { products[k] = k % stride < lawCount ? 1 : 0 }
          for j in 0..<count {
            let x = (z[j] + extent.z) / step.z
            let row = x >= 0 && x < last ? Int(x) : -1
            let a = Float(x - Double(row))
            // All places of a pair at once: its neighbourhood in the table stays near at hand.
            for t in 0..<places where logs[t] > -.infinity {
              let y = (w[j] + lengths[t] * direction[j] + extent.w) / step.w
              guard row >= 0, y >= 0, y < last else {
                logs[t] = -.infinity
                continue
              }
              let column = Int(y)
              let b = Float(y - Double(column))
              let (c00, c01, c10, c11) = ((1 - a) * (1 - b), (1 - a) * b, a * (1 - b), a * b)
              let first = (row * side + column) * stride
              let second = first + side * stride
              let own = t * stride
              for k in 0..<stride {
                products[own + k] *=
                  c00 * densities[first + k] + c01 * densities[first + stride + k] + c10 * densities[second + k]
                  + c11 * densities[second + stride + k]
              }
              guard j % 4 == 3 else { continue }
              var top: Float = 0
              for k in 0..<lawCount { top = max(top, products[own + k]) }
              logs[t] = top > 0 ? logs[t] + Double.log(Double(top)) : -.infinity
              let factor = 1 / top
              for k in 0..<stride { products[own + k] *= factor }
            }
          }
          for t in 0..<places where logs[t] > -.infinity {
            var sum = 0.0
            for k in 0..<lawCount { sum += weights[k] * Double(products[t * stride + k]) }
            logs[t] += Double.log(sum)
          }
        }
      }
    }
  }
}
