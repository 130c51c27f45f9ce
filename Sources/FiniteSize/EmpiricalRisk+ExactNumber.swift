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
  /// Shape k of the generalised Pareto law fitted to the largest weights, whose moments exist up to order 1/k; nil for fewer
  /// than 100 draws.
  ///
  /// Source: arXiv:1507.02646, where estimates are found trustworthy up to k = 0.7.
  public let tailIndex: Double?
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
  /// The projections of the data are drawn from a mixture of laws along the flattest direction of the saddle point of the
  /// complexity, in which the number of points fluctuates over orders of magnitude between draws otherwise; the delta function
  /// of the gradient along the signal is integrated along a line through each draw, without smoothing; the determinant is
  /// averaged over a few draws of the data in the other directions.
  ///
  /// - Parameters:
  ///   - points: all, or the minima (every eigenvalue of the Hessian positive).
  ///   - size: N, from 2 to 64; alpha N must be a whole number.
  ///   - overlap: m in (-1, 1).
  ///   - samples: number of independent draws, at least 2; one to ten in a hundred carry the mean.
  ///   - seed: everything random follows from it; draw i is the same whatever the number of threads.
  /// - Returns: the logarithm with its standard error; `approximate` where that cannot be trusted: fewer than 30 draws carry the
  ///   mean, the largest weights have too heavy a tail, or both halves of the draws disagree. The points x = +-x* of data
  ///   without noise are not counted.
  /// - Throws: `DomainError` for arguments out of range, or noisy labels.
  /// - Complexity: half a second of preparation; O(alpha N^3) a draw, 0.1 ms at N = 8 and a few at N = 64 (alpha = 4).
  ///
  /// Source: theory sheet *glm landscapes*, section 2.
  public func exactNumberDensity(
    of points: RiskPoints = .all, size: Int, overlap: Double, samples: Int, seed: UInt64
  ) throws(DomainError) -> RiskNumberDensity {
    guard size >= 2, size <= 64 else { throw DomainError(.size, Double(size), allowed: "integer 2 <= size <= 64") }
    guard samples >= 2 else { throw DomainError("samples", Double(samples), allowed: "samples >= 2") }
    guard abs(overlap) < 1 else { throw DomainError(.overlap, overlap, allowed: "-1 < overlap < 1") }
    try Self.checkFinite(points)
    let count = try sampleCount(size: size)
    // One and a half standard deviations of what conjugates a over the samples of one law.
    let laws = try projectionLaws(
      of: points, overlap: overlap, spacing: 1.5 / Double(size).squareRoot(), depth: 9 / Double(size))
    let mixture =
      laws.isEmpty ? nil : ProjectionMixture(self, overlap: overlap, laws: laws, size: size, count: count)
    return numberDensity(of: points, size: size, count: count, samples: samples, seed: seed, mixture: mixture) { _, _ in
      overlap
    }
  }

  /// The mean over draws at overlaps that may differ.
  func numberDensity(
    of points: RiskPoints, size: Int, count: Int, samples: Int, seed: UInt64, mixture: ProjectionMixture?,
    overlap: @Sendable (Int, inout RandomStream) -> Double
  ) -> RiskNumberDensity {
    let logs = parallelMap(
      samples, chunk: 8, state: { KacRiceDraw(self, size: size, count: count, points: points, mixture: mixture) },
      { draw, i in
        var random = RandomStream(seed: seed, stream: UInt64(i))
        let m = overlap(i, &random)
        return draw.logWeight(overlap: m, random: &random)
      })
    return RiskNumberDensity(logWeights: logs)
  }
}

extension RiskNumberDensity {
  /// The mean of weights whose logarithms are given.
  init(logWeights logs: [Double]) {
    let top = logs.max() ?? -.infinity
    guard top > -.infinity else {
      self.init(
        logDensity: .notConverged("no draw has such a point"), standardError: .infinity, effectiveSamples: 0,
        tailIndex: nil)
      return
    }
    let weights = logs.map { Double.exp($0 - top) }
    let statistics = Statistics(weights)
    let (sum, squares) = (weights.reduce(0, +), weights.reduce(0) { $0 + $1 * $1 })
    let effective = sum * sum / squares
    let error = statistics.standardError / statistics.mean
    let value = top + Double.log(statistics.mean)
    let tailIndex = Self.tailIndex(weights)
    let halves = (Statistics(Array(weights[..<(logs.count / 2)])), Statistics(Array(weights[(logs.count / 2)...])))
    let distance = abs(halves.0.mean - halves.1.mean)
    let reason: String? =
      if effective < 30 {
        "only \(Int(effective)) draws carry the mean"
      } else if let tailIndex, tailIndex > 0.7 {
        "the largest weights have too heavy a tail (index \(plain((tailIndex * 100).rounded() / 100)))"
      } else if distance * distance
        > 16
        * (halves.0.standardError * halves.0.standardError + halves.1.standardError * halves.1.standardError)
      {
        "both halves of the draws disagree"
      } else { nil }
    self.init(
      logDensity: reason.map { .approximate(value, error: error, reason: $0) } ?? .converged(value, error: error),
      standardError: error, effectiveSamples: effective, tailIndex: tailIndex)
  }

