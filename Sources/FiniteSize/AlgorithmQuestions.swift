// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import ReplicaMethod
package import SaddlepointCore

/// The questions `simulate MODEL --algorithm ...`: what algorithms reach on sampled instances, beside theory.
package enum AlgorithmQuestions {
  private enum Algorithm: String, CaseIterable {
    case messagePassing = "amp"
    case maximumLikelihood = "ml-amp"
    case principalComponent = "pca"
    case generalizedMessagePassing = "gamp"
    case spectral
    case gradientDescent = "gradient-descent"

    var choice: Parameter.Choice {
      switch self {
      case .messagePassing: .init(rawValue, "Bayes-optimal message passing")
      case .maximumLikelihood: .init(rawValue, "maximum-likelihood message passing on the sphere")
      case .principalComponent: .init(rawValue, "leading eigenvector or singular vectors")
      case .generalizedMessagePassing: .init(rawValue, "Bayes-optimal message passing for generalized linear models")
      case .spectral: .init(rawValue, "leading eigenvector of the spectral matrix of a preprocessing")
      case .gradientDescent: .init(rawValue, "descent of the empirical risk on the sphere")
      }
    }

    /// Whether it has a start and a number of iterations.
    var isMessagePassing: Bool {
      switch self {
      case .messagePassing, .maximumLikelihood, .generalizedMessagePassing: true
      case .principalComponent, .spectral, .gradientDescent: false
      }
    }
  }

  private static let iterations = Parameter(
    "iterations", symbol: "T", "iterations of message passing", domain: .integers(from: 0, through: 100_000),
    default: 100)

  /// The algorithm, with those that a model offers beside it; each is a question of its own.
  private static func parameter(_ algorithm: Algorithm, among offered: [Algorithm]) -> Parameter {
    Parameter(
      "algorithm", symbol: "\\text{algorithm}", "what runs on the instances",
      choices: ([algorithm] + offered.filter { $0 != algorithm }).map(\.choice))
  }

  /// Result columns of one overlap.
  private static func columns(_ quantity: Quantity, symbol: String, _ description: String, suffix: String = "")
    -> [Column]
  {
    [
      Column(
        quantity, symbol: symbol, "\(description), mean over the samples",
        drawing: .points(error: Quantity("standard_error\(suffix)"))),
      Column(Quantity("standard_error\(suffix)"), "standard error of \(quantity)"),
      Column(Quantity("theory\(suffix)"), "\(quantity) for infinite N"),
      Column(Quantity("deviation\(suffix)"), "\(quantity) minus theory, in standard errors"),
    ]
  }

  private static func cells(_ sampled: SampledOverlap) -> [Cell] {
    [Cell(sampled.mean), .number(sampled.standardError), Cell(sampled.theory), Cell(sampled.deviation)]
  }

  /// The sizes, seeds and, for message passing, the iterations of a call.
  private struct Call {
    let size: Int
    let samples: Int
    let seed: UInt64
    let iterations: Int
    let start: Double?

    init(_ point: Point, _ algorithm: Algorithm) throws(DomainError) {
      // Lists of algorithms would mix columns and parameters.
      let word = try point.word("algorithm")
      guard word == algorithm.rawValue else {
        throw DomainError("algorithm", word, allowed: "one algorithm at a time")
      }
      size = try point.integer(.size)
      samples = try point.integer(.samples)
      seed = UInt64(try point.integer(.seed))
      iterations = algorithm.isMessagePassing ? try point.integer("iterations") : 0
      start = algorithm.isMessagePassing ? try point.optionalNumber("start") : nil
    }
  }

  private static func question(
    _ algorithm: Algorithm, among offered: [Algorithm], summary: String, parameters: [Parameter], size: Double,
    largest: Int = 100_000, columns: [Column], sources: [Citation], formula: String, example: String,
    answer: @escaping @Sendable (Point, Call) throws(DomainError) -> [SampledOverlap]
  ) -> Question {
    Question(
      name: "simulate --algorithm \(algorithm.rawValue)", summary: summary,
      parameters: parameters + [parameter(algorithm, among: offered)]
        + (algorithm.isMessagePassing ? [iterations, Trajectory.start] : [])
        + [
          FiniteSizeQuestions.size(from: 10, through: largest, default: size),
          FiniteSizeQuestions.samples(default: 16), FiniteSizeQuestions.seed,
        ],
      columns: columns, evidence: .theorem, sources: sources, formula: formula,
      domain: "instances of at most 1 GB; overlaps below 16/size are not told from chance",
      example: "--algorithm \(algorithm.rawValue) \(example)", defaultTolerance: .infinity
    ) { point throws(DomainError) in
      let sampled = try answer(point, Call(point, algorithm))
      return [Answer(sampled.flatMap(cells), main: sampled[0].mean)]
    }
  }

  private static let bayesSummary =
    "The overlap of Bayes-optimal message passing on sampled instances, beside state evolution."
  private static let bayesFormula =
    #"x_{t+1} = \eta(B_t),\quad B_t = F(x_t) - \langle V_{t-1}\rangle\,\xi''(x_t\cdot x_{t-1}/N)\,x_{t-1}"#
  private static let bayesOverlap = "overlap q of the estimate with the signal, |q| where the data leave its sign open"
  private static let cosine = "cosine m of the estimate with the signal, |m| where the data leave its sign open"

  /// `simulate spiked-wigner --algorithm ...`.
  package static let spikedWigner: [Question] = {
    let offered: [Algorithm] = [.messagePassing, .principalComponent]
    let model = { @Sendable (point: Point) throws(DomainError) in
      try SpikedWigner(snr: point.number(.snr), prior: .at(point))
    }
    return [
      question(
        .messagePassing, among: offered, summary: bayesSummary, parameters: SpikedWigner.card.parameters, size: 2000,
        columns: columns(.overlap, symbol: "q", bayesOverlap), sources: [.lowRankMatrices, .stateEvolution],
        formula: bayesFormula + #",\ F = \sqrt{\lambda/N}\,Yx,\ \xi'' = \lambda"#,
        example: "--prior rademacher --snr 2 --size 400 --samples 4"
      ) { point, call throws(DomainError) in
        [
          try model(point).sampledMessagePassing(
            size: call.size, samples: call.samples, seed: call.seed, iterations: call.iterations, start: call.start)
        ]
      },
      question(
        .principalComponent, among: offered,
        summary: "The cosine of the leading eigenvector of sampled matrices with the signal, beside its limit.",
        parameters: SpikedWigner.card.parameters, size: 2000, columns: columns(.overlap, symbol: "m", cosine),
        sources: [.spikedEigenvalues, .lowRankMatrices],
        formula: #"m^2 = 1 - 1/s,\quad s = \lambda(\mathbb E x^2)^2 > 1"#,
        example: "--snr 2 --size 400 --samples 4"
      ) { point, call throws(DomainError) in
        [
          try model(point).sampledPrincipalComponent(size: call.size, samples: call.samples, seed: call.seed)
        ]
      },
    ]
  }()

  /// `simulate spiked-wishart --algorithm ...`.
  package static let spikedWishart: [Question] = {
    let offered: [Algorithm] = [.messagePassing, .principalComponent]
    let model = { @Sendable (point: Point) throws(DomainError) in
      try SpikedWishart(
        snr: point.number(.snr), ratio: point.number(.ratio), priorU: .at(point, prior: .priorU, rho: .rhoU),
        priorV: .at(point, prior: .priorV, rho: .rhoV))
    }
    return [
      question(
        .messagePassing, among: offered,
        summary: "The overlaps of Bayes-optimal message passing on sampled instances, beside state evolution.",
        parameters: SpikedWishart.card.parameters, size: 1000,
        columns: columns("overlap_u", symbol: "q_u", "overlap q of the estimate of u, |q| where both priors are even")
          + columns(
            "overlap_v", symbol: "q_v", "overlap q of the estimate of v made from it, |q| where both priors are even",
            suffix: "_v"),
        sources: [.lowRankMatrices, .stateEvolution],
        formula:
          #"B_v = \sqrt{\lambda/N}\,Y^T\hat u - \tfrac{\lambda}{N}\sum_i V_{u,i}\,\hat v_{\text{old}},\quad B_u = \sqrt{\lambda/N}\,Y\hat v - \tfrac{\lambda}{N}\sum_j V_{v,j}\,\hat u"#,
        example: "--snr 3 --ratio 0.5 --prior-v two-group:0.3 --start 0.3 --size 400 --samples 4"
      ) { point, call throws(DomainError) in
        let sampled = try model(point).sampledMessagePassing(
          size: call.size, samples: call.samples, seed: call.seed, iterations: call.iterations, start: call.start)
        return [sampled.u, sampled.v]
      },
      question(
        .principalComponent, among: offered,
        summary: "The cosines of the leading singular vectors of sampled matrices with u and v, beside their limits.",
        parameters: SpikedWishart.card.parameters, size: 1000,
        columns: columns("overlap_u", symbol: "m_u", "cosine with u, |m| above the transition")
          + columns("overlap_v", symbol: "m_v", "cosine with v, |m| above the transition", suffix: "_v"),
        sources: [.spikedEigenvalues, .lowRankMatrices],
        formula:
          #"m_u^2 = \frac{\alpha s^2-1}{s(1+s\alpha)},\quad m_v^2 = \frac{\alpha s^2-1}{s\alpha(1+s)},\quad s = \lambda\,\mathbb E u^2\,\mathbb E v^2"#,
        example: "--snr 3 --ratio 0.5 --size 400 --samples 4"
      ) { point, call throws(DomainError) in
        let sampled = try model(point).sampledPrincipalComponent(
          size: call.size, samples: call.samples, seed: call.seed)
        return [sampled.u, sampled.v]
      },
    ]
  }()

  private static func generalizedLinear(_ point: Point) throws(DomainError) -> GeneralizedLinear {
    try GeneralizedLinear(measurement: Measurement(point), alpha: point.number(.alpha))
  }

  /// The parameters of a generalized linear model that message passing and spectral methods see.
  private static func measurementParameters(_ card: ModelCard) -> [Parameter] {
    card.parameters.filter { [.channel, .field, .prior, .rho, .noise, .alpha].contains($0.quantity) }
  }

  /// Bayes-optimal message passing of a model with known channel and prior.
  private static func generalizedMessagePassing(card: ModelCard, among offered: [Algorithm], example: String)
    -> Question
  {
    question(
      .generalizedMessagePassing, among: offered, summary: bayesSummary, parameters: measurementParameters(card),
      size: 1000, columns: columns(.overlap, symbol: "q", bayesOverlap), sources: [.optimalGeneralizedLinear],
      formula:
        #"\omega = \tfrac{\xi\hat x}{\sqrt N} - V g_{\text{old}},\ g = g_{out}(y,\omega,V),\quad B = \tfrac{\xi^\dagger g}{\sqrt N} - \alpha\langle\partial_\omega g\rangle\,\hat x,\quad q_{t+1} = q(\alpha\,\mathbb E|g_{out}|^2(q_t))"#,
      example: example
    ) { point, call throws(DomainError) in
      [
        try generalizedLinear(point).sampledMessagePassing(
          size: call.size, samples: call.samples, seed: call.seed, iterations: call.iterations, start: call.start)
      ]
    }
  }

  /// `simulate generalized-linear --algorithm ...`.
  package static let generalizedLinear: [Question] = [
    generalizedMessagePassing(
      card: GeneralizedLinear.card, among: [.generalizedMessagePassing],
      example: "--channel sign --prior rademacher --alpha 1.3 --size 200 --samples 4")
  ]

  /// `simulate phase-retrieval --algorithm ...`.
  package static let phaseRetrieval: [Question] = {
    let offered: [Algorithm] = [.generalizedMessagePassing, .spectral, .gradientDescent]
    return [
      generalizedMessagePassing(
        card: PhaseRetrieval.card, among: offered, example: "--alpha 1.5 --noise 0.1 --size 200 --samples 4"),
      question(
        .spectral, among: offered,
        summary: "The squared cosine of a spectral estimate of sampled signals, beside its limit.",
        parameters: measurementParameters(PhaseRetrieval.card) + Preprocessing.parameters, size: 200, largest: 3000,
        columns: columns(
          "overlap_squared", symbol: "m^2", "squared cosine of the largest eigenvector with the signal"),
        sources: [.spectralInitialization, .weakRecoverySpectral, .optimalSpectral],
        formula: #"H = \frac1N\sum_\mu T(y_\mu)\xi_\mu\xi_\mu^\dagger,\quad m^2 = |v\cdot x^*|^2/|x^*|^2"#,
        example: "--alpha 3 --preprocessing optimal --size 100 --samples 4"
      ) { point, call throws(DomainError) in
        [
          try generalizedLinear(point).sampledSpectralMethod(
            Preprocessing(point), size: call.size, samples: call.samples, seed: call.seed)
        ]
      },
      descent(among: offered),
    ]
  }()

  private static let from = Parameter(
    "from", symbol: "x_0", "where descent starts",
    choices: [
      .init("random", "uniform on the sphere"), .init("spectral", "eigenvector of the optimal spectral method"),
      .init("planted", "the signal"),
    ])

  private static let labels = Parameter(
    "labels", symbol: "y", "where the labels come from",
    choices: [
      .init("signal", "from the projections of the signal"),
      .init("random", "of the same law, independent of the data: states without a signal"),
    ])

  private static let tolerance = Parameter(
    "gradient_tolerance", symbol: "\\epsilon", "norm of the gradient over sqrt(N) at which descent has converged",
    domain: .positive, default: 1e-4)

  private static let steps = Parameter(
    "max_steps", symbol: "T", "steps after which descent gives up", domain: .integers(from: 1, through: 10_000_000),
    default: 20_000)

  /// The question of gradient descent, whose columns are its own.
  private static func descent(among offered: [Algorithm]) -> Question {
    Question(
      name: "simulate --algorithm \(Algorithm.gradientDescent.rawValue)",
      summary: "Where gradient descent of the empirical risk ends on sampled instances.",
      parameters: PhaseRetrieval.card.parameters.filter { [.noise, .alpha, .loss, .a0].contains($0.quantity) } + [
        parameter(.gradientDescent, among: offered), from, labels, tolerance, steps,
        FiniteSizeQuestions.size(from: 10, through: 3000, default: 200), FiniteSizeQuestions.samples(default: 16),
        FiniteSizeQuestions.seed,
      ],
      columns: [
        Column(.overlap, symbol: "|m|", "|x.x*|/N at the end, mean over the runs that converged, as all that follow"),
        Column("energy", symbol: "L/M", unit: "per sample", "loss"),
        Column("gradient_norm", symbol: "|\\nabla L|/\\sqrt N", "norm of the gradient on the sphere"),
        Column("lowest_eigenvalue", symbol: "\\lambda_0", unit: "eigenvalue", "of the Riemannian Hessian"),
        Column("standard_error", "standard error of overlap"),
        Column("energy_standard_error", "standard error of energy"),
        Column("lowest_eigenvalue_standard_error", "standard error of lowest_eigenvalue"),
        Column("converged", "number of runs that converged"),
        Column("failed", "number of runs that did not, which are in no mean"),
      ], main: .overlap, evidence: .simulation,
      sources: [.complexDynamicsSimpleNeuralNetworks, .timeDependentHessian],
      formula:
        #"x \leftarrow \sqrt N\,\frac{x-\eta\nabla L}{|x-\eta\nabla L|},\quad L = \sum_\mu\ell(y_\mu,\xi_\mu\cdot x/\sqrt N),\quad \eta \text{ halved until } \delta L \le -\tfrac12\eta|\nabla L|^2"#,
      domain: "instances of at most 1 GB; labels |z| with Gaussian noise",
      example: "--algorithm gradient-descent --alpha 8 --from spectral --size 60 --samples 4",
      defaultTolerance: .infinity
    ) { point throws(DomainError) in
      let call = try Call(point, .gradientDescent)
      let (from, labels) = (try point.word("from"), try point.word("labels"))
      guard let start = DescentStart(rawValue: from) else {
        throw DomainError("from", from, allowed: Self.from.allowed)
      }
      guard let source = DescentLabels(rawValue: labels) else {
        throw DomainError("labels", labels, allowed: Self.labels.allowed)
      }
      let end = try PhaseRetrieval(alpha: point.number(.alpha), loss: Loss(point), noise: point.number(.noise))
        .sampledDescent(
          from: start, labels: source, tolerance: point.number("gradient_tolerance"),
          steps: point.integer("max_steps"), size: call.size, samples: call.samples, seed: call.seed)
      func error(_ estimate: Estimate) -> Cell { estimate.value == nil ? .empty : .number(estimate.error) }
      return [
        Answer(
          [
            Cell(end.overlap), Cell(end.energy), Cell(end.gradientNorm), Cell(end.lowestEigenvalue),
            error(end.overlap), error(end.energy), error(end.lowestEigenvalue), .integer(end.converged),
            .integer(end.failed),
          ], main: end.overlap)
      ]
    }
  }

  /// Both kinds of message passing of a model with a tensor.
  private static func withTensor(
    card: ModelCard, parameters: [Quantity], sources: [Citation], bayesExample: String, likelihoodExample: String,
    model: @escaping @Sendable (Point) throws(DomainError) -> SpikedMatrixTensor
  ) -> [Question] {
    let offered: [Algorithm] = [.messagePassing, .maximumLikelihood]
    let declared = card.parameters.filter { parameters.contains($0.quantity) }
    return [
      question(
        .messagePassing, among: offered, summary: bayesSummary, parameters: declared, size: 200,
        columns: columns(.overlap, symbol: "q", bayesOverlap), sources: sources + [.stateEvolution],
        formula: bayesFormula, example: bayesExample
      ) { point, call throws(DomainError) in
        [
          try model(point).sampledMessagePassing(
            prior: .at(point), size: call.size, samples: call.samples, seed: call.seed, iterations: call.iterations,
            start: call.start)
        ]
      },
      question(
        .maximumLikelihood, among: offered,
        summary: "The cosine of maximum-likelihood message passing on sampled instances, beside state evolution.",
        parameters: declared.filter { $0.quantity != .rho }, size: 200,
        columns: columns(.overlap, symbol: "m", cosine), sources: [.passedAndSpurious, .stateEvolution],
        formula:
          #"x_{t+1} = \sqrt N B_t/|B_t|,\quad m_{t+1} = \nu/\sqrt{\xi'(1)+\nu^2},\ \nu = m_t/\Delta_2 + m_t^{p-1}/\Delta_p"#,
        example: likelihoodExample
      ) { point, call throws(DomainError) in
        try Prior.requireGaussian(at: point)
        return [
          try model(point).sampledMaximumLikelihood(
            size: call.size, samples: call.samples, seed: call.seed, iterations: call.iterations, start: call.start)
        ]
      },
    ]
  }

  /// `simulate spiked-matrix-tensor --algorithm ...`.
  package static let spikedMatrixTensor = withTensor(
    card: SpikedMatrixTensor.card, parameters: [.p, .deltap, .delta2, .prior, .rho], sources: [.marvelsAndPitfalls],
    bayesExample: "--p 3 --delta2 0.4 --deltap 1 --size 100 --samples 4",
    likelihoodExample: "--p 3 --delta2 0.3 --deltap 2 --size 100 --samples 4"
  ) { point throws(DomainError) in
    try SpikedMatrixTensor(p: point.integer(.p), delta2: point.number(.delta2), deltap: point.number(.deltap))
  }

  /// `simulate spiked-tensor --algorithm ...`.
  package static let spikedTensor = withTensor(
    card: SpikedTensor.card, parameters: [.p, .delta, .prior, .rho], sources: [.spikedTensorEstimation],
    bayesExample: "--p 3 --delta 0.15 --prior rademacher --start 0.6 --size 100 --samples 4",
    likelihoodExample: "--p 3 --delta 0.1 --start 0.6 --size 100 --samples 4"
  ) { point throws(DomainError) in
    let tensor = try SpikedTensor(p: point.integer(.p), delta: point.number(.delta))
    return try SpikedMatrixTensor(p: tensor.p, delta2: .infinity, deltap: tensor.delta)
  }
}
