// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
package import SaddlepointCore
package import SaddlepointNumerics
import Synchronization

/// A curve of fixed points cut at its folds into monotone pieces, on each of which a model has at most one fixed point.
package struct CurvePieces<Curve: FixedPointCurve>: Sendable {
  /// A monotone piece.
  package struct Piece: Sendable {
    /// Its ends; nil where it begins at g = 0 or goes on for ever.
    package let lower: CurvePoint?
    package let upper: CurvePoint?
    /// Whether the strength rises along it, so that message passing is stable.
    package let isStable: Bool
    /// Its name: weak, barrier or informative.
    package let family: SaddleFamily
    /// Places log g inside it at which strength and slope are roughly known.
    fileprivate let nodes: [(x: Double, strength: Double, slope: Double)]
  }

  package let curve: Curve
  /// The pieces by increasing g; the last is stable unless the strength has a limit.
  package let pieces: [Piece]

  /// Cuts a curve.
  ///
  /// The rise is looked at on a grid in log g, together with its derivative: no pair of folds between two nodes is missed
  /// unless the rise has two extrema there.
  ///
  /// - Complexity: about 10 points of the curve per decade of its range, and a few for each fold.
  package init(_ curve: Curve) throws(GSLError) {
    self.curve = curve
    let (folds, nodes) = try Self.folds(of: curve)
    var pieces: [Piece] = []
    var isStable = folds.first.map { $0.isMaximum } ?? true
    for index in 0...folds.count {
      let isLast = index == folds.count
      let (lower, upper) = (index == 0 ? nil : folds[index - 1].point, isLast ? nil : folds[index].point)
      let inside = Double.log(lower?.g ?? 0)..<Double.log(upper?.g ?? .infinity)
      pieces.append(
        Piece(
          lower: lower, upper: upper, isStable: isStable,
          family: isLast ? .informative : isStable ? .weak : .barrier, nodes: nodes.filter { inside ~= $0.x }))
      isStable.toggle()
    }
    self.pieces = pieces
  }

  /// Points of the grid per decade.
  private static var density: Double { 6 }

  /// The folds by increasing g, and the places that were looked at.
  private static func folds(
    of curve: Curve
  ) throws(GSLError) -> (
    folds: [(point: CurvePoint, isMaximum: Bool)], nodes: [(x: Double, strength: Double, slope: Double)]
  ) {
    let range = curve.range
    let (low, high) = (Double.log(range.lowerBound), Double.log(range.upperBound))
    let count = Int(((high - low) / Double.log(10) * density).rounded(.up))
    var folds: [(point: CurvePoint, isMaximum: Bool)] = []
    typealias Place = (x: Double, point: CurvePoint)
    /// The fold between two arguments at which the rise has different signs.
    func fold(_ a: Place, _ b: Place, falling: Bool) throws(GSLError) {
      var reached = a
      let root = try noisyRoot(
        "fold of the curve of fixed points", in: a.x...b.x, ends: (a.point.rise, b.point.rise)
      ) { x throws(GSLError) in
        reached = (x, try curve.point(Double.exp(x), tolerance: 1e-14))
        return (reached.point.rise, reached.point.riseSlope, 0.5 * reached.point.riseError)
      }
      folds.append((reached.x == root ? reached.point : try curve.point(Double.exp(root), tolerance: 1e-14), falling))
    }
    /// The sign of a rise; noise counts as the sign before it.
    func sign(_ point: CurvePoint, _ before: Double) -> Double {
      abs(point.rise) <= 4 * point.riseError ? before : point.rise > 0 ? 1 : -1
    }
    let initial = curve.initialRise
    var last = try curve.point(Double.exp(low), tolerance: 1e-9)
    var lastSign = sign(last, initial >= 0 ? 1 : -1)
    var lastX = low
    var nodes = [(x: low, strength: last.strength, slope: last.strengthSlope)]
    if initial != 0, lastSign != (initial > 0 ? 1 : -1) {
      // Folds below the grid: the series has them at a g that doubles as well as hide.
      let tiny = low - 12
      let first = try curve.point(Double.exp(tiny), tolerance: 1e-14)
      try fold((tiny, first), (low, last), falling: initial > 0)
    }
    for index in 1...count {
      let x = low + (high - low) * Double(index) / Double(count)
      let point = try curve.point(Double.exp(x), tolerance: 1e-9)
      nodes.append((x, point.strength, point.strengthSlope))
      let newSign = sign(point, lastSign)
      if newSign != lastSign {
        try fold((lastX, last), (x, point), falling: lastSign > 0)
      } else if last.riseSlope * newSign < 0, point.riseSlope * newSign > 0 {
        // The rise turns back towards zero in between: does it cross zero twice?
        if let between = try crossed(curve, (lastX, last), (x, point), sign: newSign) {
          try fold((lastX, last), between, falling: newSign > 0)
          try fold(between, (x, point), falling: newSign < 0)
        }
      }
      (last, lastSign, lastX) = (point, newSign, x)
    }
    return (folds, nodes)
  }

  /// A place between two arguments at which the rise has the other sign, where its slope turns between them.
  ///
  /// The search ends as soon as the tangents of the rise at both ends meet, even at twice the depth, on the side of the ends.
  private static func crossed(
    _ curve: Curve, _ a: (x: Double, point: CurvePoint), _ b: (x: Double, point: CurvePoint), sign: Double
  ) throws(GSLError) -> (x: Double, point: CurvePoint)? {
    var (a, b) = (a, b)
    for _ in 0..<60 {
      let (fa, fb) = (a.point.rise * sign, b.point.rise * sign)
      let (sa, sb) = (a.point.riseSlope * sign, b.point.riseSlope * sign)
      let step = min(max((fb - fa - sb * (b.x - a.x)) / (sa - sb), 0), b.x - a.x)
      let lowest = min(fa, fb)
      if lowest - 2 * (lowest - (fa + sa * step)) > 0 || b.x - a.x < 1e-12 { return nil }
      // Where the slope would vanish if it were linear.
      let share = min(max(sa / (sa - sb), 0.1), 0.9)
      let x = a.x + share * (b.x - a.x)
      let point = try curve.point(Double.exp(x), tolerance: 1e-14)
      if point.rise * sign < 0 { return (x, point) }
      if point.riseSlope * sign < 0 { a = (x, point) } else { b = (x, point) }
    }
    return nil
  }

  /// The place between two arguments at which the rise has its extremum.
  package static func brentTurn(
    _ curve: Curve, _ a: Double, _ b: Double, ends: (Double, Double)? = nil
  ) throws(GSLError) -> (x: Double, point: CurvePoint) {
    var reached: (x: Double, point: CurvePoint)?
    let x = try noisyRoot("extremum of the rise", in: a...b, ends: ends) { x throws(GSLError) in
      let point = try curve.point(Double.exp(x), tolerance: 1e-14)
      reached = (x, point)
      return (point.riseSlope, .nan, point.riseError)
    }
    if let reached, reached.x == x { return reached }
    return (x, try curve.point(Double.exp(x), tolerance: 1e-14))
  }

  // MARK: Fixed points

  /// A fixed point with the piece it lies on.
  package struct Branch: Sendable {
    package let point: CurvePoint
    package let piece: Int
    package let isStable: Bool
    package let family: SaddleFamily
  }

  /// All fixed points with q > 0 of the model of the given strength, by increasing overlap.
  package func fixedPoints(strength: Double) throws(GSLError) -> [Branch] {
    var branches: [Branch] = []
    for index in pieces.indices {
      if let point = try fixedPoint(on: index, strength: strength) {
        branches.append(
          Branch(point: point, piece: index, isStable: pieces[index].isStable, family: pieces[index].family))
      }
    }
    return branches
  }

  /// The fixed point on a piece, if the model has one there; its errors include those of the strength.
  package func fixedPoint(on index: Int, strength: Double) throws(GSLError) -> CurvePoint? {
    let piece = pieces[index]
    guard piece.upper != nil || (strength.isFinite && strength != curve.end) else { return nil }
    let start = piece.lower?.strength ?? curve.start
    let end = piece.upper?.strength ?? curve.end
    guard piece.isStable ? strength >= start && strength <= end : strength <= start && strength >= end else {
      return nil
    }
    // The end at g = 0 is q = 0, or belongs to no model.
    if strength == start { return piece.lower }
    if let upper = piece.upper, strength == end { return upper }
    // Where both are positive, in logarithms: for tensors the strength spans many decades.
    func excess(_ other: Double) -> Double {
      if strength > 0 { return other / strength > 0 ? Double.log(other / strength) : -700 }
      return other - strength
    }
    let direction = piece.isStable ? 1.0 : -1
    // Nodes on either side, if the strength differs there by far more than it is known.
    let nodes = piece.nodes.filter { strength > 0 && $0.strength > 0 }
      .map { (x: $0.x, excess: excess($0.strength), slope: $0.slope / $0.strength) }
    var below = nodes.last { $0.excess * direction < -1e-6 }
    var above = nodes.first { $0.excess * direction > 1e-6 }
    if let low = below, let high = above, low.x >= high.x { (below, above) = (nil, nil) }
    // Nearer to an end of the piece than rounding tells: the model has its fixed point there, or at q = 0.
    if below == nil {
      // A centred matrix leaves q = 0 in proportion to strength - start; others need every decade, if no bound is known.
      let smallest = curve.isCentred && curve.start.isFinite ? 1e-30 : .leastNormalMagnitude
      let lower = max(curve.floor(strength: strength), smallest)
      let first = if let fold = piece.lower { fold } else { try curve.point(lower, tolerance: 1e-14) }
      if excess(first.strength) * direction >= 0 {
        if piece.lower != nil || curve.isCentred { return piece.lower }
        return first.shifted(to: strength)
      }
      below = (Double.log(first.g), excess(first.strength), .nan)
    }
    if above == nil {
      let upper = max(curve.bound(strength: strength), 2 * Double.exp(below?.x ?? 0))
      guard upper.isFinite else { throw .overflow("signal-to-noise ratio of a fixed point") }
      let last = if let fold = piece.upper { fold } else { try curve.point(upper, tolerance: 1e-14) }
      if excess(last.strength) * direction <= 0 { return piece.upper ?? last.shifted(to: strength) }
      above = (Double.log(last.g), excess(last.strength), .nan)
    }
    guard let below, let above else { return nil }
    let guess = Self.inverse(nodes.filter { $0.x <= below.x }.suffix(2) + nodes.filter { $0.x >= above.x }.prefix(2))
    var reached: (x: Double, point: CurvePoint)?
    let x = try noisyRoot(
      "fixed point of state evolution", in: below.x...above.x, ends: (below.excess, above.excess), start: guess
    ) { x throws(GSLError) in
      let point = try curve.point(Double.exp(x), tolerance: 1e-14)
      reached = (x, point)
      if strength > 0, point.strength <= 0 { return (-700, .nan, 0) }
      let scale = strength > 0 ? point.strength : 1
      // What is left of the way is gone along the tangent.
      let slope = point.strengthSlope / scale
      return (excess(point.strength), slope, max(0.25 * point.strengthError / scale, point.straightness * abs(slope)))
    }
    if let reached, reached.x == x { return reached.point.shifted(to: strength) }
    return try curve.point(Double.exp(x), tolerance: 1e-14).shifted(to: strength)
  }

  /// The place at which the excess vanishes, by the Hermite polynomial of the inverse function through nodes; not finite
  /// where there are too few.
  private static func inverse(_ nodes: [(x: Double, excess: Double, slope: Double)]) -> Double {
    // Divided differences with every node twice.
    let arguments = nodes.flatMap { [$0.excess, $0.excess] }
    var row = nodes.flatMap { [$0.x, $0.x] }
    guard var value = row.first else { return .nan }
    var product = 1.0
    for order in 1..<row.count {
      for i in 0..<row.count - order {
        row[i] =
          order == 1 && i % 2 == 0
          ? 1 / nodes[i / 2].slope : (row[i + 1] - row[i]) / (arguments[i + order] - arguments[i])
      }
      product *= -arguments[order - 1]
      value += row[0] * product
    }
    return value
  }
}

