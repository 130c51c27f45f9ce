// SPDX-License-Identifier: GPL-3.0-or-later

import SaddlepointNumerics

/// The unit eigenvector of the largest eigenvalue of a symmetric operator, by Lanczos' method with full reorthogonalisation.
///
/// - Parameters:
///   - size: dimension.
///   - tolerance: the residual |A v - theta v| at the end, relative to |theta|.
///   - random: draws the start, which has no preferred sign.
///   - apply: sets its second argument to the operator times the first.
/// - Returns: the eigenvector; its sign is that of its product with the random start.
/// - Throws: `GSLError` where the operator yields no finite numbers.
func largestEigenvector(
  size: Int, tolerance: Double = 1e-9, random: inout RandomStream, _ apply: ([Double], inout [Double]) -> Void
) throws(GSLError) -> [Double] {
  var vector = (0..<size).map { _ in random.normal() }
  let norm = dot(vector, vector).squareRoot()
  for i in 0..<size { vector[i] /= norm }
  var basis: [[Double]] = []
  var (diagonal, offDiagonal): ([Double], [Double]) = ([], [])
  var image = [Double](repeating: 0, count: size)
  while true {
    basis.append(vector)
    apply(vector, &image)
    diagonal.append(dot(vector, image))
    // Twice is enough.
    for _ in 0..<2 {
      for known in basis {
        let part = dot(known, image)
        for i in 0..<size { image[i] -= part * known[i] }
      }
    }
    let rest = dot(image, image).squareRoot()
    let count = basis.count
    let isLast = count == size || rest <= 1e-14 * (diagonal.map(abs).max() ?? 0)
    if isLast || count % 16 == 0 {
      var matrix = Matrix(rows: count, columns: count)
      for i in 0..<count {
        matrix[i, i] = diagonal[i]
        if i > 0 { matrix[i, i - 1] = offDiagonal[i - 1] }
      }
      let system = try SymmetricEigensystem(matrix, withVectors: true)
      let (value, weights) = (system.values[count - 1], system.vectors[count - 1])
      if isLast || rest * abs(weights[count - 1]) <= tolerance * abs(value) {
        var result = [Double](repeating: 0, count: size)
        // The weight of the first basis vector, the start, is made positive.
        let sign: Double = weights[0] < 0 ? -1 : 1
        for (weight, known) in zip(weights, basis) { for i in 0..<size { result[i] += sign * weight * known[i] } }
        return result
      }
    }
    offDiagonal.append(rest)
    for i in 0..<size { vector[i] = image[i] / rest }
  }
}
