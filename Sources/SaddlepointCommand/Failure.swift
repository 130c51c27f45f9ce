// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// Something in the words of the command that cannot be understood (exit code 64).
struct UsageError: Error, CustomStringConvertible {
  /// One line that names the culprit and the nearest valid choice.
  let message: String

  init(_ message: String) { self.message = message }

  /// The message, for the parser, which quotes it.
  var description: String { message }

  /// An unknown name, with the nearest valid one.
  static func unknown(_ kind: String, _ name: String, among choices: [String]) -> UsageError {
    if let nearest = Words.nearest(to: name, among: choices) {
      return UsageError("unknown \(kind) '\(name)'; did you mean '\(nearest)'?")
    }
    return UsageError("unknown \(kind) '\(name)'; choose from: \(choices.joined(separator: ", "))")
  }
}

/// A value outside its domain in a file of points (exit code 65).
struct PointError: Error {
  /// The file and its line.
  let place: String
  let cause: DomainError
}

/// A question that a model does not have (exit code 65).
struct UndefinedQuestion: Error {
  let message: String
}

/// Some rows did not converge, or an identity is violated (exit code 1).
struct Unfinished: Error {
  let message: String
}

/// How the command ends.
enum Ending {
  /// The exit code and the message of an error, by the contract's table.
  static func of(_ error: any Error, arguments: [String]) -> (code: Int32, message: String?) {
    switch error {
    case let error as UsageError:
      return (64, error.message + hint(arguments))
    case let error as DomainError:
      return (65, message(of: error))
    case let error as PointError: return (65, "\(error.place): \(message(of: error.cause))")
    case let error as UndefinedQuestion: return (65, error.message)
    case let error as Unfinished: return (1, error.message)
    case OutputError.closedPipe: return (0, nil)
    case let error as OutputError:
      if case .cannotCreate = error { return (73, error.description) }
      return (74, error.description)
    case let error as InputError: return (66, error.description)
    case let error as FigureError: return (69, error.description)
    case is CancellationError: return (130, nil)
    default:
      let code = Root.exitCode(for: error).rawValue
      let text = Root.message(for: error)
      // Only the first of the parser's lines says what is wrong; it guesses in the others.
      let first = text.prefix { !$0.isNewline }
      return code == 64 ? (code, first + hint(arguments)) : (code, text.isEmpty ? "\(error)" : text)
    }
  }

  /// Where help is found, on a line of its own.
  private static func hint(_ arguments: [String]) -> String {
    let command = arguments.first { !$0.hasPrefix("-") } ?? ""
    return "\nSee: saddlepoint\(Root.names.contains(command) ? " " + command : "") --help"
  }

  private static func message(of error: DomainError) -> String {
    let name = "--\(option(error.parameter))"
    return error.isMissing
      ? "\(name) is missing; needed: \(error.allowed)"
      : "\(name) \(error.value) is not allowed; \(error.advice)"
  }

  /// The option's name as it is typed: columns have underscores, options hyphens.
  private static func option(_ quantity: Quantity) -> String { quantity.name.replacing("_", with: "-") }
}

/// The command as a record of a run shows it.
enum Program {
  /// The words that were typed, the program under its own name wherever it lies.
  static var words: [String] { ["saddlepoint"] + CommandLine.arguments.dropFirst() }
}
