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
  let truth: Double
  var breakPoints: [Double] = []
  let f: @Sendable (Double) -> Double
  var testDescription: String { name }
}

private let smoothCases =
  [
    Case(name: "one", truth: 1) { _ in 1 },
    Case(name: "odd", truth: 0) { z in z * z * z },
    Case(name: "eighth moment", truth: 105) { z in .pow(z, 8) },
    Case(name: "cos", truth: .exp(-2)) { z in .cos(2 * z) },
    Case(name: "rational growth", truth: 2.0.squareRoot()) { z in .exp(z * z / 4) },
    // E 1/(1 + z^2) = sqrt(pi e/2) erfc(1/sqrt 2)
    Case(name: "poles at i", truth: 0.655_679_542_418_798_5) { z in 1 / (1 + z * z) },
  ]
  + [0.1, 1, -3, 10, 20].map { a in
    Case(name: "exp \(a) z", truth: .exp(a * a / 2)) { z in .exp(a * z) }
  }
  + [0.5, 2, 12].map { a in
    Case(name: "cosh \(a) z", truth: .exp(a * a / 2)) { z in .cosh(a * z) }
  }

private let kinkedCases = [
  Case(name: "absolute value", truth: (2 / Double.pi).squareRoot(), breakPoints: [0]) { z in abs(z) },
  Case(name: "sign", truth: 0, breakPoints: [0]) { z in z < 0 ? -1 : 1 },
  // P(z > 1) = erfc(1/sqrt 2)/2
  Case(name: "tail", truth: 0.158_655_253_931_457_05, breakPoints: [1]) { z in z > 1 ? 1 : 0 },
  // E max(0, z - 12) = phi(12) - 12 P(z > 12)
  Case(name: "far call", truth: 1.460_520_116_984_554_8e-34, breakPoints: [12]) { z in max(0, z - 12) },
  Case(name: "exp |z|", truth: 2 * .exp(0.5) * 0.841_344_746_068_542_9, breakPoints: [0]) { z in .exp(abs(z)) },
  // E 1/sqrt|z| = Gamma(1/4) / (2^(1/4) sqrt(pi))
  Case(name: "singular", truth: 1.720_079_974_649_039, breakPoints: [0]) { z in 1 / abs(z).squareRoot() },
]

@Suite struct GaussianExpectationTests {
  @Test("closed forms, smooth", arguments: smoothCases)
  private func smooth(_ c: Case) throws {
    let result = try GaussianExpectation.smooth(c.name, relative: 1e-12, c.f)
    #expect(result.status == .converged, "\(result)")
    #expect(abs(try result.get() - c.truth) <= result.error + 4 * c.truth.ulp, "\(result) against \(c.truth)")
    #expect(result.error <= max(1e-13, 1e-12 * c.truth))
  }

  @Test("closed forms with kinks", arguments: kinkedCases)
  private func kinks(_ c: Case) throws {
    let result = try GaussianExpectation.adaptive(
      c.name, breakPoints: c.breakPoints, absolute: c.truth == 0 ? 1e-13 : 0, c.f)
    #expect(result.status == .converged, "\(result)")
    #expect(abs(try result.get() - c.truth) <= result.error + 1e-13 * c.truth, "\(result) against \(c.truth)")
  }

  @Test("the two routes agree on tanh", arguments: [0.1, 1, 3, 20, 100])
  func tanhSquared(_ a: Double) throws {
    let f = { (z: Double) -> Double in
      let t = Double.tanh(a * z + 0.3)
      return t * t
    }
    let smooth = try GaussianExpectation.smooth("tanh^2", f)
    let adaptive = try GaussianExpectation.adaptive("tanh^2", breakPoints: [-0.3 / a], absolute: 1e-13, f)
    #expect(smooth.status == .converged, "\(smooth)")
    #expect(adaptive.status == .converged, "\(adaptive)")
    #expect(abs(try smooth.get() - adaptive.get()) <= smooth.error + adaptive.error)
  }

