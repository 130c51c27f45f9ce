// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims

/// A root of a function of one variable, found to the last digits.
public struct Root: Sendable, Hashable {
  /// The root.
  public let value: Double
  /// The final bracket: the function changes sign across it (or vanishes at `value`).
  public let bracket: ClosedRange<Double>
  /// The function at `value`.
  public let residual: Double
  /// Number of evaluations.
  public let evaluations: Int
}

private let brentSolvers = WorkspacePool { gsl_root_fsolver_alloc(saddlepoint_root_brent()) }

/// The root of `f` in a bracket across which it changes sign, by Brent's method, to full precision.
///
/// The final bracket is a few units in the last place wide. A root at an end of the bracket is accepted.
///
/// - Parameters:
///   - context: what is being computed, for error messages.
///   - bracket: finite ends, at which `f` has opposite signs or one of which is the root.
///   - f: a continuous function, finite on the bracket.
/// - Returns: the root with its final bracket.
/// - Throws: `GSLError` of code invalid-argument without a change of sign, of code bad-function where `f` is not finite.
/// - Complexity: about ten evaluations for smooth functions.
public func brentRoot(
  _ context: String, in bracket: ClosedRange<Double>, _ f: (Double) -> Double
) throws(GSLError) -> Root {
  var (low, high) = (bracket.lowerBound, bracket.upperBound)
  guard low.isFinite, high.isFinite else { throw .invalid("\(context): the bracket \(bracket) is not finite") }
  let (atLow, atHigh) = (f(low), f(high))
  if !atLow.isFinite { throw .badFunction(context, at: low) }
  if !atHigh.isFinite { throw .badFunction(context, at: high) }
  if atLow == 0 { return Root(value: low, bracket: low...low, residual: 0, evaluations: 2) }
  if atHigh == 0 { return Root(value: high, bracket: high...high, residual: 0, evaluations: 2) }
  guard (atLow < 0) != (atHigh < 0) else { throw .invalid("\(context): no change of sign in \(low)...\(high)") }
  var evaluations = 2
  var best = abs(atLow) < abs(atHigh) ? (x: low, y: atLow) : (x: high, y: atHigh)
  func counted(_ x: Double) -> Double {
    evaluations += 1
    let y = f(x)
    if abs(y) < abs(best.y) { best = (x, y) }
    return y
  }
  try ScalarFunction.withPointer(context, counted) { function throws(GSLError) in
    let status = try brentSolvers.withWorkspace(context) { solver -> Int32 in
      var status = gsl_root_fsolver_set(solver, function, low, high)
      var steps = 0
      while status == 0, steps < 100, best.y != 0, high - low > 2 * max(abs(low), abs(high)).ulp {
        status = gsl_root_fsolver_iterate(solver)
        (low, high) = (gsl_root_fsolver_x_lower(solver), gsl_root_fsolver_x_upper(solver))
        steps += 1
      }
      return status
    }
    try GSLError.check(status, context)
  }
  if best.y == 0 { return Root(value: best.x, bracket: best.x...best.x, residual: 0, evaluations: evaluations) }
  // Brent's method may leave one end of the bracket far away: bisection closes it.
  let sign = atLow < 0
  if best.x > low, best.x < high { if (best.y < 0) == sign { low = best.x } else { high = best.x } }
  while high - low > 2 * max(abs(low), abs(high)).ulp {
    // Near a far end the middle is a bad guess; near the best point the root is likely.
    let step = 4 * best.x.ulp
    let probe = best.x == low ? low + step : best.x == high ? high - step : 0.5 * (low + high)
    let inner = probe > low && probe < high ? probe : 0.5 * (low + high)
    guard inner > low, inner < high else { break }
    let y = counted(inner)
    guard y.isFinite else { throw .badFunction(context, at: inner) }
    if y == 0 { return Root(value: inner, bracket: inner...inner, residual: 0, evaluations: evaluations) }
    if (y < 0) == sign { low = inner } else { high = inner }
    if high - low > 16 * max(abs(low), abs(high)).ulp {
      let middle = 0.5 * (low + high)
      let value = counted(middle)
      guard value.isFinite else { throw .badFunction(context, at: middle) }
      if (value < 0) == sign { low = middle } else { high = middle }
    }
  }
  let value = min(max(best.x, low), high)
  return Root(value: value, bracket: low...high, residual: best.y, evaluations: evaluations)
}

/// The root of a function that may throw; the error that it throws first comes out unchanged.
public func brentRoot(
  _ context: String, in bracket: ClosedRange<Double>, _ f: (Double) throws -> Double
) throws -> Root {
  try rethrowing(f) { safe throws(GSLError) in try brentRoot(context, in: bracket, safe) }
}

/// The root of `f` by Newton's method, safeguarded by bisection in a bracket across which `f` changes sign.
///
/// - Parameters:
///   - context: what is being computed.
///   - bracket: as for ``brentRoot(_:in:_:)``.
///   - start: first guess; the middle of the bracket if it lies outside.
///   - f: value and derivative; a derivative that is zero or not finite costs a bisection.
/// - Returns: the root with its final bracket.
/// - Throws: `GSLError` as ``brentRoot(_:in:_:)``.
/// - Complexity: quadratic convergence near the root, at worst bisection.
public func newtonRoot(
  _ context: String, in bracket: ClosedRange<Double>, start: Double,
  _ f: (Double) -> (value: Double, derivative: Double)
) throws(GSLError) -> Root {
  var (low, high) = (bracket.lowerBound, bracket.upperBound)
  let (atLow, atHigh) = (f(low).value, f(high).value)
  if !atLow.isFinite { throw .badFunction(context, at: low) }
  if !atHigh.isFinite { throw .badFunction(context, at: high) }
  if atLow == 0 { return Root(value: low, bracket: low...low, residual: 0, evaluations: 2) }
  if atHigh == 0 { return Root(value: high, bracket: high...high, residual: 0, evaluations: 2) }
  guard (atLow < 0) != (atHigh < 0) else { throw .invalid("\(context): no change of sign in \(low)...\(high)") }
  var x = start > low && start < high ? start : 0.5 * (low + high)
  var evaluations = 2
  var last = Double.infinity
  while true {
    let (y, slope) = f(x)
    evaluations += 1
    guard y.isFinite else { throw .badFunction(context, at: x) }
    if y == 0 { return Root(value: x, bracket: x...x, residual: 0, evaluations: evaluations) }
    if (y < 0) == (atLow < 0) { low = x } else { high = x }
    let newton = x - y / slope
    let isGood = newton.isFinite && newton > low && newton < high && abs(newton - x) < 0.5 * last
    let next = isGood ? newton : 0.5 * (low + high)
    let step = abs(next - x)
    if step <= x.ulp || next <= low || next >= high || evaluations > 2200 {
      return Root(value: x, bracket: low...high, residual: y, evaluations: evaluations)
    }
    last = step
    x = next
  }
}
