// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore

extension SpikedMatrixTensor {
  /// `diagram spiked-matrix-tensor`: the plane of both noises with all lines and regions.
  static let phaseDiagram = DiagramDeclaration(
    name: "phases", summary: "The plane (deltap, 1/delta2) with all threshold lines and what is possible between them.",
    parameters: card.parameters.filter { [.p, .prior, .temperature].contains($0.quantity) },
    x: DiagramAxis(
      Column(.deltap, symbol: "\\Delta_p", "noise variance of the tensor channel"), isLogarithmic: true),
    y: DiagramAxis(Column(.inverseDelta2, symbol: "1/\\Delta_2", "reciprocal noise variance of the matrix channel")),
    yParameter: deltaTwo, lines: Catalogue.spikedMatrixTensorLines.map(\.declaration),
    example: "--p 3",
    defaultWindow: { fixed in try PhasePlane(fixed).defaultWindow() },
    compute: { fixed, window, count in try PhasePlane(fixed).diagram(in: window, count: count) })

  private static let deltaTwo = Parameter(
    .delta2, symbol: "\\Delta_2", "noise variance of the matrix channel", domain: .positiveOrInfinite)
}

/// The plane (Deltap, 1/Delta2) at given p and Langevin temperature.
private struct PhasePlane {
  let p: Int
  let temperature: Double
  /// Places where the structure of the diagram changes.
  let places: Places

  struct Places {
    let tensorOnly: Double
    let informedEnd: Double
    let crossing: Double
    let critical: Double
  }

  init(_ fixed: Point) throws {
    try Prior.requireGaussian(at: fixed)
    p = try fixed.integer(.p)
    temperature = try fixed.number(.temperature)
    let order = Double(p)
    // Deltap where lines reach Delta2 = inf, where the jump crosses Delta2 = 1, and where it ends.
    guard
      let tensorOnly = try SpikedMatrixTensor.threshold(.informationTheoretic, p: p, delta2: .infinity)[0].value.value,
      let informedEnd = try SpikedMatrixTensor.threshold(.informedSpinodal, p: p, delta2: .infinity)[0].value.value,
      let crossing = try SpikedMatrixTensor.threshold(.informationTheoretic, p: p, delta2: 1)[0].value.value,
      let critical = try SpikedMatrixTensor.threshold(.critical, p: p)[0][.deltap].value
    else { throw DomainError(.p, order, allowed: "an order whose special points are representable") }
    places = Places(tensorOnly: tensorOnly, informedEnd: informedEnd, crossing: crossing, critical: critical)
  }

  /// From below the tensor-only threshold to where all lines are near Delta2 = 1; upwards to where gradient flow succeeds.
  func defaultWindow() throws -> DiagramWindow {
    let low = oneDigit(0.5 * places.tensorOnly)
    let high = oneDigit(10 * places.critical)
    let atCritical = SpikedMatrixTensor.instabilityDelta2(deltap: places.critical, weight: Double(p - 1))
    return DiagramWindow(x: low...high, y: 0...max(2, (1.05 / atCritical).rounded(.up)))
  }

  /// The nearest number with one significant digit, for readable ends of axes.
  private func oneDigit(_ x: Double) -> Double {
    let unit = Double.pow(10, Double.log10(x).rounded(.down))
    return (x / unit).rounded() * unit
  }

  func diagram(in window: DiagramWindow, count: Int) throws -> Diagram {
    var curves: [DiagramCurve] = []
    for line in Catalogue.spikedMatrixTensorLines {
      let pieces = try pieces(of: line, window: window, count: count).flatMap { piece in
        piece.clipped(to: window.y) { y, between in place(of: line, atHeight: y, between: between) }
      }
      for (index, points) in pieces.enumerated() {
        curves.append(DiagramCurve(line: line.declaration.name, piece: index + 1, points: points))
      }
    }
    return Diagram(window: window, curves: curves, regions: try regions(in: window, count: count))
  }

  // MARK: Lines

