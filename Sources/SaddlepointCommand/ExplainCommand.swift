// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// `saddlepoint explain MODEL [LINE or QUESTION]`.
struct ExplainCommand: ParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Formula, symbols, domain, source, evidence class and BibTeX.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Argument(
    parsing: .allUnrecognized, help: ArgumentHelp("A model and one of its lines or questions.", valueName: "MODEL ..."),
    completion: Completion.words) var rest: [String] = []

  func run() throws {
    let request = try Request(rest)
    if shared.help { return try Help.show(command: "explain", positionals: []) }
    try shared.refuseFiles("explain")
    let entry = try request.entry()
    try request.expectPositionals(2)
    let chosen = entry.questions.first {
      $0.command == request.positionals.dropFirst().first && $0.isChosen(by: request.options)
    }
    guard request.options.isEmpty || (chosen != nil && request.options.count == 1) else {
      throw UsageError.unknown("option", "--" + request.options[0].name, among: CommandOptions.shared.map { "--" + $0 })
    }
    try Text.put(
      (try shared.dataFormat() == .json
        ? Self.json(try subject(request, entry)).indentedText : Self.text(try subject(request, entry))))
  }

  /// What is explained, whether model, line or question.
  private struct Subject {
    let name: String
    let summary: String
    let formula: String
    let symbols: [(String, String, String)]
    let domain: String
    let evidence: Evidence?
    let sources: [Citation]
    let solvesFor: [String]
  }

  private func subject(_ request: Request, _ entry: CatalogueEntry) throws -> Subject {
    guard let subject = request.positionals.dropFirst().first else {
      let card = entry.card
      return Subject(
        name: card.name, summary: card.summary, formula: card.definition, symbols: card.parameters.map(Self.symbol),
        domain: "see the parameters", evidence: nil, sources: card.sources, solvesFor: [])
    }
    let chosen = entry.questions.first { $0.command == subject && $0.isChosen(by: request.options) }
    let word = chosen?.name ?? subject
    let questions = entry.questions.flatMap { [$0.name, $0.command] }
    let lines = entry.lines.flatMap { [$0.declaration.name] + $0.declaration.aliases }
    guard let name = Words.canonical(word, among: questions + lines) else {
      throw UsageError.unknown("line or question", word, among: questions + lines)
    }
    if let question = entry.questions.first(where: { $0.name == name })
      ?? entry.questions.first(where: { $0.command == name })
    {
      return Subject(
        name: "\(entry.card.name) \(question.name)", summary: question.summary, formula: question.formula,
        symbols: question.parameters.map(Self.symbol) + question.columns.map(Self.symbol), domain: question.domain,
        evidence: question.evidence, sources: question.sources, solvesFor: [])
    }
    let line = try QuestionRun.line(name, of: entry).declaration
    return Subject(
      name: "\(entry.card.name) \(line.name)", summary: line.summary, formula: line.formula,
      symbols: entry.card.parameters.filter { line.parameters.contains($0.quantity) }.map(Self.symbol)
        + line.columns.map(Self.symbol), domain: line.domain, evidence: line.evidence, sources: line.sources,
      solvesFor: line.unknowns.map(\.name))
  }

  private static func symbol(_ parameter: Parameter) -> (String, String, String) {
    (parameter.symbol, parameter.quantity.name, "\(parameter.description) (\(parameter.allowed))")
  }

  private static func symbol(_ column: Column) -> (String, String, String) {
    (column.symbol, column.quantity.name, column.description + (column.unit.isEmpty ? "" : " [\(column.unit)]"))
  }

  private static func text(_ subject: Subject) -> String {
    var lines = [subject.name] + Text.wrapped(subject.summary, indent: "  ")
    lines += ["", "Formula (TeX)"] + ["  " + subject.formula]
    lines += ["", "Symbols"] + Help.table(subject.symbols.map { [$0.0, $0.1, $0.2] })
    lines += ["", "Domain", "  " + subject.domain]
    if !subject.solvesFor.isEmpty { lines += ["", "Solves for", "  " + subject.solvesFor.joined(separator: ", ")] }
    if let evidence = subject.evidence {
      lines += ["", "Evidence class", "  \(evidence.rawValue): \(evidence.meaning)"]
    }
    lines += ["", "Sources"] + subject.sources.map { "  " + $0.short + "  " + $0.title }
    lines += ["", "BibTeX"] + subject.sources.map(\.bibTeX)
    return lines.joined(separator: "\n")
  }

  private static func json(_ subject: Subject) -> JSONValue {
    [
      "schema": .number(1), "command": .string("explain"), "name": .string(subject.name),
      "summary": .string(subject.summary), "formula": .string(subject.formula),
      "symbols": .array(
        subject.symbols.map { ["symbol": .string($0.0), "name": .string($0.1), "description": .string($0.2)] }),
      "domain": .string(subject.domain), "solves_for": .array(subject.solvesFor.map(JSONValue.string)),
      "evidence": subject.evidence.map { .string($0.rawValue) } ?? .null,
      "sources": .array(subject.sources.map { .string($0.short) }),
      "bibtex": .array(subject.sources.map { .string($0.bibTeX) }),
    ]
  }
}

extension Evidence {
  /// What the class means.
  var meaning: String {
    switch self {
    case .theorem: "proven, at least in part of the domain"
    case .replica: "the replica or cavity method"
    case .annealed: "an annealed average: exact for mean numbers, a bound for typical ones"
    case .heuristic: "a physical argument, compared with experiments"
    case .simulation: "means over sampled instances, with no theory beside them"
    }
  }
}
