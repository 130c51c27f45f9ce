// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RandomMatrixTheory
import RealModule
import ReplicaMethod
public import SaddlepointCore

/// What the theory says about a point of the phase diagram of a spiked symmetric matrix.
public struct WignerPhase: Sendable, Hashable {
  /// What is possible; with a prior that has a mean, some overlap always is.
  public let region: PhaseRegion
  /// Cosine of the Bayes-optimal estimate with the signal, sqrt(q/E x^2).
  public let cosineBayes: Estimate
  /// Cosine that message passing without information reaches.
  public let cosineAMP: Estimate
  /// Cosine of the top eigenvector with the signal; 0 where no eigenvalue leaves the bulk.
  public let cosinePCA: Estimate
  /// Largest eigenvalue of Y/sqrt N: the outlier, or the edge 2.
  public let topEigenvalue: Estimate
  /// Mutual information of signal and matrix, per N.
  public let mutualInformation: Estimate
}

/// What the theory says about a point of the phase diagram of a spiked rectangular matrix.
public struct WishartPhase: Sendable, Hashable {
  /// What is possible.
  public let region: PhaseRegion
  /// Cosines of the Bayes-optimal estimates with u and v.
  public let cosineBayes: (u: Estimate, v: Estimate)
  /// Cosines that message passing without information reaches.
  public let cosineAMP: (u: Estimate, v: Estimate)
  /// Cosines of the top singular vectors with u and v.
  public let cosinePCA: (u: Estimate, v: Estimate)
  /// Largest eigenvalue of Y Y^T/N.
  public let topEigenvalue: Estimate

  /// Whether all numbers agree.
  public static func == (a: WishartPhase, b: WishartPhase) -> Bool {
    a.region == b.region && a.cosineBayes == b.cosineBayes && a.cosineAMP == b.cosineAMP && a.cosinePCA == b.cosinePCA
      && a.topEigenvalue == b.topEigenvalue
  }

  /// Hashes region and eigenvalue.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(region)
    hasher.combine(topEigenvalue)
  }
}

extension SpikedWigner {
  /// What is possible at this point, and what message passing and the top eigenvector reach.
  ///
  /// - Returns: region, cosines and mutual information.
  /// - Throws: `GSLError` where the signal-to-noise ratio overflows, `DomainError` where that of the eigenvector does.
  /// - Complexity: as ``saddlePoints()``.
  ///
  /// Source: theory sheet *spiked replica*, section 4.
  public func phase() throws -> WignerPhase {
    let square = prior.secondMoment
    let saddles = try CurvePieces.cached(estimation().curve).saddlePoints(strength: snr, secondMoment: square)
    let best = saddles.first { $0.point.isDominant }?.point
    let reached = saddles.first(where: \.isReached)?.point.overlap ?? .exact(0)
    let overlap = best?.overlap ?? .exact(0)
    let law = try SemicircleLaw(variance: 1)
    let outlier = try law.outlier(spike: snr.squareRoot() * square)
    return WignerPhase(
      region: PhaseRegion(bayes: overlap, amp: reached), cosineBayes: cosine(overlap, square),
      cosineAMP: cosine(reached, square), cosinePCA: .exact(outlier?.overlapSquared.squareRoot() ?? 0),
      topEigenvalue: .exact(outlier?.position ?? law.edges.upperBound),
      mutualInformation: (best?.potential ?? .exact(0)).mapped(derivative: 1) { snr * square * square / 4 - $0 })
  }

  /// `phase spiked-wigner`.
  static let phaseQuestion = Question(
    name: "phase", summary: "What is possible at a point, and what message passing and the top eigenvector reach.",
    parameters: card.parameters,
    columns: [
      Column("region", "impossible, hard, hybrid-hard or easy"),
      Column(
        "cosine_bayes", symbol: "\\sqrt{q/\\rho}", "cosine of the Bayes-optimal estimate with the signal, rho = E x^2"),
      Column("cosine_amp", symbol: "\\sqrt{q/\\rho}", "cosine reached by message passing from no information"),
      Column(
        "cosine_pca", symbol: "\\sqrt{1 - 1/(\\lambda\\rho^2)}", "cosine of the top eigenvector with the signal"),
      Column(
        "top_eigenvalue", symbol: "\\rho\\sqrt\\lambda + 1/(\\rho\\sqrt\\lambda)", "largest eigenvalue of Y/sqrt N"),
      Column("mutual_information", symbol: "I", unit: "per N", "mutual information of signal and matrix"),
      Column("nearest_line", "the line nearest in log snr"),
      Column("nearest_snr", symbol: "\\lambda", "snr on that line"),
      Column("summary", "the same in words"),
    ], main: "cosine_bayes", evidence: .theorem,
    sources: [.lowRankMatrices, .lowRankFundamentalLimits, .spikedEigenvalues],
    formula: #"q = \arg\max \Phi;\quad \text{eigenvector: } 1 - 1/(\lambda\rho^2) \text{ for } \lambda\rho^2 > 1"#,
    domain: "every snr > 0 and every prior", example: "--prior sparse-rademacher:0.05 --snr 0.5:1.1:7"
  ) { point throws(DomainError) in
    let model = try SpikedWigner(snr: point.number(.snr), prior: .at(point))
    return try SpikedQuestions.checkedRows(columns: 9) {
      let phase = try model.phase()
      let nearest = try nearestLine(Catalogue.spikedWignerLines, .snr, to: model.snr, at: point)
      return [
        Answer(
          [
            .text(phase.region.rawValue), Cell(phase.cosineBayes), Cell(phase.cosineAMP), Cell(phase.cosinePCA),
            Cell(phase.topEigenvalue), Cell(trusted: phase.mutualInformation), nearest.map { .text($0.name) } ?? .empty,
            Cell(nearest?.value), .text(phase.region.sentence),
          ], main: phase.cosineBayes)
      ]
    }
  }
}

