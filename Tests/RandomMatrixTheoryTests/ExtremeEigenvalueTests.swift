// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import RandomMatrixTheory
import SaddlepointCore
import SaddlepointNumerics
import SaddlepointTestSupport
import Testing

@Suite struct ExtremeEigenvalueTests {
  private let law = try? SemicircleLaw(variance: 1)

  @Test func rowsOfTheSheet() throws {
    let law = try #require(law)
    let rows = ReferenceRow.rows(of: "spherical")
    for row in rows where row.quantity == "rate_largest_eigenvalue" {
      let rate = try law.largestEigenvalueRate(at: row["x"], spike: row["theta"])
      #expect(rate.agrees(with: row.number, within: 1e-12), "\(row): \(rate)")
    }
    for row in rows where row.quantity == "rate_largest_eigenvalue_N2" {
      let rate = try law.pushedRate(at: row["x"])
      #expect(rate.agrees(with: row.number, within: 1e-12), "\(row): \(rate)")
    }
  }

  /// Without a spike the rate is the integral of sqrt(x^2 - 4)/2 from the edge.
  @Test(arguments: [2.01, 2.5, 4, 9]) func pulledOut(x: Double) throws {
    let law = try #require(law)
    let truth = try integral("rate", from: 2, to: x) { ($0 * $0 - 4).squareRoot() / 2 }.get()
    #expect(try law.largestEigenvalueRate(at: x).agrees(with: truth, within: 1e-9))
  }

  /// The rate vanishes at the outlier, is positive on both sides, and scales with the deviation.
  @Test(arguments: [1.2, 2, 5]) func outlierIsTypical(theta: Double) throws {
    let law = try #require(law)
    let place = try #require(try law.outlier(spike: theta)).position
    #expect(try abs(law.largestEigenvalueRate(at: place, spike: theta).get()) < 1e-14)
    for shift in [-0.1, 0.1] where place + shift >= 2 {
      #expect(try law.largestEigenvalueRate(at: place + shift, spike: theta).get() > 0)
    }
    let wide = try SemicircleLaw(variance: 9)
    let rates = try [
      law.largestEigenvalueRate(at: 4, spike: theta), wide.largestEigenvalueRate(at: 12, spike: 3 * theta),
    ]
    #expect(abs(try rates[0].get() - rates[1].get()) < 1e-14)
  }

  /// A spike that barely detaches, pushed back to the edge.
  ///
  /// With d = theta - 1 it costs (log(1 + d) - d)/2 + d^2/4 = d^3/6 - d^4/8 + d^5/10 - ...
  @Test(arguments: [1e-2, 3e-3, 1e-3, 1e-4]) func weakSpikeAtTheEdge(d: Double) throws {
    let law = try #require(law)
    let series = d * d * d * (1.0 / 6 - d / 8 + d * d / 10 - d * d * d / 12 + d * d * d * d / 14)
    #expect(abs(try law.largestEigenvalueRate(at: 2, spike: 1 + d).get() - series) < 1e-17 + 1e-9 * series)
  }

  /// On both sides of the typical place, near and far, against the integral of the slope (sqrt(y^2 - 4) + y)/4 - theta/2.
  @Test(arguments: [(1.5, 2.1), (1.5, 2.8), (1.003, 2.0), (1.003, 2.00002), (4, 2.5), (4, 9), (0.6, 3), (0.6, 2.27)])
  func movedSpike(theta: Double, x: Double) throws {
    let law = try #require(law)
    let place = theta + 1 / theta
    // Below the typical place of a strong spike, or beyond where a weak one would lie, its eigenvalue moves.
    let bulk =
      theta < 1 ? try integral("bulk", from: 2, to: min(x, place)) { ($0 * $0 - 4).squareRoot() / 2 }.get() : 0
    let spike =
      theta > 1 || x > place
      ? try integral("spike", from: place, to: x) { (max(0, $0 * $0 - 4).squareRoot() + $0) / 4 - theta / 2 }.get() : 0
    let rate = try law.largestEigenvalueRate(at: x, spike: theta)
    #expect(abs(try rate.get() - bulk - spike) < 1e-10 * max(bulk + spike, 1e-4))
  }

  /// Left of the edge: the tail of Tracy and Widom, (2 - x)^3/24 (beta = 1); far left the Gaussian weight x^2/4 alone counts.
  @Test func pushed() throws {
    let law = try #require(law)
    for distance in [0.01, 0.02] {
      let ratio = try law.pushedRate(at: 2 - distance).get() / (distance * distance * distance / 24)
      #expect(abs(ratio - 1) < 0.5 * distance + 1e-4, "\(ratio)")
    }
    #expect(abs(try law.pushedRate(at: -1e4).get() / 1e8 - 0.25) < 1e-6)
    #expect(try law.pushedRate(at: 2).get() == 0)
    #expect(try law.largestEigenvalueRate(at: 1.9).value == nil)
    #expect(throws: DomainError.self) { try law.largestEigenvalueRate(at: .nan) }
  }
}
