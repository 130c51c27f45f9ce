// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import KacRice
import LandscapeModels
import SaddlepointCore
import SaddlepointNumerics
import SaddlepointTestSupport
import Testing

private let rows = ReferenceRow.rows(of: "glm_kacrice")

/// A small generator with a fixed seed.
private struct SplitMix {
  var state: UInt64
  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
}

private func loss(of row: ReferenceRow) throws -> Loss? {
  if row.model.hasPrefix("quartic") { return .quartic }
  return row.model.hasPrefix("normalised") ? try .normalised(a0: row["a0"]) : nil
}

/// Complexity against reference rows, limits, and identities of the variational formula.
@Suite struct EmpiricalRiskTests {
  /// Every row of a kind of points: the exponent within its own error, the other numbers to ten digits.
  @Test(arguments: [
    ("Sigma_all", RiskPoints.all), ("Sigma_min", .minima), ("Sigma_all(m)", .all), ("Sigma_min(m)", .minima),
    ("strict", .strictMinima), ("Sigma_min(m,e)", .minima),
  ]) func referenceRows(family: String, points: RiskPoints) throws {
    let matching = rows.filter { $0.quantity.split(separator: ":").first.map(String.init) == family }
    #expect(!matching.isEmpty)
    var tops: [String: RiskPointCount] = [:]
    for row in matching {
      guard let loss = try loss(of: row) else { continue }
      let energy = row["e"].isNaN ? nil : row["e"]
      let key = "\(loss) \(row["alpha"]) \(row["m"]) \(energy ?? 0)"
      let top =
        try tops[key]
        ?? PhaseRetrieval(alpha: row["alpha"], loss: loss).dominantPoints(of: points, overlap: row["m"], energy: energy)
      tops[key] = top
      let found: Double?
      switch row.quantity.split(separator: ":").dropFirst().last.map(String.init) ?? "Sigma" {
      case "Sigma":
        found = top.complexity.value
        let discrepancy = abs((found ?? .nan) - row.number)
        #expect(discrepancy <= top.complexity.error + row.uncertainty + 1e-15, "\(row): \(top.complexity)")
        #expect(top.complexity.status == .converged && top.complexity.error < 1e-10)
      case "s": found = top.scalars.s
      case "t": found = top.scalars.t
      case "a": found = top.scalars.a
      case "h": found = top.scalars.h
      case "k": found = top.scalars.k
      case "B": found = top.scalars.gap
      case "lam": found = top.scalars.lambda
      case "beta": found = top.scalars.beta
      case "e": found = top.energy.value
      case "mu": found = top.radial.value
      case "f0": found = top.outlier.value
      default: continue
      }
      let tolerance = 2e-10 * max(abs(row.number), 0.01) + 2 * row.uncertainty
      #expect(abs((found ?? .nan) - row.number) <= tolerance, "\(row): \(found ?? .nan) against \(row.number)")
      if points != .all, family != "strict" { #expect(top.isMarginal == true) }
    }
  }

  @Test func theTypedLossGivesTheSameDigits() throws {
    let typed = try Loss.expression(Expression("(z^2-y^2)^2/4", variables: ["y", "z"]))
    for (points, alpha) in [(RiskPoints.all, 8.0), (.minima, 10), (.strictMinima, 14)] {
      let a = try PhaseRetrieval(alpha: alpha, loss: typed).complexity(of: points, overlap: 0).get()
      let b = try PhaseRetrieval(alpha: alpha).complexity(of: points, overlap: 0).get()
      #expect(abs(a - b) < 1e-12)
    }
  }

  /// l -> c l changes scalars, energies and mu, not the number of points.
  @Test func scaleCovariance() throws {
    let scaled = try Loss.expression(Expression("3.7*(z^2-y^2)^2/4", variables: ["y", "z"]))
    for points in RiskPoints.allCases {
      let a = try PhaseRetrieval(alpha: 14, loss: scaled).dominantPoints(of: points, overlap: 0.1)
      let b = try PhaseRetrieval(alpha: 14).dominantPoints(of: points, overlap: 0.1)
      #expect(abs(try a.complexity.get() - b.complexity.get()) < 1e-11)
      #expect(abs(try a.energy.get() - 3.7 * b.energy.get()) < 1e-9)
      #expect(abs((a.scalars.s ?? 0) * 3.7 - (b.scalars.s ?? 1)) < 1e-10)
      #expect(abs((a.scalars.a ?? 0) * 3.7 * 3.7 - (b.scalars.a ?? 1)) < 1e-10)
    }
  }

  /// Many samples: an isotropic Gaussian field with xi''(1)/xi'(1) = 2 for the quartic loss (section 7c).
  @Test func limitOfManySamples() throws {
    let all = { (alpha: Double) in try PhaseRetrieval(alpha: alpha).complexity(of: .all, overlap: 0).get() }
    let minima = { (alpha: Double) in try PhaseRetrieval(alpha: alpha).complexity(of: .minima, overlap: 0).get() }
    // Corrections are O(1/alpha) and O(alpha^(-1/2)): removed by extrapolation.
    let (a, b) = (try all(2e4), try all(4e4))
    #expect(abs(2 * b - a - 0.5 * log(2)) < 2e-8)
    let (c, d, e) = (try minima(1e4), try minima(4e4), try minima(1.6e5))
    let (first, second) = (2 * d - c, 2 * e - d)
    #expect(abs((4 * second - first) / 3 - (0.5 * log(2) - 1.0 / 3)) < 2e-6)
    #expect(abs(try all(1e4) - 0.346557) < 1e-6)
    #expect(abs(c - 0.013059) < 1e-6)
  }

  /// dSigma/de = alpha beta, dSigma/d log alpha and dSigma/dm against differences of separate solutions.
  @Test(arguments: [RiskPoints.all, .minima, .strictMinima]) func envelopeDerivatives(points: RiskPoints) throws {
    let alpha = 14.0
    let model = try PhaseRetrieval(alpha: alpha)
    let typical = try model.dominantPoints(of: points, overlap: 0.2).energy.get()
    let h = 1e-3 * typical
    let e = 0.95 * typical
    let sigma = { (e: Double) in try model.complexity(of: points, overlap: 0.2, energy: e).get() }
    let difference = (8 * (try sigma(e + h) - sigma(e - h)) - (try sigma(e + 2 * h) - sigma(e - 2 * h))) / (12 * h)
    let beta = try #require(try model.dominantPoints(of: points, overlap: 0.2, energy: e).scalars.beta)
    #expect(abs(difference - alpha * beta) < 1e-8 * max(1, alpha * beta))
    // Fixing the energy at the typical one changes nothing; any other lowers the number.
    #expect(abs(try sigma(typical) - model.complexity(of: points, overlap: 0.2).get()) < 1e-11)
    #expect(try sigma(e) < sigma(typical))
  }

  @Test func thereAreFewerMinimaThanPoints() throws {
    for (alpha, m) in [(3.0, 0.0), (5, 0.4), (12, 0.2), (8, -0.3)] {
      let model = try PhaseRetrieval(alpha: alpha)
      let all = try model.complexity(of: .all, overlap: m).get()
      let minima = try model.complexity(of: .minima, overlap: m).get()
      let strict = try model.complexity(of: .strictMinima, overlap: m).get()
      #expect(strict <= minima + 1e-12 && minima < all)
      // Even losses do not see the sign of the overlap.
      #expect(abs(try model.complexity(of: .minima, overlap: -m).get() - minima) < 1e-12)
    }
  }

  /// Beyond large overlaps the imaginary part of S is exponentially small: no wrong value, and an error that holds.
  @Test func smallImaginaryParts() throws {
    let model = try PhaseRetrieval(alpha: 8)
    let all = try model.complexity(of: .all, overlap: 0.65)
    #expect(abs(try all.get() + 0.0367377) < 1e-7 && all.status == .converged && all.error < 1e-9)
    let minima = try model.complexity(of: .minima, overlap: 0.65)
    #expect(abs(try minima.get() + 0.0386) < 1e-4 && minima.status == .converged)
  }

  @Test func trendOverSamples() throws {
    // Section 10 of the theory sheet, nine digits, at m = 0: (alpha, all, minima, f0).
    for (alpha, all, minima, outlier) in [
      (5.0, 0.349578112, 0.076824080, 3.257480), (6, 0.347625163, 0.064684801, 3.189327),
      (12, 0.344750380, 0.031658871, -0.767880), (30, 0.344623284, 0.014386315, -24.256765),
      (50, 0.344990724, 0.012421851, -54.696215), (200, 0.345938041, 0.012379046, -304.091924),
    ] {
      let model = try PhaseRetrieval(alpha: alpha)
      #expect(abs(try model.complexity(of: .all, overlap: 0).get() - all) < 1e-9)
      let top = try model.dominantPoints(of: .minima, overlap: 0)
      #expect(abs(try top.complexity.get() - minima) < 1e-9)
      #expect(abs(try top.outlier.get() - outlier) < 2e-6)
    }
  }

  @Test func overlapsAreMaximisedOver() throws {
    let model = try PhaseRetrieval(alpha: 8)
    for points in [RiskPoints.all, .minima] {
      let top = try model.dominantPoints(of: points)
      #expect(top.overlap == .exact(0))
      #expect(try top.complexity.get() > model.complexity(of: points, overlap: 0.1).get())
    }
  }

  @Test func badInputIsRefused() throws {
    let model = try PhaseRetrieval(alpha: 4)
    for m in [-1.0, 1, .nan] { #expect(throws: DomainError.self) { try model.complexity(overlap: m) } }
    #expect(throws: DomainError.self) { try model.complexity(overlap: 0, energy: .infinity) }
    for alpha in [0.5, 1] {
      #expect(throws: DomainError.self) { try PhaseRetrieval(alpha: alpha).complexity(overlap: 0) }
    }
  }
}

/// Thresholds and windows against the reference rows and the theory sheet.
@Suite struct PhaseRetrievalLineTests {
  private func point(_ loss: String, a0: Double = 1, _ others: KeyValuePairs<Quantity, Double> = [:]) -> Point {
    var names: [Quantity] = [.field, .noise, .loss, .a0, "label", .points]
    var values: [Value] = [.text("real"), .number(0), .text(loss), .number(a0), .text("abs"), .text("minima")]
    for (name, value) in others {
      names.append(name)
      values.append(.number(value))
    }
    return Point(names, values)
  }

  @Test func thresholdsAgreeWithReferenceRows() throws {
    for row in rows where row.quantity.hasPrefix("alpha") {
      let line: Line<PhaseRetrieval> = row.quantity.hasPrefix("alpha_BBP") ? .minimaBBP : .strictMinimaVanish
      let word = row.model.hasPrefix("quartic") ? "quartic" : "normalised"
      let a0 = row["a0"].isNaN ? 1 : row["a0"]
      let found = try line.solve(for: .alpha, at: point(word, a0: a0, [.overlap: 0]))
      try #require(found.count == 1)
      let value = found[0].value
      #expect(abs(try value.get() - row.number) <= value.error + row.uncertainty, "\(row): \(value)")
      #expect(value.status == .converged && value.error < 1e-8)
    }
    for row in rows where row.quantity == "Sigma_min at alpha_BBP" {
      let word = row.model.hasPrefix("quartic") ? "quartic" : "normalised"
      let found = try Line<PhaseRetrieval>.minimaBBP.solve(for: .alpha, at: point(word, [.overlap: 0]))
      #expect(abs(try found[0][.complexity].get() - row.number) < 1e-9)
    }
  }

  /// The small normalisation, to the eight digits that the sheet has.
  @Test(.enabled(if: runsSlowTests)) func smallNormalisation() throws {
    let bbp = try Line<PhaseRetrieval>.minimaBBP.solve(for: .alpha, at: point("normalised", a0: 0.01, [.overlap: 0]))
    #expect(abs(try bbp[0].value.get() - 3.8048362) < 6e-8)
    let strict = try Line<PhaseRetrieval>.strictMinimaVanish.solve(
      for: .alpha, at: point("normalised", a0: 0.01, [.overlap: 0]))
    #expect(abs(try strict[0].value.get() - 4.793250) < 6e-7)
  }

  @Test func overlapWindows() throws {
    // Section 10: the ends of Sigma >= 0, nine digits.
    let rows = [(8.0, 0.531272882, 0.442516949), (12, 0.409827669, 0.262561300), (20, 0.311223707, 0.132755152)]
    for (alpha, all, minima) in rows {
      for (points, end) in [("all", all), ("minima", minima)] {
        var place = point("quartic", [.alpha: alpha])
        place.values[5] = .text(points)
        let found = try Line<PhaseRetrieval>.overlapEnds.solve(for: .overlap, at: place)
        #expect(found.count == 1)
        #expect(abs(try found[0].value.get() - end) < 6e-10, "\(found)")
      }
    }
    // At alpha = 4 there are points all the way to the signal.
    let none = try Line<PhaseRetrieval>.overlapEnds.solve(for: .overlap, at: point("quartic", [.alpha: 4]))
    #expect(none.count == 1 && none[0].value.status.name == "outside-domain")
  }

  @Test func energyWindows() throws {
    let ends = try Line<PhaseRetrieval>.energyEnds.solve(for: .energy, at: point("quartic", [.alpha: 8, .overlap: 0]))
    try #require(ends.count == 2)
    for (end, quantity) in zip(ends, ["Sigma_min(m=0,e)=0: e_low", "Sigma_min(m=0,e)=0: e_high"]) {
      let row = try #require(rows.first { $0.quantity == quantity })
      #expect(abs(try end.value.get() - row.number) <= end.value.error + row.uncertainty)
    }
  }

  /// Above the most numerous points' energy a few samples with large labels cost nothing for the quartic loss.
  @Test func freeEnergyIsNoAnswer() throws {
    let model = try PhaseRetrieval(alpha: 8)
    #expect(try model.complexity(of: .all, overlap: 0, energy: 0.95).status.name == "outside-domain")
    #expect(try model.complexity(of: .all, overlap: 0, energy: 0.8).status == .converged)
    #expect(try model.complexity(of: .minima, overlap: 0, energy: 0.4).status == .converged)
  }
}

/// Labels with noise, and the Hessian at counted points.
@Suite struct EmpiricalRiskLawTests {
  /// Spherical least squares (in every run as an identity): the only point of Sigma = 0 is the minimum, and it lies where M-estimation puts it.
  @Test(.enabled(if: runsSlowTests), arguments: [(2.0, 0.5), (3, 1)])
  func linearRegression(
    alpha: Double, deviation: Double
  ) throws {
    let risk = try EmpiricalRisk(alpha: alpha, loss: .squared, label: .linear, noise: deviation * deviation)
    let top = try risk.dominantPoints(of: .minima)
    #expect(top.complexity.agrees(with: 0, within: 1e-11) && top.isMarginal == false)
    for row in rows where row.model.hasPrefix("l=(z-y)^2/2") && row["alpha"] == alpha {
      let found =
        row.quantity.hasSuffix("S") ? top.scalars.s : (row.quantity.hasSuffix("m") ? top.overlap : top.energy).value
      #expect(abs((found ?? .nan) - row.number) < 1e-10, "\(row)")
    }
    let m = try top.overlap.get()
    // All points of a convex risk are minima.
    let kinds = try [RiskPoints.all, .minima].map { try risk.complexity(of: $0, overlap: m - 0.05).get() }
    #expect(kinds[0] == kinds[1] && kinds[0] < -1e-3)
  }

  @Test func offTheMinimumPointsAreRare() throws {
    let risk = try EmpiricalRisk(alpha: 3, loss: .squared, label: .linear, noise: 1)
    #expect(abs(try risk.complexity(of: .minima, overlap: 0.811745598219).get() + 0.00231) < 5e-6)
  }

  @Test func noiseVanishesContinuously() throws {
    let clean = try PhaseRetrieval(alpha: 8).complexity(of: .minima, overlap: 0).get()
    let noisy = try [1e-4, 2e-4].map {
      try PhaseRetrieval(alpha: 8, noise: $0).complexity(of: .minima, overlap: 0).get()
    }
    #expect(abs(2 * noisy[0] - noisy[1] - clean) < 1e-7 && noisy[0] != clean)
  }

  /// The outlier leaves the bulk where typical minima lose their stability, and with a projection that grows from zero.
  @Test func outlierDetachesAtTheThreshold() throws {
    let below = try PhaseRetrieval(alpha: 11.18).hessian(of: .minima)
    #expect(below.outlier.status.name == "outside-domain")
    let at = try [11.3, 12, 14].map { try PhaseRetrieval(alpha: $0).hessian(of: .minima) }
    for spectrum in at {
      #expect(abs(try spectrum.lowerEdge.get()) < 1e-9)
      #expect(try spectrum.outlier.get() < 0)
    }
    let projections = try at.map { try $0.outlierOverlapSquared.get() }
    #expect(projections[0] > 0 && projections[0] < projections[1] && projections[1] < projections[2])
    // Strict minima hold it at zero.
    #expect(try PhaseRetrieval(alpha: 14).hessian(of: .strictMinima).outlier.get() == 0)
  }

  /// Edge and outlier against matrices whose samples have the law of the counted points (theory sheet, section 2).
  ///
  /// Projections have the law, the other components are Gaussian and orthogonal to the gradients, as the vanishing
  /// gradient wants. The term of that condition in f is not small at m != 0.
  @Test(arguments: [(40.0, 0.0), (14, 0.4)]) func outlierOfSampledMatrices(alpha: Double, m: Double) throws {
    let (size, loss) = (300, Loss.quartic)
    let model = try PhaseRetrieval(alpha: alpha)
    let spectrum = try model.hessian(of: .minima, overlap: m)
    let density = try #require(try model.risk().projectionDensity(of: .minima, overlap: m))
    var generator = SplitMix(state: 7)
    func normal() -> Double {
      (-2 * log(1 - generator.uniform())).squareRoot() * cos(2 * .pi * generator.uniform())
    }
    let samples = Int(alpha) * size
    // Points at equal steps of the cumulated density along a snake through the plane: averages over them are those of
    // the law, so that only the Gaussian components fluctuate.
    var points: [(u: Double, z: Double)] = []
    var cumulated = 0.0
    let h = 0.02
    for i in -350..<350 {
      for j in 0..<600 {
        let (z, u) = (h * (Double(i) + 0.5), h * (Double(i % 2 == 0 ? j : 599 - j) - 299.5))
        cumulated += h * h * density(u, z)
        while cumulated * Double(samples) > Double(points.count) + 0.5 { points.append((u, z)) }
      }
    }
    try #require(abs(points.count - samples) <= 1)
    var (lowest, overlap) = (0.0, 0.0)
    let runs = 4
    for _ in 0..<runs {
      let jets = points.map { loss.jet(label: $0.u, prediction: $0.z) }
      let norm = jets.reduce(0) { $0 + $1.first * $1.first }
      let sine = (1 - m * m).squareRoot()
      var directions = [points.map { ($0.u - m * $0.z) / sine }]
      for _ in 1..<size {
        var g = points.map { _ in normal() }
        let along = zip(g, jets).reduce(0) { $0 + $1.0 * $1.1.first } / norm
        for i in points.indices { g[i] -= along * jets[i].first }
        directions.append(g)
      }
      let mu = zip(jets, points).reduce(0) { $0 + $1.0.first * $1.1.z } / Double(size)
      var hessian = Matrix(rows: size, columns: size)
      for a in 0..<size {
        let weighted = zip(directions[a], jets).map { $0 * $1.second }
        for b in 0...a {
          var sum = 0.0
          for i in points.indices { sum += weighted[i] * directions[b][i] }
          hessian[a, b] = sum / Double(size) - (a == b ? mu : 0)
        }
      }
      let system = try SymmetricEigensystem(hessian, withVectors: true)
      lowest += system.values[0] / Double(runs)
      overlap += system.vectors[0][0] * system.vectors[0][0] / Double(runs)
    }
    #expect(abs(lowest - (try spectrum.outlier.get())) < 0.15, "\(lowest) against \(spectrum.outlier)")
    #expect(abs(overlap - (try spectrum.outlierOverlapSquared.get())) < 0.02, "\(overlap)")
  }

  /// A sum over a plain grid, another route than the panels of the solver.
  @Test func lawIsNormalisedAndGivesTheEnergy() throws {
    let model = try PhaseRetrieval(alpha: 8)
    for (points, m) in [(RiskPoints.minima, 0.3), (.all, 0)] {
      let density = try #require(try model.risk().projectionDensity(of: points, overlap: m))
      let energy = try model.dominantPoints(of: points, overlap: m).energy.get()
      var (total, mean) = (0.0, 0.0)
      for i in -450..<450 {
        for j in -450..<450 {
          let (u, z) = (0.02 * (Double(i) + 0.5), 0.02 * (Double(j) + 0.5))
          let weight = 0.0004 * density(u, z)
          total += weight
          mean += weight * (z * z - u * u) * (z * z - u * u) / 4
        }
      }
      #expect(abs(total - 1) < 1e-8 && abs(mean - energy) < 1e-7)
    }
  }

  @Test func unboundedSpectraHaveNoEdge() throws {
    #expect(try PhaseRetrieval(alpha: 8).hessian(of: .all).lowerEdge.status.name == "outside-domain")
    let bounded = try PhaseRetrieval(alpha: 6, loss: .normalised(a0: 1)).hessian(of: .all)
    // l'' > -4: the bulk of a sample covariance with these weights lies above -4 (1 + sqrt(alpha))^2 - mu.
    let edge = try bounded.lowerEdge.get()
    let radial = try bounded.radial.get()
    #expect(edge < 0 && edge > -4 * pow(1 + 6.0.squareRoot(), 2) - radial)
  }
}
