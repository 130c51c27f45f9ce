// SPDX-License-Identifier: GPL-3.0-or-later

/// How a data file came about: what stands beside it as `FILE.run.json`, and in JSON under `run`.
public struct RunRecord: Sendable, Hashable {
  /// The words of the command, its name first.
  public var commandLine: [String]
  /// The version of the program.
  public var version: String
  /// The parameters as they were given or defaulted, in declared order.
  public var parameters: [JSONValue.Member]
  /// The tolerance that results were held against.
  public var tolerance: Double
  /// The method in words.
  public var method: String
  /// Works that the method comes from.
  public var references: [String]
  /// Wall-clock time of the computation in seconds.
  public var seconds: Double

  /// A record of a run.
  public init(
    commandLine: [String], version: String, parameters: [JSONValue.Member], tolerance: Double, method: String,
    references: [String], seconds: Double
  ) {
    self.commandLine = commandLine
    self.version = version
    self.parameters = parameters
    self.tolerance = tolerance
    self.method = method
    self.references = references
    self.seconds = seconds
  }

  /// The record as a JSON object.
  public var json: JSONValue {
    [
      "command_line": .array(commandLine.map(JSONValue.string)), "version": .string(version),
      "parameters": .object(parameters), "tolerance": .number(tolerance), "method": .string(method),
      "references": .array(references.map(JSONValue.string)), "seconds": .number(seconds),
    ]
  }

  /// The name of the record that belongs to a data file.
  public static func path(beside dataFile: String) -> String { dataFile + ".run.json" }
}
