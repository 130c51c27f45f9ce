// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims

/// A root of a system of equations.
public struct SystemRoot: Sendable, Hashable {
  /// The root.
  public let values: [Double]
  /// Largest residual in modulus.
  public let residual: Double
  /// Number of iterations.
  public let iterations: Int
}

/// A root of n equations in n unknowns by Powell's hybrid method (hybrids, or hybridsj with a Jacobian).
///
/// - Parameters:
///   - context: what is being computed, for error messages.
///   - start: the first guess; its length is n.
///   - tolerance: the residual that is small enough, in every equation; the iteration goes on while it improves.
///   - jacobian: dF_i/dx_j in row-major order at i n + j; approximated by differences if nil.
///   - f: F(x), written into its second argument.
/// - Returns: the root with its residual.
/// - Throws: `GSLError` if the iteration stops above the tolerance or F is not finite; what `f` throws, unchanged, after
///   which it is not called again.
/// - Complexity: O(n^2) for each iteration besides the evaluations.
public func systemRoot(
  _ context: String, start: [Double], tolerance: Double = 1e-12,
  jacobian: (([Double], inout [Double]) throws -> Void)? = nil, _ f: ([Double], inout [Double]) throws -> Void
) throws -> SystemRoot {
  _ = GSLRuntime.ready
  let n = start.count
  guard n > 0, let x = gsl_vector_alloc(n) else { throw GSLError.invalid("\(context): no unknowns") }
  defer { gsl_vector_free(x) }
  for index in 0..<n { gsl_vector_set(x, index, start[index]) }
  return try withoutActuallyEscaping(f) { f in
    var holder = VectorFunction(dimension: n, results: n, value: f, jacobian: jacobian)
    let outcome = withUnsafeMutablePointer(to: &holder) { pointer -> Result<SystemRoot, GSLError> in
      do throws(GSLError) {
        return .success(
          try jacobian == nil
            ? iterateHybrids(context, x, n, tolerance, pointer) : iterateHybridsj(context, x, n, tolerance, pointer))
      } catch { return .failure(error) }
    }
    if let failure = holder.failure { throw failure }
    if holder.isBad { throw GSLError(code: Int32(GSL_EBADFUNC), context: context) }
    return try outcome.get()
  }
}

private func iterateHybrids(
  _ context: String, _ x: UnsafeMutablePointer<gsl_vector>, _ n: Int, _ tolerance: Double,
  _ holder: UnsafeMutableRawPointer
) throws(GSLError) -> SystemRoot {
  guard let solver = gsl_multiroot_fsolver_alloc(saddlepoint_multiroot_hybrids(), n) else { throw .noMemory(context) }
  defer { gsl_multiroot_fsolver_free(solver) }
  var function = gsl_multiroot_function(
    f: { x, holder, y in
      guard let x, let holder, let y else { return Int32(GSL_EFAULT) }
      return holder.assumingMemoryBound(to: VectorFunction.self).pointee.evaluate(x, into: y)
    }, n: n, params: holder)
  try GSLError.check(gsl_multiroot_fsolver_set(solver, &function, x), context)
  return try finish(context, n, tolerance) {
    (gsl_multiroot_fsolver_iterate(solver), gsl_multiroot_fsolver_root(solver), gsl_multiroot_fsolver_f(solver))
  }
}

private func iterateHybridsj(
  _ context: String, _ x: UnsafeMutablePointer<gsl_vector>, _ n: Int, _ tolerance: Double,
  _ holder: UnsafeMutableRawPointer
) throws(GSLError) -> SystemRoot {
  guard let solver = gsl_multiroot_fdfsolver_alloc(saddlepoint_multiroot_hybridsj(), n) else {
    throw .noMemory(context)
  }
  defer { gsl_multiroot_fdfsolver_free(solver) }
  var function = gsl_multiroot_function_fdf(
    f: { x, holder, y in
      guard let x, let holder, let y else { return Int32(GSL_EFAULT) }
      return holder.assumingMemoryBound(to: VectorFunction.self).pointee.evaluate(x, into: y)
    },
    df: { x, holder, matrix in
      guard let x, let holder, let matrix else { return Int32(GSL_EFAULT) }
      return holder.assumingMemoryBound(to: VectorFunction.self).pointee.evaluateJacobian(x, into: matrix)
    },
    fdf: { x, holder, y, matrix in
      guard let x, let holder, let y, let matrix else { return Int32(GSL_EFAULT) }
      let typed = holder.assumingMemoryBound(to: VectorFunction.self)
      let status = typed.pointee.evaluate(x, into: y)
      return status != 0 ? status : typed.pointee.evaluateJacobian(x, into: matrix)
    }, n: n, params: holder)
  try GSLError.check(gsl_multiroot_fdfsolver_set(solver, &function, x), context)
  return try finish(context, n, tolerance) {
    (gsl_multiroot_fdfsolver_iterate(solver), gsl_multiroot_fdfsolver_root(solver), gsl_multiroot_fdfsolver_f(solver))
  }
}

/// Iterates while the residual falls, and accepts the best point if that is below the tolerance.
private func finish(
  _ context: String, _ n: Int, _ tolerance: Double,
  _ step: () -> (Int32, UnsafeMutablePointer<gsl_vector>?, UnsafeMutablePointer<gsl_vector>?)
) throws(GSLError) -> SystemRoot {
  var best: SystemRoot?
  var stalled = 0
  for iteration in 1...500 {
    let (status, root, f) = step()
    guard let root, let f else { throw .noMemory(context) }
    let residual = (0..<n).map { abs(gsl_vector_get(f, $0)) }.max() ?? 0
    if residual < best?.residual ?? .infinity {
      best = SystemRoot(values: (0..<n).map { gsl_vector_get(root, $0) }, residual: residual, iterations: iteration)
      stalled = 0
    } else {
      stalled += 1
    }
    let isGood = (best?.residual ?? .infinity) <= tolerance
    if residual == 0 || (isGood && stalled >= 2) { break }
    guard status == 0, stalled < 20 else {
      if isGood { break }
      try GSLError.check(status == 0 ? Int32(GSL_ENOPROG) : status, context)
      break
    }
  }
  guard let best, best.residual <= tolerance else { throw GSLError(code: Int32(GSL_EMAXITER), context: context) }
  return best
}
