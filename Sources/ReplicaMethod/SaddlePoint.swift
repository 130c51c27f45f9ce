// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// The piece of the curve of fixed points on which a saddle point lies; it keeps its name while the noise varies.
///
/// The `branch` number of a table counts fixed points by increasing overlap and so shifts where one appears or vanishes;
/// the family does not.
public enum SaddleFamily: String, Sendable, Hashable, CaseIterable {
  /// m = 0: nothing is known of the signal.
  case uninformative
  /// The branch of low overlap that grows continuously from m = 0 and ends at a fold.
  case weak
  /// The unstable branch between two stable ones.
  case barrier
  /// The branch of high overlap, or the only one with m > 0.
  case informative
}

/// A stationary point of a replica potential.
public struct SaddlePoint: Sendable, Hashable {
  /// Overlap q of the posterior mean with the signal, in [0, 1); its cosine with the signal is sqrt(q).
  public let overlap: Estimate
  /// lim (1/N) E log Z: the free entropy of the likelihood ratio to pure noise.
  public let potential: Estimate
  /// Mean-square error per coordinate, 1 - q.
  public let mmse: Estimate
  /// Whether message passing that starts nearby stays: a local maximum of the potential.
  public let isStable: Bool
  /// Whether this is the largest maximum of the potential, the Bayes-optimal state; true for exactly one saddle point.
  public let isDominant: Bool
  /// The piece of the curve of fixed points that it lies on.
  public let family: SaddleFamily
}
