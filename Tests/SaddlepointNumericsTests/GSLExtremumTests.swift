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
  let interval: ClosedRange<Double>
  let position: Double
  let value: Double
  let f: @Sendable (Double) -> Double
  var testDescription: String { name }
}

private let inside = [
  Case(name: "parabola", interval: -3...10, position: 2, value: 1) { x in (x - 2) * (x - 2) + 1 },
  Case(name: "symmetric between samples", interval: -33...31, position: -1, value: 0) { x in abs(x + 1) },
  Case(name: "cosine", interval: 0...5, position: .pi, value: -1) { x in .cos(x) },
  Case(name: "two valleys", interval: -2...2, position: -1.0355, value: -0.3056) { x in
    (x * x - 1) * (x * x - 1) + 0.3 * x
  },
  Case(name: "infinite ends", interval: 0...1, position: 0.5, value: 4) { x in 1 / (x * (1 - x)) },
  Case(name: "close to the lower end", interval: 0...100, position: 1e-3, value: 0) { x in abs(x - 1e-3) },
  Case(name: "x log x", interval: 0...40, position: .exp(-1), value: -.exp(-1)) { x in x == 0 ? 0 : x * .log(x) },
]

private let atEnds = [
  Case(name: "rising", interval: 1...3, position: 1, value: 1) { x in x },
  Case(name: "falling", interval: 1...3, position: 3, value: -9) { x in -x * x },
  Case(name: "vertical slope", interval: 0...3, position: 0, value: 0) { x in x.squareRoot() },
  Case(name: "flat at the end", interval: 0...1, position: 0, value: 5) { x in 5 + x * x },
  Case(name: "one point", interval: 2...2, position: 2, value: 7) { _ in 7 },
]

@Suite struct GSLExtremumTests {
  @Test("minima and maxima inside", arguments: inside)
  private func interior(_ c: Case) throws {
    let low = try minimum(c.name, in: c.interval, c.f)
    let high = try maximum(c.name, in: c.interval) { -c.f($0) }
    for (x, sign) in [(low, 1.0), (high, -1)] {
      let rough = c.name == "two valleys" ? 1e-3 : 0
      #expect(abs(x.position - c.position) <= x.positionError + rough, "\(x)")
      #expect(abs(sign * x.value - c.value) <= 4e-7 + rough)
      #expect(x.positionError < 1e-6 * (c.interval.upperBound - c.interval.lowerBound))
      #expect(!x.isAtEnd && x.evaluations < 150)
      #expect(sign * x.value == c.f(x.position))
    }
  }

  @Test("minima and maxima at an end", arguments: atEnds)
  private func ends(_ c: Case) throws {
    let low = try minimum(c.name, in: c.interval, c.f)
    let high = try maximum(c.name, in: c.interval) { -c.f($0) }
    for (x, sign) in [(low, 1.0), (high, -1)] {
      #expect(x.position == c.position && sign * x.value == c.value && x.isAtEnd)
      #expect(x.positionError == 0)
    }
  }

  @Test func plateau() throws {
    let flat = try minimum("flat", in: 0...1) { _ in 3 }
    #expect(flat.value == 3)
    let trough = try minimum("trough", in: -2...2) { x in max(abs(x), 1) }
    #expect(trough.value == 1 && abs(trough.position) <= 1)
  }

  @Test func failures() {
    for interval in [0...Double.infinity, -Double.infinity...0] {
      #expect(throws: GSLError.self) { try minimum("x", in: interval) { $0 } }
    }
    let nan = #expect(throws: GSLError.self) { try maximum("x", in: 0...1) { $0 > 0.9 ? .nan : $0 } }
    #expect(nan?.code == 9)
    let late = #expect(throws: GSLError.self) {
      try minimum("x", in: 0...1) { x in abs(x - 0.7) < 1e-3 ? .nan : abs(x - 0.7) }
    }
    #expect(late?.code == 9)
    #expect(throws: GSLError.self) { try minimum("x", in: 0...1) { $0 == 0.5 ? -.infinity : 0 } }
    func f(_ x: Double) throws -> Double { if abs(x - 0.7) < 1e-3 { throw Boom(x: 4) } else { abs(x - 0.7) } }
    #expect(throws: Boom(x: 4)) { try minimum("x", in: 0...1) { x in try f(x) } }
    #expect(throws: Boom(x: 4)) { try maximum("x", in: 0...1) { x in -(try f(x)) } }
  }
}

@Suite struct GSLVectorMinimumTests {
  /// The lowest point of the banana valley is (1, 1).
  private func banana(_ x: [Double]) -> Double {
    let (a, b) = (1 - x[0], x[1] - x[0] * x[0])
    return a * a + 100 * b * b + 2
  }

  private func slope(_ x: [Double]) -> [Double] {
    [-2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] * x[0]), 200 * (x[1] - x[0] * x[0])]
  }

  @Test("the banana valley", arguments: [[-1.2, 1], [3, 3], [0, -5]])
  func valley(_ start: [Double]) throws {
    let simplex = try minimum("banana", start: start, steps: [1, 0.5], banana)
    let quasiNewton = try minimum("banana", start: start, gradient: slope, banana)
    for low in [simplex, quasiNewton] {
      #expect(low.status == .converged, "\(low)")
      #expect(abs(low.position[0] - 1) < 2e-6 && abs(low.position[1] - 1) < 4e-6)
      #expect(abs(low.value - 2) < 1e-13)
    }
  }

  @Test func constraintByInfinity() throws {
    let low = try minimum("half plane", start: [2, 2], steps: [0.5, 0.5]) { x in
      x[0] < 1 ? .infinity : x[0] + x[1] * x[1]
    }
    #expect(abs(low.value - 1) < 1e-6)
  }

  @Test func failures() {
    let nan = #expect(throws: GSLError.self) {
      try minimum("x", start: [1, 1], steps: [1, 1]) { x in x[0] < 0.5 ? .nan : x[0] + x[1] * x[1] }
    }
    #expect(nan?.code == 9)
    #expect(throws: GSLError.self) { try minimum("x", start: [1], steps: [1, 1]) { $0[0] } }
    #expect(throws: GSLError.self) { try minimum("x", start: [1], steps: [0]) { $0[0] } }
    #expect(throws: GSLError.self) { try minimum("x", start: [], steps: []) { _ in 0 } }
    #expect(throws: GSLError.self) { try minimum("x", start: [0], steps: [1]) { _ in .infinity } }
    #expect(throws: GSLError.self) { try minimum("x", start: [3, 3], gradient: { _ in [1] }, banana) }
    #expect(throws: GSLError.self) { try minimum("x", start: [3, 3], step: -1, gradient: slope, banana) }
    #expect(throws: Boom(x: 1)) { try minimum("x", start: [3], steps: [1]) { _ in throw Boom(x: 1) } }
    let throwing = { (x: [Double]) throws -> [Double] in throw Boom(x: 2) }
    #expect(throws: Boom(x: 2)) { try minimum("x", start: [3], gradient: throwing) { x in x[0] * x[0] } }
    let unbounded = try? minimum("x", start: [0], gradient: { _ in [1] }, { x in x[0] })
    #expect(unbounded?.status != .converged)
  }
}
