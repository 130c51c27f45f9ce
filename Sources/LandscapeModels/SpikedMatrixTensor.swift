// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// A signal observed both as a rank-one matrix and as a rank-one tensor of order p, each through Gaussian noise.
///
/// xi = phi = q^2/(2 Delta2) + q^p/(p Deltap). An infinite noise variance means that the channel is absent.
///
/// Source: arXiv:1812.09066; theory sheet *spiked replica*, section 1.
public struct SpikedMatrixTensor: SphericalLandscape, CardedModel, Hashable {
  /// Order of the tensor, >= 3.
  public let p: Int
  /// Delta_2, noise variance of the matrix channel, in (0, inf].
  public let delta2: Double
  /// Delta_p, noise variance of the tensor channel, in (0, inf].
  public let deltap: Double

  /// A spiked matrix-tensor model.
  /// - Throws: `DomainError` unless `p` is an integer >= 3, both noise variances are positive (`.infinity` allowed), and at
  ///   least one channel is present.
  public init(p: Int, delta2: Double, deltap: Double) throws(DomainError) {
    try Self.checked(.p, Double(p))
    self.p = p
    self.delta2 = try Self.checked(.delta2, delta2)
    self.deltap = try Self.checked(.deltap, deltap)
    guard delta2.isFinite || deltap.isFinite else {
      throw DomainError(.delta2, delta2, allowed: "finite where deltap = inf (no channel is left)")
    }
  }

  /// xi(q) = q^2/(2 Delta2) + q^p/(p Deltap).
  public var covariance: Polynomial {
    Polynomial(
      [.init(degree: 2, coefficient: 0.5 / delta2), .init(degree: p, coefficient: 1 / (Double(p) * deltap))]
        .filter { $0.coefficient != 0 })
  }

  /// phi = xi.
  public var signal: Polynomial { covariance }

  /// The model's declaration.
  public static let card = ModelCard(
    name: "spiked-matrix-tensor",
    summary: "Rank-one matrix and rank-one tensor of order p, observed together in Gaussian noise.",
    definition:
      #"Y = x^*x^{*T}/\sqrt N + \mathcal N(0,\Delta_2),\quad T = \sqrt{(p-1)!}\,N^{-(p-1)/2}\,x^{*\otimes p} + \mathcal N(0,\Delta_p)"#,
    parameters: [
      SharedParameter.tensorOrder,
      Parameter(
        .deltap, symbol: "\\Delta_p", "noise variance of the tensor channel; inf: absent",
        domain: .positiveOrInfinite),
      Parameter(
        .delta2, symbol: "\\Delta_2", "noise variance of the matrix channel; inf: absent",
        domain: .positiveOrInfinite,
        reciprocal: Column(.inverseDelta2, symbol: "1/\\Delta_2", "reciprocal of delta2")),
      SharedParameter.prior, SharedParameter.rho,
      SharedParameter.temperature(default: 1, "temperature of Langevin dynamics; 1 samples the posterior"),
    ],
    sources: [.marvelsAndPitfalls, .passedAndSpurious, .bigBadMinima])
}
