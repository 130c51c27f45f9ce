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
  /// m = x.x*/N at the point.
  public let overlap: Double
  /// r = x.grad H/N at the point: the Riemannian Hessian is the Euclidean one minus r.
  public let radial: Double
  /// Bound on the absolute error of all eigenvalues, from that of the place; 0 where the place is given exactly.
  public internal(set) var error = 0.0
}

/// A named point of a landscape.
public enum LandscapeState: String, Sendable, Hashable, CaseIterable {
  /// Marginal states at m = 0: the lower edge of the Hessian's bulk touches zero.
  case threshold
  /// The ground state of the noise landscape at m = 0.
  case groundState = "ground-state"
  /// The isolated minimum near the signal.
  case minimum

  /// What the state is, in words.
  package var summary: String {
    switch self {
    case .threshold: "marginal states at m = 0: the bulk touches zero"
    case .groundState: "ground state of the noise at m = 0"
    case .minimum: "the isolated minimum near the signal"
    }
  }
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
    return HessianSpectrum(bulk: (-edge - r)...(edge - r), outlier: outlier, overlap: m, radial: r)
  }

  /// Spectrum of the Hessian at a named state.
  ///
  /// Threshold states have m = 0 and r = -2 sqrt(xi''(1)); where their outlier is detached it is negative, and descent
  /// escapes along it towards the signal.
  ///
  /// - Parameter state: which state.
  /// - Returns: bulk edges and the outlier, with the error that the state's place causes.
  /// - Throws: `EstimateError` where there is no such state, with the reason.
  /// - Complexity: closed form for the threshold, a bracketed root for the others.
  ///
  /// Source: theory sheet *spherical landscapes*, sections 4 and 10; arXiv:1907.08226.
  public func hessianSpectrum(at state: LandscapeState) throws -> HessianSpectrum {
    let (overlap, radial) = place(of: state)
    let (m, r) = (try overlap.get(), try radial.get())
    var spectrum = try hessianSpectrum(overlap: m, radial: r)
    spectrum.error = radial.error + abs(4 * m * signal.derivative(2, at: m)) * overlap.error
    return spectrum
  }

  /// Overlap and radial derivative of a named state; without values where there is none.
  func place(of state: LandscapeState) -> (overlap: Estimate, radial: Estimate) {
    switch state {
    case .threshold: return (.exact(0), .exact(-2 * covariance.derivative(2, at: 1).squareRoot()))
    case .groundState: return (.exact(0), noiseGroundState().radial)
    case .minimum:
      let minimum = signalMinimum()
      return (minimum.overlap, minimum.radial)
    }
  }
}
