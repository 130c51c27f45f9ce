// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LandscapeDynamics
import LandscapeModels
import SaddlepointCore
import SaddlepointTestSupport
import Testing

@Suite struct EscapeDivergenceTests {
  private static let question = DynamicsQuestions.spikedMatrixTensor.first { $0.name == "dynamics --divergence" }

  private func rows(_ overlap: Double, _ target: Double, temperature: Double) throws -> [[Quantity: Double]] {
    let question = try #require(Self.question)
    let point = Point(
      [.p, .deltap, .temperature, .initialOverlap, .untilOverlap],
      [.number(3), .number(1), .number(temperature), .number(overlap), .number(target)])
    return try question.answer(point).map { answer in
      var row: [Quantity: Double] = [:]
      for (column, cell) in zip(question.columns, answer.cells) {
        if case .number(let x) = cell { row[column.quantity] = x }
      }
      return row
    }
  }

  @Test func theFitIsAPowerLawThroughTheTimesAndTheLineIsClosedForm() throws {
    let found = try rows(0.08, 0.1, temperature: 0)
    #expect(found.count == 4)
    for row in found {
      let (f, time) = (try #require(row["inverse_delta2"]), try #require(row["escape_time"]))
      #expect(row["line"] == 2)
      let escape = try SphericalDynamics(
        SpikedMatrixTensor(p: 3, delta2: 1 / f, deltap: 1), temperature: 0, initialOverlap: 0.08
      ).escape(to: 0.1, by: 50)
      #expect(abs(try escape.time.get() - time) < 1e-9)
      let (fitted, residual) = (try #require(row["fitted_time"]), try #require(row["residual"]))
      #expect(abs(log(time / fitted) - residual) < 1e-12)
    }
    // Three parameters and four points: residuals are orthogonal to a constant and to ln(f - f_c).
    let (critical, exponent) = (try #require(found[0]["critical"]), try #require(found[0]["exponent"]))
    let residuals = found.map { $0["residual"] ?? .nan }
    let x = found.map { log(($0["inverse_delta2"] ?? .nan) - critical) }
    #expect(abs(residuals.reduce(0, +)) < 1e-10)
    #expect(abs(zip(residuals, x).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-9)
    // And to the derivative by f_c, 1/(f - f_c).
    #expect(abs(zip(residuals, x).reduce(0) { $0 + $1.0 * exp(-$1.1) }) < 1e-6)
    #expect(exponent > 0 && critical < 2.2)
  }

  @Test(.enabled(if: runsSlowTests))
  func theExtrapolationDependsOnTheInitialOverlap() throws {
    // Theory sheet, section 6: 1.940 with exponent 1.59 at 1e-10.
    let found = try rows(1e-10, 0.1, temperature: 0)
    #expect(abs(try #require(found[0]["critical"]) - 1.940) < 1e-3)
    #expect(abs(try #require(found[0]["exponent"]) - 1.59) < 5e-3)
  }
}
