// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

/// The lines in alpha that every measurement with known prior and channel has.
package enum GeneralizedLinearLine: Sendable, CaseIterable {
  case weakRecovery
  case informationTheoretic
  case fullRecovery
  case algorithmic
  case informedSpinodal
}

/// Declarations shared by the models `phase-retrieval` and `generalized-linear`.
private struct LineFactory<Model: CardedModel>: Sendable {
  /// Arguments of examples: with noise, and without.
  let noisy: String
  let noiseless: String

  private static var overlaps: [Column] {
    [Column(.overlap, symbol: "q", "overlap q of the state that is left at the transition")] + LineColumns.bayesOverlaps
  }

  func line(_ kind: GeneralizedLinearLine) -> Line<Model> {
    let name: String
    var aliases: [String] = []
    let summary: String
    let formula: String
    let domain: String
    let evidence: Evidence
    var parameters: [Quantity] = [.channel, .field, .prior, .rho, .noise, .alpha]
    let curve = #"\alpha(g) = g/G(Q(g)),\ G(q) = \mathbb E|g_{out}|^2"#
    switch kind {
    case .weakRecovery:
      name = "weak-recovery"
      summary =
        "Zero overlap loses its stability: message passing and the best spectral method begin to see the signal."
      formula = #"1/\alpha = \mathbb E_y[(h(y)-1)^2],\quad h(y) = \mathbb E[|z|^2\,|\,y]"#
      domain = "channels that do not see the sign of z, priors of mean 0; the same for all of these"
      evidence = .theorem
    case .informationTheoretic:
      name = "information-theoretic"
      aliases = ["it"]
      summary = "The Bayes-optimal overlap rises from zero or jumps; noiseless: up to perfect recovery."
      formula = #"\int_{q_-}^{q_+} G(q)\,(\alpha - \alpha(q))\,dq = 0,\quad "# + curve
      domain = "every measurement whose optimal overlap has a transition"
      evidence = .theorem
    case .fullRecovery:
      name = "full-recovery"
      summary = "Without noise message passing recovers the signal perfectly."
      formula = #"\alpha = \sup_g \alpha(g),\quad "# + curve
      domain = "no noise; continuous y, or signs of discrete signals"
      evidence = .theorem
      parameters = [.channel, .field, .prior, .rho, .alpha]
    case .algorithmic:
      name = "algorithmic"
      aliases = ["amp"]
      summary = "Bayes-optimal message passing reaches the optimal overlap for good: the uninformed spinodal."
      formula = #"\alpha = \max_g \text{ (local) of } "# + curve
      domain = "every measurement with a transition; without a hard phase the same as weak recovery"
      evidence = .theorem
    case .informedSpinodal:
      name = "informed-spinodal"
      aliases = ["spinodal"]
      summary = "The informative fixed point appears: message passing started at the signal stays near it."
      formula = #"\alpha = \min_g \text{ (local) of } "# + curve
      domain = "below the critical noise"
      evidence = .replica
    }
    return Line(
      LineDeclaration(
        name: name, aliases: aliases, summary: summary, parameters: parameters, unknowns: [.alpha],
        columns: Self.overlaps, evidence: evidence, sources: [.optimalGeneralizedLinear, .phaseRetrievalThresholds],
        formula: formula, domain: domain, example: kind == .fullRecovery ? noiseless : noisy),
      solving: { point, _ in
        let measurement = try Measurement(point)
        if kind == .weakRecovery, measurement.isBlind, try measurement.startsContinuously() {
          let (value, error) = try measurement.weakRecovery()
          return [
            CriticalPoint(
              [.alpha: error == 0 ? .exact(value) : .converged(value, error: error)], order: .continuous,
              with: [.overlap: 0, .overlapLow: 0, .overlapHigh: 0],
              errors: [.overlap: 0, .overlapLow: 0, .overlapHigh: 0])
          ]
        }
        return try GeneralizedLinearStates.of(measurement).points(of: kind)
      })
  }

