// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import SaddlepointTestSupport
import Testing

private let rows = ReferenceRow.rows(of: "spiked_replica")

/// The value agrees to the digits the row states, and its error estimate bounds the true error.
private func expect(_ estimate: Estimate, _ row: ReferenceRow, sourceLocation: SourceLocation = #_sourceLocation) {
  guard let value = estimate.value else {
    Issue.record("no value for \(row): \(estimate.status)", sourceLocation: sourceLocation)
    return
  }
  let miss = abs(value - row.number)
  #expect(miss <= row.uncertainty + 1e-13 * abs(row.number), "\(row): \(value)", sourceLocation: sourceLocation)
  #expect(
    miss <= estimate.error + row.uncertainty, "\(row): \(value), error \(estimate.error)",
    sourceLocation: sourceLocation)
  #expect(
    estimate.error <= 1e-11 * max(abs(row.number), 1e-3), "\(row): error \(estimate.error)",
    sourceLocation: sourceLocation)
}

/// Families as the sheet's models name them.
private let families: [(String, Prior.Family)] = [
  ("sparse Rademacher", .sparseRademacher), ("Gauss-Bernoulli", .gaussBernoulli), ("Bernoulli 0/1", .bernoulli),
  ("two groups of sizes rho, 1-rho, same degree", .twoGroup),
]

@Suite struct SpikedWignerTests {
  @Test func referenceLines() throws {
    var count = 0
    for (name, family) in families {
      for row in rows where row.model.hasSuffix("W, \(name)") && !row["rho"].isNaN {
        let prior = try family.prior(rho: row["rho"])
        let line: Line<SpikedWigner> =
          row.quantity.contains("IT")
          ? .informationTheoretic : row.quantity.contains("AMP") ? .algorithmic : .informedSpinodal
        let points = try SpikedWigner.threshold(line, prior: prior)
        let hit = points.min {
          abs(($0.value.value ?? .infinity) - row.number) < abs(($1.value.value ?? .infinity) - row.number)
        }
        expect(try #require(hit).value, row)
        count += 1
      }
    }
    #expect(count >= 30)
  }

  @Test func referenceCriticalPoints() throws {
    for (name, family) in families {
      for row in rows where row.model.hasSuffix("W, \(name)") && row["rho"].isNaN {
        let point = try SpikedWigner.threshold(.critical, family: family)[0]
        switch row.quantity {
        case "lambda at that point": expect(point[.snr], row)
        case "rho where lambda_IT = 1", "rho where the lower spinodal = 1":
          // Both lines pass through 1 there: the value changes its side across the last digits.
          let line: Line<SpikedWigner> = row.quantity.contains("IT") ? .informationTheoretic : .informedSpinodal
          let sides = try [-1.0, 1].map { side in
            try SpikedWigner.threshold(line, prior: family.prior(rho: row.number + side * 1e-9)).compactMap {
              $0.order == .first ? $0.value.value : nil
            }.last
          }
          #expect(try #require(sides[0]) < 1 && #require(sides[1]) > 1, "\(row): \(sides)")
        default: expect(point[.rho], row)
        }
      }
    }
  }

  @Test func rademacherRows() throws {
    for row in rows where row.quantity.hasSuffix("(Rademacher)") {
      let saddle = try #require(
        try SpikedWigner(snr: row["lambda_"], prior: .rademacher).saddlePoints().first(where: \.isDominant))
      expect(row.quantity.hasPrefix("q") ? saddle.overlap : saddle.potential, row)
    }
  }

