// SPDX-License-Identifier: GPL-3.0-or-later

import FiniteSize
import Foundation
import KacRice
import LandscapeModels
import SaddlepointCore
import SaddlepointNumerics
import Testing

@Suite struct SampledPointsTests {
  private static let models: [any SphericalLandscape] =
    (try? [
      SphericalSpinGlass(covariance: [3: 1]), SphericalSpinGlass(covariance: [3: 1], signal: [1: 1]),
      SphericalSpinGlass(covariance: [2: 0.5, 4: 0.5], signal: [2: 0.8, 4: 0.7]),
      SpikedMatrixTensor(p: 3, delta2: 0.5, deltap: 1),
    ]) ?? []

  /// Counting and the Kac-Rice formula share nothing: samples on the circle, sphere and in four dimensions.
  @Test(arguments: [
    (2, 4000, StationaryPoints.all), (2, 4000, .minima), (3, 400, .all), (3, 400, .minima), (3, 400, .index(1)),
    (3, 400, .maxima), (4, 100, .all), (4, 100, .index(1)),
  ]) func countsAgreeWithTheExactMean(size: Int, samples: Int, points: StationaryPoints) throws {
    for model in Self.models {
      let found = try model.sampledNumber(of: points, size: size, samples: samples, seed: 7)
      #expect(found.complete == 1)
      // Four values for four models: three standard errors each would fail once in a hundred runs; the seed is fixed.
      #expect(abs(try #require(found.deviation)) < 3, "\(model) N = \(size), \(points): \(found)")
    }
  }

  /// xi = q^2: the 2N eigenvectors of a symmetric matrix, two of each index, in every sample.
  @Test(arguments: 3...6) func quadraticLandscapes(size: Int) throws {
    let model = try SphericalSpinGlass(covariance: [2: 1])
    let all = try model.sampledNumber(size: size, samples: 20, seed: 3)
    #expect(all.mean.value == 2 * Double(size) && all.standardError == 0 && all.complete == 1)
    let saddles = try model.sampledNumber(of: .index(1), size: size, samples: 20, seed: 3)
    #expect(saddles.mean.value == 2 && saddles.deviation == nil)
  }

  @Test func samplesDependOnTheSeedAlone() throws {
    let model = Self.models[0]
    let first = try model.sampledNumber(size: 3, samples: 20, seed: 5)
    #expect(try model.sampledNumber(size: 3, samples: 20, seed: 5) == first)
    #expect(try model.sampledNumber(size: 3, samples: 20, seed: 6) != first)
  }

  @Test func refusesWhatItCannotCount() throws {
    let model = Self.models[0]
    #expect(throws: DomainError.self) { try model.sampledNumber(size: 1, samples: 10, seed: 1) }
    #expect(throws: DomainError.self) { try model.sampledNumber(size: 9, samples: 10, seed: 1) }
    #expect(throws: DomainError.self) { try model.sampledNumber(size: 3, samples: 1, seed: 1) }
    #expect(throws: DomainError.self) { try model.sampledNumber(of: .index(3), size: 3, samples: 10, seed: 1) }
    #expect(throws: DomainError.self) { try model.sampledNumber(of: .fraction(0.5), size: 3, samples: 10, seed: 1) }
    let steep = try SphericalSpinGlass(covariance: [20: 1])
    #expect(throws: DomainError.self) { try steep.sampledNumber(size: 2, samples: 10, seed: 1) }
  }
}
