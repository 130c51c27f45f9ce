// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims
public import SaddlepointCore

/// A root of as many equations as unknowns.
public struct SystemRoot: Sendable, Hashable {
  /// The unknowns.
  public let values: [Double]
  /// The left-hand sides at `values`.
  public let residuals: [Double]
  /// Estimated absolute error of each unknown.
  ///
  /// It is twice the last Newton correction, and the rounding of the equations carried through the inverse Jacobian; infinite
  /// where the Jacobian is singular.
  public let errors: [Double]
  /// `converged`, or `not-converged` with the reason.
  public let status: Status
  /// Number of evaluations of the equations.
  public let evaluations: Int

  /// One of the unknowns with its error and the status of the whole.
  public subscript(_ index: Int) -> Estimate {
    guard case .notConverged(let reason) = status else { return .converged(values[index], error: errors[index]) }
    return .notConverged(reason, best: values[index], error: errors[index])
  }
}

/// The root of `f` near `start`, by Powell's hybrid method with derivatives from differences (GSL's `hybrids`).
///
/// - Parameters:
///   - context: what is computed, for messages.
///   - start: first guess; its count is the number of unknowns.
///   - tolerance: the root converged when each error is at most `tolerance * max(1, |unknown|)`.
///   - f: the left-hand sides, as many as unknowns.
/// - Returns: the root, or the best point found with status `not-converged`: a local minimum of the residual, or a root
///   where the Jacobian is singular.
/// - Throws: ``GSLError``: `GSL_EINVAL` for an empty start or one that is not finite, `GSL_EBADFUNC` if `f` is not finite
///   somewhere on the way, `GSL_EBADLEN` if it gives another number of values.
public func systemRoot(
  _ context: String, start: [Double], tolerance: Double = 1e-10, _ f: ([Double]) -> [Double]
) throws(GSLError) -> SystemRoot {
  try check(start, context)
  let (root, error) = withoutActuallyEscaping(f) { f in
    var holder = SystemFunction(start.count, f)
    let root = withUnsafeMutablePointer(to: &holder) { pointer in
      start.withGSLVector { x -> SystemRoot? in
        guard let solver = gsl_multiroot_fsolver_alloc(saddlepoint_multiroot_hybrids(), start.count) else { return nil }
        defer { gsl_multiroot_fsolver_free(solver) }
        var function = gsl_multiroot_function(f: values, n: start.count, params: pointer)
        let stop = iterate(tolerance, gsl_multiroot_fsolver_set(solver, &function, x)) {
          let status = gsl_multiroot_fsolver_iterate(solver)
          return (status, Array(gsl_multiroot_fsolver_root(solver)), Array(gsl_multiroot_fsolver_dx(solver)))
        }
        return assess(Array(gsl_multiroot_fsolver_root(solver)), stop, tolerance, &pointer.pointee)
      } ?? nil
    }
    return (root, holder.error(context))
  }
  return try delivered(root, error, context)
}

