// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics
import Testing

@Suite struct GSLInterpolantTests {
  @Test("passes through its points and reproduces straight lines", arguments: Interpolant.Kind.allCases)
  func straightLine(_ kind: Interpolant.Kind) throws {
    let x = [-1, 0, 0.5, 2, 3, 7]
    let y = x.map { 2 - 3 * $0 }
    let curve = try Interpolant("line", x: x, y: y, kind: kind)
    for t in [-1, -0.3, 0.5, 1, 2.2, 6, 7] {
      #expect(abs(try curve.value(at: t) - (2 - 3 * t)) < 1e-13)
      #expect(abs(try curve.derivative(at: t) + 3) < 1e-13)
    }
    #expect(abs(try curve.integral(from: -1, to: 7) - (16 - 1.5 * 48)) < 1e-12)
    #expect(try curve.integral(from: 2, to: 1) == -curve.integral(from: 1, to: 2))
    #expect(curve.range == -1...7)
  }

  @Test("error of the spline falls with the fourth power of the spacing")
  func order() throws {
    // sin has vanishing second derivatives at 0 and pi, as the natural spline.
    func error(_ n: Int) throws -> Double {
      let x = (0...n).map { Double.pi * Double($0) / Double(n) }
      let curve = try Interpolant("sin", x: x, y: x.map { .sin($0) })
      return try (0..<n).map { i in
        let t = 0.5 * (x[i] + x[i + 1])
        return abs(try curve.value(at: t) - .sin(t))
      }.reduce(0, max)
    }
    let ratio = try error(20) / error(40)
    #expect(abs(ratio - 16) < 1)
    #expect(try error(40) < 1e-6)
  }

  @Test func shapes() throws {
    let x = (0...9).map(Double.init)
    let y = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1.0]
    let steffen = try Interpolant("step", x: x, y: y, kind: .steffen)
    let spline = try Interpolant("step", x: x, y: y, kind: .cubicSpline)
    let fine = (0...900).map { Double($0) / 100 }
    #expect(try fine.allSatisfy { try (0...1).contains(steffen.value(at: $0)) })
    #expect(try fine.contains { try spline.value(at: $0) > 1.05 })
  }

  @Test func secondDerivativeOfAParabolaByHand() throws {
    // Natural spline through (-1, 1), (0, 0), (1, 1): second derivative 3 at the middle point, 0 at the ends.
    let curve = try Interpolant("parabola", x: [-1, 0, 1], y: [1, 0, 1])
    #expect(abs(try curve.secondDerivative(at: 0) - 3) < 1e-14)
    #expect(abs(try curve.secondDerivative(at: -1)) < 1e-14)
    #expect(abs(try curve.value(at: 0.5) - 0.3125) < 1e-15)
  }

  @Test("arguments outside are refused", arguments: [-0.001, 2.001, .nan, .infinity])
  func outside(_ x: Double) throws {
    let curve = try Interpolant("x", x: [0, 1, 2], y: [0, 1, 0])
    for f in [curve.value, curve.derivative, curve.secondDerivative] {
      #expect(throws: GSLError.self) { try f(x) }
    }
    #expect(throws: GSLError.self) { try curve.integral(from: x, to: 1) }
    #expect(throws: GSLError.self) { try curve.integral(from: 1, to: x) }
  }

  @Test func pointsThatMakeNoSense() {
    for (x, y) in [
      ([0.0, 1], [0.0, 1]), ([], []), ([0, 1, 1], [0, 1, 2]), ([0, 2, 1], [0, 1, 2]), ([0, 1, 2], [0, 1]),
      ([0, .nan, 2], [0, 1, 2]), ([0, 1, 2], [0, .infinity, 2]),
    ] {
      let error = #expect(throws: GSLError.self) { try Interpolant("points", x: x, y: y) }
      #expect(error?.code == 4)
    }
    #expect(throws: GSLError.self) { try Interpolant("a", x: [0, 1, 2, 3], y: [0, 1, 2, 3], kind: .akima) }
  }
}
