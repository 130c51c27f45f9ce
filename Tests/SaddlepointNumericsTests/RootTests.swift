// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SaddlepointNumerics
import Testing

private struct Interruption: Error, Equatable {}

@Suite struct RootTests {
  @Test func knownRoots() throws {
    let lambert = try brentRoot("Lambert", in: 0...2) { SpecialFunctions.lambertW0($0) - 0.5 }
    #expect(abs(lambert.value - exp(0.5) / 2) < 4e-16)
    let dottie = try brentRoot("cosine", in: 0...1) { cos($0) - $0 }
    #expect(abs(dottie.value - 0.7390851332151607) < 3e-16)
    #expect(dottie.bracket.upperBound - dottie.bracket.lowerBound <= 4 * dottie.value.ulp)
    #expect(dottie.bracket.contains(dottie.value))
    #expect(dottie.evaluations < 25)
  }

  @Test func rootsAtTheEnds() throws {
    #expect(try brentRoot("left", in: 0...1) { $0 }.value == 0)
    #expect(try brentRoot("right", in: -1...0) { $0 }.value == 0)
  }

  @Test(arguments: [1e-300, 1e-100, 1e-12, 0.999999999]) func farScales(root: Double) throws {
    let found = try brentRoot("scale", in: 0...1) { $0 - root }
    #expect(abs(found.value / root - 1) < 1e-15)
    let steep = try brentRoot("steep", in: Double.leastNonzeroMagnitude...1) { log($0 / root) }
    #expect(abs(steep.value / root - 1) < 1e-13)
  }

  @Test func discontinuitiesAreBracketed() throws {
    let jump = try brentRoot("jump", in: 0...1) { $0 < 0.3 ? -1 : 1 }
    #expect(abs(jump.value - 0.3) < 1e-15)
  }

  @Test func refusals() {
    let noSign = #expect(throws: GSLError.self) { try brentRoot("a bracket", in: 0...1) { $0 + 1 } }
    #expect(noSign?.code == 4)
    #expect(noSign?.description.contains("a bracket") == true)
    #expect(throws: GSLError.self) { try brentRoot("NaN", in: 0...1) { _ in .nan } }
    #expect(throws: GSLError.self) { try brentRoot("NaN inside", in: -1...1) { abs($0) < 0.9 ? .nan : $0 } }
    #expect(throws: GSLError.self) { try brentRoot("infinite", in: 0...Double.infinity) { $0 - 1 } }
  }

  @Test func whatIsThrownComesOutAndEndsTheCalls() {
    var calls = 0
    #expect(throws: Interruption()) {
      try brentRoot("throwing", in: 0...1) { x throws -> Double in
        calls += 1
        if calls == 4 { throw Interruption() }
        return cos(x) - x
      }
    }
    #expect(calls == 4)
  }

  @Test(arguments: [0.1, 0.9, 5]) func newtonAgreesWithBrent(start: Double) throws {
    let newton = try newtonRoot("cubic", in: 0...2, start: start) { ($0 * $0 * $0 - 2, 3 * $0 * $0) }
    #expect(abs(newton.value - cbrt(2)) < 4e-16)
    #expect(newton.evaluations < 30)
  }

  @Test func newtonIsSafeguarded() throws {
    // The derivative vanishes at the start, and the plain method would leave the bracket.
    let flat = try newtonRoot("flat", in: -4...3, start: 0) {
      (atan($0 - 1), $0 == 0 ? 0 : 1 / (1 + ($0 - 1) * ($0 - 1)))
    }
    #expect(abs(flat.value - 1) < 1e-15)
    #expect(throws: GSLError.self) { try newtonRoot("none", in: 0...1, start: 0.5) { ($0 + 1, 1) } }
  }
}

@Suite struct SystemRootTests {
  private let rosenbrock: ([Double], inout [Double]) -> Void = { x, f in
    f[0] = 1 - x[0]
    f[1] = 10 * (x[1] - x[0] * x[0])
  }

  @Test func withAndWithoutJacobian() throws {
    for jacobian in [
      nil,
      { (x: [Double], j: inout [Double]) in
        j[0] = -1
        j[1] = 0
        j[2] = -20 * x[0]
        j[3] = 10
      },
    ] as [(([Double], inout [Double]) throws -> Void)?] {
      let root = try systemRoot("Rosenbrock", start: [-10, -5], jacobian: jacobian, rosenbrock)
      #expect(abs(root.values[0] - 1) < 1e-12 && abs(root.values[1] - 1) < 1e-12)
      #expect(root.residual < 1e-12)
    }
  }

