// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
import RealModule
public import SaddlepointCore

extension Quantity {
  /// Energy per dimension (per sample for empirical risks).
  public static let energy: Quantity = "energy"
  /// r = x.grad H/N.
  public static let radial: Quantity = "radial"
  /// (1/N) log of the number of stationary points.
  public static let complexity: Quantity = "complexity"
  /// Which stationary points are counted.
  public static let points: Quantity = "points"
}

/// The Kac-Rice questions of spherical landscapes, declared beside their formulas.
package enum KacRiceQuestions {
  static let overlap = Parameter(
    optional: .overlap, symbol: "m", "overlap with the signal; left out: maximised over",
    domain: Domain(-1, 1, includesLower: false, includesUpper: false))
  private static let energy = Parameter(
    optional: .energy, symbol: "u", unit: "per N", "energy H/N; left out: maximised over", domain: .finite)
  private static let radial = Parameter(
    optional: .radial, symbol: "r", "radial derivative x.grad H/N; left out: maximised over", domain: .finite)

  /// `--points`.
  package static let points = Parameter(
    .points, symbol: "\\text{points}", "which stationary points are counted",
    patterns: [
      .init("all", "all of them"), .init("minima", "local minima"), .init("maxima", "local maxima"),
      .init("index", "saddles with K negative directions", argument: .integers(from: 0, through: 1_000_000)),
      .init("fraction", "saddles with this fraction of negative directions", argument: Domain(0, 1)),
    ])

  /// `--points` at finite size.
  package static let finitePoints = Parameter(
    .points, symbol: "\\text{points}", "which stationary points are counted",
    patterns: [
      .init("all", "all of them"), .init("minima", "local minima"), .init("maxima", "local maxima"),
      .init("index", "saddles with K negative directions", argument: .integers(from: 0, through: 999)),
    ])

  /// Annealed complexity at given or maximised overlap, energy and radial derivative.
  ///
  /// - Parameters:
  ///   - card: the model's declaration.
  ///   - parameters: those of its parameters that enter.
  ///   - axes: further axes that may be given, and their columns.
  ///   - example: arguments of an example.
  ///   - sources: works that the formula comes from.
  ///   - answer: the maximum at a point, and the cells of the further axes.
  /// - Returns: the question.
  package static func complexity(
    card: ModelCard, parameters: [Quantity], axes: [(Parameter, Column)] = [], example: String, sources: [Citation],
    answer: @escaping @Sendable (Point, StationaryPoints) throws(DomainError) -> (StationaryPointCount, [Double?])
  ) -> Question {
    Question(
      name: "complexity", summary: "Annealed complexity: (1/N) log of the mean number of stationary points.",
      families: card.families,
      parameters: card.parameters.filter { parameters.contains($0.quantity) } + [points, overlap, energy, radial]
        + axes.map(\.0),
      columns: [
        Column(.overlap, symbol: "m", "cosine with the signal, given or at the maximum"),
        Column(.energy, symbol: "u", unit: "per N", "energy H/N, given or at the maximum"),
        Column(.radial, symbol: "r", "radial derivative x.grad H/N, given or at the maximum"),
      ] + axes.map(\.1) + [
        Column(
          .complexity, symbol: "\\Sigma", unit: "per N",
          "(1/N) log of the mean number; negative where exponentially rare")
      ], main: .complexity, evidence: .annealed, sources: sources,
      formula:
        #"\Sigma = \tfrac12 + \tfrac12\log\frac ba + \tfrac12\log(1-m^2) - \frac{\phi'^2(1-m^2)}{2a} - \frac Q2 + \Omega(r/\sqrt b) - \text{cost of the index},\quad a=\xi'(1),\ b=\xi''(1)"#,
      domain: "minima and saddles of finite index need radial <= -2 sqrt(xi''(1))", example: example
    ) { point throws(DomainError) in
      let counted = StationaryPoints(try point.word(.points)) ?? .all
      let (top, others) = try answer(point, counted)
      // Where nothing exists the given numbers are still shown.
      let given = [
        try point.optionalNumber(.overlap), try point.optionalNumber(.energy), try point.optionalNumber(.radial),
      ]
      let found = [top.overlap, top.energy, top.radial].map(\.value)
      let cells = zip(found, given).map { Cell($0 ?? $1) } + others.map { Cell($0) } + [Cell(top.complexity)]
      return [Answer(cells, main: top.complexity)]
    }
  }

  /// Annealed complexity of any landscape.
  package static func complexity(
    card: ModelCard, parameters: [Quantity], example: String, sources: [Citation],
    landscape: @escaping @Sendable (Point) throws(DomainError) -> some SphericalLandscape
  ) -> Question {
    complexity(card: card, parameters: parameters, example: example, sources: sources) {
      point, counted throws(DomainError) in
      let top = try landscape(point).dominantPoints(
        of: counted, overlap: point.optionalNumber(.overlap), energy: point.optionalNumber(.energy),
        radial: point.optionalNumber(.radial))
      return (top, [])
    }
  }

  /// Exact number at finite size.
  package static func exactNumber(
    card: ModelCard, parameters: [Quantity], example: String, sources: [Citation],
    landscape: @escaping @Sendable (Point) throws(DomainError) -> some SphericalLandscape
  ) -> Question {
    Question(
      name: "complexity --size",
      summary:
        "(1/N) log of the exact mean number of stationary points in N dimensions; at an overlap, of its density.",
      families: card.families,
      parameters: card.parameters.filter { parameters.contains($0.quantity) } + [
        finitePoints,
        Parameter(
          .size, symbol: "N",
          "dimension; to 1000 for all points without a signal, else to 200",
          domain: .integers(from: 2, through: 1000)),
        Parameter(
          optional: .overlap, symbol: "m", "overlap at which the density is asked for; left out: summed over",
          domain: Domain(-1, 1, includesLower: false, includesUpper: false)),
      ],
      columns: [
        Column(.complexity, symbol: "\\tfrac1N\\log E\\#", unit: "per N", "(1/N) log of the mean number"),
        Column("log_mean_number", symbol: "\\log E\\#", "log of the mean number"),
        Column("mean_number", symbol: "E\\#", "the mean number; empty where it exceeds the range of numbers"),
      ], main: .complexity, evidence: .theorem, sources: sources,
      formula:
        ##"E\# = \int dm\,\text{Vol}(S^{N-2})(1-m^2)^{(N-3)/2}\Big(\frac N{2\pi a}\Big)^{(N-1)/2}e^{-N\phi'^2(1-m^2)/(2a)}\int dr\,\mathcal N\big(r;-m\phi',\tfrac{a+b}N\big)\,E\big[|\det(\sqrt b W-r-\theta ee^T)|;\text{index}\big]"##,
      domain: "2 <= size; 0 <= index <= size - 1; energy and radial derivative are summed over", example: example
    ) { point throws(DomainError) in
      let size = try point.integer(.size)
      let log = try landscape(point).logMeanNumber(
        of: StationaryPoints(try point.word(.points)) ?? .all, size: size,
        overlap: point.optionalNumber(.overlap))
      let perDimension = log.mapped(derivative: 1 / Double(size)) { $0 / Double(size) }
      let number = log.value.map(Double.exp)
      return [
        Answer(
          [Cell(perDimension), Cell(log), Cell(number.flatMap { $0.isFinite ? $0 : nil })], main: perDimension)
      ]
    }
  }

  /// Replica-symmetric quenched complexity at given overlap and radial derivative.
  package static func quenched(
    card: ModelCard, parameters: [Quantity], example: String, sources: [Citation],
    landscape: @escaping @Sendable (Point) throws(DomainError) -> some SphericalLandscape
  ) -> Question {
    Question(
      name: "complexity --quenched",
      summary: "Quenched complexity of stationary points, replica symmetric: the exponent of typical numbers.",
      families: card.families,
      parameters: card.parameters.filter { parameters.contains($0.quantity) } + [
        Parameter(
          .overlap, symbol: "m", "overlap with the signal",
          domain: Domain(-1, 1, includesLower: false, includesUpper: false)),
        Parameter(.radial, symbol: "r", "radial derivative x.grad H/N", domain: .finite), energy,
      ],
      columns: [
        Column(.complexity, symbol: "\\Sigma_q", unit: "per N", "(1/N) E log of the number"),
        Column("mutual_overlap", symbol: "q", "overlap of two such points"),
        Column("replicon", "stability of replica symmetry: positive where it holds"),
        Column("outlier", symbol: "\\lambda_*", "isolated eigenvalue of the Hessian at these points"),
      ], main: .complexity, evidence: .replica, sources: sources,
      formula:
        #"\Sigma_q(m,u,r) = \mathop{\rm ext}_{q,\beta,R_d,R_0}\{\dots\},\quad n\to0 \text{ of the replicated Kac-Rice formula}"#,
      domain: "where a replica-symmetric branch exists", example: example
    ) { point throws(DomainError) in
      let found = try landscape(point).quenchedComplexity(
        overlap: point.number(.overlap), radial: point.number(.radial), energy: point.optionalNumber(.energy))
      return [
        Answer(
          [Cell(found.complexity), Cell(found.mutualOverlap), Cell(found.replicon), Cell(found.outlier)],
          main: found.complexity)
      ]
    }
  }

  /// Hessian at a named state, or at given overlap and radial derivative.
  package static func hessian(
    card: ModelCard, parameters: [Quantity], example: String, sources: [Citation],
    landscape: @escaping @Sendable (Point) throws(DomainError) -> some SphericalLandscape
  ) -> Question {
    Question(
      name: "hessian", summary: "Spectrum of the Hessian at a stationary point: bulk edges and the signal's outlier.",
      families: card.families,
      parameters: card.parameters.filter { parameters.contains($0.quantity) } + [
        Parameter(
          "state", symbol: "\\text{state}", "a named state, unless overlap and radial are given",
          choices: LandscapeState.allCases.map { .init($0.rawValue, $0.summary) }), overlap, radial,
      ],
      columns: [
        Column("lower_edge", symbol: "\\lambda_-", "lower edge of the bulk"),
        Column("upper_edge", symbol: "\\lambda_+", "upper edge of the bulk"),
        Column("outlier", symbol: "\\lambda_*", "isolated eigenvalue; empty where none is detached"),
        Column("outlier_overlap_squared", "squared projection of its eigenvector on the signal direction"),
        Column("detached", "1 if there is an outlier"),
        Column(.overlap, symbol: "m", "cosine with the signal at the point"),
        Column(.radial, symbol: "r", "x.grad H/N; adding it gives the Euclidean Hessian"),
      ], main: "lower_edge", evidence: .theorem, sources: sources,
      formula:
        #"[-2\sqrt b - r,\ 2\sqrt b - r];\quad \theta = \phi''(m)(1-m^2) > \sqrt b:\ \lambda_* = -r - \theta - b/\theta,\ 1 - b/\theta^2"#,
      domain: "-1 < overlap < 1; overlap and radial are given together", example: example
    ) { point throws(DomainError) in
      let model = try landscape(point)
      let (m, r) = (try point.optionalNumber(.overlap), try point.optionalNumber(.radial))
      let state = LandscapeState(rawValue: try point.word("state")) ?? .threshold
      let place: (overlap: Estimate, radial: Estimate)
      switch (m, r) {
      case (nil, nil): place = model.place(of: state)
      case (let m?, let r?): place = (.exact(m), .exact(r))
      case (nil, _?): throw DomainError.missing(.overlap, needed: "overlap together with radial")
      case (_?, nil): throw DomainError.missing(.radial, needed: "radial together with overlap")
      }
      guard let m = place.overlap.value, let r = place.radial.value else {
        return [Answer([Cell](repeating: .empty, count: 7), main: place.radial)]
      }
      let spectrum = try model.hessianSpectrum(overlap: m, radial: r)
      return [
        Answer(
          [
            .number(spectrum.bulk.lowerBound), .number(spectrum.bulk.upperBound), Cell(spectrum.outlier?.eigenvalue),
            Cell(spectrum.outlier?.overlapSquared), .flag(spectrum.outlier != nil), .number(spectrum.overlap),
            .number(spectrum.radial),
          ], main: place.radial.mapped(derivative: 1) { _ in spectrum.bulk.lowerBound })
      ]
    }
  }
}

