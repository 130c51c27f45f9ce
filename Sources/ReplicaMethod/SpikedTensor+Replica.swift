// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
public import SaddlepointNumerics

extension SpikedMatrixTensor {
  /// The model with a signal of another prior, as an estimation problem.
  package func estimation(prior: Prior) throws(GSLError) -> SpikedEstimation {
    try SpikedEstimation(prior: prior, p: p, matrix: 1 / delta2, tensor: 1 / deltap)
  }

  /// Every stationary point of the Bayes-optimal potential for a signal with independent components of a given prior.
  ///
  /// - Parameter prior: law of the components; for the Gaussian one the closed form of ``saddlePoints()``.
  /// - Returns: the saddle points by increasing overlap; m = 0 first for centred priors.
  /// - Throws: `GSLError` where the noise is so small that its reciprocal overflows.
  /// - Complexity: some hundred scalar channels, a few milliseconds.
  ///
  /// Source: theory sheet *spiked replica*, section 5; arXiv:1701.08010.
  public func saddlePoints(prior: Prior) throws(GSLError) -> [SaddlePoint] {
    prior.isGaussian ? try saddlePoints() : try estimation(prior: prior).saddlePoints()
  }

  /// The potential psi(g) - m^2/(4 Delta2) - (p-1) m^p/(2 p Deltap), g = m/Delta2 + m^(p-1)/Deltap, of a given prior.
  ///
  /// It has the same stationary points and values there as the closed form of ``potential(overlap:)``, which the Gaussian
  /// prior has, but not the same values elsewhere.
  ///
  /// - Parameters:
  ///   - m: overlap of the posterior mean with the signal, from 0 to the prior's second moment (below 1 if Gaussian).
  ///   - prior: law of the signal's components.
  /// - Returns: the potential per N.
  /// - Throws: `DomainError` for an overlap outside that range.
  /// - Complexity: one scalar channel.
  public func potential(overlap m: Double, prior: Prior) throws(DomainError) -> Estimate {
    if prior.isGaussian { return try potential(overlap: m) }
    guard m >= 0, m <= prior.secondMoment else {
      throw DomainError(.overlap, m, allowed: "0 <= overlap <= \(prior.secondMoment), the prior's second moment")
    }
    do throws(GSLError) { return try estimation(prior: prior).potential(overlap: m) } catch {
      return .notConverged("\(error)")
    }
  }

  /// The points of a Bayes-optimal line for priors that are not Gaussian; nil for the Gaussian one.
  static func points(of kind: CurveLine, at point: Point, unknown: Quantity) throws -> [CriticalPoint]? {
    let prior = try Prior.at(point)
    if prior.isGaussian { return nil }
    let p = try point.integer(.p)
    let curve: SpikedCurve
    if unknown == .delta2 {
      let tensor = try 1 / point.number(.deltap)
      curve = SpikedCurve(prior: prior, power: 1, fixedPower: tensor > 0 ? p - 1 : 1, fixed: tensor)
    } else {
      curve = try SpikedCurve(prior: prior, power: p - 1, fixedPower: 1, fixed: 1 / point.number(.delta2))
    }
    guard curve.fixed.isFinite else { throw GSLError.overflow("reciprocal of a noise variance") }
    return try kind.points(on: CurvePieces.cached(curve), unknown: unknown, isReciprocal: true, overlaps: .single)
  }
}

extension SpikedTensor {
  /// The tensor alone is the matrix-tensor model without its matrix.
  private var withoutMatrix: SpikedMatrixTensor {
    get throws(DomainError) { try SpikedMatrixTensor(p: p, delta2: .infinity, deltap: delta) }
  }

  /// Every stationary point of the Bayes-optimal potential, by increasing overlap.
  ///
  /// - Parameter prior: law of the signal's components.
  /// - Returns: the saddle points; m = 0 first for centred priors.
  /// - Throws: `GSLError` where the noise is so small that its reciprocal overflows.
  /// - Complexity: some hundred scalar channels, a few milliseconds; microseconds for the Gaussian prior.
  ///
  /// Source: theory sheet *spiked replica*, section 5; arXiv:1701.08010.
  public func saddlePoints(prior: Prior = .gaussian) throws -> [SaddlePoint] {
    try withoutMatrix.saddlePoints(prior: prior)
  }

  /// The critical Delta of a line.
  ///
  /// - Parameters:
  ///   - line: one of the model's lines, such as `.informationTheoretic`.
  ///   - p: order of the tensor, >= 3.
  ///   - prior: law of the signal's components.
  /// - Returns: one element for each solution by increasing Delta; one without a value, with status and reason, where the line
  ///   has none.
  /// - Throws: `DomainError` for an order that is no integer >= 3.
  public static func threshold(
    _ line: Line<SpikedTensor>, p: Int = 3, prior: Prior = .gaussian
  ) throws(DomainError) -> [CriticalPoint] {
    try checked(.p, Double(p))
    return try line.solve(for: .delta, at: Point(prior: prior, [.p: Double(p)]))
  }
}

extension Line where Model == SpikedTensor {
  /// The noise below which m = 0 is unstable: none for centred priors, since the order is at least 3.
  public static var weakRecovery: Line { weakRecoveryLine }

  /// The noise below which message passing is optimal for good: none for centred priors.
  public static var algorithmic: Line { algorithmicLine }

  /// Where the Bayes-optimal overlap jumps.
  public static var informationTheoretic: Line { informationTheoreticLine }

  /// Where the informative fixed point appears.
  public static var informedSpinodal: Line { informedSpinodalLine }
}

private func line(_ kind: CurveLine, domain: String) -> Line<SpikedTensor> {
  Line(
    LineDeclaration(
      name: kind.name, aliases: kind.aliases, summary: kind.summary, parameters: [.p, .delta, .prior, .rho],
      unknowns: [.delta], columns: CurveOverlaps.single.columns, evidence: kind.evidence,
      sources: [.spikedTensorEstimation],
      formula: kind.formula(
        strength: #"\Delta^{-1}"#, curve: #"\Delta(g) = Q(g)^{p-1}/g"#,
        potential: #"\Phi = \psi(g) - \frac{p-1}{2p}\,g\,Q(g)"#), domain: domain, example: "--p 3 --prior rademacher")
  ) { point, unknown in
    let curve = try SpikedCurve(prior: .at(point), power: point.integer(.p) - 1)
    return try kind.points(on: CurvePieces.cached(curve), unknown: unknown, isReciprocal: true, overlaps: .single)
  }
}

private let weakRecoveryLine = line(.weakRecovery, domain: "no finite noise for priors of mean 0")
private let algorithmicLine = line(
  .algorithmic, domain: "no finite noise for priors of mean 0; those with a mean where the overlap jumps")
private let informationTheoreticLine = line(
  .informationTheoretic, domain: "priors of mean 0; those with a mean where the overlap jumps")
private let informedSpinodalLine = line(
  .informedSpinodal, domain: "priors of mean 0; those with a mean and two stable branches")
