// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore

/// One component x of a signal seen through Gaussian noise: B = g x + sqrt(g) z, with x from a prior and z standard normal.
///
/// Z(B) = E_x exp(B x - g x^2/2) is the likelihood ratio to pure noise, eta(B) the posterior mean. The free entropy is
/// psi(g) = E log Z, the overlap Q(g) = E eta^2 = E x^2 - mmse(g), and psi' = Q/2, Q' = E V^2, Q'' = E[k3^2 - 2 V^3] with V and
/// k3 the posterior's second and third cumulants. Everything that a rank-one spiked model needs of its prior is here.
///
/// Source: theory sheet *spiked replica*, section 4; arXiv:1701.00858.
public struct ScalarGaussianChannel: Sendable, Hashable {
  /// The law of x.
  public let prior: Prior

  /// The channel of a prior.
  public init(prior: Prior) { self.prior = prior }

  /// The functions of one signal-to-noise ratio, computed together.
  ///
  /// Relative errors are below 1e-12 for every prior from g = 1e-8 to 1e6, typically 1e-14.
  public struct Values: Sendable, Hashable {
    /// psi(g) = E log Z, per component.
    public let freeEntropy: Estimate
    /// Q(g) = E eta^2.
    public let overlap: Estimate
    /// E x^2 - Q(g), without cancellation where it is small.
    public let mmse: Estimate
    /// Q'(g) = E V^2.
    public let overlapSlope: Estimate
    /// Q''(g) = E[k3^2 - 2 V^3].
    public let overlapCurvature: Estimate
  }

  /// Free entropy, overlap and its derivatives at a signal-to-noise ratio.
  ///
  /// - Parameter g: the signal-to-noise ratio, finite and >= 0.
  /// - Returns: the values with their errors; exact for the Gaussian prior. Where g times the square of a component's size
  ///   exceeds 1e14, values without noise whose error is infinite.
  /// - Throws: `DomainError` for a g that is negative or not finite.
  /// - Complexity: about 400 evaluations of the mixture, some tens of microseconds; closed form for the Gaussian prior.
  public func values(snr g: Double) throws(DomainError) -> Values {
    guard g >= 0, g.isFinite else { throw DomainError(.snr, g, allowed: "0 <= snr, finite") }
    let point = ChannelPoint(prior, g)
    func estimate(_ value: Double, _ error: Double) -> Estimate {
      prior.isGaussian || g == 0 ? .exact(value) : .converged(value, error: error)
    }
    return Values(
      freeEntropy: estimate(point.psi, point.psiError), overlap: estimate(point.q, point.qError),
      mmse: estimate(point.mmse, point.mmseError), overlapSlope: estimate(point.slope, point.slopeError),
      overlapCurvature: estimate(point.curvature, point.curvatureError))
  }
}

