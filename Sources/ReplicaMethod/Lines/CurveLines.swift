// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
package import SaddlepointCore
package import SaddlepointNumerics

/// The lines that every Bayes-optimal spiked model has, read off its curve of fixed points.
package enum CurveLine: Sendable {
  case weakRecovery
  case algorithmic
  case informationTheoretic
  case informedSpinodal

  package var name: String {
    switch self {
    case .weakRecovery: "weak-recovery"
    case .algorithmic: "algorithmic"
    case .informationTheoretic: "information-theoretic"
    case .informedSpinodal: "informed-spinodal"
    }
  }

  package var aliases: [String] {
    switch self {
    case .weakRecovery: []
    case .algorithmic: ["amp"]
    case .informationTheoretic: ["it"]
    case .informedSpinodal: ["spinodal"]
    }
  }

  package var summary: String {
    switch self {
    case .weakRecovery: "The uninformative fixed point of Bayes-optimal message passing loses its stability."
    case .algorithmic: "Bayes-optimal message passing reaches the optimal overlap at every lower noise."
    case .informationTheoretic:
      "The Bayes-optimal overlap rises from zero or jumps: below this noise more can be found in principle."
    case .informedSpinodal: "The informative fixed point appears: message passing started at the signal stays near it."
    }
  }

  package var evidence: Evidence {
    switch self {
    case .weakRecovery, .algorithmic: .theorem
    case .informationTheoretic, .informedSpinodal: .replica
    }
  }

  /// How the line is found on the curve s(g) of fixed points, in TeX.
  package func formula(strength: String, curve: String, potential: String) -> String {
    let s = strength
    switch self {
    case .weakRecovery: return "\(s)(g\\to0),\\quad \(curve)"
    case .algorithmic: return "\(s) = \\max_g \\text{ (local) of } \(curve)"
    case .informationTheoretic:
      return "\\Phi(g_-) = \\Phi(g_+),\\ \(s)(g_-) = \(s)(g_+);\\quad \(curve),\\quad \(potential)"
    case .informedSpinodal: return "\(s) = \\min_g \\text{ (local, } g>0) \\text{ of } \(curve)"
    }
  }

  /// The points of the line on a curve cut into pieces.
  ///
  /// - Parameters:
  ///   - pieces: the curve.
  ///   - unknown: what is solved for.
  ///   - isReciprocal: whether the unknown is a noise variance, 1/strength.
  ///   - overlaps: the order parameters of a transition, by name, with errors.
  /// - Returns: one point for each solution by increasing critical value, or one without a value.
  /// - Throws: `GSLError` where a root of the curve cannot be found.
  package func points<Curve>(
    on pieces: CurvePieces<Curve>, unknown: Quantity, isReciprocal: Bool,
    overlaps: CurveOverlaps
  ) throws(GSLError) -> [CriticalPoint] {
    let curve = pieces.curve
    var found: [CurveTransition]
    switch self {
    case .weakRecovery: found = try pieces.weakRecovery().map { [$0] } ?? []
    case .algorithmic: found = try pieces.algorithmicTransition().map { [$0] } ?? []
    case .informationTheoretic: found = try pieces.optimalTransitions()
    case .informedSpinodal: found = try pieces.informedSpinodals()
    }
    let existed = !found.isEmpty
    found.removeAll { $0.strength.value <= 0 }
    if found.isEmpty {
      return [.absent(unknown, absence(of: pieces, existed: existed, unknown: unknown))]
    }
    found.sort { isReciprocal ? $0.strength.value > $1.strength.value : $0.strength.value < $1.strength.value }
    return found.map { transition in
      let (s, error) = transition.strength
      let value: Estimate =
        !isReciprocal
        ? (error == 0 ? .exact(s) : .converged(s, error: error))
        : error == 0 && s == 1 ? .exact(1) : .reciprocal(of: s, error: error)
      return overlaps.point(
        unknown, value, transition.order, low: transition.low, high: transition.high, isCentred: curve.isCentred)
    }
  }

  /// Why a line has no point at a strength > 0.
  private func absence<Curve>(of pieces: CurvePieces<Curve>, existed: Bool, unknown: Quantity) -> String {
    if existed { return Absence.possible(for: unknown) }
    guard pieces.curve.isCentred else { return Absence.noTransition }
    switch self {
    case .weakRecovery, .algorithmic:
      return pieces.curve.start > 0 ? Absence.impossible(for: unknown) : Absence.possible(for: unknown)
    case .informationTheoretic: return Absence.possible(for: unknown)
    case .informedSpinodal: return Absence.noTransition
    }
  }
}

/// Which order parameters a transition prints.
package struct CurveOverlaps: Sendable {
  /// Whether the model has two signals.
  package let isBipartite: Bool

  package static let single = CurveOverlaps(isBipartite: false)
  package static let bipartite = CurveOverlaps(isBipartite: true)

  package var columns: [Column] {
    guard isBipartite else { return LineColumns.bayesOverlaps }
    return [
      Column("overlap_u_low", symbol: "q_{u-}", "overlap of u on the noisier side of the transition"),
      Column("overlap_u_high", symbol: "q_{u+}", "overlap of u on the other side"),
      Column("overlap_v_low", symbol: "q_{v-}", "overlap of v on the noisier side of the transition"),
      Column("overlap_v_high", symbol: "q_{v+}", "overlap of v on the other side"),
    ]
  }

  /// A critical point with the overlaps of both states; a state that is missing is q = 0.
  fileprivate func point(
    _ unknown: Quantity, _ value: Estimate, _ order: TransitionOrder, low: CurvePoint?, high: CurvePoint?,
    isCentred: Bool
  ) -> CriticalPoint {
    let first = (low: low?.overlap ?? (isCentred ? 0 : nil), high: high?.overlap ?? (isCentred ? 0 : nil))
    guard isBipartite else {
      return CriticalPoint(
        [unknown: value], order: order, with: [.overlapLow: first.low, .overlapHigh: first.high],
        errors: [.overlapLow: low?.overlapError ?? 0, .overlapHigh: high?.overlapError ?? 0])
    }
    return CriticalPoint(
      [unknown: value], order: order,
      with: [
        "overlap_u_low": first.low, "overlap_u_high": first.high,
        "overlap_v_low": low?.second.overlap ?? (isCentred ? 0 : nil),
        "overlap_v_high": high?.second.overlap ?? (isCentred ? 0 : nil),
      ],
      errors: [
        "overlap_u_low": low?.overlapError ?? 0, "overlap_u_high": high?.overlapError ?? 0,
        "overlap_v_low": low?.second.error ?? 0, "overlap_v_high": high?.second.error ?? 0,
      ])
  }
}
