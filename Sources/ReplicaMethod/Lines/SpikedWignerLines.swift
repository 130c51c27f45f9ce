// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

extension Line where Model == SpikedWigner {
  /// The snr above which q = 0 is unstable: 1 for every centred prior; priors with a mean are informed from the start.
  public static var weakRecovery: Line { weakRecoveryLine }

  /// The snr above which message passing is optimal for good: the upper spinodal, or 1 without one.
  public static var algorithmic: Line { algorithmicLine }

  /// Where the Bayes-optimal overlap rises from 0 or jumps, one row for each transition.
  public static var informationTheoretic: Line { informationTheoreticLine }

  /// The lower spinodal, at which the branch of high overlap appears.
  public static var informedSpinodal: Line { informedSpinodalLine }

  /// Where the first-order line of a family of priors ends, in the plane (rho, snr).
  public static var critical: Line { criticalLine }
}

private let curveFormula = #"\lambda(g) = g/Q(g)"#
private let potentialFormula = #"\Phi = \psi(g) - \tfrac14 g\,Q(g)"#

private func line(_ kind: CurveLine, domain: String) -> Line<SpikedWigner> {
  Line(
    LineDeclaration(
      name: kind.name, aliases: kind.aliases, summary: kind.summary, parameters: [.prior, .rho, .snr],
      unknowns: [.snr], columns: CurveOverlaps.single.columns, evidence: kind.evidence,
      sources: [.lowRankMatrices, .lowRankFundamentalLimits],
      formula: kind.formula(strength: #"\lambda"#, curve: curveFormula, potential: potentialFormula), domain: domain,
      example: kind == .weakRecovery ? "--prior rademacher" : "--prior sparse-rademacher --rho 0.01:0.09:9:log")
  ) { point, unknown in
    try kind.points(
      on: CurvePieces.cached(SpikedCurve(prior: Prior.at(point))), unknown: unknown, isReciprocal: false,
      overlaps: .single)
  }
}

private let weakRecoveryLine = line(.weakRecovery, domain: "priors of mean 0")
private let algorithmicLine = line(
  .algorithmic, domain: "priors of mean 0; those with a mean where the overlap jumps (bernoulli: rho < 0.0414)")
private let informationTheoreticLine = line(
  .informationTheoretic, domain: "priors of mean 0; those with a mean where the overlap jumps")
private let informedSpinodalLine = line(
  .informedSpinodal, domain: "priors with two stable branches, such as sparse-rademacher for rho < 0.0964")

private let criticalLine = Line<SpikedWigner>(
  LineDeclaration(
    name: "critical", aliases: ["cusp", "tricritical"],
    summary: "The end of the first-order line of a family of priors: both spinodals meet.",
    parameters: [.prior, .rho, .snr], unknowns: [.rho, .snr], isPoint: true,
    columns: [Column(.overlap, symbol: "q_c", "overlap of the critical state")], evidence: .replica,
    sources: [.lowRankMatrices],
    formula:
      #"Q = g\,Q',\quad Q'' = 0;\quad \text{two groups: } \kappa_3^2 = 2,\ \rho = \tfrac12 \pm \tfrac1{\sqrt{12}}"#,
    domain: "priors with a parameter rho", example: "--prior sparse-rademacher")
) { point, _ in
  let name = try point.word(.prior)
  guard let family = Prior.Family(rawValue: name) else {
    throw DomainError(
      .prior, name, allowed: Prior.Family.allCases.map(\.rawValue).joined(separator: ", ") + " (priors with rho)")
  }
  return try WignerCriticalPoint.points(of: family)
}

/// Where the fold of lambda(g) degenerates, in the parameter of a family of priors.
package enum WignerCriticalPoint {
  package static func points(of family: Prior.Family) throws -> [CriticalPoint] {
    if family == .twoGroup {
      // The transition at q = 0 itself changes its order, where the third cumulant's square is 2.
      return [1.0, -1].map { side in
        // 1/2 - 1/sqrt 12 = 1/(6 (1/2 + 1/sqrt 12)): no cancellation.
        let larger = 0.5 + 1 / 12.0.squareRoot()
        let rho = side > 0 ? 1 / (6 * larger) : larger
        return CriticalPoint(
          [.rho: .exact(rho), .snr: .exact(1)], order: .continuous, with: [.overlap: 0])
      }
    }
    // Down from dense priors, whose curve has no fold, to the first rho with one.
    var upper = 0.9
    var lower = upper
    while try !hasFold(family, lower) {
      upper = lower
      lower *= 0.7
      if lower < 1e-4 { return [.absent(.rho, Absence.noTransition)] }
    }
    // The least rise above the fold: 0 at the critical point. It needs a turn, which the narrowed bracket has on both sides.
    while upper > 1.02 * lower {
      let middle = (lower * upper).squareRoot()
      if try hasFold(family, middle) { lower = middle } else { upper = middle }
    }
    let start = try turn(family, lower, near: nil)
    guard let start else { return [CriticalPoint([.rho: .notConverged("no extremum of the rise")])] }
    var near = start
    let rho = try brentRoot("critical rho", in: lower...upper) { rho -> Double in
      guard let found = try turn(family, rho, near: near.x) else { return .nan }
      near = found
      return found.point.rise
    }
    guard let last = try turn(family, rho.value, near: near.x) else {
      return [CriticalPoint([.rho: .notConverged("no extremum of the rise")])]
    }
    // What the noise of the rise means for rho, by its slope.
    let step = 1e-3 * rho.value
    guard let above = try turn(family, rho.value + step, near: last.x),
      let below = try turn(family, rho.value - step, near: last.x)
    else { return [CriticalPoint([.rho: .notConverged("no extremum of the rise")])] }
    let slope = (above.point.rise - below.point.rise) / (2 * step)
    let error = (abs(last.point.rise) + 4 * last.point.riseError) / abs(slope) + rho.width + 4 * rho.value.ulp
    let drift = (above.point.strength - below.point.strength) / (2 * step)
    // At the turn the rise is stationary to first order in g: an error of g counts with the overlap only.
    let turnError = 16 * last.point.riseError
    return [
      CriticalPoint(
        [
          .rho: .converged(rho.value, error: error),
          .snr: .converged(last.point.strength, error: abs(drift) * error + 2 * last.point.strengthError),
        ], order: .continuous, with: [.overlap: last.point.overlap],
        errors: [
          .overlap: last.point.overlapError + abs(last.point.overlapSlope) * turnError
            + abs((above.point.overlap - below.point.overlap) / (2 * step)) * error
        ])
    ]
  }

  private static func hasFold(_ family: Prior.Family, _ rho: Double) throws -> Bool {
    try CurvePieces(SpikedCurve(prior: family.prior(rho: rho))).pieces.count > 1
  }

  /// The minimum of the rise in log g, near a place or between the folds.
  private static func turn(
    _ family: Prior.Family, _ rho: Double, near: Double?
  ) throws -> (x: Double, point: CurvePoint)? {
    let curve = try SpikedCurve(prior: family.prior(rho: rho))
    if let near {
      let width = 0.3
      return try CurvePieces.brentTurn(curve, near - width, near + width)
    }
    let folds = try CurvePieces(curve).pieces.compactMap(\.upper)
    guard folds.count >= 2 else { return nil }
    return try CurvePieces.brentTurn(curve, Double.log(folds[0].g), Double.log(folds[1].g))
  }
}
