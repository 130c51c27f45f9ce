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
  /// - Complexity: closed form at given overlap; a scan of 600 overlaps and Brent's method where it is left out.
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
    return counting.dominantPoints(m: m, given: GivenAxes(energy: u.map { sign * $0 }, radial: r.map { sign * $0 }))
  }
}

/// What is fixed about the counted points besides their overlap; the rest is maximised over.
struct GivenAxes: Sendable {
  /// u, the energy per N.
  var energy: Double?
  /// r, the radial derivative per N.
  var radial: Double?
  /// The energy of one of the two terms of the covariance, given alone.
  var part: PartEnergy?

  struct PartEnergy: Sendable {
    let degree: Int
    let value: Double
  }
}

/// The annealed exponent and its maximisation, for a landscape whose sign may be reversed.
struct AnnealedCounting: Sendable {
  let constants: LandscapeConstants
  let covariance: Polynomial
  let signal: Polynomial
  let points: StationaryPoints
  let sign: Double
  /// sqrt(b), the unit of radial derivatives.
  private let scale: Double
  let finiteIndex: Int?
  /// (1 + log(b/a))/2.
  private let constant: Double

  init(landscape: some SphericalLandscape, points: StationaryPoints, sign: Double = 1) {
    covariance = landscape.covariance
    constants = LandscapeConstants(covariance)
    signal = landscape.signal
    self.points = points
    self.sign = sign
    scale = constants.b.squareRoot()
    finiteIndex = points.finiteIndex
    constant = 0.5 + 0.5 * Double.log(constants.b / constants.a)
  }

  /// The part of the exponent that depends on neither energy nor radial derivative.
  func base(_ s: SignalAtOverlap) -> Double {
    constant + 0.5 * Double.log(s.transverse) - s.first * s.first * s.transverse / (2 * constants.a)
  }

  /// Largest size of the terms of the exponent, for its rounding error.
  private func rounding(_ s: SignalAtOverlap, _ r: Double) -> Double {
    let (a, b) = (constants.a, constants.b)
    let quadratic = (r + s.m * s.first) * (r + s.m * s.first) / (a + b)
    return 8 * .ulpOfOne
      * (2 + abs(Double.log(b / a)) + abs(Double.log(s.transverse)) + s.first * s.first * s.transverse / a + quadratic
        + abs(Double.log(1 + abs(r) / b.squareRoot())))
  }

  /// The Gaussian law of the radial derivative, given what is given: exponent -(r - mean)^2/(2 variance) - price.
  struct RadialLaw {
    var mean: Double
    var variance: Double
    /// The exponent of what is given by itself.
    var price = 0.0
  }

  private func law(_ s: SignalAtOverlap, _ given: GivenAxes) -> RadialLaw {
    let (a, b, v) = (constants.a, constants.b, constants.v)
    if let part = given.part {
      // Energies of different degrees are independent, and r is the sum of degree times energy.
      var law = RadialLaw(mean: Double(part.degree) * part.value, variance: 0)
      for term in covariance.terms {
        let order = Double(term.degree)
        let mean = -sign * s.power(of: term.degree, in: signal)
        if term.degree == part.degree {
          law.price = (part.value - mean) * (part.value - mean) / (2 * term.coefficient)
        } else {
          law.mean += order * mean
          law.variance += order * order * term.coefficient
        }
      }
      return law
    }
    guard let u = given.energy, constants.pureDegree == nil else {
      return RadialLaw(mean: -s.m * s.first, variance: a + b)
    }
    let shift = u + s.phi
    return RadialLaw(mean: a / v * shift - s.m * s.first, variance: a + b - a * a / v, price: shift * shift / (2 * v))
  }

