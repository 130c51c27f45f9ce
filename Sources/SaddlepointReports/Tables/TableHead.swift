// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// What a table is about: the question that was asked, and the columns of every row.
public struct TableHead: Sendable, Hashable {
  /// The command: `threshold`, `replica`, ...
  public let command: String
  /// The model.
  public let model: String
  /// The line, where the command has one.
  public let line: String?
  /// The columns, one for each cell of a row.
  public let columns: [Column]
  /// The column whose absolute error the `error` column holds.
  public let main: Quantity

  /// A table of the given columns.
  public init(command: String, model: String, line: String? = nil, columns: [Column], main: Quantity) {
    self.command = command
    self.model = model
    self.line = line
    self.columns = columns
    self.main = main
  }
}
