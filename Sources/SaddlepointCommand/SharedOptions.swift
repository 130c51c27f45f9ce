// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// Options that every question shares.
struct SharedOptions: ParsableArguments {
  @Option(
    help: "How results are written: table, csv, json or ndjson (table on a terminal, csv otherwise).",
    completion: .list(DataFormat.allCases.map(\.rawValue)))
  var format: String?

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "A file, its kind chosen by its ending: .csv .json .ndjson data, .svg .pdf .png .gp a figure or its script, .ipynb a notebook. Repeatable.",
      valueName: "file"), completion: .file())
  var output: [String] = []

  @Option(
    help: ArgumentHelp("Take points from a CSV file with columns named like the parameters.", valueName: "file.csv"),
    completion: .file(extensions: ["csv"]))
  var at: String?

  @Option(
    name: .customLong("tolerance"),
    help: ArgumentHelp(
      "Estimated error of a result, relative to the larger of its magnitude and its column's scale (default: 1e-10; none for simulations).",
      valueName: "tolerance"))
  var givenTolerance: Double?

  /// The tolerance, where no question has another default.
  var tolerance: Double { givenTolerance ?? 1e-10 }

  @Option(help: ArgumentHelp("Column on the horizontal axis of a figure.", valueName: "column"))
  var plotX: String?

  @Option(help: ArgumentHelp("Columns on the vertical axis of a figure, separated by commas.", valueName: "columns"))
  var plotY: String?

  @Option(help: "Number of threads (default: all cores); results never depend on it.")
  var jobs: Int?

  @Flag(help: "No progress, timing or warnings on standard error.")
  var quiet = false

  @Flag(name: [.long, .customShort("h")], help: "Show help; with a model, its parameters, columns and an example.")
  var help = false

  /// Refuses values outside their domain; not in `validate`, whose errors the parser would wrap in its own.
  func check() throws {
    guard tolerance >= 1e-15, tolerance < 1 else {
      throw DomainError("tolerance", tolerance, allowed: "1e-15 <= tolerance < 1")
    }
    if let jobs, jobs < 1 || jobs > 1024 {
      throw DomainError("jobs", Double(jobs), allowed: "integer 1 <= jobs <= 1024")
    }
    _ = try dataFormat()
  }

  /// The form of standard output, if one is asked for.
  func dataFormat() throws -> DataFormat? {
    guard let format else { return nil }
    let names = DataFormat.allCases.map(\.rawValue)
    guard let known = DataFormat(rawValue: format) else { throw UsageError.unknown("format", format, among: names) }
    return known
  }

  /// Refuses files where a command has no use for them, instead of ignoring them in silence.
  func refuseFiles(_ command: String, output: Bool = true) throws {
    if at != nil { throw UsageError("--at takes points; \(command) has none") }
    if output, !self.output.isEmpty {
      throw UsageError("-o takes results; \(command) prints a text: redirect it with > FILE")
    }
  }
}

/// A command with the shared options.
protocol SharingCommand: ParsableCommand {
  /// The shared options.
  var shared: SharedOptions { get }
}
