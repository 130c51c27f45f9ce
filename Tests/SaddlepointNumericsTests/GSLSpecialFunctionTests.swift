// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics
import Testing

private struct Case: Sendable, CustomTestStringConvertible {
  let name: String
  let f: @Sendable (Double) throws -> Double
  /// Arguments and values, the latter from mpmath with 40 digits.
  let table: [(Double, Double)]
  var testDescription: String { name }
}

private let cases = [
  Case(
    name: "log1pmx", f: { try Special.log1pmx($0) },
    table: [
      (1e-09, -4.999999996666667e-19), (-0.3, -0.056674943938732375), (0.5, -0.09453489189183562),
      (-0.999, -5.908755278982136), (7.5, -5.359933836503729), (1e10, -9999999976.97415),
      (.infinity, -.infinity), (0, 0),
    ]),
  Case(
    name: "erf", f: { Special.erf($0) },
    table: [
      (1e-05, 1.1283791670579e-05), (0.5, 0.5204998778130465), (-2.25, -0.9985372834133188),
      (4, 0.9999999845827421), (.infinity, 1), (-.infinity, -1),
    ]),
  Case(
    name: "erfc", f: { Special.erfc($0) },
    table: [
      (0.5, 0.4795001221869535), (-2.25, 1.9985372834133188), (4, 1.541725790028002e-08),
      (26, 5.663192408856143e-296), (30, 0), (.infinity, 0), (-.infinity, 2),
    ]),
  Case(
    name: "logErfc", f: { Special.logErfc($0) },
    table: [
      (-1.5, 0.6760545027339606), (0.01, -0.011347556229491487), (5, -27.200889545537436),
      (30, -903.9741171106439), (1000, -1000007.4801207219), (-.infinity, .log(2)), (.infinity, -.infinity),
    ]),
  Case(
    name: "hazard", f: { Special.hazard($0) },
    table: [
      (-5, 1.4867199409049056e-06), (0, 0.7978845608028654),
      (2, 2.373215532822841), (30, 30.033259667433676), (300, 300.0033332592634), (-50, 0), (.infinity, .infinity),
      (-.infinity, 0),
    ]),
  Case(
    name: "lgamma", f: { try Special.lgamma($0) },
    table: [
      (0.5, 0.5723649429247001), (-1.5, 0.860047015376481), (10, 12.801827480081469), (1e-08, 18.42068073818021),
      (1e6, 12815504.569147611), (.infinity, .infinity),
    ]),
  Case(
    name: "gamma", f: { try Special.gamma($0) },
    table: [
      (0.5, 1.772453850905516), (-1.5, 2.363271801207355), (20.25, 2.5604013332847648e+17),
      (171, 7.257415615307999e+306),
    ]),
  Case(
    name: "W0", f: { try Special.lambertW0($0) },
    table: [
      (-0.36, -0.8060843159708176), (-0.1, -0.11183255915896297), (0, 0), (1e-06, 9.999990000015e-07),
      (0.5, 0.35173371124919584), (1, 0.5671432904097838), (20, 2.20500327802406), (1e10, 20.028685413304952),
    ]),
  Case(
    name: "W-1", f: { try Special.lambertWm1($0) },
    table: [
      (-0.36, -1.2227701339785062), (-0.1, -3.577152063957297), (-1e-06, -16.626508901372475),
      (-1e-100, -235.72115887568532),
    ]),
  Case(
    name: "I0 scaled", f: { Special.besselI0Scaled($0) },
    table: [
      (0, 1), (0.1, 0.9071009257823011), (-2, 0.30850832255367105), (30, 0.0731459464822373),
      (1e4, 0.003989472674604732), (.infinity, 0),
    ]),
  Case(
    name: "I1 scaled", f: { Special.besselI1Scaled($0) },
    table: [
      (0, 0), (0.1, 0.045298446808809324), (-2, -0.21526928924893765), (30, 0.07191633059864755),
      (1e4, 0.003989273195983662), (-.infinity, 0),
    ]),
  Case(
    name: "Dawson", f: { Special.dawson($0) },
    table: [
      (0, 0), (0.1, 0.09933599239785286), (-1, -0.5380795069127684), (5, 0.10213407442427684),
      (100, 0.005000250037509378), (.infinity, 0),
    ]),
]

@Suite struct GSLSpecialFunctionTests {
  @Test("values of mpmath", arguments: cases)
  private func values(_ c: Case) throws {
    for (x, truth) in c.table {
      let value = try c.f(x)
      #expect(value == truth || abs(value - truth) <= 4e-15 * abs(truth), "\(c.name)(\(x)) = \(value), not \(truth)")
    }
  }

  @Test("W exp W = x on both branches", arguments: [-0.367, -0.3, -0.05, -1e-10])
  func inverse(_ x: Double) throws {
    for w in [try Special.lambertW0(x), try Special.lambertWm1(x)] { #expect(abs(w * .exp(w) / x - 1) < 1e-13) }
    #expect(try Special.lambertW0(x) > -1 && Special.lambertWm1(x) < -1)
  }

  @Test func branchPoint() throws {
    #expect(abs(try Special.lambertW0(-Double.exp(-1)) + 1) < 1e-7)
    #expect(abs(try Special.lambertWm1(-Double.exp(-1)) + 1) < 1e-7)
  }

  @Test func outsideTheDomain() {
    for x: Double in [-1, -2, -.infinity, .nan] { #expect(throws: GSLError.self) { try Special.log1pmx(x) } }
    for x: Double in [0, -1, -7, -.infinity, .nan] {
      #expect(throws: GSLError.self) { try Special.lgamma(x) }
      #expect(throws: GSLError.self) { try Special.gamma(x) }
    }
    for x: Double in [-0.4, .nan, .infinity, -.infinity] { #expect(throws: GSLError.self) { try Special.lambertW0(x) } }
    for x: Double in [-0.4, 0, 1, .nan, -.infinity] { #expect(throws: GSLError.self) { try Special.lambertWm1(x) } }
    let overflow = #expect(throws: GSLError.self) { try Special.gamma(180) }
    #expect(overflow?.message == "overflow")
    #expect(overflow?.context == "Gamma at 180.0")
  }

  @Test("NaN in, NaN out, where defined everywhere")
  func notANumber() {
    let total: [(Double) -> Double] = [
      Special.erf, Special.erfc, Special.logErfc, Special.hazard, Special.besselI0Scaled, Special.besselI1Scaled,
      Special.dawson,
    ]
    for f in total { #expect(f(.nan).isNaN) }
  }
}
