// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointNumerics

/// Why no saddle point was found.
struct RiskFailure: Error, Hashable {
  let reason: String
}

/// A saddle point with the place it belongs to.
struct RiskRoot {
  var branch: RiskBranch
  var place: RiskPlace
  var scalars: RiskScalars
  var evaluation: RiskEvaluation
  /// Estimated absolute errors; of complexity, energy, radial and outlier.
  var complexityError = Double.infinity
  var energyError = Double.infinity
  var radialError = Double.infinity
  var outlierError = Double.infinity
  /// Whether 1 + s l'' changes its sign, so that the bulk touches zero even where h is too small to be seen.
  var meetsWall = false
  /// Reason for doubt; nil if the root passed all tests.
  var doubt: String?
}

/// Finds saddle points of the complexity of an empirical risk: from the limit of many samples by continuation, then by
/// Newton's method on finer and finer quadratures.
///
/// A branch is followed in log alpha at m = 0, then in m, then in the energy, always with the same steps, so that a single
/// point is found as reliably as one of a sweep and with the same result.
final class RiskSolver {
  let risk: EmpiricalRisk
  private var reach = RiskReach()
  /// Smallest step on the way, as a fraction of the first.
  var patience = 1e-3
  private var smooth: [SmoothKey: RiskNodes] = [:]

  private struct SmoothKey: Hashable {
    let overlap: Double
    let norm: Double
    let count: Int
  }

  init(_ risk: EmpiricalRisk) { self.risk = risk }

  func measure(_ place: RiskPlace) -> RiskMeasure {
    RiskMeasure(risk, overlap: place.overlap, norm: place.norm, reach: reach)
  }

  /// The measure at the equator of the sphere.
  var equator: RiskMeasure { measure(RiskPlace(alpha: risk.alpha, overlap: 0)) }

  /// Whether the weight is smooth on the scale of a resolution, so that the trapezoidal rule serves.
  private func isSmooth(_ branch: RiskBranch, _ p: RiskScalars, _ measure: RiskMeasure) -> Bool {
    branch == .all && !measure.hasKinks && p.t > 0.2 * abs(p.s)
  }

  func nodes(
    _ branch: RiskBranch, _ p: RiskScalars, _ measure: RiskMeasure, _ resolution: RiskResolution, followsWalls: Bool
  ) -> RiskNodes {
    if !followsWalls, isSmooth(branch, p, measure) {
      let key = SmoothKey(overlap: measure.overlap, norm: measure.norm, count: resolution.smooth)
      if let kept = smooth[key] { return kept }
      // Two grids are in use at a time: that of the walk and the finest.
      if smooth.count > 3 { smooth.removeAll() }
      let made = measure.smoothNodes(resolution)
      smooth[key] = made
      return made
    }
    return measure.panelNodes(s: p.s, onlyInside: branch.isOfMinima, resolution)
  }

  /// Whether too much weight lies at the rim of the nodes; if so, they reach further from now on.
  private func widens(_ found: RiskEvaluation, beyond tail: Double) -> Bool {
    let before = reach
    if found.tailInZ > tail, reach.z < 60 { reach.z *= 1.25 }
    if found.tailInW > tail, reach.w < 60 { reach.w *= 1.25 }
    if reach != before { smooth.removeAll() }
    return reach != before
  }

