// SPDX-License-Identifier: GPL-3.0-or-later

import Saddlepoint

/// The picture of a swept question: by default the main result against the parameter with the most values.
struct SweepFigure {
  let question: Question
  let grid: Grid
  let entry: CatalogueEntry
  let line: CatalogueLine?
  /// Index of the column on the horizontal axis; nil if nothing varies.
  private let horizontal: Int?
  /// Indices of the columns on the vertical axis.
  private let verticals: [Int]
  /// The parameter that varies along a curve.
  private let varying: Int?
  /// The columns of the question's map; nil where curves are drawn.
  private let map: MapColumns?

  private typealias MapColumns = (x: Int, y: Int, value: Int)

  /// A picture of the main result against what varies, or of the named columns.
  ///
  /// - Throws: `UsageError` for a column that the question does not have.
  init(question: Question, grid: Grid, entry: CatalogueEntry, line: CatalogueLine?, x: String?, y: String?) throws {
    self.question = question
    self.grid = grid
    self.entry = entry
    self.line = line
    let names = question.allColumns.map(\.quantity.name)
    func column(_ name: String) throws -> Int {
      let known = names.map { Request.optionName(Quantity($0)) }
      guard let found = Words.canonical(name.replacing("_", with: "-"), among: known),
        let index = known.firstIndex(of: found)
      else { throw UsageError.unknown("column", name, among: names) }
      return index
    }
    // The parameter with the most values, if there are at least two.
    let counts = question.parameters.indices.map { grid.count > 1 ? grid.distinctCount(of: $0) : 1 }
    let most = counts.max() ?? 1
    // Rows that are counted within a point make a curve for each point.
    let isCounted = ["iteration", "step"].contains(x)
    varying =
      most > 1 && !isCounted
      ? counts.indices.first { counts[$0] == most && question.parameters[$0].domain != nil } : nil
    let shown = varying.flatMap { index in names.firstIndex(of: question.parameters[index].quantity.name) }
    if let plane = question.plane, x == nil, y == nil {
      map = (try column(plane.x.name), try column(plane.y.name), try column(question.main.name))
    } else {
      map = nil
    }
    horizontal = try x.map(column) ?? shown
    verticals =
      try y?.split(separator: ",").map { try column(String($0)) }
      ?? question.columns.indices.filter { question.columns[$0].quantity == question.main }.map {
        $0 + question.shownParameters.count
      }
  }

  /// Whether something varies, or a point has a whole map.
  var isPossible: Bool { map == nil ? horizontal != nil && !verticals.isEmpty : grid.count == 1 }

  /// What is missing where no figure is possible.
  var need: String {
    map == nil
      ? "a figure needs a parameter that varies; give one as start:stop:count"
      : "a map is drawn at one value of each parameter"
  }

  /// Columns that tell curves apart: other parameters, and the counters and names among the results.
  private var keys: [Int] {
    let counters: [Quantity] = ["root", "family", "state"]
    let results = question.columns.indices.filter { counters.contains(question.columns[$0].quantity) }
      .map { $0 + question.shownParameters.count }
    return
      (question.parameters.indices.filter { $0 != varying && grid.distinctCount(of: $0) > 1 }.map(column) + results)
      .filter { $0 != horizontal && !verticals.contains($0) }
  }

  /// The column that shows a parameter: its own, or the result of its name.
  private func column(ofParameter index: Int) -> Int {
    question.allColumns.firstIndex { $0.quantity == question.parameters[index].quantity } ?? 0
  }

  /// The symbol of a column, or its name where it has none.
  private static func label(_ column: Column) -> String {
    column.symbol.isEmpty ? column.quantity.name.replacing("_", with: " ") : "$\(column.symbol)$"
  }

