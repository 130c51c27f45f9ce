// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import RealModule

/// A dense real matrix, row by row in contiguous memory.
public struct Matrix: Sendable, Hashable {
  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  /// The entries; row i begins at i * columns.
  public var entries: [Double]

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    entries = [Double](repeating: 0, count: rows * columns)
  }

  /// A matrix of given entries, row by row; missing ones are 0.
  public init(rows: Int, columns: Int, _ entries: [Double]) {
    self.init(rows: rows, columns: columns)
    for index in 0..<min(entries.count, self.entries.count) { self.entries[index] = entries[index] }
  }

  /// The entry in a row and a column.
  public subscript(_ row: Int, _ column: Int) -> Double {
    get { entries[row * columns + column] }
    set { entries[row * columns + column] = newValue }
  }
}

/// A triangular factorisation, from which systems are solved and the determinant is read.
public struct LUFactorization: Sendable, Hashable {
  private var factors: [Double]
  private var permutation: [Int]
  private let size: Int
  /// Sign of the determinant; 0 for a singular matrix.
  public let determinantSign: Int
  /// log |det|; minus infinity for a singular matrix.
  public let logDeterminant: Double

  /// Factorises a square matrix.
  /// - Throws: `GSLError` unless the matrix is square and finite.
  /// - Complexity: O(n^3).
  public init(_ matrix: Matrix) throws(GSLError) {
    _ = GSLRuntime.ready
    guard matrix.rows == matrix.columns, matrix.rows > 0, matrix.entries.allSatisfy(\.isFinite) else {
      throw .invalid("factorisation of a \(matrix.rows) x \(matrix.columns) matrix")
    }
    let n = matrix.rows
    var factors = matrix.entries
    var permutation = [Int](repeating: 0, count: n)
    var sign: Int32 = 1
    let status = factors.withUnsafeMutableBufferPointer { buffer in
      permutation.withUnsafeMutableBufferPointer { order -> Int32 in
        var view = gsl_matrix_view_array(buffer.baseAddress, n, n)
        return order.withMemoryRebound(to: Int.self) { order in
          var p = gsl_permutation(size: n, data: order.baseAddress)
          gsl_permutation_init(&p)
          return gsl_linalg_LU_decomp(&view.matrix, &p, &sign)
        }
      }
    }
    try GSLError.check(status, "factorisation")
    var log = 0.0
    for index in 0..<n {
      let pivot = factors[index * n + index]
      log += Double.log(abs(pivot))
      if pivot < 0 { sign = -sign }
      if pivot == 0 { sign = 0 }
    }
    self.factors = factors
    self.permutation = permutation
    size = n
    determinantSign = Int(sign)
    logDeterminant = sign == 0 ? -.infinity : log
  }

  /// The solution x of A x = b.
  /// - Throws: `GSLError` for a singular matrix or a vector of another length.
  /// - Complexity: O(n^2).
  public func solve(_ b: [Double]) throws(GSLError) -> [Double] {
    guard b.count == size else { throw .invalid("linear system of \(size) equations with \(b.count) right-hand sides") }
    guard determinantSign != 0 else { throw GSLError(code: Int32(GSL_ESING), context: "linear system") }
    let n = size
    var copy = self
    var x = b
    let status = copy.factors.withUnsafeMutableBufferPointer { buffer in
      copy.permutation.withUnsafeMutableBufferPointer { order in
        x.withUnsafeMutableBufferPointer { vector -> Int32 in
          let view = gsl_matrix_view_array(buffer.baseAddress, n, n)
          var right = gsl_vector_view_array(vector.baseAddress, n)
          var p = gsl_permutation(size: n, data: order.baseAddress)
          return withUnsafePointer(to: view.matrix) { gsl_linalg_LU_svx($0, &p, &right.vector) }
        }
      }
    }
    try GSLError.check(status, "linear system")
    return x
  }
}

/// The determinant of a symmetric matrix that is positive definite, by Cholesky's factorisation.
public struct CholeskyDeterminant: Sendable, Hashable {
  /// log det; nil unless the matrix is positive definite.
  public let logDeterminant: Double?

  /// Factorises a symmetric matrix, of which only the lower triangle is read.
  /// - Throws: `GSLError` unless the matrix is square and finite.
  /// - Complexity: O(n^3), a fraction of that of eigenvalues.
  public init(_ matrix: Matrix) throws(GSLError) {
    _ = GSLRuntime.ready
    let n = matrix.rows
    guard n == matrix.columns, n > 0, matrix.entries.allSatisfy(\.isFinite) else {
      throw .invalid("factorisation of a \(matrix.rows) x \(matrix.columns) matrix")
    }
    var factors = matrix.entries
    let status = factors.withUnsafeMutableBufferPointer { buffer -> Int32 in
      var view = gsl_matrix_view_array(buffer.baseAddress, n, n)
      return gsl_linalg_cholesky_decomp1(&view.matrix)
    }
    if status == Int32(GSL_EDOM) {
      logDeterminant = nil
      return
    }
    try GSLError.check(status, "factorisation")
    logDeterminant = 2 * (0..<n).reduce(0) { $0 + Double.log(factors[$1 * n + $1]) }
  }
}

