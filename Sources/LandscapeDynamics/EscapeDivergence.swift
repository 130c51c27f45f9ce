// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics

/// Escape times above a threshold line, fitted by a power law whose divergence estimates the line, as is done in the field.
///
/// The result depends on m(0), and at fixed m(0) the escape time is finite on the line: the fit is a caution, not a method.
///
/// Source: theory sheet *dynamics*, section 6.
struct EscapeDivergence {
  /// 1/Delta2 of the points in units of the line's.
  private static let factors = [1.1, 1.15, 1.25, 1.5]

  /// f_c of t = A (f - f_c)^-nu, nu, and ln t minus the fit at each point.
  let critical: Double
  let exponent: Double
  let residuals: [Double]

  /// The least-squares fit in ln t.
  init?(_ f: [Double], _ times: [Double]) {
    guard let nearest = f.min(), f.count > 3, times.allSatisfy({ $0 > 0 }) else { return nil }
    // Linear in ln(f - f_c); one number is left to be looked for.
    func line(_ critical: Double) -> (slope: Double, residuals: [Double]) {
      let x = f.map { Double.log($0 - critical) }
      let y = times.map { Double.log($0) }
      let count = Double(x.count)
      let (mx, my) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
      let slope =
        zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) } / x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
      return (slope, zip(x, y).map { $1 - my - slope * ($0 - mx) })
    }
    let place = { (u: Double) in nearest - Double.exp(u) }
    let squares = { (u: Double) in line(place(u)).residuals.reduce(0) { $0 + $1 * $1 } }
    let interval = Double.log(1e-3 * nearest)...Double.log(2 * nearest)
    guard let best = try? minimum("divergence", in: interval, squares), !best.isAtEnd else { return nil }
    critical = place(best.position)
    let found = line(critical)
    (exponent, residuals) = (-found.slope, found.residuals)
  }

  /// `dynamics spiked-matrix-tensor --divergence`.
  static let question = Question(
    name: "dynamics --divergence",
    summary: "Escape times above the Langevin or gradient-flow line, and where a power law says that they diverge.",
    parameters: SpikedMatrixTensor.card.parameters.filter { [.p, .deltap].contains($0.quantity) } + [
      DynamicsParameter.temperature, smallOverlap, DynamicsParameter.untilOverlap,
    ],
    columns: [
      Column("inverse_delta2", symbol: "1/\\Delta_2", "where the escape is timed"),
      Column("escape_time", symbol: "t_{esc}", "first t with |m| = until_overlap"),
      Column("fitted_time", symbol: "t_{fit}", "the power law A (1/delta2 - critical)^-nu there"),
      Column("residual", "ln of escape_time over fitted_time"),
      Column("critical", symbol: "f_c", "1/delta2 at which the power law diverges; it depends on initial_overlap"),
      Column("exponent", symbol: "\\nu", "nu of the power law"),
      Column("line", symbol: "f", "1/delta2 of the closed-form line: langevin, gradient-flow at T = 0"),
    ], main: "escape_time", evidence: .heuristic, sources: [.marvelsAndPitfalls, .passedAndSpurious],
    formula: #"t_{esc} = A\,(1/\Delta_2 - f_c)^{-\nu}"#,
    domain: "four points from 1.1 to 1.5 times the line; an extrapolation whose result depends on initial_overlap",
    example: "--divergence --p 3 --deltap 1 --temperature 1 --initial-overlap 1e-2 --until-overlap 0.1",
    defaultTolerance: 1e-3
  ) { point throws(DomainError) in
    let (p, deltap) = (try point.integer(.p), try point.number(.deltap))
    let (temperature, overlap) = (try point.number(.temperature), try point.number(.initialOverlap))
    let target = try point.number(.untilOverlap)
    let lines = try SpikedMatrixTensor.threshold(.langevin, p: p, deltap: deltap, temperature: temperature)
    guard let line = lines.first?.value.value.map({ 1 / $0 }) else {
      return [Answer([.empty, .empty, .empty, .empty, .empty, .empty, .empty], main: .outsideDomain("no line"))]
    }
    let f = factors.map { $0 * line }
    var models: [SphericalDynamics] = []
    for inverse in f {
      models.append(
        try SphericalDynamics(
          SpikedMatrixTensor(p: p, delta2: 1 / inverse, deltap: deltap), temperature: temperature,
          initialOverlap: overlap))
    }
    for model in models { try model.checkReach(latest / model.rate) }
    let known = models
    let times = parallelMap(known.count) { i -> Estimate in
      (try? known[i].escape(to: target, by: latest / known[i].rate).time) ?? .notConverged("no escape time")
    }
    let fit = EscapeDivergence(f, times.compactMap(\.value))
    return f.indices.map { i in
      let residual = fit?.residuals[i]
      let fitted = residual.flatMap { r in times[i].value.map { $0 * Double.exp(-r) } }
      return Answer(
        [
          .number(f[i]), Cell(times[i]), Cell(fitted), Cell(residual), Cell(fit?.critical), Cell(fit?.exponent),
          .number(line),
        ], main: times[i])
    }
  }

  /// The last time that is waited for, in units of 1/rate.
  private static let latest = 1e5

  private static let smallOverlap = Parameter(
    .initialOverlap, symbol: "m_0", "overlap of the start with the signal",
    domain: Domain(0, 1, includesLower: false, includesUpper: false), default: 1e-10)
}
