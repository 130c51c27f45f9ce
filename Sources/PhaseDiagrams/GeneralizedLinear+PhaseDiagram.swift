// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics

extension PhaseRetrieval {
  private static let diagramLines: [Line<PhaseRetrieval>] = [
    .weakRecovery, .informationTheoretic, .algorithmic, .informedSpinodal, .critical,
  ]

  /// `diagram phase-retrieval`: the thin wedge of the hard phase.
  static let wedgeDiagram = diagram(
    "wedge", "The hard phase at small noise and its critical end, framed; for the whole plane: --of whole.",
    isWhole: false)

  /// `diagram phase-retrieval --of whole`.
  static let wholeDiagram = diagram(
    "whole", "The plane of noise and measurements from nothing to everything; the hard phase is a thin wedge of it.",
    isWhole: true)

  private static func diagram(_ name: String, _ summary: String, isWhole: Bool) -> DiagramDeclaration {
    DiagramDeclaration(
      name: name, summary: summary,
      parameters: card.parameters.filter { [.channel, .field, .prior, .rho].contains($0.quantity) },
      x: DiagramAxis(Column(.noise, symbol: "\\Delta", "variance of the noise"), isLogarithmic: !isWhole),
      y: DiagramAxis(Column(.alpha, symbol: "\\alpha", "measurements per dimension, M/N")), yParameter: nil,
      lines: diagramLines.map(\.declaration), example: isWhole ? "--of whole" : "--channel modulus",
      defaultWindow: { fixed in
        let plane = NoisePlane(fixed)
        return isWhole ? try plane.wholeWindow() : try plane.wedgeWindow()
      },
      compute: { fixed, window, count in
        try NoisePlane(fixed).diagram(in: window, isLogarithmic: !isWhole, count: count)
      })
  }
}

/// The plane (noise, alpha) of a measurement.
private struct NoisePlane: Sendable {
  let fixed: Point

  init(_ fixed: Point) { self.fixed = fixed }

  private func measurement(_ noise: Double) throws(DomainError) -> Measurement {
    try Measurement(
      channel: OutputChannel(fixed), field: NumberField(fixed), prior: .at(fixed), noise: noise)
  }

  private func critical() throws -> (noise: Double, alpha: Double)? {
    let found = try Line<PhaseRetrieval>.critical.solve(for: .noise, at: fixed)
    guard let noise = found[0][.noise].value, let alpha = found[0][.alpha].value else { return nil }
    return (noise, alpha)
  }

  func wedgeWindow() throws -> DiagramWindow {
    guard let end = try critical() else { return try wholeWindow() }
    let low = 0.03 * end.noise
    let spinodal = try GeneralizedLinearStates(measurement(low)).points(of: .informedSpinodal)[0].value.value
    let bottom = spinodal ?? end.alpha
    let margin = 0.3 * (end.alpha - bottom)
    return DiagramWindow(x: low...(2.5 * end.noise), y: max(0, bottom - margin)...(end.alpha + margin))
  }

  func wholeWindow() throws -> DiagramWindow {
    let start = try measurement(0).weakRecovery().value
    return DiagramWindow(x: 0...1, y: 0...(6 * start))
  }

  /// Transitions at one noise; infinite where there is none.
  private struct Slice: Sendable {
    var lines: [(name: String, alpha: Double, error: Double, status: Status)] = []
    var weak = Double.infinity
    var jump = Double.infinity
    var algorithmic = Double.infinity
  }

  private func slice(_ noise: Double) throws -> Slice {
    let states = try GeneralizedLinearStates(measurement(noise))
    var slice = Slice()
    for (line, name) in [
      (GeneralizedLinearLine.weakRecovery, "weak-recovery"), (.informationTheoretic, "information-theoretic"),
      (.algorithmic, "algorithmic"), (.informedSpinodal, "informed-spinodal"),
    ] {
      for point in try states.points(of: line) {
        guard let alpha = point.value.value else { continue }
        let isFirst = point.order == .first
        switch line {
        case .weakRecovery: slice.weak = alpha
        case .informationTheoretic where isFirst: slice.jump = min(slice.jump, alpha)
        case .algorithmic: slice.algorithmic = alpha
        default: break
        }
        // Where nothing jumps these lines lie on weak recovery and are not drawn again.
        if !isFirst, line == .informationTheoretic || line == .algorithmic { continue }
        slice.lines.append((name, alpha, point.value.error, point.value.status))
      }
    }
    return slice
  }

  func diagram(in window: DiagramWindow, isLogarithmic: Bool, count: Int) throws -> Diagram {
    let end = try critical()
    let (a, b) = (window.x.lowerBound, window.x.upperBound)
    var noises = (0..<count).map { index -> Double in
      let t = Double(index) / Double(max(1, count - 1))
      return isLogarithmic ? a * Double.pow(b / a, t) : a + (b - a) * t
    }
    // The structure changes at the critical noise: slices on both sides of it.
    if let end, window.x.contains(end.noise) {
      noises += [end.noise * (1 - 1e-5), end.noise * (1 + 1e-5)]
      // Seen from afar the wedge is thinner than a step.
      if !isLogarithmic { noises += (1...12).map { end.noise * 0.08 * Double($0) } }
      noises = noises.filter(window.x.contains).sorted()
    }
    let places = noises
    let slices = try parallelMap(places.count) { index in Result { try slice(places[index]) } }.map { try $0.get() }
    var curves: [DiagramCurve] = []
    for name in ["weak-recovery", "information-theoretic", "algorithmic", "informed-spinodal"] {
      var points: [DiagramPoint] = []
      for (noise, slice) in zip(noises, slices) {
        for line in slice.lines where line.name == name && window.y.contains(line.alpha) {
          points.append(DiagramPoint(x: noise, y: line.alpha, error: line.error, status: line.status, event: nil))
        }
      }
      guard !points.isEmpty else { continue }
      for index in [0, points.count - 1] {
        let p = points[index]
        let isEnd = p.x == noises.first || p.x == noises.last
        points[index] = DiagramPoint(
          x: p.x, y: p.y, error: p.error, status: p.status, event: isEnd ? .window : nil)
      }
      curves.append(DiagramCurve(line: name, piece: 1, points: points))
    }
    if let end, window.x.contains(end.noise), window.y.contains(end.alpha) {
      curves.append(
        DiagramCurve(
          line: "critical", piece: 1,
          points: [
            DiagramPoint(
              x: end.noise, y: end.alpha, error: 1e-12, status: .converged, event: .critical)
          ]))
    }
    let regions = try Diagram.regions(slices: noises, window: window) { noise in
      guard let index = noises.firstIndex(of: noise) else { return [] }
      return [slices[index].weak, slices[index].jump, slices[index].algorithmic].filter(\.isFinite)
    } classify: { noise, alpha in
      guard let index = noises.firstIndex(of: noise) else { return Self.region(.impossible) }
      let slice = slices[index]
      if alpha < min(slice.weak, slice.jump) { return Self.region(.impossible) }
      if alpha < slice.weak { return Self.region(.hard) }
      let isBehind = alpha > slice.jump && alpha < slice.algorithmic
      return Self.region(isBehind ? .hybridHard : .easy)
    }
    return Diagram(window: window, curves: curves, regions: regions)
  }

  private static func region(_ phase: PhaseRegion) -> DiagramRegion {
    DiagramRegion(name: phase.rawValue, label: phase.rawValue, phase: phase, polygon: [])
  }
}
