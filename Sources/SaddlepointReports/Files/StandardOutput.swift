// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Buffered writing to standard output or another open descriptor, with errors instead of crashes.
///
/// What is still in the buffer when the value goes away is lost: call ``flush()`` at the end, and where rows shall be
/// seen as they come.
public final class StandardOutput {
  private let descriptor: Int32
  private let name: String
  private var buffer: [UInt8] = []

  /// A writer to standard output.
  public convenience init() { self.init(descriptor: STDOUT_FILENO, name: "standard output") }

  /// A writer to an open descriptor, which stays open.
  public init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// Whether a person sees what is written.
  public var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Writes bytes, sooner or later.
  /// - Throws: ``OutputError/closedPipe`` or ``OutputError/cannotWrite(path:reason:)``.
  public func write(_ bytes: [UInt8]) throws(OutputError) {
    buffer += bytes
    if buffer.count >= bufferSize { try flush() }
  }

  /// Writes a text, sooner or later.
  /// - Throws: as ``write(_:)-([UInt8])``.
  public func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

  /// Writes what is in the buffer now.
  /// - Throws: as ``write(_:)-([UInt8])``; the buffer is given up then.
  public func flush() throws(OutputError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    try writeAll(buffer, to: descriptor, path: name)
  }

  /// Makes a closed pipe an error of the writing call instead of the end of the process.
  ///
  /// To be called once by a program; a library must not decide this for the program that uses it.
  public static func ignorePipeSignal() { signal(SIGPIPE, SIG_IGN) }
}

/// Bytes that are gathered before they are written.
let bufferSize = 1 << 16
