// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims

/// A curve through given points.
///
/// Immutable, so that threads may share it. It says nothing about its error, which depends on the curve behind the points.
public final class Interpolant: @unchecked Sendable {
  /// How the points are joined.
  public enum Kind: Sendable, Hashable, CaseIterable {
    /// Straight lines; 2 points or more.
    case linear
    /// Natural cubic spline, with a continuous second derivative; 3 points or more.
    case cubicSpline
    /// Akima's piecewise cubic, which a single outlier disturbs only nearby; 5 points or more.
    case akima
    /// Steffen's piecewise cubic, monotone between the points; 3 points or more.
    case steffen
  }

  /// The arguments between which the curve is defined, ends included.
  public let range: ClosedRange<Double>
  private let spline: UnsafeMutablePointer<gsl_spline>

  /// The curve of the given kind through the points (`x[i]`, `y[i]`).
  ///
  /// - Throws: ``GSLError`` with `GSL_EINVAL` unless `x` increases strictly, all numbers are finite, and there are as many
  ///   `y` as `x` and enough for the kind.
  public init(_ context: String, x: [Double], y: [Double], kind: Kind = .cubicSpline) throws(GSLError) {
    _ = GSLRuntime.ready
    let type =
      switch kind {
      case .linear: saddlepoint_interp_linear()
      case .cubicSpline: saddlepoint_interp_cspline()
      case .akima: saddlepoint_interp_akima()
      case .steffen: saddlepoint_interp_steffen()
      }
    let isIncreasing = zip(x, x.dropFirst()).allSatisfy { $0 < $1 }
    guard x.count == y.count, x.count >= Int(gsl_interp_type_min_size(type)), isIncreasing,
      x.allSatisfy(\.isFinite), y.allSatisfy(\.isFinite), let first = x.first, let last = x.last
    else {
      throw GSLError(code: Int32(GSL_EINVAL), context: "\(context): \(x.count) and \(y.count) numbers, \(kind)")
    }
    guard let spline = gsl_spline_alloc(type, x.count) else {
      throw GSLError(code: Int32(GSL_ENOMEM), context: context)
    }
    let status = gsl_spline_init(spline, x, y, x.count)
    if status != 0 {
      gsl_spline_free(spline)
      throw GSLError(code: status, context: context)
    }
    self.spline = spline
    range = first...last
  }

  deinit { gsl_spline_free(spline) }

  /// The curve at `x`.
  /// - Throws: ``GSLError`` with `GSL_EDOM` outside ``range``.
  public func value(at x: Double) throws(GSLError) -> Double {
    try evaluate(x) { gsl_spline_eval_e(spline, x, nil, $0) }
  }

  /// The first derivative at `x`.
  /// - Throws: ``GSLError`` with `GSL_EDOM` outside ``range``.
  public func derivative(at x: Double) throws(GSLError) -> Double {
    try evaluate(x) { gsl_spline_eval_deriv_e(spline, x, nil, $0) }
  }

  /// The second derivative at `x`; it jumps at the points for all kinds but the cubic spline.
  /// - Throws: ``GSLError`` with `GSL_EDOM` outside ``range``.
  public func secondDerivative(at x: Double) throws(GSLError) -> Double {
    try evaluate(x) { gsl_spline_eval_deriv2_e(spline, x, nil, $0) }
  }

  /// The integral of the curve from `a` to `b`, in either order.
  /// - Throws: ``GSLError`` with `GSL_EDOM` if a limit is outside ``range``.
  public func integral(from a: Double, to b: Double) throws(GSLError) -> Double {
    if !range.contains(a) { throw outside(a) }
    let size = try evaluate(b) { gsl_spline_eval_integ_e(spline, min(a, b), max(a, b), nil, $0) }
    return a <= b ? size : -size
  }

  private func evaluate(
    _ x: Double, _ body: (UnsafeMutablePointer<Double>) -> Int32
  ) throws(GSLError) -> Double {
    // GSL compares in a way that lets NaN through.
    if !range.contains(x) { throw outside(x) }
    var y = 0.0
    try GSLError.check(body(&y), "interpolation at \(x)")
    return y
  }

  private func outside(_ x: Double) -> GSLError {
    GSLError(code: Int32(GSL_EDOM), context: "interpolation at \(x), outside \(range)")
  }
}
