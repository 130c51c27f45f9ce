// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SaddlepointNumerics
import Testing

private struct Interruption: Error, Equatable {}

@Suite struct LinearAlgebraTests {
  @Test(arguments: [1, 2, 5, 60]) func randomSystems(n: Int) throws {
    var generator = SystemRandomNumberGenerator()
    let matrix = Matrix(rows: n, columns: n, (0..<(n * n)).map { _ in Double.random(in: -1...1, using: &generator) })
    let truth = (0..<n).map { _ in Double.random(in: -1...1, using: &generator) }
    func image(_ x: [Double]) -> [Double] {
      (0..<n).map { i in
        var sum = 0.0
        for j in 0..<n { sum += matrix[i, j] * x[j] }
        return sum
      }
    }
    let right = image(truth)
    let solution = try LUFactorization(matrix).solve(right)
    for (a, b) in zip(image(solution), right) { #expect(abs(a - b) < 1e-11) }
  }

  @Test func determinants() throws {
    // Hilbert matrix of order 3: 1/2160.
    let hilbert = Matrix(
      rows: 3, columns: 3, [1, 1.0 / 2, 1.0 / 3, 1.0 / 2, 1.0 / 3, 1.0 / 4, 1.0 / 3, 1.0 / 4, 1.0 / 5])
    let factors = try LUFactorization(hilbert)
    #expect(factors.determinantSign == 1)
    #expect(abs(factors.logDeterminant + log(2160)) < 1e-11)
    let swapped = try LUFactorization(Matrix(rows: 2, columns: 2, [0, 3, 2, 0]))
    #expect(swapped.determinantSign == -1 && abs(swapped.logDeterminant - log(6)) < 1e-15)
    #expect(try LUFactorization(Matrix(rows: 2, columns: 2, [2, 0, 0, -5])).determinantSign == -1)
  }

  @Test func refusals() throws {
    let singular = try LUFactorization(Matrix(rows: 2, columns: 2, [1, 2, 2, 4]))
    #expect(singular.determinantSign == 0)
    let error = #expect(throws: GSLError.self) { try singular.solve([1, 1]) }
    #expect(error?.message.contains("singul") == true)
    #expect(throws: GSLError.self) { try LUFactorization(Matrix(rows: 2, columns: 3)) }
    #expect(throws: GSLError.self) { try LUFactorization(Matrix(rows: 1, columns: 1, [.nan])) }
    #expect(throws: GSLError.self) { try LUFactorization(Matrix(rows: 1, columns: 1, [1])).solve([1, 2]) }
  }

  @Test(arguments: [1, 2, 10, 50]) func symmetricEigenvalues(n: Int) throws {
    // The second-difference matrix has eigenvalues 2 - 2 cos(k pi/(n+1)).
    var matrix = Matrix(rows: n, columns: n)
    for i in 0..<n {
      matrix[i, i] = 2
      if i > 0 { matrix[i, i - 1] = -1 }
      if i < n - 1 { matrix[i, i + 1] = -1 }
    }
    let system = try SymmetricEigensystem(matrix, withVectors: true)
    let values = try SymmetricEigensystem(matrix).values
    for k in 1...n {
      let truth = 2 - 2 * cos(Double(k) * .pi / Double(n + 1))
      #expect(abs(system.values[k - 1] - truth) < 1e-13)
      #expect(abs(values[k - 1] - truth) < 1e-13)
      let v = system.vectors[k - 1]
      for i in 0..<n {
        let image = (0..<n).reduce(0) { $0 + matrix[i, $1] * v[$1] }
        #expect(abs(image - truth * v[i]) < 1e-12)
      }
    }
  }
}

@Suite struct FixedPointTests {
  @Test(arguments: [0, 3]) func contractions(depth: Int) throws {
    let iteration = FixedPointIteration(depth: depth)
    let dottie = iteration.run(from: [0]) { x, g in g[0] = cos(x[0]) }
    #expect(dottie.isConverged)
    #expect(abs(dottie.values[0] - 0.7390851332151607) <= dottie.error && dottie.error < 1e-11)
    let evolution = iteration.run(from: [0.1]) { x, g in
      let field = x[0] / 0.6 + x[0] * x[0] / 0.5
      g[0] = field / (1 + field)
    }
    #expect(abs(evolution.values[0] - 2.0 / 3) <= evolution.error && evolution.error < 1e-11, "\(evolution)")
  }

  @Test func accelerationIsWorthIt() {
    // x = A x + b with contraction 0.99; the fixed point is (100, 2, 1/1.7).
    let map = { (x: [Double], g: inout [Double]) in
      g[0] = 0.99 * x[0] + 1
      g[1] = 0.5 * x[1] + 1
      g[2] = -0.7 * x[2] + 1
    }
    let plain = FixedPointIteration().run(from: [0, 0, 0], map)
    let fast = FixedPointIteration(depth: 3).run(from: [0, 0, 0], map)
    for result in [plain, fast] {
      #expect(result.isConverged)
      for (x, truth) in zip(result.values, [100, 2, 1 / 1.7]) { #expect(abs(x - truth) <= result.error) }
    }
    #expect(fast.evaluations * 20 < plain.evaluations)
  }

  @Test func dampingTamesOscillation() {
    let map = { (x: [Double], g: inout [Double]) in g[0] = 3 - 2 * x[0] }
    #expect(!FixedPointIteration(limit: 200).run(from: [0.5], map).isConverged)
    let damped = FixedPointIteration(damping: 0.4).run(from: [0.5], map)
    #expect(abs(damped.values[0] - 1) < 1e-10)
  }

  @Test func failuresSayWhy() {
    let divergent = FixedPointIteration(limit: 5000).run(from: [1]) { x, g in g[0] = 2 * x[0] + 1 }
    #expect(!divergent.isConverged && divergent.failure != nil)
    let nan = FixedPointIteration().run(from: [1]) { x, g in g[0] = x[0] > 3 ? .nan : x[0] + 1 }
    #expect(nan.failure?.contains("not finite") == true)
    #expect(throws: Interruption()) {
      try FixedPointIteration().run(from: [1]) { _, _ throws(Interruption) in throw Interruption() }
    }
  }
}
