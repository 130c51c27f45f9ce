// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RandomMatrixTheory
import RealModule
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics
import SaddlepointTestSupport
import Testing

private let rows = ReferenceRow.rows(of: "phase_retrieval_bayes")

private func rows(_ quantity: String) -> [ReferenceRow] { rows.filter { $0.quantity == quantity } }

/// Channel, field and prior of a row's model; nil for models that are tested elsewhere.
private func measurement(_ row: ReferenceRow) throws -> Measurement? {
  let words = row.model.split(separator: " ").map(String.init)
  let channel: OutputChannel
  switch words[0] {
  case "|z|": channel = .modulus
  case "|z+noise|": channel = .modulus
  case "|z|+noise": channel = .modulusAdditive
  case "z^2+noise", "|z|^2+noise": channel = .intensity
  case "sign": channel = .sign
  case "relu": channel = .relu
  case "linear": channel = .linear
  default: return nil
  }
  var prior = Prior.gaussian
  if words.contains("rademacher") { prior = .rademacher }
  if words.contains("gauss-bernoulli") { prior = try .gaussBernoulli(rho: row["rho"]) }
  return try Measurement(
    channel: channel, field: words.contains("complex") ? .complex : .real, prior: prior,
    noise: row["noise"].isNaN ? 0 : row["noise"])
}

/// The number agrees to the digits the row states (10 at most), and its error bound holds.
private func expect(
  _ value: Double, error: Double, agreesWith row: ReferenceRow, sourceLocation: SourceLocation = #_sourceLocation
) {
  let truth = row.number
  let distance = abs(value - truth)
  #expect(
    distance <= 1e-10 * max(1, abs(truth)) + row.uncertainty, "\(row.model) \(row): \(value) against \(truth)",
    sourceLocation: sourceLocation)
  #expect(
    distance <= error + 2 * row.uncertainty + 4 * truth.ulp, "\(row.model) \(row): error \(error) too small",
    sourceLocation: sourceLocation)
  #expect(error <= 1e-10 * max(1, abs(truth)), "\(row): error \(error)", sourceLocation: sourceLocation)
}

private func expect(
  _ estimate: Estimate?, agreesWith row: ReferenceRow, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let estimate, let value = estimate.value else {
    Issue.record("no value for \(row.model) \(row)", sourceLocation: sourceLocation)
    return
  }
  expect(value, error: estimate.error, agreesWith: row, sourceLocation: sourceLocation)
}

@Suite struct OutputChannelTests {
  @Test func meanSquares() throws {
    var count = 0
    for row in rows("Eg2") {
      guard let measurement = try measurement(row) else { continue }
      let q = row["q"]
      let g = q / (1 - q)
      let point = try GeneralizedLinearCurve(measurement).point(g, tolerance: 1e-14)
      let value = g / point.strength
      expect(value, error: value * point.strengthError / point.strength, agreesWith: row)
      count += 1
    }
    #expect(count >= 15)
  }

  @Test func potentials() throws {
    var count = 0
    for row in rows("Psi_out") {
      guard let measurement = try measurement(row) else { continue }
      let q = row["q"]
      let psi = try GeneralizedLinearCurve(measurement).psi(q, complement: 1 - q)
      expect(psi.value, error: psi.error, agreesWith: row)
      count += 1
    }
    #expect(count >= 12)
  }

  /// alpha(q) = (1 + 5q - 44q^2)/2 (from Euler's numbers) and 1 + 3q at small q; 1 + c sqrt V and 2 as q tends to 1 without noise.
  @Test func limitsOfTheNoiselessModulus() throws {
    let real = try GeneralizedLinearCurve(Measurement(channel: .modulus))
    let complex = try GeneralizedLinearCurve(Measurement(channel: .modulus, field: .complex))
    for q in [1e-9, 1e-7, 1e-5] {
      let g = q / (1 - q)
      let series = 0.5 * (1 + 5 * q - 44 * q * q)
      let found = try real.point(g, tolerance: 1e-14).strength
      #expect(abs(found / series - 1) < 4000 * q * q * q + 4e-14, "q = \(q): \(found / series - 1)")
      #expect(abs(try complex.point(g, tolerance: 1e-14).strength / (1 + 3 * q) - 1) < 40 * q * q + 1e-11)
    }
    let c = 2 / Double.pi * 0.960_817_144_245_897_596
    for v in [1e-8, 1e-12] {
      let g = (1 - v) / v
      #expect(abs(try real.point(g, tolerance: 1e-14).strength - 1 - c * v.squareRoot()) < 3 * v + 1e-14)
    }
    #expect(abs(try complex.point(1e8, tolerance: 1e-14).strength - 2) < 1e-6)
  }

