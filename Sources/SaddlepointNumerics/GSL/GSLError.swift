// SPDX-License-Identifier: GPL-3.0-or-later

import CSaddlepointGSL
import CSaddlepointShims

/// A failure that the GNU Scientific Library reported, or a call that it would have refused.
public struct GSLError: Error, Hashable, CustomStringConvertible {
  /// GSL's error code, for example 4 (`GSL_EINVAL`) for an invalid argument.
  public let code: Int32
  /// GSL's own words for the code.
  public let message: String
  /// What was being computed.
  public let context: String

  /// The error of the given GSL code, met while computing `context`.
  public init(code: Int32, context: String) {
    self.code = code
    self.message = String(cString: gsl_strerror(code))
    self.context = context
  }

  /// Throws iff `status` is not GSL's success.
  package static func check(_ status: Int32, _ context: @autoclosure () -> String) throws(GSLError) {
    if status != 0 { throw GSLError(code: status, context: context()) }
  }

  /// A call that makes no sense: a table that is empty, a matrix that is not square.
  package static func invalid(_ context: String) -> GSLError { GSLError(code: Int32(GSL_EINVAL), context: context) }

  /// A number beyond the range of doubles.
  package static func overflow(_ context: String) -> GSLError { GSLError(code: Int32(GSL_EOVRFLW), context: context) }

  /// One line: what was computed, and what GSL says.
  public var description: String { "\(context): \(message)" }
}

/// Process-wide settings of GSL.
package enum GSLRuntime {
  /// Touched by every entry point: GSL's aborting error handler is off from the first touch on.
  package static let ready: Void = saddlepoint_gsl_error_handler_off()
}
