// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore

/// How the particle moves: with mobility 1, or with a mass.
public enum Inertia: Sendable, Hashable {
  /// dx/dt = force: Langevin dynamics, gradient flow at T = 0.
  case overdamped
  /// M x'' + gamma x' = force, from rest: heavy ball.
  case heavyBall(mass: Double, friction: Double)
  /// M x'' + 3/(t + t0) x' = force, from rest: Nesterov's friction with offset t0.
  case nesterov(mass: Double, offset: Double)

  /// M; 0 without inertia.
  package var mass: Double {
    switch self {
    case .overdamped: 0
    case .heavyBall(let mass, _), .nesterov(let mass, _): mass
    }
  }

  /// The integral of gamma between two times.
  package func integratedFriction(from a: Double, to b: Double) -> Double {
    switch self {
    case .overdamped: b - a
    case .heavyBall(_, let friction): friction * (b - a)
    case .nesterov(_, let offset): 3 * Double.log((b + offset) / (a + offset))
    }
  }

  /// gamma(t).
  func friction(at t: Double) -> Double {
    switch self {
    case .overdamped: 1
    case .heavyBall(_, let friction): friction
    case .nesterov(_, let offset): 3 / (t + offset)
    }
  }
}

/// How the equations are integrated.
public enum DynamicsMethod: String, Sendable, Hashable, CaseIterable {
  /// Uniform grids at short times, ratios t'/t at long ones.
  case automatic = "auto"
  /// Uniform grids at all times: memory grows as the square of the time, cost as its third power.
  case uniform
  /// Ratios t'/t as soon as there are rows, without mass.
  case longTime = "long-time"
}

/// Dynamics on the sphere |x|^2 = N in a Gaussian landscape, in the limit of many dimensions: a landscape, a temperature
/// and a start.
///
///     dx/dt = -mu(t) x - grad H(x) + eta,   <eta_i(t) eta_j(t')> = 2 T delta_ij delta(t - t')
///
/// with mu(t) such that |x|^2 = N, mobility 1 (this fixes the unit of time), and with a mass
/// M x'' + gamma x' on the left and noise of strength 2 gamma T. Correlation C(t,t') = x(t).x(t')/N, response R(t,t') of
/// x(t) to a force at t' < t, overlap m(t) = x(t).x*/N, energy e(t) = H/N.
///
/// Source: Cugliandolo and Kurchan (1993); arXiv:1812.09066, 1902.00139; theory sheet *dynamics*, sections 1 and 4.
public struct SphericalDynamics: Sendable, Hashable {
  /// xi, the covariance polynomial.
  public let covariance: Polynomial
  /// phi, the signal polynomial.
  public let signal: Polynomial
  /// T >= 0; 0 is gradient flow.
  public let temperature: Double
  /// m(0) in [-1, 1].
  public let initialOverlap: Double
  /// T' > 0 of a start drawn from exp(-H/T') at the given overlap; nil for a random start.
  public let initialTemperature: Double?
  /// Mass and friction.
  public let inertia: Inertia
  /// How the equations are integrated.
  public let method: DynamicsMethod

