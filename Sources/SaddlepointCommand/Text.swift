// SPDX-License-Identifier: GPL-3.0-or-later

import Saddlepoint

/// Prose on standard output.
enum Text {
  /// Prints a text and a line break.
  static func put(_ text: String) throws {
    let output = StandardOutput()
    try output.write(text.hasSuffix("\n") ? text : text + "\n")
    try output.flush()
  }

  /// Breaks prose into lines of at most `width` characters, at spaces.
  static func wrapped(_ text: String, width: Int = 100, indent: String = "") -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + word.count + 1 + indent.count > width {
        lines.append(indent + line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    if !line.isEmpty { lines.append(indent + line) }
    return lines
  }
}

extension String {
  /// The text with spaces added up to a width.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }
}
