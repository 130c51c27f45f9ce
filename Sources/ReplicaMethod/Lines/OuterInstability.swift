// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SphericalSpinGlass {
  /// The outer replicon of the static one-step solution reaches 1: continuous overlaps appear below the jump.
  public static var outerInstability: Line { outerInstabilityLine }
}

private let outerInstabilityLine = Line<SphericalSpinGlass>(
  LineDeclaration(
    name: "outer-instability", aliases: ["one-step-instability"],
    summary: "The outer replicon of the static one-step solution reaches 1: continuous overlaps appear below the jump.",
    parameters: [.signalScale, .temperature], unknowns: [.temperature], columns: GlassTransition.brokenColumns,
    usesFamilies: true, evidence: .replica, sources: [.sphericalTwoPlusP],
    formula: #"\xi''(q_0)\,W^2 = 1,\ \Sigma = 0"#,
    domain: "needs xi2 > 0 or a field; below it the right solution is 1frsb where that exists")
) { point, _ in try GlassTransition.points(SphericalSpinGlass.atPoint(point)) { $0.outerInstabilities() } }
