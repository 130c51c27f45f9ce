// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
import LandscapeModels
package import SaddlepointCore

/// The questions `simulate MODEL --observable ...` of empirical risks.
package enum RiskSimulationQuestions {
  private static func observable(_ name: String) -> Parameter {
    let all: [Parameter.Choice] = [
      .init("critical-points", "numbers of critical points of sampled risks, all of them found"),
      .init("kac-rice", "the exact formula at finite N by importance sampling"),
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

  /// `simulate phase-retrieval`.
  package static let phaseRetrieval = [
    criticalPoints(card: PhaseRetrieval.card, example: "--alpha 2,4 --loss quartic --size 2 --samples 400"),
    kacRice(card: PhaseRetrieval.card, example: "--alpha 4 --loss quartic --size 4,8 --samples 400"),
  ]
}