  /// Newton's method with the covariance Jacobian.
  ///
  /// - Returns: the root, or nil if the steps do not settle within the limit.
  func newton(
    _ start: RiskScalars, _ branch: RiskBranch, _ place: RiskPlace, _ resolution: RiskResolution,
    followsWalls: Bool = false, limit: Int = 12, accuracy: Double = 1e-7
  ) -> (scalars: RiskScalars, evaluation: RiskEvaluation)? {
    let measure = measure(place)
    let system = RiskSystem(measure: measure, branch: branch, place: place)
    var p = start
    if let held = place.heldScale { p.a = held }
    var last = Double.infinity
    for _ in 0..<limit {
      let found = system.evaluate(p, nodes(branch, p, measure, resolution, followsWalls: followsWalls))
      let size = found.size
      guard size.isFinite, size < 1e3 else { return nil }
      let n = found.unknowns.count
      guard let lu = try? LUFactorization(Matrix(rows: n, columns: n, found.jacobian)),
        let step = try? lu.solve(found.residuals.map { -$0 })
      else { return nil }
      // Logarithms may change by a factor of two, the others by their natural scale.
      var factor = 1.0
      for (i, unknown) in found.unknowns.enumerated() {
        let natural =
          RiskScalars.isLogarithmic(unknown, branch) ? 0.7 : unknown == 5 ? 0.7 : max(p.scale, abs(p[unknown])) * 0.7
        if abs(step[i]) > natural * 1 { factor = min(factor, natural / abs(step[i])) }
      }
      guard factor > 1e-3 else { return nil }
      var change = 0.0
      var next = p
      for (i, unknown) in found.unknowns.enumerated() {
        if RiskScalars.isLogarithmic(unknown, branch) {
          next[unknown] *= Double.exp(factor * step[i])
          change = max(change, abs(step[i]))
        } else {
          next[unknown] += factor * step[i]
          change = max(change, abs(step[i]) / (unknown == 5 ? 1 : max(p.scale, 1e-300)))
        }
      }
      guard change.isFinite else { return nil }
      if change < accuracy, factor == 1 {
        // Newton's method squares the error: after this step nothing is left to be done.
        return (next, system.evaluate(next, nodes(branch, next, measure, resolution, followsWalls: followsWalls)))
      }
      if change > 8 * last, last < 0.1 { return nil }
      last = change
      p = next
    }
    return nil
  }

  // MARK: - Seeds and continuation

  /// Averages of l'^2 and l''^2 over the data at m = 0.
  private lazy var moments: (first: Double, second: Double) = {
    let nodes = equator.smoothNodes(RiskResolution.fine[0])
    var (total, first, second) = (0.0, 0.0, 0.0)
    for i in 0..<nodes.count {
      let weight = Double.exp(nodes.logWeight[i])
      total += weight
      first += weight * nodes.first[i] * nodes.first[i]
      second += weight * nodes.second[i] * nodes.second[i]
    }
    return (first / total, second / total)
  }()

  /// A root at m = 0 and at least `alpha` samples, from the limit of many (section 7c of the sheet).
  func seed(_ branch: RiskBranch, alpha: Double) throws(RiskFailure) -> (RiskPlace, RiskScalars) {
    let (first, second) = moments
    guard second > first * (1 + 1e-12) else {
      throw RiskFailure(reason: "no-exponential-number: E l''^2 <= E l'^2, so that many samples leave few points")
    }
    var start = max(alpha, 50)
    for _ in 0..<9 {
      var p = RiskScalars()
      p.a = 1 / (start * first)
      if branch == .all {
        p.t = 1 / (start * second).squareRoot()
        p.s = 0
      } else {
        let sum = 2 * (second / start).squareRoot() / (first + second)
        p.s = min(1 / (start * second).squareRoot(), 0.9 * sum)
        p.h = sum - p.s
      }
      let place = RiskPlace(alpha: start, overlap: 0)
      if let found = newton(p, branch, place, .coarse, limit: 25), isPlausible(found.scalars, branch) {
        return (place, found.scalars)
      }
      start *= 4
    }
    throw RiskFailure(reason: "no root was found in the limit of many samples")
  }

  /// A t beyond this has run away: S is of the order of s, or of the inverse width of the spectrum where that is 0.
  private func longest(_ p: RiskScalars) -> Double { 1e6 * max(abs(p.s), 1 / moments.second.squareRoot()) }

  func isPlausible(_ p: RiskScalars, _ branch: RiskBranch) -> Bool {
    guard p.a > 0, p.a.isFinite, p.scale.isFinite, p.scale > 0 else { return false }
    switch branch {
    case .all: return p.t > 0 && p.t < longest(p)
    case .allReal: return true
    case .marginal, .strict: return p.s > 0 && p.h > 0 && p.h < 1e3 * p.s
    case .gapped: return p.s > 0
    }
  }

