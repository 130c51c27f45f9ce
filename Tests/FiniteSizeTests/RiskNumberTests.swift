// SPDX-License-Identifier: GPL-3.0-or-later

import FiniteSize
import Foundation
import KacRice
import LandscapeModels
import SaddlepointCore
import Testing

/// Critical points of empirical risks at finite N: a search and the Kac-Rice formula, which share nothing but the loss.
@Suite struct RiskNumberTests {
  private static func risk(_ alpha: Double, _ loss: Loss = .quartic) throws -> EmpiricalRisk {
    try EmpiricalRisk(alpha: alpha, loss: loss, label: .abs)
  }

  /// The sheet's numbers of points with |m| < 0.9 for N and M (section 2), with the errors stated or implied there.
  @Test(arguments: [
    (2, 4, 3.405, 3.353, 0.05), (2, 8, 2.893, 2.898, 0.03), (3, 6, 9.67, 9.52, 0.27), (3, 12, 7.83, 7.82, 0.23),
  ]) func searchAndFormulaAgree(size: Int, count: Int, found: Double, integral: Double, error: Double) throws {
    let number = try Self.risk(Double(count) / Double(size))
      .sampledNumber(size: size, samples: size == 2 ? 2000 : 200, seed: 11)
    #expect(number.complete == 1)
    #expect(abs(try #require(number.deviation)) < 3, "\(number)")
    let value = try number.mean.get()
    #expect(abs(value - found) < 3 * hypot(number.standardError, error), "\(number)")
    #expect(abs(try number.kacRice.get() - integral) < 3 * hypot(number.kacRice.error, error), "\(number)")
  }

  /// Minima, a loss that is no polynomial, and another extent.
  @Test func minimaOfAnotherLoss() throws {
    let number = try Self.risk(4, .normalised(a0: 0.5))
      .sampledNumber(of: .minima, size: 2, extent: 0.6, samples: 3000, seed: 2)
    #expect(number.complete == 1)
    #expect(abs(try #require(number.deviation)) < 3, "\(number)")
  }

  @Test func drawsDependOnTheSeedAlone() throws {
    let risk = try Self.risk(4)
    let first = try risk.exactNumberDensity(size: 4, overlap: 0.2, samples: 40, seed: 5)
    #expect(try risk.exactNumberDensity(size: 4, overlap: 0.2, samples: 40, seed: 5) == first)
    #expect(try risk.exactNumberDensity(size: 4, overlap: 0.2, samples: 40, seed: 6) != first)
  }

  @Test func refusesWhatItCannotCount() throws {
    let risk = try Self.risk(4)
    #expect(throws: DomainError.self) { try risk.sampledNumber(size: 4, samples: 10, seed: 1) }
    #expect(throws: DomainError.self) { try risk.sampledNumber(of: .strictMinima, size: 2, samples: 10, seed: 1) }
    #expect(throws: DomainError.self) { try risk.sampledNumber(size: 2, extent: 1, samples: 10, seed: 1) }
    #expect(throws: DomainError.self) { try risk.exactNumberDensity(size: 65, overlap: 0, samples: 10, seed: 1) }
    #expect(throws: DomainError.self) { try risk.exactNumberDensity(size: 8, overlap: 1, samples: 10, seed: 1) }
    #expect(throws: DomainError.self) {
      try Self.risk(4.1).exactNumberDensity(size: 8, overlap: 0, samples: 10, seed: 1)
    }
  }
}