  /// Dynamics in a landscape.
  ///
  /// - Parameters:
  ///   - landscape: covariance and signal.
  ///   - temperature: T >= 0.
  ///   - initialOverlap: m(0) in [-1, 1]; exactly 0 stays 0 where phi'(0) = 0.
  ///   - initialTemperature: T' > 0 of a thermalised start; nil for a random one.
  ///   - inertia: mass > 0, friction >= 0, offset > 0.
  ///   - method: how the equations are integrated; the long-time scheme has no mass.
  /// - Throws: `DomainError` for a number outside these ranges.
  public init(
    _ landscape: some SphericalLandscape, temperature: Double, initialOverlap: Double = 0,
    initialTemperature: Double? = nil, inertia: Inertia = .overdamped, method: DynamicsMethod = .automatic
  ) throws(DomainError) {
    self.covariance = landscape.covariance
    self.signal = landscape.signal
    self.temperature = try DynamicsParameter.temperature.checked(temperature)
    self.initialOverlap = try DynamicsParameter.initialOverlap.checked(initialOverlap)
    if let initialTemperature { try DynamicsParameter.initialTemperature.checked(initialTemperature) }
    self.initialTemperature = initialTemperature
    switch inertia {
    case .overdamped: break
    case .heavyBall(let mass, let friction):
      try DynamicsParameter.mass.checked(mass)
      try DynamicsParameter.friction.checked(friction)
    case .nesterov(let mass, let offset):
      try DynamicsParameter.mass.checked(mass)
      try DynamicsParameter.nesterov.checked(offset)
    }
    self.inertia = inertia
    self.method = method
    if method == .longTime, inertia.mass > 0 {
      throw DomainError(.method, method.rawValue, allowed: "auto or uniform with a mass")
    }
  }

  /// b0 = 1/T'; 0 for a random start.
  var inverseInitialTemperature: Double { initialTemperature.map { 1 / $0 } ?? 0 }

  /// An upper estimate of half the fastest rate of the dynamics, which sets grids; the larger the finer they are.
  var rate: Double {
    let force = signal.terms.reduce(0) { $0 + Double($1.degree) * abs($1.coefficient) }
    let overdamped = max(
      Double.sqrt(covariance.derivative(2, at: 1)), 0.5 * (temperature + force),
      0.5 * covariance.derivative(1, at: 1) * inverseInitialTemperature)
    guard inertia.mass > 0 else { return overdamped }
    return max(Double.sqrt(overdamped / inertia.mass), 0.5 * inertia.friction(at: 0) / inertia.mass)
  }

  /// Whether a start drawn from exp(-H/T') has the law that the equations assume: no replica-symmetry breaking, that is
  /// xi(q)/T'^2 + q + log(1 - q) <= 0 on [0, 1).
  package var isStartAnnealed: Bool {
    guard let initialTemperature else { return true }
    let beta2 = 1 / (initialTemperature * initialTemperature)
    return !(1..<2000).contains { k in
      let q = Double(k) / 2000
      return beta2 * covariance(q) + q + Double.log(onePlus: -q) > 1e-12
    }
  }
}

/// Value and two derivatives of a polynomial in hot loops: Horner where the degree is small, powers elsewhere.
struct FastPolynomial {
  private let polynomial: Polynomial
  private let value: [Double]
  private let first: [Double]
  private let second: [Double]
  private let third: [Double]
  private let isDense: Bool

  init(_ polynomial: Polynomial) {
    self.polynomial = polynomial
    let degree = polynomial.terms.last?.degree ?? 0
    isDense = degree <= 16
    var coefficients = [Double](repeating: 0, count: max(degree, 2) + 1)
    if isDense { for term in polynomial.terms { coefficients[term.degree] = term.coefficient } }
    value = coefficients
    func derived(_ c: [Double]) -> [Double] { (1..<c.count).map { Double($0) * c[$0] } }
    first = derived(value)
    second = derived(first)
    third = second.count > 1 ? derived(second) : [0]
  }

  private static func horner(_ c: [Double], _ q: Double) -> Double {
    var k = c.count - 1
    var sum = c[k]
    while k > 0 {
      k -= 1
      sum = sum * q + c[k]
    }
    return sum
  }

  func value(_ q: Double) -> Double { isDense ? Self.horner(value, q) : polynomial.derivative(0, at: q) }
  func first(_ q: Double) -> Double { isDense ? Self.horner(first, q) : polynomial.derivative(1, at: q) }
  func second(_ q: Double) -> Double { isDense ? Self.horner(second, q) : polynomial.derivative(2, at: q) }
  func third(_ q: Double) -> Double { isDense ? Self.horner(third, q) : polynomial.derivative(3, at: q) }
}
