// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// What is possible at a point of a phase diagram.
public enum PhaseRegion: String, Sendable, Hashable, CaseIterable {
  /// The Bayes-optimal overlap is zero.
  case impossible
  /// The signal can be found in principle, but message passing stays at zero overlap.
  case hard
  /// Message passing finds something, but less than is possible.
  case hybridHard = "hybrid-hard"
  /// Message passing is optimal.
  case easy
}

extension PhaseRegion {
  /// The region from the optimal overlap and the one that message passing reaches.
  init(bayes: Estimate, amp: Estimate) {
    let (best, reached) = (bayes.value ?? 0, amp.value ?? 0)
    self = best == 0 ? .impossible : reached == best ? .easy : reached == 0 ? .hard : .hybridHard
  }

  /// The region in a sentence.
  var sentence: String {
    switch self {
    case .impossible: "nothing about the signal can be found"
    case .hard: "the signal can be found in principle, but no known efficient algorithm does"
    case .hybridHard: "message passing correlates with the signal, but stays below what is possible"
    case .easy: "message passing is optimal"
    }
  }
}

/// sqrt(q/rho) of an overlap q.
func cosine(_ overlap: Estimate, _ secondMoment: Double) -> Estimate {
  guard let q = overlap.value, q > 0 else { return overlap }
  let root = (q / secondMoment).squareRoot()
  return overlap.mapped(derivative: 0.5 * root / q) { ($0 / secondMoment).squareRoot() }
}

/// The line whose critical value is nearest in the logarithm.
func nearestLine<Model>(
  _ lines: [Line<Model>], _ unknown: Quantity, to value: Double, at point: Point
) throws(DomainError) -> (name: String, value: Double)? {
  guard value.isFinite else { return nil }
  var best: (name: String, value: Double, distance: Double)?
  for line in lines where !line.declaration.isPoint && line.declaration.unknowns.contains(unknown) {
    for solution in try line.solve(for: unknown, at: point) {
      guard let critical = solution.value.value, critical.isFinite, critical > 0 else { continue }
      let distance = max(critical / value, value / critical)
      if distance < best?.distance ?? .infinity { best = (line.declaration.name, critical, distance) }
    }
  }
  return best.map { ($0.name, $0.value) }
}
