// SPDX-License-Identifier: GPL-3.0-or-later

/// Turns the text of an expression into operations, by recursive descent.
struct ExpressionParser {
  private let text: String
  private let characters: [Character]
  private let variables: [String]
  private var index = 0
  private var depth = 0
  private var list: [Expression.Operation] = []
  private var known: [Key: Int] = [:]

  /// What makes two operations equal.
  private struct Key: Hashable {
    let kind: Expression.Operation.Kind
    let a: Int
    let b: Int
  }

  init(_ text: String, _ variables: [String]) {
    self.text = text
    self.variables = variables
    characters = Array(text)
  }

  /// The operations of the whole text; the last one gives the value.
  mutating func operations() throws(ExpressionError) -> [Expression.Operation] {
    let root = try sum()
    skipSpace()
    guard index == characters.count else {
      throw error(at: index, characters[index] == ")" ? "closes no parenthesis" : "is not expected here")
    }
    return pruned(root)
  }

  private func error(at offset: Int, _ message: String) -> ExpressionError {
    ExpressionError(text, at: offset, message)
  }

  private mutating func skipSpace() {
    while index < characters.count, characters[index].isWhitespace { index += 1 }
  }

  /// Takes a symbol if it comes next.
  private mutating func take(_ symbol: Character) -> Bool {
    skipSpace()
    guard index < characters.count, characters[index] == symbol else { return false }
    index += 1
    return true
  }

  private mutating func sum() throws(ExpressionError) -> Int {
    var left = try product()
    while true {
      skipSpace()
      let position = index
      if take("+") {
        left = try add(.sum, left, try product(), position)
      } else if take("-") {
        left = try add(.difference, left, try product(), position)
      } else {
        return left
      }
    }
  }

  private mutating func product() throws(ExpressionError) -> Int {
    var left = try signed()
    while true {
      skipSpace()
      let position = index
      if take("*") {
        left = try add(.product, left, try signed(), position)
      } else if take("/") {
        left = try add(.quotient, left, try signed(), position)
      } else {
        return left
      }
    }
  }

  private mutating func signed() throws(ExpressionError) -> Int {
    skipSpace()
    let position = index
    // Every nesting passes here: refuse before the stack ends.
    depth += 1
    defer { depth -= 1 }
    guard depth <= 200 else { throw error(at: position, "is nested too deeply") }
    if take("+") { return try signed() }
    if take("-") { return try add(.negative, try signed(), nil, position) }
    return try power()
  }

  private mutating func power() throws(ExpressionError) -> Int {
    let base = try primary()
    skipSpace()
    let position = index
    if take("^") { return try raised(base, position) }
    guard index + 1 < characters.count, characters[index] == "*", characters[index + 1] == "*" else { return base }
    index += 2
    return try raised(base, position)
  }

  private mutating func raised(_ base: Int, _ position: Int) throws(ExpressionError) -> Int {
    let exponent = try signed()
    if case .constant(let c) = list[exponent].kind { return try add(.constantPower(c), base, nil, position) }
    return try add(.power, base, exponent, position)
  }

  private mutating func primary() throws(ExpressionError) -> Int {
    skipSpace()
    let position = index
    guard index < characters.count else { throw error(at: index, "a number, variable or parenthesis is missing") }
    if take("(") {
      let inner = try sum()
      guard take(")") else { throw error(at: position, "this parenthesis is not closed") }
      return inner
    }
    let first = characters[index]
    if first.isNumber || first == "." { return try number() }
    guard first.isLetter || first == "_" else { throw error(at: index, "is not expected here") }
    while index < characters.count, characters[index].isLetter || characters[index].isNumber || characters[index] == "_"
    {
      index += 1
    }
    let name = String(characters[position..<index])
    if let variable = variables.firstIndex(of: name) { return try add(.variable(variable), nil, nil, position) }
    if name == "pi" { return try add(.constant(.pi), nil, nil, position) }
    if let function = ElementaryFunction(rawValue: name) {
      let arguments = try arguments(of: name, count: 1, position)
      return try add(.function(function), arguments[0], nil, position)
    }
    if name == "max" || name == "min" {
      let arguments = try arguments(of: name, count: 2, position)
      return try add(name == "max" ? .maximum : .minimum, arguments[0], arguments[1], position)
    }
    let names = variables + ["pi", "max", "min"] + ElementaryFunction.allCases.map(\.rawValue)
    let advice =
      Words.nearest(to: name, among: names).map { "did you mean '\($0)'?" }
      ?? "the variables are \(variables.joined(separator: ", "))"
    throw error(at: position, "unknown symbol '\(name)'; \(advice)")
  }

