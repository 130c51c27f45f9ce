// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import RealModule
public import SaddlepointCore

/// Expectations over one or two standard normal variables, with error estimates.
///
/// Two routes. `smooth` is the trapezoidal rule, which converges exponentially for integrands that are analytic near the
/// real axis; `adaptive` integrates between break points and is for kinks and jumps. Both find their range themselves: up
/// to where the integrand times the Gaussian weight is negligible, at most 38, where the weight underflows.
///
/// An expectation converged when its error is at most `absolute` or at most `relative` times its size, whichever is larger;
/// else it is `not-converged` with the best value. Both routes throw ``GSLError`` if `f` is not finite somewhere (it is not
/// called again after that), and pass on the first error of a throwing `f` unchanged.
public enum GaussianExpectation {
  /// E f(z) for a smooth `f`.
  ///
  /// Smooth means analytic in a strip around the real axis: steps are halved from 1/2 down to 2^-10, and 1/8 does for a
  /// strip of half-width 1. Structures narrower than 1/8 that no node hits are missed. Cost: about 160 evaluations, twice as
  /// many for each halving beyond 1/8.
  public static func smooth(
    _ context: String, absolute: Double = 1e-13, relative: Double = 1e-12, _ f: (Double) -> Double
  ) throws(GSLError) -> Estimate {
    try trapezoidal(context, absolute, relative) { z in (f(z), 0) }
  }

  /// E f(z) for a smooth `f` that may throw.
  @inlinable
  public static func smooth(
    _ context: String, absolute: Double = 1e-13, relative: Double = 1e-12, _ f: (Double) throws -> Double
  ) throws -> Estimate {
    try catching(f) { f in
      try smooth(context, absolute: absolute, relative: relative, f)
    }
  }

  /// E f(z) by adaptive quadrature between the given kinks, jumps or singularities of `f`.
  ///
  /// Cost: 21 evaluations for each interval, with some ten intervals at least.
  public static func adaptive(
    _ context: String, breakPoints: [Double], absolute: Double = 1e-13, relative: Double = 1e-10,
    _ f: (Double) -> Double
  ) throws(GSLError) -> Estimate {
    var reach = try Reach(context, avoiding: breakPoints) { (f($0), 0) }
    for point in breakPoints where abs(point) < Reach.limit { reach.include(point) }
    let panels = [-8.0, -3, 0, 3, 8]
    let body = try integral(
      context, from: reach.lower, to: reach.upper, breakPoints: breakPoints + panels, absolute: absolute,
      relative: relative
    ) { z in
      // Infinity times a weight that underflowed would hide as a NaN: let the integrand's own value be judged.
      let y = f(z)
      return y.isFinite ? y * density(z) : y
    }
    return body.widened(by: reach.truncation, absolute, relative)
  }

  /// E f(z) for an `f` with kinks that may throw.
  @inlinable
  public static func adaptive(
    _ context: String, breakPoints: [Double], absolute: Double = 1e-13, relative: Double = 1e-10,
    _ f: (Double) throws -> Double
  ) throws -> Estimate {
    try catching(f) { f in
      try adaptive(context, breakPoints: breakPoints, absolute: absolute, relative: relative, f)
    }
  }
}

// MARK: - Two variables

extension GaussianExpectation {
  /// E f(x, y) for a smooth `f` of two standard normal variables with the given correlation.
  ///
  /// Cost: the square of the cost in one variable, 25,000 evaluations or more.
  /// - Throws: ``GSLError`` also for a correlation outside [-1, 1].
  public static func smooth(
    _ context: String, correlation: Double = 0, absolute: Double = 1e-13, relative: Double = 1e-12,
    _ f: (Double, Double) -> Double
  ) throws(GSLError) -> Estimate {
    let spread = try conditionalSpread(context, correlation)
    if spread == 0 { return try smooth(context, absolute: absolute, relative: relative) { f($0, correlation * $0) } }
    var failure: GSLError?
    let result = Result { () throws(GSLError) in
      try trapezoidal(context, absolute, relative) { x in
        if failure != nil { return (.nan, 0) }
        do throws(GSLError) {
          let inner = try smooth(context, absolute: absolute / 4, relative: relative / 4) { w in
            f(x, correlation * x + spread * w)
          }
          return (inner.value ?? .nan, inner.error)
        } catch {
          failure = error
          return (.nan, 0)
        }
      }
    }
    if let failure { throw failure }
    return try result.get()
  }

