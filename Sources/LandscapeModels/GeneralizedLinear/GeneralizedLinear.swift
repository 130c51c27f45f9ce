// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// What is measured, and of which signal: all of a generalized linear model but the number of measurements.
public struct Measurement: Sendable, Hashable {
  /// How a measured value arises from a projection.
  public let channel: OutputChannel
  /// Real or complex numbers.
  public let field: NumberField
  /// Law of the signal's components, of unit second moment.
  public let prior: Prior
  /// D, the variance of the noise, >= 0.
  public let noise: Double

  /// A measurement.
  ///
  /// - Parameters:
  ///   - channel: how a value arises.
  ///   - field: real or complex numbers; complex ones for moduli and intensities of Gaussian signals.
  ///   - prior: law of the signal's components.
  ///   - noise: variance of the noise.
  /// - Throws: `DomainError` for a negative or infinite noise, a field that the channel or the prior does not have, a prior
  ///   whose second moment is not 1, and a formula without noise.
  public init(
    channel: OutputChannel, field: NumberField = .real, prior: Prior = .gaussian, noise: Double = 0
  ) throws(DomainError) {
    guard noise >= 0, noise.isFinite else { throw DomainError(.noise, noise, allowed: "0 <= noise") }
    if field == .complex {
      guard channel.isComplexAllowed else {
        throw DomainError(.field, "complex", allowed: "real, for the channel \(channel)")
      }
      guard prior.isGaussian else {
        throw DomainError(.prior, prior.name, allowed: "gaussian, for complex numbers")
      }
    }
    guard prior.secondMoment == 1 else {
      throw DomainError(.prior, prior.name, allowed: "priors of second moment 1")
    }
    if case .expression = channel, noise == 0 {
      throw DomainError(.noise, noise, allowed: "0 < noise, for the channel \(channel)")
    }
    self.channel = channel
    self.field = field
    self.prior = prior
    self.noise = noise
  }

  /// The measurement that a point of the command names; Gaussian prior and no noise where it names none.
  package init(_ point: Point) throws(DomainError) {
    try self.init(
      channel: OutputChannel(point), field: NumberField(point), prior: .at(point),
      noise: point.optionalNumber(.noise) ?? 0)
  }

  /// Whether zero overlap is a fixed point: nothing is known of the sign of any projection.
  public var isBlind: Bool { channel.isEven && prior.isCentred }
}

/// A generalized linear model with known prior and channel: M = alpha N values y of random projections of a signal.
///
/// z = xi.x*/sqrt(N) with independent standard entries of xi; y is drawn from the channel.
///
/// Source: arXiv:1708.03395; theory sheet *phase retrieval bayes*, section 0.
public struct GeneralizedLinear: CardedModel, Hashable {
  /// What is measured.
  public let measurement: Measurement
  /// alpha = M/N, > 0.
  public let alpha: Double

  /// A generalized linear model.
  ///
  /// - Parameters:
  ///   - measurement: channel, field, prior and noise.
  ///   - alpha: measurements per dimension.
  /// - Throws: `DomainError` unless alpha is positive and finite.
  public init(measurement: Measurement, alpha: Double) throws(DomainError) {
    self.measurement = measurement
    self.alpha = try Self.checked(.alpha, alpha)
  }

  /// The model's declaration.
  public static let card = ModelCard(
    name: "generalized-linear",
    summary: "A signal observed through a function of random projections: linear, sign, rectified or your own.",
    definition: #"y_\mu \sim P_{out}(\cdot\,|\,\xi_\mu\cdot x^*/\sqrt N),\quad \mu \le \alpha N,\quad x^*_i \sim P_0"#,
    parameters: [
      OutputChannel.parameter(
        [.linear, .sign, .relu, .modulus, .modulusAdditive, .intensity], withFormula: true),
      NumberField.parameter, SharedParameter.prior, SharedParameter.rho,
      Parameter(
        .noise, symbol: "\\Delta", "variance of the noise of the measurements", domain: .nonNegative, default: 0),
      Parameter(.alpha, symbol: "\\alpha", "measurements per dimension, M/N", domain: .positive),
    ], sources: [.optimalGeneralizedLinear])
}