/// Curves that were cut lately, so that a sweep of the strength does not cut the same curve at every point.
private final class PieceCache<Curve: FixedPointCurve & Hashable>: Sendable {
  private let entries = Mutex<[Curve: CurvePieces<Curve>]>([:])

  func pieces(of curve: Curve) throws(GSLError) -> CurvePieces<Curve> {
    if let known = entries.withLock({ $0[curve] }) { return known }
    let pieces = try CurvePieces(curve)
    entries.withLock { entries in
      if entries.count >= 64 { entries.removeAll(keepingCapacity: true) }
      entries[curve] = pieces
    }
    return pieces
  }
}

private let spikedCache = PieceCache<SpikedCurve>()
private let bipartiteCache = PieceCache<BipartiteCurve>()

extension CurvePieces where Curve == SpikedCurve {
  /// The pieces of a curve, remembered from an earlier call if there was one.
  package static func cached(_ curve: Curve) throws(GSLError) -> CurvePieces { try spikedCache.pieces(of: curve) }
}

extension CurvePieces where Curve == BipartiteCurve {
  /// The pieces of a curve, remembered from an earlier call if there was one.
  package static func cached(_ curve: Curve) throws(GSLError) -> CurvePieces { try bipartiteCache.pieces(of: curve) }
}

extension CurvePoint {
  /// A step in log g along which the strength and everything else are straight to rounding.
  fileprivate var straightness: Double { rise == 0 ? 0 : 3e-9 / (1 + abs(riseSlope / rise)) }

