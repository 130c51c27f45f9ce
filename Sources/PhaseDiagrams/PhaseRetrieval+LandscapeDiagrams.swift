// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointNumerics

extension PhaseRetrieval {
  /// `diagram phase-retrieval --of support`.
  static let supportDiagram = RiskDiagrams.declaration(
    name: "support",
    summary: "The overlaps at which critical points of the risk exist, as the number of samples grows, and how many.",
    y: DiagramAxis(
      Column(.overlap, symbol: "m", "cosine with the signal"),
      domain: Domain(-1, 1, includesLower: false, includesUpper: false)),
    own: [], example: "--of support --loss quartic --alpha 12:16 --points 2"
  ) { _, alphas in
    DiagramWindow(x: alphas, y: -0.98...0.98)
  } profile: { risk, points, _ throws(DomainError) in
    try risk.overlapProfile(of: points)
  }

  /// `diagram phase-retrieval --of energies`.
  static let energiesDiagram = RiskDiagrams.declaration(
    name: "energies",
    summary: "The energies at which critical points of the risk exist, as the number of samples grows, and how many.",
    y: DiagramAxis(Column(.energy, symbol: "e", unit: "per sample", "energy L/M"), domain: .finite),
    own: [RiskDiagrams.overlap], example: "--of energies --loss quartic --alpha 12:16 --points 2"
  ) { point, alphas in
    let overlap = try point.number(.overlap)
    let places = try [alphas.lowerBound, alphas.upperBound].flatMap { alpha in
      let risk = try RiskQuestions.risk(point, alpha: alpha)
      return try [RiskPoints.all, .minima].flatMap { points in
        let profile = try risk.energyProfile(of: points, overlap: overlap)
        let isShown = (try? point.word("counted")) == points.rawValue
        return (profile.ends + (isShown ? [profile.top].compactMap { $0 } : [])).compactMap(\.value)
      }
    }
    guard let low = places.min(), let high = places.max(), high > low else {
      throw DomainError(.overlap, overlap, allowed: "an overlap at which there are critical points")
    }
    let margin = 0.08 * (high - low)
    func rounded(_ x: Double) -> Double { (x * 1000).rounded() / 1000 }
    return DiagramWindow(x: alphas, y: rounded(max(0, low - margin))...rounded(high + margin))
  } profile: { risk, points, point throws(DomainError) in
    try risk.energyProfile(of: points, overlap: point.number(.overlap))
  }
}

/// Diagrams of the complexity of an empirical risk over the number of samples and a property of the points.
private enum RiskDiagrams {
  static let overlap = Parameter(
    .overlap, symbol: "m", "overlap with the signal", domain: Domain(-1, 1, includesLower: false, includesUpper: false),
    default: 0)

  /// `--points` of a diagram is the number of vertices of its lines.
  private static let counted = Parameter(
    "counted", symbol: "\\text{counted}", "whose number is shown by colour",
    choices: [1, 0, 2].map { RiskQuestions.kinds[$0] })

  private static let domain = "landscapes of empirical risks, alpha > 1 without noise"

  /// Where the complexity of a kind of points vanishes.
  private static func ends(_ name: String, _ points: RiskPoints) -> LineDeclaration {
    ComplexityDiagrams.curve(
      "\(name), \(points.rawValue)", "Within it there are exponentially many such points.", #"\Sigma = 0"#,
      sources: [.topologicalExploration], domain: domain)
  }

  private static let unstable = ComplexityDiagrams.curve(
    "minima-bbp", "Where typical minima lose their stability towards the signal.", #"f_0 = 0"#,
    sources: [.complexDynamicsSimpleNeuralNetworks, .topologicalExploration], domain: domain)

  private static let typical = ComplexityDiagrams.curve(
    "most numerous", "Where the points counted by colour are most numerous.", #"\partial_e\Sigma = 0"#,
    sources: [.topologicalExploration], domain: domain)

