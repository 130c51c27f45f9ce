// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import SaddlepointTestSupport
import Testing

private let rows = ReferenceRow.rows(of: "spiked_replica")

/// The value agrees to the digits of the row, and its error estimate bounds the true error.
private func expect(_ estimate: Estimate, _ row: ReferenceRow, sourceLocation: SourceLocation = #_sourceLocation) {
  guard let value = estimate.value else {
    Issue.record("no value for \(row): \(estimate.status)", sourceLocation: sourceLocation)
    return
  }
  #expect(
    abs(value - row.number) <= estimate.error + row.uncertainty + 4 * row.number.ulp, "\(row): \(value)",
    sourceLocation: sourceLocation)
  #expect(estimate.error <= 1e-10, "\(row): error \(estimate.error)", sourceLocation: sourceLocation)
}

@Suite struct BrokenSymmetryRowTests {
  private func pure(_ p: Double) throws -> SphericalSpinGlass {
    try SphericalSpinGlass(covariance: Mixture([.init(degree: Int(p), coefficient: 0.5)]))
  }

  @Test func pureTransitions() throws {
    for (name, line) in [
      ("T_dynamic", Line<SphericalSpinGlass>.dynamic), ("T_static", .static),
    ] {
      let found = rows.filter { $0.quantity == name }
      #expect(!found.isEmpty)
      for row in found {
        let mixture = Mixture([.init(degree: Int(row["p"]), coefficient: 0.5)])
        let points = try SphericalSpinGlass.threshold(line, covariance: mixture)
        #expect(points.count == 1 && points[0].order == .first)
        expect(points[0].value, row)
      }
    }
    for row in rows where row.quantity == "q at T_static" {
      let mixture = Mixture([.init(degree: Int(row["p"]), coefficient: 0.5)])
      expect(try SphericalSpinGlass.threshold(.static, covariance: mixture)[0]["q1"], row)
    }
  }

  @Test func pureStates() throws {
    for row in rows where row.model.hasPrefix("pure spherical") {
      let isStatic = row.quantity.hasPrefix("static") || row.quantity.hasPrefix("ground")
      let temperature = row["T"].isNaN ? 0 : row["T"]
      guard row.quantity.contains("q") || row.quantity.contains("x") || temperature == 0,
        !row.quantity.hasPrefix("T_"), !row.quantity.contains("at T_")
      else { continue }
      let states = try pure(row["p"]).saddlePoints(temperature: temperature, ansatz: .oneStep)
      let state = try #require(states.first { ($0.kind == .equilibrium) == isStatic })
      if row.quantity.hasSuffix("Parisi x") {
        expect(state.parisiParameter, row)
      } else if row.quantity.hasSuffix(" q") {
        expect(state.innerOverlap, row)
      } else if row.quantity.hasPrefix("complexity") {
        expect(state.complexity, row)
      } else {
        let energy = try #require(state.stateFreeEnergy)
        expect(.converged(energy, error: 1e-14), row)
      }
    }
  }

  @Test func noiseOfTheMatrixTensorModel() throws {
    let found = rows.filter { $0.model.hasPrefix("matrix-tensor noise landscape") }
    #expect(found.count > 20)
    for row in found {
      let p = row["p"]
      let glass = try SphericalSpinGlass(
        covariance: Mixture([
          .init(degree: 2, coefficient: 0.5 / row["Delta2"]),
          .init(degree: Int(p), coefficient: 1 / (p * row["Deltap"])),
        ]))
      let isCold = row.quantity.hasPrefix("T=0")
      let states = try glass.saddlePoints(temperature: isCold ? 0 : 1)
      let isStatic = row.quantity.contains("static") || row.quantity.contains("ground")
      let state = try #require(states.first { ($0.kind == .equilibrium) == isStatic }, "\(row)")
      #expect(state.isDominant == isStatic)
      #expect(state.ansatz == (row.quantity.contains("1-FRSB") ? .oneStepAboveContinuous : .oneStep))
      switch row.quantity {
      case let name where name.contains("y = beta x"): expect(state.scaledParisiParameter, row)
      case let name where name.hasSuffix("x") || name.hasSuffix("x1"): expect(state.parisiParameter, row)
      case let name where name.hasSuffix("q0"): expect(state.outerOverlap, row)
      case let name where name.contains(" q"): expect(state.innerOverlap, row)
      case let name where name.hasPrefix("complexity"): expect(state.complexity, row)
      case let name where name.contains("phi"): expect(state.potential, row)
      default:
        let energy = try #require(state.stateFreeEnergy)
        expect(.converged(energy, error: 1e-14), row)
      }
    }
  }
}

