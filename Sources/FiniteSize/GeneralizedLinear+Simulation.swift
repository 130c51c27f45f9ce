// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import ReplicaMethod
public import SaddlepointCore
import SaddlepointNumerics

extension GeneralizedLinear {
  private func plan(size: Int, samples: Int, seed: UInt64) throws(DomainError) -> (SimulationPlan, count: Int) {
    guard measurement.field == .real else { throw DomainError(.field, "complex", allowed: "real, on instances") }
    let n = Double(size)
    let plan = try SimulationPlan(size: size, samples: samples, seed: seed, couplings: (alpha + 1) * n * n)
    return (plan, try GeneralizedLinearInstance.count(alpha: alpha, size: size))
  }

  /// The squared cosine of the largest eigenvector of (1/N) sum T(y_mu) xi_mu xi_mu^T with the signal on sampled instances.
  ///
  /// - Parameters:
  ///   - preprocessing: how y becomes the weight T(y).
  ///   - size: N, at least 10; projections of an instance must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  /// - Returns: mean, standard error, theory and their difference. Theory is 0 where no eigenvalue is detached; there
  ///   the mean is of order 1/N and no difference is given.
  /// - Throws: `DomainError` for arguments out of range and channels that see the sign of the projections.
  /// - Complexity: alpha N^3/2 multiplications and a dense eigensystem, about 20 N^3, for each sample.
  ///
  /// Source: theory sheet *phase retrieval bayes*, section 3; arXiv:1702.06435, arXiv:1811.04420.
  public func sampledSpectralMethod(
    _ preprocessing: Preprocessing, size: Int, samples: Int, seed: UInt64
  ) throws(DomainError) -> SampledOverlap {
    let (plan, count) = try plan(size: size, samples: samples, seed: seed)
    guard measurement.channel.isEven else {
      throw DomainError(.channel, "\(measurement.channel)", allowed: "channels that do not see the sign of z")
    }
    let weight: @Sendable (Double) -> Double
    var theory: Estimate
    do {
      weight = try measurement.weighting(preprocessing, alpha: alpha)
      let result = try measurement.spectralMethod(preprocessing, alpha: alpha)
      theory = result.overlapSquared
      if theory.value == nil, result.upperEdge != nil { theory = .exact(0) }
    } catch let error as DomainError { throw error } catch { return SampledOverlap(failure: "\(error)") }
    let squares = plan.run { random -> Double in
      let instance = GeneralizedLinearInstance(measurement, size: size, count: count, random: &random)
      do throws(GSLError) {
        return instance.squaredCosine(try instance.spectralEstimate(instance.labels.map(weight)))
      } catch { return .nan }
    }
    return SampledOverlap(squares: squares, theory: theory)
  }

  /// The overlap q of Bayes-optimal generalized message passing with the signal on sampled instances, beside state evolution
  /// from the same start after the same number of iterations.
  ///
  /// Instances cannot follow an overlap below 16/N: where state evolution grows out of a smaller start, they set out at its
  /// first overlap above. |q| is averaged, for the data do not hold the sign.
  ///
  /// - Parameters:
  ///   - size: N, at least 10; projections of an instance must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  ///   - iterations: from 0 to 100000.
  ///   - start: overlap at the start, from 0 to below 1; nil for 1e-6, or the square of the prior's mean. At 0 message passing
  ///     of moduli stays.
  /// - Returns: mean, standard error, theory and their difference.
  /// - Throws: `DomainError` for arguments out of range and channels other than the modulus with noise inside, or without.
  /// - Complexity: alpha N^2 random numbers and 2 alpha N^2 multiplications an iteration, for each sample.
  ///
  /// Source: theory sheet *phase retrieval bayes*, sections 1.2 and 1.6; arXiv:1708.03395.
  public func sampledMessagePassing(
    size: Int, samples: Int, seed: UInt64, iterations: Int = 100, start: Double? = nil
  ) throws(DomainError) -> SampledOverlap {
    let (plan, count) = try plan(size: size, samples: samples, seed: seed)
    let noise = measurement.noise
    guard measurement.channel == .modulus || measurement.channel == .modulusAdditive && noise == 0 else {
      throw DomainError(.channel, "\(measurement.channel)", allowed: "modulus, for message passing on instances")
    }
    try MessagePassingDefaults.check(iterations: iterations, start: start, atMost: 1)
    if start == 1 { throw DomainError("start", 1, allowed: "0 <= start < 1") }
    let theory: [Estimate]
    do throws(GSLError) {
      theory = try GeneralizedLinearCurve(measurement).trajectory(alpha: alpha, from: start, count: iterations)
    } catch { return SampledOverlap(failure: "\(error)") }
    let values = theory.map { $0.value ?? 0 }
    let first = plan.firstVisible(values)
    let q = values[first]
    let prior = measurement.prior
    let overlaps = plan.run { random -> Double in
      let instance = GeneralizedLinearInstance(measurement, size: size, count: count, random: &random)
      let estimate = estimate(overlap: q, square: q, signal: instance.signal, random: &random)
      return instance.modulusOverlap(prior: prior, noise: noise, from: estimate, iterations: iterations - first)
    }
    let limit = theory[iterations]
    return SampledOverlap(
      overlaps, theory: limit, ignoresSign: prior.isEven && (limit.value ?? 0) >= plan.resolution)
  }
}
