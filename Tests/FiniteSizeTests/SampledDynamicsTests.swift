// SPDX-License-Identifier: GPL-3.0-or-later

import FiniteSize
import LandscapeDynamics
import LandscapeModels
import SaddlepointCore
import Testing

@Suite struct SampledDynamicsTests {
  /// Whether a sampled mean is within three standard errors of the mean-field value, up to a bias of 1/N.
  private func agrees(_ sampled: Estimate?, _ theory: Estimate, size: Int) throws -> Bool {
    let sampled = try #require(sampled)
    return abs(try sampled.get() - theory.get()) < 3 * sampled.error + 1 / Double(size)
  }

  @Test(arguments: [
    (Inertia.overdamped, 0.0), (.overdamped, 1), (.heavyBall(mass: 1, friction: 0.5), 0),
    (.heavyBall(mass: 0.5, friction: 1), 0.7), (.nesterov(mass: 1, offset: 1), 0),
  ])
  func instancesFollowTheMeanFieldEquations(_ inertia: Inertia, _ temperature: Double) throws {
    let size = 60
    let model = try SpikedMatrixTensor(p: 3, delta2: 0.4, deltap: 1)
    let theory = try SphericalDynamics(model, temperature: temperature, initialOverlap: 0.5, inertia: inertia)
    let t = 0.6
    let sampled = try model.sampledDynamics(
      temperature: temperature, initialOverlap: 0.5, inertia: inertia, time: t, step: 0.05, size: size, samples: 16,
      seed: 11)
    let state = try theory.state(at: t)
    #expect(try agrees(sampled.overlap, state.overlap, size: size))
    #expect(try agrees(sampled.energy, state.energy, size: size))
    #expect(try agrees(sampled.multiplier, state.multiplier, size: size))
    #expect(try agrees(sampled.correlation, theory.state(at: t, waitingTime: 0).correlation, size: size))
    if inertia != .overdamped { #expect(try agrees(sampled.kinetic, state.kinetic, size: size)) }
  }

  @Test func tensorsOfOrderFourAndRandomFields() throws {
    let model = try SphericalSpinGlass(covariance: [1: 0.3, 4: 0.5], signal: [1: 0.4])
    let sampled = try model.sampledDynamics(
      temperature: 0.2, initialOverlap: 0.3, time: 1, step: 0.05, size: 30, samples: 24, seed: 5)
    let state = try SphericalDynamics(model, temperature: 0.2, initialOverlap: 0.3).state(at: 1)
    #expect(try agrees(sampled.overlap, state.overlap, size: 30))
    #expect(try agrees(sampled.energy, state.energy, size: 30))
  }

  @Test func plantedStartsAreInEquilibrium() throws {
    let glass = try SphericalSpinGlass(covariance: [3: 0.5])
    let sampled = try glass.sampledDynamics(
      temperature: 0.7, initialTemperature: 0.7, time: 1, step: 0.05, size: 60, samples: 32, seed: 3)
    #expect(try agrees(sampled.energy, .exact(-0.5 / 0.7), size: 60))
    #expect(
      try agrees(sampled.correlation, glass.equilibriumCorrelation(temperature: 0.7, at: 1), size: 60))
  }

  @Test func motionWithoutFrictionConservesEnergyOnEveryInstance() throws {
    let glass = try SphericalSpinGlass(covariance: [2: 0.3, 3: 0.4])
    func total(_ step: Double) throws -> Double {
      func sum(_ t: Double) throws -> Double {
        let state = try glass.sampledDynamics(
          temperature: 0, inertia: .heavyBall(mass: 1, friction: 0), time: t, step: step, size: 20, samples: 2, seed: 1)
        return try state.energy.get() + 0.5 * (state.kinetic?.get() ?? .nan)
      }
      return try sum(2) - sum(1e-6)
    }
    let (coarse, fine) = (try total(0.1), try total(0.05))
    // Second order in the step.
    #expect(abs(fine) < 1e-2 && abs(coarse / fine - 4) < 1)
  }

  @Test func updatesInDiscreteTimeFollowTheirEquations() throws {
    let size = 60
    let model = try SpikedMatrixTensor(p: 3, delta2: 0.4, deltap: 1)
    let steps = 8
    let sampled = try model.sampledUpdates(
      learningRate: 0.15, momentum: 0.6, initialOverlap: 0.5, steps: steps, size: size, samples: 24, seed: 4)
    let theory = try DiscreteDynamics(model, learningRate: 0.15, momentum: 0.6, initialOverlap: 0.5)
      .history(steps: steps)
    #expect(sampled.count == steps + 1)
    for (state, step) in zip(sampled, theory) {
      #expect(try agrees(state.overlap, .exact(step.overlap), size: size))
      #expect(try agrees(state.energy, .exact(step.energy), size: size))
      #expect(try agrees(state.multiplier, .exact(step.multiplier), size: size))
      #expect(try agrees(state.correlation, .exact(step.correlations[0]), size: size))
    }
  }

  @Test func instancesThatCannotBeSampledAreRefused() throws {
    let glass = try SphericalSpinGlass(covariance: [5: 0.5])
    #expect(throws: DomainError.self) {
      try glass.sampledDynamics(temperature: 0, time: 1, step: 0.05, size: 20, samples: 2, seed: 1)
    }
    let large = try SphericalSpinGlass(covariance: [4: 0.5])
    #expect(throws: DomainError.self) {
      try large.sampledDynamics(temperature: 0, time: 1, step: 0.05, size: 2000, samples: 2, seed: 1)
    }
    #expect(throws: DomainError.self) {
      try large.sampledDynamics(temperature: -1, time: 1, step: 0.05, size: 20, samples: 2, seed: 1)
    }
  }
}
