// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims
public import SaddlepointCore

/// A root of a function of one variable, found to the last bits of a double.
public struct Root: Sendable, Hashable {
  /// Where the function vanishes or changes its sign.
  public let value: Double
  /// The last bracket: the function has different signs at its ends, or vanishes at `value`.
  public let bracket: ClosedRange<Double>
  /// The function's value at `value`; not small where the function jumps through zero.
  public let residual: Double
  /// Number of evaluations of the function.
  public let evaluations: Int

  @usableFromInline
  init(value: Double, bracket: ClosedRange<Double>, residual: Double, evaluations: Int) {
    self.value = value
    self.bracket = bracket
    self.residual = residual
    self.evaluations = evaluations
  }

  /// The root as an estimate.
  ///
  /// The error covers the bracket and one rounding; that the function's own rounding may shift
  /// its sign change is for the caller to add.
  public var estimate: Estimate {
    .converged(value, error: max(bracket.upperBound - value, value - bracket.lowerBound) + value.ulp)
  }
}

/// The root of `f` in a bracket, by Brent's method, to full double precision.
///
/// Ends when `f` vanishes exactly or the bracket is as narrow as doubles allow (2 ulp). An end of the bracket may be the
/// root; if both are, the lower one is returned. A jump through zero counts as a root.
/// Cost: about 10 evaluations for a smooth function, up to about 100 for a hard one, two of them at the ends.
///
/// - Throws: ``GSLError``: `GSL_EINVAL` unless `f` has different signs at the ends (which must be finite), `GSL_EBADFUNC`
///   if `f` is not finite somewhere, `GSL_EMAXITER` if 5000 iterations do not do.
public func brentRoot(
  _ context: String, in bracket: ClosedRange<Double>, _ f: (Double) -> Double
) throws(GSLError) -> Root {
  let ends = try RootEnds(context, bracket, f)
  if let root = ends.root { return root }
  var evaluations = 2
  var best = ends.best
  var limits = bracket
  // What GSL asks for first are the two ends; it gets the values that are known already.
  let known = { (x: Double) in
    if x == bracket.lowerBound { return ends.lower }
    if x == bracket.upperBound { return ends.upper }
    let y = f(x)
    evaluations += 1
    if abs(y) < abs(best.residual) { best = (x, y) }
    return y
  }
  let status = try withGSLFunction(context, known) { function in
    guard let solver = gsl_root_fsolver_alloc(saddlepoint_root_brent()) else { return Int32(GSL_ENOMEM) }
    defer { gsl_root_fsolver_free(solver) }
    var status = gsl_root_fsolver_set(solver, function, bracket.lowerBound, bracket.upperBound)
    var iterations = 0
    while status == 0 {
      status = gsl_root_fsolver_iterate(solver)
      let lower = gsl_root_fsolver_x_lower(solver)
      let upper = gsl_root_fsolver_x_upper(solver)
      if lower <= upper { limits = lower...upper }
      if best.residual == 0 || isNarrow(limits) { break }
      iterations += 1
      if iterations == 5000 { status = Int32(GSL_EMAXITER) }
    }
    return status
  }
  try GSLError.check(status, context)
  if best.residual == 0 { limits = best.argument...best.argument }
  return try finished(best, limits, evaluations, f)
}

/// The root of a function that may throw; its first error ends the search and is thrown as it is.
@inlinable
public func brentRoot(
  _ context: String, in bracket: ClosedRange<Double>, _ f: (Double) throws -> Double
) throws -> Root {
  try catching(f) { f in try brentRoot(context, in: bracket, f) }
}

