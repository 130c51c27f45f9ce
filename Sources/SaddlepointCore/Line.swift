// SPDX-License-Identifier: GPL-3.0-or-later

/// The order of a phase transition: whether the order parameter jumps.
public enum TransitionOrder: String, Sendable, Hashable {
  /// The order parameter jumps.
  case first
  /// The order parameter changes without a jump.
  case continuous
}

/// A point of a threshold line: the critical value, and the order parameters there.
public struct CriticalPoint: Sendable, Hashable {
  /// A named number that belongs to the point.
  public struct Coordinate: Sendable, Hashable {
    /// Its name.
    public let quantity: Quantity
    /// Its value.
    public let estimate: Estimate
  }

  /// The critical value of the parameter that the line solves for.
  public let value: Estimate
  /// Number of this solution, counted from 1 by increasing critical value; 1 also where there is none.
  public var root: Int
  /// Whether the overlap jumps; nil where that is not defined.
  public let order: TransitionOrder?
  /// Everything known about the point; the solved parameters come first.
  public let coordinates: [Coordinate]

  /// A point at which `solved` (one parameter, or several found together) take the given values.
  ///
  /// - Parameters:
  ///   - solved: what was solved for, the natural unknown first.
  ///   - order: whether the overlap jumps.
  ///   - root: number of the solution.
  ///   - others: order parameters of the point; absent ones are left out.
  ///   - errors: bounds on the errors of those; rounding where none is given.
  public init(
    _ solved: KeyValuePairs<Quantity, Estimate>, order: TransitionOrder? = nil, root: Int = 1,
    with others: KeyValuePairs<Quantity, Double?> = [:], errors: KeyValuePairs<Quantity, Double> = [:]
  ) {
    var list: [Coordinate] = []
    list.reserveCapacity(solved.count + others.count)
    for (quantity, estimate) in solved { list.append(Coordinate(quantity: quantity, estimate: estimate)) }
    let main = list.first?.estimate ?? .outsideDomain("nothing was solved for")
    for case (let quantity, let x?) in others {
      let error = errors.first { $0.key == quantity }?.value ?? main.error
      list.append(Coordinate(quantity: quantity, estimate: .converged(x, error: error + 4 * x.ulp)))
    }
    self.value = main
    self.root = root
    self.order = order
    self.coordinates = list
  }

  private init(_ point: CriticalPoint, coordinates: [Coordinate]) {
    (value, root, order) = (point.value, point.root, point.order)
    self.coordinates = coordinates
  }

  /// The point with further numbers that belong to it, each with its own error.
  public func adding(_ others: KeyValuePairs<Quantity, Estimate>) -> CriticalPoint {
    CriticalPoint(self, coordinates: coordinates + others.map { Coordinate(quantity: $0.key, estimate: $0.value) })
  }

  /// No such point: one row without a value, with the reason.
  public static func absent(_ unknown: Quantity, _ reason: String) -> CriticalPoint {
    CriticalPoint([unknown: .outsideDomain(reason)])
  }

  /// A number of the point by name; `outside-domain` for a name that the line does not have.
  public subscript(_ quantity: Quantity) -> Estimate {
    coordinates.first { $0.quantity == quantity }?.estimate ?? .outsideDomain("no \(quantity) at this point")
  }
}

/// What is declared about a threshold line, apart from its solver.
public struct LineDeclaration: Sendable {
  /// Name on the command line.
  public let name: String
  /// Other names that are understood.
  public let aliases: [String]
  /// One sentence: what happens there.
  public let summary: String
  /// The model parameters that occur in the line's equation, solved-for ones included.
  public let parameters: [Quantity]
  /// The parameters that can be solved for; the first is the natural one.
  public let unknowns: [Quantity]
  /// Whether all unknowns are found together (an isolated point) rather than one as a function of the others.
  public let isPoint: Bool
  /// Result columns after the critical value, `root` and `order`.
  public let columns: [Column]
  /// Parameters of the line that are none of the model's.
  public let ownParameters: [Parameter]
  /// Columns of unknowns that are no parameters of the model, such as an energy.
  public let solvedColumns: [Column]
  /// Whether the model's families of parameters enter.
  public let usesFamilies: Bool
  /// What the line rests on.
  public let evidence: Evidence
  /// Works it comes from.
  public let sources: [Citation]
  /// The equation in TeX.
  public let formula: String
  /// Where the line exists, in words.
  public let domain: String
  /// Arguments of an example that runs, as typed after the line's name; nil where help can make one up.
  public let example: String?

  /// A declaration.
  public init(
    name: String, aliases: [String] = [], summary: String, parameters: [Quantity], unknowns: [Quantity],
    isPoint: Bool = false, columns: [Column], ownParameters: [Parameter] = [], solvedColumns: [Column] = [],
    usesFamilies: Bool = false, evidence: Evidence, sources: [Citation], formula: String, domain: String,
    example: String? = nil
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.parameters = parameters
    self.unknowns = unknowns
    self.isPoint = isPoint
    self.columns = columns
    self.ownParameters = ownParameters
    self.solvedColumns = solvedColumns
    self.usesFamilies = usesFamilies
    self.evidence = evidence
    self.sources = sources
    self.formula = formula
    self.domain = domain
    self.example = example
  }
}

/// A threshold line of a model; a line that a model does not have does not compile for it.
///
/// Lines are static members, one file each, in the room of their method: `Line<SpikedMatrixTensor>.gradientFlow`.
public struct Line<Model>: Sendable {
  /// Name, unknowns, columns, evidence, source.
  public let declaration: LineDeclaration
  private let solver: @Sendable (Point, Quantity) throws(DomainError) -> [CriticalPoint]

  /// A line with its solver, which receives the given parameters and the name of the unknown.
  public init(
    _ declaration: LineDeclaration,
    solver: @escaping @Sendable (Point, Quantity) throws(DomainError) -> [CriticalPoint]
  ) {
    self.declaration = declaration
    self.solver = solver
  }

  /// Solves for `unknown` at a point that gives the other parameters of the line.
  ///
  /// - Returns: one element for each solution by increasing critical value, or one element without a value.
  /// - Throws: `DomainError` for a parameter outside its domain, or an unknown that the line does not solve for.
  public func solve(for unknown: Quantity, at point: Point) throws(DomainError) -> [CriticalPoint] {
    guard declaration.unknowns.contains(unknown) else {
      throw DomainError("for", unknown.name, allowed: declaration.unknowns.map(\.name).joined(separator: ", "))
    }
    var points = try solver(point, unknown)
    for index in points.indices { points[index].root = index + 1 }
    return points
  }
}