/// The channel's functions at one g as plain numbers, for solvers.
package struct ChannelPoint: Sendable {
  package let g: Double
  /// psi(g).
  package private(set) var psi = 0.0
  /// Q(g).
  package private(set) var q = 0.0
  /// E x^2 - Q(g).
  package private(set) var mmse = 0.0
  /// Q'(g).
  package private(set) var slope = 0.0
  /// Q''(g).
  package private(set) var curvature = 0.0
  package private(set) var psiError = 0.0
  package private(set) var qError = 0.0
  package private(set) var mmseError = 0.0
  package private(set) var slopeError = 0.0
  package private(set) var curvatureError = 0.0

  /// The functions of `prior` at g >= 0, as exactly as doubles allow, or to a given relative tolerance.
  package init(_ prior: Prior, _ g: Double, tolerance: Double = 1e-14) {
    self.g = g
    if prior.isGaussian {
      let v = prior.secondMoment
      let s = 1 / (1 + g * v)
      // (y - log(1+y))/2, without cancellation.
      let y = g * v
      psi = -0.5 * log1pmx(y)
      q = v * y * s
      mmse = v * s
      slope = mmse * mmse
      curvature = -2 * mmse * slope
      let unit = 4 * Double.ulpOfOne
      (psiError, qError, mmseError) = (unit * psi, unit * q, unit * mmse)
      (slopeError, curvatureError) = (unit * slope, -2 * unit * curvature)
      return
    }
    // Beyond this, doubles do not tell places near two components apart: the limit of no noise, of unknown error.
    guard prior.components.allSatisfy({ g * max($0.mean * $0.mean, $0.variance) <= 1e14 }) else {
      q = prior.secondMoment
      psi = 0.5 * g * q
      (psiError, qError, mmseError, slopeError, curvatureError) = (
        .infinity, .infinity, .infinity, .infinity, .infinity
      )
      return
    }
    var integral = ChannelIntegral(prior, g)
    let (sum, error) = integral.evaluate(tolerance: tolerance)
    (psi, q, mmse, slope, curvature) = (sum[0], sum[1], sum[2], sum[3], sum[4])
    (psiError, qError, mmseError, slopeError, curvatureError) = (error[0], error[1], error[2], error[3], error[4])
    // Rounding must not lift the overlap above what is possible.
    q = min(q, prior.secondMoment)
    if g == 0 { (psi, psiError) = (0, 0) }
  }
}

/// log(1+x) - x without cancellation, for x > -1.
@inline(__always)
private func log1pmx(_ x: Double) -> Double {
  if abs(x) > 0.12 { return Double.log(onePlus: x) - x }
  // With r = x/(2+x), log(1+x) = 2 artanh r and 2r - x = -x r.
  let r = x / (2 + x)
  let t = r * r
  let series = 1.0 / 3 + t * (1.0 / 5 + t * (1.0 / 7 + t * (1.0 / 9 + t * (1.0 / 11 + t * (1.0 / 13 + t / 15)))))
  return r * (2 * t * series - x)
}

/// e^a - 1 - a without cancellation, with e^a.
@inline(__always)
private func exponentialExcess(_ a: Double) -> (excess: Double, exponential: Double) {
  if abs(a) >= 0.4 {
    let e = Double.exp(a)
    return (e - 1 - a, e)
  }
  // The Taylor series up to a^13/13!: below 1e-17 of the sum for |a| < 0.4.
  var s = 1.0 / 13
  s = (1 + a * s) / 12
  s = (1 + a * s) / 11
  s = (1 + a * s) / 10
  s = (1 + a * s) / 9
  s = (1 + a * s) / 8
  s = (1 + a * s) / 7
  s = (1 + a * s) / 6
  s = (1 + a * s) / 5
  s = (1 + a * s) / 4
  s = (1 + a * s) / 3
  s = (1 + a * s) / 2
  let excess = a * a * s
  return (excess, 1 + (a + excess))
}

/// The integrals over y = B/sqrt g, whose density is the mixture of N(sqrt(g) mu_k, 1 + g v_k), on panels graded to it.
///
/// Six integrals are taken at once: psi, Q, mmse, Q', Q'' and the size of the terms of Q''. psi is the integral of
/// p log(p/phi) - p + phi >= 0, phi being the density of pure noise, and the posterior's cumulants are taken about its
/// largest part: every integrand but that of Q'' is positive, and nothing cancels at small or large g.
private struct ChannelIntegral {
  /// A component of the mixture at this g.
  struct Part {
    let weight: Double
    let mean: Double
    /// g v.
    let gv: Double
    /// 1/(1 + g v).
    let shrink: Double
    /// v/(1 + g v), variance of x given y and the component.
    let variance: Double
    /// log(1 + g v)/2.
    let logWidth: Double
    /// log of the weight, less the last.
    let logWeight: Double
    /// sqrt(g) mu and sqrt(1 + g v): where y lies given the component.
    let centre: Double
    let width: Double
  }

  /// A part of the axis in which a structure has to be resolved.
  struct Stretch {
    let start: Double
    let end: Double
    /// Largest panel at its middle; grows with the distance from there by `growth`.
    let panel: Double
    let growth: Double
    var middle: Double { 0.5 * (start + end) }
  }

