// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import KacRice
import LandscapeModels
import SaddlepointCore
import SaddlepointNumerics
import SaddlepointTestSupport
import Testing

@Suite struct QuenchedComplexityTests {
  /// SplitMix64, so that a failure can be repeated.
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    mutating func uniform(_ low: Double, _ high: Double) -> Double { .random(in: low...high, using: &self) }
  }

  /// A random landscape and a place on it.
  static func randomCase(
    _ g: inout Generator
  ) throws -> (model: SphericalSpinGlass, m: Double, r: Double, u: Double?) {
    let covariance = Mixture(
      (2...5).map { .init(degree: $0, coefficient: $0 == 3 ? g.uniform(0.2, 1) : g.uniform(0, 1)) })
    let signal = Mixture((1...3).map { .init(degree: $0, coefficient: g.uniform(-0.3, 1)) })
    let model = try SphericalSpinGlass(covariance: covariance, signal: signal)
    let m = g.uniform(-0.7, 0.7)
    let (a, b) = (model.covariance.derivative(1, at: 1), model.covariance.derivative(2, at: 1))
    let r = -g.uniform(1.2, 2.3) * b.squareRoot()
    let radial = r + m * model.signal.derivative(1, at: m)
    let u = -model.signal(m) + a * radial / (a + b) + g.uniform(-0.05, 0.05)
    return (model, m, r, Bool.random(using: &g) ? u : nil)
  }

  /// Section 2 of the theory sheet, written down a second time.
  static func annealed(_ model: some SphericalLandscape, m: Double, r: Double, u: Double? = nil) -> Double {
    let xi = model.covariance
    let (v, a, b) = (xi(1), xi.derivative(1, at: 1), xi.derivative(2, at: 1))
    let slope = model.signal.derivative(1, at: m)
    let radial = r + m * slope
    var q = radial * radial / (a + b)
    if let u {
      let energy = u + model.signal(m)
      q = ((a + b) * energy * energy - 2 * a * energy * radial + v * radial * radial) / (v * (a + b) - a * a)
    }
    let t = abs(r) / b.squareRoot()
    var omega = t * t / 4 - 0.5
    if t > 2 {
      let s = (t * t - 4).squareRoot()
      omega += log((t + s) / 2) - t * s / 4
    }
    return 0.5 + 0.5 * log(b / a) + 0.5 * log(1 - m * m) - slope * slope * (1 - m * m) / (2 * a) - q / 2 + omega
  }

  /// A row whose inputs hold mixtures, which `ReferenceRow` does not read.
  struct Row: Decodable, CustomStringConvertible {
    struct Inputs: Decodable {
      let xi: [String: Double]
      let phi: [String: Double]?
      let overlap: Double
      let radial: Double
      let energy: Double?
    }
    let quantity: String
    let inputs: Inputs
    let value: Double
    let digits: Int
    var description: String { "\(quantity) \(inputs)" }
  }

  static func referenceRows() throws -> [Row] {
    struct Named: Decodable { let quantity: String }
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SaddlepointTestSupport/Reference/spherical.json")
    let data = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [[String: Any]] ?? []
    let chosen = data.filter { ($0["quantity"] as? String)?.contains("quenched") == true && $0["value"] is Double }
    return try JSONDecoder().decode([Row].self, from: JSONSerialization.data(withJSONObject: chosen))
  }

  static func mixture(_ coefficients: [String: Double]?) -> Mixture {
    Mixture((coefficients ?? [:]).map { .init(degree: Int($0.key) ?? 0, coefficient: $0.value) })
  }

  @Test func referenceRows() throws {
    let rows = try Self.referenceRows()
    #expect(rows.count >= 21)
    for row in rows {
      let model = try SphericalSpinGlass(
        covariance: Self.mixture(row.inputs.xi), signal: Self.mixture(row.inputs.phi))
      let point = try model.quenchedComplexity(
        overlap: row.inputs.overlap, radial: row.inputs.radial, energy: row.inputs.energy)
      switch row.quantity {
      case "Sigma_quenched(m,r)", "Sigma_quenched(m,u,r)":
        #expect(point.complexity.agrees(with: row.value, within: 1e-11), "\(row) \(point.complexity)")
      case "q_quenched(m,r)", "q_quenched(m,u,r)":
        #expect(point.mutualOverlap.agrees(with: row.value, within: 1e-7), "\(row) \(point.mutualOverlap)")
      case "replicon_quenched(m,r)":
        #expect(point.replicon.agrees(with: row.value, within: 1e-5 * abs(row.value)), "\(row) \(point.replicon)")
      case "quenched_outlier":
        let outlier = try #require(point.outlier, "\(row)")
        #expect(abs(outlier - row.value) < 1e-6, "\(row) \(outlier)")
      default: Issue.record("no test for \(row)")
      }
    }
  }

  /// Jensen's inequality, at places where a branch exists; elsewhere nothing is returned.
  @Test func neverAboveTheAnnealedComplexity() throws {
    var g = Generator(state: 7)
    var branches = 0
    var cases = 0
    while branches < 200 && cases < 1000 {
      cases += 1
      let (model, m, r, u) = try Self.randomCase(&g)
      let quenched = try model.quenchedComplexity(overlap: m, radial: r, energy: u)
      guard let value = quenched.complexity.value else {
        #expect(quenched.complexity.status == .outsideDomain("no-replica-symmetric-branch"))
        #expect(quenched.outlier == nil && quenched.beta == nil && quenched.mutualOverlap.value == nil)
        continue
      }
      branches += 1
      let bound = Self.annealed(model, m: m, r: r, u: u)
      #expect(value <= bound + 1e-12, "case \(cases): m = \(m), r = \(r), u = \(String(describing: u))")
      #expect(quenched.complexity.error < 1e-9 && quenched.complexity.status != .exact)
      let replicon = try quenched.replicon.get()
      #expect(replicon > 0 || quenched.complexity.status.name == "approximate")
    }
    #expect(branches == 200)
  }

  /// No signal, m = 0: q = 0 and the annealed value, for every mixture.
  @Test func annealedWithoutSignalAtTheEquator() throws {
    var g = Generator(state: 11)
    for _ in 0..<50 {
      let drawn = try Self.randomCase(&g)
      let model = try SphericalSpinGlass(covariance: Mixture(drawn.model.covariance.terms))
      let point = try model.quenchedComplexity(overlap: 0, radial: drawn.r, energy: drawn.u)
      #expect(try point.mutualOverlap.get() == 0)
      #expect(point.mutualResponse == 0)
      let annealed = Self.annealed(model, m: 0, r: drawn.r, u: drawn.u)
      #expect(abs(try point.complexity.get() - annealed) < 1e-13 * (1 + abs(annealed)))
    }
    let pure = try SphericalSpinGlass(covariance: [3: 1]).quenchedComplexity(
      overlap: 0, radial: -2 * 6.0.squareRoot(), energy: -2 * 6.0.squareRoot() / 3)
    #expect(pure.complexity.agrees(with: 0.013240256946639321, within: 1e-13))
    #expect(pure.complexity.status == .converged)
    #expect(pure.outlier == nil)
  }

  /// A nearly vanishing overlap reaches the same value through the scan.
  @Test func continuousAtTheEquator() throws {
    let model = try SphericalSpinGlass(covariance: [3: 0.5, 4: 0.5], signal: [2: 0.3, 3: 1])
    let zero = try model.quenchedComplexity(overlap: 0, radial: -5)
    let near = try model.quenchedComplexity(overlap: 1e-7, radial: -5)
    #expect(near.complexity.agrees(with: try zero.complexity.get(), within: 1e-12))
    #expect(near.mutualOverlap.agrees(with: 0, within: 1e-12))
    let (replicon, other) = (try near.replicon.get(), try zero.replicon.get())
    #expect(abs(replicon - other) < 1e-6)
  }

  /// The derivative in q at fixed (beta, R_d, R_0) is that of the eliminated functional.
  @Test func derivativeAgainstDifferences() throws {
    var g = Generator(state: 3)
    var worst = 0.0
    for _ in 0..<200 {
      let (model, m, r, u) = try Self.randomCase(&g)
      let functional = ReplicaFunctional(
        covariance: model.covariance, signal: model.signal, overlap: m, radial: r, energy: u)
      let x = g.uniform(0.1, 0.99)
      let h = 1e-3 * x
      func value(_ k: Double) throws -> Double { try #require(functional.value(x - k * h)) }
      // Richardson: error h^6.
      let (one, two, three) = (
        try (value(1) - value(-1)) / (2 * h), try (value(2) - value(-2)) / (4 * h), try (value(3) - value(-3)) / (6 * h)
      )
      let difference = 1.5 * one - 0.6 * two + 0.1 * three
      let derivative = try #require(functional.derivative(x))
      // Near a pole of the linear system differences fail.
      guard abs(one - two) < 1e-3 * abs(one) else { continue }
      worst = max(worst, abs(derivative - difference) / (1 + abs(derivative)))
    }
    #expect(worst < 1e-8)
  }

  /// beta and R_d are the derivatives in u and r.
  @Test func multipliersAreDerivatives() throws {
    let model = try SphericalSpinGlass(covariance: [2: 0.1, 3: 0.5, 4: 0.5], signal: [1: 0.1, 2: 0.5])
    let (m, u, r, h) = (0.25, -1.74, -6.05, 1e-4)
    let b = model.covariance.derivative(2, at: 1)
    func value(_ u: Double, _ r: Double) throws -> Double {
      try model.quenchedComplexity(overlap: m, radial: r, energy: u).complexity.get()
    }
    let point = try model.quenchedComplexity(overlap: m, radial: r, energy: u)
    let beta = try #require(point.beta)
    let response = try #require(point.diagonalResponse)
    #expect(abs(try (value(u + h, r) - value(u - h, r)) / (2 * h) + beta) < 1e-6 * abs(beta))
    // Outside the bulk dOmega/dr = -chi, inside r/(2b).
    let edge = 2 * b.squareRoot()
    let slope = r < -edge ? (r + (r * r - edge * edge).squareRoot()) / (2 * b) : r / (2 * b)
    #expect(abs(try (value(u, r + h) - value(u, r - h)) / (2 * h) - (slope - response)) < 1e-6)
  }

  /// The zero-temperature 1RSB complexity with q0 > 0 in a field h: theory sheet *spiked replica*, section 3.
  @Test(arguments: [
    ([3: 1.0], 0.4, 0.38), ([3: 1.0], 0.8, 0.4), ([4: 0.5], 0.4, 0.30), ([2: 0.05, 3: 0.5, 4: 0.5], 0.3, 0.25),
    ([3: 0.5, 4: 0.5], 0.6, 0.27),
  ])
  func oneStepReplicaSymmetryBreaking(xi: [Int: Double], h: Double, chi: Double) throws {
    let covariance = Mixture(xi.map { .init(degree: $0.key, coefficient: $0.value) })
    let model = try SphericalSpinGlass(covariance: covariance, signal: [1: h])
    let c = model.covariance
    let (v, a, b) = (c(1), c.derivative(1, at: 1), c.derivative(2, at: 1))
    #expect(chi < 1 / b.squareRoot())
    func outer(_ q0: Double) -> Double { (1 - q0) / (chi * (a - c.derivative(1, at: q0))) }
    func equation(_ q: Double) -> Double { outer(q) * outer(q) * (h * h + c.derivative(1, at: q)) - q }
    // The lowest root.
    let upper = try #require(stride(from: 0.01, to: 0.9, by: 0.01).first { equation($0) < 0 })
    let q0 = try brentRoot("q0", in: (upper - 0.01)...upper, equation).value
    let w = outer(q0)
    let y = (w - chi) / (1 - q0)
    let m = w * h
    let field = q0 - m * m
    let gap = log(w / chi)
    let sigma =
      0.5 * (gap - y * (1 - q0) / w + y * y * (1 - q0) * field / (w * w) - y * y * (v - c(q0)))
    let free = -h * m - 0.5 * (chi * a + y * (v - c(q0))) - 0.5 * (gap / y + field / w)
    let point = try model.quenchedComplexity(overlap: m, radial: -(1 / chi + b * chi), energy: free + sigma / y)
    #expect(point.complexity.agrees(with: sigma, within: 1e-12))
    #expect(point.mutualOverlap.agrees(with: q0, within: 1e-9))
    // Mixed: beta = -y, R_d = -chi, R_0 = 0. Pure of degree p: beta = 0 and beta C/p moves into R.
    let shift = xi.count > 1 ? 0 : y / Double(try #require(xi.keys.first))
    #expect(abs(try #require(point.beta) + (xi.count > 1 ? y : 0)) < 1e-8)
    #expect(abs(try #require(point.diagonalResponse) + chi + shift) < 1e-8)
    #expect(abs(try #require(point.mutualResponse) + shift * q0) < 1e-8)
    let curvature = c.derivative(2, at: q0)
    let replicon = (1 - curvature * w * w) * (1 - curvature * chi * chi) * (1 - curvature * chi * w)
    #expect(point.replicon.agrees(with: replicon, within: 1e-8))
  }

  /// At m = q = 0 without xi''(0) the outlier is the rank-one one of section 4, and a negative one leaves only a bound.
  @Test func outlierAtTheEquator() throws {
    for strength in [-2.0, 0.5, 1.5, 3] {
      let model = try SphericalSpinGlass(covariance: [3: 1], signal: [2: strength])
      let r = -2.2 * 6.0.squareRoot()
      let point = try model.quenchedComplexity(overlap: 0, radial: r)
      let rankOne = try model.hessianSpectrum(overlap: 0, radial: r).outlier?.eigenvalue
      #expect((rankOne == nil) == (point.outlier == nil))
      if let rankOne, let outlier = point.outlier {
        #expect(abs(outlier - rankOne) < 1e-12)
        #expect((point.complexity.status.name == "approximate") == (outlier < 0))
      }
    }
  }

  @Test func deepInTheLandscapeTheBranchEnds() throws {
    let model = try SphericalSpinGlass(covariance: [3: 1], signal: [3: 1.5])
    let point = try model.quenchedComplexity(overlap: 0.5, radial: -8)
    #expect(point.complexity.status == .outsideDomain("no-replica-symmetric-branch"))
    #expect(point.complexity.value == nil && point.replicon.value == nil && point.diagonalResponse == nil)
  }

  @Test func pureEnergiesLieOnALine() throws {
    let model = try SphericalSpinGlass(covariance: [3: 1], signal: [3: 1.5])
    let (m, r) = (0.3, -4.0)
    let u = (r + m * model.signal.derivative(1, at: m)) / 3 - model.signal(m)
    let maximised = try model.quenchedComplexity(overlap: m, radial: r)
    #expect(try model.quenchedComplexity(overlap: m, radial: r, energy: u) == maximised)
    let off = try model.quenchedComplexity(overlap: m, radial: r, energy: u + 1e-6)
    #expect(off.complexity.status.name == "outside-domain")
  }

  @Test func extremeArgumentsAreAnsweredOrRefused() throws {
    let model = try SphericalSpinGlass(covariance: [2: 0.3, 3: 0.7], signal: [1: 1])
    for m in [-1.0, 1, 1.5, .nan, .infinity] {
      #expect(throws: DomainError.self) { try model.quenchedComplexity(overlap: m, radial: -4) }
    }
    for x in [Double.nan, .infinity, -.infinity] {
      #expect(throws: DomainError.self) { try model.quenchedComplexity(overlap: 0, radial: x) }
      #expect(throws: DomainError.self) { try model.quenchedComplexity(overlap: 0, radial: -4, energy: x) }
    }
    for (m, r) in [(0.5, -1e200), (0.999999, -4), (-0.999999, 1e10), (0.9999999999, -1), (0.1, 0)] {
      let point = try model.quenchedComplexity(overlap: m, radial: r)
      if let value = point.complexity.value { #expect(value <= Self.annealed(model, m: m, r: r) + 1e-9) }
    }
  }
}
