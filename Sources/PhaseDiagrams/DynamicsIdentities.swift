// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeDynamics
import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics

extension SphericalSpinGlass {
  /// `check spherical-spin-glass`, the part about dynamics.
  static let dynamicsIdentities: [Identity] = [
    Identity("dynamics: mu = T - p e for pure models", bound: 1e-9) {
      let model = try SphericalDynamics(SphericalSpinGlass(covariance: [3: 0.5]), temperature: 0.3)
      return try [0.5, 4].map { t in
        let state = try model.state(at: t)
        return abs(try state.multiplier.get() - 0.3 + 3 * state.energy.get())
      }.max() ?? .infinity
    },
    Identity("dynamics: motion without friction conserves energy", bound: 1e-9) {
      let model = try SphericalDynamics(
        SphericalSpinGlass(covariance: [3: 0.5]), temperature: 0, inertia: .heavyBall(mass: 1, friction: 0))
      let state = try model.state(at: 3)
      return abs(0.5 * (try state.kinetic.get()) + (try state.energy.get()))
    },
    Identity("dynamics: the matrix model (p = 2) by Bessel functions", bound: 1e-10) {
      let g = { (u: Double) in Special.besselI1Scaled(2 * u) / u }
      let model = try SphericalDynamics(SphericalSpinGlass(covariance: [2: 0.5]), temperature: 0)
      let c = try model.state(at: 3, waitingTime: 1.25).correlation.get()
      return abs(c - g(4.25) / (g(6) * g(2.5)).squareRoot())
    },
    Identity(
      "dynamics: an equilibrium start keeps its energy and obeys the fluctuation-dissipation theorem", bound: 1e-9
    ) {
      let model = try SphericalDynamics(
        SphericalSpinGlass(covariance: [3: 0.5]), temperature: 0.7, initialTemperature: 0.7)
      let pair = try model.state(at: 4, waitingTime: 1)
      return max(
        abs(try model.state(at: 4).energy.get() + 0.5 / 0.7),
        abs(0.7 * (try pair.integratedResponse.get()) - 1 + (try pair.correlation.get())))
    },
    Identity("dynamics: equilibrium correlation by mode coupling and from two times", bound: 1e-7) {
      let glass = try SphericalSpinGlass(covariance: [3: 0.5])
      let model = try SphericalDynamics(glass, temperature: 0.7, initialTemperature: 0.7)
      return abs(
        try model.state(at: 4, waitingTime: 1).correlation.get()
          - glass.equilibriumCorrelation(temperature: 0.7, at: 3).get())
    },
    Identity(
      "dynamics: small steps of gradient descent follow the gradient flow, extrapolated to none", bound: 1e-5
    ) {
      let glass = try SphericalSpinGlass(covariance: [3: 0.5], signal: [2: 0.8])
      let flow = try SphericalDynamics(glass, temperature: 0, initialOverlap: 0.3).state(at: 1).overlap.get()
      let overlap = { (steps: Int) throws -> Double in
        try DiscreteDynamics(glass, learningRate: 1 / Double(steps), initialOverlap: 0.3).history(steps: steps)[steps]
          .overlap
      }
      // The terms of first and second order in the step cancel.
      return abs((8 * (try overlap(200)) - 6 * (try overlap(100)) + (try overlap(50))) / 3 - flow)
    },
    Identity("dynamics: a vanishing mass leaves Langevin dynamics, the rest is of second order in it", bound: 2e-3) {
      let glass = try SphericalSpinGlass(covariance: [3: 0.5])
      let energy = { (mass: Double) throws -> Double in
        try SphericalDynamics(glass, temperature: 0, inertia: .heavyBall(mass: mass, friction: 1))
          .state(at: 2).energy.get()
      }
      let flow = try SphericalDynamics(glass, temperature: 0).state(at: 2).energy.get()
      return abs(2 * (try energy(0.05)) - (try energy(0.1)) - flow)
    },
    Identity(
      "dynamics: the energy of gradient flow at long times, (e - e_th) t^(2/3) -> 0.3225", bound: 3e-4, isSlow: true
    ) {
      // The amplitude at t = 10^5 (theory sheet *dynamics*, section 2); at t = 1000 it is within 2e-4.
      let energy = try SphericalDynamics(SphericalSpinGlass(covariance: [3: 0.5]), temperature: 0)
        .state(at: 1000).energy.get()
      return abs(100 * (energy + 2 / 3.0.squareRoot()) - 0.3225)
    },
  ]
}

extension SpikedMatrixTensor {
  /// `check spiked-matrix-tensor`, the part about dynamics.
  static let dynamicsIdentities: [Identity] = [
    Identity("dynamics: Langevin at T = 1 ends at the overlap of the posterior", bound: 1e-5) {
      let model = try SpikedMatrixTensor(p: 3, delta2: 0.4, deltap: 1)
      let posterior = try model.saddlePoints().first(where: \.isDominant)?.overlap.get() ?? .infinity
      return abs(
        try SphericalDynamics(model, temperature: 1, initialOverlap: 0.5).state(at: 14).overlap.get() - posterior)
    }
  ]
}
