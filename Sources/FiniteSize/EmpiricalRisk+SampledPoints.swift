// SPDX-License-Identifier: GPL-3.0-or-later

public import KacRice
public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

/// Numbers of critical points found in sampled empirical risks, beside the average of the Kac-Rice formula.
public struct SampledRiskNumber: Sendable, Hashable {
  /// Mean number over the samples; its error is ``standardError``, which is statistical.
  public let mean: Estimate
  /// Standard error of the mean.
  public let standardError: Double
  /// The mean number by importance sampling of the Kac-Rice formula, with its statistical error.
  public let kacRice: Estimate
  /// (mean - kacRice) in standard errors of both; nil where these vanish.
  public let deviation: Double?
  /// Fraction of the samples in which the search passed its tests of completeness.
  public let complete: Double
}

/// One empirical risk: M samples of Gaussian data.
struct RiskSample: LandscapeSample {
  let size: Int
  private let loss: Loss
  /// xi / sqrt(N), sample by sample.
  private let data: [Double]
  private let labels: [Double]

  init(_ risk: EmpiricalRisk, size: Int, count: Int, random: inout RandomStream) {
    self.size = size
    loss = risk.loss
    let root = Double(size).squareRoot()
    var data = [Double](repeating: 0, count: count * size)
    for i in data.indices { data[i] = random.normal() / root }
    labels = (0..<count).map { risk.label(data[$0 * size] * root) }
    self.data = data
  }

  func derivatives(at x: [Double], gradient: inout [Double], hessian: inout [Double], scratch: inout [Double]) {
    let count = labels.count
    if scratch.count < 4 * count { scratch = [Double](repeating: 0, count: 4 * count) }
    for mu in 0..<count {
      var z = 0.0
      for i in 0..<size { z += data[mu * size + i] * x[i] }
      scratch[mu] = z
    }
    scratch.withUnsafeMutableBufferPointer { buffer in
      labels.withUnsafeBufferPointer { labels in
        guard let z = buffer.baseAddress, let y = labels.baseAddress else { return }
        loss.evaluate(count, y, z, z + count, z + 2 * count, z + 3 * count)
      }
    }
    for i in 0..<size { gradient[i] = 0 }
    for i in 0..<(size * size) { hessian[i] = 0 }
    for mu in 0..<count {
      let (first, second) = (scratch[2 * count + mu], scratch[3 * count + mu])
      for i in 0..<size {
        gradient[i] += first * data[mu * size + i]
        for j in 0..<size { hessian[i * size + j] += second * data[mu * size + i] * data[mu * size + j] }
      }
    }
  }
}

extension EmpiricalRisk {
  /// Counts the critical points of sampled risks in two or three dimensions, beside the Kac-Rice formula.
  ///
  /// On the circle the points are the changes of sign of the derivative on a fine grid; on the sphere they are sought by Newton's
  /// method until many starts in a row find nothing new and Morse's alternating sum is the Euler characteristic.
  ///
  /// - Parameters:
  ///   - points: all, or the minima.
  ///   - size: N, 2 or 3; alpha N must be a whole number.
  ///   - extent: points with |overlap| below it are counted, in (0, 1); it leaves out x = +-x*, where the gradient of every sample
  ///     vanishes and which the formula does not count.
  ///   - samples: number of sampled risks, at least 2; the formula is averaged over ten times as many.
  ///   - seed: everything random follows from it.
  /// - Returns: both means; `approximate` if the search was not complete in every sample.
  /// - Throws: `DomainError` for arguments out of range, or noisy labels.
  /// - Complexity: under 1 ms a sample at N = 2, a few at N = 3.
  ///
  /// Source: theory sheet *glm landscapes*, section 2.
  public func sampledNumber(
    of points: RiskPoints = .all, size: Int, extent: Double = 0.9, samples: Int, seed: UInt64
  ) throws(DomainError) -> SampledRiskNumber {
    guard size == 2 || size == 3 else { throw DomainError(.size, Double(size), allowed: "size 2 or 3") }
    guard samples >= 2 else { throw DomainError("samples", Double(samples), allowed: "samples >= 2") }
    guard extent > 0, extent < 1 else { throw DomainError("extent", extent, allowed: "0 < extent < 1") }
    try Self.checkFinite(points)
    let count = try sampleCount(size: size)
    let results = parallelMap(samples) { i -> (number: Int, isComplete: Bool) in
      var random = RandomStream(seed: seed, stream: UInt64(i))
      var search = StationaryPointSearch(RiskSample(self, size: size, count: count, random: &random))
      // The slope on the circle is no polynomial for a general loss: the grid is that of degree 12.
      let isComplete = search.run(random: &random, highestDegree: 12)
      return (
        search.found.count { abs($0.overlap) < extent && (points == .all || $0.index == 0) }, isComplete
      )
    }
    // Overlaps are spread evenly over the interval; other streams than those of the sampled risks.
    let draws = 10 * samples
    let formula = numberDensity(
      of: points, size: size, count: count, samples: draws, seed: ~seed, mixture: nil
    ) { i, random in extent * (2 * (Double(i) + random.uniform()) / Double(draws) - 1) }
    let statistics = Statistics(results.map { Double($0.number) })
    let missed = results.count { !$0.isComplete }
    let kacRice = formula.logDensity.value.map { 2 * extent * Double.exp($0) }
    let kacRiceError = (kacRice ?? 0) * formula.standardError
    let error = (statistics.standardError * statistics.standardError + kacRiceError * kacRiceError).squareRoot()
    return SampledRiskNumber(
      mean: missed == 0
        ? .converged(statistics.mean, error: statistics.standardError)
        : .approximate(
          statistics.mean, error: statistics.standardError,
          reason: "\(missed) of \(samples) samples fail the test of completeness"),
      standardError: statistics.standardError,
      kacRice: kacRice.map { .converged($0, error: kacRiceError) } ?? .notConverged("no draw has such a point"),
      deviation: error > 0 ? kacRice.map { (statistics.mean - $0) / error } : nil,
      complete: 1 - Double(missed) / Double(samples))
  }
}
