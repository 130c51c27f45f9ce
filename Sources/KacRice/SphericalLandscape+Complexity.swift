// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RandomMatrixTheory
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

extension SphericalLandscape {
  /// Annealed complexity of stationary points: (1/N) log of their mean number.
  ///
  /// Whatever is left out is maximised over; ``dominantPoints(of:overlap:energy:radial:)`` also says where the maximum is.
  ///
  /// - Parameters:
  ///   - points: which stationary points are counted.
  ///   - m: overlap with the signal, in (-1, 1).
  ///   - u: energy H/N.
  ///   - r: radial derivative x.grad H/N; minima need r <= -2 sqrt(xi''(1)).
  /// - Returns: the exponent, negative where such points are exponentially rare; `outside-domain` where it is minus infinity.
  /// - Throws: `DomainError` for an overlap outside (-1, 1) or numbers that are not finite.
  /// - Complexity: closed form at given overlap and radial derivative, one bracketed root where the latter is left out.
  ///
  /// Source: theory sheet *spherical landscapes*, sections 2 and 3.
  public func complexity(
    of points: StationaryPoints = .all, overlap m: Double? = nil, energy u: Double? = nil, radial r: Double? = nil
  ) throws(DomainError) -> Estimate {
    try dominantPoints(of: points, overlap: m, energy: u, radial: r).complexity
  }

  /// The most numerous stationary points under given constraints; otherwise as ``complexity(of:overlap:energy:radial:)``.
  public func dominantPoints(
    of points: StationaryPoints = .all, overlap m: Double? = nil, energy u: Double? = nil, radial r: Double? = nil
  ) throws(DomainError) -> StationaryPointCount {
    if let m, !(abs(m) < 1) { throw DomainError(.overlap, m, allowed: "-1 < overlap < 1") }
    if let u, !u.isFinite { throw DomainError("energy", u, allowed: "finite energy") }
    if let r, !r.isFinite { throw DomainError("radial", r, allowed: "finite radial") }
    if case .index(let k) = points, k < 0 { throw DomainError("points", "index:\(k)", allowed: "index:K with K >= 0") }
    if case .fraction(let f) = points, !(f >= 0 && f <= 1) {
      throw DomainError("points", "fraction:\(f)", allowed: "fraction:F with 0 <= F <= 1")
    }
    // Maxima of H are minima of -H, whose signal, energy and radial derivative have the other sign.
    let sign: Double = points == .maxima ? -1 : 1
    let counting = AnnealedCounting(landscape: self, points: points, sign: sign)
    do throws(GSLError) {
      if let m { return try counting.maximised(m: m, u: u.map { sign * $0 }, r: r.map { sign * $0 }) }
      return try counting.maximisedOverOverlap(u: u.map { sign * $0 }, r: r.map { sign * $0 })
    } catch {
      let failure = Estimate.notConverged(error.description)
      return StationaryPointCount(overlap: failure, energy: failure, radial: failure, complexity: failure)
    }
  }
}

/// The annealed exponent and its maximisation, for a landscape whose sign may be reversed.
struct AnnealedCounting: Sendable {
  let constants: LandscapeConstants
  let signal: Polynomial
  let points: StationaryPoints
  let sign: Double

  init(landscape: some SphericalLandscape, points: StationaryPoints, sign: Double) {
    constants = LandscapeConstants(landscape.covariance)
    signal = landscape.signal
    self.points = points
    self.sign = sign
  }

  /// The part of the exponent that depends on neither energy nor radial derivative.
  private func base(_ s: SignalAtOverlap) -> Double {
    let (a, b) = (constants.a, constants.b)
    return 0.5 + 0.5 * Double.log(b / a) + 0.5 * Double.log(s.transverse)
      - s.first * s.first * s.transverse / (2 * a)
  }

