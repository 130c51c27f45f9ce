// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

/// Ends of the bulk and outlier of sampled Hessians: means over the samples, each with its standard error.
public struct SampledHessian: Sendable, Hashable {
  /// Mean over the samples, with its standard error as error.
  public let lowerEdge: Estimate
  /// The same for the upper end of the bulk.
  public let upperEdge: Estimate
  /// Where theory detaches an eigenvalue, the extreme eigenvalue on that side; else nil.
  public let outlier: Estimate?
  /// Squared projection of its unit eigenvector on the signal direction.
  public let overlapSquared: Estimate?
}

extension SphericalLandscape {
  /// Spectra of sampled Hessians at a stationary point of given overlap and radial derivative.
  ///
  /// The tangential Hessian is sqrt(b) W - r - theta e e^T with W a GOE matrix of N - 1 rows and off-diagonal variance 1/N, b =
  /// xi''(1), theta = phi''(m)(1 - m^2). It is drawn in its tridiagonal form, which has the same law exactly, with e the first
  /// basis vector; eigenvalues follow from Sturm sequences. Edges lie inside those of the limit by about N^(-2/3).
  ///
  /// - Parameters:
  ///   - m: overlap m = x.x*/N, in (-1, 1).
  ///   - r: radial derivative r = x.grad H/N, finite.
  ///   - size: N, from 10 to 100000.
  ///   - samples: number of independent matrices, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  /// - Returns: sampled edges and outlier; the limits are those of `hessianSpectrum(overlap:radial:)`.
  /// - Throws: `DomainError` for arguments out of range.
  /// - Complexity: O(N) a sample.
  ///
  /// Source: theory sheet *spherical landscapes*, section 4; Dumitriu and Edelman's tridiagonal form.
  public func sampledHessian(
    overlap m: Double, radial r: Double, size: Int, samples: Int, seed: UInt64
  ) throws(DomainError) -> SampledHessian {
    guard abs(m) < 1 else { throw DomainError(.overlap, m, allowed: "-1 < overlap < 1") }
    guard r.isFinite else { throw DomainError("radial", r, allowed: "finite radial") }
    guard size >= 10, size <= 100_000 else {
      throw DomainError(.size, Double(size), allowed: "integer 10 <= size <= 100000")
    }
    guard samples >= 2 else { throw DomainError("samples", Double(samples), allowed: "samples >= 2") }
    let b = covariance.derivative(2, at: 1)
    let theta = signal.derivative(2, at: m) * (1 - m * m)
    let isDetached = theta * theta > b
    let rows = parallelMap(samples) { i -> (lower: Double, upper: Double, outlier: Double, overlap: Double) in
      var random = RandomStream(seed: seed, stream: UInt64(i))
      let matrix = Tridiagonal(size: size, variance: b, spike: -theta, random: &random)
      let count = matrix.size
      // A positive theta pushes the outlier below the bulk.
      let lower = matrix.eigenvalue(isDetached && theta > 0 ? 1 : 0)
      let upper = matrix.eigenvalue(isDetached && theta < 0 ? count - 2 : count - 1)
      guard isDetached else { return (lower - r, upper - r, 0, 0) }
      let outlier = matrix.eigenvalue(theta > 0 ? 0 : count - 1)
      return (lower - r, upper - r, outlier - r, matrix.firstComponentSquared(at: outlier))
    }
    func mean(_ values: [Double]) -> Estimate {
      let statistics = Statistics(values)
      return .converged(statistics.mean, error: statistics.standardError)
    }
    return SampledHessian(
      lowerEdge: mean(rows.map(\.lower)), upperEdge: mean(rows.map(\.upper)),
      outlier: isDetached ? mean(rows.map(\.outlier)) : nil,
      overlapSquared: isDetached ? mean(rows.map(\.overlap)) : nil)
  }
}

/// The tridiagonal form of a GOE matrix of N - 1 rows and off-diagonal variance b/N plus a spike along its first basis vector.
struct Tridiagonal {
  private let matrix: TridiagonalMatrix

  var size: Int { matrix.diagonal.count }

  init(size: Int, variance b: Double, spike: Double, random: inout RandomStream) {
    let count = size - 1
    let scale = (b / Double(size)).squareRoot()
    var diagonal = (0..<count).map { _ in scale * 2.0.squareRoot() * random.normal() }
    let offDiagonal = (1..<max(1, count)).map { scale * random.chi(count - $0) }
    diagonal[0] += spike
    matrix = TridiagonalMatrix(diagonal: diagonal, offDiagonal: offDiagonal)
  }

  /// The eigenvalue that has `rank` smaller ones.
  func eigenvalue(_ rank: Int) -> Double { matrix.eigenvalue(rank) }

  /// Squared first component of the unit eigenvector of an isolated eigenvalue whose vector leans to the first basis vector.
  func firstComponentSquared(at x: Double) -> Double {
    // Ratios of neighbouring components from the far end, where the vector is small, to the near one.
    let (diagonal, offDiagonal) = (matrix.diagonal, matrix.offDiagonal)
    let count = diagonal.count
    var ratios = [Double](repeating: 0, count: count)
    var pivot = diagonal[count - 1] - x
    for i in stride(from: count - 2, through: 0, by: -1) {
      ratios[i + 1] = -offDiagonal[i] / pivot
      pivot = diagonal[i] - x - offDiagonal[i] * offDiagonal[i] / pivot
    }
    var total = 1.0
    var component = 1.0
    for i in 1..<max(1, count) {
      component *= ratios[i]
      total += component * component
    }
    return 1 / total
  }
}
