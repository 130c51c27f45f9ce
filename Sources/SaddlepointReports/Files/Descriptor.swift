// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The system's words for the last failed call.
func lastSystemError() -> String { strerror(errno).map { String(cString: $0) } ?? "error \(errno)" }

/// Writes all bytes to a file descriptor.
///
/// - Throws: ``OutputError/closedPipe`` if nobody reads the other end (which presumes that SIGPIPE is ignored, see
///   ``StandardOutput/ignorePipeSignal()``), ``OutputError/cannotWrite(path:reason:)`` otherwise.
func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(OutputError) {
  var done = 0
  while done < bytes.count {
    let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done) }
    if written >= 0 {
      done += written
    } else if errno == EPIPE {
      throw .closedPipe
    } else if errno == EAGAIN {
      var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&request, 1, -1)
    } else if errno != EINTR {
      throw .cannotWrite(path: path, reason: lastSystemError())
    }
  }
}

/// Opens a file, however often a signal interrupts.
func openFile(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 {
  while true {
    let descriptor = open(path, flags | O_CLOEXEC, mode)
    if descriptor >= 0 || errno != EINTR { return descriptor }
  }
}

/// All bytes of a file.
///
/// - Throws: ``InputError`` with the path and the system's words.
public func readBytes(_ path: String) throws(InputError) -> [UInt8] {
  let descriptor = openFile(path, O_RDONLY)
  guard descriptor >= 0 else { throw InputError(path: path, reason: lastSystemError()) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count > 0 {
      bytes.append(contentsOf: chunk[..<count])
    } else if count == 0 {
      return bytes
    } else if errno != EINTR {
      throw InputError(path: path, reason: lastSystemError())
    }
  }
}

/// The content of a text file, without a byte order mark.
///
/// - Throws: ``InputError`` with the path and the system's words, also where the content is not UTF-8.
public func readText(_ path: String) throws(InputError) -> String {
  var bytes = try readBytes(path)
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw InputError(path: path, reason: "not UTF-8 text")
  }
  return text
}