  private var axes: (x: FigureAxis, y: FigureAxis) {
    let columns = question.allColumns
    let x = horizontal ?? 0
    let isOwn = varying.map(column) == horizontal
    // Marked places lie on the other axis, and what has no symbol is the limit of what has one.
    let symbols = verticals.filter { columns[$0].drawing != .place && !columns[$0].symbol.isEmpty }
    let label = (symbols.isEmpty ? verticals : symbols).map { Self.label(columns[$0]) }.joined(separator: ", ")
    let unit = verticals.first.map { columns[$0].unit } ?? ""
    return (
      FigureAxis(
        label: Self.label(columns[x]) + (isOwn || columns[x].unit.isEmpty ? "" : " (\(columns[x].unit))"),
        isLogarithmic: isOwn ? varying.map(grid.isLogarithmic) ?? false : false),
      FigureAxis(label: label + (unit.isEmpty ? "" : " (\(unit))"))
    )
  }

  /// The figure of finished rows.
  func figure(_ rows: [[Cell]]) -> Figure {
    let columns = question.allColumns
    if let map { return mapFigure(rows, map) }
    // Curves in the order in which they appear, each of one column and one set of keys.
    struct Member: Hashable {
      let column: Int
      let name: String
    }
    var members: [Member] = []
    var names: [String] = []
    var pieces: [Member: (points: [PlotPoint], bars: [Double])] = [:]
    var markers: [FigureMarker] = []
    for row in rows {
      let name = keys.map { key in
        let text = Self.text(row[key])
        if text.isEmpty { return "" }
        if question.parameters.contains(where: { $0.quantity == columns[key].quantity }) {
          return "$\(columns[key].symbol)$ = \(text)"
        }
        // The first root needs no number: most lines have only one.
        if columns[key].quantity == "root" { return text == "1" ? "" : "root \(text)" }
        return text
      }.filter { !$0.isEmpty }.joined(separator: ", ")
      for y in verticals {
        guard let ordinate = Self.number(row[y]), ordinate.isFinite else { continue }
        if columns[y].drawing == .place {
          let words = [columns[y].quantity.name, name].filter { !$0.isEmpty }
          let marker = FigureMarker(
            words.joined(separator: ", "), at: PlotPoint(ordinate, 0), mark: Mark.allCases[markers.count % 4])
          if !markers.contains(where: { $0.label == marker.label }) { markers.append(marker) }
          continue
        }
        guard let abscissa = Self.number(row[horizontal ?? 0]), abscissa.isFinite else { continue }
        let member = Member(column: y, name: name)
        if pieces[member] == nil {
          members.append(member)
          if !names.contains(name) { names.append(name) }
        }
        pieces[member, default: ([], [])].points.append(PlotPoint(abscissa, ordinate))
        if case .points(let error) = columns[y].drawing,
          let bar = columns.firstIndex(where: { $0.quantity == error })
        {
          pieces[member, default: ([], [])].bars.append(Self.number(row[bar]) ?? 0)
        }
      }
    }
    let drawn = verticals.filter { columns[$0].drawing != .place }
    // Points beside a curve of the same name share its colour and its entry in the legend.
    let isCompared = drawn.contains { isPoints(columns[$0]) } && drawn.contains { !isPoints(columns[$0]) }
    let curves = members.enumerated().map { index, member in
      let (points, bars) = pieces[member] ?? ([], [])
      let words = [columns[member.column].quantity.name, member.name]
      var curve = FigureCurve(
        drawn.count == 1 ? member.name : words.filter { !$0.isEmpty }.joined(separator: ", "), points)
      if isPoints(columns[member.column]) {
        curve.form = .points(bars: bars)
        curve.style = .palette(index)
      }
      if columns[member.column].drawing == .steps { curve.form = .steps }
      guard isCompared, let number = names.firstIndex(of: member.name) else { return curve }
      curve.style = .palette(number)
      curve.name = isPoints(columns[member.column]) ? "" : member.name
      return curve
    }
    var lines = caption
    lines[1] = legend(drawn) + lines[1]
    return Figure(x: axes.x, y: axes.y, curves: curves, markers: markers, caption: lines)
  }

