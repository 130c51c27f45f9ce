// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics

/// y = |z| with real z, without noise.
///
/// With w = sqrt(q) w', polar coordinates of (w', y)/sqrt V leave u = r^2/2 and an angle p; a = sqrt(q) sin p:
/// E f = (2 sqrt V/pi) int_0^{pi/2} dp int_0^inf du e^{-u} cosh(a u) f, and y w/V = a u, y^2/V = 2 u sin^2 of half the angle
/// or of its complement. Everything that contains sech^2(y w/V) then ends with e^{-u} for every q.
///
/// Source: theory sheet *phase retrieval bayes*, section 1.3.
struct ModulusOutput: OutputFunction {
  /// The integrals over u.
  private let radial: RadialTable
  /// sin p and cos^2 p on the nodes in p, with weights that add up to pi/2.
  private let angles: [(sine: Double, cosineSquared: Double, weight: Double)]

  init() throws(GSLError) {
    radial = try RadialTable.shared.get()
    // At a given u the poles in p are pi/(2u) from p = 0, next to an end, where Gauss nodes are dense.
    // 64 nodes, since GSL tabulates those to the last bit.
    let rule = try FixedRule.gaussLegendre(64)
    angles = zip(rule.nodes, rule.weights).map { x, weight in
      let p = 0.25 * Double.pi * (1 + x)
      let c = Double.cos(p)
      return (Double.sin(p), c * c, 0.25 * Double.pi * weight)
    }
  }

  func point(_ q: Double, complement v: Double) -> OutputPoint {
    let root = q.squareRoot()
    let isSmall = q < 0.05
    var (s1, s2, s3, third, entropy, direct) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for (sine, c, angleWeight) in angles {
      let a = root * sine
      let t = radial(a)
      s1 += angleWeight * t[0]
      s2 += angleWeight * (1 + c) * t[1]
      s3 += angleWeight * (1 + 3 * c) * t[2]
      third += angleWeight * (1 + 3 * c) * t[3]
      entropy += angleWeight * t[4]
      if isSmall {
        // int du u e^{-u} cosh(a u) = (1 + a^2)/(1 - a^2)^2.
        let square = a * a
        let moment = (1 + square) / ((1 - square) * (1 - square))
        direct += angleWeight * (square * t[5] + q * c * moment)
      }
    }
    let s = v.squareRoot()
    let factor = 2 * s / .pi
    (s1, s2, s3, third) = (factor * s1, factor * s2, factor * s3, 4 * factor * third)
    // Small q: 1 - S is a difference of near-equal numbers, the sum of squares is not.
    let g = isSmall ? factor * direct / v : (1 - s1) / v
    let psi =
      -0.5 * (Double.log(2 * .pi * v) + 1) + 2 * root / .pi * Self.arc(s, complement: root) + factor * entropy
    return OutputPoint(
      psi: psi, g: g, slope: (1 - 2 * s1 + s2) / (v * v),
      curvature: (third - 2 * (s3 - 3 * s2 + 3 * s1 - 1)) / (v * v * v), unit: 1e-14)
  }

  /// (s - sqrt(1-s^2) asin s)/s^2, s/3 + 2 s^3/15 + ...
  private static func arc(_ s: Double, complement root: Double) -> Double {
    if s > 0.3 { return (s - root * Double.asin(min(s, 1))) / (s * s) }
    let square = s * s
    var term = s / 3
    var sum = 0.0
    var k = 0.0
    while term > 1e-18 * s {
      sum += term
      term *= square * 2 * (k + 1) / (2 * k + 5)
      k += 1
    }
    return sum
  }
}

/// The integrals over u of the real modulus as functions of a in [0, 1], by piecewise Chebyshev series.
///
/// With S = sech(a u) and the measure e^{-u} du: u S, u^2 S^3, u^3 S^5, u^3 S^3 (1 - S^2), cosh(a u) log(1 + e^{-2au}), and
/// u cosh(a u) (tanh(a u) - a)^2/a^2. They are smooth at a = 0, though their Taylor series there diverge.
private struct RadialTable: Sendable {
  static let shared = Result { () throws(GSLError) in try RadialTable() }

