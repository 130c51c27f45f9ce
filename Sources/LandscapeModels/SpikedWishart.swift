// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

extension Quantity {
  /// Law of the components of the first signal of a bipartite model.
  public static let priorU: Quantity = "prior_u"
  /// Law of the components of the second signal of a bipartite model.
  public static let priorV: Quantity = "prior_v"
  /// Parameter of the first prior.
  public static let rhoU: Quantity = "rho_u"
  /// Parameter of the second prior.
  public static let rhoV: Quantity = "rho_v"
}

/// A rank-one rectangular matrix in Gaussian noise: Y = sqrt(snr/N) u v^T + W with N rows and M = ratio N columns.
///
/// The entries of W have unit variance, the components of u and v are independent, from a ``Prior`` each. Gaussian u and
/// two-group v are the clustering of points in high dimension.
///
/// Source: arXiv:1701.00858; theory sheet *spiked replica*, section 4.
public struct SpikedWishart: CardedModel, Hashable {
  /// lambda, the signal-to-noise ratio, > 0.
  public let snr: Double
  /// alpha = M/N, > 0.
  public let ratio: Double
  /// Law of the N components of u.
  public let priorU: Prior
  /// Law of the M components of v.
  public let priorV: Prior

  /// A spiked rectangular matrix.
  ///
  /// - Parameters:
  ///   - snr: lambda, finite and > 0.
  ///   - ratio: alpha = M/N, finite and > 0.
  ///   - priorU: law of the components of u.
  ///   - priorV: law of the components of v.
  /// - Throws: `DomainError` unless `snr` and `ratio` are finite and > 0.
  public init(
    snr: Double, ratio: Double = 1, priorU: Prior = .gaussian, priorV: Prior = .gaussian
  ) throws(DomainError) {
    self.snr = try Self.checked(.snr, snr)
    self.ratio = try Self.checked(.ratio, ratio)
    self.priorU = priorU
    self.priorV = priorV
  }

  /// The model's declaration.
  public static let card = ModelCard(
    name: "spiked-wishart",
    summary: "Rank-one rectangular matrix in Gaussian noise, with a prior for each side (bipartite; clustering).",
    definition:
      #"Y = \sqrt{\lambda/N}\,u^*v^{*T} + W \in \mathbb R^{N\times M},\quad \alpha = M/N,\quad W_{ij} \sim \mathcal N(0,1)"#,
    parameters: [
      SharedParameter.prior(.priorU, symbol: "P_u", of: "the N components of u", rho: .rhoU),
      SharedParameter.rho(.rhoU, symbol: "\\rho_u"),
      SharedParameter.prior(.priorV, symbol: "P_v", of: "the M components of v", rho: .rhoV),
      SharedParameter.rho(.rhoV, symbol: "\\rho_v"),
      Parameter(.ratio, symbol: "\\alpha", "M/N, columns per row", domain: .positive, default: 1),
      SharedParameter.snr,
    ],
    sources: [.lowRankMatrices, .lowRankFundamentalLimits])
}