/// Eigenvalues and eigenvectors of a symmetric matrix.
public struct SymmetricEigensystem: Sendable, Hashable {
  /// Eigenvalues, increasing.
  public let values: [Double]
  /// Unit eigenvectors in the order of the values; empty if they were not asked for.
  public let vectors: [[Double]]

  /// The eigensystem of a symmetric matrix, of which only the lower triangle is read.
  ///
  /// - Parameters:
  ///   - matrix: square; entries above the diagonal are not looked at.
  ///   - withVectors: eigenvectors cost about five times as much.
  /// - Throws: `GSLError` unless the matrix is square and finite.
  /// - Complexity: O(n^3); good up to n of about 1000.
  public init(_ matrix: Matrix, withVectors: Bool = false) throws(GSLError) {
    _ = GSLRuntime.ready
    let n = matrix.rows
    guard n == matrix.columns, n > 0, matrix.entries.allSatisfy(\.isFinite) else {
      throw .invalid("eigenvalues of a \(matrix.rows) x \(matrix.columns) matrix")
    }
    var entries = matrix.entries
    var values = [Double](repeating: 0, count: n)
    var columns = [Double](repeating: 0, count: withVectors ? n * n : 1)
    let status = entries.withUnsafeMutableBufferPointer { buffer in
      values.withUnsafeMutableBufferPointer { eigenvalues in
        columns.withUnsafeMutableBufferPointer { eigenvectors -> Int32 in
          var view = gsl_matrix_view_array(buffer.baseAddress, n, n)
          var list = gsl_vector_view_array(eigenvalues.baseAddress, n)
          if !withVectors {
            guard let workspace = gsl_eigen_symm_alloc(n) else { return Int32(GSL_ENOMEM) }
            defer { gsl_eigen_symm_free(workspace) }
            return gsl_eigen_symm(&view.matrix, &list.vector, workspace)
          }
          guard let workspace = gsl_eigen_symmv_alloc(n) else { return Int32(GSL_ENOMEM) }
          defer { gsl_eigen_symmv_free(workspace) }
          var table = gsl_matrix_view_array(eigenvectors.baseAddress, n, n)
          return gsl_eigen_symmv(&view.matrix, &list.vector, &table.matrix, workspace)
        }
      }
    }
    try GSLError.check(status, "symmetric eigenvalues")
    let order = (0..<n).sorted { values[$0] < values[$1] }
    self.values = order.map { values[$0] }
    vectors = withVectors ? order.map { column in (0..<n).map { columns[$0 * n + column] } } : []
  }
}

/// A symmetric tridiagonal matrix.
public struct TridiagonalMatrix: Sendable, Hashable {
  /// The entries of the diagonal.
  public var diagonal: [Double]
  /// Those beside it, one fewer.
  public var offDiagonal: [Double]

  /// A matrix of given entries.
  public init(diagonal: [Double], offDiagonal: [Double]) {
    (self.diagonal, self.offDiagonal) = (diagonal, offDiagonal)
  }

  /// The number of eigenvalues below x: that of negative pivots.
  private func below(_ x: Double) -> Int {
    var count = 0
    var pivot = 1.0
    for i in diagonal.indices {
      let coupling = i > 0 ? offDiagonal[i - 1] * offDiagonal[i - 1] / pivot : 0
      pivot = diagonal[i] - x - coupling
      if pivot == 0 { pivot = 1e-300 }
      if pivot < 0 { count += 1 }
    }
    return count
  }

  /// A bound on the modulus of all eigenvalues: each lies in one of Gershgorin's intervals.
  var bound: Double {
    var bound = 0.0
    for i in diagonal.indices {
      let left = i > 0 ? abs(offDiagonal[i - 1]) : 0
      let right = i < offDiagonal.count ? abs(offDiagonal[i]) : 0
      bound = max(bound, abs(diagonal[i]) + left + right)
    }
    return bound
  }

