// SPDX-License-Identifier: GPL-3.0-or-later

import Dispatch
import RealModule
import SaddlepointCore
import SaddlepointNumerics
import Synchronization
import Testing

private struct Boom: Error, Equatable {
  let x: Double
}

private struct Case: Sendable, CustomTestStringConvertible {
  let name: String
  let from: Double
  let to: Double
  var breakPoints: [Double] = []
  let truth: Double
  let f: @Sendable (Double) -> Double
  var testDescription: String { name }
}

private let infinity = Double.infinity
private let cases = [
  Case(name: "polynomial", from: 0, to: 2, truth: 64.0 / 6) { x in x * x * x * x * x },
  Case(name: "logarithm", from: 0, to: 1, truth: -1) { x in .log(x) },
  Case(name: "inverse root", from: 0, to: 4, truth: 4) { x in 1 / x.squareRoot() },
  Case(name: "oscillation", from: 0, to: 10, truth: 1 - .cos(10)) { x in .sin(x) },
  Case(name: "reversed", from: 1, to: 0, truth: 1 - .exp(1)) { x in .exp(x) },
  Case(name: "kink", from: -1, to: 2, breakPoints: [0], truth: 2.5) { x in abs(x) },
  Case(name: "kinks in disorder", from: 0, to: 3, breakPoints: [2, 1, 7, 1], truth: 3) { x in
    abs(x - 1) + (x > 2 ? 0.5 : 0)
  },
  Case(name: "step and spike", from: -2, to: 2, breakPoints: [0.3], truth: 1.7 + 2 * (1.7).squareRoot()) { x in
    x < 0.3 ? 0 : 1 + 1 / (x - 0.3).squareRoot()
  },
  Case(name: "Gauss", from: -infinity, to: infinity, truth: Double.pi.squareRoot()) { x in .exp(-x * x) },
  Case(name: "upper tail", from: 1, to: infinity, truth: .exp(-1)) { x in .exp(-x) },
  Case(name: "lower tail", from: -infinity, to: -1, truth: .exp(-1)) { x in .exp(x) },
  Case(name: "Lorentz", from: infinity, to: -infinity, truth: -.pi) { x in 1 / (1 + x * x) },
  Case(name: "Laplace, kink", from: -infinity, to: infinity, breakPoints: [3], truth: 2) { x in .exp(-abs(x - 3)) },
  Case(name: "three pieces", from: -infinity, to: infinity, breakPoints: [1, -1], truth: 2 + 2 * .exp(-1)) { x in
    abs(x) < 1 ? 1 : .exp(-abs(x))
  },
  Case(name: "half line, break", from: 0, to: infinity, breakPoints: [2], truth: 3) { x in x < 2 ? 1 : .exp(2 - x) },
]

@Suite struct GSLQuadratureTests {
  @Test("closed forms, with errors that bound the truth", arguments: cases, [1e-6, 1e-11])
  private func closedForms(_ c: Case, _ relative: Double) throws {
    let result = try integral(c.name, from: c.from, to: c.to, breakPoints: c.breakPoints, relative: relative, c.f)
    let value = try result.get()
    #expect(result.status == .converged)
    #expect(abs(value - c.truth) <= result.error, "off by \(abs(value - c.truth)), error \(result.error)")
    #expect(result.error <= relative * abs(c.truth) * 1.001)
  }

  @Test("errors stay honest while a peak sharpens", arguments: [1e-3, 1e-6, 1e-9, 1e-12])
  func peaks(_ relative: Double) throws {
    for width in [1, 0.1, 1e-2, 1e-3, 1e-4, 1e-5] {
      for place in [0, 0.1, 0.37, -0.911] {
        let truth = Double.atan((1 - place) / width) + .atan((1 + place) / width)
        let f = { (x: Double) in width / (width * width + (x - place) * (x - place)) }
        for result in [
          try integral("peak", from: -1, to: 1, breakPoints: [place], relative: relative, f),
          try integral("peak", from: -1, to: 1, relative: relative, f),
        ] {
          // Rounding of x - place near the peak is the integrand's own error.
          let own = 2e-16 / width
          #expect(abs(try result.get() - truth) <= result.error + own, "\(width) \(place) \(result)")
          #expect(result.status == .converged || width < 1e-3)
        }
      }
    }
  }

