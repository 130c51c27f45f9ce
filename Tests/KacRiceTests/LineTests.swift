// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import KacRice
import LandscapeModels
import SaddlepointCore
import SaddlepointTestSupport
import Testing

private let rows = ReferenceRow.rows(of: "spherical")

private func expect(
  _ estimate: Estimate, agreesWith row: ReferenceRow, within tolerance: Double = 1e-9,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let value = estimate.value ?? .nan
  #expect(
    abs(value - row.number) <= tolerance * max(1, abs(row.number)) + row.uncertainty, "\(row): \(estimate)",
    sourceLocation: sourceLocation)
  #expect(
    abs(value - row.number) <= estimate.error + row.uncertainty + 1e-14, "\(row): error too small: \(estimate)",
    sourceLocation: sourceLocation)
}

@Suite struct NamedEnergyTests {
  private func glass(_ row: ReferenceRow) throws -> SphericalSpinGlass {
    let terms = (row.coefficients("xi") ?? [(degree: Int(row["p"]), coefficient: 1)])
      .map { Polynomial.Term(degree: $0.degree, coefficient: $0.coefficient) }
    return try SphericalSpinGlass(covariance: Mixture(terms))
  }

  @Test func energiesOfTheSheet() throws {
    for (name, k) in [("E0", 0), ("E1", 1), ("E2", 2), ("E5", 5)] {
      for row in rows where row.quantity == name { expect(try glass(row).energy(ofIndex: k), agreesWith: row) }
    }
    for row in rows where row.quantity == "Eth" { expect(try glass(row).thresholdEnergy(), agreesWith: row) }
    for row in rows where row.quantity == "E_marginal_low" {
      expect(try glass(row).marginalRange().low, agreesWith: row)
    }
    for row in rows where row.quantity == "E_marginal_high" {
      expect(try glass(row).marginalRange().high, agreesWith: row)
    }
    for row in rows where row.quantity == "E_marginal_centre" {
      expect(try glass(row).marginalRange().typical, agreesWith: row)
    }
    for row in rows where row.quantity == "Sigma_marginal_max" {
      expect(try glass(row).marginalRange().complexity, agreesWith: row)
    }
  }

  /// Energies of index k rise with k and stay below the threshold energy of a pure model; the complexity vanishes there.
  @Test(arguments: [3, 4, 6]) func energiesAreOrdered(p: Int) throws {
    let glass = try SphericalSpinGlass(covariance: Mixture([Polynomial.Term(degree: p, coefficient: 1)]))
    let energies = try (0...6).map { try glass.energy(ofIndex: $0).get() }
    #expect(energies == energies.sorted())
    #expect(try energies[6] < glass.thresholdEnergy().get())
    for (k, energy) in energies.enumerated() {
      #expect(abs(try glass.complexity(of: .index(k), overlap: 0, energy: energy).get()) < 1e-12)
    }
    #expect(throws: DomainError.self) { try glass.energy(ofIndex: -1) }
  }

  @Test func groundStatesThatAreOnlyBoundsSaySo() throws {
    // b <= a and a strong quadratic part: the outer replicon is not below 1.
    let quadratic = try SphericalSpinGlass(covariance: [2: 1])
    #expect(quadratic.groundStateEnergy().status.name == "approximate")
    #expect(try SphericalSpinGlass(covariance: [3: 1]).groundStateEnergy().status == .converged)
  }

  @Test func endsInOverlap() throws {
    for row in rows where row.quantity == "overlap_end" && row["size"].isNaN {
      guard case .text(let word)? = row.inputs["points"], let points = StationaryPoints(word) else { continue }
      let model = try landscape(of: row)
      let ends = try model.overlapEnds(of: points).compactMap(\.value)
      #expect(ends.contains { abs($0 - row.number) < 1e-6 }, "\(row): \(ends)")
    }
    #expect(try SphericalSpinGlass(covariance: [3: 1], signal: [1: 3]).overlapEnds(of: .minima).isEmpty)
  }
}

extension SpikedMatrixTensor {
  fileprivate static func line(_ line: Line<SpikedMatrixTensor>, p: Int, deltap: Double) throws -> Estimate {
    try line.solve(for: .delta2, at: Point([.p: Double(p), .deltap: deltap]))[0].value
  }
}

