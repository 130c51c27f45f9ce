// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import SaddlepointTestSupport
import Testing

@Suite struct RelaxationExponentsTests {
  @Test func exponentsAtTheDynamicTransitionAgreeWithReferenceRows() throws {
    let columns: [String: Quantity] = [
      "q_d": "plateau", "exponent parameter lambda at T_d": "exponent_parameter", "exponent a at T_d": "exponent_a",
      "exponent b at T_d": "exponent_b", "exponent gamma at T_d": "exponent_gamma",
    ]
    var count = 0
    for row in ReferenceRow.rows(of: "dynamics") {
      guard let column = columns[row.quantity] else { continue }
      let terms = (row.coefficients("mixture") ?? []).map {
        Polynomial.Term(degree: $0.degree, coefficient: $0.coefficient)
      }
      let line = try SphericalSpinGlass.threshold(.dynamic, covariance: Mixture(terms))
      let estimate = try #require(line.last)[column]
      count += 1
      #expect(estimate.agrees(with: row.number, within: max(1e-8, 3 * row.uncertainty)), "\(row): \(estimate)")
      #expect(abs(try estimate.get() - row.number) <= estimate.error + 3 * row.uncertainty, "\(row): \(estimate)")
    }
    #expect(count > 4)
  }

  @Test func pureModelsHaveExponentParameterOneHalf() throws {
    for p in [3, 5, 10] {
      let line = try SphericalSpinGlass.threshold(
        .dynamic, covariance: Mixture([.init(degree: p, coefficient: 0.7)]))
      let point = try #require(line.first)
      #expect(point["plateau"].agrees(with: Double(p - 2) / Double(p - 1), within: 1e-7))
      #expect(point["exponent_b"].agrees(with: 1, within: 1e-6))
    }
  }

  @Test func continuousTransitionsHaveNoPlateau() throws {
    let line = try SphericalSpinGlass.threshold(.dynamic, covariance: [2: 0.5])
    #expect(line.allSatisfy { $0.order == .continuous && $0["plateau"].value == nil })
  }
}