  /// The scalars as they vary smoothly: logarithms of the positive ones.
  func coordinates(_ p: RiskScalars, _ branch: RiskBranch) -> [Double] {
    (0..<RiskScalars.count).map { RiskScalars.isLogarithmic($0, branch) && p[$0] > 0 ? Double.log(p[$0]) : p[$0] }
  }

  func scalars(_ x: [Double], _ branch: RiskBranch, like p: RiskScalars) -> RiskScalars {
    var result = p
    for i in 0..<RiskScalars.count {
      result[i] = RiskScalars.isLogarithmic(i, branch) && p[i] > 0 ? Double.exp(x[i]) : x[i]
    }
    return result
  }

  /// Follows a branch from one place to another along a straight line, with secant predictions.
  ///
  /// - Parameters:
  ///   - branch: which equations.
  ///   - start: the root where it begins.
  ///   - from: its place.
  ///   - to: the place to be reached.
  ///   - firstStep: first step, as a fraction of the way; steps adapt to how hard Newton's method finds them.
  /// - Returns: the root at the end; on another branch, where the first one ends in it.
  /// - Throws: `RiskFailure` where the steps become too small: the branch ends there.
  func follow(
    _ branch: RiskBranch, _ start: RiskScalars, from: RiskPlace, to: RiskPlace, firstStep: Double
  ) throws(RiskFailure) -> (RiskBranch, RiskScalars) {
    var branch = branch
    var p = start
    var before: (at: Double, x: [Double])?
    var done = 0.0
    var step = min(1, firstStep)
    let longest = min(1, 2 * firstStep)
    func place(_ f: Double) -> RiskPlace {
      var place = to
      place.alpha = f == 1 ? to.alpha : from.alpha * Double.pow(to.alpha / from.alpha, f)
      if f < 1 {
        place.overlap = from.overlap + f * (to.overlap - from.overlap)
        place.outlier = from.outlier + f * (to.outlier - from.outlier)
        place.norm = from.norm * Double.pow(to.norm / from.norm, f)
        if let a = from.ridge, let b = to.ridge { place.ridge = a + f * (b - a) }
        if let a = from.energy, let b = to.energy { place.energy = a + f * (b - a) }
      }
      return place
    }
    while done < 1 {
      let next = min(1, done + step > 1 - 1e-9 ? 1 : done + step)
      var guess = p
      if let before {
        let x = coordinates(p, branch)
        let ratio = (next - done) / (done - before.at)
        guess = scalars(zip(x, before.x).map { $0 + ratio * ($0 - $1) }, branch, like: p)
      } else if to.alpha != from.alpha {
        let factor = place(next).alpha / place(done).alpha
        guess.a /= factor
        for i in [1, 2, 3, 4, 6, 8] { guess[i] /= factor.squareRoot() }
      }
      let target = place(next)
      var reached = branch
      var found = newton(guess, branch, target, .coarse, limit: 9, accuracy: 1e-4)?.scalars
      if let root = found, !isPlausible(root, branch) { found = nil }
      if let other = exchanged(branch, found ?? p, failed: found == nil, target) {
        (reached, found) = (other.branch, other.scalars)
      }
      if let root = found {
        // Nodes must reach as far as the law of the points does: the same step again, with more of them.
        let evaluation = RiskSystem(measure: measure(target), branch: reached, place: target)
          .evaluate(root, nodes(reached, root, measure(target), .coarse, followsWalls: false))
        if widens(evaluation, beyond: 1e-11) { continue }
        before = reached == branch ? (done, coordinates(p, branch)) : nil
        branch = reached
        p = root
        done = next
        step = min(step * 1.5, longest)
      } else {
        step *= 0.5
        if step < patience * firstStep {
          throw RiskFailure(
            reason: "the branch could not be followed beyond alpha = \(brief(place(done).alpha)), overlap = "
              + "\(brief(place(done).overlap))" + (place(done).energy.map { ", energy = \(brief($0))" } ?? ""))
        }
      }
    }
    return (branch, p)
  }

  /// Below this fraction of S, t and h change Sigma by less than can be seen: by its square.
  private static let negligible = 1e-6

