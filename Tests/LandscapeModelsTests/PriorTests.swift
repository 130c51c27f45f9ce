// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import SaddlepointCore
import Testing

@Suite struct PriorTests {
  @Test func secondMomentsAreTheContract() throws {
    var priors = [Prior.gaussian, .rademacher]
    for rho in [1e-6, 0.05, 0.5, 0.999] {
      priors += try Prior.Family.allCases.map { try $0.prior(rho: rho) }
    }
    priors.append(try .mixture([.init(weight: 3, mean: 7, deviation: 0.1), .init(weight: 1, mean: -2)]))
    for prior in priors {
      let weight = prior.components.reduce(0) { $0 + $1.weight }
      let mean = prior.components.reduce(0) { $0 + $1.weight * $1.mean }
      let square = prior.components.reduce(0) { $0 + $1.weight * ($1.mean * $1.mean + $1.variance) }
      #expect(abs(weight - 1) < 1e-15)
      #expect(abs(mean - prior.mean) < 1e-12)
      #expect(abs(square - prior.secondMoment) < 1e-12)
      #expect(prior.secondMoment == (prior.name == "bernoulli" ? prior.rho : 1))
    }
  }

  @Test func textReadsBack() throws {
    let prior = try Prior.mixture([.init(weight: 0.25, mean: -1.5, deviation: 1e-3), .init(weight: 0.75, mean: 0.1)])
    #expect(prior.name == "mixture:0.25@-1.5+-0.001,0.75@0.1")
    #expect(try Prior.named(prior.name, rho: nil) == prior)
  }

  @Test func badPriorsAreRefused() {
    for rho in [0, 1, -0.1, 1.5, .nan, .infinity] {
      for family in Prior.Family.allCases {
        #expect(throws: DomainError.self) { try family.prior(rho: rho) }
      }
    }
    for parts: [Prior.Part] in [
      [], [.init(weight: 0, mean: 1)], [.init(weight: -1, mean: 1)], [.init(weight: 1, mean: 0)],
      [.init(weight: .nan, mean: 1)], [.init(weight: 1, mean: .infinity)],
      [.init(weight: 1, mean: 0, deviation: -1)], [.init(weight: 1, mean: 1e200)],
      [Prior.Part](repeating: .init(weight: 1, mean: 1), count: 65),
    ] {
      #expect(throws: DomainError.self) { try Prior.mixture(parts) }
    }
    #expect(throws: DomainError.self) { try Prior.named("rademacher", rho: 0.1) }
    #expect(throws: DomainError.self) { try Prior.named("bernoulli", rho: nil) }
  }
}
