// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics

/// The largest of some discrepancies; infinity where one is missing.
private func largest(_ discrepancies: [Double?]) -> Double {
  discrepancies.map { $0.map(abs) ?? .infinity }.max() ?? .infinity
}

/// A derivative by differences of fourth order.
private func derivative(at x: Double, step h: Double, _ f: (Double) throws -> Double) rethrows -> Double {
  try (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)
}

/// Priors of every kind.
private let priors: @Sendable () throws -> [Prior] = {
  [
    .gaussian, .rademacher, try .bernoulli(rho: 0.05), try .gaussBernoulli(rho: 0.2), try .sparseRademacher(rho: 0.05),
    try .twoGroup(rho: 0.15),
    try .mixture([.init(weight: 0.3, mean: -1, deviation: 0.5), .init(weight: 0.7, mean: 2)]),
  ]
}

extension SpikedWigner {
  /// Models on both sides of the lines.
  private static let samples: @Sendable () throws -> [SpikedWigner] = {
    [
      try SpikedWigner(snr: 1.5, prior: .rademacher), try SpikedWigner(snr: 0.8, prior: .sparseRademacher(rho: 0.05)),
      try SpikedWigner(snr: 1.003, prior: .sparseRademacher(rho: 0.05)),
      try SpikedWigner(snr: 0.9, prior: .gaussBernoulli(rho: 0.15)),
      try SpikedWigner(snr: 850, prior: .bernoulli(rho: 0.02)), try SpikedWigner(snr: 0.9, prior: .twoGroup(rho: 0.1)),
      try SpikedWigner(snr: 3, prior: .gaussian),
    ]
  }

  /// `check spiked-wigner`.
  static let identities: [Identity] = [
    Identity("scalar channel: psi' = Q/2 and Q' against differences", bound: 1e-9) {
      try largest(
        priors().flatMap { prior in
          try [0.1, 2, 30].flatMap { g -> [Double?] in
            let channel = ScalarGaussianChannel(prior: prior)
            let values = try channel.values(snr: g)
            let h = 2e-3 * g
            let byPsi = try derivative(at: g, step: h) { try channel.values(snr: $0).freeEntropy.get() }
            let byQ = try derivative(at: g, step: h) { try channel.values(snr: $0).overlap.get() }
            return [2 * byPsi - (try values.overlap.get()), byQ - (try values.overlapSlope.get())]
          }
        })
    },
    Identity("scalar channel: Q'' against differences of Q'", bound: 1e-8) {
      try largest(
        priors().flatMap { prior in
          try [0.5, 2, 30].map { g -> Double? in
            let channel = ScalarGaussianChannel(prior: prior)
            let slope = try derivative(at: g, step: 2e-3 * g) { try channel.values(snr: $0).overlapSlope.get() }
            return slope - (try channel.values(snr: g).overlapCurvature.get())
          }
        })
    },
    Identity("scalar channel: mmse is the second moment less Q", bound: 1e-13) {
      try largest(
        priors().flatMap { prior in
          try [1e-4, 0.7, 40].map { g -> Double? in
            let values = try ScalarGaussianChannel(prior: prior).values(snr: g)
            return try prior.secondMoment - values.overlap.get() - values.mmse.get()
          }
        })
    },
    Identity("saddle points: numerical derivative of the potential vanishes", bound: 1e-9) {
      try largest(
        samples().flatMap { model in
          try model.saddlePoints().filter { $0.family != .uninformative }.map { saddle -> Double? in
            let q = try saddle.overlap.get()
            let h = 1e-3 * min(q, max(model.prior.secondMoment - q, 1e-3 * q))
            // Relative to the size of the terms, snr q/2.
            return try derivative(at: q, step: h) { try model.potential(overlap: $0).get() } / (model.snr * q)
          }
        })
    },
    Identity("saddle points are fixed points of state evolution", bound: 1e-12) {
      try largest(
        samples().flatMap { model in
          try model.saddlePoints().map { saddle -> Double? in
            let q = try saddle.overlap.get()
            return try model.stateEvolution(overlap: q).get() - q
          }
        })
    },
    Identity("message passing: iterated state evolution reaches the marked saddle point", bound: 1e-9) {
      try largest(
        samples().map { model -> Double? in
          let estimation = try model.estimation()
          let reached = try estimation.reachedOverlap().get()
          let last = Trajectory.overlaps(of: estimation, from: nil, count: 20_000).last
          // Where q = 0 is stable the seed decays.
          return try last.map { try $0.get() - reached }
        })
    },
    Identity("dominant saddle point: global maximum of the potential on a grid", bound: 1e-6) {
      try largest(
        samples().map { model -> Double? in
          let top = model.prior.secondMoment
          let best = try (0...2000).map { try model.potential(overlap: top * Double($0) / 2000).get() }.max()
          let dominant = try model.saddlePoints().first(where: \.isDominant)?.potential.get()
          return best.flatMap { b in dominant.map { (b - $0) / max(1, model.snr * top * top) } }
        })
    },
    Identity("Gaussian prior: q = 1 - 1/snr, which is the squared overlap of the top eigenvector", bound: 1e-14) {
      try largest(
        [1.1, 2, 50].flatMap { snr -> [Double?] in
          let model = try SpikedWigner(snr: snr)
          let q = try model.saddlePoints().last?.overlap.get()
          let cosine = try model.phase().cosinePCA.get()
          return [q.map { $0 - (1 - 1 / snr) }, cosine * cosine - (1 - 1 / snr)]
        })
    },
    Identity("Rademacher prior: q = E tanh(snr q + sqrt(snr q) z)", bound: 1e-12) {
      try largest(
        [1.2, 1.5, 4].map { snr -> Double? in
          guard let q = try SpikedWigner(snr: snr, prior: .rademacher).saddlePoints().last?.overlap.get() else {
            return nil
          }
          let g = snr * q
          return try GaussianExpectation.smooth("Rademacher overlap") { Double.tanh(g + g.squareRoot() * $0) }.get() - q
        })
    },
    Identity("I-MMSE: derivative of the mutual information is a quarter of the matrix mmse", bound: 1e-8) {
      try largest(
        samples().map { model -> Double? in
          let square = model.prior.secondMoment
          let slope = try derivative(at: model.snr, step: 1e-4 * model.snr) { snr in
            try SpikedWigner(snr: snr, prior: model.prior).phase().mutualInformation.get()
          }
          guard let q = try model.saddlePoints().first(where: \.isDominant)?.overlap.get() else { return nil }
          return slope / (square * square) - (1 - q * q / (square * square)) / 4
        })
    },
    Identity("information-theoretic line: both states have the same potential", bound: 1e-12) {
      try largest(
        [Prior.sparseRademacher(rho: 0.05), .gaussBernoulli(rho: 0.2), .bernoulli(rho: 0.03), .twoGroup(rho: 0.2)]
          .flatMap { prior in
            try threshold(.informationTheoretic, prior: prior).filter { $0.order == .first }.map { point -> Double? in
              let model = try SpikedWigner(snr: point.value.get(), prior: prior)
              let phi = try [Quantity.overlapLow, .overlapHigh].map {
                try model.potential(overlap: point[$0].get()).get()
              }
              return phi[0] - phi[1]
            }
          })
    },
    Identity("critical points: both spinodals meet there, and there are none beyond", bound: 1e-5) {
      try largest(
        [Prior.Family.sparseRademacher, .gaussBernoulli, .bernoulli].flatMap { family -> [Double?] in
          let critical = try threshold(.critical, family: family)[0]
          let (rho, snr) = (try critical[.rho].get(), try critical[.snr].get())
          let inside = try family.prior(rho: rho * (1 - 1e-6))
          let outside = try family.prior(rho: rho * (1 + 1e-6))
          guard try threshold(.informedSpinodal, prior: outside)[0].value.value == nil else { return [nil] }
          return try [Line.informedSpinodal, .algorithmic].map { (line: Line<SpikedWigner>) -> Double? in
            try threshold(line, prior: inside)[0].value.get() / snr - 1
          }
        })
    },
  ]
}

