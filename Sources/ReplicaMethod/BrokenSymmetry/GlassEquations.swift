// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointNumerics

/// The order parameters of a solution with at most one jump at the top, in variables that stay finite at T = 0.
///
/// W(q) = (1/T) int_q^1 x is the response at scale q. From `lowest` to `q0` the overlaps are continuous (`lowest` = `q0`
/// where they are not), between `q0` and `q1` x(q) is constant.
struct GlassPoint: Sendable, Hashable {
  /// Temperature T >= 0.
  var temperature: Double
  /// Cosine m with the signal.
  var m: Double
  /// Lower end q of the overlaps.
  var lowest: Double
  /// W at the lower end: m = W phi'(m), q = m^2 + W^2 xi'(q).
  var lowestResponse: Double
  /// Overlap q_0 of different states.
  var q0: Double
  /// W at q_0.
  var outer: Double
  /// chi = (1-q_1)/T.
  var chi: Double

  /// q_1, overlap within a state.
  var q1: Double { 1 - temperature * chi }
  /// q_1 - q_0.
  var gap: Double { 1 - q0 - temperature * chi }
  /// y = x/T, from W = chi + y (q_1 - q_0).
  var y: Double { (outer - chi) / gap }
  /// r = y (q_1-q_0)/W = 1 - chi/W; 0 where nothing is broken.
  var r: Double { (outer - chi) / outer }
}

/// The equations of a spherical glass of covariance xi and signal phi.
///
/// Source: theory sheet *spiked replica*, section 3; Crisanti and Leuzzi (2006).
struct GlassEquations: Sendable {
  let xi: Polynomial
  let phi: Polynomial
  let temperature: Double
  /// Coefficients of xi by degree, dense.
  private let dense: [Double]

  init(xi: Polynomial, phi: Polynomial, temperature: Double) {
    self.xi = xi
    self.phi = phi
    self.temperature = temperature
    var dense = [Double](repeating: 0, count: (xi.terms.last?.degree ?? 0) + 1)
    for term in xi.terms { dense[term.degree] = term.coefficient }
    self.dense = dense
  }

  /// Divided differences between `a` and `b`, without cancellation where they are close.
  ///
  /// - Returns: `slope` = [xi'(b) - xi'(a)]/(b-a), `second` = [xi(b) - xi(a) - (b-a) xi'(a)]/(b-a)^2.
  func differences(_ a: Double, _ b: Double) -> (slope: Double, second: Double) {
    var (slope, second) = (0.0, 0.0)
    // first = [q^k], twice = [q^k] with a taken twice; Leibniz' rule raises the degree.
    var (first, twice, power) = (0.0, 0.0, 1.0)
    var k = 1
    while k < dense.count {
      let lower = first
      first = b * first + power
      twice = a * twice + lower
      power *= a
      slope += Double(k) * dense[k] * lower
      second += dense[k] * twice
      k += 1
    }
    return (slope, second)
  }

  /// h(r) = [-log(1-r) - r]/r^2, which tends to 1/2 at r = 0; r < 1.
  static func excess(_ r: Double) -> Double {
    if abs(r) < 1e-3 {
      return 0.5 + r * (1 / 3.0 + r * (0.25 + r * (0.2 + r * (1 / 6.0 + r * (1 / 7.0)))))
    }
    return (-Double.log(onePlus: -r) - r) / (r * r)
  }

  /// How far the upper overlap is from its equation: [xi'(q1) - xi'(q0)] chi W/(q1 - q0) - 1.
  func topResidual(_ at: GlassPoint) -> Double {
    differences(at.q0, at.q1).slope * at.chi * at.outer - 1
  }

  /// Which of the solutions with one jump is meant.
  enum Closing: Sendable, Hashable {
    /// Vanishing complexity.
    case stationary
    /// Marginal states: inner replicon 1.
    case threshold
    /// Given y = x/T.
    case parisi(Double)
  }

  /// The equation that is left when all overlaps are stationary.
  func residual(_ at: GlassPoint, _ closing: Closing) -> Double {
    switch closing {
    case .stationary:
      Self.excess(at.r) - at.outer * at.outer * differences(at.q0, at.q1).second
    case .threshold: xi.derivative(2, at: at.q1) * at.chi * at.chi - 1
    case .parisi(let y): at.y / y - 1
    }
  }

  /// Complexity of the states inside: (1/2) r^2 [h(r) - W^2 ((xi(q1) - xi(q0))/(q1-q0) - xi'(q0))/(q1-q0)].
  func complexity(_ at: GlassPoint) -> Double { 0.5 * at.r * at.r * residual(at, .stationary) }

  /// xi''(q1) chi^2, stable below 1.
  func innerReplicon(_ at: GlassPoint) -> Double { xi.derivative(2, at: at.q1) * at.chi * at.chi }

  /// xi''(q) W(q)^2 at the lower end, stable below 1; 1 throughout a continuous part.
  func outerReplicon(_ at: GlassPoint) -> Double {
    xi.derivative(2, at: at.lowest) * at.lowestResponse * at.lowestResponse
  }

