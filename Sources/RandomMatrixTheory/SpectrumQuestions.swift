// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// Parameters of questions about spectra.
package enum SpectrumParameter {
  /// Variance of a semicircle law.
  package static let variance = Parameter(
    "variance", symbol: "\\sigma^2", unit: "eigenvalue squared",
    "N times the variance of an off-diagonal entry; the edges are at 2 sqrt(variance)", domain: .positive, default: 1)

  /// Aspect ratio of a sample covariance matrix.
  package static let aspect = Parameter(
    "aspect", symbol: "c", "dimension divided by number of samples", domain: .positive)

  /// Strength of a rank-one part that is added to the matrix.
  package static let additiveSpike = Parameter(
    "spike", symbol: "\\theta", unit: "eigenvalue", "eigenvalue of the rank-one matrix that is added", domain: .finite)

  /// Excess of one eigenvalue of the population.
  package static let populationSpike = Parameter(
    "spike", symbol: "\\ell", unit: "variance of the entries", "one eigenvalue of the population minus 1, the others",
    domain: Domain(-1, .infinity, includesLower: false))

  /// Strength of a rank-one part beside which an extreme eigenvalue is looked at.
  package static let rateSpike = Parameter(
    "spike", symbol: "\\theta", unit: "eigenvalue", "eigenvalue of the rank-one matrix that is added",
    domain: .finite, default: 0)

  /// Place of the largest eigenvalue.
  package static let largest = Parameter(
    "largest", symbol: "x", unit: "eigenvalue", "place of the largest eigenvalue", domain: .finite)

  /// Where functions of the law are evaluated.
  package static let place = Parameter(
    "at", symbol: "x", unit: "eigenvalue", "where density and transforms are evaluated", domain: .finite)
}

/// What questions about both laws share.
private enum Spectrum {
  static let edgeColumns = [
    Column("lower_edge", symbol: "\\lambda_-", unit: "eigenvalue", "lower edge of the bulk"),
    Column("upper_edge", symbol: "\\lambda_+", unit: "eigenvalue", "upper edge of the bulk"),
    Column("edge", "soft, or hard where the density diverges at a lower edge at 0"),
    Column("atom", "fraction of the eigenvalues that are 0"),
  ]

  static let spikeColumns = [
    Column("outlier", symbol: "\\lambda", unit: "eigenvalue", "isolated eigenvalue; empty where none is detached"),
    Column("outlier_overlap_squared", "squared overlap of its unit eigenvector with the spike's direction"),
    Column("detached", "1 if the spike detaches an eigenvalue from the bulk"),
  ]

  static let placeColumns = [
    Column("density", symbol: "\\rho", unit: "per eigenvalue", "density of the continuous part"),
    Column("cdf", symbol: "F", "fraction of the eigenvalues that are at most x, with the atom"),
    Column(
      "stieltjes", symbol: "g", unit: "per eigenvalue",
      "integral of 1/(x - y) over the law with its atom; the real part inside the bulk; empty at the atom"),
    Column("log_potential", "integral of log|x - y| over the law with its atom"),
  ]

  static func edgeCells(_ edges: ClosedRange<Double>, isHard: Bool, atom: Double) -> [Cell] {
    [.number(edges.lowerBound), .number(edges.upperBound), .text(isHard ? "hard" : "soft"), .number(atom)]
  }

  static func spikeAnswer(_ edges: [Cell], position: Double?, overlapSquared: Double?) -> Answer {
    Answer(
      edges + [Cell(position), Cell(overlapSquared), .flag(position != nil)],
      main: position.map(Estimate.exact) ?? .outsideDomain("not-detached"))
  }

  static func placeAnswer(density: Double, cdf: Double, stieltjes: Double, logPotential: Double) -> Answer {
    Answer(
      [.number(density), .number(cdf), Cell(stieltjes.isNaN ? nil : stieltjes), .number(logPotential)],
      main: .exact(density))
  }
}

extension SemicircleLaw: CardedModel {
  /// The declaration of the law.
  public static let card = ModelCard(
    name: "semicircle",
    summary: "Eigenvalues of a large symmetric matrix with independent entries: the semicircle law.",
    definition:
      #"\rho(x) = \frac{\sqrt{4\sigma^2 - x^2}}{2\pi\sigma^2},\quad \mathrm{Var}\,W_{i<j} = \sigma^2/N"#,
    parameters: [SpectrumParameter.variance], sources: [.wigner])

