// SPDX-License-Identifier: GPL-3.0-or-later

/// A question about a model, in the form that tables are made of: parameters in, rows out.
///
/// Replica branches, a potential, a threshold solved for one of its unknowns: to the command they are all the same.
public struct Question: Sendable {
  /// The command that asks it: `replica`, `potential`, `threshold`, ...
  public let name: String
  /// One sentence.
  public let summary: String
  /// The parameters, in declared order: the model's, then the question's own.
  public let parameters: [Parameter]
  /// Result columns.
  public let columns: [Column]
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
  /// The rows at a point that gives every parameter.
  public let answer: @Sendable (Point) throws(DomainError) -> [Answer]

  /// A question.
  public init(
    name: String, summary: String, parameters: [Parameter], columns: [Column], main: Quantity? = nil,
    evidence: Evidence, sources: [Citation], formula: String, domain: String, example: String,
    answer: @escaping @Sendable (Point) throws(DomainError) -> [Answer]
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.columns = columns
    self.main = main ?? columns[0].quantity
    self.evidence = evidence
    self.sources = sources
    self.formula = formula
    self.domain = domain
    self.example = example
    self.answer = answer
  }

  /// All columns of a row: parameters, results, and the three of its assurance.
  public var allColumns: [Column] { parameters.map(Column.init) + columns + Column.assurance }

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
    return answers.map { answer in
      let main = answer.main.held(to: tolerance, scale: scale)
      var row: [Cell] = []
      row.reserveCapacity(parameters.count + columns.count + 3)
      for value in point.values { row.append(Cell(value)) }
      row.append(contentsOf: answer.cells)
      row.append(main.status == .exact || main.value == nil ? .empty : .number(main.error))
      row.append(.text(main.status.name))
      row.append(main.status.reason.map(Cell.text) ?? .empty)
      return row
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
    let inOrder = card.parameters.filter { solved.contains($0.quantity) }
    let given = card.parameters.filter { line.parameters.contains($0.quantity) && !solved.contains($0.quantity) }
    var columns: [Column] = []
    for parameter in inOrder {
      columns.append(Column(parameter))
      if let reciprocal = parameter.reciprocal { columns.append(reciprocal) }
    }
    columns.append(Column("root", "number of the solution, by increasing critical value"))
    columns.append(Column("order", "order of the transition: first or continuous"))
    columns += line.columns
    let reciprocals = inOrder.reduce(into: [Quantity: Quantity]()) { table, parameter in
      if let reciprocal = parameter.reciprocal { table[reciprocal.quantity] = parameter.quantity }
    }
    let columnNames = columns.map(\.quantity)
    let main = line.isPoint ? line.unknowns[0] : unknown
    return Question(
      name: "threshold", summary: line.summary, parameters: given, columns: columns, main: main,
      evidence: line.evidence, sources: line.sources, formula: line.formula, domain: line.domain, example: ""
    ) { point throws(DomainError) in
      try solve(for: main, at: point).map { solution in
        let cells = columnNames.map { name -> Cell in
          switch name {
          case "root": return .integer(solution.root)
          case "order": return solution.order.map { .text($0.rawValue) } ?? .empty
          default:
            guard let original = reciprocals[name] else { return Cell(solution[name]) }
            return Cell(solution[original].value.map { 1 / $0 })
          }
        }
        return Answer(cells, main: solution.value)
      }
    }
  }
}