  /// Scan of the potential on a grid, with no use of the curve: its maxima are the stable saddle points.
  @Test(arguments: [(0.05, 0.8), (0.05, 1.003), (0.03, 0.6), (0.12, 0.9), (0.12, 1.3), (0.09, 1.02)])
  func stableSaddlePointsAreTheMaximaOnAGrid(rho: Double, snr: Double) throws {
    let model = try SpikedWigner(snr: snr, prior: .sparseRademacher(rho: rho))
    let count = 4000
    // Denser near 0, where the weak branch lies.
    let grid = (0...count).map { pow(Double($0) / Double(count), 3) }
    let values = try grid.map { try model.potential(overlap: $0).get() }
    var maxima: [Double] = values[0] >= values[1] ? [0] : []
    for index in 1..<count where values[index] > values[index - 1] && values[index] >= values[index + 1] {
      maxima.append(grid[index])
    }
    let stable = try model.saddlePoints().filter(\.isStable).map { try $0.overlap.get() }
    #expect(stable.count == maxima.count, "\(stable) \(maxima)")
    for (a, b) in zip(stable, maxima) { #expect(abs(a - b) < 3e-3) }
  }

  @Test func oneRowForEachTransition() throws {
    func shape(_ prior: Prior) throws -> [TransitionOrder?] {
      try SpikedWigner.threshold(.informationTheoretic, prior: prior).map(\.order)
    }
    #expect(try shape(.rademacher) == [.continuous])
    #expect(try shape(.sparseRademacher(rho: 0.05)) == [.first])
    // Between rho = 0.0856 and 0.0964 the overlap rises at 1 and jumps above.
    #expect(try shape(.sparseRademacher(rho: 0.09)) == [.continuous, .first])
    #expect(try shape(.sparseRademacher(rho: 0.1)) == [.continuous])
    #expect(try shape(.bernoulli(rho: 0.03)) == [.first])
    let absent = try SpikedWigner.threshold(.informationTheoretic, prior: .bernoulli(rho: 0.05))
    #expect(absent.count == 1 && absent[0].value.status == .outsideDomain("no-transition"))
    #expect(
      try SpikedWigner.threshold(.informedSpinodal, prior: .gaussian)[0].value.status
        == .outsideDomain("no-transition"))
    #expect(try SpikedWigner.threshold(.algorithmic, prior: .gaussian)[0].value == .exact(1))
    #expect(
      try SpikedWigner.threshold(.weakRecovery, prior: .bernoulli(rho: 0.5))[0].value.status
        == .outsideDomain("no-transition"))
  }

  @Test func verySparsePriorsKeepTheirUpperSpinodal() throws {
    for rho in [1e-3, 1e-4] {
      let point = try SpikedWigner.threshold(.algorithmic, prior: .sparseRademacher(rho: rho))[0]
      let snr = try point.value.get()
      // snr = g/Q = 1 + g - k4^2 g^2/6 + ... with k4 = 1/rho: highest at g = 3 rho^2, where snr - 1 = 3 rho^2/2.
      #expect(point.order == .first && abs((snr - 1) / (1.5 * rho * rho) - 1) < 0.05, "\(rho): \(snr - 1)")
    }
  }

  @Test func extremesHaveAnAnswer() throws {
    // Just below the tricritical group size the jump is smaller than rounding tells, but it is there.
    let jump = try SpikedWigner.threshold(.informationTheoretic, prior: .twoGroup(rho: 0.211_324_865_4))
    #expect(jump.count == 1 && jump[0].order == .first && jump[0].value.agrees(with: 1, within: 1e-12))
    // At snr = 1 a curve that rises from q = 0 leaves it stable, one that falls does not.
    func isStable(_ prior: Prior) throws -> Bool? {
      try SpikedWigner(snr: 1, prior: prior).saddlePoints().first?.isStable
    }
    #expect(try isStable(.rademacher) == true && isStable(.twoGroup(rho: 0.1)) == false)
    // A prior with a mean keeps its overlap E[x]^2 however weak the signal is.
    let faint = try SpikedWigner(snr: 1e-300, prior: .bernoulli(rho: 0.1)).saddlePoints()
    #expect(faint.count == 1 && faint[0].isDominant && faint[0].overlap.agrees(with: 0.01, within: 1e-14))
    let loud = try SpikedWigner(snr: 1e9, prior: .gaussBernoulli(rho: 0.1)).saddlePoints()
    #expect(loud.count == 2 && loud[1].isDominant && loud[1].overlap.agrees(with: 1, within: 1e-8))
    #expect(try SpikedWigner(snr: 1e200, prior: .rademacher).saddlePoints().last?.overlap.value == 1)
  }

  @Test func aMixtureIsTheNamedPrior() throws {
    let named = try SpikedWigner.threshold(.informationTheoretic, prior: .sparseRademacher(rho: 0.05))[0].value.get()
    let mixture = try Prior.mixture([
      .init(weight: 19, mean: 0), .init(weight: 0.5, mean: -3), .init(weight: 0.5, mean: 3),
    ])
    #expect(abs(try SpikedWigner.threshold(.informationTheoretic, prior: mixture)[0].value.get() - named) < 1e-12)
  }

  @Test func trajectoryIsIteratedStateEvolution() throws {
    let model = try SpikedWigner(snr: 1.5, prior: .rademacher)
    let overlaps = Trajectory.overlaps(of: try model.estimation(), from: 0.3, count: 200)
    var q = 0.3
    for overlap in overlaps.dropFirst() {
      q = try model.stateEvolution(overlap: q).get()
      #expect(abs(try overlap.get() - q) < 1e-14)
    }
    #expect(overlaps.count == 201)
    // The fixed point of the reference row.
    #expect(abs(try overlaps[200].get() - 0.394186133772) < 1e-11)
  }
}

