// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
public import SaddlepointCore

private let intervalLimit = 1000
private let workspaces = WorkspacePool { gsl_integration_workspace_alloc(intervalLimit) }
private let doublyAdaptiveWorkspaces = WorkspacePool { gsl_integration_cquad_workspace_alloc(intervalLimit) }

/// The integral of `f` from `a` to `b`, either of which may be infinite, by adaptive Gauss-Kronrod quadrature.
///
/// Algebraic and logarithmic singularities at the ends and at the break points are allowed; the integrand is never
/// evaluated there. Infinite ranges are mapped to (0, 1], so the integrand should decay and should vary on the scale 1
/// around 0 or around the outermost break points. `a > b` gives the negative of the integral from `b` to `a`, and `a == b`
/// gives 0 without a call. Cost: 21 evaluations for each interval (15 in infinite ranges), at most 1000 intervals.
/// A structure so narrow that no node hits it is missed, unless a break point marks it.
///
/// - Parameters:
///   - context: what is computed, for messages.
///   - a: lower limit.
///   - b: upper limit.
///   - breakPoints: where the integrand has kinks, jumps or singularities, in any order; those outside are ignored.
///   - absolute: allowed absolute error. The integral converged when its error is at most `absolute` or at most `relative`
///     times its size, whichever is larger.
///   - relative: allowed relative error, at least 1e-14 (else GSL refuses it) unless `absolute > 0`.
///   - f: the integrand.
/// - Returns: the value with its error, or `not-converged` with the best value where the tolerance was not met.
/// - Throws: ``GSLError`` for a limit that is not a number, a refused tolerance, or an integrand that is not finite
///   somewhere; it is not called again after that.
public func integral(
  _ context: String, from a: Double, to b: Double, breakPoints: [Double] = [], absolute: Double = 0,
  relative: Double = 1e-10, _ f: (Double) -> Double
) throws(GSLError) -> Estimate {
  if a.isNaN || b.isNaN || absolute.isNaN || relative.isNaN {
    throw GSLError(code: Int32(GSL_EINVAL), context: "\(context): a limit or tolerance is not a number")
  }
  if a == b { return .exact(0) }
  if breakPoints.isEmpty {
    var total = Quadrature()
    try total.add(Piece.whole(from: min(a, b), to: max(a, b)), context, absolute: absolute, relative: relative, f)
    return total.estimate(sign: a < b ? 1 : -1, absolute: absolute, relative: relative)
  }
  let pieces = Piece.cut(from: min(a, b), to: max(a, b), at: breakPoints)
  let share = absolute / Double(pieces.count)
  var total = try Quadrature.sum(pieces, context, absolute: share, relative: relative, f)
  // Pieces of opposite sign may each be good and their sum not, and QAGP sometimes takes a smooth integrand for a singular
  // one: go through the panels one by one, with what the sum needs as absolute tolerance.
  let allowed = max(absolute, relative * abs(total.value))
  let panels = pieces.flatMap(\.panels)
  if panels.count > 1, total.failure != nil || total.error > allowed, allowed > 0, allowed.isFinite {
    let again = try Quadrature.sum(panels, context, absolute: allowed / Double(panels.count), relative: 0, f)
    if again.failure == nil || again.error < total.error { total = again }
  }
  return total.estimate(sign: a < b ? 1 : -1, absolute: absolute, relative: relative)
}

/// The integral of an integrand that may throw; its first error ends the integration and is thrown as it is.
///
/// Everything else is as for the integrand that does not throw.
@inlinable
public func integral(
  _ context: String, from a: Double, to b: Double, breakPoints: [Double] = [], absolute: Double = 0,
  relative: Double = 1e-10, _ f: (Double) throws -> Double
) throws -> Estimate {
  try catching(f) { f in
    try integral(context, from: a, to: b, breakPoints: breakPoints, absolute: absolute, relative: relative, f)
  }
}

/// The integral of `f` over a finite range by doubly adaptive Clenshaw-Curtis quadrature (CQUAD).
///
/// Slower than ``integral(_:from:to:breakPoints:absolute:relative:_:)-swift.func`` where that one converges, but robust
/// against unknown singularities: the ends are evaluated, and infinite values of the integrand are left out. The meaning of
/// the tolerances, the result and the errors are the same; infinite limits are refused.
public func doublyAdaptiveIntegral(
  _ context: String, from a: Double, to b: Double, absolute: Double = 0, relative: Double = 1e-10,
  _ f: (Double) -> Double
) throws(GSLError) -> Estimate {
  if !a.isFinite || !b.isFinite || absolute.isNaN || relative.isNaN {
    throw GSLError(code: Int32(GSL_EINVAL), context: "\(context): a limit is not finite")
  }
  if a == b { return .exact(0) }
  var value = 0.0
  var error = 0.0
  let status = try withGSLFunction(context, f, allowsInfinity: true) { function in
    doublyAdaptiveWorkspaces.withWorkspace { workspace in
      gsl_integration_cquad(function, min(a, b), max(a, b), absolute, relative, workspace, &value, &error, nil)
    }
  }
  var total = Quadrature()
  try total.add(value, error, status, context)
  return total.estimate(sign: a < b ? 1 : -1, absolute: absolute, relative: relative)
}

