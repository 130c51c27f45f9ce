// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RandomMatrixTheory
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

/// The typical number of stationary points of a landscape: replica-symmetric replicated Kac-Rice.
///
/// The quenched complexity is the average of log(number)/N, the annealed one log(average number)/N: quenched <= annealed.
/// Where there is no replica-symmetric branch every estimate is outside its domain and every other field nil.
///
/// Source: theory sheet *spherical landscapes*, section 9; structure as in Ros et al. (2019) and Kent-Dobias and Kurchan
/// (2022).
public struct QuenchedComplexity: Sendable, Hashable {
  /// Sigma_q(m, r) or Sigma_q(m, u, r): logarithm of the typical number of points per degree of freedom.
  ///
  /// Approximate where the replicon is not positive, and where the bulk of the Hessian is positive but its outlier is not:
  /// there the value counts saddles of index 1 and only bounds the number of minima from above.
  public let complexity: Estimate
  /// q = x.y/N, the overlap of two typical points of the same m, r (and u); below 1, near m^2.
  public let mutualOverlap: Estimate
  /// Determinant of the replicon fluctuations relative to the free ones; the replica-symmetric value is stable where > 0.
  public let replicon: Estimate
  /// The lowest isolated eigenvalue of the Riemannian Hessian at a typical point, in the units of r; nil without one.
  ///
  /// It is looked for below the bulk first, then above.
  public let outlier: Double?
  /// beta, the multiplier conjugate to the energy: d Sigma_q/du = -beta; 0 where u is maximised over.
  public let beta: Double?
  /// R_d, the response of a point to a field along its own position.
  public let diagonalResponse: Double?
  /// R_0, the response of a point to a field along the position of another point.
  public let mutualResponse: Double?

  fileprivate static func missing(_ estimate: Estimate) -> QuenchedComplexity {
    QuenchedComplexity(
      complexity: estimate, mutualOverlap: estimate, replicon: estimate, outlier: nil, beta: nil, diagonalResponse: nil,
      mutualResponse: nil)
  }
}

extension SphericalLandscape {
  /// Typical number of stationary points at overlap m and radial derivative r, and at energy u if it is given.
  ///
  /// One 3 x 3 linear system (beta, R_d, R_0) inside one scalar root: the mutual overlap q is the first local minimum of
  /// the replicated functional met upward from m^2 - 0.06. If the scan meets none, no replica-symmetric branch exists
  /// (deep in the landscape it ends where the minimum merges with a maximum) and the answer is outside the domain; another
  /// root is never returned. Without a field at m = 0 the root is q = 0 and the value is the annealed one.
  ///
  /// For a pure covariance c q^p the noise parts obey r + m phi'(m) = p (u + phi(m)): an energy on that line changes
  /// nothing, any other is outside the domain.
  ///
  /// - Parameters:
  ///   - m: overlap m = x.x*/N with the signal, in (-1, 1).
  ///   - r: radial derivative r = x.grad H/N, finite; minima have r <= -2 sqrt(xi''(1)).
  ///   - u: energy H/N, finite; nil to count the points of every energy.
  /// - Returns: complexity, mutual overlap, replicon, outlier and multipliers.
  /// - Throws: `DomainError` if the overlap is not inside (-1, 1), or r or u is not finite.
  /// - Complexity: about 100 to 2000 evaluations of a closed form.
  ///
  /// Source: theory sheet *spherical landscapes*, section 9.
  public func quenchedComplexity(
    overlap m: Double, radial r: Double, energy u: Double? = nil
  ) throws(DomainError) -> QuenchedComplexity {
    guard abs(m) < 1 else { throw DomainError(.overlap, m, allowed: "-1 < overlap < 1") }
    guard r.isFinite else { throw DomainError("radial", r, allowed: "finite radial") }
    if let u, !u.isFinite { throw DomainError("energy", u, allowed: "finite energy") }
    let functional = ReplicaFunctional(covariance: covariance, signal: signal, overlap: m, radial: r, energy: u)
    if functional.isOffLine { return .missing(.outsideDomain("energy-off-the-line-of-the-pure-covariance")) }
    return functional.quenchedComplexity()
  }
}

