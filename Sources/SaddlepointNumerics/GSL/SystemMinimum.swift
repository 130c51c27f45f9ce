// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims

/// A minimum of a function of several variables.
public struct SystemMinimum: Sendable, Hashable {
  /// Where it is.
  public let arguments: [Double]
  /// The function there.
  public let value: Double
  /// Size of the final simplex, or norm of the final gradient.
  public let residual: Double
  /// Number of iterations.
  public let iterations: Int
}

/// A local minimum of f: R^n -> R, by the simplex method of Nelder and Mead, or by BFGS where a gradient is given.
///
/// - Parameters:
///   - context: what is being computed, for error messages.
///   - start: the first guess; its length is n.
///   - step: size of the first simplex or step.
///   - tolerance: size of the simplex or norm of the gradient that is small enough; BFGS goes on while it makes progress. Since it
///     compares values of f, norms below about 1e-8 are out of reach.
///   - gradient: df/dx_i, written into its second argument; nil for the simplex method.
///   - f: the function.
/// - Returns: the minimum with its residual.
/// - Throws: `GSLError` if the iteration stops above the tolerance or f is not finite; what a closure throws, unchanged.
public func systemMinimum(
  _ context: String, start: [Double], step: Double = 0.1, tolerance: Double = 1e-6,
  gradient: (([Double], inout [Double]) throws -> Void)? = nil, _ f: ([Double]) throws -> Double
) throws -> SystemMinimum {
  _ = GSLRuntime.ready
  let n = start.count
  guard n > 0, let x = gsl_vector_alloc(n) else { throw GSLError.invalid("\(context): no variables") }
  defer { gsl_vector_free(x) }
  for index in 0..<n { gsl_vector_set(x, index, start[index]) }
  return try withoutActuallyEscaping(f) { f in
    var holder = ScalarField(dimension: n, value: f, gradient: gradient)
    let outcome = withUnsafeMutablePointer(to: &holder) { pointer -> Result<SystemMinimum, GSLError> in
      do throws(GSLError) {
        return .success(
          try gradient == nil
            ? simplex(context, x, n, step, tolerance, pointer) : bfgs(context, x, n, step, tolerance, pointer))
      } catch { return .failure(error) }
    }
    if let failure = holder.failure { throw failure }
    if holder.isBad { throw GSLError(code: Int32(GSL_EBADFUNC), context: context) }
    return try outcome.get()
  }
}

/// A function of several variables on its way through GSL's callbacks; the first error it throws is kept.
private struct ScalarField: ~Copyable {
  let value: ([Double]) throws -> Double
  let gradient: (([Double], inout [Double]) throws -> Void)?
  var x: [Double]
  var g: [Double]
  private(set) var failure: (any Error)?
  private(set) var isBad = false

  init(
    dimension n: Int, value: @escaping ([Double]) throws -> Double,
    gradient: (([Double], inout [Double]) throws -> Void)?
  ) {
    self.value = value
    self.gradient = gradient
    x = [Double](repeating: 0, count: n)
    g = x
  }

  mutating func evaluate(_ input: UnsafePointer<gsl_vector>) -> Double {
    guard failure == nil, !isBad else { return 0 }
    for index in x.indices { x[index] = gsl_vector_get(input, index) }
    do {
      let y = try value(x)
      if !y.isFinite { isBad = true }
      return isBad ? 0 : y
    } catch {
      failure = error
      return 0
    }
  }

  mutating func evaluateGradient(_ input: UnsafePointer<gsl_vector>, into output: UnsafeMutablePointer<gsl_vector>) {
    guard failure == nil, !isBad, let gradient else { return gsl_vector_set_zero(output) }
    for index in x.indices { x[index] = gsl_vector_get(input, index) }
    do { try gradient(x, &g) } catch { failure = error }
    for index in g.indices {
      if !g[index].isFinite { isBad = true }
      gsl_vector_set(output, index, isBad ? 0 : g[index])
    }
  }