  /// The radial derivative that the given numbers fix; nil where it is free.
  ///
  /// - Throws: `Absence` where they contradict each other or the kind of points.
  private func fixedRadial(_ s: SignalAtOverlap, _ given: GivenAxes) throws(Absence) -> Double? {
    var fixed = given.radial
    if case .fraction(let f) = points {
      // The fraction of negative eigenvalues fixes the place of zero in the semicircle.
      let quantile = scale * Self.semicircleQuantile(f)
      if let r = fixed, abs(r - quantile) > 1e-12 * scale {
        throw Absence(reason: "the fraction fixes radial = \(plain(quantile))")
      }
      fixed = quantile
    }
    if let p = constants.pureDegree, let u = given.energy {
      // xi = c q^p: the noise parts of r and u are proportional.
      let tied = Double(p) * (u + s.phi) - s.m * s.first
      if let r = fixed, abs(r - tied) > 1e-12 * (abs(tied) + scale) {
        throw Absence(reason: "a pure covariance ties radial to energy: radial = \(plain(sign * tied))")
      }
      fixed = tied
    }
    // A radial derivative computed from an energy may miss the edge by rounding.
    if finiteIndex != nil, let r = fixed, r > -2 * scale * (1 - 1e-14) {
      throw Absence(
        reason:
          "\(points) need \(sign < 0 ? "radial >= 2" : "radial <= -2") sqrt(xi''(1)) = \(plain(-sign * 2 * scale))")
    }
    return fixed
  }

  /// No such points, and why.
  struct Absence: Error { let reason: String }

  /// The exponent at given overlap and the radial derivative there, given or the maximiser; minus infinity where there are none.
  func top(_ s: SignalAtOverlap, _ given: GivenAxes) throws(Absence) -> (exponent: Double, radial: Double, isFree: Bool)
  {
    let law = law(s, given)
    let fixed = try fixedRadial(s, given)
    let theta = s.second * s.transverse / scale
    let r = fixed ?? bestRadial(law, theta: theta)
    let quadratic = (r - law.mean) * (r - law.mean) / (2 * law.variance)
    var exponent = base(s) - law.price - quadratic + SemicircleLaw.unitLogPotential(r / scale)
    if let k = finiteIndex {
      // One bit below the edge is the edge.
      exponent -= IndexCost(theta: theta, index: k).value(at: max(2, -r / scale))
    }
    return (exponent, r, fixed == nil)
  }

  /// The exponent at given overlap, minus infinity where there are no such points.
  func height(at m: Double, _ given: GivenAxes = GivenAxes()) -> Double {
    (try? top(SignalAtOverlap(signal, sign: sign, m: m), given).exponent) ?? -.infinity
  }

  /// The maximum at given overlap.
  func dominantPoints(m: Double?, given: GivenAxes) -> StationaryPointCount {
    guard let m else { return maximisedOverOverlap(given) }
    let s = SignalAtOverlap(signal, sign: sign, m: m)
    do throws(Absence) {
      let (exponent, r, isFree) = try top(s, given)
      let (a, b) = (constants.a, constants.b)
      let u: Double
      if let energy = given.energy {
        u = energy
      } else if let part = given.part {
        // r = k e + l e', so e' = (r - k e)/l.
        let other = covariance.terms.first { $0.degree != part.degree }?.degree ?? 1
        u = part.value + (r - Double(part.degree) * part.value) / Double(other)
      } else {
        u = -s.phi + a * (r + s.m * s.first) / (a + b)
      }
      let error = rounding(s, r)
      let place = isFree ? 64 * .ulpOfOne * (abs(r) + scale) : 0
      return StationaryPointCount(
        overlap: .exact(m),
        energy: given.energy == nil
          ? .converged(sign * u + 0, error: place + error) : .exact(sign * u),
        radial: isFree ? .converged(sign * r + 0, error: place) : .exact(sign * r),
        complexity: .converged(exponent, error: isFree ? 2 * error : error))
    } catch { return .absent(error.reason) }
  }

