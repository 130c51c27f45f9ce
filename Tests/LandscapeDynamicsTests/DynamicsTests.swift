// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LandscapeDynamics
import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics
import SaddlepointTestSupport
import Testing

/// The dynamics that a reference row describes.
private func dynamics(_ row: ReferenceRow) throws -> SphericalDynamics {
  var inertia = Inertia.overdamped
  if case .number(let mass)? = row.inputs["mass"] {
    if case .number(let friction)? = row.inputs["friction"] {
      inertia = .heavyBall(mass: mass, friction: friction)
    } else {
      inertia = .nesterov(mass: mass, offset: 1)
    }
  }
  var start: Double?
  if case .number(let temperature)? = row.inputs["initial_temperature"] { start = temperature }
  func make(_ landscape: some SphericalLandscape) throws -> SphericalDynamics {
    try SphericalDynamics(
      landscape, temperature: row["temperature"], initialOverlap: row["m0"].isNaN ? 0 : row["m0"],
      initialTemperature: start, inertia: inertia)
  }
  guard row.model == "spherical-spin-glass" else {
    return try make(SpikedMatrixTensor(p: Int(row["p"]), delta2: row["delta2"], deltap: row["deltap"]))
  }
  func mixture(_ name: String) -> Mixture {
    Mixture((row.coefficients(name) ?? []).map { Polynomial.Term(degree: $0.degree, coefficient: $0.coefficient) })
  }
  return try make(SphericalSpinGlass(covariance: mixture("mixture"), signal: mixture("signal")))
}

private func glass(_ covariance: Mixture) throws -> SphericalSpinGlass {
  try SphericalSpinGlass(covariance: covariance)
}

private let rows = ReferenceRow.rows(of: "dynamics")

@Suite struct DynamicsTests {
  @Test func referenceRowsAndTheirErrorsHold() throws {
    var count = 0
    for row in rows where !row["t"].isNaN {
      if !runsSlowTests, row["t"] > 20 { continue }
      let model = try dynamics(row)
      let t = row["t"]
      let estimate: Estimate
      switch row.quantity.prefix { $0 != "(" && $0 != "|" } {
      case "correlation C": estimate = try model.state(at: t, waitingTime: row["t_prime"]).correlation
      case "response R": estimate = try model.state(at: t, waitingTime: row["t_prime"]).response
      case "energy e": estimate = try model.state(at: t).energy
      case "overlap m": estimate = try model.state(at: t).overlap
      case "multiplier mu": estimate = try model.state(at: t).multiplier
      case "kinetic ": estimate = try model.state(at: t).kinetic
      default: continue
      }
      count += 1
      let value = try #require(estimate.value, "\(row)")
      // The reference rows of late times come from a two-resolution run of their own.
      let trusted = row.uncertainty * 10
      #expect(abs(value - row.number) <= estimate.error + trusted, "\(row): \(value), error \(estimate.error)")
      let asked = max(1e-7, pow(10, -Double(row.digits - 1))) * abs(row.number)
      #expect(abs(value - row.number) <= asked, "\(row): \(value)")
      #expect(estimate.error <= 30 * asked, "\(row): \(estimate.error)")
    }
    #expect(count > (runsSlowTests ? 40 : 20))
  }

  @Test(arguments: [(2.0, 1.0), (15.0, 4.0), (300.0, 120.0)] + (runsSlowTests ? [(20_000.0, 15_000.0)] : []))
  func matrixWithoutSpikeIsSolvedByBesselFunctions(_ times: (Double, Double)) throws {
    // g(u) = I_1(2u)/u; C = g(t+t')/sqrt(g(2t) g(2t')), R = sqrt(g(2t')/g(2t)) g(t-t').
    let (t, waiting) = times
    let scaled = { (u: Double) in Special.besselI1Scaled(2 * u) / u }
    let found = try SphericalDynamics(glass([2: 0.5]), temperature: 0).state(at: t, waitingTime: waiting)
    let c = scaled(t + waiting) / (scaled(2 * t) * scaled(2 * waiting)).squareRoot()
    let r = (scaled(2 * waiting) / scaled(2 * t)).squareRoot() * scaled(t - waiting)
    let bound = t < 30 ? 1e-11 : 2e-6
    let (errorC, errorR) = (abs(try found.correlation.get() - c), abs(try found.response.get() - r))
    #expect(errorC <= bound && errorC <= found.correlation.error)
    #expect(errorR <= bound && errorR <= found.response.error)
  }

