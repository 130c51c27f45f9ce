// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// The words that the shared options leave over: MODEL, LINE and the model's options.
private let restHelp = ArgumentHelp("Model, line and the model's parameters.", valueName: "MODEL ...")

/// `saddlepoint replica MODEL`.
struct ReplicaCommand: AsyncParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "replica", abstract: "Every saddle point, its stability, and which dominates.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Argument(parsing: .allUnrecognized, help: restHelp, completion: Completion.words) var rest: [String] = []

  func run() async throws { try await QuestionRun(command: "replica", shared: shared, rest: rest).run() }
}

/// `saddlepoint potential MODEL`.
struct PotentialCommand: AsyncParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "potential", abstract: "The replica potential as a curve.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Argument(parsing: .allUnrecognized, help: restHelp, completion: Completion.words) var rest: [String] = []

  func run() async throws { try await QuestionRun(command: "potential", shared: shared, rest: rest).run() }
}

/// `saddlepoint phase MODEL`.
struct PhaseCommand: AsyncParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "phase", abstract: "What is possible at a point, and what each algorithm reaches.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Argument(parsing: .allUnrecognized, help: restHelp, completion: Completion.words) var rest: [String] = []

  func run() async throws { try await QuestionRun(command: "phase", shared: shared, rest: rest).run() }
}

/// `saddlepoint complexity MODEL`.
struct ComplexityCommand: AsyncParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "complexity", abstract: "Log-number of stationary points per dimension.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Flag(help: "The exponent of typical numbers instead of mean ones (replica symmetric).") var quenched = false
  @Flag(help: "Further columns: the scalars of the saddle point, where the question has them.") var verboseColumns =
    false
  @Argument(parsing: .allUnrecognized, help: restHelp, completion: Completion.words) var rest: [String] = []

  func run() async throws {
    try await QuestionRun(
      command: quenched ? "complexity --quenched" : "complexity", shared: shared, rest: rest,
      showsAllColumns: verboseColumns
    ).run()
  }
}

/// `saddlepoint spectrum LAW`.
struct SpectrumCommand: AsyncParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "spectrum", abstract: "Densities, edges and outliers of a random-matrix law.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Argument(parsing: .allUnrecognized, help: restHelp, completion: Completion.words) var rest: [String] = []

  func run() async throws { try await QuestionRun(command: "spectrum", shared: shared, rest: rest).run() }
}

/// `saddlepoint dynamics MODEL`.
struct DynamicsCommand: AsyncParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "dynamics", abstract: "Mean-field time evolution: Langevin, gradient flow, momentum.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Flag(help: "The equilibrium correlation over many decades of time.") var equilibrium = false
  @Flag(help: "The aging state below the dynamic temperature.") var aging = false
  @Flag(help: "Escape times above a line, and where a power law says that they diverge.") var divergence = false
  @Option(
    help: ArgumentHelp(
      "Bytes that the surfaces of one dynamics may take (default: 2e9); more is refused before anything is computed.",
      valueName: "bytes"))
  var memory = 2e9
  @Option(
    help: ArgumentHelp(
      "A file from which --resume continues; written every minute, on Ctrl-C and at the end.", valueName: "file"),
    completion: .file())
  var checkpoint: String?
  @Option(
    help: ArgumentHelp("Continue the run of this checkpoint, to the same bytes.", valueName: "file"),
    completion: .file())
  var resume: String?
  @Argument(parsing: .allUnrecognized, help: restHelp, completion: Completion.words) var rest: [String] = []

  func run() async throws {
    let chosen = [("equilibrium", equilibrium), ("aging", aging), ("divergence", divergence)].filter(\.1).map(\.0)
    guard chosen.count <= 1 else {
      throw UsageError("\(chosen.map { "--" + $0 }.joined(separator: " and ")) are different questions")
    }
    let command = chosen.first.map { "dynamics --\($0)" } ?? "dynamics"
    guard memory >= 1 else { throw DomainError(.memory, memory, allowed: "memory >= 1 (bytes)") }
    try await MemoryLimit.$bytes.withValue(memory) {
      try await QuestionRun(command: command, shared: shared, rest: rest, checkpoint: checkpoint, resume: resume).run()
    }
  }
}

/// `saddlepoint simulate MODEL`.
struct SimulateCommand: AsyncParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "The same observables on sampled instances of finite size.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Argument(parsing: .allUnrecognized, help: restHelp, completion: Completion.words) var rest: [String] = []

  func run() async throws { try await QuestionRun(command: "simulate", shared: shared, rest: rest).run() }
}

/// `saddlepoint hessian MODEL`.
struct HessianCommand: AsyncParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "hessian", abstract: "Bulk edges and outlier of the Hessian at a stationary point.", helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Flag(help: "The joint law of the projections of signal and point as a table (empirical risks).") var density = false
  @Argument(parsing: .allUnrecognized, help: restHelp, completion: Completion.words) var rest: [String] = []

  func run() async throws {
    try await QuestionRun(command: density ? "hessian --density" : "hessian", shared: shared, rest: rest).run()
  }
}