  /// Largest size of the terms of the exponent, for its rounding error.
  private func rounding(_ s: SignalAtOverlap, _ r: Double) -> Double {
    let (a, b) = (constants.a, constants.b)
    let quadratic = (r + s.m * s.first) * (r + s.m * s.first) / (a + b)
    return 8 * .ulpOfOne
      * (2 + abs(Double.log(b / a)) + abs(Double.log(s.transverse)) + s.first * s.first * s.transverse / a + quadratic
        + abs(Double.log(1 + abs(r) / b.squareRoot())))
  }

  /// Given everything or leaving out radial derivative or energy, at given overlap.
  func maximised(m: Double, u: Double?, r: Double?) throws(GSLError) -> StationaryPointCount {
    let s = SignalAtOverlap(signal, sign: sign, m: m)
    let (a, b, v) = (constants.a, constants.b, constants.v)
    let scale = b.squareRoot()
    var given = r
    if case .fraction(let f) = points {
      // The fraction of negative eigenvalues fixes the place of zero in the semicircle.
      let quantile = scale * Self.semicircleQuantile(f)
      if let r, abs(r - quantile) > 1e-12 * scale { return .absent("the fraction fixes radial = \(plain(quantile))") }
      given = quantile
    }
    if let p = constants.pureDegree, let u {
      // xi = c q^p: the noise parts of r and u are proportional.
      let tied = Double(p) * (u + s.phi) - s.m * s.first
      if let given, abs(given - tied) > 1e-12 * (abs(tied) + scale) {
        return .absent("a pure covariance ties radial to energy: radial = \(plain(sign * tied))")
      }
      given = tied
    }
    let mixes = u != nil && constants.pureDegree == nil
    // Variance and mean of r: given u, or with u maximised over.
    let variance = mixes ? a + b - a * a / v : a + b
    let mean = (mixes ? a / v * ((u ?? 0) + s.phi) : 0) - s.m * s.first
    let radial: Double
    if let given {
      // A radial derivative computed from an energy may miss the edge by rounding.
      if points.finiteIndex != nil, given > -2 * scale * (1 - 1e-14) {
        return .absent(
          "\(points) need \(sign < 0 ? "radial >= 2" : "radial <= -2") sqrt(xi''(1)) = \(plain(-sign * 2 * scale))")
      }
      radial = given
    } else {
      radial = try bestRadial(mean: mean, variance: variance, theta: s.second * s.transverse / scale)
    }
    var exponent =
      base(s) - (radial - mean) * (radial - mean) / (2 * variance) + SemicircleLaw.unitLogPotential(radial / scale)
    if let u, mixes { exponent -= (u + s.phi) * (u + s.phi) / (2 * v) }
    if let k = points.finiteIndex {
      // One bit below the edge is the edge.
      let t = max(2, -radial / scale)
      exponent -= IndexCost(theta: s.second * s.transverse / scale, index: k).value(at: t)
    }
    let energy = u ?? (-s.phi + a * (radial + s.m * s.first) / (a + b))
    let error = rounding(s, radial)
    let place = given == nil ? 1e-9 * (1 + abs(radial)) : 0
    return StationaryPointCount(
      overlap: .exact(m), energy: u == nil ? .converged(sign * energy, error: place + error) : .exact(sign * energy),
      radial: given == nil ? .converged(sign * radial, error: place) : .exact(sign * radial),
      complexity: given != nil || points == .all
        ? .converged(exponent, error: error) : .converged(exponent, error: 4 * error))
  }