  /// Derivatives of the rise, exact in each channel, against differences.
  @Test func slopesAndCurvatures() throws {
    for measurement in [
      try Measurement(channel: .modulus, noise: 0.01), try Measurement(channel: .modulus, field: .complex),
      try Measurement(channel: .sign, prior: .rademacher), try Measurement(channel: .relu),
      try Measurement(channel: .modulusAdditive, noise: 0.3), try Measurement(channel: .intensity, noise: 0.2),
      try Measurement(channel: .linear, noise: 0.3),
    ] {
      let curve = try GeneralizedLinearCurve(measurement)
      for x in [-2.0, 0.3, 1.9] {
        func at(_ x: Double) throws -> CurvePoint { try curve.point(Double.exp(x), tolerance: 1e-14) }
        let h = 1e-3
        let point = try at(x)
        let slope = (try Double.log(at(x + h).strength) - Double.log(at(x - h).strength)) / (2 * h)
        #expect(abs(slope - point.rise) < 1e-6, "\(measurement.channel) \(x)")
        let bend = (try at(x + h).rise - at(x - h).rise) / (2 * h)
        #expect(abs(bend - point.riseSlope) < 1e-5, "\(measurement.channel) \(x)")
      }
    }
  }

  /// Z_out by a plain sum over z with a node at the kink, whose error is smooth in w.
  private static func density(_ y: Double, _ w: Double, _ v: Double, _ f: (Double) -> Double, noise: Double) -> Double {
    let step = 0.004
    return (-2500...2500).reduce(0) { sum, k in
      let z = step * Double(k)
      let (x, d) = (z - w, y - f(z))
      return sum + step * Double.exp(-0.5 * x * x / v - 0.5 * d * d / noise) / (2 * .pi * (v * noise).squareRoot())
    }
  }

