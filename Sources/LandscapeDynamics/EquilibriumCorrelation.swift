// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics
import Synchronization

/// The equilibrium correlation over many decades of time, by doubling the step of a grid of fixed length.
///
///     dC/dtau = -T C - (1/T) int_0^tau xi'(C(tau - s)) C'(s) ds,   C(0) = 1
///
/// Source: Fuchs, Goetze, Hofacker and Latz (1991); theory sheet *dynamics*, section 3.
private struct DoublingRun {
  /// Values on the whole first grid and on the second half of each further one.
  private var stages: [(step: Double, values: [Double])] = []
  private let points: Int

  /// A run on `points` points per stage to time `end`; `span` is the time of the first half grid.
  init(_ covariance: Polynomial, temperature T: Double, points: Int, span: Double, end: Double) {
    self.points = points
    let xi = FastPolynomial(covariance)
    let half = points / 2
    var h = span / Double(half)
    var c = [Double](repeating: 0, count: points + 1)
    var m = c
    var dc = c
    var dm = c
    let curvature = T * (T + xi.first(1) / T)
    let third = { () -> Double in
      // C''' at 0, from the equation's second derivative.
      let (a, b) = (xi.first(1), xi.second(1))
      return -T * curvature - (a * curvature + b * T * T) / T
    }()
    for i in 0...half {
      let tau = h * Double(i)
      c[i] = 1 - T * tau + curvature * tau * tau / 2 + third * tau * tau * tau / 6
      m[i] = xi.first(c[i])
    }
    for i in 1...half {
      dc[i] = Self.average(c, i)
      dm[i] = Self.average(m, i)
    }
    var start = half + 1
    while true {
      let (c1, m1) = (c[1] - c[0], m[1] - m[0])
      for i in start...points {
        let j = i / 2
        var sum = -m[i - j] * c[j]
        // The terms that do not hold the newest values.
        var k = 2
        while k <= j {
          sum += dm[i - k + 1] * (c[k] - c[k - 1])
          k += 1
        }
        k = 2
        while k <= i - j {
          sum += (m[k] - m[k - 1]) * dc[i - k + 1]
          k += 1
        }
        let oldC = (8 * c[i - 1] - c[i - 2]) / 12
        let oldM = (8 * m[i - 1] - m[i - 2]) / 12
        let constant = sum + oldM * c1 + m1 * oldC
        var x = 2 * c[i - 1] - c[i - 2]
        for _ in 0..<50 {
          let mx = xi.first(x)
          let f =
            (3 * x - 4 * c[i - 1] + c[i - 2]) / (2 * h) + T * x
            + (constant + m[0] * x + 5 / 12.0 * (mx * c1 + m1 * x)) / T
          let slope = 1.5 / h + T + (m[0] + 5 / 12.0 * (xi.second(x) * c1 + m1)) / T
          let step = f / slope
          x -= step
          if abs(step) < 1e-16 { break }
        }
        c[i] = x
        m[i] = xi.first(x)
        dc[i] = Self.average(c, i)
        dm[i] = Self.average(m, i)
      }
      stages.append((h, c))
      if h * Double(points) >= end || Cancellation.isRequested { break }
      for i in 1...half {
        dc[i] = 0.5 * (dc[2 * i - 1] + dc[2 * i])
        dm[i] = 0.5 * (dm[2 * i - 1] + dm[2 * i])
        c[i] = c[2 * i]
        m[i] = m[2 * i]
      }
      h *= 2
      start = half + 1
    }
  }

  /// The mean over the cell (i-1, i), of third order.
  private static func average(_ f: [Double], _ i: Int) -> Double {
    i == 1 ? 0.5 * (f[0] + f[1]) : (-f[i - 2] + 8 * f[i - 1] + 5 * f[i]) / 12
  }

  /// C at a time within the run, by six-point interpolation.
  func value(at tau: Double) -> Double {
    guard let stage = stages.first(where: { $0.step * Double(points) >= tau }) ?? stages.last else { return .nan }
    let x = tau / stage.step
    let first = min(max(0, Int(x) - 2), points - 5)
    var sum = 0.0
    for i in 0..<6 {
      var weight = 1.0
      for j in 0..<6 where j != i { weight *= (x - Double(first + j)) / Double(i - j) }
      sum += weight * stage.values[first + i]
    }
    return sum
  }
}

extension SphericalLandscape {
  /// The equilibrium correlation C(tau) of Langevin dynamics at temperature T.
  ///
  /// Grid doubling with 1024, 2048 and 4096 points per stage, extrapolated; cost a second for twelve decades. The signal
  /// does not enter (m = 0). Next to the dynamic temperature the error grows.
  ///
  /// - Parameters:
  ///   - temperature: T > 0.
  ///   - tau: time, > 0.
  /// - Returns: the correlation; `approximate` below the static temperature, where equilibrium is another one.
  /// - Throws: `DomainError` for numbers outside these ranges.
  public func equilibriumCorrelation(temperature: Double, at tau: Double) throws(DomainError) -> Estimate {
    guard temperature > 0, temperature.isFinite else {
      throw DomainError(.temperature, temperature, allowed: "0 < temperature")
    }
    try DynamicsParameter.time.checked(tau)
    let dynamics = try SphericalDynamics(self, temperature: temperature, initialTemperature: temperature)
    let result = EquilibriumCache.value(covariance, temperature, tau)
    guard dynamics.isStartAnnealed else {
      return .approximate(result.value, error: result.error, reason: "temperature below the static one")
    }
    return .converged(result.value, error: result.error)
  }
}

/// Runs that were computed lately.
private enum EquilibriumCache {
  private struct Key: Hashable {
    let covariance: Polynomial
    let temperature: Double
    let decade: Int
  }

  private static let runs = Mutex<(order: [Key], table: [Key: [DoublingRun]])>(([], [:]))

  static func value(_ xi: Polynomial, _ temperature: Double, _ tau: Double) -> (value: Double, error: Double) {
    let span = 1e-5 / (temperature + xi.derivative(1, at: 1) / temperature)
    let key = Key(
      covariance: xi, temperature: temperature, decade: max(0, Int((Double.log10(tau / span) / 2).rounded(.up))))
    let known = runs.withLock { runs -> [DoublingRun] in
      if let known = runs.table[key] { return known }
      let end = span * Double.pow(100, Double(key.decade))
      let made = [1024, 2048, 4096].map {
        DoublingRun(xi, temperature: temperature, points: $0, span: span, end: end)
      }
      if runs.order.count >= 8 { runs.table[runs.order.removeFirst()] = nil }
      if !Cancellation.isRequested {
        runs.order.append(key)
        runs.table[key] = made
      }
      return made
    }
    let v = known.map { $0.value(at: tau) }
    // The error falls as the square of the number of points.
    let coarse = v[1] + (v[1] - v[0]) / 3
    let fine = v[2] + (v[2] - v[1]) / 3
    return (fine, abs(fine - coarse) + 0.1 * abs(fine - v[2]) + 1e-13)
  }
}
