// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import RandomMatrixTheory
import SaddlepointCore
import SaddlepointNumerics
import SaddlepointTestSupport
import Testing

/// What both laws offer, for tests that hold for either.
private struct Law: CustomStringConvertible, Sendable {
  let description: String
  let edges: ClosedRange<Double>
  let atom: Double
  let density: @Sendable (Double) -> Double
  let cdf: @Sendable (Double) -> Double
  let stieltjes: @Sendable (Double) -> Double
  let logPotential: @Sendable (Double) -> Double
  let rTransform: @Sendable (Double) -> Double

  init(variance: Double) throws {
    let law = try SemicircleLaw(variance: variance)
    description = "semicircle \(variance)"
    edges = law.edges
    atom = 0
    density = { law.density(at: $0) }
    cdf = { law.cdf(at: $0) }
    stieltjes = { law.stieltjes(at: $0) }
    logPotential = { law.logPotential(at: $0) }
    rTransform = { law.rTransform($0) }
  }

  init(aspect: Double) throws {
    let law = try MarchenkoPasturLaw(aspect: aspect)
    description = "marchenko-pastur \(aspect)"
    edges = law.edges
    atom = law.atom
    density = { law.density(at: $0) }
    cdf = { law.cdf(at: $0) }
    stieltjes = { law.stieltjes(at: $0) }
    logPotential = { law.logPotential(at: $0) }
    rTransform = { law.rTransform($0) }
  }

  static func all() throws -> [Law] {
    try [0.04, 1, 6].map { try Law(variance: $0) } + [0.005, 0.02, 0.3, 1, 2.5, 150].map { try Law(aspect: $0) }
  }

  /// Width of the bulk.
  var width: Double { edges.upperBound - edges.lowerBound }

  /// Places below (positive for `marchenko-pastur` with a gap, and negative), inside and above the bulk.
  var inside: [Double] { [0.03, 0.2, 0.5, 0.71, 0.98].map { edges.lowerBound + $0 * width } }
  var outside: [Double] {
    [0.001, 0.2, 1, 30].map { edges.upperBound + $0 * width }
      + [0.2, 1, 30].map { min(edges.lowerBound, 0) - $0 * width }
      + (edges.lowerBound > 0 ? [0.3, 0.9].map { $0 * edges.lowerBound } : [])
  }

  /// The integral of `f` over the continuous part, by x = middle - (width/2) cos(phi), which smooths both edges.
  func mean(from lower: Double? = nil, to upper: Double? = nil, singularAt x: Double? = nil, _ f: (Double) -> Double)
    throws -> Double
  {
    let middle = (edges.lowerBound + edges.upperBound) / 2
    func angle(_ x: Double) -> Double { acos(max(-1, min(1, (middle - x) / (width / 2)))) }
    let estimate = try integral(
      "mean", from: lower.map(angle) ?? 0, to: upper.map(angle) ?? .pi, breakPoints: x.map { [angle($0)] } ?? [],
      absolute: 1e-11, relative: 1e-11
    ) { phi -> Double in
      let y = edges.lowerBound + width * pow(sin(phi / 2), 2)
      let weight = width / 2 * sin(phi)
      return weight == 0 ? 0 : weight * f(y)
    }
    return try estimate.get()
  }
}

@Suite struct SpectralLawTests {
  private static let rows = ReferenceRow.rows(of: "spherical")

