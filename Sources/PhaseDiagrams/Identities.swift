// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics

/// The largest of some discrepancies; infinity where one is missing.
private func largest(_ discrepancies: [Double?]) -> Double {
  discrepancies.map { $0.map(abs) ?? .infinity }.max() ?? .infinity
}

extension SpikedMatrixTensor {
  /// A few models on both sides of every line.
  private static let samples: @Sendable () throws -> [SpikedMatrixTensor] = {
    [
      try SpikedMatrixTensor(p: 3, delta2: 0.6, deltap: 0.5), try SpikedMatrixTensor(p: 3, delta2: 1.1, deltap: 0.5),
      try SpikedMatrixTensor(p: 4, delta2: 0.95, deltap: 0.2), try SpikedMatrixTensor(p: 4, delta2: 0.7, deltap: 0.3),
      try SpikedMatrixTensor(p: 6, delta2: .infinity, deltap: 0.05),
      try SpikedMatrixTensor(p: 3, delta2: 0.4, deltap: .infinity),
    ]
  }

  private static let orders = [3, 4, 5, 8]

  /// `check spiked-matrix-tensor`.
  static let identities: [Identity] = [
    Identity("saddle points: numerical derivative of the potential vanishes", bound: 1e-8) {
      try largest(
        samples().flatMap { model in
          try model.saddlePoints().dropFirst().map { saddle -> Double? in
            let m = try saddle.overlap.get()
            let h = 1e-4 * min(m, 1 - m)
            let phi = { (x: Double) in model.potential(m: x, complement: 1 - x).value }
            return (8 * (phi(m + h) - phi(m - h)) - (phi(m + 2 * h) - phi(m - 2 * h))) / (12 * h)
          }
        })
    },
    Identity("saddle points are fixed points of state evolution", bound: 1e-14) {
      try largest(
        samples().flatMap { model in
          try model.saddlePoints().map { saddle -> Double? in
            let m = try saddle.overlap.get()
            return model.stateEvolution(overlap: m) - m
          }
        })
    },
    Identity("message passing: iterated state evolution reaches the first fixed point", bound: 1e-9) {
      try largest(
        samples().map { model -> Double? in
          var m = 1e-6
          for _ in 0..<20_000 { m = model.stateEvolution(overlap: m) }
          return m - (try model.messagePassingOverlap().m)
        })
    },
    Identity("dominant saddle point: global maximum of the potential on a grid", bound: 1e-7) {
      try largest(
        samples().map { model -> Double? in
          let best = (0..<20_001).map {
            model.potential(m: Double($0) / 20_001, complement: 1 - Double($0) / 20_001).value
          }
          .max()
          let dominant = try model.saddlePoints().first(where: \.isDominant)?.potential.get()
          return best.flatMap { b in dominant.map { b - $0 } }
        })
    },
    Identity("1RSB complexity of the null glass at T = 1, x = 1 is minus the potential", bound: 1e-13) {
      // At a fixed point the complexity is that of the glass solver.
      try largest(
        [(3, 1.1, 0.5), (4, 1.2, 0.2), (5, 1.5, 0.1)].flatMap { p, delta2, deltap -> [Double?] in
          let model = try SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap)
          let null = try SphericalSpinGlass(
            covariance: Mixture(model.covariance.terms.map { .init(degree: $0.degree, coefficient: $0.coefficient) }))
          let states = try null.metastableStates(temperature: 1, scaledParisiParameter: 1)
          return try model.saddlePoints().filter { $0.family == .informative }.map { saddle -> Double? in
            let m = try saddle.overlap.get()
            let state = states.first { abs(($0.innerOverlap.value ?? 9) - m) < 1e-9 }
            return try state.map { try $0.complexity.get() + saddle.potential.get() }
          }
        })
    },
    Identity("information-theoretic line: both states have the same potential", bound: 1e-13) {
      try largest(
        [(3, 0.3), (3, 0.9), (4, 0.16), (4, 0.24), (4, 0.26), (6, 0.1)].flatMap { p, deltap in
          try threshold(.informationTheoretic, p: p, deltap: deltap).filter { $0.order == .first }.map {
            point -> Double? in
            let model = try SpikedMatrixTensor(p: p, delta2: point.value.get(), deltap: deltap)
            let phi = try [Quantity.overlapLow, .overlapHigh].map {
              try model.potential(overlap: point[$0].get()).get()
            }
            return phi[0] - phi[1]
          }
        })
    },
    Identity("informed spinodal, p = 3: parametric form against Delta3/(2 sqrt(Delta3) - 1)", bound: 1e-13) {
      try largest(
        [0.3, 0.5, 0.77, 0.95].map { deltap -> Double? in
          let m = 1 - deltap.squareRoot()
          let parametric = (1 - m) * (1 - m) / (1 - 2 * m)
          return try threshold(.informedSpinodal, deltap: deltap)[0].value.get() / parametric - 1
        })
    },
    Identity("spinodals: fold of the branch traced by continuation", bound: 1e-10) {
      try largest(
        [(3, 0.5), (4, 0.2), (4, 0.26), (5, 0.15)].flatMap { p, deltap -> [Double?] in
          var closed = try [threshold(.informedSpinodal, p: p, deltap: deltap)[0].value.get()]
          if p > 3 { closed.insert(try threshold(.algorithmic, p: p, deltap: deltap)[0].value.get(), at: 0) }
          let traced = TracedLines.folds(p: p, deltap: deltap)
          return zip(closed, traced).map { 1 / $0 - $1 } + (traced.count == closed.count ? [] : [nil])
        })
    },
    Identity("critical point: cusp of the traced curve of folds", bound: 1e-9) {
      try largest(
        [4, 5, 8].flatMap { p -> [Double?] in
          guard let cusp = TracedLines.cusp(p: p) else { return [nil] }
          let closed = try threshold(.critical, p: p)[0]
          return [cusp.deltap - (try closed[.deltap].get()), 1 / cusp.inverseDelta2 - (try closed.value.get())]
        })
    },
    Identity("Langevin line, p = 3 and T = 1: sqrt(Delta3/2) against the general equation", bound: 1e-13) {
      try largest(
        [0.1, 0.5, 1, 1.9].map { deltap -> Double? in
          let delta2 = (deltap / 2).squareRoot()
          return try threshold(.langevin, delta2: delta2)[0].value.get() / deltap - 1
        })
    },
    Identity("Langevin line: fold of the traced curve at Deltap = 4/(p-1) ((p-3)/(p-1))^(p-3)", bound: 1e-10) {
      largest(
        [4, 5, 7].flatMap { p -> [Double?] in
          let order = Double(p)
          guard let fold = TracedLines.langevinFold(p: p) else { return [nil] }
          return [
            fold.delta2 - 2 / (order - 1),
            fold.deltap - 4 / (order - 1) * Double.pow((order - 3) / (order - 1), p - 3),
          ]
        })
    },
    Identity("Langevin line tends to the gradient-flow line as T -> 0", bound: 1e-9) {
      try largest(
        orders.flatMap { p in
          try [0.2, 1, 5].map { deltap -> Double? in
            let cold = try threshold(.langevin, p: p, deltap: deltap, temperature: 1e-11)[0].value.get()
            return cold - (try threshold(.gradientFlow, p: p, deltap: deltap)[0].value.get())
          }
        })
    },
    Identity("gradient-flow line: the Hessian outlier of marginal states detaches and touches zero", bound: 1e-13) {
      try largest(
        orders.flatMap { p in
          try [0.2, 1, 5].flatMap { deltap -> [Double?] in
            let delta2 = try threshold(.gradientFlow, p: p, deltap: deltap)[0].value.get()
            let inside = try SpikedMatrixTensor(p: p, delta2: delta2 * (1 - 1e-9), deltap: deltap)
            let outside = try SpikedMatrixTensor(p: p, delta2: delta2 * (1 + 1e-9), deltap: deltap)
            guard try outside.hessianSpectrum(at: .threshold).outlier == nil else { return [nil] }
            return [try inside.hessianSpectrum(at: .threshold).outlier?.eigenvalue]
          }
        })
    },
    Identity("ml-amp line: slope of maximum-likelihood state evolution at m = 0 is 1", bound: 1e-14) {
      try largest(
        [0.2, 1, 5, 100].map { deltap -> Double? in
          let delta2 = try threshold(.mlAMP, deltap: deltap)[0].value.get()
          return 1 / (delta2 * (1 / delta2 + 1 / deltap).squareRoot()) - 1
        })
    },
    Identity("order of lines: trivialisation < gradient flow < maximum-likelihood message passing in delta2", bound: 0)
    {
      try largest(
        [3, 4, 6].flatMap { p in
          try [0.3, 1, 8].map { deltap -> Double? in
            let values = try [Line.trivialization, .equatorTrivialization, .gradientFlow, .mlAMP].map {
              (line: Line<SpikedMatrixTensor>) in try threshold(line, p: p, deltap: deltap)[0].value.get()
            }
            // Even orders have both trivialisations in one place, to rounding.
            return values[0] <= values[1] + 1e-11 && values[1] < values[2] && values[2] < values[3] && values[3] < 1
              ? 0 : nil
          }
        })
    },
    Identity("trivialisation: lines in the noise against those in the strength of the signal", bound: 1e-9) {
      try largest(
        [(3, 1.0), (4, 2), (5, 0.7)].flatMap { p, deltap in
          let pairs: [(Line<SpikedMatrixTensor>, Line<SphericalSpinGlass>)] = [
            (.equatorTrivialization, .equatorTrivialization), (.trivialization, .trivialization),
            (.signalMinimum, .signalMinimum), (.gradientFlow, .gradientFlow),
          ]
          return try pairs.map { noise, strength -> Double? in
            let delta2 = try threshold(noise, p: p, deltap: deltap)[0].value.get()
            let terms: Mixture = Mixture([
              .init(degree: 2, coefficient: 0.5 / delta2), .init(degree: p, coefficient: 1 / (Double(p) * deltap)),
            ])
            return try SphericalSpinGlass.threshold(strength, covariance: terms, signal: terms)[0].value.get() - 1
          }
        })
    },
    Identity("every line solved for deltap leads back to the given deltap", bound: 1e-10) {
      try largest(
        [(3, 0.5), (4, 0.2), (4, 0.26), (5, 0.12)].flatMap { p, deltap in
          try [Line.informedSpinodal, .informationTheoretic, .mlAMP, .gradientFlow, .langevin].map {
            (line: Line<SpikedMatrixTensor>) -> Double? in
            guard let delta2 = try threshold(line, p: p, deltap: deltap)[0].value.value else { return nil }
            return try threshold(line, p: p, delta2: delta2).compactMap { $0.value.value.map { $0 / deltap - 1 } }
              .min { abs($0) < abs($1) }
          }
        })
    },
  ]
}

