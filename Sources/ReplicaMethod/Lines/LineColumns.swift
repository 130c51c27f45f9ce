// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
package import SaddlepointCore

/// Columns and helpers that the lines of spiked models share.
package enum LineColumns {
  /// The overlaps q of the posterior mean on both sides of a Bayes-optimal transition.
  package static let bayesOverlaps = [
    Column(.overlapLow, symbol: "q_-", "overlap q of the posterior mean on the noisier side of the transition"),
    Column(.overlapHigh, symbol: "q_+", "overlap q of the posterior mean on the other side"),
  ]

  /// The cosines m on both sides of a transition of an estimator or a dynamics.
  package static func cosines(_ whose: String) -> [Column] {
    [
      Column(.overlapLow, symbol: "m_-", "cosine with the signal on the noisier side: 0"),
      Column(.overlapHigh, symbol: "m_+", "cosine with the signal on the other side: \(whose)"),
    ]
  }
}

/// Reasons why a line has no point.
package enum Absence {
  package static let noTransition = "no-transition"
  package static func possible(for unknown: Quantity) -> String { "possible-for-every-\(unknown)" }
  package static func impossible(for unknown: Quantity) -> String { "impossible-for-every-\(unknown)" }
}

extension CriticalPoint {
  /// A critical value below the smallest double.
  package static func underflow(_ unknown: Quantity) -> CriticalPoint {
    CriticalPoint([unknown: .notConverged("the critical value is below the smallest double")])
  }
}

extension Line {
  /// A line whose solver may meet a numerical failure, which becomes a row that says so.
  package init(
    _ declaration: LineDeclaration,
    solving solver: @escaping @Sendable (Point, Quantity) throws -> [CriticalPoint]
  ) {
    self.init(declaration) { point, unknown throws(DomainError) in
      do {
        return try solver(point, unknown)
      } catch let error as DomainError {
        throw error
      } catch {
        return [CriticalPoint([unknown: .notConverged("\(error)")])]
      }
    }
  }
}

extension Estimate {
  /// The reciprocal of a number with an error bound.
  package static func reciprocal(of x: Double, error: Double) -> Estimate {
    .converged(1 / x, error: error / (x * x) + (1 / x).ulp)
  }
}
