// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore

extension Quantity {
  /// Share of the tensor in a 2+p covariance.
  static let weight: Quantity = "weight"
}

extension SphericalSpinGlass {
  /// `diagram spherical-spin-glass`: temperature against the share of the tensor in the 2+p glass.
  static let phaseDiagram = DiagramDeclaration(
    name: "two-plus-p",
    summary: "The 2+p glass xi = (1-w) q^2/2 + w q^p/2: temperature against weight, how replica symmetry is broken.",
    parameters: [
      Parameter(
        .p, symbol: "p", "order of the tensor beside the matrix", domain: .integers(from: 3, through: 1000), default: 4)
    ],
    x: DiagramAxis(Column(.weight, symbol: "w", "share of the tensor in the covariance")),
    y: DiagramAxis(Column(.temperature, symbol: "T", "temperature")), yParameter: nil,
    lines: TwoPlusP.lines.map(\.declaration), example: "--p 4 --points 60",
    defaultWindow: { _ in DiagramWindow(x: 0...1, y: 0...1.1) },
    compute: { fixed, window, count in try TwoPlusP(p: try fixed.integer(.p)).diagram(in: window, count: count) })
}

/// The 2+p glass by weight of the tensor.
private struct TwoPlusP {
  let p: Int

  /// The transitions that 2+p glasses have; states never break up further in them.
  static let lines: [Line<SphericalSpinGlass>] = [
    .`static`, .dynamic, .deAlmeidaThouless, .outerInstability, .continuousBreakdown,
  ]

  private func covariance(_ weight: Double) -> Mixture {
    Mixture([
      .init(degree: 2, coefficient: 0.5 * (1 - weight)), .init(degree: p, coefficient: 0.5 * weight),
    ])
  }

  func diagram(in window: DiagramWindow, count: Int) throws -> Diagram {
    guard window.x.lowerBound >= 0, window.x.upperBound <= 1 else {
      throw DomainError(.weight, window.x.upperBound, allowed: "0 <= weight <= 1")
    }
    // At weight 0 nothing is broken: the structure changes there.
    let weights = (0..<count).map { index in
      max(
        1e-4,
        window.x.lowerBound + (window.x.upperBound - window.x.lowerBound) * Double(index) / Double(max(1, count - 1)))
    }
    var curves: [DiagramCurve] = []
    var cuts = [[Double]](repeating: [], count: weights.count)
    for line in Self.lines {
      var pieces: [[DiagramPoint]] = [[]]
      for (index, weight) in weights.enumerated() {
        let solutions = try SphericalSpinGlass.threshold(line, covariance: covariance(weight)).map(\.value)
        cuts[index] += solutions.compactMap(\.value)
        // Without a signal each line has one temperature at each weight.
        if let solution = solutions.last, let temperature = solution.value, window.y.contains(temperature) {
          let isEnd = pieces[pieces.count - 1].isEmpty || index == weights.count - 1
          pieces[pieces.count - 1].append(
            DiagramPoint(
              x: weight, y: temperature, error: solution.error, status: solution.status,
              event: isEnd && (index == 0 || index == weights.count - 1) ? .window : nil))
        } else if pieces.last?.isEmpty == false {
          pieces.append([])
        }
      }
      for (index, points) in pieces.filter({ !$0.isEmpty }).enumerated() {
        curves.append(DiagramCurve(line: line.declaration.name, piece: index + 1, points: points))
      }
    }
    let regions = try Diagram.regions(slices: weights, window: window) { weight in
      weights.firstIndex(of: weight).map { cuts[$0] } ?? []
    } classify: { weight, temperature in
      let states = try SphericalSpinGlass(covariance: covariance(weight)).saddlePoints(temperature: temperature)
      let ansatz = states.first { $0.isDominant }?.ansatz ?? .replicaSymmetric
      let label =
        switch ansatz {
        case .replicaSymmetric: "replica symmetric"
        case .oneStep: "1RSB"
        case .oneStepAboveContinuous: "1-FRSB"
        case .continuous: "FRSB"
        }
      return DiagramRegion(name: ansatz.rawValue, label: label, phase: nil, polygon: [])
    }
    return Diagram(window: window, curves: curves, regions: regions)
  }
}
