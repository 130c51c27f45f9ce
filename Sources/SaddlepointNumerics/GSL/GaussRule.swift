// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims
import Synchronization

/// Nodes and weights of a fixed rule, taken from GSL once and summed in Swift, which is faster than any callback.
public struct GaussRule: Sendable, Hashable {
  /// The nodes, increasing.
  public let nodes: [Double]
  /// Their weights.
  public let weights: [Double]

  @usableFromInline init(nodes: [Double], weights: [Double]) {
    self.nodes = nodes
    self.weights = weights
  }

  /// Sum of weights times values at `centre + scale * node`.
  @inlinable
  public func sum<E: Error>(centre: Double, scale: Double, _ f: (Double) throws(E) -> Double) throws(E) -> Double {
    var total = 0.0
    var index = 0
    while index < nodes.count {
      total += weights[index] * (try f(centre + scale * nodes[index]))
      index += 1
    }
    return total
  }
}

/// Fixed Gauss-Legendre rules: exact for polynomials of degree below 2n.
public enum GaussLegendre {
  private static let cache = Mutex<[Int: GaussRule]>([:])

  /// The rule of `n` >= 1 nodes on [-1, 1], made once.
  public static func rule(_ n: Int) -> GaussRule {
    let n = max(1, n)
    if let known = cache.withLock({ $0[n] }) { return known }
    _ = GSLRuntime.ready
    var pairs: [(Double, Double)] = []
    if let table = gsl_integration_glfixed_table_alloc(n) {
      for index in 0..<n {
        var (x, w) = (0.0, 0.0)
        gsl_integration_glfixed_point(-1, 1, index, &x, &w, table)
        pairs.append((x, w))
      }
      gsl_integration_glfixed_table_free(table)
    }
    pairs.sort { $0.0 < $1.0 }
    let rule = GaussRule(nodes: pairs.map(\.0), weights: pairs.map(\.1))
    cache.withLock { $0[n] = rule }
    return rule
  }
}

extension GaussRule {
  /// The integral of `f` over [a, b] by a Gauss-Legendre rule.
  ///
  /// No error estimate: compare with a finer rule.
  @inlinable
  public func integrate<E: Error>(_ a: Double, _ b: Double, _ f: (Double) throws(E) -> Double) throws(E) -> Double {
    let half = 0.5 * (b - a)
    return half * (try sum(centre: 0.5 * (a + b), scale: half, f))
  }

  /// The expectation of f(z), z standard normal, by a Gauss-Hermite rule.
  ///
  /// No error estimate: compare with a finer rule.
  @inlinable
  public func expectation<E: Error>(_ f: (Double) throws(E) -> Double) throws(E) -> Double {
    try sum(centre: 0, scale: 1, f)
  }
}

/// Fixed Gauss-Hermite rules for a standard normal variable: exact for polynomials of degree below 2n.
public enum GaussHermite {
  private static let cache = Mutex<[Int: GaussRule]>([:])

  /// The rule of `n` >= 1 nodes with weights that sum to 1, made once.
  /// - Throws: `GSLError` for so many nodes (above about 350) that weights underflow.
  public static func rule(_ n: Int) throws(GSLError) -> GaussRule {
    if let known = cache.withLock({ $0[n] }) { return known }
    _ = GSLRuntime.ready
    // Weight exp(-b (x-a)^2) with a = 0, b = 1/2: the normal density up to its normalisation.
    guard n >= 1, let workspace = gsl_integration_fixed_alloc(saddlepoint_fixed_hermite(), n, 0, 0.5, 0, 0),
      let nodes = gsl_integration_fixed_nodes(workspace), let weights = gsl_integration_fixed_weights(workspace)
    else { throw .invalid("Gauss-Hermite rule of \(n) nodes") }
    defer { gsl_integration_fixed_free(workspace) }
    let norm = (0..<n).reduce(0) { $0 + weights[$1] }
    guard norm.isFinite, norm > 0 else { throw .invalid("Gauss-Hermite rule of \(n) nodes") }
    let rule = GaussRule(nodes: (0..<n).map { nodes[$0] }, weights: (0..<n).map { weights[$0] / norm })
    cache.withLock { $0[n] = rule }
    return rule
  }
}
