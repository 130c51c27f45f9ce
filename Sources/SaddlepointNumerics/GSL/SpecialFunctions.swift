// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL

/// Special functions by GSL.
///
/// Underflow gives 0, which is the right double; outside a function's domain the result is NaN.
public enum SpecialFunctions {
  private static func value(_ f: (UnsafeMutablePointer<gsl_sf_result>) -> Int32) -> Double {
    _ = GSLRuntime.ready
    var result = gsl_sf_result(val: .nan, err: .nan)
    let status = f(&result)
    return status == 0 || status == Int32(GSL_EUNDRFLW) ? result.val : .nan
  }

  /// log(1 + x) - x without cancellation, for x > -1.
  public static func logOnePlusMinus(_ x: Double) -> Double { value { gsl_sf_log_1plusx_mx_e(x, $0) } }
  /// The error function.
  public static func erf(_ x: Double) -> Double { value { gsl_sf_erf_e(x, $0) } }
  /// The complementary error function.
  public static func erfc(_ x: Double) -> Double { value { gsl_sf_erfc_e(x, $0) } }
  /// log erfc(x), also where erfc underflows.
  public static func logErfc(_ x: Double) -> Double { value { gsl_sf_log_erfc_e(x, $0) } }
  /// The hazard function of the normal law, phi(x)/Q(x).
  public static func hazard(_ x: Double) -> Double { value { gsl_sf_hazard_e(x, $0) } }
  /// log |Gamma(x)|.
  public static func logGamma(_ x: Double) -> Double { value { gsl_sf_lngamma_e(x, $0) } }
  /// The Lambert function W_0 for x >= -1/e: w exp(w) = x, w >= -1.
  public static func lambertW0(_ x: Double) -> Double { value { gsl_sf_lambert_W0_e(x, $0) } }
  /// The Lambert function W_{-1} for -1/e <= x < 0: w exp(w) = x, w <= -1.
  public static func lambertWm1(_ x: Double) -> Double { value { gsl_sf_lambert_Wm1_e(x, $0) } }
  /// exp(-|x|) I_0(x).
  public static func scaledBesselI0(_ x: Double) -> Double { value { gsl_sf_bessel_I0_scaled_e(x, $0) } }
  /// exp(-|x|) I_1(x).
  public static func scaledBesselI1(_ x: Double) -> Double { value { gsl_sf_bessel_I1_scaled_e(x, $0) } }
  /// Dawson's integral exp(-x^2) int_0^x exp(t^2) dt.
  public static func dawson(_ x: Double) -> Double { value { gsl_sf_dawson_e(x, $0) } }
}
