// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// Shell completion of what the catalogue knows: models, lines, figures and parameters.
enum Completion {
  static let words = CompletionKind.custom { words, index, prefix in
    candidates(before: Array(words.prefix(max(index, 0))), prefix: prefix)
  }

  /// The words that may follow those already typed (the program's name first).
  static func candidates(before words: [String], prefix: String) -> [String] {
    let typed = words.dropFirst().filter { !$0.hasPrefix("-") }
    guard let command = typed.first else { return Root.names }
    if command == "reproduce" { return Catalogue.reproductions.map(\.name) }
    let models = Catalogue.models.filter { answers($0, command) }
    guard let entry = models.first(where: { typed.contains($0.card.name) }) else { return models.map(\.card.name) }
    let line = entry.lines.first { line in typed.dropFirst().contains { line.declaration.isCalled($0) } }
    let (parameters, windows) = options(of: command, entry, line)
    if let last = words.last, last.hasPrefix("--"), !prefix.hasPrefix("-"),
      let parameter = parameters.first(where: { "--" + Request.optionName($0.quantity) == last })
    {
      guard case .choice(let choices, _) = parameter.kind else { return [] }
      return choices.map(\.name)
    }
    if prefix.hasPrefix("-") { return (parameters.map(\.quantity) + windows).map { "--" + Request.optionName($0) } }
    switch command {
    case "threshold" where line == nil: return entry.lines.map(\.declaration.name)
    case "explain" where line == nil: return entry.questions.map(\.name) + entry.lines.map(\.declaration.name)
    default: return []
    }
  }

  /// Whether a command has something to say about a model.
  private static func answers(_ entry: CatalogueEntry, _ command: String) -> Bool {
    switch command {
    case "models", "explain", "check": true
    case "threshold": !entry.lines.isEmpty
    case "diagram": !entry.diagrams.isEmpty
    default: entry.questions.contains { $0.command == command }
    }
  }

  /// The parameters that may be given, and the axes of a diagram.
  private static func options(
    of command: String, _ entry: CatalogueEntry, _ line: CatalogueLine?
  ) -> (parameters: [Parameter], windows: [Quantity]) {
    switch command {
    case "threshold":
      guard let line else { return (entry.card.parameters, []) }
      // With --for, the line's own unknown is given instead of the one that is named there.
      return (
        entry.card.parameters.filter {
          line.declaration.parameters.contains($0.quantity)
            && !(line.declaration.isPoint && line.declaration.unknowns.contains($0.quantity))
        }, []
      )
    case "diagram":
      guard let diagram = entry.diagrams.first else { return ([], []) }
      return (diagram.parameters, [diagram.x.column.quantity, diagram.y.column.quantity])
    default:
      var parameters: [Parameter] = []
      for parameter in entry.questions.filter({ $0.command == command }).flatMap(\.parameters)
      where !parameters.contains(where: { $0.quantity == parameter.quantity }) { parameters.append(parameter) }
      return (parameters, [])
    }
  }
}

extension LineDeclaration {
  /// Whether a word names this line.
  fileprivate func isCalled(_ word: String) -> Bool { Words.canonical(word, among: [name] + aliases) != nil }
}
