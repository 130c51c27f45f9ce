// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RandomMatrixTheory
import RealModule
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics

/// The largest of some discrepancies; infinity where one is missing.
private func largest(_ discrepancies: [Double?]) -> Double {
  discrepancies.map { $0.map(abs) ?? .infinity }.max() ?? .infinity
}

/// Fourth-order numerical derivative.
private func derivative(_ x: Double, step h: Double, _ f: (Double) throws -> Double) rethrows -> Double {
  let near = try f(x + h) - f(x - h)
  let far = try f(x + 2 * h) - f(x - 2 * h)
  return (8 * near - far) / (12 * h)
}

/// G at an overlap of a Gaussian signal, read off the curve: alpha = g/G.
private func slopeOfPsi(_ curve: GeneralizedLinearCurve, _ q: Double) throws -> Double {
  let g = q / (1 - q)
  return try g / curve.point(g, tolerance: 1e-14).strength
}

extension PhaseRetrieval {
  /// `check phase-retrieval`: the Bayes-optimal part.
  static let bayesIdentities: [Identity] = [
    Identity("output channel: G is the derivative of Psi_out (factor 2 real, 1 complex)", bound: 1e-8) {
      try largest(
        [
          Measurement(channel: .modulus), Measurement(channel: .modulus, noise: 0.1),
          Measurement(channel: .modulus, field: .complex), Measurement(channel: .modulusAdditive, noise: 0.1),
          Measurement(channel: .intensity, noise: 0.3),
        ].flatMap { measurement in
          let curve = try GeneralizedLinearCurve(measurement)
          return try [0.2, 0.6, 0.9].map { q -> Double? in
            let slope = try derivative(q, step: 2e-3) { try curve.psi($0, complement: 1 - $0).value }
            // The step's own error is of fifth order in step/(1-q).
            let factor = measurement.field == .complex ? 1.0 : 2
            return (factor * slope / (try slopeOfPsi(curve, q)) - 1) * Double.pow(1 - q, 4)
          }
        })
    },
    Identity(
      "weak recovery: closed form, law of the labels, limit of alpha(q), outlier of the best weights", bound: 1e-7
    ) {
      try largest(
        [0.0, 0.3].flatMap { noise -> [Double?] in
          let measurement = try Measurement(channel: .modulus, noise: noise)
          let closed = try measurement.weakRecovery().value
          let labels = try 1 / LabelLaw(measurement).expectation { _, h in (h - 1) * (h - 1) }
          let limit = try GeneralizedLinearCurve(measurement).point(1e-9, tolerance: 1e-14).strength
          // The calculator of random matrices, told nothing but the weights.
          var (none, some) = (0.9 * closed, 1.1 * closed)
          for _ in 0..<30 {
            let middle = 0.5 * (none + some)
            let isDetached = try !measurement.spectralMatrix(.optimal, alpha: middle).outliers(.upper).isEmpty
            if isDetached { some = middle } else { none = middle }
          }
          return [labels / closed - 1, limit / closed - 1, some / closed - 1]
        })
    },
    Identity("Bethe Hessian: the outlier of the optimal weights is at 1, with the overlap of its equation", bound: 1e-9)
    {
      try largest(
        [0.7, 1.5, 4].flatMap { alpha -> [Double?] in
          let measurement = try Measurement(channel: .modulusAdditive, noise: 0.1)
          let outlier = try measurement.spectralMatrix(.optimal, alpha: alpha).outliers(.upper).first
          let overlap = try measurement.optimalSpectralOverlap(alpha: alpha)?.value
          return [
            outlier.map { $0.position - 1 },
            outlier.flatMap { found in overlap.map { found.overlapSquared - $0 } },
          ]
        })
    },
    Identity("states: numerical derivative of the potential vanishes", bound: 1e-7) {
      try largest(
        [(0.0, 0.8), (0.0, 1.1), (0.001, 1.13), (0.1, 1.5)].flatMap { noise, alpha -> [Double?] in
          let model = try GeneralizedLinear(measurement: Measurement(channel: .modulus, noise: noise), alpha: alpha)
          return try model.states().compactMap { state -> Double? in
            guard let q = state.point.overlap.value, q > 0, q < 1 else { return nil }
            return try derivative(q, step: 1e-3 * min(q, 1 - q)) { try model.potential(overlap: $0).get() }
          }
        })
    },
    Identity("Maxwell's rule against the difference of potentials", bound: 1e-9) {
      let curve = try GeneralizedLinearCurve(Measurement(channel: .modulus, noise: 0.001))
      let solver = try GeneralizedLinearStates(curve.measurement)
      let alpha = 1.13
      let stable = try solver.states(alpha: alpha).map(\.point).filter(\.isStable)
      guard stable.count == 2, let low = stable[0].overlap.value, let high = stable[1].overlap.value,
        let a = stable[0].potential.value, let b = stable[1].potential.value
      else { return .infinity }
      let area = try integral("Maxwell's rule", from: low, to: high, relative: 1e-12) { q in
        let g = q / (1 - q)
        let strength = try curve.point(g, tolerance: 1e-14).strength
        return 0.5 * g / strength * (alpha - strength)
      }
      return try area.get() - (b - a)
    },
    Identity("general quadrature against the closed form of the modulus as its noise vanishes", bound: 1e-4) {
      // |z| + noise and |z + noise| differ by exponentially little where |z| exceeds the noise.
      let (outside, inside) = (
        try GeneralizedLinearCurve(Measurement(channel: .modulusAdditive, noise: 0.0004)),
        try GeneralizedLinearCurve(Measurement(channel: .modulus, noise: 0.0004))
      )
      return try largest(
        [0.1, 0.5, 0.8].map { q -> Double? in try slopeOfPsi(outside, q) / (slopeOfPsi(inside, q)) - 1 })
    },
  ]
}

