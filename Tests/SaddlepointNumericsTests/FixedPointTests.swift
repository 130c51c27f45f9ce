// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics
import Testing

private struct Interruption: Error, Equatable {
  let place: Int
}

/// Fixed points with closed forms, plain, damped and accelerated.
@Suite struct FixedPointTests {
  static let ways: [FixedPointIteration] = [
    .init(), .init(damping: 0.5), .init(depth: 3), .init(damping: 0.7, depth: 5),
  ]

  private func check(_ found: FixedPoint, _ truth: [Double]) {
    #expect(found.isConverged && found.failure == nil, "\(found)")
    let distance = zip(found.values, truth).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(distance <= found.error, "the error must bound the distance: \(found)")
    #expect(distance < 1e-11)
  }

  @Test(arguments: ways) func theCosine(way: FixedPointIteration) {
    check(way.run(from: [0]) { x, y in y[0] = Double.cos(x[0]) }, [0.7390851332151607])
  }

  @Test(arguments: ways) func theStateEvolutionOfTheMixedModel(way: FixedPointIteration) {
    let found = way.run(from: [0.5]) { x, y in
      let g = x[0] / 0.6 + x[0] * x[0] / 0.5
      y[0] = g / (1 + g)
    }
    check(found, [2.0 / 3])
  }

  /// x = M x + b with the solution (1, 2, -1); the last matrix is far from normal.
  @Test(
    arguments: ways,
    [
      [0.5, 0.2, 0, 0.1, 0.4, 0.2, 0, 0.1, 0.3], [-0.9, 0, 0, 0, 0.9, 0, 0, 0, 0.1], [0.5, 5, 0, 0, 0.5, 3, 0, 0, 0.4],
    ])
  func linearMaps(way: FixedPointIteration, matrix: [Double]) {
    let truth = [1.0, 2, -1]
    let found = way.run(from: [0, 0, 0]) { x, y in
      for i in 0..<3 { y[i] = truth[i] + (0..<3).reduce(0) { $0 + matrix[3 * i + $1] * (x[$1] - truth[$1]) } }
    }
    check(found, truth)
  }

  @Test func accelerationPaysOnSlowMaps() {
    let map: ([Double], inout [Double]) -> Void = { x, y in
      y[0] = 0.99 * x[0] + 0.01
      y[1] = 0.9 * x[1] - 0.05 * x[0] + 0.15
    }
    let plain = FixedPointIteration(tolerance: 1e-10).run(from: [0, 0], map)
    let fast = FixedPointIteration(depth: 2, tolerance: 1e-10).run(from: [0, 0], map)
    #expect(plain.isConverged && fast.isConverged && 10 * fast.evaluations < plain.evaluations)
    for found in [plain, fast] {
      #expect(zip(found.values, [1, 1]).allSatisfy { abs($0 - $1) <= found.error })
    }
  }

  /// Plain iteration runs away from the fixed point 1 of x -> 1 + s (x - 1); Anderson's reaches it.
  @Test(arguments: [1.05, 1.5, -1.05, -3]) func repellingFixedPoints(slope: Double) {
    let map: ([Double], inout [Double]) -> Void = { x, y in
      y[0] = 1 + slope * (x[0] - 1) + 1e-3 * (x[0] - 1) * (x[0] - 1)
    }
    let plain = FixedPointIteration(limit: 500).run(from: [1.1], map)
    #expect(!plain.isConverged && plain.failure?.isEmpty == false && plain.error == .infinity)
    let fast = FixedPointIteration(depth: 1).run(from: [1.1], map)
    #expect(fast.isConverged && abs(fast.values[0] - 1) <= fast.error && fast.error < 1e-9)
  }

  @Test(arguments: ways) func aMapThatIsNotANumberFails(way: FixedPointIteration) {
    var calls = 0
    let found = way.run(from: [1, 0]) { x, y in
      calls += 1
      y = [0.5 * x[0], calls < 4 ? 1 - 0.7 * x[1] : .nan]
    }
    #expect(!found.isConverged && found.failure?.contains("not finite") == true)
    #expect(calls == 4 && found.evaluations == 4)
  }

  @Test(arguments: ways) func theLimitIsKept(way: FixedPointIteration) {
    var way = way
    way.limit = 7
    var calls = 0
    let found = way.run(from: [0]) { x, y in
      calls += 1
      y[0] = x[0] + 1
    }
    #expect(!found.isConverged && found.evaluations == calls && calls <= 8)
  }

  @Test(arguments: ways) func aThrownErrorComesOutUnchanged(way: FixedPointIteration) {
    var calls = 0
    #expect(throws: Interruption(place: 6)) {
      try way.run(from: [0]) { (x: [Double], y: inout [Double]) throws(Interruption) in
        calls += 1
        if calls == 3 { throw Interruption(place: 6) }
        y[0] = Double.cos(x[0])
      }
    }
    #expect(calls == 3)
  }

  @Test func aStartAtTheFixedPointIsTheEnd() {
    let found = FixedPointIteration().run(from: [0, 0]) { x, y in y = x.map { 0.5 * $0 } }
    #expect(found.isConverged && found.values == [0, 0] && found.evaluations <= 3)
  }

  /// State evolution from 0.1 has a repelling fixed point at 0, at which acceleration alone would end.
  @Test func accelerationDoesNotEndWhereIterationsRunAway() {
    let result = FixedPointIteration(depth: 3).run(from: [0.1]) { x, g in
      let field = x[0] / 0.6 + x[0] * x[0] / 0.5
      g[0] = field / (1 + field)
    }
    #expect(result.isConverged && abs(result.values[0] - 2.0 / 3) <= result.error + 1e-15)
  }
}
