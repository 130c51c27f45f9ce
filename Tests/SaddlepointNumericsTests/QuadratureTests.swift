// SPDX-License-Identifier: GPL-3.0-or-later

import Dispatch
import Foundation
import SaddlepointCore
import SaddlepointNumerics
import Synchronization
import Testing

private struct Interruption: Error, Equatable {
  let x: Double
}

/// The value is within the tolerance, and its error estimate bounds the true error.
private func expect(
  _ estimate: Estimate, is truth: Double, within tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    estimate.agrees(with: truth, within: tolerance), "\(estimate) against \(truth)", sourceLocation: sourceLocation)
  let value = estimate.value ?? .nan
  #expect(
    abs(value - truth) <= estimate.error + 2 * truth.ulp, "\(estimate): error too small", sourceLocation: sourceLocation
  )
}

@Suite struct QuadratureTests {
  @Test(arguments: [1, 2, 5, 9, 40]) func powers(k: Int) throws {
    expect(try Quadrature.integrate(from: 0, to: 1) { pow($0, Double(k)) }, is: 1 / Double(k + 1), within: 1e-10)
    expect(
      try Quadrature.integrate(from: 1, to: 0) { (x: Double) -> Double in pow(x, Double(k)) }, is: -1 / Double(k + 1),
      within: 1e-10)
  }

  @Test func infiniteRanges() throws {
    let gaussian = { (x: Double) -> Double in exp(-x * x / 2) }
    let root = (2 * Double.pi).squareRoot()
    expect(try Quadrature.integrate(from: -.infinity, to: .infinity, gaussian), is: root, within: 1e-9)
    expect(try Quadrature.integrate(from: 0, to: .infinity, gaussian), is: root / 2, within: 1e-9)
    expect(try Quadrature.integrate(from: -.infinity, to: 0, gaussian), is: root / 2, within: 1e-9)
    expect(try Quadrature.integrate(from: 1, to: .infinity) { 1 / ($0 * $0) }, is: 1, within: 1e-9)
    expect(try Quadrature.integrate(from: .infinity, to: 1) { 1 / ($0 * $0) }, is: -1, within: 1e-9)
  }

  @Test func breakPoints() throws {
    let step = { (x: Double) -> Double in x < 0.3 ? 1 : -2 }
    expect(try Quadrature.integrate(from: 0, to: 1, breakPoints: [0.3], step), is: 0.3 - 1.4, within: 1e-12)
    expect(
      try Quadrature.integrate(from: -.infinity, to: .infinity, breakPoints: [0, 1]) {
        abs($0 - 1) * exp(-abs($0))
      }, is: 2 + 2 / M_E, within: 1e-8)
    expect(
      try Quadrature.integrate(from: 0, to: .infinity, breakPoints: [2, 5, -3]) {
        $0 < 2 ? 1 : $0 < 5 ? 0 : exp(5 - $0)
      },
      is: 3, within: 1e-9)
  }

  @Test(arguments: [Quadrature.Method.adaptive, .doublyAdaptive]) func logarithmicSingularity(method: Quadrature.Method)
    throws
  {
    expect(try Quadrature.integrate(from: 0, to: 1, relative: 1e-9, method: method) { log($0) }, is: -1, within: 1e-9)
  }

  @Test func unreachableTolerancesAreNotClaimed() throws {
    let wild = try Quadrature.integrate(from: 0, to: 1, relative: 1e-12) { 1 / $0.squareRoot() * sin(1 / $0) }
    #expect(wild.status.name == "not-converged")
    #expect(wild.status.reason?.contains("integral") == true)
    #expect(throws: GSLError.self) {
      try Quadrature.integrate(from: 0, to: 1, relative: 1e-30) { (x: Double) -> Double in x }
    }
    #expect(throws: GSLError.self) { try Quadrature.integrate(from: .nan, to: 1) { (x: Double) -> Double in x } }
  }

  @Test func whatIsThrownComesOutAndEndsTheCalls() throws {
    var calls = 0
    var after = 0
    var thrown = false
    let error = #expect(throws: Interruption.self) {
      try Quadrature.integrate(from: 0, to: 1) { x throws -> Double in
        calls += 1
        if thrown { after += 1 }
        if calls == 7 {
          thrown = true
          throw Interruption(x: 3)
        }
        return x
      }
    }
    #expect(error == Interruption(x: 3))
    #expect(calls == 7)
    #expect(after == 0)
  }

  @Test func notANumberIsAnErrorSoon() throws {
    var calls = 0
    let error = #expect(throws: GSLError.self) {
      try Quadrature.integrate("a test", from: 0, to: 1) { x -> Double in
        calls += 1
        return x > 0.5 ? .nan : x
      }
    }
    #expect(error?.code == 9)
    #expect(error?.description.contains("a test") == true)
    #expect(calls < 30, "GSL alone would call some 500 times")
  }

  @Test func nestedIntegralsDoNotShareWorkspaces() throws {
    // int_0^1 dx int_0^x dy exp(x - y) = e - 2
    let outer = try Quadrature.integrate("outer", from: 0, to: 1) { x throws -> Double in
      let inner = try Quadrature.integrate("inner", from: 0, to: x) { (y: Double) -> Double in exp(x - y) }
      return try inner.get()
    }
    expect(outer, is: M_E - 2, within: 1e-9)
    // A root search inside an integrand: x = cos(a x) summed over a.
    let roots = try Quadrature.integrate(from: 0, to: 1) { a throws -> Double in
      try brentRoot("inner root", in: 0...1) { x in x - exp(-a) }.value
    }
    expect(roots, is: 1 - 1 / M_E, within: 1e-9)
  }

  @Test func manyThreadsGiveTheSameBits() throws {
    let work = { @Sendable (k: Int) -> Double in
      let a = Double(k % 97) / 10
      let value = try? Quadrature.integrate(from: 0, to: 5, breakPoints: [1]) { (x: Double) -> Double in
        (try? brentRoot("thread", in: -1...3) { y in y - sin(a) }.value) ?? 0 + cos(a * x) / (1 + abs(x - 1))
      }
      return value?.value ?? .nan
    }
    let serial = (0..<400).map(work)
    let parallel = Mutex([Double](repeating: .nan, count: 400))
    DispatchQueue.concurrentPerform(iterations: 400) { k in
      let value = work(k)
      parallel.withLock { $0[k] = value }
    }
    #expect(!serial.contains { !$0.isFinite })
    #expect(parallel.withLock { $0 } == serial)
  }
}

