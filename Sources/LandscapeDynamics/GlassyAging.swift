// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

/// The exponents of glassy relaxation that one number fixes.
///
/// Gamma(1-a)^2/Gamma(1-2a) = Gamma(1+b)^2/Gamma(1+2b) = lambda: the correlation reaches its plateau as t^-a and leaves it as t^b;
/// the relaxation time diverges with gamma = 1/(2a) + 1/(2b).
///
/// Source: mode-coupling theory; theory sheet *dynamics*, section 3.
public struct RelaxationExponents: Sendable, Hashable {
  /// lambda in (0, 1).
  public let parameter: Double
  /// a in (0, 1/2).
  public let a: Estimate
  /// b > 0; 1 for every pure p-spin model.
  public let b: Estimate
  /// gamma.
  public let gamma: Estimate

  /// The exponents of an exponent parameter; nil unless 0 < lambda < 1.
  public init?(parameter: Double) {
    guard parameter > 0, parameter < 1 else { return nil }
    self.parameter = parameter
    a = Self.approach(parameter)
    b = Self.root("exponent b", 1e-9...40) { x throws(GSLError) in
      2 * (try Special.lgamma(1 + x)) - (try Special.lgamma(1 + 2 * x)) - Double.log(parameter)
    }
    gamma = a.mapped(derivative: a.value.map { 0.5 / ($0 * $0) } ?? 0) { [b] in 0.5 / $0 + 0.5 / (b.value ?? .nan) }
  }

  /// a of Gamma(1-a)^2/Gamma(1-2a) = lambda, for 0 <= lambda < 1.
  static func approach(_ parameter: Double) -> Estimate {
    if parameter == 0 { return .exact(0.5) }
    // 1/Gamma(1-2a) vanishes at a = 1/2.
    return root("exponent a", 1e-9...(0.5 - 1e-16)) { x throws(GSLError) in
      2 * (try Special.lgamma(1 - x)) - (try Special.lgamma(1 - 2 * x)) - Double.log(parameter)
    }
  }

  private static func root(
    _ name: String, _ bracket: ClosedRange<Double>, _ f: (Double) throws(GSLError) -> Double
  ) -> Estimate {
    do throws(GSLError) {
      let found = try brentRoot(name, in: bracket) { x in
        do throws(GSLError) { return try f(x) } catch { return .nan }
      }
      return .converged(found.value, error: found.estimate.error + 4e-14)
    } catch { return .notConverged("\(error)") }
  }
}

/// The aging state that a quench from infinite temperature tends to, in the simplest scenario: marginal states, q0 = 0.
public struct AgingState: Sendable, Hashable {
  /// q, the plateau of C(t, t_w).
  public let plateau: Estimate
  /// a, the exponent of the approach to it.
  public let exponentA: Estimate
  /// x, the fluctuation-dissipation ratio beyond the plateau; 0 at T = 0.
  public let ratio: Estimate
  /// x/T, finite at T = 0 too.
  public let slope: Estimate
  /// The threshold energy at this temperature.
  ///
  /// That of a mixture need not end there.
  public let energy: Estimate

  fileprivate static func absent(_ reason: String) -> AgingState {
    let none = Estimate.outsideDomain(reason)
    return AgingState(plateau: none, exponentA: none, ratio: none, slope: none, energy: none)
  }
}

extension SphericalLandscape {
  /// The aging state at temperature T below the dynamic transition.
  ///
  /// Plateau: the largest root of xi''(q)(1-q)^2 = T^2; lambda = T xi'''(q)/(2 xi''(q)^(3/2)) gives a;
  /// x = T^2/[(1-q) xi'(q)] - (1-q)/q; e_th = -[xi(1) - (1-x) xi(q)]/T. The signal does not enter (m = 0).
  ///
  /// Source: Cugliandolo and Kurchan (1993); theory sheet *dynamics*, section 3.
  ///
  /// - Parameter temperature: T >= 0.
  /// - Returns: the state; `outside-domain` above the dynamic temperature and where the transition is continuous.
  /// - Throws: `DomainError` for a negative temperature.
  public func agingState(temperature: Double) throws(DomainError) -> AgingState {
    let t = try DynamicsParameter.temperature.checked(temperature)
    let xi = covariance
    let (a, b) = (xi.derivative(1, at: 1), xi.derivative(2, at: 1))
    if xi.terms.first?.degree == 1 { return .absent("a term of degree 1: the plateau before aging is not 0") }
    if t == 0 {
      let chi = 1 / Double.sqrt(b)
      let y = 1 / (a * chi) - chi
      return AgingState(
        plateau: .exact(1), exponentA: .exact(0.5), ratio: .exact(0), slope: .exact(y),
        energy: .exact(-(y * xi(1) + a * chi)))
    }
    // In u = 1 - q; xi'' <= b, so there is no root below T/sqrt b.
    let excess = { (u: Double) in xi.derivative(2, at: 1 - u) * u * u - t * t }
    var lower = t / Double.sqrt(b)
    guard lower < 1 else { return .absent("no-transition") }
    var upper = lower
    let growth = Double.exp(Double.log(1 / lower) / 4000)
    while upper < 1, excess(upper) <= 0 {
      lower = upper
      upper = min(1, upper * growth)
    }
    guard upper < 1, excess(upper) > 0 else { return .absent("no-transition") }
    let u: Double
    do throws(GSLError) {
      u = lower == upper ? lower : try brentRoot("plateau", in: lower...upper, excess).value
    } catch { return .absent("\(error)") }
    let q = 1 - u
    let second = xi.derivative(2, at: q)
    let lambda = t * xi.derivative(3, at: q) / (2 * second * Double.sqrt(second))
    let x = t * t / (u * xi.derivative(1, at: q)) - u / q
    guard x <= 1 + 1e-12, lambda < 1 else { return .absent("above the dynamic temperature") }
    guard x > -1e-12 else { return .absent("the marginal state has a negative ratio: no aging of this kind") }
    // The root is known to rounding divided by its slope.
    let slope = (excess(u * (1 + 1e-6)) - excess(u * (1 - 1e-6))) / (2e-6 * u)
    let error = 8e-16 * t * t / max(abs(slope), 1e-300) + 2 * u.ulp
    func estimate(_ value: Double, _ f: (Double) -> Double) -> Estimate {
      let step = max(1e-6 * u, 16 * error)
      return .converged(value, error: abs(f(u + step) - f(u - step)) / (2 * step) * error + 1e-14 * max(1, abs(value)))
    }
    let ratio = { (u: Double) in t * t / (u * xi.derivative(1, at: 1 - u)) - u / (1 - u) }
    let energy = { (u: Double) in -(xi(1) - (1 - ratio(u)) * xi(1 - u)) / t }
    return AgingState(
      plateau: .converged(q, error: error + q.ulp), exponentA: RelaxationExponents.approach(lambda),
      ratio: estimate(x, ratio), slope: estimate(x / t) { ratio($0) / t }, energy: estimate(energy(u), energy))
  }
}
