// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
package import SaddlepointCore

/// The questions about dynamics, declared beside their formulas.
package enum DynamicsQuestions {
  /// A model as a landscape, and what of it enters.
  package struct Subject<Landscape: SphericalLandscape>: Sendable {
    package let card: ModelCard
    let parameters: [Quantity]
    package let example: String
    package let landscape: @Sendable (Point) throws(DomainError) -> Landscape

    package var noise: [Parameter] { card.parameters.filter { parameters.contains($0.quantity) } }
    package var temperature: Parameter { card[.temperature] ?? DynamicsParameter.temperature }
    /// An example's temperature, where it has to be given.
    package func at(_ temperature: String) -> String { "\(example) --temperature \(temperature)" }
  }

  private static let equation =
    #"\dot x = -\mu x - \nabla H + \eta,\quad \partial_t C(t,t') = -\mu C + \int_0^t \xi''(C)R\,C + \int_0^{t'}\xi'(C)R(t',\cdot) + \phi'(m)m(t'),\quad \partial_t R = -\mu R + \int_{t'}^t \xi''(C)R\,R"#
  private static let massEquation =
    #"M\ddot x + \gamma(t)\dot x = -\mu x - \nabla H + \eta,\quad \gamma\text{ or }3/(t+t_0)"#
  private static let horizonNote =
    "t > 0; with a mass up to the usual horizon of the uniform scheme, 32 over the fastest rate, or by --method uniform"
  private static let t = Column("t", symbol: "t", "time since the start, at mobility 1")
  package static let states = [
    t,
    Column(.overlap, symbol: "m", "cosine with the signal"),
    Column("energy", symbol: "e", unit: "per N", "energy H/N; `error` is its error"),
    Column("multiplier", symbol: "\\mu", "mu in dx/dt = -mu x - grad H + noise"),
  ]
  private static let overlapError = Column("overlap_error", "estimated absolute error of the overlap")
  package static let kinetic = Column("kinetic", symbol: "k", unit: "per N", "|dx/dt|^2/N")

  private static func cells(_ state: DynamicsState, _ more: [Cell]) -> [Cell] {
    [.number(state.time), Cell(state.overlap), Cell(state.energy), Cell(state.multiplier)] + more
      + [state.overlap.value == nil ? .empty : .number(state.overlap.error)]
  }

  static func states<L: SphericalLandscape>(_ subject: Subject<L>) -> Question {
    Question(
      name: "dynamics", summary: "Langevin dynamics (gradient flow at T = 0): overlap, energy and multiplier in time.",
      families: subject.card.families,
      parameters: subject.noise + [
        subject.temperature, DynamicsParameter.initialOverlap, DynamicsParameter.initialTemperature,
        DynamicsParameter.method, DynamicsParameter.time,
      ], columns: states + [overlapError], main: "energy", evidence: .replica,
      sources: [.agingPSpin, .marvelsAndPitfalls, .passedAndSpurious], formula: equation, domain: horizonNote,
      example: subject.at("0") + " --initial-overlap 0.1 --time 0.5:3:6", defaultTolerance: 1e-5
    ) { point throws(DomainError) in
      let state = try dynamics(subject, point, .overdamped).state(at: point.number(.time))
      return [Answer(cells(state, []), main: state.energy)]
    }.checked { point throws(DomainError) in
      try dynamics(subject, point, .overdamped).checkReach(point.number(.time))
    }
  }

  static func momentum<L: SphericalLandscape>(_ subject: Subject<L>) -> Question {
    Question(
      name: "dynamics --mass", summary: "Dynamics with a mass, from rest: heavy ball, or Nesterov's friction.",
      families: subject.card.families,
      parameters: subject.noise + [
        subject.temperature, DynamicsParameter.initialOverlap, DynamicsParameter.initialTemperature,
        DynamicsParameter.mass, DynamicsParameter.friction, DynamicsParameter.nesterov, DynamicsParameter.method,
        DynamicsParameter.time,
      ], columns: states + [kinetic, overlapError], main: "energy", evidence: .replica,
      sources: [.momentumDynamics], formula: massEquation, domain: horizonNote,
      example: subject.at("0") + " --initial-overlap 0.1 --mass 1 --friction 1 --time 0.5:3:6",
      defaultTolerance: 1e-5
    ) { point throws(DomainError) in
      let state = try dynamics(subject, point, DynamicsParameter.inertia(point)).state(at: point.number(.time))
      return [Answer(cells(state, [Cell(state.kinetic)]), main: state.energy)]
    }.checked { point throws(DomainError) in
      try dynamics(subject, point, DynamicsParameter.inertia(point)).checkReach(point.number(.time))
    }
  }

  /// By the later time, or by the lag behind the earlier one.
  static func twoTimes<L: SphericalLandscape>(_ subject: Subject<L>, byLag: Bool) -> Question {
    let times = { @Sendable (point: Point) throws(DomainError) -> (time: Double, waiting: Double) in
      let waiting = try point.number(.waitingTime)
      return (byLag ? waiting + (try point.number(.lag)) : try point.number(.time), waiting)
    }
    return Question(
      name: "dynamics --waiting-time",
      summary: "Correlation and response between two times: aging and fluctuation-dissipation.",
      families: subject.card.families,
      parameters: subject.noise + [
        subject.temperature, DynamicsParameter.initialOverlap, DynamicsParameter.initialTemperature,
        DynamicsParameter.optionalMass, DynamicsParameter.friction, DynamicsParameter.nesterov,
        DynamicsParameter.method, DynamicsParameter.waitingTime,
        byLag ? DynamicsParameter.lag : DynamicsParameter.time,
      ],
      columns: [
        t, Column(DynamicsParameter.waitingTime),
        Column("correlation", symbol: "C", "C(t,t') = x(t).x(t')/N; `error` is its error"),
        Column("response", symbol: "R", "response of x(t) to a force at t'"),
        Column("integrated_response", symbol: "\\chi", "integral of R(t,s) over t' < s < t"),
        Column("response_error", "estimated absolute error of the response"),
      ], main: "correlation", evidence: .replica, sources: [.agingPSpin, .marvelsAndPitfalls, .momentumDynamics],
      formula: equation, domain: horizonNote + "; waiting_time <= time",
      example: subject.at("0.5") + " --waiting-time 1 " + (byLag ? "--lag 0.1:5:6" : "--time 1:6:6"),
      defaultTolerance: 1e-5
    ) { point throws(DomainError) in
      let (time, waiting) = try times(point)
      let state = try dynamics(subject, point, DynamicsParameter.inertia(point)).state(at: time, waitingTime: waiting)
      return [
        Answer(
          [
            .number(time), .number(waiting), Cell(state.correlation), Cell(state.response),
            Cell(state.integratedResponse), state.response.value == nil ? .empty : .number(state.response.error),
          ], main: state.correlation)
      ]
    }.checked { point throws(DomainError) in
      let (time, waiting) = try times(point)
      try dynamics(subject, point, DynamicsParameter.inertia(point)).checkReach(time, waitingTime: waiting)
    }
  }

  static func discrete<L: SphericalLandscape>(_ subject: Subject<L>) -> Question {
    Question(
      name: "dynamics --learning-rate", summary: "Gradient descent with momentum in discrete time, without step error.",
      families: subject.card.families,
      parameters: subject.noise + [
        DynamicsParameter.learningRate, DynamicsParameter.momentum, DynamicsParameter.initialOverlap,
        DynamicsParameter.steps,
      ],
      columns: [
        Column("step", symbol: "n", "number of updates made"),
        Column(.overlap, symbol: "m", "cosine with the signal"),
        Column("energy", symbol: "e", unit: "per N", "energy H/N; `error` is its error"),
        Column("multiplier", symbol: "\\mu", "-x.grad H/N"),
        Column("correlation", symbol: "C(n,0)", "cosine with the start"),
      ], main: "energy", evidence: .replica, sources: [.momentumDynamics],
      formula:
        #"y = x_n + \beta(x_n - x_{n-1}) - \eta\nabla H(x_n),\quad x_{n+1} = \sqrt N\,y/|y|"#,
      domain: "projected update, no noise",
      example: subject.example + " --learning-rate 0.15 --momentum 0.6 --initial-overlap 0.2 --steps 10"
    ) { point throws(DomainError) in
      let update = try DiscreteDynamics(
        subject.landscape(point), learningRate: point.number(.learningRate), momentum: point.number(.momentum),
        initialOverlap: point.number(.initialOverlap))
      return update.history(steps: try point.integer(.steps)).map { step in
        // Rounding is amplified where the update is unstable; a few digits per hundred steps are allowed for.
        let error = 1e-14 * Double(step.number + 1) * max(1, abs(step.energy))
        return Answer(
          [
            .integer(step.number), .number(step.overlap), .number(step.energy), .number(step.multiplier),
            .number(step.correlations[0]),
          ], main: .converged(step.energy, error: error))
      }
    }
  }

  static func escape<L: SphericalLandscape>(_ subject: Subject<L>) -> Question {
    Question(
      name: "dynamics --until-overlap", summary: "The first time at which the overlap reaches a target.",
      families: subject.card.families,
      parameters: subject.noise + [
        subject.temperature, DynamicsParameter.initialOverlap, DynamicsParameter.initialTemperature,
        DynamicsParameter.method, DynamicsParameter.untilOverlap, DynamicsParameter.time,
      ],
      columns: [
        Column("escape_time", symbol: "t_{esc}", "first t with |m| = until_overlap; empty if not by time"),
        Column("t", symbol: "t", "the last time looked at"),
        Column(.overlap, symbol: "m", "cosine with the signal at that time"),
        Column("overlap_slope", "d ln |m|/d ln t there, if it has not escaped"),
      ], main: "escape_time", evidence: .replica, sources: [.passedAndSpurious, .marvelsAndPitfalls],
      formula: #"t_{esc}(m_0, m_{end}) = \min\{t: |m(t)| = m_{end}\}"#,
      domain: "`not by t_max` is reported with m and its slope; it does not mean trapped",
      example: subject.at("0") + (subject.card.families.isEmpty ? "" : " --signal 2:1.5")
        + " --initial-overlap 1e-3 --until-overlap 0.1 --time 10",
      defaultTolerance: 1e-4
    ) { point throws(DomainError) in
      let escape = try dynamics(subject, point, .overdamped).escape(
        to: point.number(.untilOverlap), by: point.number(.time))
      return [
        Answer(
          [Cell(escape.time), .number(escape.lastTime), Cell(escape.overlap), Cell(escape.slope)], main: escape.time)
      ]
    }.checked { point throws(DomainError) in
      try dynamics(subject, point, .overdamped).checkReach(point.number(.time))
    }
  }

  static func equilibrium<L: SphericalLandscape>(_ subject: Subject<L>) -> Question {
    Question(
      name: "dynamics --equilibrium", summary: "Equilibrium correlation over many decades (mode coupling).",
      families: subject.card.families,
      parameters: subject.noise.filter { $0.quantity != .signalScale } + [subject.temperature, DynamicsParameter.time],
      columns: [
        Column("t", symbol: "\\tau", "difference of the two times"),
        Column("correlation", symbol: "C", "equilibrium correlation"),
      ], main: "correlation", evidence: .replica, sources: [.sphericalDynamics],
      formula: #"\dot C = -TC - \frac1T\int_0^\tau \xi'(C(\tau-s))\,\dot C(s)\,ds,\quad C(0)=1"#,
      domain: "T > 0; above the static temperature; without signal",
      example: subject.at("0.7") + " --time 0.01:1e4:7:log", defaultTolerance: 1e-3
    ) { point throws(DomainError) in
      let time = try point.number(.time)
      let c = try subject.landscape(point).equilibriumCorrelation(
        temperature: point.number(.temperature), at: time)
      return [Answer([.number(time), Cell(c)], main: c)]
    }
  }

  static func aging<L: SphericalLandscape>(_ subject: Subject<L>) -> Question {
    Question(
      name: "dynamics --aging", summary: "The aging state below the dynamic temperature: plateau, exponent, FDT ratio.",
      families: subject.card.families,
      parameters: subject.noise.filter { $0.quantity != .signalScale } + [subject.temperature],
      columns: [
        Column("plateau", symbol: "q", "plateau of C(t,t')"),
        Column("exponent_a", symbol: "a", "exponent of the approach to the plateau"),
        Column("fdt_ratio", symbol: "x", "fluctuation-dissipation ratio beyond the plateau"),
        Column("fdt_slope", symbol: "x/T", "x/T, finite at T = 0"),
        Column("energy", symbol: "e_{th}", unit: "per N", "threshold energy; that of a mixture need not end there"),
      ], main: "plateau", evidence: .heuristic, sources: [.agingPSpin],
      formula:
        #"\xi''(q)(1-q)^2 = T^2,\quad x = \frac{T^2}{(1-q)\xi'(q)} - \frac{1-q}q,\quad e_{th} = -[\xi(1)-(1-x)\xi(q)]/T"#,
      domain: "below the dynamic temperature; marginal states, q0 = 0", example: subject.at("0.3")
    ) { point throws(DomainError) in
      let state = try subject.landscape(point).agingState(temperature: point.number(.temperature))
      return [
        Answer(
          [Cell(state.plateau), Cell(state.exponentA), Cell(state.ratio), Cell(state.slope), Cell(state.energy)],
          main: state.plateau)
      ]
    }
  }

  private static func dynamics<L: SphericalLandscape>(
    _ subject: Subject<L>, _ point: Point, _ inertia: Inertia
  ) throws(DomainError) -> SphericalDynamics {
    try SphericalDynamics(
      subject.landscape(point), temperature: point.number(.temperature),
      initialOverlap: point.number(.initialOverlap), initialTemperature: point.optionalNumber(.initialTemperature),
      inertia: inertia, method: DynamicsMethod(rawValue: point.word(.method)) ?? .automatic)
  }

  private static func questions<L: SphericalLandscape>(_ subject: Subject<L>) -> [Question] {
    [
      states(subject), twoTimes(subject, byLag: false), twoTimes(subject, byLag: true), momentum(subject),
      discrete(subject), escape(subject),
    ]
  }

  package static let spinGlassSubject = Subject(
    card: SphericalSpinGlass.card, parameters: [.signalScale], example: "--mixture 3:0.5",
    landscape: SphericalSpinGlass.atPoint)

  /// `dynamics spherical-spin-glass`.
  package static let sphericalSpinGlass: [Question] =
    questions(spinGlassSubject) + [equilibrium(spinGlassSubject), aging(spinGlassSubject)]

  package static let spikedTensorSubject = Subject(
    card: SpikedTensor.card, parameters: [.p, .delta], example: "--p 3 --delta 0.2"
  ) { point throws(DomainError) in
    try SpikedTensor(p: point.integer(.p), delta: point.number(.delta))
  }

  /// `dynamics spiked-tensor`.
  package static let spikedTensor: [Question] = questions(spikedTensorSubject)

  package static let spikedMatrixTensorSubject = Subject(
    card: SpikedMatrixTensor.card, parameters: [.p, .deltap, .delta2], example: "--p 3 --delta2 0.4 --deltap 1"
  ) { point throws(DomainError) in
    try SpikedMatrixTensor(p: point.integer(.p), delta2: point.number(.delta2), deltap: point.number(.deltap))
  }

  /// `dynamics spiked-matrix-tensor`.
  package static let spikedMatrixTensor: [Question] =
    questions(spikedMatrixTensorSubject) + [EscapeDivergence.question]
}
