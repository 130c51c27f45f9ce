// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL

/// A Swift closure on its way through a `gsl_function`.
///
/// Noncopyable, so that no reference is counted for each call.
struct ScalarFunction: ~Copyable {
  private let body: (Double) -> Double
  private let passesNonFinite: Bool
  /// Where the function was first not finite; it is not called again after that.
  private(set) var badArgument: Double?

  init(_ body: @escaping (Double) -> Double, passesNonFinite: Bool) {
    self.body = body
    self.passesNonFinite = passesNonFinite
  }

  /// The value at `x`; 0 once the function has failed, which lets GSL end soon (NaN would not stop it).
  mutating func value(at x: Double) -> Double {
    if badArgument != nil { return 0 }
    let y = body(x)
    if y.isFinite || passesNonFinite { return y }
    badArgument = x
    return 0
  }

  /// Hands `f` to `body` as a `gsl_function`; values that are not finite are an error unless the rule deals with them itself.
  /// - Throws: `GSLError` of code bad-function if `f` was not finite somewhere.
  static func withPointer<Result>(
    _ context: String, passesNonFinite: Bool = false, _ f: (Double) -> Double,
    _ body: (UnsafeMutablePointer<gsl_function>) throws(GSLError) -> Result
  ) throws(GSLError) -> Result {
    var outcome: Swift.Result<Result, GSLError>?
    withoutActuallyEscaping(f) { f in
      var holder = ScalarFunction(f, passesNonFinite: passesNonFinite)
      withUnsafeMutablePointer(to: &holder) { pointer in
        var function = gsl_function(
          function: { x, context in
            guard let context else { return 0 }
            return context.assumingMemoryBound(to: ScalarFunction.self).pointee.value(at: x)
          }, params: pointer)
        do throws(GSLError) { outcome = .success(try body(&function)) } catch { outcome = .failure(error) }
        if let x = pointer.pointee.badArgument { outcome = .failure(.badFunction(context, at: x)) }
      }
    }
    guard let outcome else { throw .badFunction(context, at: .nan) }
    return try outcome.get()
  }
}

/// Runs a computation whose closure may throw: the first error is kept, the closure is not called again, and the same error
/// comes out.
///
/// - Parameters:
///   - f: the user's closure.
///   - body: the computation, which receives a closure that does not throw.
/// - Returns: what `body` returns.
/// - Throws: what `f` threw first, else what `body` throws.
func rethrowing<Result>(
  _ f: (Double) throws -> Double, _ body: ((Double) -> Double) throws(GSLError) -> Result
) throws -> Result {
  try withoutActuallyEscaping(f) { f in
    var failure: (any Error)?
    let outcome: Swift.Result<Result, GSLError>
    do throws(GSLError) {
      outcome = .success(
        try body { argument in
          if failure != nil { return .nan }
          do { return try f(argument) } catch {
            failure = error
            return .nan
          }
        })
    } catch {
      outcome = .failure(error)
    }
    if let failure { throw failure }
    return try outcome.get()
  }
}