  var critical: Line<Model> {
    Line(
      LineDeclaration(
        name: "critical", aliases: ["cusp", "tricritical"],
        summary: "The noise at which the hard phase closes: both spinodals and the jump of the overlap end.",
        parameters: [.channel, .field, .prior, .rho, .noise, .alpha], unknowns: [.noise, .alpha], isPoint: true,
        columns: [Column(.overlap, symbol: "q_c", "overlap of the critical state")], evidence: .replica,
        sources: [.optimalGeneralizedLinear, .phaseRetrievalThresholds],
        formula: #"\frac{d\log\alpha}{d\log g} = \frac{d^2\log\alpha}{d(\log g)^2} = 0"#,
        domain: "measurements that have a hard phase at small noise", example: noiseless),
      solving: { point, _ in
        try GeneralizedLinearCriticalPoint.points { noise throws(DomainError) in
          try Measurement(
            channel: OutputChannel(point), field: NumberField(point), prior: .at(point), noise: noise)
        }
      })
  }
}

private let phaseRetrieval = LineFactory<PhaseRetrieval>(
  noisy: "--channel modulus --noise 0.0002", noiseless: "--channel modulus")
private let generalizedLinear = LineFactory<GeneralizedLinear>(
  noisy: "--channel sign --prior rademacher --noise 0.001", noiseless: "--channel sign --prior rademacher")

extension Line where Model == PhaseRetrieval {
  /// Zero overlap loses its stability.
  public static var weakRecovery: Line { phaseRetrieval.line(.weakRecovery) }
  /// The Bayes-optimal overlap rises from zero or jumps.
  public static var informationTheoretic: Line { phaseRetrieval.line(.informationTheoretic) }
  /// Message passing recovers the signal perfectly, without noise.
  public static var fullRecovery: Line { phaseRetrieval.line(.fullRecovery) }
  /// Message passing is optimal for good.
  public static var algorithmic: Line { phaseRetrieval.line(.algorithmic) }
  /// The informative fixed point appears.
  public static var informedSpinodal: Line { phaseRetrieval.line(.informedSpinodal) }
  /// The noise at which the hard phase closes.
  public static var critical: Line { phaseRetrieval.critical }
}

extension Line where Model == GeneralizedLinear {
  /// Zero overlap loses its stability.
  public static var weakRecovery: Line {
    LineFactory<GeneralizedLinear>(noisy: "--channel intensity --noise 0.1", noiseless: "").line(.weakRecovery)
  }
  /// The Bayes-optimal overlap rises from zero or jumps.
  public static var informationTheoretic: Line { generalizedLinear.line(.informationTheoretic) }
  /// Message passing recovers the signal perfectly, without noise.
  public static var fullRecovery: Line { generalizedLinear.line(.fullRecovery) }
  /// Message passing is optimal for good.
  public static var algorithmic: Line { generalizedLinear.line(.algorithmic) }
  /// The informative fixed point appears.
  public static var informedSpinodal: Line { generalizedLinear.line(.informedSpinodal) }
  /// The noise at which the hard phase closes.
  public static var critical: Line { generalizedLinear.critical }
}

extension Measurement {
  /// Whether the overlap grows from 0 without a jump at weak recovery: the curve rises from there.
  ///
  /// Where only the law of y is available (complex numbers with noise outside) it is taken to.
  fileprivate func startsContinuously() throws(GSLError) -> Bool {
    if field == .complex, noise > 0, channel != .modulus { return true }
    let curve = try GeneralizedLinearCurve.of(self)
    return try curve.point(1e-2 * curve.range.lowerBound, tolerance: 1e-14).rise > 0
  }
}