extension GeneralizedLinear {
  /// `check generalized-linear`.
  static let identities: [Identity] = [
    Identity("linear channel, Gaussian signal: error of ridge regression from the Marchenko-Pastur law", bound: 1e-12) {
      try largest(
        [(0.5, 0.1), (1.0, 0.02), (3.0, 1.0)].map { alpha, noise -> Double? in
          let model = try GeneralizedLinear(measurement: Measurement(channel: .linear, noise: noise), alpha: alpha)
          // Mean of noise/(noise + eigenvalue) of the matrix of all measurements, eigenvalues alpha x at aspect 1/alpha.
          let law = try MarchenkoPasturLaw(aspect: 1 / alpha)
          let expected = -noise / alpha * law.stieltjes(at: -noise / alpha)
          return try model.states().first.flatMap { $0.point.mmse.value }.map { $0 - expected }
        })
    },
    Identity("general quadrature against the closed form of the linear channel", bound: 1e-10) {
      let formula = try OutputChannel.expression(Expression("z", variables: OutputChannel.expressionVariables))
      return try largest(
        [0.05, 0.5].flatMap { noise -> [Double?] in
          let (general, closed) = (
            try GeneralizedLinearCurve(Measurement(channel: formula, noise: noise)),
            try GeneralizedLinearCurve(Measurement(channel: .linear, noise: noise))
          )
          return try [0.1, 0.5, 0.9].map { q in try slopeOfPsi(general, q) / slopeOfPsi(closed, q) - 1 }
        })
    },
    Identity("output channel: G is twice the derivative of Psi_out", bound: 1e-8) {
      try largest(
        [
          Measurement(channel: .sign), Measurement(channel: .sign, noise: 0.2), Measurement(channel: .relu),
          Measurement(channel: .relu, noise: 0.1), Measurement(channel: .linear, noise: 0.1),
        ].flatMap { measurement in
          let curve = try GeneralizedLinearCurve(measurement)
          return try [0.2, 0.6, 0.9].map { q -> Double? in
            let slope = try derivative(q, step: 2e-3) { try curve.psi($0, complement: 1 - $0).value }
            return (2 * slope / (try slopeOfPsi(curve, q)) - 1) * Double.pow(1 - q, 4)
          }
        })
    },
    Identity("states: numerical derivative of the potential vanishes", bound: 1e-7) {
      try largest(
        [0.6, 1.2, 1.45].flatMap { alpha -> [Double?] in
          let model = try GeneralizedLinear(
            measurement: Measurement(channel: .sign, prior: .rademacher), alpha: alpha)
          return try model.states().compactMap { state -> Double? in
            guard let q = state.point.overlap.value, q > 0, q < 1 else { return nil }
            return try derivative(q, step: 1e-3 * min(q, 1 - q)) { try model.potential(overlap: $0).get() }
          }
        })
    },
    Identity("signs and Rademacher weights: perfect recovery overtakes at the potential -log 2", bound: 1e-10) {
      let measurement = try Measurement(channel: .sign, prior: .rademacher)
      let found = try threshold(.informationTheoretic, measurement: measurement)
      guard let alpha = found[0].value.value else { return .infinity }
      let low = try GeneralizedLinear(measurement: measurement, alpha: alpha).states().first { $0.isReached }
      return try low.map { try $0.point.potential.get() + Double.log(2) } ?? .infinity
    },
  ]
}
