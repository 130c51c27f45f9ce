// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics

/// A landscape on the sphere |x|^2 = N whose derivatives can be had anywhere; a signal lies along the first axis.
protocol LandscapeSample {
  /// N.
  var size: Int { get }
  /// Euclidean gradient and Hessian (row by row) at x.
  func derivatives(at x: [Double], gradient: inout [Double], hessian: inout [Double], scratch: inout [Double])
}

/// All stationary points of a sampled landscape: on the circle from the changes of sign of the derivative, in more dimensions
/// by Newton's method from many starts.
///
/// The search is complete only as far as a test tells: the alternating sum of the numbers by index must be the Euler
/// characteristic of the sphere (2 for odd N, 0 for even N), and a long run of further starts must have found nothing new.
struct StationaryPointSearch<Sample: LandscapeSample> {
  private let sample: Sample
  private let size: Int
  private var gradient: [Double]
  private var hessian: [Double]
  private var scratch: [Double] = []
  private var system: [Double]
  private var points: [[Double]] = []
  /// The number of points of each index.
  private(set) var counts: [Int]
  /// Overlap x_1/sqrt(N) and index of every point.
  private(set) var found: [(overlap: Double, index: Int)] = []

  init(_ sample: Sample) {
    self.sample = sample
    size = sample.size
    gradient = [Double](repeating: 0, count: size)
    hessian = [Double](repeating: 0, count: size * size)
    system = [Double](repeating: 0, count: (size + 1) * (size + 2))
    counts = [Int](repeating: 0, count: size)
  }

  /// Whether the numbers by index obey Morse's theorem.
  var obeysMorse: Bool {
    let alternating = counts.enumerated().reduce(0) { $0 + ($1.offset.isMultiple(of: 2) ? 1 : -1) * $1.element }
    return alternating == (size.isMultiple(of: 2) ? 0 : 2)
  }

  /// Looks for all points; true if the tests of completeness are passed.
  mutating func run(random: inout RandomStream, highestDegree: Int) -> Bool {
    if size == 2 { return walk(highestDegree) }
    var quiet = 0
    var starts = 0
    var next = 0
    while starts < 20_000 {
      if quiet >= max(60, 12 * points.count), obeysMorse { return true }
      starts += 1
      var x: [Double]
      if next < points.count {
        // Where there is a point, its antipode is often near one.
        x = points[next].map { -$0 }
        next += 1
      } else {
        x = (0..<size).map { _ in random.normal() }
        normalise(&x)
      }
      quiet = newton(&x) && isNew(x) ? 0 : quiet + 1
      if quiet == 0 { add(x) }
    }
    return false
  }

  private func normalise(_ x: inout [Double]) {
    let factor = (Double(size) / x.reduce(0) { $0 + $1 * $1 }).squareRoot()
    for i in 0..<size { x[i] *= factor }
  }

  private func isNew(_ x: [Double]) -> Bool {
    for point in points {
      var distance = 0.0
      for i in 0..<size { distance += (x[i] - point[i]) * (x[i] - point[i]) }
      if distance < 1e-12 * Double(size) { return false }
    }
    return true
  }

  private mutating func count(_ index: Int, overlap: Double) {
    counts[index] += 1
    found.append((overlap, index))
  }

  private mutating func add(_ x: [Double]) {
    points.append(x)
    sample.derivatives(at: x, gradient: &gradient, hessian: &hessian, scratch: &scratch)
    // Riemannian Hessian on the tangent space; the direction of x itself gets a positive eigenvalue.
    let n = Double(size)
    var radial = 0.0
    for i in 0..<size { radial += x[i] * gradient[i] / n }
    var matrix = Matrix(rows: size, columns: size)
    let along = (0..<size).map { i in (0..<size).reduce(0.0) { $0 + hessian[i * size + $1] * x[$1] } / n }
    let both = (0..<size).reduce(0.0) { $0 + along[$1] * x[$1] } / n
    for i in 0..<size {
      for j in 0..<size {
        let projected = hessian[i * size + j] - along[i] * x[j] - x[i] * along[j] + both * x[i] * x[j]
        matrix[i, j] = projected - (i == j ? radial : 0) + (radial + 1) * x[i] * x[j] / n
      }
    }
    let values = (try? SymmetricEigensystem(matrix).values) ?? []
    count(min(size - 1, values.count { $0 < 0 }), overlap: x[0] / n.squareRoot())
  }

