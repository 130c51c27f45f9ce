// SPDX-License-Identifier: GPL-3.0-or-later

import SaddlepointNumerics

/// The top of a smooth function that a scan has bracketed.
enum LocalMaximum {
  /// Newton's method for the zero of the slope, by differences of fourth order; a search by values where that leaves the bracket.
  ///
  /// Values tell the place of a maximum to the square root of rounding only, the slope to about 11 digits.
  ///
  /// - Parameters:
  ///   - height: the function; minus infinity where it is not defined.
  ///   - centre: where the scan found the highest value.
  ///   - width: spacing of the scan.
  /// - Returns: place and value of the top, the size of the last step, and the curvature (negative).
  /// - Throws: `GSLError` where the search by values fails.
  static func of(
    _ height: (Double) -> Double, near centre: Double, within width: Double
  ) throws(GSLError) -> (y: Double, value: Double, step: Double, curvature: Double) {
    // A parabola through the scan's points is near enough to begin with.
    let (left, middle, right) = (height(centre - width), height(centre), height(centre + width))
    let bend = left + right - 2 * middle
    var y = bend < 0 ? centre + 0.5 * width * (left - right) / bend : centre
    if !(abs(y - centre) <= width) { y = centre }
    for _ in 0..<8 {
      let h = 1e-3
      let (left, right, farLeft, farRight) = (height(y - h), height(y + h), height(y - 2 * h), height(y + 2 * h))
      let value = height(y)
      let curvature = (16 * (left + right) - (farLeft + farRight) - 30 * value) / (12 * h * h)
      let step = (8 * (right - left) - (farRight - farLeft)) / (12 * h) / curvature
      guard curvature < 0, abs(y - step - centre) <= width else { break }
      y -= step
      // Quadratic convergence: the next step would be below rounding.
      if abs(step) < 1e-6 { return (y, height(y), step * step + 1e-13, curvature) }
    }
    let top = try maximum("complexity over the overlap", in: (centre - width)...(centre + width)) {
      max(height($0), -1e300)
    }
    return (top.position, top.value, 1e-7, -1)
  }
}