@Suite struct SpikedWishartTests {
  @Test func referenceRows() throws {
    let own = rows.filter { $0.model.hasPrefix("Y = sqrt(lambda/N) u v^T") }
    #expect(own.count == 6)
    for row in own {
      let model = try SpikedWishart(
        snr: row["lambda_"], ratio: row["alpha"], priorU: prior(of: row, "prior_u"), priorV: prior(of: row, "prior_v"))
      let saddle = try #require(try model.saddlePoints().first(where: \.isDominant))
      expect(
        row.quantity == "q_u" ? saddle.overlapU : row.quantity == "q_v" ? saddle.overlapV : saddle.potential, row)
    }
  }

  @Test func jumpLinesHaveEqualPotentials() throws {
    for (ratio, rho) in [(0.5, 0.05), (1, 0.05), (3, 0.1)] {
      let point = try SpikedWishart.threshold(.informationTheoretic, priorV: .twoGroup(rho: rho), ratio: ratio)[0]
      #expect(point.order == .first)
      let model = try SpikedWishart(snr: point.value.get(), ratio: ratio, priorV: .twoGroup(rho: rho))
      let high = try #require(try model.saddlePoints().last)
      #expect(abs(try high.potential.get()) < 1e-13)
      #expect(abs(try high.overlapU.get() - point["overlap_u_high"].get()) < 1e-9)
      // The spinodal lies below, weak recovery above.
      let spinodal = try SpikedWishart.threshold(.informedSpinodal, priorV: .twoGroup(rho: rho), ratio: ratio)[0].value
      #expect(try spinodal.get() < point.value.get() && point.value.get() < 1 / ratio.squareRoot())
    }
  }

  @Test func iterationReachesTheMarkedSaddlePoint() throws {
    let model = try SpikedWishart(
      snr: 3, ratio: 1.5, priorU: .bernoulli(rho: 0.2), priorV: .gaussBernoulli(rho: 0.3))
    var qu = 0.04
    for _ in 0..<2000 {
      let qv = try ScalarGaussianChannel(prior: model.priorV).values(snr: 3 * qu).overlap.get()
      qu = try ScalarGaussianChannel(prior: model.priorU).values(snr: 4.5 * qv).overlap.get()
    }
    let reached = try #require(try model.saddlePoints().first(where: \.isReached))
    #expect(abs(try reached.overlapU.get() - qu) < 1e-11)
  }
}

