// SPDX-License-Identifier: GPL-3.0-or-later

public import KacRice
public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

/// The mean number of critical points of an empirical risk at finite N, by importance sampling of the Kac-Rice formula.
public struct RiskNumberDensity: Sendable, Hashable {
  /// log of the mean number of critical points per unit of overlap; its error is ``standardError``, which is statistical.
  public let logDensity: Estimate
  /// Standard error of the logarithm.
  public let standardError: Double
  /// (sum of weights)^2 / sum of squared weights: how many samples carry the mean.
  public let effectiveSamples: Double
}

extension EmpiricalRisk {
  /// The number of samples M = alpha N.
  ///
  /// - Parameter size: N.
  /// - Returns: M.
  /// - Throws: `DomainError` unless it is a whole number above N.
  func sampleCount(size: Int) throws(DomainError) -> Int {
    let count = (alpha * Double(size)).rounded()
    guard abs(count - alpha * Double(size)) < 1e-9 * count, count > Double(size), count <= 1e6 else {
      throw DomainError(.alpha, alpha, allowed: "alpha > 1 with a whole number alpha * size of samples")
    }
    guard noise == 0 else { throw DomainError(.noise, noise, allowed: "noise = 0 at finite size") }
    return Int(count)
  }

  /// Refuses what has no meaning at finite N.
  static func checkFinite(_ points: RiskPoints) throws(DomainError) {
    guard points != .strictMinima else {
      throw DomainError("points", points.rawValue, allowed: "all or minima: at finite size every minimum is strict")
    }
  }

  /// The mean number of critical points at finite N per unit of overlap: the exact Kac-Rice formula, averaged over draws.
  ///
  /// Data are drawn near the law that they have at typical counted points, so that fluctuations of the weight stay O(1); the
  /// delta function of the gradient along the signal is integrated along a line through each draw, without smoothing.
  ///
  /// - Parameters:
  ///   - points: all, or the minima (every eigenvalue of the Hessian positive).
  ///   - size: N, from 2 to 16, beyond which the weights have too heavy tails; alpha N must be a whole number.
  ///   - overlap: m in (-1, 1).
  ///   - samples: number of independent draws, at least 2.
  ///   - seed: everything random follows from it; draw i is the same whatever the number of threads.
  /// - Returns: the logarithm with its standard error; `approximate` where fewer than 30 draws carry it. The points x = +-x* of
  ///   data without noise are not counted.
  /// - Throws: `DomainError` for arguments out of range, or noisy labels.
  /// - Complexity: a fraction of a millisecond a draw.
  ///
  /// Source: theory sheet *glm landscapes*, section 2.
  public func exactNumberDensity(
    of points: RiskPoints = .all, size: Int, overlap: Double, samples: Int, seed: UInt64
  ) throws(DomainError) -> RiskNumberDensity {
    guard size >= 2, size <= 16 else { throw DomainError(.size, Double(size), allowed: "integer 2 <= size <= 16") }
    guard samples >= 2 else { throw DomainError("samples", Double(samples), allowed: "samples >= 2") }
    guard abs(overlap) < 1 else { throw DomainError(.overlap, overlap, allowed: "-1 < overlap < 1") }
    try Self.checkFinite(points)
    let count = try sampleCount(size: size)
    let table = try projectionDensity(of: points, overlap: overlap)
      .map { ProjectionTable(self, overlap: overlap, density: $0) }
    return numberDensity(of: points, size: size, count: count, samples: samples, seed: seed, table: table) { _, _ in
      overlap
    }
  }

  /// The mean over draws at overlaps that may differ.
  func numberDensity(
    of points: RiskPoints, size: Int, count: Int, samples: Int, seed: UInt64, table: ProjectionTable?,
    overlap: @Sendable (Int, inout RandomStream) -> Double
  ) -> RiskNumberDensity {
    let logs = parallelMap(
      samples, chunk: 8, state: { KacRiceDraw(self, size: size, count: count, points: points, table: table) },
      { draw, i in
        var random = RandomStream(seed: seed, stream: UInt64(i))
        let m = overlap(i, &random)
        return draw.logWeight(overlap: m, random: &random)
      })
    let top = logs.max() ?? -.infinity
    guard top > -.infinity else {
      return RiskNumberDensity(
        logDensity: .notConverged("no draw has such a point"), standardError: .infinity, effectiveSamples: 0)
    }
    let weights = logs.map { Double.exp($0 - top) }
    let statistics = Statistics(weights)
    let (sum, squares) = (weights.reduce(0, +), weights.reduce(0) { $0 + $1 * $1 })
    let effective = sum * sum / squares
    let error = statistics.standardError / statistics.mean
    let value = top + Double.log(statistics.mean)
    return RiskNumberDensity(
      logDensity: effective < 30
        ? .approximate(value, error: error, reason: "only \(Int(effective)) draws carry the mean")
        : .converged(value, error: error),
      standardError: error, effectiveSamples: effective)
  }
}