  /// The equation that t or h would obey, at their negligible value: not negative where they are smaller still.
  ///
  /// Both equations contain the logarithm of t or h times the weight at the wall, so that either may be exponentially small.
  func boundary(_ branch: RiskBranch, _ p: RiskScalars, _ place: RiskPlace, _ resolution: RiskResolution) -> Double {
    let full = branch == .allReal ? RiskBranch.all : .marginal
    var shifted = p
    if full == .all { shifted.t = Self.negligible * abs(p.s) } else { shifted.h = Self.negligible * p.s }
    let measure = measure(place)
    let found = RiskSystem(measure: measure, branch: full, place: place)
      .evaluate(shifted, nodes(branch, p, measure, resolution, followsWalls: true))
    return found.residuals[2]
  }

  /// The neighbouring branch, where t or h has become negligible or ceases to be; nil where the branch stays.
  private func exchanged(
    _ branch: RiskBranch, _ p: RiskScalars, failed: Bool, _ place: RiskPlace
  ) -> (branch: RiskBranch, scalars: RiskScalars)? {
    let other: RiskBranch
    var start = p
    switch branch {
    case .all, .marginal:
      let fraction = branch == .all ? p.t / abs(p.s) : p.h / p.s
      guard fraction < (failed ? 0.05 : Self.negligible) else { return nil }
      other = branch == .all ? .allReal : .gapped
      start.t = 0
      start.h = 0
      guard let found = newton(start, other, place, .coarse, limit: 20, accuracy: 1e-4)?.scalars,
        isPlausible(found, other), boundary(other, found, place, .coarse) >= -1e-9
      else { return nil }
      return (other, found)
    case .allReal, .gapped:
      guard !failed, boundary(branch, p, place, .coarse) < -1e-9 else { return nil }
      other = branch == .allReal ? .all : .marginal
      if other == .all { start.t = 1e-4 * abs(p.s) } else { start.h = 1e-4 * p.s }
      guard let found = newton(start, other, place, .coarse, limit: 40, accuracy: 1e-4)?.scalars,
        isPlausible(found, other)
      else { return nil }
      return (other, found)
    case .strict: return nil
    }
  }

  private func brief(_ x: Double) -> String { plain((x * 1e4).rounded() / 1e4) }

  /// A root on the way to the one that is asked for.
  struct Waypoint {
    var branch: RiskBranch
    var place: RiskPlace
    var scalars: RiskScalars
  }

  /// Follows the branch to another place, in steps of a size that suits the direction.
  func go(_ from: Waypoint, to place: RiskPlace) throws(RiskFailure) -> Waypoint {
    var step = 1.0
    if place.alpha != from.place.alpha { step = min(step, 0.2 / abs(Double.log(place.alpha / from.place.alpha))) }
    if place.overlap != from.place.overlap { step = min(step, 0.05 / abs(place.overlap - from.place.overlap)) }
    if let e = place.energy, let typical = from.place.energy, e != typical {
      step = min(step, 0.04 * max(abs(typical), 0.1) / abs(e - typical))
    }
    if place.outlier != from.place.outlier { step = min(step, 0.1) }
    if place.norm != from.place.norm { step = min(step, 0.1 / abs(Double.log(place.norm / from.place.norm))) }
    if let r = place.ridge, let before = from.place.ridge, r != before {
      step = min(step, 0.1 * max(abs(before), abs(r)) / abs(r - before))
    }
    if place == from.place { return from }
    let (branch, p) = try follow(from.branch, from.scalars, from: from.place, to: place, firstStep: step)
    return Waypoint(branch: branch, place: place, scalars: p)
  }

  func evaluation(_ point: Waypoint) -> RiskEvaluation {
    let measure = measure(point.place)
    return RiskSystem(measure: measure, branch: point.branch, place: point.place)
      .evaluate(point.scalars, nodes(point.branch, point.scalars, measure, .coarse, followsWalls: false))
  }

  /// Whether many samples leave no exponential number of points, so that a single minimum is where to begin.
  private var isConvexAtMost: Bool {
    let (first, second) = moments
    return second <= first * (1 + 1e-12)
  }

