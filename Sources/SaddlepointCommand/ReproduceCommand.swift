// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// `saddlepoint reproduce FIGURE [-o DIR]`.
struct ReproduceCommand: AsyncParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce", abstract: "A published figure: data, picture and notebook.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Flag(help: "List the figures.") var list = false
  @Argument(
    parsing: .allUnrecognized, help: ArgumentHelp("A figure.", valueName: "FIGURE"), completion: Completion.words)
  var rest: [String] = []

  func run() async throws {
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
    let stems = figure.panels.map { folder + "/" + $0.name }
    for (panel, stem) in zip(figure.panels, stems) { try await write(panel, stem: stem) }
  }

  /// One panel: its data, picture, notebook and record, all of one name, made by its command.
  private func write(_ panel: Reproduction.Panel, stem: String) async throws {
    let outputs =
      [".csv", ".svg", ".ipynb"].flatMap { ["-o", stem + $0] } + (panel.isPrinted ? ["-o", "/dev/stdout"] : [])
    var command = try Root.parseAsRoot(panel.command + outputs + (shared.quiet ? ["--quiet"] : []))
    if var asynchronous = command as? any AsyncParsableCommand {
      try await asynchronous.run()
    } else {
      try command.run()
    }
    if Interrupt.isRequested { throw CancellationError() }
    Console(isQuiet: shared.quiet).say(
      "wrote \(stem).csv, .svg, .ipynb by: saddlepoint \(panel.command.joined(separator: " "))")
  }
}