  let rootG: Double
  let g: Double
  let mean: Double
  let parts: [Part]
  /// Whether the law is even, so that half of the axis is enough.
  let isEven: Bool
  var exponentials: [Double]
  var means: [Double]

  init(_ prior: Prior, _ g: Double) {
    self.g = g
    rootG = g.squareRoot()
    mean = prior.mean
    let rootG = rootG
    parts = prior.components.map { component in
      let gv = g * component.variance
      let logWidth = 0.5 * Double.log(onePlus: gv)
      return Part(
        weight: component.weight, mean: component.mean, gv: gv, shrink: 1 / (1 + gv),
        variance: component.variance / (1 + gv), logWidth: logWidth, logWeight: Double.log(component.weight) - logWidth,
        centre: rootG * component.mean, width: (1 + gv).squareRoot())
    }
    isEven = prior.isEven
    exponentials = [Double](repeating: 0, count: parts.count)
    means = exponentials
  }

  // MARK: Panels

  /// Reach of a component in standard deviations: e^(-9^2/2) is below the last bit.
  private static let reach = 9.0

  private func stretches() -> [Stretch] {
    var list = [Stretch(start: -Self.reach, end: Self.reach, panel: 2.25, growth: 0)]
    for part in parts {
      let (a, b) = (part.centre - Self.reach * part.width, part.centre + Self.reach * part.width)
      if !list.contains(where: { $0.start == a && $0.end == b }) {
        list.append(Stretch(start: a, end: b, panel: 2.25 * part.width, growth: 0))
      }
    }
    // Atoms far apart: what is left of the posterior's variance comes from where two of them are equally likely.
    if parts.allSatisfy({ $0.gv == 0 }) {
      let sorted = parts.sorted { $0.centre < $1.centre }
      for (a, b) in zip(sorted, sorted.dropFirst()) {
        let distance = b.centre - a.centre
        guard distance > 14 else { continue }
        let crossing = 0.5 * (a.centre + b.centre) + Double.log(a.weight / b.weight) / distance
        let half = 64 / distance
        list.append(
          Stretch(start: crossing - half, end: crossing + half, panel: 1.5 / distance, growth: 0.5))
      }
    }
    return list
  }

  /// Ends of panels: each stretch is covered, no panel is longer than a stretch allows where it begins.
  private func panels() -> [(Double, Double)] {
    let stretches = stretches()
    var panels: [(Double, Double)] = []
    panels.reserveCapacity(64)
    var y = isEven ? 0 : stretches.reduce(Double.infinity) { min($0, $1.start) }
    let last = stretches.reduce(-Double.infinity) { max($0, $1.end) }
    while y < last {
      var length = Double.infinity
      var next = Double.infinity
      for stretch in stretches where y < stretch.end {
        if y < stretch.start {
          next = min(next, stretch.start)
        } else {
          length = min(length, max(stretch.panel, stretch.growth * abs(y - stretch.middle)))
        }
      }
      if length == .infinity {
        y = next
        continue
      }
      let end = min(y + length, next, last)
      // Rounding far out must not stop the walk.
      guard end > y else {
        y = y.nextUp
        continue
      }
      panels.append((y, end))
      y = end
    }
    return panels
  }

  // MARK: Sums