  /// The root where a search begins: the equator, or the only minimum of a nearly convex risk.
  func origin(_ kind: RiskPoints, _ alpha: Double) throws(RiskFailure) -> Waypoint {
    if isConvexAtMost { return try proximal(alpha) }
    let begin = kind == .all ? RiskBranch.all : .marginal
    let (place, p) = try seed(begin, alpha: alpha)
    return try go(Waypoint(branch: begin, place: place, scalars: p), to: RiskPlace(alpha: alpha, overlap: 0))
  }

  /// The minimum of M-estimation: S is the proximal step, Sigma = 0 (section 7a of the sheet).
  ///
  /// On the family a = S^2/(1-m^2), lambda = m S/(1-m^2) the equation of a fixes S at each m; near the minimum
  /// Newton's method does the rest.
  private func proximal(_ alpha: Double) throws(RiskFailure) -> Waypoint {
    func family(_ s: Double, _ m: Double) -> RiskScalars {
      var p = RiskScalars()
      p.s = s
      p.a = s * s / ((1 - m) * (1 + m))
      p.lambda = m * s / ((1 - m) * (1 + m))
      return p
    }
    for m in [0.95, 0.9, 0.8, 0.65, 0.5, 0.35, 0.2, 0.1, 0, -0.2, -0.5, -0.8] {
      let place = RiskPlace(alpha: alpha, overlap: m)
      let measure = measure(place)
      let system = RiskSystem(measure: measure, branch: .gapped, place: place)
      func residual(_ s: Double) -> Double {
        let p = family(s, m)
        return system.evaluate(p, nodes(.gapped, p, measure, .coarse, followsWalls: true)).residuals[0]
      }
      let steps = (-9...5).map { Double.exp(0.8 * Double($0)) }
      let values = steps.map(residual)
      for (k, value) in values.enumerated().dropFirst() where (value < 0) != (values[k - 1] < 0) {
        guard
          let s = try? brentRoot("proximal step", in: steps[k - 1]...steps[k], residual).value,
          let found = newton(family(s, m), .gapped, place, .coarse, limit: 25),
          found.evaluation.gap > 0
        else { continue }
        return Waypoint(branch: .gapped, place: place, scalars: found.scalars)
      }
    }
    throw RiskFailure(reason: "no minimum was found")
  }

  /// The root at a place, on a coarse quadrature.
  ///
  /// Where the branch of the equator ends before the overlap that is asked for, the one that comes from the signal's side is.
  func locate(_ kind: RiskPoints, _ target: RiskPlace) throws(RiskFailure) -> (RiskBranch, RiskScalars) {
    // With few samples the risk can vanish on the sphere; with a ridge it is left before.
    let slice = RiskPlace(
      alpha: target.ridge == nil ? target.alpha : max(target.alpha, 3), overlap: target.overlap)
    func fromEquator() throws(RiskFailure) -> Waypoint { try go(try origin(kind, slice.alpha), to: slice) }
    func fromSignal() throws(RiskFailure) -> Waypoint {
      patience = 0.1
      defer { patience = 1e-3 }
      // With few samples both sides are one branch.
      let side = target.overlap < 0 ? -0.9 : 0.9
      var failure = RiskFailure(reason: "no root was found")
      for alpha in [4.0, 2.5] {
        do throws(RiskFailure) {
          let there = try go(try origin(kind, alpha), to: RiskPlace(alpha: alpha, overlap: side))
          return try go(try go(there, to: RiskPlace(alpha: target.alpha, overlap: side)), to: slice)
        } catch { failure = error }
      }
      throw failure
    }
    var point: Waypoint
    do throws(RiskFailure) { point = try fromEquator() } catch {
      // The branch of the equator has ended in a fold: beyond there is the one of the signal's side.
      guard abs(target.overlap) > 0.2, !isConvexAtMost, let found = try? fromSignal() else { throw error }
      point = found
    }
    if let ridge = target.ridge {
      point = try released(point, ridge: ridge, norm: target.norm)
      var next = point.place
      next.alpha = target.alpha
      point = try go(point, to: next)
    }
    if let energy = target.energy {
      point.place.energy = evaluation(point).energy
      var next = point.place
      next.energy = energy
      point = try go(point, to: next)
    }
    if kind == .strictMinima, point.branch == .marginal || point.branch == .gapped {
      let typical = evaluation(point)
      if typical.outlier < 0 {
        point.branch = .strict
        point.scalars.h = max(point.scalars.h, 1e-6 * point.scalars.s)
        point.scalars.k = 0
        point.scalars.q = typical.outlierScalar
        point.place.outlier = typical.outlier
        var next = point.place
        next.outlier = 0
        point = try go(point, to: next)
      }
    }
    return (point.branch, point.scalars)
  }

