// SPDX-License-Identifier: GPL-3.0-or-later

import FiniteSize
import KacRice
import LandscapeModels
import ReplicaMethod
import SaddlepointCore

/// A comparison of samples with theory: the largest of some deviations, in standard errors.
///
/// A missing deviation counts as infinite.
private func simulation(
  _ name: String, bound: Double = 2.5, _ deviations: @escaping @Sendable () throws -> [Double?]
) -> Identity {
  Identity("\(name), in standard errors", bound: bound, isSlow: true) {
    try deviations().map { $0.map(abs) ?? .infinity }.max() ?? .infinity
  }
}

extension SpikedWigner {
  /// `check spiked-wigner --slow`.
  static let simulations: [Identity] = [
    simulation("message passing on sampled matrices against state evolution") {
      // Away from transitions and from failures to leave q = 0: the bias of order 1/N stays well below the standard error.
      try [
        (2, Prior.gaussian, nil), (2, .rademacher, nil), (1.3, .sparseRademacher(rho: 0.05), 0.5),
        (150, .bernoulli(rho: 0.1), nil),
      ].map { (snr: Double, prior: Prior, start: Double?) in
        try SpikedWigner(snr: snr, prior: prior)
          .sampledMessagePassing(size: 1500, samples: 16, seed: 1, start: start).deviation
      }
    },
    simulation("leading eigenvector of sampled matrices against 1 - 1/snr") {
      try [1.5, 3].map { snr in
        try SpikedWigner(snr: snr).sampledPrincipalComponent(size: 1500, samples: 16, seed: 1).deviation
      }
    },
  ]
}

extension SpikedWishart {
  /// `check spiked-wishart --slow`.
  static let simulations: [Identity] = [
    simulation("message passing on sampled matrices against state evolution") {
      try [(3.5, 0.5, Prior.gaussian), (1.2, 2, .rademacher)].flatMap { snr, ratio, prior -> [Double?] in
        let sampled = try SpikedWishart(snr: snr, ratio: ratio, priorV: prior)
          .sampledMessagePassing(size: 1000, samples: 16, seed: 1)
        return [sampled.u.deviation, sampled.v.deviation]
      }
    },
    simulation("leading singular vectors of sampled matrices against theory") {
      let sampled = try SpikedWishart(snr: 3.5, ratio: 0.5).sampledPrincipalComponent(size: 1500, samples: 16, seed: 1)
      return [sampled.u.deviation, sampled.v.deviation]
    },
  ]
}

extension SpikedMatrixTensor {
  /// `check spiked-matrix-tensor --slow`.
  static let simulations: [Identity] = [
    simulation("message passing on samples against state evolution") {
      // For p = 4 instances are so small that only the first steps are free of bias; the second has the reaction term.
      try [(3, 0.4, 1.0, 200, nil, 100), (4, 0.5, 0.5, 100, 0.5, 2)].map {
        (p: Int, delta2: Double, deltap: Double, size: Int, start: Double?, iterations: Int) in
        try SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap)
          .sampledMessagePassing(size: size, samples: 16, seed: 1, iterations: iterations, start: start).deviation
      }
    },
    simulation("maximum-likelihood message passing on samples against state evolution") {
      try [(0.3, 2.0), (0.4, 4)].map { delta2, deltap in
        try SpikedMatrixTensor(p: 3, delta2: delta2, deltap: deltap)
          .sampledMaximumLikelihood(size: 200, samples: 16, seed: 1).deviation
      }
    },
    simulation("stationary points counted in samples against exact mean numbers", bound: 3) {
      let model = try SpikedMatrixTensor(p: 3, delta2: 0.5, deltap: 1)
      return try [(2, 4000, StationaryPoints.all), (3, 400, .all), (3, 400, .minima)].map { size, samples, points in
        try model.sampledNumber(of: points, size: size, samples: samples, seed: 1).deviation
      }
    },
    simulation("outliers of sampled Hessians at the equator against theory", bound: 3) {
      let model = try SpikedMatrixTensor(p: 3, delta2: 0.4, deltap: 1)
      return try outlierDeviations(of: model, overlap: 0, radial: 0)
    },
  ]
}

extension SpikedTensor {
  /// `check spiked-tensor --slow`.
  static let simulations: [Identity] = [
    simulation("message passing on samples, started with information, against state evolution") {
      [
        try SpikedTensor(p: 3, delta: 0.15).sampledMessagePassing(
          prior: .rademacher, size: 200, samples: 16, seed: 1, start: 0.6
        ).deviation,
        try SpikedTensor(p: 3, delta: 0.1).sampledMaximumLikelihood(size: 200, samples: 16, seed: 1, start: 0.6)
          .deviation,
      ]
    }
  ]
}

extension PhaseRetrieval {
  /// `check phase-retrieval --slow`.
  static let simulations: [Identity] = [
    simulation("spectral overlaps on samples against theory", bound: 3) {
      try [(1.5, Preprocessing.optimal), (3, .subset(cut: 3)), (3, .trimmed(cut: 7))].map { alpha, preprocessing in
        try GeneralizedLinear(measurement: Measurement(channel: .modulus), alpha: alpha)
          .sampledSpectralMethod(preprocessing, size: 400, samples: 16, seed: 1).deviation
      }
    },
    simulation("message passing on samples against state evolution", bound: 3) {
      try [(1.5, 0.1, nil), (0.8, 0, 0.3), (2, 0.5, nil)].map { (alpha: Double, noise: Double, start: Double?) in
        try GeneralizedLinear(measurement: Measurement(channel: .modulus, noise: noise), alpha: alpha)
          .sampledMessagePassing(size: 1000, samples: 16, seed: 1, start: start).deviation
      }
    },
    simulation("gradient descent from the signal: energy of weak noise D against D (1 - 3/alpha)", bound: 3) {
      let noise = 1e-4
      let end = try PhaseRetrieval(alpha: 60, noise: noise)
        .sampledDescent(from: .planted, size: 60, samples: 32, seed: 1)
      return [end.energy.value.map { ($0 / noise - 0.95) / (end.energy.error / noise) }]
    },
  ]
}

extension SphericalSpinGlass {
  /// `check spherical-spin-glass --slow`.
  static let simulations: [Identity] = [
    simulation("stationary points counted in samples against exact mean numbers", bound: 3) {
      let glass = try SphericalSpinGlass(covariance: [3: 1])
      return try [(2, 4000, StationaryPoints.all), (3, 400, .all), (3, 400, .minima), (4, 100, .all)].map {
        size, samples, points in
        try glass.sampledNumber(of: points, size: size, samples: samples, seed: 1).deviation
      }
    },
    simulation("outliers of sampled Hessians on both sides of the bulk against theory", bound: 3) {
      try [2.0, -2].flatMap { strength in
        try outlierDeviations(
          of: SphericalSpinGlass(covariance: [3: 0.5], signal: [2: strength]), overlap: 0.2, radial: -5)
      }
    },
  ]
}

/// How far places and projections of sampled outliers are from their limits, in standard errors.
private func outlierDeviations(of model: some SphericalLandscape, overlap: Double, radial: Double) throws -> [Double?] {
  let sampled = try model.sampledHessian(overlap: overlap, radial: radial, size: 20_000, samples: 40, seed: 1)
  guard let limit = try model.hessianSpectrum(overlap: overlap, radial: radial).outlier,
    let place = sampled.outlier, let projection = sampled.overlapSquared
  else { return [nil] }
  return [
    (try place.get() - limit.eigenvalue) / place.error,
    (try projection.get() - limit.overlapSquared) / projection.error,
  ]
}
