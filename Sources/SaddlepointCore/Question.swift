// SPDX-License-Identifier: GPL-3.0-or-later

/// A question about a model, in the form that tables are made of: parameters in, rows out.
///
/// Replica branches, a potential, a threshold solved for one of its unknowns: to the command they are all the same.
public struct Question: Sendable {
  /// The command that asks it: `replica`, `potential`, ..., with the option that chooses it among several, if there is one.
  public let name: String
  /// One sentence.
  public let summary: String
  /// The parameters, in declared order: the model's, then the question's own.
  ///
  /// A parameter of the name of a result column, such as an overlap that may be given or maximised over, is shown there.
  public private(set) var parameters: [Parameter]
  /// Families of numbered parameters, of which those that are given precede the others.
  public let families: [ParameterFamily]
  /// Result columns.
  public private(set) var columns: [Column]
  /// Columns after these that are shown on demand only, such as the scalars of a saddle point.
  public private(set) var verboseColumns: [Column]
  /// The result that the row's error belongs to.
  public let main: Quantity
  /// What the answer rests on.
  public let evidence: Evidence
  /// Works it comes from.
  public let sources: [Citation]
  /// The formula in TeX.
  public let formula: String
  /// Where it is defined, in words.
  public let domain: String
  /// Arguments of an example that runs, as typed after the model's name.
  public let example: String
  /// The tolerance that is meant where none is given; infinite for simulations, whose errors are statistical.
  public let defaultTolerance: Double
  /// Refuses points outside the question's domain without computing anything; nil where ``answer`` itself is quick to.
  ///
  /// It is asked for all points of a sweep before the first is computed.
  public private(set) var check: (@Sendable (Point) throws(DomainError) -> Void)?
  /// Two result columns whose values are a grid, over which the main result is drawn by colour; nil where curves are drawn.
  public private(set) var plane: Plane?
  /// The rows at a point that gives every parameter.
  public let answer: @Sendable (Point) throws(DomainError) -> [Answer]

  /// The result columns on the axes of a map.
  public struct Plane: Sendable, Hashable {
    /// On the horizontal axis; rows of the same value follow each other.
    public let x: Quantity
    /// On the vertical axis.
    public let y: Quantity
  }

  /// A question.
  public init(
    name: String, summary: String, families: [ParameterFamily] = [], parameters: [Parameter], columns: [Column],
    verboseColumns: [Column] = [], main: Quantity? = nil, evidence: Evidence, sources: [Citation], formula: String,
    domain: String, example: String, defaultTolerance: Double = 1e-10,
    answer: @escaping @Sendable (Point) throws(DomainError) -> [Answer]
  ) {
    self.name = name
    self.summary = summary
    self.families = families
    self.parameters = parameters
    self.columns = columns
    self.verboseColumns = verboseColumns
    self.main = main ?? columns[0].quantity
    self.evidence = evidence
    self.sources = sources
    self.formula = formula
    self.domain = domain
    self.example = example
    self.defaultTolerance = defaultTolerance
    self.answer = answer
  }

  /// All columns of a row: parameters, results, and the three of its assurance.
  public var allColumns: [Column] { shownParameters.map(Column.init) + columns + Column.assurance }

  /// The parameters that have a column of their own.
  public var shownParameters: [Parameter] {
    parameters.filter { parameter in !columns.contains { $0.quantity == parameter.quantity } }
  }

  /// The question with a check of its points; see ``check``.
  public func checked(_ check: @escaping @Sendable (Point) throws(DomainError) -> Void) -> Question {
    var question = self
    question.check = check
    return question
  }

  /// The question with its main result drawn by colour over two result columns; see ``plane``.
  public func drawn(over x: Quantity, _ y: Quantity) -> Question {
    var question = self
    question.plane = Plane(x: x, y: y)
    return question
  }

  /// The question with the given members of its families before its other parameters.
  public func with(members: [Parameter]) -> Question {
    var question = self
    question.parameters = members + parameters
    return question
  }

  /// The question with all its columns shown.
  public var verbose: Question {
    var question = self
    question.columns += verboseColumns
    question.verboseColumns = []
    return question
  }

  /// Natural scale of the main result's tolerance.
  public var scale: Double { columns.first { $0.quantity == main }?.scale ?? 1 }