  /// `spectrum semicircle`: the edges.
  package static let spectrumEdges = Question(
    name: "spectrum", summary: "Edges of the bulk of eigenvalues.", parameters: card.parameters,
    columns: Spectrum.edgeColumns, main: "lower_edge", evidence: .theorem, sources: [.wigner],
    formula: #"\lambda_\pm = \pm 2\sigma"#, domain: "every variance > 0", example: "--variance 2"
  ) { point throws(DomainError) in
    let law = try SemicircleLaw(variance: point.number("variance"))
    return [Answer(edgeCells(law), main: .exact(law.edges.lowerBound))]
  }

  /// `spectrum semicircle --spike`: the edges and the outlier of a rank-one part.
  package static let spectrumSpike = Question(
    name: "spectrum", summary: "Edges of the bulk and the eigenvalue that an added rank-one matrix pulls out of it.",
    parameters: card.parameters + [SpectrumParameter.additiveSpike],
    columns: Spectrum.edgeColumns + Spectrum.spikeColumns, main: "outlier", evidence: .theorem,
    sources: [.wigner, .lowRankPerturbations],
    formula: #"\lambda = \theta + \frac{\sigma^2}{\theta},\quad \langle v, e\rangle^2 = 1 - \frac{\sigma^2}{\theta^2}"#,
    domain: "an eigenvalue is detached where |spike| > sqrt(variance)", example: "--variance 1 --spike 1.7"
  ) { point throws(DomainError) in
    let law = try SemicircleLaw(variance: point.number("variance"))
    let outlier = try law.outlier(spike: point.number("spike"))
    return [
      Spectrum.spikeAnswer(edgeCells(law), position: outlier?.position, overlapSquared: outlier?.overlapSquared)
    ]
  }

  /// `spectrum semicircle --at`: density and transforms at a place.
  package static let spectrumAt = Question(
    name: "spectrum", summary: "Density, distribution, Stieltjes transform and logarithmic potential at a place.",
    parameters: card.parameters + [SpectrumParameter.place], columns: Spectrum.placeColumns, main: "density",
    evidence: .theorem, sources: [.wigner],
    formula: #"\rho(x) = \frac{\sqrt{4\sigma^2 - x^2}}{2\pi\sigma^2},\quad "#
      + #"g(x) = \frac{2}{x + \sqrt{x-2\sigma}\sqrt{x+2\sigma}}"#,
    domain: "every finite place", example: "--variance 1 --at -3:3:61"
  ) { point throws(DomainError) in
    let law = try SemicircleLaw(variance: point.number("variance"))
    let x = try SpectrumParameter.place.checked(point.number("at"))
    return [
      Spectrum.placeAnswer(
        density: law.density(at: x), cdf: law.cdf(at: x), stieltjes: law.stieltjes(at: x),
        logPotential: law.logPotential(at: x))
    ]
  }

  /// `spectrum semicircle --largest`: how unlikely the largest eigenvalue is there.
  package static let spectrumRate = Question(
    name: "spectrum", summary: "Large deviations of the largest eigenvalue, with a rank-one part added.",
    parameters: card.parameters + [SpectrumParameter.rateSpike, SpectrumParameter.largest],
    columns: [
      Column("rate", symbol: "I", "exponent of the probability, P ~ exp(-N rate)"),
      Column("pushed_rate", symbol: "K", "below the edge and without a spike P ~ exp(-N^2 pushed_rate)"),
    ], evidence: .theorem, sources: [.largestEigenvalue, .extremeEigenvalues],
    formula: #"I(x) = \tfrac12 \int_2^x \sqrt{y^2-4}\,dy \text{ without a spike, in units of } \sigma"#,
    domain: "rate at and above the edge 2 sqrt(variance)", example: "--spike 1.5 --largest 2:3:11"
  ) { point throws(DomainError) in
    let law = try SemicircleLaw(variance: point.number("variance"))
    let (x, theta) = (try point.number("largest"), try point.number("spike"))
    let rate = try law.largestEigenvalueRate(at: x, spike: theta)
    return [Answer([Cell(rate), Cell(theta == 0 ? try law.pushedRate(at: x).value : nil)], main: rate)]
  }