extension SpikedWishart {
  /// What is possible at this point, and what message passing and the top singular vectors reach.
  ///
  /// - Returns: region and cosines.
  /// - Throws: `GSLError` where the signal-to-noise ratio overflows, `DomainError` where that of the singular vectors does.
  /// - Complexity: as ``saddlePoints()``.
  ///
  /// Source: theory sheet *spiked replica*, section 4.
  public func phase() throws -> WishartPhase {
    let (u, v) = (priorU.secondMoment, priorV.secondMoment)
    let saddles = try saddlePoints()
    let best = saddles.first(where: \.isDominant)
    let reached = saddles.first(where: \.isReached)
    let overlaps = (u: best?.overlapU ?? .exact(0), v: best?.overlapV ?? .exact(0))
    let reaches = (u: reached?.overlapU ?? .exact(0), v: reached?.overlapV ?? .exact(0))
    // M columns with population covariance 1 + lambda u u^T/N, and the same for the N rows.
    let law = try MarchenkoPasturLaw(aspect: 1 / ratio)
    let columns = try law.outlier(spike: snr * u * v)
    let rows = try MarchenkoPasturLaw(aspect: ratio).outlier(spike: snr * ratio * u * v)
    return WishartPhase(
      region: PhaseRegion(bayes: overlaps.u, amp: reaches.u),
      cosineBayes: (cosine(overlaps.u, u), cosine(overlaps.v, v)),
      cosineAMP: (cosine(reaches.u, u), cosine(reaches.v, v)),
      cosinePCA: (
        .exact(columns?.overlapSquared.squareRoot() ?? 0), .exact(rows?.overlapSquared.squareRoot() ?? 0)
      ),
      topEigenvalue: .exact(ratio * (columns?.position ?? law.edges.upperBound)))
  }

  /// `phase spiked-wishart`.
  static let phaseQuestion = Question(
    name: "phase", summary: "What is possible at a point, and what message passing and the top singular vectors reach.",
    parameters: card.parameters,
    columns: [
      Column("region", "impossible, hard, hybrid-hard or easy"),
      Column("cosine_bayes_u", symbol: "\\sqrt{q_u/\\rho_u}", "cosine of the Bayes-optimal estimate of u with u"),
      Column("cosine_bayes_v", symbol: "\\sqrt{q_v/\\rho_v}", "cosine of the Bayes-optimal estimate of v with v"),
      Column("cosine_amp_u", "cosine with u reached by message passing from no information"),
      Column("cosine_amp_v", "cosine with v reached by message passing from no information"),
      Column("cosine_pca_u", "cosine of the top left singular vector with u"),
      Column("cosine_pca_v", "cosine of the top right singular vector with v"),
      Column("top_eigenvalue", symbol: "(1+\\lambda\\alpha)(1+\\lambda)/\\lambda", "largest eigenvalue of Y Y^T/N"),
      Column("nearest_line", "the line nearest in log snr"),
      Column("nearest_snr", symbol: "\\lambda", "snr on that line"),
      Column("summary", "the same in words"),
    ], main: "cosine_bayes_u", evidence: .theorem,
    sources: [.lowRankMatrices, .lowRankFundamentalLimits, .spikedEigenvalues],
    formula:
      #"\text{singular vectors: } c_u^2 = \frac{\alpha\lambda^2-1}{\lambda(1+\lambda\alpha)},\ c_v^2 = \frac{\alpha\lambda^2-1}{\lambda\alpha(1+\lambda)} \text{ for } \alpha\lambda^2 > 1"#,
    domain: "every snr > 0, ratio > 0 and two priors", example: "--snr 0.5:2:4 --prior-v two-group:0.1"
  ) { point throws(DomainError) in
    let model = try SpikedWishart(
      snr: point.number(.snr), ratio: point.number(.ratio), priorU: .at(point, prior: .priorU, rho: .rhoU),
      priorV: .at(point, prior: .priorV, rho: .rhoV))
    return try SpikedQuestions.checkedRows(columns: 11) {
      let phase = try model.phase()
      let nearest = try nearestLine(Catalogue.spikedWishartLines, .snr, to: model.snr, at: point)
      return [
        Answer(
          [
            .text(phase.region.rawValue), Cell(phase.cosineBayes.u), Cell(phase.cosineBayes.v),
            Cell(phase.cosineAMP.u), Cell(phase.cosineAMP.v), Cell(phase.cosinePCA.u), Cell(phase.cosinePCA.v),
            Cell(phase.topEigenvalue), nearest.map { .text($0.name) } ?? .empty, Cell(nearest?.value),
            .text(phase.region.sentence),
          ], main: phase.cosineBayes.u)
      ]
    }
  }
}