  /// The finished rows at a point, each as long as ``allColumns``.
  ///
  /// - Parameters:
  ///   - point: a value for each parameter, in declared order.
  ///   - tolerance: converged results whose error exceeds it (see ``Estimate/held(to:scale:)``) become `not-converged`.
  /// - Returns: one row for each answer; at least one.
  /// - Throws: `DomainError` for a point outside the question's domain.
  public func rows(at point: Point, tolerance: Double) throws(DomainError) -> [[Cell]] {
    let answers = try answer(point)
    let isShown = parameters.map { parameter in !columns.contains { $0.quantity == parameter.quantity } }
    return answers.map { answer in
      let main = answer.main.held(to: tolerance, scale: scale)
      var row: [Cell] = []
      row.reserveCapacity(parameters.count + columns.count + 3)
      for (value, shown) in zip(point.values, isShown) where shown { row.append(Cell(value)) }
      row.append(contentsOf: answer.cells.prefix(columns.count))
      row.append(main.status == .exact || main.value == nil ? .empty : .number(main.error))
      row.append(.text(main.status.name))
      row.append(main.status.reason.map(Cell.text) ?? .empty)
      return row
    }
  }
}

extension Question {
  /// The command that asks: the first word of the name.
  public var command: String { name.split(separator: " ").first.map(String.init) ?? name }

  /// The option that chooses this question among those of its command, as in `complexity --size`; empty if there is none.
  public var selector: String { name.split(separator: " ").dropFirst().joined(separator: " ") }

  /// How it is asked about a model, up to the parameters: `complexity spiked-tensor --quenched`.
  public func invocation(of model: String) -> String {
    selector.isEmpty ? "\(command) \(model)" : "\(command) \(model) \(selector)"
  }

  /// Whether the given options choose this question: its selecting option is among them, with its word if it has one.
  public func isChosen(by options: [(name: String, value: String)]) -> Bool {
    let words = selector.split(separator: " ").map(String.init)
    guard let option = words.first?.dropFirst(2) else { return false }
    return options.contains {
      $0.name.replacing("_", with: "-") == option && (words.count == 1 || $0.value == words[1])
    }
  }
}

extension Line {
  /// The question that this line answers when it is solved for one of its unknowns.
  ///
  /// - Parameters:
  ///   - unknown: what to solve for.
  ///   - card: the model's card, which declares the parameters.
  /// - Returns: a question whose answers are the solutions.
  public func question(for unknown: Quantity, card: ModelCard) -> Question {
    let line = declaration
    let solved = line.isPoint ? line.unknowns : [unknown]
    let declared = card.parameters.map(\.quantity).filter(solved.contains)
    let inOrder = declared + solved.filter { !declared.contains($0) }
    let given =
      card.parameters.filter { line.parameters.contains($0.quantity) && !solved.contains($0.quantity) }
      + line.ownParameters
    var columns: [Column] = []
    var reciprocals: [Quantity: Quantity] = [:]
    for quantity in inOrder {
      guard let parameter = card[quantity] else {
        columns += line.solvedColumns.filter { $0.quantity == quantity }
        continue
      }
      columns.append(Column(parameter))
      guard let reciprocal = parameter.reciprocal else { continue }
      columns.append(reciprocal)
      reciprocals[reciprocal.quantity] = quantity
    }
    columns.append(Column("root", "number of the solution, by increasing critical value"))
    columns.append(Column("order", "order of the transition: first or continuous"))
    columns += line.columns
    let columnNames = columns.map(\.quantity)
    let originals = reciprocals
    let main = line.isPoint ? line.unknowns[0] : unknown
    return Question(
      name: "threshold", summary: line.summary, families: line.usesFamilies ? card.families : [], parameters: given,
      columns: columns, main: main,
      evidence: line.evidence, sources: line.sources, formula: line.formula, domain: line.domain, example: ""
    ) { point throws(DomainError) in
      try solve(for: main, at: point).map { solution in
        let cells = columnNames.map { name -> Cell in
          switch name {
          case "root": return .integer(solution.root)
          case "order": return solution.order.map { .text($0.rawValue) } ?? .empty
          default:
            guard let original = originals[name] else { return Cell(solution[name]) }
            return Cell(solution[original].value.map { 1 / $0 })
          }
        }
        return Answer(cells, main: solution.value)
      }
    }
  }
}
