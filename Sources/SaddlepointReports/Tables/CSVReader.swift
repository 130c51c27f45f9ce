// SPDX-License-Identifier: GPL-3.0-or-later

/// A table read from CSV text (RFC 4180): a header line and rows of as many fields.
///
/// Line ends may be LF, CRLF or CR; blank lines and a byte order mark are skipped; spaces around a field without
/// quotation marks do not belong to it.
public struct CSVReader: Sendable, Hashable {
  /// The names of the columns.
  public private(set) var header: [String] = []
  /// The rows, each as long as the header.
  public private(set) var rows: [[String]] = []
  /// The line (from 1) on which each row begins, for messages.
  public private(set) var lines: [Int] = []

  /// Reads a text.
  /// - Throws: ``CSVError`` for an unclosed quotation mark, text after a closing one, a row that is longer or shorter
  ///   than the header, and a text without a header.
  public init(_ text: String) throws(CSVError) {
    var parser = Parser(text)
    while let record = try parser.nextRecord() {
      if header.isEmpty {
        header = record.fields
      } else if record.fields.count == header.count {
        rows.append(record.fields)
        lines.append(record.line)
      } else {
        let counts = "\(record.fields.count) fields where the header has \(header.count)"
        throw CSVError(line: record.line, reason: counts)
      }
    }
    if header.isEmpty { throw CSVError(line: 1, reason: "no header line") }
  }
}

/// What is wrong with a CSV text, and where.
public struct CSVError: Error, Hashable, CustomStringConvertible {
  /// The line, from 1.
  public let line: Int
  /// What is wrong, in words.
  public let reason: String

  /// `line 3: ...`.
  public var description: String { "line \(line): \(reason)" }
}

private struct Parser {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next record that is not a blank line; nil at the end.
  mutating func nextRecord() throws(CSVError) -> (fields: [String], line: Int)? {
    while position < bytes.count {
      let start = line
      var fields: [String] = []
      var isQuoted = false
      repeat {
        let (field, quoted) = try nextField()
        fields.append(field)
        isQuoted = isQuoted || quoted
      } while skip(",")
      skipLineEnd()
      if fields.count > 1 || isQuoted || !fields[0].isEmpty { return (fields, start) }
    }
    return nil
  }

  private mutating func nextField() throws(CSVError) -> (String, quoted: Bool) {
    while skip(" ") || skip("\t") {}
    if skip("\"") { return (try quotedField(), true) }
    let start = position
    while position < bytes.count, !isAt(",", "\n", "\r") { position += 1 }
    var end = position
    while end > start, bytes[end - 1] == ascii(" ") || bytes[end - 1] == ascii("\t") { end -= 1 }
    return (String(decoding: bytes[start..<end], as: UTF8.self), false)
  }

  private mutating func quotedField() throws(CSVError) -> String {
    let start = line
    var field: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == ascii("\"") {
        guard skip("\"") else {
          while skip(" ") || skip("\t") {}
          guard position == bytes.count || isAt(",", "\n", "\r") else {
            throw CSVError(line: line, reason: "text after a closing quotation mark")
          }
          return String(decoding: field, as: UTF8.self)
        }
      }
      if byte == ascii("\n") { line += 1 }
      field.append(byte)
    }
    throw CSVError(line: start, reason: "a quotation mark is not closed")
  }

  private mutating func skipLineEnd() {
    let hadReturn = skip("\r")
    if skip("\n") || hadReturn { line += 1 }
  }

  private func isAt(_ scalars: Unicode.Scalar...) -> Bool {
    position < bytes.count && scalars.contains { bytes[position] == ascii($0) }
  }

  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == ascii(scalar) else { return false }
    position += 1
    return true
  }
}