/// The root of `f` in a bracket, by Newton's method guarded by bisection, to full double precision.
///
/// The bracket shrinks with every evaluation; a Newton step that leaves it, or that does not halve the step before the
/// last, is replaced by bisection. Worth its derivatives where they come cheaply with the value.
///
/// - Parameters:
///   - context: what is computed, for messages.
///   - bracket: finite ends at which `f` has different signs; an end may be the root.
///   - start: first argument; outside the bracket, or nil, its middle.
///   - f: value and derivative. A derivative that is 0 or not finite only costs a bisection.
/// - Returns: the root with its last bracket.
/// - Throws: ``GSLError`` as for ``brentRoot(_:in:_:)-swift.func``.
public func newtonRoot(
  _ context: String, in bracket: ClosedRange<Double>, start: Double? = nil,
  _ f: (Double) -> (value: Double, derivative: Double)
) throws(GSLError) -> Root {
  let ends = try RootEnds(context, bracket) { f($0).value }
  if let root = ends.root { return root }
  var evaluations = 2
  var (lower, upper) = (bracket.lowerBound, bracket.upperBound)
  var x = start ?? .nan
  if !(x > lower && x < upper) { x = middle(lower, upper) }
  var best = ends.best
  var lastStep = upper - lower
  var stepBefore = lastStep
  for _ in 0..<5000 {
    let (y, slope) = f(x)
    evaluations += 1
    if !y.isFinite { throw badValue(context, y, at: x) }
    if abs(y) <= abs(best.residual) { best = (x, y) }
    if y == 0 { return Root(value: x, bracket: x...x, residual: 0, evaluations: evaluations) }
    if (y < 0) == (ends.lower < 0) { lower = x } else { upper = x }
    if isNarrow(lower...upper) {
      let end = best.argument == lower || best.argument == upper ? best : (x, y)
      return Root(value: end.0, bracket: lower...upper, residual: end.1, evaluations: evaluations)
    }
    var next = x - y / slope
    // Near the root Newton lands on one side again and again: look one step beyond, so that the bracket closes.
    if abs(next - x) <= 2 * x.ulp { next = (y < 0) == (ends.lower < 0) ? x + 2 * x.ulp : x - 2 * x.ulp }
    if !(next > lower && next < upper) || abs(next - x) > 0.5 * stepBefore { next = middle(lower, upper) }
    stepBefore = lastStep
    lastStep = max(abs(next - x), 4 * x.ulp)
    x = next
  }
  throw GSLError(code: Int32(GSL_EMAXITER), context: context)
}

/// Newton's method for a function that may throw; its first error ends the search and is thrown as it is.
@inlinable
public func newtonRoot(
  _ context: String, in bracket: ClosedRange<Double>, start: Double? = nil,
  _ f: (Double) throws -> (value: Double, derivative: Double)
) throws -> Root {
  try catching(f, placeholder: (.nan, .nan)) { f in
    try newtonRoot(context, in: bracket, start: start, f)
  }
}

/// The values at the ends of a bracket, checked.
private struct RootEnds {
  let bracket: ClosedRange<Double>
  let lower: Double
  let upper: Double

  init(_ context: String, _ bracket: ClosedRange<Double>, _ f: (Double) -> Double) throws(GSLError) {
    _ = GSLRuntime.ready
    let (a, b) = (bracket.lowerBound, bracket.upperBound)
    if !a.isFinite || !b.isFinite {
      throw GSLError(code: Int32(GSL_EINVAL), context: "\(context): the bracket \(a) ... \(b) is not finite")
    }
    self.bracket = bracket
    lower = f(a)
    if !lower.isFinite { throw badValue(context, lower, at: a) }
    upper = a == b ? lower : f(b)
    if !upper.isFinite { throw badValue(context, upper, at: b) }
    if lower != 0 && upper != 0 && (lower < 0) == (upper < 0) {
      throw GSLError(
        code: Int32(GSL_EINVAL),
        context: "\(context): no change of sign between \(a) (value \(lower)) and \(b) (value \(upper))")
    }
  }

  var best: (argument: Double, residual: Double) {
    abs(lower) <= abs(upper) ? (bracket.lowerBound, lower) : (bracket.upperBound, upper)
  }

  /// The root, if it is one of the ends.
  var root: Root? {
    if lower != 0 && upper != 0 { return nil }
    let x = best.argument
    return Root(value: x, bracket: x...x, residual: 0, evaluations: 2)
  }
}

private func badValue(_ context: String, _ value: Double, at x: Double) -> GSLError {
  GSLError(code: Int32(GSL_EBADFUNC), context: "\(context): the function is \(value) at \(x)")
}

/// The middle of a bracket, without overflow.
private func middle(_ a: Double, _ b: Double) -> Double { 0.5 * a + 0.5 * b }

/// Whether no more than one double lies strictly inside.
private func isNarrow(_ bracket: ClosedRange<Double>) -> Bool {
  bracket.lowerBound.nextUp.nextUp >= bracket.upperBound
}

/// The root with the smallest residual that lies in the final bracket.
private func finished(
  _ best: (argument: Double, residual: Double), _ bracket: ClosedRange<Double>, _ evaluations: Int,
  _ f: (Double) -> Double
) throws(GSLError) -> Root {
  if bracket.contains(best.argument) {
    return Root(value: best.argument, bracket: bracket, residual: best.residual, evaluations: evaluations)
  }
  let x = bracket.lowerBound
  let y = f(x)
  if !y.isFinite { throw badValue("residual of a root", y, at: x) }
  return Root(value: x, bracket: bracket, residual: y, evaluations: evaluations + 1)
}