  private func pieces(
    of line: Line<SpikedMatrixTensor>, window: DiagramWindow, count: Int
  ) throws -> [[DiagramPoint]] {
    let name = line.declaration.name
    let all = (low: window.x.lowerBound, high: window.x.upperBound)
    /// Vertices at given Deltap in an interval, its ends included; `pick` chooses among several transitions.
    func alongX(
      _ from: (Double, DiagramEvent?), _ to: (Double, DiagramEvent?),
      pick: (CriticalPoint) -> Bool = { _ in true }
    ) throws -> [DiagramPoint] {
      let low = from.0 > all.low ? from : (all.low, .window)
      let high = to.0 < all.high ? to : (all.high, .window)
      guard low.0 <= high.0 else { return [] }
      return try samples(low.0, high.0, count).enumerated().compactMap { index, x in
        let event = index == 0 ? low.1 : index == count - 1 ? high.1 : nil
        return try vertex(line, deltap: x, event: event, pick: pick)
      }
    }
    let zero = (0.0, DiagramEvent?.none)
    let infinity = (Double.infinity, DiagramEvent?.none)
    switch name {
    case "critical":
      return [[place(places.critical, line, event: .critical)].filter { window.x.contains($0.x) }]
    case "signal-minimum":
      // Without the matrix the signal's minimum appears where the informative fixed point does.
      return [
        try alongX((places.informedEnd * (1 + 1e-9), nil), infinity).started(places.informedEnd, in: window)
      ]
    case "informed-spinodal":
      return [
        try alongX((places.informedEnd * (1 + 1e-9), nil), (places.critical, nil))
          .started(places.informedEnd, in: window).ended(
            place(places.critical, line, event: .critical), in: window)
      ]
    case "information-theoretic":
      let isJump = { (point: CriticalPoint) -> Bool in point.order == .first }
      let isContinuous = { (point: CriticalPoint) -> Bool in point.order == .continuous }
      // Two nearly equal overlaps cannot be told apart at the last few digits before the critical point.
      let last = places.critical * (1 - 1e-9)
      if p == 3 {
        return [
          try alongX((places.tensorOnly * (1 + 1e-9), nil), (last, nil), pick: isJump)
            .started(places.tensorOnly, in: window).ended(place(places.critical, line, event: .critical), in: window),
          try alongX((places.critical, .critical), infinity, pick: isContinuous),
        ]
      }
      // The crossing itself is known to rounding only: the pieces end just beside it.
      let (before, after) = (places.crossing * (1 - 1e-12), places.crossing * (1 + 1e-12))
      return [
        try alongX((places.tensorOnly * (1 + 1e-9), nil), (before, .crossing), pick: isJump)
          .started(places.tensorOnly, in: window),
        try alongX((after, .crossing), (last, nil), pick: isJump)
          .ended(place(places.critical, line, event: .critical), in: window),
        try alongX((after, .crossing), infinity, pick: isContinuous),
      ]
    case "algorithmic" where p > 3:
      return [
        try alongX(zero, (places.critical * (1 - 1e-12), nil)).ended(
          place(places.critical, line, event: .critical), in: window),
        try alongX((places.critical, nil), infinity),
      ]
    case "langevin" where temperature > 0:
      return try langevinPieces(line, window: window, count: count)
    default:
      return [try alongX(zero, infinity)]
    }
  }