  private static func value(of row: ReferenceRow) throws -> Double? {
    let x = row["z"].isNaN ? row["x"] : row["z"]
    switch row.model {
    case "semicircle":
      let law = try SemicircleLaw(variance: row["variance"])
      switch row.quantity {
      case "density": return law.density(at: x)
      case "cdf": return law.cdf(at: x)
      case "stieltjes": return law.stieltjes(at: x)
      case "log_potential": return law.logPotential(at: x)
      default: return nil
      }
    case "marchenko-pastur":
      let law = try MarchenkoPasturLaw(aspect: row["aspect"])
      switch row.quantity {
      case "lower_edge": return law.edges.lowerBound
      case "upper_edge": return law.edges.upperBound
      case "atom_at_zero": return law.atom
      case "density": return law.density(at: x)
      case "stieltjes": return law.stieltjes(at: x)
      case "log_potential": return law.logPotential(at: x)
      case "mean_log": return law.meanLog
      case "R_transform": return law.rTransform(row["g"])
      case "S_transform": return law.sTransform(row["t"])
      default: return nil
      }
    case "additive rank-one GOE":
      let outlier = try SemicircleLaw(variance: row["variance"]).outlier(spike: row["theta"])
      switch row.quantity {
      case "outlier": return outlier?.position
      case "overlap2": return outlier?.overlapSquared
      default: return nil
      }
    default:
      let outlier = try MarchenkoPasturLaw(aspect: row["aspect"]).outlier(spike: row["spike"])
      switch row.quantity {
      case "outlier": return outlier?.position
      case "overlap2": return outlier?.overlapSquared
      case "overlap2_scores": return outlier?.scoresOverlapSquared
      default: return nil
      }
    }
  }

  @Test(arguments: [
    ("semicircle", 7), ("marchenko-pastur", 24), ("additive rank-one GOE", 4), ("spiked covariance", 9),
  ]) func referenceRows(model: String, count: Int) throws {
    let rows = Self.rows.filter { $0.model == model }
    #expect(rows.count >= count)
    for row in rows {
      let value = try #require(try Self.value(of: row), "\(model) \(row)")
      let tolerance = 5 * abs(row.number) * pow(10, -Double(min(row.digits, 10))) + 1e-15
      #expect(abs(value - row.number) <= tolerance, "\(model) \(row): \(value)")
    }
  }

  @Test func densitiesIntegrateToTheDistribution() throws {
    for law in try Law.all() {
      let mass = try law.mean { law.density($0) }
      #expect(abs(mass - (1 - law.atom)) < 1e-10, "\(law)")
      for x in law.inside {
        let below = try law.mean(to: x) { law.density($0) }
        #expect(abs(law.atom + below - law.cdf(x)) < 1e-9, "\(law) at \(x)")
        #expect(law.density(x) > 0)
      }
      #expect(law.cdf(law.edges.upperBound) == 1)
      #expect(law.cdf(law.edges.upperBound + 1) == 1)
      #expect(abs(law.cdf(law.edges.upperBound - 1e-9 * law.width) - 1) < 1e-12)
      #expect(law.cdf(min(law.edges.lowerBound, 0) - 1) == 0)
      #expect(law.density(law.edges.upperBound + 1) == 0)
    }
  }

  @Test func transformsOutsideTheBulk() throws {
    for law in try Law.all() {
      for x in law.outside {
        let g = try law.mean { law.density($0) / (x - $0) } + law.atom / x
        #expect(abs(law.stieltjes(x) - g) < 1e-8 * max(1, abs(g)), "\(law) at \(x)")
        let potential =
          try law.mean { law.density($0) * log(abs(x - $0)) } + (law.atom > 0 ? law.atom * log(abs(x)) : 0)
        #expect(abs(law.logPotential(x) - potential) < 1e-8 * max(1, abs(potential)), "\(law) at \(x)")
      }
    }
  }

  /// Principal values: the pole is subtracted with the density at its place, whose own integral is a logarithm.
  @Test func transformsInsideTheBulk() throws {
    for law in try Law.all() {
      for x in law.inside {
        let rest = try law.mean(singularAt: x) { y in y == x ? 0 : (law.density(y) - law.density(x)) / (x - y) }
        let g =
          rest + law.density(x) * log((x - law.edges.lowerBound) / (law.edges.upperBound - x))
          + (law.atom > 0 ? law.atom / x : 0)
        #expect(abs(law.stieltjes(x) - g) < 1e-6 * max(1, abs(g)), "\(law) at \(x)")
        let potential =
          try law.mean(singularAt: x) { y in y == x ? 0 : law.density(y) * log(abs(x - y)) }
          + (law.atom > 0 ? law.atom * log(x) : 0)
        #expect(abs(law.logPotential(x) - potential) < 1e-8 * max(1, abs(potential)), "\(law) at \(x)")
      }
    }
  }