  /// Everything at one number of samples.
  private struct Slice: Sendable {
    let alpha: Double
    /// In the order of `RiskPoints.allCases`.
    let profiles: [RiskProfile]
    /// Ends of each kind, and where minima are marginally stable.
    var cuts: [[Estimate]] { profiles.map(\.ends) + [profiles[1].unstable] }
  }

  static func declaration(
    name: String, summary: String, y: DiagramAxis, own: [Parameter], example: String,
    window: @escaping @Sendable (Point, ClosedRange<Double>) throws -> DiagramWindow,
    profile: @escaping @Sendable (EmpiricalRisk, RiskPoints, Point) throws(DomainError) -> RiskProfile
  ) -> DiagramDeclaration {
    let kinds = RiskPoints.allCases
    let contours = kinds.map { ends("\(y.column.quantity.name)-ends", $0) } + [unstable]
    // Over overlaps the most numerous points lie at the equator.
    let ridge = y.column.quantity == .energy ? [typical] : []
    let model = PhaseRetrieval.card.parameters.filter {
      RiskQuestions.modelParameters.contains($0.quantity) && $0.quantity != .alpha
    }
    return DiagramDeclaration(
      name: name, summary: summary, parameters: model + [SharedParameter.label, counted] + own,
      x: DiagramAxis(Column(.alpha, symbol: "\\alpha", "samples per dimension, M/N"), domain: .positive), y: y,
      yParameter: nil, lines: contours + ridge, example: example,
      defaultWindow: { fixed in try window(fixed, try alphas(fixed)) },
      compute: { fixed, window, count in
        @Sendable func slice(_ alpha: Double) throws -> Slice {
          let risk = try RiskQuestions.risk(fixed, alpha: alpha)
          return Slice(alpha: alpha, profiles: try kinds.map { try profile(risk, $0, fixed) })
        }
        let slices = try slices(in: window.x, count: max(2, min(count, 21)), slice)
        var curves: [DiagramCurve] = []
        for (number, contour) in contours.enumerated() {
          for (index, piece) in pieces(slices, number).enumerated() {
            curves.append(DiagramCurve(line: contour.name, piece: index + 1, points: piece))
          }
        }
        let shown = kinds.firstIndex { (try? fixed.word("counted")) == $0.rawValue } ?? 1
        for line in ridge {
          let points = slices.compactMap { slice in slice.profiles[shown].top.flatMap { vertex(slice.alpha, $0) } }
          if points.count > 1 { curves.append(DiagramCurve(line: line.name, piece: 1, points: points)) }
        }
        return Diagram(
          window: window, curves: curves, regions: [], map: map(slices.map { ($0.alpha, $0.profiles[shown]) }, window))
      })
  }

  /// The numbers of samples that show what matters: to twice that at which typical minima lose their stability.
  private static func alphas(_ fixed: Point) throws -> ClosedRange<Double> {
    var point = fixed
    if !point.names.contains(.overlap) {
      point = Point(point.names + [.overlap], point.values + [.number(0)])
    }
    let found = try Line<PhaseRetrieval>.minimaBBP.solve(for: .alpha, at: point).first?.value.value
    return 2...max(4, (2 * (found ?? 15)).rounded())
  }

  /// Slices at equal ratios of alpha, and more where contours begin or end.
  private static func slices(
    in range: ClosedRange<Double>, count: Int, _ slice: @escaping @Sendable (Double) throws -> Slice
  ) throws -> [Slice] {
    func solved(_ alphas: [Double]) throws -> [Slice] {
      try parallelMap(alphas.count) { index in Result { try slice(alphas[index]) } }.map { try $0.get() }
    }
    let ratio = range.upperBound / range.lowerBound
    var slices = try solved(
      (0..<count).map { range.lowerBound * Double.pow(ratio, Double($0) / Double(count - 1)) })
    for _ in 0..<5 {
      let between = zip(slices, slices.dropFirst()).compactMap { a, b in
        a.cuts.map(\.count) == b.cuts.map(\.count) ? nil : (a.alpha * b.alpha).squareRoot()
      }
      slices = (slices + (try solved(between))).sorted { $0.alpha < $1.alpha }
    }
    return slices
  }

