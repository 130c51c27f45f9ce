// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SphericalSpinGlass {
  /// The temperature below which the replica-symmetric state is not that of equilibrium (Kauzmann, for pure p >= 3).
  ///
  /// Without signal and random field T^2 = max over q of xi(q)/[-log(1-q) - q], whose limit at q = 0 is xi''(0).
  public static var `static`: Line { staticLine }
}

private let staticLine = Line<SphericalSpinGlass>(
  LineDeclaration(
    name: "static", summary: "Replica symmetry is broken in equilibrium below this temperature.",
    parameters: [.signalScale, .temperature], unknowns: [.temperature], columns: GlassTransition.columns,
    usesFamilies: true,
    evidence: .replica, sources: [.sphericalStatics, .sphericalTwoPlusP, .sphericalFreeEnergy],
    formula: #"T^2 = \max_q \frac{\xi(q)}{-\log(1-q) - q}\quad (m = q_0 = 0)"#,
    domain: "one row for each symmetric state that becomes unstable; first order where q1 > q0")
) { point, _ in GlassTransition.points(try SphericalSpinGlass.atPoint(point), .potential) }
