// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SphericalSpinGlass {
  /// The temperature below which equilibrium falls apart into exponentially many states: one-step solutions with x = 1.
  ///
  /// Without signal and random field T^2 = max over q of xi'(q)(1-q)/q, whose limit at q = 0 is xi''(0).
  public static var dynamic: Line { dynamicLine }
}

private let dynamicLine = Line<SphericalSpinGlass>(
  LineDeclaration(
    name: "dynamic", summary: "States appear that trap the dynamics: one-step solutions with Parisi parameter 1.",
    parameters: [.signalScale, .temperature], unknowns: [.temperature],
    columns: GlassTransition.columns + RelaxationExponents.columns, usesFamilies: true,
    evidence: .replica, sources: [.sphericalStatics, .sphericalTwoPlusP],
    formula:
      #"T^2 = \max_q \frac{\xi'(q)(1-q)}{q}\quad (m = q_0 = 0),\quad \lambda = \frac{\xi'''(q)(1-q)}{2\xi''(q)} = \frac{\Gamma(1-a)^2}{\Gamma(1-2a)} = \frac{\Gamma(1+b)^2}{\Gamma(1+2b)},\quad \gamma = \frac1{2a}+\frac1{2b}"#,
    domain: "one row for each symmetric state that falls apart; continuous, and then without plateau, where q1 = q0")
) { point, _ in
  let glass = try SphericalSpinGlass.atPoint(point)
  return GlassTransition.points(glass, .existence).map { RelaxationExponents.added(to: $0, of: glass) }
}

extension RelaxationExponents {
  fileprivate static let columns = [
    Column(
      "plateau", symbol: "q_d", "plateau of the equilibrium correlation; empty where the transition is continuous"),
    Column("exponent_parameter", symbol: "\\lambda", "exponent parameter of mode coupling"),
    Column("exponent_a", symbol: "a", "the correlation reaches its plateau as t^-a"),
    Column("exponent_b", symbol: "b", "and leaves it as t^b"),
    Column("exponent_gamma", symbol: "\\gamma", "the relaxation time diverges as (T - T_d)^-gamma"),
  ]

  /// The exponents at a discontinuous transition, from lambda = xi'''(q1)(1-q1)/(2 xi''(q1)) at its plateau q1.
  fileprivate static func added(to transition: CriticalPoint, of glass: SphericalSpinGlass) -> CriticalPoint {
    let plateau = transition["q1"]
    guard transition.order == .first, let q = plateau.value else { return transition }
    let xi = glass.covariance
    let parameter = { (q: Double) in xi.derivative(3, at: q) * (1 - q) / (2 * xi.derivative(2, at: q)) }
    let lambda = parameter(q)
    let step = min(1e-5, 0.5 * (1 - q))
    let slope = (parameter(q + step) - parameter(q - step)) / (2 * step)
    let error = abs(slope) * plateau.error + 4 * lambda.ulp
    let exponents = RelaxationExponents(parameter: lambda)
    // The exponents at both ends of what lambda may be.
    let ends = [lambda - error, lambda + error].map { RelaxationExponents(parameter: $0) }
    func uncertain(_ exponent: (RelaxationExponents) -> Estimate) -> Estimate {
      guard let exponents, let x = exponent(exponents).value else { return .outsideDomain("no such exponent") }
      let spread = ends.compactMap { $0.flatMap { exponent($0).value } }.map { abs($0 - x) }.max() ?? .infinity
      return .converged(x, error: spread + exponent(exponents).error)
    }
    return transition.adding([
      "plateau": plateau, "exponent_parameter": .converged(lambda, error: error), "exponent_a": uncertain(\.a),
      "exponent_b": uncertain(\.b), "exponent_gamma": uncertain(\.gamma),
    ])
  }
}
