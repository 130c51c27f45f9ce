// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// `saddlepoint check [MODEL]`.
struct CheckCommand: ParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Identities between independent routes, each with its discrepancy.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Flag(help: "Add simulations of fixed seeds (under a minute).") var slow = false
  @Argument(
    parsing: .allUnrecognized, help: ArgumentHelp("A model; all if none is named.", valueName: "MODEL"),
    completion: Completion.words) var rest: [String] = []

  private static let columns = [
    Column("model", "the model"), Column("identity", "what must agree"),
    Column("discrepancy", "largest difference found; of simulations in standard errors"),
    Column("bound", "largest difference that rounding explains, or chance"),
    Column("status", "holds or violated"),
  ]

  func run() throws {
    let request = try Request(rest)
    if shared.help { return try Help.show(command: "check", positionals: []) }
    try shared.refuseFiles("check", output: false)
    try request.expectPositionals(1)
    guard request.options.isEmpty else {
      throw UsageError.unknown(
        "option", "--" + request.options[0].name, among: (CommandOptions.shared + ["slow"]).map { "--" + $0 })
    }
    let entries = request.positionals.isEmpty ? Catalogue.models : [try request.entry()]
    let head = TableHead(
      command: "check", model: request.positionals.isEmpty ? "all" : entries[0].card.name, line: nil,
      columns: Self.columns, main: "discrepancy")
    let outputs = try Outputs(shared, head: head)
    if outputs.wantsPictures { throw UsageError("check writes data only: .csv, .json or .ndjson") }
    let console = Console(isQuiet: shared.quiet)
    try outputs.begin()
    var rows: [[Cell]] = []
    var violated = 0
    for entry in entries {
      for identity in entry.identities where slow || !identity.isSlow {
        if Interrupt.isRequested { throw CancellationError() }
        let discrepancy = try? identity.discrepancy()
        let holds = discrepancy.map { $0 <= identity.bound } ?? false
        if !holds { violated += 1 }
        let row: [Cell] = [
          .text(entry.card.name), .text(identity.name), Cell(discrepancy.flatMap { $0.isNaN ? nil : $0 }),
          .number(identity.bound), .text(holds ? "holds" : "violated"),
        ]
        try outputs.write(Outputs.encode([row], isFirst: rows.isEmpty, sinks: outputs.sinks))
        rows.append(row)
      }
    }
    let run = RunRecord(
      commandLine: Program.words, version: SaddlepointVersion.current, parameters: [],
      tolerance: shared.tolerance, method: "independent routes to the same number", references: [],
      seconds: console.seconds)
    try outputs.finish(rows: rows, run: run) {
      throw UsageError("check has no figure")
    } notebook: { _ in
      throw UsageError("check has no notebook")
    }
    if violated > 0 {
      throw Unfinished(message: violated == 1 ? "1 identity is violated" : "\(violated) identities are violated")
    }
  }
}
