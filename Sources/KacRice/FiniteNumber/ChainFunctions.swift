// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics

/// H_nu(z) = 1/Gamma(nu) int_0^inf x^(nu-1) exp(-z x - x^2/2) dx = exp(z^2/4) D_{-nu}(z), a parabolic cylinder function.
///
/// H_0 = 1, H_nu = z H_{nu+1} + (nu+1) H_{nu+2}, H_nu' = -nu H_{nu+1}. Climbing in nu is stable where z <= 0, descending
/// where z > 0, because then all terms have one sign.
enum ChainFunctions {
  /// Spacing of the places around which H_{1/2} is expanded, and the places themselves: |z| <= reach.
  private static let spacing = 0.25
  private static let reach = 10.0
  private static let order = 20

  /// Taylor coefficients of exp(-min(z, 0)^2/2 at the centre) H_{1/2}(centre + d) in d, centre by centre.
  private static let taylor: [Double] = {
    let centres = 2 * Int(reach / spacing) + 1
    var table: [Double] = []
    table.reserveCapacity(centres * (order + 1))
    for index in 0..<centres {
      let z = -reach + spacing * Double(index)
      // With x = w^2 the integrals are over the whole line and entire: the trapezoidal rule converges like a Gauss rule.
      var moments = [Double](repeating: 0, count: order + 1)
      let step = 0.02
      for i in -300...300 {
        let x = step * step * Double(i * i)
        let shift = z < 0 ? 0.5 * z * z : 0
        var term = step * Double.exp(-z * x - 0.5 * x * x - shift) / Double.pi.squareRoot()
        for k in 0...order {
          moments[k] += term
          term *= -x / Double(k + 1)
        }
      }
      table += moments
    }
    return table
  }()

  /// H_{1/2}(z) and H_{3/2}(z), both times exp(-z^2/2) where z < 0.
  static func half(_ z: Double) -> (first: Double, second: Double) {
    if abs(z) >= reach { return far(z) }
    let index = ((z + reach) / spacing).rounded()
    let centre = -reach + spacing * index
    let d = z - centre
    let start = Int(index) * (order + 1)
    var value = 0.0
    var slope = 0.0
    taylor.withUnsafeBufferPointer { table in
      var k = order
      while k >= 0 {
        slope = slope * d + value
        value = value * d + table[start + k]
        k -= 1
      }
    }
    // The expansions carry the factor of their centre.
    let factor =
      z < 0
      ? Double.exp(0.5 * (min(centre, 0) * min(centre, 0) - z * z)) : centre < 0 ? Double.exp(0.5 * centre * centre) : 1
    return (value * factor, -2 * slope * factor)
  }

  /// The asymptotic series, good to rounding from |z| = 10 on.
  private static func far(_ z: Double) -> (first: Double, second: Double) {
    let x = abs(z)
    let inverse = 1 / (2 * x * x)
    func series(_ first: Double, _ sign: Double) -> Double {
      var sum = 1.0
      var term = 1.0
      var k = 0.0
      while k < 40 {
        let next = term * sign * (first + 2 * k) * (first + 2 * k + 1) * inverse / (k + 1)
        if abs(next) >= abs(term) || abs(next) < 1e-18 { break }
        term = next
        sum += term
        k += 1
      }
      return sum
    }
    if z > 0 { return (series(0.5, -1) / x.squareRoot(), series(1.5, -1) / (x * x.squareRoot())) }
    let root = Double.sqrt(2 * .pi)
    // 1/Gamma(1/2) and 1/Gamma(3/2).
    let inverseGamma = 1 / Double.pi.squareRoot()
    return (
      root * inverseGamma / x.squareRoot() * series(0.5, 1), root * 2 * inverseGamma * x.squareRoot() * series(-0.5, 1)
    )
  }

  /// H_1(z), times exp(-z^2/2) where z < 0.
  static func one(_ z: Double) -> Double {
    let tail = (Double.pi / 2).squareRoot() * Double.erfc(z / 2.0.squareRoot())
    return z < 0 ? tail : tail * Double.exp(0.5 * z * z)
  }

  /// Below this z climbing in nu loses less than two digits up to `nu`.
  static func climbingLimit(_ nu: Double) -> Double { 1.2 / (nu + 1).squareRoot() }

  /// H_{nu+1}(z)/H_nu(z) for z >= 0 and a multiple nu of 1/2.
  static func ratio(_ nu: Double, _ z: Double) -> Double {
    if z < climbingLimit(nu) {
      let isInteger = nu == nu.rounded(.down)
      var low: Double
      var high: Double
      if isInteger { (low, high) = (1, one(z)) } else { (low, high) = half(z) }
      var k = isInteger ? 0.0 : 0.5
      while k < nu {
        (low, high) = (high, (low - z * high) / (k + 1))
        k += 1
      }
      return high / low
    }
    // Backward from so far out that the error of the start has died off.
    let steps = (324 / (z * z) + 36 * nu.squareRoot() / z).rounded(.up) + 8
    var k = nu + steps
    var r = 2 / (z + (z * z + 4 * (k + 1)).squareRoot())
    while k > nu {
      r = 1 / (z + k * r)
      k -= 1
    }
    return r
  }
}

/// H_{nu+1}/H_nu at one nu, tabulated over all z >= 0.
struct RatioTable: Sendable {
  private let scale: Double
  /// Values and slopes in q = z/(z + scale) of (z + scale) H_{nu+1}/H_nu.
  private let entries: [Double]
  private static let cells = 1024

  init(nu: Double) {
    let scale = 2 * (nu + 1).squareRoot()
    self.scale = scale
    entries = (0...Self.cells).flatMap { index -> [Double] in
      if index == Self.cells { return [1, -1] }
      let q = Double(index) / Double(Self.cells)
      let z = scale * q / (1 - q)
      let next = ChainFunctions.ratio(nu + 1, z)
      let r = 1 / (z + (nu + 1) * next)
      let slope = -r * ((nu + 1) * next - nu * r)
      let toQ = scale / ((1 - q) * (1 - q))
      return [(z + scale) * r, (r + (z + scale) * slope) * toQ]
    }
  }

  /// The ratio at z >= 0.
  func callAsFunction(_ z: Double) -> Double {
    let q = z / (z + scale)
    let place = q * Double(Self.cells)
    let cell = min(Int(place), Self.cells - 1)
    let t = place - Double(cell)
    return entries.withUnsafeBufferPointer { e in
      let h = 1 / Double(Self.cells)
      let (a, da, b, db) = (e[2 * cell], e[2 * cell + 1] * h, e[2 * cell + 2], e[2 * cell + 3] * h)
      let s = 1 - t
      return (s * s * (1 + 2 * t) * a + t * s * s * da + t * t * (3 - 2 * t) * b - t * t * s * db) / (z + scale)
    }
  }
}