  /// The six integrals with bounds on their errors; the tolerance is relative and holds for each panel.
  mutating func evaluate(tolerance: Double) -> (sum: SIMD8<Double>, error: SIMD8<Double>) {
    var open = panels()
    var sum = SIMD8<Double>.zero
    var sizes = SIMD8<Double>.zero
    var error = SIMD8<Double>.zero
    var results: [(sum: SIMD8<Double>, error: SIMD8<Double>)] = []
    var depth = 0
    while !open.isEmpty {
      results.removeAll(keepingCapacity: true)
      for (a, b) in open {
        let result = kronrod(a, b)
        results.append(result)
        sizes += result.sum
      }
      // Judged against all that is known so far: the total of panels done and open.
      let allowed = tolerance * sizes
      var halves: [(Double, Double)] = []
      for (index, panel) in open.enumerated() {
        let result = results[index]
        var isFine = true
        for lane in 0..<6 where lane != 4 && result.error[lane] > allowed[lane] { isFine = false }
        if isFine || depth == 12 {
          sum += result.sum
          error += result.error
        } else {
          let middle = 0.5 * (panel.0 + panel.1)
          halves.append((panel.0, middle))
          halves.append((middle, panel.1))
          sizes -= result.sum
        }
      }
      open = halves
      depth += 1
    }
    if isEven {
      sum *= 2
      error *= 2
    }
    let size = sum[5]
    // Rounding: a few units for each of the sums, and that of the exponents where the sums are tiny.
    var total = error
    for lane in 0..<5 {
      let magnitude = lane == 4 ? size : sum[lane]
      guard magnitude > 0 else { continue }
      total[lane] += magnitude * (8e-15 + 2 * .ulpOfOne * max(0, -Double.log(magnitude)))
    }
    return (sum, total)
  }

  /// The 21-point Kronrod sum over a panel, with an error from the 10-point Gauss rule inside it.
  private mutating func kronrod(_ a: Double, _ b: Double) -> (sum: SIMD8<Double>, error: SIMD8<Double>) {
    // Far out, nodes are placed relative to the nearest component: its exponents would feel the rounding of y.
    let half = 0.5 * (b - a)
    var origin = 0.0
    for part in parts where abs(part.centre - a) < abs(origin - a) { origin = part.centre }
    let middle = 0.5 * ((a - origin) + (b - origin))
    var sum = GaussKronrod.weights[10] * integrand(origin, middle)
    var gauss = SIMD8<Double>.zero
    for i in 0..<10 {
      let step = half * GaussKronrod.nodes[i]
      let pair = integrand(origin, middle - step) + integrand(origin, middle + step)
      sum += GaussKronrod.weights[i] * pair
      if i % 2 == 1 { gauss += GaussKronrod.gaussWeights[i / 2] * pair }
    }
    let difference = half * (sum - gauss)
    sum *= half
    // For analytic integrands the error of the Gauss sum, exact up to degree 19, falls with the distance of the nearest
    // singularity like rho^-20, that of the Kronrod sum, exact up to degree 31, like rho^-32.
    var error = SIMD8<Double>.zero
    for lane in 0..<6 where difference[lane] != 0 {
      let size = lane == 4 ? sum[5] : abs(sum[lane])
      let d = abs(difference[lane])
      error[lane] = size > 0 ? min(d, 4 * size * Double.pow(d / size, 1.6)) : d
    }
    return (sum, error)
  }

