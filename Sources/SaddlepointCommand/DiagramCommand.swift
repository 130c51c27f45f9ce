// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// `saddlepoint diagram MODEL`.
struct DiagramCommand: AsyncParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagram", abstract: "Every line and region in a window, as figure and data.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Option(name: .customLong("of"), help: ArgumentHelp("Which diagram, where a model has several.", valueName: "kind"))
  var kind: String?
  @Option(help: "Number of vertices of each line.") var points = 200
  @Argument(
    parsing: .allUnrecognized, help: ArgumentHelp("Model and its parameters.", valueName: "MODEL ..."),
    completion: Completion.words) var rest: [String] = []

  func run() async throws {
    var request = try Request(rest)
    if shared.help { return try Help.show(command: "diagram", positionals: request.positionals) }
    let entry = try request.entry()
    try request.expectPositionals(1)
    guard (2...1_000_000).contains(points) else {
      throw DomainError("points", Double(points), allowed: "integer 2 <= points <= 1000000")
    }
    let declared = try Self.declaration(kind, of: entry)
    let declaration = declared.with(members: try request.members(of: declared.families))
    if shared.at != nil { throw UsageError("--at takes points; a diagram has a window") }
    let windows = [declaration.x, declaration.y].map { Request.optionName($0.column.quantity) }
    let x = try request.take(windows[0]).map {
      try AxisParser.window($0, name: windows[0], domain: declaration.x.domain)
    }
    let y = try request.take(windows[1]).map {
      try AxisParser.window($0, name: windows[1], domain: declaration.y.domain)
    }
    request.expandShorthands(of: declaration.parameters)
    let grid = try request.grid(
      over: declaration.parameters, known: entry.card.parameters,
      extra: CommandOptions.shared + ["of", "points"] + windows)
    guard grid.count == 1 else { throw UsageError("a diagram is drawn at one value of each parameter") }
    let fixed = grid[0]
    var window = try declaration.defaultWindow(fixed)
    if let x { window.x = x }
    if let y { window.y = y }
    try DiagramRun(entry: entry, declaration: declaration, fixed: fixed, window: window, points: points)
      .write(shared, request: request)
  }

  /// The diagram of a name; the first if none is given.
  static func declaration(_ kind: String?, of entry: CatalogueEntry) throws -> DiagramDeclaration {
    guard let first = entry.diagrams.first else {
      let others = Catalogue.models.filter { !$0.diagrams.isEmpty }.map(\.card.name)
      throw UndefinedQuestion(
        message: "diagram is not defined for \(entry.card.name); it is for: \(others.joined(separator: ", "))")
    }
    guard let kind else { return first }
    guard let found = entry.diagrams.first(where: { $0.name == kind }) else {
      throw UsageError.unknown("diagram", kind, among: entry.diagrams.map(\.name))
    }
    return found
  }
}

/// A diagram from its declaration to files.
struct DiagramRun {
  let entry: CatalogueEntry
  let declaration: DiagramDeclaration
  let fixed: Point
  let window: DiagramWindow
  let points: Int

  private var columns: [Column] {
    declaration.parameters.map(Column.init) + [
      Column("line", "name of the line"), Column("piece", "number of the connected piece of the line"),
      declaration.x.column,
    ] + [declaration.yParameter.map(Column.init), declaration.y.column].compactMap { $0 } + [
      Column("event", "what happens at this vertex: window, critical, fold, channel-absent, crossing")
    ] + Column.assurance
  }