extension SpikedWishart {
  private static let samples: @Sendable () throws -> [SpikedWishart] = {
    [
      try SpikedWishart(snr: 2.2, ratio: 0.5), try SpikedWishart(snr: 0.8, ratio: 2, priorV: .rademacher),
      try SpikedWishart(snr: 1.3, ratio: 0.7, priorU: .sparseRademacher(rho: 0.1), priorV: .twoGroup(rho: 0.2)),
      try SpikedWishart(snr: 0.97, ratio: 1, priorV: .twoGroup(rho: 0.05)),
      try SpikedWishart(snr: 3, ratio: 1.5, priorU: .bernoulli(rho: 0.2), priorV: .gaussBernoulli(rho: 0.3)),
    ]
  }

  /// `check spiked-wishart`.
  static let identities: [Identity] = [
    Identity("Gaussian priors: closed form, which is the squared overlap of the singular vectors", bound: 1e-13) {
      try largest(
        [(1.5, 0.6), (2.2, 0.5), (0.9, 3.0)].flatMap { snr, ratio -> [Double?] in
          let model = try SpikedWishart(snr: snr, ratio: ratio)
          guard let last = try model.saddlePoints().last else { return [nil] }
          let excess = ratio * snr * snr - 1
          let (u, v) = (excess / (snr * (1 + snr * ratio)), excess / (snr * ratio * (1 + snr)))
          let pca = try model.phase().cosinePCA
          let (cu, cv) = (try pca.u.get(), try pca.v.get())
          let top = try model.phase().topEigenvalue.get() / ((1 + snr * ratio) * (1 + snr) / snr)
          return [try last.overlapU.get() - u, try last.overlapV.get() - v, cu * cu - u, cv * cv - v, top - 1]
        })
    },
    Identity("saddle points are fixed points of state evolution", bound: 1e-11) {
      try largest(
        samples().flatMap { model in
          try model.saddlePoints().flatMap { saddle -> [Double?] in
            let (u, v) = (try saddle.overlapU.get(), try saddle.overlapV.get())
            let channelU = ScalarGaussianChannel(prior: model.priorU)
            let channelV = ScalarGaussianChannel(prior: model.priorV)
            return try [
              channelU.values(snr: model.snr * model.ratio * v).overlap.get() - u,
              channelV.values(snr: model.snr * u).overlap.get() - v,
            ]
          }
        })
    },
    Identity("saddle points: numerical derivative of the potential along the curve vanishes", bound: 1e-8) {
      try largest(
        samples().flatMap { model in
          try model.saddlePoints().filter { $0.family != .uninformative }.map { saddle -> Double? in
            let q = try saddle.overlapU.get()
            let h = 1e-3 * min(q, model.priorU.secondMoment - q)
            return try derivative(at: q, step: h) { try model.potential(overlapU: $0).potential.get() }
          }
        })
    },
    Identity("potential of a saddle point is that of the curve", bound: 1e-13) {
      try largest(
        samples().flatMap { model in
          try model.saddlePoints().map { saddle -> Double? in
            try model.potential(overlapU: saddle.overlapU.get()).potential.get() - saddle.potential.get()
          }
        })
    },
    Identity("transposed matrix: u and v exchange their roles", bound: 1e-11) {
      try largest(
        samples().flatMap { model -> [Double?] in
          // Y^T has M rows: snr alpha, ratio 1/alpha, and the potential per row of Y is alpha times its own.
          let transposed = try SpikedWishart(
            snr: model.snr * model.ratio, ratio: 1 / model.ratio, priorU: model.priorV, priorV: model.priorU)
          let (a, b) = (try model.saddlePoints(), try transposed.saddlePoints())
          guard a.count == b.count else { return [nil] }
          return try zip(a, b).flatMap { one, other -> [Double?] in
            [
              try one.overlapU.get() - other.overlapV.get(), try one.overlapV.get() - other.overlapU.get(),
              try one.potential.get() - model.ratio * other.potential.get(),
            ]
          }
        })
    },
    Identity("weak recovery: slope of two steps of state evolution at 0 is ratio snr^2", bound: 1e-6) {
      try largest(
        [0.3, 1, 4].map { ratio -> Double? in
          let snr = try threshold(.weakRecovery, priorU: .rademacher, priorV: .twoGroup(rho: 0.4), ratio: ratio)[0]
            .value
            .get()
          let v = try ScalarGaussianChannel(prior: .twoGroup(rho: 0.4)).values(snr: snr * 1e-8).overlap.get()
          return try ScalarGaussianChannel(prior: .rademacher).values(snr: snr * ratio * v).overlap.get() / 1e-8 - 1
        })
    },
  ]
}

