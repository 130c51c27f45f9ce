// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import RandomMatrixTheory
import SaddlepointCore
import SaddlepointNumerics
import Testing

@Suite struct OutlierTests {
  /// Any bulk: 1/theta = g(position), overlap = -1/(theta^2 g'(position)); the derivative by differences.
  @Test(arguments: [1.01, 1.7, -1.2, 8, -30.0]) func additiveSpikesSolveTheirEquation(ratio: Double) throws {
    for variance in [0.04, 1, 6] {
      let law = try SemicircleLaw(variance: variance)
      let theta = ratio * variance.squareRoot()
      let outlier = try #require(try law.outlier(spike: theta))
      #expect(abs(law.stieltjes(at: outlier.position) * theta - 1) < 1e-8)
      let h = 1e-6 * (abs(outlier.position) - law.edges.upperBound)
      let slope = (law.stieltjes(at: outlier.position + h) - law.stieltjes(at: outlier.position - h)) / (2 * h)
      #expect(abs(-1 / (theta * theta * slope) - outlier.overlapSquared) < 1e-5)
    }
  }

  /// The outlier x solves (1 + spike) m(x) = 1, m(x) the mean of 1/(x - y) over the spectrum of the n x n matrix G^T G/n.
  @Test(arguments: [(0.3, 1.5), (0.3, 0.56), (0.3, -0.7), (0.3, -0.99), (2.5, 2), (1, 1.2)])
  func spikedPopulationsSolveTheirEquation(aspect: Double, spike: Double) throws {
    let law = try MarchenkoPasturLaw(aspect: aspect)
    let outlier = try #require(try law.outlier(spike: spike))
    let x = outlier.position
    let companion = aspect * law.stieltjes(at: x) + (1 - aspect) / x
    #expect(abs((1 + spike) * companion - 1) < 1e-6)
    #expect(spike > 0 ? x > law.edges.upperBound : x < law.edges.lowerBound)
    #expect(0 < outlier.overlapSquared && outlier.overlapSquared < 1)
    #expect(0 < outlier.scoresOverlapSquared && outlier.scoresOverlapSquared < 1)
  }

  @Test func weakSpikesDoNotDetach() throws {
    let semicircle = try SemicircleLaw(variance: 4)
    for theta in [0, 2, -2, 1.999] { #expect(try semicircle.outlier(spike: theta) == nil) }
    for theta in [Double(2).nextUp, Double(-2).nextDown] {
      let outlier = try #require(try semicircle.outlier(spike: theta))
      #expect(abs(abs(outlier.position) - 4) < 1e-14)
      #expect(outlier.overlapSquared > 0 && outlier.overlapSquared < 1e-15)
    }
    let tall = try MarchenkoPasturLaw(aspect: 0.25)
    for spike in [0, 0.5, -0.5, 0.2] { #expect(try tall.outlier(spike: spike) == nil) }
    #expect(try tall.outlier(spike: Double(0.5).nextUp) != nil)
    #expect(try tall.outlier(spike: Double(-0.5).nextDown) != nil)
    for aspect in [1.0, 2.5] { #expect(try MarchenkoPasturLaw(aspect: aspect).outlier(spike: -0.999) == nil) }
  }

  /// A generator of standard normal numbers that is the same in every run.
  private struct Normal {
    var state: UInt64

    mutating func uniform() -> Double {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return (Double((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53
    }

    mutating func next() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
  }

  /// N = 200: finite-size errors are N^-1/2 for the outlier and N^-1 for means over the bulk.
  @Test func sampledSymmetricMatrix() throws {
    let n = 200
    let (variance, theta) = (2.25, 4.0)
    var normal = Normal(state: 7)
    var matrix = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0...i {
        let x = normal.next() * (variance / Double(n) * (i == j ? 2 : 1)).squareRoot()
        matrix[i, j] = x
        matrix[j, i] = x
      }
    }
    matrix[0, 0] += theta
    let sample = try SymmetricEigensystem(matrix, withVectors: true)
    let law = try SemicircleLaw(variance: variance)
    let outlier = try #require(try law.outlier(spike: theta))
    #expect(abs(sample.values[n - 1] - outlier.position) < 0.6)
    #expect(abs(pow(sample.vectors[n - 1][0], 2) - outlier.overlapSquared) < 0.15)
    #expect(abs(sample.values[0] - law.edges.lowerBound) < 0.4)
    for x in [-1.5, 0, 1] {
      let fraction = Double(sample.values.count { $0 <= x }) / Double(n)
      #expect(abs(fraction - law.cdf(at: x)) < 0.03)
    }
    let potential = sample.values.reduce(0) { $0 + log(6 - $1) } / Double(n)
    #expect(abs(potential - law.logPotential(at: 6)) < 0.03)
  }

  /// d = 200 dimensions with one unusual population eigenvalue, above, below, and with more dimensions than samples.
  @Test(arguments: [(800, 2.0), (800, -0.8), (100, 4.0)]) func sampledCovariance(samples: Int, spike: Double) throws {
    let d = 200
    var normal = Normal(state: 11)
    var data = [[Double]](repeating: [], count: d)
    for i in 0..<d { data[i] = (0..<samples).map { _ in normal.next() * (i == 0 ? 1 + spike : 1).squareRoot() } }
    var matrix = Matrix(rows: d, columns: d)
    for i in 0..<d {
      for j in 0...i {
        var sum = 0.0
        for k in 0..<samples { sum += data[i][k] * data[j][k] }
        matrix[i, j] = sum / Double(samples)
        matrix[j, i] = matrix[i, j]
      }
    }
    let sample = try SymmetricEigensystem(matrix, withVectors: true)
    let law = try MarchenkoPasturLaw(aspect: Double(d) / Double(samples))
    let outlier = try #require(try law.outlier(spike: spike))
    let index = spike > 0 ? d - 1 : 0
    #expect(abs(sample.values[index] / outlier.position - 1) < 0.3)
    #expect(abs(pow(sample.vectors[index][0], 2) - outlier.overlapSquared) < 0.2)
    for x in [0.1, 1, 1.5] {
      let fraction = Double(sample.values.count { $0 <= x }) / Double(d)
      #expect(abs(fraction - law.cdf(at: x)) < 0.04)
    }
  }
}