extension SpikedTensor {
  /// `check spiked-tensor`.
  static let identities: [Identity] = [
    Identity(
      "information-theoretic point: static overlap of the pure p-spin glass, -log(1-q) - q = q^2/(p(1-q))", bound: 1e-12
    ) {
      try largest(
        [3, 4, 5].flatMap { p -> [Double?] in
          let point = try SpikedMatrixTensor.threshold(.informationTheoretic, p: p, delta2: .infinity)[0]
          let order = Double(p)
          let glass = try brentRoot("static overlap", in: 0.3...0.9999) { q in
            -Double.log(onePlus: -q) - q - q * q / (order * (1 - q))
          }
          // T_s^2 = (p/2) q^(p-2) (1-q) = p Delta_IT/2.
          let delta = Double.pow(glass.value, p - 2) * (1 - glass.value)
          return [try point[.overlapHigh].get() - glass.value, try point.value.get() / delta - 1]
        })
    },
    Identity("informed spinodal: dynamic temperature of the pure p-spin glass", bound: 1e-13) {
      try largest(
        [3, 4, 5, 9].map { p -> Double? in
          let order = Double(p)
          // T_d^2 = (p/2) (p-2)^(p-2)/(p-1)^(p-1) = p Delta/2.
          let delta = Double.pow(order - 2, p - 2) / Double.pow(order - 1, p - 1)
          return try SpikedMatrixTensor.threshold(.informedSpinodal, p: p, delta2: .infinity)[0].value.get() / delta - 1
        })
    },
    Identity("saddle points: double root where the informative branch appears", bound: 1e-6) {
      try largest(
        [3, 4, 6].map { p -> Double? in
          let point = try SpikedMatrixTensor.threshold(.informedSpinodal, p: p, delta2: .infinity)[0]
          let below = try SpikedMatrixTensor(p: p, delta2: .infinity, deltap: point.value.get() * (1 - 1e-13))
          let saddles = try below.saddlePoints()
          guard saddles.count == 3 else { return nil }
          return try saddles[2].overlap.get() - saddles[1].overlap.get()
        })
    },
  ]
}