/// The root of `f` near `start`, by Powell's hybrid method with the given Jacobian (GSL's `hybridsj`).
///
/// Everything else is as without a Jacobian.
/// - Parameters:
///   - context: what is computed, for messages.
///   - start: first guess.
///   - tolerance: the root converged when each error is at most `tolerance * max(1, |unknown|)`.
///   - jacobian: the derivatives, row by row: number `i n + j` is that of equation i with respect to unknown j.
///   - f: the left-hand sides.
/// - Returns: the root, or the best point found with status `not-converged`.
/// - Throws: ``GSLError`` as without a Jacobian.
public func systemRoot(
  _ context: String, start: [Double], tolerance: Double = 1e-10, jacobian: ([Double]) -> [Double],
  _ f: ([Double]) -> [Double]
) throws(GSLError) -> SystemRoot {
  try check(start, context)
  let (root, error) = withoutActuallyEscaping(f) { f in
    withoutActuallyEscaping(jacobian) { jacobian in
      var holder = SystemFunction(start.count, f, jacobian)
      let root = withUnsafeMutablePointer(to: &holder) { pointer in
        start.withGSLVector { x -> SystemRoot? in
          let kind = saddlepoint_multiroot_hybridsj()
          guard let solver = gsl_multiroot_fdfsolver_alloc(kind, start.count) else { return nil }
          defer { gsl_multiroot_fdfsolver_free(solver) }
          var function = gsl_multiroot_function_fdf(
            f: values, df: derivatives,
            fdf: { x, context, y, matrix in
              let status = values(x, context, y)
              return status == 0 ? derivatives(x, context, matrix) : status
            }, n: start.count, params: pointer)
          let stop = iterate(tolerance, gsl_multiroot_fdfsolver_set(solver, &function, x)) {
            let status = gsl_multiroot_fdfsolver_iterate(solver)
            return (status, Array(gsl_multiroot_fdfsolver_root(solver)), Array(gsl_multiroot_fdfsolver_dx(solver)))
          }
          return assess(Array(gsl_multiroot_fdfsolver_root(solver)), stop, tolerance, &pointer.pointee)
        } ?? nil
      }
      return (root, holder.error(context))
    }
  }
  return try delivered(root, error, context)
}

/// The root of equations that may throw; the first error ends the search and is thrown as it is.
@inlinable
public func systemRoot(
  _ context: String, start: [Double], tolerance: Double = 1e-10, _ f: ([Double]) throws -> [Double]
) throws -> SystemRoot {
  try catching(f, placeholder: []) { f in try systemRoot(context, start: start, tolerance: tolerance, f) }
}

/// The root of equations that may throw, as may their derivatives; the first error is thrown as it is.
@inlinable
public func systemRoot(
  _ context: String, start: [Double], tolerance: Double = 1e-10, jacobian: ([Double]) throws -> [Double],
  _ f: ([Double]) throws -> [Double]
) throws -> SystemRoot {
  try withoutActuallyEscaping(jacobian) { jacobian in
    try catching(f, placeholder: []) { f in
      try withoutActuallyEscaping(f) { f in
        try catching(jacobian, placeholder: []) { jacobian in
          try systemRoot(context, start: start, tolerance: tolerance, jacobian: jacobian, f)
        }
      }
    }
  }
}

private func check(_ start: [Double], _ context: String) throws(GSLError) {
  _ = GSLRuntime.ready
  if start.isEmpty || !start.allSatisfy(\.isFinite) {
    throw GSLError(code: Int32(GSL_EINVAL), context: "\(context): the start \(start) is empty or not finite")
  }
}

private func delivered(_ root: SystemRoot?, _ error: GSLError?, _ context: String) throws(GSLError) -> SystemRoot {
  if let error { throw error }
  guard let root else { throw GSLError(code: Int32(GSL_ENOMEM), context: context) }
  return root
}

private func values(
  _ x: UnsafePointer<gsl_vector>?, _ context: UnsafeMutableRawPointer?, _ y: UnsafeMutablePointer<gsl_vector>?
) -> Int32 {
  guard let x, let context, let y else { return Int32(GSL_EFAULT) }
  let holder = context.assumingMemoryBound(to: SystemFunction.self)
  guard let result = holder.pointee.values(at: Array(x)) else { return Int32(GSL_EBADFUNC) }
  result.copy(to: y)
  return Int32(GSL_SUCCESS)
}

private func derivatives(
  _ x: UnsafePointer<gsl_vector>?, _ context: UnsafeMutableRawPointer?, _ matrix: UnsafeMutablePointer<gsl_matrix>?
) -> Int32 {
  guard let x, let context, let matrix else { return Int32(GSL_EFAULT) }
  let holder = context.assumingMemoryBound(to: SystemFunction.self)
  guard let result = holder.pointee.derivatives(at: Array(x)) else { return Int32(GSL_EBADFUNC) }
  result.copy(to: matrix)
  return Int32(GSL_SUCCESS)
}