/// The doubly adaptive integral of an integrand that may throw; its first error is thrown as it is.
@inlinable
public func doublyAdaptiveIntegral(
  _ context: String, from a: Double, to b: Double, absolute: Double = 0, relative: Double = 1e-10,
  _ f: (Double) throws -> Double
) throws -> Estimate {
  try catching(f) { f in
    try doublyAdaptiveIntegral(context, from: a, to: b, absolute: absolute, relative: relative, f)
  }
}

/// A part of the range that one GSL routine integrates.
private enum Piece {
  case between(Double, Double)
  case broken([Double])
  case above(Double)
  case below(Double)
  case everywhere

  /// The same range without break points inside a piece.
  var panels: [Piece] {
    guard case .broken(let ends) = self else { return [self] }
    return zip(ends, ends.dropFirst()).map { .between($0, $1) }
  }

  /// The range without break points.
  static func whole(from a: Double, to b: Double) -> Piece {
    if a.isFinite { return b.isFinite ? .between(a, b) : .above(a) }
    return b.isFinite ? .below(b) : .everywhere
  }

  /// The pieces of the range from `a` to `b`, `a < b`.
  static func cut(from a: Double, to b: Double, at breakPoints: [Double]) -> [Piece] {
    var inside: [Double] = []
    for point in breakPoints.sorted() where point > a && point < b && point != inside.last { inside.append(point) }
    guard let first = inside.first, let last = inside.last else { return [whole(from: a, to: b)] }
    var pieces: [Piece] = []
    if a.isInfinite { pieces.append(.below(first)) }
    let ends = (a.isFinite ? [a] : []) + inside + (b.isFinite ? [b] : [])
    if ends.count == 2 { pieces.append(.between(ends[0], ends[1])) }
    if ends.count > 2 { pieces.append(.broken(ends)) }
    if b.isInfinite { pieces.append(.above(last)) }
    return pieces
  }
}

/// A sum of integrals with the sum of their errors, and the first complaint.
private struct Quadrature {
  var value = 0.0
  var error = 0.0
  var failure: Int32?

  static func sum(
    _ pieces: [Piece], _ context: String, absolute: Double, relative: Double, _ f: (Double) -> Double
  ) throws(GSLError) -> Quadrature {
    var total = Quadrature()
    for piece in pieces { try total.add(piece, context, absolute: absolute, relative: relative, f) }
    return total
  }

  /// Adds the integral over a piece.
  mutating func add(
    _ piece: Piece, _ context: String, absolute: Double, relative: Double, _ f: (Double) -> Double
  ) throws(GSLError) {
    var value = 0.0
    var error = 0.0
    let status = try withGSLFunction(context, f) { function in
      workspaces.withWorkspace { w in
        switch piece {
        case .between(let a, let b):
          let status = gsl_integration_qags(function, a, b, absolute, relative, intervalLimit, w, &value, &error)
          if !Self.isAboutExtrapolation(status) { return status }
          // Extrapolation may have been led astray by a narrow peak: plain bisection is slower and steadier.
          var (plain, plainError) = (0.0, 0.0)
          let rule = Int32(GSL_INTEG_GAUSS21)
          let retried = gsl_integration_qag(
            function, a, b, absolute, relative, intervalLimit, rule, w, &plain, &plainError)
          if retried != 0 { return status }
          (value, error) = (plain, plainError)
          return retried
        case .broken(var ends):
          return gsl_integration_qagp(
            function, &ends, ends.count, absolute, relative, intervalLimit, w, &value, &error)
        case .above(let a):
          return gsl_integration_qagiu(function, a, absolute, relative, intervalLimit, w, &value, &error)
        case .below(let b):
          return gsl_integration_qagil(function, b, absolute, relative, intervalLimit, w, &value, &error)
        case .everywhere:
          return gsl_integration_qagi(function, absolute, relative, intervalLimit, w, &value, &error)
        }
      }
    }
    try add(value, error, status, context)
  }

  /// Whether GSL gave up because its extrapolation did not settle; its error is no bound then.
  private static func isAboutExtrapolation(_ status: Int32) -> Bool {
    status == Int32(GSL_EDIVERGE) || status == Int32(GSL_ESING)
  }

  /// Adds a value; a status that says the call made no sense is thrown, one about convergence is kept.
  mutating func add(_ value: Double, _ error: Double, _ status: Int32?, _ context: String) throws(GSLError) {
    let status = status ?? Int32(GSL_ENOMEM)
    switch status {
    case Int32(GSL_SUCCESS): break
    case Int32(GSL_EROUND), Int32(GSL_EMAXITER), Int32(GSL_ESING),
      Int32(GSL_EDIVERGE), Int32(GSL_EFAILED):
      failure = failure ?? status
    default: throw GSLError(code: status, context: context)
    }
    self.value += value
    self.error += Self.isAboutExtrapolation(status) ? .infinity : error + 2 * value.ulp
  }

  func estimate(sign: Double, absolute: Double, relative: Double) -> Estimate {
    let allowed = max(absolute, relative * abs(value))
    // Rounding is a complaint only where it kept the error above the tolerance.
    let complaint = failure == Int32(GSL_EROUND) && error <= allowed ? nil : failure
    if let complaint {
      return .notConverged(String(cString: gsl_strerror(complaint)), best: sign * value, error: error)
    }
    return .converged(sign * value, error: error)
  }
}
