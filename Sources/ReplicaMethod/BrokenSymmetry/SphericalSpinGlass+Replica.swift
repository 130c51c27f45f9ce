// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
package import SaddlepointCore

extension Quantity {
  /// How replica symmetry is broken.
  static let ansatz: Quantity = "ansatz"
  static let freeEnergy: Quantity = "free_energy"
}

extension SphericalSpinGlass {
  private static let ansatz = Parameter(
    .ansatz, symbol: "\\text{ansatz}", "how replica symmetry is broken",
    choices: [
      .init("auto", "the stable one, or the best found"), .init("rs", "replica symmetric"),
      .init("1rsb", "one step: q0 between states, q1 within one"),
      .init("1frsb", "continuous overlaps up to q0, one jump to q1"), .init("frsb", "continuous overlaps up to q1"),
    ])
  private static let parisiX = Parameter(
    optional: .parisiX, symbol: "x", "selects metastable one-step states; left out: static and threshold",
    domain: Domain(0, 1, includesLower: false))
  private static let parisiY = Parameter(
    optional: .parisiY, symbol: "y", "the same as x/T, for temperature 0", domain: .positive)

  /// `replica spherical-spin-glass`.
  package static let replicaQuestion = Question(
    name: "replica", summary: "Every replica solution, symmetric or broken: static and marginal states.",
    families: card.families,
    parameters: card.parameters + [ansatz, parisiX, parisiY],
    columns: [
      Column("branch", "number of the solution among those of its state, by increasing overlap"),
      Column(.ansatz, "how replica symmetry is broken in this solution"),
      Column("state", "static: equilibrium; threshold: marginal; metastable: at the given Parisi parameter"),
      Column(.overlap, symbol: "m", "cosine with the signal"),
      Column(.potential, symbol: "-f/T", unit: "per N", "lim (1/N) E log Z of exp(-H/T); empty at T = 0"),
      Column(.freeEnergy, symbol: "f", unit: "per N", "-T potential; the energy at T = 0"),
      Column("q0", symbol: "q_0", "overlap of different states; 1frsb, frsb: upper end of the continuous overlaps"),
      Column("q1", symbol: "q_1", "overlap within a state"),
      Column(.parisiX, symbol: "x", "Parisi parameter of the jump"),
      Column(.parisiY, symbol: "y", "x/T"),
      Column("response", symbol: "\\chi", "(1-q1)/T"),
      Column("complexity", symbol: "\\Sigma", unit: "per N", "log-number of the states"),
      Column("state_free_energy", symbol: "f + \\Sigma/y", unit: "per N", "free energy of a single state"),
      Column(.replicon, symbol: "\\xi''(q_1)\\chi^2", "inner replicon: stable below 1, marginal at 1"),
      Column("outer_replicon", symbol: "\\xi''(q)W^2", "at the lowest overlap: stable below 1, 1 if continuous"),
      Column("lowest_overlap", symbol: "q", "lower end of the overlaps"),
      Column("stable", "1 if no other Parisi function has a smaller potential and the overlap is a maximum"),
      Column("dominant", "1 for the equilibrium state"),
    ], main: .freeEnergy, evidence: .replica, sources: [.sphericalStatics, .sphericalTwoPlusP, .sphericalFreeEnergy],
    formula:
      #"m = W\phi'(m),\ q_0 = m^2 + W^2\xi'(q_0),\ [\xi'(q_1)-\xi'(q_0)]\chi W = q_1-q_0,\ W = \chi + y(q_1-q_0);\quad \text{static: } \Sigma = 0;\ \text{threshold: } \xi''(q_1)\chi^2 = 1"#,
    domain: "every covariance and signal; temperature 0 is the limit", example: "--mixture 3:0.5 --temperature 0.3"
  ) { point throws(DomainError) in
    let glass = try atPoint(point)
    let temperature = try point.number(.temperature)
    let ansatz = GlassAnsatz(rawValue: try point.word(.ansatz))
    let (x, y) = (try point.optionalNumber(.parisiX), try point.optionalNumber(.parisiY))
    let states: [GlassState]
    switch (x, y) {
    case (nil, nil): states = try glass.saddlePoints(temperature: temperature, ansatz: ansatz)
    case (let x?, nil):
      guard temperature > 0 else { throw DomainError(.parisiX, x, allowed: "none at temperature 0: give parisi_y") }
      states = try glass.metastableStates(temperature: temperature, scaledParisiParameter: x / temperature)
    case (nil, let y?): states = try glass.metastableStates(temperature: temperature, scaledParisiParameter: y)
    case (_?, let y?): throw DomainError(.parisiY, y, allowed: "one of parisi_x and parisi_y")
    }
    if states.isEmpty {
      var cells = [Cell](repeating: .empty, count: 18)
      (cells[1], cells[8], cells[9]) = (ansatz.map { .text($0.rawValue) } ?? .empty, Cell(x), Cell(y))
      return [Answer(cells, main: .outsideDomain("no-solution"))]
    }
    var numbers: [GlassState.Kind: Int] = [:]
    return states.map { state in
      numbers[state.kind, default: 0] += 1
      return Answer(
        [
          .integer(numbers[state.kind] ?? 1), .text(state.ansatz.rawValue), .text(state.kind.rawValue),
          Cell(state.overlap), Cell(state.potential), Cell(state.freeEnergy), Cell(state.outerOverlap),
          Cell(state.innerOverlap), Cell(state.parisiParameter), Cell(state.scaledParisiParameter),
          Cell(state.response), Cell(state.complexity), Cell(state.stateFreeEnergy), Cell(state.innerReplicon),
          Cell(state.outerReplicon), Cell(state.lowestOverlap), .flag(state.isStable), .flag(state.isDominant),
        ], main: state.freeEnergy)
    }
  }
}
