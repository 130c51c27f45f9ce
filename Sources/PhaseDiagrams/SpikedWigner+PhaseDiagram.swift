// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics

extension SpikedWigner {
  /// `diagram spiked-wigner`: the plane of a family's parameter and the snr with all lines and regions.
  static let phaseDiagram = DiagramDeclaration(
    name: "phases",
    summary: "The plane (rho, snr) of a family of priors with all threshold lines and what is possible between them.",
    parameters: [families],
    x: DiagramAxis(
      Column(.rho, symbol: "\\rho", "fraction of non-zero components, or size of the first group"), isLogarithmic: true),
    y: DiagramAxis(Column(.snr, symbol: "\\lambda", "signal-to-noise ratio"), isLogarithmic: true),
    yParameter: nil, lines: Catalogue.spikedWignerLines.map(\.declaration), example: "--prior sparse-rademacher",
    defaultWindow: { fixed in try SparsityPlane(fixed).defaultWindow() },
    compute: { fixed, window, count in try SparsityPlane(fixed).diagram(in: window, count: count) })

  /// The families that have a parameter to draw against.
  private static let families = Parameter(
    .prior, symbol: "P_0", "family of priors with the parameter rho",
    choices: [Prior.Family.sparseRademacher, .gaussBernoulli, .bernoulli, .twoGroup].compactMap { family in
      Prior.choices.first { $0.name == family.rawValue }.map { Parameter.Choice($0.name, $0.description) }
    })
}

/// The plane (rho, snr) of a family of priors.
private struct SparsityPlane {
  let family: Prior.Family
  let critical: (rho: Double, snr: Double, error: Double)

