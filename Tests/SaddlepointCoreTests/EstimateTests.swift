// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SaddlepointCore
import Testing

@Suite struct EstimateTests {
  @Test func agreementNeedsBothNearnessAndAssurance() {
    #expect(Estimate.converged(0.5, error: 1e-12).agrees(with: 0.5, within: 1e-9))
    #expect(!Estimate.converged(0.5, error: 1e-3).agrees(with: 0.5, within: 1e-9), "near but unsure")
    #expect(!Estimate.exact(0.5).agrees(with: 0.51, within: 1e-9), "sure but far")
    #expect(!Estimate.outsideDomain("none").agrees(with: 0.5, within: 1))
  }

  @Test(arguments: [Double.nan, .signalingNaN]) func neverHoldsNaN(x: Double) {
    for estimate in [
      Estimate.exact(x), .converged(x, error: 0), .converged(1, error: x), .approximate(x, error: 0, reason: ""),
      .notConverged("", best: x),
    ] {
      #expect(estimate.value == nil)
      #expect(estimate.status.name == "not-converged")
    }
  }

  @Test func getThrowsTheStatus() {
    let error = #expect(throws: EstimateError.self) { try Estimate.outsideDomain("no-transition").get() }
    #expect(error?.status == .outsideDomain("no-transition"))
    #expect((try? Estimate.exact(2).get()) == 2)
  }

  @Test func toleranceIsRelativeToMagnitudeOrScale() {
    #expect(Estimate.converged(100, error: 1e-9).held(to: 1e-10, scale: 1).status == .converged)
    #expect(Estimate.converged(0.01, error: 1e-9).held(to: 1e-10, scale: 1).status.name == "not-converged")
    #expect(Estimate.converged(0.01, error: 1e-9).held(to: 1e-10, scale: 1).value == 0.01, "the value is kept")
    #expect(Estimate.converged(0.01, error: 1e-9).held(to: 1e-10, scale: 100).status == .converged)
    #expect(Estimate.exact(1).held(to: 1e-15, scale: 1).status == .exact)
  }

  @Test func mapsErrorsBySlope() {
    let root = Estimate.converged(4, error: 0.01).mapped(derivative: 0.25) { $0.squareRoot() }
    #expect(root == .converged(2, error: 0.0025))
    #expect(Estimate.converged(-1, error: 0).mapped(derivative: 1) { $0.squareRoot() }.value == nil)
  }

  @Test func encodesLikeTheCommandsJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    func text(_ estimate: Estimate) throws -> String { String(decoding: try encoder.encode(estimate), as: UTF8.self) }
    #expect(try text(.exact(0.5)) == #"{"error":null,"reason":null,"status":"exact","value":0.5}"#)
    #expect(try text(.exact(.infinity)) == #"{"error":null,"reason":null,"status":"exact","value":"inf"}"#)
    #expect(
      try text(.outsideDomain("no-transition"))
        == #"{"error":null,"reason":"no-transition","status":"outside-domain","value":null}"#)
    #expect(try text(.converged(2, error: 0.25)) == #"{"error":0.25,"reason":null,"status":"converged","value":2}"#)
  }
}
