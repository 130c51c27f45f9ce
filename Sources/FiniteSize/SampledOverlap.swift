// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import ReplicaMethod
public import SaddlepointCore
import SaddlepointNumerics

/// The overlap that an algorithm reaches on sampled instances, beside that of theory.
public struct SampledOverlap: Sendable, Hashable {
  /// Mean over the samples; its error is ``standardError``, which is statistical.
  public let mean: Estimate
  /// Standard error of the mean.
  public let standardError: Double
  /// The overlap for infinite N.
  public let theory: Estimate
  /// (mean - theory) in standard errors; nil where all samples have the same overlap.
  public let deviation: Double?

  /// Statistics of the samples' overlaps.
  ///
  /// - Parameters:
  ///   - overlaps: one for each sample.
  ///   - theory: the limit.
  ///   - ignoresSign: whether the data leave the sign of the signal open, so that the size of each overlap counts.
  init(_ overlaps: [Double], theory: Estimate, ignoresSign: Bool) {
    let statistics = Statistics(ignoresSign ? overlaps.map(abs) : overlaps)
    mean = .converged(statistics.mean, error: statistics.standardError)
    standardError = statistics.standardError.isFinite ? statistics.standardError : 0
    self.theory = theory
    deviation =
      standardError > 0 ? theory.value.map { (statistics.mean - $0) / statistics.standardError } : nil
  }

  /// Statistics of squared overlaps: where the limit is 0 the mean is above it at every size, by what
  /// chance gives, so that no deviation is told.
  init(squares overlaps: [Double], theory: Estimate) {
    let plain = SampledOverlap(overlaps, theory: theory, ignoresSign: false)
    (mean, standardError, self.theory) = (plain.mean, plain.standardError, theory)
    deviation = theory.value == 0 ? nil : plain.deviation
  }

  /// Where theory fails for a numerical reason.
  init(failure: String) {
    mean = .notConverged(failure)
    standardError = 0
    theory = .notConverged(failure)
    deviation = nil
  }
}

/// What every simulation of an algorithm is asked: how large, how many, from where, for how long.
struct SimulationPlan: Sendable {
  let size: Int
  let samples: Int
  let seed: UInt64

  /// The largest instance: 1 GB of couplings.
  private static let largestMemory = 1e9

  /// Checks a plan against the memory of its couplings.
  init(size: Int, samples: Int, seed: UInt64, couplings: Double) throws(DomainError) {
    guard size >= 10 else { throw DomainError(.size, Double(size), allowed: "integer size >= 10") }
    guard samples >= 2 else { throw DomainError(.samples, Double(samples), allowed: "samples >= 2") }
    let memory = 8 * couplings
    guard memory <= Self.largestMemory else {
      let gigabytes = (memory / 1e8).rounded(.up) / 10
      throw DomainError(
        .size, Double(size), allowed: "instances of at most 1 GB; this one needs \(plain(gigabytes)) GB of couplings")
    }
    self.size = size
    self.samples = samples
    self.seed = seed
  }

  /// Below this squared cosine with the signal, 16/N, an estimate is not told from chance: four standard deviations.
  var resolution: Double { 16 / Double(size) }

  /// The number of the first iteration that instances can follow: where theory, which grows out of a start too small for
  /// them, passes the resolution; 0 where the start does, or where theory never does.
  func firstVisible(_ squaredCosines: [Double]) -> Int { squaredCosines.firstIndex { $0 >= resolution } ?? 0 }

  /// The values of all samples, each from its own stream of random numbers.
  func run<Value: Sendable>(_ sample: @Sendable (inout RandomStream) -> Value) -> [Value] {
    parallelMap(samples) { index in
      var random = RandomStream(seed: seed, stream: UInt64(index))
      return sample(&random)
    }
  }
}

/// The settings of message passing that a call may leave out.
enum MessagePassingDefaults {
  /// Checks the number of iterations and the start.
  static func check(iterations: Int, start: Double?, atMost largest: Double) throws(DomainError) {
    guard iterations >= 0, iterations <= 100_000 else {
      throw DomainError("iterations", Double(iterations), allowed: "integer 0 <= iterations <= 100000")
    }
    guard let start else { return }
    guard start >= 0, start <= largest else {
      throw DomainError("start", start, allowed: "0 <= start <= \(plain(largest))")
    }
  }
}
