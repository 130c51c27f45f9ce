// SPDX-License-Identifier: GPL-3.0-or-later

/// A parameter of a model or of a question, declared once: command, help, checks, columns and guides are made from it.
public struct Parameter: Sendable, Hashable {
  /// What a parameter may hold.
  public enum Kind: Sendable, Hashable {
    /// A number in a domain; without a default it must be given.
    case number(Domain, default: Double?)
    /// A number that may be left out.
    case optional(Domain)
    /// One of some names.
    case choice([Choice], default: String)
    /// One of some names, some of which take a number: `index:2`.
    case pattern([Pattern], default: String)
  }

  /// A value that a choice may take.
  public struct Choice: Sendable, Hashable {
    /// The word on the command line; empty where the text itself is the value, in the choice's syntax.
    public let name: String
    /// What it means.
    public let description: String
    /// The parameter that a value after a colon stands for, if any: `sparse-rademacher:0.05` is short for
    /// `sparse-rademacher` and `--rho 0.05`.
    public let shorthand: Quantity?
    /// What may stand after a colon as part of the word itself; nil if nothing may.
    public let syntax: Syntax?

    /// A choice of the given name and meaning.
    public init(_ name: String, _ description: String, shorthand: Quantity? = nil, syntax: Syntax? = nil) {
      self.name = name
      self.description = description
      self.shorthand = shorthand
      self.syntax = syntax
    }

    /// What forbids a word that names this choice: nil if it is written as it must be, else what is allowed.
    ///
    /// Nil is also what a word gets that names another choice; ask ``isNamed(by:)`` first.
    func objection(to word: String) -> String? {
      guard let syntax else { return nil }
      let given = name.isEmpty ? word : String(word.dropFirst(name.count + 1))
      return syntax.objection(given).map { "\(text), \($0)" }
    }

    /// Whether a word is this choice's name, with text after it where the choice has a syntax.
    func isNamed(by word: String) -> Bool {
      name.isEmpty || (syntax == nil ? word == name : word.hasPrefix(name + ":"))
    }

    /// The word as it is written.
    var text: String {
      if let syntax { return name.isEmpty ? syntax.placeholder : "\(name):\(syntax.placeholder)" }
      return shorthand.map { "\(name):\($0.name.uppercased())" } ?? name
    }
  }

  /// The text that may follow a choice's name after a colon.
  public struct Syntax: Sendable, Hashable {
    /// How it is written, for help: `WEIGHT@MEAN+-SD,...`.
    public let placeholder: String
    /// What is wrong with a text, in words that say what is allowed; nil if nothing is.
    public let objection: @Sendable (String) -> String?

    /// The variables of a formula, whose commas separate no values; nil where the text is no formula.
    public let variables: [String]?

    /// A syntax.
    public init(placeholder: String, objection: @escaping @Sendable (String) -> String?) {
      self.placeholder = placeholder
      self.objection = objection
      variables = nil
    }

    /// A formula in some variables.
    public static func expression(variables: [String]) -> Syntax {
      Syntax(variables: variables)
    }

    private init(variables: [String]) {
      placeholder = "FORMULA"
      self.variables = variables
      objection = { text in
        do throws(ExpressionError) {
          _ = try Expression(text, variables: variables)
          return nil
        } catch { return "a formula in \(variables.joined(separator: ", ")): \(error)" }
      }
    }

    /// Whether two syntaxes are written the same way.
    public static func == (a: Syntax, b: Syntax) -> Bool { a.placeholder == b.placeholder }

    /// Hashes the placeholder.
    public func hash(into hasher: inout Hasher) { hasher.combine(placeholder) }
  }

  /// A name that may take a number after a colon.
  public struct Pattern: Sendable, Hashable {
    /// The word.
    public let name: String
    /// What the number after it may be; nil if there is none.
    public let argument: Domain?
    /// What it means.
    public let description: String

    /// A word, with a number in `argument` if that is given.
    public init(_ name: String, _ description: String, argument: Domain? = nil) {
      self.name = name
      self.argument = argument
      self.description = description
    }

    /// Whether a word of the command is this one.
    func matches(_ word: String) -> Bool {
      let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.first.map(String.init) == name else { return false }
      guard let argument else { return parts.count == 1 }
      return parts.count == 2 && (Double(parts[1]).map(argument.contains) ?? false)
    }

    /// The word as it is written, with the condition on its number.
    var text: String {
      argument.map { "\(name):\(name.prefix(1).uppercased()) (\($0.condition(on: name.prefix(1).uppercased())))" }
        ?? name
    }
  }

  /// Name of option and column.
  public let quantity: Quantity
  /// The paper's symbol in TeX, without dollar signs.
  public let symbol: String
  /// Unit or normalisation; empty for pure numbers.
  public let unit: String
  /// What it is.
  public let description: String
  /// Values it may take, and its default.
  public let kind: Kind
  /// Name of the column 1/x that stands beside this parameter where a line solves for it, if the field plots that.
  public let reciprocal: Column?

