// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims
public import SaddlepointCore

/// A local minimum of a function of several variables.
public struct VectorMinimum: Sendable, Hashable {
  /// Where it is.
  public let position: [Double]
  /// The function there.
  public let value: Double
  /// Size of the last simplex, or of the last step: an indication of the error of `position`, not a bound.
  public let spread: Double
  /// `converged`, or `not-converged` with the reason.
  public let status: Status
  /// Number of evaluations of the function.
  public let evaluations: Int
}

/// A local minimum of `f` near `start` from values alone, by the simplex method of Nelder and Mead (GSL's `nmsimplex2`).
///
/// The search is started again from what it found, with the same steps, until that gains nothing: a simplex may collapse
/// early. Good for a handful of variables. For a maximum give the negative.
///
/// - Parameters:
///   - context: what is computed, for messages.
///   - start: first guess; its count is the number of variables.
///   - steps: first step in each variable, none 0.
///   - tolerance: the search ends when the simplex is this small in proportion to the first steps. Much below 1e-6 it meets
///     rounding and may never be reached.
///   - f: the function; positive infinity is allowed outside its domain, but not on the first simplex.
/// - Returns: the minimum, or the best point found with status `not-converged`.
/// - Throws: ``GSLError``: `GSL_EINVAL` for a start or steps that make no sense, `GSL_EBADFUNC` if `f` is not a number.
public func minimum(
  _ context: String, start: [Double], steps: [Double], tolerance: Double = 1e-6, _ f: ([Double]) -> Double
) throws(GSLError) -> VectorMinimum {
  if start.count != steps.count || steps.contains(where: { $0 == 0 || !$0.isFinite }) {
    throw GSLError(code: Int32(GSL_EINVAL), context: "\(context): steps \(steps) for the start \(start)")
  }
  let gradient = { (_: [Double]) -> [Double] in [] }
  return try minimised(context, start, f, gradient, allowsInfinity: true) { pointer, first in
    var best: VectorMinimum?
    for _ in 0..<10 {
      guard let found = simplex(best?.position ?? first, steps, tolerance, pointer) else { return best }
      if let best, !(found.value < best.value - 1e-12 * abs(best.value)) { return min(best, found) }
      best = found
    }
    return best
  }
}

/// A local minimum of `f` near `start`, by the method of Broyden, Fletcher, Goldfarb and Shanno (GSL's `bfgs2`).
///
/// - Parameters:
///   - context: what is computed, for messages.
///   - start: first guess.
///   - step: length of the first step, > 0.
///   - tolerance: the search converged when the gradient is at most `tolerance * max(1, |value|)` in Euclidean norm.
///   - gradient: the derivatives.
///   - f: the function.
/// - Returns: the minimum, or the best point found with status `not-converged`.
/// - Throws: ``GSLError`` as for the simplex method; `f` must be finite.
public func minimum(
  _ context: String, start: [Double], step: Double = 0.1, tolerance: Double = 1e-6,
  gradient: ([Double]) -> [Double], _ f: ([Double]) -> Double
) throws(GSLError) -> VectorMinimum {
  if !(step > 0 && step.isFinite) {
    throw GSLError(code: Int32(GSL_EINVAL), context: "\(context): the step is \(step)")
  }
  return try minimised(context, start, f, gradient, allowsInfinity: false) { pointer, first in
    descent(first, step, tolerance, pointer)
  }
}

/// The minimum of a function that may throw, from values alone; its first error is thrown as it is.
@inlinable
public func minimum(
  _ context: String, start: [Double], steps: [Double], tolerance: Double = 1e-6, _ f: ([Double]) throws -> Double
) throws -> VectorMinimum {
  try catching(f, placeholder: .nan) { f in
    try minimum(context, start: start, steps: steps, tolerance: tolerance, f)
  }
}

/// The minimum of a function that may throw, as may its gradient; the first error is thrown as it is.
@inlinable
public func minimum(
  _ context: String, start: [Double], step: Double = 0.1, tolerance: Double = 1e-6,
  gradient: ([Double]) throws -> [Double], _ f: ([Double]) throws -> Double
) throws -> VectorMinimum {
  try withoutActuallyEscaping(gradient) { gradient in
    try catching(f, placeholder: .nan) { f in
      try withoutActuallyEscaping(f) { f in
        try catching(gradient, placeholder: []) { gradient in
          try minimum(context, start: start, step: step, tolerance: tolerance, gradient: gradient, f)
        }
      }
    }
  }
}

/// The function and its gradient on their way through GSL's `void *`.
private struct Landscape: ~Copyable {
  let f: ([Double]) -> Double
  let gradient: ([Double]) -> [Double]
  let allowsInfinity: Bool
  var evaluations = 0
  var failure: String?

  mutating func value(_ x: [Double]) -> Double {
    if failure != nil { return .nan }
    evaluations += 1
    let y = f(x)
    if y.isNaN || (!allowsInfinity && y.isInfinite) { failure = "the function is \(y) at \(x)" }
    return y
  }

  mutating func slope(_ x: [Double]) -> [Double] {
    let none = [Double](repeating: .nan, count: x.count)
    if failure != nil { return none }
    let g = gradient(x)
    if g.count == x.count && g.allSatisfy(\.isFinite) { return g }
    failure = "the gradient is \(g) at \(x)"
    return none
  }
}

private typealias Context = UnsafeMutablePointer<Landscape>

