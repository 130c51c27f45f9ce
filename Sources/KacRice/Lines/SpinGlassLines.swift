// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model == SphericalSpinGlass {
  /// The ground-state energy of the noise landscape.
  public static var groundState: Line { groundStateLine }
  /// The energy below which the dominant points are minima.
  public static var thresholdEnergy: Line { thresholdEnergyLine }
  /// The energy below which saddles of a given index vanish.
  public static var index: Line { indexLine }
  /// The energies at which marginal states exist.
  public static var marginalRange: Line { marginalRangeLine }
}

private let energyColumn = Column(.energy, symbol: "u", unit: "per N", "energy H/N")

private func energyLine(
  _ name: String, summary: String, ownParameters: [Parameter] = [], formula: String, domain: String,
  energy: @escaping @Sendable (SphericalSpinGlass, Point) throws(DomainError) -> Estimate
) -> Line<SphericalSpinGlass> {
  Line(
    LineDeclaration(
      name: name, summary: summary, parameters: [], unknowns: [.energy], columns: [], ownParameters: ownParameters,
      solvedColumns: [energyColumn], usesFamilies: true, evidence: .annealed,
      sources: [.randomMatricesAndComplexity], formula: formula, domain: domain)
  ) { point, _ throws(DomainError) in
    [CriticalPoint([.energy: try energy(SphericalSpinGlass.atPoint(point), point)])]
  }
}

private let groundStateLine = energyLine(
  "ground-state", summary: "The energy at which the complexity of minima vanishes.",
  formula: #"\Sigma_0(E_0) = 0,\quad u = -(yv + a\chi),\ y = \frac1{a\chi} - \chi"#,
  domain: "the ground state where the outer replicon is below 1, else a lower bound"
) { glass, _ throws(DomainError) in glass.groundStateEnergy() }

private let thresholdEnergyLine = energyLine(
  "threshold-energy", summary: "Below this energy the dominant stationary points are minima, above it saddles.",
  formula: #"E_{th} = -v\Big(\frac{\sqrt b}{a} - \frac1{\sqrt b}\Big) - \frac a{\sqrt b}"#,
  domain: "every covariance; for mixtures dynamics need not end there"
) { glass, _ throws(DomainError) in glass.thresholdEnergy() }

private let indexLine = energyLine(
  "index", summary: "The energy below which saddles with this number of negative directions vanish.",
  ownParameters: [
    Parameter(
      "index", symbol: "k", "number of negative directions", domain: .integers(from: 0, through: 100_000), default: 1)
  ],
  formula: #"\sup_{t\ge2}\,[\Sigma(0,u,-t\sqrt b) - k I_1(t)] = 0"#, domain: "index:0 is the ground state"
) { glass, point throws(DomainError) in try glass.energy(ofIndex: point.integer("index")) }

private let marginalRangeLine = Line<SphericalSpinGlass>(
  LineDeclaration(
    name: "marginal-range", summary: "The energies at which marginal states exist, and where they are most numerous.",
    parameters: [], unknowns: ["energy_typical"],
    columns: [
      Column("energy_low", symbol: "u_-", unit: "per N", "lower end"),
      Column("energy_high", symbol: "u_+", unit: "per N", "upper end"),
      Column(.complexity, symbol: "S_c", unit: "per N", "complexity of marginal states at the typical energy"),
    ],
    solvedColumns: [Column("energy_typical", symbol: "u_c", unit: "per N", "the most populated energy")],
    usesFamilies: true, evidence: .annealed, sources: [.randomMatricesAndComplexity],
    formula: #"u_c = -\frac{2a\sqrt b}{a+b},\quad u_\pm = u_c \pm \sqrt{2 S_c\,(v - a^2/(a+b))}"#,
    domain: "covariances with marginal states; one point for pure ones")
) { point, unknown throws(DomainError) in
  let range = try SphericalSpinGlass.atPoint(point).marginalRange()
  return [
    CriticalPoint(
      ["energy_typical": range.typical],
      with: ["energy_low": range.low.value, "energy_high": range.high.value, .complexity: range.complexity.value])
  ]
}
