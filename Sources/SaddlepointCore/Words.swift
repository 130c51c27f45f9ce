// SPDX-License-Identifier: GPL-3.0-or-later

/// Advice about names: spelling variants and the nearest valid choice.
public enum Words {
  /// The name in this project's spelling: `trivialisation` and `normalized` are understood as they are meant.
  public static func canonical(_ name: String, among choices: [String]) -> String? {
    if choices.contains(name) { return name }
    let folded = fold(name)
    return choices.first { fold($0) == folded }
  }

  /// The choice nearest to a misspelt name, or nil if none is near enough to be meant.
  public static func nearest(to name: String, among choices: [String]) -> String? {
    let folded = fold(name)
    // A whole part of a longer name is meant more likely than a name of nearly the same letters.
    let word = folded.drop { $0 == "-" }
    if word.count >= 4, let longer = choices.first(where: { ("-" + fold($0) + "-").contains("-\(word)-") }) {
      return longer
    }
    let ranked = choices.map { ($0, distance(folded, fold($0))) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
    // Of few letters, few may be wrong.
    let tolerated = word.count < 2 ? 0 : word.count < 5 ? 1 : max(2, word.count / 3)
    if best.1 <= tolerated { return best.0 }
    return choices.first { !folded.isEmpty && (fold($0).hasPrefix(folded) || folded.hasPrefix(fold($0))) }
  }

  /// Lower case, underscores as hyphens, and -isation, -ise read as -ization, -ize.
  private static func fold(_ name: String) -> String {
    let characters = Array(name.lowercased())
    var result = ""
    var index = 0
    while index < characters.count {
      let c = characters[index]
      let isSuffix = c == "s" && index > 0 && characters[index - 1] == "i" && index + 1 < characters.count
      if isSuffix, characters[index + 1] == "e" || characters[index + 1] == "a" {
        result.append("z")
      } else {
        result.append(c == "_" ? "-" : c)
      }
      index += 1
    }
    return result
  }

  /// Number of insertions, deletions, substitutions and transpositions of neighbours between two words.
  private static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a)
    let b = Array(b)
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
        row.append(best)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