  init(_ fixed: Point) throws {
    let name = try fixed.word(.prior)
    guard let family = Prior.Family(rawValue: name) else {
      throw DomainError(.prior, name, allowed: Prior.Family.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.family = family
    let point = try SpikedWigner.threshold(.critical, family: family)[0]
    critical = (try point[.rho].get(), try point[.snr].get(), point[.snr].error)
  }

  /// From a tenth of the critical rho to twice it, and all lines in between.
  func defaultWindow() throws -> DiagramWindow {
    let low = oneDigit(critical.rho / 10, .down)
    let high = min(0.5, oneDigit(critical.rho * 2, .up))
    let sparse = try column(low).heights
    let least = min(sparse.min() ?? critical.snr, critical.snr)
    let most = max(sparse.max() ?? critical.snr, critical.snr)
    return DiagramWindow(x: low...high, y: oneDigit(0.7 * least, .down)...oneDigit(1.4 * most, .up))
  }

  private func oneDigit(_ x: Double, _ rule: FloatingPointRoundingRule) -> Double {
    let unit = Double.pow(10, Double.log10(x).rounded(.down))
    return (x / unit).rounded(rule) * unit
  }

  /// The lines at one rho.
  struct Column: Sendable {
    let rho: Double
    let pieces: CurvePieces<SpikedCurve>
    let weakRecovery: CurveTransition?
    let algorithmic: CurveTransition?
    let optimal: [CurveTransition]
    let informed: [CurveTransition]

    /// The strengths of all lines.
    var heights: [Double] {
      ([weakRecovery, algorithmic].compactMap { $0 } + optimal + informed).map(\.strength.value)
    }

    /// The first-order transition of the optimal overlap, and its continuous one.
    var jump: CurveTransition? { optimal.last { $0.order == .first } }
    var onset: CurveTransition? { optimal.first { $0.order == .continuous } }
  }

  private func column(_ rho: Double) throws -> Column {
    let pieces = try CurvePieces(SpikedCurve(prior: family.prior(rho: rho)))
    return try Column(
      rho: rho, pieces: pieces, weakRecovery: pieces.weakRecovery(), algorithmic: pieces.algorithmicTransition(),
      optimal: pieces.optimalTransitions(), informed: pieces.informedSpinodals())
  }

  func diagram(in window: DiagramWindow, count: Int) throws -> Diagram {
    guard window.x.lowerBound > 0, window.x.upperBound < 1 else {
      throw DomainError(.rho, "\(window.x.lowerBound):\(window.x.upperBound)", allowed: "a window inside 0 < rho < 1")
    }
    let axis = Axis.range(
      start: window.x.lowerBound, stop: window.x.upperBound, count: max(2, count), isLogarithmic: true)
    var rhos = (0..<axis.count).compactMap { index -> Double? in
      if case .number(let rho) = axis[index] { rho } else { nil }
    }
    // Just beside the critical points, where lines end.
    let mirror = family == .twoGroup ? [critical.rho, 1 - critical.rho] : [critical.rho]
    for place in mirror where window.x.contains(place) {
      rhos += [place * (1 - 1e-5), place * (1 + 1e-5)].filter(window.x.contains)
    }
    let sorted = rhos.sorted()
    let found = parallelMap(sorted.count) { index in Result { try column(sorted[index]) } }
    let columns = try withCrossings(found.map { try $0.get() })
    return try Diagram(
      window: window, curves: curves(columns, window), regions: regions(columns, window))
  }

  /// Adds the columns on both sides of where the jump meets the onset at snr = 1, found by bisection on its kind.
  private func withCrossings(_ columns: [Column]) throws -> [Column] {
    var result: [Column] = []
    for (index, next) in columns.enumerated() {
      // Where the count changes at the critical point, that is known already.
      if index > 0, columns[index - 1].optimal.count != next.optimal.count, next.rho / columns[index - 1].rho > 1.0001 {
        var (low, high) = (columns[index - 1], next)
        while high.rho / low.rho - 1 > 1e-9 {
          let middle = try column((low.rho * high.rho).squareRoot())
          if middle.optimal.count == low.optimal.count { low = middle } else { high = middle }
        }
        result += [low, high].filter { $0.rho != columns[index - 1].rho && $0.rho != next.rho }
      }
      result.append(next)
    }
    return result
  }

  // MARK: Lines

  private func curves(_ columns: [Column], _ window: DiagramWindow) -> [DiagramCurve] {
    var curves: [DiagramCurve] = []
    let isPointInside = window.x.contains(critical.rho) && window.y.contains(critical.snr)
    let end = DiagramPoint(
      x: critical.rho, y: critical.snr, error: critical.error, status: family == .twoGroup ? .exact : .converged,
      event: .critical)
    func add(_ name: String, _ pick: (Column) -> CurveTransition?, endsAtCritical: Bool = false) {
      var pieces: [[DiagramPoint]] = [[]]
      var last: Column?
      for column in columns {
        // Beyond a crossing the same line goes on with another kind of transition.
        if let transition = pick(column) {
          let (snr, error) = transition.strength
          let point = DiagramPoint(
            x: column.rho, y: snr, error: error, status: error == 0 ? .exact : .converged,
            event: last.map { $0.optimal.count != column.optimal.count && endsAtCritical } == true ? .crossing : nil)
          if window.y.contains(snr) {
            pieces[pieces.count - 1].append(point)
          } else if pieces.last?.isEmpty == false {
            pieces.append([])
          }
        } else if pieces.last?.isEmpty == false {
          if endsAtCritical, isPointInside, let place = last?.rho, place < critical.rho, column.rho > critical.rho {
            pieces[pieces.count - 1].append(end)
          }
          pieces.append([])
        }
        last = column
      }
      for points in pieces where !points.isEmpty {
        curves.append(DiagramCurve(line: name, piece: curves.count { $0.line == name } + 1, points: points))
      }
    }
    add("weak-recovery") { $0.weakRecovery }
    add("algorithmic") { $0.algorithmic }
    add("information-theoretic", { $0.jump }, endsAtCritical: true)
    add("information-theoretic") { $0.onset }
    add("informed-spinodal", { $0.informed.last }, endsAtCritical: true)
    if isPointInside { curves.append(DiagramCurve(line: "critical", piece: 1, points: [end])) }
    return curves
  }

  // MARK: Regions

  private func regions(_ columns: [Column], _ window: DiagramWindow) throws -> [DiagramRegion] {
    var byRho: [Double: Column] = [:]
    for column in columns { byRho[column.rho] = column }
    return try Diagram.regions(slices: columns.map(\.rho), window: window) { rho in
      byRho[rho]?.heights ?? []
    } classify: { rho, snr in
      guard let column = byRho[rho] else { throw DomainError(.rho, rho, allowed: "a slice of the diagram") }
      let phase = region(column, snr)
      return DiagramRegion(name: phase.rawValue, label: phase.rawValue, phase: phase, polygon: [])
    }
  }

  /// What is possible at a height between the lines of a column.
  private func region(_ column: Column, _ snr: Double) -> PhaseRegion {
    let isCentred = column.pieces.curve.isCentred
    let crossed = column.optimal.filter { $0.strength.value < snr }
    if isCentred, crossed.isEmpty { return .impossible }
    // Message passing is optimal before the first jump above its onset, and beyond its own line.
    let isOptimal =
      snr > column.algorithmic?.strength.value ?? 0 || !crossed.contains { $0.order == .first }
    if isOptimal { return .easy }
    return isCentred && snr < column.weakRecovery?.strength.value ?? .infinity ? .hard : .hybridHard
  }
}
