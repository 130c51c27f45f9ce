// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL

/// Newton's method with a Jacobian that is kept, for a few equations each evaluation of which is expensive.
package struct ChordMethod {
  /// The unknowns.
  package private(set) var x: [Double]
  /// The inverse of the Jacobian, row by row.
  private var inverse: [Double] = []
  private var count: Int { x.count }

  /// - Parameter start: the first guess.
  package init(_ start: [Double]) { x = start }

  /// Measures the Jacobian by central differences.
  ///
  /// - Parameters:
  ///   - step: the difference on either side, large beside the noise of the equations.
  ///   - f: the equations.
  /// - Throws: `GSLError` where the Jacobian is singular.
  package mutating func measure(step: Double = 1e-3, _ f: ([Double]) -> [Double]) throws(GSLError) {
    var jacobian = [Double](repeating: 0, count: count * count)
    for j in 0..<count {
      var ends = (x, x)
      ends.0[j] -= step
      ends.1[j] += step
      let values = (f(ends.0), f(ends.1))
      for i in 0..<count { jacobian[i * count + j] = (values.1[i] - values.0[i]) / (2 * step) }
    }
    guard let inverse = smallInverse(jacobian, count), inverse.allSatisfy(\.isFinite) else {
      throw GSLError(code: Int32(GSL_ESING), context: "Jacobian of a chord method")
    }
    self.inverse = inverse
  }

  /// Corrects the unknowns until a correction is small or as small as the noise of the equations lets it be.
  ///
  /// - Parameters:
  ///   - name: what is solved, for messages.
  ///   - tolerance: the size of the last correction.
  ///   - updates: whether steps mend the Jacobian (Broyden).
  ///   - noise: to what the equations are known.
  ///   - f: the equations.
  /// - Returns: bounds on the errors of the unknowns.
  /// - Throws: `GSLError` where corrections do not shrink.
  package mutating func solve(
    _ name: String, until tolerance: Double, updates: Bool = false, noise: Double = 4 * .ulpOfOne,
    _ f: ([Double]) -> [Double]
  ) throws(GSLError) -> [Double] {
    var last = Double.infinity
    var y = f(x)
    for _ in 0..<25 {
      var correction = apply(y)
      let length = correction.reduce(0) { max($0, abs($1)) }
      guard length.isFinite else { break }
      let rounding = (0..<count).map { i in
        (0..<count).reduce(0) { $0 + abs(inverse[i * count + $1]) } * noise + 2 * x[i].ulp
      }
      let scale = min(1, 0.3 / length)
      for i in 0..<count {
        correction[i] *= scale
        x[i] -= correction[i]
      }
      if length <= tolerance || (length < 1e-8 && length > 0.3 * last) {
        return (0..<count).map { 2 * abs(correction[$0]) + rounding[$0] }
      }
      let next = f(x)
      if updates { mend(step: correction.map { -$0 }, change: zip(next, y).map { $0 - $1 }) }
      (y, last) = (next, length)
    }
    throw GSLError(code: Int32(GSL_ENOPROG), context: "\(name): corrections do not shrink")
  }

  private func apply(_ y: [Double]) -> [Double] {
    (0..<count).map { i in (0..<count).reduce(0) { $0 + inverse[i * count + $1] * y[$1] } }
  }

  /// Broyden's update of the inverse: it then maps the change of the equations to the step.
  private mutating func mend(step: [Double], change: [Double]) {
    let mapped = apply(change)
    var row = [Double](repeating: 0, count: count)
    for j in 0..<count { for i in 0..<count { row[j] += step[i] * inverse[i * count + j] } }
    let size = zip(step, mapped).reduce(0) { $0 + $1.0 * $1.1 }
    guard abs(size) > 0.1 * step.reduce(0, { $0 + $1 * $1 }) else { return }
    for i in 0..<count { for j in 0..<count { inverse[i * count + j] += (step[i] - mapped[i]) * row[j] / size } }
  }
}
