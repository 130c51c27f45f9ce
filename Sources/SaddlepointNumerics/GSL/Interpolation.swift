// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims

/// A curve through given points, by GSL.
///
/// Evaluation is safe from many threads.
public final class Interpolation: @unchecked Sendable {
  /// The kind of curve.
  public enum Kind: Sendable, Hashable {
    /// Natural cubic spline: twice differentiable, may overshoot. At least 3 points.
    case cubic
    /// Akima spline: once differentiable, overshoots little. At least 5 points.
    case akima
    /// Steffen's curve: once differentiable, monotone between the points. At least 3 points.
    case monotone
  }

  /// The arguments, strictly increasing.
  public let x: [Double]
  /// The values.
  public let y: [Double]
  // Immutable after init, and read by GSL without an accelerator, which alone would be written to.
  private let table: UnsafeMutablePointer<gsl_interp>

  /// A curve through the points.
  /// - Throws: `GSLError` for too few points, arguments that do not increase strictly, or numbers of unequal count.
  public init(_ kind: Kind, x: [Double], y: [Double]) throws(GSLError) {
    _ = GSLRuntime.ready
    let context = "interpolation through \(x.count) points"
    let isIncreasing = zip(x, x.dropFirst()).allSatisfy { $0 < $1 }
    guard x.count == y.count, isIncreasing, (x + y).allSatisfy(\.isFinite) else {
      throw .invalid("\(context): arguments must increase, and each needs a value")
    }
    let type =
      switch kind {
      case .cubic: saddlepoint_interp_cspline()
      case .akima: saddlepoint_interp_akima()
      case .monotone: saddlepoint_interp_steffen()
      }
    guard x.count >= (kind == .akima ? 5 : 3), let table = gsl_interp_alloc(type, x.count) else {
      throw .invalid("\(context): too few")
    }
    let status = gsl_interp_init(table, x, y, x.count)
    guard status == 0 else {
      gsl_interp_free(table)
      throw GSLError(code: status, context: context)
    }
    self.x = x
    self.y = y
    self.table = table
  }

  deinit { gsl_interp_free(table) }

  /// The value at `argument`.
  /// - Throws: `GSLError` outside the range of the points.
  public func callAsFunction(_ argument: Double) throws(GSLError) -> Double {
    var value = 0.0
    try GSLError.check(gsl_interp_eval_e(table, x, y, argument, nil, &value), "interpolation at \(argument)")
    return value
  }

  /// The first derivative at `argument`.
  /// - Throws: `GSLError` outside the range of the points.
  public func derivative(_ argument: Double) throws(GSLError) -> Double {
    var value = 0.0
    try GSLError.check(gsl_interp_eval_deriv_e(table, x, y, argument, nil, &value), "interpolation at \(argument)")
    return value
  }
}