/// Iterates until the steps are well below the tolerance or GSL gives up; returns GSL's last word.
private func iterate(_ tolerance: Double, _ first: Int32, _ step: () -> (Int32, [Double], [Double])) -> Int32 {
  if first != 0 { return first }
  for _ in 0..<1000 {
    let (status, x, dx) = step()
    if status != 0 { return status }
    if zip(x, dx).allSatisfy({ abs($1) <= 0.1 * tolerance * max(1, abs($0)) }) { return 0 }
  }
  return Int32(GSL_EMAXITER)
}

/// Polishes the point that GSL ended with by Newton steps and estimates what is left; nil if the function failed.
private func assess(
  _ point: [Double], _ stop: Int32, _ tolerance: Double, _ function: inout SystemFunction
) -> SystemRoot? {
  let n = point.count
  guard var y = function.values(at: point) else { return nil }
  var x = point
  guard let jacobian = function.derivatives(at: x) ?? differences(at: x, y, &function) else { return nil }
  var errors = [Double](repeating: .infinity, count: n)
  var status = Status.notConverged("the Jacobian is singular")
  if let inverse = smallInverse(jacobian, n) {
    var correction = product(inverse, y)
    for _ in 0..<3 where y != [Double](repeating: 0, count: n) {
      let trial = zip(x, correction).map { $0 - $1 }
      guard let residuals = function.values(at: trial) else {
        function.forgive()
        break
      }
      let next = product(inverse, residuals)
      // Slow gain means a nearly multiple root, where the old Jacobian misleads.
      if size(next) > 0.1 * size(correction) { break }
      (x, y, correction) = (trial, residuals, next)
    }
    // The equations are known to a rounding of their terms, about |J| |x|.
    let rounding = product(jacobian.map(abs), x.map(abs)).map { Double.ulpOfOne * $0 }
    let carried = product(inverse.map(abs), rounding)
    // Twice the correction, because at a double root Newton's method sees only half of what is missing.
    errors = (0..<n).map { 2 * abs(correction[$0]) + carried[$0] + 2 * x[$0].ulp }
    if zip(x, errors).allSatisfy({ $1 <= tolerance * max(1, abs($0)) }) {
      status = .converged
    } else {
      let words = stop == 0 ? "the error exceeds the tolerance" : String(cString: gsl_strerror(stop))
      status = .notConverged(words)
    }
  }
  return SystemRoot(values: x, residuals: y, errors: errors, status: status, evaluations: function.evaluations)
}

/// The Jacobian by differences: central, or one-sided where the function ends.
private func differences(at x: [Double], _ y: [Double], _ function: inout SystemFunction) -> [Double]? {
  let n = x.count
  if function.failure != nil { return nil }
  var jacobian = [Double](repeating: 0, count: n * n)
  for j in 0..<n {
    let step = 1e-6 * max(abs(x[j]), 1e-4)
    var ends = [(x: x[j], y: y), (x: x[j], y: y)]
    for k in 0...1 {
      function.forgive()
      var shifted = x
      shifted[j] += k == 0 ? -step : step
      if let there = function.values(at: shifted) { ends[k] = (shifted[j], there) }
    }
    let width = ends[1].x - ends[0].x
    if width == 0 { return nil }
    function.forgive()
    for i in 0..<n { jacobian[i * n + j] = (ends[1].y[i] - ends[0].y[i]) / width }
  }
  return jacobian
}

private func product(_ matrix: [Double], _ x: [Double]) -> [Double] {
  let n = x.count
  return (0..<n).map { i in (0..<n).reduce(0) { $0 + matrix[i * n + $1] * x[$1] } }
}

private func size(_ x: [Double]) -> Double { x.reduce(0) { max($0, abs($1)) } }