  /// The Langevin line is a function of Delta2, not of Deltap: traced in 1/Delta2, its folds found in between.
  private func langevinPieces(
    _ line: Line<SpikedMatrixTensor>, window: DiagramWindow, count: Int
  ) throws -> [[DiagramPoint]] {
    let lowest = max(1, temperature, window.y.lowerBound)
    guard lowest < window.y.upperBound else { return [] }
    func at(_ y: Double, _ event: DiagramEvent?) throws -> DiagramPoint? {
      guard
        let solution = try line.solve(
          for: .deltap, at: Point([.p: Double(p), .delta2: 1 / y, .temperature: temperature])
        ).first,
        let x = solution.value.value
      else { return nil }
      return DiagramPoint(x: x, y: y, error: solution.value.error, status: solution.value.status, event: event)
    }
    // Deltap as a function of Delta2 turns where 2 - (1 + pT) D + (p-1) T D^2 = 0.
    let order = Double(p)
    let b = 1 + order * temperature
    let discriminant = b * b - 8 * temperature * (order - 1)
    var ys = samples(lowest, window.y.upperBound, 4 * count).map { ($0, DiagramEvent?.none) }
    if discriminant > 0 {
      for sign in [-1.0, 1.0] {
        let fold = 2 * temperature * (order - 1) / (b + sign * discriminant.squareRoot())
        if fold > lowest * (1 + 1e-9), fold < window.y.upperBound { ys.append((fold, .fold)) }
      }
    }
    ys.sort { $0.0 < $1.0 }
    var pieces: [[DiagramPoint]] = [[]]
    for (y, event) in ys {
      if let point = try at(y, event), window.x.contains(point.x), point.x > 0 {
        pieces[pieces.count - 1].append(point)
      } else if pieces.last?.isEmpty == false {
        pieces.append([])
      }
    }
    if temperature == 1, p == 3, window.x.contains(2) {
      // At T = 1 the equation is degenerate at Delta2 = 1; the end of the line is its limit, Deltap = 2.
      pieces[0].insert(DiagramPoint(x: 2, y: 1, error: 0, status: .exact, event: .crossing), at: 0)
    }
    return pieces
  }

  /// Where a line crosses a height: the line solved the other way round; nil where it does not do that.
  private func place(
    of line: Line<SpikedMatrixTensor>, atHeight y: Double, between: ClosedRange<Double>
  ) -> (x: Double, error: Double)? {
    guard y > 0, line.declaration.unknowns.contains(.deltap), !line.declaration.isPoint else { return nil }
    let point = Point([.p: Double(p), .delta2: 1 / y, .temperature: temperature])
    let solutions = (try? line.solve(for: .deltap, at: point)) ?? []
    for solution in solutions {
      if let x = solution.value.value, between.contains(x) { return (x, solution.value.error) }
    }
    return nil
  }

  private func vertex(
    _ line: Line<SpikedMatrixTensor>, deltap: Double, event: DiagramEvent?, pick: (CriticalPoint) -> Bool
  ) throws -> DiagramPoint? {
    let point = Point([.p: Double(p), .deltap: deltap, .temperature: temperature])
    guard let solution = try line.solve(for: .delta2, at: point).first(where: pick), let delta2 = solution.value.value
    else { return nil }
    return DiagramPoint(
      x: deltap, y: 1 / delta2, error: solution.value.error / (delta2 * delta2), status: solution.value.status,
      event: event)
  }

  private func place(_ deltap: Double, _ line: Line<SpikedMatrixTensor>, event: DiagramEvent) -> DiagramPoint {
    DiagramPoint(
      x: deltap, y: 1 / BayesCurve.criticalDelta2(p), error: 0, status: .exact, event: event)
  }

  /// `count` logarithmically spaced values, both ends exact.
  private func samples(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    let axis = Axis.range(start: low, stop: high, count: max(2, count), isLogarithmic: true)
    return (0..<axis.count).compactMap { if case .number(let x) = axis[$0] { x } else { nil } }
  }

  // MARK: Regions

