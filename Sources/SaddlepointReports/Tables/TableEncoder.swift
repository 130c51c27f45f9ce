// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// Turns rows into bytes of one of the formats, chunk by chunk.
///
/// What a chunk becomes depends on its rows only, so that several workers can encode chunks at the same time and one
/// writer can put them together in order: header, chunks, footer.
public struct TableEncoder: Sendable {
  /// The format.
  public let format: DataFormat
  /// Question and columns.
  public let head: TableHead
  /// What stands before each value of a JSON row: brace or comma, name and colon.
  private let keys: [[UInt8]]

  /// An encoder of the given format.
  public init(_ format: DataFormat, head: TableHead) {
    self.format = format
    self.head = head
    keys = head.columns.enumerated().map { index, column in
      var key: [UInt8] = []
      key.append(text: index == 0 ? "{" : ", ")
      key.append(quoted: column.quantity.name)
      key.append(text: ": ")
      return key
    }
  }

  /// Appends what comes before the first row; nothing for NDJSON, and for a table, which knows its widths later.
  public func appendHeader(to buffer: inout [UInt8]) {
    switch format {
    case .table, .ndjson: break
    case .csv:
      for (index, column) in head.columns.enumerated() {
        if index > 0 { buffer.append(ascii(",")) }
        buffer.append(csvField: column.quantity.name)
      }
      buffer.append(ascii("\n"))
    case .json: appendJSONHeader(to: &buffer)
    }
  }

  /// Appends rows, each with one cell for each column.
  ///
  /// - Parameters:
  ///   - rows: the rows; for the format `table` all of them, since columns are aligned over the rows of one call.
  ///   - isFirst: whether no row precedes them (JSON has separators between rows, a table its header before them).
  ///   - buffer: where the bytes go.
  public func append(rows: [[Cell]], isFirst: Bool, to buffer: inout [UInt8]) {
    switch format {
    case .table: TerminalTable(head: head, rows: rows).append(to: &buffer, withHeader: isFirst)
    case .csv: for row in rows { buffer.append(csvRow: row) }
    case .json:
      var isFirst = isFirst
      for row in rows {
        buffer.append(text: isFirst ? "\n" : ",\n")
        isFirst = false
        appendObject(row, to: &buffer)
      }
    case .ndjson:
      for row in rows {
        appendObject(row, to: &buffer)
        buffer.append(ascii("\n"))
      }
    }
  }

  /// Appends what comes after the last row: in JSON the regions of a diagram and the record of the run.
  ///
  /// - Parameters:
  ///   - regions: the regions, or nil where there are none to speak of.
  ///   - run: see ``RunRecord/json``; known at the end only.
  ///   - buffer: where the bytes go.
  public func appendFooter(regions: JSONValue? = nil, run: JSONValue, to buffer: inout [UInt8]) {
    guard format == .json else { return }
    buffer.append(text: "\n]")
    if let regions {
      buffer.append(text: ",\n\"regions\": ")
      buffer.append(json: regions)
    }
    buffer.append(text: ",\n\"run\": ")
    buffer.append(json: run)
    buffer.append(text: "}\n")
  }

  private func appendJSONHeader(to buffer: inout [UInt8]) {
    buffer.append(text: "{\"schema\": 1, \"command\": ")
    buffer.append(quoted: head.command)
    buffer.append(text: ", \"model\": ")
    buffer.append(quoted: head.model)
    buffer.append(text: ", \"line\": ")
    buffer.append(json: head.line.map(JSONValue.string) ?? .null)
    buffer.append(text: ",\n\"columns\": ")
    let columns = head.columns.map { column -> JSONValue in
      [
        "name": .string(column.quantity.name), "symbol": .string(column.symbol), "unit": .string(column.unit),
        "description": .string(column.description),
      ]
    }
    buffer.append(json: .array(columns))
    buffer.append(text: ",\n\"rows\": [")
  }

  private func appendObject(_ row: [Cell], to buffer: inout [UInt8]) {
    var index = 0
    while index < min(row.count, keys.count) {
      buffer.append(contentsOf: keys[index])
      switch row[index] {
      case .number(let x): buffer.append(jsonNumber: x)
      case .integer(let n): buffer.append(decimal: n)
      case .flag(let yes): buffer.append(ascii(yes ? "1" : "0"))
      case .text(let text): buffer.append(quoted: text)
      case .empty: buffer.append(text: "null")
      }
      index += 1
    }
    buffer.append(text: index == 0 ? "{}" : "}")
  }
}

extension [UInt8] {
  fileprivate mutating func append(csvRow row: [Cell]) {
    var isFirst = true
    for cell in row {
      if !isFirst { append(ascii(",")) }
      isFirst = false
      switch cell {
      case .number(let x): if !x.isNaN { append(shortest: x) }
      case .integer(let n): append(decimal: n)
      case .flag(let yes): append(ascii(yes ? "1" : "0"))
      case .text(let text): append(csvField: text)
      case .empty: break
      }
    }
    append(ascii("\n"))
  }

  /// Appends a text, in quotation marks where RFC 4180 wants them.
  fileprivate mutating func append(csvField text: String) {
    var text = text
    text.withUTF8 { bytes in
      let needsQuotes = bytes.contains {
        $0 == ascii(",") || $0 == ascii("\"") || $0 == ascii("\n") || $0 == ascii("\r")
      }
      guard needsQuotes else { return append(contentsOf: bytes) }
      append(ascii("\""))
      for byte in bytes {
        if byte == ascii("\"") { append(byte) }
        append(byte)
      }
      append(ascii("\""))
    }
  }
}
