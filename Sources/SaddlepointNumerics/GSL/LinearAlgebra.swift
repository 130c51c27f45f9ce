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