extension SpikedMatrixTensor {
  static let atPoint: @Sendable (Point) throws(DomainError) -> SpikedMatrixTensor = {
    point throws(DomainError) in
    try Prior.requireGaussian(at: point)
    return try SpikedMatrixTensor(p: point.integer(.p), delta2: point.number(.delta2), deltap: point.number(.deltap))
  }

  /// `complexity spiked-matrix-tensor`.
  package static let complexityQuestion = KacRiceQuestions.complexity(
    card: card, parameters: [.p, .deltap, .delta2, .prior], axes: [axis(.energy2, "matrix"), axis(.energyp, "tensor")],
    example: "--p 3 --delta2 0.4 --deltap 1 --points minima --overlap 0:0.9:10", sources: [.passedAndSpurious]
  ) { point, counted throws(DomainError) in
    let model = try atPoint(point)
    let (e2, ep) = (try point.optionalNumber(.energy2), try point.optionalNumber(.energyp))
    let top = try model.dominantPoints(
      of: counted, overlap: point.optionalNumber(.overlap), energy2: e2, energyp: ep,
      energy: point.optionalNumber(.energy), radial: point.optionalNumber(.radial))
    guard let u = top.energy.value, let r = top.radial.value else { return (top, [e2, ep]) }
    let parts = model.energyParts(energy: u, radial: r)
    return (top, [e2 ?? parts.matrix, ep ?? parts.tensor])
  }