/// phi(m, q0, q1, x) of the theory sheet *spiked replica*, section 3, as it stands there.
private func sheetPotential(
  _ glass: SphericalSpinGlass, _ b: Double, m: Double, q0: Double, q1: Double, x: Double
) -> Double {
  let xi = glass.covariance
  let d = 1 - q1 + x * (q1 - q0)
  return b * glass.signal(m) + b * b / 2 * (xi(1) - (1 - x) * xi(q1) - x * xi(q0))
    + 0.5 * ((1 - 1 / x) * log(1 - q1) + log(d) / x + (q0 - m * m) / d)
}

@Suite struct BrokenSymmetryTests {
  static let models: [(SphericalSpinGlass, Double)] = {
    do {
      return [
        (try SphericalSpinGlass(covariance: [3: 0.5]), 0.4),
        (try SphericalSpinGlass(covariance: [3: 0.5], signal: [1: 0.2]), 0.3),
        (try SphericalSpinGlass(covariance: [3: 0.5], signal: [1: -0.3]), 0.5),
        (try SphericalSpinGlass(covariance: [1: 0.05, 3: 0.5]), 0.3),
        (try SphericalSpinGlass(covariance: [2: 0.3, 3: 0.4, 5: 0.2], signal: [1: 0.1, 2: 0.1]), 0.4),
        (try SphericalSpinGlass(covariance: [2: 0.2, 6: 0.7], signal: [2: 0.3, 3: 0.1]), 0.45),
      ]
    } catch { return [] }
  }()

