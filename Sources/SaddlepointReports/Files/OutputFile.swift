// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a hidden file in the same folder, which ``commit()`` renames. Until then, and after any failure, a file
/// that had the name before stays as it was. A symbolic link is followed: what it points at is replaced. Devices and
/// pipes (`/dev/full`, `/dev/stdout`, FIFOs) cannot be replaced and are written directly.
public final class OutputFile {
  /// The name as it was given.
  public let path: String
  private let target: String
  /// The hidden file; nil where the target is written directly.
  private var temporary: String?
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  /// Begins a file.
  ///
  /// - Throws: ``OutputError/cannotCreate(path:reason:)`` if the folder is missing or not writable, if a folder has the
  ///   name, or if a file of that name is read-only.
  public init(path: String) throws(OutputError) {
    self.path = path
    let place = try Place(of: path)
    target = place.path
    if let open = place.openDescriptor {
      temporary = nil
      descriptor = dup(open)
    } else if place.isWrittenDirectly {
      temporary = nil
      descriptor = openFile(place.path, O_WRONLY | O_APPEND)
    } else {
      let hidden = Self.hiddenName(beside: place.path)
      temporary = hidden
      descriptor = openFile(hidden, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    }
    guard descriptor >= 0 else {
      temporary = nil
      throw .cannotCreate(path: path, reason: lastSystemError())
    }
    if let old = place.existing, temporary != nil {
      // Owner first: changing it clears bits of the mode. Only root may; for others it is as it should be anyway.
      _ = fchown(descriptor, old.st_uid, old.st_gid)
      _ = fchmod(descriptor, old.st_mode & 0o7777)
    }
  }

  deinit { discard() }

  /// Writes bytes, sooner or later.
  /// - Throws: ``OutputError/cannotWrite(path:reason:)`` or, for a pipe, ``OutputError/closedPipe``; the file is
  ///   discarded then.
  public func write(_ bytes: [UInt8]) throws(OutputError) {
    buffer += bytes
    if buffer.count >= bufferSize { try flush() }
  }

  /// Writes a text, sooner or later.
  /// - Throws: as ``write(_:)-([UInt8])``.
  public func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

  /// Gives the complete file its name.
  /// - Throws: ``OutputError`` if the rest cannot be written or the file cannot be renamed; it is discarded then.
  public func commit() throws(OutputError) {
    try flush()
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 || errno == EINTR else {
      let reason = lastSystemError()
      discard()
      throw .cannotWrite(path: path, reason: reason)
    }
    guard let hidden = temporary else { return }
    guard rename(hidden, target) == 0 else {
      let reason = lastSystemError()
      discard()
      throw .cannotCreate(path: path, reason: reason)
    }
    temporary = nil
  }

  /// Gives the file up; what had the name before stays.
  ///
  /// Does nothing after ``commit()``.
  public func discard() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    if let temporary { unlink(temporary) }
    temporary = nil
    buffer = []
  }

  /// Writes a whole file at once.
  /// - Throws: as ``init(path:)`` and ``commit()``.
  public static func write(_ bytes: [UInt8], to path: String) throws(OutputError) {
    let file = try OutputFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  private func flush() throws(OutputError) {
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: "the file is already closed") }
    do throws(OutputError) {
      try writeAll(buffer, to: descriptor, path: path)
      buffer.removeAll(keepingCapacity: true)
    } catch {
      discard()
      throw error
    }
  }

  private static func hiddenName(beside target: String) -> String {
    let (folder, name) = splitPath(target)
    // File systems bound the length of a name; what matters is that it is new.
    let tag = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    return folder + "." + String(name.prefix(40)) + "." + tag + ".part"
  }
}

/// Where a file shall really go.
private struct Place {
  var path: String
  var existing: stat?
  var isWrittenDirectly = false
  /// The descriptor that the name means, if it is `/dev/stdout` or the like.
  var openDescriptor: Int32?

  init(of path: String) throws(OutputError) {
    self.path = path
    if path.isEmpty || path.hasSuffix("/") { throw .cannotCreate(path: path, reason: "the name of a file is missing") }
    var links = 0
    while true {
      openDescriptor = Self.openDescriptor(self.path)
      if openDescriptor != nil { return }
      guard let destination = Self.destination(of: self.path) else { break }
      links += 1
      guard links <= 40 else { throw .cannotCreate(path: path, reason: "too many levels of symbolic links") }
      self.path = destination.hasPrefix("/") ? destination : splitPath(self.path).folder + destination
    }
    var status = stat()
    guard stat(self.path, &status) == 0 else { return }
    existing = status
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw .cannotCreate(path: path, reason: "a folder has this name")
    case S_IFREG:
      guard access(self.path, W_OK) == 0 else { throw .cannotCreate(path: path, reason: lastSystemError()) }
    default: isWrittenDirectly = true
    }
  }

  /// The number of an open descriptor that a path names.
  ///
  /// Such names look like symbolic links, but what they point at must be neither replaced nor opened anew.
  private static func openDescriptor(_ path: String) -> Int32? {
    if path == "/dev/stdout" { return STDOUT_FILENO }
    if path == "/dev/stderr" { return STDERR_FILENO }
    for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.count))
    }
    return nil
  }

  /// What a symbolic link points at; nil if the path is none.
  private static func destination(of path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = bytes.withUnsafeMutableBytes { raw in
      raw.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), raw.count) } ?? -1
    }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}

/// A path as its folder (with the closing slash; empty for the current folder) and its last component.
func splitPath(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return ("", path) }
  return (String(path[...slash]), String(path[path.index(after: slash)...]))
}