  @Test func doublyAdaptive() throws {
    let log = try doublyAdaptiveIntegral("log", from: 0, to: 1, relative: 1e-10) { .log($0) }
    #expect(log.agrees(with: -1, within: 2e-10))
    #expect(abs(try log.get() + 1) <= log.error)
    let step = try doublyAdaptiveIntegral("step", from: 2, to: -1, relative: 1e-9) { $0 < 0.7 ? 0 : 1 }
    #expect(step.agrees(with: -1.3, within: 1e-8))
    #expect(throws: GSLError.self) { try doublyAdaptiveIntegral("q", from: 0, to: infinity) { .exp(-$0) } }
    #expect(throws: Boom(x: 2)) { try doublyAdaptiveIntegral("q", from: 0, to: 1) { _ in throw Boom(x: 2) } }
  }

  @Test func cancellingPiecesAreRefined() throws {
    // Two large pieces whose sum is small: integral of sign(x) exp(-|x|) + 1e-3 exp(-x^2).
    let result = try integral("cancel", from: -infinity, to: infinity, breakPoints: [0], relative: 1e-9) { x in
      (x < 0 ? -1 : 1) * .exp(-abs(x)) + 1e-3 * .exp(-x * x)
    }
    #expect(result.status == .converged)
    #expect(abs(try result.get() - 1e-3 * Double.pi.squareRoot()) <= result.error)
  }

  @Test func emptyRange() throws {
    let result = try integral("empty", from: 2, to: 2) { _ in .nan }
    #expect(result == .exact(0))
  }

  @Test func toleranceNotMet() throws {
    let divergent = try integral("divergent", from: 0, to: 1) { 1 / $0 }
    guard case .notConverged = divergent.status else {
      Issue.record("1/x on [0, 1] passed as \(divergent)")
      return
    }
    let wild = try integral("wild", from: 0, to: 1, relative: 1e-10) { .sin(1 / $0) / $0 }
    guard case .notConverged = wild.status else {
      Issue.record("sin(1/x)/x passed as \(wild)")
      return
    }
    #expect(wild.value != nil)
  }

  @Test func refusedArguments() {
    for (a, b, relative) in [(Double.nan, 1, 1e-10), (0, .nan, 1e-10), (0, 1, .nan), (0, 1, 1e-16)] {
      #expect(throws: GSLError.self) { try integral("x", from: a, to: b, relative: relative) { $0 } }
    }
    do {
      _ = try integral("tight", from: 0, to: 1, relative: 1e-16) { $0 }
    } catch {
      #expect(error.code == 13)
      #expect(error.description.hasPrefix("tight: "))
      #expect(error.message.contains("tolerance"))
    }
  }