  private static func axis(_ quantity: Quantity, _ part: String) -> (Parameter, Column) {
    let symbol = quantity == .energy2 ? "\\epsilon_2" : "\\epsilon_p"
    return (
      Parameter(
        optional: quantity, symbol: symbol, unit: "per N",
        "\(part) part of the energy H/N; left out: maximised over", domain: .finite),
      Column(quantity, symbol: symbol, unit: "per N", "\(part) part of the energy H/N, given or at the maximum")
    )
  }

  /// `complexity spiked-matrix-tensor --quenched`.
  package static let quenchedQuestion = KacRiceQuestions.quenched(
    card: card, parameters: [.p, .deltap, .delta2, .prior],
    example: "--p 3 --delta2 0.6 --deltap 1 --overlap 0.2 --radial=-3.6", sources: [.complexEnergyLandscapes],
    landscape: atPoint)

  /// `complexity spiked-matrix-tensor --size`.
  package static let exactNumberQuestion = KacRiceQuestions.exactNumber(
    card: card, parameters: [.p, .deltap, .delta2, .prior],
    example: "--p 3 --delta2 0.5 --deltap 1 --points minima --size 10,20",
    sources: [.randomMatricesAndComplexity, .spikedTensorLandscape], landscape: atPoint)

  /// `hessian spiked-matrix-tensor`.
  package static let hessianQuestion = KacRiceQuestions.hessian(
    card: card, parameters: [.p, .deltap, .delta2, .prior],
    example: "--p 3 --delta2 0.4 --deltap 1 --state threshold", sources: [.bigBadMinima], landscape: atPoint)
}