  /// g_out is the derivative of log Z_out and its slope the second one, by differences of a plain sum over z.
  @Test(arguments: [
    ("modulus-additive", 0.3), ("relu", 0.3), ("intensity", 0.3), ("linear", 0.3), ("abs(z)^1.5", 0.2),
  ])
  func denoisersAreDerivatives(name: String, noise: Double) throws {
    let channels: [OutputChannel] = [.modulusAdditive, .relu, .intensity, .linear]
    let channel =
      try channels.first { $0.description == name }
      ?? .expression(Expression(name, variables: OutputChannel.expressionVariables))
    let measurement = try Measurement(channel: channel, noise: noise)
    let (f, denoiser) = (measurement.noiseless, try OutputDenoiser(measurement))
    for v in [0.9, 0.2] {
      let output = try denoiser.at(variance: v)
      for (y, w) in [(0.7, 0.4), (1.6, -0.9), (-0.4, 0.3), (0.2, 1.8)] {
        func log(_ w: Double) -> Double { Double.log(Self.density(y, w, v, f, noise: noise)) }
        let h = 1e-3
        let (g, slope) = output(y, w)
        #expect(abs(g - (log(w + h) - log(w - h)) / (2 * h)) < 3e-5 * max(1, abs(g)), "\(name) \(y) \(w) \(v)")
        #expect(
          abs(slope - (log(w + h) - 2 * log(w) + log(w - h)) / (h * h)) < 2e-4 * max(1, abs(slope)),
          "\(name) \(y) \(w) \(v)")
      }
    }
  }

  /// The same channels through the quadrature of a formula.
  @Test(arguments: [(OutputChannel.modulusAdditive, "abs(z)"), (.relu, "(z+abs(z))/2"), (.linear, "z")])
  func denoisersOfFormulas(channel: OutputChannel, formula: String) throws {
    let expression = try OutputChannel.expression(Expression(formula, variables: OutputChannel.expressionVariables))
    let known = try OutputDenoiser(Measurement(channel: channel, noise: 0.05))
    let general = try OutputDenoiser(Measurement(channel: expression, noise: 0.05))
    for v in [0.7, 0.02, 1e-4] {
      for (y, w) in [(0.7, 0.4), (2.1, -1.9), (-0.3, 0.2), (0.2, 1.5)] {
        let (a, b) = (try known.at(variance: v)(y, w), try general.at(variance: v)(y, w))
        #expect(abs(a.g - b.g) < 1e-9 * max(1, abs(a.g)), "\(formula) \(v) \(y) \(w)")
        #expect(abs(a.slope - b.slope) < 1e-7 * max(1, abs(a.slope)), "\(formula) \(v) \(y) \(w)")
      }
    }
  }

  /// E|g|^2 = -E dg/dw = G at the sheet's overlap, by sums over samples of (w, z, noise).
  @Test func meanSquaresOfDenoisers() throws {
    for measurement in [
      try Measurement(channel: .modulus, field: .complex, noise: 0.1), try Measurement(channel: .modulus, noise: 0.1),
      try Measurement(channel: .sign, noise: 0.2), try Measurement(channel: .relu),
    ] {
      let (q, v, noise) = (0.6, 0.4, measurement.noise)
      let curve = try GeneralizedLinearCurve(measurement)
      let exact = try q / v / curve.point(q / v, tolerance: 1e-14).strength
      let output = try OutputDenoiser(measurement).at(variance: v)
      var random = RandomStream(seed: 3, stream: 0)
      let isComplex = measurement.field == .complex
      let part = isComplex ? 0.5.squareRoot() : 1
      let count = 100_000
      var (square, fourth, slope) = (0.0, 0.0, 0.0)
      for _ in 0..<count {
        var (w, y) = (0.0, 0.0)
        if isComplex {
          let (a, b) = (part * random.normal() * q.squareRoot(), part * random.normal() * q.squareRoot())
          let spread = part * (v + noise).squareRoot()
          let (c, d) = (a + spread * random.normal(), b + spread * random.normal())
          (w, y) = ((a * a + b * b).squareRoot(), (c * c + d * d).squareRoot())
        } else {
          w = q.squareRoot() * random.normal()
          y = measurement.noiseless(w + (v + noise).squareRoot() * random.normal())
        }
        let value = output(y, w)
        square += value.g * value.g
        fourth += value.g * value.g * value.g * value.g
        slope += value.slope
      }
      let n = Double(count)
      let error = ((fourth / n - square * square / (n * n)) / n).squareRoot()
      #expect(abs(square / n - exact) < 4 * error, "\(measurement)")
      #expect(abs(slope / n + exact) < 8 * error, "\(measurement)")
    }
  }

  /// |z|^1.5 is not analytic at 0: weak recovery by E(h-1)^2 with z = t^2, in which it is a polynomial.
  @Test func weakRecoveryOfARoughFormula() throws {
    let formula = try OutputChannel.expression(
      Expression("abs(z)^1.5", variables: OutputChannel.expressionVariables))
    let noise = 0.1
    let rule = try FixedRule.gaussLegendre(20)
    func nodes(_ a: Double, _ b: Double, _ panels: Int) -> [(x: Double, weight: Double)] {
      let half = 0.5 * (b - a) / Double(panels)
      return (0..<panels).flatMap { k in
        zip(rule.nodes, rule.weights).map { (a + half * (2 * Double(k) + 1 + $0), half * $1) }
      }
    }
    let t = nodes(0, 2.95, 60).map { (z: $0.x * $0.x, weight: $0.weight * 2 * $0.x) }
    var sum = 0.0
    for (y, weight) in nodes(-3, 29, 160) {
      var (mass, square) = (0.0, 0.0)
      for (z, dz) in t {
        let d = y - z * z.squareRoot()
        let p = dz * Double.exp(-0.5 * z * z - 0.5 * d * d / noise) / (Double.pi * noise.squareRoot())
        mass += p
        square += p * z * z
      }
      if mass > 0 { sum += weight * (square / mass - 1) * (square / mass - 1) * mass }
    }
    let found = try Measurement(channel: formula, noise: noise).weakRecovery()
    #expect(abs(found.value * sum - 1) < 2e-13)
    #expect(abs(found.value - 1 / sum) <= found.error + 2e-13)
  }

  /// A formula that is neither even nor monotone against the integrals over a plain fine grid.
  @Test func wavyFormula() throws {
    let formula = try OutputChannel.expression(
      Expression("cos(3*z)+z", variables: OutputChannel.expressionVariables))
    let noise = 0.05
    let curve = try GeneralizedLinearCurve(Measurement(channel: formula, noise: noise))
    let q = 0.4
    // The trapezoidal rule converges geometrically for what decays at both ends.
    let h = 0.02
    let (root, spread) = (q.squareRoot(), (1 - q).squareRoot())
    var gain = 0.0
    let normal = { (x: Double) in Double.exp(-0.5 * x * x) / (2 * Double.pi).squareRoot() }
    let y = stride(from: -9.0, through: 9, by: 0.03).map { $0 }
    let z = stride(from: -6.5, through: 6.5, by: h).map { $0 }
    let likelihood = y.map { y in
      z.map { z in normal((y - Double.cos(3 * z) - z) / noise.squareRoot()) / noise.squareRoot() }
    }
    for x in stride(from: -6.0, through: 6, by: 0.1) {
      let w = root * x
      let prior = z.map { h * normal(($0 - w) / spread) / spread }
      for i in y.indices {
        var (mass, mean) = (0.0, 0.0)
        for j in z.indices where prior[j] > 1e-18 {
          let p = prior[j] * likelihood[i][j]
          mass += p
          mean += p * (z[j] - w)
        }
        if mass > 1e-30 { gain += 0.1 * normal(x) * 0.03 * mean * mean / mass }
      }
    }
    let point = try curve.point(q / (1 - q), tolerance: 1e-14)
    #expect(abs(point.overlap - q) < 1e-14)
    let expected = q / (1 - q) / (gain / ((1 - q) * (1 - q)))
    #expect(abs(point.strength / expected - 1) < 1e-7)
  }

  /// A formula takes the general quadrature; the same channel by name the closed form.
  @Test func formulas() throws {
    let formula = try OutputChannel.expression(Expression("2*z", variables: OutputChannel.expressionVariables))
    let twice = try GeneralizedLinear(measurement: Measurement(channel: formula, noise: 0.4), alpha: 1.3).states()[0]
    let once = try GeneralizedLinear(measurement: Measurement(channel: .linear, noise: 0.1), alpha: 1.3).states()[0]
    let (a, b) = (try twice.point.overlap.get(), try once.point.overlap.get())
    #expect(abs(a - b) < 1e-12)
    #expect(abs(try twice.mutualInformation.get() - once.mutualInformation.get()) < 1e-11)
  }
}

