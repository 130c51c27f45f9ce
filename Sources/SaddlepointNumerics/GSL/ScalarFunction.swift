// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL

/// A Swift closure on its way through GSL's `void *`, and the first argument at which it failed.
///
/// Noncopyable, so that the trampoline costs no retain and release per call.
struct ScalarFunction: ~Copyable {
  /// What the first unacceptable value was, and where.
  struct Failure {
    let argument: Double
    let value: Double
  }

  private let f: (Double) -> Double
  private let allowsInfinity: Bool
  private(set) var failure: Failure?

  init(_ f: @escaping (Double) -> Double, allowsInfinity: Bool) {
    self.f = f
    self.allowsInfinity = allowsInfinity
  }

  /// The closure's value.
  ///
  /// After the first failure the closure is not called again, and zeros make GSL end soon, which a
  /// NaN would not: it drives the adaptive routines to their limit.
  mutating func value(_ x: Double) -> Double {
    if failure != nil { return 0 }
    let y = f(x)
    if y.isFinite || (allowsInfinity && !y.isNaN) { return y }
    failure = Failure(argument: x, value: y)
    return 0
  }
}

/// Runs `body` with `f` as a `gsl_function`.
/// - Throws: `GSL_EBADFUNC` if `f` returned a value that is not finite (not a number, where infinity is allowed).
func withGSLFunction<R>(
  _ context: String, _ f: (Double) -> Double, allowsInfinity: Bool = false,
  _ body: (UnsafeMutablePointer<gsl_function>) -> R
) throws(GSLError) -> R {
  _ = GSLRuntime.ready
  let (result, failure) = withoutActuallyEscaping(f) { f in
    var holder = ScalarFunction(f, allowsInfinity: allowsInfinity)
    let result = withUnsafeMutablePointer(to: &holder) { pointer in
      var function = gsl_function(
        function: { x, context in
          guard let context else { return .nan }
          return context.assumingMemoryBound(to: ScalarFunction.self).pointee.value(x)
        }, params: pointer)
      return body(&function)
    }
    return (result, holder.failure)
  }
  if let failure {
    let code = Int32(GSL_EBADFUNC)
    throw GSLError(code: code, context: "\(context): the function is \(failure.value) at \(failure.argument)")
  }
  return result
}

/// Carries the errors of a throwing closure through a routine whose closure must not throw.
///
/// The first error is recorded and `placeholder`, which the routine must take for a failure, is returned in its place; the
/// closure is not called again, and the very same error is thrown once the routine has returned.
@inlinable
func catching<Input, Output, R>(
  _ f: (Input) throws -> Output, placeholder: Output, _ body: ((Input) -> Output) throws -> R
) throws -> R {
  try withoutActuallyEscaping(f) { f in
    var failure: (any Error)?
    do {
      let result = try body { x in
        if failure != nil { return placeholder }
        do {
          return try f(x)
        } catch {
          failure = error
          return placeholder
        }
      }
      if let failure { throw failure }
      return result
    } catch {
      throw failure ?? error
    }
  }
}

/// The same for functions of one number, written out so that no generic thunk stands in the innermost loop.
@inlinable
func catching<R>(_ f: (Double) throws -> Double, _ body: ((Double) -> Double) throws -> R) throws -> R {
  try withoutActuallyEscaping(f) { f in
    var failure: (any Error)?
    do {
      let result = try body { x in
        if failure != nil { return .nan }
        do {
          return try f(x)
        } catch {
          failure = error
          return .nan
        }
      }
      if let failure { throw failure }
      return result
    } catch {
      throw failure ?? error
    }
  }
}