  private var caption: [String] {
    let subject = [entry.card.name, line?.declaration.name].compactMap(\.self).joined(separator: ", ")
    return [
      (["\(question.name) \(subject)"] + fixed).joined(separator: ", ")
        + ". Saddlepoint \(SaddlepointVersion.current).",
      "\(question.evidence.rawValue).",
    ]
  }

  /// The main result by colour.
  private func mapFigure(_ rows: [[Cell]], _ map: MapColumns) -> Figure {
    let columns = question.allColumns
    func places(_ column: Int) -> [Double] { Set(rows.compactMap { Self.number($0[column]) }).sorted() }
    var axes = mapAxes(map)
    // Each value fills a cell around its place.
    func window(_ places: [Double]) -> ClosedRange<Double>? {
      guard places.count > 1 else { return nil }
      let half = 0.5 * (places[1] - places[0])
      return (places[0] - half)...(places[places.count - 1] + half)
    }
    axes.x.range = window(places(map.x))
    axes.y.range = window(places(map.y))
    return Figure(
      x: axes.x, y: axes.y,
      map: FigureMap(
        label: FigureAxis(symbol: columns[map.value].symbol, unit: columns[map.value].unit).label, x: places(map.x),
        y: places(map.y), values: rows.map { Self.number($0[map.value]) ?? .nan }), caption: caption)
  }

  private func mapAxes(_ map: MapColumns) -> (x: FigureAxis, y: FigureAxis) {
    let columns = question.allColumns
    return (
      FigureAxis(symbol: columns[map.x].symbol, unit: columns[map.x].unit),
      FigureAxis(symbol: columns[map.y].symbol, unit: columns[map.y].unit)
    )
  }

  private func isPoints(_ column: Column) -> Bool {
    if case .points = column.drawing { return true }
    return false
  }

  /// What points, steps and curves are, where not all are curves.
  private func legend(_ drawn: [Int]) -> String {
    let columns = drawn.map { question.allColumns[$0] }
    guard columns.contains(where: { $0.drawing != .line }) else { return "" }
    func list(_ word: String, _ end: String = "", _ isMember: (Column) -> Bool) -> String {
      let meanings = columns.filter(isMember).map(\.description)
      return meanings.isEmpty ? "" : "\(word): \(meanings.joined(separator: "; "))\(end). "
    }
    return list("Points", ", with standard errors", isPoints) + list("Steps") { $0.drawing == .steps }
      + list("Lines") { $0.drawing == .line }
  }

  /// The numbers and names that stay the same, in words.
  private var fixed: [String] {
    guard grid.count > 0 else { return [] }
    return zip(question.parameters.indices, grid[0].values).compactMap { index, value in
      let parameter = question.parameters[index]
      guard value != .absent, grid.distinctCount(of: index) == 1,
        // The option that chose the question is in its name.
        !question.selector.hasPrefix("--\(Request.optionName(parameter.quantity)) ")
      else { return nil }
      return "$\(parameter.symbol)$ = \(value.text)"
    }
  }

  /// A notebook that holds the rows and redraws the figure.
  func notebook(_ csv: String) -> Notebook {
    let columns = question.allColumns
    if let map {
      let axes = mapAxes(map)
      return Notebook(
        title: "\(question.name) \(entry.card.name)", data: .embedded(csv), xColumn: columns[map.x].quantity.name,
        yColumn: columns[map.y].quantity.name, valueColumn: columns[map.value].quantity.name, x: axes.x, y: axes.y)
    }
    let (x, y) = (horizontal ?? 0, verticals.first ?? 0)
    return Notebook(
      title: "\(question.name) \(entry.card.name)", data: .embedded(csv), xColumn: columns[x].quantity.name,
      yColumn: columns[y].quantity.name, groupColumn: keys.last.map { columns[$0].quantity.name }, x: axes.x, y: axes.y)
  }

  private static func number(_ cell: Cell) -> Double? {
    switch cell {
    case .number(let x): x
    case .integer(let n): Double(n)
    case .flag, .text, .empty: nil
    }
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