  /// The integrands at y = origin + offset: psi, Q, mmse, Q', Q'', and the size of the last.
  private mutating func integrand(_ origin: Double, _ offset: Double) -> SIMD8<Double> {
    let y = origin + offset
    let noise = 0.398_942_280_401_432_7 * Double.exp(-0.5 * y * y)
    var entropy = 0.0
    var density = 0.0
    var eta = 0.0
    var isDone = false
    var best = 0
    if y * y < 400 {
      // log p/phi for each component is a; its leading parts sqrt(g) y mu add up to the mean's, often zero.
      let b = rootG * y
      var ratio = mean * b
      var shift = 0.0
      var centred = mean
      var largest = -Double.infinity
      var k = 0
      while k < parts.count {
        let part = parts[k]
        let rest =
          0.5 * part.shrink * (part.gv * y * y - g * part.mean * part.mean - 2 * part.gv * b * part.mean)
          - part.logWidth
        let a = b * part.mean + rest
        if a > 30 {
          largest = .infinity
          break
        }
        let (excess, exponential) = exponentialExcess(a)
        let pull = b * part.variance - part.gv * part.shrink * part.mean
        let m = part.mean + pull
        means[k] = m
        ratio += part.weight * (excess + rest)
        shift += part.weight * (a + excess) * m
        centred += part.weight * pull
        let e = part.weight * exponential
        exponentials[k] = e
        if e > largest {
          largest = e
          best = k
        }
        k += 1
      }
      if largest < .infinity, ratio > -0.5 {
        let z = 1 + ratio
        eta = (centred + shift) / z
        density = noise * z
        // z log z - (z - 1), without cancellation on either side of z = 1.
        entropy =
          noise
          * (abs(ratio) <= 0.12 ? z * log1pmx(ratio) + ratio * ratio : z * Double.log(z) - ratio)
        let inverse = 1 / z
        k = 0
        while k < parts.count {
          exponentials[k] *= inverse
          k += 1
        }
        isDone = true
      }
    }
    if !isDone {
      let b = rootG * y
      var largest = -Double.infinity
      var k = 0
      while k < parts.count {
        let part = parts[k]
        let distance = (origin - part.centre) + offset
        let exponent = -0.5 * distance * distance * part.shrink + part.logWeight
        exponentials[k] = exponent
        means[k] = part.shrink * part.mean + b * part.variance
        if exponent > largest {
          largest = exponent
          best = k
        }
        k += 1
      }
      var total = 0.0
      k = 0
      while k < parts.count {
        let e = Double.exp(exponentials[k] - largest)
        exponentials[k] = e
        total += e
        k += 1
      }
      let inverse = 1 / total
      k = 0
      while k < parts.count {
        exponentials[k] *= inverse
        k += 1
      }
      density = 0.398_942_280_401_432_7 * Double.exp(largest) * total
      let logRatio = largest + Double.log(total) + 0.5 * y * y
      entropy = density * (logRatio - 1) + noise
    }
    // Cumulants of the posterior about the mean of its largest part.
    let reference = means[best]
    var (d1, d2, d3, s1, s2) = (0.0, 0.0, 0.0, 0.0, 0.0)
    var k = 0
    while k < parts.count {
      let p = exponentials[k]
      let d = means[k] - reference
      let pd = p * d
      d1 += pd
      d2 += pd * d
      d3 += pd * d * d
      s1 += p * parts[k].variance
      s2 += pd * parts[k].variance
      k += 1
    }
    if !isDone { eta = reference + d1 }
    let v = d2 - d1 * d1 + s1
    let k3 = d3 - 3 * d1 * d2 + 2 * d1 * d1 * d1 + 3 * (s2 - d1 * s1)
    let cube = 2 * v * v * v
    return SIMD8(
      entropy, density * eta * eta, density * v, density * v * v, density * (k3 * k3 - cube),
      density * (k3 * k3 + cube), 0, 0)
  }
}

/// The 21-point Gauss-Kronrod rule: positive nodes from the outermost, 0 last; every second is a node of the 10-point rule.
private enum GaussKronrod {
  static let nodes: [Double] = [
    0.995657163025808080735527280689003, 0.973906528517171720077964012084452, 0.930157491355708226001207180059508,
    0.865063366688984510732096688423493, 0.780817726586416897063717578345042, 0.679409568299024406234327365114874,
    0.562757134668604683339000099272694, 0.433395394129247190799265943165784, 0.294392862701460198131126602103866,
    0.148874338981631210884826001129720, 0,
  ]
  static let weights: [Double] = [
    0.011694638867371874278064396062192, 0.032558162307964727478818972459390, 0.054755896574351996031381300244580,
    0.075039674810919952767043140916190, 0.093125454583697605535065465083366, 0.109387158802297641899210590325805,
    0.123491976262065851077958109585166, 0.134709217311473325928054001771707, 0.142775938577060080797094273138717,
    0.147739104901338491374841515972068, 0.149445554002916905664936468389821,
  ]
  static let gaussWeights: [Double] = [
    0.066671344308688137593568809893332, 0.149451349150580593145863396957658, 0.219086362515982043995534934228163,
    0.269266719309996355091226921569469, 0.295524224714752870173815619188769,
  ]
}