  private static func vertex(_ alpha: Double, _ y: Estimate) -> DiagramPoint? {
    y.value.map { DiagramPoint(x: alpha, y: $0, error: y.error, status: y.status, event: nil) }
  }

  /// Cuts of equal number in neighbouring slices joined to curves, and two that meet joined with each other.
  ///
  /// - Parameters:
  ///   - slices: by increasing alpha.
  ///   - number: which cuts.
  /// - Returns: the curves.
  private static func pieces(_ slices: [Slice], _ number: Int) -> [[DiagramPoint]] {
    var closed: [[DiagramPoint]] = []
    var open: [[DiagramPoint]] = []
    // Two ends meet where there is nothing between them, or they lie closer than what is looked at.
    func meet(_ pair: [DiagramPoint], beside slice: Slice?) -> Bool {
      guard pair.count == 2, let slice, number < slice.profiles.count else { return false }
      let middle = 0.5 * (pair[0].y + pair[1].y)
      let nodes = slice.profiles[number].nodes.map(\.place)
      guard let value = slice.profiles[number].complexity(at: middle),
        let right = nodes.firstIndex(where: { $0 >= middle }), right > 0
      else { return false }
      return value < 0 || pair[1].y - pair[0].y < nodes[right] - nodes[right - 1]
    }
    var before: Slice?
    for slice in slices {
      let found = slice.cuts[number].compactMap { vertex(slice.alpha, $0) }
      if found.count == open.count {
        for index in open.indices { open[index].append(found[index]) }
      } else {
        let last = open.compactMap(\.last)
        if found.isEmpty, meet(last, beside: slice) { open[0].append(last[1]) }
        closed += open
        open = found.map { [$0] }
        if last.isEmpty, meet(found, beside: before) { open[0].insert(found[1], at: 0) }
      }
      before = slice
    }
    return (closed + open).filter { $0.count > 1 }
  }

  /// Complexities between slices, along lines that keep their place relative to both ends of the profiles.
  private static func map(_ slices: [(alpha: Double, profile: RiskProfile)], _ window: DiagramWindow) -> DiagramMap {
    let (columns, rows) = (160, 120)
    func places(_ interval: ClosedRange<Double>, _ count: Int) -> [Double] {
      (0..<count).map {
        interval.lowerBound + (interval.upperBound - interval.lowerBound) * (Double($0) + 0.5) / Double(count)
      }
    }
    let (xs, ys) = (places(window.x, columns), places(window.y, rows))
    let values = xs.flatMap { x -> [Double?] in
      guard let right = slices.firstIndex(where: { $0.alpha >= x }), right > 0 else { return ys.map { _ in nil } }
      let (a, b) = (slices[right - 1], slices[right])
      let share = Double.log(x / a.alpha) / Double.log(b.alpha / a.alpha)
      guard let lowA = a.profile.nodes.first?.place, let highA = a.profile.nodes.last?.place,
        let lowB = b.profile.nodes.first?.place, let highB = b.profile.nodes.last?.place
      else { return ys.map { _ in nil } }
      let (low, high) = (lowA + share * (lowB - lowA), highA + share * (highB - highA))
      return ys.map { y in
        let t = (y - low) / (high - low)
        guard t >= 0, t <= 1, let first = a.profile.complexity(at: lowA + t * (highA - lowA)),
          let second = b.profile.complexity(at: lowB + t * (highB - lowB))
        else { return nil }
        let value = first + share * (second - first)
        return value > 0 ? value : nil
      }
    }
    return DiagramMap(
      column: Column(.complexity, symbol: "\\Sigma", unit: "per N", "(1/N) log of the mean number"), x: xs, y: ys,
      values: values)
  }
}
