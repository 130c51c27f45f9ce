// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SphericalSpinGlass {
  /// Where the replicon of the replica-symmetric state is 1: xi''(q)(1-q)^2 = T^2.
  public static var deAlmeidaThouless: Line { deAlmeidaThoulessLine }
}

private let deAlmeidaThoulessLine = Line<SphericalSpinGlass>(
  LineDeclaration(
    name: "de-almeida-thouless", aliases: ["dat"],
    summary: "The replicon of the replica-symmetric state reaches 1: a continuous instability.",
    parameters: [.signalScale, .temperature], unknowns: [.temperature],
    columns: Array(GlassTransition.columns.prefix(2)), usesFamilies: true, evidence: .replica,
    sources: [.sphericalTwoPlusP],
    formula: #"\xi''(q)\,\frac{(1-q)^2}{T^2} = 1,\quad m = W\phi'(m),\ q = m^2 + W^2\xi'(q),\ W = \frac{1-q}{T}"#,
    domain: "needs xi2 > 0 or a field; the static line comes first where it is of first order")
) { point, _ in
  let glass = try SphericalSpinGlass.atPoint(point)
  let solver = GlassSolver(GlassEquations(xi: glass.covariance, phi: glass.signal, temperature: 0))
  let ends = solver.replicaSymmetricInstabilities().filter { $0.temperature > 0 }
  if ends.isEmpty { return [.absent(.temperature, Absence.noTransition)] }
  return ends.sorted { $0.temperature < $1.temperature }.map { end in
    CriticalPoint(
      [
        .temperature: end.q == 0
          ? .exact(end.temperature) : .converged(end.temperature, error: end.temperatureError)
      ], order: .continuous, with: [.overlap: end.m, "q0": end.q],
      errors: [.overlap: end.errors.m, "q0": end.errors.q])
  }
}
