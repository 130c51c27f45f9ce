// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims

/// A system of ordinary differential equations dy/dt = f(t, y), stepped adaptively by GSL.
public struct DifferentialEquation {
  /// How it is stepped.
  public enum Method: Sendable, Hashable {
    /// Explicit Runge-Kutta of order 8 (Prince and Dormand): smooth, non-stiff systems.
    case explicit
    /// Implicit Bulirsch-Stoer (Bader and Deuflhard): stiff systems, high accuracy; needs the Jacobian.
    case implicit
    /// Backward differentiation of variable order: stiff systems, moderate accuracy; needs the Jacobian.
    case multistep
  }

  /// Number of unknowns.
  public let dimension: Int
  private let derivative: (Double, [Double], inout [Double]) throws -> Void
  private let jacobian: ((Double, [Double], inout [Double], inout [Double]) throws -> Void)?

  /// A system.
  ///
  /// - Parameters:
  ///   - dimension: number of unknowns, >= 1.
  ///   - jacobian: df_i/dy_j at i n + j, and df_i/dt, written into the last two arguments; the implicit methods need it.
  ///   - derivative: f(t, y), written into the last argument.
  public init(
    dimension: Int, jacobian: ((Double, [Double], inout [Double], inout [Double]) throws -> Void)? = nil,
    derivative: @escaping (Double, [Double], inout [Double]) throws -> Void
  ) {
    self.dimension = dimension
    self.derivative = derivative
    self.jacobian = jacobian
  }

  /// The solution at given times, starting from `initial` at `times[0]`.
  ///
  /// - Parameters:
  ///   - times: monotone; the first is the start.
  ///   - initial: the unknowns at the first time.
  ///   - absolute: local error allowed for each step, in each unknown.
  ///   - relative: the same, relative to the unknown; the larger allowance counts.
  ///   - method: how it is stepped.
  /// - Returns: one vector for each time, the first being `initial`.
  /// - Throws: `GSLError` where the step size becomes too small, f is not finite or the Jacobian is missing; what a closure
  ///   throws, unchanged, after which it is not called again.
  public func solution(
    at times: [Double], from initial: [Double], absolute: Double = 1e-12, relative: Double = 1e-10,
    method: Method = .explicit
  ) throws -> [[Double]] {
    _ = GSLRuntime.ready
    let context = "differential equation"
    guard dimension > 0, initial.count == dimension, let first = times.first else {
      throw GSLError.invalid("\(context): \(dimension) unknowns, \(initial.count) initial values, \(times.count) times")
    }
    guard method == .explicit || jacobian != nil else {
      throw GSLError.invalid("\(context): the method needs a Jacobian")
    }
    let type =
      switch method {
      case .explicit: saddlepoint_step_rk8pd()
      case .implicit: saddlepoint_step_bsimp()
      case .multistep: saddlepoint_step_msbdf()
      }
    var holder = Stepped(equation: self)
    let span = (times.last ?? first) - first
    return try withUnsafeMutablePointer(to: &holder) { pointer in
      var system = gsl_odeiv2_system(
        function: { t, y, dydt, holder in
          guard let y, let dydt, let holder else { return Int32(GSL_EFAULT) }
          return holder.assumingMemoryBound(to: Stepped.self).pointee.evaluate(t, y, dydt)
        },
        jacobian: { t, y, dfdy, dfdt, holder in
          guard let y, let dfdy, let dfdt, let holder else { return Int32(GSL_EFAULT) }
          return holder.assumingMemoryBound(to: Stepped.self).pointee.evaluateJacobian(t, y, dfdy, dfdt)
        }, dimension: dimension, params: pointer)
      let step = span == 0 ? 1e-6 : 1e-6 * span
      guard let driver = gsl_odeiv2_driver_alloc_y_new(&system, type, step, absolute, relative) else {
        throw GSLError.noMemory(context)
      }
      defer { gsl_odeiv2_driver_free(driver) }
      var t = first
      var y = initial
      var rows = [initial]
      for target in times.dropFirst() {
        let status = gsl_odeiv2_driver_apply(driver, &t, target, &y)
        if let failure = pointer.pointee.failure { throw failure }
        try GSLError.check(status, "\(context) at t = \(t)")
        rows.append(y)
      }
      return rows
    }
  }

  /// The closures of the equation on their way through GSL; the first error is kept.
  private struct Stepped: ~Copyable {
    let equation: DifferentialEquation
    var y: [Double]
    var f: [Double]
    var matrix: [Double]
    private(set) var failure: (any Error)?

    init(equation: DifferentialEquation) {
      self.equation = equation
      y = [Double](repeating: 0, count: equation.dimension)
      f = y
      matrix = [Double](repeating: 0, count: equation.jacobian == nil ? 0 : y.count * y.count)
    }

    mutating func evaluate(_ t: Double, _ input: UnsafePointer<Double>, _ output: UnsafeMutablePointer<Double>) -> Int32
    {
      guard failure == nil else { return Int32(GSL_EBADFUNC) }
      for index in y.indices { y[index] = input[index] }
      do { try equation.derivative(t, y, &f) } catch {
        failure = error
        return Int32(GSL_EBADFUNC)
      }
      for index in f.indices {
        guard f[index].isFinite else {
          failure = GSLError.badFunction("differential equation", at: t)
          return Int32(GSL_EBADFUNC)
        }
        output[index] = f[index]
      }
      return 0
    }

    mutating func evaluateJacobian(
      _ t: Double, _ input: UnsafePointer<Double>, _ dfdy: UnsafeMutablePointer<Double>,
      _ dfdt: UnsafeMutablePointer<Double>
    ) -> Int32 {
      guard failure == nil, let jacobian = equation.jacobian else { return Int32(GSL_EBADFUNC) }
      for index in y.indices { y[index] = input[index] }
      do { try jacobian(t, y, &matrix, &f) } catch {
        failure = error
        return Int32(GSL_EBADFUNC)
      }
      for index in matrix.indices { dfdy[index] = matrix[index] }
      for index in f.indices { dfdt[index] = f[index] }
      return 0
    }
  }
}