private func minimised(
  _ context: String, _ start: [Double], _ f: ([Double]) -> Double, _ gradient: ([Double]) -> [Double],
  allowsInfinity: Bool, _ search: (Context, [Double]) -> VectorMinimum?
) throws(GSLError) -> VectorMinimum {
  _ = GSLRuntime.ready
  if start.isEmpty || !start.allSatisfy(\.isFinite) {
    throw GSLError(code: Int32(GSL_EINVAL), context: "\(context): the start \(start) is empty or not finite")
  }
  let (found, failure) = withoutActuallyEscaping(f) { f in
    withoutActuallyEscaping(gradient) { gradient in
      var landscape = Landscape(f: f, gradient: gradient, allowsInfinity: allowsInfinity)
      let found = withUnsafeMutablePointer(to: &landscape) { search($0, start) }
      return (found, landscape.failure)
    }
  }
  if let failure { throw GSLError(code: Int32(GSL_EBADFUNC), context: "\(context): \(failure)") }
  guard let found else { throw GSLError(code: Int32(GSL_ENOMEM), context: context) }
  return found
}

/// The lower of two minima, with the evaluations of both.
private func min(_ a: VectorMinimum, _ b: VectorMinimum) -> VectorMinimum {
  let lower = a.value <= b.value ? a : b
  return VectorMinimum(
    position: lower.position, value: lower.value, spread: lower.spread, status: b.status,
    evaluations: max(a.evaluations, b.evaluations))
}

private func value(_ x: UnsafePointer<gsl_vector>?, _ context: UnsafeMutableRawPointer?) -> Double {
  guard let x, let context else { return .nan }
  return context.assumingMemoryBound(to: Landscape.self).pointee.value(Array(x))
}

private func slope(
  _ x: UnsafePointer<gsl_vector>?, _ context: UnsafeMutableRawPointer?, _ g: UnsafeMutablePointer<gsl_vector>?
) {
  guard let x, let context, let g else { return }
  context.assumingMemoryBound(to: Landscape.self).pointee.slope(Array(x)).copy(to: g)
}

private func simplex(
  _ start: [Double], _ steps: [Double], _ tolerance: Double, _ context: Context
) -> VectorMinimum? {
  start.withGSLVector { x in
    steps.withGSLVector { s -> VectorMinimum? in
      let kind = saddlepoint_multimin_nmsimplex2()
      guard let solver = gsl_multimin_fminimizer_alloc(kind, start.count) else { return nil }
      defer { gsl_multimin_fminimizer_free(solver) }
      var function = gsl_multimin_function(f: value, n: start.count, params: context)
      var status = gsl_multimin_fminimizer_set(solver, &function, x, s)
      if status != 0 && context.pointee.failure == nil {
        context.pointee.failure = "the function is infinite near the start \(start)"
      }
      let firstSize = gsl_multimin_fminimizer_size(solver)
      var verdict = Status.notConverged(String(cString: gsl_strerror(Int32(GSL_EMAXITER))))
      for _ in 0..<(2000 * start.count) where status == 0 && context.pointee.failure == nil {
        status = gsl_multimin_fminimizer_iterate(solver)
        if gsl_multimin_fminimizer_size(solver) <= tolerance * firstSize {
          verdict = .converged
          break
        }
      }
      if status != 0 { verdict = .notConverged(String(cString: gsl_strerror(status))) }
      return VectorMinimum(
        position: Array(gsl_multimin_fminimizer_x(solver)), value: gsl_multimin_fminimizer_minimum(solver),
        spread: gsl_multimin_fminimizer_size(solver), status: verdict, evaluations: context.pointee.evaluations)
    } ?? nil
  } ?? nil
}

private func descent(_ start: [Double], _ step: Double, _ tolerance: Double, _ context: Context) -> VectorMinimum? {
  start.withGSLVector { x -> VectorMinimum? in
    let kind = saddlepoint_multimin_bfgs2()
    guard let solver = gsl_multimin_fdfminimizer_alloc(kind, start.count) else { return nil }
    defer { gsl_multimin_fdfminimizer_free(solver) }
    var function = gsl_multimin_function_fdf(
      f: value, df: slope,
      fdf: { x, context, y, g in
        y?.pointee = value(x, context)
        slope(x, context, g)
      }, n: start.count, params: context)
    var isRestarted = false
    var status = gsl_multimin_fdfminimizer_set(solver, &function, x, step, 0.1)
    var verdict = Status.notConverged(String(cString: gsl_strerror(Int32(GSL_EMAXITER))))
    for _ in 0..<2000 where status == 0 && context.pointee.failure == nil {
      let gradient = Array(gsl_multimin_fdfminimizer_gradient(solver))
      let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm <= tolerance * max(1, abs(gsl_multimin_fdfminimizer_minimum(solver))) {
        verdict = .converged
        break
      }
      status = gsl_multimin_fdfminimizer_iterate(solver)
      if status == Int32(GSL_ENOPROG) && !isRestarted {
        isRestarted = true
        status = gsl_multimin_fdfminimizer_restart(solver)
      }
    }
    if status != 0 { verdict = .notConverged(String(cString: gsl_strerror(status))) }
    let last = Array(gsl_multimin_fdfminimizer_dx(solver))
    return VectorMinimum(
      position: Array(gsl_multimin_fdfminimizer_x(solver)), value: gsl_multimin_fdfminimizer_minimum(solver),
      spread: last.reduce(0) { $0 + $1 * $1 }.squareRoot(), status: verdict,
      evaluations: context.pointee.evaluations)
  } ?? nil
}
