// SPDX-License-Identifier: GPL-3.0-or-later

import PhaseDiagrams
import SaddlepointCore
import Testing

@Suite struct GridTests {
  private func numbers(_ axis: Axis) -> [Double] {
    (0..<axis.count).compactMap { if case .number(let x) = axis[$0] { x } else { nil } }
  }

  @Test func rangesMeetTheirEnds() {
    #expect(numbers(.range(start: 0.1, stop: 0.7, count: 3, isLogarithmic: false)) == [0.1, 0.4, 0.7])
    let log = numbers(.range(start: 0.01, stop: 100, count: 5, isLogarithmic: true))
    #expect(log.first == 0.01 && log.last == 100)
    for (x, y) in zip(log, [0.01, 0.1, 1, 10, 100]) { #expect(abs(x / y - 1) < 1e-14) }
    #expect(numbers(.range(start: 3, stop: 1, count: 3, isLogarithmic: false)) == [3, 2, 1])
    let negative = numbers(.range(start: -1, stop: -4, count: 3, isLogarithmic: true))
    #expect(abs(negative[1] + 2) < 1e-14)
    #expect(numbers(.range(start: 2, stop: 2, count: 1, isLogarithmic: false)) == [2])
  }

  @Test func lastParameterVariesFastest() {
    let grid = Grid([
      "p": .values([.number(3), .number(4)]), "x": .range(start: 0, stop: 1, count: 3, isLogarithmic: false),
    ])
    let points = (0..<grid.count).map { grid[$0].values.map(\.text).joined(separator: " ") }
    #expect(points == ["3 0", "3 0.5", "3 1", "4 0", "4 0.5", "4 1"])
  }

  @Test func listedPointsCombineWithAxes() {
    let grid = Grid(
      names: ["p", "x", "y"], axes: [nil, .values([.number(7), .number(8)]), nil],
      listed: (names: ["y", "p"], rows: [[.number(1), .number(3)], [.number(2), .number(4)]]))
    let points = (0..<grid.count).map { grid[$0].values.map(\.text).joined(separator: " ") }
    #expect(points == ["3 7 1", "3 8 1", "4 7 2", "4 8 2"])
    #expect(grid.distinctCount(of: 0) == 2)
  }

  @Test func hugeGridsDoNotOverflow() {
    let axis = Axis.range(start: 0, stop: 1, count: 1 << 40, isLogarithmic: false)
    #expect(Grid(["x": axis, "y": axis]).count == .max)
  }
}
