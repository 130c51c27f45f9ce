// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims

/// A status of the GNU Scientific Library that means failure, with GSL's own message and what was being computed.
public struct GSLError: Error, Hashable, CustomStringConvertible {
  /// GSL's code, for example 4 for an invalid argument.
  public let code: Int32
  /// GSL's own words.
  public let message: String
  /// What was being computed.
  public let context: String

  /// An error of the given code.
  public init(code: Int32, context: String) {
    self.code = code
    self.message = gsl_strerror(code).map { String(cString: $0) } ?? "unknown error"
    self.context = context
  }

  /// One line for a person.
  public var description: String { "\(context): \(message)" }

  /// Throws unless `status` is success.
  package static func check(_ status: Int32, _ context: @autoclosure () -> String) throws(GSLError) {
    guard status == 0 else { throw GSLError(code: status, context: context()) }
  }

  /// An invalid argument: a bracket without a change of sign, an empty table.
  package static func invalid(_ context: String) -> GSLError { GSLError(code: Int32(GSL_EINVAL), context: context) }

  /// A function that returned NaN or infinity where a number was needed.
  package static func badFunction(_ context: String, at x: Double) -> GSLError {
    GSLError(code: Int32(GSL_EBADFUNC), context: "\(context) (not finite at \(x))")
  }

  /// A number beyond the range of doubles.
  package static func overflow(_ context: String) -> GSLError {
    GSLError(code: Int32(GSL_EOVRFLW), context: context)
  }

  /// Memory ran out.
  package static func noMemory(_ context: String) -> GSLError { GSLError(code: Int32(GSL_ENOMEM), context: context) }
}

/// The process-wide state of GSL.
package enum GSLRuntime {
  /// Touched by every entry point: GSL's handler, which aborts the process, is off from then on.
  package static let ready: Void = saddlepoint_gsl_error_handler_off()
}