  /// The root off the sphere, from one on it.
  ///
  /// On the sphere the constraint acts like a ridge r = -mu at norm 1, and omega = s + h.
  func released(_ point: Waypoint, ridge: Double, norm: Double) throws(RiskFailure) -> Waypoint {
    var start = point
    start.place.ridge = -evaluation(point).radial
    start.scalars.omega = point.scalars.s + (point.branch.isOfMinima ? point.scalars.h : 0)
    var target = start.place
    target.ridge = ridge
    var between = target
    target.norm = norm
    do throws(RiskFailure) { return try go(start, to: target) } catch {
      // Around a fold there may be another way.
      for isRidgeFirst in [true, false] {
        between.ridge = isRidgeFirst ? ridge : start.place.ridge
        between.norm = isRidgeFirst ? 1 : norm
        if let half = try? go(start, to: between), let end = try? go(half, to: target) { return end }
      }
      throw error
    }
  }

  /// Why there is no complexity at an energy above the most numerous points.
  static let unboundedEnergy =
    "no-cost: above the most numerous points' energy a few samples with large labels raise the energy at no cost"

  // MARK: - Results

  /// The root at a place with errors: Newton's method on finer and finer quadratures, until two agree.
  func solve(_ kind: RiskPoints, _ place: RiskPlace, tolerance: Double = 2e-12) throws(RiskFailure) -> RiskRoot {
    let (branch, p) = try locate(kind, place)
    return try refine(p, branch, place, tolerance: tolerance)
  }

  /// A root from a nearby one, on quadratures that are refined until two agree.
  func refine(
    _ start: RiskScalars, _ branch: RiskBranch, _ place: RiskPlace, tolerance: Double = 2e-12
  ) throws(RiskFailure) -> RiskRoot {
    var p = start
    var before: RiskEvaluation?
    var best: RiskRoot?
    // The smooth scheme first; where it does not settle, a wall is near and is followed.
    for followsWalls in isSmooth(branch, p, measure(place)) ? [false, true] : [true] {
      before = nil
      for resolution in RiskResolution.fine {
        guard let found = newton(p, branch, place, resolution, followsWalls: followsWalls) else {
          if best == nil { continue }
          break
        }
        if widens(found.evaluation, beyond: 1e-16) {
          return try refine(found.scalars, branch, place, tolerance: tolerance)
        }
        p = found.scalars
        var root = RiskRoot(branch: branch, place: place, scalars: p, evaluation: found.evaluation)
        let rounding = 2e-16 * (1 + place.alpha * (1 + abs(found.evaluation.logZ)))
        if let before {
          let now = found.evaluation
          root.complexityError = 2 * abs(now.complexity - before.complexity) + 4 * rounding
          root.energyError = 2 * abs(now.energy - before.energy) + 1e-13 * abs(now.energy)
          root.radialError = 2 * abs(now.radial - before.radial) + 1e-13 * abs(now.radial)
          root.outlierError = 2 * abs(now.outlier - before.outlier) + 1e-12 * max(1, abs(now.outlier))
          best = root
          if root.complexityError < tolerance + 8 * rounding,
            root.energyError < 1e2 * tolerance * max(1, abs(now.energy)) + 1e2 * rounding
          {
            return check(root)
          }
        }
        before = found.evaluation
      }
    }
    guard let best else { throw RiskFailure(reason: "Newton's method did not settle on a fine quadrature") }
    return check(best)
  }

