// SPDX-License-Identifier: GPL-3.0-or-later

import Saddlepoint

/// Reads what stands after an option: a value, a list, or a range.
enum AxisParser {
  /// The values of a parameter, all checked against its domain.
  /// - Throws: `UsageError` for text that is none of these; `DomainError` for a value outside the domain, as typed.
  static func axis(_ text: String, for parameter: Parameter) throws -> Axis {
    guard text.contains(":"), let domain = parameter.domain else {
      // The commas of a formula separate no values.
      if expression(text, of: parameter) != nil { return .values([try value(text, for: parameter)]) }
      return .values(try members(text, of: parameter).map { word in try value(word, for: parameter) })
    }
    let axis = try range(text, name: Request.optionName(parameter.quantity))
    for index in [0, axis.count - 1] { try check(axis[index], parameter) }
    // An interval that holds both ends holds all between; integers have to be looked at one by one.
    if domain.isInteger { for index in 0..<axis.count { try check(axis[index], parameter) } }
    return axis
  }

  /// The members of a list.
  ///
  /// Where what follows a word's colon may hold commas, as in `mixture:0.5@-1,0.5@1` and `trimmed:4,7`, a part that begins
  /// with no letter belongs to the word before it.
  static func members(_ text: String, of parameter: Parameter) -> [String] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard case .choice(let choices, _) = parameter.kind,
      choices.contains(where: { $0.syntax != nil || $0.shorthand != nil })
    else { return parts }
    return parts.reduce(into: []) { words, part in
      if words.isEmpty || trimmed(part).first?.isLetter == true {
        words.append(part)
      } else {
        words[words.count - 1] += "," + part
      }
    }
  }

  /// The values of two parameters along a list of words of which some bring the second one's values with them:
  /// `optimal,trimmed:7,subset:1,2` is (optimal, -), (trimmed, 7), (subset, 1), (subset, 2).
  ///
  /// - Parameters:
  ///   - text: the list.
  ///   - parameter: takes the words.
  ///   - parameters: those of the question, among which the second one is found.
  /// - Returns: the second parameter, with as many values as there are words; nil where the list mixes nothing.
  /// - Throws: `UsageError` for text that is no number or range, or where words bring values of different parameters;
  ///   `DomainError` for a word or a value that is not allowed.
  static func pairs(
    _ text: String, for parameter: Parameter, among parameters: [Parameter]
  ) throws -> (words: [Value], other: Parameter, values: [Value])? {
    guard case .choice(let choices, _) = parameter.kind, expression(text, of: parameter) == nil else { return nil }
    let members = members(text, of: parameter)
    guard members.count > 1 else { return nil }
    let parts = members.map { member -> (word: String, other: Parameter?, rest: String) in
      guard let colon = member.firstIndex(of: ":"),
        let name = Words.canonical(trimmed(String(member[..<colon])), among: choices.map(\.name)),
        let shorthand = choices.first(where: { $0.name == name })?.shorthand,
        let other = parameters.first(where: { $0.quantity == shorthand })
      else { return (member, nil, "") }
      return (name, other, String(member[member.index(after: colon)...]))
    }
    guard let other = parts.compactMap(\.other).first else { return nil }
    let name = Request.optionName(parameter.quantity)
    guard parts.allSatisfy({ $0.other == nil || $0.other == other }) else {
      throw UsageError("--\(name): '\(text)' mixes words with different parameters; give one kind at a time")
    }
    var (words, values): ([Value], [Value]) = ([], [])
    for part in parts {
      let word = try value(part.word, for: parameter)
      guard part.other != nil else {
        guard let initial = other.defaultValue else {
          throw UsageError("--\(name): '\(part.word)' needs a value of \(other.quantity.name) after a colon")
        }
        words.append(word)
        values.append(initial)
        continue
      }
      let axis = try axis(part.rest, for: other)
      for index in 0..<axis.count {
        words.append(word)
        values.append(axis[index])
      }
    }
    return (words, other, values)
  }

  /// One value of a parameter.
  static func value(_ text: String, for parameter: Parameter) throws -> Value {
    let word = trimmed(text)
    guard parameter.domain != nil else {
      var value = Value.text(word)
      if let (formula, variables) = expression(word, of: parameter) {
        do { _ = try Expression(formula, variables: variables) } catch {
          throw UsageError("--\(Request.optionName(parameter.quantity)): \(error)")
        }
      } else if case .choice(let choices, _) = parameter.kind,
        let canonical = Words.canonical(word, among: choices.map(\.name))
      {
        value = .text(canonical)
      }
      try check(value, parameter)
      return value
    }
    guard let x = Double(word.lowercased() == "infinity" ? "inf" : word) else {
      let name = "--\(Request.optionName(parameter.quantity))"
      if word.isEmpty { throw UsageError("\(name): a number is missing between commas or at an end") }
      throw UsageError("\(name): '\(word)' is no number, list a,b or range start:stop:count[:log]")
    }
    if x.isInfinite, !word.lowercased().contains("inf") {
      throw DomainError(parameter.quantity, word, allowed: parameter.allowed + " (a double is at most 1.8e308)")
    }
    if x == 0, !isZero(word) {
      throw DomainError(parameter.quantity, word, allowed: parameter.allowed + " (a double is 0 or at least 4.9e-324)")
    }
    do throws(DomainError) { try parameter.check(.number(x)) } catch {
      throw DomainError(error.parameter, word, allowed: error.allowed)
    }
    return .number(x)
  }

  /// The formula in a word such as `expression:z^2`, and its variables, where the parameter takes one.
  private static func expression(_ text: String, of parameter: Parameter) -> (String, variables: [String])? {
    let word = trimmed(text)
    guard case .choice(let choices, _) = parameter.kind, let colon = word.firstIndex(of: ":") else { return nil }
    guard let variables = choices.first(where: { $0.name == word[..<colon] })?.syntax?.variables else { return nil }
    return (String(word[word.index(after: colon)...]), variables)
  }

  /// Two ends of a window, `start:stop`, in increasing order.
  static func window(_ text: String, name: String, domain: Domain) throws -> ClosedRange<Double> {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double(trimmed(String($0))) }
    guard parts.count == 2, let a = parts[0], let b = parts[1] else {
      throw UsageError("--\(name): '\(text)' is no window start:stop")
    }
    guard a.isFinite, b.isFinite, domain.contains(a), domain.contains(b), a != b else {
      throw DomainError(Quantity(name), text, allowed: "two different finite ends with \(domain.condition(on: name))")
    }
    return min(a, b)...max(a, b)
  }

  private static func range(_ text: String, name: String) throws -> Axis {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { trimmed(String($0)) }
    func refuse(_ why: String) -> UsageError {
      UsageError("--\(name): '\(text)' \(why); a range is start:stop:count[:log]")
    }
    guard parts.count == 3 || parts.count == 4 else { throw refuse("is no range") }
    guard let start = Double(parts[0]), let stop = Double(parts[1]) else {
      throw refuse("has an end that is no number")
    }
    guard let count = Int(parts[2]), count >= 1 else {
      throw refuse("has '\(parts[2])' instead of a positive number of values")
    }
    if parts.count == 4, parts[3] != "log" { throw refuse("ends with '\(parts[3])' instead of 'log'") }
    guard start.isFinite, stop.isFinite else { throw refuse("has an end that is not finite") }
    // Signs, not the product: that of two tiny ends is zero.
    if parts.count == 4, start == 0 || stop == 0 || (start < 0) != (stop < 0) {
      throw refuse("is logarithmic and touches or crosses zero")
    }
    if count == 1, start != stop { throw refuse("has one value and two different ends") }
    return .range(start: start, stop: stop, count: count, isLogarithmic: parts.count == 4)
  }

  private static func check(_ value: Value, _ parameter: Parameter) throws { try parameter.check(value) }

  private static func isZero(_ word: String) -> Bool {
    let mantissa = word.lowercased().split(separator: "e").first ?? ""
    return !mantissa.contains { ("1"..."9").contains($0) }
  }

  private static func trimmed(_ text: String) -> String {
    var view = Substring(text)
    while view.first?.isWhitespace == true { view.removeFirst() }
    while view.last?.isWhitespace == true { view.removeLast() }
    return String(view)
  }
}
