// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import KacRice
import LandscapeModels
import SaddlepointCore
import SaddlepointTestSupport
import Testing

private let rows = ReferenceRow.rows(of: "spherical")

/// Without optimisation the chains are a hundred times slower.
#if DEBUG
private let isOptimised = false
#else
private let isOptimised = true
#endif

@Suite struct ExactNumberTests {
  private static func glass(_ covariance: Mixture, _ signal: Mixture = [:]) throws -> SphericalSpinGlass {
    try SphericalSpinGlass(covariance: covariance, signal: signal)
  }

  @Test(arguments: ["log_mean_number", "log_density_in_overlap"]) func referenceRows(quantity: String) throws {
    let matching = rows.filter { $0.quantity == quantity }
    #expect(matching.count > 10)
    for row in matching {
      let points: StationaryPoints = row["index"].isNaN ? .all : .index(Int(row["index"]))
      let isChain = row.coefficients("phi") != nil || points != .all
      if !isOptimised, isChain, row["N"] > (points == .index(0) ? 10 : 3) { continue }
      let estimate = try landscape(of: row).logMeanNumber(
        of: points, size: Int(row["N"]), overlap: row["overlap"].isNaN ? nil : row["overlap"])
      let value = try estimate.get()
      #expect(abs(value - row.number) <= row.uncertainty + estimate.error, "\(row): \(estimate)")
      #expect(estimate.error < 1e-10 * row["N"])
    }
  }

  /// N = 2: E# = 2 sqrt((a + 3b)/a), half of them minima.
  @Test(arguments: [2, 3, 7]) func circle(p: Int) throws {
    let glass = try Self.glass(Mixture([Polynomial.Term(degree: p, coefficient: 1.3)]))
    let number = 2 * Double(3 * p - 2).squareRoot()
    #expect(try glass.logMeanNumber(size: 2).agrees(with: log(number), within: 1e-12))
    #expect(try glass.logMeanNumber(of: .minima, size: 2).agrees(with: log(number / 2), within: 1e-11))
    #expect(try glass.logMeanNumber(of: .maxima, size: 2).agrees(with: log(number / 2), within: 1e-11))
  }

  /// N = 3: 4 b^(3/2)/(a sqrt(a + 3b)) saddles, two more minima and maxima.
  @Test(arguments: [(1.0, 0.0, 0.0), (0.0, 0.5, 0.5), (3.0, 0.2, 0.01)]) func sphere(terms: (Double, Double, Double))
    throws
  {
    let glass = try Self.glass([1: terms.0, 2: terms.1, 3: terms.2 + 0.1])
    let (a, b) = (glass.covariance.derivative(1, at: 1), glass.covariance.derivative(2, at: 1))
    let saddles = 4 * pow(b, 1.5) / (a * (a + 3 * b).squareRoot())
    #expect(try glass.logMeanNumber(of: .index(1), size: 3).agrees(with: log(saddles), within: 1e-9))
    #expect(try glass.logMeanNumber(of: .minima, size: 3).agrees(with: log(saddles / 2 + 1), within: 1e-10))
    #expect(try glass.logMeanNumber(size: 3).agrees(with: log(2 * saddles + 2), within: 1e-11))
  }

  /// A symmetric matrix has 2N stationary points, two of each index.
  @Test(arguments: [2, 3, 50, 1000]) func eigenvectors(size: Int) throws {
    let matrix = try Self.glass([2: 1])
    #expect(try matrix.logMeanNumber(size: size).agrees(with: log(2 * Double(size)), within: 1e-10))
    guard isOptimised || size < 4, size <= 50 else { return }
    for index in [0, 1, size - 1] {
      #expect(try matrix.logMeanNumber(of: .index(index), size: size).agrees(with: log(2), within: 5e-9))
    }
  }

  /// A field without competition leaves two points: the pole and its antipode.
  @Test func strongField() throws {
    let glass = try Self.glass([2: 1], [1: 20])
    #expect(try glass.logMeanNumber(size: 3).agrees(with: log(2), within: 1e-9))
    #expect(try glass.logMeanNumber(of: .minima, size: 10).agrees(with: 0, within: 1e-9))
  }

  /// A signal and its mirror image: odd phi changes sign with m, even phi under H -> -H.
  @Test func symmetries() throws {
    let size = 4
    let (plus, minus) = (try Self.glass([3: 1], [3: 0.8]), try Self.glass([3: 1], [3: -0.8]))
    for points in [StationaryPoints.minima, .index(1)] {
      let left = try plus.logMeanNumber(of: points, size: size).get()
      #expect(try minus.logMeanNumber(of: points, size: size).agrees(with: left, within: 1e-9))
    }
    let (up, down) = (try Self.glass([3: 1], [2: 0.8]), try Self.glass([3: 1], [2: -0.8]))
    let maxima = try up.logMeanNumber(of: .maxima, size: size).get()
    #expect(try down.logMeanNumber(of: .minima, size: size).agrees(with: maxima, within: 1e-9))
    #expect(abs(try up.logMeanNumber(of: .minima, size: size).get() - maxima) > 1e-3)
  }

