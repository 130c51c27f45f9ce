// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointCore

/// A place where something vanishes along a branch.
struct RiskCrossing {
  /// The value of what was varied.
  let value: Estimate
  /// The root there.
  let root: RiskRoot
}

extension RiskSolver {
  /// Two neighbouring roots on a branch between which `value` changes its sign.
  ///
  /// - Parameters:
  ///   - start: where the march begins.
  ///   - next: the place after another, or nil where the march ends.
  ///   - value: what is looked at.
  /// - Returns: the pair, or nil if the march ended without a change of sign.
  /// - Throws: `RiskFailure` where the branch ends.
  func march(
    _ start: Waypoint, next: (RiskPlace) -> RiskPlace?, value: (RiskEvaluation) -> Double
  ) throws(RiskFailure) -> (Waypoint, Waypoint)? {
    var last = start
    let sign = value(evaluation(start)) < 0
    while let place = next(last.place) {
      let point = try go(last, to: place)
      if (value(evaluation(point)) < 0) != sign { return (last, point) }
      last = point
    }
    return nil
  }

  /// The zero of `value` between two roots of a branch, on quadratures that are refined until two agree.
  ///
  /// Newton's method where the slope is known, false position otherwise, both held within the pair.
  ///
  /// - Parameters:
  ///   - pair: roots on both sides.
  ///   - path: what is varied: the places between the two differ in this number only.
  ///   - value: what vanishes, with its error, and its derivative along the path where that is known.
  /// - Returns: the zero with its error, and the root there.
  /// - Throws: `RiskFailure` if no root is found on the way.
  func crossing(
    _ pair: (Waypoint, Waypoint), along path: WritableKeyPath<RiskPlace, Double>,
    value: (RiskRoot) -> (value: Double, error: Double, slope: Double?)
  ) throws(RiskFailure) -> RiskCrossing {
    func place(_ x: Double) -> RiskPlace {
      var place = pair.0.place
      place[keyPath: path] = x
      return place
    }
    // On the way from a known root the branch may change: it is followed, from the nearest first.
    func root(at x: Double, from known: [Waypoint], tolerance: Double) throws(RiskFailure) -> RiskRoot {
      var failure = RiskFailure(reason: "no root was found")
      let nearest = known.sorted { abs($0.place[keyPath: path] - x) < abs($1.place[keyPath: path] - x) }
      for start in nearest {
        do throws(RiskFailure) {
          let point = try go(start, to: place(x))
          return try refine(point.scalars, point.branch, point.place, tolerance: tolerance)
        } catch { failure = error }
      }
      throw failure
    }
    func end(_ point: Waypoint) throws(RiskFailure) -> (x: Double, f: Double, slope: Double?, root: RiskRoot) {
      let x = point.place[keyPath: path]
      let root = try root(at: x, from: [point], tolerance: 1e-6)
      let (f, _, slope) = value(root)
      return (x, f, slope, root)
    }
    let ends = (try end(pair.0), try end(pair.1))
    var (low, high) = ((x: ends.0.x, f: ends.0.f), (x: ends.1.x, f: ends.1.f))
    guard (low.f < 0) != (high.f < 0) else {
      throw RiskFailure(reason: "the change of sign was lost on a fine quadrature")
    }
    var best = abs(low.f) < abs(high.f) ? ends.0.root : ends.1.root
    // The cubic with the values and slopes of both ends leads near to the zero.
    var newton = ends.0.slope.flatMap { first in
      ends.1.slope.map { last in
        let width = high.x - low.x
        let rise = high.f - low.f
        return low.x + width
          * bisected { t in
            low.f + t * rise + t * (1 - t) * ((1 - t) * (first * width - rise) - t * (last * width - rise))
          }
      }
    }
    var (previous, tolerance) = (Double.infinity, 1e-6)
    for round in 0..<60 {
      let middle = 0.5 * (low.x + high.x)
      var x = newton ?? (high.x - high.f * (high.x - low.x) / (high.f - low.f))
      if round % 6 == 5 || !((x - low.x) * (x - high.x) <= 0) { x = middle }
      // Rough values lead near to the zero; the last ones are as good as can be.
      if abs(x - previous) < 1e-3 * abs(pair.0.place[keyPath: path] - pair.1.place[keyPath: path]) { tolerance = 2e-12 }
      let last = Waypoint(branch: best.branch, place: best.place, scalars: best.scalars)
      let found = try root(at: x, from: [last, pair.0, pair.1], tolerance: tolerance)
      let (f, error, known) = value(found)
      best = found
      let slope = known ?? (high.f - low.f) / (high.x - low.x)
      let moved = abs(x - previous)
      previous = x
      if tolerance < 1e-6, abs(f) <= 2 * error || moved < 1e-13 * abs(x) || abs(high.x - low.x) < 1e-13 * abs(x) {
        let bound = (abs(f) + error) / max(abs(slope), 1e-300) + 4e-15 * abs(x)
        let estimate = Estimate.converged(x, error: bound)
        return RiskCrossing(
          value: best.doubt.map { estimate.marked(.notConverged($0)) } ?? estimate, root: best)
      }
      newton = known.map { x - f / $0 }
      if (f < 0) == (low.f < 0) {
        // Weights are halved only from the second time on, so that the slope above stays one of two true values.
        if (previous - low.x) * (high.x - low.x) > 0, round > 0 { high.f *= 0.5 }
        low = (x, f)
      } else {
        if round > 0 { low.f *= 0.5 }
        high = (x, f)
      }
    }
    throw RiskFailure(reason: "the zero was not reached")
  }