/// The law of the projections (z, w) at typical points in cells of constant density, to draw from.
struct ProjectionTable: Sendable {
  private static let extent = 7.0
  private static let cells = 280
  private static var width: Double { 2 * extent / Double(cells) }
  /// Sums of the cells' probabilities up to each, row by row in z.
  private let cumulative: [Double]
  /// Mean of d(l' w)/dw at each z.
  private let slope: [Double]

  /// The table of a density of (z*, z).
  init(_ risk: EmpiricalRisk, overlap m: Double, density: (Double, Double) -> Double) {
    let n = Self.cells
    let sine = ((1 - m) * (1 + m)).squareRoot()
    var cumulative = [Double](repeating: 0, count: n * n)
    var slope = [Double](repeating: 0, count: n)
    var total = 0.0
    for i in 0..<n {
      let z = Self.centre(i)
      var (mass, moment) = (0.0, 0.0)
      for j in 0..<n {
        let w = Self.centre(j)
        let value = density(m * z + sine * w, z)
        let probability = value.isFinite ? value : 0
        total += probability
        cumulative[i * n + j] = total
        if probability > 0 {
          let force = { (w: Double) in w * risk.loss.jet(label: risk.label(m * z + sine * w), prediction: z).first }
          mass += probability
          moment += probability * (force(w + 1e-4) - force(w - 1e-4)) / 2e-4
        }
      }
      slope[i] = mass > 0 ? moment / mass : 0
    }
    self.cumulative = cumulative.map { $0 / total }
    self.slope = slope
  }

  private static func centre(_ i: Int) -> Double { -extent + width * (Double(i) + 0.5) }

  private func cell(_ x: Double) -> Int? {
    let i = ((x + Self.extent) / Self.width).rounded(.down)
    return i >= 0 && i < Double(Self.cells) ? Int(i) : nil
  }

  /// The density at a place.
  func density(z: Double, w: Double) -> Double {
    guard let i = cell(z), let j = cell(w) else { return 0 }
    let k = i * Self.cells + j
    return (cumulative[k] - (k > 0 ? cumulative[k - 1] : 0)) / (Self.width * Self.width)
  }

  /// Mean of d(l' w)/dw at a place; 0 outside of the table.
  func slope(z: Double) -> Double { cell(z).map { slope[$0] } ?? 0 }

  /// A draw.
  func draw(_ random: inout RandomStream) -> (z: Double, w: Double) {
    let u = random.uniform()
    var (low, high) = (0, cumulative.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] < u { low = middle + 1 } else { high = middle }
    }
    return (
      Self.centre(low / Self.cells) + Self.width * (random.uniform() - 0.5),
      Self.centre(low % Self.cells) + Self.width * (random.uniform() - 0.5)
    )
  }
}

/// One term of the Kac-Rice average: data, the places of zero gradient on a line through them, the determinant of a Hessian.
struct KacRiceDraw {
  private let risk: EmpiricalRisk
  private let size: Int
  private let count: Int
  private let minimaOnly: Bool
  private let table: ProjectionTable?
  /// Random part of the direction, which keeps places where the line touches the surface of zero gradient harmless.
  private static let spread = 0.5
  /// The line is followed so far on both sides, in standard deviations of the data along it.
  private static let reach = 5.0
  private var z: [Double]
  private var w: [Double]
  private var y: [Double]
  private var shifted: [Double]
  private var guide: [Double]
  private var direction: [Double]
  private var value: [Double]
  private var first: [Double]
  private var second: [Double]
  private var gradient: [Double]
  private var directions: [Double]

