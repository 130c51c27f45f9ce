// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims
public import SaddlepointCore

/// The solution of ordinary differential equations at chosen times.
public struct ODESolution: Sendable, Hashable {
  /// The times, as asked for.
  public let times: [Double]
  /// One state per time.
  public let states: [[Double]]
  /// Estimated absolute error of each number in `states`: the difference from a run with a looser tolerance.
  public let errors: [[Double]]
  /// `converged`, or `not-converged` with the reason.
  public let status: Status
  /// Number of evaluations of the right-hand side.
  public let evaluations: Int

  /// A component at one of the times, with its error and the status of the whole.
  public func estimate(_ component: Int, at time: Int) -> Estimate {
    let (value, error) = (states[time][component], errors[time][component])
    guard case .notConverged(let reason) = status else { return .converged(value, error: error) }
    return .notConverged(reason, best: value, error: error)
  }
}

/// How ordinary differential equations are stepped.
public enum ODEStepper: Sendable, Hashable {
  /// Runge-Kutta of Prince and Dormand, order 8, explicit: for equations that are not stiff.
  case explicit
  /// Bulirsch-Stoer with the implicit midpoint rule: for smooth stiff equations; needs the Jacobian.
  case implicit
  /// Backward differentiation of variable order up to 5: for stiff equations; needs the Jacobian.
  case backwardDifferences
}

/// The derivatives of a right-hand side.
public struct ODEJacobian: Sendable, Hashable {
  /// With respect to the state, row by row: number `i n + j` is that of component i with respect to y_j.
  public let state: [Double]
  /// With respect to time.
  public let time: [Double]

  /// Derivatives; without `time` the right-hand side does not depend on it.
  public init(state: [Double], time: [Double]? = nil, dimension: Int) {
    self.state = state
    self.time = time ?? [Double](repeating: 0, count: dimension)
  }
}

/// Solves y' = f(t, y) from `y` at time `start` to the given times.
///
/// The equations are solved twice, with local errors of a hundredth and a thousandth of the tolerance; the difference of the
/// two is the error of the first and so bounds that of the second, which is returned. The error is therefore that of the
/// solution, not of one step, unless solutions run away from each other so fast that both are lost.
///
/// - Parameters:
///   - context: what is computed, for messages.
///   - y: the state at `start`; its count is the dimension.
///   - start: where to begin.
///   - times: where the solution is wanted: all after `start` and increasing, or all before it and decreasing.
///   - absolute: allowed absolute error of each number.
///   - relative: allowed relative error. The solution converged when each error is at most the larger of the two.
///   - stepper: how to step.
///   - jacobian: derivatives of the right-hand side, for the implicit steppers.
///   - f: the right-hand side.
/// - Returns: the solution at the times, or, `not-converged`, the best there is: up to where the steps became too small.
/// - Throws: ``GSLError``: `GSL_EINVAL` for times or a state that make no sense or a missing Jacobian, `GSL_EBADFUNC` if
///   `f` is not finite or has the wrong number of components.
public func solveODE(
  _ context: String, from y: [Double], at start: Double, to times: [Double], absolute: Double = 1e-10,
  relative: Double = 1e-8, stepper: ODEStepper = .explicit, jacobian: ((Double, [Double]) -> ODEJacobian)? = nil,
  _ f: (Double, [Double]) -> [Double]
) throws(GSLError) -> ODESolution {
  _ = GSLRuntime.ready
  let direction: Double = (times.first ?? start) < start ? -1 : 1
  let isOrdered = zip([start] + times, times).allSatisfy { ($1 - $0) * direction >= 0 && $0.isFinite && $1.isFinite }
  if y.isEmpty || !y.allSatisfy(\.isFinite) || !isOrdered || times.isEmpty
    || (stepper != .explicit && jacobian == nil) || !(absolute >= 0 && relative >= 0 && absolute + relative > 0)
  {
    throw GSLError(code: Int32(GSL_EINVAL), context: "\(context): from \(y) at \(start) to \(times)")
  }
  let (runs, evaluations, failure) = withoutActuallyEscaping(f) { f in
    var system = ODESystem(dimension: y.count, f: f, jacobian: jacobian)
    let runs = withUnsafeMutablePointer(to: &system) { pointer in
      [1e-2, 1e-3].map { run(pointer, y, start, times, direction, absolute * $0, relative * $0, stepper) }
    }
    return (runs, system.evaluations, system.failure)
  }
  if let failure { throw GSLError(code: Int32(GSL_EBADFUNC), context: "\(context): \(failure)") }
  let (coarse, fine) = (runs[0], runs[1])
  let count = min(coarse.states.count, fine.states.count)
  var errors: [[Double]] = []
  var isWithin = true
  for (a, b) in zip(coarse.states, fine.states) {
    let row = zip(a, b).map { abs($0 - $1) + 4 * $1.ulp }
    errors.append(row)
    for (error, value) in zip(row, b) where error > max(absolute, relative * abs(value)) { isWithin = false }
  }
  var status = Status.converged
  if !isWithin { status = .notConverged("the error exceeds the tolerance") }
  for run in runs where run.status != 0 { status = .notConverged(String(cString: gsl_strerror(run.status))) }
  return ODESolution(
    times: Array(times.prefix(count)), states: Array(fine.states.prefix(count)), errors: errors, status: status,
    evaluations: evaluations)
}

