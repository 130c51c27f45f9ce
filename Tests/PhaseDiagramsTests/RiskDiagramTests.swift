// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
import LandscapeModels
import PhaseDiagrams
import RealModule
import SaddlepointCore
import Testing

@Suite struct RiskDiagramTests {
  private func diagram(_ name: String, counted: String, _ x: ClosedRange<Double>, count: Int) throws -> Diagram {
    let entry = try #require(Catalogue.models.first { $0.card.name == "phase-retrieval" })
    let declaration = try #require(entry.diagrams.first { $0.name == name })
    let given: [Quantity: Value] = [
      "loss": .text("quartic"), "counted": .text(counted), "field": .text("real"), "label": .text("abs"),
      "noise": .number(0), "a0": .number(1), "overlap": .number(0),
    ]
    let names = declaration.parameters.map(\.quantity)
    let point = Point(names, try names.map { try #require(given[$0]) })
    var window = try declaration.defaultWindow(point)
    window.x = x
    return try declaration.compute(point, window, count)
  }

  private func ys(_ diagram: Diagram, _ line: String, at x: Double) -> [Double] {
    diagram.curves.filter { $0.line == line }.flatMap(\.points).filter { abs($0.x - x) < 1e-9 }.map(\.y).sorted()
  }

  @Test func contoursOfOverlaps() throws {
    // Theory sheet, section 10: the overlap windows at alpha = 8 and 20; strict minima vanish at 17.118019661.
    let diagram = try diagram("support", counted: "strict-minima", 8...20, count: 2)
    for (alpha, all, minima) in [(8.0, 0.531272882, 0.442516949), (20, 0.311223707, 0.132755152)] {
      for (line, end) in [("overlap-ends, all", all), ("overlap-ends, minima", minima)] {
        let found = ys(diagram, line, at: alpha)
        try #require(found.count == 2, "\(line) at \(alpha): \(found)")
        #expect(abs(found[0] + end) < 6e-10 && abs(found[1] - end) < 6e-10)
      }
    }
    let strict = diagram.curves.filter { $0.line == "overlap-ends, strict-minima" }.flatMap(\.points)
    let last = try #require(strict.map(\.x).max())
    #expect(last < 17.118019661 && last > 16.5)
    // The colour is that of strict minima: positive inside of their contour only.
    let map = try #require(diagram.map)
    for (column, x) in map.x.enumerated() {
      let shown = map.y.indices.filter { map.values[column * map.y.count + $0] != nil }
      #expect(x < 16.5 ? !shown.isEmpty : x < 17.2 || shown.isEmpty)
    }
    // Typical minima at the equator lose their stability at 11.1879967.
    let unstable = diagram.curves.filter { $0.line == "minima-bbp" }.flatMap(\.points)
    let first = try #require(unstable.map(\.x).max())
    #expect(first < 11.1879967 && first > 10.8)
  }

  @Test func contoursOfEnergies() throws {
    let diagram = try diagram("energies", counted: "minima", 8...10, count: 2)
    let found = ys(diagram, "energy-ends, minima", at: 8)
    try #require(found.count == 2)
    #expect(abs(found[0] - 0.243139738017) < 1e-11 && abs(found[1] - 0.503760397119) < 1e-11)
    // Between two slices the colour is as good as a picture needs.
    let map = try #require(diagram.map)
    let column = map.x.count / 2
    var compared = 0
    for row in stride(from: 0, to: map.y.count, by: 7) {
      guard let value = map.values[column * map.y.count + row] else { continue }
      let risk = try EmpiricalRisk(alpha: map.x[column], loss: .quartic, label: .abs, noise: 0)
      let exact = try risk.complexity(of: .minima, overlap: 0, energy: map.y[row]).get()
      #expect(abs(value - exact) < 2e-3)
      compared += 1
    }
    #expect(compared > 2)
    // The most numerous minima are those of the complexity without a given energy.
    let typical = try EmpiricalRisk(alpha: 8, loss: .quartic, label: .abs, noise: 0)
      .dominantPoints(of: .minima, overlap: 0).energy.get()
    #expect(abs(ys(diagram, "most numerous", at: 8)[0] - typical) < 1e-11)
  }
}
