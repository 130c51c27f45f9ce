// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import SaddlepointTestSupport
import Testing

private let rows = ReferenceRow.rows(of: "spiked_replica")

private func rows(_ quantity: String) -> [ReferenceRow] { rows.filter { $0.quantity.hasPrefix(quantity) } }

/// The value agrees to the digits the row states (10 at most), and its error estimate bounds the true error.
private func expect(
  _ estimate: Estimate, agreesWith row: ReferenceRow, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let value = estimate.value else {
    Issue.record("no value for \(row): \(estimate.status)", sourceLocation: sourceLocation)
    return
  }
  let truth = row.number
  #expect(
    abs(value - truth) <= 1e-10 * max(1, abs(truth)) + row.uncertainty, "\(row): \(value) against \(truth)",
    sourceLocation: sourceLocation)
  #expect(
    abs(value - truth) <= estimate.error + row.uncertainty + 4 * truth.ulp, "\(row): error \(estimate.error) too small",
    sourceLocation: sourceLocation)
  #expect(
    estimate.error <= 1e-10 * max(1, abs(truth)), "\(row): error \(estimate.error)", sourceLocation: sourceLocation)
}

@Suite struct ReferenceRowTests {
  @Test func theFileIsThere() { #expect(rows.count > 100) }

  private static let lines: [(String, Line<SpikedMatrixTensor>)] = [
    ("Delta2_IT", .informationTheoretic), ("Delta2_spinodal (upper)", .informedSpinodal),
    ("Delta2_AMP (lower spinodal)", .algorithmic), ("Delta2_GF", .gradientFlow), ("Delta2_ML-AMP", .mlAMP),
    ("Delta2_Langevin", .langevin),
  ]

  @Test(arguments: lines.map(\.0)) func lineHoldsAndSolvesBack(name: String) throws {
    let line = try #require(Self.lines.first { $0.0 == name }?.1)
    #expect(!rows(name).isEmpty)
    for row in rows(name) {
      let p = row["p"].isNaN ? 3 : Int(row["p"])
      let temperature = row["T"].isNaN ? 1 : row["T"]
      let solutions = try SpikedMatrixTensor.threshold(line, p: p, deltap: row["Deltap"], temperature: temperature)
      let nearest = try #require(
        solutions.min {
          abs(($0.value.value ?? .infinity) - row.number) < abs(($1.value.value ?? .infinity) - row.number)
        })
      expect(nearest.value, agreesWith: row)
      if name == "Delta2_Langevin" { #expect(row.quantity.hasSuffix("of \(solutions.count)")) }
      // Solved for the other noise, the same line leads back.
      if row.number != 1, !(p == 3 && name.contains("AMP (lower")) {
        let back = try SpikedMatrixTensor.threshold(line, p: p, delta2: row.number, temperature: temperature)
        #expect(back.contains { abs(($0.value.value ?? 0) - row["Deltap"]) < 1e-8 }, "\(row) back: \(back)")
      }
    }
  }

  @Test func fixedPoints() throws {
    for row in rows("SE fixed point") {
      let model = try SpikedMatrixTensor(p: Int(row["p"]), delta2: row["Delta2"], deltap: row["Deltap"])
      let saddles = try model.saddlePoints().filter { $0.family != .uninformative }
      let words = row.quantity.split(separator: " ")
      let number = try #require(words.firstIndex(of: "(number").flatMap { Int(words[$0 + 1]) })
      #expect(row.quantity.contains("of \(saddles.count),"))
      expect(saddles[number - 1].overlap, agreesWith: row)
    }
    for row in rows("MMSE") {
      let model = try SpikedMatrixTensor(p: Int(row["p"]), delta2: row["Delta2"], deltap: row["Deltap"])
      let saddles = try model.saddlePoints()
      expect(try #require(saddles.first { $0.isDominant }).mmse, agreesWith: row)
    }
  }

  @Test func potentialAndStateEvolution() throws {
    for row in rows("Phi_RS") {
      let model = try SpikedMatrixTensor(p: Int(row["p"]), delta2: row["Delta2"], deltap: row["Deltap"])
      #expect(abs(try model.potential(overlap: row["m"]).get() - row.number) < 1e-15)
    }
    for row in rows("SE map") {
      let model = try SpikedMatrixTensor(p: Int(row["p"]), delta2: row["Delta2"], deltap: row["Deltap"])
      #expect(abs(model.stateEvolution(overlap: row["m"]) - row.number) < row.uncertainty)
    }
  }

  @Test func specialPoints() throws {
    for row in rows("cusp Deltap") {
      expect(try SpikedMatrixTensor.threshold(.critical, p: Int(row["p"]))[0][.deltap], agreesWith: row)
    }
    for row in rows("cusp Delta2") {
      expect(try SpikedMatrixTensor.threshold(.critical, p: Int(row["p"]))[0].value, agreesWith: row)
    }
    for row in rows("Deltap at which Delta2_spinodal diverges") {
      expect(
        try SpikedMatrixTensor.threshold(.informedSpinodal, p: Int(row["p"]), delta2: .infinity)[0].value,
        agreesWith: row)
    }
    for row in rows("Deltap at which Delta2_IT diverges") {
      expect(
        try SpikedMatrixTensor.threshold(.informationTheoretic, p: Int(row["p"]), delta2: .infinity)[0].value,
        agreesWith: row)
    }
    for row in rows("m on the IT line at Delta2=inf") {
      let point = try SpikedMatrixTensor.threshold(.informationTheoretic, p: Int(row["p"]), delta2: .infinity)[0]
      expect(point[.overlapHigh], agreesWith: row)
    }
    for row in rows("Deltap where Delta2_IT = 1") {
      expect(try SpikedMatrixTensor.threshold(.informationTheoretic, p: 4, delta2: 1)[0].value, agreesWith: row)
    }
  }

  @Test func maximumLikelihood() throws {
    for row in rows("ML-AMP fixed point m number 1") {
      let model = try SpikedMatrixTensor(p: Int(row["p"]), delta2: row["Delta2"], deltap: row["Deltap"])
      let reached = try model.maximumLikelihoodFromScratch()
      let point = try #require(reached)
      expect(.converged(point.m, error: point.error), agreesWith: row)
    }
    for row in rows("ML replicon") {
      let model = try SpikedMatrixTensor(p: Int(row["p"]), delta2: row["Delta2"], deltap: row["Deltap"])
      let replicon = try model.maximumLikelihoodFromScratch()?.replicon ?? .nan
      #expect(abs(replicon - row.number) < 1e-11)
    }
  }
}
