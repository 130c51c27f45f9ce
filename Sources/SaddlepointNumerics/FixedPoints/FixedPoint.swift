// SPDX-License-Identifier: GPL-3.0-or-later

/// The end of a fixed-point iteration.
public struct FixedPoint: Sendable, Hashable {
  /// The last iterate.
  public let values: [Double]
  /// Largest component of G(x) - x in modulus.
  public let residual: Double
  /// Estimated distance to the fixed point, from the residual and the Jacobian of the map, measured at the end.
  public let error: Double
  /// Number of evaluations of the map.
  public let evaluations: Int
  /// Why the iteration did not converge; nil if it did.
  public let failure: String?

  /// Whether the iteration converged.
  public var isConverged: Bool { failure == nil }
}

/// How a fixed point x = G(x) is approached.
public struct FixedPointIteration: Sendable, Hashable {
  /// Share of the new iterate that is taken, in (0, 1]; below 1 the iteration is damped.
  public var damping: Double
  /// Number of earlier iterates that Anderson's acceleration combines; 0 for none.
  ///
  /// Where acceleration ends at a fixed point that repels, the one that the plain iteration reaches is preferred, if any.
  public var depth: Int
  /// Estimated distance to the fixed point at which the iteration ends, relative to the larger of 1 and the iterate.
  public var tolerance: Double
  /// Number of evaluations after which it gives up.
  public var limit: Int

  /// Settings of an iteration.
  public init(damping: Double = 1, depth: Int = 0, tolerance: Double = 1e-12, limit: Int = 10_000) {
    self.damping = min(max(damping, 1e-6), 1)
    self.depth = min(max(depth, 0), 20)
    self.tolerance = max(tolerance, 1e-15)
    self.limit = max(limit, 2)
  }

  /// Iterates the map from a start.
  ///
  /// - Parameters:
  ///   - start: the first iterate; its length is n.
  ///   - map: G(x), written into its second argument.
  /// - Returns: the last iterate, whether converged or not; see ``FixedPoint/failure``.
  /// - Throws: what the map throws.
  /// - Complexity: O(n depth^2) for each evaluation besides the evaluation itself; n evaluations and O(n^3) at the end.
  public func run<E: Error>(
    from start: [Double], _ map: ([Double], inout [Double]) throws(E) -> Void
  ) throws(E) -> FixedPoint {
    let n = start.count
    var x = start
    var image = [Double](repeating: 0, count: n)
    var step = image
    var steps: [[Double]] = []  // differences of residuals
    var moves: [[Double]] = []  // differences of iterates
    var oldX = x
    var oldStep = step
    var evaluations = 0
    while evaluations < limit {
      try map(x, &image)
      evaluations += 1
      var residual = 0.0
      var size = 1.0
      for index in 0..<n {
        step[index] = image[index] - x[index]
        residual = max(residual, abs(step[index]))
        size = max(size, abs(x[index]))
        if !image[index].isFinite {
          return FixedPoint(
            values: x, residual: .infinity, error: .infinity, evaluations: evaluations,
            failure: "the map is not finite at iterate \(evaluations)")
        }
      }
      if residual <= tolerance * size {
        let rounding = 2 * .ulpOfOne * size
        // x - x* = (1 - J)^-1 (x - G(x)): the Jacobian J decides how far the fixed point is.
        let probe = 1e-7 * size
        var system = Matrix(rows: n, columns: n)
        var shifted = x
        var shiftedImage = image
        for column in 0..<n {
          shifted[column] = x[column] + probe
          try map(shifted, &shiftedImage)
          evaluations += 1
          for row in 0..<n {
            system[row, column] =
              (row == column ? 1 : 0) - (shiftedImage[row] - image[row]) / (shifted[column] - x[column])
          }
          shifted[column] = x[column]
        }
        if depth > 0, let factors = try? LUFactorization(system), factors.determinantSign < 0 {
          // det(1 - J) < 0: an eigenvalue of J above 1, from which even damped iterations run away. Which fixed point is meant
          // the plain iteration decides.
          var plain = self
          plain.depth = 0
          let reached = try plain.run(from: start, map)
          if reached.isConverged { return reached }
        }
        let error = Self.distance(system, residual: residual, rounding: rounding)
        if error <= tolerance * size || residual <= rounding {
          return FixedPoint(values: image, residual: residual, error: error, evaluations: evaluations, failure: nil)
        }
      }
      if depth > 0 {
        if evaluations > 1 {
          moves.append((0..<n).map { x[$0] - oldX[$0] })
          steps.append((0..<n).map { step[$0] - oldStep[$0] })
          if moves.count > min(depth, n) {
            moves.removeFirst()
            steps.removeFirst()
          }
        }
        oldX = x
        oldStep = step
        let weights = Self.weights(steps, step)
        for index in 0..<n {
          var correction = 0.0
          for k in weights.indices { correction += weights[k] * (moves[k][index] + damping * steps[k][index]) }
          x[index] += damping * step[index] - correction
        }
      } else {
        for index in 0..<n { x[index] += damping * step[index] }
      }
    }
    var residual = 0.0
    for component in step { residual = max(residual, abs(component)) }
    return FixedPoint(
      values: x, residual: residual, error: .infinity, evaluations: evaluations,
      failure: "no convergence within \(limit) evaluations (residual \(residual))")
  }

  /// Bound on the distance of G(x) from the fixed point, in the largest component, from the matrix 1 - J.
  private static func distance(_ system: Matrix, residual: Double, rounding: Double) -> Double {
    let n = system.rows
    guard n > 0 else { return 0 }
    guard let factors = try? LUFactorization(system) else { return .infinity }
    var inverse = [Double](repeating: 0, count: n)
    var inverseMinusOne = inverse
    for column in 0..<n {
      var unit = [Double](repeating: 0, count: n)
      unit[column] = 1
      guard let solution = try? factors.solve(unit) else { return .infinity }
      for row in 0..<n {
        inverse[row] += abs(solution[row])
        inverseMinusOne[row] += abs(solution[row] - unit[row])
      }
    }
    // The differences know J to some 1e-7 only, hence the margin.
    let bound = (inverseMinusOne.max() ?? 0) * residual + (inverse.max() ?? 0) * rounding
    return bound.isFinite ? 1.01 * bound : .infinity
  }

  /// The combination of earlier differences that comes nearest to the present residual (least squares).
  private static func weights(_ differences: [[Double]], _ step: [Double]) -> [Double] {
    guard !differences.isEmpty else { return [] }
    let count = differences.count
    var normal = Matrix(rows: count, columns: count)
    var right = [Double](repeating: 0, count: count)
    for i in 0..<count {
      for j in 0..<count { normal[i, j] = zip(differences[i], differences[j]).reduce(0) { $0 + $1.0 * $1.1 } }
      right[i] = zip(differences[i], step).reduce(0) { $0 + $1.0 * $1.1 }
      normal[i, i] *= 1 + 1e-14
    }
    guard let factors = try? LUFactorization(normal), let weights = try? factors.solve(right),
      weights.allSatisfy({ $0.isFinite && abs($0) < 1e6 })
    else { return [] }
    return weights
  }
}
