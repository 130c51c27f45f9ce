// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims

/// A minimum or maximum of a function of one variable on an interval.
public struct Extremum: Sendable, Hashable {
  /// Where it is.
  public let position: Double
  /// Estimated error of `position`, 0 where it is at an end.
  ///
  /// From values alone a smooth extremum is known to about the square root of the rounding, 1e-8 relative.
  public let positionError: Double
  /// The function there, known to rounding.
  public let value: Double
  /// Whether it is at an end of the interval.
  public let isAtEnd: Bool
  /// Number of evaluations of the function.
  public let evaluations: Int
}

/// The minimum of `f` on a closed interval, by a scan and Brent's method.
///
/// The interval is sampled at 33 points; the lowest one is refined with its neighbours as bracket. So the minimum is global
/// unless `f` has valleys narrower than 1/32 of the interval. The ends belong to the interval. Of equal minima, and on a
/// plateau, one is returned. Cost: 33 evaluations and 20 to 60 more.
///
/// - Throws: ``GSLError``: `GSL_EINVAL` if the interval is not finite, `GSL_EBADFUNC` if `f` is not a number somewhere or
///   is infinite at the minimum; infinite values elsewhere are allowed.
public func minimum(
  _ context: String, in interval: ClosedRange<Double>, _ f: (Double) -> Double
) throws(GSLError) -> Extremum {
  try extremum(context, interval, sign: 1, f)
}

/// The maximum of `f` on a closed interval; as ``minimum(_:in:_:)-swift.func`` for the negative of `f`.
public func maximum(
  _ context: String, in interval: ClosedRange<Double>, _ f: (Double) -> Double
) throws(GSLError) -> Extremum {
  try extremum(context, interval, sign: -1, f)
}

/// The minimum of a function that may throw; its first error ends the search and is thrown as it is.
@inlinable
public func minimum(
  _ context: String, in interval: ClosedRange<Double>, _ f: (Double) throws -> Double
) throws -> Extremum {
  try catching(f) { f in try minimum(context, in: interval, f) }
}

/// The maximum of a function that may throw; its first error ends the search and is thrown as it is.
@inlinable
public func maximum(
  _ context: String, in interval: ClosedRange<Double>, _ f: (Double) throws -> Double
) throws -> Extremum {
  try catching(f) { f in try maximum(context, in: interval, f) }
}

private typealias Sample = (x: Double, y: Double)

private func extremum(
  _ context: String, _ interval: ClosedRange<Double>, sign: Double, _ f: (Double) -> Double
) throws(GSLError) -> Extremum {
  let (a, b) = (interval.lowerBound, interval.upperBound)
  if !a.isFinite || !b.isFinite {
    throw GSLError(code: Int32(GSL_EINVAL), context: "\(context): the interval \(a) ... \(b) is not finite")
  }
  var evaluations = 0
  var failure: GSLError?
  let count = 32
  var samples: [Sample] = []
  /// The function to be minimised; after a failure only NaN.
  func sampled(_ x: Double) -> Double {
    if failure != nil { return .nan }
    evaluations += 1
    let y = sign * f(x)
    if y.isNaN { failure = badValue(context, y, x) }
    return y
  }
  for i in 0...count {
    let t = Double(i) / Double(count)
    let x = i == count ? b : a * (1 - t) + b * t
    samples.append((x, sampled(x)))
    if let failure { throw failure }
  }
  guard let lowest = samples.min(by: { $0.y < $1.y }) else { return Extremum.empty }
  if !lowest.y.isFinite { throw badValue(context, sign * lowest.y, lowest.x) }
  // The plateau of equal samples around the lowest one, and its higher neighbours.
  let first = samples.firstIndex { $0.y == lowest.y } ?? 0
  var last = first
  while last < count && samples[last + 1].y == lowest.y { last += 1 }
  let bracket: (lower: Sample, guess: Sample, upper: Sample)?
  if first == 0 && last == count {
    bracket = nil
  } else if first > 0 && last < count {
    var guess = samples[first]
    if last > first {
      let middle = 0.5 * (samples[first].x + samples[last].x)
      let y = sampled(middle)
      if y <= guess.y { guess = (middle, y) }
    }
    bracket = (samples[first - 1], guess, samples[last + 1])
  } else {
    bracket = descend(
      from: first == 0 ? samples[0] : samples[count], towards: first == 0 ? samples[last + 1] : samples[first - 1],
      width: b - a, sampled)
  }
  if let failure { throw failure }
  guard let bracket else {
    let isAtEnd = lowest.x == a || lowest.x == b
    return Extremum(
      position: lowest.x, positionError: 0, value: sign * lowest.y, isAtEnd: isAtEnd, evaluations: evaluations)
  }
  let (best, error) = try brent(context, bracket, sampled)
  if let failure { throw failure }
  if !best.y.isFinite { throw badValue(context, sign * best.y, best.x) }
  return Extremum(
    position: best.x, positionError: error, value: sign * best.y, isAtEnd: false, evaluations: evaluations)
}

