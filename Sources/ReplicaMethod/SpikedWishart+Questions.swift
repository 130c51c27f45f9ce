// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
package import SaddlepointCore
import SaddlepointNumerics

extension SpikedWishart {
  private static let fixedPoint = #"q_u = Q_u(\lambda\alpha q_v),\ q_v = Q_v(\lambda q_u)"#
  private static let potentialFormula =
    #"\Phi = \psi_u(\lambda\alpha q_v) + \alpha\,\psi_v(\lambda q_u) - \tfrac12\lambda\alpha q_u q_v"#

  private static let atPoint: @Sendable (Point) throws(DomainError) -> SpikedWishart = { point throws(DomainError) in
    try SpikedWishart(
      snr: point.number(.snr), ratio: point.number(.ratio), priorU: .at(point, prior: .priorU, rho: .rhoU),
      priorV: .at(point, prior: .priorV, rho: .rhoV))
  }

  private static let overlapU = Parameter(
    "overlap_u", symbol: "q_u", "overlap of u with its posterior mean", domain: Domain(0, 1))

  /// `replica spiked-wishart`.
  package static let replicaQuestion = Question(
    name: "replica",
    summary: "Every saddle point of the Bayes-optimal potential, its stability, and which dominates.",
    parameters: card.parameters,
    columns: [
      Column("branch", "number of the fixed point, by increasing overlap"),
      Column("overlap_u", symbol: "q_u", "overlap of the posterior mean of u with u"),
      Column("overlap_v", symbol: "q_v", "overlap of the posterior mean of v with v"),
      Column(.potential, symbol: "\\Phi", unit: "per N", "lim (1/N) E log Z, Z the likelihood ratio to pure noise"),
      Column("mmse_u", symbol: "\\rho_u - q_u", "mean-square error per component of u"),
      Column("mmse_v", symbol: "\\rho_v - q_v", "mean-square error per component of v"),
      Column(
        "matrix_mmse", symbol: "\\rho_u\\rho_v - q_u q_v", "mean-square error per entry of the matrix u v^T"),
      Column(
        "mutual_information", symbol: "\\lambda\\alpha\\rho_u\\rho_v/2 - \\Phi", unit: "per N",
        "mutual information of signals and matrix, where this saddle point dominates"),
      Column("stable", "1 if message passing that starts nearby stays"),
      Column("dominant", "1 for the Bayes-optimal saddle point"),
      Column("reached", "1 where message passing without information ends"),
      Column("family", "piece of the curve of fixed points; keeps its name along a sweep of the snr"),
    ], main: "overlap_u", evidence: .theorem, sources: [.lowRankMatrices, .lowRankFundamentalLimits],
    formula: "\(fixedPoint);\\quad \(potentialFormula)", domain: "every snr > 0, ratio > 0 and two priors",
    example: "--snr 2.2 --ratio 0.5 --prior-u gaussian --prior-v gaussian"
  ) { point throws(DomainError) in
    let model = try atPoint(point)
    return SpikedQuestions.rows(columns: 12) {
      let squares = model.priorU.secondMoment * model.priorV.secondMoment
      return try model.saddlePoints().enumerated().map { index, saddle in
        let matrix: Estimate
        if let qu = saddle.overlapU.value, let qv = saddle.overlapV.value {
          matrix = .converged(
            squares - qu * qv, error: qu * saddle.overlapV.error + qv * saddle.overlapU.error + squares.ulp)
        } else {
          matrix = saddle.overlapU
        }
        let information = saddle.potential.mapped(derivative: 1) { model.snr * model.ratio * squares / 2 - $0 }
        return Answer(
          [
            .integer(index + 1), Cell(saddle.overlapU), Cell(saddle.overlapV), Cell(saddle.potential),
            Cell(saddle.mmseU), Cell(saddle.mmseV), Cell(matrix), Cell(trusted: information), .flag(saddle.isStable),
            .flag(saddle.isDominant), .flag(saddle.isReached), .text(saddle.family.rawValue),
          ], main: saddle.overlapU)
      }
    }
  }

  /// `potential spiked-wishart`.
  package static let potentialQuestion = Question(
    name: "potential", summary: "The Bayes-optimal replica potential along qv = Q_v(snr qu).",
    parameters: card.parameters + [overlapU],
    columns: [
      Column(.potential, symbol: "\\Phi", unit: "per N", "(1/N) E log Z at this overlap; stationary at fixed points"),
      Column("overlap_v", symbol: "q_v", "overlap of v that state evolution gives"),
    ], evidence: .replica, sources: [.lowRankMatrices], formula: "\(potentialFormula),\\quad q_v = Q_v(\\lambda q_u)",
    domain: "overlaps from 0 to the second moment of u's prior",
    example: "--snr 2.2 --ratio 0.5 --overlap-u 0:0.9:10"
  ) { point throws(DomainError) in
    let (potential, overlap) = try atPoint(point).potential(overlapU: point.number("overlap_u"))
    return [Answer([Cell(potential), Cell(overlap)], main: potential)]
  }

  /// `replica spiked-wishart --trajectory T`.
  package static let trajectoryQuestion = Question(
    name: "replica", summary: "The overlaps that Bayes-optimal message passing has after each iteration.",
    parameters: card.parameters + [Trajectory.iterations, Trajectory.start],
    columns: [
      Column("iteration", "number of the iteration; 0 is the start"),
      Column("overlap_u", symbol: "q_{u,t}", "overlap of the estimate of u; at the start the one given"),
      Column("overlap_v", symbol: "q_{v,t} = Q_v(\\lambda q_{u,t})", "overlap of the estimate of v made from it"),
    ], main: "overlap_u", evidence: .theorem, sources: [.lowRankMatrices, .stateEvolution],
    formula: #"q_{v,t} = Q_v(\lambda q_{u,t}),\quad q_{u,t+1} = Q_u(\lambda\alpha q_{v,t})"#,
    domain: "starts from 0 to the second moment of u's prior",
    example: "--snr 2.2 --ratio 0.5 --prior-v two-group:0.3 --trajectory 20"
  ) { point throws(DomainError) in
    let model = try atPoint(point)
    let start = try point.optionalNumber("start")
    let square = model.priorU.secondMoment
    if let start, start > square {
      throw DomainError("start", start, allowed: "0 <= start <= \(square), the prior's second moment")
    }
    return model.trajectory(from: start, iterations: try point.integer("trajectory")).enumerated().map { index, step in
      Answer([.integer(index), Cell(step.u), Cell(step.v)], main: step.u)
    }
  }

  /// The overlaps of state evolution, qu,t and qv,t = Q_v(snr qu,t), each with the error that the steps have gathered.
  ///
  /// - Parameters:
  ///   - start: the first overlap of u; nil for an uninformed start.
  ///   - iterations: how many steps.
  /// - Returns: iterations + 1 pairs, the start first.
  package func trajectory(from start: Double?, iterations: Int) -> [(u: Estimate, v: Estimate)] {
    let isCentred = priorU.isCentred && priorV.isCentred
    var qu = start ?? max(priorU.mean * priorU.mean, isCentred ? Trajectory.seed : 0)
    var error = 0.0
    return (0...iterations).map { iteration in
      let v = ChannelPoint(priorV, snr * qu)
      let errorV = v.qError + v.slope * snr * error
      let overlap: Estimate = iteration == 0 ? .exact(qu) : .converged(qu, error: error)
      let u = ChannelPoint(priorU, snr * ratio * v.q)
      error = u.qError + u.slope * snr * ratio * errorV
      qu = u.q
      return (overlap, .converged(v.q, error: errorV))
    }
  }
}
