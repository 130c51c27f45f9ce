// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SaddlepointReports

/// A figure as the program draws them: the spiked matrix-tensor model at p = 3, with lines in closed form.
func mockDiagram() -> Figure {
  let x = stride(from: -1.0, through: 1.0, by: 0.01).map { pow(10, $0) }
  func curve(_ from: Double = 0, _ to: Double = .infinity, _ y: (Double) -> Double) -> [PlotPoint] {
    ([from].filter { $0 > 0 } + x.filter { $0 > from && $0 < to } + [to].filter(\.isFinite)).map {
      PlotPoint($0, y($0))
    }
  }
  var theory: [PlotPoint] = []
  for m in stride(from: 0.645, to: 0.0, by: -0.005) {
    let f: Double = 2 * log(1 - m) + m * (2 - m) / (1 - m)
    let x = m * m * m / (3 * f)
    let y = 1 / (1 - m) - m / x
    if x > 0.05, x < 1, y <= 1 { theory.append(PlotPoint(x, y)) }
  }
  theory.sort { $0.x < $1.x }
  theory.append(PlotPoint(1, 1))
  let flow = curve { ($0 + ($0 * $0 + 8 * $0).squareRoot()) / (2 * $0) }
  let langevin = curve(0, 2) { (2 / $0).squareRoot() }
  let amp = curve { ($0 + ($0 * $0 + 4 * $0).squareRoot()) / (2 * $0) }
  let one = curve { _ in 1 }
  let (left, right, bottom, top) = (0.1, 10.0, 0.0, 4.0)
  let low = one.filter { $0.x > 1 }
  return Figure(
    x: FigureAxis(symbol: "\\Delta_p", isLogarithmic: true, range: left...right),
    y: FigureAxis(symbol: "1/\\Delta_2", range: bottom...top),
    curves: [
      FigureCurve("information-theoretic", theory), FigureCurve("algorithmic (AMP), $\\Delta_2 = 1$", one),
      FigureCurve("informed spinodal", curve(0.25, 1) { (2 * $0.squareRoot() - 1) / $0 }),
      FigureCurve("maximum likelihood AMP", amp),
      FigureCurve("gradient flow", flow), FigureCurve("Langevin, $T = 1$", langevin),
    ],
    regions: [
      FigureRegion(
        "impossible",
        outlines: [[PlotPoint(left, bottom), PlotPoint(left, theory[0].y)] + theory + low + [PlotPoint(right, bottom)]]),
      FigureRegion("hard", outlines: [theory + [PlotPoint(left, 1), PlotPoint(left, theory[0].y)]]),
      FigureRegion("easy", outlines: [[PlotPoint(left, .infinity), PlotPoint(right, .infinity)] + flow.reversed()]),
      FigureRegion(
        "easy, but gradient flow fails",
        outlines: [flow + low.filter { $0.x > 2 }.reversed() + langevin.filter { $0.y > 1 }.reversed()]),
      FigureRegion(
        "easy, but Langevin fails", outlines: [langevin.filter { $0.y > 1 } + [PlotPoint(2, 1), PlotPoint(left, 1)]]),
    ],
    markers: [FigureMarker("critical", at: PlotPoint(1, 1), mark: .circle)],
    caption: [
      "Spiked matrix-tensor model, $p = 3$, Gaussian prior. Lines: replica method (information-theoretic, informed "
        + "spinodal), theorem (algorithmic), heuristic (Langevin, gradient flow)."
    ])
}