  static func value(_ x: UnsafePointer<gsl_vector>?, _ holder: UnsafeMutableRawPointer?) -> Double {
    guard let x, let holder else { return 0 }
    return holder.assumingMemoryBound(to: ScalarField.self).pointee.evaluate(x)
  }

  static func gradient(
    _ x: UnsafePointer<gsl_vector>?, _ holder: UnsafeMutableRawPointer?, _ g: UnsafeMutablePointer<gsl_vector>?
  ) {
    guard let x, let holder, let g else { return }
    holder.assumingMemoryBound(to: ScalarField.self).pointee.evaluateGradient(x, into: g)
  }
}

private func simplex(
  _ context: String, _ x: UnsafeMutablePointer<gsl_vector>, _ n: Int, _ step: Double, _ tolerance: Double,
  _ holder: UnsafeMutableRawPointer
) throws(GSLError) -> SystemMinimum {
  guard let solver = gsl_multimin_fminimizer_alloc(saddlepoint_multimin_nmsimplex2(), n),
    let steps = gsl_vector_alloc(n)
  else { throw .noMemory(context) }
  defer {
    gsl_multimin_fminimizer_free(solver)
    gsl_vector_free(steps)
  }
  gsl_vector_set_all(steps, step)
  var function = gsl_multimin_function(f: { ScalarField.value($0, $1) }, n: n, params: holder)
  try GSLError.check(gsl_multimin_fminimizer_set(solver, &function, x, steps), context)
  for iteration in 1...(2000 * n) {
    let status = gsl_multimin_fminimizer_iterate(solver)
    let size = gsl_multimin_fminimizer_size(solver)
    if size <= tolerance, let place = gsl_multimin_fminimizer_x(solver) {
      return SystemMinimum(
        arguments: (0..<n).map { gsl_vector_get(place, $0) }, value: gsl_multimin_fminimizer_minimum(solver),
        residual: size, iterations: iteration)
    }
    try GSLError.check(status, context)
  }
  throw GSLError(code: Int32(GSL_EMAXITER), context: context)
}

private func bfgs(
  _ context: String, _ x: UnsafeMutablePointer<gsl_vector>, _ n: Int, _ step: Double, _ tolerance: Double,
  _ holder: UnsafeMutableRawPointer
) throws(GSLError) -> SystemMinimum {
  guard let solver = gsl_multimin_fdfminimizer_alloc(saddlepoint_multimin_bfgs2(), n) else { throw .noMemory(context) }
  defer { gsl_multimin_fdfminimizer_free(solver) }
  var function = gsl_multimin_function_fdf(
    f: { ScalarField.value($0, $1) }, df: { ScalarField.gradient($0, $1, $2) },
    fdf: { x, holder, value, gradient in
      value?.pointee = ScalarField.value(x, holder)
      ScalarField.gradient(x, holder, gradient)
    }, n: n, params: holder)
  try GSLError.check(gsl_multimin_fdfminimizer_set(solver, &function, x, step, 0.1), context)
  var restarts = 0
  for iteration in 1...2000 {
    let status = gsl_multimin_fdfminimizer_iterate(solver)
    guard let g = gsl_multimin_fdfminimizer_gradient(solver), let place = gsl_multimin_fdfminimizer_x(solver) else {
      throw .noMemory(context)
    }
    let norm = gsl_blas_dnrm2(g)
    if norm <= 1e-3 * tolerance || (norm <= tolerance && status != 0) {
      return SystemMinimum(
        arguments: (0..<n).map { gsl_vector_get(place, $0) }, value: gsl_multimin_fdfminimizer_minimum(solver),
        residual: norm, iterations: iteration)
    }
    if status == Int32(GSL_ENOPROG), restarts < 5 {
      // The line search is stuck in rounding along an old direction; steepest descent gives a new one.
      restarts += 1
      try GSLError.check(gsl_multimin_fdfminimizer_restart(solver), context)
    } else {
      try GSLError.check(status, context)
    }
  }
  throw GSLError(code: Int32(GSL_EMAXITER), context: context)
}
