// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// `saddlepoint models [MODEL]`.
struct ModelsCommand: ParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "What can be studied: models, parameters, questions, lines.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Option(
    help: ArgumentHelp(
      "Rewrite the tables of a guide, between its markers, from the declarations.", valueName: "file.md"),
    completion: .file(extensions: ["md"])) var guide: String?
  @Argument(
    parsing: .allUnrecognized, help: ArgumentHelp("A model.", valueName: "MODEL"), completion: Completion.words)
  var rest: [String] = []

  func run() throws {
    let request = try Request(rest)
    if shared.help { return try Help.show(command: "models", positionals: []) }
    try shared.refuseFiles("models")
    try request.expectPositionals(1)
    guard request.options.isEmpty else {
      throw UsageError.unknown("option", "--" + request.options[0].name, among: CommandOptions.shared.map { "--" + $0 })
    }
    let entries = request.positionals.isEmpty ? Catalogue.models : [try request.entry()]
    if let guide {
      guard entries.count == 1 else { throw UsageError("--guide needs a model") }
      return try GuideTables.rewrite(guide, for: entries[0])
    }
    if try shared.dataFormat() == .json {
      return try Text.put(
        JSONValue.object([
          .init("schema", .number(1)), .init("command", .string("models")),
          .init("models", .array(entries.map(Self.json))),
        ]).indentedText)
    }
    if request.positionals.isEmpty {
      let width = entries.map(\.card.name.count).max() ?? 0
      let lines = entries.map { entry in
        entry.card.name.padded(to: width) + "  " + entry.card.summary
      }
      try Text.put(
        lines.joined(separator: "\n") + "\n\nParameters, questions and lines of one: saddlepoint models MODEL")
    } else {
      try Text.put(Self.text(entries[0]))
    }
  }

  /// A model's page.
  static func text(_ entry: CatalogueEntry) -> String {
    let card = entry.card
    var lines = [card.name, "  " + card.summary, "  " + card.definition, "", "Parameters"]
    lines += Help.table(
      card.families.map { family in
        [
          "--\(family.prefix)K, --\(family.shorthand) K:VALUE,...",
          family.member(2).description.replacing("2", with: "K"), "",
        ]
      } + card.parameters.map(Help.row))
    if !entry.questions.isEmpty {
      lines += ["", "Questions"] + Help.table(entry.questions.map { [$0.name, $0.summary] })
    }
    if !entry.diagrams.isEmpty {
      lines += Help.table(entry.diagrams.map { ["diagram --of \($0.name)", $0.summary] })
    }
    if !entry.lines.isEmpty {
      lines += ["", "Lines (saddlepoint threshold \(card.name) LINE)"]
      lines += Help.table(
        entry.lines.map(\.declaration).map { line in
          [
            line.name + (line.aliases.isEmpty ? "" : " (\(line.aliases.joined(separator: ", ")))"),
            line.summary + " [\(line.evidence.rawValue)]",
          ]
        })
    }
    let sources =
      card.sources + entry.questions.flatMap(\.sources) + entry.lines.flatMap(\.declaration.sources)
    let names = sources.map(\.short).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    lines += ["", "Sources: " + names.joined(separator: ", ")]
    return lines.joined(separator: "\n")
  }

  private static func json(_ entry: CatalogueEntry) -> JSONValue {
    [
      "name": .string(entry.card.name), "summary": .string(entry.card.summary),
      "definition": .string(entry.card.definition),
      "families": .array(
        entry.card.families.map { ["prefix": .string($0.prefix), "shorthand": .string($0.shorthand)] }),
      "parameters": .array(
        entry.card.parameters.map { parameter in
          [
            "name": .string(parameter.quantity.name), "symbol": .string(parameter.symbol),
            "description": .string(parameter.description), "allowed": .string(parameter.allowed),
            "default": parameter.defaultValue.map { JSONValue(Cell($0)) } ?? .null,
          ]
        }),
      "questions": .array(entry.questions.map { .string($0.name) }),
      "diagrams": .array(entry.diagrams.map { .string($0.name) }),
      "lines": .array(
        entry.lines.map(\.declaration).map { line in
          [
            "name": .string(line.name), "aliases": .array(line.aliases.map(JSONValue.string)),
            "summary": .string(line.summary), "evidence": .string(line.evidence.rawValue),
            "unknowns": .array(line.unknowns.map { .string($0.name) }),
            "sources": .array(line.sources.map { .string($0.short) }),
          ]
        }),
    ]
  }
}