  @Test func potentialsHaveTheTransformAsDerivative() throws {
    for law in try Law.all() {
      for x in law.inside + law.outside {
        let h = 1e-5 * (x == 0 ? law.width : min(law.width, abs(x)))
        guard law.edges.contains(x - h) == law.edges.contains(x + h) else { continue }
        let slope = (law.logPotential(x + h) - law.logPotential(x - h)) / (2 * h)
        #expect(abs(slope - law.stieltjes(x)) < 1e-5 * max(1 / law.width, abs(slope)), "\(law) at \(x)")
      }
    }
  }

  @Test func transformInvertsStieltjes() throws {
    for law in try Law.all() {
      for x in law.outside {
        let g = law.stieltjes(x)
        #expect(abs(law.rTransform(g) + 1 / g - x) < 1e-11 * max(abs(x), law.width), "\(law) at \(x)")
      }
    }
  }

  /// The defining equation of the S transform: psi(S(t) t/(1+t)) = t, psi(w) = g(1/w)/w - 1.
  @Test(arguments: [0.3, 1, 2.5], [-0.3, -0.05, 0.02, 0.1]) func sTransformInvertsMoments(aspect: Double, t: Double)
    throws
  {
    let law = try MarchenkoPasturLaw(aspect: aspect)
    let w = law.sTransform(t) * t / (1 + t)
    guard !law.edges.contains(1 / w) else { return }
    #expect(abs(law.stieltjes(at: 1 / w) / w - 1 - t) < 1e-12)
  }

