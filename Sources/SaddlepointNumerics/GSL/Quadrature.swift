// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
public import SaddlepointCore

/// Adaptive quadrature by GSL, on finite, half-infinite and infinite ranges, with known break points.
public enum Quadrature {
  /// How the range is divided.
  public enum Method: Sendable, Hashable {
    /// 21-point Gauss-Kronrod panels with the epsilon algorithm (QAGS, QAGP at break points, QAGI on infinite ranges).
    case adaptive
    /// Doubly adaptive Clenshaw-Curtis (CQUAD): slower, for integrands with singularities or NaN-free kinks at unknown
    /// places. Finite ranges only.
    case doublyAdaptive
  }

  private static let intervals = 2000
  private static let adaptive = WorkspacePool { gsl_integration_workspace_alloc(intervals) }
  private static let doublyAdaptive = WorkspacePool { gsl_integration_cquad_workspace_alloc(200) }

  /// The integral of `f` from `a` to `b`.
  ///
  /// - Parameters:
  ///   - context: what is being computed, for error messages.
  ///   - a: lower end, or minus infinity.
  ///   - b: upper end, or infinity; below `a` the sign is reversed.
  ///   - breakPoints: places inside the range where `f` or a derivative jumps or has an integrable singularity.
  ///   - absolute: error allowed; the larger of the two tolerances counts.
  ///   - relative: error allowed relative to the integral; not below 1e-14 unless an absolute one is given.
  ///   - method: how the range is divided.
  ///   - f: the integrand, finite wherever it is evaluated (the ends of a finite range are not).
  /// - Returns: `converged` with an error bound, or `not-converged` with the best value and GSL's reason.
  /// - Throws: `GSLError` if `f` is not finite somewhere or the tolerance cannot be asked for.
  /// - Complexity: 21 evaluations at least; workspaces are reused, nested and parallel integrals are safe.
  public static func integrate(
    _ context: String = "integral", from a: Double, to b: Double, breakPoints: [Double] = [], absolute: Double = 0,
    relative: Double = 1e-10, method: Method = .adaptive, _ f: (Double) -> Double
  ) throws(GSLError) -> Estimate {
    _ = GSLRuntime.ready
    guard !a.isNaN, !b.isNaN else { throw .invalid("\(context): an end is NaN") }
    if a == b { return .exact(0) }
    if a > b {
      let reversed = try integrate(
        context, from: b, to: a, breakPoints: breakPoints, absolute: absolute, relative: relative, method: method, f)
      return reversed.mapped(derivative: -1) { -$0 }
    }
    let inner = Array(Set(breakPoints.filter { $0 > a && $0 < b })).sorted()
    var pieces: [(Double, Double, [Double])] = []
    if a.isFinite && b.isFinite || inner.isEmpty {
      pieces = [(a, b, inner)]
    } else {
      // Infinite ends are cut off at the outermost break points, so that each rule meets a smooth integrand.
      let (first, last) = (inner[0], inner[inner.count - 1])
      if a.isFinite { pieces.append((a, last, Array(inner.dropLast()))) } else { pieces.append((a, first, [])) }
      if !a.isFinite, !b.isFinite, first < last { pieces.append((first, last, Array(inner.dropFirst().dropLast()))) }
      if b.isFinite { pieces.append((first, b, Array(inner.dropFirst()))) } else { pieces.append((last, b, [])) }
    }
    var sum = 0.0
    var error = 0.0
    var magnitude = 0.0
    var trouble: Int32 = 0
    for (low, high, points) in pieces {
      let piece = try single(
        context, low, high, points, absolute / Double(pieces.count), relative / Double(pieces.count), method, f)
      sum += piece.value
      magnitude += abs(piece.value)
      error += piece.error
      if piece.status != 0 { trouble = piece.status }
    }
    error += 4 * .ulpOfOne * magnitude
    guard trouble == 0 else {
      return .notConverged(GSLError(code: trouble, context: context).description, best: sum, error: error)
    }
    return .converged(sum, error: error)
  }

  /// The integral of a function that may throw; the error that it throws first comes out unchanged.
  public static func integrate(
    _ context: String = "integral", from a: Double, to b: Double, breakPoints: [Double] = [], absolute: Double = 0,
    relative: Double = 1e-10, method: Method = .adaptive, _ f: (Double) throws -> Double
  ) throws -> Estimate {
    try rethrowing(f) { safe throws(GSLError) in
      try integrate(
        context, from: a, to: b, breakPoints: breakPoints, absolute: absolute, relative: relative, method: method, safe)
    }
  }

  private static func single(
    _ context: String, _ a: Double, _ b: Double, _ points: [Double], _ absolute: Double, _ relative: Double,
    _ method: Method, _ f: (Double) -> Double
  ) throws(GSLError) -> (value: Double, error: Double, status: Int32) {
    // Clenshaw-Curtis evaluates the ends and leaves out what is not finite there.
    let excludes = method == .doublyAdaptive && a.isFinite && b.isFinite
    return try ScalarFunction.withPointer(context, passesNonFinite: excludes, f) { function throws(GSLError) in
      var value = 0.0
      var error = 0.0
      let status: Int32
      if method == .doublyAdaptive, a.isFinite, b.isFinite {
        status = try doublyAdaptive.withWorkspace(context) { workspace in
          var total = 0.0
          var bound = 0.0
          var worst: Int32 = 0
          let ends = [a] + points + [b]
          for (low, high) in zip(ends, ends.dropFirst()) {
            let code = gsl_integration_cquad(function, low, high, absolute, relative, workspace, &value, &error, nil)
            if code != 0 { worst = code }
            total += value
            bound += error
          }
          (value, error) = (total, bound)
          return worst
        }
      } else {
        status = try adaptive.withWorkspace(context) { workspace in
          switch (a.isFinite, b.isFinite) {
          case (true, true):
            if points.isEmpty {
              return gsl_integration_qags(function, a, b, absolute, relative, intervals, workspace, &value, &error)
            }
            var ends = [a] + points + [b]
            return gsl_integration_qagp(
              function, &ends, ends.count, absolute, relative, intervals, workspace, &value, &error)
          case (true, false):
            return gsl_integration_qagiu(function, a, absolute, relative, intervals, workspace, &value, &error)
          case (false, true):
            return gsl_integration_qagil(function, b, absolute, relative, intervals, workspace, &value, &error)
          case (false, false):
            return gsl_integration_qagi(function, absolute, relative, intervals, workspace, &value, &error)
          }
        }
      }
      if status == Int32(GSL_EBADTOL) || status == Int32(GSL_EINVAL) {
        throw GSLError(code: status, context: context)
      }
      if !value.isFinite { throw .badFunction(context, at: a) }
      return (value, error, status)
    }
  }
}
