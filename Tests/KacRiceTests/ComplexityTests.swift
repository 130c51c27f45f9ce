// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import KacRice
import LandscapeModels
import SaddlepointCore
import SaddlepointTestSupport
import Testing

private let rows = ReferenceRow.rows(of: "spherical")

/// The landscape of a row: a mixture, a pure model, or a matrix-tensor model.
func landscape(of row: ReferenceRow) throws -> any SphericalLandscape {
  func mixture(_ name: String) -> Mixture {
    Mixture((row.coefficients(name) ?? []).map { Polynomial.Term(degree: $0.degree, coefficient: $0.coefficient) })
  }
  if row.coefficients("xi") != nil { return try SphericalSpinGlass(covariance: mixture("xi"), signal: mixture("phi")) }
  if !row["delta2"].isNaN {
    return try SpikedMatrixTensor(p: Int(row["p"]), delta2: row["delta2"], deltap: row["deltap"])
  }
  return try SphericalSpinGlass(covariance: Mixture([Polynomial.Term(degree: Int(row["p"]), coefficient: 1)]))
}

private func expect(
  _ estimate: Estimate, agreesWith row: ReferenceRow, sourceLocation: SourceLocation = #_sourceLocation
) {
  let value = estimate.value ?? .nan
  #expect(
    abs(value - row.number) <= 1e-10 + row.uncertainty, "\(row): \(estimate) against \(row.number)",
    sourceLocation: sourceLocation)
  #expect(
    abs(value - row.number) <= estimate.error + row.uncertainty + 1e-14, "\(row): error too small \(estimate)",
    sourceLocation: sourceLocation)
}

@Suite struct ComplexityTests {
  private func given(_ x: Double) -> Double? { x.isNaN ? nil : x }

  @Test(arguments: [
    ("Sigma_all(m,r)", StationaryPoints.all), ("Sigma_min(m,r)", .minima), ("Sigma_all(m,u,r)", .all),
    ("Sigma_min(m)", .minima),
    ("Sigma_total(m)", .all), ("Sigma_total", .all),
  ]) func referenceRows(quantity: String, points: StationaryPoints) throws {
    let matching = rows.filter { $0.quantity == quantity }
    #expect(!matching.isEmpty)
    for row in matching {
      let estimate = try landscape(of: row).complexity(
        of: points, overlap: given(row["overlap"]), energy: given(row["energy"]), radial: given(row["radial"]))
      expect(estimate, agreesWith: row)
    }
  }

  @Test(arguments: [3, 4, 7]) func totalOfPureModels(p: Int) throws {
    let glass = try SphericalSpinGlass(covariance: Mixture([Polynomial.Term(degree: p, coefficient: 1)]))
    #expect(try glass.complexity().agrees(with: 0.5 * log(Double(p - 1)), within: 1e-12))
    // Half of all directions are negative where the radial derivative vanishes: 1/2 log(b/a) + Omega(0) + 1/2.
    #expect(try glass.complexity(of: .fraction(0.5)).agrees(with: 0.5 * log(Double(p - 1)), within: 1e-12))
  }

  /// The total number with a field, in closed form on its three branches (theory sheet, section 5).
  @Test(arguments: [0.3, 1.0, 1.2, 1.6, 1.9, 2.5]) func totalWithAField(h: Double) throws {
    let glass = try SphericalSpinGlass(covariance: [3: 1], signal: [1: h])
    let (a, b) = (3.0, 6.0)
    let truth =
      h * h <= a * (b - a) / b
      ? 0.5 * log(b / a) - h * h / (2 * a) : h * h <= b - a ? 0.5 * (log((b - a) / (h * h)) + h * h / (b - a) - 1) : 0
    #expect(abs(try glass.complexity().get() - truth) < 1e-10)
  }

