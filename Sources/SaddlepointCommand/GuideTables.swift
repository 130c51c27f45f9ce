// SPDX-License-Identifier: GPL-3.0-or-later

import Saddlepoint

/// The tables of a model's guide, made from its declarations.
enum GuideTables {
  private static let begin = "<!-- tables: made by `make guides` -->"
  private static let end = "<!-- end of tables -->"

  /// Replaces what stands between the markers of a guide.
  static func rewrite(_ path: String, for entry: CatalogueEntry) throws {
    let text = try readText(path)
    guard let start = text.firstRange(of: begin), let stop = text.firstRange(of: end),
      start.upperBound <= stop.lowerBound
    else {
      throw InputError(path: path, reason: "the markers '\(begin)' and '\(end)' are missing")
    }
    let new = text[..<start.upperBound] + "\n\n" + tables(of: entry) + "\n" + text[stop.lowerBound...]
    if new != text { try OutputFile.write(Array(String(new).utf8), to: path) }
  }

  /// Parameters, questions and lines in Markdown.
  static func tables(of entry: CatalogueEntry) -> String {
    var lines = [
      "### Parameters", "", "| option | symbol | allowed | default | meaning |", "| --- | --- | --- | --- | --- |",
    ]
    lines += entry.card.families.map { family in
      let member = family.member(2)
      return "| `--\(family.prefix)K`, `--\(family.shorthand)` | $\(member.symbol.replacing("2", with: "K"))$ "
        + "| \(member.allowed.replacing("2", with: "K")) | none | \(member.description.replacing("2", with: "K")) |"
    }
    lines += entry.card.parameters.map { parameter in
      "| `--\(Request.optionName(parameter.quantity))` | $\(parameter.symbol)$ | \(parameter.allowed) "
        + "| \(parameter.defaultValue?.text ?? "required") | \(parameter.description) |"
    }
    if !entry.questions.isEmpty {
      lines += [
        "", "### Questions", "", "| command | result columns | evidence | meaning |", "| --- | --- | --- | --- |",
      ]
      lines += entry.questions.map { question in
        "| `\(question.name)` | \(question.columns.map { "`\($0.quantity.name)`" }.joined(separator: ", ")) "
          + "| \(question.evidence.rawValue) | \(question.summary) |"
      }
    }
    if !entry.lines.isEmpty {
      lines += [
        "", "### Lines", "", "| line | solves for | evidence | source | where |", "| --- | --- | --- | --- | --- |",
      ]
      lines += entry.lines.map(\.declaration).map { line in
        "| `\(line.name)` | \(line.unknowns.map { "`\($0.name)`" }.joined(separator: ", ")) | \(line.evidence.rawValue) "
          + "| \(line.sources.map(\.short).joined(separator: ", ")) | \(line.domain) |"
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