  @Test("a value that is not finite ends the integral at once", arguments: [Double.nan, infinity, -infinity])
  func notFinite(_ bad: Double) {
    for (a, b) in [(0.0, 1.0), (0, infinity), (-infinity, 1), (-infinity, infinity)] {
      var calls = 0
      var callsAfter = 0
      let error = #expect(throws: GSLError.self) {
        try integral("hole", from: a, to: b) { x in
          if calls > 0 { callsAfter += 1 }
          if x > 0.25 && x < 0.5 {
            calls += 1
            return bad
          }
          return .exp(-x * x)
        }
      }
      #expect(error?.code == 9)
      #expect(error?.context.hasPrefix("hole: the function is \(bad) at 0.") == true)
      #expect(callsAfter == 0)
    }
  }

  @Test func closureErrorSurfacesUnchangedAndEndsTheCalls() {
    var callsAfter = 0
    var thrown = false
    #expect(throws: Boom(x: 0.75)) {
      try integral("throwing", from: 0, to: 1) { x in
        if thrown { callsAfter += 1 }
        if x > 0.7 {
          thrown = true
          throw Boom(x: 0.75)
        }
        return x
      }
    }
    #expect(callsAfter == 0)
  }

  @Test func throwingClosureThatDoesNotThrow() throws {
    func f(_ x: Double) throws -> Double { if x < 0 { throw Boom(x: x) } else { x } }
    let result = try integral("half", from: 0, to: 1) { x in try f(x) }
    #expect(result.agrees(with: 0.5, within: 1e-12))
    #expect(throws: GSLError.self) { try integral("nan", from: 0, to: .nan) { x in try f(x) } }
  }

  @Test func nested() throws {
    // Integral over the triangle 0 < y < x < 1 of x y is 1/8; the innermost level is an integral, too.
    let result = try integral("outer", from: 0, to: 1) { x in
      try integral("inner", from: 0, to: x) { y in
        try integral("innermost", from: 0, to: y) { _ in x }.get()
      }.get()
    }
    #expect(result.agrees(with: 0.125, within: 1e-12))
  }

  @Test func innermostErrorPassesAllLevels() {
    #expect(throws: Boom(x: 7)) {
      try integral("outer", from: 0, to: 1) { x in
        try integral("inner", from: 0, to: 1) { y in
          if x + y > 1.2 { throw Boom(x: 7) }
          return x * y
        }.get()
      }
    }
  }

  @Test func threadsGiveBitwiseTheSerialResult() throws {
    @Sendable func one(_ k: Int) throws -> Double {
      let a = 0.1 + Double(k) / 40
      return try integral("outer", from: 0, to: 1) { x in
        try integral("inner", from: 0, to: .infinity, relative: 1e-8) { y in .exp(-a * y) * (1 + x * y).squareRoot() }
          .get()
      }.get()
    }
    let serial = try (0..<64).map(one)
    let parallel = Mutex([Double?](repeating: nil, count: 64))
    DispatchQueue.concurrentPerform(iterations: 64) { k in
      let value = try? one(k)
      parallel.withLock { $0[k] = value }
    }
    let values = parallel.withLock { $0 }
    for k in serial.indices { #expect(values[k]?.bitPattern == serial[k].bitPattern) }
  }
}

@Suite struct GSLFixedRuleTests {
  @Test("Gauss-Legendre is exact up to degree 2n - 1", arguments: [1, 2, 3, 7, 20, 64, 333])
  func legendre(_ n: Int) throws {
    let rule = try FixedRule.gaussLegendre(n)
    #expect(rule.nodes.count == n && rule.nodes == rule.nodes.sorted())
    for degree in [0, 1, n, 2 * n - 1] {
      let value = rule.sum(from: 0, to: 1) { Double.pow($0, degree) }
      #expect(abs(value * Double(degree + 1) - 1) < 1e-13)
    }
    // One degree more fails by the known remainder, (n!)^4 / ((2n + 1) ((2n)!)^2) on [0, 1].
    if n <= 3 {
      let remainder = [1: 1.0 / 12, 2: 1.0 / 180, 3: 1.0 / 2800][n] ?? .nan
      let value = rule.sum(from: 0, to: 1) { Double.pow($0, 2 * n) }
      #expect(abs(1 / Double(2 * n + 1) - value - remainder) < 1e-15)
    }
  }

  @Test("Gauss-Hermite gives the moments of a normal variable", arguments: [1, 2, 5, 20, 64, 150])
  func hermite(_ n: Int) throws {
    let rule = try FixedRule.gaussHermite(n)
    #expect(rule.nodes.count == n && rule.nodes == rule.nodes.sorted())
    var moment = 1.0
    for k in 0..<min(n, 8) {
      let value = rule.sum { Double.pow($0, 2 * k) }
      #expect(abs(value / moment - 1) < 1e-12)
      moment *= Double(2 * k + 1)
    }
    if n >= 20 { #expect(abs(rule.sum { .exp($0) } - .exp(0.5)) < 1e-13) }
  }

  @Test func errorsKeepTheirType() throws {
    let rule = try FixedRule.gaussLegendre(4)
    #expect(throws: Boom(x: 1)) { try rule.sum { x throws(Boom) in if x > 0 { throw Boom(x: 1) } else { x } } }
  }

  @Test("orders that make no sense are refused", arguments: [0, -3])
  func refused(_ n: Int) {
    #expect(throws: GSLError.self) { try FixedRule.gaussLegendre(n) }
    #expect(throws: GSLError.self) { try FixedRule.gaussHermite(n) }
  }
}