  /// Maximising over one more number never lowers the exponent, and the maximiser reproduces it.
  @Test func maximisersAreWhereTheySay() throws {
    for glass in [
      try SphericalSpinGlass(covariance: [2: 0.3, 3: 0.7], signal: [2: 0.8, 3: 0.5]),
      try SphericalSpinGlass(covariance: [3: 1], signal: [3: 1.5]),
      try SphericalSpinGlass(covariance: [2: 1, 4: 0.2], signal: [1: 0.4]),
    ] {
      for points in [StationaryPoints.all, .minima, .maxima, .index(1), .index(3)] {
        let top = try glass.dominantPoints(of: points)
        let best = try top.complexity.get()
        let (m, r) = (try top.overlap.get(), try top.radial.get())
        #expect(abs(try glass.complexity(of: points, overlap: m, radial: r).get() - best) < 1e-10)
        for (dm, dr) in [(0.01, 0.0), (-0.01, 0), (0, 0.02), (0, -0.02), (0.02, 0.05)] where abs(m + dm) < 1 {
          if let other = try glass.complexity(of: points, overlap: m + dm, radial: r + dr).value {
            #expect(other <= best + 1e-12)
          }
        }
        let energy = try top.energy.get()
        if glass.covariance.terms.count > 1 {
          #expect(abs(try glass.complexity(of: points, overlap: m, energy: energy, radial: r).get() - best) < 1e-10)
          #expect(abs(try glass.complexity(of: points, overlap: m, energy: energy).get() - best) < 1e-10)
          for du in [0.03, -0.03] {
            #expect(try glass.complexity(of: points, overlap: m, energy: energy + du).get() < best)
          }
        }
      }
    }
  }

