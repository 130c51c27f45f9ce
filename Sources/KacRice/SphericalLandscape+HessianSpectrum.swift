// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

/// Bulk edges of a Hessian and the eigenvalue, if any, that the signal pulls out of the bulk.
public struct HessianSpectrum: Sendable, Hashable {
  /// An isolated eigenvalue.
  public struct Outlier: Sendable, Hashable {
    /// Position, in the units of the Hessian per degree of freedom.
    public let eigenvalue: Double
    /// Squared overlap of the unit eigenvector with the tangential signal direction, in (0, 1).
    public let overlapSquared: Double
  }

  /// The interval that holds all but finitely many eigenvalues.
  public let bulk: ClosedRange<Double>
  /// The isolated eigenvalue; nil where the signal is too weak to detach one.
  public let outlier: Outlier?
  /// r = x.grad H/N at the point: the Riemannian Hessian is the Euclidean one minus r.
  public let radial: Double
}

/// A named point of a landscape.
public enum LandscapeState: String, Sendable, Hashable, CaseIterable {
  /// Marginal states at m = 0: the lower edge of the Hessian's bulk touches zero.
  case threshold
}

extension SphericalLandscape {
  /// Spectrum of the Hessian at a typical stationary point, given where the point is.
  ///
  /// On the tangent space the Hessian is a GOE matrix of off-diagonal variance xi''(1)/N, shifted by the radial
  /// derivative r, with a rank-one part of strength theta = phi''(m)(1 - m^2) along the signal. An eigenvalue leaves the bulk
  /// where |theta| > sqrt(xi''(1)): the transition of Baik, Ben Arous and Péché. All quantities are O(1) as N grows.
  ///
  /// - Parameters:
  ///   - m: overlap m = x.x*/N, in (-1, 1).
  ///   - r: radial derivative r = x.grad H/N (energy per degree of freedom), finite.
  /// - Returns: bulk edges and the outlier, if it is detached.
  /// - Throws: `DomainError` if the overlap is not inside (-1, 1) or r is not finite.
  /// - Complexity: closed form.
  ///
  /// Source: theory sheet *spherical landscapes*, section 4; arXiv:1907.08226 for the matrix-tensor member.
  public func hessianSpectrum(overlap m: Double, radial r: Double) throws(DomainError) -> HessianSpectrum {
    guard abs(m) < 1 else { throw DomainError(.overlap, m, allowed: "-1 < overlap < 1") }
    guard r.isFinite else { throw DomainError("radial", r, allowed: "finite radial") }
    let b = covariance.derivative(2, at: 1)
    let theta = signal.derivative(2, at: m) * (1 - m * m)
    // The spike enters the Hessian with a minus sign: a positive theta pushes the outlier below the bulk.
    let outlier =
      theta * theta > b
      ? HessianSpectrum.Outlier(eigenvalue: -r - theta - b / theta, overlapSquared: 1 - b / (theta * theta)) : nil
    let edge = 2 * b.squareRoot()
    return HessianSpectrum(bulk: (-edge - r)...(edge - r), outlier: outlier, radial: r)
  }

  /// Spectrum of the Hessian at a named state.
  ///
  /// Threshold states have m = 0 and r = -2 sqrt(xi''(1)); where their outlier is detached it is negative, and descent
  /// escapes along it towards the signal.
  ///
  /// - Complexity: closed form.
  ///
  /// Source: theory sheet *spherical landscapes*, section 4; arXiv:1907.08226.
  public func hessianSpectrum(at state: LandscapeState) throws(DomainError) -> HessianSpectrum {
    switch state {
    case .threshold: try hessianSpectrum(overlap: 0, radial: -2 * covariance.derivative(2, at: 1).squareRoot())
    }
  }
}