extension Extremum {
  /// Never met: a scan has samples.
  fileprivate static let empty = Extremum(position: 0, positionError: 0, value: 0, isAtEnd: true, evaluations: 0)
}

/// Looks for something lower than the end close to it; nil if the end is the minimum.
private func descend(
  from end: Sample, towards neighbour: Sample, width: Double, _ f: (Double) -> Double
) -> (lower: Sample, guess: Sample, upper: Sample)? {
  var outer = neighbour
  while abs(outer.x - end.x) > 1e-9 * max(width, abs(end.x)) {
    let x = end.x + 0.3 * (outer.x - end.x)
    let y = f(x)
    if y.isNaN { return nil }
    if y < end.y && y < outer.y { return end.x < x ? (end, (x, y), outer) : (outer, (x, y), end) }
    outer = (x, y)
  }
  return nil
}

/// Brent's minimiser in a bracket whose guess is lower than its ends.
private func brent(
  _ context: String, _ bracket: (lower: Sample, guess: Sample, upper: Sample), _ f: (Double) -> Double
) throws(GSLError) -> (Sample, error: Double) {
  var best = bracket.guess
  var error = bracket.upper.x - bracket.lower.x
  func watched(_ x: Double) -> Double {
    let y = f(x)
    if y < best.y { best = (x, y) }
    return y
  }
  let status = try withGSLFunction(context, watched, allowsInfinity: true) { function in
    guard let solver = gsl_min_fminimizer_alloc(saddlepoint_min_brent()) else { return Int32(GSL_ENOMEM) }
    defer { gsl_min_fminimizer_free(solver) }
    // GSL wants finite values at the ends.
    let limit = Double.greatestFiniteMagnitude
    var status = gsl_min_fminimizer_set_with_values(
      solver, function, bracket.guess.x, bracket.guess.y, bracket.lower.x, min(bracket.lower.y, limit),
      bracket.upper.x, min(bracket.upper.y, limit))
    let precision = Double.ulpOfOne.squareRoot()
    for _ in 0..<200 where status == 0 {
      status = gsl_min_fminimizer_iterate(solver)
      let x = gsl_min_fminimizer_x_minimum(solver)
      error = gsl_min_fminimizer_x_upper(solver) - gsl_min_fminimizer_x_lower(solver)
      if error <= 4 * precision * abs(x) || error <= 4 * x.ulp { break }
    }
    return status == Int32(GSL_EBADFUNC) ? 0 : status
  }
  try GSLError.check(status, context)
  return (best, error + Double.ulpOfOne.squareRoot() * max(abs(best.x), bracket.upper.x - bracket.lower.x))
}

private func badValue(_ context: String, _ y: Double, _ x: Double) -> GSLError {
  GSLError(code: Int32(GSL_EBADFUNC), context: "\(context): the function is \(y) at \(x)")
}
