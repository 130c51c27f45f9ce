// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
package import SaddlepointNumerics

/// The noisy couplings of one order k of a signal, k = 2 for a matrix: an entry for each list of indices that does not decrease.
///
/// Entries are T sqrt((k-1)!)/(N^((k-1)/2) Delta), so that their contraction with an estimate is the field of message passing.
/// Those with equal indices have 1/(m1! m2! ...) of the others' mean and variance, m being how often each index occurs: the
/// log-likelihood then has the covariance N xi(q) at every N, as in the landscape; without them it would miss O(1/N).
///
/// Source: theory sheet *spiked replica*, section 1.
package struct SpikedCouplings: Sendable {
  private let size: Int
  private let order: Int
  private var entries: [Double]

  /// How many entries there are: N + k - 1 over k.
  package static func count(size: Int, order: Int) -> Double {
    (0..<order).reduce(1) { $0 * Double(size + $1) / Double($1 + 1) }
  }

  /// Couplings of the given strength 1/Delta.
  package init(signal: [Double], order: Int, strength: Double, random: inout RandomStream) {
    size = signal.count
    self.order = order
    let factorial = (1..<max(2, order)).reduce(1.0) { $0 * Double($1) }
    let scale = factorial * Double.pow(Double(size), 1 - order)
    let amplitude = (strength * scale).squareRoot()
    var entries: [Double] = []
    entries.reserveCapacity(Int(Self.count(size: size, order: order)))
    Self.forEachRow(size: size, order: order) { prefix in
      let first = prefix[order - 2]
      // Length of the last run of equal indices, and the product of the factorials of all.
      var (run, repetitions) = (0, 1.0)
      for (place, index) in prefix.enumerated() {
        run = place > 0 && prefix[place - 1] == index ? run + 1 : 1
        repetitions *= Double(run)
      }
      let mean = prefix.reduce(strength * scale) { $0 * signal[$1] }
      for k in first..<signal.count {
        let divisor = k == first ? repetitions * Double(run + 1) : repetitions
        entries.append(mean * signal[k] / divisor + amplitude * random.normal() / divisor.squareRoot())
      }
    }
    self.entries = entries
  }

  /// Calls `body` with the leading k - 1 indices of every row, in which the last index goes from the one before it to N - 1.
  @inline(__always)
  private static func forEachRow(size: Int, order: Int, _ body: (_ prefix: [Int]) -> Void) {
    var prefix = [Int](repeating: 0, count: order - 1)
    while true {
      body(prefix)
      // The next prefix: the last index that can still grow does, those after it start from there.
      var place = order - 2
      while place >= 0, prefix[place] == size - 1 { place -= 1 }
      if place < 0 { return }
      let next = prefix[place] + 1
      for later in place..<(order - 1) { prefix[later] = next }
    }
  }

  /// Adds the field of an estimate x: component i gains each entry as often as i is among its indices, times x at the others.
  package func addField(of x: [Double], to field: inout [Double]) {
    let n = size
    let last = order - 1
    var others = [Double](repeating: 0, count: last)
    entries.withUnsafeBufferPointer { entries in
      x.withUnsafeBufferPointer { x in
        field.withUnsafeMutableBufferPointer { y in
          var place = 0
          Self.forEachRow(size: n, order: order) { prefix in
            let first = prefix[last - 1]
            var product = 1.0
            for a in 0..<last {
              product *= x[prefix[a]]
              others[a] = 1
              for b in 0..<last where b != a { others[a] *= x[prefix[b]] }
            }
            let total = dot(entries, place, x, first, count: n - first)
            for k in first..<n { y[k] += entries[place + k - first] * product }
            place += n - first
            for a in 0..<last { y[prefix[a]] += total * others[a] }
          }
        }
      }
    }
  }
}

extension Prior {
  /// A signal of N components: the numbers of components of each part are as near to N times its weight as integers can be.
  ///
  /// Fixing them, and the moments of Gaussian parts, removes fluctuations of the signal's norm, which theory does not have
  /// and which would drown the others. Their order does not matter, because the noise is exchangeable.
  func signal(size: Int, random: inout RandomStream) -> [Double] {
    var signal = [Double](repeating: 0, count: size)
    // Systematic sampling: one random offset rounds all numbers up or down, right in the mean.
    let offset = random.uniform()
    var cumulated = 0.0
    var next = 0
    for (number, part) in components.enumerated() {
      cumulated += part.weight
      let start = next
      while next < size, number == components.count - 1 || Double(next) + offset < cumulated * Double(size) {
        next += 1
      }
      guard next > start else { continue }
      guard part.variance > 0 else {
        for i in start..<next { signal[i] = part.mean }
        continue
      }
      var draws = (start..<next).map { _ in random.normal() }
      let count = Double(draws.count)
      if part.mean != 0, draws.count > 2 {
        let mean = draws.reduce(0, +) / count
        for i in draws.indices { draws[i] -= mean }
      }
      let square = draws.reduce(0) { $0 + $1 * $1 }
      let scale = draws.count > 2 ? (count / square).squareRoot() : 1
      for (i, z) in draws.enumerated() { signal[start + i] = part.mean + part.variance.squareRoot() * scale * z }
    }
    return signal
  }
}

/// An estimate that has exactly the overlap x.x*/N with a signal and the given |x|^2/N, else random.
func estimate(overlap: Double, square: Double, signal: [Double], random: inout RandomStream) -> [Double] {
  let n = Double(signal.count)
  let norm = dot(signal, signal)
  var noise = signal.map { _ in random.normal() }
  let along = norm > 0 ? dot(noise, signal) / norm : 0
  for i in noise.indices { noise[i] -= along * signal[i] }
  let a = norm > 0 ? overlap * n / norm : 0
  let rest = dot(noise, noise)
  let b = rest > 0 ? (max(0, square * n - a * a * norm) / rest).squareRoot() : 0
  return signal.indices.map { a * signal[$0] + b * noise[$0] }
}

/// The scalar product of vectors of equal length.
func dot(_ a: [Double], _ b: [Double]) -> Double {
  a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { b in dot(a, 0, b, 0, count: b.count) } }
}

/// The scalar product of two stretches, in four partial sums: a single one would wait for each addition.
@inline(__always)
func dot(
  _ a: UnsafeBufferPointer<Double>, _ from: Int, _ b: UnsafeBufferPointer<Double>, _ other: Int, count: Int
) -> Double {
  var sum = SIMD4<Double>.zero
  var i = 0
  while i + 4 <= count {
    let (j, k) = (from + i, other + i)
    let left = SIMD4<Double>(a[j], a[j + 1], a[j + 2], a[j + 3])
    let right = SIMD4<Double>(b[k], b[k + 1], b[k + 2], b[k + 3])
    sum += left * right
    i += 4
  }
  var total = sum.sum()
  while i < count {
    total += a[from + i] * b[other + i]
    i += 1
  }
  return total
}
