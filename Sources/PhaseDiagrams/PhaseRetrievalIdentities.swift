// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore

/// The largest of some discrepancies.
private func largest(_ discrepancies: [Double]) -> Double { discrepancies.map(abs).max() ?? .infinity }

extension PhaseRetrieval {
  /// `check phase-retrieval`.
  static let identities: [Identity] = [
    Identity("Kac-Rice: a typed loss gives the numbers of the built-in one", bound: 1e-11) {
      let typed = try Loss.expression(Expression("(z^2-y^2)^2/4", variables: Loss.expressionVariables))
      return try largest(
        RiskPoints.allCases.map { points in
          try PhaseRetrieval(alpha: 14, loss: typed).complexity(of: points, overlap: 0).get()
            - (try PhaseRetrieval(alpha: 14).complexity(of: points, overlap: 0).get())
        })
    },
    Identity("Kac-Rice: the number of points does not see the scale of the loss", bound: 1e-10) {
      let scaled = try Loss.expression(Expression("3*(z^2-y^2)^2/(1+y^2)", variables: Loss.expressionVariables))
      return try largest(
        [(RiskPoints.all, 0.2), (.minima, 0.2)].map { points, m in
          try PhaseRetrieval(alpha: 6, loss: scaled).complexity(of: points, overlap: m).get()
            - (try PhaseRetrieval(alpha: 6, loss: .normalised(a0: 1)).complexity(of: points, overlap: m).get())
        })
    },
    Identity("Kac-Rice: dSigma/de = alpha beta", bound: 1e-7) {
      let model = try PhaseRetrieval(alpha: 8)
      func sigma(_ e: Double) throws -> Double { try model.complexity(of: .minima, overlap: 0, energy: e).get() }
      let (e, h) = (0.295, 1e-3)
      let difference = (8 * (try sigma(e + h) - sigma(e - h)) - (try sigma(e + 2 * h) - sigma(e - 2 * h))) / (12 * h)
      let beta = try model.dominantPoints(of: .minima, overlap: 0, energy: e).scalars.beta ?? .infinity
      return abs(difference - 8 * beta)
    },
    Identity("Kac-Rice: many samples are an isotropic Gaussian field, 1/2 log 2 for the quartic loss", bound: 1e-6) {
      let (a, b) = (
        try PhaseRetrieval(alpha: 2e4).complexity(overlap: 0).get(),
        try PhaseRetrieval(alpha: 4e4).complexity(overlap: 0).get()
      )
      return abs(2 * b - a - 0.5 * Double.log(2.0))
    },
    Identity("Kac-Rice: not more strict minima than minima, nor minima than points", bound: 1e-12) {
      try largest(
        [(8.0, 0.0), (14, 0.1), (5, 0.5)].map { alpha, m in
          let model = try PhaseRetrieval(alpha: alpha)
          let (all, minima, strict) = (
            try model.complexity(of: .all, overlap: m).get(), try model.complexity(of: .minima, overlap: m).get(),
            try model.complexity(of: .strictMinima, overlap: m).get()
          )
          return max(0, minima - all, strict - minima)
        })
    },
    Identity("Kac-Rice: linear regression has one minimum, where M-estimation puts it", bound: 1e-9) {
      // Spherical least squares at alpha = 2, noise 1/4 (theory sheet, section 7a): two equations for S and m.
      let top = try EmpiricalRisk(alpha: 2, loss: .squared, label: .linear, noise: 0.25).dominantPoints(of: .minima)
      let (m, s) = (try top.overlap.get(), top.scalars.s ?? .infinity)
      return largest([
        try top.complexity.get(), m * s * 0.25 - (1 - m) * (1 + m + s * (1 - m)),
        2 * s * s * (2 - 2 * m + 0.25) - (1 + s) * (1 + s) * (1 - m * m),
      ])
    },
    Identity("Kac-Rice: the bulk of the Hessian touches zero at typical minima", bound: 1e-9) {
      try largest(
        [(8.0, 0.0), (12, 0.1)].map { alpha, m in
          try PhaseRetrieval(alpha: alpha).hessian(of: .minima, overlap: m).lowerEdge.get()
        })
    },
    Identity("1RSB: along the curve dSigma = s d(alpha e), between largest energy and ground state", bound: 1e-4) {
      // Simpson's rule needs the middle; the two ends bound the integral by their slopes.
      let model = try PhaseRetrieval(alpha: 3)
      let (top, ground) = (try model.state(.maximalEnergy), try model.state(.groundState))
      let change = 3 * (try top.energy.get() - ground.energy.get())
      let sigma = try top.complexity.get() - ground.complexity.get()
      return max(0, sigma - change * (try ground.parisi.get()), change * (try top.parisi.get()) - sigma)
    },
    Identity("1RSB: thresholds do not see the scale of the loss", bound: 1e-9) {
      let scaled = try Loss.expression(Expression("3*(z^2-y^2)^2/4", variables: Loss.expressionVariables))
      let (a, b) = (
        try PhaseRetrieval(alpha: 6).state(.threshold), try PhaseRetrieval(alpha: 6, loss: scaled).state(.threshold)
      )
      return largest([
        try b.energy.get() - 3 * a.energy.get(), try 3 * b.chi.get() - a.chi.get(),
        try b.signalResponse.get() - a.signalResponse.get(),
      ])
    },
    Identity("1RSB: the normalised loss is the quartic one for a0 -> infinity", bound: 1e-4) {
      let (a, b) = (
        try PhaseRetrieval(alpha: 10).state(.threshold),
        try PhaseRetrieval(alpha: 10, loss: .normalised(a0: 1e6)).state(.threshold)
      )
      return largest([try b.signalResponse.get() - a.signalResponse.get(), try b.chi.get() / 2.5e5 - a.chi.get()])
    },
  ]
}
