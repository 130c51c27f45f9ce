// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointNumerics

/// A landscape that is nothing but its polynomials, for families of landscapes.
struct TwoPolynomials: SphericalLandscape {
  let covariance: Polynomial
  let signal: Polynomial
}

/// Where minima vanish in a family of landscapes whose signal grows with a strength.
///
/// Source: theory sheet *spherical landscapes*, section 5.
struct Trivialization {
  /// The strength from which marginal states at m = 0 feel the signal: minima vanish beyond it.
  let start: Double
  /// The landscape of a strength.
  let landscape: (Double) -> TwoPolynomials

  init(from start: Double, landscape: @escaping (Double) -> TwoPolynomials) {
    self.start = start
    self.landscape = landscape
  }

  /// The strength at which the minima at m = 0 vanish.
  func ofEquator() -> Estimate {
    zero { AnnealedCounting(landscape: landscape($0), points: .minima).height(at: 0) }
  }

  /// The strength at which the band of minima around the equator vanishes, and the overlap of the last ones.
  ///
  /// Isolated states of maximum likelihood, at which the exponent touches zero, are no band. Where a second band survives, the
  /// status is `approximate` and says so.
  func ofBand() -> (strength: Estimate, overlap: Estimate?) {
    let critical = zero { Self.equatorBand(AnnealedCounting(landscape: landscape($0), points: .minima)).value }
    guard let strength = critical.value else { return (critical, nil) }
    let counting = AnnealedCounting(landscape: landscape(strength), points: .minima)
    let (y, value) = Self.equatorBand(counting)
    let m = Double.tanh(y)
    let overlap = Estimate.converged(m, error: m == 0 ? 0 : 1e-8)
    let other = Self.highestOtherBand(counting, than: y)
    guard other > max(1e-12, value + 1e-12) else { return (critical, overlap) }
    return (
      critical.marked(
        .approximate("a second band of minima survives beyond the line, complexity up to \(plain(other))")), overlap
    )
  }

  /// Bound on the rounding of a height, a sum of a dozen terms of order 1.
  private let noise = 1e-14

  /// The zero of a falling height beyond the start.
  private func zero(of height: (Double) -> Double) -> Estimate {
    let xi = landscape(start).covariance
    guard xi.derivative(2, at: 1) > xi.derivative(1, at: 1) else {
      return .outsideDomain("no minima in exponential number")
    }
    guard height(start) > noise else { return .notConverged("the complexity of minima is below rounding") }
    do throws(GSLError) {
      var (low, high) = (start, 1.05 * start)
      while height(high) > 0 {
        low = high
        high *= 1.2
        if high > 1e9 * start { return .outsideDomain("minima survive at every strength of the signal") }
      }
      let root = try brentRoot("trivialization", in: low...high, height)
      // The zero lies where the height cannot be told from rounding: as far as that reaches on either side.
      var width = max(root.bracket.upperBound - root.bracket.lowerBound, 4 * root.value.ulp)
      while abs(height(root.value - width)) < noise || abs(height(root.value + width)) < noise, width < root.value {
        width *= 2
      }
      return .converged(root.value, error: width)
    } catch { return .notConverged(error.description) }
  }

  /// The top of the band of minima nearest m = 0, climbing uphill from there; in y = artanh m.
  static func equatorBand(_ counting: AnnealedCounting) -> (y: Double, value: Double) {
    func height(_ y: Double) -> Double { counting.height(at: Double.tanh(y)) }
    let step = 0.02
    var (y, value) = (0.0, height(0))
    let (left, right) = (height(-step), height(step))
    guard max(left, right) > value else {
      // Even in m, or a top within one step.
      return left == right ? (0, value) : refined(height, around: 0, step: step)
    }
    let direction = left > right ? -step : step
    while y.magnitude < 10 {
      let next = height(y + direction)
      guard next > value else { break }
      (y, value) = (y + direction, next)
    }
    return refined(height, around: y, step: step)
  }

  private static func refined(_ height: (Double) -> Double, around y: Double, step: Double) -> (
    y: Double, value: Double
  ) {
    let found = try? LocalMaximum.of(height, near: y, within: step)
    return (found?.y ?? y, found?.value ?? height(y))
  }

  /// The highest complexity of minima in a band that is neither around the equator nor an isolated state; minus infinity without one.
  static func highestOtherBand(_ counting: AnnealedCounting, than main: Double) -> Double {
    let steps = 240
    func height(_ y: Double) -> Double { counting.height(at: Double.tanh(y)) }
    let places = (0...steps).map { 6 * (2 * Double($0) / Double(steps) - 1) }
    let values = places.map(height)
    var other = -Double.infinity
    for index in 1..<steps where values[index] >= values[index - 1] && values[index] >= values[index + 1] {
      // A top more than 0.1 below zero on this grid stays below it.
      guard values[index] > -0.1, abs(places[index] - main) > 0.1 else { continue }
      let (y, value) = refined(height, around: places[index], step: places[1] - places[0])
      // The top of the main band and the touching points of isolated states are no second band.
      if abs(y - main) > 0.1, abs(value) > 1e-12 { other = max(other, value) }
    }
    return other
  }
}