@Suite struct GaussRuleTests {
  @Test(arguments: [1, 2, 7, 20, 64]) func legendreIsExactBelowTwiceItsNodes(n: Int) {
    let rule = GaussLegendre.rule(n)
    #expect(rule.nodes == rule.nodes.sorted())
    for degree in 0..<(2 * n) {
      let value = rule.integrate(-0.5, 2) { (x: Double) in pow(x, Double(degree)) }
      let truth = (pow(2, Double(degree + 1)) - pow(-0.5, Double(degree + 1))) / Double(degree + 1)
      #expect(abs(value - truth) <= 1e-13 * max(1, abs(truth)))
    }
  }

  @Test(arguments: [3, 10, 40]) func hermiteHasTheMomentsOfTheNormalLaw(n: Int) throws {
    let rule = try GaussHermite.rule(n)
    var truth = 1.0
    for k in 0..<min(n, 12) {
      let value = rule.expectation { (z: Double) in pow(z, Double(2 * k)) }
      #expect(abs(value / truth - 1) < 1e-12, "E z^\(2 * k)")
      truth *= Double(2 * k + 1)
    }
    #expect(throws: GSLError.self) { try GaussHermite.rule(0) }
  }

  @Test func errorsOfTheSummandComeOut() {
    #expect(throws: Interruption(x: 1)) {
      try GaussLegendre.rule(5).integrate(0, 1) { (_: Double) throws(Interruption) in throw Interruption(x: 1) }
    }
  }
}

@Suite struct GaussianExpectationTests {
  @Test(arguments: [0, 0.5, 1, 2]) func exponentials(a: Double) throws {
    expect(GaussianExpectation.smooth { exp(a * $0) }, is: exp(a * a / 2), within: 1e-10)
    expect(try GaussianExpectation.adaptive { exp(a * $0) }, is: exp(a * a / 2), within: 1e-10)
  }

  @Test func twoRoutesAgreeOnTheOverlapOfTheScalarChannel() throws {
    // E tanh(g + sqrt(g) z) = E tanh^2: the Nishimori identity.
    for g in [0.1, 1.0, 5] {
      let first = GaussianExpectation.smooth { tanh(g + g.squareRoot() * $0) }
      let second = try GaussianExpectation.adaptive {
        let t = tanh(g + g.squareRoot() * $0)
        return t * t
      }
      #expect(abs(try first.get() - second.get()) < 1e-11)
    }
  }

  @Test func kinks() throws {
    expect(
      try GaussianExpectation.adaptive(breakPoints: [0]) { abs($0) }, is: (2 / Double.pi).squareRoot(), within: 1e-11)
    let smooth = GaussianExpectation.smooth { abs($0) }
    let truth = (2 / Double.pi).squareRoot()
    // The trapezoid either says that it failed, or its error estimate holds.
    #expect(smooth.status != .converged || abs((smooth.value ?? 0) - truth) <= smooth.error)
  }

  @Test(arguments: [-0.9, 0, 0.4, 1]) func pairs(rho: Double) throws {
    expect(
      GaussianExpectation.smooth2(correlation: rho) { $0 * $0 * $1 * $1 }, is: 1 + 2 * rho * rho, within: 1e-10)
    expect(
      GaussianExpectation.smooth2(correlation: rho) { exp(0.5 * $0 + 0.3 * $1) },
      is: exp(0.5 * (0.25 + 0.09 + 2 * rho * 0.15)), within: 1e-10)
  }
}