  /// One part of the energy given: the closed form against a search over the radial derivative on the line that it fixes.
  @Test(arguments: [StationaryPoints.all, .minima, .maxima, .index(2)]) func partsOfTheEnergy(points: StationaryPoints)
    throws
  {
    let model = try SpikedMatrixTensor(p: 4, delta2: 0.5, deltap: 0.3)
    let sign: Double = points == .maxima ? -1 : 1
    for (e2, ep) in [(-0.9 * sign, nil), (nil, -0.7 * sign)] as [(Double?, Double?)] {
      let top = try model.dominantPoints(of: points, overlap: 0.15, energy2: e2, energyp: ep)
      let best = try top.complexity.get()
      let parts = model.energyParts(energy: try top.energy.get(), radial: try top.radial.get())
      #expect(abs((e2 ?? parts.matrix) - parts.matrix) < 1e-12 && abs((ep ?? parts.tensor) - parts.tensor) < 1e-12)
      var searched = -Double.infinity
      let edge = 2 * model.covariance.derivative(2, at: 1).squareRoot()
      for r in [-edge, edge] + (0...4000).map({ -20 + 40 * Double($0) / 4000 }) {
        let u = e2.map { $0 + (r - 2 * $0) / 4 } ?? ep.map { $0 + (r - 4 * $0) / 2 } ?? 0
        if let value = try model.complexity(of: points, overlap: 0.15, energy: u, radial: r).value {
          searched = max(searched, value)
        }
      }
      #expect(searched <= best + 1e-12 && searched > best - 1e-4, "\(points): \(searched) against \(best)")
      let both = try model.complexity(of: points, overlap: 0.15, energy2: parts.matrix, energyp: parts.tensor)
      #expect(abs(try both.get() - best) < 1e-10)
    }
    #expect(throws: DomainError.self) {
      try model.dominantPoints(energy2: 1, energyp: 1, energy: 2)
    }
    #expect(throws: DomainError.self) {
      try SpikedMatrixTensor(p: 3, delta2: .infinity, deltap: 1).complexity(energy2: 0.1, energyp: nil)
    }
  }

  /// Maps are the same numbers as single calls.
  @Test(arguments: [StationaryPoints.all, .minima, .maxima, .index(1), .index(4)]) func maps(points: StationaryPoints)
    throws
  {
    for model in [
      try SphericalSpinGlass(covariance: [2: 0.3, 3: 0.7], signal: [2: 3, 3: 0.5]),
      try SphericalSpinGlass(covariance: [3: 1], signal: [1: 0.3, 4: 0.9]),
      try SphericalSpinGlass(covariance: [2: 0.7, 4: 0.7], signal: [2: -2]),
    ] {
      let overlaps = [-0.9, -0.31, 0, 0.12, 0.4, 0.77]
      let radials = stride(from: -12, through: 12, by: 0.37).map { $0 }
      let energies = stride(from: -3, through: 3, by: 0.17).map { $0 }
      let byRadial = try model.complexities(of: points, overlaps: overlaps, radials: radials)
      let byEnergy = try model.complexities(of: points, overlaps: overlaps, energies: energies)
      for (i, m) in overlaps.enumerated() {
        for (j, r) in radials.enumerated() {
          let single = try model.complexity(of: points, overlap: m, radial: r).value ?? -.infinity
          let mapped = byRadial[i * radials.count + j]
          #expect(single == mapped || abs(single - mapped) < 1e-11, "\(points) \(m) \(r): \(single) \(mapped)")
        }
        for (j, u) in energies.enumerated() {
          let single = try model.complexity(of: points, overlap: m, energy: u).value ?? -.infinity
          #expect(single == byEnergy[i * energies.count + j])
        }
      }
    }
    let glass = try SphericalSpinGlass(covariance: [3: 1])
    #expect(throws: DomainError.self) { try glass.complexities(of: .fraction(0.1), overlaps: [0], radials: [0]) }
    #expect(throws: DomainError.self) { try glass.complexities(of: .all, overlaps: [1], radials: [0]) }
    #expect(throws: DomainError.self) { try glass.complexities(of: .all, overlaps: [0], energies: [.nan]) }
  }

  /// Indices partition the points: the largest exponent over all indices is that of all of them.
  @Test func indicesPartition() throws {
    let glass = try SphericalSpinGlass(covariance: [3: 1], signal: [2: 2.5])
    for m in [-0.3, 0, 0.2] {
      for t in [2.0, 2.1, 2.5, 4] {
        let r = -t * 6.0.squareRoot()
        let all = try glass.complexity(of: .all, overlap: m, radial: r).get()
        let parts = try (0...4).compactMap { try glass.complexity(of: .index($0), overlap: m, radial: r).value }
        #expect(abs((parts.max() ?? 0) - all) < 1e-12)
      }
    }
  }

  @Test func maximaMirrorMinima() throws {
    let glass = try SphericalSpinGlass(covariance: [2: 0.4, 3: 1], signal: [1: 0.2, 2: 0.5])
    let mirror = try SphericalSpinGlass(covariance: [2: 0.4, 3: 1], signal: [1: -0.2, 2: -0.5])
    let maxima = try glass.dominantPoints(of: .maxima, overlap: 0.2)
    let minima = try mirror.dominantPoints(of: .minima, overlap: 0.2)
    #expect(abs(try maxima.complexity.get() - minima.complexity.get()) < 1e-14)
    #expect(abs(try maxima.energy.get() + minima.energy.get()) < 1e-9)
    #expect(try maxima.radial.get() >= 2 * 6.8.squareRoot() - 1e-12)
  }

  @Test func outsideDomainSaysWhy() throws {
    let pure = try SphericalSpinGlass(covariance: [3: 1])
    #expect(try pure.complexity(of: .minima, overlap: 0, radial: -1).status.name == "outside-domain")
    #expect(try pure.complexity(of: .all, overlap: 0, energy: -1, radial: -2).status.name == "outside-domain")
    #expect(try pure.complexity(of: .all, overlap: 0, energy: -1, radial: -3).status == .converged)
    for m in [-1.0, 1, .nan] { #expect(throws: DomainError.self) { try pure.complexity(overlap: m) } }
    #expect(throws: DomainError.self) { try pure.complexity(of: .index(-1)) }
    #expect(throws: DomainError.self) { try pure.complexity(of: .fraction(2)) }
    #expect(throws: DomainError.self) { try pure.complexity(energy: .infinity) }
  }

  @Test func logPotentialAndCosts() throws {
    for row in rows.filter({ $0.quantity == "Omega" }) {
      // Omega through the complexity of a landscape with known constants: xi = q^2, a = b = 2.
      let glass = try SphericalSpinGlass(covariance: [2: 1])
      let r = row["t"] * 2.0.squareRoot()
      let sigma = try glass.complexity(of: .all, overlap: 0, radial: r).get()
      #expect(abs(sigma - (0.5 - r * r / 8 + row.number)) < 1e-11 * max(1, r * r), "\(row)")
    }
    for row in rows.filter({ $0.quantity == "L" || $0.quantity == "index_cost" }) {
      // A cost is the difference between the exponents of all points and of those of the index; b = 2.
      let theta = row["theta"]
      let glass = try SphericalSpinGlass(covariance: [2: 1], signal: [2: theta * 2.0.squareRoot() / 2])
      let r = -row["t"] * 2.0.squareRoot()
      let index = row.quantity == "L" ? 0 : Int(row["k"].isNaN ? row["index"] : row["k"])
      let cost =
        try glass.complexity(of: .all, overlap: 0, radial: r).get()
        - (try glass.complexity(of: .index(index), overlap: 0, radial: r).get())
      #expect(abs(cost - row.number) <= 1e-11 + row.uncertainty, "\(row): \(cost)")
    }
  }
}
