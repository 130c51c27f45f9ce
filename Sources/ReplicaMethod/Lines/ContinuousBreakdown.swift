// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SphericalSpinGlass {
  /// Overlaps that are continuous up to q1 break down: a jump opens at the upper end.
  public static var continuousBreakdown: Line { continuousBreakdownLine }
}

private let continuousBreakdownLine = Line<SphericalSpinGlass>(
  LineDeclaration(
    name: "continuous-breakdown",
    summary: "Overlaps that are continuous up to q1 break down: a jump opens at the upper end.",
    parameters: [.signalScale, .temperature], unknowns: [.temperature], columns: GlassTransition.brokenColumns,
    usesFamilies: true, evidence: .replica, sources: [.sphericalTwoPlusP],
    formula: #"\xi''''\xi'' = \tfrac32\xi'''^2,\ T = (1-q_1)\sqrt{\xi''(q_1)}"#,
    domain: "where the overlaps are continuous above it; first order where a jump with parisi_x = 1 comes before")
) { point, _ in try GlassTransition.points(SphericalSpinGlass.atPoint(point)) { $0.continuousBreakdowns() } }
