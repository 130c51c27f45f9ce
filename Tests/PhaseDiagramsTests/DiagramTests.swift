// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
import LandscapeModels
import PhaseDiagrams
import RealModule
import ReplicaMethod
import SaddlepointCore
import Testing

@Suite struct DiagramTests {
  private func declaration() throws -> DiagramDeclaration {
    try #require(Catalogue.models.first { $0.card.name == "spiked-matrix-tensor" }?.diagrams.first)
  }

  private func fixed(_ p: Int, _ temperature: Double = 1) -> Point {
    Point([.p, .prior, .temperature], [.number(Double(p)), .text("gaussian"), .number(temperature)])
  }

  @Test(arguments: [(3, 1.0), (4, 1.0), (4, 0.95), (5, 1.0), (3, 0.0), (4, 1.5)])
  func regionsHoldWhatTheySay(p: Int, temperature: Double) throws {
    let declaration = try declaration()
    let point = fixed(p, temperature)
    let window = try declaration.defaultWindow(point)
    let diagram = try declaration.compute(point, window, 60)
    #expect(diagram.regions.count >= 3)
    // Random places: the polygon that holds them names the phase that a direct computation finds.
    var generator = SystemRandomNumberGenerator()
    var covered = 0
    for _ in 0..<400 {
      let x =
        window.x.lowerBound
        * Double.random(in: 0...1, using: &generator).logInterpolated(to: window.x.upperBound / window.x.lowerBound)
      let y = Double.random(in: window.y.lowerBound...window.y.upperBound, using: &generator)
      let holders = diagram.regions.filter { contains($0.polygon, x, y) }
      guard holders.count == 1, distanceToBoundaries(diagram, x, y) > 0.05 else { continue }
      covered += 1
      let phase = try SpikedMatrixTensor(p: p, delta2: 1 / y, deltap: x).phase(temperature: temperature)
      #expect(holders[0].phase == phase.region, "\(holders[0].name) at \(x), \(y)")
    }
    #expect(covered > 150, "regions tile the window")
  }

  @Test func verticesAreTheLinesOwnNumbers() throws {
    let declaration = try declaration()
    let window = try declaration.defaultWindow(fixed(4))
    let diagram = try declaration.compute(fixed(4), window, 50)
    for curve in diagram.curves where ["gradient-flow", "ml-amp", "informed-spinodal"].contains(curve.line) {
      for vertex in curve.points where vertex.event != .critical && vertex.event != .channelAbsent {
        let line: Line<SpikedMatrixTensor> =
          curve.line == "ml-amp" ? .mlAMP : curve.line == "gradient-flow" ? .gradientFlow : .informedSpinodal
        let delta2 = try SpikedMatrixTensor.threshold(line, p: 4, deltap: vertex.x)[0].value.get()
        #expect(abs(vertex.y - 1 / delta2) < 1e-12)
      }
    }
    #expect(Set(diagram.curves.map(\.line)).count == 11)
  }

  @Test func eventsAreWhereTheyMustBe() throws {
    let declaration = try declaration()
    let diagram = try declaration.compute(fixed(4), declaration.defaultWindow(fixed(4)), 50)
    func events(_ line: String, _ event: DiagramEvent) -> [DiagramPoint] {
      diagram.curves.filter { $0.line == line }.flatMap(\.points).filter { $0.event == event }
    }
    let fold = try #require(events("langevin", .fold).first)
    #expect(abs(fold.x - 4.0 / 9) < 1e-12 && abs(fold.y - 1.5) < 1e-12)
    for line in ["critical", "informed-spinodal", "information-theoretic", "algorithmic"] {
      let end = try #require(events(line, .critical).first)
      #expect(abs(end.x - 8.0 / 27) < 1e-12 && abs(end.y - 9.0 / 8) < 1e-12)
    }
    let absent = try #require(events("information-theoretic", .channelAbsent).first)
    #expect(abs(absent.x - 0.12652429462231) < 1e-12 && abs(absent.y) < 1e-7)
  }

