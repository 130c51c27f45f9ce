// SPDX-License-Identifier: GPL-3.0-or-later

import RandomMatrixTheory
import RealModule
import SaddlepointCore
import SaddlepointNumerics
import SaddlepointTestSupport
import Testing

private let rows = ReferenceRow.rows(of: "phase_retrieval_bayes")

private func list(_ row: ReferenceRow, _ name: String) -> [Double] {
  if case .numbers(let numbers)? = row.inputs[name] { numbers } else { [] }
}

private func law(_ row: ReferenceRow) throws -> WeightedCovariance {
  try WeightedCovariance(
    alpha: row["alpha"], atoms: zip(list(row, "w"), list(row, "p")).map { (weight: $0, probability: $1) })
}

@Suite struct WeightedCovarianceTests {
  @Test func edgesOfBands() throws {
    let edges = rows.filter { $0.quantity == "support_edge" }
    #expect(edges.count >= 6)
    for row in edges {
      let found = try law(row).bands().flatMap { [$0.lowerEdge, $0.upperEdge] }
      #expect(abs(found[Int(row["index"])] - row.number) < 1e-10, "\(row): \(found)")
    }
  }

  @Test func densities() throws {
    for row in rows where row.quantity == "spectral_density" && !list(row, "w").isEmpty {
      let found = try #require(try law(row).density(at: row["lambda"]))
      #expect(abs(found.density - row.number) < 1e-11)
    }
  }

  /// Equal weights are the Marchenko-Pastur law of aspect 1/alpha, stretched by alpha.
  @Test(arguments: [0.3, 2.0, 7.0]) func equalWeights(alpha: Double) throws {
    let weighted = try WeightedCovariance(alpha: alpha, atoms: [(weight: 1, probability: 1)])
    let law = try MarchenkoPasturLaw(aspect: 1 / alpha)
    let band = try #require(try weighted.bands().first)
    #expect(abs(band.lowerEdge - alpha * law.edges.lowerBound) < 1e-12 * alpha)
    #expect(abs(band.upperEdge - alpha * law.edges.upperBound) < 1e-12 * alpha)
    #expect(abs(weighted.atom - law.atom) < 1e-14)
    for t in [0.2, 0.5, 0.9] {
      let x = band.lowerEdge + t * (band.upperEdge - band.lowerEdge)
      let found = try #require(weighted.density(at: x))
      #expect(abs(found.density - law.density(at: x / alpha) / alpha) < 1e-12)
      #expect(abs(found.stieltjes - law.stieltjes(at: x / alpha) / alpha) < 1e-12)
    }
    // The edges of the side conditions are those of the band.
    #expect(abs(try #require(weighted.edge(.upper).position) - band.upperEdge) < 1e-11 * alpha)
    let lower = try weighted.edge(.lower)
    if alpha > 1 {
      #expect(lower.kind == .soft)
      #expect(abs(try #require(lower.position) - band.lowerEdge) < 1e-11 * alpha)
    } else {
      #expect(lower.kind == .kernel && lower.position == 0)
    }
  }

  /// The density of a law with a gap integrates to 1 less its atom.
  @Test func normalisation() throws {
    let law = try WeightedCovariance(
      alpha: 0.5, atoms: [(weight: 1, probability: 0.5), (weight: -2, probability: 0.5)])
    var mass = law.atom
    for band in try law.bands() {
      let half = 0.5 * (band.upperEdge - band.lowerEdge)
      // x = middle + half sin t makes the square-root edges smooth.
      mass += try FixedRule.gaussLegendre(60).sum(from: -.pi / 2, to: .pi / 2) { t in
        let x = band.lowerEdge + half * (1 + Double.sin(t))
        return half * Double.cos(t) * (law.density(at: x)?.density ?? .nan)
      }
    }
    #expect(abs(mass - 1) < 1e-8)
  }

  /// Two planted directions with a lower outlier, at two alphas: w = (12 zh^2 - 4 z^2)/(0.1 + z^2).
  @Test func twoDirections() throws {
    let m = 0.4
    let rule = try FixedRule.gaussLegendre(20)
    var nodes: [(x: Double, weight: Double)] = []
    for panel in 0..<24 {
      for (x, weight) in zip(rule.nodes, rule.weights) {
        let z = -9 + 0.75 * (Double(panel) + 0.5 + 0.5 * x)
        nodes.append((z, 0.375 * weight * Double.exp(-0.5 * z * z) / (2 * Double.pi).squareRoot()))
      }
    }
    var weights: [Double] = []
    var probabilities: [Double] = []
    var projections: [Double] = []
    let relevant = nodes.filter { $0.weight > 1e-17 }
    for (z, p) in relevant {
      for (t, r) in relevant where p * r > 1e-19 {
        let zh = m * z + (1 - m * m).squareRoot() * t
        weights.append((12 * zh * zh - 4 * z * z) / (0.1 + z * z))
        probabilities.append(p * r)
        projections += [z, t]
      }
    }
    for alpha in [3.0, 6] {
      let matrix = try WeightedCovariance(
        alpha: alpha, weights: weights, probabilities: probabilities, directions: 2, projections: projections,
        extremes: (-4, .infinity))
      let edge = try matrix.edge(.lower)
      let outlier = try #require(try matrix.outliers(.lower).first)
      #expect(try matrix.edge(.upper).kind == .unbounded)
      #expect(try matrix.outliers(.upper).isEmpty)
      for row in rows where row.model.contains("two directions") && row["alpha"] == alpha {
        let value: Double
        switch row.quantity {
        case "lower_edge": value = edge.position ?? .nan
        case "outlier": value = outlier.position
        case "overlap2_signal": value = outlier.componentsSquared[0]
        default: value = outlier.overlapSquared
        }
        #expect(abs(value - row.number) < 1e-8 * max(1, abs(row.number)), "\(row): \(value)")
      }
    }
  }

  /// A sampled matrix of two-valued weights has its extreme eigenvalues near the edges.
  @Test func sampledMatrix() throws {
    let (n, alpha) = (300, 3.0)
    var stream = RandomStream(seed: 5, stream: 0)
    let m = Int(alpha) * n
    var h = [Double](repeating: 0, count: n * n)
    for mu in 0..<m {
      let w = mu % 2 == 0 ? 1.0 : 10
      let xi = (0..<n).map { _ in stream.normal() }
      for i in 0..<n { for j in 0...i { h[i * n + j] += w * xi[i] * xi[j] / Double(n) } }
    }
    let values = try SymmetricEigensystem(Matrix(rows: n, columns: n, h)).values
    let law = try WeightedCovariance(
      alpha: alpha, atoms: [(weight: 1, probability: 0.5), (weight: 10, probability: 0.5)])
    let band = try #require(try law.bands().first)
    #expect(abs(try #require(values.first) - band.lowerEdge) < 0.15)
    #expect(abs(try #require(values.last) - band.upperEdge) < 2.5)
    let below = Double(values.filter { $0 < 15 }.count) / Double(n)
    let mass = try FixedRule.gaussLegendre(60).sum(from: band.lowerEdge, to: 15) {
      law.density(at: $0)?.density ?? .nan
    }
    #expect(abs(below - mass) < 0.02)
  }
}
