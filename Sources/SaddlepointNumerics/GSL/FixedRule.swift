// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims
import Synchronization

/// Nodes and weights of a Gauss rule, taken from GSL once and summed in Swift.
///
/// A fixed rule costs one evaluation per node and says nothing about its error: compare two orders, or use
/// ``integral(_:from:to:breakPoints:absolute:relative:_:)-swift.func``.
public struct FixedRule: Sendable, Hashable {
  /// The nodes, increasing.
  public let nodes: [Double]
  /// The weights, positive unless they underflow.
  public let weights: [Double]

  @usableFromInline
  init(nodes: [Double], weights: [Double]) {
    self.nodes = nodes
    self.weights = weights
  }

  /// The sum of weight times value over all nodes.
  @inlinable
  public func sum<E: Error>(_ f: (Double) throws(E) -> Double) throws(E) -> Double {
    var total = 0.0
    var i = 0
    while i < nodes.count {
      let y = try f(nodes[i])
      total += weights[i] * y
      i += 1
    }
    return total
  }

  /// The sum for the rule stretched from [-1, 1] to [a, b]: the integral over that range for a Gauss-Legendre rule.
  @inlinable
  public func sum<E: Error>(from a: Double, to b: Double, _ f: (Double) throws(E) -> Double) throws(E) -> Double {
    let middle = 0.5 * (a + b)
    let half = 0.5 * (b - a)
    var total = 0.0
    var i = 0
    while i < nodes.count {
      let y = try f(middle + half * nodes[i])
      total += weights[i] * y
      i += 1
    }
    return half * total
  }
}

extension FixedRule {
  private struct Key: Hashable {
    let name: String
    let order: Int
  }

  private static let cache = Mutex<[Key: FixedRule]>([:])

  /// The Gauss-Legendre rule on [-1, 1] with `order` nodes: exact for polynomials of degree `2 order - 1`.
  ///
  /// Made once per order and kept.
  /// - Throws: ``GSLError`` unless `order` is 1 or more.
  public static func gaussLegendre(_ order: Int) throws(GSLError) -> FixedRule {
    try cached(Key(name: "Gauss-Legendre", order: order)) {
      guard let table = gsl_integration_glfixed_table_alloc(order) else { return nil }
      defer { gsl_integration_glfixed_table_free(table) }
      var rule: (nodes: [Double], weights: [Double]) = ([], [])
      for i in 0..<order {
        var node = 0.0
        var weight = 0.0
        gsl_integration_glfixed_point(-1, 1, i, &node, &weight, table)
        if table.pointee.precomputed == 0 { (node, weight) = polished(node, order) }
        rule.nodes.append(node)
        rule.weights.append(weight)
      }
      return FixedRule(nodes: rule.nodes, weights: rule.weights)
    }
  }

  /// A Gauss-Legendre node and its weight to full precision.
  ///
  /// GSL has tables for some orders; for the others its nodes are good to 1e-10 only, and Newton steps mend them.
  private static func polished(_ start: Double, _ order: Int) -> (node: Double, weight: Double) {
    var x = start
    for _ in 0..<2 { x -= legendre(order, at: x).correction }
    // The weight is 2 (1 - x^2) / ((1 - x^2) P')^2. The denominator is stationary at a root; near the ends 1 - x^2 feels
    // the rounding of x, so it is taken at the unrounded root, x less the last correction.
    let (correction, scaledSlope) = legendre(order, at: x)
    return (x, 2 * ((1 - x) * (1 + x) + 2 * x * correction) / (scaledSlope * scaledSlope))
  }

  /// P/P' and (1 - x^2) P' of the Legendre polynomial P of the given order.
  private static func legendre(_ order: Int, at x: Double) -> (correction: Double, scaledSlope: Double) {
    var previous = 1.0
    var current = x
    for k in stride(from: 1, to: order, by: 1) {
      (previous, current) = (current, x * current + (x * current - previous) * (Double(k) / Double(k + 1)))
    }
    let scaledSlope = Double(order) * (previous - x * current)
    return (current * (1 - x) * (1 + x) / scaledSlope, scaledSlope)
  }

  /// The Gauss-Hermite rule for a standard normal variable: ``sum(_:)`` is E f(z), exact for polynomials of degree
  /// `2 order - 1`; the weights add up to 1.
  ///
  /// Made once per order, at a cost of the order cubed at most, and kept. Weights far out underflow to 0 from order 400 on.
  /// - Throws: ``GSLError`` unless `order` is 1 or more.
  public static func gaussHermite(_ order: Int) throws(GSLError) -> FixedRule {
    try cached(Key(name: "Gauss-Hermite", order: order)) {
      let kind = saddlepoint_fixed_hermite()
      guard let workspace = gsl_integration_fixed_alloc(kind, order, 0, 0.5, 0, 0) else { return nil }
      defer { gsl_integration_fixed_free(workspace) }
      let nodes = UnsafeBufferPointer(start: gsl_integration_fixed_nodes(workspace), count: order)
      let weights = UnsafeBufferPointer(start: gsl_integration_fixed_weights(workspace), count: order)
      let total = weights.reduce(0, +)
      return FixedRule(nodes: Array(nodes), weights: weights.map { $0 / total })
    }
  }

  private static func cached(_ key: Key, _ make: () -> FixedRule?) throws(GSLError) -> FixedRule {
    _ = GSLRuntime.ready
    if let rule = cache.withLock({ $0[key] }) { return rule }
    // Made outside the lock: two threads may both make it, and both make the same.
    guard key.order >= 1, let rule = make() else {
      throw GSLError(code: Int32(GSL_EINVAL), context: "\(key.name) rule of order \(key.order)")
    }
    cache.withLock { $0[key] = rule }
    return rule
  }
}
