// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// Help texts, made from the declarations.
enum Help {
  /// Shows the help of a command, or of a command for a model (and a line).
  static func show(
    command: String, positionals: [String], options: [(name: String, value: String)] = []
  ) throws {
    guard let word = positionals.first else { return try Text.put(overview(of: command)) }
    let request = try Request([word])
    let entry = try request.entry()
    let name = entry.card.name
    switch command {
    case "threshold":
      guard !entry.lines.isEmpty else { throw undefined(command, for: name) { !$0.lines.isEmpty } }
      guard let second = positionals.dropFirst().first else {
        let lines = entry.lines.map(\.declaration).map { line in
          [line.name + (line.aliases.isEmpty ? "" : " (\(line.aliases.joined(separator: ", ")))"), line.summary]
        }
        let first = entry.lines[0]
        let example = lineExample(first.declaration, first.question(first.declaration.unknowns[0]))
        return try Text.put(
          (["saddlepoint threshold \(name) LINE", "", "Lines"] + table(lines)
            + ["", "Parameters of one: saddlepoint threshold \(name) LINE --help", "", "Example"]
            + ["  saddlepoint threshold \(name) \(first.declaration.name) \(example)"]).joined(separator: "\n"))
      }
      let line = try QuestionRun.line(second, of: entry)
      let question = line.question(line.declaration.unknowns[0])
      let solves = line.declaration.unknowns.map(Request.optionName).joined(separator: ", ")
      let example = lineExample(line.declaration, question)
      try Text.put(
        page(
          "threshold \(name) \(line.declaration.name)", question, extra: "Solves for: \(solves) (--for NAME)",
          example: example))
    case "diagram":
      let diagram = try DiagramCommand.declaration(nil, of: entry)
      let windows = [diagram.x, diagram.y].map {
        [
          "--\(Request.optionName($0.column.quantity)) A:B", "window: \($0.column.description)",
          "default: all that matters",
        ]
      }
      try Text.put(
        (["saddlepoint diagram \(name)"] + Text.wrapped(diagram.summary, indent: "  ") + ["", "Parameters"]
          + table(diagram.parameters.map(row) + windows + [["--points N", "vertices of each line", "default 200"]])
          + ["", "Example", "  saddlepoint diagram \(name) \(diagram.example) -o diagram.svg -o diagram.csv"]
          + sharedOptions)
          .joined(separator: "\n"))
    default:
      let candidates = entry.questions.filter { $0.name == command || $0.command == command }
      let meant = candidates.first { $0.name == command } ?? candidates.first
      guard let question = candidates.first(where: { $0.isChosen(by: options) }) ?? meant else {
        throw undefined(command, for: name) { $0.questions.contains { $0.command == command } }
      }
      let others = candidates.filter { $0.name != question.name && !$0.selector.isEmpty }.map(\.selector)
      try Text.put(
        page(
          question.invocation(of: name), question,
          extra: others.isEmpty ? nil : "Other questions: \(others.joined(separator: ", ")) (help with that option)",
          example: question.example, model: name))
    }
  }

  private static func undefined(
    _ command: String, for name: String, where isDefined: (CatalogueEntry) -> Bool
  ) -> UndefinedQuestion {
    let others = Catalogue.models.filter(isDefined).map(\.card.name)
    return UndefinedQuestion(
      message: "\(command) is not defined for \(name); it is for: \(others.joined(separator: ", "))")
  }

  /// The help of a command without a model.
  private static func overview(of command: String) -> String {
    guard let type = Root.commands.first(where: { $0.configuration.commandName == command }) else { return "" }
    let models = Catalogue.models.filter { entry in
      switch command {
      case "threshold": !entry.lines.isEmpty
      case "diagram": !entry.diagrams.isEmpty
      case "models", "explain", "check": true
      default: entry.questions.contains { $0.command == command }
      }
    }
    let usage: String
    let example: String
    switch command {
    case "models": (usage, example) = ("models [MODEL]", "models spiked-matrix-tensor")
    case "explain":
      (usage, example) = ("explain MODEL [LINE or QUESTION]", "explain spiked-matrix-tensor gradient-flow")
    case "threshold":
      (usage, example) = (
        "threshold MODEL LINE", "threshold spiked-matrix-tensor gradient-flow --p 3 --deltap 0.1:4:40"
      )
    case "check": (usage, example) = ("check [MODEL]", "check spiked-matrix-tensor")
    case "reproduce": (usage, example) = ("reproduce FIGURE [-o DIR]", "reproduce --list")
    case "diagram": (usage, example) = ("diagram MODEL", "diagram spiked-matrix-tensor --p 3 -o diagram.svg")
    default:
      let first = models.first
      usage = "\(command) MODEL"
      example =
        "\(command) \(first?.card.name ?? "") \(first?.questions.first { $0.command == command }?.example ?? "")"
    }
    let isText = command == "models" || command == "explain"
    let isQuestion = !isText && command != "check" && command != "reproduce"
    var lines = ["saddlepoint \(usage)" + (isQuestion ? " [--parameter VALUE ...]" : "")]
    lines += ["  " + type.configuration.abstract]
    if command != "reproduce" {
      lines += ["", "Models"] + table(models.map { [$0.card.name, $0.card.summary] })
    }
    if command == "threshold" {
      lines += ["", "MODEL --help lists the lines; MODEL LINE --help shows parameters and columns."]
    } else if isQuestion {
      lines += ["", "MODEL --help shows the model's parameters and columns."]
    }
    lines += ["", "Example", "  saddlepoint \(example)"]
    switch command {
    case "models", "explain": lines += ["", "Options"] + table([["--format json", "the same for programs"]])
    case "check":
      lines += ["", "Options"]
      lines += table([
        ["--slow", "add simulations of fixed seeds; their discrepancies are in standard errors (under a minute)"],
        ["--format table|csv|json|ndjson", "form of standard output"],
        ["-o FILE", ".csv .json .ndjson; repeatable"],
      ])
    case "reproduce":
      lines += ["", "Options"]
      lines += table([
        ["--list", "the figures that can be reproduced"],
        ["-o DIR", "an existing folder for data, pictures and notebooks; default: this one"],
        ["--quiet", "no names of written files on standard error"],
      ])
    default: lines += sharedOptions
    }
    return lines.joined(separator: "\n")
  }

