// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointNumerics

/// Diagrams of the complexity of spherical landscapes: over overlap and energy, and its support as the signal grows.
enum ComplexityDiagrams {
  /// `--points` of a diagram is the number of vertices of its lines.
  private static let points = Parameter(
    "counted", symbol: "\\text{counted}", "which stationary points are counted",
    patterns: [.init("minima", "local minima"), .init("all", "all of them")])

  private static let overlapAxis = DiagramAxis(
    Column(.overlap, symbol: "m", "cosine with the signal"),
    domain: Domain(-1, 1, includesLower: false, includesUpper: false))

  /// What a curve or mark of these diagrams is.
  static func curve(
    _ name: String, isPoint: Bool = false, _ summary: String, _ formula: String,
    sources: [Citation] = [.spikedTensorLandscape], domain: String = "landscapes with a signal"
  ) -> LineDeclaration {
    LineDeclaration(
      name: name, summary: summary, parameters: [], unknowns: [.overlap], isPoint: isPoint, columns: [],
      evidence: .annealed, sources: sources, formula: formula, domain: domain)
  }

  private static let zero = curve(
    "zero complexity", "Within it there are exponentially many such points.", #"\Sigma(m, u) = 0"#)
  private static let minimum = curve(
    "signal minimum", isPoint: true, "The isolated minimum near the signal.",
    #"m\sqrt a = \phi'(m)\sqrt{1-m^2},\ u = -\phi - a\chi"#)
  private static let minimumBranch = curve(
    "signal minimum", "The isolated minimum near the signal.", #"m\sqrt a = \phi'(m)\sqrt{1-m^2}"#)
  private static let ends = ["minima", "all"].map {
    curve("overlap-ends, \($0)", "Ends of the support of the complexity.", #"\Sigma(m) = 0"#)
  }

  // MARK: Over overlap and energy

  /// `diagram MODEL --of complexity`.
  static func overEnergy<Model: SphericalLandscape>(
    families: [ParameterFamily], parameters: [Parameter], example: String,
    landscape: @escaping @Sendable (Point) throws(DomainError) -> Model
  ) -> DiagramDeclaration {
    @Sendable func region(_ fixed: Point) throws -> EnergyRegion {
      let model = try landscape(fixed)
      guard !model.signal.terms.isEmpty else {
        throw DomainError.missing("signal", needed: "a signal: without it the overlap means nothing")
      }
      return EnergyRegion(model: model, points: try fixed.word("counted") == "all" ? .all : .minima)
    }
    return DiagramDeclaration(
      name: "complexity", summary: "The complexity over overlap and energy, with the curve on which it vanishes.",
      parameters: parameters + [points], x: overlapAxis,
      y: DiagramAxis(Column(.energy, symbol: "u", unit: "per N", "energy H/N"), domain: .finite), yParameter: nil,
      lines: [zero, minimum], example: example, defaultWindow: { fixed in try region(fixed).window() },
      compute: { fixed, window, count in try region(fixed).diagram(in: window, count: count) }, families: families)
  }

  /// Where in the plane of overlap and energy the complexity is positive.
  private struct EnergyRegion {
    let model: any SphericalLandscape
    let points: StationaryPoints

    private func height(_ m: Double, _ u: Double) -> Double? {
      (try? model.complexity(of: points, overlap: m, energy: u))?.value
    }

    /// The energies between which the complexity is positive at an overlap; an end at which the points cease to exist is marked.
    private func interval(at m: Double) throws -> (low: DiagramPoint, high: DiagramPoint)? {
      let top = try model.dominantPoints(of: points, overlap: m)
      guard let centre = top.energy.value, let value = top.complexity.value, value > 0 else { return nil }
      func end(_ direction: Double) throws -> DiagramPoint {
        var (inside, step) = (centre, direction * 1e-3)
        // The complexity is concave in the energy: outwards it falls through zero once, or its points cease to exist.
        while let next = height(m, inside + step), next > 0, abs(step) < 1e6 {
          (inside, step) = (inside + step, 2 * step)
        }
        let outside = inside + step
        if height(m, outside) != nil {
          let root = try brentRoot("zero complexity", in: min(inside, outside)...max(inside, outside)) {
            height(m, $0) ?? -1
          }
          let width = root.bracket.upperBound - root.bracket.lowerBound
          return DiagramPoint(x: m, y: root.value, error: width + 1e-12, status: .converged, event: nil)
        }
        var (exists, ceases) = (inside, outside)
        while abs(ceases - exists) > 4 * exists.ulp {
          let middle = 0.5 * (exists + ceases)
          if let value = height(m, middle), value > 0 { exists = middle } else { ceases = middle }
        }
        return DiagramPoint(
          x: m, y: exists, error: abs(ceases - exists) + exists.ulp, status: .converged, event: nil)
      }
      return (try end(-1), try end(1))
    }

    /// The closed curves, one for each interval of overlaps.
    private func loops(count: Int) throws -> [[DiagramPoint]] {
      let ends = try model.overlapEnds(of: points).compactMap(\.value)
      return try stride(from: 0, to: ends.count - 1, by: 2).map { index in
        let (low, high) = (ends[index], ends[index + 1])
        var (lower, upper): ([DiagramPoint], [DiagramPoint]) = ([], [])
        for step in 0...count {
          let m = low + (high - low) * 0.5 * (1 - Double.cos(.pi * Double(step) / Double(count)))
          if step > 0, step < count, let found = try interval(at: m) {
            lower.append(found.low)
            upper.append(found.high)
          } else if let u = try model.dominantPoints(of: points, overlap: m).energy.value {
            lower.append(DiagramPoint(x: m, y: u, error: 1e-6, status: .converged, event: nil))
          }
        }
        return lower + upper.reversed() + lower.prefix(1)
      }
    }

    func window() throws -> DiagramWindow {
      // The signal's minimum lies so far below the band of minima that it would not be seen.
      let signal = points == .all ? model.signalMinimum() : nil
      let vertices = try loops(count: 24).joined()
      let xs = vertices.map(\.x) + [signal?.overlap.value].compactMap { $0 }
      let ys = vertices.map(\.y) + [signal?.energy.value].compactMap { $0 }
      guard let left = xs.min(), let right = xs.max(), let bottom = ys.min(), let top = ys.max() else {
        throw DomainError(
          "counted", points.description, allowed: "points that exist in exponential number: here there are none")
      }
      let (width, height) = (max(right - left, 0.1), max(top - bottom, 0.05))
      return DiagramWindow(
        x: rounded(max(left - 0.08 * width, -0.999))...rounded(min(right + 0.08 * width, 0.999)),
        y: rounded(bottom - 0.1 * height)...rounded(top + 0.1 * height))
    }

    /// Three decimals, for readable ends of axes.
    private func rounded(_ x: Double) -> Double { (x * 1000).rounded() / 1000 }

    func diagram(in window: DiagramWindow, count: Int) throws -> Diagram {
      let (columns, rows) = (160, 120)
      func places(_ interval: ClosedRange<Double>, _ count: Int) -> [Double] {
        (0..<count).map {
          interval.lowerBound + (interval.upperBound - interval.lowerBound) * (Double($0) + 0.5) / Double(count)
        }
      }
      let (x, y) = (places(window.x, columns), places(window.y, rows))
      let values = try model.complexities(of: points, overlaps: x, energies: y)
      var curves = try loops(count: max(8, count / 2)).enumerated().map { index, loop in
        DiagramCurve(line: zero.name, piece: index + 1, points: loop)
      }
      let signal = model.signalMinimum()
      if let m = signal.overlap.value, let u = signal.energy.value, window.x.contains(m), window.y.contains(u) {
        curves.append(
          DiagramCurve(
            line: minimum.name, piece: 1,
            points: [DiagramPoint(x: m, y: u, error: signal.energy.error, status: .converged, event: nil)]))
      }
      return Diagram(
        window: window, curves: curves, regions: [],
        map: DiagramMap(
          column: Column(.complexity, symbol: "\\Sigma", unit: "per N", "(1/N) log of the mean number"), x: x, y: y,
          values: values.map { $0 > 0 ? $0 : nil }))
    }
  }

  // MARK: Support as the signal grows

  /// `diagram MODEL --of support`.
  ///
  /// - Parameters:
  ///   - strength: the axis of the signal's strength.
  ///   - families: families of parameters.
  ///   - parameters: the parameters that stay fixed.
  ///   - example: arguments of an example.
  ///   - strengths: the interval of strengths that shows all that matters.
  ///   - landscape: the landscape at a strength.
  /// - Returns: the declaration.
  static func support<Model: SphericalLandscape>(
    strength: DiagramAxis, families: [ParameterFamily] = [], parameters: [Parameter], example: String,
    strengths: @escaping @Sendable (Point) throws -> ClosedRange<Double>,
    landscape: @escaping @Sendable (Point, Double) throws -> Model
  ) -> DiagramDeclaration {
    DiagramDeclaration(
      name: "support", summary: "The overlaps at which stationary points exist, as the signal's strength varies.",
      parameters: parameters, x: strength, y: overlapAxis, yParameter: nil, lines: ends + [minimumBranch],
      example: example, defaultWindow: { fixed in DiagramWindow(x: try strengths(fixed), y: -0.9...0.999) },
      compute: { fixed, window, count in
        try supportDiagram(window, count: count, isLogarithmic: strength.isLogarithmic) { try landscape(fixed, $0) }
      }, families: families)
  }

  private static func supportDiagram(
    _ window: DiagramWindow, count: Int, isLogarithmic: Bool, model: (Double) throws -> any SphericalLandscape
  ) throws -> Diagram {
    let kinds: [StationaryPoints] = [.minima, .all]
    func ends(_ x: Double) throws -> [[Double]] {
      let landscape = try model(x)
      return try kinds.map { try landscape.overlapEnds(of: $0).compactMap(\.value) }
    }
    let axis = Axis.range(
      start: window.x.lowerBound, stop: window.x.upperBound, count: max(2, count), isLogarithmic: isLogarithmic)
    var slices = (0..<axis.count).compactMap { if case .number(let x) = axis[$0] { x } else { nil } }
    // Where intervals appear, merge or vanish between two slices, close in on the place from both sides.
    var added: [Double] = []
    for (left, right) in zip(slices, slices.dropFirst()) {
      let (before, after) = (try ends(left).map(\.count), try ends(right).map(\.count))
      guard before != after else { continue }
      var (a, b) = (left, right)
      while b - a > 1e-7 * (right - left), added.count < 4000 {
        let middle = 0.5 * (a + b)
        if try ends(middle).map(\.count) == before { a = middle } else { b = middle }
        added.append(middle)
      }
    }
    slices = Set(slices + added).sorted()
    let regions = try Diagram.regions(slices: slices, window: window) { x in
      try ends(x).flatMap { $0 }
    } classify: { x, m in
      let landscape = try model(x)
      func isPopulated(_ points: StationaryPoints) throws -> Bool {
        (try landscape.complexity(of: points, overlap: m).value ?? -1) > 1e-12
      }
      if try isPopulated(.minima) { return DiagramRegion(name: "minima", label: "minima", phase: nil, polygon: []) }
      if try isPopulated(.all) { return DiagramRegion(name: "saddles", label: "saddles only", phase: nil, polygon: []) }
      return DiagramRegion(name: "none", label: "", phase: nil, polygon: [])
    }
    var curves: [DiagramCurve] = []
    for (kind, declaration) in zip(kinds.indices, Self.ends) {
      for (index, piece) in try pieces(slices, ends: { try ends($0)[kind] }).enumerated() {
        curves.append(DiagramCurve(line: declaration.name, piece: index + 1, points: piece))
      }
    }
    var branch: [[DiagramPoint]] = [[]]
    for x in slices {
      let m = try model(x).signalMinimum().overlap
      if let value = m.value {
        branch[branch.count - 1].append(
          DiagramPoint(x: x, y: value, error: m.error, status: m.status, event: nil))
      } else if branch.last?.isEmpty == false {
        branch.append([])
      }
    }
    for (index, piece) in branch.filter({ !$0.isEmpty }).enumerated() {
      curves.append(DiagramCurve(line: minimumBranch.name, piece: index + 1, points: piece))
    }
    return Diagram(window: window, curves: curves, regions: regions.filter { $0.name != "none" })
  }

  /// Ends of equal number in neighbouring slices joined to curves.
  private static func pieces(_ slices: [Double], ends: (Double) throws -> [Double]) throws -> [[DiagramPoint]] {
    var closed: [[DiagramPoint]] = []
    var open: [[DiagramPoint]] = []
    for x in slices {
      let found = try ends(x).map { DiagramPoint(x: x, y: $0, error: 1e-10, status: .converged, event: nil) }
      if found.count == open.count {
        for index in open.indices { open[index].append(found[index]) }
      } else {
        closed += open
        open = found.map { [$0] }
      }
    }
    return (closed + open).filter { $0.count > 1 }
  }
}

extension SphericalSpinGlass {
  private static let scale = card.parameters.filter { $0.quantity == .signalScale }

  /// `diagram spherical-spin-glass --of complexity`.
  static let complexityDiagram = ComplexityDiagrams.overEnergy(
    families: card.families, parameters: scale, example: "--of complexity --mixture 3:1 --signal 3:1.5",
    landscape: atPoint)

  /// `diagram spherical-spin-glass --of support`.
  static let supportDiagram = ComplexityDiagrams.support(
    strength: DiagramAxis(Column(.signalScale, symbol: "s", "factor that multiplies the signal")),
    families: card.families, parameters: [], example: "--of support --mixture 3:1 --signal 3:1"
  ) { fixed in
    let glass = try atPoint(fixed)
    guard !glass.signal.terms.isEmpty else {
      throw DomainError.missing("signal", needed: "a signal: its strength is the horizontal axis")
    }
    let first = try Line<SphericalSpinGlass>.signalMinimum.solve(for: .signalScale, at: fixed)[0].value.value
    return 0...((25 * (first ?? 1)).rounded() / 10)
  } landscape: { fixed, s in
    let glass = try atPoint(fixed)
    return try SphericalSpinGlass(
      covariance: Mixture(glass.covariance.terms), signal: Mixture(glass.signal.terms), signalScale: s)
  }
}

extension SpikedTensor {
  private static let order = card.parameters.filter { $0.quantity == .p }

  /// `diagram spiked-tensor --of complexity`.
  static let complexityDiagram = ComplexityDiagrams.overEnergy(
    families: [], parameters: card.parameters.filter { [.p, .delta].contains($0.quantity) },
    example: "--of complexity --p 3 --delta 0.15"
  ) { point throws(DomainError) in try SpikedTensor(p: point.integer(.p), delta: point.number(.delta)) }

  /// `diagram spiked-tensor --of support`.
  static let supportDiagram = ComplexityDiagrams.support(
    strength: DiagramAxis(
      Column(.delta, symbol: "\\Delta", "noise variance of the tensor"), isLogarithmic: true),
    parameters: order, example: "--of support --p 3"
  ) { fixed in
    let p = try fixed.integer(.p)
    guard let first = try Line<SpikedTensor>.signalMinimum.solve(for: .delta, at: fixed)[0].value.value else {
      throw DomainError(.p, Double(p), allowed: "an order whose special points are representable")
    }
    return (0.1 * first)...(4 * first)
  } landscape: { fixed, delta in
    try SpikedTensor(p: fixed.integer(.p), delta: delta)
  }
}

extension SpikedMatrixTensor {
  /// `diagram spiked-matrix-tensor --of complexity`.
  static let complexityDiagram = ComplexityDiagrams.overEnergy(
    families: [], parameters: card.parameters.filter { [.p, .deltap, .delta2].contains($0.quantity) },
    example: "--of complexity --p 3 --deltap 1 --delta2 0.5"
  ) { point throws(DomainError) in
    try SpikedMatrixTensor(p: point.integer(.p), delta2: point.number(.delta2), deltap: point.number(.deltap))
  }

  /// `diagram spiked-matrix-tensor --of support`.
  static let supportDiagram = ComplexityDiagrams.support(
    strength: DiagramAxis(
      Column(.inverseDelta2, symbol: "1/\\Delta_2", "reciprocal noise variance of the matrix channel"),
      domain: .positive),
    parameters: card.parameters.filter { [.p, .deltap].contains($0.quantity) },
    example: "--of support --p 3 --deltap 1"
  ) { fixed in
    let line = try Line<SpikedMatrixTensor>.trivialization.solve(for: .delta2, at: fixed)[0].value.value
    return 0.01...((12 / (line ?? 1)).rounded() / 10)
  } landscape: { fixed, i2 in
    try SpikedMatrixTensor(p: fixed.integer(.p), delta2: 1 / i2, deltap: fixed.number(.deltap))
  }
}