  /// [xi(1) - xi(q1)]/T, or its limit xi'(1) chi at T = 0.
  private func energyOfTop(_ at: GlassPoint) -> Double {
    guard temperature > 0 else { return xi.derivative(1, at: 1) * at.chi }
    let u = temperature * at.chi
    guard u < 0.5 else { return (xi(1) - xi(at.q1)) / temperature }
    var sum = 0.0
    for term in xi.terms {
      sum -= term.coefficient * Double.expMinusOne(Double(term.degree) * Double.log(onePlus: -u)) / temperature
    }
    return sum
  }

  /// Free energy per N, with a bound on its rounding error.
  ///
  /// -f = phi(m) + (1/2){[xi(1)-xi(q1)]/T + T log(T chi) + y [xi(q1)-xi(q0)] + log(W0/chi)/y - W0 xi'(q0)
  /// + 2 W xi'(q)|_lowest + 2 int sqrt(xi'')}; the terms in y are absent where nothing jumps.
  func freeEnergy(_ at: GlassPoint) -> (value: Double, error: Double) {
    var terms = [phi(at.m), 0.5 * energyOfTop(at)]
    if temperature > 0 { terms.append(0.5 * temperature * Double.log(temperature * at.chi)) }
    let slope0 = xi.derivative(1, at: at.q0)
    if at.gap > 0, at.r > 0 {
      terms.append(0.5 * at.y * at.gap * (slope0 + at.gap * differences(at.q0, at.q1).second))
      // log(W/chi)/y = -log(1-r) (q1-q0)/(r W)
      terms.append(-0.5 * Double.log(onePlus: -at.r) / at.r * at.gap / at.outer)
    }
    terms.append(-0.5 * at.outer * slope0)
    terms.append(at.lowestResponse * xi.derivative(1, at: at.lowest))
    var error = 0.0
    if at.q0 > at.lowest {
      let area =
        (try? integral(
          "continuous part of the free energy", from: at.lowest, to: at.q0, absolute: 1e-14,
          relative: 1e-13
        ) { q in xi.derivative(2, at: q).squareRoot() }) ?? .notConverged("")
      terms.append(area.value ?? .nan)
      error += area.error
    }
    let size = terms.reduce(0) { $0 + abs($1) }
    return (-terms.reduce(0, +), error + 8 * .ulpOfOne * size)
  }
}

/// Every sign change of a function on a grid, ends of its domain and close pairs of roots included.
///
/// - Parameters:
///   - grid: increasing arguments, fine enough that no more than one turning point lies between neighbours.
///   - f: the function; nil where it is not defined.
/// - Returns: the roots, increasing; jumps through zero are left out.
func scannedRoots(_ grid: [Double], _ f: (Double) -> Double?) -> [Double] {
  struct Sample {
    let x: Double
    let y: Double?
  }
  func sample(_ x: Double) -> Sample { Sample(x: x, y: f(x).flatMap { $0.isFinite ? $0 : nil }) }
  var samples: [Sample] = []
  for x in grid {
    let new = sample(x)
    if let last = samples.last, (last.y == nil) != (new.y == nil) {
      // Where the domain ends between two samples, its last point is found by bisection.
      var (inside, outside) = last.y == nil ? (new, last) : (last, new)
      for _ in 0..<50 {
        let middle = sample(0.5 * (inside.x + outside.x))
        if middle.x == inside.x || middle.x == outside.x { break }
        if middle.y == nil { outside = middle } else { inside = middle }
      }
      if inside.x != last.x, inside.x != new.x { samples.append(inside) }
    }
    samples.append(new)
  }
  var roots: [Double] = []
  func bracket(_ a: Sample, _ b: Sample) {
    guard let low = a.y, let high = b.y, a.x < b.x else { return }
    if high == 0 {
      roots.append(b.x)
      return
    }
    guard low * high < 0 else { return }
    guard let root = try? brentRoot("root of a scan", in: a.x...b.x, { f($0) ?? .nan }) else { return }
    // A jump through zero is no root.
    if abs(root.residual) < 1e-6 * max(abs(low), abs(high)) + 1e-12 { roots.append(root.value) }
  }
  for index in samples.indices.dropFirst() {
    let (a, b) = (samples[index - 1], samples[index])
    // Two roots between neighbours: a turning point that reaches over zero.
    if index + 1 < samples.count, let low = a.y, let middle = b.y, let high = samples[index + 1].y,
      low * middle > 0, middle * high > 0, abs(middle) <= abs(low), abs(middle) <= abs(high)
    {
      let sign = middle > 0 ? 1.0 : -1.0
      let turning = try? minimum("turning point of a scan", in: a.x...samples[index + 1].x) { x in
        f(x).map { sign * $0 } ?? .infinity
      }
      if let turning, turning.value < 0 {
        let top = sample(turning.position)
        bracket(a, top)
        bracket(top, samples[index + 1])
      }
      continue
    }
    bracket(a, b)
  }
  return roots.sorted()
}

/// Numbers between 0 and 1 that crowd at both ends.
func logisticGrid(_ count: Int, from low: Double, to high: Double) -> [Double] {
  (0...count).map { index in
    1 / (1 + Double.exp(-(low + (high - low) * (Double(index) + 0.137) / (Double(count) + 0.5))))
  }
}