@Suite struct TrivializationTests {
  private func solve(_ line: Line<SpikedMatrixTensor>, _ row: ReferenceRow) throws -> Estimate {
    let point = Point([.p: row["p"], .deltap: row["deltap"]])
    let delta2 = try line.solve(for: .delta2, at: point)[0].value
    return delta2.mapped(derivative: 1 / pow(delta2.value ?? 1, 2)) { 1 / $0 }
  }

  @Test func tableOfTheSheet() throws {
    for row in rows where row.quantity == "inverse_delta2_triv" {
      expect(try solve(.equatorTrivialization, row), agreesWith: row)
    }
    for row in rows where row.quantity == "inverse_delta2_triv_all_m" {
      expect(try solve(.trivialization, row), agreesWith: row)
    }
    for row in rows where row.quantity == "inverse_delta2_signal_minimum" {
      expect(try solve(.signalMinimum, row), agreesWith: row)
    }
  }

  /// Where the complexity is small, nearly everything cancels: errors still hold, against an evaluation with 50 digits (bisection
  /// of the exponent and of its slope in mpmath).
  @Test(arguments: [
    (3, 1000.0, 0.99675995726934117866), (3, 100, 0.96926357549621321444), (4, 100, 0.94979030253571939675),
    (3, 1e-3, 0.015149155907332348183),
  ]) func equatorWithFewDigitsLeft(p: Int, deltap: Double, delta2: Double) throws {
    let found = try SpikedMatrixTensor.line(.equatorTrivialization, p: p, deltap: deltap)
    #expect(abs(try found.get() - delta2) <= found.error, "\(found)")
    #expect(found.error < 1e-6)
  }

  /// Rounding is not taken for an answer: without a complexity that can be told from zero there is no line.
  @Test func equatorBelowRounding() throws {
    let found = try SpikedMatrixTensor.line(.equatorTrivialization, p: 3, deltap: 1e7)
    #expect(found.status.name == "not-converged")
  }

