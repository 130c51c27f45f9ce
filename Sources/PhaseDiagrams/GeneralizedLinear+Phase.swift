// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics

/// `phase` of the models with known prior and channel.
enum GeneralizedLinearPhase {
  private static let lines: [(GeneralizedLinearLine, String)] = [
    (.weakRecovery, "weak-recovery"), (.informationTheoretic, "information-theoretic"),
    (.algorithmic, "algorithmic"), (.informedSpinodal, "informed-spinodal"),
  ]

  static func question(card: ModelCard, example: String) -> Question {
    Question(
      name: "phase", summary: "What is possible at a point, and what message passing and the spectral method reach.",
      parameters: card.parameters.filter {
        [.channel, .field, .prior, .rho, .noise, .alpha].contains($0.quantity)
      },
      columns: [
        Column("region", "impossible, hard, hybrid-hard or easy"),
        Column("cosine_bayes", symbol: "\\sqrt q", "cosine of the Bayes-optimal estimate with the signal"),
        Column(
          "cosine_amp", symbol: "\\sqrt{q}", "cosine reached by Bayes-optimal message passing from no information"),
        Column("cosine_ml", "cosine reached by maximum likelihood: not computed for these models, empty"),
        Column(
          "cosine_spectral", "cosine of the best spectral estimate; empty for channels that see the sign of z"),
        Column("nearest_line", "the line nearest in log alpha"),
        Column("nearest_alpha", symbol: "\\alpha", "alpha on that line"),
        Column("summary", "the same in words"),
      ], main: "cosine_bayes", evidence: .replica, sources: [.optimalGeneralizedLinear, .phaseRetrievalThresholds],
      formula: #"q = \arg\max_q \Phi(q);\ \text{message passing: first stable fixed point}"#,
      domain: "every alpha > 0; complex moduli without noise outside", example: example
    ) { point throws(DomainError) in
      let alpha = try point.number(.alpha)
      let measurement = try Measurement(point)
      do {
        let solver = try GeneralizedLinearStates.of(measurement)
        let states = try solver.states(alpha: alpha)
        let best = states.first(where: \.point.isDominant)?.point.overlap ?? .exact(0)
        let reached = states.first(where: \.isReached)?.point.overlap ?? .exact(0)
        let (bayes, amp) = (best.value ?? 0, reached.value ?? 0)
        let region: PhaseRegion = bayes == 0 ? .impossible : amp == bayes ? .easy : amp == 0 ? .hard : .hybridHard
        var spectral = Estimate.outsideDomain("the channel sees the sign of z")
        if measurement.channel.isEven, (try? LabelLaw(measurement)) != nil {
          spectral = try measurement.optimalSpectralOverlap(alpha: alpha) ?? .exact(0)
        }
        var nearest: (name: String, alpha: Double)?
        for (line, name) in lines {
          for critical in try solver.points(of: line).compactMap(\.value.value) where critical > 0 {
            let distance = abs(Double.log(critical / alpha))
            if distance < nearest.map({ abs(Double.log($0.alpha / alpha)) }) ?? .infinity { nearest = (name, critical) }
          }
        }
        let cosine = cosine(best)
        return [
          Answer(
            [
              .text(region.rawValue), Cell(cosine), Cell(Self.cosine(reached)), .empty, Cell(Self.cosine(spectral)),
              nearest.map { .text($0.name) } ?? .empty, Cell(nearest?.alpha), .text(summary(region)),
            ], main: cosine)
        ]
      } catch let error as DomainError {
        throw error
      } catch {
        return [Answer([Cell](repeating: .empty, count: 8), main: .notConverged("\(error)"))]
      }
    }
  }

  private static func cosine(_ overlap: Estimate) -> Estimate {
    guard let q = overlap.value, q > 0 else { return overlap }
    return overlap.mapped(derivative: 0.5 / q.squareRoot()) { $0.squareRoot() }
  }

  private static func summary(_ region: PhaseRegion) -> String {
    switch region {
    case .impossible: "nothing about the signal can be found"
    case .hard: "the signal can be found in principle, but no known efficient algorithm does"
    case .hybridHard: "message passing correlates with the signal, but stays below what is possible"
    case .easy: "message passing is optimal"
    }
  }
}

extension PhaseRetrieval {
  /// `phase phase-retrieval`.
  static let phaseQuestion = GeneralizedLinearPhase.question(card: card, example: "--alpha 1.1")
}

extension GeneralizedLinear {
  /// `phase generalized-linear`.
  static let phaseQuestion = GeneralizedLinearPhase.question(
    card: card, example: "--channel sign --prior rademacher --alpha 1.3")
}
