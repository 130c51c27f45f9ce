// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
import ReplicaMethod
public import SaddlepointCore
import SaddlepointNumerics

/// One rectangular matrix, scaled so that products with estimates are fields: sqrt(snr/N) Y, row by row.
private struct BipartiteInstance: Sendable {
  let u: [Double]
  let v: [Double]
  private let entries: [Double]

  init(_ model: SpikedWishart, rows: Int, columns: Int, random: inout RandomStream) {
    let u = model.priorU.signal(size: rows, random: &random)
    let v = model.priorV.signal(size: columns, random: &random)
    let scale = model.snr / Double(rows)
    let amplitude = scale.squareRoot()
    var entries: [Double] = []
    entries.reserveCapacity(rows * columns)
    for i in 0..<rows { for j in 0..<columns { entries.append(scale * u[i] * v[j] + amplitude * random.normal()) } }
    (self.u, self.v, self.entries) = (u, v, entries)
  }

  /// Product with a vector of columns.
  func rows(of x: [Double], into y: inout [Double]) {
    let m = v.count
    entries.withUnsafeBufferPointer { entries in
      x.withUnsafeBufferPointer { x in
        for i in y.indices { y[i] = dot(entries, i * m, x, 0, count: m) }
      }
    }
  }

  /// Product of the transpose with a vector of rows.
  func columns(of x: [Double], into y: inout [Double]) {
    let m = v.count
    entries.withUnsafeBufferPointer { entries in
      y.withUnsafeMutableBufferPointer { y in
        for j in 0..<m { y[j] = 0 }
        for i in x.indices {
          let factor = x[i]
          for j in 0..<m { y[j] += factor * entries[i * m + j] }
        }
      }
    }
  }

  /// Overlaps of the estimates with u, per row, and with v, per column, after some iterations from an estimate of u.
  func overlaps(_ model: SpikedWishart, from start: [Double], iterations: Int) -> (u: Double, v: Double) {
    let (n, m) = (Double(u.count), Double(v.count))
    func apply(_ prior: Prior, _ field: inout [Double], _ g: Double) -> Double {
      let posterior = PosteriorMean(prior, snr: g)
      var total = 0.0
      for i in field.indices {
        let (mean, variance) = posterior(field[i])
        field[i] = mean
        total += variance
      }
      return total
    }
    var estimateU = start
    var estimateV = [Double](repeating: 0, count: v.count)
    var (fieldU, fieldV) = (estimateU, estimateV)
    // Sum of the posterior variances of u; the start depends on no data.
    var varianceU = 0.0
    for iteration in 0...iterations {
      columns(of: estimateU, into: &fieldV)
      let reactionV = model.snr * varianceU / n
      for j in fieldV.indices { fieldV[j] -= reactionV * estimateV[j] }
      let varianceV = apply(model.priorV, &fieldV, model.snr * dot(estimateU, estimateU) / n)
      swap(&estimateV, &fieldV)
      if iteration == iterations { break }
      rows(of: estimateV, into: &fieldU)
      let reactionU = model.snr * varianceV / n
      for i in fieldU.indices { fieldU[i] -= reactionU * estimateU[i] }
      varianceU = apply(model.priorU, &fieldU, model.snr * dot(estimateV, estimateV) / n)
      var change = 0.0
      for i in fieldU.indices { change += (fieldU[i] - estimateU[i]) * (fieldU[i] - estimateU[i]) }
      swap(&estimateU, &fieldU)
      if !(change > 1e-26 * dot(estimateU, estimateU)) || !change.isFinite { break }
    }
    return (dot(estimateU, u) / n, dot(estimateV, v) / m)
  }
}

extension SpikedWishart {
  /// M, the number of columns at N rows.
  private func columns(_ size: Int) -> Int { max(1, Int((ratio * Double(size)).rounded())) }

  /// A checked plan; the number of columns must be representable.
  private func plan(_ size: Int, _ samples: Int, _ seed: UInt64) throws(DomainError) -> SimulationPlan {
    let columns = ratio * Double(size)
    guard columns >= 10 else {
      throw DomainError(.size, Double(size), allowed: "at least 10 columns, ratio size >= 10")
    }
    return try SimulationPlan(size: size, samples: samples, seed: seed, couplings: columns * Double(size))
  }

  private var hidesSign: Bool { priorU.isEven && priorV.isEven }

