// SPDX-License-Identifier: GPL-3.0-or-later

/// A column of a table, declared next to the formula that fills it.
public struct Column: Sendable, Hashable {
  /// How a column is drawn over the horizontal axis of a figure.
  public enum Drawing: Sendable, Hashable {
    /// As a curve.
    case line
    /// As points with bars as long as another column, the standard error, to both sides.
    case points(error: Quantity)
    /// As the steps of a histogram.
    case steps
    /// As a mark at the column's own value on the horizontal axis.
    case place
  }

  /// Name in the header and in JSON.
  public let quantity: Quantity
  /// The paper's symbol in TeX, without dollar signs.
  public let symbol: String
  /// Unit or normalisation; empty for pure numbers.
  public let unit: String
  /// What it is.
  public let description: String
  /// Natural scale of the tolerance: errors are held against T max(|value|, scale).
  public let scale: Double
  /// How it is drawn.
  public let drawing: Drawing

  /// A column of the given name, symbol and meaning.
  public init(
    _ quantity: Quantity, symbol: String = "", unit: String = "", scale: Double = 1, _ description: String,
    drawing: Drawing = .line
  ) {
    self.drawing = drawing
    self.quantity = quantity
    self.symbol = symbol
    self.unit = unit
    self.description = description
    self.scale = scale
  }

  /// The column in which a parameter stands.
  public init(_ parameter: Parameter) {
    self.init(parameter.quantity, symbol: parameter.symbol, unit: parameter.unit, parameter.description)
  }
}

/// One entry of a table.
public enum Cell: Sendable, Hashable {
  /// A number, perhaps infinite, never NaN.
  case number(Double)
  /// A counter.
  case integer(Int)
  /// Yes (1) or no (0).
  case flag(Bool)
  /// A word.
  case text(String)
  /// Undefined: empty in CSV, null in JSON.
  case empty

  /// A parameter's value.
  public init(_ value: Value) {
    switch value {
    case .number(let x): self = .number(x)
    case .text(let word): self = .text(word)
    case .absent: self = .empty
    }
  }

  /// An estimate's value; empty where there is none.
  public init(_ estimate: Estimate) { self = estimate.value.map(Cell.number) ?? .empty }

  /// A number or nothing.
  public init(_ number: Double?) { self = number.map(Cell.number) ?? .empty }
}

/// What a question answers at a point: the cells of its result columns and the estimate of its main result.
public struct Answer: Sendable, Hashable {
  /// One cell for each result column, then for each verbose one.
  public var cells: [Cell]
  /// The main result, whose error, status and reason the row shows.
  public var main: Estimate

  /// An answer with the given cells and main result.
  public init(_ cells: [Cell], main: Estimate) {
    self.cells = cells
    self.main = main
  }
}

extension Column {
  /// The three columns that end every row.
  public static let assurance: [Column] = [
    Column("error", "estimated absolute error of the main result; empty when exact"),
    Column("status", "exact, converged, approximate, not-converged or outside-domain"),
    Column("reason", "why the status is not exact or converged"),
  ]
}