  /// The fixed point of exactly this strength: what is left of the distance is gone along the tangent, or added to the errors.
  fileprivate func shifted(to target: Double) -> CurvePoint {
    var point = self
    let miss = target - strength
    let step = strengthSlope != 0 ? miss / strengthSlope : .infinity
    var uncertainty = strengthError + target.ulp
    var along = 0.0
    var bend = 0.0
    if abs(step) <= 2 * straightness {
      along = step
      bend = 2 * step * step * (1 + abs(riseSlope / rise))
    } else {
      uncertainty += abs(miss)
    }
    let distance = strengthSlope != 0 ? uncertainty / abs(strengthSlope) : .infinity
    // On a fold the distance grows like the root of the miss.
    let reach =
      bend
      + min(distance, (2 * uncertainty / max(abs(strengthSlope), .leastNormalMagnitude)).squareRoot() + distance)
    point.strength = target
    point.overlap += overlapSlope * along
    point.mmse -= overlapSlope * along
    point.second.overlap += second.slope * along
    point.second.mmse -= second.slope * along
    point.overlapError += abs(overlapSlope) * reach
    point.mmseError += abs(overlapSlope) * reach
    point.second.error += abs(second.slope) * reach
    // Moved along the curve to the strength asked for.
    point.potential += potentialSlope * miss
    point.potentialError += abs(potentialSlope) * (strengthError + 4 * abs(miss * along))
    return point
  }

