// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// A rank-one symmetric matrix in Gaussian noise: Y = sqrt(snr/N) x x^T + W, off-diagonal entries of W of unit variance.
///
/// The components of x are independent, from any ``Prior``. In the language of noise variances, snr = 1/Delta.
///
/// Source: arXiv:1701.00858; theory sheet *spiked replica*, section 4.
public struct SpikedWigner: CardedModel, Hashable {
  /// lambda, the signal-to-noise ratio, > 0.
  public let snr: Double
  /// Law of the components of x.
  public let prior: Prior

  /// A spiked symmetric matrix.
  ///
  /// - Parameters:
  ///   - snr: lambda, finite and > 0.
  ///   - prior: law of the signal's components.
  /// - Throws: `DomainError` unless `snr` is finite and > 0.
  public init(snr: Double, prior: Prior = .gaussian) throws(DomainError) {
    self.snr = try Self.checked(.snr, snr)
    self.prior = prior
  }

  /// The model's declaration.
  public static let card = ModelCard(
    name: "spiked-wigner",
    summary: "Rank-one symmetric matrix in Gaussian noise, with any prior; two equal or unequal groups of a graph.",
    definition: #"Y = \sqrt{\lambda/N}\,x^*x^{*T} + W,\quad W_{ij} = W_{ji} \sim \mathcal N(0,1),\quad x^*_i \sim P_0"#,
    parameters: [SharedParameter.prior, SharedParameter.rho, SharedParameter.snr],
    sources: [.lowRankMatrices, .mutualInformationOfLowRank, .lowRankFundamentalLimits])
}