  private static let order = 28
  private static let ends = [0, 0.04, 0.08, 0.16, 0.32, 0.6, 1]
  /// Coefficients of each piece, those of all functions together.
  private let series: [[SIMD8<Double>]]

  private init() throws(GSLError) {
    // Poles of sech(a u) lie at a distance of pi/2 at least: panels of width 2 resolve them to the last bit.
    var nodes: [(u: Double, weight: Double)] = []
    func add(_ order: Int, _ a: Double, _ b: Double) throws(GSLError) {
      let rule = try FixedRule.gaussLegendre(order)
      for (x, weight) in zip(rule.nodes, rule.weights) {
        let u = 0.5 * (a + b) + 0.5 * (b - a) * x
        nodes.append((u, weight * 0.5 * (b - a) * Double.exp(-u)))
      }
    }
    for k in 0..<11 { try add(16, 2 * Double(k), 2 * Double(k + 1)) }
    for k in 0..<7 { try add(14, 22 + 4 * Double(k), 26 + 4 * Double(k)) }
    func integrals(_ a: Double) -> SIMD8<Double> {
      var sum = SIMD8<Double>.zero
      for (u, weight) in nodes {
        let e = Double.exp(-a * u)
        let square = e * e
        let sech = 2 * e / (1 + square)
        let cosh = 0.5 * (1 + square) / e
        let cube = sech * sech * sech
        let deviation = Double.tanh(a * u) - a
        let cubed = u * u * u * cube
        let entropy = cosh * Double.log(onePlus: square)
        let residue = u * cosh * deviation * deviation / (a * a)
        let values = SIMD8<Double>(
          u * sech, u * u * cube, cubed * sech * sech, cubed * (1 - sech * sech), entropy, residue, 0, 0)
        sum += weight * values
      }
      return sum
    }
    let n = Self.order
    series = zip(Self.ends, Self.ends.dropFirst()).map { from, to in
      let values = (0..<n).map { k in
        integrals(from + 0.5 * (to - from) * (1 + Double.cos(.pi * (Double(k) + 0.5) / Double(n))))
      }
      return (0..<n).map { j in
        var sum = SIMD8<Double>.zero
        for k in 0..<n { sum += values[k] * Double.cos(.pi * Double(j) * (Double(k) + 0.5) / Double(n)) }
        return sum * ((j == 0 ? 1 : 2) / Double(n))
      }
    }
  }

  func callAsFunction(_ a: Double) -> SIMD8<Double> {
    var piece = 0
    while piece + 2 < Self.ends.count, a > Self.ends[piece + 1] { piece += 1 }
    let (from, to) = (Self.ends[piece], Self.ends[piece + 1])
    let t = 2 * (a - from) / (to - from) - 1
    var (b1, b2) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
    return series[piece].withUnsafeBufferPointer { c in
      var j = c.count - 1
      while j > 0 {
        (b1, b2) = (c[j] + 2 * t * b1 - b2, b1)
        j -= 1
      }
      return c[0] + t * b1 - b2
    }
  }
}

/// y = |z| with complex z, without noise: a table in log(q/V) made once from two-dimensional quadrature.
///
/// Source: theory sheet *phase retrieval bayes*, section 1.3.
struct ComplexModulusOutput: OutputFunction {
  func point(_ q: Double, complement v: Double) throws(GSLError) -> OutputPoint {
    try Self.table.get().point(q, complement: v)
  }

  private static let table = Result { () throws(GSLError) in try OutputTable(from: -14, to: 21, direct: direct) }

