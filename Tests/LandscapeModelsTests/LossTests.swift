// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import SaddlepointCore
import Testing

private struct Saturating: DifferentiableLoss {
  func callAsFunction<S: DifferentiableScalar>(label y: S, prediction z: S) -> S {
    (1 + (z.squared - y.squared).squared).applying(.sqrt) - 1
  }
}

@Suite struct LossTests {
  @Test(arguments: [(0.3, 1.7), (2.0, -0.4), (-1.1, 0.9)]) func derivativesOfNamedLosses(y: Double, z: Double) throws {
    let quartic = Loss.quartic.jet(label: y, prediction: z)
    #expect(abs(quartic.value - 0.25 * (z * z - y * y) * (z * z - y * y)) < 1e-14)
    #expect(abs(quartic.first - z * (z * z - y * y)) < 1e-13)
    #expect(abs(quartic.second - (3 * z * z - y * y)) < 1e-13)
    let normalised = try Loss.normalised(a0: 0.1).jet(label: y, prediction: z)
    #expect(abs(normalised.second - 4 * (3 * z * z - y * y) / (0.1 + y * y)) < 1e-12 * abs(normalised.second))
  }

  @Test func aTypedLossIsTheBuiltInOne() throws {
    let pairs = [
      (try Loss.expression(Expression("(z^2-y^2)^2/4", variables: ["y", "z"])), Loss.quartic),
      (
        try Loss.expression(Expression("(z^2-y^2)^2/(0.5+y^2)", variables: ["y", "z"])), try Loss.normalised(a0: 0.5)
      ),
      (try Loss.expression(Expression("sqrt(1+(z^2-y^2)^2)-1", variables: ["y", "z"])), Loss(Saturating(), name: "s")),
    ]
    for (typed, written) in pairs {
      #expect(typed.isEven && typed.isEvenInLabel && typed.isJointlyEven)
      for (y, z) in [(0.3, 1.1), (2.5, -0.7), (0, 3)] {
        let (a, b) = (typed.jet(label: y, prediction: z), written.jet(label: y, prediction: z))
        #expect(abs(a.value - b.value) + abs(a.first - b.first) < 1e-12 * (1 + abs(b.first)))
        #expect(abs(a.second - b.second) < 1e-12 * (1 + abs(b.second)))
      }
    }
  }

  @Test func symmetriesAreSeen() throws {
    #expect(!Loss.squared.isEven && !Loss.squared.isEvenInLabel && Loss.squared.isJointlyEven)
    let skew = try Loss.expression(Expression("(z-y)^2+z^3/50", variables: ["y", "z"]))
    #expect(!skew.isEven && !skew.isJointlyEven)
  }

  @Test(arguments: ["abs(z)-y", "1/(z-y)^2", "log(z)", "y^2", "sqrt(z-y)", "max(z,y)", "(z^2)^0.5"])
  func lossesThatAreRefused(text: String) throws {
    #expect(throws: DomainError.self) { try Loss.expression(Expression(text, variables: ["y", "z"])) }
  }

  @Test(arguments: [0, -1, .infinity, .nan]) func normalisationsThatAreRefused(a0: Double) {
    #expect(throws: DomainError.self) { try Loss.normalised(a0: a0) }
  }

  @Test func labels() throws {
    #expect(Label.abs(-2) == 2 && Label.square(-2) == 4 && Label.linear(-2) == -2 && Label.sign(-2) == -1)
    let typed = try Label.expression(Expression("z^2+z", variables: ["z"]))
    #expect(typed(2) == 6 && !typed.isEven && !typed.isOdd)
    #expect(throws: DomainError.self) { try Label.expression(Expression("log(z)", variables: ["z"])) }
  }

  @Test func modelsRefuseBadParameters() throws {
    for alpha in [0, -1, .infinity, .nan] {
      #expect(throws: DomainError.self) { try PhaseRetrieval(alpha: alpha) }
    }
    #expect(throws: DomainError.self) { try PhaseRetrieval(alpha: 2, noise: -0.1) }
    #expect(try PhaseRetrieval(alpha: 2).loss.description == "quartic")
  }
}