  /// The shape of the generalised Pareto law of the 3 sqrt(n) largest of n weights, by the method of Zhang and Stephens.
  ///
  /// Source: Technometrics 51 (2009) 316, as used in arXiv:1507.02646.
  package static func tailIndex(_ weights: [Double]) -> Double? {
    guard weights.count >= 100 else { return nil }
    let n = min(weights.count / 5, Int(3 * Double(weights.count).squareRoot()))
    let sorted = weights.sorted(by: >)
    let x = sorted[..<n].map { $0 - sorted[n] }.reversed().filter { $0 > 0 }
    guard x.count >= 5, let largest = x.last else { return nil }
    let count = Double(x.count)
    let quartile = x[Int(count / 4 + 0.5) - 1]
    let grid = 30 + Int(count.squareRoot())
    let rates = (1...grid).map {
      1 / largest + (1 - (Double(grid) / (Double($0) - 0.5)).squareRoot()) / (3 * quartile)
    }
    func shape(_ rate: Double) -> Double { x.reduce(0) { $0 + Double.log(onePlus: -rate * $1) } / count }
    let logs = rates.map { rate in
      let k = shape(rate)
      return count * (Double.log(-rate / k) - k - 1)
    }
    let top = logs.reduce(-.infinity) { max($0, $1) }
    let likelihoods = logs.map { Double.exp($0 - top) }
    let mean = zip(likelihoods, rates).reduce(0) { $0 + $1.0 * $1.1 } / likelihoods.reduce(0, +)
    let k = shape(mean)
    return k.isFinite ? k : nil
  }
}

/// One term of the Kac-Rice average: data, the places of zero gradient on a line through them, the determinant of a Hessian.
struct KacRiceDraw {
  private let risk: EmpiricalRisk
  private let size: Int
  private let count: Int
  private let minimaOnly: Bool
  private let mixture: ProjectionMixture?
  /// Random part of the direction, which keeps places where the line touches the surface of zero gradient harmless.
  private static let spread = 0.5
  /// Zeros are sought so far on both sides of the mean of the draws along a line, in standard deviations of the data.
  private static let reach = 5.5
  /// Where the density along a line is summed, counted from the draw.
  private static let places = (-20...20).map { 0.4 * Double($0) }
  /// Over how many draws of the data orthogonal to point and signal the determinant is averaged: as many as cost about as much
  /// as the projections, because either varies by about as much.
  private static let determinants = 4
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
  private var products: [Float] = []
  private var logs = [Double](repeating: 0, count: Self.places.count)
  private var rotated: [Double]
  private var order: [Int]