/// `saddlepoint threshold MODEL LINE`.
struct ThresholdCommand: AsyncParsableCommand, SharingCommand {
  static let configuration = CommandConfiguration(
    commandName: "threshold", abstract: "The critical value of one parameter as a function of the others.",
    helpNames: [])
  @OptionGroup var shared: SharedOptions
  @Option(
    name: .customLong("for"), help: ArgumentHelp("Solve for another parameter than the line's own.", valueName: "name"))
  var unknown: String?
  @Argument(parsing: .allUnrecognized, help: restHelp, completion: Completion.words) var rest: [String] = []

  func run() async throws {
    try await QuestionRun(command: "threshold", shared: shared, rest: rest, unknown: unknown).run()
  }
}

/// A question over a grid, from words to files.
struct QuestionRun {
  let command: String
  let shared: SharedOptions
  let rest: [String]
  var unknown: String?
  var showsAllColumns = false
  var checkpoint: String?
  var resume: String?

  func run() async throws {
    var request = try Request(rest)
    if shared.help {
      return try Help.show(command: command, positionals: request.positionals, options: request.options)
    }
    let entry = try request.entry()
    // Where a question has a parameter `at`, that is meant, not a file of points.
    let placed = shared.at.flatMap { place in
      entry.questions.contains { $0.name == command && $0.parameters.contains { $0.quantity == "at" } } ? place : nil
    }
    if let placed { request.add("at", placed) }
    let (declared, line) = try question(of: entry, &request)
    let asked = declared.with(members: try request.members(of: declared.families))
    if showsAllColumns, asked.verboseColumns.isEmpty {
      throw UsageError("--verbose-columns: \(entry.card.name) has no further columns here")
    }
    let question = showsAllColumns ? asked.verbose : asked
    request.expandShorthands(of: question.parameters)
    try request.expectPositionals(line == nil ? 1 : 2)
    let solved = line?.declaration.unknowns ?? []
    let grid = try request.grid(
      over: question.parameters, known: entry.card.parameters + alternatives(to: question, of: entry), solved: solved,
      isPoint: line?.declaration.isPoint == true,
      extra: CommandOptions.shared + (line == nil ? [] : ["for"]),
      file: placed == nil ? try shared.at.map { try PointFile(path: $0) } : nil)
    if let check = question.check { for index in 0..<grid.count { try check(grid[index]) } }
    let head = TableHead(
      command: command.split(separator: " ").first.map(String.init) ?? command, model: entry.card.name,
      line: line?.declaration.name, columns: question.allColumns,
      main: question.main)
    let plot = try SweepFigure(
      question: question, grid: grid, entry: entry, line: line, x: shared.plotX, y: shared.plotY)
    let outputs = try Outputs(shared, head: head)
    if outputs.wantsPictures, !plot.isPossible {
      throw UsageError(plot.need)
    }
    let console = Console(isQuiet: shared.quiet)
    let tolerance = shared.givenTolerance ?? question.defaultTolerance
    let subject =
      checkpoint == nil && resume == nil
      ? []
      : Checkpoint.subject(
        question, of: entry.card.name, over: grid, parameters: parameters(question, grid, request),
        tolerance: tolerance)
    let saved = try resume.map { try Checkpoint(path: $0, of: subject) }
    let writer = try checkpoint.map { try CheckpointWriter(path: $0, subject: subject, continuing: saved) }
    var rows: [[Cell]] = []
    var unfinished = 0
    let (sinks, keep) = (outputs.sinks, outputs.needsAllRows)
    let status = question.allColumns.count - 2
    let sweep = Sweep(question, over: grid, tolerance: tolerance, jobs: shared.jobs ?? Cores.count)
    let keepsRows = keep || writer != nil
    try outputs.begin()
    if let saved, !saved.rows.isEmpty {
      try outputs.write(Outputs.encode(saved.rows, isFirst: true, sinks: sinks))
      if keepsRows { rows = saved.rows }
      unfinished = saved.rows.count { $0[status] == .text("not-converged") }
    }
    // Within a long row, a clock of its own tells how far it is.
    let ticker = Ticker(seconds: 0.5) { console.show(reached: LongTimeArchive.reached()) }
    defer { ticker.stop() }
    do {
      try await sweep.run(from: saved?.points ?? 0) { rows, isFirst in
        (
          bytes: Outputs.encode(rows, isFirst: isFirst, sinks: sinks), rows: keepsRows ? rows : [],
          unfinished: rows.count { $0[status] == .text("not-converged") }
        )
      } isCancelled: {
        Interrupt.isRequested
      } emit: { chunk, progress in
        try outputs.write(chunk.bytes)
        rows += chunk.rows
        unfinished += chunk.unfinished
        writer?.add(chunk.rows, points: progress.done)
        console.show(done: progress.done, total: progress.total)
      }
    } catch is CancellationError {
      try writer?.finish()
      throw CancellationError()
    }
    try writer?.finish()
    ticker.stop()
    console.clear()
    let run = RunRecord(
      commandLine: Program.words, version: SaddlepointVersion.current,
      parameters: parameters(question, grid, request), tolerance: tolerance, method: question.formula,
      references: question.sources.map(\.short), seconds: console.seconds)
    try outputs.finish(rows: rows, run: run) {
      plot.figure(rows)
    } notebook: { csv in
      plot.notebook(csv)
    }
    if Interrupt.isRequested { throw CancellationError() }
    if unfinished > 0 {
      let rows = unfinished == 1 ? "1 row" : "\(unfinished) rows"
      throw Unfinished(message: "\(rows) did not converge; the column 'reason' says why")
    }
  }