  /// Stationarity of the sheet's potential by differences; static in x too, threshold not.
  @Test(arguments: 0..<6) func potentialIsStationary(index: Int) throws {
    let (glass, temperature) = Self.models[index]
    let b = 1 / temperature
    let states = try glass.saddlePoints(temperature: temperature, ansatz: .oneStep)
    #expect(states.contains { $0.kind == .equilibrium } && states.contains { $0.kind == .threshold })
    for state in states {
      let at = (
        m: try state.overlap.get(), q0: try state.outerOverlap.get(), q1: try state.innerOverlap.get(),
        x: try state.parisiParameter.get()
      )
      let phi = { (m: Double, q0: Double, q1: Double, x: Double) in
        sheetPotential(glass, b, m: m, q0: q0, q1: q1, x: x)
      }
      #expect(abs(phi(at.m, at.q0, at.q1, at.x) - (try state.potential.get())) < 1e-12)
      let h = 1e-4
      func slope(_ f: (Double) -> Double) -> Double { (8 * (f(h) - f(-h)) - f(2 * h) + f(-2 * h)) / (12 * h) }
      #expect(abs(slope { phi(at.m + $0, at.q0, at.q1, at.x) }) < 1e-8)
      if at.q0 > 0 { #expect(abs(slope { phi(at.m, at.q0 + $0, at.q1, at.x) }) < 1e-8) }
      #expect(abs(slope { phi(at.m, at.q0, at.q1 + $0, at.x) }) < 1e-7)
      let sigma = -at.x * at.x * slope { phi(at.m, at.q0, at.q1, at.x + $0) }
      #expect(abs(sigma - (try state.complexity.get())) < 1e-8)
      if state.kind == .equilibrium { #expect(abs(sigma) < 1e-8) }
      if state.kind == .threshold { #expect(abs(try state.innerReplicon.get() - 1) < 1e-9) }
    }
  }

  /// The same answers by minimising over step functions x(q), a convex problem, whatever the ansatz.
  @Test(arguments: 0..<7) func convexMinimum(index: Int) throws {
    let cases: [(SphericalSpinGlass, Double, GlassAnsatz)] = [
      (try SphericalSpinGlass(covariance: [2: 0.5 / 0.6, 4: 0.25 / 0.432]), 1, .oneStepAboveContinuous),
      (try SphericalSpinGlass(covariance: [2: 1, 4: 0.25 / 0.3]), 1, .oneStepAboveContinuous),
      (try SphericalSpinGlass(covariance: [3: 0.5]), 0.4, .oneStep),
      (try SphericalSpinGlass(covariance: [3: 0.5]), 0.6, .replicaSymmetric),
      (try SphericalSpinGlass(covariance: [2: 0.5, 4: 0.05]), 0.5, .continuous),
      (try SphericalSpinGlass(covariance: [3: 0.5], signal: [1: 0.2]), 0.35, .oneStep),
      (try SphericalSpinGlass(covariance: [2: 0.5, 4: 0.03], signal: [1: 0.1]), 0.4, .continuous),
    ]
    let (glass, temperature, ansatz) = cases[index]
    let states = try glass.saddlePoints(temperature: temperature)
    let state = try #require(states.first { $0.isDominant })
    #expect(state.ansatz == ansatz)
    let problem = StepProblem(
      xi: glass.covariance, inverse: 1 / temperature, m: try state.overlap.get(), steps: 30,
      top: min(0.999, try state.innerOverlap.get() + 0.1))
    let numerical = problem.minimum() + glass.signal(try state.overlap.get()) / temperature
    let exact = try state.potential.get()
    #expect(numerical >= exact - 1e-10, "\(numerical) below \(exact)")
    #expect(numerical - exact < 1e-3 * max(1, abs(exact)), "\(numerical) above \(exact)")
  }

  /// The cold limit is reached continuously, in every variable.
  @Test func zeroTemperatureIsTheLimit() throws {
    for (glass, _) in Self.models + [(try SphericalSpinGlass(covariance: [2: 0.5, 4: 0.02], signal: [1: 0.1]), 0)] {
      let zero = try glass.saddlePoints(temperature: 0)
      let cold = try glass.saddlePoints(temperature: 1e-7)
      #expect(zero.map(\.ansatz) == cold.map(\.ansatz))
      for (a, b) in zip(zero, cold) {
        for field in [
          \GlassState.overlap, \.outerOverlap, \.scaledParisiParameter, \.response, \.complexity, \.innerReplicon,
        ] {
          let (u, v) = (try a[keyPath: field].get(), try b[keyPath: field].get())
          #expect(abs(u - v) < 3e-5, "\(field) \(a.ansatz) \(u) \(v)")
        }
        #expect(abs(try a.freeEnergy.get() - b.freeEnergy.get()) < 1e-5)
      }
    }
  }

  /// On the Nishimori line q = m, and the glass repeats the Bayes-optimal saddle points.
  @Test(arguments: [(3, 0.6, 0.5), (3, 1.1, 0.5), (4, 0.7, 0.3), (4, 0.95, 0.2)])
  func posteriorIsReplicaSymmetric(p: Int, delta2: Double, deltap: Double) throws {
    let model = try SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap)
    let states = try model.saddlePoints(temperature: 1, ansatz: .replicaSymmetric)
    for saddle in try model.saddlePoints() {
      let m = try saddle.overlap.get()
      let state = try #require(
        states.first {
          abs(($0.overlap.value ?? 9) - m) < 1e-10 && abs(($0.outerOverlap.value ?? 9) - m) < 1e-10
        })
      // Z of the glass has not been divided by its value for pure noise.
      let shifted = try saddle.potential.get() + 0.5 * model.covariance(1)
      #expect(abs(try state.potential.get() - shifted) < 1e-12)
      if saddle.isDominant { #expect(state.isDominant) }
    }
  }

  /// At T = 0 the replica-symmetric states with a signal are the maximum-likelihood fixed points.
  @Test func zeroTemperatureSymmetricStatesAreMaximumLikelihood() throws {
    for (p, delta2, deltap) in [(3, 0.3, 2.0), (4, 0.4, 0.5), (3, 0.9, 0.5)] {
      let model = try SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap)
      let states = try model.saddlePoints(temperature: 0, ansatz: .replicaSymmetric)
      for likelihood in try model.maximumLikelihoodStates() {
        let m = try #require(likelihood.overlap.value)
        let state = try #require(states.first { abs(($0.overlap.value ?? 9) - m) < 1e-9 })
        #expect(abs((state.freeEnergy.value ?? 9) - likelihood.energy) < 1e-12)
        #expect(abs((state.innerReplicon.value ?? 9) - likelihood.replicon) < 1e-9)
      }
    }
  }

  @Test func betweenStaticAndDynamicTemperature() throws {
    let glass = try SphericalSpinGlass(covariance: [3: 0.5])
    let states = try glass.saddlePoints(temperature: 0.6, ansatz: .oneStep)
    #expect(states.count == 2)
    #expect(abs(try states[0].parisiParameter.get() - 1) < 1e-12)
    #expect(try states[0].complexity.get() > 1e-3 && states[0].isDominant && !states[1].isDominant)
    let symmetric = try glass.saddlePoints(temperature: 0.6, ansatz: .replicaSymmetric)
    #expect(abs(try states[0].potential.get() - symmetric[0].potential.get()) < 1e-14)
    #expect(try glass.saddlePoints(temperature: 0.62, ansatz: .oneStep).isEmpty)
    // Below: the symmetric state is locally stable and wrong.
    let cold = try glass.saddlePoints(temperature: 0.5, ansatz: .replicaSymmetric)
    #expect(cold[0].freeEnergy.status.name == "approximate" && !cold[0].isDominant)
  }

  /// Sigma(f) at given x: dSigma/df = x/T, and the ends are the static and marginal states.
  @Test func complexityOfMetastableStates() throws {
    for (glass, temperature) in Self.models.prefix(3) {
      let ends = try glass.saddlePoints(temperature: temperature, ansatz: .oneStep)
      let (low, high) = (try ends[0].scaledParisiParameter.get(), try ends[1].scaledParisiParameter.get())
      let y = 0.5 * (low + high)
      func state(_ y: Double) throws -> GlassState {
        let states = try glass.metastableStates(temperature: temperature, scaledParisiParameter: y)
        #expect(states.count == 1)
        return states[0]
      }
      let h = 1e-3 * abs(low - high)
      let (a, b) = (try state(y - h), try state(y + h))
      let (fa, fb) = (try #require(a.stateFreeEnergy), try #require(b.stateFreeEnergy))
      #expect(abs((try b.complexity.get() - a.complexity.get()) / (fb - fa) - y) < 1e-4)
      let middle = try state(y).complexity.get()
      let sigmas = [try ends[0].complexity.get(), try ends[1].complexity.get()]
      #expect(middle > sigmas.min()! && middle < sigmas.max()!)
    }
  }

  /// Each transition seen from both sides.
  @Test func transitionsSeparate() throws {
    let cases: [(Mixture, Mixture)] = [
      ([3: 0.5], [:]), ([2: 0.3, 4: 0.4], [:]), ([3: 0.5], [1: 0.2]), ([1: 0.05, 3: 0.5], [:]),
      ([2: 0.5, 3: 0.1], [1: 0.1]),
    ]
    for (covariance, signal) in cases {
      let glass = try SphericalSpinGlass(covariance: covariance, signal: signal)
      let critical = try SphericalSpinGlass.threshold(.static, covariance: covariance, signal: signal)[0]
      let t = try critical.value.get()
      func ansatz(_ factor: Double) throws -> GlassAnsatz? {
        try glass.saddlePoints(temperature: t * factor).first { $0.isDominant }?.ansatz
      }
      #expect(try ansatz(1 + 1e-3) == .replicaSymmetric)
      #expect(try ansatz(1 - 1e-3) != .replicaSymmetric, "\(covariance) \(signal)")
      let dynamic = try SphericalSpinGlass.threshold(.dynamic, covariance: covariance, signal: signal)[0]
      #expect(try dynamic.value.get() >= t)
      if dynamic.order == .first {
        let d = try dynamic.value.get()
        #expect(try !glass.saddlePoints(temperature: d * (1 - 1e-4), ansatz: .oneStep).isEmpty)
        #expect(try glass.saddlePoints(temperature: d * (1 + 1e-4), ansatz: .oneStep).isEmpty)
      }
      let replicon = try SphericalSpinGlass.threshold(.deAlmeidaThouless, covariance: covariance, signal: signal)[0]
      if let r = replicon.value.value { #expect(r <= t * (1 + 1e-12)) }
    }
  }

  /// Where the kind of breaking changes, from both sides: the lines of the 2+4 glass.
  @Test func kindsOfBreakingMeetAtTheirLines() throws {
    func ansaetze(_ line: Line<SphericalSpinGlass>, _ covariance: Mixture) throws -> [GlassAnsatz?] {
      let t = try SphericalSpinGlass.threshold(line, covariance: covariance)[0].value.get()
      let glass = try SphericalSpinGlass(covariance: covariance)
      return try [1 - 1e-2, 1 + 1e-2].map { factor in
        try glass.saddlePoints(temperature: t * factor).first { $0.isDominant }?.ansatz
      }
    }
    #expect(try ansaetze(.continuousBreakdown, [2: 0.3, 4: 0.2]) == [.oneStepAboveContinuous, .continuous])
    // With a jump of x = 1, as for 4/7 < w < 2/3.
    let jump: Mixture = [2: 0.2, 4: 0.3]
    let point = try SphericalSpinGlass.threshold(.continuousBreakdown, covariance: jump)[0]
    #expect(point.order == .first && abs((point[.parisiX].value ?? 0) - 1) < 1e-12)
    #expect(try ansaetze(.continuousBreakdown, jump) == [.oneStepAboveContinuous, .continuous])
    #expect(try ansaetze(.outerInstability, [2: 0.25, 4: 0.25]) == [.oneStep, .oneStepAboveContinuous])
    #expect(try SphericalSpinGlass.threshold(.gardner, covariance: [3: 0.5])[0].value.value == nil)
  }

  @Test func refusals() throws {
    let glass = try SphericalSpinGlass(covariance: [3: 0.5])
    #expect(throws: DomainError.self) { try glass.saddlePoints(temperature: -1) }
    #expect(throws: DomainError.self) { try glass.saddlePoints(temperature: .nan) }
    #expect(throws: DomainError.self) { try glass.metastableStates(temperature: 0.5, scaledParisiParameter: 3) }
    #expect(throws: DomainError.self) { try SphericalSpinGlass.threshold(.static, covariance: [3: -1]) }
  }
}

/// The potential of an increasing step function x(q) on equal steps from m^2 to `top`, x = 1 above; minimised by
/// Frank-Wolfe with line search over the weights dx, which needs nothing but the gradient.
private struct StepProblem {
  let xi: Polynomial
  let inverse: Double
  let m: Double
  let steps: Int
  let top: Double

  private var nodes: [Double] {
    (0...steps).map { m * m + (top - m * m) * Double($0) / Double(steps) }
  }

  /// Potential for weights at the nodes, of sum 1, without the signal's part.
  private func value(_ w: [Double], _ q: [Double]) -> Double {
    var x = [Double](repeating: 0, count: steps)
    var sum = 0.0
    for i in 0..<steps {
      sum += w[i]
      x[i] = sum
    }
    var chi = 1 - top
    var total = inverse * inverse * (xi(1) - xi(top)) + log(1 - top)
    for i in stride(from: steps - 1, through: 0, by: -1) {
      let width = q[i + 1] - q[i]
      total += inverse * inverse * x[i] * (xi(q[i + 1]) - xi(q[i]))
      total += x[i] * width > 1e-12 * chi ? log1p(x[i] * width / chi) / x[i] : width / chi
      chi += x[i] * width
    }
    return 0.5 * total
  }

  /// The minimum over the weights: pairs of them exchange weight, chosen by the gradient, until nothing is gained.
  func minimum() -> Double {
    let q = nodes
    let count = steps + 1
    var w = [Double](repeating: 1 / Double(count), count: count)
    var best = value(w, q)
    for _ in 0..<800 {
      var gradient = [Double](repeating: 0, count: count)
      for i in 0..<count {
        var moved = w
        moved[i] += 1e-6
        gradient[i] = (value(moved, q) - best) / 1e-6
      }
      let low = gradient.indices.min { gradient[$0] < gradient[$1] } ?? 0
      let high = gradient.indices.filter { w[$0] > 0 }.max { gradient[$0] < gradient[$1] } ?? 0
      if gradient[high] - gradient[low] < 1e-7 { break }
      var (a, b) = (0.0, w[high])
      func along(_ t: Double) -> Double {
        var moved = w
        moved[low] += t
        moved[high] -= t
        return value(moved, q)
      }
      for _ in 0..<25 {
        let (u, v) = (a + (b - a) * 0.382, a + (b - a) * 0.618)
        if along(u) < along(v) { b = v } else { a = u }
      }
      let t = along(w[high]) <= along(0.5 * (a + b)) ? w[high] : 0.5 * (a + b)
      w[low] += t
      w[high] -= t
      best = value(w, q)
    }
    return best
  }
}
