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

  static let prior = Parameter(
    .prior, symbol: "P_0", "law of the signal's components, of unit second moment",
    choices: [.init("gaussian", "standard normal; the same as uniform on the sphere")])

  static func temperature(default initial: Double?, _ description: String) -> Parameter {
    Parameter(.temperature, symbol: "T", description, domain: .nonNegative, default: initial)
  }
}
