// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RandomMatrixTheory
public import SaddlepointCore
import SaddlepointNumerics

extension SphericalLandscape {
  /// Annealed complexity on a grid of overlaps and radial derivatives.
  ///
  /// The exponent separates: what depends on one of the two is tabulated once, so that a grid point costs a few operations.
  ///
  /// - Parameters:
  ///   - points: all of them, minima, maxima or a finite index.
  ///   - overlaps: overlaps m with the signal, each in (-1, 1).
  ///   - radials: radial derivatives r, finite.
  /// - Returns: the exponents, one row of `radials.count` for each overlap; minus infinity where there are no such points.
  /// - Throws: `DomainError` for numbers outside their domain, and for points of a given fraction (which fixes r).
  /// - Complexity: a nanosecond or two a grid point, on all cores that ``SaddlepointNumerics/Threads/limit`` allows.
  ///
  /// Source: theory sheet *spherical landscapes*, sections 2 and 3.
  public func complexities(
    of points: StationaryPoints, overlaps: [Double], radials: [Double]
  ) throws(DomainError) -> [Double] {
    try check(points, overlaps: overlaps)
    for r in radials where !r.isFinite { throw DomainError("radial", r, allowed: "finite radial") }
    let sign: Double = points == .maxima ? -1 : 1
    let counting = AnnealedCounting(landscape: self, points: points, sign: sign)
    let (b, variance) = (counting.constants.b, counting.constants.a + counting.constants.b)
    let scale = b.squareRoot()
    let r = radials.map { sign * $0 }
    let t = r.map { -$0 / scale }
    let potential = r.map { SemicircleLaw.unitLogPotential($0 / scale) }
    let bulk = t.map { $0 >= 2 ? IndexCost.pulled(to: $0) : 0 }
    // Half of the spike's part of the cost of moving its eigenvalue: bulk/2 + t^2/8.
    let moved = zip(t, bulk).map { $1 / 2 + $0 * $0 / 8 }
    let weight = 1 / (2 * variance)
    return parallelTable(rows: overlaps.count, width: radials.count) { row, map in
      let s = SignalAtOverlap(counting.signal, sign: sign, m: overlaps[row])
      let (base, shift) = (counting.base(s), s.m * s.first)
      guard let k = counting.finiteIndex else {
        for j in r.indices {
          let distance = r[j] + shift
          map[j] = base - distance * distance * weight + potential[j]
        }
        return
      }
      let cost = IndexCost(theta: s.second * s.transverse / scale, index: k)
      // Below the place of the spike's eigenvalue and beyond it the cost is a sum of the same tables.
      let (below, beyond) = (cost.tableWeights(beyond: false), cost.tableWeights(beyond: true))
      let place = cost.theta > 0 ? cost.place : .infinity
      for j in r.indices {
        guard t[j] >= 2 else {
          map[j] = -.infinity
          continue
        }
        let distance = r[j] + shift
        let weights = t[j] > place ? beyond : below
        map[j] =
          base - distance * distance * weight + potential[j] - weights.constant - weights.linear * t[j]
          - weights.bulk * bulk[j] - weights.moved * moved[j]
      }
    }
  }

  /// Annealed complexity on a grid of overlaps and energies, maximised over the radial derivative; otherwise as ``complexities(of:overlaps:radials:)``.
  ///
  /// - Parameters:
  ///   - points: which stationary points are counted.
  ///   - overlaps: overlaps m with the signal, each in (-1, 1).
  ///   - energies: energies u = H/N, finite.
  /// - Returns: the exponents, one row of `energies.count` for each overlap; minus infinity where there are no such points.
  /// - Throws: `DomainError` for numbers outside their domain.
  /// - Complexity: closed form, about 60 nanoseconds a grid point on one core.
  public func complexities(
    of points: StationaryPoints, overlaps: [Double], energies: [Double]
  ) throws(DomainError) -> [Double] {
    if case .fraction = points {} else { try check(points, overlaps: overlaps) }
    for m in overlaps { try KacRiceQuestions.overlap.checked(m) }
    for u in energies where !u.isFinite { throw DomainError(.energy, u, allowed: "finite energy") }
    let sign: Double = points == .maxima ? -1 : 1
    let counting = AnnealedCounting(landscape: self, points: points, sign: sign)
    return parallelTable(rows: overlaps.count, width: energies.count) { row, map in
      let s = SignalAtOverlap(counting.signal, sign: sign, m: overlaps[row])
      for (j, u) in energies.enumerated() {
        map[j] = (try? counting.top(s, GivenAxes(energy: sign * u)).exponent) ?? -.infinity
      }
    }
  }

  private func check(_ points: StationaryPoints, overlaps: [Double]) throws(DomainError) {
    for m in overlaps { try KacRiceQuestions.overlap.checked(m) }
    switch points {
    case .all, .minima, .maxima: break
    case .index(let k) where k >= 0: break
    default: throw DomainError(.points, points.description, allowed: "all, minima, maxima, index:K with K >= 0")
    }
  }
}