@Suite struct GeneralizedLinearStateTests {
  @Test func referenceStates() throws {
    for row in rows("mmse_uninformed") + rows("overlap_uninformed") + rows("free_entropy_uninformed") + rows("overlap")
    {
      guard let measurement = try measurement(row) else { continue }
      let states = try GeneralizedLinear(measurement: measurement, alpha: row["alpha"]).states()
      let reached = try #require(states.first { $0.isReached })
      switch row.quantity {
      case "mmse_uninformed": expect(reached.point.mmse, agreesWith: row)
      case "free_entropy_uninformed": expect(reached.point.potential, agreesWith: row)
      default: expect(reached.point.overlap, agreesWith: row)
      }
      #expect(states.filter(\.point.isDominant).count == 1)
      #expect(states.filter(\.isReached).count == 1)
    }
  }

  /// Plain iteration of state evolution, which knows nothing of curves and folds.
  @Test(arguments: [(0.0, 0.8), (0.0, 1.1), (0.001, 1.12), (0.1, 2.0)])
  func iteration(noise: Double, alpha: Double) throws {
    let curve = try GeneralizedLinearCurve(Measurement(channel: .modulus, noise: noise))
    let states = try GeneralizedLinear(measurement: curve.measurement, alpha: alpha).states()
    for (start, state) in [(0.01, states.first { $0.isReached }), (0.9999, states.last { $0.point.isStable })] {
      var q = start
      for _ in 0..<2000 {
        let g = q / (1 - q)
        // G at this overlap, read off the curve.
        let next = alpha * g / (try curve.point(g, tolerance: 1e-14).strength)
        let moved = next / (1 + next)
        if abs(moved - q) < 1e-14 { break }
        q = moved
        if 1 - q < 1e-9 { break }
      }
      let expected = try #require(state).point.overlap.value ?? .nan
      #expect(abs(q - expected) < 1e-8, "from \(start)")
    }
  }