  init(_ risk: EmpiricalRisk, size: Int, count: Int, points: RiskPoints, table: ProjectionTable?) {
    self.risk = risk
    self.size = size
    self.count = count
    self.table = table
    minimaOnly = points == .minima
    let zeros = [Double](repeating: 0, count: count)
    (z, w, y, shifted, guide, direction) = (zeros, zeros, zeros, zeros, zeros, zeros)
    (value, first, second, gradient) = (zeros, zeros, zeros, zeros)
    directions = [Double](repeating: 0, count: (size - 1) * count)
  }

  /// Fills l, l' and l'' at w + tau v, which is left in `shifted`, and returns the sum of l' w.
  private mutating func force(_ m: Double, _ sine: Double, at tau: Double) -> Double {
    for j in 0..<count {
      shifted[j] = w[j] + tau * direction[j]
      y[j] = risk.label(m * z[j] + sine * shifted[j])
    }
    risk.loss.evaluate(count, y, z, &value, &first, &second)
    var sum = 0.0
    for j in 0..<count { sum += first[j] * shifted[j] }
    return sum
  }

  /// Fills the gradient of the sum of l' w in w at the place left by the last call of `force`.
  private mutating func fillGradient(_ m: Double, _ sine: Double) {
    let step = 1e-5
    for j in 0..<count { y[j] = risk.label(m * z[j] + sine * (shifted[j] + step)) }
    risk.loss.evaluate(count, y, z, &value, &first, &second)
    for j in 0..<count { gradient[j] = first[j] * (shifted[j] + step) }
    for j in 0..<count { y[j] = risk.label(m * z[j] + sine * (shifted[j] - step)) }
    risk.loss.evaluate(count, y, z, &value, &first, &second)
    for j in 0..<count { gradient[j] = (gradient[j] - first[j] * (shifted[j] - step)) / (2 * step) }
  }

  /// The logarithm of a draw's contribution to the number per unit of overlap; -infinity where it has no such point.
  mutating func logWeight(overlap m: Double, random: inout RandomStream) -> Double {
    let sine = ((1 - m) * (1 + m)).squareRoot()
    // Some draws come from the law of the data, which bounds the weights.
    let share = table == nil ? 1 : min(0.5, 4 / Double(count))
    for j in 0..<count {
      if let table, random.uniform() > share {
        (z[j], w[j]) = table.draw(&random)
      } else {
        (z[j], w[j]) = (random.normal(), random.normal())
      }
    }
    // The direction of the line leans towards that of the gradient, as far as the z_j tell.
    var squares = 0.0
    for j in 0..<count {
      guide[j] = table?.slope(z: z[j]) ?? gaussianSlope(m, sine, z[j])
      squares += guide[j] * guide[j]
    }
    let scale = (squares / Double(count)).squareRoot() + 1e-300
    let root = Double(count).squareRoot()
    for j in 0..<count {
      guide[j] /= 0.5 * (scale + abs(guide[j])) * root
      direction[j] = guide[j] + Self.spread / root * random.normal()
    }
    let steps = 80
    func place(_ i: Int) -> Double { Self.reach * (2 * Double(i) / Double(steps) - 1) }
    var logProposal: Double?
    var sum = 0.0
    var top = -Double.infinity
    var before = force(m, sine, at: place(0))
    for i in 1...steps {
      let now = force(m, sine, at: place(i))
      defer { before = now }
      guard (now < 0) != (before < 0) else { continue }
      let tau = crossing(m, sine, from: place(i - 1), before, to: place(i), now)
      let known = logProposal ?? logDensityOfLine(m, share: share)
      logProposal = known
      let log = logTerm(m, sine, at: tau, random: &random) - known
      guard log > -.infinity else { continue }
      if log > top {
        sum = sum * Double.exp(top - log) + 1
        top = log
      } else {
        sum += Double.exp(log - top)
      }
    }
    return sum > 0 ? top + Double.log(sum) : -.infinity
  }

  /// The logarithm of the density with which lines are drawn: that of the draws, integrated along the line.
  private func logDensityOfLine(_ m: Double, share: Double) -> Double {
    func density(_ j: Int, _ w: Double) -> Double {
      let gaussian = Double.exp(-0.5 * (z[j] * z[j] + w * w)) / (2 * .pi)
      return share * gaussian + (1 - share) * (table?.density(z: z[j], w: w) ?? 0)
    }
    var (log, integral) = (0.0, 0.0)
    let own = (0..<count).map { density($0, w[$0]) }
    for value in own { log += Double.log(value) }
    // The density of the table jumps between cells, so that the sum is finer there.
    let steps = table == nil ? 80 : 240
    for i in 0...steps {
      let tau = Self.reach * (2 * Double(i) / Double(steps) - 1)
      var ratio = 1.0
      for j in 0..<count { ratio *= density(j, w[j] + tau * direction[j]) / own[j] }
      integral += ratio
    }
    return log + Double.log(integral * 2 * Self.reach / Double(steps))
  }