  /// E f(x, y) for a smooth `f` of two variables that may throw.
  @inlinable
  public static func smooth(
    _ context: String, correlation: Double = 0, absolute: Double = 1e-13, relative: Double = 1e-12,
    _ f: (Double, Double) throws -> Double
  ) throws -> Estimate {
    try withoutActuallyEscaping(f) { f in
      try catching({ (z: (Double, Double)) in try f(z.0, z.1) }, placeholder: .nan) { g in
        try smooth(context, correlation: correlation, absolute: absolute, relative: relative) { x, y in g((x, y)) }
      }
    }
  }

  /// E f(x, y) for an `f` with kinks, of two standard normal variables with the given correlation.
  ///
  /// - Parameters:
  ///   - context: what is computed, for messages.
  ///   - correlation: E xy, from -1 to 1.
  ///   - first: kinks of the expectation over y alone, as a function of x.
  ///   - second: kinks in y at a given x.
  ///   - absolute: allowed absolute error.
  ///   - relative: allowed relative error.
  ///   - f: the integrand.
  /// - Returns: the expectation; its error includes the errors of the inner integrals.
  /// - Throws: ``GSLError`` also for a correlation outside [-1, 1].
  public static func adaptive(
    _ context: String, correlation: Double = 0, breakPoints first: [Double], inner second: (Double) -> [Double],
    absolute: Double = 1e-10, relative: Double = 1e-9, _ f: (Double, Double) -> Double
  ) throws(GSLError) -> Estimate {
    let spread = try conditionalSpread(context, correlation)
    if spread == 0 {
      return try adaptive(context, breakPoints: first, absolute: absolute, relative: relative) {
        f($0, correlation * $0)
      }
    }
    var failure: GSLError?
    var errors: [(x: Double, error: Double)] = []
    let result = Result { () throws(GSLError) in
      try adaptive(context, breakPoints: first, absolute: absolute / 2, relative: relative / 2) { x in
        if failure != nil { return .nan }
        do throws(GSLError) {
          let kinks = second(x).map { ($0 - correlation * x) / spread }
          let inner = try adaptive(context, breakPoints: kinks, absolute: absolute / 8, relative: relative / 8) { w in
            f(x, correlation * x + spread * w)
          }
          errors.append((x, density(x) * inner.error))
          return inner.value ?? .nan
        } catch {
          failure = error
          return .nan
        }
      }
    }
    if let failure { throw failure }
    // The mean of the inner errors, from above: between neighbouring nodes the larger of the two.
    errors.sort { $0.x < $1.x }
    var inherited = 0.0
    for (a, b) in zip(errors, errors.dropFirst()) { inherited += (b.x - a.x) * max(a.error, b.error) }
    return try result.get().widened(by: inherited, absolute, relative)
  }

  /// Standard deviation of one variable given the other.
  private static func conditionalSpread(_ context: String, _ correlation: Double) throws(GSLError) -> Double {
    guard abs(correlation) <= 1 else {
      throw GSLError(code: Int32(GSL_EDOM), context: "\(context): the correlation is \(correlation)")
    }
    return ((1 - correlation) * (1 + correlation)).squareRoot()
  }
}

// MARK: - The trapezoidal rule

/// The standard normal density.
private func density(_ z: Double) -> Double { .exp(-0.5 * z * z) * 0.398_942_280_401_432_68 }

/// An integrand's value at a node, with the error of that value.
private typealias Valued = (value: Double, error: Double)

