// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointCore
import SaddlepointNumerics
import Testing

private struct Boom: Error, Equatable {
  let t: Double
}

@Suite struct GSLODETests {
  @Test("oscillator, forwards and backwards", arguments: [1e-6, 1e-9, 1e-12])
  func oscillator(_ tolerance: Double) throws {
    for times in [[0, 1, 5, 10.0], [-2, -7]] {
      let solution = try solveODE("oscillator", from: [1, 0], at: 0, to: times, absolute: tolerance, relative: 0) {
        _, y in [y[1], -y[0]]
      }
      #expect(solution.status == .converged && solution.times == times)
      for (i, t) in times.enumerated() {
        for (k, truth) in [Double.cos(t), -.sin(t)].enumerated() {
          #expect(abs(solution.states[i][k] - truth) <= solution.errors[i][k] + 1e-15)
          #expect(solution.estimate(k, at: i).agrees(with: truth, within: tolerance))
        }
      }
    }
  }

  @Test func explicitTime() throws {
    // y' = 2 t y, y(1) = 1: y = exp(t^2 - 1)
    let solution = try solveODE("growth", from: [1], at: 1, to: [3]) { t, y in [2 * t * y[0]] }
    #expect(solution.status == .converged)
    #expect(abs(solution.states[0][0] - .exp(8)) <= solution.errors[0][0])
  }

  @Test("a stiff equation, implicitly", arguments: [ODEStepper.implicit, .backwardDifferences])
  func stiff(_ stepper: ODEStepper) throws {
    // y' = -1e5 (y - cos t) - sin t, y(0) = 1: y = cos t
    let rate = 1e5
    let jacobian = { (t: Double, y: [Double]) in
      ODEJacobian(state: [-rate], time: [-rate * .sin(t) - .cos(t)], dimension: 1)
    }
    let f = { (t: Double, y: [Double]) in [-rate * (y[0] - .cos(t)) - .sin(t)] }
    let solution = try solveODE(
      "stiff", from: [1], at: 0, to: [1, 4], absolute: 1e-7, stepper: stepper, jacobian: jacobian, f)
    #expect(solution.status == .converged, "\(solution.status)")
    for (t, i) in [(1.0, 0), (4, 1)] { #expect(abs(solution.states[i][0] - .cos(t)) <= 1e-7) }
    let explicit = try solveODE("stiff", from: [1], at: 0, to: [1, 4], absolute: 1e-7, f)
    #expect(solution.evaluations < explicit.evaluations / 10)
  }

  @Test func blowUpIsReported() throws {
    // y' = y^2, y(0) = 1: infinite at t = 1
    let solution = try solveODE("blow-up", from: [1], at: 0, to: [0.5, 2]) { _, y in [y[0] * y[0]] }
    #expect(solution.status.name == "not-converged")
    #expect(solution.times == [0.5])
    #expect(abs(solution.states[0][0] - 2) <= solution.errors[0][0])
  }

  @Test func failures() {
    #expect(throws: Boom(t: 1)) {
      try solveODE("x", from: [1], at: 0, to: [2]) { t, y in if t > 0.5 { throw Boom(t: 1) } else { y } }
    }
    var callsAfter = 0
    var seen = false
    let bad = #expect(throws: GSLError.self) {
      try solveODE("x", from: [1], at: 0, to: [2]) { t, y in
        if seen { callsAfter += 1 }
        seen = t > 0.5
        return seen ? [.nan] : y
      }
    }
    #expect(bad?.code == 9 && callsAfter == 0)
    let long = #expect(throws: GSLError.self) { try solveODE("x", from: [1], at: 0, to: [2]) { _, y in y + y } }
    #expect(long?.code == 9)
    for (y, times) in [([], [1.0]), ([1.0], []), ([1], [1, 0.5]), ([1], [.nan]), ([.nan], [1]), ([1], [-1, 1])] {
      let error = #expect(throws: GSLError.self) { try solveODE("x", from: y, at: 0, to: times) { _, y in y } }
      #expect(error?.code == 4)
    }
    #expect(throws: GSLError.self) { try solveODE("x", from: [1], at: 0, to: [1], stepper: .implicit) { _, y in y } }
  }
}