  /// Whether the average over the data diverges: far out, where no node lies, the weight exceeds that of the nodes.
  ///
  /// That happens at beta < 0 for losses that grow faster than the Gaussian weight falls along l' = 0: a few samples with large
  /// labels then raise the energy at no cost in the exponent.
  private func diverges(_ branch: RiskBranch, _ p: RiskScalars, _ place: RiskPlace) -> Bool {
    let measure = measure(place)
    let multiplier = RiskSystem(measure: measure, branch: branch, place: place).radialMultiplier(p)
    for distance in [1.5, 3.0, 6, 12, 25, 50, 100, 200] {
      for k in -40...40 {
        let z = distance * reach.z * Double(k) / 40
        for w in [-distance * reach.w, distance * reach.w] {
          let label = measure.label(place.overlap * z + measure.sine * w)
          let jet = measure.loss.jet(label: label, prediction: z)
          let x = 1 + p.s * jet.second
          if branch.isOfMinima, x <= 0 { continue }
          let gradient = jet.first * (p.lambda * measure.sine * w - multiplier * z - 0.5 * p.a * jet.first)
          let weight = -0.5 * (z * z + w * w) + gradient - p.beta * jet.value
          if weight > -20 { return true }
        }
      }
    }
    return false
  }

  /// The tests that a root must pass.
  private func check(_ root: RiskRoot) -> RiskRoot {
    var root = root
    let p = root.scalars
    root.meetsWall =
      root.branch == .marginal || measure(root.place).smoothNodes(.coarse).second.contains { 1 + p.s * $0 < 0 }
    if p.beta < 0, diverges(root.branch, p, root.place) {
      root.doubt = Self.unboundedEnergy
    } else if root.evaluation.size > 1e-7 {
      root.doubt = "the equations are not satisfied: residual \(root.evaluation.size)"
    } else if root.branch == .all, !(p.t > 0 && p.t < longest(p)) {
      root.doubt = "the root ran away"
    } else if root.branch == .gapped || root.branch == .allReal,
      boundary(root.branch, p, root.place, RiskResolution.fine[1]) < -1e-8
    {
      root.doubt = "the root is not admissible: the imaginary part of S or the multiplier of the bulk is not negligible"
    } else if root.branch == .marginal || root.branch == .strict,
      !(p.s > 0 && p.h >= 0 && root.evaluation.gap >= -1e-9)
    {
      root.doubt = "the root is not admissible: the bulk of the Hessian is not positive"
    } else if root.branch == .strict, p.k < 0 {
      root.doubt = "the root is not admissible: the multiplier of the outlier is negative"
    }
    return root
  }
}

// MARK: - Tests between branches, maxima

extension RiskSolver {
  /// The root after the tests that compare branches: there are no more minima than points.
  func verified(_ root: RiskRoot, _ kind: RiskPoints) -> RiskRoot {
    guard kind != .all, root.doubt == nil else { return root }
    var root = root
    var place = root.place
    place.outlier = 0
    if let (branch, p) = try? locate(.all, place),
      let all = newton(p, branch, place, RiskResolution.fine[0])?.evaluation.complexity,
      all < root.evaluation.complexity - 1e-5 * max(1, abs(all))
    {
      root.doubt = "the root counts more minima (\(root.evaluation.complexity)) than points (\(all))"
    }
    return root
  }

  /// The most numerous points over all norms, by the slope from |x|^2 = N on.
  ///
  /// - Parameters:
  ///   - kind: which points.
  ///   - place: alpha, overlap, energy and ridge.
  /// - Returns: the root, and the error of its norm.
  /// - Throws: `RiskFailure` where the branch ends on the way, or no maximum is met.
  func maximumOverNorms(
    _ kind: RiskPoints, _ place: RiskPlace
  ) throws(RiskFailure) -> (root: RiskRoot, normError: Double) {
    var start = place
    start.norm = 1
    let (branch, p) = try locate(kind, start)
    let first = Waypoint(branch: branch, place: start, scalars: p)
    let rises = evaluation(first).slopeInLogNorm > 0
    guard
      let pair = try march(
        first,
        next: { place in
          var next = place
          next.norm *= rises ? 1.1 : 1 / 1.1
          return next.norm < 1e6 && next.norm > 1e-6 ? next : nil
        }, value: \.slopeInLogNorm)
    else { throw RiskFailure(reason: "no maximum over norms was met") }
    guard (pair.0.place.norm < pair.1.place.norm) == (evaluation(pair.0).slopeInLogNorm > 0) else {
      throw RiskFailure(reason: "no maximum over norms was met, but a minimum")
    }
    let top = try crossing(pair, along: \.norm) { root in
      // Rounding of the slope, which sums terms as large as alpha times the multipliers.
      (root.evaluation.slopeInLogNorm, 10 * root.complexityError, nil)
    }
    return (verified(top.root, kind), top.value.error)
  }