@Suite struct SpikedTensorTests {
  @Test func referenceRows() throws {
    let own = rows.filter { $0.model.hasPrefix("tensor PCA") }
    #expect(own.count == 12)
    for row in own {
      let prior = try prior(of: row)
      let p = Int(row["p"])
      let jump = try SpikedTensor.threshold(.informationTheoretic, p: p, prior: prior)[0]
      switch row.quantity {
      case "Delta_IT": expect(jump.value, row)
      case "m at Delta_IT": expect(jump[.overlapHigh], row)
      default: expect(try SpikedTensor.threshold(.informedSpinodal, p: p, prior: prior)[0].value, row)
      }
    }
  }

  @Test func centredPriorsAreNeverEasy() throws {
    for prior in [Prior.gaussian, .rademacher, try .sparseRademacher(rho: 0.1)] {
      for line in [Line<SpikedTensor>.algorithmic, .weakRecovery] {
        #expect(
          try SpikedTensor.threshold(line, prior: prior)[0].value.status
            == .outsideDomain("impossible-for-every-delta"))
      }
    }
  }

  @Test func matrixTensorLinesMergeIntoTheTensorAlone() throws {
    // At Delta2 = inf the line solved for Deltap is the tensor's own.
    for p in [3, 4] {
      let alone = try SpikedTensor.threshold(.informationTheoretic, p: p, prior: .rademacher)[0].value.get()
      let limit = try SpikedMatrixTensor.threshold(
        .informationTheoretic, p: p, delta2: .infinity, prior: .rademacher)[0].value.get()
      #expect(abs(alone / limit - 1) < 1e-13)
    }
    // At Deltap = inf the matrix is alone: a Wigner model.
    let wigner = try SpikedWigner.threshold(.informationTheoretic, prior: .sparseRademacher(rho: 0.05))[0].value.get()
    let matrix = try SpikedMatrixTensor.threshold(
      .informationTheoretic, deltap: .infinity, prior: .sparseRademacher(rho: 0.05))[0].value.get()
    #expect(abs(wigner * matrix - 1) < 1e-12)
  }

  @Test func nearlyGaussianPriorHasTheGaussianLines() throws {
    // Two Gaussians that are the same: the general route against the closed forms, on both sides of every line.
    let halves = try Prior.mixture([
      .init(weight: 1, mean: 0, deviation: 1), .init(weight: 2, mean: 0, deviation: 1),
    ])
    for (p, deltap) in [(3, 0.3), (3, 0.7), (3, 2), (4, 0.16), (4, 0.26), (4, 1), (6, 0.1)] {
      for line in [
        Line<SpikedMatrixTensor>.informationTheoretic, .informedSpinodal, .algorithmic, .weakRecovery,
      ] {
        let closed = try SpikedMatrixTensor.threshold(line, p: p, deltap: deltap)
        let general = try SpikedMatrixTensor.threshold(line, p: p, deltap: deltap, prior: halves)
        #expect(closed.count == general.count, "\(line.declaration.name) \(p) \(deltap)")
        for (a, b) in zip(closed, general) {
          #expect(a.order == b.order && (a.value.value == nil) == (b.value.value == nil))
          guard let x = a.value.value, let y = b.value.value else { continue }
          #expect(abs(x - y) <= 1e-11 * x + b.value.error, "\(line.declaration.name) \(p) \(deltap): \(x) \(y)")
          for overlap in [Quantity.overlapLow, .overlapHigh] {
            #expect(abs(try a[overlap].get() - b[overlap].get()) < 1e-6)
          }
        }
        guard let delta2 = closed[0].value.value else { continue }
        let below = try SpikedMatrixTensor(p: p, delta2: delta2 * 0.98, deltap: deltap)
        let saddles = (try below.saddlePoints(), try below.saddlePoints(prior: halves))
        #expect(saddles.0.count == saddles.1.count)
        for (a, b) in zip(saddles.0, saddles.1) {
          #expect(abs(try a.overlap.get() - b.overlap.get()) < 1e-11)
          #expect(abs(try a.potential.get() - b.potential.get()) < 1e-13)
          #expect(a.isStable == b.isStable && a.isDominant == b.isDominant && a.family == b.family)
        }
      }
    }
  }
}