  private mutating func arguments(of name: String, count: Int, _ position: Int) throws(ExpressionError) -> [Int] {
    guard take("(") else { throw error(at: position, "the function \(name) needs parentheses") }
    var list = [try sum()]
    while take(",") { list.append(try sum()) }
    guard take(")") else { throw error(at: position, "the parenthesis of \(name) is not closed") }
    guard list.count == count else {
      throw error(at: position, "\(name) takes \(count) argument\(count == 1 ? "" : "s"), not \(list.count)")
    }
    return list
  }

  private mutating func number() throws(ExpressionError) -> Int {
    let start = index
    func isDigit(_ i: Int) -> Bool { i < characters.count && characters[i].isASCII && characters[i].isNumber }
    while isDigit(index) { index += 1 }
    if index < characters.count, characters[index] == "." {
      index += 1
      while isDigit(index) { index += 1 }
    }
    if index < characters.count, characters[index] == "e" || characters[index] == "E" {
      let hasSign = index + 1 < characters.count && (characters[index + 1] == "-" || characters[index + 1] == "+")
      if isDigit(index + (hasSign ? 2 : 1)) {
        index += hasSign ? 2 : 1
        while isDigit(index) { index += 1 }
      }
    }
    guard let x = Double(String(characters[start..<index])), x.isFinite else {
      throw error(at: start, "is no finite number")
    }
    return try add(.constant(x), nil, nil, start)
  }

  /// The number of an operation: an equal one that is there, a constant where all arguments are, or a new one.
  private mutating func add(
    _ kind: Expression.Operation.Kind, _ a: Int?, _ b: Int?, _ position: Int
  ) throws(ExpressionError) -> Int {
    var kind = kind
    var (first, second) = (a ?? 0, b ?? 0)
    let operation = Expression.Operation(kind: kind, a: first, b: second, position: position)
    let isFoldable = [a, b].compactMap(\.self).allSatisfy { if case .constant = list[$0].kind { true } else { false } }
    if isFoldable, a != nil {
      let constants = list.map { if case .constant(let c) = $0.kind { c } else { Double.nan } }
      let value: Double = Expression.result(operation, { _ in 0 }, { constants[$0] })
      guard value.isFinite else {
        throw error(at: position, kind == .quotient ? "divides by zero" : "is not a finite number")
      }
      kind = .constant(value)
      (first, second) = (0, 0)
    }
    let key = Key(kind: kind, a: first, b: second)
    if let index = known[key] { return index }
    list.append(Expression.Operation(kind: kind, a: first, b: second, position: position))
    known[key] = list.count - 1
    return list.count - 1
  }

  /// Only what the root needs, in order, the root last.
  private func pruned(_ root: Int) -> [Expression.Operation] {
    var isNeeded = [Bool](repeating: false, count: list.count)
    isNeeded[root] = true
    for index in list.indices.reversed() where isNeeded[index] {
      switch list[index].kind {
      case .constant, .variable: break
      case .negative, .function, .constantPower: isNeeded[list[index].a] = true
      default:
        isNeeded[list[index].a] = true
        isNeeded[list[index].b] = true
      }
    }
    var numbers = [Int](repeating: 0, count: list.count)
    var kept: [Expression.Operation] = []
    for index in 0...root where isNeeded[index] {
      numbers[index] = kept.count
      var operation = list[index]
      (operation.a, operation.b) = (numbers[operation.a], numbers[operation.b])
      kept.append(operation)
    }
    return kept
  }
}