  /// The most numerous points over all overlaps, with the error of the overlap; nil where it is 0 by symmetry.
  func maximum(
    _ kind: RiskPoints, alpha: Double, energy: Double?
  ) throws(RiskFailure) -> (root: RiskRoot, overlapError: Double?) {
    var center = try self.origin(kind, alpha).place.overlap
    // A grid of overlaps that contains the place where the search begins, and 0.
    center = center == 0 ? 0 : (center * 20).rounded() / 20
    let origin = RiskPlace(alpha: alpha, overlap: center, energy: energy)
    let (branch, p) = try locate(kind, origin)
    let isSymmetric = equator.isQuadrant
    struct Sample {
      let branch: RiskBranch
      let place: RiskPlace
      let scalars: RiskScalars
      let complexity: Double
      let slope: Double
    }
    func sample(_ branch: RiskBranch, _ place: RiskPlace, _ p: RiskScalars) -> Sample {
      let measure = measure(place)
      let found = RiskSystem(measure: measure, branch: branch, place: place)
        .evaluate(p, nodes(branch, p, measure, .coarse, followsWalls: false))
      return Sample(
        branch: branch, place: place, scalars: p, complexity: found.complexity, slope: found.slopeInOverlap)
    }
    var samples = [sample(branch, origin, p)]
    for direction in isSymmetric ? [1.0] : [-1, 1] {
      var last = samples.first { $0.place.overlap == center } ?? samples[0]
      for step in 1..<40 {
        var place = origin
        place.overlap = center + direction * 0.05 * Double(step)
        if abs(place.overlap) > 0.96 { break }
        guard let (branch, p) = try? follow(last.branch, last.scalars, from: last.place, to: place, firstStep: 1)
        else { break }
        last = sample(branch, place, p)
        samples.append(last)
        // Far below zero nothing comes back before the signal.
        if last.complexity < samples[0].complexity - 0.8 { break }
      }
    }
    samples.sort { $0.place.overlap < $1.place.overlap }
    guard let best = samples.max(by: { $0.complexity < $1.complexity }) else {
      throw RiskFailure(reason: "no root was found")
    }
    if isSymmetric, best.place.overlap == 0 {
      return (verified(try refine(p, branch, origin), kind), nil)
    }
    // The slope vanishes beside the best sample: Newton's method on it, with a numerical derivative, on fine quadratures.
    var place = best.place
    var root = try refine(best.scalars, best.branch, place)
    var change = Double.infinity
    for _ in 0..<20 {
      let h = 1e-4 * (1 - abs(place.overlap))
      var beside = place
      beside.overlap += h
      let other = try refine(root.scalars, root.branch, beside)
      let bend = (other.evaluation.slopeInOverlap - root.evaluation.slopeInOverlap) / h
      guard bend < 0 else { throw RiskFailure(reason: "the maximum over overlaps was not found") }
      change = -root.evaluation.slopeInOverlap / bend
      place.overlap += max(-0.05, min(0.05, change))
      guard abs(place.overlap) < 1 else { throw RiskFailure(reason: "the maximum over overlaps was not found") }
      root = try refine(root.scalars, root.branch, place)
      if abs(change) < 1e-9 { break }
    }
    guard abs(change) < 1e-9 else { throw RiskFailure(reason: "the maximum over overlaps was not found") }
    return (verified(root, kind), 1e-4 * abs(change) + 1e-10)
  }
}