  /// The overlap with its error.
  package var overlapEstimate: Estimate { .converged(overlap, error: overlapError) }
}

/// The root of a function of log g whose values carry a known noise, by Newton's method guarded by bisection.
///
/// `newtonRoot` goes on to the last bit, which costs dozens of expensive points where the noise is larger than that; this
/// ends where the value is not larger than its noise.
///
/// - Parameters:
///   - context: what is computed, for messages.
///   - bracket: finite ends, at which the function has different signs.
///   - ends: the values there, if they are known.
///   - start: where to begin; anything outside the bracket is its middle.
///   - f: value, derivative (not finite where unknown) and noise.
/// - Returns: the root and the noise of the function there.
/// - Throws: `GSLError` if there is no change of sign, or what `f` throws.
package func noisyRoot(
  _ context: String, in bracket: ClosedRange<Double>, ends: (Double, Double)? = nil, start: Double = .nan,
  _ f: (Double) throws(GSLError) -> (value: Double, slope: Double, noise: Double)
) throws(GSLError) -> Double {
  var (a, b) = (bracket.lowerBound, bracket.upperBound)
  var (fa, fb) = if let ends { ends } else { (try f(a).value, try f(b).value) }
  if fa == 0 { return a }
  if fb == 0 { return b }
  guard (fa < 0) != (fb < 0) else { throw .invalid("\(context): no change of sign") }
  var x = start > a && start < b ? start : 0.5 * (a + b)
  var step = b - a
  // The last place, for secants where there is no derivative.
  var last = abs(fa) < abs(fb) ? (x: a, value: fa) : (x: b, value: fb)
  for _ in 0..<200 {
    let (value, slope, noise) = try f(x)
    if abs(value) <= noise { return x }
    if (value < 0) == (fa < 0) { (a, fa) = (x, value) } else { (b, fb) = (x, value) }
    if b - a <= 4 * max(abs(x).ulp, .ulpOfOne) { return x }
    var next = x - value / slope
    // Without a useful derivative the secant; where steps do not shrink, bisection.
    if !next.isFinite { next = x - value * (x - last.x) / (value - last.value) }
    last = (x, value)
    if !(next > a && next < b) || abs(next - x) > 0.5 * step { next = 0.5 * (a + b) }
    step = abs(next - x)
    if abs(next - x) <= 0.5 * .ulpOfOne * max(1, abs(x)) { return next }
    x = next
  }
  return x
}
