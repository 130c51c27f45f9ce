// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore

/// Gradient descent with momentum in discrete time, exact in the limit of many dimensions.
///
///     y = x_n + beta (x_n - x_(n-1)) - eta grad H(x_n),   x_(n+1) = sqrt(N) y/|y|,   x_(-1) = x_0
///
/// No step error: the equations for overlaps of different steps close. Source: theory sheet *dynamics*, section 4.
public struct DiscreteDynamics: Sendable, Hashable {
  /// xi, the covariance polynomial.
  public let covariance: Polynomial
  /// phi, the signal polynomial.
  public let signal: Polynomial
  /// eta > 0.
  public let learningRate: Double
  /// beta >= 0.
  public let momentum: Double
  /// m(0) in [-1, 1]; the start is random at this overlap.
  public let initialOverlap: Double

  /// A step of the history.
  public struct Step: Sendable, Hashable {
    /// n.
    public let number: Int
    /// m_n.
    public let overlap: Double
    /// e_n = H/N.
    public let energy: Double
    /// -x.grad H/N.
    public let multiplier: Double
    /// C(n,s) for s = 0, ..., n.
    public let correlations: [Double]
  }

  /// An update rule in a landscape.
  ///
  /// - Parameters:
  ///   - landscape: covariance and signal.
  ///   - learningRate: eta > 0.
  ///   - momentum: 0 <= beta < 1.
  ///   - initialOverlap: m(0) in [-1, 1].
  /// - Throws: `DomainError` for a number outside these ranges.
  public init(
    _ landscape: some SphericalLandscape, learningRate: Double, momentum: Double = 0, initialOverlap: Double = 0
  ) throws(DomainError) {
    covariance = landscape.covariance
    signal = landscape.signal
    self.learningRate = try DynamicsParameter.learningRate.checked(learningRate)
    self.momentum = try DynamicsParameter.momentum.checked(momentum)
    self.initialOverlap = try DynamicsParameter.initialOverlap.checked(initialOverlap)
  }

  /// The history from the start to the last step.
  ///
  /// - Parameter steps: number of updates, >= 0.
  /// - Returns: steps 0 to `steps`.
  /// - Complexity: O(steps^3).
  public func history(steps: Int) -> [Step] {
    let xi = FastPolynomial(covariance)
    let phi = FastPolynomial(signal)
    let (eta, beta) = (learningRate, momentum)
    let width = steps + 2
    // C(n,s) for both orders, R(n,s) for s < n.
    var c = [Double](repeating: 0, count: width * width)
    var r = [Double](repeating: 0, count: width * width)
    var m = [initialOverlap]
    c[0] = 1
    var history: [Step] = []
    for n in 0...steps {
      let row = n * width
      let s = (0..<n).map { xi.second(c[row + $0]) * r[row + $0] }
      let d = (0...n).map { xi.first(c[row + $0]) }
      let force = phi.first(m[n])
      // Projections of the force on x_0, ..., x_n; the parts of noise are also those with the noise's own history.
      var projections = [Double](repeating: 0, count: n + 1)
      var noise = [Double](repeating: 0, count: n + 1)
      for q in 0...n {
        for u in 0..<q { noise[q] += d[u] * r[q * width + u] }
        var sum = force * m[q] + noise[q]
        for u in 0..<n { sum += s[u] * c[u * width + q] }
        projections[q] = sum
      }
      let response = (0..<n).reduce(0) { $0 + d[$1] * r[row + $1] }
      history.append(
        Step(
          number: n, overlap: m[n], energy: -phi.value(m[n]) - response, multiplier: projections[n],
          correlations: Array(c[row...(row + n)])))
      if n == steps { break }
      var (sm, square) = (0.0, force * force + xi.first(1))
      for u in 0..<n {
        sm += s[u] * m[u]
        square += 2 * s[u] * noise[u]
        for v in 0..<n { square += s[u] * c[u * width + v] * s[v] }
      }
      square += 2 * force * sm
      let before = max(n - 1, 0)
      let lag = c[row + before]
      let norm =
        (1 + beta) * (1 + beta) + beta * beta - 2 * beta * (1 + beta) * lag
        + 2 * eta * ((1 + beta) * projections[n] - beta * projections[before]) + eta * eta * square
      let scale = 1 / Double.sqrt(norm)
      let next = (n + 1) * width
      for q in 0...n {
        let value =
          scale * ((1 + beta) * c[row + q] - beta * c[before * width + q] + eta * projections[q])
        c[next + q] = value
        c[q * width + n + 1] = value
        var memory = q == n ? 1.0 : 0
        for u in 0..<n { memory += s[u] * r[u * width + q] }
        r[next + q] = scale * ((1 + beta) * r[row + q] - beta * r[before * width + q] + eta * memory)
      }
      c[next + n + 1] = 1
      m.append(scale * ((1 + beta) * m[n] - beta * m[before] + eta * (force + sm)))
    }
    return history
  }
}