  /// The place in (0, 1) where a function of different signs at its ends vanishes, to single precision.
  private func bisected(_ f: (Double) -> Double) -> Double {
    var (low, high) = (0.0, 1.0)
    let sign = f(0) < 0
    while high - low > 1e-8 {
      let middle = 0.5 * (low + high)
      if (f(middle) < 0) == sign { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }

  /// The zero of the complexity between two roots.
  ///
  /// By the envelope theorem its derivative is known along every path.
  func zero(
    _ pair: (Waypoint, Waypoint), along path: WritableKeyPath<RiskPlace, Double>
  ) throws(RiskFailure) -> RiskCrossing {
    try crossing(pair, along: path) { root in
      let found = root.evaluation
      let slope: Double? =
        switch path {
        case \.overlap: found.slopeInOverlap
        case \.givenEnergy: root.place.alpha * root.scalars.beta
        case \.alpha: found.logZ + (root.place.energy.map { root.scalars.beta * $0 } ?? 0)
        default: nil
        }
      return (found.complexity, root.complexityError, slope)
    }
  }

  /// Two roots of marginal minima between which the outlier reaches zero, by decreasing alpha; nil if there is none.
  private func outlierBracket(overlap m: Double) throws(RiskFailure) -> (Waypoint, Waypoint)? {
    var alpha = 50.0
    for _ in 0..<5 {
      let (place, p) = try seed(.marginal, alpha: alpha)
      let point = try go(
        Waypoint(branch: .marginal, place: place, scalars: p), to: RiskPlace(alpha: place.alpha, overlap: m))
      if evaluation(point).outlier < 0 {
        return try march(
          point,
          next: { place in
            place.alpha < 1.15 ? nil : RiskPlace(alpha: place.alpha / 1.15, overlap: m)
          }, value: \.outlier)
      }
      alpha *= 4
    }
    return nil
  }

  /// The number of samples at which typical minima lose their stability towards the signal: f0 = 0.
  func minimaBBP(overlap m: Double) throws(RiskFailure) -> RiskCrossing? {
    guard let pair = try outlierBracket(overlap: m) else { return nil }
    return try crossing(pair, along: \.alpha) { ($0.evaluation.outlier, $0.outlierError, nil) }
  }

  /// The number of samples at which the complexity of strict minima vanishes.
  func strictMinimaVanish(overlap m: Double) throws(RiskFailure) -> RiskCrossing? {
    guard let pair = try outlierBracket(overlap: m) else { return nil }
    guard evaluation(pair.1).complexity > 0 else {
      // They vanish before their direction towards the signal matters.
      guard
        let ends = try march(
          pair.1, next: { $0.alpha < 1.15 ? nil : RiskPlace(alpha: $0.alpha / 1.15, overlap: m) },
          value: \.complexity)
      else { return nil }
      return try zero(ends, along: \.alpha)
    }
    let start = try strict(pair.0)
    guard evaluation(start).complexity > 0 else {
      return try zero((try strict(pair.1, isForced: true), start), along: \.alpha)
    }
    guard
      let ends = try march(
        start, next: { $0.alpha > 1e6 ? nil : RiskPlace(alpha: $0.alpha * 1.1, overlap: m) }, value: \.complexity)
    else { return nil }
    return try zero(ends, along: \.alpha)
  }

  /// The strict branch at the place of typical minima whose outlier is negative.
  func strict(_ point: Waypoint, isForced: Bool = false) throws(RiskFailure) -> Waypoint {
    let typical = evaluation(point)
    guard typical.outlier < 0 || isForced else { return point }
    var start = point
    start.branch = .strict
    start.scalars.k = 0
    start.scalars.q = typical.outlierScalar
    start.place.outlier = typical.outlier
    var place = start.place
    place.outlier = 0
    return try go(start, to: place)
  }

  /// The root of a kind of points at a place, as a start for a march.
  func waypoint(_ kind: RiskPoints, _ place: RiskPlace) throws(RiskFailure) -> Waypoint {
    let (branch, p) = try locate(kind, place)
    return Waypoint(branch: branch, place: place, scalars: p)
  }

  /// Two neighbouring places between which Sigma changes its sign, found by separate solutions.
  ///
  /// For strict minima, whose branch may change between typical and constrained ones on the way.
  private func bracket(
    _ kind: RiskPoints, _ start: Waypoint, next: (RiskPlace) -> RiskPlace?
  ) throws(RiskFailure) -> (Waypoint, Waypoint)? {
    if kind != .strictMinima { return try march(start, next: next, value: \.complexity) }
    var last = start
    while let place = next(last.place) {
      let point = try waypoint(kind, place)
      if evaluation(point).complexity < 0 { return (last, point) }
      last = point
    }
    return nil
  }

  /// The ends in overlap of the region in which Sigma >= 0 around the equator; for symmetric losses the positive end only.
  func overlapEnds(_ kind: RiskPoints, alpha: Double) throws(RiskFailure) -> [RiskCrossing] {
    let start = try waypoint(kind, RiskPlace(alpha: alpha, overlap: 0))
    guard evaluation(start).complexity > 0 else { throw RiskFailure(reason: "no-critical-points") }
    var ends: [RiskCrossing] = []
    for direction in equator.isQuadrant ? [1.0] : [-1, 1] {
      let pair = try bracket(kind, start) { place in
        let m = place.overlap + 0.04 * direction
        return abs(m) > 0.97 ? nil : RiskPlace(alpha: alpha, overlap: m)
      }
      guard let pair else { continue }
      ends.append(try zero(pair, along: \.overlap))
    }
    return ends
  }

  /// Whether energies just above the most numerous points' cost nothing, so that Sigma does not fall.
  func hasFreeEnergy(_ kind: RiskPoints, _ start: Waypoint) throws(RiskFailure) -> Bool {
    var place = start.place
    place.energy = place.givenEnergy * 1.02
    let (branch, p) = try locate(kind, place)
    return try refine(p, branch, place).doubt == Self.unboundedEnergy
  }

  /// The energies between which Sigma >= 0 at a given overlap.
  func energyEnds(_ kind: RiskPoints, alpha: Double, overlap m: Double) throws(RiskFailure) -> [RiskCrossing] {
    var start = try waypoint(kind, RiskPlace(alpha: alpha, overlap: m))
    let typical = evaluation(start)
    guard typical.complexity > 0 else { return [] }
    start.place.energy = typical.energy
    var ends: [RiskCrossing] = []
    for direction in [-1.0, 1] {
      // Where large labels cost nothing there is no upper end.
      if direction > 0, try hasFreeEnergy(kind, start) { continue }
      let pair = try bracket(kind, start) { place in
        guard let e = place.energy, e > 1e-3 * typical.energy, e < 1e3 * typical.energy else { return nil }
        return RiskPlace(alpha: alpha, overlap: m, energy: e * (1 + 0.06 * direction))
      }
      guard let pair else { continue }
      ends.append(try zero(pair, along: \.givenEnergy))
    }
    return ends
  }
}

extension RiskPlace {
  /// The energy where one is given; 0 where none is.
  var givenEnergy: Double {
    get { energy ?? 0 }
    set { energy = newValue }
  }
}
