// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeDynamics
import LandscapeModels
package import SaddlepointCore

/// The questions `simulate MODEL --observable dynamics`: what `dynamics MODEL` answers, on sampled instances.
package enum SampledDynamicsQuestions {
  private static let observable = FiniteSizeQuestions.observable("dynamics")
  private static let timeStep = Parameter(
    "time_step", symbol: "h", "largest step of the integration", domain: .positive, default: 0.05)
  private static let domain =
    "tensors of order 2 to 4; means differ from the mean-field limit by O(1/size), and more the smaller the overlap"

  /// Standard errors of the columns after the first, the energy's being that of the row.
  private static func errors(_ columns: [Column]) -> [Column] {
    columns.map { column in
      let name = column.quantity.name
      return name == "energy"
        ? Column(.standardError, "standard error of the energy")
        : Column(Quantity(name + "_standard_error"), "standard error of \(name)")
    }
  }

  private static let correlation = Column("correlation", symbol: "C(t,0)", "cosine with the start")

  private static func continuous<L: SphericalLandscape>(_ subject: DynamicsQuestions.Subject<L>) -> Question {
    let results = Array(DynamicsQuestions.states.dropFirst()) + [correlation, DynamicsQuestions.kinetic]
    return Question(
      name: "simulate --observable dynamics",
      summary: "Gradient flow, Langevin dynamics or motion with a mass on sampled instances.",
      families: subject.card.families,
      parameters: subject.noise + [
        observable, subject.temperature, DynamicsParameter.initialOverlap, DynamicsParameter.initialTemperature,
        DynamicsParameter.optionalMass, DynamicsParameter.friction, DynamicsParameter.nesterov, DynamicsParameter.time,
        timeStep, FiniteSizeQuestions.size(from: 10, through: 10_000, default: 100),
        FiniteSizeQuestions.samples(default: 16), FiniteSizeQuestions.seed,
      ],
      columns: Array(DynamicsQuestions.states.prefix(1)) + results + errors(results), main: "energy",
      evidence: .theorem, sources: [.marvelsAndPitfalls, .momentumDynamics],
      formula: #"\dot x = -\mu x - \nabla H + \eta\ \text{or}\ M\ddot x + \gamma(t)\dot x = -\mu x - \nabla H + \eta"#,
      domain: domain,
      example: "--observable dynamics " + subject.at("0") + " --initial-overlap 0.5 --time 1 --size 30 --samples 4",
      defaultTolerance: .infinity
    ) { point throws(DomainError) in
      try FiniteSizeQuestions.check(point, "dynamics")
      let time = try point.number(.time)
      let state = try subject.landscape(point).sampledDynamics(
        temperature: point.number(.temperature), initialOverlap: point.number(.initialOverlap),
        initialTemperature: point.optionalNumber(.initialTemperature), inertia: DynamicsParameter.inertia(point),
        time: time, step: point.number("time_step"), size: point.integer(.size), samples: point.integer(.samples),
        seed: UInt64(point.integer(.seed)))
      let means = [state.overlap, state.energy, state.multiplier, state.correlation, state.kinetic]
      return [
        Answer([.number(time)] + means.map { Cell($0?.value) } + means.map { Cell($0?.error) }, main: state.energy)
      ]
    }
  }

  private static func discrete<L: SphericalLandscape>(_ subject: DynamicsQuestions.Subject<L>) -> Question {
    let results = Array(DynamicsQuestions.states.dropFirst()) + [correlation]
    return Question(
      name: "simulate --observable dynamics",
      summary: "Gradient descent with momentum in discrete time on sampled instances.",
      families: subject.card.families,
      parameters: subject.noise + [
        observable, DynamicsParameter.learningRate, DynamicsParameter.momentum, DynamicsParameter.initialOverlap,
        DynamicsParameter.steps, FiniteSizeQuestions.size(from: 10, through: 10_000, default: 100),
        FiniteSizeQuestions.samples(default: 16), FiniteSizeQuestions.seed,
      ],
      columns: [Column("step", symbol: "n", "number of updates made")] + results + errors(results), main: "energy",
      evidence: .theorem, sources: [.momentumDynamics],
      formula: #"y = x_n + \beta(x_n - x_{n-1}) - \eta\nabla H(x_n),\quad x_{n+1} = \sqrt N\,y/|y|"#,
      domain: domain,
      example: "--observable dynamics \(subject.example) --learning-rate 0.15 --momentum 0.6 --initial-overlap 0.5"
        + " --steps 5 --size 30 --samples 4",
      defaultTolerance: .infinity
    ) { point throws(DomainError) in
      try FiniteSizeQuestions.check(point, "dynamics")
      let states = try subject.landscape(point).sampledUpdates(
        learningRate: point.number(.learningRate), momentum: point.number(.momentum),
        initialOverlap: point.number(.initialOverlap), steps: point.integer(.steps), size: point.integer(.size),
        samples: point.integer(.samples), seed: UInt64(point.integer(.seed)))
      return states.enumerated().map { step, state in
        let means = [state.overlap, state.energy, state.multiplier, state.correlation]
        return Answer([.integer(step)] + means.map { Cell($0) } + means.map { .number($0.error) }, main: state.energy)
      }
    }
  }

  private static func both<L: SphericalLandscape>(_ subject: DynamicsQuestions.Subject<L>) -> [Question] {
    [continuous(subject), discrete(subject)]
  }

  /// `simulate spherical-spin-glass --observable dynamics`.
  package static let sphericalSpinGlass = both(DynamicsQuestions.spinGlassSubject)

  /// `simulate spiked-tensor --observable dynamics`.
  package static let spikedTensor = both(DynamicsQuestions.spikedTensorSubject)

  /// `simulate spiked-matrix-tensor --observable dynamics`.
  package static let spikedMatrixTensor = both(DynamicsQuestions.spikedMatrixTensorSubject)
}