  /// A numerical parameter.
  public init(
    _ quantity: Quantity, symbol: String, unit: String = "", _ description: String, domain: Domain,
    default initial: Double? = nil, reciprocal: Column? = nil
  ) {
    self.quantity = quantity
    self.symbol = symbol
    self.unit = unit
    self.description = description
    self.kind = .number(domain, default: initial)
    self.reciprocal = reciprocal
  }

  /// A number that may be left out.
  public init(optional quantity: Quantity, symbol: String, unit: String = "", _ description: String, domain: Domain) {
    self.quantity = quantity
    self.symbol = symbol
    self.unit = unit
    self.description = description
    self.kind = .optional(domain)
    self.reciprocal = nil
  }

  /// A word that may take a number; the first is the default.
  public init(_ quantity: Quantity, symbol: String, _ description: String, patterns: [Pattern]) {
    self.quantity = quantity
    self.symbol = symbol
    self.unit = ""
    self.description = description
    self.kind = .pattern(patterns, default: patterns.first?.name ?? "")
    self.reciprocal = nil
  }

  /// A parameter that takes one of some names; the first is the default.
  public init(_ quantity: Quantity, symbol: String, _ description: String, choices: [Choice]) {
    self.quantity = quantity
    self.symbol = symbol
    self.unit = ""
    self.description = description
    self.kind = .choice(choices, default: choices.first?.name ?? "")
    self.reciprocal = nil
  }

  /// The default, or nil if a value must be given.
  public var defaultValue: Value? {
    switch kind {
    case .number(_, let initial): initial.map(Value.number)
    case .choice(_, let initial), .pattern(_, let initial): initial.isEmpty ? nil : .text(initial)
    case .optional: .absent
    }
  }

  /// The numbers that are allowed; nil for words.
  public var domain: Domain? {
    switch kind {
    case .number(let domain, _), .optional(let domain): domain
    case .choice, .pattern: nil
    }
  }

  /// The allowed values in words.
  public var allowed: String {
    switch kind {
    case .number(let domain, _), .optional(let domain): domain.condition(on: quantity.name)
    case .pattern(let patterns, _): patterns.map(\.text).joined(separator: ", ")
    case .choice(let choices, _): choices.map(\.text).joined(separator: ", ")
    }
  }

  /// Returns `x` if it is in the domain.
  /// - Throws: `DomainError` with this parameter's name and allowed values otherwise.
  @discardableResult
  public func checked(_ x: Double) throws(DomainError) -> Double {
    guard let domain, domain.contains(x) else { throw DomainError(quantity, x, allowed: allowed) }
    return x
  }

  /// Checks a value of either kind.
  /// - Throws: `DomainError` if the value is outside the domain or none of the choices.
  public func check(_ value: Value) throws(DomainError) {
    switch (kind, value) {
    case (.number, .number(let x)), (.optional, .number(let x)): try checked(x)
    case (.optional, .absent): return
    case (.pattern(let patterns, _), .text(let word)) where patterns.contains(where: { $0.matches(word) }): return
    case (.choice(let choices, _), .text(let word)):
      guard let choice = choices.first(where: { $0.isNamed(by: word) }) else {
        let name = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let known = choices.map(\.name)
        throw DomainError(
          quantity, word, allowed: allowed,
          // A known name with text that it does not take is not misspelt.
          nearest: known.contains(String(name)) ? nil : Words.nearest(to: String(name), among: known))
      }
      if let objection = choice.objection(to: word) { throw DomainError(quantity, word, allowed: objection) }
    default: throw DomainError(quantity, value.text, allowed: allowed)
    }
  }
}

/// Parameters of one kind that are numbered by a degree: the coefficients xi_k of a mixture, `--xi2`, `--xi3`, ...
public struct ParameterFamily: Sendable, Hashable {
  /// What stands before the degree in option and column names.
  public let prefix: String
  /// The option that gives several at once: `--mixture 2:0.5,3:0.5`.
  public let shorthand: String
  /// The degrees that are allowed.
  public let degrees: ClosedRange<Int>
  /// The member of degree k.
  public let member: @Sendable (Int) -> Parameter

  /// A family of the given prefix and shorthand.
  public init(
    prefix: String, shorthand: String, degrees: ClosedRange<Int>, member: @escaping @Sendable (Int) -> Parameter
  ) {
    self.prefix = prefix
    self.shorthand = shorthand
    self.degrees = degrees
    self.member = member
  }

  /// Whether two families have the same names and degrees.
  public static func == (a: ParameterFamily, b: ParameterFamily) -> Bool {
    a.prefix == b.prefix && a.shorthand == b.shorthand && a.degrees == b.degrees
  }

  /// Hashes names and degrees.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(prefix)
    hasher.combine(shorthand)
    hasher.combine(degrees)
  }
}
