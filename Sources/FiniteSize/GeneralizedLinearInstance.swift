// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics

/// One signal with M random projections of it and what was measured of them, in the real field.
struct GeneralizedLinearInstance: Sendable {
  let signal: [Double]
  /// The measured values.
  let labels: [Double]
  /// The projections xi/sqrt(N), row by row.
  private let entries: [Double]

  /// The number of projections of a model.
  static func count(alpha: Double, size: Int) throws(DomainError) -> Int {
    let count = (alpha * Double(size)).rounded()
    guard count >= 1 else { throw DomainError(.size, Double(size), allowed: "size of at least 1/alpha") }
    return Int(min(count, 1e15))
  }

  /// An instance of a measurement.
  ///
  /// - Parameters:
  ///   - measurement: what is measured.
  ///   - size: N.
  ///   - count: M.
  ///   - isBlind: whether labels have the same law but are independent of signal and projections.
  ///   - random: draws everything.
  init(_ measurement: Measurement, size: Int, count: Int, isBlind: Bool = false, random: inout RandomStream) {
    let signal = measurement.prior.signal(size: size, random: &random)
    let scale = 1 / Double(size).squareRoot()
    var entries: [Double] = []
    entries.reserveCapacity(size * count)
    for _ in 0..<size * count { entries.append(scale * random.normal()) }
    (self.signal, self.entries) = (signal, entries)
    let noise = measurement.noise.squareRoot()
    let value = measurement.noiseless
    let isInside = measurement.channel == .modulus || measurement.channel == .sign
    labels = entries.withUnsafeBufferPointer { entries in
      signal.withUnsafeBufferPointer { signal in
        (0..<count).map { mu in
          let z = isBlind ? random.normal() : dot(entries, mu * size, signal, 0, count: size)
          let n = noise > 0 ? noise * random.normal() : 0
          return isInside ? value(z + n) : value(z) + n
        }
      }
    }
  }

  /// The projections of a vector.
  func project(_ x: [Double], into z: inout [Double]) {
    let n = signal.count
    entries.withUnsafeBufferPointer { entries in
      x.withUnsafeBufferPointer { x in
        for mu in z.indices { z[mu] = dot(entries, mu * n, x, 0, count: n) }
      }
    }
  }

  /// The sum of the projections with given coefficients.
  func combine(_ g: [Double], into x: inout [Double]) {
    let n = signal.count
    entries.withUnsafeBufferPointer { entries in
      x.withUnsafeMutableBufferPointer { x in
        for i in 0..<n { x[i] = 0 }
        for mu in g.indices {
          let factor = g[mu]
          for i in 0..<n { x[i] += factor * entries[mu * n + i] }
        }
      }
    }
  }

  /// The lower triangle of (1/N) sum_mu w_mu xi_mu xi_mu^T.
  func weightedCovariance(_ weights: [Double]) -> Matrix {
    let n = signal.count
    var matrix = Matrix(rows: n, columns: n)
    entries.withUnsafeBufferPointer { entries in
      matrix.entries.withUnsafeMutableBufferPointer { sum in
        for mu in weights.indices where weights[mu] != 0 {
          let row = mu * n
          for i in 0..<n {
            let factor = weights[mu] * entries[row + i]
            for j in 0...i { sum[i * n + j] += factor * entries[row + j] }
          }
        }
      }
    }
    return matrix
  }

  /// The unit eigenvector of the largest eigenvalue of the weighted covariance, of random sign.
  ///
  /// By a dense solver: weights that are unbounded below leave outliers too close to the rest, on their scale, for iterations.
  ///
  /// - Parameter weights: one for each projection.
  /// - Returns: the vector.
  /// - Throws: `GSLError` for weights that are not finite.
  func spectralEstimate(_ weights: [Double]) throws(GSLError) -> [Double] {
    let system = try SymmetricEigensystem(weightedCovariance(weights), withVectors: true)
    return system.vectors[signal.count - 1]
  }

  /// The squared cosine with the signal.
  func squaredCosine(_ x: [Double]) -> Double {
    let along = dot(x, signal)
    return along * along / (dot(x, x) * dot(signal, signal))
  }

  /// The overlap of the posterior mean after some iterations of message passing, for y = |z + sqrt(noise) n|.
  ///
  /// Estimate and fields carry one variance each: that of z - w is V, the mean posterior variance; the snr of B, like its
  /// reaction, is minus the sum of dg/dw over N. The sum of g^2 has the same mean, but a V that is too small would make
  /// the next one smaller still; it serves only where chance makes the other negative, at small overlaps.
  func modulusOverlap(prior: Prior, noise: Double, from start: [Double], iterations: Int) -> Double {
    let n = Double(signal.count)
    var x = start
    var field = [Double](repeating: 0, count: x.count)
    var g = [Double](repeating: 0, count: labels.count)
    var w = g
    var variance = 1 - dot(x, x) / n
    for _ in 0..<iterations {
      project(x, into: &w)
      let total = variance + noise
      var (squares, slopes) = (0.0, 0.0)
      for mu in w.indices {
        let center = w[mu] - variance * g[mu]
        let y = labels[mu]
        let t = Double.tanh(y * center / total)
        let value = (y * t - center) / total
        squares += value * value
        slopes += (y * y * (1 - t) * (1 + t) / total - 1) / total
        g[mu] = value
      }
      combine(g, into: &field)
      let response = -slopes / n
      let posterior = PosteriorMean(prior, snr: response > 0 ? response : squares / n)
      var (variances, change) = (0.0, 0.0)
      for i in field.indices {
        let (mean, spread) = posterior(field[i] + response * x[i])
        variances += spread
        change += (mean - x[i]) * (mean - x[i])
        x[i] = mean
      }
      variance = variances / n
      // At rest up to rounding, or lost; where recovery is perfect V vanishes exponentially, sooner or later than the change.
      if !(change > 1e-26 * dot(x, x)) || !change.isFinite || variance < 1e-280 { break }
    }
    return dot(x, signal) / n
  }
}
