// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointCore
import SaddlepointNumerics
import Testing

private struct Boom: Error, Equatable {
  let x: Double
}

private struct Case: Sendable, CustomTestStringConvertible {
  let name: String
  let bracket: ClosedRange<Double>
  let truth: Double
  var ulps = 2.0
  let f: @Sendable (Double) -> (value: Double, derivative: Double)
  var testDescription: String { name }
}

private let cases = [
  Case(name: "root of 2", bracket: 0...2, truth: 2.0.squareRoot()) { x in (x * x - 2, 2 * x) },
  Case(name: "falling", bracket: 0...5, truth: .log(2), ulps: 4) { x in (0.5 - .exp(-x), .exp(-x)) },
  Case(name: "Dottie number", bracket: -10...10, truth: 0.7390851332151607) { x in (x - .cos(x), 1 + .sin(x)) },
  Case(name: "Lambert W of 1/2 at its inverse", bracket: 0...2, truth: 0.8243606353500641) { x in
    (x - 0.5 * .exp(0.5), 1)
  },
  Case(name: "nearly vertical", bracket: -3...4, truth: 1) { x in
    (.tanh(1e6 * (x - 1)), 1e6 * (1 - .tanh(1e6 * (x - 1)) * .tanh(1e6 * (x - 1))))
  },
  Case(name: "cube root, infinite slope", bracket: -1...8, truth: 1) { x in
    let y = x - 1
    return y == 0 ? (0, .infinity) : (.root(y, 3), .pow(abs(y), -2.0 / 3) / 3)
  },
  Case(name: "jump", bracket: 0...1, truth: 1.0 / 3) { x in (x < 1.0 / 3 ? -1 : 2, 0) },
  Case(name: "wrong derivative", bracket: 0...2, truth: 2.0.squareRoot()) { x in (x * x - 2, -2 * x) },
  Case(name: "huge", bracket: -1e300...1e300, truth: 1e12) { x in (x - 1e12, 1) },
  Case(name: "tiny", bracket: 0...1, truth: 1e-200) { x in (x - 1e-200, 1) },
  Case(name: "lower end", bracket: 1...3, truth: 1) { x in (x - 1, 1) },
  Case(name: "upper end", bracket: -3 ... -1, truth: -1) { x in (x + 1, 1) },
  Case(name: "one point", bracket: 4...4, truth: 4) { x in (x - 4, 1) },
]

@Suite struct GSLRootTests {
  private func check(_ root: Root, _ c: Case) throws {
    #expect(abs(root.value - c.truth) <= c.ulps * c.truth.ulp, "found \(root)")
    #expect(root.bracket.contains(root.value))
    #expect(root.bracket.upperBound - root.bracket.lowerBound <= 4 * c.truth.ulp)
    #expect(root.residual == c.f(root.value).value)
    #expect(try abs(root.estimate.get() - c.truth) <= c.ulps * root.estimate.error)
    let (low, high) = (c.f(root.bracket.lowerBound).value, c.f(root.bracket.upperBound).value)
    #expect(root.residual == 0 || (low < 0) != (high < 0))
  }

  @Test("Brent finds roots to the last bits", arguments: cases)
  private func brent(_ c: Case) throws {
    var calls = 0
    let root = try brentRoot(c.name, in: c.bracket) { x in
      calls += 1
      return c.f(x).value
    }
    try check(root, c)
    #expect(root.evaluations == calls || c.bracket.lowerBound == c.bracket.upperBound)
  }

  @Test("guarded Newton finds roots to the last bits", arguments: cases)
  private func newton(_ c: Case) throws {
    var calls = 0
    let root = try newtonRoot(c.name, in: c.bracket) { x in
      calls += 1
      return c.f(x)
    }
    try check(root, c)
    #expect(root.evaluations == calls || c.bracket.lowerBound == c.bracket.upperBound)
  }

  @Test("powers: x^n = c", arguments: [1, 2, 3, 7, 30])
  func powers(_ n: Int) throws {
    for exponent in stride(from: -20.0, through: 20, by: 1.3) {
      let truth = Double.exp(exponent)
      let c = Double.pow(truth, n)
      let brent = try brentRoot("power", in: 0...1e9) { x in .pow(x, n) - c }
      let newton = try newtonRoot("power", in: 0...1e9) { x in (.pow(x, n) - c, Double(n) * .pow(x, n - 1)) }
      // Rounding of c moves the root by 1/n of a relative unit or so.
      for root in [brent, newton] {
        #expect(abs(root.value - truth) <= 4 * truth.ulp, "\(n) \(exponent) \(root)")
        #expect(root.evaluations < 300)
      }
    }
  }

  @Test func cost() throws {
    let brent = try brentRoot("cos", in: 0...1) { x in x - .cos(x) }
    let newton = try newtonRoot("cos", in: 0...1, start: 0.7) { x in (x - .cos(x), 1 + .sin(x)) }
    #expect(brent.evaluations <= 12)
    #expect(newton.evaluations <= 9)
  }

  @Test func tripleRootEnds() throws {
    let root = try brentRoot("cube", in: -1...2) { x in x * x * x }
    #expect(abs(root.value) < 1e-100)
  }

  @Test func noChangeOfSign() {
    for bracket in [1.0...2, 5...5] {
      let error = #expect(throws: GSLError.self) { try brentRoot("square", in: bracket) { $0 * $0 } }
      #expect(error?.code == 4)
      #expect(error?.context.hasPrefix("square: no change of sign") == true)
      #expect(throws: GSLError.self) { try newtonRoot("square", in: bracket) { ($0 * $0, 2 * $0) } }
    }
  }

  @Test("brackets that are not finite are refused", arguments: [0...Double.infinity, -Double.infinity...0])
  func infiniteBracket(_ bracket: ClosedRange<Double>) {
    #expect(throws: GSLError.self) { try brentRoot("x", in: bracket) { $0 } }
    #expect(throws: GSLError.self) { try newtonRoot("x", in: bracket) { ($0, 1) } }
  }

  @Test("values that are not finite end the search", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(_ bad: Double) {
    for hole in [-1.0 ... -0.9, 0.9...1, -0.5...0.6] {
      var callsAfter = 0
      var seen = false
      let f = { (x: Double) -> Double in
        if seen { callsAfter += 1 }
        if hole.contains(x) {
          seen = true
          return bad
        }
        return x - 0.1
      }
      let brent = #expect(throws: GSLError.self) { try brentRoot("hole", in: -1...1, f) }
      #expect(brent?.code == 9)
      seen = false
      let newton = #expect(throws: GSLError.self) { try newtonRoot("hole", in: -1...1) { (f($0), 1) } }
      #expect(newton?.code == 9)
      #expect(callsAfter == 0)
    }
  }

  @Test func closureErrorSurfacesUnchanged() {
    func f(_ x: Double) throws -> Double { if abs(x) < 0.9 { throw Boom(x: 3) } else { x - 0.1 } }
    #expect(throws: Boom(x: 3)) { try brentRoot("x", in: -1...1) { x in try f(x) } }
    #expect(throws: Boom(x: 3)) { try newtonRoot("x", in: -1...1) { x in (try f(x), 1) } }
  }

  @Test func nestedRootAndIntegral() throws {
    // The median of an exponential variable: integral of exp(-t) from 0 to x is 1/2.
    let root = try brentRoot("median", in: 0...3) { x in
      try integral("distribution", from: 0, to: x, absolute: 1e-14) { t in .exp(-t) }.get() - 0.5
    }
    #expect(abs(root.value - .log(2)) < 1e-14)
  }
}