/// The functional of q, beta, R_d, R_0 whose stationary value is the replica-symmetric quenched complexity.
///
/// D and R_* are eliminated exactly; beta, R_d, R_0 by a linear system at each q. Arguments are X = 1 - q, in which
/// everything stays accurate near q = 1.
package struct ReplicaFunctional {
  private let xi: Polynomial
  private let m: Double
  private let r: Double
  /// phi(m) + u, phi'(m), phi''(m).
  private let energyShift: Double
  private let slope: Double
  private let curvature: Double
  /// xi'(1), xi''(1).
  private let a: Double
  private let b: Double
  /// 1 - m^2.
  private let tangential: Double
  private let fixesEnergy: Bool
  /// True where the energy contradicts r for a pure covariance.
  fileprivate let isOffLine: Bool
  /// Sum of the magnitudes that enter `energyShift`.
  private let energyScale: Double

  /// The functional at overlap m, radial derivative r and energy u (nil: maximised).
  package init(
    covariance: Polynomial, signal: Polynomial, overlap m: Double, radial r: Double, energy u: Double?
  ) {
    xi = covariance
    self.m = m
    self.r = r
    let phi = signal(m)
    energyShift = phi + (u ?? 0)
    energyScale = abs(phi) + abs(u ?? 0)
    slope = signal.derivative(1, at: m)
    curvature = signal.derivative(2, at: m)
    a = covariance.derivative(1, at: 1)
    b = covariance.derivative(2, at: 1)
    tangential = (1 - m) * (1 + m)
    let terms = covariance.terms.filter { $0.coefficient != 0 }
    if terms.count == 1, let pure = terms.first, u != nil {
      let degree = Double(pure.degree)
      fixesEnergy = false
      let scale = degree * energyScale + abs(r) + abs(m * slope)
      isOffLine = !(abs(r + m * slope - degree * energyShift) <= 1e-12 * scale)
    } else {
      fixesEnergy = u != nil
      isOffLine = false
    }
  }

  /// xi^(order)(1) - xi^(order)(1 - X) without cancellation.
  private func drop(_ order: Int, _ x: Double) -> Double {
    guard x < 0.5 else { return xi.derivative(order, at: 1) - xi.derivative(order, at: 1 - x) }
    let log = Double.log(onePlus: -x)
    var sum = 0.0
    for term in xi.terms where term.degree > order {
      var factor = term.coefficient
      for j in 0..<order { factor *= Double(term.degree - j) }
      sum -= factor * Double.expMinusOne(Double(term.degree - order) * log)
    }
    return sum
  }

  /// The functional's coefficients and the solution of the linear system at one X.
  private struct Place {
    let x: Double
    let q: Double
    /// q - m^2.
    let excess: Double
    /// xi'(q), xi''(q), xi'''(q).
    let xi1: Double
    let xi2: Double
    let xi3: Double
    /// xi'(1) - xi'(q) and the same over X.
    let alpha: Double
    let ratio: Double
    /// Quadratic form and linear part of (R_d, R_0, beta), without beta where u is free.
    let form: Matrix
    let linear: [Double]
    let solution: [Double]

    var rd: Double { solution[0] }
    var r0: Double { solution[1] }
    var beta: Double { solution.count > 2 ? solution[2] : 0 }
    var dr: Double { rd - r0 }
  }

  /// The system at X with its solution; nil where it is singular or overflows.
  private func place(_ x: Double) -> Place? {
    let q = 1 - x
    let xi1 = xi.derivative(1, at: q)
    let xi2 = xi.derivative(2, at: q)
    let alpha = drop(1, x)
    let ratio = alpha / x
    let c = (a - ratio * q) / x
    let rows = fixesEnergy ? 3 : 2
    var form = Matrix(rows: rows, columns: rows)
    form[0, 0] = b + c
    form[0, 1] = ratio - c
    form[1, 0] = form[0, 1]
    form[1, 1] = c - 2 * ratio - xi2
    var linear = [-r - slope * m / x, slope * m / x]
    if fixesEnergy {
      form[0, 2] = a
      form[2, 0] = a
      form[1, 2] = -xi1
      form[2, 1] = -xi1
      form[2, 2] = drop(0, x)
      linear.append(-energyShift)
    }
    guard let factors = try? LUFactorization(form), factors.determinantSign != 0,
      let solution = try? factors.solve(linear.map { -$0 }), solution.allSatisfy(\.isFinite)
    else { return nil }
    return Place(
      x: x, q: q, excess: tangential - x, xi1: xi1, xi2: xi2, xi3: xi.derivative(3, at: q), alpha: alpha, ratio: ratio,
      form: form, linear: linear, solution: solution)
  }

  /// The functional at X = 1 - q, stationary in beta, R_d and R_0; nil where the linear system is singular.
  package func value(_ x: Double) -> Double? { place(x).map { valueTerms($0).reduce(0, +) } }

  /// The derivative of ``value(_:)`` in q; nil where the linear system is singular.
  ///
  /// By the envelope theorem it is the partial derivative at fixed (beta, R_d, R_0).
  package func derivative(_ x: Double) -> Double? { place(x).map { derivativeTerms($0).reduce(0, +) } }

  private func valueTerms(_ p: Place) -> [Double] {
    [
      0.5 + 0.5 * Double.log(b), SemicircleLaw.unitLogPotential(r / b.squareRoot()), -0.5 * Double.log(p.ratio),
      -(p.xi1 + slope * slope) / (2 * p.alpha), p.excess / (2 * p.x),
    ] + zip(p.linear, p.solution).map { 0.5 * $0 * $1 }
  }

  private func derivativeTerms(_ p: Place) -> [Double] {
    let x2 = p.x * p.x
    return [
      p.excess / (2 * x2),
      -(p.xi1 + slope * slope) * p.xi2 / (2 * p.alpha * p.alpha),
      -slope * m * p.dr / x2,
      -0.5 * p.beta * p.beta * p.xi1,
      -p.beta * p.xi2 * p.r0,
      -0.5 * p.xi3 * p.r0 * p.r0,
      p.dr * p.dr * (p.xi1 + (p.xi2 - 2 * p.ratio) * p.q) / (2 * x2),
      p.dr * p.r0 * (p.ratio - p.xi2) / p.x,
    ]
  }

  /// Bounds on the rounding errors of value and derivative at a place.
  ///
  /// The value moves by x^T dH x/2 + dg^T x under a change of the linear system, the derivative by w^T H^-1 (dH x + dg)
  /// with w its gradient in the solution.
  private func rounding(_ p: Place) -> (value: Double, derivative: Double) {
    let n = p.solution.count
    // Magnitudes summed into each entry; they exceed the entries where these cancel.
    var size = Matrix(rows: n, columns: n, p.form.entries.map { abs($0) })
    let c = (a + p.ratio * abs(p.q)) / p.x
    size[0, 0] = b + c
    size[0, 1] = p.ratio + c
    size[1, 0] = size[0, 1]
    size[1, 1] = c + 2 * p.ratio + p.xi2
    let signal = abs(slope * m) / p.x
    let linear = [abs(r) + signal, signal, energyScale]
    var residual = [Double](repeating: 0, count: n)
    for i in 0..<n {
      residual[i] = linear[i]
      for j in 0..<n { residual[i] += size[i, j] * abs(p.solution[j]) }
    }
    var value = valueTerms(p).reduce(1) { $0 + abs($1) }
    for i in 0..<n { value += residual[i] * abs(p.solution[i]) }
    var derivative = derivativeTerms(p).reduce(0) { $0 + abs($1) }
    derivative += p.dr * p.dr * (p.xi1 + (p.xi2 + 2 * p.ratio) * abs(p.q)) / (2 * p.x * p.x) + p.x.ulp / (p.x * p.x)
    let difference =
      -slope * m / (p.x * p.x) + p.dr * (p.xi1 + (p.xi2 - 2 * p.ratio) * p.q) / (p.x * p.x)
      + p.r0 * (p.ratio - p.xi2) / p.x
    let gradient = [
      difference, -difference - p.beta * p.xi2 - p.xi3 * p.r0 + p.dr * (p.ratio - p.xi2) / p.x,
      -p.beta * p.xi1 - p.xi2 * p.r0,
    ]
    if let factors = try? LUFactorization(p.form), let dual = try? factors.solve(Array(gradient.prefix(n))) {
      for i in 0..<n { derivative += residual[i] * abs(dual[i]) }
    } else {
      derivative = .infinity
    }
    return (4 * Double.ulpOfOne * value, 4 * Double.ulpOfOne * derivative)
  }

  /// Brackets in X the first local minimum in q met upward from m^2 - 0.06; nil if there is none.
  ///
  /// Steps of 1/200 of X, at most 0.002; where the derivative comes near zero from below between two steps and turns back,
  /// the turning point is looked at too: minimum and maximum are close together near the end of the branch.
  package func branch() -> ClosedRange<Double>? {
    var samples: [(x: Double, derivative: Double)] = []
    var x = min(tangential + 0.06, 1.999)
    let last = 1e-6 * tangential
    while x > last {
      if let d = derivative(x), d.isFinite {
        if let previous = samples.last, previous.derivative < 0 {
          if d >= 0 { return x...previous.x }
          if samples.count > 1, samples[0].derivative < previous.derivative, previous.derivative > d,
            let top = turningPoint(x...samples[0].x)
          {
            return top...samples[0].x
          }
        }
        samples = samples.suffix(1) + [(x, d)]
      } else {
        samples = []
      }
      x -= min(0.002, x / 200)
    }
    return nil
  }

  /// Where the derivative, negative at the ends of a bracket, is positive inside; nil if its maximum is negative.
  private func turningPoint(_ bracket: ClosedRange<Double>) -> Double? {
    let golden = 0.381_966_011_250_105_15
    var (low, high) = (bracket.lowerBound, bracket.upperBound)
    var left = low + golden * (high - low)
    var right = high - golden * (high - low)
    var leftValue = derivative(left) ?? -.infinity
    var rightValue = derivative(right) ?? -.infinity
    for _ in 0..<40 {
      if leftValue > 0 { return left }
      if rightValue > 0 { return right }
      if leftValue > rightValue {
        (high, right, rightValue) = (right, left, leftValue)
        left = low + golden * (high - low)
        leftValue = derivative(left) ?? -.infinity
      } else {
        (low, left, leftValue) = (left, right, rightValue)
        right = high - golden * (high - low)
        rightValue = derivative(right) ?? -.infinity
      }
    }
    return nil
  }

  fileprivate func quenchedComplexity() -> QuenchedComplexity {
    // Without a signal that correlates the points, q = 0 is stationary at m = 0.
    if m == 0, xi.derivative(1, at: 0) == 0, slope * slope * xi.derivative(2, at: 0) == 0 {
      guard let place = place(1) else { return .missing(.notConverged("the linear system at q = 0 is singular")) }
      return result(place, .exact(0), spread: 0, noise: 0)
    }
    guard let bracket = branch() else { return .missing(.outsideDomain("no-replica-symmetric-branch")) }
    guard let root = try? brentRoot("mutual overlap", in: bracket, { derivative($0) ?? .nan }),
      let place = place(root.value)
    else { return .missing(.notConverged("the root of the mutual overlap was not reached")) }
    let noise = rounding(place).derivative + abs(root.residual)
    let step = min(1e-4 * root.value, 0.5 * abs(bracket.upperBound - bracket.lowerBound))
    var curvature = 0.0
    if let left = derivative(root.value + step), let right = derivative(root.value - step) {
      curvature = abs(right - left) / (2 * step)
    }
    let width = root.bracket.upperBound - root.bracket.lowerBound + place.q.ulp + Double.ulpOfOne
    let spread = curvature > 0 ? width + noise / curvature : bracket.upperBound - bracket.lowerBound
    return result(place, .converged(place.q, error: spread), spread: spread, noise: noise)
  }

  /// The answer at a root; `spread` is the uncertainty of q, `noise` that of the derivative.
  private func result(_ p: Place, _ overlap: Estimate, spread: Double, noise: Double) -> QuenchedComplexity {
    let value = valueTerms(p).reduce(0, +)
    var complexity = Estimate.converged(value, error: rounding(p).value + noise * spread).held(to: 1e-9, scale: 1)
    var overlap = overlap
    let replicon = self.replicon(p, spread: spread)
    let outlier = self.outlier(p)
    let bulkEdge = -2 * b.squareRoot() - r
    if let number = replicon.value, number <= 0 {
      let reason = "the replica-symmetric solution is unstable: its replicon is not positive"
      complexity = complexity.marked(.approximate(reason))
      overlap = overlap.marked(.approximate(reason))
    } else if let outlier, outlier < 0, bulkEdge >= 0, complexity.status == .converged {
      complexity = complexity.marked(
        .approximate("a Hessian outlier is negative: saddles of index 1, only an upper bound for minima"))
    }
    return QuenchedComplexity(
      complexity: complexity, mutualOverlap: overlap, replicon: replicon, outlier: outlier, beta: p.beta,
      diagonalResponse: p.rd, mutualResponse: p.r0)
  }

  /// det(1 - T^-1 F) = det(T - F)/det T over the fluctuations of (C, R, D).
  private func replicon(_ p: Place, spread: Double) -> Estimate {
    let (number, rounding) = replicon(p)
    guard spread > 0 else { return .converged(number, error: rounding) }
    let step = 1e-5 * p.x
    var slope = 0.0
    if let left = place(p.x + step), let right = place(p.x - step) {
      slope = abs(replicon(left).value - replicon(right).value) / (2 * step)
    }
    return .converged(number, error: rounding + slope * spread)
  }

  private func replicon(_ p: Place) -> (value: Double, rounding: Double) {
    let dd = p.dr * p.dr / p.x - 1 / p.alpha
    let d0 =
      (p.xi1 + slope * slope) / (p.alpha * p.alpha) - p.q * p.dr * p.dr / (p.x * p.x) + 2 * p.dr * p.r0 / p.x
    // A = [[X, dR], [dR, D_d - D_0]] has determinant -1/ratio; its inverse is [[f, g], [g, h]].
    let f = -p.ratio * dd
    let g = p.ratio * p.dr
    let h = -p.ratio * p.x
    let xi4 = xi.derivative(4, at: p.q)
    let free = [
      f * f, 2 * f * g, g * g,
      2 * f * g, 2 * (g * g + f * h), 2 * g * h,
      g * g, 2 * g * h, h * h,
    ]
    let cc = p.beta * p.beta * p.xi2 + (2 * p.beta * p.r0 + d0) * p.xi3 + p.r0 * p.r0 * xi4
    let cr = 2 * (p.beta * p.xi2 + p.r0 * p.xi3)
    let cost = [
      cc, cr, p.xi2,
      cr, 2 * p.xi2, 0,
      p.xi2, 0, 0,
    ]
    let determinant = -2 * p.ratio * p.ratio * p.ratio
    let value = expansion(zip(free, cost).map { $0 - $1 }, sign: -1) / determinant
    let size = expansion(zip(free, cost).map { abs($0) + abs($1) }, sign: 1) / abs(determinant)
    return (value, 16 * Double.ulpOfOne * size)
  }

  /// The lowest isolated eigenvalue lambda = z - r: det[K z - M - V g(z)] = 0 outside the bulk.
  ///
  /// With z = 1/g + b g the bulk edges are g = -+ 1/sqrt(b), and g^2 det becomes a cubic in g.
  private func outlier(_ p: Place) -> Double? {
    let star = slope / p.alpha + m * p.dr / p.x
    let (f0, f1) = (p.x * p.x, m * p.x)
    let (t0, t1) = (p.rd - (2 - p.q) * p.r0, star - m * p.r0)
    let (s0, s1) = (-m * p.x, tangential)
    let weight = p.beta * p.xi2 + p.r0 * p.xi3
    let m00 = -weight * f0 * f0 - 2 * p.xi2 * t0 * f0 - curvature * s0 * s0
    let m01 = -weight * f0 * f1 - p.xi2 * (t0 * f1 + t1 * f0) - curvature * s0 * s1
    let m11 = -weight * f1 * f1 - 2 * p.xi2 * t1 * f1 - curvature * s1 * s1
    let (k00, k01, k11) = (-p.x * p.x, -m * p.x, tangential)
    let w = p.xi2 * p.xi2 * a / (p.alpha * p.alpha)
    // det(K - M g - w g^2 f f^T) = det(K - M g) - w g^2 f^T adj(K - M g) f
    let c0 = -p.x * p.x
    let c1 = -(k00 * m11 + k11 * m00 - 2 * k01 * m01)
    let c2 = m00 * m11 - m01 * m01 - w * (f0 * f0 * k11 - 2 * f0 * f1 * k01 + f1 * f1 * k00)
    let c3 = w * (f0 * f0 * m11 - 2 * f0 * f1 * m01 + f1 * f1 * m00)
    let edge = 1 / b.squareRoot()
    var stops = [-edge, edge, 0]
    let discriminant = c2 * c2 - 3 * c1 * c3
    if discriminant >= 0 {
      let s = -(c2 + (c2 < 0 ? -1 : 1) * discriminant.squareRoot())
      stops += [s / (3 * c3), c1 / s].filter { abs($0) < edge }
    }
    stops.sort()
    var roots: [Double] = []
    for (low, high) in zip(stops, stops.dropFirst()) where low < high {
      if let root = try? brentRoot("Hessian outlier", in: low...high, { c0 + $0 * (c1 + $0 * (c2 + $0 * c3)) }),
        abs(root.value) < edge
      {
        roots.append(root.value)
      }
    }
    // z falls with g on either side of g = 0, where the determinant c0 = -X^2 does not vanish.
    guard let g = roots.filter({ $0 < 0 }).max() ?? roots.max() else { return nil }
    return 1 / g + b * g - r
  }
}

/// The determinant of a 3 x 3 matrix (sign -1), or its permanent (sign 1).
private func expansion(_ e: [Double], sign: Double) -> Double {
  e[0] * (e[4] * e[8] + sign * e[5] * e[7]) + sign * e[1] * (e[3] * e[8] + sign * e[5] * e[6])
    + e[2] * (e[3] * e[7] + sign * e[4] * e[6])
}
