// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

/// Which states of an empirical risk are looked at, on the one-step curve without overlap with the signal.
public enum RiskStateKind: String, Sendable, Hashable, CaseIterable {
  /// Marginal states: the Hessian's regular part is at the edge of stability, alpha E<r^2> = 1.
  case threshold
  /// States of complexity zero.
  case groundState = "ground-state"
  /// The replica-symmetric solution, Parisi parameter 0.
  case replicaSymmetric = "replica-symmetric"
  /// The states of largest energy and complexity on the curve.
  case maximalEnergy = "maximal-energy"
}

/// States of an empirical risk at no overlap with the signal, by one step of replica symmetry breaking with q0 = 0.
///
/// A state whose ``overlapStability`` exceeds 1 or whose complexity is negative is an approximation: the true structure has
/// more steps. All its numbers then carry the status `approximate`.
///
/// Source: theory sheet *phase retrieval gradient flow*; arXiv:2006.06997, arXiv:2403.02418.
public struct RiskState: Sendable {
  /// chi = lim beta (1 - q).
  public let chi: Estimate
  /// s = lim beta x, the slope of the complexity in alpha times the energy; 0 for the replica-symmetric state.
  public let parisi: Estimate
  /// Energy per sample, H/M.
  public let energy: Estimate
  /// mu = x.grad H/N.
  public let radial: Estimate
  /// Logarithm of the number of these states, per N.
  public let complexity: Estimate
  /// alpha E[(1-v^2) r_g] at the lower edge of the Hessian's bulk; the signal's eigenvalue is detached above 1.
  public let signalResponse: Estimate
  /// Lower edge of the bulk of the Riemannian Hessian: what the approximation misses where the states should be marginal.
  public let edgeMismatch: Estimate
  /// kq, the stability of q0 = 0: at most 1 where the ansatz is stable.
  public let overlapStability: Estimate
  /// The lowest eigenvalue of the Riemannian Hessian where it is detached from the bulk; else without value.
  public let outlier: Estimate
  /// Squared projection of its eigenvector on the signal; without value where there is none.
  public let outlierOverlapSquared: Estimate
  /// Whether the bulk ends softly; else at the lowest curvature of a sample.
  public let hasSoftEdge: Bool

  /// What the state tells where nothing was found.
  static func absent(_ status: Estimate) -> RiskState {
    RiskState(
      chi: status, parisi: status, energy: status, radial: status, complexity: status, signalResponse: status,
      edgeMismatch: status, overlapStability: status, outlier: status, outlierOverlapSquared: status,
      hasSoftEdge: true)
  }
}

extension PhaseRetrieval {
  /// States of the empirical risk without overlap with the signal: their energy, complexity and Hessian.
  ///
  /// Cost: 20 to 50 ms; some ten times more for a loss given as a formula.
  /// - Parameter kind: which states.
  /// - Returns: the numbers of the state, `approximate` where the one-step ansatz is unstable or the complexity negative.
  /// - Throws: `DomainError` for a loss that is not even in z, or noisy labels.
  public func state(_ kind: RiskStateKind) throws(DomainError) -> RiskState {
    guard noise == 0 else { throw DomainError(.noise, noise, allowed: "0 (states of noisy labels are not covered)") }
    return try RiskStateSolver(loss: loss, alpha: alpha).state(kind)
  }
}
