// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
import ReplicaMethod
public import SaddlepointCore
import SaddlepointNumerics

extension SpikedEstimation {
  /// Whether the data are the same for x and -x.
  fileprivate var hidesSign: Bool { prior.isEven && (tensor == 0 || p % 2 == 0) }

  fileprivate func couplings(_ size: Int) -> Double {
    SymmetricInstance.count(size: size, p: p, matrix: matrix, tensor: tensor)
  }

  /// Bayes-optimal message passing on instances.
  fileprivate func sampledMessagePassing(
    size: Int, samples: Int, seed: UInt64, iterations: Int, start: Double?
  ) throws(DomainError) -> SampledOverlap {
    let plan = try SimulationPlan(size: size, samples: samples, seed: seed, couplings: couplings(size))
    let square = prior.secondMoment
    try MessagePassingDefaults.check(iterations: iterations, start: start, atMost: square)
    let theory = Trajectory.overlaps(of: self, from: start, count: iterations)
    let values = theory.map { $0.value ?? 0 }
    let first = plan.firstVisible(values.map { $0 / square })
    // What is known of a signal that is not centred is its mean.
    let constant = start == nil && !prior.isCentred ? prior.mean : nil
    let overlaps = plan.run { random in
      let instance = SymmetricInstance(
        prior: prior, p: p, matrix: matrix, tensor: tensor, size: size, random: &random)
      let q = values[first]
      let estimate =
        constant.map { [Double](repeating: $0, count: size) }
        ?? estimate(overlap: q, square: q, signal: instance.signal, random: &random)
      return instance.bayesOverlap(prior: prior, from: estimate, iterations: iterations - (constant == nil ? first : 0))
    }
    let limit = theory[iterations]
    return SampledOverlap(
      overlaps, theory: limit, ignoresSign: hidesSign && (limit.value ?? 0) >= plan.resolution * square)
  }
}

extension SpikedWigner {
  /// The overlap q of Bayes-optimal message passing with the signal on sampled instances, beside state evolution from the same
  /// start after the same number of iterations.
  ///
  /// Instances cannot follow an overlap below 16/N of the second moment: where state evolution grows out of a smaller
  /// start, they set out at its first overlap above. The numbers of components of each kind of a signal are fixed, so that
  /// its norm does not fluctuate. For even priors, where the data do not hold the sign, |q| is averaged.
  ///
  /// - Parameters:
  ///   - size: N, at least 10; couplings of an instance must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  ///   - iterations: from 0 to 100000.
  ///   - start: overlap at the start, up to the prior's second moment; nil for that of the prior's mean, or 1e-6 where the
  ///     prior is centred.
  /// - Returns: mean, standard error, theory and their difference.
  /// - Throws: `DomainError` for arguments out of range.
  /// - Complexity: N^2/2 random numbers and as many multiplications an iteration, for each sample.
  ///
  /// Source: theory sheet *spiked replica*, section 4; arXiv:1701.00858.
  public func sampledMessagePassing(
    size: Int, samples: Int, seed: UInt64, iterations: Int = 100, start: Double? = nil
  ) throws(DomainError) -> SampledOverlap {
    let model: SpikedEstimation
    do throws(GSLError) { model = try estimation() } catch { return SampledOverlap(failure: "\(error)") }
    return try model.sampledMessagePassing(
      size: size, samples: samples, seed: seed, iterations: iterations, start: start)
  }

  /// The cosine of the leading eigenvector of Y with the signal on sampled instances, beside sqrt(1 - 1/(snr (E x^2)^2)).
  ///
  /// Above the transition |cosine| is averaged, below it the cosine of an eigenvector whose
  /// sign is random.
  ///
  /// - Parameters:
  ///   - size: N, at least 10; couplings of an instance must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  /// - Returns: mean, standard error, theory and their difference.
  /// - Throws: `DomainError` for arguments out of range.
  /// - Complexity: some tens to hundreds of products of matrix and vector for each sample.
  ///
  /// Source: theory sheet *spiked replica*, section 4.
  public func sampledPrincipalComponent(
    size: Int, samples: Int, seed: UInt64
  ) throws(DomainError) -> SampledOverlap {
    let plan = try SimulationPlan(
      size: size, samples: samples, seed: seed, couplings: SpikedCouplings.count(size: size, order: 2))
    let strength = snr * prior.secondMoment * prior.secondMoment
    let theory = strength > 1 ? ((strength - 1) / strength).squareRoot() : 0
    let cosines = plan.run { random -> Double in
      let instance = SymmetricInstance(prior: prior, p: 2, matrix: snr, tensor: 0, size: size, random: &random)
      do throws(GSLError) {
        let vector = try largestEigenvector(size: size, random: &random) { x, image in
          instance.field(x, into: &image)
        }
        return dot(vector, instance.signal) / dot(instance.signal, instance.signal).squareRoot()
      } catch { return .nan }
    }
    return SampledOverlap(cosines, theory: .exact(theory), ignoresSign: theory * theory >= plan.resolution)
  }
}

