// SPDX-License-Identifier: GPL-3.0-or-later

import SaddlepointNumerics
import Testing

/// Newton's method with a kept Jacobian.
@Suite struct ChordMethodTests {
  /// The root x = 1, y = 2 of two equations from a guess a tenth off, with the Jacobian of coarser equations.
  @Test func coarseJacobian() throws {
    func equations(_ x: [Double], _ noise: Double) -> [Double] {
      [x[0] * x[0] + x[1] - 3 + noise * x[0] * x[1], x[0] * x[1] * x[1] - 4 + noise * x[1]]
    }
    var chord = ChordMethod([1.1, 1.9])
    try chord.measure { equations($0, 1e-4) }
    _ = try chord.solve("coarse", until: 1e-5, updates: true) { equations($0, 1e-4) }
    try chord.measure { equations($0, 1e-4) }
    var count = 0
    let errors = try chord.solve("fine", until: 1e-13) { x in
      count += 1
      return equations(x, 0)
    }
    #expect(abs(chord.x[0] - 1) <= errors[0] && abs(chord.x[1] - 2) <= errors[1])
    #expect(errors.allSatisfy { $0 < 1e-12 })
    #expect(count <= 5)
  }

  /// Equations without a root, or with a singular Jacobian, are not solved.
  @Test func failures() throws {
    var chord = ChordMethod([1])
    #expect(throws: GSLError.self) { try chord.measure { _ in [1] } }
    try chord.measure { [$0[0] * $0[0] + 1] }
    #expect(throws: GSLError.self) { try chord.solve("none", until: 1e-12, updates: true) { [$0[0] * $0[0] + 1] } }
  }
}
