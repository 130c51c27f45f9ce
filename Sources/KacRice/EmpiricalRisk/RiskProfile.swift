// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
import RealModule
package import SaddlepointCore
import SaddlepointNumerics

/// The complexity of an empirical risk along a line: over overlaps, or over energies at one overlap.
package struct RiskProfile: Sendable {
  /// A root on the line.
  package struct Node: Sendable {
    /// Overlap or energy.
    package let place: Double
    /// Sigma.
    package let complexity: Double
    /// Its derivative along the line.
    package let slope: Double
  }

  /// The roots, by increasing place; their complexities hold to about six digits.
  package let nodes: [Node]
  /// Where the complexity vanishes, by increasing place.
  package let ends: [Estimate]
  /// Where typical minima lose their stability towards the signal, by increasing place.
  package let unstable: [Estimate]
  /// Where points are most numerous; nil if there are none.
  package let top: Estimate?

  /// Sigma between the nodes; nil beyond them.
  package func complexity(at x: Double) -> Double? {
    guard let first = nodes.first, let last = nodes.last, x >= first.place, x <= last.place,
      let right = nodes.firstIndex(where: { $0.place >= x })
    else { return nil }
    guard right > 0 else { return first.complexity }
    let (a, b) = (nodes[right - 1], nodes[right])
    let width = b.place - a.place
    let (t, rise) = ((x - a.place) / width, b.complexity - a.complexity)
    return a.complexity + t * rise + t * (1 - t) * ((1 - t) * (a.slope * width - rise) - t * (b.slope * width - rise))
  }
}

extension EmpiricalRisk {
  /// The complexity over overlaps, from the equator to both sides, each to where it is negative or the branch ends.
  ///
  /// - Parameter points: which are counted.
  /// - Returns: the profile; empty where no root was found at the equator.
  /// - Throws: `DomainError` for what the formula does not cover.
  /// - Complexity: about half a second.
  package func overlapProfile(of points: RiskPoints) throws(DomainError) -> RiskProfile {
    try checkKacRice(overlap: nil, energy: nil)
    return RiskSolver(self).overlapProfile(points, alpha: alpha)
  }

  /// The complexity over energies at one overlap, from the most numerous points on and to three times their energy, as ``overlapProfile(of:)``.
  ///
  /// - Parameters:
  ///   - points: which are counted.
  ///   - overlap: m in (-1, 1).
  /// - Returns: the profile.
  /// - Throws: `DomainError` for what the formula does not cover.
  package func energyProfile(of points: RiskPoints, overlap: Double) throws(DomainError) -> RiskProfile {
    try checkKacRice(overlap: overlap, energy: nil)
    return RiskSolver(self).energyProfile(points, alpha: alpha, overlap: overlap)
  }
}

extension RiskSolver {
  private typealias Step = (point: Waypoint, found: RiskEvaluation)

  /// Roots beyond a first one; the walk ends where the complexity is negative, or with the branch.
  private func walk(from start: Waypoint, next: (RiskPlace) -> RiskPlace?) -> [Step] {
    patience = 0.01
    defer { patience = 1e-3 }
    var steps: [Step] = []
    var last = start
    while let place = next(last.place), let point = try? go(last, to: place) {
      let found = evaluation(point)
      steps.append((point, found))
      if found.complexity < 0 { break }
      last = point
    }
    return steps
  }

  /// The roots of strict minima at the places of roots of minima.
  private func strict(_ minima: [Step]) -> [Step] {
    var last: Waypoint?
    return minima.compactMap { step in
      guard step.found.outlier < 0 else {
        last = nil
        return step
      }
      var place = step.point.place
      place.outlier = 0
      guard let point = (try? last.map { try go($0, to: place) } ?? strict(step.point)) ?? (try? strict(step.point))
      else {
        return nil
      }
      last = point
      return (point, evaluation(point))
    }
  }

