// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SphericalSpinGlass {
  /// The continuous Parisi function stops increasing at its upper end: a jump opens below.
  public static var continuousBreakdown: Line { continuousBreakdownLine }
}

private let continuousBreakdownLine = Line<SphericalSpinGlass>(
  LineDeclaration(
    name: "continuous-breakdown",
    summary: "The continuous Parisi function stops increasing at its upper end: a jump opens below.",
    parameters: [.signalScale, .temperature], unknowns: [.temperature], columns: GlassTransition.brokenColumns,
    usesFamilies: true, evidence: .replica, sources: [.sphericalTwoPlusP],
    formula: #"\xi''''\xi'' = \tfrac32\xi'''^2,\ T = (1-q_1)\sqrt{\xi''(q_1)}"#,
    domain: "where the overlaps are continuous above it")
) { point, _ in try GlassTransition.points(SphericalSpinGlass.atPoint(point)) { $0.continuousBreakdowns() } }
