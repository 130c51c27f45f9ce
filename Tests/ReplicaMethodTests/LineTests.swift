// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics
import Testing

@Suite struct LineTests {
  static let orders = [3, 4, 5, 8, 20]

  /// Coexistence found by brute force: bisection in 1/Delta2 on the sign of the largest potential on a grid.
  @Test(arguments: [(3, 0.3), (3, 0.8), (4, 0.16), (4, 0.2), (5, 0.12)])
  func informationTheoreticLineByGrid(p: Int, deltap: Double) throws {
    let row = try SpikedMatrixTensor.threshold(.informationTheoretic, p: p, deltap: deltap)[0]
    func bestBeatsZero(_ delta2: Double) throws -> Bool {
      let model = try SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap)
      return try (1..<4000).contains { try model.potential(overlap: Double($0) / 4000).get() > 0 }
    }
    let critical = try row.value.get()
    #expect(try bestBeatsZero(critical * (1 - 1e-4)))
    #expect(try !bestBeatsZero(critical * (1 + 1e-4)))
    #expect(row.order == .first)
  }

  @Test(arguments: orders) func orderOfTransitionsFollowsTheContract(p: Int) throws {
    let critical = BayesCurve.criticalDeltap(p)
    let beyond = try SpikedMatrixTensor.threshold(.informationTheoretic, p: p, deltap: 1.3 * critical)
    #expect(beyond.count == 1)
    #expect(beyond[0].value == .exact(1))
    #expect(beyond[0].order == .continuous)
    #expect(
      try SpikedMatrixTensor.threshold(.informedSpinodal, p: p, deltap: 1.3 * critical)[0].value.status
        == .outsideDomain("no-transition"))
    let tensorOnly = try SpikedMatrixTensor.threshold(.informationTheoretic, p: p, delta2: .infinity)[0].value.get()
    let below = try SpikedMatrixTensor.threshold(.informationTheoretic, p: p, deltap: 0.9 * tensorOnly)
    #expect(below.count == 1)
    #expect(below[0].value.status == .outsideDomain("possible-for-every-delta2"))
    if p > 3 {
      let crossing = try SpikedMatrixTensor.threshold(.informationTheoretic, p: p, delta2: 1)[0].value.get()
      let both = try SpikedMatrixTensor.threshold(.informationTheoretic, p: p, deltap: 0.5 * (crossing + critical))
      #expect(both.map(\.order) == [.first, .continuous])
      #expect(both.map(\.root) == [1, 2])
      #expect(try both[0].value.get() < 1)
    }
  }

  @Test(arguments: orders) func linesAreInTheirOrder(p: Int) throws {
    for deltap in [0.05, 0.2, 0.5, 1, 4, 100] {
      let flow = try SpikedMatrixTensor.threshold(.gradientFlow, p: p, deltap: deltap)[0].value.get()
      let likelihood = try SpikedMatrixTensor.threshold(.mlAMP, p: p, deltap: deltap)[0].value.get()
      #expect(flow < likelihood && likelihood < 1)
      let cold = try SpikedMatrixTensor.threshold(.langevin, p: p, deltap: deltap, temperature: 0)[0].value.get()
      #expect(cold == flow)
    }
  }

  /// All lines continue through the end points of their pieces without a jump.
  @Test(arguments: [4, 5, 8]) func firstOrderLinesMeetAtTheCriticalPoint(p: Int) throws {
    let critical = BayesCurve.criticalDeltap(p)
    let end = BayesCurve.criticalDelta2(p)
    for distance in [1e-3, 1e-5, 1e-7] {
      let deltap = critical * (1 - distance)
      let low = try SpikedMatrixTensor.threshold(.algorithmic, p: p, deltap: deltap)[0].value
      let middle = try SpikedMatrixTensor.threshold(.informationTheoretic, p: p, deltap: deltap)[0].value
      let high = try SpikedMatrixTensor.threshold(.informedSpinodal, p: p, deltap: deltap)[0].value
      #expect(try low.get() < middle.get() && middle.get() < high.get())
      #expect(abs(try middle.get() - end) < 3 * distance)
      // The jump lies between the folds, which part with the power 3/2.
      #expect(try high.get() - low.get() < 4 * distance * distance.squareRoot())
      #expect(middle.error < 1e-10)
    }
  }

  /// p = 3 up to the last double below the critical point: 1 - 1/Delta2 vanishes with the second power of the distance.
  @Test(arguments: [1e-2, 1e-5, 1e-9, 1e-13, 1.2e-16]) func jumpOfOrderThreeNearItsEnd(distance: Double) throws {
    let deltap = 1 - distance
    let point = try SpikedMatrixTensor.threshold(.informationTheoretic, p: 3, deltap: deltap)[0]
    #expect(point.order == .first)
    #expect(try point.value.get() >= 1 && point.value.get() < 1 + 2 * distance * distance + 1e-15)
    #expect(point.value.error < 1e-13)
    // m = (2/3)(1 - Deltap) to first order.
    #expect(abs(try point[.overlapHigh].get() / (2 * (1 - deltap) / 3) - 1) < 2 * distance + 1e-9)
  }

  /// Overlaps of a point carry their own errors: at folds and jumps they satisfy their equations within them.
  @Test(arguments: [(4, 0.2), (4, 0.29), (4, 0.29629), (5, 0.18), (8, 0.09)])
  func overlapsOfAPointKnowTheirErrors(p: Int, deltap: Double) throws {
    for line in [Line.algorithmic, .informedSpinodal] as [Line<SpikedMatrixTensor>] {
      let point = try SpikedMatrixTensor.threshold(line, p: p, deltap: deltap)[0]
      let fold = line.declaration.name == "algorithmic" ? point[.overlapLow] : point[.overlapHigh]
      guard point.value.value != nil, let m = fold.value else { continue }
      // Deltap = (p-2) m^(p-3) (1-m)^2, whose slope in m carries the error.
      func equation(_ m: Double) -> Double {
        var power = 1.0
        for _ in 0..<(p - 3) { power *= m }
        return Double(p - 2) * power * (1 - m) * (1 - m) - deltap
      }
      let (below, above) = (equation(m - 2 * fold.error), equation(m + 2 * fold.error))
      #expect(below * above <= 0 || abs(equation(m)) < 4 * deltap.ulp, "\(line.declaration.name) \(fold)")
      #expect(fold.error < 1e-9)
    }
  }

  @Test func algorithmicLineOfOrderFourIsBelowOneAndTendsToIt() throws {
    var last = 0.0
    for deltap in [0.29, 0.2, 0.1, 0.01, 1e-4, 1e-8] {
      let delta2 = try SpikedMatrixTensor.threshold(.algorithmic, p: 4, deltap: deltap)[0].value.get()
      #expect(delta2 < 1 && delta2 > last)
      last = delta2
    }
    #expect(1 - last < 1e-7)
    #expect(try SpikedMatrixTensor.threshold(.algorithmic, p: 4, deltap: 0.31)[0].value == .exact(1))
  }

  /// Message passing just above the lower spinodal is below the Bayes-optimal overlap, just below it is not.
  @Test(arguments: [(4, 0.2), (4, 0.28), (5, 0.15), (8, 0.07)])
  func algorithmicLineByIteration(p: Int, deltap: Double) throws {
    let delta2 = try SpikedMatrixTensor.threshold(.algorithmic, p: p, deltap: deltap)[0].value.get()
    for (factor, isOptimal) in [(1 - 1e-4, true), (1 + 1e-4, false)] {
      let model = try SpikedMatrixTensor(p: p, delta2: delta2 * factor, deltap: deltap)
      var m = 1e-9
      for _ in 0..<200_000 { m = model.stateEvolution(overlap: m) }
      let saddles = try model.saddlePoints()
      let best = try #require(saddles.first { $0.isDominant }?.overlap.value)
      #expect((abs(m - best) < 1e-6) == isOptimal)
    }
  }

  @Test(arguments: [
    (4, 1.0, 0.2, 2), (4, 1.0, 0.5, 0), (4, 0.95, 0.4, 1), (4, 0.9, 0.4, 1), (3, 1.0, 3.0, 0), (3, 1.5, 0.1, 2),
    (3, 1.5, 5.0, 0),
  ])
  func everyLangevinRootIsFound(p: Int, temperature: Double, deltap: Double, count: Int) throws {
    let solutions = try SpikedMatrixTensor.threshold(.langevin, p: p, deltap: deltap, temperature: temperature)
    let values = solutions.compactMap(\.value.value)
    // Independent count: sign changes of the equation on a fine grid of Delta2.
    let end = min(1, 1 / temperature)
    var signs = 0
    var last = 0.0
    for index in 1..<200_000 {
      let d = end * Double(index) / 200_000
      var power = 1.0
      for _ in 0..<(p - 2) { power *= 1 - temperature * d }
      let balance = Double(p - 1) * d * d * power - deltap * (1 - d)
      if balance * last < 0 { signs += 1 }
      if balance != 0 { last = balance }
    }
    #expect(values.count == signs)
    #expect(values.count == count || temperature == 0.95)
    for (index, solution) in solutions.enumerated() where solution.value.value != nil {
      #expect(solution.root == index + 1)
      let d = try solution.value.get()
      #expect(abs(try solution[.marginalOverlap].get() - (1 - temperature * d)) < 1e-12)
    }
  }

  @Test func threeLangevinRootsNearTemperatureOne() throws {
    // Theory sheet, section 3: at p = 4, T = 0.95 up to three roots; between the turning values all three exist.
    let counts = try (1...60).map { index in
      try SpikedMatrixTensor.threshold(
        .langevin, p: 4, deltap: 0.46 + 0.002 * Double(index), temperature: 0.95
      ).compactMap(\.value.value).count
    }
    #expect(counts.contains(3))
    #expect(counts.allSatisfy { $0 == 1 || $0 == 3 })
  }

  @Test func marginalStatesOfSmallerOverlapAreMarked() throws {
    let roots = try SpikedMatrixTensor.threshold(.langevin, p: 4, deltap: 0.2)
    #expect(roots[0].value.status == .converged)
    #expect(roots[1].value.status.name == "approximate")
  }

  @Test func absentChannels() throws {
    #expect(try SpikedMatrixTensor.threshold(.gradientFlow, deltap: .infinity)[0].value == .exact(1))
    #expect(try SpikedMatrixTensor.threshold(.mlAMP, deltap: .infinity)[0].value == .exact(1))
    #expect(try SpikedMatrixTensor.threshold(.algorithmic, p: 4, deltap: .infinity)[0].value == .exact(1))
    #expect(try SpikedMatrixTensor.threshold(.informedSpinodal, deltap: .infinity)[0].value.value == nil)
    #expect(try SpikedMatrixTensor.threshold(.langevin, deltap: .infinity)[0].value.value == nil)
  }

  @Test(arguments: [1e-300, 1e-30, 1e-8, 1e8, 1e300]) func extremeNoisesGiveNumbersOrReasons(deltap: Double) throws {
    for line in [
      Line.weakRecovery, .algorithmic, .informedSpinodal, .informationTheoretic, .mlAMP, .gradientFlow, .langevin,
    ]
      as [Line<SpikedMatrixTensor>]
    {
      for p in [3, 4, 100, 1000] {
        for point in try SpikedMatrixTensor.threshold(line, p: p, deltap: deltap) {
          if let value = point.value.value {
            #expect(
              value > 0 && value <= 1 + 1e-9 && point.value.error <= 1e-10, "\(line.declaration.name) p=\(p): \(point)")
          } else {
            #expect(point.value.status.name == "outside-domain", "\(line.declaration.name) p=\(p): \(point)")
          }
        }
      }
    }
  }

  @Test func askingForWhatALineDoesNotSolveIsRefused() throws {
    #expect(throws: DomainError.self) { try SpikedMatrixTensor.threshold(.weakRecovery, delta2: 1) }
    #expect(throws: DomainError.self) { try SpikedMatrixTensor.threshold(.gradientFlow, p: 3) }
    #expect(throws: DomainError.self) { try SpikedMatrixTensor.threshold(.critical, p: 3, deltap: 1) }
    #expect(throws: DomainError.self) { try SpikedMatrixTensor.threshold(.gradientFlow, p: 2, deltap: 1) }
    #expect(throws: DomainError.self) { try SpikedMatrixTensor.threshold(.langevin, deltap: 1, temperature: -1) }
  }

  @Test func langevinSolvesForItsTemperature() throws {
    for temperature in [0.3, 0.9, 1] {
      let delta2 = try SpikedMatrixTensor.threshold(.langevin, p: 4, deltap: 0.3, temperature: temperature)[0].value
        .get()
      let back = try SpikedMatrixTensor.threshold(.langevin, p: 4, delta2: delta2, deltap: 0.3)
      #expect(abs(try back[0].value.get() - temperature) < 1e-10)
    }
  }

  /// ML-AMP's state evolution, iterated, reaches the overlap that the line names.
  @Test(arguments: [(3, 0.5), (3, 2.0), (4, 0.5), (4, 2.0), (6, 1.0)]) func jumpOfMaximumLikelihood(
    p: Int, deltap: Double
  ) throws {
    let point = try SpikedMatrixTensor.threshold(.mlAMP, p: p, deltap: deltap)[0]
    let delta2 = try point.value.get() * (1 - 1e-7)
    let variance = 1 / delta2 + 1 / deltap
    var m = 0.05
    for _ in 0..<2_000_000 {
      var power = m
      for _ in 0..<(p - 2) { power *= m }
      let nu = m / delta2 + power / deltap
      m = nu / (variance + nu * nu).squareRoot()
    }
    let high = try point[.overlapHigh].get()
    #expect(abs(m - high) < (point.order == .first ? 1e-4 : 1e-2), "\(m) against \(high)")
  }
}