  @Test func windowsClip() throws {
    let declaration = try declaration()
    let window = DiagramWindow(x: 0.2...0.4, y: 0.5...1.5)
    let diagram = try declaration.compute(fixed(4), window, 30)
    for curve in diagram.curves { for point in curve.points { #expect(window.x.contains(point.x)) } }
    for region in diagram.regions { for vertex in region.polygon { #expect(window.y.contains(vertex.y)) } }
  }

  private func contains(_ polygon: [SIMD2<Double>], _ x: Double, _ y: Double) -> Bool {
    var inside = false
    for (a, b) in zip(polygon, polygon.dropFirst() + polygon.prefix(1)) where (a.y > y) != (b.y > y) {
      if x < a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x) { inside.toggle() }
    }
    return inside
  }

  /// Distance to the nearest vertex of a line, relative in x: near lines the straight edges of polygons may cut corners.
  private func distanceToBoundaries(_ diagram: Diagram, _ x: Double, _ y: Double) -> Double {
    diagram.curves.flatMap(\.points).map { max(abs($0.x / x - 1), abs($0.y - y)) }.min() ?? 1
  }
}

extension Double {
  /// ratio^self.
  fileprivate func logInterpolated(to ratio: Double) -> Double {
    var result = 1.0
    // ratio^(k/64) by repeated square roots is enough for random places.
    let root = ratio.squareRoot().squareRoot().squareRoot().squareRoot().squareRoot().squareRoot()
    for _ in 0..<Int(self * 64) { result *= root }
    return result
  }
}

@Suite struct SparsityDiagramTests {
  @Test(arguments: [Prior.Family.sparseRademacher, .bernoulli, .twoGroup, .gaussBernoulli])
  func regionsHoldWhatAPointSays(family: Prior.Family) throws {
    let declaration = try #require(Catalogue.models.first { $0.card.name == "spiked-wigner" }?.diagrams.first)
    let fixed = Point([.prior], [.text(family.rawValue)])
    let window = try declaration.defaultWindow(fixed)
    let diagram = try declaration.compute(fixed, window, 40)
    var seen: Set<PhaseRegion> = []
    var covered = 0
    for i in 0..<15 {
      for j in 0..<15 {
        // Between the slices, in logarithms of both axes.
        let (s, t) = ((Double(i) + 0.37) / 15, (Double(j) + 0.53) / 15)
        let rho = window.x.lowerBound * Double.pow(window.x.upperBound / window.x.lowerBound, s)
        let snr = window.y.lowerBound * Double.pow(window.y.upperBound / window.y.lowerBound, t)
        let near = diagram.curves.flatMap(\.points).contains { abs($0.x / rho - 1) < 0.1 && abs($0.y / snr - 1) < 0.03 }
        if near { continue }
        let holders = diagram.regions.filter { contains($0.polygon, rho, snr) }
        #expect(holders.count == 1, "\(rho) \(snr): \(holders.map(\.name))")
        let phase = try SpikedWigner(snr: snr, prior: family.prior(rho: rho)).phase()
        #expect(holders.first?.phase == phase.region, "\(rho) \(snr)")
        seen.insert(phase.region)
        covered += 1
      }
    }
    #expect(covered > 120 && seen.count >= 2, "\(covered) \(seen)")
    for curve in diagram.curves {
      for point in curve.points { #expect(point.error <= 1e-8 * point.y, "\(curve.line) at \(point.x)") }
    }
    #expect(diagram.curves.contains { $0.line == "critical" && $0.points[0].event == .critical })
  }

  private func contains(_ polygon: [SIMD2<Double>], _ x: Double, _ y: Double) -> Bool {
    var inside = false
    for (a, b) in zip(polygon, polygon.dropFirst() + polygon.prefix(1)) where (a.y > y) != (b.y > y) {
      if x < a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x) { inside.toggle() }
    }
    return inside
  }
}

@Suite struct ComplexityDiagramTests {
  private func diagram(_ model: String, _ name: String) throws -> DiagramDeclaration {
    let entry = try #require(Catalogue.models.first { $0.card.name == model })
    return try #require(entry.diagrams.first { $0.name == name })
  }

  /// On the traced curve the complexity vanishes, or the points cease to exist just outside it; it closes at the ends in overlap.
  @Test(arguments: ["minima", "all"]) func zeroContour(counted: String) throws {
    let declaration = try diagram("spiked-matrix-tensor", "complexity")
    let fixed = Point(
      [.p, .deltap, .delta2, "counted"], [.number(3), .number(1), .number(0.5), .text(counted)])
    let window = try declaration.defaultWindow(fixed)
    let found = try declaration.compute(fixed, window, 60)
    let model = try SpikedMatrixTensor(p: 3, delta2: 0.5, deltap: 1)
    let points: StationaryPoints = counted == "all" ? .all : .minima
    let loop = try #require(found.curves.first { $0.line == "zero complexity" })
    #expect(loop.points.first == loop.points.last)
    for vertex in loop.points {
      #expect(abs(try model.complexity(of: points, overlap: vertex.x, energy: vertex.y).get()) < 1e-9)
      #expect(window.x.contains(vertex.x) && window.y.contains(vertex.y))
    }
    let ends = try model.overlapEnds(of: points).compactMap(\.value)
    #expect(abs((loop.points.map(\.x).min() ?? 0) - ends[0]) < 1e-12)
    // The map holds single calls, empty outside the curve.
    let map = try #require(found.map)
    for (i, j) in [(10, 10), (80, 60), (70, 50), (150, 100)] {
      let value = try model.complexity(of: points, overlap: map.x[i], energy: map.y[j]).value ?? -1
      #expect(map.values[i * map.y.count + j] == (value > 0 ? value : nil))
    }
  }

  /// A pure tensor ties energy to radial derivative: minima end where they become marginal.
  @Test func edgeOfExistence() throws {
    let declaration = try diagram("spiked-tensor", "complexity")
    let fixed = Point([.p, .delta, "counted"], [.number(3), .number(0.15), .text("minima")])
    let found = try declaration.compute(fixed, declaration.defaultWindow(fixed), 40)
    let model = try SpikedTensor(p: 3, delta: 0.15)
    let loop = try #require(found.curves.first { $0.line == "zero complexity" }).points
    let highest = try #require(loop.max { $0.y < $1.y })
    #expect(try model.complexity(of: .minima, overlap: highest.x, energy: highest.y + 1e-9).value == nil)
    #expect(try model.complexity(of: .minima, overlap: highest.x, energy: highest.y - 1e-9).value != nil)
  }

  /// The support closes where the trivialisation lines say: the last band of minima and the signal's minimum.
  @Test func support() throws {
    let declaration = try diagram("spiked-matrix-tensor", "support")
    let fixed = Point([.p: 3, .deltap: 2])
    let found = try declaration.compute(fixed, declaration.defaultWindow(fixed), 80)
    let trivial = try SpikedMatrixTensor.threshold(.trivialization, deltap: 2)[0].value.get()
    let minimum = try SpikedMatrixTensor.threshold(.signalMinimum, deltap: 2)[0].value.get()
    let minima = found.curves.filter { $0.line == "overlap-ends, minima" }.flatMap(\.points)
    #expect(abs((minima.map(\.x).max() ?? 0) - 1 / trivial) < 1e-3)
    let branch = found.curves.filter { $0.line == "signal minimum" }.flatMap(\.points)
    let first = try #require(branch.map(\.x).min())
    #expect(first > 1 / minimum - 1e-12 && first < 1 / minimum + 0.05)
    #expect(Set(found.regions.map(\.name)) == ["minima", "saddles"])
  }

  @Test func figuresAreReproduced() {
    // Every panel is a command of a model that exists.
    for figure in Catalogue.reproductions {
      #expect(!figure.panels.isEmpty)
      for panel in figure.panels {
        #expect(panel.command.count >= 2 && Catalogue.models.contains { $0.card.name == panel.command[1] })
      }
    }
    #expect(Set(Catalogue.reproductions.map(\.name)).count == Catalogue.reproductions.count)
  }
}
