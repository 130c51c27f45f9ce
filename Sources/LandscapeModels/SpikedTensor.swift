// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// A rank-one tensor of order p observed through Gaussian noise: xi = phi = q^p/(p Delta).
public struct SpikedTensor: SphericalLandscape, CardedModel, Hashable {
  /// Order of the tensor, >= 3.
  public let p: Int
  /// Delta, noise variance of an unordered entry.
  public let delta: Double

  /// A spiked tensor.
  /// - Throws: `DomainError` unless `p` is an integer >= 3 and `delta` positive and finite.
  public init(p: Int, delta: Double) throws(DomainError) {
    try Self.checked(.p, Double(p))
    self.p = p
    self.delta = try Self.checked(.delta, delta)
  }

  /// xi(q) = q^p/(p Delta).
  public var covariance: Polynomial {
    Polynomial([.init(degree: p, coefficient: 1 / (Double(p) * delta))])
  }

  /// phi = xi.
  public var signal: Polynomial { covariance }

  /// The model's declaration.
  public static let card = ModelCard(
    name: "spiked-tensor",
    summary: "Rank-one tensor of order p in Gaussian noise (tensor PCA).",
    definition: #"T = \sqrt{(p-1)!}\,N^{-(p-1)/2}\,x^{*\otimes p} + \mathcal N(0,\Delta)"#,
    parameters: [
      SharedParameter.tensorOrder,
      Parameter(.delta, symbol: "\\Delta", "noise variance of an unordered entry", domain: .positive),
      SharedParameter.prior, SharedParameter.rho,
    ],
    sources: [.tensorPCA, .spikedTensorEstimation])
}
