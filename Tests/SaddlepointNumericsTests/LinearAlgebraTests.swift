// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics
import Testing

/// Dense systems and symmetric spectra against their definitions.
@Suite struct LinearAlgebraTests {
  private static func random(_ n: Int, isSymmetric: Bool = false) -> Matrix {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    var matrix = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        matrix[i, j] = isSymmetric && j < i ? matrix[j, i] : Double(state >> 11) / 9_007_199_254_740_992 - 0.5
      }
    }
    return matrix
  }

  private static func hilbert(_ n: Int) -> Matrix {
    Matrix(rows: n, columns: n, (0..<(n * n)).map { 1 / Double($0 / n + $0 % n + 1) })
  }

  private static func product(_ a: Matrix, _ x: [Double]) -> [Double] {
    (0..<a.rows).map { row in (0..<a.columns).reduce(0) { $0 + a[row, $1] * x[$1] } }
  }

  @Test func entriesAreRowByRow() {
    var matrix = Matrix(rows: 2, columns: 3, [1, 2, 3, 4])
    matrix[1, 2] = 7
    #expect(matrix.entries == [1, 2, 3, 4, 0, 7] && matrix[0, 2] == 3)
  }

  @Test(arguments: [1, 2, 5, 40, 150]) func solutionsSatisfyTheirSystem(n: Int) throws {
    let matrix = Self.random(n)
    let right = (0..<n).map { Double($0 % 7) - 3 }
    let x = try LUFactorization(matrix).solve(right)
    let size = x.reduce(1) { max($0, abs($1)) }
    for (left, right) in zip(Self.product(matrix, x), right) { #expect(abs(left - right) < 1e-13 * Double(n) * size) }
  }

  @Test func determinantsOfKnownMatrices() throws {
    // The 5 x 5 Hilbert matrix: 1/266716800000.
    let hilbert = try LUFactorization(Self.hilbert(5))
    #expect(hilbert.determinantSign == 1 && abs(hilbert.logDeterminant + Double.log(266_716_800_000)) < 1e-11)
    let swapped = try LUFactorization(Matrix(rows: 2, columns: 2, [0, 1, 1, 0]))
    #expect(swapped.determinantSign == -1 && swapped.logDeterminant == 0)
    let cyclic = try LUFactorization(Matrix(rows: 3, columns: 3, [0, 1, 0, 0, 0, 1, 1, 0, 0]))
    #expect(cyclic.determinantSign == 1 && cyclic.logDeterminant == 0)
    let negative = try LUFactorization(Matrix(rows: 3, columns: 3, [-1, 0, 0, 0, -2, 0, 0, 0, -3]))
    #expect(negative.determinantSign == -1 && abs(negative.logDeterminant - Double.log(6)) < 1e-15)
  }

  @Test(arguments: [
    Matrix(rows: 1, columns: 1), Matrix(rows: 3, columns: 3), Matrix(rows: 2, columns: 2, [1, 2, 2, 4]),
    Matrix(rows: 3, columns: 3, [0, 1, 2, 0, 3, 4, 0, 5, 6]), Matrix(rows: 3, columns: 3, [1, 2, 3, 2, 4, 6, 1, 1, 1]),
    Matrix(rows: 3, columns: 3, [0, 0, 0, 1, 2, 3, 4, 5, 6]), Matrix(rows: 3, columns: 3, [1, 0, 0, 0, 0, 0, 0, 0, 1]),
  ]) func singularMatricesHaveNoSolution(matrix: Matrix) throws {
    let factors = try LUFactorization(matrix)
    #expect(factors.determinantSign == 0 && factors.logDeterminant == -.infinity)
    #expect {
      try factors.solve([Double](repeating: 1, count: matrix.rows))
    } throws: { ($0 as? GSLError)?.code == 21 && ($0 as? GSLError)?.context == "linear system" }
  }

  @Test func badShapesAndEntriesAreRefused() throws {
    for matrix in [
      Matrix(rows: 2, columns: 3), Matrix(rows: 0, columns: 0), Matrix(rows: 2, columns: 2, [1, .nan, 0, 1]),
    ] {
      #expect(throws: GSLError.self) { try LUFactorization(matrix) }
      #expect(throws: GSLError.self) { try SymmetricEigensystem(matrix) }
    }
    let factors = try LUFactorization(Matrix(rows: 1, columns: 1, [2]))
    #expect(throws: GSLError.self) { try factors.solve([1, 2]) }
  }

  @Test(arguments: [1, 2, 3, 10, 60]) func eigenvectorsSatisfyTheirEquation(n: Int) throws {
    let matrix = Self.random(n, isSymmetric: true)
    let system = try SymmetricEigensystem(matrix, withVectors: true)
    let plain = try SymmetricEigensystem(matrix)
    #expect(plain.vectors.isEmpty && system.vectors.count == n)
    #expect(zip(plain.values, system.values).allSatisfy { abs($0 - $1) < 1e-13 * Double(n) })
    #expect(zip(system.values, system.values.dropFirst()).allSatisfy { $0 <= $1 })
    let trace = (0..<n).reduce(0) { $0 + matrix[$1, $1] }
    #expect(abs(system.values.reduce(0, +) - trace) < 1e-13 * Double(n))
    for (value, vector) in zip(system.values, system.vectors) {
      for (left, right) in zip(Self.product(matrix, vector), vector) {
        #expect(abs(left - value * right) < 1e-13 * Double(n))
      }
      #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-13)
    }
  }

  @Test(arguments: [2, 3, 10, 60]) func largestEigenvectors(n: Int) throws {
    let matrix = Self.random(n, isSymmetric: true)
    let form = try SymmetricTridiagonalForm(matrix)
    let values = try SymmetricEigensystem(matrix).values
    for rank in 0..<n { #expect(abs(form.tridiagonal.eigenvalue(rank) - values[rank]) < 1e-12 * Double(n)) }
    let vector = try form.largestEigenvector()
    for (left, right) in zip(Self.product(matrix, vector), vector) {
      #expect(abs(left - values[n - 1] * right) < 1e-11 * Double(n))
    }
    #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-13)
  }

  /// A double eigenvalue, as real forms of complex matrices have; a large negative one sets the scale.
  @Test func largestEigenvectorOfAPair() throws {
    let n = 6
    var matrix = Matrix(rows: n, columns: n)
    let diagonal = [-1e6, 2, 1, 2, -3, 0]
    let axis = (0..<n).map { Double($0 + 1) }
    let square = axis.reduce(0) { $0 + $1 * $1 }
    // Reflected by I - 2 a a^T/a^2.
    func reflected(_ x: [Double]) -> [Double] {
      let along = 2 * zip(axis, x).reduce(0) { $0 + $1.0 * $1.1 } / square
      return zip(x, axis).map { $0 - along * $1 }
    }
    for i in 0..<n {
      let unit = (0..<n).map { $0 == i ? 1.0 : 0 }
      let image = reflected(zip(reflected(unit), diagonal).map { $0 * $1 })
      for j in 0..<n { matrix[j, i] = image[j] }
    }
    let vector = reflected(try SymmetricTridiagonalForm(matrix).largestEigenvector())
    #expect(abs(vector[1] * vector[1] + vector[3] * vector[3] - 1) < 1e-12)
  }

  @Test func knownSpectra() throws {
    // The path of n nodes: 2 cos(pi k / (n + 1)); only the lower triangle is read.
    let n = 30
    var path = Matrix(rows: n, columns: n)
    for i in 1..<n { path[i, i - 1] = 1 }
    path[0, n - 1] = 77
    let values = try SymmetricEigensystem(path).values
    for k in 1...n { #expect(abs(values[n - k] - 2 * Double.cos(Double.pi * Double(k) / Double(n + 1))) < 1e-13) }
  }

  @Test(arguments: [1, 2, 7, 40]) func determinantsOfPositiveMatrices(n: Int) throws {
    let factor = Self.random(n)
    var matrix = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n { matrix[i, j] = (0..<n).reduce(0) { $0 + factor[i, $1] * factor[j, $1] } }
    }
    let expected = 2 * (try LUFactorization(factor)).logDeterminant
    let found = try #require(try CholeskyDeterminant(matrix).logDeterminant)
    #expect(abs(found - expected) < 1e-8 * max(1, abs(expected)))
    // One negative eigenvalue is enough.
    let lowest = try SymmetricEigensystem(matrix).values[0]
    for i in 0..<n { matrix[i, i] -= 1.5 * lowest + 1e-9 }
    #expect(try CholeskyDeterminant(matrix).logDeterminant == nil)
    #expect(throws: GSLError.self) { try CholeskyDeterminant(Matrix(rows: 2, columns: 3)) }
  }
}
