// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

extension Quantity {
  /// Order of the tensor.
  public static let p: Quantity = "p"
  /// Noise variance of a spiked tensor observed alone.
  public static let delta: Quantity = "delta"
  /// Noise variance of the matrix channel.
  public static let delta2: Quantity = "delta2"
  /// 1/`delta2`.
  public static let inverseDelta2: Quantity = "inverse_delta2"
  /// Noise variance of the tensor channel.
  public static let deltap: Quantity = "deltap"
  /// Law of the signal's components.
  public static let prior: Quantity = "prior"
  /// Fraction of non-zero components of a prior, or size of the first of two groups.
  public static let rho: Quantity = "rho"
  /// Signal-to-noise ratio lambda of a spiked matrix.
  public static let snr: Quantity = "snr"
  /// M/N, columns per row of a rectangular matrix.
  public static let ratio: Quantity = "ratio"
  /// Temperature of Langevin dynamics; 1 samples the posterior.
  public static let temperature: Quantity = "temperature"
  /// N, the dimension, where it is finite.
  public static let size: Quantity = "size"
  /// Factor that multiplies the signal polynomial.
  public static let signalScale: Quantity = "signal_scale"
}

/// Parameters that several models share.
package enum SharedParameter {
  static let tensorOrder = Parameter(
    .p, symbol: "p", "order of the tensor", domain: .integers(from: 3, through: 1000), default: 3)

  /// The law of the signal's components.
  package static let prior = prior(.prior, symbol: "P_0", of: "the signal's components", rho: .rho)
  /// The parameter of the priors that have one.
  package static let rho = rho(.rho, symbol: "\\rho")

  /// Signal-to-noise ratio of a spiked matrix.
  static let snr = Parameter(
    .snr, symbol: "\\lambda", "signal-to-noise ratio; 1 over the noise variance", domain: .positive)

  /// A prior under its own name, for models of several signals.
  static func prior(_ name: Quantity, symbol: String, of what: String, rho: Quantity) -> Parameter {
    Parameter(
      name, symbol: symbol, "law of \(what), of unit second moment except bernoulli",
      choices: Prior.choices.map { choice in
        Parameter.Choice(
          choice.name, choice.description, shorthand: choice.shorthand == nil ? nil : rho, syntax: choice.syntax)
      })
  }

  /// The parameter of a prior, under its own name.
  static func rho(_ name: Quantity, symbol: String) -> Parameter {
    Parameter(
      optional: name, symbol: symbol, "fraction of non-zero components, or size of the first group, of priors with one",
      domain: Domain(0, 1, includesLower: false, includesUpper: false))
  }

  static func temperature(default initial: Double?, _ description: String) -> Parameter {
    Parameter(.temperature, symbol: "T", description, domain: .nonNegative, default: initial)
  }
}
