// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import ReplicaMethod
public import SaddlepointCore
import SaddlepointNumerics

extension GeneralizedLinear {
  private func plan(size: Int, samples: Int, seed: UInt64) throws(DomainError) -> (SimulationPlan, count: Int) {
    let n = Double(size)
    // Complex numbers have two parts, and the real form of a complex matrix has four times its entries.
    let (parts, blocks) = measurement.field == .complex ? (2.0, 4.0) : (1, 1)
    let plan = try SimulationPlan(
      size: size, samples: samples, seed: seed, couplings: (parts * alpha + blocks) * n * n)
    return (plan, try GeneralizedLinearInstance.count(alpha: alpha, size: size))
  }

  /// The squared cosine of the largest eigenvector of (1/N) sum T(y_mu) xi_mu xi_mu^dagger with the signal on sampled instances.
  ///
  /// - Parameters:
  ///   - preprocessing: how y becomes the weight T(y).
  ///   - size: N, at least 10; projections of an instance must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  /// - Returns: mean, standard error, theory and their difference. Theory is 0 where no eigenvalue is detached; there
  ///   the mean is of order 1/N and no difference is given.
  /// - Throws: `DomainError` for arguments out of range and channels that see the sign of the projections.
  /// - Complexity: alpha N^3/2 multiplications and a dense tridiagonal form, 4 N^3/3, for each sample; eight times as many in the
  ///   complex field.
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
  /// first overlap above. |q| is averaged where the data do not hold the sign, or the phase. The functions of the channel are
  /// those of state evolution: g_out at measured values.
  ///
  /// - Parameters:
  ///   - size: N, at least 10; projections of an instance must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  ///   - iterations: from 0 to 100000.
  ///   - start: overlap at the start, from 0 to below 1; nil for what is known without data, the square of the prior's mean,
  ///     or for 1e-6 where that would stay 0.
  /// - Returns: mean, standard error, theory and their difference.
  /// - Throws: `DomainError` for arguments out of range and complex channels with noise outside the modulus.
  /// - Complexity: alpha N^2 random numbers and 2 alpha N^2 multiplications an iteration, for each sample, four times as many in
  ///   the complex field; alpha N values of g_out an iteration, each of hundreds of exponentials for intensities with noise
  ///   and formulas.
  ///
  /// Source: theory sheet *phase retrieval bayes*, sections 1.2 and 1.6; arXiv:1708.03395.
  public func sampledMessagePassing(
    size: Int, samples: Int, seed: UInt64, iterations: Int = 100, start: Double? = nil
  ) throws(DomainError) -> SampledOverlap {
    let (plan, count) = try plan(size: size, samples: samples, seed: seed)
    let prior = measurement.prior
    let isComplex = measurement.field == .complex
    if isComplex, measurement.noise > 0, measurement.channel != .modulus {
      throw DomainError(
        .noise, measurement.noise, allowed: "noise = 0, for message passing of complex \(measurement.channel)")
    }
    try MessagePassingDefaults.check(iterations: iterations, start: start, atMost: 1)
    if start == 1 { throw DomainError("start", 1, allowed: "0 <= start < 1") }
    let theory: [GeneralizedLinearCurve.Step]
    let denoiser: OutputDenoiser
    do throws(GSLError) {
      denoiser = try OutputDenoiser(measurement)
      theory = try GeneralizedLinearCurve(measurement).trajectory(alpha: alpha, from: start, count: iterations)
    } catch { return SampledOverlap(failure: "\(error)") }
    let values = theory.map { $0.overlap.value ?? 0 }
    // A start that knows nothing is the same on every instance, however small its overlap.
    let constant = start == nil && !measurement.isBlind ? prior.mean : nil
    let first = constant == nil ? plan.firstVisible(values) : 0
    // Of each real component.
    let q = isComplex ? 0.5 * values[first] : values[first]
    let limit = theory[iterations].overlap
    let ignoresSign =
      prior.isEven && measurement.channel.isEven && (limit.value ?? 0) >= plan.resolution
    let overlaps = plan.run { random -> Result<Double, GSLError> in
      let instance = GeneralizedLinearInstance(measurement, size: size, count: count, random: &random)
      let estimate =
        constant.map { [Double](repeating: $0, count: size) }
        ?? estimate(overlap: q, square: q, signal: instance.signal, random: &random)
      return Result { () throws(GSLError) in
        let x = try instance.messagePassing(
          prior: prior, isEven: measurement.channel.isEven, denoiser: denoiser, from: estimate,
          along: theory[first..<iterations])
        let overlap = instance.overlap(x, ignoringPhase: ignoresSign)
        // No estimate is a hundred times as long as the signal.
        guard overlap.isFinite, overlap.magnitude < 100 else { throw .overflow("message passing on an instance") }
        return overlap
      }
    }
    do throws(GSLError) {
      var known: [Double] = []
      for overlap in overlaps { known.append(try overlap.get()) }
      return SampledOverlap(known, theory: limit, ignoresSign: ignoresSign)
    } catch { return SampledOverlap(failure: "\(error)") }
  }
}