  private static func edgeCells(_ law: SemicircleLaw) -> [Cell] {
    Spectrum.edgeCells(law.edges, isHard: false, atom: 0)
  }
}

extension MarchenkoPasturLaw: CardedModel {
  /// The declaration of the law.
  public static let card = ModelCard(
    name: "marchenko-pastur",
    summary: "Eigenvalues of a large sample covariance matrix of independent entries: the Marchenko-Pastur law.",
    definition: #"\rho(x) = \frac{\sqrt{(x-\lambda_-)(\lambda_+-x)}}{2\pi c x},\quad "#
      + #"X = \frac1n G G^\top,\ G \in \mathbb{R}^{d\times n},\ c = d/n"#,
    parameters: [SpectrumParameter.aspect], sources: [.marchenkoPastur])

  /// `spectrum marchenko-pastur`: the edges and the atom.
  package static let spectrumEdges = Question(
    name: "spectrum", summary: "Edges of the bulk of eigenvalues and the atom at 0.", parameters: card.parameters,
    columns: Spectrum.edgeColumns, main: "lower_edge", evidence: .theorem, sources: [.marchenkoPastur],
    formula: #"\lambda_\pm = (1 \pm \sqrt c)^2,\quad \text{atom}\ 1 - 1/c\ \text{for}\ c > 1"#,
    domain: "every aspect > 0", example: "--aspect 0.3"
  ) { point throws(DomainError) in
    let law = try MarchenkoPasturLaw(aspect: point.number("aspect"))
    return [Answer(edgeCells(law), main: .exact(law.edges.lowerBound))]
  }

  /// `spectrum marchenko-pastur --spike`: the edges and the outlier of a spiked population.
  package static let spectrumSpike = Question(
    name: "spectrum", summary: "Edges of the bulk and the eigenvalue that one unusual direction pulls out of it.",
    parameters: card.parameters + [SpectrumParameter.populationSpike],
    columns: Spectrum.edgeColumns + Spectrum.spikeColumns, main: "outlier", evidence: .theorem,
    sources: [.marchenkoPastur, .spikedCovariance, .lowRankPerturbations],
    formula: #"\lambda = (1+\ell)(1 + c/\ell),\quad \langle v, e\rangle^2 = \frac{1 - c/\ell^2}{1 + c/\ell}"#,
    domain: "an eigenvalue is detached where spike > sqrt(aspect), or below the bulk where spike < -sqrt(aspect)",
    example: "--aspect 0.3 --spike 1.5"
  ) { point throws(DomainError) in
    let law = try MarchenkoPasturLaw(aspect: point.number("aspect"))
    let outlier = try law.outlier(spike: point.number("spike"))
    return [
      Spectrum.spikeAnswer(edgeCells(law), position: outlier?.position, overlapSquared: outlier?.overlapSquared)
    ]
  }

  /// `spectrum marchenko-pastur --at`: density and transforms at a place.
  package static let spectrumAt = Question(
    name: "spectrum", summary: "Density, distribution, Stieltjes transform and logarithmic potential at a place.",
    parameters: card.parameters + [SpectrumParameter.place], columns: Spectrum.placeColumns, main: "density",
    evidence: .theorem, sources: [.marchenkoPastur],
    formula: #"\rho(x) = \frac{\sqrt{(x-\lambda_-)(\lambda_+-x)}}{2\pi c x},\quad "#
      + #"g(x) = \frac{2}{x + c - 1 + \sqrt{x-\lambda_-}\sqrt{x-\lambda_+}}"#,
    domain: "every finite place; the Stieltjes transform has a pole at 0 where aspect > 1",
    example: "--aspect 0.3 --at 0.1:3:30"
  ) { point throws(DomainError) in
    let law = try MarchenkoPasturLaw(aspect: point.number("aspect"))
    let x = try SpectrumParameter.place.checked(point.number("at"))
    return [
      Spectrum.placeAnswer(
        density: law.density(at: x), cdf: law.cdf(at: x), stieltjes: law.stieltjes(at: x),
        logPotential: law.logPotential(at: x))
    ]
  }

  private static func edgeCells(_ law: MarchenkoPasturLaw) -> [Cell] {
    Spectrum.edgeCells(law.edges, isHard: law.hasHardEdge, atom: law.atom)
  }
}
