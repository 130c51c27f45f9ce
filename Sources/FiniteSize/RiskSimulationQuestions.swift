// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
import LandscapeModels
import ReplicaMethod
package import SaddlepointCore

/// The questions `simulate MODEL --observable ...` of empirical risks.
package enum RiskSimulationQuestions {
  private static func observable(_ name: String) -> Parameter {
    let all: [Parameter.Choice] = [
      .init("critical-points", "numbers of critical points of sampled risks, all of them found"),
      .init("kac-rice", "the exact formula at finite N by importance sampling"),
      .init("hessian-spectrum", "histogram of the eigenvalues of sampled Hessians"),
    ]
    return Parameter(
      "observable", symbol: "\\text{observable}", "what is observed",
      choices: all.filter { $0.name == name } + all.filter { $0.name != name })
  }

  /// Refuses lists of observables: their columns differ.
  private static func check(_ point: Point, _ name: String) throws(DomainError) {
    let word = try point.word("observable")
    guard word == name else { throw DomainError("observable", word, allowed: "one observable at a time") }
  }

  private static let points = Parameter(
    .points, symbol: "\\text{points}", "which critical points are counted",
    choices: [.init("all", "all of them"), .init("minima", "those whose Hessian is positive")])

  private static let formula =
    ##"E\#(m) = \mathrm{Vol}_N(m)\,E\Big[\delta\big(N^{-1/2}\textstyle\sum\ell'w\big)\,(2\pi\sum\ell'^2/N)^{-(N-2)/2}\,|\det H|\Big]"##

  /// Counted critical points of sampled risks beside the exact formula.
  package static func criticalPoints(card: ModelCard, example: String) -> Question {
    let name = "critical-points"
    return Question(
      name: "simulate --observable \(name)",
      summary: "Critical points of sampled empirical risks, all found and counted, beside the Kac-Rice formula.",
      parameters: card.parameters.filter { RiskQuestions.modelParameters.contains($0.quantity) } + [
        SharedParameter.label, observable(name), points,
        FiniteSizeQuestions.size(from: 2, through: 3, default: 2),
        Parameter(
          "extent", symbol: "c", "points with |overlap| below it are counted",
          domain: Domain(0, 1, includesLower: false, includesUpper: false), default: 0.9),
        FiniteSizeQuestions.samples(default: 1000), FiniteSizeQuestions.seed,
      ],
      columns: [
        Column("mean_number", symbol: "\\overline{\\#}", "mean number of points over the samples"),
        Column(.standardError, "its standard error"),
        Column("kac_rice", symbol: "E\\#", "mean number by the exact formula, importance sampled"),
        Column("kac_rice_standard_error", "its standard error"),
        Column("deviation", "mean_number minus kac_rice, in standard errors of both"),
        Column("complete", "fraction of samples in which the search passed its tests of completeness"),
      ], main: "mean_number", evidence: .theorem, sources: [.topologicalExploration], formula: formula,
      domain: "size 2 or 3, a whole number alpha * size of samples, no noise; x = +-x* is left out by the extent",
      example: "--observable \(name) \(example)", defaultTolerance: .infinity
    ) { point throws(DomainError) in
      try check(point, name)
      let found = try RiskQuestions.risk(point).sampledNumber(
        of: RiskQuestions.points(point), size: point.integer(.size), extent: point.number("extent"),
        samples: point.integer(.samples), seed: UInt64(point.integer(.seed)))
      return [
        Answer(
          [
            Cell(found.mean), .number(found.standardError), Cell(found.kacRice), .number(found.kacRice.error),
            Cell(found.deviation), .number(found.complete),
          ], main: found.mean)
      ]
    }
  }

  /// The exact formula at finite N beside its limit.
  package static func kacRice(card: ModelCard, example: String) -> Question {
    let name = "kac-rice"
    return Question(
      name: "simulate --observable \(name)",
      summary: "The exact mean number of critical points at finite N by importance sampling, beside the complexity.",
      parameters: card.parameters.filter { RiskQuestions.modelParameters.contains($0.quantity) } + [
        SharedParameter.label, observable(name), points,
        Parameter(
          .overlap, symbol: "m", "overlap with the signal",
          domain: Domain(-1, 1, includesLower: false, includesUpper: false), default: 0),
        FiniteSizeQuestions.size(from: 2, through: 64, default: 8), FiniteSizeQuestions.samples(default: 2000),
        FiniteSizeQuestions.seed,
      ],
      columns: [
        Column("log_number", symbol: "\\log E\\#", "log of the mean number of points per unit of overlap"),
        Column(.standardError, "its standard error"),
        Column("effective_samples", "how many draws carry the mean"),
        Column(.complexity, symbol: "\\Sigma", unit: "per N", "log_number/N for infinite N"),
      ], main: "log_number", evidence: .theorem, sources: [.topologicalExploration], formula: formula,
      domain:
        "2 <= size <= 64, a whole number alpha * size of samples, no noise; x = +-x* is not counted",
      example: "--observable \(name) \(example)", defaultTolerance: .infinity
    ) { point throws(DomainError) in
      try check(point, name)
      let risk = try RiskQuestions.risk(point)
      let (kind, m) = (try RiskQuestions.points(point), try point.number(.overlap))
      let found = try risk.exactNumberDensity(
        of: kind, size: point.integer(.size), overlap: m, samples: point.integer(.samples),
        seed: UInt64(point.integer(.seed)))
      let limit = try risk.complexity(of: kind, overlap: m)
      return [
        Answer(
          [
            Cell(found.logDensity), .number(found.standardError), .number(found.effectiveSamples), Cell(limit),
          ], main: found.logDensity)
      ]
    }
  }

  private static let bins = Parameter(
    "bins", symbol: "\\text{bins}", "bins of the histogram, from the lowest eigenvalue",
    domain: .integers(from: 2, through: 10_000), default: 50)

  private static let fraction = Parameter(
    "fraction", symbol: "f", "fraction of the eigenvalues that the bins hold, the others lying above",
    domain: Domain(0, 1, includesLower: false, includesUpper: true), default: 0.95)

  /// A histogram of the eigenvalues of sampled Hessians beside the density of their limit.
  package static func hessianSpectrum(card: ModelCard, example: String) -> Question {
    let name = "hessian-spectrum"
    return Question(
      name: "simulate --observable \(name)",
      summary: "Eigenvalues of sampled Hessians at a random start or at states of the risk, beside their limit.",
      parameters: card.parameters.filter { [.alpha, .loss, .a0].contains($0.quantity) } + [
        observable(name), RiskStateQuestions.hessianState, bins, fraction,
        FiniteSizeQuestions.size(from: 10, through: 3000, default: 400), FiniteSizeQuestions.samples(default: 4),
        FiniteSizeQuestions.seed,
      ],
      columns: [
        Column("eigenvalue", symbol: "\\lambda", "middle of the bin, one row for each"),
        Column(
          "density", symbol: "\\rho",
          "eigenvalues per N and per eigenvalue on samples with predictions and labels from the law of the state",
          drawing: .steps),
        Column(.standardError, "its standard error"),
        Column("bulk_density", symbol: "\\rho_\\infty", "density of the bulk for infinite N"),
        Column(
          "outlier", symbol: "\\lambda_*", "smallest eigenvalue where theory detaches one, mean over the samples",
          drawing: .place),
        Column("outlier_standard_error", "standard error of outlier"),
        Column(
          "outlier_overlap_squared", "squared projection of its eigenvector on the signal, mean over the samples"),
        Column("outlier_limit", symbol: "\\lambda_*", "outlier for infinite N", drawing: .place),
        Column("lower_edge_limit", symbol: "\\lambda_-", "lower edge of the bulk for infinite N", drawing: .place),
      ], main: "density", evidence: .replica, sources: [.timeDependentHessian, .complexDynamicsSimpleNeuralNetworks],
      formula:
        #"\frac1N\sum_\mu\ell''_\mu\xi_\mu\xi_\mu^T - \mu,\quad (y_\mu,z_\mu)\sim p(y)\,p(z|y)\text{ independent},\quad \mu = \frac1N\sum_\mu z_\mu\ell'_\mu"#,
      domain: "noiseless moduli, losses even in z; that the gradient vanishes is not imposed on the samples",
      example: "--observable \(name) \(example)", defaultTolerance: .infinity
    ) { point throws(DomainError) in
      try check(point, name)
      let model = try PhaseRetrieval(alpha: point.number(.alpha), loss: Loss(point))
      let found = try model.sampledHessian(
        RiskStateKind(rawValue: try point.word("state")), bins: point.integer("bins"),
        fraction: point.number("fraction"), size: point.integer(.size),
        samples: point.integer(.samples), seed: UInt64(point.integer(.seed)))
      return found.bins.map { bin in
        Answer(
          [
            .number(bin.eigenvalue), Cell(bin.density), bin.density.value == nil ? .empty : .number(bin.density.error),
            Cell(bin.limit), Cell(found.outlier?.value), Cell(found.outlier?.error), Cell(found.overlapSquared?.value),
            Cell(found.outlierLimit), Cell(found.lowerEdgeLimit),
          ], main: bin.density)
      }
    }
  }

  /// `simulate phase-retrieval`.
  package static let phaseRetrieval = [
    criticalPoints(card: PhaseRetrieval.card, example: "--alpha 2,4 --loss quartic --size 2 --samples 400"),
    kacRice(card: PhaseRetrieval.card, example: "--alpha 4 --loss quartic --size 4,8 --samples 400"),
    hessianSpectrum(
      card: PhaseRetrieval.card,
      example: "--state initialization --loss normalised:0.1 --alpha 4 --size 100 --samples 4 --bins 20"),
  ]
}