  @Test("a kink or jump does not pass as smooth", arguments: [0, 0.1, 0.3333, 1.7])
  func kinkIsNoticed(_ place: Double) throws {
    for f in [{ @Sendable (z: Double) in abs(z - place) }, { @Sendable (z: Double) in z < place ? 0 : 1 }] {
      let smooth = try GaussianExpectation.smooth("kink", f)
      let truth = try GaussianExpectation.adaptive("kink", breakPoints: [place], f).get()
      #expect(abs(try smooth.get() - truth) <= 2 * smooth.error + 1e-10)
      #expect(smooth.status.name == "not-converged")
    }
  }

  @Test func cost() throws {
    var calls = 0
    let result = try GaussianExpectation.smooth("tanh") { z in
      calls += 1
      return .tanh(z + 1)
    }
    #expect(result.status == .converged && calls <= 165)
  }

  @Test func tailBeyondTheRangeIsNoticed() throws {
    let result = try GaussianExpectation.smooth("heavy", relative: 1e-12) { z in .exp(z * z * 0.49) }
    #expect(result.status.name == "not-converged")
  }

  @Test func failures() {
    for bad in [Double.nan, .infinity] {
      let smooth = #expect(throws: GSLError.self) { try GaussianExpectation.smooth("x") { $0 > 1 ? bad : 0 } }
      let kinked = #expect(throws: GSLError.self) {
        try GaussianExpectation.adaptive("x", breakPoints: [0]) { abs($0 - 0.3) < 0.2 ? bad : 0 }
      }
      #expect(smooth?.code == 9 && kinked?.code == 9)
      let plane = #expect(throws: GSLError.self) { try GaussianExpectation.smooth("x") { $0 + $1 > 1 ? bad : 0 } }
      #expect(plane?.code == 9)
    }
    func f(_ z: Double) throws -> Double { if z > 0.3 { throw Boom(x: 1) } else { z } }
    #expect(throws: Boom(x: 1)) { try GaussianExpectation.smooth("x") { z in try f(z) } }
    #expect(throws: Boom(x: 1)) { try GaussianExpectation.adaptive("x", breakPoints: [0]) { z in try f(z) } }
    #expect(throws: Boom(x: 1)) { try GaussianExpectation.smooth("x") { x, y in try f(x * y) } }
    for correlation in [1.1, -2, .nan] {
      #expect(throws: GSLError.self) { try GaussianExpectation.smooth("x", correlation: correlation) { $0 * $1 } }
    }
  }

  @Test(
    "E exp(a x + b y) for correlated variables", arguments: [(0.5, -1.0), (2, 1), (3, -2)], [0, 0.6, -0.99, 1, -1])
  func plane(_ ab: (Double, Double), _ correlation: Double) throws {
    let (a, b) = ab
    let truth = Double.exp((a * a + b * b + 2 * correlation * a * b) / 2)
    let result = try GaussianExpectation.smooth("exp", correlation: correlation) { x, y in .exp(a * x + b * y) }
    #expect(result.status == .converged, "\(result)")
    #expect(abs(try result.get() - truth) <= result.error + 4 * truth.ulp)
  }

  @Test("E |x y| for correlated variables", arguments: [0, 0.3, -0.8, 0.99, 1])
  func absoluteProduct(_ correlation: Double) throws {
    let spread = (1 - correlation * correlation).squareRoot()
    let truth = 2 / Double.pi * (spread + correlation * .asin(correlation))
    let result = try GaussianExpectation.adaptive(
      "|x y|", correlation: correlation, breakPoints: [0], inner: { _ in [0] }, { x, y in abs(x * y) })
    #expect(result.status == .converged, "\(result)")
    #expect(abs(try result.get() - truth) <= result.error)
    #expect(result.error < 1e-9)
  }
}