/// Solves equations whose right-hand side may throw; its first error ends the solution and is thrown as it is.
@inlinable
public func solveODE(
  _ context: String, from y: [Double], at start: Double, to times: [Double], absolute: Double = 1e-10,
  relative: Double = 1e-8, stepper: ODEStepper = .explicit, jacobian: ((Double, [Double]) -> ODEJacobian)? = nil,
  _ f: (Double, [Double]) throws -> [Double]
) throws -> ODESolution {
  try withoutActuallyEscaping(f) { f in
    try catching({ (point: (Double, [Double])) in try f(point.0, point.1) }, placeholder: []) { g in
      try solveODE(
        context, from: y, at: start, to: times, absolute: absolute, relative: relative, stepper: stepper,
        jacobian: jacobian
      ) { t, y in g((t, y)) }
    }
  }
}

/// The right-hand side on its way through GSL's `void *`.
private struct ODESystem: ~Copyable {
  let dimension: Int
  let f: (Double, [Double]) -> [Double]
  let jacobian: ((Double, [Double]) -> ODEJacobian)?
  var evaluations = 0
  var failure: String?

  init(
    dimension: Int, f: @escaping (Double, [Double]) -> [Double], jacobian: ((Double, [Double]) -> ODEJacobian)?
  ) {
    self.dimension = dimension
    self.f = f
    self.jacobian = jacobian
  }

  mutating func slope(_ t: Double, _ y: [Double]) -> [Double]? {
    // A step that overflowed is GSL's to reject, not the closure's to see.
    if failure != nil || !y.allSatisfy(\.isFinite) { return nil }
    evaluations += 1
    let result = f(t, y)
    if result.count == dimension && result.allSatisfy(\.isFinite) { return result }
    failure = "the right-hand side is \(result) at time \(t), state \(y)"
    return nil
  }

  mutating func derivatives(_ t: Double, _ y: [Double]) -> ODEJacobian? {
    if failure != nil || !y.allSatisfy(\.isFinite) { return nil }
    guard let result = jacobian?(t, y) else { return nil }
    if result.state.count == dimension * dimension && result.time.count == dimension { return result }
    failure = "the Jacobian has the wrong size at time \(t)"
    return nil
  }
}

private func run(
  _ system: UnsafeMutablePointer<ODESystem>, _ start: [Double], _ from: Double, _ times: [Double], _ direction: Double,
  _ absolute: Double, _ relative: Double, _ stepper: ODEStepper
) -> (states: [[Double]], status: Int32) {
  var equations = gsl_odeiv2_system(
    function: { t, y, slope, context in
      guard let y, let slope, let context else { return Int32(GSL_EFAULT) }
      let system = context.assumingMemoryBound(to: ODESystem.self)
      let state = Array(UnsafeBufferPointer(start: y, count: system.pointee.dimension))
      guard let result = system.pointee.slope(t, state) else { return refusal(system) }
      for i in result.indices { slope[i] = result[i] }
      return Int32(GSL_SUCCESS)
    },
    jacobian: { t, y, derivatives, time, context in
      guard let y, let derivatives, let time, let context else { return Int32(GSL_EFAULT) }
      let system = context.assumingMemoryBound(to: ODESystem.self)
      let state = Array(UnsafeBufferPointer(start: y, count: system.pointee.dimension))
      guard let result = system.pointee.derivatives(t, state) else { return refusal(system) }
      for i in result.state.indices { derivatives[i] = result.state[i] }
      for i in result.time.indices { time[i] = result.time[i] }
      return Int32(GSL_SUCCESS)
    }, dimension: start.count, params: system)
  let kind =
    switch stepper {
    case .explicit: saddlepoint_ode_rk8pd()
    case .implicit: saddlepoint_ode_bsimp()
    case .backwardDifferences: saddlepoint_ode_msbdf()
    }
  let span = abs((times.last ?? from) - from)
  let firstStep = direction * max(1e-6 * span, 16 * from.ulp)
  guard let driver = gsl_odeiv2_driver_alloc_y_new(&equations, kind, firstStep, absolute, relative) else {
    return ([], Int32(GSL_ENOMEM))
  }
  defer { gsl_odeiv2_driver_free(driver) }
  gsl_odeiv2_driver_set_nmax(driver, 1_000_000)
  var y = start
  var t = from
  var states: [[Double]] = []
  for time in times {
    let status = time == t ? 0 : gsl_odeiv2_driver_apply(driver, &t, time, &y)
    if status != 0 { return (states, status) }
    states.append(y)
  }
  return (states, 0)
}

/// Bad functions end everything; other refusals make GSL try a smaller step.
private func refusal(_ system: UnsafeMutablePointer<ODESystem>) -> Int32 {
  system.pointee.failure == nil ? Int32(GSL_FAILURE) : Int32(GSL_EBADFUNC)
}
