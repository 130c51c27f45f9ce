// SPDX-License-Identifier: GPL-3.0-or-later

import Saddlepoint

/// MODEL, LINE and the model's options, in whatever order they stood.
struct Request {
  /// Words that belong to no option.
  let positionals: [String]
  /// Options with their values, as typed.
  private(set) var options: [(name: String, value: String)]

  /// Splits the words that the shared options left over.
  init(_ words: [String]) throws {
    var positionals: [String] = []
    var options: [(name: String, value: String)] = []
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      guard word.hasPrefix("-"), word != "-" else {
        positionals.append(word)
        continue
      }
      guard word.hasPrefix("--"), word.count > 2 else {
        let isName = word.count > 1 && word.dropFirst().allSatisfy { $0.isLetter || $0.isNumber }
        throw UsageError("unknown option '\(word)'; options are written \(isName ? "-\(word)" : "--name") value")
      }
      let body = word.dropFirst(2)
      if let equals = body.firstIndex(of: "=") {
        options.append((String(body[..<equals]), String(body[body.index(after: equals)...])))
      } else {
        guard index < words.count, !words[index].hasPrefix("--") else {
          options.append((String(body), ""))
          continue
        }
        options.append((String(body), words[index]))
        index += 1
      }
    }
    self.positionals = positionals
    self.options = options
  }

  /// The model named first.
  func entry() throws -> CatalogueEntry {
    let names = Catalogue.models.map(\.card.name)
    guard let word = positionals.first else {
      throw UsageError("name a model: \(names.joined(separator: ", "))")
    }
    guard let name = Words.canonical(word, among: names),
      let entry = Catalogue.models.first(where: { $0.card.name == name })
    else { throw UsageError.unknown("model", word, among: names) }
    return entry
  }

  /// Refuses words beyond the expected ones.
  func expectPositionals(_ count: Int) throws {
    if positionals.count > count {
      throw UsageError("unexpected '\(positionals[count])'; options are written --name value")
    }
  }

  /// Takes an option that is no parameter, such as `--for`.
  mutating func take(_ name: String) throws -> String? {
    let found = options.filter { Words.canonical($0.name, among: [name]) != nil }
    guard let first = found.first else { return nil }
    if found.count > 1 { throw UsageError("--\(name) is given twice") }
    if first.value.isEmpty { throw UsageError("--\(name) needs a value") }
    options.removeAll { Words.canonical($0.name, among: [name]) != nil }
    return first.value
  }

  /// Takes the members of families: `--xi3 0.5`, or several at once by `--mixture 2:0.5,3:0.5`.
  ///
  /// - Parameter families: the question's families.
  /// - Returns: the declarations of the given members, by family and degree; their values stay among the options.
  /// - Throws: `UsageError` for text that is no list of DEGREE:VALUE, `DomainError` for a degree that is not allowed or given twice.
  mutating func members(of families: [ParameterFamily]) throws -> [Parameter] {
    var members: [Parameter] = []
    for family in families {
      var degrees: [Int] = []
      if let list = try take(family.shorthand) {
        for entry in list.split(separator: ",", omittingEmptySubsequences: false) {
          let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
          guard parts.count == 2, let degree = Int(parts[0]) else {
            throw UsageError("--\(family.shorthand): '\(entry)' is no DEGREE:VALUE")
          }
          options.append((family.prefix + String(degree), String(parts[1])))
        }
      }
      for (name, value) in options where name.hasPrefix(family.prefix) {
        guard let degree = Int(name.dropFirst(family.prefix.count)) else { continue }
        guard family.degrees.contains(degree) else {
          throw DomainError(
            Quantity(name), value, allowed: "degrees from \(family.degrees.lowerBound) to \(family.degrees.upperBound)")
        }
        if degrees.contains(degree) { throw DomainError(Quantity(name), value, allowed: "each degree once") }
        degrees.append(degree)
      }
      members += degrees.sorted().map(family.member)
    }
    return members
  }

  /// Expands words that name a thing with its own parameter: `--prior sparse-rademacher:0.05` becomes
  /// `--prior sparse-rademacher --rho 0.05`, so that the parameter can be swept.
  ///
  /// A list in which only some words do so stays as it is: ``grid(over:known:solved:isPoint:extra:file:)`` pairs its values.
  ///
  /// - Parameter parameters: the question's parameters.
  mutating func expandShorthands(of parameters: [Parameter]) {
    for parameter in parameters {
      guard case .choice(let choices, _) = parameter.kind else { continue }
      let name = Self.optionName(parameter.quantity)
      guard let index = options.firstIndex(where: { Words.canonical($0.name, among: [name]) != nil }),
        let colon = options[index].value.firstIndex(of: ":"),
        AxisParser.members(options[index].value, of: parameter).count == 1
      else { continue }
      let (word, rest) = (
        options[index].value[..<colon], options[index].value[options[index].value.index(after: colon)...]
      )
      guard let name = Words.canonical(String(word), among: choices.map(\.name)),
        let shorthand = choices.first(where: { $0.name == name })?.shorthand
      else { continue }
      options[index].value = String(word)
      // A question without that parameter refuses the word itself.
      if parameters.contains(where: { $0.quantity == shorthand }) { add(Self.optionName(shorthand), String(rest)) }
    }
  }

  /// Adds an option that was written in another form, such as `index:2` for `--index 2`.
  mutating func add(_ name: String, _ value: String) { options.append((name, value)) }

  /// The axes of a grid over the given parameters.
  ///
  /// - Parameters:
  ///   - parameters: the question's parameters in declared order.
  ///   - known: all parameters of the model, to tell those that do not enter from misspelt ones.
  ///   - solved: parameters that the question solves for; giving one is explained.
  ///   - isPoint: whether all of these are solved for together.
  ///   - extra: other option names that the command understands, for advice.
  ///   - file: points from a file, if any.
  /// - Returns: a grid whose values are all in their domains.
  /// - Throws: `UsageError` for words, `DomainError` for values, `InputError` for the file.
  func grid(
    over parameters: [Parameter], known: [Parameter] = [], solved: [Quantity] = [], isPoint: Bool = false,
    extra: [String] = [],
    file: PointFile? = nil
  ) throws -> Grid {
    let choices = parameters.map { Self.optionName($0.quantity) }
    var given: [Quantity: Axis] = [:]
    for (name, value) in options {
      guard let canonical = Words.canonical(name, among: choices),
        let parameter = parameters.first(where: { Self.optionName($0.quantity) == canonical })
      else {
        if let quantity = solved.first(where: { Self.optionName($0) == name }) {
          throw UsageError(
            "--\(Self.optionName(quantity)) is what is solved for; "
              + (isPoint
                ? "a point is found in all of \(solved.map(Self.optionName).joined(separator: " and ")) at once"
                : "--for NAME solves for another parameter"))
        }
        if known.contains(where: { Self.optionName($0.quantity) == name }) {
          throw UsageError(
            "--\(name) does not enter here; the parameters are \(choices.map { "--" + $0 }.joined(separator: ", "))")
        }
        throw UsageError.unknown("option", "--" + name, among: (choices + extra).map { "--" + $0 })
      }
      func refuseSecond(_ quantity: Quantity) throws {
        if given[quantity] != nil { throw UsageError("--\(Self.optionName(quantity)) is given twice") }
      }
      try refuseSecond(parameter.quantity)
      if value.isEmpty { throw UsageError("--\(canonical) needs a value (\(parameter.allowed))") }
      if let pairs = try AxisParser.pairs(value, for: parameter, among: parameters) {
        try refuseSecond(pairs.other.quantity)
        given[parameter.quantity] = .values(pairs.words)
        given[pairs.other.quantity] = .paired(with: parameter.quantity, pairs.values)
        continue
      }
      given[parameter.quantity] = try AxisParser.axis(value, for: parameter)
    }
    var listed: (names: [Quantity], rows: [[Value]])?
    if let file { listed = try file.points(for: parameters, besides: given) }
    let missing = parameters.filter {
      given[$0.quantity] == nil && listed?.names.contains($0.quantity) != true && $0.defaultValue == nil
    }
    if !missing.isEmpty {
      let names = missing.map { "--\(Self.optionName($0.quantity)) (\($0.allowed))" }
      throw UsageError("\(names.joined(separator: " and ")) \(missing.count == 1 ? "is" : "are") missing")
    }
    let axes = parameters.map { parameter -> Axis? in
      if let axis = given[parameter.quantity] { return axis }
      if listed?.names.contains(parameter.quantity) == true { return nil }
      return parameter.defaultValue.map { .values([$0]) }
    }
    let grid = Grid(names: parameters.map(\.quantity), axes: axes, listed: listed)
    guard grid.count < 1 << 48 else { throw UsageError("the outer product of the ranges has too many points") }
    return grid
  }

  /// The option of a parameter or column: hyphens for underscores.
  static func optionName(_ quantity: Quantity) -> String { quantity.name.replacing("_", with: "-") }

  /// The options as they were given, for the record of the run.
  var record: [JSONValue.Member] { options.map { JSONValue.Member($0.name, .string($0.value)) } }
}

