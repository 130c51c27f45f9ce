// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims

/// An extremum of a function of one variable.
public struct Extremum: Sendable, Hashable {
  /// Where it is.
  public let argument: Double
  /// The function there.
  public let value: Double
  /// Bound on the error of `argument`: about the square root of rounding, since the function is flat there.
  public let argumentError: Double
  /// Whether it lies at an end of the interval.
  public let isAtEnd: Bool
}

private let brentMinimizers = WorkspacePool { gsl_min_fminimizer_alloc(saddlepoint_min_brent()) }

/// The smallest value of `f` on an interval, by Brent's method started from the lowest of some equidistant samples.
///
/// - Parameters:
///   - context: what is being computed, for error messages.
///   - interval: finite ends; a minimum at an end is found as such.
///   - samples: number of starting samples, >= 3; a function with several minima needs enough to see the lowest.
///   - f: a continuous function, finite on the interval.
/// - Returns: the place of the smallest value with a bound on its error.
/// - Throws: `GSLError` where `f` is not finite.
/// - Complexity: `samples` and about thirty evaluations.
public func minimum(
  _ context: String, in interval: ClosedRange<Double>, samples: Int = 17, _ f: (Double) -> Double
) throws(GSLError) -> Extremum {
  let count = max(samples, 3)
  let (a, b) = (interval.lowerBound, interval.upperBound)
  func argument(_ index: Int) -> Double {
    index == count - 1 ? b : a + (b - a) * Double(index) / Double(count - 1)
  }
  var values: [Double] = []
  for index in 0..<count {
    let y = f(argument(index))
    guard y.isFinite else { throw .badFunction(context, at: argument(index)) }
    values.append(y)
  }
  var best = 0
  for index in 1..<count where values[index] < values[best] { best = index }
  var low = argument(max(best - 1, 0))
  var high = argument(min(best + 1, count - 1))
  var middle = argument(best)
  let isLeft = best == 0
  if isLeft || best == count - 1 {
    // The lowest sample is an end: the minimum is the end itself unless the function falls first.
    let end = isLeft ? low : high
    var step = 0.5 * (high - low)
    while step > 1e-9 * max(abs(a), abs(b), b - a) {
      middle = isLeft ? end + step : end - step
      let y = f(middle)
      if y < values[best] { break }
      if isLeft { high = middle } else { low = middle }
      step *= 0.5
    }
    guard f(middle) < values[best] else {
      return Extremum(argument: end, value: values[best], argumentError: 0, isAtEnd: true)
    }
  }
  var bound = high - low
  let start = (middle, low, high)
  let (x, y) = try ScalarFunction.withPointer(context, f) { function throws(GSLError) in
    let (status, x, y, width) = try brentMinimizers.withWorkspace(context) {
      solver -> (Int32, Double, Double, Double) in
      var status = gsl_min_fminimizer_set(solver, function, start.0, start.1, start.2)
      var steps = 0
      while status == 0, steps < 100 {
        status = gsl_min_fminimizer_iterate(solver)
        steps += 1
        let width = gsl_min_fminimizer_x_upper(solver) - gsl_min_fminimizer_x_lower(solver)
        if width <= 2e-8 * abs(gsl_min_fminimizer_x_minimum(solver)) + 1e-300 { break }
      }
      return (
        status, gsl_min_fminimizer_x_minimum(solver), gsl_min_fminimizer_f_minimum(solver),
        gsl_min_fminimizer_x_upper(solver) - gsl_min_fminimizer_x_lower(solver)
      )
    }
    // No further improvement is the usual end at the limit of rounding.
    if status != 0, status != Int32(GSL_EFAILED), status != Int32(GSL_FAILURE) { try GSLError.check(status, context) }
    bound = width
    return (x, y)
  }
  return Extremum(argument: x, value: y, argumentError: bound + 4e-8 * abs(x), isAtEnd: false)
}

/// The largest value of `f` on an interval; otherwise as ``minimum(_:in:samples:_:)``.
public func maximum(
  _ context: String, in interval: ClosedRange<Double>, samples: Int = 17, _ f: (Double) -> Double
) throws(GSLError) -> Extremum {
  let lowest = try minimum(context, in: interval, samples: samples) { -f($0) }
  return Extremum(
    argument: lowest.argument, value: -lowest.value, argumentError: lowest.argumentError, isAtEnd: lowest.isAtEnd)
}