  private static func page(
    _ title: String, _ question: Question, extra: String?, example: String, model: String? = nil
  ) -> String {
    var lines = ["saddlepoint \(title)"] + Text.wrapped(question.summary, indent: "  ")
    if let extra { lines += ["  " + extra] }
    lines += ["", "Parameters (each takes a value, a list a,b,c or a range start:stop:count[:log])"]
    lines += table(
      question.families.map { family in
        [
          "--\(family.shorthand) K:VALUE,...",
          "or --\(family.prefix)K VALUE: \(family.member(2).description.replacing("2", with: "K"))", "",
        ]
      } + question.parameters.map(row))
    lines += ["", "Columns"] + table((question.columns + Column.assurance).map { [$0.quantity.name, $0.description] })
    lines += ["", "Evidence: \(question.evidence.rawValue); \(question.sources.map(\.short).joined(separator: ", "))"]
    let holdsSelector = example.contains(question.selector)
    let asked = model.map { holdsSelector ? "\(question.command) \($0)" : title } ?? title
    lines += ["", "Example", "  saddlepoint \(asked) \(example)"] + sharedOptions
    return lines.joined(separator: "\n")
  }

  /// An example that runs: every parameter without a default at a value inside its domain.
  static func lineExample(_ line: LineDeclaration, _ question: Question) -> String {
    if let example = line.example { return example }
    let families =
      line.usesFamilies ? ["--mixture 3:1"] + (line.parameters.contains("signal_scale") ? ["--signal 3:1.5"] : []) : []
    let numbers = question.parameters.compactMap { parameter -> String? in
      guard case .number(let domain, let initial) = parameter.kind else { return nil }
      if let initial { return parameter.quantity == "p" ? "--p \(Value.number(initial).text)" : nil }
      return "--\(Request.optionName(parameter.quantity)) \(domain.contains(0.5) ? "0.1:4:40" : "1")"
    }
    return (families + numbers).joined(separator: " ")
  }

  private static let sharedOptions =
    [
      "", "Output and shared options",
    ]
    + table([
      ["--format table|csv|json|ndjson", "form of standard output"],
      ["-o FILE", ".csv .json .ndjson data, .svg .pdf .png .gp figure, .ipynb notebook; repeatable"],
      ["--at FILE.csv", "points from a file, columns named like the parameters"],
      ["--tolerance T", "estimated error relative to max(|value|, scale); default 1e-10"],
      ["--plot-x COLUMN, --plot-y COLUMN,...", "what a figure shows (default: the main result against what varies)"],
      ["--jobs N, --quiet", "threads; no progress on standard error"],
    ])

  /// A parameter as a line of a table.
  static func row(_ parameter: Parameter) -> [String] {
    let initial: String
    switch parameter.defaultValue {
    case .absent?: initial = "optional"
    case let value?: initial = "default \(value.text)"
    case nil: initial = "required"
    }
    return ["--\(Request.optionName(parameter.quantity))", parameter.description, "\(parameter.allowed); \(initial)"]
  }

  /// Aligned columns, indented by two.
  static func table(_ rows: [[String]]) -> [String] {
    var widths: [Int] = []
    for row in rows {
      for (index, text) in row.enumerated() {
        if index == widths.count { widths.append(0) }
        widths[index] = max(widths[index], text.count)
      }
    }
    return rows.map { row in
      var line = "  " + row.enumerated().map { $1.padded(to: widths[$0]) }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