extension SpikedTensor {
  static let atPoint: @Sendable (Point) throws(DomainError) -> SpikedTensor = {
    point throws(DomainError) in
    try Prior.requireGaussian(at: point)
    return try SpikedTensor(p: point.integer(.p), delta: point.number(.delta))
  }

  /// `complexity spiked-tensor`.
  package static let complexityQuestion = KacRiceQuestions.complexity(
    card: card, parameters: [.p, .delta, .prior], example: "--p 3 --delta 0.1 --points minima --overlap 0:0.9:10",
    sources: [.spikedTensorLandscape], landscape: atPoint)

  /// `complexity spiked-tensor --quenched`.
  package static let quenchedQuestion = KacRiceQuestions.quenched(
    card: card, parameters: [.p, .delta, .prior], example: "--p 3 --delta 0.5 --overlap 0.3 --radial=-3",
    sources: [.complexEnergyLandscapes], landscape: atPoint)

  /// `complexity spiked-tensor --size`.
  package static let exactNumberQuestion = KacRiceQuestions.exactNumber(
    card: card, parameters: [.p, .delta, .prior], example: "--p 3 --delta 0.1 --points minima --size 10,20",
    sources: [.randomMatricesAndComplexity, .spikedTensorLandscape], landscape: atPoint)

  /// `hessian spiked-tensor`.
  package static let hessianQuestion = KacRiceQuestions.hessian(
    card: card, parameters: [.p, .delta, .prior], example: "--p 3 --delta 0.1 --overlap 0.5 --radial -9",
    sources: [.spikedTensorLandscape], landscape: atPoint)
}

extension SphericalSpinGlass {
  /// `complexity spherical-spin-glass`.
  package static let complexityQuestion = KacRiceQuestions.complexity(
    card: card, parameters: [.signalScale], example: "--mixture 3:1 --points minima --energy=-1.65:-1.63:5",
    sources: [.randomMatricesAndComplexity], landscape: atPoint)

  /// `complexity spherical-spin-glass --quenched`.
  package static let quenchedQuestion = KacRiceQuestions.quenched(
    card: card, parameters: [.signalScale],
    example: "--mixture 3:1 --signal 3:1.5 --overlap 0.3 --radial=-4.2:-3.6:4", sources: [.complexEnergyLandscapes],
    landscape: atPoint)

  /// `complexity spherical-spin-glass --size`.
  package static let exactNumberQuestion = KacRiceQuestions.exactNumber(
    card: card, parameters: [.signalScale], example: "--mixture 3:1 --points all --size 10,100,1000",
    sources: [.randomMatricesAndComplexity], landscape: atPoint)

  /// `hessian spherical-spin-glass`.
  package static let hessianQuestion = KacRiceQuestions.hessian(
    card: card, parameters: [.signalScale], example: "--mixture 3:1 --signal 2:2 --overlap 0.1 --radial -5",
    sources: [.bigBadMinima], landscape: atPoint)
}