extension SpikedTensor {
  /// Identities of priors other than the spherical one.
  static let priorIdentities: [Identity] = [
    Identity("Gaussian prior: curve of fixed points against the closed forms of the sphere", bound: 1e-12) {
      try largest(
        [3, 4, 5, 20].flatMap { p in
          try [
            (Line<SpikedTensor>.informationTheoretic, Line<SpikedMatrixTensor>.informationTheoretic),
            (.informedSpinodal, .informedSpinodal),
          ].map { line, closed -> Double? in
            try threshold(line, p: p)[0].value.get()
              / SpikedMatrixTensor.threshold(closed, p: p, delta2: .infinity)[0].value.get() - 1
          }
        })
    },
    Identity("other priors: potentials of saddle points are stationary", bound: 1e-10) {
      try largest(
        [(3, Prior.rademacher), (4, .rademacher), (3, try .sparseRademacher(rho: 0.2))].flatMap { p, prior in
          let model = try SpikedMatrixTensor(p: p, delta2: 1.2, deltap: 0.15)
          return try model.saddlePoints(prior: prior).filter { $0.family != .uninformative }.map { saddle -> Double? in
            let m = try saddle.overlap.get()
            // In units of the distance to the nearer end, over which the potential varies: rounding over a step of a
            // thousandth of it is all that is left.
            let scale = min(m, 1 - m)
            return try scale
              * derivative(at: m, step: 1e-3 * scale) {
                try model.potential(overlap: $0, prior: prior).get()
              }
          }
        })
    },
    Identity("other priors: matrix-tensor lines lead back from deltap to delta2", bound: 1e-10) {
      try largest(
        [0.35, 0.5].flatMap { deltap in
          try [Line.informationTheoretic, .informedSpinodal].map { (line: Line<SpikedMatrixTensor>) -> Double? in
            let delta2 = try SpikedMatrixTensor.threshold(line, deltap: deltap, prior: .rademacher)[0].value.get()
            return try SpikedMatrixTensor.threshold(line, delta2: delta2, prior: .rademacher)[0].value.get() / deltap
              - 1
          }
        })
    },
  ]
}
