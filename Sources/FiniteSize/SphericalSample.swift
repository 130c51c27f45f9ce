// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointNumerics

/// One landscape H on the sphere |x|^2 = N, drawn from the law of a model: independent Gaussian couplings of every degree.
///
/// H = -N phi(x_1/sqrt N) + sum_k sqrt(xi_k) N^{-(k-1)/2} sum J x ... x, whose covariance is N xi(q).
struct SphericalSample: LandscapeSample, Sendable {
  /// N.
  let size: Int
  private let signal: Polynomial
  /// Symmetric tensors, entry by entry, with everything that multiplies them.
  private let tensors: [(degree: Int, entries: [Double])]

  /// Entries that the tensors of a covariance have.
  static func entries(_ covariance: Polynomial, size: Int) -> Double {
    covariance.terms.reduce(0) { $0 + Double.pow(Double(size), $1.degree) }
  }

  init(_ landscape: some SphericalLandscape, size: Int, random: inout RandomStream) {
    self.size = size
    signal = landscape.signal
    var tensors: [(degree: Int, entries: [Double])] = []
    for term in landscape.covariance.terms {
      let degree = term.degree
      let scale = term.coefficient.squareRoot() * Double.pow(Double(size), -0.5 * Double(degree - 1))
      let count = (0..<degree).reduce(1) { total, _ in total * size }
      var entries = [Double](repeating: 0, count: count)
      var digits = [Int](repeating: 0, count: degree)
      for flat in 0..<count {
        var rest = flat
        for place in stride(from: degree - 1, through: 0, by: -1) {
          digits[place] = rest % size
          rest /= size
        }
        let sorted = digits.sorted()
        if sorted == digits {
          // The sum of the J over all orders of these indices is one normal variable of as many variances.
          entries[flat] = scale * random.normal() / Self.orders(sorted).squareRoot()
        } else {
          // In increasing order the indices come first.
          entries[flat] = entries[sorted.reduce(0) { $0 * size + $1 }]
        }
      }
      tensors.append((degree, entries))
    }
    self.tensors = tensors
  }

  /// In how many orders sorted indices can be written.
  private static func orders(_ sorted: [Int]) -> Double {
    var number = 1.0
    var run = 1
    for i in 1..<max(1, sorted.count) {
      run = sorted[i] == sorted[i - 1] ? run + 1 : 1
      number *= Double(i + 1) / Double(run)
    }
    return number
  }

  /// Euclidean gradient and Hessian (row by row) at x.
  func derivatives(at x: [Double], gradient: inout [Double], hessian: inout [Double], scratch: inout [Double]) {
    let n = size
    for i in 0..<n { gradient[i] = 0 }
    for i in 0..<(n * n) { hessian[i] = 0 }
    for (degree, entries) in tensors {
      if degree == 1 {
        for i in 0..<n { gradient[i] += entries[i] }
        continue
      }
      // Contract one index after the other until a matrix is left.
      var count = entries.count
      if degree > 2 {
        count /= n
        if scratch.count < count { scratch = [Double](repeating: 0, count: count) }
        for i in 0..<count {
          var sum = 0.0
          for j in 0..<n { sum += entries[i * n + j] * x[j] }
          scratch[i] = sum
        }
        while count > n * n {
          count /= n
          for i in 0..<count {
            var sum = 0.0
            for j in 0..<n { sum += scratch[i * n + j] * x[j] }
            scratch[i] = sum
          }
        }
      }
      let k = Double(degree)
      for i in 0..<n {
        var sum = 0.0
        for j in 0..<n {
          let entry = degree == 2 ? entries[i * n + j] : scratch[i * n + j]
          sum += entry * x[j]
          hessian[i * n + j] += k * (k - 1) * entry
        }
        gradient[i] += k * sum
      }
    }
    if !signal.terms.isEmpty {
      let root = Double(n).squareRoot()
      gradient[0] -= root * signal.derivative(1, at: x[0] / root)
      hessian[0] -= signal.derivative(2, at: x[0] / root)
    }
  }
}