  /// Newton's method on the sphere; false where it does not converge.
  private mutating func newton(_ x: inout [Double]) -> Bool {
    let n = Double(size)
    let columns = size + 2
    for _ in 0..<60 {
      sample.derivatives(at: x, gradient: &gradient, hessian: &hessian, scratch: &scratch)
      var radial = 0.0
      for i in 0..<size { radial += x[i] * gradient[i] / n }
      // Hessian and constraint x.step = 0 together.
      for i in 0..<size {
        for j in 0..<size { system[i * columns + j] = hessian[i * size + j] }
        system[i * columns + i] -= radial
        system[i * columns + size] = x[i]
        system[i * columns + size + 1] = radial * x[i] - gradient[i]
        system[size * columns + i] = x[i]
      }
      system[size * columns + size] = 0
      system[size * columns + size + 1] = 0
      guard eliminate() else { return false }
      var length = 0.0
      for i in 0..<size { length += system[i * columns + size + 1] * system[i * columns + size + 1] }
      length = length.squareRoot()
      let factor = min(1, 0.4 * n.squareRoot() / length)
      for i in 0..<size { x[i] += factor * system[i * columns + size + 1] }
      normalise(&x)
      if length < 1e-11 * n.squareRoot() { return true }
    }
    return false
  }

  /// Solves the system in place by elimination with pivoting; the solution is left in its last column.
  private mutating func eliminate() -> Bool {
    let rows = size + 1
    let columns = size + 2
    for k in 0..<rows {
      var pivot = k
      for i in k..<rows where abs(system[i * columns + k]) > abs(system[pivot * columns + k]) { pivot = i }
      guard abs(system[pivot * columns + k]) > 1e-300 else { return false }
      if pivot != k { for j in k..<columns { system.swapAt(k * columns + j, pivot * columns + j) } }
      let inverse = 1 / system[k * columns + k]
      for j in k..<columns { system[k * columns + j] *= inverse }
      for i in 0..<rows where i != k {
        let factor = system[i * columns + k]
        if factor != 0 { for j in k..<columns { system[i * columns + j] -= factor * system[k * columns + j] } }
      }
    }
    return true
  }

  /// N = 2: the derivative along the circle is a trigonometric polynomial of the landscape's degree.
  private mutating func walk(_ degree: Int) -> Bool {
    let steps = 64 * max(1, degree)
    let step = 2 * Double.pi / Double(steps)
    // Half a step aside of the signal's axis, where symmetric landscapes have points.
    func angle(_ i: Int) -> Double { (Double(i) + 0.381966) * step }
    var (slope, curvature) = slopes(angle(0))
    for i in 1...steps {
      let (nextSlope, nextCurvature) = slopes(angle(i))
      if slope * nextSlope < 0 {
        let place = angle(i - 1) + step * slope / (slope - nextSlope)
        count(slope < 0 ? 0 : 1, overlap: Double.cos(place))
      } else if curvature * nextCurvature < 0, slope * curvature < 0 {
        // The slope turns back before the next place: two zeros if it has crossed 0.
        var (low, high) = (angle(i - 1), angle(i))
        for _ in 0..<50 {
          let middle = 0.5 * (low + high)
          if slopes(middle).curvature * curvature > 0 { low = middle } else { high = middle }
        }
        if slopes(0.5 * (low + high)).slope * slope < 0 {
          for index in 0...1 { count(index, overlap: Double.cos(0.5 * (low + high))) }
        }
      }
      (slope, curvature) = (nextSlope, nextCurvature)
    }
    return obeysMorse
  }

  /// First and second derivative of H along the circle.
  private mutating func slopes(_ angle: Double) -> (slope: Double, curvature: Double) {
    let root = 2.0.squareRoot()
    let (c, s) = (root * Double.cos(angle), root * Double.sin(angle))
    sample.derivatives(at: [c, s], gradient: &gradient, hessian: &hessian, scratch: &scratch)
    let slope = -s * gradient[0] + c * gradient[1]
    let curvature =
      s * s * hessian[0] - 2 * s * c * hessian[1] + c * c * hessian[3] - c * gradient[0] - s * gradient[1]
    return (slope, curvature)
  }
}