  /// Mean of d(l' w)/dw at z under the law of the data; any rough value serves.
  private func gaussianSlope(_ m: Double, _ sine: Double, _ z: Double) -> Double {
    var (total, sum) = (0.0, 0.0)
    for k in 0..<16 {
      let w = 0.5 * (Double(k) - 7.5)
      let weight = Double.exp(-0.5 * w * w)
      total += weight
      sum += weight * w * w * risk.loss.jet(label: risk.label(m * z + sine * w), prediction: z).first
    }
    return sum / total
  }

  /// A zero of the force between two places of opposite signs.
  private mutating func crossing(
    _ m: Double, _ sine: Double, from a: Double, _ fa: Double, to b: Double, _ fb: Double
  ) -> Double {
    var (a, fa, b, fb) = (a, fa, b, fb)
    // The method of regula falsi, with the stale end halved.
    var side = 0
    for _ in 0..<60 {
      let c = (fa * b - fb * a) / (fa - fb)
      let fc = force(m, sine, at: c)
      if fc == 0 || abs(b - a) < 1e-13 { return c }
      if (fc < 0) == (fb < 0) {
        (b, fb) = (c, fc)
        if side == -1 { fa *= 0.5 }
        side = -1
      } else {
        (a, fa) = (c, fc)
        if side == 1 { fb *= 0.5 }
        side = 1
      }
      if abs(fc) < 1e-12 * (1 + abs(fa) + abs(fb)) { return c }
    }
    return 0.5 * (a + b)
  }

  /// Everything of the formula but the density of the line, at a place of zero force.
  private mutating func logTerm(
    _ m: Double, _ sine: Double, at tau: Double, random: inout RandomStream
  ) -> Double {
    let n = Double(size)
    _ = force(m, sine, at: tau)
    fillGradient(m, sine)
    // The line's share among all directions that might have been drawn.
    var (along, guided, squares) = (0.0, 0.0, 0.0)
    for j in 0..<count {
      along += direction[j] * gradient[j]
      guided += guide[j] * gradient[j]
      squares += gradient[j] * gradient[j]
    }
    let share = abs(along) / (guided * guided + Self.spread * Self.spread / Double(count) * squares)
    _ = force(m, sine, at: tau)
    var (data, forces, radial) = (0.0, 0.0, 0.0)
    for j in 0..<count {
      data -= 0.5 * (z[j] * z[j] + shifted[j] * shifted[j]) + Double.log(2 * .pi)
      forces += first[j] * first[j]
      radial += z[j] * first[j] / n
    }
    // Rows: w, then N - 2 normal directions orthogonal to the l'.
    for j in 0..<count { directions[j] = shifted[j] }
    for row in 1..<max(1, size - 1) {
      var product = 0.0
      for j in 0..<count {
        directions[row * count + j] = random.normal()
        product += directions[row * count + j] * first[j]
      }
      for j in 0..<count { directions[row * count + j] -= product * first[j] / forces }
    }
    var hessian = Matrix(rows: size - 1, columns: size - 1)
    for a in 0..<(size - 1) {
      for j in 0..<count { gradient[j] = second[j] * directions[a * count + j] / n }
      for b in 0...a {
        var entry = a == b ? -radial : 0
        for j in 0..<count { entry += gradient[j] * directions[b * count + j] }
        hessian[a, b] = entry
        hessian[b, a] = entry
      }
    }
    guard let values = try? SymmetricEigensystem(hessian).values, !minimaOnly || values.allSatisfy({ $0 > 0 }) else {
      return -.infinity
    }
    let determinant = values.reduce(0) { $0 + Double.log(abs($1)) }
    let volume =
      Double.log(2) + 0.5 * (n - 1) * Double.log(.pi) - Double.logGamma(0.5 * (n - 1)) + 0.5 * (n - 1) * Double.log(n)
      + 0.5 * (n - 3) * 2 * Double.log(sine)
    return volume + 0.5 * Double.log(n) + Double.log(share) + data
      - 0.5 * (n - 2) * Double.log(2 * .pi * forces / n) + determinant
  }
}
