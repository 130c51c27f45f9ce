// SPDX-License-Identifier: GPL-3.0-or-later

package import SaddlepointNumerics

/// A root in the overlap m, kept together with 1 - m so that nothing is lost as m tends to 1.
package struct OverlapRoot: Sendable, Hashable {
  /// The overlap m.
  package let m: Double
  /// 1 - m, to full relative precision.
  package let complement: Double
  /// Bound on the error of `m`, and of `complement`.
  package let error: Double

  package init(m: Double, error: Double) {
    self.m = m
    self.complement = 1 - m
    self.error = error
  }

  package init(complement: Double, error: Double) {
    self.m = 1 - complement
    self.complement = complement
    self.error = error
  }

  /// The root of an increasing or decreasing `f` between two overlaps, found in whichever of m and 1 - m is the smaller.
  ///
  /// - Parameters:
  ///   - context: what is being computed, for error messages.
  ///   - lower: the end of smaller overlap; `f` changes sign between the ends.
  ///   - upper: the end of larger overlap.
  ///   - noise: bound on the rounding error of `f` near the root.
  ///   - slope: derivative of `f` with respect to m, for the error bound.
  ///   - curvature: second derivative, for the error bound near a double root.
  ///   - f: the function of (m, 1 - m).
  /// - Returns: the root with its error bound.
  /// - Throws: `GSLError` without a change of sign, or where `f` is not finite.
  package static func bracketed(
    _ context: String, from lower: OverlapRoot, to upper: OverlapRoot, noise: Double,
    slope: (Double, Double) -> Double, curvature: (Double, Double) -> Double,
    _ f: (Double, Double) -> Double
  ) throws(GSLError) -> OverlapRoot {
    let middle = 0.5
    let crosses = lower.m < middle && upper.m > middle
    let sameSideAsLower = crosses && (f(middle, middle) > 0) == (f(lower.m, lower.complement) > 0)
    let inComplement = lower.m >= middle || (crosses && sameSideAsLower)
    func bound(_ m: Double, _ s: Double, _ width: Double) -> Double {
      let first = abs(slope(m, s))
      let second = abs(curvature(m, s))
      let linear = first > 0 ? noise / first : .infinity
      let quadratic = second > 0 ? (2 * noise / second).squareRoot() : .infinity
      return width + min(linear, 2 * quadratic)
    }
    if inComplement {
      let start = crosses ? middle : lower.complement
      let root = try brentRoot(context, in: upper.complement...start) { s in f(1 - s, s) }
      let s = root.value
      return OverlapRoot(complement: s, error: bound(1 - s, s, root.width + s.ulp))
    }
    let end = crosses ? middle : upper.m
    let root = try brentRoot(context, in: lower.m...end) { m in f(m, 1 - m) }
    return OverlapRoot(m: root.value, error: bound(root.value, 1 - root.value, root.width + root.value.ulp))
  }
}

extension Root {
  /// Width of the final bracket.
  package var width: Double { bracket.upperBound - bracket.lowerBound }
}
