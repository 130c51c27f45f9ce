// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
public import SaddlepointNumerics

extension SpikedWigner {
  /// The model as an estimation problem: snr = 1/Delta2.
  package func estimation() throws(GSLError) -> SpikedEstimation { try SpikedEstimation(prior: prior, matrix: snr) }

  /// Every stationary point of the Bayes-optimal potential, by increasing overlap; q = 0 first for centred priors.
  ///
  /// Each lies on the explicit curve lambda(g) = g/Q(g), q = Q(g), which is cut at its folds: one bracketed root for each
  /// monotone piece, no iteration, none missed.
  ///
  /// - Returns: the saddle points with their stability.
  /// - Throws: `GSLError` where the signal-to-noise ratio overflows.
  /// - Complexity: some hundred scalar channels, a few milliseconds; microseconds for the Gaussian prior.
  ///
  /// Source: theory sheet *spiked replica*, section 4; arXiv:1701.00858, proven in arXiv:1611.03888.
  public func saddlePoints() throws(GSLError) -> [SaddlePoint] { try estimation().saddlePoints() }

  /// The Bayes-optimal replica potential Phi(q) = psi(lambda q) - lambda q^2/4, per N.
  ///
  /// - Parameter q: overlap of the posterior mean with the signal, from 0 to the prior's second moment.
  /// - Returns: the potential.
  /// - Throws: `DomainError` for an overlap outside that range.
  /// - Complexity: one scalar channel.
  public func potential(overlap q: Double) throws(DomainError) -> Estimate {
    guard q >= 0, q <= prior.secondMoment else {
      throw DomainError(.overlap, q, allowed: "0 <= overlap <= \(prior.secondMoment), the prior's second moment")
    }
    do throws(GSLError) { return try estimation().potential(overlap: q) } catch { return .notConverged("\(error)") }
  }

  /// One step of Bayes-optimal state evolution, q' = Q(lambda q).
  ///
  /// - Parameter q: overlap, >= 0 and finite.
  /// - Returns: the overlap after one iteration of message passing.
  /// - Throws: `DomainError` for a negative or infinite signal-to-noise ratio lambda q.
  public func stateEvolution(overlap q: Double) throws(DomainError) -> Estimate {
    try ScalarGaussianChannel(prior: prior).values(snr: snr * q).overlap
  }

  /// The critical snr of a line for a prior.
  ///
  /// - Parameters:
  ///   - line: `.weakRecovery`, `.algorithmic`, `.informationTheoretic` or `.informedSpinodal`.
  ///   - prior: law of the signal's components.
  /// - Returns: one element for each solution by increasing snr; one without a value, with status and reason, where the line
  ///   has none.
  /// - Throws: `DomainError` for a line that is a point: ask ``threshold(_:family:)``.
  /// - Complexity: some hundred scalar channels, a few milliseconds.
  public static func threshold(_ line: Line<SpikedWigner>, prior: Prior) throws(DomainError) -> [CriticalPoint] {
    guard !line.declaration.isPoint else {
      throw DomainError(.rho, prior.rho ?? 0, allowed: "\(line.declaration.name) is a point and solves for it")
    }
    return try line.solve(for: .snr, at: Point(prior: prior))
  }

  /// An isolated point in the plane (rho, snr) of a family of priors, such as `.critical`.
  ///
  /// - Parameters:
  ///   - line: `.critical`.
  ///   - family: the priors with a parameter rho.
  /// - Returns: the points; coordinates are read by name, `points[0][.rho]`, `points[0][.snr]`.
  /// - Throws: `DomainError` for a line that is no point.
  public static func threshold(
    _ line: Line<SpikedWigner>, family: Prior.Family
  ) throws(DomainError) -> [CriticalPoint] {
    guard line.declaration.isPoint else {
      throw DomainError.missing(.rho, needed: "\(line.declaration.name) is a line: give a prior with its rho")
    }
    return try line.solve(for: .rho, at: Point([.prior], [.text(family.rawValue)]))
  }
}

extension Point {
  /// A point that holds a prior, as a table's row does.
  package init(prior: Prior, _ others: KeyValuePairs<Quantity, Double> = [:]) {
    self.init(
      [.prior, .rho] + others.map(\.key),
      [.text(prior.name), prior.rho.map(Value.number) ?? .absent] + others.map { .number($0.value) })
  }
}
