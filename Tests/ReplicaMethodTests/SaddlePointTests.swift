// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import Testing

@Suite struct SaddlePointTests {
  /// Models across both sides of every line, extreme noises included.
  static let models: [SpikedMatrixTensor] = {
    var list: [SpikedMatrixTensor] = []
    for p in [3, 4, 5, 9, 50] {
      for delta2 in [1e-6, 0.3, 0.85, 0.93, 1, 1.05, 1.7, 30, .infinity] {
        for deltap in [1e-9, 0.02, 0.1, 0.2, 0.26, 0.3, 0.7, 1, 3, 1e9, .infinity]
        where delta2.isFinite || deltap.isFinite {
          if let model = try? SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap) { list.append(model) }
        }
      }
    }
    return list
  }()

  /// The number of sign changes of Phi' on a fine grid that is dense at both ends, an independent count of branches.
  private func countByGrid(_ model: SpikedMatrixTensor) -> Int {
    let (i2, ip) = (1 / model.delta2, 1 / model.deltap)
    var count = 0
    var last = 0.0
    for index in 1..<40_000 {
      let t = Double(index) / 40_000
      // m = t^2/(t^2 + (1-t)^2): steps as small as 1e-9 at the ends.
      let (a, b) = (t * t, (1 - t) * (1 - t))
      let (m, s) = (a / (a + b), b / (a + b))
      var power = 1.0
      for _ in 0..<(model.p - 2) { power *= m }
      let sign = 1 - s * (i2 + ip * power)
      if sign * last < 0 { count += 1 }
      if sign != 0 { last = sign }
    }
    return count
  }

  @Test(arguments: models) func everyBranchIsFound(model: SpikedMatrixTensor) throws {
    let saddles = try model.saddlePoints()
    let errors = saddles.map(\.overlap.error)
    // The grid cannot see roots nearer to 0 or 1 than its first steps, nor two roots in one step.
    let isVisible = try saddles.dropFirst().allSatisfy { saddle in
      let q = try saddle.overlap.get()
      let s = try saddle.mmse.get()
      return q > 1e-8 && s > 1e-8
    }
    if isVisible, errors.allSatisfy({ $0 < 1e-9 }) { #expect(saddles.count - 1 == countByGrid(model)) }
    for saddle in saddles {
      let q = try saddle.overlap.get()
      #expect(q >= 0 && q <= 1)
      // State evolution maps 1 - q to 1/(1+g): compared there, where nothing is lost.
      #expect(abs(model.stateEvolution(overlap: q) - q) <= 1e-14 + 4 * saddle.overlap.error)
    }
    #expect(saddles.filter(\.isDominant).count == 1)
    let overlaps = saddles.compactMap(\.overlap.value)
    #expect(overlaps == overlaps.sorted())
  }

  @Test(arguments: models) func stablePointsAttractStateEvolution(model: SpikedMatrixTensor) throws {
    let saddles = try model.saddlePoints()
    let overlaps = saddles.compactMap(\.overlap.value)
    for saddle in saddles where saddle.overlap.error < 1e-10 {
      let q = try saddle.overlap.get()
      let gap = overlaps.filter { $0 != q }.map { abs($0 - q) }.min() ?? 1
      let step = 1e-4 * min(gap, 1 - q)
      guard step > 1e3 * (saddle.overlap.error + q.ulp) else { continue }
      let moved = model.stateEvolution(overlap: q + step) - q
      if abs(moved - step) > 1e-3 * step { #expect((moved < step) == saddle.isStable, "\(model) at \(q)") }
    }
  }

  @Test func familiesKeepTheirNamesAlongASweep() throws {
    // p = 4, Deltap = 0.26: from easy through hybrid-hard to impossible all four families occur, each on one interval.
    var seen: [SaddleFamily: [Int]] = [:]
    for step in 0..<400 {
      let model = try SpikedMatrixTensor(p: 4, delta2: 0.85 + 0.0005 * Double(step), deltap: 0.26)
      for saddle in try model.saddlePoints() { seen[saddle.family, default: []].append(step) }
    }
    for (family, steps) in seen {
      #expect(steps.count == Set(steps).count, "\(family) occurs twice")
      #expect(steps.last.map { $0 - (steps.first ?? 0) + 1 } == steps.count, "\(family) has a gap")
    }
    #expect(seen.count == 4)
  }

  @Test(arguments: [3, 4, 6]) func mergingPointsAreToldApartHonestly(p: Int) throws {
    let deltap = 0.7 * BayesCurve.criticalDeltap(p)
    let spinodal = try SpikedMatrixTensor.threshold(.informedSpinodal, p: p, deltap: deltap)[0].value.get()
    for distance in [1e-4, 1e-8, 1e-12, 1e-15] {
      let below = try SpikedMatrixTensor(p: p, delta2: spinodal * (1 - distance), deltap: deltap).saddlePoints()
      let above = try SpikedMatrixTensor(p: p, delta2: spinodal * (1 + distance) * (1 + 1e-14), deltap: deltap)
        .saddlePoints()
      if distance > 1e-13 { #expect(below.count == above.count + 2) }
      for saddle in below where saddle.family == .barrier || saddle.family == .informative {
        // Near a double root 1e-16 of rounding moves the roots by its square root, and the error says so.
        #expect(saddle.overlap.error >= 1e-17 / distance.squareRoot())
      }
    }
  }

  @Test func potentialAtExtremes() throws {
    let model = try SpikedMatrixTensor(p: 3, delta2: 0.5, deltap: 2)
    #expect(try model.potential(overlap: 0).get() == 0)
    for m in [-1e-9, 1, 1.5, .nan] { #expect(throws: DomainError.self) { try model.potential(overlap: m) } }
    // Small m: m^2 (1/Delta2 - 1)/4 + m^3 (1/Deltap - 1)/6 - m^4/8 + ...
    let m = 1e-6
    #expect(abs(try model.potential(overlap: m).get() - (m * m / 4 - m * m * m / 12 - m * m * m * m / 8)) < 1e-27)
  }

  @Test func tinyNoiseIsEitherRightOrSaysSo() throws {
    let saddles = try SpikedMatrixTensor(p: 3, delta2: 1e-300, deltap: 1e-300).saddlePoints()
    #expect(abs(try #require(saddles.last).mmse.get() / 5e-301 - 1) < 1e-12)
    let beyond = try SpikedMatrixTensor(p: 3, delta2: .leastNonzeroMagnitude, deltap: 1)
    #expect(throws: (any Error).self) { try beyond.saddlePoints() }
  }
}
