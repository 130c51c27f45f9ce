// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
package import SaddlepointCore

/// The Kac-Rice questions of empirical risks, declared beside their formulas.
package enum RiskQuestions {
  static let overlap = Parameter(
    optional: .overlap, symbol: "m", "overlap with the signal; left out: maximised over",
    domain: Domain(-1, 1, includesLower: false, includesUpper: false))
  static let energy = Parameter(
    optional: .energy, symbol: "e", unit: "per sample", "energy L/M; left out: maximised over", domain: .finite)

  /// `--points`.
  package static let points = Parameter(
    .points, symbol: "\\text{points}", "which critical points are counted", choices: kinds)

  /// The kinds of points, in the order of `RiskPoints`.
  package static let kinds: [Parameter.Choice] = [
    .init("all", "all of them"), .init("minima", "those whose Hessian has a non-negative bulk"),
    .init("strict-minima", "those with a stable typical outlier too: a lower bound on true minima"),
  ]

  /// Parameters of the model that enter Kac-Rice questions.
  package static let modelParameters: [Quantity] = [.field, .noise, .alpha, .loss, .a0]

  /// The empirical risk at a point of the command.
  ///
  /// - Throws: `DomainError` for what the formula does not cover.
  package static func risk(_ point: Point, alpha: Double? = nil) throws(DomainError) -> EmpiricalRisk {
    if case .text("complex")? = point[.field] {
      throw DomainError(.field, "complex", allowed: "real (complex fields are not covered by the Kac-Rice formula)")
    }
    let given: Double
    if let alpha { given = alpha } else { given = try point.number(.alpha) }
    return try EmpiricalRisk(
      alpha: given, loss: Loss(point), label: Label(point), noise: point.optionalNumber(.noise) ?? 0)
  }

  package static func points(_ point: Point) throws(DomainError) -> RiskPoints {
    RiskPoints(rawValue: try point.word(.points)) ?? .all
  }

  /// Columns of the scalars of a saddle point.
  private static let scalarColumns = [
    Column("a", symbol: "a", "conjugate to the variance of the gradient"),
    Column("s", symbol: "\\mathrm{Re}\\,S", "real part of the Stieltjes transform of the Hessian at 0"),
    Column("t", symbol: "\\mathrm{Im}\\,S", "its imaginary part"),
    Column("lambda", symbol: "\\lambda", "multiplier of the gradient along the signal"),
    Column("beta", symbol: "\\beta", "multiplier of the energy; alpha beta is the slope of the complexity"),
    Column("h", symbol: "h", "multiplier of the positive bulk"),
    Column("k", symbol: "k", "multiplier of the positive outlier"),
    Column("q", symbol: "q", "auxiliary scalar of the outlier"),
    Column("f0", symbol: "f_0", "the outlier's function at 0; negative: unstable towards the signal"),
    Column("gap", symbol: "B", "vanishes where the bulk touches zero"),
  ]

  private static func scalarCells(_ top: RiskPointCount) -> [Cell] {
    let p = top.scalars
    return [p.a, p.s, p.t, p.lambda, p.beta, p.h, p.k, p.q].map { Cell($0) } + [Cell(top.outlier), Cell(p.gap)]
  }

  /// Annealed complexity at given or maximised overlap and energy.
  package static func complexity(card: ModelCard, example: String) -> Question {
    Question(
      name: "complexity",
      summary: "Annealed complexity of critical points of the empirical risk; strict minima: a lower bound.",
      parameters: card.parameters.filter { modelParameters.contains($0.quantity) }
        + [SharedParameter.label, points, overlap, energy],
      columns: [
        Column(.overlap, symbol: "m", "cosine with the signal, given or at the maximum"),
        Column(.energy, symbol: "e", unit: "per sample", "energy L/M, given or at the maximum"),
        Column(.radial, symbol: "\\mu", unit: "per N", "radial derivative x.grad L/N at these points"),
        Column(
          .complexity, symbol: "\\Sigma", unit: "per N",
          "(1/N) log of the mean number; negative where exponentially rare"),
        Column("bulk", "marginal: the Hessian's bulk touches zero; gapped: it does not; empty unless minima"),
      ], verboseColumns: scalarColumns, main: .complexity, evidence: .annealed,
      sources: [.topologicalExploration, .landscapeGeneralizedLinear],
      formula:
        #"\Sigma = \mathop{\rm extr}\ \tfrac12\log(1-m^2) + \tfrac12\log a - \log|S| + \alpha\log E\big[|1+S\ell''|\,e^{-a\ell'^2/2 - sz\ell' + \lambda\ell'(z^*-mz) - \beta(\ell-e)}\big];\quad \text{minima: } S=s>0,\ (1+s\ell'')_+,\ +\,h\ell''/(1+s\ell'') \text{ in the exponent},\ -h/s-hz\ell'"#,
      domain:
        "alpha > 1, labels without noise, real numbers; points with zero gradient of every sample are not counted",
      example: example
    ) { point throws(DomainError) in
      let (m, e) = (try point.optionalNumber(.overlap), try point.optionalNumber(.energy))
      let top = try risk(point).dominantPoints(of: points(point), overlap: m, energy: e)
      let bulk = top.isMarginal.map { Cell.text($0 ? "marginal" : "gapped") } ?? .empty
      return [
        Answer(
          [Cell(top.overlap), Cell(top.energy), Cell(top.radial), Cell(top.complexity), bulk] + scalarCells(top),
          main: top.complexity)
      ]
    }
  }

  /// Annealed complexity without a sphere, with a ridge.
  package static func ridgeComplexity(card: ModelCard, example: String) -> Question {
    let ridge = Parameter("ridge", symbol: "r", "strength of the ridge r|x|^2/2", domain: .finite)
    let norm = Parameter(
      optional: "norm", symbol: "q", "|x|^2/N; left out: maximised over, from 1 on", domain: .positive)
    let kind = Parameter(
      .points, symbol: "\\text{points}", "which critical points are counted", choices: Array(kinds.prefix(2)))
    return Question(
      name: "complexity --ridge",
      summary: "Annealed complexity of critical points of the empirical risk with a ridge, without a sphere.",
      parameters: card.parameters.filter { modelParameters.contains($0.quantity) }
        + [SharedParameter.label, kind, ridge, norm, overlapOfHessian, energy],
      columns: [
        Column("norm", symbol: "q", "|x|^2/N, given or at the maximum"),
        Column(.energy, symbol: "e", unit: "per sample", "energy L/M without the ridge, given or at the maximum"),
        Column(.complexity, symbol: "\\Sigma", unit: "per N", "(1/N) log of the mean number"),
        Column("bulk", "marginal: the Hessian's bulk touches zero; gapped: it does not; empty unless minima"),
      ], verboseColumns: [Column("omega", symbol: "\\omega", "multiplier of the radial gradient")] + scalarColumns,
      main: .complexity, evidence: .annealed, sources: [.topologicalExploration, .landscapeGeneralizedLinear],
      formula:
        #"\Sigma = \mathop{\rm extr}\ \tfrac12\log q(1-m^2) + \tfrac12\log a - \log|S| + r(s-\omega q) + \alpha\log E\big[|1+S\ell''|\,e^{-a\ell'^2/2 - \omega z\ell' + \lambda\ell'(z^*-mz/\sqrt q) - \beta(\ell-e)}\big];\quad m \text{ the cosine; minima: as on the sphere, with } hr \text{ instead of } -hz\ell'"#,
      domain: "as on the sphere; the branch is followed from there", example: example
    ) { point throws(DomainError) in
      let top = try risk(point).dominantPoints(
        of: points(point), ridge: point.number("ridge"), norm: point.optionalNumber("norm"),
        overlap: point.number(.overlap), energy: point.optionalNumber(.energy))
      let bulk = top.isMarginal.map { Cell.text($0 ? "marginal" : "gapped") } ?? .empty
      return [
        Answer(
          [Cell(top.norm), Cell(top.energy), Cell(top.complexity), bulk, Cell(top.scalars.omega)] + scalarCells(top),
          main: top.complexity)
      ]
    }
  }

  private static let overlapOfHessian = Parameter(
    .overlap, symbol: "m", "overlap with the signal", domain: Domain(-1, 1, includesLower: false, includesUpper: false),
    default: 0)

  private static let energyOfHessian = Parameter(
    optional: .energy, symbol: "e", unit: "per sample", "energy L/M; left out: that of the most numerous points",
    domain: .finite)

  /// Bulk edge and outlier of the Hessian at typical counted points.
  package static func hessian(card: ModelCard, example: String) -> Question {
    Question(
      name: "hessian",
      summary: "Spectrum of the Hessian at typical counted points: lower edge of the bulk and the signal's outlier.",
      parameters: card.parameters.filter { modelParameters.contains($0.quantity) }
        + [SharedParameter.label, points, overlapOfHessian, energyOfHessian],
      columns: [
        Column(.energy, symbol: "e", unit: "per sample", "energy L/M of these points"),
        Column("lower_edge", symbol: "\\lambda_-", "lower edge of the bulk; empty where l'' has no lower bound"),
        Column("upper_edge", symbol: "\\lambda_+", "upper edge; empty: l'' has no upper bound at these points"),
        Column("outlier", symbol: "\\lambda_*", "isolated eigenvalue below the bulk; empty where none is detached"),
        Column("outlier_overlap_squared", "squared projection of its eigenvector on the signal direction"),
        Column("detached", "1 if there is an outlier"),
        Column(.radial, symbol: "\\mu", unit: "per N", "x.grad L/N; adding it gives the Euclidean Hessian"),
      ], main: "lower_edge", evidence: .annealed, sources: [.topologicalExploration, .landscapeGeneralizedLinear],
      formula:
        #"\zeta(S) = \alpha E_\nu\frac{\ell''}{1+S\ell''} - \frac1S,\ \lambda_- = \max_{S>0}\zeta - \mu;\quad f(\Lambda) = \alpha E_\nu\frac{\ell''w^2}{1+S\ell''} + \alpha S\frac{E_\nu[\ell'\ell''w/(1+S\ell'')]^2}{E_\nu[\ell'^2/(1+S\ell'')]} - \mu - \Lambda = 0"#,
      domain: "as for the complexity; all points of losses with unbounded l'' have no lower edge", example: example
    ) { point throws(DomainError) in
      let spectrum = try risk(point).hessian(
        of: points(point), overlap: point.number(.overlap), energy: point.optionalNumber(.energy))
      return [
        Answer(
          [
            Cell(spectrum.points.energy), Cell(spectrum.lowerEdge), .empty, Cell(spectrum.outlier),
            Cell(spectrum.outlierOverlapSquared), .flag(spectrum.outlier.value != nil), Cell(spectrum.radial),
          ], main: spectrum.lowerEdge)
      ]
    }
  }

  /// The law of (z*, z) at typical counted points, as a table over a square grid.
  package static func density(card: ModelCard, example: String) -> Question {
    let count = Parameter(
      "grid", symbol: "n", "values of each projection", domain: .integers(from: 3, through: 2001), default: 41)
    let extent = Parameter("extent", symbol: "z_{\\max}", "largest projection", domain: .positive, default: 4)
    return Question(
      name: "hessian --density",
      summary: "Joint law of the projections of signal and point over the samples, at typical counted points.",
      parameters: card.parameters.filter { modelParameters.contains($0.quantity) }
        + [SharedParameter.label, points, overlapOfHessian, energyOfHessian, count, extent],
      columns: [
        Column("z_signal", symbol: "z^*", "projection of the signal"),
        Column("z", symbol: "z", "projection of the point"),
        Column("density", symbol: "\\nu(z^*,z)", "joint density; the data alone have a Gaussian one"),
      ], main: "density", evidence: .annealed, sources: [.topologicalExploration, .landscapeGeneralizedLinear],
      formula:
        #"\nu(z^*,z) \propto \gamma_m(z^*,z)\,|1+S\ell''|\,e^{-a\ell'^2/2 - sz\ell' + \lambda\ell'(z^*-mz) - \beta\ell}"#,
      domain: "as for the complexity, labels without noise", example: example
    ) { point throws(DomainError) in
      let density = try risk(point).projectionDensity(
        of: points(point), overlap: point.number(.overlap), energy: point.optionalNumber(.energy))
      let (n, size) = (try point.integer("grid"), try point.number("extent"))
      guard let density else { return [Answer([.empty, .empty, .empty], main: .notConverged("no root was found"))] }
      return (0..<n).flatMap { i in
        (0..<n).map { j in
          let (u, z) = (size * (2 * Double(i) / Double(n - 1) - 1), size * (2 * Double(j) / Double(n - 1) - 1))
          let value = density(u, z)
          return Answer(
            [.number(u), .number(z), .number(value)], main: .converged(value, error: 1e-10 * value + 1e-12))
        }
      }
    }.drawn(over: "z_signal", "z")
  }
}

extension PhaseRetrieval {
  /// `hessian phase-retrieval`.
  package static let hessianQuestion = RiskQuestions.hessian(
    card: card, example: "--alpha 8,12,16 --loss quartic --points minima")

  /// `hessian phase-retrieval --density`.
  package static let densityQuestion = RiskQuestions.density(
    card: card, example: "--alpha 8 --loss quartic --points minima --grid 21")

  /// `complexity phase-retrieval --ridge`.
  package static let ridgeQuestion = RiskQuestions.ridgeComplexity(
    card: card, example: "--alpha 8 --loss quartic --points minima --ridge 0.5,1")

  /// `complexity phase-retrieval`.
  package static let complexityQuestion = RiskQuestions.complexity(
    card: card, example: "--alpha 4:16:4:log --loss quartic --points minima --overlap 0")
}