/// The points of `--at FILE.csv`.
struct PointFile {
  let path: String
  private let table: CSVReader

  init(path: String) throws {
    self.path = path
    let text = try readText(path)
    do { table = try CSVReader(text) } catch { throw InputError(path: path, reason: "\(error)") }
    if table.rows.isEmpty { throw InputError(path: path, reason: "there is no row below the header") }
  }

  /// The listed points: each column must be a parameter, none may be given as an option too.
  func points(for parameters: [Parameter], besides given: [Quantity: Axis]) throws -> (
    names: [Quantity], rows: [[Value]]
  ) {
    let columns = try table.header.map { name -> Parameter in
      guard
        let parameter = parameters.first(where: { $0.quantity.name == name || Request.optionName($0.quantity) == name })
      else {
        let error = UsageError.unknown("column", name, among: parameters.map(\.quantity.name))
        throw UsageError("\(path): \(error.message)")
      }
      if given[parameter.quantity] != nil {
        throw UsageError("--\(Request.optionName(parameter.quantity)) is given both as an option and in \(path)")
      }
      return parameter
    }
    for (index, column) in columns.enumerated() where columns[..<index].contains(column) {
      throw UsageError("\(path): column '\(column.quantity.name)' is there twice")
    }
    let rows = try table.rows.enumerated().map { index, row -> [Value] in
      guard row.count == columns.count else {
        throw InputError(
          path: path, reason: "line \(table.lines[index]): \(columns.count) entries expected, found \(row.count)")
      }
      let place = "\(path), line \(table.lines[index])"
      return try zip(row, columns).map { text, parameter in
        do { return try AxisParser.value(text, for: parameter) } catch let error as DomainError {
          throw PointError(place: place, cause: error)
        } catch is UsageError {
          throw UsageError("\(place): '\(text)' is no number for \(parameter.quantity.name)")
        }
      }
    }
    return (columns.map(\.quantity), rows)
  }
}
