// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
public import SaddlepointNumerics

extension Quantity {
  /// Which estimator of the signal is asked about.
  public static let estimator: Quantity = "estimator"
}

/// A fixed point of maximum-likelihood message passing: a zero-temperature replica-symmetric state.
public struct LikelihoodState: Sendable, Hashable {
  /// Cosine m of the estimate with the signal; `approximate` where the replicon exceeds 1.
  public let overlap: Estimate
  /// H/N at the state, -phi(m) - xi'(1) chi; a lower bound where the replicon exceeds 1.
  public let energy: Double
  /// xi''(1) chi^2: below 1 the state is a minimum; above 1 its Hessian is glassy and message passing does not settle.
  public let replicon: Double
  /// Whether message passing that starts nearby stays, judged by the slope of state evolution.
  public let isStable: Bool
  /// Whether the energy is the lowest of the replica-symmetric states; true for exactly one state.
  public let isDominant: Bool
}

extension SpikedMatrixTensor {
  /// Every fixed point of m' = nu/sqrt(xi'(1) + nu^2), nu = m/Delta2 + m^(p-1)/Deltap, m = 0 included.
  ///
  /// - Returns: the states by increasing overlap, m >= 0.
  /// - Throws: `GSLError` where a noise is so small that its reciprocal overflows.
  /// - Complexity: at most five bracketed roots.
  ///
  /// Source: theory sheet *spiked replica*, section 2; arXiv:1902.00139.
  public func maximumLikelihoodStates() throws(GSLError) -> [LikelihoodState] {
    let points = try maximumLikelihoodPoints()
    let (i2, ip) = (1 / delta2, 1 / deltap)
    let variance = i2 + ip
    let curvature = i2 + Double(p - 1) * ip
    let overlaps = [(m: 0.0, error: 0.0)] + points.map { (m: $0.m, error: $0.error) }
    let energies = overlaps.map { m, _ -> Double in
      let nu = m * (i2 + ip * Double.pow(m, p - 2))
      return -signal(m) - variance / (variance + nu * nu).squareRoot()
    }
    let lowest = energies.indices.min { energies[$0] < energies[$1] }
    return overlaps.enumerated().map { index, at in
      let m = at.m
      let nu = m * (i2 + ip * Double.pow(m, p - 2))
      let total = variance + nu * nu
      let replicon = curvature / total
      // Slope of state evolution: nu' xi'(1)/(xi'(1) + nu^2)^(3/2).
      let slope = (i2 + Double(p - 1) * ip * Double.pow(m, p - 2)) * variance / (total * total.squareRoot())
      let overlap: Estimate =
        replicon > 1
        ? .approximate(m, error: at.error, reason: "replicon above 1: no minimum, message passing does not settle")
        : m == 0 ? .exact(0) : .converged(m, error: at.error)
      return LikelihoodState(
        overlap: overlap, energy: energies[index], replicon: replicon, isStable: slope < 1,
        isDominant: index == lowest)
    }
  }

  /// The Bayes-optimal question with `--estimator ml` beside it.
  static func offeringMaximumLikelihood(_ bayes: Question) -> Question {
    Question(
      name: bayes.name,
      summary: "Every saddle point of the Bayes-optimal potential or of maximum likelihood, and which dominates.",
      parameters: bayes.parameters + [
        Parameter(
          .estimator, symbol: "\\text{estimator}", "whose saddle points",
          choices: [
            .init("bayes", "the posterior mean"), .init("ml", "maximum likelihood on the sphere: temperature 0"),
          ])
      ],
      columns: bayes.columns + [
        Column(
          .replicon, symbol: "\\xi''(1)\\chi^2", "ml: above 1 the state is glassy, no minimum; 1 and less: a minimum"),
        Column("energy", symbol: "u", unit: "per N", "ml: H/N; a lower bound where the replicon exceeds 1"),
      ], main: bayes.main, evidence: bayes.evidence, sources: bayes.sources + [.passedAndSpurious],
      formula: bayes.formula
        + #";\quad \text{ml: } m = \nu/\sqrt{\xi'(1)+\nu^2},\ \nu = \phi'(m)"#,
      domain: bayes.domain, example: bayes.example
    ) { point throws(DomainError) in
      let extra = 2
      guard case .text("ml")? = point[.estimator] else {
        return try bayes.answer(point).map { Answer($0.cells + [Cell](repeating: .empty, count: extra), main: $0.main) }
      }
      let model = try SpikedMatrixTensor(
        p: point.integer(.p), delta2: point.number(.delta2), deltap: point.number(.deltap))
      do throws(GSLError) {
        return try model.maximumLikelihoodStates().enumerated().map { index, state in
          let cells = bayes.columns.map { column -> Cell in
            switch column.quantity.name {
            case "branch": .integer(index + 1)
            case "overlap": Cell(state.overlap)
            case "stable": .flag(state.isStable)
            case "dominant": .flag(state.isDominant)
            default: .empty
            }
          }
          return Answer(cells + [.number(state.replicon), .number(state.energy)], main: state.overlap)
        }
      } catch {
        let empty = [Cell](repeating: .empty, count: bayes.columns.count + extra)
        return [Answer(empty, main: .notConverged("\(error)"))]
      }
    }
  }
}
