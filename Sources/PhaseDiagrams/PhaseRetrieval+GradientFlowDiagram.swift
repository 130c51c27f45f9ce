// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics

extension PhaseRetrieval {
  /// Lines that move with the loss: the Hessian at a random start, at threshold states and at typical minima.
  private static let movingLines: [Line<PhaseRetrieval>] = [.initializationBBP, .gradientFlow, .minimaBBP]
  /// Lines that do not see the loss.
  private static let fixedLines: [Line<PhaseRetrieval>] = [.weakRecovery, .fullRecovery]

  /// `diagram phase-retrieval --of gradient-flow`.
  static let gradientFlowDiagram = DiagramDeclaration(
    name: "gradient-flow",
    summary:
      "Measurements against the normalised loss's a0: where a start, threshold states and minima lose their hold.",
    parameters: [normalisedLoss, RiskStateQuestions.state],
    x: DiagramAxis(Column(.a0, symbol: "a_0", "regularisation of the normalised loss"), isLogarithmic: true),
    y: DiagramAxis(
      Column(.alpha, symbol: "\\alpha", "samples per dimension, M/N"), isLogarithmic: true), yParameter: nil,
    lines: (movingLines + fixedLines).map(\.declaration), example: "--of gradient-flow --a0 1:5 --points 2",
    defaultWindow: { _ in DiagramWindow(x: 0.01...10, y: 0.4...40) },
    compute: { fixed, window, count in
      // States take a second each: the curves are smooth.
      let places = logarithmicPlaces(window.x, count: max(2, min(count, 17)))
      let base = Point(
        fixed.names + [
          .a0, .channel, .field, .prior, .rho, .noise,
          .overlap, "label",
        ],
        fixed.values + [
          .number(1), .text("modulus"), .text("real"), .text("gaussian"), .absent, .number(0), .number(0),
          .text("abs"),
        ])
      let jobs = movingLines.flatMap { line in places.map { (line, $0) } }
      let solved = try parallelMap(jobs.count) { index in
        Result { try alpha(jobs[index].0, at: base, a0: jobs[index].1) }
      }.map { try $0.get() }
      var curves: [DiagramCurve] = []
      for (number, line) in movingLines.enumerated() {
        let points = places.indices.compactMap { solved[number * places.count + $0] }
        curves.append(DiagramCurve(line: line.declaration.name, piece: 1, points: points))
      }
      for line in fixedLines {
        let ends = try [window.x.lowerBound, window.x.upperBound].compactMap { try alpha(line, at: base, a0: $0) }
        curves.append(DiagramCurve(line: line.declaration.name, piece: 1, points: ends))
      }
      let visible = curves.map { curve in
        DiagramCurve(line: curve.line, piece: 1, points: curve.points.filter { window.y.contains($0.y) })
      }
      return Diagram(window: window, curves: visible.filter { $0.points.count > 1 }, regions: [])
    })

  private static let normalisedLoss = Parameter(
    .loss, symbol: "\\ell", "loss of the empirical risk",
    choices: [.init("normalised", "(z^2-y^2)^2/(a0+y^2)")])

  private static func logarithmicPlaces(_ range: ClosedRange<Double>, count: Int) -> [Double] {
    let ratio = range.upperBound / range.lowerBound
    return (0..<count).map { range.lowerBound * Double.pow(ratio, Double($0) / Double(count - 1)) }
  }

  /// The vertex of a line at one a0; nil where it has none.
  private static func alpha(_ line: Line<PhaseRetrieval>, at base: Point, a0: Double) throws -> DiagramPoint? {
    var point = base
    if let index = point.names.firstIndex(of: .a0) { point.values[index] = .number(a0) }
    guard let first = try line.solve(for: .alpha, at: point).first, let value = first.value.value else { return nil }
    return DiagramPoint(x: a0, y: value, error: first.value.error, status: first.value.status, event: nil)
  }
}