  /// The overlaps qu and qv of Bayes-optimal message passing on sampled instances, beside state evolution from the same start after
  /// the same number of iterations.
  ///
  /// An iteration makes an estimate of v from that of u, and one of u from that of v; at the end one more of v is made. Below
  /// 16/N of the second moment instances cannot follow: where state evolution grows out of a smaller start, they set out at
  /// its first overlap above. If both priors are even, |qu| and |qv| are averaged.
  ///
  /// - Parameters:
  ///   - size: N, the number of rows, at least 10; the matrix must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  ///   - iterations: from 0 to 100000.
  ///   - start: overlap of u at the start, up to the second moment of its prior; nil for that of the prior's mean, or 1e-6 where
  ///     both priors are centred.
  /// - Returns: mean, standard error, theory and their difference for u and v.
  /// - Throws: `DomainError` for arguments out of range.
  /// - Complexity: ratio N^2 random numbers and twice as many multiplications an iteration, for each sample.
  ///
  /// Source: theory sheet *spiked replica*, section 4; arXiv:1701.00858.
  public func sampledMessagePassing(
    size: Int, samples: Int, seed: UInt64, iterations: Int = 100, start: Double? = nil
  ) throws(DomainError) -> (u: SampledOverlap, v: SampledOverlap) {
    let plan = try plan(size, samples, seed)
    let square = priorU.secondMoment
    try MessagePassingDefaults.check(iterations: iterations, start: start, atMost: square)
    let theory = trajectory(from: start, iterations: iterations)
    let values = theory.map { $0.u.value ?? 0 }
    let first = plan.firstVisible(values.map { $0 / square })
    let constant = start == nil && !priorU.isCentred ? priorU.mean : nil
    let count = columns(size)
    let overlaps = plan.run { random in
      let instance = BipartiteInstance(self, rows: size, columns: count, random: &random)
      let q = values[first]
      let estimate =
        constant.map { [Double](repeating: $0, count: size) }
        ?? estimate(overlap: q, square: q, signal: instance.u, random: &random)
      return instance.overlaps(self, from: estimate, iterations: iterations - (constant == nil ? first : 0))
    }
    let limit = theory[iterations]
    let ignoresSign = hidesSign && (limit.u.value ?? 0) >= plan.resolution * square
    return (
      SampledOverlap(overlaps.map(\.u), theory: limit.u, ignoresSign: ignoresSign),
      SampledOverlap(overlaps.map(\.v), theory: limit.v, ignoresSign: ignoresSign)
    )
  }

  /// The cosines of the leading singular vectors of Y with u and v on sampled instances, beside theory.
  ///
  /// With s = snr E u^2 E v^2, squared cosines are (alpha s^2 - 1)/(s (1 + s alpha)) for u and (alpha s^2 - 1)/(s alpha (1 + s)) for v if alpha
  /// s^2 > 1, else 0. Above the transition |cosine| is averaged, below it the cosine of a vector whose sign is random.
  ///
  /// - Parameters:
  ///   - size: N, the number of rows, at least 10; the matrix must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  /// - Returns: mean, standard error, theory and their difference for u and v.
  /// - Throws: `DomainError` for arguments out of range.
  /// - Complexity: some tens to hundreds of products of matrix and vector for each sample.
  ///
  /// Source: theory sheet *spiked replica*, section 4.
  public func sampledPrincipalComponent(
    size: Int, samples: Int, seed: UInt64
  ) throws(DomainError) -> (u: SampledOverlap, v: SampledOverlap) {
    let plan = try plan(size, samples, seed)
    let count = columns(size)
    let s = snr * priorU.secondMoment * priorV.secondMoment
    let excess = max(0, ratio * s * s - 1)
    let (squareU, squareV) = (excess / (s * (1 + s * ratio)), excess / (s * ratio * (1 + s)))
    let cosines = plan.run { random -> (u: Double, v: Double) in
      let instance = BipartiteInstance(self, rows: size, columns: count, random: &random)
      do throws(GSLError) {
        var wide = [Double](repeating: 0, count: count)
        let left = try largestEigenvector(size: size, random: &random) { x, image in
          instance.columns(of: x, into: &wide)
          instance.rows(of: wide, into: &image)
        }
        instance.columns(of: left, into: &wide)
        return (
          dot(left, instance.u) / dot(instance.u, instance.u).squareRoot(),
          dot(wide, instance.v) / (dot(wide, wide) * dot(instance.v, instance.v)).squareRoot()
        )
      } catch { return (.nan, .nan) }
    }
    return (
      SampledOverlap(
        cosines.map(\.u), theory: .exact(squareU.squareRoot()), ignoresSign: squareU >= plan.resolution),
      SampledOverlap(
        cosines.map(\.v), theory: .exact(squareV.squareRoot()), ignoresSign: squareU >= plan.resolution)
    )
  }
}