extension SphericalSpinGlass {
  /// Glasses with and without fields, at temperatures at which one step of breaking is right.
  private static let glassSamples: @Sendable () throws -> [(SphericalSpinGlass, Double)] = {
    [
      (try SphericalSpinGlass(covariance: [3: 0.5]), 0.4),
      (try SphericalSpinGlass(covariance: [3: 0.5], signal: [1: 0.2]), 0.3),
      (try SphericalSpinGlass(covariance: [1: 0.05, 3: 0.5]), 0.3),
      (try SphericalSpinGlass(covariance: [2: 0.3, 3: 0.4, 5: 0.2], signal: [1: 0.1, 2: 0.1]), 0.4),
    ]
  }

  /// `check spherical-spin-glass`.
  static let identities: [Identity] = [
    Identity("spiked matrix-tensor model is a member: same covariance and signal", bound: 1e-15) {
      let member = try SpikedMatrixTensor(p: 4, delta2: 0.4, deltap: 0.8)
      let general = try SphericalSpinGlass(
        covariance: [2: 0.5 / 0.4, 4: 0.25 / 0.8], signal: [2: 0.5 / 0.4, 4: 0.25 / 0.8])
      return largest(
        [0, 0.3, 0.9].flatMap { q in
          (0...3).flatMap { order -> [Double?] in
            [
              member.covariance.derivative(order, at: q) - general.covariance.derivative(order, at: q),
              member.signal.derivative(order, at: q) - general.signal.derivative(order, at: q),
            ]
          }
        })
    },
    Identity("derivatives of the covariance against differences", bound: 1e-8) {
      let xi = try SphericalSpinGlass(covariance: [1: 0.2, 2: 0.3, 3: 1, 7: 0.4]).covariance
      return largest(
        (0...3).flatMap { order in
          [-0.6, 0.2, 0.9].map { q -> Double? in
            let (h, f) = (1e-3, { (x: Double) in xi.derivative(order, at: x) })
            return (8 * (f(q + h) - f(q - h)) - (f(q + 2 * h) - f(q - 2 * h))) / (12 * h)
              - xi.derivative(order + 1, at: q)
          }
        })
    },
    Identity("total complexity of pure models: 1/2 log(p - 1)", bound: 1e-12) {
      try largest(
        [3, 4, 7].map { p -> Double? in
          let glass = try SphericalSpinGlass(covariance: Mixture([.init(degree: p, coefficient: 1)]))
          return try glass.complexity().get() - 0.5 * Double.log(Double(p - 1))
        })
    },
    Identity("maximised complexity: closed forms against a search over the radial derivative", bound: 1e-12) {
      let glass = try SphericalSpinGlass(covariance: [2: 0.4, 3: 1], signal: [2: 1.7, 3: 0.4])
      return try largest(
        [StationaryPoints.all, .minima, .index(1), .index(3)].flatMap { points in
          try [-0.3, 0.1, 0.4].flatMap { m in
            try [nil, -2.1].map { u -> Double? in
              let top = try glass.dominantPoints(of: points, overlap: m, energy: u)
              let r = try top.radial.get()
              let found = try maximum(
                "complexity", in: (r - 1)...min(r + 1, points == .all ? .infinity : -2 * 6.8.squareRoot())
              ) {
                (try? glass.complexity(of: points, overlap: m, energy: u, radial: $0).get()) ?? -1e9
              }
              return found.value - (try top.complexity.get())
            }
          }
        })
    },
    Identity("complexity of all points: the largest over the indices", bound: 1e-12) {
      let glass = try SphericalSpinGlass(covariance: [3: 1], signal: [2: 2.5])
      return try largest(
        [(-0.2, -5.0), (0.1, -5.3), (0.3, -9)].map { m, r -> Double? in
          let parts = try (0...6).compactMap { try glass.complexity(of: .index($0), overlap: m, radial: r).value }
          return (parts.max() ?? .infinity) - (try glass.complexity(overlap: m, radial: r).get())
        })
    },
    Identity("total number in a field: maximised over everything against the closed form", bound: 1e-11) {
      // Theory sheet *spherical landscapes*, section 5; xi = q^3, a = 3, b = 6.
      try largest(
        [0.5, 1.1, 1.4, 1.7].map { h -> Double? in
          let (a, b) = (3.0, 6.0)
          let truth =
            h * h <= a * (b - a) / b
            ? 0.5 * Double.log(b / a) - h * h / (2 * a) : 0.5 * (Double.log((b - a) / (h * h)) + h * h / (b - a) - 1)
          return try SphericalSpinGlass(covariance: [3: 1], signal: [1: h]).complexity().get() - truth
        })
    },
    Identity("signal minimum: complexity 0 and a positive Hessian where the branch exists", bound: 1e-12) {
      try largest(
        [[3: 1.5], [1: 0.5, 4: 1.2], [2: 2.4, 3: 0.7]].map { (phi: Mixture) -> Double? in
          let glass = try SphericalSpinGlass(covariance: [2: 0.2, 3: 0.8], signal: phi)
          let minimum = glass.signalMinimum()
          guard try glass.hessianSpectrum(at: .minimum).bulk.lowerBound > 0 else { return nil }
          return try glass.complexity(overlap: minimum.overlap.get(), radial: minimum.radial.get()).get()
        })
    },
    Identity("quenched complexity: annealed at m = 0 without a signal, below it with one", bound: 1e-11) {
      let noise = try SphericalSpinGlass(covariance: [2: 0.3, 3: 1])
      let equal = try [-4.0, -5.2, -5.6].map { r -> Double? in
        guard let quenched = try noise.quenchedComplexity(overlap: 0, radial: r).complexity.value else { return nil }
        return try noise.complexity(overlap: 0, radial: r).get() - quenched
      }
      let spiked = try SphericalSpinGlass(covariance: [3: 1], signal: [3: 1.5])
      let above = try [0.2, 0.3, 0.5].map { m -> Double? in
        guard let quenched = try spiked.quenchedComplexity(overlap: m, radial: -4).complexity.value else { return nil }
        return max(0, quenched - (try spiked.complexity(overlap: m, radial: -4).get()))
      }
      return largest(equal + above)
    },
    Identity("exact numbers: route by Hermite functions against pivots, saddles counted by index", bound: 1e-9) {
      let glass = try SphericalSpinGlass(covariance: [2: 0.5, 3: 0.5])
      return try largest(
        [3, 4, 6].map { size -> Double? in
          let total = try glass.logMeanNumber(size: size).get()
          let parts = try (0..<size).map { Double.exp(try glass.logMeanNumber(of: .index($0), size: size).get()) }
          return Double.log(parts.reduce(0, +)) - total
        })
    },
    Identity("exact numbers on the sphere: minima + maxima = saddles + 2", bound: 1e-9) {
      let glass = try SphericalSpinGlass(covariance: [3: 1], signal: [3: 1.5])
      let numbers = try [StationaryPoints.minima, .maxima, .index(1)].map {
        Double.exp(try glass.logMeanNumber(of: $0, size: 3).get())
      }
      return abs(numbers[0] + numbers[1] - numbers[2] - 2)
    },
    Identity("exact numbers approach 4 sqrt(2N/pi) sqrt(a/(b-a)) exp(N Sigma) as 1/N", bound: 1e-5) {
      // The constant: the Gaussian weight of route 1 sees the density of eigenvalues at 0 only, where it is sqrt(2N)/pi.
      let glass = try SphericalSpinGlass(covariance: [2: 0.2, 4: 1])
      let (a, b) = (glass.covariance.derivative(1, at: 1), glass.covariance.derivative(2, at: 1))
      let sigma = try glass.complexity().get()
      let rest = try [500, 1000].map { size in
        try glass.logMeanNumber(size: size).get() - Double(size) * sigma
          - 0.5 * Double.log(32 * Double(size) / Double.pi * a / (b - a))
      }
      return abs(2 * rest[1] - rest[0])
    },
    Identity("ground state of the pure p-spin: static energy of the zero-temperature 1RSB solution", bound: 1e-12) {
      // Theory sheet *spiked replica*, section 8, for xi = q^p/2.
      try largest(
        [(3, -1.171674779265), (4, -1.268609689451)].map { p, energy -> Double? in
          let glass = try SphericalSpinGlass(covariance: Mixture([.init(degree: p, coefficient: 0.5)]))
          return try glass.groundStateEnergy().get() - energy
        })
    },
    Identity("glass: numerical derivatives of the free energy vanish at every solution", bound: 1e-7) {
      // phi(m, q0, q1, x) of the theory sheet *spiked replica*, section 3; x is stationary in equilibrium only.
      try largest(
        glassSamples().flatMap { glass, temperature -> [Double?] in
          let b = 1 / temperature
          let xi = glass.covariance
          return try glass.saddlePoints(temperature: temperature, ansatz: .oneStep).flatMap { state -> [Double?] in
            let at = try [state.overlap, state.outerOverlap, state.innerOverlap, state.parisiParameter].map {
              try $0.get()
            }
            func phi(_ v: [Double]) -> Double {
              let d = 1 - v[2] + v[3] * (v[2] - v[1])
              let energy = b * glass.signal(v[0]) + b * b / 2 * (xi(1) - (1 - v[3]) * xi(v[2]) - v[3] * xi(v[1]))
              return energy
                + 0.5 * ((1 - 1 / v[3]) * Double.log(1 - v[2]) + Double.log(d) / v[3] + (v[1] - v[0] * v[0]) / d)
            }
            return (0..<(state.kind == .equilibrium ? 4 : 3)).filter { at[$0] != 0 }.map { index in
              func moved(_ h: Double) -> Double {
                var v = at
                v[index] += h
                return phi(v)
              }
              let h = 1e-4
              return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
            }
          }
        })
    },
    Identity("glass at T = 0: complexity of states against the Kac-Rice complexity of minima", bound: 1e-11) {
      try largest(
        [[3: 0.5], [2: 0.3, 3: 0.7], [3: 0.5, 4: 0.5]].flatMap { (covariance: Mixture) -> [Double?] in
          let glass = try SphericalSpinGlass(covariance: covariance)
          let ends = try glass.saddlePoints(temperature: 0, ansatz: .oneStep).map { try $0.scaledParisiParameter.get() }
          guard let low = ends.min(), let high = ends.max(), ends.count == 2 else { return [nil] }
          return try [0.1, 0.5, 0.9].map { share -> Double? in
            let y = low + share * (high - low)
            guard let state = try glass.metastableStates(temperature: 0, scaledParisiParameter: y).first,
              let energy = state.stateFreeEnergy
            else { return nil }
            return try glass.complexity(of: .minima, overlap: 0, energy: energy).get() - (try state.complexity.get())
          }
        })
    },
    Identity("glass at T = 0 in a field: complexity of states against the quenched Kac-Rice complexity", bound: 1e-9) {
      try largest(
        [([3: 0.5], [1: 0.2]), ([2: 0.2, 3: 0.5], [1: 0.1])].flatMap {
          (covariance: Mixture, signal: Mixture) -> [Double?] in
          let glass = try SphericalSpinGlass(covariance: covariance, signal: signal)
          let ends = try glass.saddlePoints(temperature: 0, ansatz: .oneStep).map { try $0.scaledParisiParameter.get() }
          guard let low = ends.min(), let high = ends.max(), ends.count == 2 else { return [nil] }
          return try [0.2, 0.6].flatMap { share -> [Double?] in
            let y = low + share * (high - low)
            guard let state = try glass.metastableStates(temperature: 0, scaledParisiParameter: y).first else {
              return [nil]
            }
            let chi = try state.response.get()
            // A pure covariance ties the energy to the radial derivative.
            let isPure = covariance.entries.count == 1
            let counted = try glass.quenchedComplexity(
              overlap: state.overlap.get(), radial: -(1 / chi + glass.covariance.derivative(2, at: 1) * chi),
              energy: isPure ? nil : state.stateFreeEnergy)
            guard let sigma = counted.complexity.value, let overlap = counted.mutualOverlap.value else { return [nil] }
            return [sigma - (try state.complexity.get()), overlap - (try state.outerOverlap.get())]
          }
        })
    },
    Identity("glass: breaking replica symmetry further never lowers the free energy", bound: 1e-13) {
      // The potential is minimised over x(q): its smallest value, hence the largest free energy, is the right one.
      try largest(
        [([3: 0.5], 0.4), ([2: 0.5 / 0.6, 4: 0.25 / 0.432], 1), ([2: 0.5, 4: 0.03], 0.5), ([3: 0.5, 2: 0.3], 0.3)]
          .flatMap { (covariance: Mixture, temperature: Double) -> [Double?] in
            let glass = try SphericalSpinGlass(covariance: covariance)
            let right = try glass.saddlePoints(temperature: temperature).first { $0.isDominant }?.freeEnergy.get()
            return try [GlassAnsatz.replicaSymmetric, .oneStep].flatMap { ansatz in
              try glass.saddlePoints(temperature: temperature, ansatz: ansatz).filter { $0.kind == .equilibrium }.map {
                state -> Double? in
                try right.map { max(0, try state.freeEnergy.get() - $0) }
              }
            }
          })
    },
    Identity("static temperature: no complexity is left at Parisi parameter 1", bound: 1e-13) {
      try largest(
        [[3: 0.5], [2: 0.1, 4: 0.4], [3: 0.5, 6: 0.2]].map { (covariance: Mixture) -> Double? in
          let t = try threshold(.static, covariance: covariance)[0].value.get()
          let glass = try SphericalSpinGlass(covariance: covariance)
          return try glass.metastableStates(temperature: t, scaledParisiParameter: (1 - 1e-15) / t)
            .map { try $0.complexity.get() }.min { abs($0) < abs($1) }
        })
    },
    Identity("conservation of points under a change of field", bound: 1e-6) {
      // d_h Sigma - m d_u Sigma + chi_m d_m Sigma = 0 at fixed m, u with r maximised over (theory sheet, section 4).
      let (m, u, h) = (0.2, -2.2, 1e-4)
      func sigma(_ m: Double, _ u: Double, _ field: Double) throws -> Double {
        try SphericalSpinGlass(covariance: [2: 0.4, 3: 0.6], signal: [1: field, 2: 0.5]).complexity(
          overlap: m, energy: u
        ).get()
      }
      let glass = try SphericalSpinGlass(covariance: [2: 0.4, 3: 0.6], signal: [1: 0.3, 2: 0.5])
      let r = try glass.dominantPoints(overlap: m, energy: u).radial.get()
      let b = glass.covariance.derivative(2, at: 1)
      // Response of a point outside the bulk: chi solves |r| = 1/chi + b chi.
      let chi = 2 / (-r + (r * r - 4 * b).squareRoot())
      let response = (1 - m * m) / (1 / chi - (1 - m * m) * glass.signal.derivative(2, at: m))
      let byField = (try sigma(m, u, 0.3 + h) - sigma(m, u, 0.3 - h)) / (2 * h)
      let byEnergy = (try sigma(m, u + h, 0.3) - sigma(m, u - h, 0.3)) / (2 * h)
      let byOverlap = (try sigma(m + h, u, 0.3) - sigma(m - h, u, 0.3)) / (2 * h)
      return abs(byField - m * byEnergy + response * byOverlap)
    },
    Identity("Hessian: the outlier leaves the bulk at its edge", bound: 1e-6) {
      let b = 6.0
      return try largest(
        [1 + 1e-7, 1 + 1e-8].map { ratio -> Double? in
          let glass = try SphericalSpinGlass(covariance: [3: 1], signal: [2: ratio * b.squareRoot() / 2])
          let spectrum = try glass.hessianSpectrum(overlap: 0, radial: -5)
          return spectrum.outlier.map { $0.eigenvalue - spectrum.bulk.lowerBound }
        })
    },
  ]
}
