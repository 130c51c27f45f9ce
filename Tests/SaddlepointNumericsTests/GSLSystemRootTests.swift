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
  let start: [Double]
  let truth: [Double]
  let f: @Sendable ([Double]) -> [Double]
  let jacobian: @Sendable ([Double]) -> [Double]
  var testDescription: String { name }
}

private let cases = [
  Case(
    name: "Rosenbrock", start: [-10, -5], truth: [1, 1], f: { [1 - $0[0], 10 * ($0[1] - $0[0] * $0[0])] },
    jacobian: { [-1, 0, -20 * $0[0], 10] }),
  Case(
    name: "circle and diagonal", start: [1, 0.5], truth: [Double.sqrt(0.5), .sqrt(0.5)],
    f: { [$0[0] * $0[0] + $0[1] * $0[1] - 1, $0[0] - $0[1]] }, jacobian: { [2 * $0[0], 2 * $0[1], 1, -1] }),
  Case(
    name: "cubic in one unknown", start: [3], truth: [.root(5, 3)], f: { [$0[0] * $0[0] * $0[0] - 5] },
    jacobian: { [3 * $0[0] * $0[0]] }),
  Case(
    name: "exponentials", start: [0.5, 0.5, 0.5], truth: [.log(2), .log(3), 0],
    f: { [.exp($0[0]) - 2, .exp($0[1]) * .cos($0[2]) - 3, .sin($0[2]) + $0[2]] },
    jacobian: { x in
      [
        .exp(x[0]), 0, 0, 0, .exp(x[1]) * .cos(x[2]), -.exp(x[1]) * .sin(x[2]), 0, 0, .cos(x[2]) + 1,
      ]
    }),
]

@Suite struct GSLSystemRootTests {
  @Test("known roots, with errors that bound the truth", arguments: cases, [1e-6, 1e-12])
  private func roots(_ c: Case, _ tolerance: Double) throws {
    let free = try systemRoot(c.name, start: c.start, tolerance: tolerance, c.f)
    let guided = try systemRoot(c.name, start: c.start, tolerance: tolerance, jacobian: c.jacobian, c.f)
    for root in [free, guided] {
      #expect(root.status == .converged)
      #expect(root.residuals == c.f(root.values))
      for i in c.truth.indices {
        #expect(abs(root.values[i] - c.truth[i]) <= root.errors[i])
        #expect(root[i].agrees(with: c.truth[i], within: tolerance * max(1, abs(c.truth[i]))))
      }
    }
  }

  @Test func noRoot() throws {
    let root = try systemRoot("no root", start: [0.3, 1]) { x in [x[0] * x[0] + 1, x[1]] }
    #expect(root.status.name == "not-converged")
    #expect(root[0].status.name == "not-converged")
  }

  @Test func doubleRootIsNotSure() throws {
    let root = try systemRoot("double", start: [1, 1]) { x in [x[0] * x[0], x[1] - 2] }
    #expect(abs(root.values[0]) < 1e-2)
    #expect(root.status.name == "not-converged" || abs(root.values[0]) <= root.errors[0] * 1.01, "\(root)")
  }

  @Test func failures() {
    let outside = #expect(throws: GSLError.self) { try systemRoot("x", start: [1]) { x in [.log(x[0] - 2)] } }
    #expect(outside?.code == 9)
    let short = #expect(throws: GSLError.self) { try systemRoot("x", start: [1, 2]) { x in [x[0]] } }
    #expect(short?.code == 19)
    let wrong = #expect(throws: GSLError.self) {
      let jacobian = { (x: [Double]) in x }
      return try systemRoot("x", start: [1, 2], jacobian: jacobian) { x in x }
    }
    #expect(wrong?.code == 19)
    for start in [[], [Double.nan], [1, .infinity]] {
      #expect(throws: GSLError.self) { try systemRoot("x", start: start) { $0 } }
    }
    #expect(throws: Boom(x: 2)) {
      try systemRoot("x", start: [5]) { x in if x[0] < 4 { throw Boom(x: 2) } else { [x[0] - 1] } }
    }
    let throwing = { (x: [Double]) throws -> [Double] in throw Boom(x: 3) }
    #expect(throws: Boom(x: 3)) { try systemRoot("x", start: [5], jacobian: throwing) { x in [x[0] - 1] } }
  }
}