  /// The eigenvalue that has `rank` smaller ones, by bisection of Sturm's count.
  ///
  /// - Parameter rank: from 0 to the size less 1.
  /// - Returns: the eigenvalue, to 1e-13 of the largest modulus.
  /// - Complexity: about 50 passes over the matrix.
  public func eigenvalue(_ rank: Int) -> Double {
    let bound = bound
    var (low, high) = (-bound, bound)
    while high - low > 1e-13 * bound {
      let middle = 0.5 * (low + high)
      if middle <= low || middle >= high { break }
      if below(middle) > rank { high = middle } else { low = middle }
    }
    return 0.5 * (low + high)
  }
}

/// A symmetric matrix turned to tridiagonal form, A = Q T Q^T, from which single eigenvectors follow at little cost.
public struct SymmetricTridiagonalForm: Sendable, Hashable {
  /// T.
  public let tridiagonal: TridiagonalMatrix
  /// The reflections that make up Q, below the diagonal, with their factors.
  private let reflections: Matrix
  private let factors: [Double]

  /// The form of a symmetric matrix, of which only the lower triangle is read.
  ///
  /// - Parameter matrix: square, of two rows or more; entries above the diagonal are not looked at.
  /// - Throws: `GSLError` unless the matrix is square and finite.
  /// - Complexity: 4 n^3/3 multiplications; a third of a second for n = 1000.
  public init(_ matrix: Matrix) throws(GSLError) {
    _ = GSLRuntime.ready
    let n = matrix.rows
    guard n == matrix.columns, n > 1, matrix.entries.allSatisfy(\.isFinite) else {
      throw .invalid("tridiagonal form of a \(matrix.rows) x \(matrix.columns) matrix")
    }
    var form = matrix
    var factors = [Double](repeating: 0, count: n - 1)
    let status = form.entries.withUnsafeMutableBufferPointer { entries in
      factors.withUnsafeMutableBufferPointer { factors -> Int32 in
        var view = gsl_matrix_view_array(entries.baseAddress, n, n)
        var list = gsl_vector_view_array(factors.baseAddress, n - 1)
        return gsl_linalg_symmtd_decomp(&view.matrix, &list.vector)
      }
    }
    try GSLError.check(status, "tridiagonal form")
    tridiagonal = TridiagonalMatrix(
      diagonal: (0..<n).map { form[$0, $0] }, offDiagonal: (1..<n).map { form[$0, $0 - 1] })
    (reflections, self.factors) = (form, factors)
  }

  /// The unit eigenvector of the largest eigenvalue; some vector of its eigenspace where there are several.
  ///
  /// By inverse iteration just above the eigenvalue, where the matrix of the equations is positive definite.
  ///
  /// - Returns: the vector, of arbitrary sign.
  /// - Throws: `GSLError` where the equations have no solution.
  /// - Complexity: O(n^2).
  public func largestEigenvector() throws(GSLError) -> [Double] {
    let n = tridiagonal.diagonal.count
    let bound = max(tridiagonal.bound, .leastNormalMagnitude)
    let shift = tridiagonal.eigenvalue(n - 1) + 4e-13 * bound
    var diagonal = tridiagonal.diagonal.map { shift - $0 }
    var offDiagonal = tridiagonal.offDiagonal.map { -$0 }
    // A start that is not close to orthogonal to anything.
    var x = (0..<n).map { 1 + 0.5 * Double.sin(1.7 * Double($0 * $0 % 1009)) }
    var image = x
    for _ in 0..<4 {
      let norm = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for i in 0..<n { x[i] /= norm }
      let status = diagonal.withUnsafeMutableBufferPointer { d in
        offDiagonal.withUnsafeMutableBufferPointer { e in
          x.withUnsafeMutableBufferPointer { x in
            image.withUnsafeMutableBufferPointer { image -> Int32 in
              let (d, e) = (gsl_vector_view_array(d.baseAddress, n), gsl_vector_view_array(e.baseAddress, n - 1))
              let right = gsl_vector_view_array(x.baseAddress, n)
              var solution = gsl_vector_view_array(image.baseAddress, n)
              return withUnsafePointer(to: d.vector) { d in
                withUnsafePointer(to: e.vector) { e in
                  withUnsafePointer(to: right.vector) { gsl_linalg_solve_symm_tridiag(d, e, $0, &solution.vector) }
                }
              }
            }
          }
        }
      }
      try GSLError.check(status, "eigenvector")
      swap(&x, &image)
    }
    // The first component of each reflection's vector is 1.
    for k in stride(from: n - 3, through: 0, by: -1) {
      var along = x[k + 1]
      for i in (k + 2)..<n { along += reflections[i, k] * x[i] }
      along *= factors[k]
      x[k + 1] -= along
      for i in (k + 2)..<n { x[i] -= along * reflections[i, k] }
    }
    let norm = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard norm.isFinite, norm > 0 else { throw .invalid("eigenvector of a matrix of \(n) rows") }
    return x.map { $0 / norm }
  }
}