  @Test func perfectRecovery() throws {
    let below = try GeneralizedLinear(measurement: Measurement(channel: .modulus), alpha: 0.9).states()
    let above = try GeneralizedLinear(measurement: Measurement(channel: .modulus), alpha: 1.2).states()
    #expect(below.last?.point.overlap == .exact(1))
    #expect(below.last?.point.isStable == false && below.last?.point.isDominant == false)
    #expect(above.last?.point.isStable == true && above.last?.isReached == true)
    #expect(above.last?.point.potential.value == nil)
    // Noiseless linear measurements: alpha = q.
    let linear = try GeneralizedLinear(measurement: Measurement(channel: .linear), alpha: 0.37).states()
    #expect(try #require(linear.first).point.overlap.agrees(with: 0.37, within: 1e-13))
  }
}

@Suite struct GeneralizedLinearLineTests {
  @Test func referenceThresholds() throws {
    let lines: [(String, Line<GeneralizedLinear>)] = [
      ("alpha_weak_recovery", .weakRecovery), ("alpha_full_recovery", .fullRecovery),
      ("alpha_IT", .informationTheoretic), ("alpha_spinodal_uninformed", .algorithmic),
      ("alpha_spinodal_informed", .informedSpinodal),
    ]
    for (quantity, line) in lines {
      #expect(!rows(quantity).isEmpty)
      for row in rows(quantity) {
        guard let measurement = try measurement(row) else { continue }
        let found = try GeneralizedLinear.threshold(line, measurement: measurement)
        // Where nothing is known at small alpha a continuous rise comes first.
        let last = try #require(found.last)
        expect(last.value, agreesWith: row)
        if quantity != "alpha_IT" { #expect(found.count == 1) }
      }
    }
  }

  @Test func jumps() throws {
    for row in rows("q_jump_low") + rows("q_jump_high") {
      guard let measurement = try measurement(row) else { continue }
      let found = try GeneralizedLinear.threshold(.informationTheoretic, measurement: measurement)
      let quantity: Quantity = row.quantity == "q_jump_low" ? .overlapLow : .overlapHigh
      expect(found.last?[quantity], agreesWith: row)
    }
  }

  @Test(arguments: ["|z+noise| real gaussian", "|z+noise| complex gaussian"])
  func criticalPoints(model: String) throws {
    for row in rows.filter({ $0.quantity.hasPrefix("critical_noise") && $0.model == model }) {
      let measurement = try #require(try measurement(row))
      let found = try PhaseRetrieval.threshold(
        .critical, channel: measurement.channel, field: measurement.field, prior: measurement.prior)
      expect(found[0][row.quantity == "critical_noise" ? .noise : .alpha], agreesWith: row)
    }
  }

  @Test func criticalNoiseOfSigns() throws {
    let row = try #require(rows("critical_noise_alpha").first { $0.model.hasPrefix("sign") })
    let point = Point(try Measurement(channel: .sign, prior: .rademacher))
    let found = try Line<GeneralizedLinear>.critical.solve(for: .noise, at: point)
    expect(found[0][.alpha], agreesWith: row)
  }

  /// The wedge closes at the critical noise: lines exist below and not above.
  @Test func wedge() throws {
    let critical = try PhaseRetrieval.threshold(.critical, channel: .modulus)[0]
    let noise = try critical[.noise].get()
    let below = try PhaseRetrieval.threshold(.informedSpinodal, channel: .modulus, noise: 0.999 * noise)[0]
    let above = try PhaseRetrieval.threshold(.informedSpinodal, channel: .modulus, noise: 1.001 * noise)[0]
    #expect(abs(try below.value.get() - critical[.alpha].get()) < 1e-3)
    #expect(above.value == .outsideDomain("no-transition"))
    let algorithmic = try PhaseRetrieval.threshold(.algorithmic, channel: .modulus, noise: 0.01)[0]
    #expect(algorithmic.order == .continuous)
    #expect(algorithmic.value.agrees(with: 0.5 * 1.01 * 1.01, within: 1e-14))
  }

  @Test func priorsShareWeakRecovery() throws {
    for prior in [Prior.gaussian, .rademacher, try .gaussBernoulli(rho: 0.2), try .sparseRademacher(rho: 0.3)] {
      let found = try PhaseRetrieval.threshold(.weakRecovery, channel: .modulus, prior: prior, noise: 0.2)[0]
      #expect(found.value.agrees(with: 0.72, within: 1e-14))
    }
  }

  @Test func refusals() {
    #expect(throws: DomainError.self) { try Measurement(channel: .sign, field: .complex) }
    #expect(throws: DomainError.self) { try Measurement(channel: .modulus, field: .complex, prior: .rademacher) }
    #expect(throws: DomainError.self) { try Measurement(channel: .modulus, noise: -0.1) }
    #expect(throws: DomainError.self) { try Measurement(channel: .linear, prior: .bernoulli(rho: 0.3)) }
    #expect(throws: DomainError.self) {
      try Measurement(channel: .expression(Expression("z^3", variables: ["z"])), noise: 0)
    }
  }
}

