// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import SaddlepointTestSupport
import Testing

@Suite struct LikelihoodTests {
  private static let rows = ReferenceRow.rows(of: "spiked_replica")

  @Test func spinodalRows() throws {
    let deltaps = Self.rows.filter { $0.quantity == "Deltap on the ML-AMP spinodal" }
    #expect(!deltaps.isEmpty)
    for row in deltaps {
      let p = Int(row["p"])
      let partner = try #require(
        Self.rows.first {
          $0.quantity == "Delta2 on the ML-AMP spinodal" && Int($0["p"]) == p && $0["m"] == row["m"]
        })
      let points = try SpikedMatrixTensor.threshold(.mlSpinodal, p: p, deltap: row.number)
      let point = try #require(points.first { abs(($0[.overlap].value ?? 0) - row["m"]) < 1e-10 })
      #expect(abs(try point.value.get() - partner.number) < 1e-12)
      #expect(point.value.error < 1e-11)
      let back = try SpikedMatrixTensor.threshold(.mlSpinodal, p: p, delta2: partner.number)
      #expect(back.contains { abs(($0.value.value ?? 0) - row.number) < 1e-11 })
    }
  }

  /// Two fixed points more on one side of each root than on the other, p = 5 with both branches.
  @Test(arguments: [(3, 0.5), (3, 2), (4, 0.4), (5, 0.1), (5, 0.2), (6, 0.1)])
  func fixedPointsMergeInPairs(p: Int, deltap: Double) throws {
    for point in try SpikedMatrixTensor.threshold(.mlSpinodal, p: p, deltap: deltap) where point.value.value != nil {
      let delta2 = try point.value.get()
      let m = try point[.overlap].get()
      func count(_ factor: Double) throws -> Int {
        let model = try SpikedMatrixTensor(p: p, delta2: delta2 * factor, deltap: deltap)
        return try model.maximumLikelihoodStates().count { abs(($0.overlap.value ?? 0) - m) < 1e-2 }
      }
      #expect(abs(try count(1 + 1e-6) - count(1 - 1e-6)) == 2, "p \(p) deltap \(deltap) delta2 \(delta2) m \(m)")
      #expect(try count(1 + 1e-6) + count(1 - 1e-6) == 2)
    }
  }

  /// State evolution of maximum likelihood, iterated, ends at a stable state; the energy is the Kac-Rice one.
  @Test func statesAreFixedPoints() throws {
    let model = try SpikedMatrixTensor(p: 3, delta2: 0.3, deltap: 2)
    var m = 0.1
    for _ in 0..<2000 {
      let nu = m / 0.3 + m * m / 2
      m = nu / (1 / 0.3 + 1 / 2 + nu * nu).squareRoot()
    }
    let states = try model.maximumLikelihoodStates()
    #expect(states.count == 2 && states[1].isStable && states[1].isDominant && !states[0].isStable)
    #expect(abs(try states[1].overlap.get() - m) < 1e-12)
    // Theory sheet *spherical landscapes*, section 12: energy of the signal minimum at these noises.
    #expect(abs(states[1].energy + 2.338) < 1e-3)
    let glassy = try SpikedMatrixTensor(p: 4, delta2: 0.6, deltap: 1).maximumLikelihoodStates()
    #expect(glassy.contains { abs($0.replicon - 7.0 / 6) < 1e-12 && $0.overlap.status.name == "approximate" })
  }

  @Test func numberOfBranches() throws {
    // p = 3: none below Deltap = 1/4, where the fixed points exist at every Delta2.
    #expect(try SpikedMatrixTensor.threshold(.mlSpinodal, deltap: 0.24)[0].value.value == nil)
    #expect(try SpikedMatrixTensor.threshold(.mlSpinodal, deltap: 0.26).count == 1)
    // p = 4: ends at (4/3, 2/3).
    #expect(try SpikedMatrixTensor.threshold(.mlSpinodal, p: 4, deltap: 1.34)[0].value.value == nil)
    #expect(abs(try SpikedMatrixTensor.threshold(.mlSpinodal, p: 4, deltap: 1.333333)[0].value.get() - 2.0 / 3) < 1e-3)
    #expect(try SpikedMatrixTensor.threshold(.mlSpinodal, p: 6, deltap: 0.1).count == 2)
  }
}
