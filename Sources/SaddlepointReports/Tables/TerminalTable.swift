// SPDX-License-Identifier: GPL-3.0-or-later

import SaddlepointCore

/// Rows as aligned columns: numbers on their decimal point, with as many digits as the error of the row justifies.
struct TerminalTable {
  /// Most digits that a person is shown.
  private static let mostDigits = 12
  /// Fewest digits of a result that is not the main one, whose own error is not known.
  private static let fewestDigits = 3

  private let names: [String]
  /// One list of entries for each column.
  private let columns: [[Entry]]
  private let rowCount: Int

  /// One entry: what stands before the decimal point and from it on; a text has no second part.
  private struct Entry {
    var whole: String
    var fraction = ""
    var isNumber = false
  }

  init(head: TableHead, rows: [[Cell]]) {
    let quantities = head.columns.map(\.quantity)
    let main = quantities.firstIndex(of: head.main) ?? quantities.count
    let error = quantities.firstIndex(of: "error")
    var columns = [[Entry]](repeating: [], count: quantities.count)
    for row in rows {
      var decimals: Int?
      if let error, row.indices.contains(error), case .number(let bound) = row[error] {
        decimals = Self.place(of: bound)
      }
      for index in quantities.indices {
        let cell = row.indices.contains(index) ? row[index] : .empty
        let role: Role = index == main ? .main : index == error ? .error : index < main ? .given : .result
        columns[index].append(Self.entry(cell, role: role, decimals: decimals))
      }
    }
    // A column of reasons is wide and nearly always empty.
    let shown = quantities.indices.filter { index in
      quantities[index] != "reason" || columns[index].contains { !$0.whole.isEmpty }
    }
    names = shown.map { quantities[$0].name }
    self.columns = shown.map { columns[$0] }
    rowCount = rows.count
  }

  private enum Role {
    case given
    case main
    case result
    case error
  }

  /// Place after the decimal point of the first digit of an error bound; nil where it says nothing.
  private static func place(of bound: Double) -> Int? {
    bound > 0 && bound.isFinite ? -DecimalDigits(bound).exponent : nil
  }

  private static func entry(_ cell: Cell, role: Role, decimals: Int?) -> Entry {
    switch cell {
    case .empty: return Entry(whole: "")
    case .text(let text): return Entry(whole: text.filter { !$0.isNewline })
    case .flag(let yes): return Entry(whole: yes ? "1" : "0", isNumber: true)
    case .integer(let n): return Entry(whole: String(n), isNumber: true)
    case .number(let x):
      guard x.isFinite else { return Entry(whole: x > 0 ? "inf" : x < 0 ? "-inf" : "", isNumber: true) }
      let text = Self.text(x, role: role, decimals: decimals)
      let split = text.firstIndex { $0 == "." || $0 == "e" } ?? text.endIndex
      return Entry(whole: String(text[..<split]), fraction: String(text[split...]), isNumber: true)
    }
  }

  private static func text(_ x: Double, role: Role, decimals: Int?) -> String {
    var digits = DecimalDigits(x)
    switch (role, decimals) {
    case (.error, _):
      digits.round(to: 2)
      return digits.text()
    case (.main, let decimals?):
      // Zeros at the end are kept: the error vouches for them.
      let count = min(mostDigits, digits.exponent + 1 + decimals)
      digits.round(to: count)
      return digits.text(decimals: max(0, min(decimals, mostDigits - 1 - digits.exponent)))
    case (.result, let decimals?):
      digits.round(to: min(mostDigits, max(fewestDigits, digits.exponent + 1 + decimals)))
      return digits.text()
    default:
      digits.round(to: mostDigits)
      return digits.text()
    }
  }

  /// Appends the rows, after a line of names and a rule if asked for.
  func append(to buffer: inout [UInt8], withHeader: Bool) {
    var cells: [[String]] = []
    var isNumeric: [Bool] = []
    var widths: [Int] = []
    for (name, entries) in zip(names, columns) {
      let fractionWidth = entries.map { $0.isNumber ? $0.fraction.utf8.count : 0 }.max() ?? 0
      let texts = entries.map { entry in
        entry.isNumber
          ? entry.whole + entry.fraction + blanks(fractionWidth - entry.fraction.utf8.count) : entry.whole
      }
      cells.append(texts)
      isNumeric.append(entries.contains(where: \.isNumber))
      widths.append(max(displayWidth(name), texts.map(displayWidth).max() ?? 0))
    }
    func appendLine(_ texts: [String]) {
      var line = ""
      for (index, text) in texts.enumerated() {
        let padding = blanks(widths[index] - displayWidth(text))
        if index > 0 { line += "  " }
        line += isNumeric[index] ? padding + text : text + padding
      }
      while line.last == " " { line.removeLast() }
      buffer.append(text: line)
      buffer.append(ascii("\n"))
    }
    if withHeader {
      appendLine(names)
      appendLine(widths.map { String(repeating: "-", count: $0) })
    }
    for row in 0..<rowCount { appendLine(cells.map { $0[row] }) }
  }
}

private func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

/// Columns that a text takes on a terminal: combining marks take none, East Asian wide characters two.
private func displayWidth(_ text: String) -> Int {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
  return text.unicodeScalars.reduce(0) { width, scalar in
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return width
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return width + 2
    default: return width + 1
    }
  }
}
