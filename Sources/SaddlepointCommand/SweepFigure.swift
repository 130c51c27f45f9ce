// SPDX-License-Identifier: GPL-3.0-or-later

import Saddlepoint

/// The picture of a swept question: the main result against the parameter with the most values.
struct SweepFigure {
  let question: Question
  let grid: Grid
  let entry: CatalogueEntry
  let line: CatalogueLine?

  /// The parameter on the horizontal axis: the one with the most values, if there are at least two.
  private var horizontal: Int? {
    let counts = question.parameters.indices.map { index -> Int in
      guard grid.count > 1 else { return 1 }
      return grid.distinctCount(of: index)
    }
    guard let most = counts.max(), most > 1 else { return nil }
    return counts.indices.first { counts[$0] == most && question.parameters[$0].domain != nil }
  }

  /// Whether something varies.
  var isPossible: Bool { horizontal != nil && vertical != nil }

  private var vertical: Int? {
    question.columns.firstIndex { $0.quantity == question.main }.map { $0 + question.shownParameters.count }
  }

  /// Columns that tell curves apart: other parameters, and the counters and names among the results.
  private var keys: [Int] {
    let counters: [Quantity] = ["root", "family"]
    let results = question.columns.indices.filter { counters.contains(question.columns[$0].quantity) }
    return question.parameters.indices.filter { $0 != horizontal && grid.distinctCount(of: $0) > 1 }.map(column)
      + results.map { $0 + question.shownParameters.count }
  }

  /// The column that shows a parameter: its own, or the result of its name.
  private func column(ofParameter index: Int) -> Int {
    question.allColumns.firstIndex { $0.quantity == question.parameters[index].quantity } ?? 0
  }

  private var axes: (x: FigureAxis, y: FigureAxis) {
    let columns = question.allColumns
    let (x, y) = (horizontal.map(column) ?? 0, vertical ?? 0)
    return (
      FigureAxis(symbol: columns[x].symbol, isLogarithmic: horizontal.map(grid.isLogarithmic) ?? false),
      FigureAxis(symbol: columns[y].symbol, unit: columns[y].unit)
    )
  }

  /// The figure of finished rows.
  func figure(_ rows: [[Cell]]) -> Figure {
    let (x, y) = (horizontal.map(column) ?? 0, vertical ?? 0)
    let columns = question.allColumns
    var names: [String] = []
    var pieces: [String: [PlotPoint]] = [:]
    for row in rows {
      guard case .number(let abscissa) = row[x], case .number(let ordinate) = row[y], abscissa.isFinite,
        ordinate.isFinite
      else { continue }
      let name = keys.map { key in
        let text = Self.text(row[key])
        if key < question.shownParameters.count { return "$\(columns[key].symbol)$ = \(text)" }
        // The first root needs no number: most lines have only one.
        if columns[key].quantity == "root" { return text == "1" ? "" : "root \(text)" }
        return text
      }.filter { !$0.isEmpty }.joined(separator: ", ")
      if pieces[name] == nil { names.append(name) }
      pieces[name, default: []].append(PlotPoint(abscissa, ordinate))
    }
    let curves = names.map { FigureCurve($0, pieces[$0] ?? []) }
    let subject = [entry.card.name, line?.declaration.name].compactMap(\.self).joined(separator: ", ")
    return Figure(
      x: axes.x, y: axes.y, curves: curves,
      caption: ["\(question.name) \(subject); \(question.evidence.rawValue); saddlepoint \(SaddlepointVersion.current)"]
    )
  }

  /// A notebook that holds the rows and redraws the figure.
  func notebook(_ csv: String) -> Notebook {
    let columns = question.allColumns
    let (x, y) = (horizontal.map(column) ?? 0, vertical ?? 0)
    return Notebook(
      title: "\(question.name) \(entry.card.name)", data: .embedded(csv), xColumn: columns[x].quantity.name,
      yColumn: columns[y].quantity.name, groupColumn: keys.last.map { columns[$0].quantity.name }, x: axes.x, y: axes.y)
  }

  private static func text(_ cell: Cell) -> String {
    switch cell {
    case .number(let x): Value.number(x).text
    case .integer(let n): String(n)
    case .flag(let yes): yes ? "1" : "0"
    case .text(let word): word
    case .empty: ""
    }
  }
}