  /// Trivialisation < gradient flow < maximum likelihood in Delta2, all below 1; for even p both trivialisations agree.
  @Test(arguments: [(3, 0.5), (3, 4.0), (4, 1.0), (4, 4.0), (6, 2.0)]) func order(p: Int, deltap: Double) throws {
    let point = Point([.p: Double(p), .deltap: deltap])
    let equator = try Line<SpikedMatrixTensor>.equatorTrivialization.solve(for: .delta2, at: point)[0].value.get()
    let everywhere = try Line<SpikedMatrixTensor>.trivialization.solve(for: .delta2, at: point)[0].value.get()
    let flow = 2 * deltap / (deltap + (deltap * deltap + 4 * Double(p - 1) * deltap).squareRoot())
    #expect(everywhere <= equator + 1e-12 && equator < flow)
    if p % 2 == 0 { #expect(abs(everywhere - equator) < 1e-9) }
    // Just beyond the line there are no minima at the equator, just before there are.
    for (factor, sign) in [(1 - 1e-6, -1.0), (1 + 1e-6, 1)] {
      let model = try SpikedMatrixTensor(p: p, delta2: equator * factor, deltap: deltap)
      #expect(try model.complexity(of: .minima, overlap: 0).get() * sign > 0)
    }
  }

  /// The lines in the strength of the signal meet those in the noise: at a critical Delta2 the critical strength is 1.
  @Test(arguments: [(3, 1.0), (3, 4.0), (4, 1.0), (5, 0.5)]) func strengthLinesAgreeWithNoiseLines(
    p: Int, deltap: Double
  ) throws {
    let pairs: [(Line<SpikedMatrixTensor>, Line<SphericalSpinGlass>)] = [
      (.equatorTrivialization, .equatorTrivialization), (.trivialization, .trivialization),
      (.signalMinimum, .signalMinimum),
    ]
    for (noise, strength) in pairs {
      let solved = try noise.solve(for: .delta2, at: Point([.p: Double(p), .deltap: deltap]))[0]
      let delta2 = try solved.value.get()
      let (two, order) = (0.5 / delta2, 1 / (Double(p) * deltap))
      let xi = ["xi2": two, "xi\(p)": order, "phi2": two, "phi\(p)": order]
      let point = Point(xi.map { Quantity($0.key) }, xi.map { .number($0.value) })
      let found = try strength.solve(for: .signalScale, at: point)[0]
      #expect(found.value.agrees(with: 1, within: 1e-8), "\(strength.declaration.name): \(found)")
      if noise.declaration.name != "equator-trivialization" {
        #expect(abs(try found[.overlap].get() - solved[.overlap].get()) < 1e-6)
      }
    }
  }

  @Test func signalMinimumOfPureTensors() throws {
    for row in rows where row.quantity == "signal_minimum_snr" {
      let p = Int(row["p"])
      let point = Point(["xi\(p)", "phi\(p)"].map { Quantity($0) }, [.number(1), .number(1)])
      expect(try Line<SphericalSpinGlass>.signalMinimum.solve(for: .signalScale, at: point)[0].value, agreesWith: row)
      let delta = try Line<SpikedTensor>.signalMinimum.solve(for: .delta, at: Point([.p: row["p"]]))[0].value
      // xi = q^p/(p Delta) is q^p in units in which the signal is 1/sqrt(p Delta).
      #expect(abs(try 1 / (Double(p) * delta.get()).squareRoot() - row.number) < 1e-12)
    }
  }

  /// The minimum exists just above the critical strength and not just below it.
  @Test(arguments: [[2: 1.0], [2: 0.3, 3: 0.8], [3: 1], [1: 1], [1: 0.4, 4: 0.6], [8: 1]] as [[Int: Double]])
  func signalMinimumAppears(psi: [Int: Double]) throws {
    for xi in [[3: 1.0], [2: 0.6, 4: 0.3]] as [[Int: Double]] {
      let names = xi.map { (Quantity("xi\($0.key)"), $0.value) } + psi.map { (Quantity("phi\($0.key)"), $0.value) }
      let point = Point(names.map(\.0), names.map { .number($0.1) })
      let critical = try Line<SphericalSpinGlass>.signalMinimum.solve(for: .signalScale, at: point)[0].value.get()
      func mixture(_ terms: [Int: Double]) -> Mixture {
        Mixture(terms.sorted { $0.key < $1.key }.map { .init(degree: $0.key, coefficient: $0.value) })
      }
      func exists(_ s: Double) throws -> Bool {
        try SphericalSpinGlass(covariance: mixture(xi), signal: mixture(psi), signalScale: s).signalMinimum()
          .overlap.value != nil
      }
      #expect(try exists(critical * (1 + 1e-6)), "\(xi) \(psi) at \(critical)")
      #expect(try !exists(critical * (1 - 1e-6)), "\(xi) \(psi) at \(critical)")
    }
  }

  @Test func strengthLinesWithoutAnAnswer() throws {
    func solve(_ line: Line<SphericalSpinGlass>, _ values: KeyValuePairs<Quantity, Double>) throws -> Estimate {
      try line.solve(for: .signalScale, at: Point(values))[0].value
    }
    // Without a quadratic term the equator never feels the signal; without b > a there is nothing to vanish.
    for line in [Line<SphericalSpinGlass>.equatorTrivialization, .trivialization, .gradientFlow] {
      #expect(try solve(line, ["xi3": 1, "phi3": 1]).status == .outsideDomain("impossible-for-every-signal_scale"))
    }
    #expect(
      try solve(.equatorTrivialization, ["xi2": 1, "phi2": 1]).status
        == .outsideDomain("possible-for-every-signal_scale"))
    for line in [Line<SphericalSpinGlass>.equatorTrivialization, .trivialization] {
      #expect(throws: DomainError.self) { try solve(line, ["xi3": 1, "phi1": 0.1, "phi2": 1]) }
      #expect(throws: DomainError.self) { try solve(line, ["xi3": 1]) }
    }
  }

  @Test func fieldOfTrivialization() throws {
    let point = Point(["xi3": 1.0])
    let field = try Line<SphericalSpinGlass>.trivialization.solve(for: "phi1", at: point)[0].value
    #expect(field.agrees(with: 3.0.squareRoot(), within: 1e-15))
    let beyond = try SphericalSpinGlass(covariance: [3: 1], signal: [1: 1.01 * 3.0.squareRoot()])
    #expect(abs(try beyond.complexity().get()) < 1e-9)
  }
}
