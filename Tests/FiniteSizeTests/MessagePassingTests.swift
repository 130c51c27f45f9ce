// SPDX-License-Identifier: GPL-3.0-or-later

import FiniteSize
import Foundation
import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics
import Testing

/// Message passing on instances shares nothing with state evolution; seeds are fixed, before any was seen to agree.
@Suite struct MessagePassingTests {
  /// Three standard errors of 16 samples, exceeded once in a hundred times.
  private func agrees(_ sampled: SampledOverlap, _ what: String) throws {
    #expect(abs(try #require(sampled.deviation)) < 3, "\(what): \(sampled)")
  }

  @Test(arguments: [(2.0, "gaussian", nil), (1.8, "rademacher", nil), (2, "sparse-rademacher", 0.1)])
  func matricesFollowStateEvolution(snr: Double, name: String, rho: Double?) throws {
    let model = try SpikedWigner(snr: snr, prior: .named(name, rho: rho))
    try agrees(model.sampledMessagePassing(size: 300, samples: 16, seed: 3, iterations: 30), name)
    // The second step is the first with a reaction term.
    for iterations in [1, 2] {
      try agrees(
        model.sampledMessagePassing(size: 300, samples: 16, seed: 4, iterations: iterations, start: 0.3),
        "\(name) after \(iterations)")
    }
  }

  /// A prior with a mean starts from it.
  @Test func knownMean() throws {
    let model = try SpikedWigner(snr: 60, prior: .bernoulli(rho: 0.2))
    for iterations in [1, 2, 20] {
      try agrees(model.sampledMessagePassing(size: 300, samples: 16, seed: 1, iterations: iterations), "\(iterations)")
    }
  }

  @Test func rectangularMatrices() throws {
    let model = try SpikedWishart(snr: 3, ratio: 0.5, priorV: .twoGroup(rho: 0.3))
    for (iterations, start) in [(0, 0.4), (1, 0.4), (20, 0.4)] {
      let sampled = try model.sampledMessagePassing(
        size: 200, samples: 16, seed: 5, iterations: iterations, start: start)
      if iterations > 0 { try agrees(sampled.u, "u after \(iterations)") }
      try agrees(sampled.v, "v after \(iterations)")
    }
  }

