// SPDX-License-Identifier: GPL-3.0-or-later

/// A Gaussian landscape H on the sphere |x|^2 = N with mean -N phi(m) and covariance N xi(q).
///
/// m = x.x*/N is the overlap with the signal, q = x.y/N that of two points. One theory in two polynomials: p-spin, mixed
/// p-spin, spiked tensor and spiked matrix-tensor models are members.
///
/// Source: theory sheet *spherical landscapes*, section 1.
public protocol SphericalLandscape: Sendable {
  /// xi, the covariance polynomial: coefficients >= 0, at least one of degree >= 2 positive.
  var covariance: Polynomial { get }
  /// phi, the signal polynomial; without terms if there is no signal.
  var signal: Polynomial { get }
}
