// SPDX-License-Identifier: GPL-3.0-or-later

/// The forms in which rows are written.
public enum DataFormat: String, Sendable, CaseIterable {
  /// Aligned columns for a terminal, with as many digits as the error justifies.
  case table
  /// RFC 4180 with one header line.
  case csv
  /// One object that holds columns, rows and the record of the run.
  case json
  /// One row object a line.
  case ndjson

  /// The format that the ending of a file name asks for (`.csv`, `.json`, `.ndjson`, in any case), or nil.
  public init?(path: String) {
    switch fileEnding(of: path) {
    case "csv": self = .csv
    case "json": self = .json
    case "ndjson": self = .ndjson
    default: return nil
    }
  }

  /// Whether rows can be written as they come; a `table` needs all rows to align its columns.
  public var streams: Bool { self != .table }
}

/// The lower-case ending of a file name without its dot; empty where there is none.
func fileEnding(of path: String) -> String {
  let name = path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
  return name[name.index(after: dot)...].lowercased()
}