/// Where the integrand ends to matter, and its sum over the multiples of 1/2 up to there.
private struct Reach {
  static let limit = 38.0
  /// Ends of the range, multiples of 1/2.
  var lower = -8.5
  var upper = 8.5
  /// Bound on what lies outside.
  var truncation = 0.0
  /// The nodes met on the way.
  var nodes = NodeSum()

  init(_ context: String, avoiding singular: [Double] = [], _ f: (Double) -> Valued) throws(GSLError) {
    var largest = 0.0
    for k in -17...17 where !singular.contains(0.5 * Double(k)) {
      largest = max(largest, try nodes.add(context, 0.5 * Double(k), f))
    }
    for side in [-1.0, 1] {
      var z = 8.5
      var size = 0.0
      var quiet = 0
      while quiet < 2 && z < Self.limit {
        z += 0.5
        if singular.contains(side * z) { continue }
        size = try nodes.add(context, side * z, f)
        largest = max(largest, size)
        quiet = size <= 1e-18 * largest ? quiet + 1 : 0
      }
      if side < 0 { lower = -z } else { upper = z }
      truncation += 2 * size
    }
  }

  /// Sees to it that the range reaches well beyond `point`.
  mutating func include(_ point: Double) {
    lower = max(min(lower, (point - 9).rounded(.down)), -Self.limit)
    upper = min(max(upper, (point + 9).rounded(.up)), Self.limit)
  }
}

/// Weighted sums over nodes.
private struct NodeSum {
  var values = 0.0
  var sizes = 0.0
  var errors = 0.0

  /// Adds a node and returns the size of its term.
  mutating func add(_ context: String, _ z: Double, _ f: (Double) -> Valued) throws(GSLError) -> Double {
    let (y, error) = f(z)
    if !y.isFinite {
      throw GSLError(code: Int32(GSL_EBADFUNC), context: "\(context): the function is \(y) at \(z)")
    }
    let weight = density(z)
    values += weight * y
    sizes += weight * abs(y)
    errors += weight * error
    return weight * abs(y)
  }
}

/// E f(z) by halving the step until nothing changes; `f` brings its own error along.
private func trapezoidal(
  _ context: String, _ absolute: Double, _ relative: Double, _ f: (Double) -> Valued
) throws(GSLError) -> Estimate {
  let reach = try Reach(context, f)
  var sum = reach.nodes
  var value = 0.5 * sum.values
  var lastChange = Double.infinity
  var error = Double.infinity
  for level in 2...10 {
    let step = Double(sign: .plus, exponent: -level, significand: 1)
    // New nodes only: halfway between the old ones.
    var z = reach.lower + step
    while z < reach.upper {
      _ = try sum.add(context, z, f)
      z += 2 * step
    }
    let change = abs(step * sum.values - value)
    value = step * sum.values
    let size = step * sum.sizes
    let floor = 8 * Double.ulpOfOne * size
    error = change + floor + step * sum.errors + reach.truncation
    let allowed = max(absolute, relative * abs(value))
    // Exponential convergence squares the error at each halving. A small change after a large one is luck.
    let isSteady = lastChange * lastChange <= 100 * max(change, allowed) * size
    if level >= 3 && isSteady && (error <= allowed || change <= floor) {
      return Estimate.converged(value, error: error).widened(by: 0, absolute, relative)
    }
    lastChange = change
  }
  return .notConverged("the integrand is not smooth enough for the trapezoidal rule", best: value, error: error)
}

extension Estimate {
  /// The estimate with `more` added to its error, and held to the tolerances again.
  fileprivate func widened(by more: Double, _ absolute: Double, _ relative: Double) -> Estimate {
    guard let value else { return self }
    let total = error + more
    if case .notConverged(let reason) = status { return .notConverged(reason, best: value, error: total) }
    if total <= max(absolute, relative * abs(value)) { return .converged(value, error: total) }
    return .notConverged("rounding or the tails keep the error above the tolerance", best: value, error: total)
  }
}