  init(_ risk: EmpiricalRisk, size: Int, count: Int, points: RiskPoints, mixture: ProjectionMixture?) {
    self.risk = risk
    self.size = size
    self.count = count
    self.mixture = mixture
    minimaOnly = points == .minima
    let zeros = [Double](repeating: 0, count: count)
    (z, w, y, shifted, guide, direction) = (zeros, zeros, zeros, zeros, zeros, zeros)
    (value, first, second, gradient) = (zeros, zeros, zeros, zeros)
    directions = [Double](repeating: 0, count: (size - 1) * count)
    rotated = directions
    order = Array(0..<count)
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
    if let mixture {
      mixture.draw(&z, &w, &random)
    } else {
      for j in 0..<count { (z[j], w[j]) = (random.normal(), random.normal()) }
    }
    // The direction of the line leans towards that of the gradient, as far as the z_j tell.
    var squares = 0.0
    for j in 0..<count {
      guide[j] = mixture?.slope(z: z[j]) ?? gaussianSlope(m, sine, z[j])
      squares += guide[j] * guide[j]
    }
    let scale = (squares / Double(count)).squareRoot() + 1e-300
    let root = Double(count).squareRoot()
    for j in 0..<count {
      guide[j] /= 0.5 * (scale + abs(guide[j])) * root
      direction[j] = guide[j] + Self.spread / root * random.normal()
    }
    let (logProposal, centre) = densityOfLine()
    guard logProposal > -.infinity else { return -.infinity }
    let steps = 88
    func place(_ i: Int) -> Double { centre + Self.reach * (2 * Double(i) / Double(steps) - 1) }
    var sum = 0.0
    var top = -Double.infinity
    var before = force(m, sine, at: place(0))
    for i in 1...steps {
      let now = force(m, sine, at: place(i))
      defer { before = now }
      guard (now < 0) != (before < 0) else { continue }
      let tau = crossing(m, sine, from: place(i - 1), before, to: place(i), now)
      let log = logTerm(m, sine, at: tau, random: &random) - logProposal
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

  /// The density with which lines are drawn: that of the draws, integrated along the line; and the draws' mean on it.
  ///
  /// Zeros are sought around that mean, which is the same for all draws on a line, so that each of them finds the same zeros.
  private mutating func densityOfLine() -> (log: Double, centre: Double) {
    guard let mixture else {
      var (own, product, squares) = (0.0, 0.0, 0.0)
      for j in 0..<count {
        own += z[j] * z[j] + w[j] * w[j]
        product += w[j] * direction[j]
        squares += direction[j] * direction[j]
      }
      let log =
        -0.5 * (own - product * product / squares) - Double(count) * Double.log(2 * .pi)
        + 0.5 * Double.log(2 * .pi / squares)
      return (log, -product / squares)
    }
    mixture.fillLogDensities(z, w, along: direction, at: Self.places, &logs, &products)
    let top = logs.reduce(-.infinity) { max($0, $1) }
    guard top > -.infinity else { return (-.infinity, 0) }
    var (sum, moment) = (0.0, 0.0)
    for (place, log) in zip(Self.places, logs) {
      let density = Double.exp(log - top)
      sum += density
      moment += density * place
    }
    return (top + Double.log(sum * (Self.places[1] - Self.places[0])), moment / sum)
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
    guard let determinant = logMeanDeterminant(forces: forces, radial: radial, random: &random) else {
      return -.infinity
    }
    let volume =
      Double.log(2) + 0.5 * (n - 1) * Double.log(.pi) - Double.logGamma(0.5 * (n - 1)) + 0.5 * (n - 1) * Double.log(n)
      + 0.5 * (n - 3) * 2 * Double.log(sine)
    return volume + 0.5 * Double.log(n) + Double.log(share) + data
      - 0.5 * (n - 2) * Double.log(2 * .pi * forces / n) + determinant
  }

  /// log of the mean of |det H| over data orthogonal to point and signal, at the place left by the last call of `force`; nil
  /// where no draw has such a point.
  ///
  /// The draws are the same normal vectors, given to the samples in another order each time.
  private mutating func logMeanDeterminant(forces: Double, radial: Double, random: inout RandomStream) -> Double? {
    let rank = size - 1
    let repetitions = size == 2 ? 1 : Self.determinants
    var (sum, top) = (0.0, -Double.infinity)
    var hessian = Matrix(rows: rank, columns: rank)
    for k in directions.indices { directions[k] = random.normal() }
    for j in 0..<count { order[j] = j }
    for repetition in 0..<repetitions {
      if repetition > 0 { order.shuffle(using: &random) }
      orient(forces)
      fill(&hessian, radial: radial)
      let log: Double? =
        minimaOnly
        ? (try? CholeskyDeterminant(hessian))?.logDeterminant : (try? LUFactorization(hessian))?.logDeterminant
      guard let log, log > -.infinity else { continue }
      if log > top {
        sum = sum * Double.exp(top - log) + 1
        top = log
      } else {
        sum += Double.exp(log - top)
      }
    }
    return sum > 0 ? top + Double.log(sum / Double(repetitions)) : nil
  }

  /// Fills `rotated`: for each sample w, then the N - 2 normal directions, orthogonal to the l'.
  private mutating func orient(_ forces: Double) {
    let rank = size - 1
    var projections = [Double](repeating: 0, count: rank)
    for j in 0..<count {
      let (row, source) = (j * rank, order[j] * rank)
      rotated[row] = shifted[j]
      for a in 1..<rank {
        rotated[row + a] = directions[source + a]
        projections[a] += directions[source + a] * first[j]
      }
    }
    for j in 0..<count {
      let share = first[j] / forces
      for a in 1..<rank { rotated[j * rank + a] -= projections[a] * share }
    }
  }

  /// Fills a Hessian from `rotated` and l''.
  private func fill(_ hessian: inout Matrix, radial: Double) {
    let rank = size - 1
    let weights = second.map { $0 / Double(size) }
    rotated.withUnsafeBufferPointer { g in
      hessian.entries.withUnsafeMutableBufferPointer { h in
        for k in 0..<(rank * rank) { h[k] = 0 }
        var j = 0
        // Four samples at a time, so that the matrix is not read and written for each of them.
        while j + 3 < count {
          let (p, q, r, s) = (j * rank, (j + 1) * rank, (j + 2) * rank, (j + 3) * rank)
          for a in 0..<rank {
            let (x, y) = (weights[j] * g[p + a], weights[j + 1] * g[q + a])
            let (u, v) = (weights[j + 2] * g[r + a], weights[j + 3] * g[s + a])
            let line = a * rank
            var b = 0
            while b <= a {
              h[line &+ b] += x * g[p &+ b] + y * g[q &+ b] + u * g[r &+ b] + v * g[s &+ b]
              b &+= 1
            }
          }
          j += 4
        }
        while j < count {
          let row = j * rank
          for a in 0..<rank {
            let x = weights[j] * g[row + a]
            for b in 0...a { h[a * rank + b] += x * g[row + b] }
          }
          j += 1
        }
        for a in 0..<rank {
          h[a * rank + a] -= radial
          for b in 0..<a { h[b * rank + a] = h[a * rank + b] }
        }
      }
    }
  }
}