  /// G and Psi_out at an overlap.
  ///
  /// E f = V int_0^{pi/2} dp sin p int_0^inf du u e^{-u} I0(a u) f with a = sqrt(q) sin p and u = x/(1-a). Up to p = pi/3
  /// Gauss nodes in p, dense at p = 0, where the poles of I1/I0 in a come near; beyond it cos p = sqrt(V/q) sinh t, which
  /// spreads the corner of q -> 1.
  @Sendable static func direct(_ q: Double, _ v: Double) throws(GSLError) -> (g: Double, psi: Double) {
    let rule = try FixedRule.gaussLegendre(12)
    let fine = try FixedRule.gaussLegendre(24)
    var ends: [Double] = [0]
    var end = 3e-7
    while end < 100 {
      ends.append(end)
      end = end < 0.3 ? 3 * end : min(end + max(0.5 * end, 0.5), end + 6)
    }
    ends.append(100)
    // a, 1 - a, cos^2 p and the measure in p.
    var angles: [(a: Double, gap: Double, cosineSquared: Double, weight: Double)] = []
    for (node, weight) in zip(fine.nodes, fine.weights) {
      let p = .pi / 6 * (1 + node)
      let a = q.squareRoot() * Double.sin(p)
      angles.append((a, 1 - a, Double.cos(p) * Double.cos(p), weight * .pi / 6 * Double.sin(p)))
    }
    let top = Double.asinh(0.5 * (q / v).squareRoot())
    let panels = max(2, Int((top / 0.9).rounded(.up)))
    for panel in 0..<panels {
      for (node, weight) in zip(rule.nodes, rule.weights) {
        let t = top * (Double(panel) + 0.5 + 0.5 * node) / Double(panels)
        let (cosh, sinh) = (Double.cosh(t), Double.sinh(t))
        let cosineSquared = v / q * sinh * sinh
        let a = (q * (1 - cosineSquared)).squareRoot()
        angles.append(
          (
            a, v * cosh * cosh / (1 + a), cosineSquared,
            weight * 0.5 * top / Double(panels) * (v / q).squareRoot() * cosh
          ))
      }
    }
    var (mass, s, direct, entropy) = (0.0, 0.0, 0.0, 0.0)
    for (a, gap, cosineSquared, angleWeight) in angles {
      let outer = angleWeight / (gap * gap)
      for (lower, upper) in zip(ends, ends.dropFirst()) {
        let half = 0.5 * (upper - lower)
        for (node, weight) in zip(rule.nodes, rule.weights) {
          let x = lower + half * (1 + node)
          let u = x / gap
          let argument = a * u
          // 1 - R, R = I1/I0.
          let (scaled, deficit) = Self.bessel(argument)
          let measure = outer * weight * half * x * Double.exp(-x) * scaled
          mass += measure
          s += measure * u * deficit * (2 - deficit)
          let d = gap - deficit
          direct += measure * u * (d * d + q * cosineSquared)
          // log I0 less what (r - |w|)^2/V takes away: nothing large is left.
          entropy += measure * (Double.log(scaled) - 0.5 * u * (gap * gap + q * cosineSquared))
        }
      }
    }
    let g = q < 0.3 ? 0.5 * direct : (1 - 0.5 * v * s) / v
    // Psi_out = E log(2r/V) - E(r - |w|)^2/V + E log(e^{-x} I0(x)), x = 2 r |w|/V = a u; the mass is 1/V.
    let psi = Double.log(2 / v) - 0.5 * 0.577_215_664_901_532_9 + v * entropy
    guard abs(mass * v - 1) < 1e-10 else { throw .invalid("quadrature of the complex modulus at q = \(q)") }
    return (g, psi)
  }

  /// e^{-x} I0(x) and 1 - I1(x)/I0(x).
  static func bessel(_ x: Double) -> (scaled: Double, deficit: Double) {
    let scaled = Special.besselI0Scaled(x)
    if x > 300 {
      let r = 1 / x
      return (scaled, r * (0.5 + r * (0.125 + r * (0.125 + r * (25.0 / 128 + r * 13 / 32)))))
    }
    return (scaled, 1 - Special.besselI1Scaled(x) / scaled)
  }
}

/// G and Psi_out as piecewise Chebyshev series in x = log(q/V), for channels whose derivatives have no formula.
struct OutputTable: Sendable {
  private static let order = 16
  private static let width = 1.25
  private let start: Double
  /// Coefficients of log(G V/q), and of Psi_out + log(V)/2 times the number of real dimensions, for each piece.
  private let logG: [[Double]]
  private let psi: [[Double]]

