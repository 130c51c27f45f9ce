// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import ReplicaMethod
import SaddlepointNumerics

/// Message passing on one instance of a signal seen through a matrix, a tensor of order p, or both.
///
/// x_(t+1) = eta(B_t), B_t = F(x_t) - V_(t-1) xi''(x_t.x_(t-1)/N) x_(t-1), with F the field of the data, eta the posterior mean or
/// the projection on the sphere, and V the mean derivative of eta. The second term, Onsager's, takes xi'' at the overlap
/// of successive estimates.
///
/// Source: theory sheet *spiked replica*, sections 1, 2 and 4; arXiv:1701.00858, arXiv:1902.00139.
struct SymmetricInstance: Sendable {
  /// The model: 1/Delta2 and 1/Deltap, >= 0.
  let matrix: Double
  let tensor: Double
  let p: Int
  let signal: [Double]
  private let couplings: [SpikedCouplings]

  init(prior: Prior, p: Int, matrix: Double, tensor: Double, size: Int, random: inout RandomStream) {
    (self.matrix, self.tensor, self.p) = (matrix, tensor, p)
    let signal = prior.signal(size: size, random: &random)
    var couplings: [SpikedCouplings] = []
    for (order, strength) in [(2, matrix), (p, tensor)] where strength > 0 {
      couplings.append(SpikedCouplings(signal: signal, order: order, strength: strength, random: &random))
    }
    self.signal = signal
    self.couplings = couplings
  }

  /// Entries that an instance has.
  static func count(size: Int, p: Int, matrix: Double, tensor: Double) -> Double {
    (matrix > 0 ? SpikedCouplings.count(size: size, order: 2) : 0)
      + (tensor > 0 ? SpikedCouplings.count(size: size, order: p) : 0)
  }

  /// x.x*/N.
  func overlap(_ x: [Double]) -> Double { dot(x, signal) / Double(signal.count) }

  /// The field of an estimate.
  func field(_ x: [Double], into field: inout [Double]) {
    for i in field.indices { field[i] = 0 }
    for coupling in couplings { coupling.addField(of: x, to: &field) }
  }

  private func gain(_ q: Double) -> Double { matrix * q + tensor * Double.pow(q, p - 1) }
  private func gainSlope(_ q: Double) -> Double { matrix + Double(p - 1) * tensor * Double.pow(q, p - 2) }

  /// The overlap x.x*/N after some iterations; `denoise` turns a field, with |x_t|^2/N, into the next estimate and returns V.
  private func iterate(
    from start: [Double], count: Int, _ denoise: (_ field: inout [Double], _ square: Double) -> Double
  ) -> Double {
    let n = Double(signal.count)
    var x = start
    var previous = [Double](repeating: 0, count: x.count)
    var field = previous
    var response = 0.0
    for _ in 0..<count {
      self.field(x, into: &field)
      let onsager = response * gainSlope(dot(x, previous) / n)
      for i in field.indices { field[i] -= onsager * previous[i] }
      response = denoise(&field, dot(x, x) / n)
      var change = 0.0
      for i in x.indices { change += (field[i] - x[i]) * (field[i] - x[i]) }
      (previous, x, field) = (x, field, previous)
      // At rest up to rounding: the remaining iterations change nothing. Infinite estimates do not recover either.
      if !(change > 1e-26 * dot(x, x)) || !change.isFinite { break }
    }
    return overlap(x)
  }

  /// The overlap of the posterior mean after some iterations of Bayes-optimal message passing.
  func bayesOverlap(prior: Prior, from start: [Double], iterations: Int) -> Double {
    iterate(from: start, count: iterations) { field, square in
      let posterior = PosteriorMean(prior, snr: gain(square))
      var total = 0.0
      for i in field.indices {
        let (mean, variance) = posterior(field[i])
        field[i] = mean
        total += variance
      }
      return total / Double(field.count)
    }
  }

  /// The cosine after some iterations of maximum-likelihood message passing on the sphere |x|^2 = N.
  func maximumLikelihoodCosine(from start: [Double], iterations: Int) -> Double {
    iterate(from: start, count: iterations) { field, _ in
      let norm = dot(field, field)
      let scale = norm > 0 ? (Double(field.count) / norm).squareRoot() : 0
      for i in field.indices { field[i] *= scale }
      return scale
    }
  }
}
