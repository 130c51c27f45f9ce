// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import PhaseDiagrams
import RealModule
import ReplicaMethod
import SaddlepointCore
import Testing

@Suite struct PhaseTests {
  @Test(arguments: [
    (3, 1.1, 0.5, PhaseRegion.hard), (3, 1.3, 0.5, .impossible), (3, 0.6, 0.5, .easy), (4, 0.95, 0.2, .hybridHard),
    (4, 1.1, 0.2, .hard), (4, 1.3, 0.2, .impossible), (4, 0.9, 0.2, .easy), (4, 0.97, 0.28, .easy),
  ]) func regions(p: Int, delta2: Double, deltap: Double, region: PhaseRegion) throws {
    #expect(try SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap).phase().region == region)
  }

  /// A step across a line changes what the line says, on no other side.
  @Test(arguments: [3, 4, 6]) func linesAreTheBordersOfThePhases(p: Int) throws {
    for deltap in [0.1, 0.22, 0.6, 1.7] {
      for (line, sees): (Line<SpikedMatrixTensor>, (SpikedPhase) -> Bool) in [
        (.gradientFlow, \.gradientFlowSucceeds), (.langevin, \.langevinSucceeds),
        (.mlAMP, { $0.cosineML.value != 0 }), (.weakRecovery, { $0.cosineAMP.value != 0 }),
      ] {
        for point in try SpikedMatrixTensor.threshold(line, p: p, deltap: deltap) {
          guard let delta2 = point.value.value else { continue }
          let below = try SpikedMatrixTensor(p: p, delta2: delta2 * (1 - 1e-6), deltap: deltap).phase()
          let above = try SpikedMatrixTensor(p: p, delta2: delta2 * (1 + 1e-6), deltap: deltap).phase()
          #expect(sees(below) != sees(above), "\(line.declaration.name) at p=\(p), deltap=\(deltap)")
        }
      }
    }
  }

  /// A tensor alone: the regions change at its lines, and nothing efficient sees a centred signal.
  @Test(arguments: [3, 4]) func tensorsAreHardBelowTheirLine(p: Int) throws {
    for prior in [Prior.gaussian, .rademacher, try .sparseRademacher(rho: 0.2)] {
      try isHardBelowItsLine(p: p, prior: prior)
    }
    // Without noise everything is known: the mutual information is the entropy of the prior.
    let clean = try SpikedTensor(p: p, delta: 1e-3).phase(prior: .rademacher)
    #expect(abs(try clean.mutualInformation.get() - Double.log(2)) < 1e-12)
  }

  private func isHardBelowItsLine(p: Int, prior: Prior) throws {
    let line = try SpikedTensor.threshold(.informationTheoretic, p: p, prior: prior)
    let critical = try #require(line.last?.value.value)
    for (factor, region) in [(1 - 1e-6, PhaseRegion.hard), (1 + 1e-6, .impossible)] {
      let phase = try SpikedTensor(p: p, delta: critical * factor).phase(prior: prior)
      #expect(phase.region == region && phase.cosineAMP == .exact(0))
      // At the line the informative state tells as much as none: all of the mutual information remains.
      var whole = 1 / (2 * Double(p) * critical)
      for _ in 0..<p { whole *= prior.secondMoment }
      #expect(abs(try phase.mutualInformation.get() / whole - 1) < 1e-5)
    }
  }

  @Test func cosinesAreRootsOfOverlaps() throws {
    let phase = try SpikedMatrixTensor(p: 3, delta2: 0.6, deltap: 0.5).phase()
    #expect(phase.cosineBayes.agrees(with: (2.0 / 3).squareRoot(), within: 1e-12))
    #expect(phase.cosineAMP == phase.cosineBayes)
    #expect(!phase.summary.isEmpty)
  }
}

@Suite struct IdentityTests {
  static let identities = Catalogue.models.flatMap { entry in
    entry.identities.filter { !$0.isSlow }.map { (entry.card.name, $0) }
  }

  @Test(arguments: identities.indices) func holds(index: Int) throws {
    let (model, identity) = Self.identities[index]
    let discrepancy = try identity.discrepancy()
    #expect(discrepancy <= identity.bound, "\(model): \(identity.name)")
  }

  @Test func catalogueNamesAreUnique() {
    let names = Catalogue.models.map(\.card.name)
    #expect(Set(names).count == names.count)
    for entry in Catalogue.models {
      let lines = entry.lines.flatMap { [$0.declaration.name] + $0.declaration.aliases }
      #expect(Set(lines).count == lines.count)
    }
  }
}
