// SPDX-License-Identifier: GPL-3.0-or-later

/// A dense factorisation with partial pivoting in vectors, for systems of a few hundred unknowns.
///
/// GSL's is several times slower at this size, and most of the time of a long run is spent here.
final class DenseSolver {
  private typealias Vector = SIMD8<Double>
  let size: Int
  private let stride: Int
  /// Row i begins at i * stride.
  let matrix: UnsafeMutablePointer<Double>
  private var rows: [Int]

  init(size: Int) {
    self.size = size
    stride = (size + 7) / 8 * 8
    matrix = .allocate(capacity: size * stride)
    matrix.initialize(repeating: 0, count: size * stride)
    rows = Array(0..<size)
  }

  deinit { matrix.deallocate() }

  /// Sets all entries to zero.
  func clear() {
    matrix.update(repeating: 0, count: size * stride)
    rows = Array(0..<size)
  }

  /// The row of an equation before factorisation.
  func row(_ i: Int) -> UnsafeMutablePointer<Double> { matrix + i * stride }

  /// Factorises in place; false for a singular matrix.
  func factorize() -> Bool {
    for k in 0..<size {
      var best = k
      var largest = 0.0
      for i in k..<size {
        let entry = abs(matrix[rows[i] * stride + k])
        if entry > largest { (largest, best) = (entry, i) }
      }
      guard largest > 0, largest.isFinite else { return false }
      rows.swapAt(k, best)
      let pivot = matrix + rows[k] * stride
      let inverse = 1 / pivot[k]
      for i in (k + 1)..<max(k + 1, size) {
        let target = matrix + rows[i] * stride
        let factor = target[k] * inverse
        if factor == 0 { continue }
        var j = k + 1
        while j % 8 != 0, j < stride {
          target[j] -= factor * pivot[j]
          j += 1
        }
        while j < stride {
          let a = UnsafeRawPointer(pivot + j).loadUnaligned(as: Vector.self)
          let b = UnsafeRawPointer(target + j).loadUnaligned(as: Vector.self)
          UnsafeMutableRawPointer(target + j).storeBytes(of: b - factor * a, as: Vector.self)
          j += 8
        }
        target[k] = factor
      }
    }
    return true
  }

  /// Solves for a right-hand side.
  func solve(_ b: [Double]) -> [Double] {
    var x = [Double](repeating: 0, count: size)
    for i in 0..<size {
      let row = matrix + rows[i] * stride
      var sum = b[rows[i]]
      for j in 0..<i { sum -= row[j] * x[j] }
      x[i] = sum
    }
    var i = size - 1
    while i >= 0 {
      let row = matrix + rows[i] * stride
      var sum = x[i]
      var j = i + 1
      while j < size {
        sum -= row[j] * x[j]
        j += 1
      }
      x[i] = sum / row[i]
      i -= 1
    }
    return x
  }
}
