// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL

/// A Swift closure from vectors to vectors on its way through GSL's `void *`, with an optional second one for derivatives.
struct SystemFunction: ~Copyable {
  private let dimension: Int
  private let f: ([Double]) -> [Double]
  private let jacobian: (([Double]) -> [Double])?
  private(set) var evaluations = 0
  /// What went wrong first; nothing is called after that.
  private(set) var failure: (code: Int32, words: String)?

  init(
    _ dimension: Int, _ f: @escaping ([Double]) -> [Double], _ jacobian: (([Double]) -> [Double])? = nil
  ) {
    self.dimension = dimension
    self.f = f
    self.jacobian = jacobian
  }

  /// The function's values; nil once something went wrong.
  mutating func values(at x: [Double]) -> [Double]? {
    if failure != nil { return nil }
    evaluations += 1
    return checked(f(x), count: dimension, at: x)
  }

  /// The derivatives, row by row; nil once something went wrong or if there is no closure for them.
  mutating func derivatives(at x: [Double]) -> [Double]? {
    guard let jacobian, failure == nil else { return nil }
    return checked(jacobian(x), count: dimension * dimension, at: x)
  }

  /// Forgets a failure; for trial arguments that may lie outside the function's domain.
  mutating func forgive() { failure = nil }

  private mutating func checked(_ y: [Double], count: Int, at x: [Double]) -> [Double]? {
    if y.count != count {
      failure = (Int32(GSL_EBADLEN), "the function gave \(y.count) numbers instead of \(count)")
    } else if !y.allSatisfy(\.isFinite) {
      failure = (Int32(GSL_EBADFUNC), "the function is not finite at \(x)")
    }
    return failure == nil ? y : nil
  }

  /// What the first failure amounts to.
  func error(_ context: String) -> GSLError? {
    failure.map { GSLError(code: $0.code, context: "\(context): \($0.words)") }
  }
}

extension [Double] {
  /// The entries of a GSL vector.
  init(_ vector: UnsafePointer<gsl_vector>) {
    let v = vector.pointee
    self = (0..<v.size).map { v.data[$0 * v.stride] }
  }

  /// Writes the entries into a GSL vector of the same size.
  func copy(to vector: UnsafeMutablePointer<gsl_vector>) {
    let v = vector.pointee
    for i in 0..<v.size { v.data[i * v.stride] = self[i] }
  }

  /// Writes the entries, row by row, into a GSL matrix of the same size.
  func copy(to matrix: UnsafeMutablePointer<gsl_matrix>) {
    let m = matrix.pointee
    for i in 0..<m.size1 { for j in 0..<m.size2 { m.data[i * m.tda + j] = self[i * m.size2 + j] } }
  }

  /// Runs `body` with a GSL vector of these entries; nil where there is no memory for one.
  func withGSLVector<R>(_ body: (UnsafeMutablePointer<gsl_vector>) -> R) -> R? {
    guard let vector = gsl_vector_alloc(count) else { return nil }
    defer { gsl_vector_free(vector) }
    copy(to: vector)
    return body(vector)
  }
}

/// The inverse of a square matrix given row by row, or nil if it is singular.
///
/// Only for the few unknowns of a system root; no part of the linear algebra that others may use.
func smallInverse(_ matrix: [Double], _ n: Int) -> [Double]? {
  guard let a = gsl_matrix_alloc(n, n), let b = gsl_matrix_alloc(n, n), let p = gsl_permutation_alloc(n) else {
    return nil
  }
  defer {
    gsl_matrix_free(a)
    gsl_matrix_free(b)
    gsl_permutation_free(p)
  }
  matrix.copy(to: a)
  var sign: Int32 = 0
  guard gsl_linalg_LU_decomp(a, p, &sign) == 0, gsl_linalg_LU_invert(a, p, b) == 0 else { return nil }
  let m = b.pointee
  let inverse = (0..<n * n).map { m.data[$0 / n * m.tda + $0 % n] }
  return inverse.allSatisfy(\.isFinite) ? inverse : nil
}
