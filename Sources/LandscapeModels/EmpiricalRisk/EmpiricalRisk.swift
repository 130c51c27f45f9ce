// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// The empirical risk of a single-layer model on the sphere: L(x) = sum over samples of l(y, z).
///
/// x in R^N with |x|^2 = N; M = alpha N Gaussian samples xi; z = xi.x/sqrt(N), y = label(xi.x*/sqrt(N)) plus Gaussian noise.
/// Phase retrieval is the member with labels |z*|; the energy is per sample, e = L/M.
///
/// Source: theory sheet *glm landscapes*, section 1.
public struct EmpiricalRisk: Sendable {
  /// alpha = M/N, > 0.
  public let alpha: Double
  /// The loss l(y, z).
  public let loss: Loss
  /// The label as a function of z*.
  public let label: Label
  /// Variance of the Gaussian noise added to labels, >= 0.
  public let noise: Double

  /// An empirical risk.
  ///
  /// - Parameters:
  ///   - alpha: samples per dimension.
  ///   - loss: the loss.
  ///   - label: how labels arise from z*.
  ///   - noise: variance of the Gaussian noise added to them.
  /// - Throws: `DomainError` unless alpha is positive and finite and the noise is not negative.
  public init(alpha: Double, loss: Loss, label: Label, noise: Double = 0) throws(DomainError) {
    guard alpha > 0, alpha.isFinite else { throw DomainError(.alpha, alpha, allowed: "alpha > 0") }
    guard noise >= 0, noise.isFinite else { throw DomainError(.noise, noise, allowed: "0 <= noise") }
    self.alpha = alpha
    self.loss = loss
    self.label = label
    self.noise = noise
  }

  /// The same risk at another number of samples.
  package func with(alpha: Double) throws(DomainError) -> EmpiricalRisk {
    try EmpiricalRisk(alpha: alpha, loss: loss, label: label, noise: noise)
  }
}
