// SPDX-License-Identifier: GPL-3.0-or-later

/// Why output could not be written.
public enum OutputError: Error, Hashable, CustomStringConvertible {
  /// The file cannot be made or replaced: missing folder, no permission, a folder of that name (exit code 73).
  case cannotCreate(path: String, reason: String)
  /// Writing failed, for example on a full disk (exit code 74).
  case cannotWrite(path: String, reason: String)
  /// Whoever reads our output has closed it (a quiet end).
  case closedPipe

  /// One line for a person.
  public var description: String {
    switch self {
    case .cannotCreate(let path, let reason): "cannot create \(path): \(reason)"
    case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
    case .closedPipe: "the reader of the output has closed it"
    }
  }
}

/// Why a file could not be read.
public struct InputError: Error, Hashable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The system's words, or what is wrong with the content.
  public let reason: String

  /// An error about a file.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// One line for a person.
  public var description: String { "cannot read \(path): \(reason)" }
}