@Suite struct SpectralMethodTests {
  @Test func optimalOverlaps() throws {
    for row in rows("overlap2_optimal_spectral") {
      let measurement = try #require(try measurement(row))
      expect(try measurement.optimalSpectralOverlap(alpha: row["alpha"]), agreesWith: row)
      // The calculator of random matrices finds the same outlier.
      let outlier = try #require(try measurement.spectralMatrix(.optimal, alpha: row["alpha"]).outliers(.upper).first)
      #expect(abs(outlier.position - 1) < 1e-10)
      #expect(abs(outlier.overlapSquared - row.number) < 1e-9)
    }
  }

  /// alpha(q) = q^2/((1-q) [sqrt(pi/(2c)) erfcx(sqrt(c/2))/q - 1]), c = (1-q)/q.
  @Test func closedFormOfTheBestOverlap() throws {
    for q in [0.1, 0.5, 0.9] {
      let c = (1 - q) / q
      let erfcx = Double.exp(c / 2 + Special.logErfc((c / 2).squareRoot()))
      let alpha = q * q / ((1 - q) * ((Double.pi / (2 * c)).squareRoot() * erfcx / q - 1))
      let found = try Measurement(channel: .modulus).optimalSpectralOverlap(alpha: alpha)
      #expect(try #require(found).agrees(with: q, within: 1e-12))
    }
  }

  @Test func thresholds() throws {
    for row in rows("alpha_spectral") {
      let preprocessing = row.model.contains("1(y^2<t)") ? "trimmed" : "subset"
      let field = row.model.hasSuffix("complex") ? "complex" : "real"
      let point = Point(
        [.channel, .field, .noise, .preprocessing, .cut],
        [.text("modulus"), .text(field), .number(0), .text(preprocessing), .number(row["t"])])
      let found = try Line<PhaseRetrieval>.spectral.solve(for: .alpha, at: point)
      #expect(found.count == 1)
      expect(found[0].value, agreesWith: row)
    }
  }

  @Test func edgesAndOutliers() throws {
    for row in rows where ["upper_edge", "outlier", "overlap2"].contains(row.quantity) && row.model.hasPrefix("T=") {
      let preprocessing: Preprocessing =
        row.model.hasPrefix("T=y^2 1(y^2<7)")
        ? .trimmed(cut: 7) : row.model.hasPrefix("T=1-1/y^2") ? .optimal : .mondelliMontanari
      let result = try Measurement(channel: .modulus).spectralMethod(preprocessing, alpha: row["alpha"])
      switch row.quantity {
      case "upper_edge": expect(try #require(result.upperEdge), error: 1e-11, agreesWith: row)
      case "outlier": expect(result.outlier, agreesWith: row)
      default: expect(result.overlapSquared, agreesWith: row)
      }
    }
  }

  @Test func densities() throws {
    for row in rows("spectral_density") where row.model.hasPrefix("T=") {
      let matrix = try Measurement(channel: .modulus).spectralMatrix(.optimal, alpha: row["alpha"])
      expect(try #require(matrix.density(at: row["lambda"])).density, error: 1e-11, agreesWith: row)
    }
  }

  @Test func unboundedWeightsHaveNoOutlier() throws {
    let square = Preprocessing.expression(try Expression("y^2", variables: Preprocessing.expressionVariables))
    let result = try Measurement(channel: .modulus).spectralMethod(square, alpha: 5)
    #expect(result.edge == .unbounded && result.upperEdge == nil && result.outlier.value == nil)
  }
}