  /// Computes the diagram and writes it where the options say.
  func write(_ shared: SharedOptions, request: Request) throws {
    let head = TableHead(
      command: "diagram", model: entry.card.name, line: nil, columns: columns, main: declaration.y.column.quantity)
    let outputs = try Outputs(shared, head: head)
    let console = Console(isQuiet: shared.quiet)
    let diagram = try Threads.$limit.withValue(shared.jobs ?? 0) { try declaration.compute(fixed, window, points) }
    if Interrupt.isRequested { throw CancellationError() }
    let rows = rows(of: diagram)
    try outputs.begin()
    try outputs.write(Outputs.encode(rows, isFirst: true, sinks: outputs.sinks))
    let parameters =
      zip(fixed.names, fixed.values).map { JSONValue.Member($0.name, JSONValue(Cell($1))) } + [
        JSONValue.Member(declaration.x.column.quantity.name, .string("\(window.x.lowerBound):\(window.x.upperBound)")),
        JSONValue.Member(declaration.y.column.quantity.name, .string("\(window.y.lowerBound):\(window.y.upperBound)")),
        JSONValue.Member("points", .number(Double(points))),
      ]
    let sources = declaration.lines.flatMap(\.sources).map(\.short)
    let run = RunRecord(
      commandLine: Program.words, version: SaddlepointVersion.current, parameters: parameters,
      tolerance: shared.tolerance, method: "each line by its own equation; see: saddlepoint explain \(entry.card.name)",
      references: sources.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }, seconds: console.seconds)
    try outputs.finish(rows: rows, regions: regions(of: diagram), run: run) {
      figure(of: diagram)
    } notebook: { csv in
      notebook(data: .embedded(csv))
    }
  }

  private func rows(of diagram: Diagram) -> [[Cell]] {
    diagram.curves.flatMap { curve in
      curve.points.map { point -> [Cell] in
        let isExact = point.status == .exact
        return fixed.values.map(Cell.init) + [
          .text(curve.line), .integer(curve.piece), .number(point.x),
        ] + (declaration.yParameter == nil ? [] : [.number(1 / point.y)]) + [
          .number(point.y), point.event.map { .text($0.rawValue) } ?? .empty, isExact ? .empty : .number(point.error),
          .text(point.status.name), point.status.reason.map(Cell.text) ?? .empty,
        ]
      }
    }
  }

  private func regions(of diagram: Diagram) -> JSONValue {
    .array(
      diagram.regions.map { region in
        [
          "name": .string(region.name), "label": .string(region.label),
          "region": region.phase.map { .string($0.rawValue) } ?? .null,
          "axes": .array([
            .string(declaration.x.column.quantity.name), .string(declaration.y.column.quantity.name),
          ]),
          "polygon": .array(region.polygon.map { .array([.number($0.x), .number($0.y)]) }),
        ]
      })
  }

  /// A notebook that redraws the lines from a file or from the data it holds.
  func notebook(data: Notebook.Data) -> Notebook {
    Notebook(
      title: "Phase diagram of \(entry.card.name), \(caption)", data: data,
      xColumn: declaration.x.column.quantity.name, yColumn: declaration.y.column.quantity.name, groupColumn: "line",
      pieceColumn: "piece",
      x: axes.x, y: axes.y)
  }

  private var axes: (x: FigureAxis, y: FigureAxis) {
    (
      FigureAxis(symbol: declaration.x.column.symbol, isLogarithmic: declaration.x.isLogarithmic, range: window.x),
      FigureAxis(symbol: declaration.y.column.symbol, isLogarithmic: declaration.y.isLogarithmic, range: window.y)
    )
  }

  /// The fixed parameters in words.
  private var caption: String {
    zip(declaration.parameters, fixed.values).compactMap { parameter, value in
      if value == .absent { return nil }
      // Words where they are not the model's usual ones.
      if case .choice = parameter.kind {
        return value == entry.card[parameter.quantity]?.defaultValue ? nil : "\(parameter.quantity.name) \(value.text)"
      }
      return "$\(parameter.symbol)$ = \(value.text)"
    }.joined(separator: ", ")
  }

  /// The figure: regions below, lines above, and the points where lines end.
  func figure(of diagram: Diagram) -> Figure {
    var regionNames: [String] = []
    for region in diagram.regions where !regionNames.contains(region.name) { regionNames.append(region.name) }
    let regions = regionNames.map { name in
      let parts = diagram.regions.filter { $0.name == name }
      return FigureRegion(
        parts[0].label, outlines: parts.map { $0.polygon.map { PlotPoint($0.x, $0.y) } }, fill: FigureStyles.fill(name))
    }
    let names = declaration.lines.filter { !$0.isPoint }.map(\.name)
    let curves = names.compactMap { name -> FigureCurve? in
      let pieces = diagram.curves.filter { $0.line == name }.map { $0.points.map { PlotPoint($0.x, $0.y) } }
      return pieces.isEmpty ? nil : FigureCurve(name, pieces: pieces, style: nil)
    }
    let points = Set(declaration.lines.filter(\.isPoint).map(\.name))
    let markers = diagram.curves.flatMap { curve in
      curve.points.compactMap { point -> FigureMarker? in
        if points.contains(curve.line) { return FigureMarker(curve.line, at: PlotPoint(point.x, point.y)) }
        return point.event == .fold ? FigureMarker("fold", at: PlotPoint(point.x, point.y), mark: .diamond) : nil
      }
    }
    let map = diagram.map.map { map in
      FigureMap(
        label: FigureAxis(symbol: map.column.symbol, unit: map.column.unit).label, x: map.x, y: map.y,
        values: map.values.map { $0 ?? .nan })
    }
    let evidence = Dictionary(grouping: declaration.lines, by: \.evidence).sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.key.rawValue): \($0.value.map(\.name).joined(separator: ", "))" }
    return Figure(
      x: axes.x, y: axes.y,
      curves: curves, regions: regions, markers: markers, map: map,
      caption: [
        "\(entry.card.name)\(caption.isEmpty ? "" : ", \(caption)"). Saddlepoint \(SaddlepointVersion.current).",
        evidence.joined(separator: "; ") + ".",
      ])
  }
}

/// Fills that say the same in every phase diagram: the darker, the less is possible.
enum FigureStyles {
  static func fill(_ region: String) -> RegionFill? {
    switch region {
    case "impossible": RegionFill(colour: "#D0D0D0")
    case "hard": RegionFill(colour: "#F4CDB4", hatch: .rising)
    case "hybrid-hard": RegionFill(colour: "#F8E3A8", hatch: .falling)
    case "easy": RegionFill(colour: "#FFFFFF")
    case "easy-gradient-flow-fails": RegionFill(colour: "#E4EFF8")
    case "easy-langevin-fails": RegionFill(colour: "#E2EEDB")
    case "easy-langevin-and-gradient-flow-fail": RegionFill(colour: "#C4DBEE")
    case "minima": RegionFill(colour: "#C4DBEE", hatch: .rising)
    case "saddles": RegionFill(colour: "#E4EFF8")
    case "rs": RegionFill(colour: "#FFFFFF")
    case "1rsb": RegionFill(colour: "#F4CDB4", hatch: .rising)
    case "1frsb": RegionFill(colour: "#F8E3A8", hatch: .falling)
    case "frsb": RegionFill(colour: "#E4EFF8")
    default: nil
    }
  }
}
