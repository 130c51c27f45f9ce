// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import KacRice
import LandscapeModels
import SaddlepointCore
import SaddlepointNumerics
import SaddlepointTestSupport
import Testing

@Suite struct HessianSpectrumTests {
  /// The gradient-flow line in closed form (arXiv:1907.08226), derived without a Hessian.
  @Test(arguments: [(p: 3, deltap: 0.5), (3, 4.0), (4, 1.0), (7, 0.3)])
  func outlierDetachesOnTheGradientFlowLine(p: Int, deltap: Double) throws {
    let line = 2 * deltap / (deltap + (deltap * deltap + 4 * Double(p - 1) * deltap).squareRoot())
    for (delta2, detached) in [(line * (1 - 1e-9), true), (line * (1 + 1e-9), false)] {
      let spectrum = try SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap).hessianSpectrum(at: .threshold)
      #expect((spectrum.outlier != nil) == detached)
      #expect(abs(spectrum.bulk.lowerBound) < 1e-12, "marginal states touch zero")
    }
  }

  /// The isolated minimum near the signal: place, energy, radial derivative and outlier from the theory sheet's own solver.
  @Test func signalMinimumOfTheSheet() throws {
    let rows = ReferenceRow.rows(of: "spherical").filter { $0.quantity.hasPrefix("signal_state_") }
    #expect(rows.count >= 16)
    for row in rows {
      let model = try landscape(of: row)
      let minimum = model.signalMinimum()
      let estimate: Estimate
      switch row.quantity {
      case "signal_state_m": estimate = minimum.overlap
      case "signal_state_u": estimate = minimum.energy
      case "signal_state_r": estimate = minimum.radial
      case "signal_state_outlier":
        let spectrum = try model.hessianSpectrum(at: .minimum)
        estimate = .converged(try #require(spectrum.outlier).eigenvalue, error: spectrum.error)
      default: continue
      }
      let value = try estimate.get()
      #expect(abs(value - row.number) <= 1e-10 + row.uncertainty, "\(row): \(estimate)")
      #expect(
        abs(value - row.number) <= estimate.error + row.uncertainty + 1e-14, "\(row): error too small \(estimate)")
    }
  }

  /// The gradient vanishes at the minimum, and the complexity of all points is 0 there to rounding.
  @Test func signalMinimumIsStationary() throws {
    for model in [
      try SphericalSpinGlass(covariance: [3: 1], signal: [3: 1.5]),
      try SphericalSpinGlass(covariance: [2: 0.5, 4: 0.5], signal: [1: 0.1, 2: 1, 4: 1]),
      try SphericalSpinGlass(covariance: [2: 0.1, 5: 0.5], signal: [1: 4]),
    ] {
      let minimum = model.signalMinimum()
      let (m, r) = (try minimum.overlap.get(), try minimum.radial.get())
      #expect(abs(try model.complexity(overlap: m, radial: r).get()) < 1e-13)
      #expect(abs(try model.complexity(of: .minima, overlap: m).get()) < 1e-13)
      #expect(try model.hessianSpectrum(at: .minimum).bulk.lowerBound > 0)
    }
    #expect(throws: EstimateError.self) {
      try SphericalSpinGlass(covariance: [3: 1], signal: [3: 0.5]).hessianSpectrum(at: .minimum)
    }
  }

  /// At the ground state of a pure model the radial derivative is p times its energy.
  @Test(arguments: [3, 4, 6]) func groundState(p: Int) throws {
    let glass = try SphericalSpinGlass(covariance: Mixture([.init(degree: p, coefficient: 1)]))
    let spectrum = try glass.hessianSpectrum(at: .groundState)
    #expect(abs(spectrum.radial - Double(p) * (try glass.groundStateEnergy().get())) < 1e-11)
    #expect(spectrum.bulk.lowerBound > 0 && spectrum.outlier == nil)
  }

  /// A sampled matrix: GOE of variance b with a spike, N = 400, against outlier and overlap (finite-size errors N^-1/2).
  @Test func sampledMatrix() throws {
    let n = 400
    let (b, theta) = (6.0, 2.0 * 6.0.squareRoot())
    var generator = SystemRandomNumberGenerator()
    func normal() -> Double {
      (-2 * log(Double.random(in: .leastNonzeroMagnitude...1, using: &generator))).squareRoot()
        * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
    }
    var matrix = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0...i {
        let x = normal() * (b / Double(n) * (i == j ? 2 : 1)).squareRoot()
        matrix[i, j] = x
        matrix[j, i] = x
      }
    }
    // The spike lies along the first axis and enters with a minus sign.
    matrix[0, 0] -= theta
    let sample = try SymmetricEigensystem(matrix, withVectors: true)
    let glass = try SphericalSpinGlass(covariance: [3: 1], signal: [2: theta / 2])
    let theory = try glass.hessianSpectrum(overlap: 0, radial: 0)
    let outlier = try #require(theory.outlier)
    #expect(abs(sample.values[0] - outlier.eigenvalue) < 0.9)
    #expect(abs(sample.vectors[0][0] * sample.vectors[0][0] - outlier.overlapSquared) < 0.2)
    #expect(abs(sample.values[n - 1] - theory.bulk.upperBound) < 0.6)
  }

  @Test func positiveSecondDerivativePushesDownAndNegativePushesUp() throws {
    let down = try SphericalSpinGlass(covariance: [3: 1], signal: [2: 4]).hessianSpectrum(overlap: 0, radial: -5)
    let up = try SphericalSpinGlass(covariance: [3: 1], signal: [2: -4]).hessianSpectrum(overlap: 0, radial: -5)
    #expect(try #require(down.outlier).eigenvalue < down.bulk.lowerBound)
    #expect(try #require(up.outlier).eigenvalue > up.bulk.upperBound)
  }

  @Test(arguments: [-1.0, 1.0, 1.5, .nan]) func overlapsOutsideTheSphereAreRefused(m: Double) throws {
    let model = try SphericalSpinGlass(covariance: [3: 1])
    #expect(throws: DomainError.self) { try model.hessianSpectrum(overlap: m, radial: 0) }
    #expect(throws: DomainError.self) { try model.hessianSpectrum(overlap: 0, radial: m == 1 ? .infinity : .nan) }
  }
}
