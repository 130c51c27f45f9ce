// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SphericalSpinGlass {
  /// The inner replicon of the static one-step solution reaches 1: states break up further.
  public static var gardner: Line { gardnerLine }
}

private let gardnerLine = Line<SphericalSpinGlass>(
  LineDeclaration(
    name: "gardner",
    summary: "The inner replicon of the static one-step solution reaches 1: states break up further.",
    parameters: [.signalScale, .temperature], unknowns: [.temperature], columns: GlassTransition.brokenColumns,
    usesFamilies: true, evidence: .replica, sources: [.sphericalTwoPlusP],
    formula: #"\xi''(q_1)\,\chi^2 = 1,\ \Sigma = 0"#,
    domain: "mixtures of several tensors; never for pure ones")
) { point, _ in try GlassTransition.points(SphericalSpinGlass.atPoint(point)) { $0.innerInstabilities() } }
