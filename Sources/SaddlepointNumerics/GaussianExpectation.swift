// SPDX-License-Identifier: GPL-3.0-or-later

public import RealModule
public import SaddlepointCore

/// Expectations over standard normal variables, with error estimates.
public enum GaussianExpectation {
  /// E f(z) for a smooth f, by the trapezoidal rule, which converges exponentially.
  ///
  /// The step is halved until two sums agree; their difference, squared once more by the next halving, bounds the error.
  ///
  /// - Parameters:
  ///   - tolerance: absolute error allowed.
  ///   - cutoff: |z| beyond which f times the density is negligible; 12 for f that grow no faster than exp(2|z|).
  ///   - f: smooth on the scale 1/8 or so; use ``adaptive(breakPoints:tolerance:_:)`` for kinks.
  /// - Returns: `converged`, or `not-converged` with the best value if 2^14 nodes do not suffice.
  /// - Throws: what f throws.
  /// - Complexity: 100 to 400 evaluations for functions smooth on the scale 1.
  @inlinable
  public static func smooth<E: Error>(
    tolerance: Double = 1e-12, cutoff: Double = 12, _ f: (Double) throws(E) -> Double
  ) throws(E) -> Estimate {
    let norm = 0.3989422804014327
    var step = 0.5
    var count = Int(cutoff / step)
    var sum = 0.0
    var magnitude = 0.0
    var k = -count
    while k <= count {
      let z = Double(k) * step
      let term = Double.exp(-0.5 * z * z) * (try f(z))
      sum += term
      magnitude += abs(term)
      k += 1
    }
    var value = norm * step * sum
    while count < 1 << 14 {
      // The new nodes lie half a step beside the old ones.
      var k = -count
      while k < count {
        let z = (Double(k) + 0.5) * step
        let term = Double.exp(-0.5 * z * z) * (try f(z))
        sum += term
        magnitude += abs(term)
        k += 1
      }
      step *= 0.5
      count *= 2
      let next = norm * step * sum
      let rounding = 8 * .ulpOfOne * norm * step * magnitude
      let difference = abs(next - value)
      value = next
      if !value.isFinite { return .notConverged("the integrand is not finite") }
      if difference <= max(tolerance, rounding) { return .converged(value, error: difference + rounding) }
    }
    return .notConverged("the integrand is not smooth enough", best: value)
  }

  /// E f(z) for an f with kinks or jumps at known places, by adaptive panels between them.
  ///
  /// - Parameters:
  ///   - breakPoints: places where f or a derivative jumps.
  ///   - tolerance: absolute error allowed.
  ///   - f: finite wherever the density is not negligible.
  /// - Returns: `converged`, or `not-converged` with the best value.
  /// - Throws: `GSLError` where f is not finite; what f throws, unchanged.
  public static func adaptive(
    breakPoints: [Double] = [], tolerance: Double = 1e-12, _ f: (Double) throws -> Double
  ) throws -> Estimate {
    let norm = 0.3989422804014327
    return try Quadrature.integrate(
      "Gaussian expectation", from: -.infinity, to: .infinity, breakPoints: breakPoints.isEmpty ? [0] : breakPoints,
      absolute: tolerance, relative: 0
    ) { z in
      // Far out the density underflows whatever f is; f itself might overflow there.
      let density = norm * Double.exp(-0.5 * z * z)
      return density == 0 ? 0 : density * (try f(z))
    }
  }

  /// E f(z1, z2) for a smooth f of two standard normal variables of the given correlation.
  ///
  /// - Parameters:
  ///   - correlation: E z1 z2, in [-1, 1].
  ///   - tolerance: absolute error allowed.
  ///   - cutoff: as for one variable, in each of them.
  ///   - f: smooth in both variables.
  /// - Returns: `converged`, or `not-converged` with the best value.
  /// - Throws: what f throws.
  /// - Complexity: the square of ``smooth(tolerance:cutoff:_:)``.
  @inlinable
  public static func smooth2<E: Error>(
    correlation: Double = 0, tolerance: Double = 1e-11, cutoff: Double = 12, _ f: (Double, Double) throws(E) -> Double
  ) throws(E) -> Estimate {
    let rest = max(0, 1 - correlation * correlation).squareRoot()
    var innerError = 0.0
    var trouble: Status?
    let outer = try smooth(tolerance: tolerance, cutoff: cutoff) { (z: Double) throws(E) -> Double in
      let inner = try smooth(tolerance: 0.1 * tolerance, cutoff: cutoff) { (w: Double) throws(E) -> Double in
        try f(z, correlation * z + rest * w)
      }
      innerError = max(innerError, inner.error)
      if inner.status != .converged, abs(z) < 8 { trouble = inner.status }
      return inner.value ?? 0
    }
    guard let value = outer.value, outer.status == .converged else { return outer }
    if let trouble { return .notConverged(trouble.reason ?? "the inner expectation failed", best: value) }
    return .converged(value, error: outer.error + innerError)
  }
}