extension SpikedMatrixTensor {
  /// The overlap q of Bayes-optimal message passing with the signal on sampled instances, beside state evolution.
  ///
  /// As ``SpikedWigner/sampledMessagePassing(size:samples:seed:iterations:start:)``. The data hold the sign of the signal if p is
  /// odd or the prior not even.
  ///
  /// - Parameters:
  ///   - prior: law of the signal's components.
  ///   - size: N, at least 10; couplings of an instance, about N^p/p!, must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  ///   - iterations: from 0 to 100000.
  ///   - start: overlap at the start, up to the prior's second moment; nil for that of the prior's mean, or 1e-6 where the
  ///     prior is centred.
  /// - Returns: mean, standard error, theory and their difference.
  /// - Throws: `DomainError` for arguments out of range.
  /// - Complexity: N^p/p! random numbers and as many multiplications an iteration, for each sample.
  ///
  /// Source: theory sheet *spiked replica*, sections 1 and 5; arXiv:1812.09066.
  public func sampledMessagePassing(
    prior: Prior = .gaussian, size: Int, samples: Int, seed: UInt64, iterations: Int = 100, start: Double? = nil
  ) throws(DomainError) -> SampledOverlap {
    let model: SpikedEstimation
    do throws(GSLError) { model = try estimation(prior: prior) } catch { return SampledOverlap(failure: "\(error)") }
    return try model.sampledMessagePassing(
      size: size, samples: samples, seed: seed, iterations: iterations, start: start)
  }

  /// The cosine of maximum-likelihood message passing with the signal on sampled instances, beside state evolution
  /// m' = nu/sqrt(xi'(1) + nu^2).
  ///
  /// - Parameters:
  ///   - size: N, at least 10; couplings of an instance, about N^p/p!, must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  ///   - iterations: from 0 to 100000.
  ///   - start: cosine at the start, from 0 to 1; nil for 1e-6. State evolution that grows out of a cosine below 4/sqrt(N) is
  ///     joined at its first cosine above.
  /// - Returns: mean, standard error, theory and their difference; for even p |cosine| is averaged.
  /// - Throws: `DomainError` for arguments out of range.
  /// - Complexity: N^p/p! random numbers and as many multiplications an iteration, for each sample.
  ///
  /// Source: theory sheet *spiked replica*, section 2; arXiv:1902.00139.
  public func sampledMaximumLikelihood(
    size: Int, samples: Int, seed: UInt64, iterations: Int = 100, start: Double? = nil
  ) throws(DomainError) -> SampledOverlap {
    let model: SpikedEstimation
    do throws(GSLError) { model = try estimation(prior: .gaussian) } catch {
      return SampledOverlap(failure: "\(error)")
    }
    let plan = try SimulationPlan(size: size, samples: samples, seed: seed, couplings: model.couplings(size))
    try MessagePassingDefaults.check(iterations: iterations, start: start, atMost: 1)
    var theory = [start ?? Trajectory.seed]
    for _ in 0..<iterations { theory.append(maximumLikelihoodStateEvolution(cosine: theory[theory.count - 1])) }
    let first = plan.firstVisible(theory.map { $0 * $0 })
    let cosines = plan.run { [theory] random in
      let instance = SymmetricInstance(
        prior: .gaussian, p: p, matrix: model.matrix, tensor: model.tensor, size: size, random: &random)
      let estimate = estimate(overlap: theory[first], square: 1, signal: instance.signal, random: &random)
      return instance.maximumLikelihoodCosine(from: estimate, iterations: iterations - first)
    }
    let limit = theory[iterations]
    return SampledOverlap(
      cosines, theory: .exact(limit), ignoresSign: model.hidesSign && limit * limit >= plan.resolution)
  }
}

extension SpikedTensor {
  private func matrixTensor() throws(DomainError) -> SpikedMatrixTensor {
    try SpikedMatrixTensor(p: p, delta2: .infinity, deltap: delta)
  }

  /// The overlap q of Bayes-optimal message passing with the signal on sampled instances, beside state evolution.
  ///
  /// As ``SpikedMatrixTensor/sampledMessagePassing(prior:size:samples:seed:iterations:start:)``; without a start of its own
  /// message passing stays at 0 for centred priors.
  ///
  /// - Parameters:
  ///   - prior: law of the signal's components.
  ///   - size: N, at least 10; couplings of an instance, about N^p/p!, must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  ///   - iterations: from 0 to 100000.
  ///   - start: overlap at the start, up to the prior's second moment; nil for that of the prior's mean, or 1e-6 where the
  ///     prior is centred.
  /// - Returns: mean, standard error, theory and their difference.
  /// - Throws: `DomainError` for arguments out of range.
  /// - Complexity: N^p/p! random numbers and as many multiplications an iteration, for each sample.
  ///
  /// Source: theory sheet *spiked replica*, section 5; arXiv:1701.08010.
  public func sampledMessagePassing(
    prior: Prior = .gaussian, size: Int, samples: Int, seed: UInt64, iterations: Int = 100, start: Double? = nil
  ) throws(DomainError) -> SampledOverlap {
    try matrixTensor().sampledMessagePassing(
      prior: prior, size: size, samples: samples, seed: seed, iterations: iterations, start: start)
  }

  /// The cosine of maximum-likelihood message passing with the signal on sampled instances, beside state evolution.
  ///
  /// As ``SpikedMatrixTensor/sampledMaximumLikelihood(size:samples:seed:iterations:start:)``.
  ///
  /// - Parameters:
  ///   - size: N, at least 10; couplings of an instance, about N^p/p!, must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  ///   - iterations: from 0 to 100000.
  ///   - start: cosine at the start, from 0 to 1; nil for 1e-6.
  /// - Returns: mean, standard error, theory and their difference.
  /// - Throws: `DomainError` for arguments out of range.
  /// - Complexity: N^p/p! random numbers and as many multiplications an iteration, for each sample.
  ///
  /// Source: theory sheet *spiked replica*, section 2.
  public func sampledMaximumLikelihood(
    size: Int, samples: Int, seed: UInt64, iterations: Int = 100, start: Double? = nil
  ) throws(DomainError) -> SampledOverlap {
    try matrixTensor().sampledMaximumLikelihood(
      size: size, samples: samples, seed: seed, iterations: iterations, start: start)
  }
}