/// Where the fold of alpha(g) degenerates as the noise grows.
enum GeneralizedLinearCriticalPoint {
  /// The places in log g at which the rise is looked at.
  private static func window(_ measurement: Measurement) throws -> [Double] {
    var start = -1.0
    if measurement.noise == 0 {
      let pieces = try CurvePieces(GeneralizedLinearCurve(measurement)).pieces
      guard let fold = pieces.first(where: { $0.isStable && $0.upper != nil })?.upper else { return [] }
      start = Double.log(fold.g) - 0.5
    }
    return (0...12).map { start + 0.45 * Double($0) }
  }

  static func points(_ family: (Double) throws(DomainError) -> Measurement) throws -> [CriticalPoint] {
    let absent = [CriticalPoint.absent(.noise, Absence.noTransition)]
    let places: [Double]
    do { places = try window(family(0)) } catch let error as DomainError {
      guard error.parameter == .noise else { throw error }
      places = try window(family(1))
    }
    guard !places.isEmpty else { return absent }
    /// Where the rise is lowest among the places, if it is negative there.
    func dip(_ noise: Double) throws -> Double? {
      let curve = try GeneralizedLinearCurve(family(noise))
      var best: (x: Double, rise: Double)?
      for x in places {
        let rise = try curve.point(Double.exp(x), tolerance: 1e-11).rise
        if rise < best?.rise ?? .infinity { best = (x, rise) }
      }
      return best.flatMap { $0.rise < 0 ? $0.x : nil }
    }
    var upper = 1.0
    var lower = 1.0
    var near: Double?
    while near == nil {
      upper = lower
      lower *= 0.5
      if lower < 1e-6 { return absent }
      near = try dip(lower)
    }
    guard var x = near else { return absent }
    var width = 0.4
    /// The lowest rise near the last place.
    func turn(_ noise: Double) throws -> CurvePoint {
      let curve = try GeneralizedLinearCurve(family(noise))
      while width < 4 {
        let (a, b) = (x - width, x + width)
        let slopes = (
          try curve.point(Double.exp(a), tolerance: 1e-14).riseSlope,
          try curve.point(Double.exp(b), tolerance: 1e-14).riseSlope
        )
        if slopes.0 < 0, slopes.1 > 0 {
          let found = try CurvePieces.brentTurn(curve, a, b, ends: slopes)
          // The next one will be nearer than this one was.
          width = max(1e-3, 2 * abs(found.x - x))
          x = found.x
          return found.point
        }
        width *= 2
      }
      throw GSLError.invalid("the rise has no minimum near the critical point")
    }
    // The grid may have missed a shallow dip just below the upper end.
    while try turn(upper).rise < 0 { upper *= 1.3 }
    // The rise vanishes almost linearly.
    let ends = (try turn(lower).rise, try turn(upper).rise)
    var noise = lower
    var point = try turn(lower)
    _ = try noisyRoot("critical noise", in: lower...upper, ends: ends) { value throws(GSLError) in
      do {
        point = try turn(value)
      } catch let error as GSLError { throw error } catch { throw .invalid("\(error)") }
      noise = value
      return (point.rise, .nan, 4 * point.riseError)
    }
    let step = 1e-3 * noise
    let (above, below) = (try turn(noise + step), try turn(noise - step))
    let slope = (above.rise - below.rise) / (2 * step)
    let error = (abs(point.rise) + 4 * point.riseError) / abs(slope) + 4 * noise.ulp
    let drift = (above.strength - below.strength) / (2 * step)
    // The place of the turn is known to the noise of its slope, over its curvature in log g (of order 1).
    let turnError = 64 * max(point.riseError, 1e-13) + abs(above.g - below.g) / (2 * step * point.g) * error
    return [
      CriticalPoint(
        [
          .noise: .converged(noise, error: error),
          .alpha: .converged(point.strength, error: abs(drift) * error + 2 * point.strengthError),
        ], order: .continuous, with: [.overlap: point.overlap],
        errors: [.overlap: point.overlapError + abs(point.overlapSlope) * turnError])
    ]
  }
}