  init(
    from start: Double, to end: Double,
    direct: @Sendable (Double, Double) throws(GSLError) -> (g: Double, psi: Double)
  ) throws(GSLError) {
    self.start = start
    let n = Self.order
    let pieces = Int(((end - start) / Self.width).rounded(.up))
    // The nodes are the whole cost: some milliseconds each.
    let results = parallelMap(pieces * n) { index in
      let node = Double.cos(.pi * (Double(index % n) + 0.5) / Double(n))
      let place = start + Self.width * (Double(index / n) + 0.5 * (1 + node))
      let e = Double.exp(-abs(place))
      let (small, large) = (e / (1 + e), 1 / (1 + e))
      let (q, v) = place < 0 ? (small, large) : (large, small)
      return Result { () throws(GSLError) in
        let (g, psi) = try direct(q, v)
        return (logG: Double.log(g * v / q), psi: psi + Double.log(v))
      }
    }
    var values: [(logG: Double, psi: Double)] = []
    for result in results { values.append(try result.get()) }
    let ranges = (0..<pieces).map { $0 * n..<($0 + 1) * n }
    logG = ranges.map { Self.coefficients(values[$0].map(\.logG)) }
    psi = ranges.map { Self.coefficients(values[$0].map(\.psi)) }
  }

  private static func coefficients(_ values: [Double]) -> [Double] {
    let n = values.count
    return (0..<n).map { j in
      var sum = 0.0
      for k in 0..<n { sum += values[k] * Double.cos(.pi * Double(j) * (Double(k) + 0.5) / Double(n)) }
      return sum * (j == 0 ? 1 : 2) / Double(n)
    }
  }

  /// Value and two derivatives of a series, by Clenshaw's recurrence of each.
  private static func sum(_ c: [Double], _ t: Double) -> (Double, Double, Double) {
    var (b1, b2, d1, d2, e1, e2) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for j in stride(from: c.count - 1, to: 0, by: -1) {
      let b = c[j] + 2 * t * b1 - b2
      let d = 2 * b1 + 2 * t * d1 - d2
      let e = 4 * d1 + 2 * t * e1 - e2
      (b2, b1, d2, d1, e2, e1) = (b1, b, d1, d, e1, e)
    }
    return (c[0] + t * b1 - b2, b1 + t * d1 - d2, 2 * d1 + t * e1 - e2)
  }

  func point(_ q: Double, complement v: Double) throws(GSLError) -> OutputPoint {
    let x = Double.log(q / v)
    let place = (x - start) / Self.width
    guard place < Double(logG.count) else { throw .invalid("overlap too close to 1 for the table of the channel") }
    // Below the table log(G V/q) is linear in q.
    let piece = max(0, Int(place.rounded(.down)))
    let t = max(-1, 2 * (place - Double(piece)) - 1)
    let scale = 2 / Self.width
    var (value, first, second) = Self.sum(logG[piece], t)
    let (psi, _, _) = Self.sum(self.psi[piece], t)
    first *= scale
    second *= scale * scale
    if place < 0 {
      let share = q * (1 + Double.exp(-start))
      value *= share
      (first, second) = (value, value)
    }
    // dx/dq = 1/(q V); log G = value + log q - log V.
    let g = Double.exp(value) * q / v
    let xq = 1 / (q * v)
    let xqq = (q - v) * xq * xq
    let logSlope = first * xq + 1 / q + 1 / v
    let logCurvature = second * xq * xq + first * xqq - 1 / (q * q) + 1 / (v * v)
    var point = OutputPoint(
      psi: psi - Double.log(v), g: g, slope: g * logSlope, curvature: g * (logCurvature + logSlope * logSlope),
      unit: 2e-14)
    point.psiError = 2e-14 * (1 - Double.log(v))
    point.slopeError = g * 1e-13 * (xq + 1 / q)
    point.curvatureError = g * 3e-11 * xq * xq
    if place < 0 { point.relativeError = max(point.relativeError, 16 * q * q) }
    return point
  }
}