  @Test(arguments: [(3, 0.4, 1.0, 60), (4, 0.5, 0.5, 25)])
  func matrixAndTensor(p: Int, delta2: Double, deltap: Double, size: Int) throws {
    let model = try SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap)
    for iterations in [1, 2] {
      try agrees(
        model.sampledMessagePassing(size: size, samples: 16, seed: 6, iterations: iterations, start: 0.4),
        "p = \(p), Bayes after \(iterations)")
      try agrees(
        model.sampledMaximumLikelihood(size: size, samples: 16, seed: 7, iterations: iterations, start: 0.6),
        "p = \(p), likelihood after \(iterations)")
    }
  }

  /// The fixed point 0.85374781210171 of maximum-likelihood state evolution, a row of the reference table.
  @Test func maximumLikelihoodReachesItsFixedPoint() throws {
    let model = try SpikedMatrixTensor(p: 3, delta2: 0.3, deltap: 2)
    let sampled = try model.sampledMaximumLikelihood(size: 60, samples: 16, seed: 1)
    #expect(abs(try sampled.theory.get() - 0.85374781210171) < 1e-12)
    try agrees(sampled, "fixed point")
  }

  @Test func tensorAlone() throws {
    let model = try SpikedTensor(p: 3, delta: 0.12)
    try agrees(
      model.sampledMessagePassing(prior: .rademacher, size: 60, samples: 16, seed: 2, iterations: 20, start: 0.6),
      "informed")
    // Without information nothing is found, and nothing is claimed.
    let blind = try model.sampledMessagePassing(size: 30, samples: 16, seed: 2)
    #expect(abs(try blind.mean.get()) < 1e-6)
  }

  @Test func principalComponents() throws {
    try agrees(SpikedWigner(snr: 3).sampledPrincipalComponent(size: 300, samples: 16, seed: 1), "above")
    // Below the transition the eigenvector has a random sign.
    let below = try SpikedWigner(snr: 0.5).sampledPrincipalComponent(size: 150, samples: 16, seed: 1)
    #expect(below.theory == .exact(0))
    try agrees(below, "below")
    let singular = try SpikedWishart(snr: 3.5, ratio: 0.5).sampledPrincipalComponent(size: 300, samples: 16, seed: 1)
    // Squared cosines of the sheet: 0.532 and 0.651.
    #expect(abs(pow(try singular.u.theory.get(), 2) - 0.532) < 1e-3)
    #expect(abs(pow(try singular.v.theory.get(), 2) - 0.651) < 1e-3)
    try agrees(singular.u, "u")
    try agrees(singular.v, "v")
  }

  /// For Gaussian signals message passing is the principal component, of squared cosine q.
  @Test func gaussianMessagePassingIsThePrincipalComponent() throws {
    let model = try SpikedWigner(snr: 3)
    let vector = try model.sampledPrincipalComponent(size: 300, samples: 4, seed: 9)
    let passing = try model.sampledMessagePassing(size: 300, samples: 4, seed: 9)
    // The same instances: what fluctuates between samples does so in both.
    #expect(abs(pow(try vector.mean.get(), 2) - (try passing.mean.get())) < 0.02)
  }

  /// Without noise the field is phi'(m) = m^(k-1)/Delta times the signal, at every N.
  @Test(arguments: [2, 3, 4, 5]) func fieldsOfCouplings(order: Int) {
    let signal = [0.3, -1.2, 0.7, 2, -0.4, 1.1, 0.9]
    let x = [1.0, 0.5, -0.8, 0.3, 1.4, -1, 0.2]
    let strength = 1e24
    var random = RandomStream(seed: 1, stream: 0)
    let couplings = SpikedCouplings(signal: signal, order: order, strength: strength, random: &random)
    var field = [Double](repeating: 0, count: signal.count)
    couplings.addField(of: x, to: &field)
    let overlap = zip(signal, x).reduce(0) { $0 + $1.0 * $1.1 } / 7
    for i in signal.indices {
      let expected = strength * signal[i] * pow(overlap, Double(order - 1))
      #expect(abs(field[i] - expected) < 1e-9 * strength)
    }
  }

  /// The gradient of a Gaussian field of covariance N xi(q): E |F|^2/N = xi'(q) + q xi''(q)/N at q = |x|^2/N, at every N.
  @Test(arguments: [2, 3, 4]) func noiseOfFields(order: Int) {
    let x = [1.0, 0.5, -0.8, 1.3]
    let (size, samples) = (4, 20_000)
    let q = x.reduce(0) { $0 + $1 * $1 } / Double(size)
    let squares = (0..<samples).map { sample -> Double in
      var random = RandomStream(seed: 5, stream: UInt64(sample))
      let couplings = SpikedCouplings(
        signal: [0, 0, 0, 0], order: order, strength: 2, random: &random)
      var field = [Double](repeating: 0, count: size)
      couplings.addField(of: x, to: &field)
      return field.reduce(0) { $0 + $1 * $1 } / Double(size)
    }
    let mean = squares.reduce(0, +) / Double(samples)
    let variance = squares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(samples - 1)
    let expected = 2 * (pow(q, Double(order - 1)) + Double(order - 1) * pow(q, Double(order - 1)) / Double(size))
    #expect(abs(mean - expected) < 3.5 * (variance / Double(samples)).squareRoot())
  }

  /// E eta^2 and E V over the channel are Q and the mmse.
  @Test func posteriorMeansHaveTheChannelsMoments() throws {
    let mixture = try Prior.mixture([
      .init(weight: 0.3, mean: 1, deviation: 0.5), .init(weight: 0.5, mean: 0), .init(weight: 0.2, mean: -2),
    ])
    for prior in [.gaussian, .rademacher, try .gaussBernoulli(rho: 0.2), mixture] {
      for g in [0.2, 2, 9.0] {
        let posterior = PosteriorMean(prior, snr: g)
        var (square, variance) = (0.0, 0.0)
        for part in prior.components {
          // B = g x + sqrt(g) z is normal within each part.
          let width = (g + g * g * part.variance).squareRoot()
          let h = 0.01
          for step in -1000...1000 {
            let z = h * Double(step)
            let weight = part.weight * h * exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            let (mean, spread) = posterior(g * part.mean + width * z)
            square += weight * mean * mean
            variance += weight * spread
          }
        }
        let values = try ScalarGaussianChannel(prior: prior).values(snr: g)
        #expect(abs(square - (try values.overlap.get())) < 1e-10)
        #expect(abs(variance - (try values.mmse.get())) < 1e-10)
      }
    }
  }

  @Test func samplesDependOnTheSeedAlone() throws {
    let model = try SpikedMatrixTensor(p: 3, delta2: 0.4, deltap: 1)
    let run = { (seed: UInt64) in try model.sampledMessagePassing(size: 30, samples: 6, seed: seed) }
    let first = try run(1)
    #expect(try Threads.$limit.withValue(1) { try run(1) } == first)
    #expect(try run(2) != first)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let wigner = try SpikedWigner(snr: 2, prior: .bernoulli(rho: 0.1))
    #expect(throws: DomainError.self) { try wigner.sampledMessagePassing(size: 9, samples: 4, seed: 1) }
    #expect(throws: DomainError.self) { try wigner.sampledMessagePassing(size: 100, samples: 1, seed: 1) }
    #expect(throws: DomainError.self) { try wigner.sampledMessagePassing(size: 100, samples: 4, seed: 1, start: 0.2) }
    #expect(throws: DomainError.self) {
      try wigner.sampledMessagePassing(size: 100, samples: 4, seed: 1, iterations: -1)
    }
    let tensor = try SpikedTensor(p: 4, delta: 1)
    let error = #expect(throws: DomainError.self) { try tensor.sampledMessagePassing(size: 1000, samples: 4, seed: 1) }
    // 1003 over 4 entries of 8 bytes.
    #expect(error?.allowed.contains("335.4 GB") == true)
    #expect(throws: DomainError.self) {
      try SpikedWishart(snr: 2, ratio: 0.01).sampledPrincipalComponent(size: 100, samples: 4, seed: 1)
    }
  }
}