  @Test func homogeneousLandscapesTieMultiplierToEnergy() throws {
    for (p, temperature) in [(3, 0.0), (3, 0.5), (4, 0.3)] {
      let landscape = try glass(Mixture([.init(degree: p, coefficient: 0.5)]))
      let model = try SphericalDynamics(landscape, temperature: temperature)
      for t in [0.3, 3] + (runsSlowTests ? [200] : []) {
        let state = try model.state(at: t)
        #expect(abs(try state.multiplier.get() - temperature + Double(p) * state.energy.get()) < 1e-9)
      }
    }
  }

  @Test func motionWithoutFrictionConservesEnergy() throws {
    let model = try SphericalDynamics(
      glass([3: 0.5]), temperature: 0, inertia: .heavyBall(mass: 1.5, friction: 0))
    for t in [0.5, 2, 6] {
      let state = try model.state(at: t)
      #expect(abs(0.75 * (try state.kinetic.get()) + (try state.energy.get())) < 1e-9)
    }
  }

  @Test func frictionTakesTheEnergyThatIsMissing() throws {
    let model = try SphericalDynamics(
      glass([2: 0.3, 3: 0.4]), temperature: 0.4, inertia: .heavyBall(mass: 0.7, friction: 0.8))
    let total = { (t: Double) throws -> Double in
      let state = try model.state(at: t)
      return 0.35 * (try state.kinetic.get()) + (try state.energy.get())
    }
    let (t, h) = (1.3, 0.02)
    let rate = try (8 * (total(t + h) - total(t - h)) - (total(t + 2 * h) - total(t - 2 * h))) / (12 * h)
    let kinetic = try model.state(at: t).kinetic.get()
    #expect(abs(rate - (0.8 * 0.4 / 0.7 - 0.8 * kinetic)) < 1e-6)
  }

  @Test func equilibriumStartStaysInEquilibrium() throws {
    let landscape = try glass([3: 0.5])
    let model = try SphericalDynamics(landscape, temperature: 0.7, initialTemperature: 0.7)
    for t in [1.0, 8] + (runsSlowTests ? [100] : []) {
      let state = try model.state(at: t)
      #expect(abs(try state.energy.get() + 0.5 / 0.7) <= 1e-6)
      // Time translation, and another route: mode coupling on a doubling grid.
      let c = try model.state(at: t, waitingTime: 0.4 * t)
      let alone = try landscape.equilibriumCorrelation(temperature: 0.7, at: 0.6 * t)
      #expect(abs(try c.correlation.get() - alone.get()) < 2e-6)
      // T chi = 1 - C.
      #expect(abs(0.7 * (try c.integratedResponse.get()) - 1 + (try c.correlation.get())) < 2e-6)
    }
  }

  @Test func timesAreAnsweredAlikeAloneAndTogether() throws {
    let model = try SphericalDynamics(glass([3: 0.4]), temperature: 0.2)
    let (first, second): (Double, Double) = runsSlowTests ? (60, 500) : (2, 7)
    let late = try model.state(at: second)
    let early = try model.state(at: first)
    let alone = try SphericalDynamics(glass([3: 0.4]), temperature: 0.2).state(at: first)
    #expect(early == alone && late.energy.value != early.energy.value)
  }

  @Test func escapeTimes() throws {
    for row in rows.filter({ $0.quantity.hasPrefix("escape time") }).prefix(runsSlowTests ? 100 : 1) {
      let escape = try dynamics(row).escape(to: row["target"], by: 1e5)
      #expect(abs(try escape.time.get() / row.number - 1) < 1e-4, "\(row): \(escape)")
    }
    let trapped = try SphericalDynamics(
      SpikedMatrixTensor(p: 3, delta2: 1 / 1.1, deltap: 1), temperature: 1, initialOverlap: 1e-10
    ).escape(to: 0.1, by: 200)
    #expect(trapped.time.value == nil && trapped.time.status.reason == "not by t_max")
    #expect(try trapped.overlap.get() > 1e-12)
    #expect(trapped.slope != nil)
  }

  @Test func updatesInDiscreteTime() throws {
    for row in rows where !row["learning_rate"].isNaN {
      let model = try SpikedMatrixTensor(p: Int(row["p"]), delta2: row["delta2"], deltap: row["deltap"])
      let history = try DiscreteDynamics(
        model, learningRate: row["learning_rate"], momentum: row["momentum"], initialOverlap: row["m0"]
      ).history(steps: Int(row["steps"]))
      let last = try #require(history.last)
      let value =
        row.quantity.hasPrefix("overlap")
        ? last.overlap : row.quantity.hasPrefix("energy") ? last.energy : last.correlations[0]
      #expect(abs(value - row.number) < 1e-11, "\(row): \(value)")
    }
  }