  private func regions(in window: DiagramWindow, count: Int) throws -> [DiagramRegion] {
    var slices = samples(window.x.lowerBound, window.x.upperBound, count)
    var special = [places.tensorOnly, places.crossing, places.critical]
    if p == 3, temperature == 1 { special.append(2) }
    let order = Double(p)
    let b = 1 + order * temperature
    let discriminant = b * b - 8 * temperature * (order - 1)
    if temperature > 0, discriminant > 0 {
      for sign in [-1.0, 1.0] {
        let delta2 = (b + sign * discriminant.squareRoot()) / (2 * temperature * (order - 1))
        let point = Point([.p: order, .delta2: delta2, .temperature: temperature])
        if delta2 < 1, let x = try Line.langevin.solve(for: .deltap, at: point).first?.value.value { special.append(x) }
      }
    }
    for x in special where window.x.contains(x) { slices += [x * (1 - 1e-7), x * (1 + 1e-7)] }
    slices.sort()
    slices = slices.filter(window.x.contains)
    return try Diagram.regions(slices: slices, window: window) { x in
      var cuts = [1.0]
      let point = Point([.p: order, .deltap: x, .temperature: temperature])
      for line in [Line.informationTheoretic, .algorithmic, .gradientFlow, .langevin] as [Line<SpikedMatrixTensor>] {
        cuts += try line.solve(for: .delta2, at: point).compactMap { $0.value.value.map { 1 / $0 } }
      }
      return cuts
    } classify: { x, y in
      let phase = try SpikedMatrixTensor(p: p, delta2: 1 / y, deltap: x).phase(temperature: temperature)
      return region(of: phase)
    }
  }

  private func region(of phase: SpikedPhase) -> DiagramRegion {
    let base = phase.region.rawValue
    guard phase.region == .easy else {
      return DiagramRegion(name: base, label: base, phase: phase.region, polygon: [])
    }
    switch (phase.langevinSucceeds, phase.gradientFlowSucceeds) {
    case (true, true): return DiagramRegion(name: "easy", label: "easy", phase: .easy, polygon: [])
    case (true, false):
      return DiagramRegion(
        name: "easy-gradient-flow-fails", label: "easy, but not by gradient flow", phase: .easy, polygon: [])
    case (false, true):
      return DiagramRegion(name: "easy-langevin-fails", label: "easy, but not by Langevin", phase: .easy, polygon: [])
    case (false, false):
      return DiagramRegion(
        name: "easy-langevin-and-gradient-flow-fail", label: "easy for message passing only", phase: .easy,
        polygon: [])
    }
  }
}

extension [DiagramPoint] {
  /// The parts of the curve within a vertical interval, each ended where it leaves it.
  ///
  /// - Parameters:
  ///   - interval: the heights to keep.
  ///   - place: where the curve crosses a height, between two values of x; nil for a straight line between the vertices.
  /// - Returns: the parts, none of them empty.
  fileprivate func clipped(
    to interval: ClosedRange<Double>, place: (Double, ClosedRange<Double>) -> (x: Double, error: Double)?
  ) -> [[DiagramPoint]] {
    var parts: [[DiagramPoint]] = [[]]
    var last: DiagramPoint?
    for point in self {
      let isInside = interval.contains(point.y)
      if let last, isInside != interval.contains(last.y) {
        let edge = (isInside ? last.y : point.y) > interval.upperBound ? interval.upperBound : interval.lowerBound
        let share = (edge - last.y) / (point.y - last.y)
        let found = place(edge, Swift.min(last.x, point.x)...Swift.max(last.x, point.x))
        let crossing = DiagramPoint(
          x: found?.x ?? last.x + share * (point.x - last.x), y: edge, error: found?.error ?? abs(point.y - last.y),
          status: .converged, event: .window)
        if isInside { parts.append([crossing]) } else { parts[parts.count - 1].append(crossing) }
      }
      if isInside { parts[parts.count - 1].append(point) }
      last = point
    }
    return parts.filter { !$0.isEmpty }
  }

  /// The curve with its limit 1/Delta2 = 0 before it, if that lies in the window.
  fileprivate func started(_ deltap: Double, in window: DiagramWindow) -> [DiagramPoint] {
    guard !isEmpty, window.x.contains(deltap), window.y.contains(0) else { return self }
    return [DiagramPoint(x: deltap, y: 0, error: deltap.ulp, status: .converged, event: .channelAbsent)] + self
  }

  /// The curve with its limit point added, if that lies in the window and the curve comes near it.
  fileprivate func ended(_ point: DiagramPoint, in window: DiagramWindow) -> [DiagramPoint] {
    isEmpty || !window.x.contains(point.x) ? self : self + [point]
  }
}
