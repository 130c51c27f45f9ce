// SPDX-License-Identifier: GPL-3.0-or-later

/// A formula in named variables, parsed once and compiled to a flat list of operations.
///
/// `Expression("(z^2-y^2)^2/(1+y^2)", variables: ["y", "z"])` may be evaluated in any ``DifferentiableScalar``: with
/// `Double` for values, with ``Jet`` for values and exact derivatives. Numbers, `pi`, `+ - * / ^` (also `**`),
/// parentheses, `max(a,b)`, `min(a,b)` and the functions of ``ElementaryFunction`` are understood; `-z^2` is -(z^2), and
/// powers bind to the right. Equal parts are computed once, constants when parsing.
public struct Expression: Sendable, Hashable, CustomStringConvertible {
  /// The formula as it was given.
  public let text: String
  /// Names of the variables, in the order in which values are passed.
  public let variables: [String]
  let operations: [Operation]

  /// One operation; its result is kept under its own number, arguments are earlier numbers.
  struct Operation: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
      case constant(Double)
      case variable(Int)
      case sum
      case difference
      case product
      case quotient
      case negative
      case power
      case constantPower(Double)
      case function(ElementaryFunction)
      case maximum
      case minimum
    }

    let kind: Kind
    var a = 0
    var b = 0
    /// Where in the text it stands, for messages.
    let position: Int
  }

  /// Parses a formula.
  ///
  /// - Parameters:
  ///   - text: the formula.
  ///   - variables: the names that it may contain.
  /// - Throws: ``ExpressionError`` with the position, for text that is no formula, an unknown symbol, or a constant part
  ///   that is not finite, such as 1/0.
  public init(_ text: String, variables: [String]) throws(ExpressionError) {
    var parser = ExpressionParser(text, variables)
    self.text = text
    self.variables = variables
    operations = try parser.operations()
  }

  /// The formula as it was given.
  public var description: String { text }

  /// Whether a variable occurs in the formula.
  public func contains(_ variable: String) -> Bool {
    guard let index = variables.firstIndex(of: variable) else { return false }
    return operations.contains { $0.kind == .variable(index) }
  }

  /// The first function with a kink or jump whose argument depends on a variable, or nil if there is none.
  ///
  /// - Parameter variable: the variable in which smoothness is needed.
  /// - Returns: an error that names the function and its position.
  public func roughness(in variable: String) -> ExpressionError? {
    var depends: [Bool] = []
    for operation in operations {
      let (a, b) = (operation.a, operation.b)
      let dependence: Bool
      var isRough = false
      switch operation.kind {
      case .constant: dependence = false
      case .variable(let index): dependence = variables[index] == variable
      case .negative, .constantPower: dependence = depends[a]
      case .function(let function):
        dependence = depends[a]
        isRough = dependence && !function.isSmooth
      case .maximum, .minimum:
        dependence = depends[a] || depends[b]
        isRough = dependence
      case .sum, .difference, .product, .quotient, .power: dependence = depends[a] || depends[b]
      }
      if isRough { return ExpressionError(text, at: operation.position, "is not smooth in \(variable)") }
      depends.append(dependence)
    }
    return nil
  }

  /// The value at the given variables, in the declared order.
  ///
  /// - Parameter values: one for each variable; missing ones count as 0.
  /// - Returns: the value, perhaps not finite; ``failure(at:)`` says where that began.
  public func callAsFunction<S: DifferentiableScalar>(_ values: S...) -> S { value(at: values) }

  /// The value at the given variables, in the declared order.
  ///
  /// - Parameter values: one for each variable; missing ones count as 0.
  /// - Returns: the value, perhaps not finite; ``failure(at:)`` says where that began.
  public func value<S: DifferentiableScalar>(at values: [S]) -> S {
    var results: [S] = []
    results.reserveCapacity(operations.count)
    for operation in operations {
      results.append(
        Self.result(
          operation, { index in index < values.count ? values[index] : S(0) }, { index in results[index] }))
    }
    return results.last ?? S(0)
  }

  /// Values at many points: each operation runs over a block of points before the next begins.
  ///
  /// - Parameters:
  ///   - count: number of points.
  ///   - variable: the value of a variable (by its number) at a point.
  ///   - store: receives each point and the value there.
  /// - Complexity: one pass over the operations for each block of 128 points; one allocation in all.
  @_specialize(where S == Jet)
  public func evaluate<S: DifferentiableScalar>(
    count: Int, variable: (_ index: Int, _ point: Int) -> S, store: (_ point: Int, _ value: S) -> Void
  ) {
    // A single point is asked for often, by root finders.
    let block = min(128, count)
    guard let last = operations.indices.last, block > 0 else { return }
    withUnsafeTemporaryAllocation(of: S.self, capacity: operations.count * block) { results in
      results.initialize(repeating: S(0))
      var start = 0
      while start < count {
        let width = min(block, count - start)
        for (row, operation) in operations.enumerated() {
          let (target, a, b) = (row * block, operation.a * block, operation.b * block)
          switch operation.kind {
          case .constant(let c): for i in 0..<width { results[target + i] = S(c) }
          case .variable(let index): for i in 0..<width { results[target + i] = variable(index, start + i) }
          case .sum: for i in 0..<width { results[target + i] = results[a + i] + results[b + i] }
          case .difference: for i in 0..<width { results[target + i] = results[a + i] - results[b + i] }
          case .product: for i in 0..<width { results[target + i] = results[a + i] * results[b + i] }
          case .quotient: for i in 0..<width { results[target + i] = results[a + i] / results[b + i] }
          default:
            for i in 0..<width {
              results[target + i] = Self.result(operation, { variable($0, start + i) }, { results[$0 * block + i] })
            }
          }
        }
        for i in 0..<width { store(start + i, results[last * block + i]) }
        start += width
      }
    }
  }

  /// Where the value ceases to be finite at the given variables; nil if it is finite throughout.
  ///
  /// - Parameter values: one for each variable, in the declared order.
  /// - Returns: the first part without a finite value or derivative, with the values of the variables.
  public func failure(at values: [Jet]) -> ExpressionError? {
    var results: [Jet] = []
    for operation in operations {
      let result = Self.result(
        operation, { index in index < values.count ? values[index] : 0 }, { index in results[index] })
      results.append(result)
      if result.value.isFinite, result.first.isFinite, result.second.isFinite { continue }
      let place = zip(variables, values).map { "\($0) = \(plain($1.value))" }.joined(separator: ", ")
      if case .quotient = operation.kind, results[operation.b].value == 0 {
        return ExpressionError(text, at: operation.position, "divides by zero at \(place)")
      }
      let what = result.value.isFinite ? "has no finite derivative" : "is not finite"
      return ExpressionError(text, at: operation.position, "\(what) at \(place)")
    }
    return nil
  }

  @inline(__always)
  static func result<S: DifferentiableScalar>(
    _ operation: Operation, _ variable: (Int) -> S, _ earlier: (Int) -> S
  ) -> S {
    switch operation.kind {
    case .constant(let c): return S(c)
    case .variable(let index): return variable(index)
    case .sum: return earlier(operation.a) + earlier(operation.b)
    case .difference: return earlier(operation.a) - earlier(operation.b)
    case .product: return earlier(operation.a) * earlier(operation.b)
    case .quotient: return earlier(operation.a) / earlier(operation.b)
    case .negative: return -earlier(operation.a)
    case .power: return earlier(operation.a).power(earlier(operation.b))
    case .constantPower(let c): return earlier(operation.a).power(c)
    case .function(let function): return earlier(operation.a).applying(function)
    case .maximum:
      let (x, y) = (earlier(operation.a), earlier(operation.b))
      return x.value >= y.value ? x : y
    case .minimum:
      let (x, y) = (earlier(operation.a), earlier(operation.b))
      return x.value <= y.value ? x : y
    }
  }
}

/// What is wrong with an expression, and where.
public struct ExpressionError: Error, Hashable, CustomStringConvertible {
  /// The expression as it was given.
  public let text: String
  /// Number of the character at which the culprit begins, from 1; one past the end where something is missing.
  public let position: Int
  /// What is wrong there.
  public let message: String

  init(_ text: String, at offset: Int, _ message: String) {
    self.text = text
    position = offset + 1
    self.message = message
  }

  /// Expression, position, and what is wrong.
  public var description: String {
    let characters = Array(text)
    let culprit = position <= characters.count ? "'\(String(characters[position - 1]))'" : "the end"
    return "'\(text)': at character \(position) (\(culprit)): \(message)"
  }
}
