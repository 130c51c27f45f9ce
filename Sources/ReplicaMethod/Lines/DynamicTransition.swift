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
    parameters: [.signalScale, .temperature], unknowns: [.temperature], columns: GlassTransition.columns,
    usesFamilies: true,
    evidence: .replica, sources: [.sphericalStatics, .sphericalTwoPlusP],
    formula: #"T^2 = \max_q \frac{\xi'(q)(1-q)}{q}\quad (m = q_0 = 0)"#,
    domain: "one row for each symmetric state that falls apart; continuous where q1 = q0")
) { point, _ in GlassTransition.points(try SphericalSpinGlass.atPoint(point), .existence) }
