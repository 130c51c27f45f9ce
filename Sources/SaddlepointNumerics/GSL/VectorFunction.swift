// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL

/// A Swift closure from R^n to R^m on its way through GSL's vector callbacks; the first error it throws is kept.
struct VectorFunction: ~Copyable {
  /// F(x), written into the second argument.
  let value: ([Double], inout [Double]) throws -> Void
  /// The Jacobian in row-major order, written into the second argument.
  let jacobian: (([Double], inout [Double]) throws -> Void)?
  private var x: [Double]
  private var y: [Double]
  private var matrix: [Double]
  /// What the closure threw.
  private(set) var failure: (any Error)?
  /// Whether a result was not finite.
  private(set) var isBad = false

  init(
    dimension n: Int, results m: Int, value: @escaping ([Double], inout [Double]) throws -> Void,
    jacobian: (([Double], inout [Double]) throws -> Void)?
  ) {
    self.value = value
    self.jacobian = jacobian
    x = [Double](repeating: 0, count: n)
    y = [Double](repeating: 0, count: m)
    matrix = [Double](repeating: 0, count: jacobian == nil ? 0 : n * m)
  }

  /// Evaluates F at a GSL vector into another one; the code of failure after an error, without calling the closure again.
  mutating func evaluate(_ input: UnsafePointer<gsl_vector>, into output: UnsafeMutablePointer<gsl_vector>) -> Int32 {
    guard failure == nil, !isBad else { return Int32(GSL_EBADFUNC) }
    for index in x.indices { x[index] = gsl_vector_get(input, index) }
    do { try value(x, &y) } catch {
      failure = error
      return Int32(GSL_EBADFUNC)
    }
    for index in y.indices {
      if !y[index].isFinite { isBad = true }
      gsl_vector_set(output, index, y[index])
    }
    return isBad ? Int32(GSL_EBADFUNC) : 0
  }

  /// Evaluates the Jacobian at a GSL vector into a GSL matrix.
  mutating func evaluateJacobian(
    _ input: UnsafePointer<gsl_vector>, into output: UnsafeMutablePointer<gsl_matrix>
  ) -> Int32 {
    guard failure == nil, !isBad, let jacobian else { return Int32(GSL_EBADFUNC) }
    for index in x.indices { x[index] = gsl_vector_get(input, index) }
    do { try jacobian(x, &matrix) } catch {
      failure = error
      return Int32(GSL_EBADFUNC)
    }
    for row in y.indices {
      for column in x.indices {
        let entry = matrix[row * x.count + column]
        if !entry.isFinite { isBad = true }
        gsl_matrix_set(output, row, column, entry)
      }
    }
    return isBad ? Int32(GSL_EBADFUNC) : 0
  }
}
