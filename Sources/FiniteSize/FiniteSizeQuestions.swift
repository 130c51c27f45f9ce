// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
package import LandscapeModels
public import SaddlepointCore

extension Quantity {
  /// Statistical error of a mean over samples.
  public static let standardError: Quantity = "standard_error"
  /// Number of sampled instances.
  public static let samples: Quantity = "samples"
  /// From which everything random follows.
  public static let seed: Quantity = "seed"
}

/// The questions of `simulate`, declared beside their formulas.
package enum FiniteSizeQuestions {
  /// The largest integer that a double holds exactly.
  private static let largestSeed = 1 << 53

  /// `--samples`.
  package static func samples(default initial: Double) -> Parameter {
    Parameter(
      .samples, symbol: "S", "number of independent instances", domain: .integers(from: 2, through: 10_000_000),
      default: initial)
  }

  /// `--seed`.
  package static let seed = Parameter(
    .seed, symbol: "\\text{seed}", "everything random follows from it; results do not depend on the number of threads",
    domain: .integers(from: 0, through: largestSeed), default: 1)

  /// `--size`, in a range.
  package static func size(from lower: Int, through upper: Int, default initial: Double) -> Parameter {
    Parameter(
      .size, symbol: "N", "dimension of the instances", domain: .integers(from: lower, through: upper), default: initial
    )
  }

  /// What is observed on instances of spherical landscapes; each value is a question of its own.
  static func observable(_ name: String) -> Parameter {
    let all: [Parameter.Choice] = [
      .init("stationary-points", "numbers of stationary points, all of them found"),
      .init("hessian-spectrum", "edges and outlier of sampled Hessians"),
      .init("dynamics", "gradient flow, Langevin dynamics and motion with a mass or momentum"),
    ]
    return Parameter(
      "observable", symbol: "\\text{observable}", "what is observed",
      choices: all.filter { $0.name == name } + all.filter { $0.name != name })
  }

  /// Refuses lists of observables: their columns differ.
  static func check(_ point: Point, _ name: String) throws(DomainError) {
    let word = try point.word("observable")
    guard word == name else { throw DomainError("observable", word, allowed: "one observable at a time") }
  }

  /// Counted stationary points of sampled instances beside the exact mean number.
  package static func stationaryPoints(
    card: ModelCard, parameters: [Quantity], example: String, sources: [Citation],
    landscape: @escaping @Sendable (Point) throws(DomainError) -> any SphericalLandscape
  ) -> Question {
    let name = "stationary-points"
    return Question(
      name: "simulate --observable \(name)",
      summary: "Stationary points of sampled instances, all found and counted, beside the exact mean number.",
      families: card.families,
      parameters: card.parameters.filter { parameters.contains($0.quantity) } + [
        observable(name), KacRiceQuestions.finitePoints, size(from: 2, through: 8, default: 3), samples(default: 1000),
        seed,
      ],
      columns: [
        Column("mean_number", symbol: "\\overline{\\#}", "mean number of points over the samples"),
        Column(.standardError, "its standard error"),
        Column("exact", symbol: "E\\#", "exact mean number"),
        Column("deviation", "mean_number minus exact, in standard errors"),
        Column("complete", "fraction of samples in which the search passed its tests of completeness"),
      ], main: "mean_number", evidence: .theorem, sources: sources,
      formula:
        ##"H = -N\phi(m)+\sum_k\sqrt{\xi_k}\,N^{-(k-1)/2}\sum_{i_1\dots i_k}J_{i_1\dots i_k}x_{i_1}\cdots x_{i_k},\quad \sum_k(-1)^k\#_k=\chi(S^{N-1})"##,
      domain: "2 <= size <= 8, at most 300000 couplings; a pair of points with tiny basins may be missed",
      example: "--observable \(name) \(example)", defaultTolerance: .infinity
    ) { point throws(DomainError) in
      try check(point, name)
      let found = try landscape(point).sampledNumber(
        of: StationaryPoints(try point.word(.points)) ?? .all, size: point.integer(.size),
        samples: point.integer(.samples), seed: UInt64(point.integer(.seed)))
      return [
        Answer(
          [
            Cell(found.mean), .number(found.standardError), Cell(found.exact), Cell(found.deviation),
            .number(found.complete),
          ], main: found.mean)
      ]
    }
  }

  /// Edges and outlier of sampled Hessians beside their limits.
  package static func hessianSpectrum(
    card: ModelCard, parameters: [Quantity], example: String, sources: [Citation],
    landscape: @escaping @Sendable (Point) throws(DomainError) -> any SphericalLandscape
  ) -> Question {
    let name = "hessian-spectrum"
    return Question(
      name: "simulate --observable \(name)",
      summary: "Edges and outlier of sampled Hessians at given overlap and radial derivative, beside their limits.",
      families: card.families,
      parameters: card.parameters.filter { parameters.contains($0.quantity) } + [
        observable(name),
        Parameter(
          .overlap, symbol: "m", "overlap with the signal",
          domain: Domain(-1, 1, includesLower: false, includesUpper: false)),
        Parameter(.radial, symbol: "r", "radial derivative x.grad H/N", domain: .finite),
        size(from: 10, through: 100_000, default: 1000), samples(default: 10), seed,
      ],
      columns: [
        Column("lower_edge", symbol: "\\lambda_-", "lower end of the bulk, mean over the samples"),
        Column("upper_edge", symbol: "\\lambda_+", "upper end of the bulk"),
        Column("outlier", symbol: "\\lambda_*", "isolated eigenvalue; empty where none is detached in the limit"),
        Column("outlier_overlap_squared", "squared projection of its eigenvector on the signal direction"),
        Column(.standardError, "standard error of lower_edge"),
        Column("upper_edge_standard_error", "standard error of upper_edge"),
        Column("outlier_standard_error", "standard error of outlier"),
        Column("outlier_overlap_squared_standard_error", "standard error of outlier_overlap_squared"),
        Column("lower_edge_limit", "lower edge for infinite N; samples end inside it by about N^(-2/3)"),
        Column("upper_edge_limit", "upper edge for infinite N"),
        Column("outlier_limit", "outlier for infinite N"),
        Column("outlier_overlap_squared_limit", "squared projection for infinite N"),
      ], main: "lower_edge", evidence: .theorem, sources: sources,
      formula: #"\sqrt b\,W - r - \theta ee^T,\quad W\sim\text{GOE}(N-1),\ \theta = \phi''(m)(1-m^2)"#,
      domain: "-1 < overlap < 1", example: "--observable \(name) \(example)", defaultTolerance: .infinity
    ) { point throws(DomainError) in
      try check(point, name)
      let model = try landscape(point)
      let (m, r) = (try point.number(.overlap), try point.number(.radial))
      let sampled = try model.sampledHessian(
        overlap: m, radial: r, size: point.integer(.size), samples: point.integer(.samples),
        seed: UInt64(point.integer(.seed)))
      let limit = try model.hessianSpectrum(overlap: m, radial: r)
      let means = [sampled.lowerEdge, sampled.upperEdge, sampled.outlier, sampled.overlapSquared]
      let cells = means.map { Cell($0?.value) } + means.map { Cell($0?.error) }
      return [
        Answer(
          cells + [
            .number(limit.bulk.lowerBound), .number(limit.bulk.upperBound), Cell(limit.outlier?.eigenvalue),
            Cell(limit.outlier?.overlapSquared),
          ], main: sampled.lowerEdge)
      ]
    }
  }

  private static func both(
    _ card: ModelCard, _ parameters: [Quantity], _ counting: String, _ hessian: String, _ sources: [Citation],
    _ landscape: @escaping @Sendable (Point) throws(DomainError) -> any SphericalLandscape
  ) -> [Question] {
    [
      stationaryPoints(
        card: card, parameters: parameters, example: counting, sources: sources, landscape: landscape),
      hessianSpectrum(card: card, parameters: parameters, example: hessian, sources: sources, landscape: landscape),
    ]
  }

  /// `simulate spherical-spin-glass`.
  package static let sphericalSpinGlass = both(
    SphericalSpinGlass.card, [.signalScale], "--mixture 3:1 --size 3 --samples 200 --seed 1",
    "--mixture 3:1 --signal 2:2 --overlap 0.1 --radial=-5 --size 1000 --samples 4",
    [.randomMatricesAndComplexity]
  ) { point throws(DomainError) in try SphericalSpinGlass.atPoint(point) }

  /// `simulate spiked-tensor`.
  package static let spikedTensor = both(
    SpikedTensor.card, [.p, .delta, .prior], "--p 3 --delta 0.1 --size 3 --samples 200 --seed 1",
    "--p 3 --delta 0.1 --overlap 0.5 --radial=-15 --size 1000 --samples 4", [.spikedTensorLandscape]
  ) { point throws(DomainError) in
    try SpikedTensor(p: point.integer(.p), delta: point.number(.delta))
  }

  /// `simulate spiked-matrix-tensor`.
  package static let spikedMatrixTensor = both(
    SpikedMatrixTensor.card, [.p, .deltap, .delta2, .prior],
    "--p 3 --delta2 0.5 --deltap 1 --size 2 --samples 200 --seed 1",
    "--p 3 --delta2 0.4 --deltap 1 --overlap 0 --radial=-4.2426406871 --size 1000 --samples 4",
    [.bigBadMinima, .randomMatricesAndComplexity]
  ) { point throws(DomainError) in
    try SpikedMatrixTensor(p: point.integer(.p), delta2: point.number(.delta2), deltap: point.number(.deltap))
  }
}
