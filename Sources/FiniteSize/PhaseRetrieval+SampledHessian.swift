// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import ReplicaMethod
public import SaddlepointCore
import SaddlepointNumerics

/// A histogram of the eigenvalues of sampled Hessians of an empirical risk, beside the density of the limit.
public struct SampledRiskHessian: Sendable, Hashable {
  /// An interval of eigenvalues.
  public struct Bin: Sendable, Hashable {
    /// Its middle.
    public let eigenvalue: Double
    /// Number of eigenvalues over N times its width, mean over the samples.
    public let density: Estimate
    /// Density of the bulk for infinite N at the middle; nil where it could not be computed.
    public let limit: Double?
  }

  /// The bins, from below.
  public let bins: [Bin]
  /// The smallest eigenvalue where theory detaches one: mean over the samples with its standard error; else nil.
  public let outlier: Estimate?
  /// The squared overlap of its eigenvector with the signal, likewise.
  public let overlapSquared: Estimate?
  /// The outlier for infinite N; nil where none is detached.
  public let outlierLimit: Double?
  /// The lower edge of the bulk for infinite N; nil where l'' has no lower bound.
  public let lowerEdgeLimit: Double?
}

extension PhaseRetrieval {
  /// Spectra of sampled Hessians at a random start or at states of the risk, without overlap with the signal.
  ///
  /// Predictions and labels are drawn independently from the law of the state; given them, the projections of the other
  /// directions are independent normal numbers, except that of the signal, which is the label up to its sign. That the gradient
  /// vanishes at the point is not imposed: it would change the matrix by a few ranks and not the bulk.
  ///
  /// - Parameters:
  ///   - kind: which state; nil for a random start.
  ///   - bins: number of bins, from the lowest eigenvalue, or the limit's; at least 2.
  ///   - fraction: that of the eigenvalues which the bins hold, the others lying above; from 0 to 1, 0 excluded.
  ///   - size: N, at least 10; projections of an instance must fit 1 GB.
  ///   - samples: number of independent matrices, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  /// - Returns: the histogram with outlier and limits.
  /// - Throws: `DomainError` for arguments out of range and losses that are not even in z.
  /// - Complexity: alpha N^2 random numbers, alpha N^3/2 multiplications and the eigenvalues of a dense matrix for each sample;
  ///   for each bin some hundred sums over the nodes of the law.
  ///
  /// Source: theory sheet *phase retrieval gradient flow*, sections 5 and 7; arXiv:2403.02418.
  public func sampledHessian(
    _ kind: RiskStateKind?, bins: Int = 50, fraction: Double = 0.95, size: Int, samples: Int, seed: UInt64
  ) throws(DomainError) -> SampledRiskHessian {
    guard bins >= 2, bins <= 10_000 else {
      throw DomainError("bins", Double(bins), allowed: "integer 2 <= bins <= 10000")
    }
    guard fraction > 0, fraction <= 1 else { throw DomainError("fraction", fraction, allowed: "0 < fraction <= 1") }
    let n = Double(size)
    let plan = try SimulationPlan(size: size, samples: samples, seed: seed, couplings: (alpha + 2) * n * n)
    let count = try GeneralizedLinearInstance.count(alpha: alpha, size: size)
    let (found, status) = try curvatureLaw(kind)
    func failed(_ estimate: Estimate) -> SampledRiskHessian {
      SampledRiskHessian(
        bins: [.init(eigenvalue: 0, density: estimate, limit: nil)], outlier: nil, overlapSquared: nil,
        outlierLimit: nil,
        lowerEdgeLimit: nil)
    }
    guard let law = found else { return failed(status) }
    let hasOutlier = law.outlier != nil
    let spectra = plan.run { random -> Result<(values: [Double], overlap: Double), GSLError> in
      Result { () throws(GSLError) in
        var matrix = PlantedSample(law, size: size, count: count, random: &random)
        let values = try SymmetricEigensystem(matrix.hessian).values
        guard hasOutlier else { return (values, 0) }
        for i in matrix.hessian.entries.indices { matrix.hessian.entries[i] *= -1 }
        let vector = try SymmetricTridiagonalForm(matrix.hessian).largestEigenvector()
        return (values, vector[0] * vector[0])
      }
    }
    var known: [(values: [Double], overlap: Double)] = []
    do throws(GSLError) { for spectrum in spectra { known.append(try spectrum.get()) } } catch {
      return failed(.notConverged("\(error)"))
    }
    let all = known.flatMap(\.values).sorted()
    let low = min(all[0], law.outlier ?? .infinity, law.lowerEdge ?? .infinity)
    let high = max(all[Int(fraction * Double(all.count - 1))], low + 1e-9 * max(1, abs(low)))
    let start = low - 0.02 * (high - low)
    let width = (high - start) / Double(bins)
    let limits = parallelMap(bins) { k in law.density(at: start + width * (Double(k) + 0.5))
    }
    let histogram = (0..<bins).map { k -> SampledRiskHessian.Bin in
      let (from, to) = (start + width * Double(k), start + width * Double(k + 1))
      let statistics = Statistics(
        known.map { sample in
          Double(sample.values.count { $0 >= from && ($0 < to || k == bins - 1 && $0 == high) })
            / (width * Double(sample.values.count))
        })
      return .init(
        eigenvalue: 0.5 * (from + to), density: .converged(statistics.mean, error: statistics.standardError),
        limit: limits[k])
    }
    func mean(_ values: [Double]) -> Estimate? {
      guard hasOutlier else { return nil }
      let statistics = Statistics(values)
      return .converged(statistics.mean, error: statistics.standardError)
    }
    return SampledRiskHessian(
      bins: histogram, outlier: mean(known.map { $0.values[0] }), overlapSquared: mean(known.map(\.overlap)),
      outlierLimit: law.outlier, lowerEdgeLimit: law.lowerEdge)
  }
}

/// A Hessian in the tangent space of a point without overlap, the signal along its first basis vector.
private struct PlantedSample {
  /// The Riemannian Hessian's lower triangle.
  var hessian: Matrix

  init(_ law: CurvatureLaw, size: Int, count: Int, random: inout RandomStream) {
    var draws: [CurvatureLaw.Node] = []
    var rows: [Double] = []
    rows.reserveCapacity(count * (size - 1))
    let scale = 1 / Double(size).squareRoot()
    var radial = 0.0
    for _ in 0..<count {
      let u = random.uniform()
      var (low, high) = (0, law.cumulated.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if law.cumulated[middle] < u { low = middle + 1 } else { high = middle }
      }
      let node = law.nodes[low]
      draws.append(node)
      radial += node.virial / Double(size)
      rows.append(scale * node.squaredLabel.squareRoot())
      for _ in 1..<(size - 1) { rows.append(scale * random.normal()) }
    }
    hessian = weightedGram(rows, weights: draws.map(\.curvature), columns: size - 1)
    for i in 0..<(size - 1) { hessian[i, i] -= radial }
  }
}
