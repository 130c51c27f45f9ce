// SPDX-License-Identifier: GPL-3.0-or-later

import Saddlepoint

/// Rows per second of each line of the spiked matrix-tensor model.
enum LineSpeed {
  static func rows() throws -> [Row] {
    guard let entry = Catalogue.models.first(where: { $0.card.name == "spiked-matrix-tensor" }) else { return [] }
    var rows: [Row] = []
    var reference: Double?
    for p in [3.0, 4.0] {
      for line in entry.lines {
        let question = line.question(line.declaration.unknowns[0])
        let names = question.parameters.map(\.quantity)
        let axes = question.parameters.map { parameter -> Axis in
          switch parameter.quantity {
          case .p: .values([.number(p)])
          case .deltap: .range(start: 0.13, stop: 1.2, count: 20_000, isLogarithmic: true)
          default: .values([parameter.defaultValue ?? .number(1)])
          }
        }
        let grid = Grid(names: names, axes: axes, listed: nil)
        let seconds = try best(of: 3) {
          for index in 0..<grid.count { _ = try question.rows(at: grid[index], tolerance: 1e-10) }
        }
        let perRow = seconds / Double(grid.count)
        if reference == nil { reference = perRow }
        rows.append(
          Row(
            name: "\(line.declaration.name), p = \(Int(p))", value: 1e-6 / perRow, unit: "million rows/s",
            baseline: "weak-recovery, p = 3", ratio: perRow / (reference ?? perRow)))
      }
    }
    return rows
  }
}