  /// The density in the overlap integrates to the number.
  @Test func densityIntegrates() throws {
    let glass = try Self.glass([2: 0.5, 3: 0.5], [2: 0.6, 3: 0.4])
    let (size, cells) = (6, 40)
    // Vanishes at both poles: the trapezoidal rule in the angle converges like a Gauss rule.
    let sum = try (1..<cells).reduce(0.0) { total, i in
      let angle = Double.pi * (Double(i) / Double(cells) - 0.5)
      let log = try glass.logMeanNumber(of: .minima, size: size, overlap: sin(angle)).get()
      return total + exp(log) * cos(angle) * Double.pi / Double(cells)
    }
    #expect(try glass.logMeanNumber(of: .minima, size: size).agrees(with: log(sum), within: 1e-6))
    // Without signal they are spread evenly, on both routes.
    let even = try Self.glass([2: 0.5, 3: 0.5])
    let ratio = try even.logMeanNumber(size: 5, overlap: 0.4).get() - even.logMeanNumber(size: 5).get()
    // Area of the sphere at overlap m, in five dimensions: 3/4 (1 - m^2).
    #expect(abs(ratio - log(0.75 * (1 - 0.16))) < 1e-12)
  }

  /// log E# of the minima is N Sigma at the threshold plus the shift of the left Tracy-Widom tail, (2/3) sl sqrt(8 sl N) (theory
  /// sheet, section 6).
  @Test func minimaApproachTheThreshold() throws {
    guard isOptimised else { return }
    let glass = try Self.glass([3: 1])
    let sigma = try glass.complexity(of: .minima).get()
    let slope = (6.0 - 3) / (6 + 3)
    let rest = try [100, 200].map { size in
      try glass.logMeanNumber(of: .minima, size: size).get() - Double(size) * sigma
    }
    let leading = { (size: Double) in 2.0 / 3 * slope * (8 * slope * size).squareRoot() }
    #expect(abs((rest[1] - rest[0]) / (leading(200) - leading(100)) - 1) < 0.25)
  }

  /// Saddles in many dimensions against the mean of |det| over sampled tridiagonal matrices.
  ///
  /// The radial derivative was drawn uniformly, 400000 samples in NumPy; value and standard error of the logarithm.
  /// Three standard errors are allowed.
  @Test(arguments: [(200, 1, 11.064, 0.109), (200, 2, 13.915, 0.136), (100, 3, 11.627, 0.066)])
  func saddlesInManyDimensions(size: Int, index: Int, log: Double, error: Double) throws {
    guard isOptimised, runsSlowTests || size <= 100 else { return }
    let found = try Self.glass([3: 1]).logMeanNumber(of: .index(index), size: size)
    #expect(abs(try found.get() - log) < 3 * error)
  }

  /// A signal that is hardly there leaves the number as it is without one: chains of pivots against Hermite functions.
  @Test(arguments: [20, 200]) func faintSignals(size: Int) throws {
    guard isOptimised, runsSlowTests || size < 100 else { return }
    let (bare, faint) = (try Self.glass([3: 1]), try Self.glass([3: 1], [2: 1e-9]))
    let (a, b) = (try bare.logMeanNumber(size: size), try faint.logMeanNumber(size: size))
    #expect(abs(try a.get() - b.get()) <= a.error + b.error + 1e-8 * Double(size))
    #expect(b.error < 1e-6)
  }

  @Test func refusals() throws {
    let (bare, spiked) = (try Self.glass([3: 1]), try Self.glass([3: 1], [3: 1]))
    func refuses(_ glass: SphericalSpinGlass, _ points: StationaryPoints, _ size: Int, _ overlap: Double? = nil) {
      #expect(throws: DomainError.self) { try glass.logMeanNumber(of: points, size: size, overlap: overlap) }
    }
    refuses(bare, .all, 1)
    refuses(bare, .all, 1001)
    refuses(spiked, .all, 201)
    refuses(spiked, .minima, 201)
    refuses(bare, .index(3), 3)
    refuses(bare, .index(-1), 3)
    refuses(bare, .index(1), 201)
    refuses(spiked, .index(1), 201)
    refuses(bare, .fraction(0.5), 10)
    refuses(spiked, .all, 3, 1)
    // Far too strong a field: an honest failure instead of minutes of work.
    let field = try Self.glass([1: 1e9, 2: 1e-3])
    let estimate = try field.logMeanNumber(of: .index(1), size: 20)
    #expect(estimate.value == nil && estimate.status.name == "not-converged")
  }
}
