// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
import RandomMatrixTheory
import RealModule
package import SaddlepointCore

/// The joint law of what a sample adds to the Hessian at a state without overlap: curvature, label and virial, on the nodes of
/// the quadrature over labels and predictions; with what it says about the spectrum.
///
/// Source: theory sheet *phase retrieval gradient flow*, sections 2, 5 and 7.
package struct CurvatureLaw: Sendable {
  /// A node.
  package struct Node: Sendable {
    /// l''(y, z).
    package let curvature: Double
    /// v^2, the square of the label.
    package let squaredLabel: Double
    /// z l'(y, z).
    package let virial: Double
  }

  /// The nodes.
  package let nodes: [Node]
  /// Sums of the nodes' probabilities up to and including each; the last is 1.
  package let cumulated: [Double]
  /// The bulk of the Euclidean Hessian.
  fileprivate let bulk: WeightedCovariance
  /// Lower edge of the Riemannian Hessian; nil where l'' has no lower bound.
  package let lowerEdge: Double?
  /// Its outlier; nil where none is detached.
  package let outlier: Double?
  /// x.grad H/N.
  package let radial: Double

  /// Density of the bulk of the Riemannian Hessian; nil where it cannot be computed.
  ///
  /// - Parameter x: the place.
  /// - Returns: the density.
  package func density(at x: Double) -> Double? { bulk.density(at: x + radial)?.density }
}

extension PhaseRetrieval {
  /// The law of curvatures at a state.
  ///
  /// - Parameter kind: which state; nil for a random start.
  /// - Returns: the law; nil where the state does not exist, with its estimate of the radial derivative, which says why.
  /// - Throws: `DomainError` for losses that are not even in z.
  package func curvatureLaw(
    _ kind: RiskStateKind?
  ) throws(DomainError) -> (law: CurvatureLaw?, status: Estimate) {
    let law: StateLaw
    let ends: (lower: Double?, outlier: Double?, radial: Estimate)
    if let kind {
      let state = try state(kind)
      guard let chi = state.chi.value, let s = state.parisi.value, state.radial.value != nil else {
        return (nil, state.radial)
      }
      law = StateLaw(loss, chi: chi, parisi: s, .coarse, keepsNodes: true)
      ends = (state.edgeMismatch.value, state.outlier.value, state.radial)
    } else {
      let initial = try InitialSpectrum(loss).ends(alpha: alpha, .standard)
      law = StateLaw(loss, chi: 0, parisi: 0, .coarse, keepsNodes: true)
      let radial = alpha * law.averages.virial
      ends = (
        initial.map { $0.lowerEdge - $0.radial }, initial?.outlier.map { $0.value - radial },
        .converged(radial, error: 1e-6 * max(1, abs(radial)))
      )
    }
    let total = law.nodes.reduce(0) { $0 + $1.weight }
    var sum = 0.0
    let cumulated = law.nodes.map { node in
      sum += node.weight / total
      return sum
    }
    let limit = LowestCurvature(loss).value
    let lowest = law.averages.jump > 0 ? -1 / law.chi : limit ?? (kind == nil ? -.infinity : -1 / law.chi)
    let bulk = try WeightedCovariance(
      alpha: alpha, weights: law.nodes.map(\.curvature), probabilities: law.nodes.map { $0.weight / total },
      directions: 1, projections: law.nodes.map { $0.squaredLabel.squareRoot() }, extremes: (lowest, .infinity))
    return (
      CurvatureLaw(
        nodes: law.nodes.map { .init(curvature: $0.curvature, squaredLabel: $0.squaredLabel, virial: $0.virial) },
        cumulated: cumulated, bulk: bulk, lowerEdge: ends.lower, outlier: ends.outlier,
        radial: ends.radial.value ?? 0), ends.radial
    )
  }
}
