// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SaddlepointCore
import Testing

@Suite struct ExpressionTests {
  @Test(arguments: [
    ("1+2*3", 7.0), ("2^3^2", 512), ("-2^2", -4), ("(-2)^2", 4), ("2**3", 8), ("6/3/2", 1), ("2^-1", 0.5),
    ("1e3+1.5E-1", 1000.15), (".5", 0.5), ("max(2,3)-min(2,3)", 1), ("--2", 2), ("2*-3", -6), ("sqrt(abs(-16))", 4),
    ("cos(pi)", -1), ("sign(-3)+step(2)", 0), ("log(exp(2))", 2), ("2e", .nan),
  ]) func numbers(text: String, value: Double) throws {
    if value.isNaN {
      #expect(throws: ExpressionError.self) { try Expression(text, variables: []) }
    } else {
      #expect(abs(try Expression(text, variables: [])() - value) < 1e-15 * max(1, abs(value)), "\(text)")
    }
  }

  /// Derivatives against central differences of the values, with Richardson's extrapolation.
  @Test(arguments: [
    "(z^2-y^2)^2/4", "(z^2-y^2)^2/(0.1+y^2)", "tanh(z*y)+log(1+z^2)", "exp(-z^2/2)*sin(3*z)/z", "sqrt(1+z^2)^3",
    "z^1.5/(1+z)^0.5", "z^y", "atan(z)+erf(z)-cosh(z)/sinh(z+2)", "expm1(z)*log1p(z)+tan(z/3)", "abs(z-5)*z^2",
    "max(z,y)^3", "1/z^3", "cos(z)^2-min(z,y)",
  ]) func derivativesAreExact(text: String) throws {
    let expression = try Expression(text, variables: ["y", "z"])
    for (y, z) in [(0.7, 1.3), (1.9, 0.4)] {
      let jet = expression(Jet(y), Jet.variable(z))
      let f = { (t: Double) -> Double in expression(y, t) }
      #expect(jet.value == f(z))
      func first(_ h: Double) -> Double { (f(z + h) - f(z - h)) / (2 * h) }
      func second(_ h: Double) -> Double { (f(z + h) - 2 * f(z) + f(z - h)) / (h * h) }
      let slope = (4 * first(5e-4) - first(1e-3)) / 3
      let bend = (4 * second(1e-3) - second(2e-3)) / 3
      #expect(abs(jet.first - slope) < 1e-9 * max(1, abs(slope)), "\(text)")
      #expect(abs(jet.second - bend) < 1e-7 * max(1, abs(bend)), "\(text)")
    }
  }

  /// One formula in Swift for any scalar is the same as its text.
  @Test func genericFormulasAgreeWithText() throws {
    func formula<S: DifferentiableScalar>(_ y: S, _ z: S) -> S {
      (z.squared - y.squared).squared / (1 + y.squared) + z.applying(.tanh).power(3) - z.power(0.5)
    }
    let text = try Expression("(z^2-y^2)^2/(1+y^2)+tanh(z)^3-z^0.5", variables: ["y", "z"])
    for z in [0.3, 1.1, 2.7] {
      let (a, b) = (formula(Jet(0.8), .variable(z)), text(Jet(0.8), Jet.variable(z)))
      #expect(abs(a.value - b.value) + abs(a.first - b.first) + abs(a.second - b.second) < 1e-13 * abs(a.second))
      #expect(formula(0.8, z) == a.value)
    }
  }

  @Test func blocksAreTheSameAsPoints() throws {
    let expression = try Expression("(z^2-y^2)^2/(0.1+y^2)+log(1+z^2)*exp(-y)", variables: ["y", "z"])
    let points = (0..<301).map { (y: 0.01 * Double($0), z: 3 - 0.02 * Double($0)) }
    var values = [Jet](repeating: 0, count: points.count)
    expression.evaluate(count: points.count) { index, point in
      index == 0 ? Jet(points[point].y) : Jet.variable(points[point].z)
    } store: {
      values[$0] = $1
    }
    for (point, value) in zip(points, values) { #expect(value == expression(Jet(point.y), .variable(point.z))) }
  }

  @Test(arguments: [
    ("(z^2-", 6, "missing"), ("(z^2-q^2)^2", 6, "'q'"), ("z+)", 3, "not expected"), ("z)", 2, "closes no"),
    ("(z", 1, "not closed"), ("tanhh(z)", 1, "tanh"), ("z 2", 3, "not expected"), ("", 1, "missing"),
    ("1/0+z", 2, "divides by zero"), ("log(0)*z", 1, "not a finite"), ("max(z)", 1, "takes 2"),
    ("exp z", 1, "parenthes"),
    ("z^", 3, "missing"), ("3..2*z", 3, "not expected"), ("1e999", 1, "no finite"), ("z$", 2, "not expected"),
  ]) func errorsNameThePlace(text: String, position: Int, message: String) throws {
    do {
      _ = try Expression(text, variables: ["y", "z"])
      Issue.record("\(text) was accepted")
    } catch {
      #expect(error.position == position, "\(error)")
      #expect(error.description.contains(message), "\(error)")
    }
  }

  @Test func hostileNestingIsRefused() {
    let deep = String(repeating: "(", count: 100_000)
    #expect(throws: ExpressionError.self) { try Expression(deep + "z", variables: ["z"]) }
    #expect(throws: ExpressionError.self) {
      try Expression(String(repeating: "-", count: 100_000) + "z", variables: ["z"])
    }
  }

  @Test func valuesThatAreNotFiniteAreFound() throws {
    let quotient = try Expression("1+z/(y-1)", variables: ["y", "z"])
    let error = try #require(quotient.failure(at: [1, .variable(2)]))
    #expect(error.position == 4 && error.description.contains("divides by zero at y = 1, z = 2"))
    #expect(quotient.failure(at: [2, .variable(2)]) == nil)
    let root = try Expression("sqrt(z)", variables: ["z"])
    #expect(root.failure(at: [.variable(0)])?.message.contains("derivative") == true)
    #expect(root.failure(at: [.variable(-1)])?.message.contains("not finite") == true)
  }

  @Test func kinksAreFoundInTheirVariable() throws {
    let expression = try Expression("(abs(y)-z)^2", variables: ["y", "z"])
    #expect(expression.roughness(in: "z") == nil)
    #expect(expression.roughness(in: "y")?.position == 2)
    #expect(try Expression("max(z,0)", variables: ["z"]).roughness(in: "z") != nil)
  }
}
