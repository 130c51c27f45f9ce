// SPDX-License-Identifier: GPL-3.0-or-later

/// The lower triangle of sum_mu w_mu r_mu r_mu^T.
///
/// - Parameters:
///   - rows: the vectors r_mu, one after the other.
///   - weights: one for each of them.
///   - columns: the length of each.
/// - Returns: a square matrix of `columns` rows, zero above its diagonal.
/// - Complexity: half as many multiplications as there are weights times the square of their length.
package func weightedGram(_ rows: [Double], weights: [Double], columns: Int) -> Matrix {
  let n = columns
  var matrix = Matrix(rows: n, columns: n)
  // Several rows at a time, so that each entry of the sum is fetched and stored less often.
  let block = 8
  var kept = [Double](repeating: 0, count: block * n)
  var scaled = kept
  var filled = 0
  func add() {
    for k in filled * n..<block * n { (kept[k], scaled[k]) = (0, 0) }
    kept.withUnsafeBufferPointer { r in
      scaled.withUnsafeBufferPointer { s in
        matrix.entries.withUnsafeMutableBufferPointer { sum in
          for i in 0..<n {
            let (s0, s1, s2, s3) = (s[i], s[n + i], s[2 * n + i], s[3 * n + i])
            let (s4, s5, s6, s7) = (s[4 * n + i], s[5 * n + i], s[6 * n + i], s[7 * n + i])
            for j in 0...i {
              let first = s0 * r[j] + s1 * r[n + j] + s2 * r[2 * n + j] + s3 * r[3 * n + j]
              let second = s4 * r[4 * n + j] + s5 * r[5 * n + j] + s6 * r[6 * n + j] + s7 * r[7 * n + j]
              sum[i * n + j] += first + second
            }
          }
        }
      }
    }
    filled = 0
  }
  for mu in weights.indices where weights[mu] != 0 {
    for i in 0..<n {
      let value = rows[mu * n + i]
      kept[filled * n + i] = value
      scaled[filled * n + i] = weights[mu] * value
    }
    filled += 1
    if filled == block { add() }
  }
  if filled > 0 { add() }
  return matrix
}