  /// Parameters that other questions of the command have.
  private func alternatives(to question: Question, of entry: CatalogueEntry) -> [Parameter] {
    entry.questions.filter { $0.command == question.command && $0.name != question.name }.flatMap(\.parameters)
  }

  private func question(of entry: CatalogueEntry, _ request: inout Request) throws -> (Question, CatalogueLine?) {
    guard command == "threshold" else {
      let chosen = entry.questions.filter { $0.command == command && $0.isChosen(by: request.options) }
      let candidates = chosen.isEmpty ? entry.questions.filter { $0.name == command } : chosen
      // Several questions of one name differ in their parameters: the first that has all those given is meant.
      let meant = candidates.first { question in
        request.options.allSatisfy { option in
          let isIn = { (question: Question) in
            question.parameters.contains {
              Words.canonical(option.name, among: [Request.optionName($0.quantity)]) != nil
            }
          }
          return isIn(question) || !candidates.contains(where: isIn)
        }
      }
      let any = entry.questions.first { $0.command == command }
      guard let question = meant ?? candidates.first ?? any else {
        let others = Catalogue.models.filter { $0.questions.contains { $0.command == command } }.map(\.card.name)
        throw UndefinedQuestion(
          message: "\(command) is not defined for \(entry.card.name); it is for: \(others.joined(separator: ", "))")
      }
      return (question, nil)
    }
    guard !entry.lines.isEmpty else {
      let others = Catalogue.models.filter { !$0.lines.isEmpty }.map(\.card.name)
      throw UndefinedQuestion(
        message: "threshold is not defined for \(entry.card.name); it is for: \(others.joined(separator: ", "))")
    }
    let line = try Self.line(request.positionals.dropFirst().first, of: entry)
    // `index:2` is `index --index 2`.
    if let parts = request.positionals.dropFirst().first?.split(separator: ":", maxSplits: 1), parts.count == 2 {
      request.add(String(parts[0]), String(parts[1]))
    }
    let natural = line.declaration.unknowns[0]
    guard let unknown, !line.declaration.isPoint else { return (line.question(natural), line) }
    let names = line.declaration.unknowns.map(Request.optionName)
    guard let name = Words.canonical(unknown, among: names),
      let chosen = line.declaration.unknowns.first(where: { Request.optionName($0) == name })
    else {
      throw UsageError("--for \(unknown): \(line.declaration.name) solves for \(names.joined(separator: ", "))")
    }
    return (line.question(chosen), line)
  }

  /// The line of a name or alias.
  static func line(_ word: String?, of entry: CatalogueEntry) throws -> CatalogueLine {
    let names = entry.lines.flatMap { [$0.declaration.name] + $0.declaration.aliases }
    guard let word else {
      throw UsageError(
        "name a line of \(entry.card.name): \(entry.lines.map(\.declaration.name).joined(separator: ", "))")
    }
    let bare = word.split(separator: ":", maxSplits: 1).first.map(String.init) ?? word
    let takesNumber = entry.lines.contains { line in
      line.declaration.name == bare && line.declaration.ownParameters.contains { $0.quantity.name == bare }
    }
    guard let name = Words.canonical(takesNumber ? bare : word, among: names),
      let line = entry.lines.first(where: { $0.declaration.name == name || $0.declaration.aliases.contains(name) })
    else { throw UsageError.unknown("line", word, among: names) }
    return line
  }

  /// The parameters as given or defaulted, in declared order.
  private func parameters(_ question: Question, _ grid: Grid, _ request: Request) -> [JSONValue.Member] {
    question.parameters.map { parameter in
      let name = parameter.quantity.name
      let typed = request.options.first { $0.name == name || $0.name == Request.optionName(parameter.quantity) }?.value
      let text = typed ?? (shared.at != nil ? "from \(shared.at ?? "")" : parameter.defaultValue?.text ?? "")
      return JSONValue.Member(name, .string(text))
    }
  }
}

/// Names of the options that commands share, for advice.
enum CommandOptions {
  static let shared = ["format", "output", "at", "tolerance", "plot-x", "plot-y", "jobs", "quiet", "help"]
}