  @Test func farFieldsKeepTheirDigits() throws {
    for law in try Law.all() {
      let mean = law.description.hasPrefix("semi") ? 0.0 : 1
      for x in [1e9, -1e9, 1e12, -1e12, 1e200, -1e200] {
        #expect(abs(law.stieltjes(x) * x - 1 - mean / x) < 1e-12, "\(law) at \(x)")
        #expect(abs(law.logPotential(x) - log(abs(x)) + mean / x) < 1e-11, "\(law) at \(x)")
      }
      #expect(law.stieltjes(.infinity) == 0)
      #expect(law.stieltjes(-.infinity) == 0)
      #expect(law.logPotential(.infinity) == .infinity)
      for f in [law.density, law.cdf, law.stieltjes, law.logPotential] { #expect(f(.nan).isNaN) }
    }
  }

  /// Formulas inside and outside meet at the edges, to rounding in units of the bulk's width.
  @Test(arguments: [1e-8, 1e-3, 0.3, 0.999, 2.5, 1e3, 1e8]) func formulasMeetAtTheEdges(aspect: Double) throws {
    let law = try MarchenkoPasturLaw(aspect: aspect)
    let rounding = 1e-14 * (1 + 1 / aspect.squareRoot()) * max(1, log(aspect))
    for (edge, beyond) in [
      (law.edges.upperBound, law.edges.upperBound.nextUp), (law.edges.lowerBound, law.edges.lowerBound.nextDown),
    ] {
      #expect(abs(law.logPotential(at: edge) - law.logPotential(at: beyond)) < rounding)
      #expect(abs(law.stieltjes(at: edge) / law.stieltjes(at: beyond) - 1) < 1e-3)
    }
  }

  /// As c -> 0, (x - 1)/sqrt(c) follows the semicircle of variance 1: corrections of order sqrt(c).
  @Test func thinMatricesApproachTheSemicircle() throws {
    let c = 1e-10
    let thin = try MarchenkoPasturLaw(aspect: c)
    let limit = try SemicircleLaw(variance: 1)
    for t in [-3.0, -1.5, 0.2, 1, 1.9, 2.5, 40] {
      let x = 1 + c.squareRoot() * t
      #expect(abs(thin.density(at: x) * c.squareRoot() - limit.density(at: t)) < 1e-4)
      #expect(abs(thin.cdf(at: x) - limit.cdf(at: t)) < 1e-4)
      #expect(abs(thin.stieltjes(at: x) * c.squareRoot() - limit.stieltjes(at: t)) < 1e-4)
      #expect(abs(thin.logPotential(at: x) - log(c) / 2 - limit.logPotential(at: t)) < 1e-4)
    }
  }

  /// The eigenvalues of G G^T/n and G^T G/n other than 0 agree: laws of c and 1/c are images of each other.
  @Test(arguments: [0.003, 0.3, 0.999, 1]) func duality(aspect: Double) throws {
    let wide = try MarchenkoPasturLaw(aspect: 1 / aspect)
    let tall = try MarchenkoPasturLaw(aspect: aspect)
    for x in [-5, -0.1, 0.0001, 0.4, 1, 1.7, 3, 6, 50] {
      let y = x / aspect
      #expect(abs(wide.stieltjes(at: y) / aspect - aspect * tall.stieltjes(at: x) - (1 - aspect) / x) < 1e-9 / abs(x))
      let potential = aspect * tall.logPotential(at: x) + (1 - aspect) * log(abs(x)) - log(aspect)
      #expect(abs(wide.logPotential(at: y) - potential) < 1e-9 * max(1, abs(potential)))
      if x > 0 { #expect(abs(wide.cdf(at: y) - aspect * tall.cdf(at: x) - (1 - aspect)) < 1e-12) }
    }
  }

  @Test func hardEdgeAndAtom() throws {
    let square = try MarchenkoPasturLaw(aspect: 1)
    #expect(square.hasHardEdge)
    #expect(square.edges == 0...4)
    #expect(square.density(at: 0) == .infinity)
    #expect(square.stieltjes(at: 0) == -.infinity)
    #expect(square.logPotential(at: 0) == -1)
    #expect(abs(square.logPotential(at: 1e-12) + 1) < 1e-11)
    #expect(abs(square.logPotential(at: -1e-12) + 1) < 1e-5)
    let wide = try MarchenkoPasturLaw(aspect: 4)
    #expect(wide.stieltjes(at: 0).isNaN)
    #expect(wide.meanLog == -.infinity)
    #expect(wide.cdf(at: 0) == 0.75)
    #expect(wide.cdf(at: 0.5) == 0.75)
    #expect(wide.cdf(at: -1e-300) == 0)
    let tall = try MarchenkoPasturLaw(aspect: 0.3)
    let expected = -1 - 0.7 / 0.3 * log(0.7)
    #expect(abs(tall.meanLog - expected) < 1e-14)
    #expect(abs(tall.logPotential(at: 1e-14) - expected) < 1e-12)
    let tiny = try MarchenkoPasturLaw(aspect: 1e-9)
    #expect(abs(tiny.meanLog + 0.5e-9) < 1e-16)
  }

  /// The fraction below -2 + d is (2/3) d^1.5/pi (1 + O(d)).
  @Test func lowerTailOfTheSemicircle() throws {
    let law = try SemicircleLaw(variance: 1)
    let d = 0x1p-40
    #expect(abs(law.cdf(at: -2 + d) / (2 * pow(d, 1.5) / (3 * .pi)) - 1) < 1e-11)
  }

  @Test(arguments: [0.0, -1, .infinity, .nan]) func badScalesAreRefused(x: Double) {
    #expect(throws: DomainError.self) { try SemicircleLaw(variance: x) }
    #expect(throws: DomainError.self) { try MarchenkoPasturLaw(aspect: x) }
  }

  @Test(arguments: [-1.0, -2, .infinity, .nan]) func badSpikesAreRefused(x: Double) throws {
    #expect(throws: DomainError.self) { try MarchenkoPasturLaw(aspect: 0.5).outlier(spike: x) }
    if !x.isFinite {
      #expect(throws: DomainError.self) { try SemicircleLaw(variance: 1).outlier(spike: x) }
    }
  }
}
