// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
import ReplicaMethod
public import SaddlepointCore
import SaddlepointNumerics

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
