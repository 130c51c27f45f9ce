// SPDX-License-Identifier: GPL-3.0-or-later

/// A text of a figure in gnuplot's markup, with the room that it takes.
struct FigureText: Equatable {
  /// Enhanced text: `Δ_{2}`, `{/:Italic m}`.
  var markup = ""
  /// Width in units of the font's size, as a sans-serif font has it.
  var width = 0.0

  /// Translates plain text with mathematics between dollar signs; a single dollar sign stands for itself.
  init(_ text: String) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index % 2 == 1, index < parts.count - 1 {
        var translator = TeXTranslator(part)
        append(translator.translate())
      } else {
        if index % 2 == 1 { appendPlain("$") }
        appendPlain(part)
      }
    }
  }

  init() {}

  mutating func append(_ other: FigureText) {
    markup += other.markup
    width += other.width
  }

  /// Appends text as it is; characters that mean something to gnuplot are escaped, control characters dropped.
  mutating func appendPlain(_ text: some StringProtocol) {
    for character in text {
      if "{}^_@&~\\".contains(character) { markup.append("\\") }
      let isControl = character.isNewline || character == "\t" || (character.asciiValue.map { $0 < 32 } ?? false)
      markup.append(isControl ? " " : character)
      width += emWidth(character)
    }
  }

  /// The markup as a gnuplot string in single quotes: nothing inside is executed or replaced.
  var quoted: String { quoteForGnuplot(markup) }
}

/// A gnuplot string in single quotes, in which only the quote itself is special.
func quoteForGnuplot(_ text: String) -> String {
  "'" + text.replacing("'", with: "''").filter { !$0.isNewline } + "'"
}

/// Breaks a text into lines of at most `width` (in units of the font's size), at blanks outside mathematics.
func wrap(_ text: String, width: Double) -> [String] {
  var lines: [String] = []
  for word in words(of: text) {
    if let last = lines.last, FigureText(last + " " + word).width <= width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(word)
    }
  }
  return lines
}

/// The words of a text; blanks between dollar signs do not part words.
func words(of text: String) -> [String] {
  var words: [String] = []
  var word = ""
  var isMathematics = false
  for character in text {
    if character == "$" { isMathematics.toggle() }
    if character.isWhitespace, !isMathematics {
      if !word.isEmpty { words.append(word) }
      word = ""
    } else {
      word.append(character)
    }
  }
  return word.isEmpty ? words : words + [word]
}

/// Width of a character in units of the font's size, to about a tenth.
func emWidth(_ character: Character) -> Double {
  if "iljI.,;:!|'′".contains(character) { return 0.25 }
  if " ftr()[]{}/-\\\u{2009}".contains(character) { return 0.31 }
  if "mwMW@%—→".contains(character) { return 0.85 }
  return character.isUppercase || "+=<>~−≤≥≈∞".contains(character) ? 0.68 : 0.54
}
