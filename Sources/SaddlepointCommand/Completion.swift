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
    let models = Catalogue.models
    if command == "reproduce" { return Catalogue.reproductions.map(\.name) }
    guard let entry = models.first(where: { typed.contains($0.card.name) }) else { return models.map(\.card.name) }
    if prefix.hasPrefix("-") {
      let parameters =
        command == "threshold" || command == "diagram"
        ? entry.card.parameters : entry.questions.first { $0.name == command }?.parameters ?? []
      return parameters.map { "--" + Request.optionName($0.quantity) }
    }
    switch command {
    case "threshold": return entry.lines.map(\.declaration.name)
    case "explain": return entry.questions.map(\.name) + entry.lines.map(\.declaration.name)
    default: return []
    }
  }
}