  @Test func smallStepsFollowTheGradientFlow() throws {
    let model = try SpikedMatrixTensor(p: 3, delta2: 0.4, deltap: 1)
    let exact = try SphericalDynamics(model, temperature: 0, initialOverlap: 0.3).state(at: 1).overlap.get()
    let errors = try [50, 100].map { steps in
      try DiscreteDynamics(model, learningRate: 1 / Double(steps), initialOverlap: 0.3).history(steps: steps)[steps]
        .overlap
        - exact
    }
    #expect(abs(errors[1]) < 0.01 && abs(errors[0] / errors[1] - 2) < 0.1)
  }

  @Test func agingStates() throws {
    for row in rows
    where row.quantity.hasPrefix("aging") || row.quantity.hasPrefix("FDT") || row.quantity.hasPrefix("threshold") {
      let terms = (row.coefficients("mixture") ?? []).map {
        Polynomial.Term(degree: $0.degree, coefficient: $0.coefficient)
      }
      let state = try glass(Mixture(terms)).agingState(temperature: row["temperature"])
      let estimate: Estimate
      switch row.quantity {
      case "aging plateau q": estimate = state.plateau
      case "aging exponent a": estimate = state.exponentA
      case "FDT ratio x": estimate = state.ratio
      default: estimate = state.energy
      }
      #expect(estimate.agrees(with: row.number, within: 3 * row.uncertainty + 1e-13), "\(row): \(estimate)")
    }
    // Continuous at T = 0, absent above the dynamic temperature sqrt(3/8).
    let cold = try glass([3: 0.5]).agingState(temperature: 1e-7)
    let frozen = try glass([3: 0.5]).agingState(temperature: 0)
    #expect(abs(try cold.energy.get() - frozen.energy.get()) < 1e-6)
    #expect(abs(try cold.slope.get() - frozen.slope.get()) < 1e-6)
    #expect(try glass([3: 0.5]).agingState(temperature: 0.62).plateau.value == nil)
    #expect(try glass([3: 0.5]).agingState(temperature: 0.61).plateau.value != nil)
  }

  @Test func exponentsOfPureModels() throws {
    let exponents = try #require(RelaxationExponents(parameter: 0.5))
    #expect(exponents.a.agrees(with: 0.395263063080741, within: 1e-12))
    #expect(exponents.b.agrees(with: 1, within: 1e-12))
    #expect(exponents.gamma.agrees(with: 1.7649803300691, within: 1e-11))
    #expect(RelaxationExponents(parameter: 1) == nil && RelaxationExponents(parameter: 0) == nil)
  }

  @Test func equilibriumCorrelations() throws {
    for row in rows where row.quantity.hasPrefix("equilibrium correlation") {
      let terms = (row.coefficients("mixture") ?? []).map {
        Polynomial.Term(degree: $0.degree, coefficient: $0.coefficient)
      }
      let c = try glass(Mixture(terms)).equilibriumCorrelation(temperature: row["temperature"], at: row["tau"])
      #expect(abs(try c.get() - row.number) <= c.error + 10 * row.uncertainty, "\(row): \(c)")
      #expect(c.error < 1e-3)
    }
  }

  @Test func badNumbersAreRefused() throws {
    let landscape = try glass([3: 0.5])
    #expect(throws: DomainError.self) { try SphericalDynamics(landscape, temperature: -1) }
    #expect(throws: DomainError.self) { try SphericalDynamics(landscape, temperature: 0, initialOverlap: 1.1) }
    #expect(throws: DomainError.self) { try SphericalDynamics(landscape, temperature: 0, initialTemperature: 0) }
    #expect(throws: DomainError.self) {
      try SphericalDynamics(landscape, temperature: 0, inertia: .heavyBall(mass: 0, friction: 1))
    }
    let model = try SphericalDynamics(landscape, temperature: 0)
    #expect(throws: DomainError.self) { try model.state(at: 0) }
    #expect(throws: DomainError.self) { try model.state(at: 1, waitingTime: 2) }
    // Below the static temperature the start is not what the equations assume.
    let cold = try SphericalDynamics(landscape, temperature: 0, initialTemperature: 0.5).state(at: 1)
    #expect(cold.energy.status.name == "approximate")
  }
}
