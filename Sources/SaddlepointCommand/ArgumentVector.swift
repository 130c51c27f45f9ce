// SPDX-License-Identifier: GPL-3.0-or-later

/// The words of the command line before they are parsed.
enum ArgumentVector {
  /// Joins `--name -3.2` to `--name=-3.2`, so that negative numbers and ranges are not taken for options, splits
  /// `-oFILE`, and turns `help COMMAND` into `COMMAND --help`.
  static func normalized(_ words: [String]) -> [String] {
    var words = words
    if words.first == "help", words.count > 1 { words = Array(words.dropFirst()) + ["--help"] }
    var result: [String] = []
    for word in words {
      if let last = result.last, last.hasPrefix("--"), last.count > 2, !last.contains("="), isNegative(word) {
        result[result.count - 1] = last + "=" + word
      } else if word.hasPrefix("-o"), word.count > 2, !word.hasPrefix("-o=") {
        result += ["-o", String(word.dropFirst(2))]
      } else {
        result.append(word)
      }
    }
    return result
  }

  /// Whether a word starts as a negative number does: `-3`, `-.5`, `-inf`.
  private static func isNegative(_ word: String) -> Bool {
    guard word.first == "-", let next = word.dropFirst().first else { return false }
    return next.isNumber || next == "." || word.hasPrefix("-inf")
  }
}
