// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// `saddlepoint reproduce FIGURE [-o DIR]`.
struct ReproduceCommand: ParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce", abstract: "A published figure: data, picture and notebook.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Flag(help: "List the figures.") var list = false
  @Argument(
    parsing: .allUnrecognized, help: ArgumentHelp("A figure.", valueName: "FIGURE"), completion: Completion.words)
  var rest: [String] = []

  func run() throws {
    let request = try Request(rest)
    if shared.help { return try Help.show(command: "reproduce", positionals: []) }
    try shared.refuseFiles("reproduce", output: false)
    let names = Catalogue.reproductions.map(\.name)
    guard request.options.isEmpty else {
      throw UsageError.unknown("option", "--" + request.options[0].name, among: ["--list", "--output", "--help"])
    }
    try request.expectPositionals(1)
    guard let word = request.positionals.first, !list else {
      if !list { throw UsageError("name a figure: \(names.joined(separator: ", "))") }
      return try Text.put(
        Help.table(Catalogue.reproductions.map { [$0.name, "\($0.summary) [\($0.source.short)]"] }).joined(
          separator: "\n"))
    }
    guard let name = Words.canonical(word, among: names),
      let figure = Catalogue.reproductions.first(where: { $0.name == name })
    else { throw UsageError.unknown("figure", word, among: names) }
    guard shared.output.count <= 1 else { throw UsageError("reproduce writes into one folder: give -o once") }
    let folder = shared.output.first ?? "."
    for panel in figure.panels { try write(panel, of: figure, to: folder) }
  }

  /// One panel: its data, picture, notebook and record, all of one name.
  private func write(_ panel: Reproduction.Panel, of figure: Reproduction, to folder: String) throws {
    guard let entry = Catalogue.models.first(where: { $0.card.name == panel.model }),
      let declaration = entry.diagrams.first(where: { $0.name == panel.diagram })
    else { throw UsageError("\(panel.model) has no diagram \(panel.diagram)") }
    let window = try declaration.defaultWindow(panel.fixed)
    let run = DiagramRun(entry: entry, declaration: declaration, fixed: panel.fixed, window: window, points: 200)
    let stem = folder + "/" + panel.name
    var options = shared
    options.output = ["\(stem).csv", "\(stem).svg"]
    options.at = nil
    try run.write(options, request: Request([]))
    let notebook = run.notebook(data: .file(panel.name + ".csv"))
    try OutputFile.write(Array(notebook.json.utf8) + [0x0A], to: "\(stem).ipynb")
    if Interrupt.isRequested { throw CancellationError() }
    Console(isQuiet: shared.quiet).say("wrote \(stem).csv, .svg, .ipynb")
  }
}