  /// The maximiser over r of -(r - mean)^2/(2 variance) + Omega(r/sqrt b) - cost.
  private func bestRadial(mean: Double, variance: Double, theta: Double) throws(GSLError) -> Double {
    let b = constants.b
    let scale = b.squareRoot()
    if let k = points.finiteIndex {
      // A concave function of t = -r/sqrt b on t >= 2: its derivative falls.
      let cost = IndexCost(theta: theta, index: k)
      let slope = { (t: Double) -> Double in
        let s = ((t - 2) * (t + 2)).squareRoot()
        return -scale * (scale * t + mean) / variance + 2 / (t + s) - cost.derivative(at: t)
      }
      if slope(2) <= 0 { return -2 * scale }
      var high = 4.0
      while slope(high) > 0 { high *= 2 }
      return -scale * (try brentRoot("radial derivative of \(points)", in: 2...high, slope).value)
    }
    var candidates: [Double] = []
    if variance < 2 * b {
      // Inside the bulk the log-potential is quadratic, and the sum concave.
      let inside = mean / (1 - variance / (2 * b))
      if abs(inside) <= 2 * scale { candidates.append(inside) }
    }
    for side in [1.0, -1.0] {
      // Outside |r| = 1/chi + b chi with (b - variance) chi^2 - side mean chi + 1 = 0, 0 < chi <= 1/sqrt b.
      let (c2, c1) = (b - variance, -side * mean)
      let discriminant = c1 * c1 - 4 * c2
      guard discriminant >= 0 else { continue }
      let root = discriminant.squareRoot()
      // Both roots without cancellation.
      let q = c1 >= 0 ? -(c1 + root) / 2 : (root - c1) / 2
      for chi in [c2 == 0 ? .nan : q / c2, q == 0 ? .nan : 1 / q] where chi > 0 && chi <= (1 + 1e-14) / scale {
        candidates.append(side * (1 / chi + b * chi))
      }
    }
    candidates += [-2 * scale, 2 * scale]
    func value(_ r: Double) -> Double {
      -(r - mean) * (r - mean) / (2 * variance) + SemicircleLaw.unitLogPotential(r / scale)
    }
    return candidates.max { value($0) < value($1) } ?? 0
  }

  /// The maximum over the overlap: a scan that is dense near the poles, then Brent's method around the best place.
  func maximisedOverOverlap(u: Double?, r: Double?) throws(GSLError) -> StationaryPointCount {
    if signal.terms.isEmpty { return try maximised(m: 0, u: u, r: r) }
    let steps = 600
    func overlap(_ y: Double) -> Double { Double.tanh(y) }
    func height(_ y: Double) throws(GSLError) -> Double {
      try maximised(m: overlap(y), u: u, r: r).complexity.value ?? -.infinity
    }
    var best = (index: -1, value: -Double.infinity)
    for index in 0...steps {
      let value = try height(10 * (2 * Double(index) / Double(steps) - 1))
      if value > best.value { best = (index, value) }
    }
    guard best.index >= 0 else { return try maximised(m: 0, u: u, r: r) }
    let width = 20 / Double(steps)
    let centre = 10 * (2 * Double(best.index) / Double(steps) - 1)
    var failure: GSLError?
    let top = try maximum("complexity over the overlap", in: (centre - width)...(centre + width)) { y in
      do throws(GSLError) { return max(try height(y), -1e300) } catch {
        failure = error
        return -1e300
      }
    }
    if let failure { throw failure }
    let m = overlap(top.position)
    let found = try maximised(m: m, u: u, r: r)
    return StationaryPointCount(
      overlap: .converged(m, error: 1e-7), energy: found.energy, radial: found.radial,
      complexity: found.complexity.value.map { Estimate.converged($0, error: 1e-13 + 4 * found.complexity.error) }
        ?? found.complexity)
  }

  /// The point below which a fraction of the semicircle of variance 1 lies.
  static func semicircleQuantile(_ f: Double) -> Double {
    if f <= 0 { return -2 }
    if f >= 1 { return 2 }
    if f == 0.5 { return 0 }
    let root = try? brentRoot("quantile of the semicircle", in: -2...2) { x in
      0.5 + x * ((2 - x) * (2 + x)).squareRoot() / (4 * .pi) + Double.asin(x / 2) / .pi - f
    }
    return root?.value ?? 0
  }
}
