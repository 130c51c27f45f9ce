// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointCore
import SaddlepointNumerics

/// One signal with M random projections of it and what was measured of them.
///
/// A vector of complex numbers is stored as its real parts, followed by its imaginary parts.
struct GeneralizedLinearInstance: Sendable {
  let signal: [Double]
  /// The measured values.
  let labels: [Double]
  /// The projections xi/sqrt(N), row by row.
  private let entries: [Double]
  private let isComplex: Bool
  /// N.
  private let size: Int

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
    let isComplex = measurement.field == .complex
    let parts = isComplex ? 2 : 1
    // Real and imaginary parts of unit complex numbers have half the variance.
    let part = isComplex ? 0.5.squareRoot() : 1
    let signal = measurement.prior.signal(size: parts * size, random: &random).map { part * $0 }
    let scale = part / Double(size).squareRoot()
    var entries: [Double] = []
    entries.reserveCapacity(parts * size * count)
    for _ in 0..<parts * size * count { entries.append(scale * random.normal()) }
    (self.signal, self.entries, self.isComplex, self.size) = (signal, entries, isComplex, size)
    let noise = measurement.noise.squareRoot()
    let value = measurement.noiseless
    let isInside = measurement.channel == .modulus || measurement.channel == .sign
    labels = entries.withUnsafeBufferPointer { entries in
      signal.withUnsafeBufferPointer { signal in
        (0..<count).map { mu in
          func draw() -> Double { part * random.normal() }
          guard isComplex else {
            let z = isBlind ? draw() : dot(entries, mu * size, signal, 0, count: size)
            let n = noise > 0 ? noise * draw() : 0
            return isInside ? value(z + n) : value(z) + n
          }
          var z = isBlind ? (draw(), draw()) : Self.complexProduct(entries, mu, signal, size: size)
          if noise > 0, isInside { z = (z.0 + noise * draw(), z.1 + noise * draw()) }
          let modulus = value((z.0 * z.0 + z.1 * z.1).squareRoot())
          return noise > 0 && !isInside ? modulus + noise * random.normal() : modulus
        }
      }
    }
  }

  /// The sum of the products of a row with a vector, without conjugation.
  private static func complexProduct(
    _ entries: UnsafeBufferPointer<Double>, _ mu: Int, _ x: UnsafeBufferPointer<Double>, size n: Int
  ) -> (Double, Double) {
    let row = 2 * mu * n
    return (
      dot(entries, row, x, 0, count: n) - dot(entries, row + n, x, n, count: n),
      dot(entries, row, x, n, count: n) + dot(entries, row + n, x, 0, count: n)
    )
  }

  /// The projections of a vector.
  func project(_ x: [Double], into z: inout [Double]) {
    let (n, m) = (size, labels.count)
    entries.withUnsafeBufferPointer { entries in
      x.withUnsafeBufferPointer { x in
        for mu in 0..<m {
          if isComplex {
            (z[mu], z[mu + m]) = Self.complexProduct(entries, mu, x, size: n)
          } else {
            z[mu] = dot(entries, mu * n, x, 0, count: n)
          }
        }
      }
    }
  }

  /// The sum of the projections, conjugate ones in the complex field, with given coefficients.
  func combine(_ g: [Double], into x: inout [Double]) {
    let (n, m) = (size, labels.count)
    entries.withUnsafeBufferPointer { entries in
      x.withUnsafeMutableBufferPointer { x in
        for i in x.indices { x[i] = 0 }
        for mu in 0..<m {
          if isComplex {
            let (re, im, row) = (g[mu], g[mu + m], 2 * mu * n)
            for i in 0..<n {
              let (a, b) = (entries[row + i], entries[row + n + i])
              x[i] += re * a + im * b
              x[n + i] += im * a - re * b
            }
          } else {
            let factor = g[mu]
            for i in 0..<n { x[i] += factor * entries[mu * n + i] }
          }
        }
      }
    }
  }

  /// The lower triangle of (1/N) sum_mu w_mu xi_mu xi_mu^T; of its real form [[A, -B], [B, A]] where A + i B is complex.
  func weightedCovariance(_ weights: [Double]) -> Matrix {
    let n = signal.count
    guard isComplex else { return weightedGram(entries, weights: weights, columns: n) }
    // Real and imaginary part of the projection are those on two real vectors.
    var rows: [Double] = []
    rows.reserveCapacity(2 * entries.count)
    for mu in weights.indices {
      let (re, im) = (entries[(mu * n)..<(mu * n + size)], entries[(mu * n + size)..<((mu + 1) * n)])
      rows += re
      rows += im.map { -$0 }
      rows += im
      rows += re
    }
    return weightedGram(rows, weights: weights.flatMap { [$0, $0] }, columns: n)
  }

  /// The unit eigenvector of the largest eigenvalue of the weighted covariance, of random sign or phase.
  ///
  /// By a dense solver: weights that are unbounded below leave outliers too close to the rest, on their scale, for iterations.
  ///
  /// - Parameter weights: one for each projection.
  /// - Returns: the vector.
  /// - Throws: `GSLError` for weights that are not finite.
  func spectralEstimate(_ weights: [Double]) throws(GSLError) -> [Double] {
    try SymmetricTridiagonalForm(weightedCovariance(weights)).largestEigenvector()
  }

  /// The scalar product with the signal over N, its modulus in the complex field if the phase is not told.
  func overlap(_ x: [Double], ignoringPhase: Bool = false) -> Double {
    let along = dot(x, signal) / Double(size)
    guard isComplex, ignoringPhase else { return along }
    var across = 0.0
    for i in 0..<size { across += x[i] * signal[size + i] - x[size + i] * signal[i] }
    across /= Double(size)
    return (along * along + across * across).squareRoot()
  }

  /// The squared cosine with the signal.
  func squaredCosine(_ x: [Double]) -> Double {
    let (n, along) = (Double(size), overlap(x, ignoringPhase: true))
    return n * n * along * along / (dot(x, x) * dot(signal, signal))
  }

  /// The estimate of the signal after some iterations of message passing: its posterior mean.
  ///
  /// V, the variance of z - w, and the snr of B are those of state evolution, as in its proofs, for Gaussian signals and even
  /// channels: an instance's own would leave the estimate's norm free to run away from its overlap at small sizes; where the
  /// mean posterior variance is larger, because the instance is behind, that is V. Other signals fluctuate themselves: V is
  /// their mean posterior variance, and the snr the response.
  ///
  /// - Parameters:
  ///   - prior: law of the signal's components.
  ///   - isEven: whether the channel does not see the sign of z.
  ///   - denoiser: g_out of the measured values.
  ///   - start: the estimate at the start.
  ///   - steps: state evolution from there, one step for each iteration.
  /// - Returns: the estimate.
  /// - Throws: `GSLError` where the denoiser fails.
  func messagePassing(
    prior: Prior, isEven: Bool, denoiser: OutputDenoiser, from start: [Double],
    along steps: ArraySlice<GeneralizedLinearCurve.Step>
  ) throws(GSLError) -> [Double] {
    let (n, m) = (Double(size), labels.count)
    var x = start
    var field = [Double](repeating: 0, count: x.count)
    var g = [Double](repeating: 0, count: isComplex ? 2 * m : m)
    var w = g
    // Of discrete signals a few components may be wrong and sure of themselves.
    let floor = prior.isDiscrete ? 0.1 / n : 0
    var behind = 0.0
    let isOwn = !prior.isGaussian && !isEven
    for step in steps {
      let variance = isOwn && behind > 0 ? behind + floor : max(step.variance, behind + floor)
      // Perfect recovery up to rounding.
      if variance < 1e-280 { break }
      project(x, into: &w)
      let output = try denoiser.at(variance: variance)
      var slopes = 0.0
      for mu in 0..<m {
        let a = w[mu] - variance * g[mu]
        guard isComplex else {
          let (value, slope) = output(labels[mu], a)
          slopes += slope
          g[mu] = value
          continue
        }
        let b = w[mu + m] - variance * g[mu + m]
        let modulus = (a * a + b * b).squareRoot()
        let (value, slope) = output(labels[mu], modulus)
        slopes += slope
        let factor = modulus > 0 ? value / modulus : 0
        (g[mu], g[mu + m]) = (factor * a, factor * b)
      }
      combine(g, into: &field)
      let response = -slopes / n
      // Of a complex Gaussian, real and imaginary part have half the variance of the prior and of the noise.
      guard response.isFinite else { throw .overflow("message passing on an instance") }
      let posterior = PosteriorMean(prior, snr: isOwn && response > 0 ? response : step.snr)
      var variances = 0.0
      for i in field.indices {
        let (mean, spread) = posterior(field[i] + response * x[i])
        x[i] = mean
        variances += spread
      }
      // A Gaussian signal's posterior variance does not depend on the data.
      if !prior.isGaussian { behind = variances / Double(x.count) }
    }
    return x
  }
}