  /// The maximiser over r of -(r - mean)^2/(2 variance) + Omega(r/sqrt b) - cost of the index, in closed form.
  ///
  /// Outside the bulk t = g + 1/g and sqrt(t^2 - 4) = 1/g - g make every slope a quadratic in g.
  private func bestRadial(_ law: RadialLaw, theta: Double) -> Double {
    let b = constants.b
    if let k = finiteIndex {
      // A concave function of t = -r/sqrt b on t >= 2.
      let cost = IndexCost(theta: theta, index: k)
      let pull = -scale * law.mean / law.variance
      func slope(_ t: Double) -> Double {
        let s = ((t - 2) * (t + 2)).squareRoot()
        return pull - b * t / law.variance + (t - s) / 2 - cost.derivative(at: t)
      }
      if slope(2) <= 0 { return -2 * scale }
      let isBeyond = theta > 0 && theta.isFinite && slope(cost.place) > 0
      let weights = cost.slopeWeights(beyond: isBeyond)
      let constant = pull - weights.constant
      let linear = -b / law.variance + 0.5 - weights.linear
      let root = -0.5 - weights.root
      // (linear - root) g^2 + constant g + (linear + root) = 0 has one solution in (0, 1].
      let discriminant = (constant * constant - 4 * (linear - root) * (linear + root)).squareRoot()
      let g =
        constant > 0
        ? -2 * (linear + root) / (constant + discriminant) : (discriminant - constant) / (2 * (linear - root))
      return -scale * max(2, g + 1 / g)
    }
    var best = (value: -Double.infinity, r: 0.0)
    func consider(_ r: Double) {
      let value =
        -(r - law.mean) * (r - law.mean) / (2 * law.variance) + SemicircleLaw.unitLogPotential(r / scale)
      if value > best.value { best = (value, r) }
    }
    if law.variance < 2 * b {
      // Inside the bulk the log-potential is quadratic, and the sum concave.
      let inside = law.mean / (1 - law.variance / (2 * b))
      if abs(inside) <= 2 * scale { consider(inside) }
    }
    for side in [1.0, -1.0] {
      // Outside |r| = 1/chi + b chi with (b - variance) chi^2 - side mean chi + 1 = 0, 0 < chi <= 1/sqrt b.
      let (c2, c1) = (b - law.variance, -side * law.mean)
      let discriminant = c1 * c1 - 4 * c2
      guard discriminant >= 0 else { continue }
      let root = discriminant.squareRoot()
      // Both roots without cancellation.
      let q = c1 >= 0 ? -(c1 + root) / 2 : (root - c1) / 2
      for chi in [c2 == 0 ? .nan : q / c2, q == 0 ? .nan : 1 / q] where chi > 0 && chi <= (1 + 1e-14) / scale {
        consider(side * (1 / chi + b * chi))
      }
    }
    consider(-2 * scale)
    consider(2 * scale)
    return best.r
  }

  /// The maximum over the overlap: a scan that is dense near the poles, then Brent's method around the best place.
  private func maximisedOverOverlap(_ given: GivenAxes) -> StationaryPointCount {
    if signal.terms.isEmpty { return dominantPoints(m: 0, given: given) }
    let steps = 600
    func height(_ y: Double) -> Double { self.height(at: Double.tanh(y), given) }
    var best = (index: -1, value: -Double.infinity)
    for index in 0...steps {
      let value = height(10 * (2 * Double(index) / Double(steps) - 1))
      if value > best.value { best = (index, value) }
    }
    guard best.index >= 0 else { return dominantPoints(m: 0, given: given) }
    let width = 20 / Double(steps)
    let centre = 10 * (2 * Double(best.index) / Double(steps) - 1)
    do throws(GSLError) {
      let (y, _, step, curvature) = try LocalMaximum.of(height, near: centre, within: width)
      let m = Double.tanh(y)
      let found = dominantPoints(m: m, given: given)
      let place = (step + 1e-12 / max(-curvature, 1e-3)) * (1 - m * m) + m.ulp
      // The other two move with the overlap, not faster than their difference over a small step says.
      let beside = dominantPoints(m: m < 0 ? m + 1e-4 * (1 - m * m) : m - 1e-4 * (1 - m * m), given: given)
      func followed(_ estimate: Estimate, _ moved: Estimate) -> Estimate {
        guard let x = estimate.value, let other = moved.value, estimate.status == .converged else { return estimate }
        return .converged(x, error: estimate.error + 2 * abs(x - other) / (1e-4 * (1 - m * m)) * place)
      }
      return StationaryPointCount(
        overlap: .converged(m, error: place), energy: followed(found.energy, beside.energy),
        radial: followed(found.radial, beside.radial),
        complexity: found.complexity.value.map { Estimate.converged($0, error: 1e-13 + 4 * found.complexity.error) }
          ?? found.complexity)
    } catch {
      let failure = Estimate.notConverged(error.description)
      return StationaryPointCount(overlap: failure, energy: failure, radial: failure, complexity: failure)
    }
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