  @Test func threeUnknowns() throws {
    // Symmetric functions of 1, 2, 3.
    let root = try systemRoot("symmetric", start: [0.5, 2.2, 3.5], tolerance: 1e-11) { x, f in
      f[0] = x[0] + x[1] + x[2] - 6
      f[1] = x[0] * x[1] + x[1] * x[2] + x[2] * x[0] - 11
      f[2] = x[0] * x[1] * x[2] - 6
    }
    for (x, truth) in zip(root.values.sorted(), [1.0, 2, 3]) { #expect(abs(x - truth) < 1e-10) }
  }

  @Test func refusals() {
    #expect(throws: GSLError.self) { try systemRoot("none", start: [1]) { x, f in f[0] = x[0] * x[0] + 1 } }
    #expect(throws: GSLError.self) { try systemRoot("NaN", start: [1]) { _, f in f[0] = .nan } }
    #expect(throws: GSLError.self) { try systemRoot("empty", start: []) { _, _ in } }
    var calls = 0
    #expect(throws: Interruption()) {
      try systemRoot("throwing", start: [3, 4]) { x, f in
        calls += 1
        if calls == 5 { throw Interruption() }
        f[0] = x[0] - 1
        f[1] = x[1] * x[1] - 2
      }
    }
    #expect(calls == 5)
  }
}

@Suite struct MinimisationTests {
  @Test func inside() throws {
    let lowest = try minimum("parabola", in: -3...5) { ($0 - 1.234) * ($0 - 1.234) + 7 }
    #expect(abs(lowest.argument - 1.234) <= lowest.argumentError && lowest.argumentError < 1e-6)
    #expect(abs(lowest.value - 7) < 1e-14 && !lowest.isAtEnd)
    let highest = try maximum("sine", in: 0...Double.pi) { sin($0) }
    #expect(abs(highest.value - 1) < 1e-15)
  }

  @Test func atTheEnds() throws {
    let left = try minimum("rising", in: 2...3) { $0 * $0 }
    #expect(left.argument == 2 && left.value == 4 && left.isAtEnd)
    let right = try maximum("rising", in: 2...3) { $0 * $0 }
    #expect(right.argument == 3 && right.value == 9 && right.isAtEnd)
    // Just inside the end.
    let near = try minimum("near the end", in: 0...1) { ($0 - 0.001) * ($0 - 0.001) }
    #expect(abs(near.argument - 0.001) < 1e-7 && !near.isAtEnd)
  }

  @Test func lowestOfSeveral() throws {
    let lowest = try minimum("two wells", in: -2...2, samples: 33) { pow($0 * $0 - 1, 2) + 0.1 * $0 }
    #expect(abs(lowest.argument + 1.0122) < 1e-3)
  }

  @Test func refusesWhatIsNotFinite() {
    #expect(throws: GSLError.self) { try minimum("NaN", in: 0...1) { $0 > 0.4 ? .nan : $0 } }
  }

  @Test func severalVariables() throws {
    let f = { (x: [Double]) -> Double in 100 * pow(x[1] - x[0] * x[0], 2) + pow(1 - x[0], 2) }
    let simplex = try systemMinimum("Rosenbrock", start: [-1.2, 1], f)
    #expect(abs(simplex.arguments[0] - 1) < 1e-5 && abs(simplex.arguments[1] - 1) < 1e-5)
    let bfgs = try systemMinimum(
      "Rosenbrock", start: [-1.2, 1], step: 0.01,
      gradient: { x, g in
        g[0] = -400 * x[0] * (x[1] - x[0] * x[0]) - 2 * (1 - x[0])
        g[1] = 200 * (x[1] - x[0] * x[0])
      }, f)
    #expect(abs(bfgs.arguments[0] - 1) < 1e-8 && abs(bfgs.arguments[1] - 1) < 1e-8)
    var calls = 0
    #expect(throws: Interruption()) {
      try systemMinimum("throwing", start: [1, 2]) { _ in
        calls += 1
        if calls == 6 { throw Interruption() }
        return Double(calls)
      }
    }
    #expect(calls == 6)
  }
}
