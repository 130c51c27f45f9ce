// SPDX-License-Identifier: GPL-3.0-or-later

public import KacRice
public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

/// Numbers of stationary points found in sampled landscapes, beside what the Kac-Rice formula gives for their mean.
public struct SampledNumber: Sendable, Hashable {
  /// Mean number over the samples; its error is ``standardError``, which is statistical.
  public let mean: Estimate
  /// Standard error of the mean.
  public let standardError: Double
  /// The exact mean number.
  public let exact: Estimate
  /// (mean - exact) in standard errors; nil where all samples have the same number.
  public let deviation: Double?
  /// Fraction of the samples in which the search passed its tests of completeness.
  public let complete: Double
}

extension SphericalLandscape {
  /// Counts the stationary points of sampled landscapes in a few dimensions.
  ///
  /// On the circle (N = 2) the points are the changes of sign of a trigonometric polynomial. From N = 3 on they are sought by
  /// Newton's method from random starts, until at least 60 and at least twelve times the number of known points in a row
  /// have found nothing new **and** the alternating sum of the numbers by index is the Euler characteristic of the sphere. A
  /// sample where this does not happen within 20000 starts counts as incomplete, with what was found. A pair of points of neighbouring index with tiny basins can escape both tests: numbers are biased downwards, if at all.
  ///
  /// - Parameters:
  ///   - points: which points are counted; fractions are not.
  ///   - size: N, from 2 to 8.
  ///   - samples: number of independent landscapes, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  /// - Returns: mean, standard error, the exact mean and the fraction of complete samples; `approximate` if that is below 1.
  /// - Throws: `DomainError` for a size, a number of samples, an index or a covariance (more than 300000 couplings) out of range.
  /// - Complexity: at N = 3 about a millisecond a sample, growing with the number of points and couplings.
  ///
  /// Source: theory sheet *spherical landscapes*, sections 6 and 12.
  public func sampledNumber(
    of points: StationaryPoints = .all, size: Int, samples: Int, seed: UInt64
  ) throws(DomainError) -> SampledNumber {
    guard size >= 2, size <= 8 else { throw DomainError(.size, Double(size), allowed: "integer 2 <= size <= 8") }
    guard samples >= 2 else { throw DomainError("samples", Double(samples), allowed: "samples >= 2") }
    let couplings = SphericalSample.entries(covariance, size: size)
    guard couplings <= 300_000 else {
      throw DomainError(.size, Double(size), allowed: "at most 300000 couplings, size^degree summed over the degrees")
    }
    let exact = try logMeanNumber(of: points, size: size)
    let highest = max(covariance.terms.last?.degree ?? 1, signal.terms.last?.degree ?? 1)
    let results = parallelMap(samples) { i -> (number: Int, isComplete: Bool) in
      var random = RandomStream(seed: seed, stream: UInt64(i))
      var search = StationaryPointSearch(SphericalSample(self, size: size, random: &random))
      let isComplete = search.run(random: &random, highestDegree: highest)
      let number =
        switch points {
        case .minima: search.counts[0]
        case .maxima: search.counts[size - 1]
        case .index(let k): search.counts[k]
        case .all, .fraction: search.counts.reduce(0, +)
        }
      return (number, isComplete)
    }
    let statistics = Statistics(results.map { Double($0.number) })
    let missed = results.count { !$0.isComplete }
    let truth = exact.mapped(derivative: exact.value.map(Double.exp) ?? 0) { Double.exp($0) }
    return SampledNumber(
      mean: missed == 0
        ? .converged(statistics.mean, error: statistics.standardError)
        : .approximate(
          statistics.mean, error: statistics.standardError,
          reason: "\(missed) of \(samples) samples fail the test of completeness"),
      standardError: statistics.standardError, exact: truth,
      deviation: statistics.standardError > 0
        ? truth.value.map { (statistics.mean - $0) / statistics.standardError } : nil,
      complete: 1 - Double(missed) / Double(samples))
  }
}

/// Mean of some numbers and its standard error.
struct Statistics {
  let mean: Double
  let standardError: Double

  init(_ values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = count > 1 ? (squares / (count * (count - 1))).squareRoot() : 0
  }
}
