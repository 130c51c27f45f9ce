// SPDX-License-Identifier: GPL-3.0-or-later

/// Equations F(x, parameters) = 0, n of them in n unknowns, whose solutions form curves as a parameter varies.
public struct ContinuationProblem {
  /// Writes F(x, parameters) into its last argument.
  ///
  /// A value that is not finite ends a curve with a reason.
  public typealias Residual = (_ x: [Double], _ parameters: [Double], _ result: inout [Double]) -> Void

  /// Number of unknowns and of equations.
  public let dimension: Int
  let residual: Residual

  /// A problem.
  ///
  /// Derivatives are taken by differences of fourth order with steps of 1e-3 of each variable, good to about 1e-11 for
  /// functions that are smooth on that scale; solutions are as accurate as F itself, since only its zeros count.
  ///
  /// - Parameters:
  ///   - dimension: n >= 1.
  ///   - residual: F.
  public init(dimension: Int, residual: @escaping Residual) {
    self.dimension = dimension
    self.residual = residual
  }

  /// The problem of folds in one parameter: unknowns (x, v, that parameter), equations F = 0, F_x v = 0, |v|^2 = 1.
  ///
  /// Its curves in a second parameter are curves of folds; where they turn back in it there are cusps.
  ///
  /// - Parameter index: position of the parameter in which the curve of the original problem folds.
  /// - Returns: a problem of dimension 2n + 1 with the same parameters.
  public func folds(in index: Int) -> ContinuationProblem {
    let n = dimension
    let f = residual
    return ContinuationProblem(dimension: 2 * n + 1) { unknowns, parameters, result in
      var parameters = parameters
      parameters[index] = unknowns[2 * n]
      let x = Array(unknowns[0..<n])
      let v = Array(unknowns[n..<(2 * n)])
      var value = [Double](repeating: 0, count: n)
      f(x, parameters, &value)
      for i in 0..<n { result[i] = value[i] }
      // F_x v as a derivative along v.
      let size = x.map { abs($0) }.max() ?? 0
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let h = 1e-3 * max(size, 1e-2) / max(length, 1e-300)
      var sum = [Double](repeating: 0, count: n)
      for (offset, weight) in [(1.0, 8.0), (-1, -8), (2, -1), (-2, 1)] {
        f((0..<n).map { x[$0] + offset * h * v[$0] }, parameters, &value)
        for i in 0..<n { sum[i] += weight * value[i] }
      }
      for i in 0..<n { result[n + i] = sum[i] / (12 * h) }
      result[2 * n] = length * length - 1
    }
  }
}
