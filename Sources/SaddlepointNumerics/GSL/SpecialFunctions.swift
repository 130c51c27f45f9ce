// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL

/// Special functions of GSL in double precision, with relative errors of a few 1e-16.
///
/// Where a function falls as exp(-x^2) the relative error is x^2 times that; next to a branch point it is larger, too.
///
/// A function that is defined everywhere gives NaN for NaN; the others throw ``GSLError`` with `GSL_EDOM` outside their
/// domain, NaN included. Results too small for a double are 0, which is no error.
public enum Special {
  /// log(1 + x) - x without cancellation, for x > -1.
  public static func log1pmx(_ x: Double) throws(GSLError) -> Double {
    guard x > -1 else { throw outside("log(1 + x) - x", x) }
    if x == .infinity { return -.infinity }
    return try value("log(1 + x) - x", x, gsl_sf_log_1plusx_mx_e)
  }

  /// The error function; -1 and 1 at the infinities.
  public static func erf(_ x: Double) -> Double { x.isInfinite ? (x < 0 ? -1 : 1) : total(x, gsl_sf_erf_e) }

  /// 1 - erf(x) without cancellation; 2 and 0 at the infinities.
  public static func erfc(_ x: Double) -> Double { x.isInfinite ? (x < 0 ? 2 : 0) : total(x, gsl_sf_erfc_e) }

  /// log erfc(x), also where erfc(x) underflows; log 2 and -infinity at the infinities.
  public static func logErfc(_ x: Double) -> Double {
    if x.isInfinite { return x < 0 ? 0.693_147_180_559_945_3 : -.infinity }
    return total(x, gsl_sf_log_erfc_e)
  }

  /// The hazard function of a standard normal variable, its density over its upper tail; 0 and infinity at the infinities.
  public static func hazard(_ x: Double) -> Double {
    if x == .infinity { return .infinity }
    return x < -39 ? 0 : total(x, gsl_sf_hazard_e)
  }

  /// log |Gamma(x)|, except at 0, at negative integers and -infinity; infinity at infinity.
  public static func lgamma(_ x: Double) throws(GSLError) -> Double {
    if x.isNaN || x == -.infinity || (x <= 0 && x == x.rounded(.down)) { throw outside("log |Gamma|", x) }
    if x == .infinity { return .infinity }
    return try value("log |Gamma|", x, gsl_sf_lngamma_e)
  }

  /// Gamma(x), except at 0 and at negative integers.
  /// - Throws: ``GSLError`` with `GSL_EOVRFLW` beyond 171.6, too.
  public static func gamma(_ x: Double) throws(GSLError) -> Double {
    if !x.isFinite || (x <= 0 && x == x.rounded(.down)) { throw outside("Gamma", x) }
    return try value("Gamma", x, gsl_sf_gamma_e)
  }

  /// The principal branch of Lambert's function: W exp(W) = x with W >= -1, for finite x >= -1/e.
  public static func lambertW0(_ x: Double) throws(GSLError) -> Double {
    if !x.isFinite { throw outside("W0", x) }
    return try value("W0", x, gsl_sf_lambert_W0_e)
  }

  /// The lower branch of Lambert's function: W exp(W) = x with W <= -1, for -1/e <= x < 0.
  public static func lambertWm1(_ x: Double) throws(GSLError) -> Double {
    guard x < 0 else { throw outside("W-1", x) }
    return try value("W-1", x, gsl_sf_lambert_Wm1_e)
  }

  /// exp(-|x|) I0(x) for the modified Bessel function I0; 0 at the infinities.
  public static func besselI0Scaled(_ x: Double) -> Double { x.isInfinite ? 0 : total(x, gsl_sf_bessel_I0_scaled_e) }

  /// exp(-|x|) I1(x) for the modified Bessel function I1, odd in x; 0 at the infinities.
  public static func besselI1Scaled(_ x: Double) -> Double { x.isInfinite ? 0 : total(x, gsl_sf_bessel_I1_scaled_e) }

  /// Dawson's integral, exp(-x^2) times the integral of exp(t^2) from 0 to x; 0 at the infinities.
  public static func dawson(_ x: Double) -> Double { x.isInfinite ? 0 : total(x, gsl_sf_dawson_e) }

  private static func outside(_ name: String, _ x: Double) -> GSLError {
    GSLError(code: Int32(GSL_EDOM), context: "\(name) at \(x)")
  }

  /// The value of a function that is defined everywhere.
  private static func total(
    _ x: Double, _ f: (Double, UnsafeMutablePointer<gsl_sf_result>?) -> Int32
  ) -> Double {
    _ = GSLRuntime.ready
    if x.isNaN { return .nan }
    var result = gsl_sf_result()
    return f(x, &result) == Int32(GSL_EUNDRFLW) ? 0 : result.val
  }

  private static func value(
    _ name: String, _ x: Double, _ f: (Double, UnsafeMutablePointer<gsl_sf_result>?) -> Int32
  ) throws(GSLError) -> Double {
    _ = GSLRuntime.ready
    var result = gsl_sf_result()
    let status = f(x, &result)
    if status == Int32(GSL_EUNDRFLW) { return 0 }
    try GSLError.check(status, "\(name) at \(x)")
    return result.val
  }
}
