// SPDX-License-Identifier: GPL-3.0-or-later

import FiniteSize
import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import Testing

/// Algorithms on sampled measurements share nothing with the integrals of theory; seeds are fixed, before any was seen to agree.
@Suite struct GeneralizedLinearSimulationTests {
  /// Three standard errors of 16 samples, exceeded once in a hundred times.
  private func agrees(_ sampled: SampledOverlap, _ what: String) throws {
    #expect(abs(try #require(sampled.deviation)) < 3, "\(what): \(sampled)")
  }

  private func model(_ channel: OutputChannel, noise: Double = 0, alpha: Double) throws -> GeneralizedLinear {
    try GeneralizedLinear(measurement: Measurement(channel: channel, noise: noise), alpha: alpha)
  }

  @Test(arguments: [Preprocessing.optimal, .subset(cut: 2), .trimmed(cut: 7), .mondelliMontanari])
  func spectralOverlaps(preprocessing: Preprocessing) throws {
    try agrees(
      model(.modulus, alpha: 4).sampledSpectralMethod(preprocessing, size: 120, samples: 16, seed: 1),
      "\(preprocessing)")
  }

  @Test(arguments: [OutputChannel.modulus, .modulusAdditive, .intensity])
  func spectralOverlapsWithNoise(channel: OutputChannel) throws {
    try agrees(
      model(channel, noise: 0.2, alpha: 4).sampledSpectralMethod(.optimal, size: 100, samples: 16, seed: 2),
      "\(channel)")
  }

  @Test func belowTransition() throws {
    let sampled = try model(.modulus, alpha: 1.5).sampledSpectralMethod(.trimmed(cut: 4), size: 60, samples: 4, seed: 1)
    #expect(sampled.theory.value == 0 && sampled.deviation == nil)
  }

  /// The second step is the first with a reaction term.
  @Test(arguments: [1, 2, 4, 40])
  func messagePassingFollowsStateEvolution(iterations: Int) throws {
    try agrees(
      model(.modulus, noise: 0.1, alpha: 1.5)
        .sampledMessagePassing(size: 300, samples: 16, seed: 3, iterations: iterations, start: 0.4),
      "after \(iterations)")
    try agrees(
      model(.modulus, alpha: 0.9)
        .sampledMessagePassing(size: 300, samples: 16, seed: 4, iterations: min(iterations, 4), start: 0.4),
      "noiseless, after \(iterations)")
  }

  @Test func growthAndPerfectRecovery() throws {
    try agrees(
      model(.modulus, noise: 0.1, alpha: 2).sampledMessagePassing(size: 300, samples: 16, seed: 5), "small start")
    let perfect = try model(.modulus, alpha: 2).sampledMessagePassing(size: 200, samples: 4, seed: 6, iterations: 1000)
    #expect(abs(try perfect.mean.get() - 1) < 1e-12)
    #expect(abs(try perfect.theory.get() - 1) < 1e-12)
  }

  @Test func refusals() throws {
    #expect(throws: DomainError.self) {
      _ = try model(.intensity, noise: 0.1, alpha: 2).sampledMessagePassing(size: 100, samples: 4, seed: 1)
    }
    #expect(throws: DomainError.self) {
      _ = try model(.sign, alpha: 2).sampledSpectralMethod(.optimal, size: 100, samples: 4, seed: 1)
    }
    #expect(throws: DomainError.self) {
      _ = try GeneralizedLinear(measurement: Measurement(channel: .modulus, field: .complex), alpha: 2)
        .sampledSpectralMethod(.optimal, size: 100, samples: 4, seed: 1)
    }
  }

  /// Without noise the signal is a minimum of the risk, where nothing is lost.
  @Test func plantedMinimum() throws {
    let end = try PhaseRetrieval(alpha: 6).sampledDescent(from: .planted, size: 60, samples: 8, seed: 1)
    #expect(end.converged == 8 && end.failed == 0)
    #expect(abs(try end.overlap.get() - 1) < 1e-12)
    #expect(try end.energy.get() < 1e-25)
    #expect(try end.lowestEigenvalue.get() > 0)
  }

  /// At alpha = 12 a spectral start is in the basin of the signal.
  @Test(arguments: [Loss.quartic, try? .normalised(a0: 1)])
  func spectralStartRecovers(loss: Loss?) throws {
    let end = try PhaseRetrieval(alpha: 12, loss: #require(loss))
      .sampledDescent(from: .spectral, tolerance: 1e-6, size: 40, samples: 8, seed: 2)
    #expect(end.converged == 8)
    #expect(abs(try end.overlap.get() - 1) < 1e-10)
  }

  /// With D the variance of weak noise the quartic risk at its minimum is D (1 - 3/alpha) to first order: its slope at the
  /// signal has the variance 12 D alpha and its Hessian is 2 alpha.
  @Test func energyOfNoise() throws {
    let end = try PhaseRetrieval(alpha: 50, noise: 1e-4).sampledDescent(from: .planted, size: 20, samples: 40, seed: 3)
    #expect(end.failed == 0)
    let (energy, error) = (try end.energy.get() / 1e-4, end.energy.error / 1e-4)
    #expect(abs(energy - 0.94) < 3 * error && error < 0.02)
  }

  /// Descent ends in minima; without the multiplier, about 3 here, eigenvalues would be too large or negative.
  @Test func randomLabelsEndInMinima() throws {
    let end = try PhaseRetrieval(alpha: 14).sampledDescent(labels: .random, size: 60, samples: 6, seed: 4)
    #expect(end.converged > 1)
    #expect(try end.lowestEigenvalue.get() > 0 && end.lowestEigenvalue.get() < 1.5)
    #expect(try end.gradientNorm.get() <= 1e-4)
  }

  @Test func unconvergedRunsAreCounted() throws {
    let end = try PhaseRetrieval(alpha: 6).sampledDescent(steps: 1, size: 40, samples: 4, seed: 5)
    #expect(end.converged == 0 && end.failed == 4)
    #expect(end.energy.value == nil)
  }
}
