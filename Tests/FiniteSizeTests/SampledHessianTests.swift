// SPDX-License-Identifier: GPL-3.0-or-later

import FiniteSize
import Foundation
import KacRice
import LandscapeModels
import SaddlepointCore
import SaddlepointNumerics
import Testing

@Suite struct SampledHessianTests {
  /// The outlier of large matrices lies where theory has it, on either side of the bulk.
  @Test(arguments: [2.0, -2.0]) func outlier(strength: Double) throws {
    let model = try SphericalSpinGlass(covariance: [3: 0.5], signal: [2: strength])
    let sampled = try model.sampledHessian(overlap: 0.2, radial: -5, size: 4000, samples: 40, seed: 2)
    let limit = try model.hessianSpectrum(overlap: 0.2, radial: -5)
    let (place, overlap) = (try #require(sampled.outlier), try #require(sampled.overlapSquared))
    let theory = try #require(limit.outlier)
    #expect(abs(try place.get() - theory.eigenvalue) < 3 * place.error + 1e-3)
    #expect(abs(try overlap.get() - theory.overlapSquared) < 3 * overlap.error + 1e-3)
  }

  /// The largest eigenvalue of a GOE matrix follows the Tracy-Widom law of beta = 1, of mean -1.2065336 and variance 1.6077810
  /// on the scale N^(-2/3).
  @Test func edgesFollowTracyAndWidom() throws {
    let model = try SphericalSpinGlass(covariance: [2: 0.5])
    let (size, samples) = (2000, 1000)
    let sampled = try model.sampledHessian(overlap: 0, radial: 0, size: size, samples: samples, seed: 4)
    let scale = pow(Double(size), -2.0 / 3)
    // The edge of N - 1 rows of variance 1/N lies 1/N inside 2.
    let expected = 2 - 1.2065336 * scale
    #expect(abs(try sampled.upperEdge.get() - expected) < 3.5 * sampled.upperEdge.error + 2 / Double(size))
    #expect(abs(try sampled.lowerEdge.get() + expected) < 3.5 * sampled.lowerEdge.error + 2 / Double(size))
    let deviation = sampled.upperEdge.error * Double(samples).squareRoot() / scale
    #expect(abs(deviation - 1.6077810.squareRoot()) < 0.12)
    #expect(sampled.outlier == nil)
  }

  /// A dense symmetric matrix with the same law: largest eigenvalues of 60 rows, compared in mean.
  @Test func denseMatricesHaveTheSameLaw() throws {
    let model = try SphericalSpinGlass(covariance: [2: 0.5], signal: [2: -0.75])
    let (size, samples) = (40, 400)
    let sampled = try model.sampledHessian(overlap: 0, radial: 0, size: size, samples: samples, seed: 9)
    var tops: [Double] = []
    for sample in 0..<samples {
      var random = RandomStream(seed: 100, stream: UInt64(sample))
      var matrix = Matrix(rows: size - 1, columns: size - 1)
      let scale = 1 / Double(size).squareRoot()
      for i in 0..<(size - 1) {
        matrix[i, i] = scale * 2.0.squareRoot() * random.normal()
        for j in 0..<i { matrix[i, j] = scale * random.normal() }
      }
      matrix[0, 0] += 1.5
      tops.append(try #require(try SymmetricEigensystem(matrix).values.last))
    }
    let mean = tops.reduce(0, +) / Double(samples)
    let outlier = try #require(sampled.outlier)
    #expect(abs(try outlier.get() - mean) < 3 * 2.0.squareRoot() * outlier.error)
  }

  @Test func randomNumbersHaveTheirMoments() {
    var random = RandomStream(seed: 1, stream: 2)
    let count = 200_000
    let normals = (0..<count).map { _ in random.normal() }
    let chis = (0..<count).map { _ in random.chi(1) }
    let moment = { (x: [Double], k: Double) in x.reduce(0) { $0 + pow($1, k) } / Double(count) }
    #expect(abs(moment(normals, 1)) < 4 / Double(count).squareRoot())
    #expect(abs(moment(normals, 2) - 1) < 4 * (2 / Double(count)).squareRoot())
    #expect(abs(moment(normals, 4) - 3) < 4 * (96 / Double(count)).squareRoot())
    #expect(abs(moment(chis, 2) - 1) < 4 * (2 / Double(count)).squareRoot())
    #expect(abs(moment(chis, 1) - (2 / Double.pi).squareRoot()) < 4 * (0.37 / Double(count)).squareRoot())
    var other = RandomStream(seed: 1, stream: 3)
    #expect(other.next() != RandomStream(seed: 1, stream: 2).first)
  }

  @Test func refusesWhatItCannotSample() throws {
    let model = try SphericalSpinGlass(covariance: [3: 1])
    #expect(throws: DomainError.self) {
      try model.sampledHessian(overlap: 1, radial: 0, size: 100, samples: 4, seed: 1)
    }
    #expect(throws: DomainError.self) {
      try model.sampledHessian(overlap: 0, radial: .nan, size: 100, samples: 4, seed: 1)
    }
    #expect(throws: DomainError.self) { try model.sampledHessian(overlap: 0, radial: 0, size: 9, samples: 4, seed: 1) }
    #expect(throws: DomainError.self) {
      try model.sampledHessian(overlap: 0, radial: 0, size: 100, samples: 1, seed: 1)
    }
  }
}

extension RandomStream {
  /// The first number of a fresh stream.
  fileprivate var first: UInt64 {
    var copy = self
    return copy.next()
  }
}
