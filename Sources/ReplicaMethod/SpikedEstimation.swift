// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
import RealModule
package import SaddlepointCore
package import SaddlepointNumerics

/// The Bayes-optimal estimation of a signal with independent components from a matrix, a tensor, or both.
///
/// In one form for spiked-wigner, spiked-tensor and spiked-matrix-tensor models: state evolution q' = Q(i2 q + ip q^(p-1)),
/// potential psi(i2 q + ip q^(p-1)) - i2 q^2/4 - (p-1) ip q^p/(2p), with i2 = 1/Delta2 (or the snr) and ip = 1/Deltap.
///
/// Source: theory sheet *spiked replica*, sections 4 and 5; arXiv:1701.00858, arXiv:1701.08010.
package struct SpikedEstimation: Sendable {
  package let prior: Prior
  /// Order of the tensor.
  package let p: Int
  /// 1/Delta2 and 1/Deltap, >= 0.
  package let matrix: Double
  package let tensor: Double

  package init(prior: Prior, p: Int = 3, matrix: Double, tensor: Double = 0) throws(GSLError) {
    guard matrix.isFinite, tensor.isFinite else { throw .overflow("reciprocal of a noise variance") }
    self.prior = prior
    self.p = p
    self.matrix = matrix
    self.tensor = tensor
  }

  /// The curve on which the fixed points lie: in the matrix's strength, or in the tensor's where it is alone.
  package var curve: SpikedCurve {
    matrix > 0
      ? SpikedCurve(prior: prior, power: 1, fixedPower: tensor > 0 ? p - 1 : 1, fixed: tensor)
      : SpikedCurve(prior: prior, power: p - 1)
  }

  private var strength: Double { matrix > 0 ? matrix : tensor }

  /// Signal-to-noise ratio of the scalar channel at an overlap.
  private func gain(_ q: Double) -> Double { matrix * q + tensor * Double.pow(q, p - 1) }

  /// The replica potential at an overlap in [0, second moment].
  package func potential(overlap q: Double) -> Estimate {
    let g = gain(q)
    guard g.isFinite else { return .notConverged("the signal-to-noise ratio overflows") }
    let channel = ChannelPoint(prior, g)
    let order = Double(p)
    let energy = matrix * q * q / 4 + (order - 1) * tensor * Double.pow(q, p) / (2 * order)
    let error = channel.psiError + 4 * .ulpOfOne * (energy + channel.psi)
    return prior.isGaussian && q == 0 ? .exact(0) : .converged(channel.psi - energy, error: error)
  }

  /// One step of state evolution, q' = Q(i2 q + ip q^(p-1)), with its error and its derivative.
  package func stateEvolution(overlap q: Double) -> (value: Double, error: Double, slope: Double) {
    let channel = ChannelPoint(prior, gain(q))
    let gainSlope = matrix + Double(p - 1) * tensor * Double.pow(q, p - 2)
    return (channel.q, channel.qError, channel.slope * gainSlope)
  }

  /// Where message passing starts without information: E[x]^2, the overlap of the prior's mean.
  package var uninformedOverlap: Double { prior.mean * prior.mean }

  /// The fixed points, q = 0 first where it is one.
  package func saddlePoints() throws(GSLError) -> [SaddlePoint] {
    try CurvePieces.cached(curve).saddlePoints(strength: strength, secondMoment: prior.secondMoment).map(\.point)
  }

  /// The stable state that message passing without information reaches: q = 0 where that is stable, else the first.
  package func reachedOverlap() throws(GSLError) -> Estimate {
    try CurvePieces.cached(curve).saddlePoints(strength: strength, secondMoment: prior.secondMoment)
      .first(where: \.isReached)?.point.overlap ?? .exact(0)
  }
}

/// A saddle point with what the questions print beside it.
package struct DetailedSaddlePoint: Sendable {
  package let point: SaddlePoint
  /// Overlap and mmse of the second signal of a bipartite model.
  package let second: (overlap: Estimate, mmse: Estimate)
  /// Whether message passing without information ends here.
  package let isReached: Bool
}

extension CurvePieces {
  /// All saddle points at a strength: q = 0 where it is one, then by increasing overlap.
  package func saddlePoints(
    strength: Double, secondMoment: Double, secondMomentV: Double = 1
  ) throws(GSLError) -> [DetailedSaddlePoint] {
    let branches = try fixedPoints(strength: strength)
    let isTrivialStable =
      curve.isCentred && (strength < curve.start || (strength == curve.start && pieces[0].isStable))
    var dominant: Int?
    var best = isTrivialStable ? 0 : -Double.infinity
    for (index, branch) in branches.enumerated() where branch.isStable && branch.point.potential > best {
      dominant = index
      best = branch.point.potential
    }
    let isTrivialDominant = curve.isCentred && dominant == nil
    let firstStable = branches.firstIndex(where: \.isStable)
    var points: [DetailedSaddlePoint] = []
    if curve.isCentred {
      points.append(
        DetailedSaddlePoint(
          point: SaddlePoint(
            overlap: .exact(0), potential: .exact(0), mmse: .exact(secondMoment), isStable: isTrivialStable,
            isDominant: isTrivialDominant, family: .uninformative),
          second: (.exact(0), .exact(secondMomentV)), isReached: isTrivialStable || firstStable == nil))
    }
    for (index, branch) in branches.enumerated() {
      let point = branch.point
      points.append(
        DetailedSaddlePoint(
          point: SaddlePoint(
            overlap: point.overlapEstimate, potential: .converged(point.potential, error: point.potentialError),
            mmse: .converged(point.mmse, error: point.mmseError), isStable: branch.isStable,
            isDominant: index == dominant, family: branch.family),
          second: (
            .converged(point.second.overlap, error: point.second.error),
            .converged(point.second.mmse, error: point.second.error)
          ),
          isReached: !isTrivialStable && index == firstStable))
    }
    return points
  }
}