  /// The profile of roots along a path.
  private func profile(
    _ steps: [Step], _ kind: RiskPoints, along path: WritableKeyPath<RiskPlace, Double>,
    slope: (Step) -> Double, top: Estimate?
  ) -> RiskProfile {
    // Where there are no typical points, nothing is said of their stability.
    let populated = steps.filter { $0.found.complexity > 0 }
    func zeros(
      _ steps: [Step], _ value: (RiskEvaluation) -> Double, _ solve: ((Waypoint, Waypoint)) throws -> RiskCrossing
    )
      -> [Estimate]
    {
      zip(steps, steps.dropFirst()).compactMap { a, b in
        guard (value(a.found) < 0) != (value(b.found) < 0) else { return nil }
        return try? solve((a.point, b.point)).value
      }
    }
    let counted = kind == .strictMinima ? strict(steps) : steps
    return RiskProfile(
      nodes: counted.map {
        .init(place: $0.point.place[keyPath: path], complexity: $0.found.complexity, slope: slope($0))
      },
      ends: zeros(counted, \.complexity) { try zero($0, along: path) },
      unstable: kind == .all
        ? []
        : zeros(populated, \.outlier) { pair in
          try crossing(pair, along: path) { ($0.evaluation.outlier, $0.outlierError, nil) }
        }, top: top)
  }

  func overlapProfile(_ kind: RiskPoints, alpha: Double) -> RiskProfile {
    let slice = RiskPlace(alpha: alpha, overlap: 0)
    guard let start = try? waypoint(kind == .strictMinima ? .minima : kind, slice) else {
      return RiskProfile(nodes: [], ends: [], unstable: [], top: nil)
    }
    func side(_ direction: Double) -> [Step] {
      walk(from: start) { place in
        let m = place.overlap + 0.04 * direction
        return abs(m) > 0.97 ? nil : RiskPlace(alpha: alpha, overlap: m)
      }
    }
    let right = side(1)
    let middle = (start, evaluation(start))
    guard equator.isQuadrant else {
      return profile(
        side(-1).reversed() + [middle] + right, kind, along: \.overlap, slope: { $0.found.slopeInOverlap }, top: nil)
    }
    let half = profile([middle] + right, kind, along: \.overlap, slope: { $0.found.slopeInOverlap }, top: .exact(0))
    func mirrored(_ values: [Estimate]) -> [Estimate] {
      values.reversed().compactMap { end in end.value.map { Estimate.converged(-$0, error: end.error) } } + values
    }
    return RiskProfile(
      nodes: half.nodes.dropFirst().reversed().map {
        .init(place: -$0.place, complexity: $0.complexity, slope: -$0.slope)
      } + half.nodes, ends: mirrored(half.ends), unstable: mirrored(half.unstable), top: half.top)
  }

  func energyProfile(_ kind: RiskPoints, alpha: Double, overlap m: Double) -> RiskProfile {
    let slice = RiskPlace(alpha: alpha, overlap: m)
    guard var start = try? waypoint(kind == .strictMinima ? .minima : kind, slice),
      let typical = try? refine(start.scalars, start.branch, slice)
    else { return RiskProfile(nodes: [], ends: [], unstable: [], top: nil) }
    start.place.energy = typical.evaluation.energy
    // Where large labels cost nothing there is no upper end.
    let isFree = (try? hasFreeEnergy(kind == .strictMinima ? .minima : kind, start)) ?? true
    func side(_ direction: Double) -> [Step] {
      walk(from: start) { place in
        // Where a few large labels cost little the complexity falls like a power: not followed to its end.
        guard let e = place.energy, e > 1e-3 * typical.evaluation.energy, e < 3 * typical.evaluation.energy else {
          return nil
        }
        return RiskPlace(alpha: alpha, overlap: m, energy: e * (1 + 0.06 * direction))
      }
    }
    return profile(
      side(-1).reversed() + [(start, evaluation(start))] + (isFree ? [] : side(1)), kind, along: \.givenEnergy,
      slope: { alpha * $0.point.scalars.beta },
      top: kind == .strictMinima
        ? nil : .converged(typical.evaluation.energy, error: typical.energyError))
  }
}
