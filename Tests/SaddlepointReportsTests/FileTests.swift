// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SaddlepointReports
import Testing

/// A folder of its own for each test, removed afterwards.
final class Folder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "reports-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path(percentEncoded: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func callAsFunction(_ name: String) -> String { path + "/" + name }

  func text(_ name: String) throws -> String { try String(contentsOfFile: self(name), encoding: .utf8) }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

@Suite struct OutputFiles {
  private let folder: Folder

  init() throws { folder = try Folder() }

  @Test func appearsOnCommitOnly() throws {
    let file = try OutputFile(path: folder("x.csv"))
    let long = String(repeating: "0123456789\n", count: 20_000)
    try file.write(long)
    #expect(!folder.names.contains("x.csv"))
    try file.commit()
    #expect(folder.names == ["x.csv"])
    #expect(try folder.text("x.csv") == long)
    #expect(throws: OutputError.self) {
      try file.write(long)
    }
  }

  @Test func discardAndDeinitLeaveTheOldFile() throws {
    try OutputFile.write(Array("old".utf8), to: folder("x"))
    do {
      let file = try OutputFile(path: folder("x"))
      try file.write("new")
    }
    let file = try OutputFile(path: folder("x"))
    try file.write(String(repeating: "new", count: 100_000))
    file.discard()
    #expect(folder.names == ["x"])
    #expect(try folder.text("x") == "old")
  }

  @Test func keepsPermissions() throws {
    try OutputFile.write([], to: folder("x"))
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder("x"))
    try OutputFile.write(Array("new".utf8), to: folder("x"))
    let mode = try FileManager.default.attributesOfItem(atPath: folder("x"))[.posixPermissions] as? Int
    #expect(mode == 0o640)
    #expect(try folder.text("x") == "new")
  }

  @Test func followsSymbolicLinks() throws {
    try FileManager.default.createDirectory(atPath: folder("real"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "real/data.csv")
    for text in ["first", "second"] {
      try OutputFile.write(Array(text.utf8), to: folder("link"))
      #expect(try folder.text("real/data.csv") == text)
    }
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder("link")) == "real/data.csv")
    try FileManager.default.createSymbolicLink(atPath: folder("loop"), withDestinationPath: "loop")
    #expect(throws: OutputError.self) { try OutputFile(path: folder("loop")) }
  }

  @Test(arguments: ["missing/x.csv", "", "sub"]) func cannotCreate(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: folder("sub"), withIntermediateDirectories: false)
    let path = folder(name)
    let error = #expect(throws: OutputError.self) { try OutputFile(path: path) }
    guard case .cannotCreate(path, let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!reason.isEmpty)
    #expect(folder.names == ["sub"])
  }

  @Test(.enabled(if: getuid() != 0, "root may write everything"))
  func refusesReadOnly() throws {
    try OutputFile.write(Array("old".utf8), to: folder("x"))
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: folder("x"))
    #expect(throws: OutputError.cannotCreate(path: folder("x"), reason: "Permission denied")) {
      try OutputFile(path: folder("x"))
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func fullDevice() throws {
    let file = try OutputFile(path: "/dev/full")
    try file.write("some bytes")
    #expect(throws: OutputError.cannotWrite(path: "/dev/full", reason: "No space left on device")) {
      try file.commit()
    }
    #expect(FileManager.default.fileExists(atPath: "/dev/full"))
  }

  @Test func deviceIsWrittenDirectly() throws {
    try OutputFile.write(Array("gone".utf8), to: "/dev/null")
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
    #expect(type == .typeCharacterSpecial)
  }

  @Test func openDescriptorIsWrittenNotReplaced() throws {
    try OutputFile.write(Array("old\n".utf8), to: folder("x"))
    let descriptor = open(folder("x"), O_WRONLY | O_APPEND)
    defer { close(descriptor) }
    try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "/dev/fd/\(descriptor)")
    for path in ["/dev/fd/\(descriptor)", folder("link")] {
      try OutputFile.write(Array("new\n".utf8), to: path)
    }
    #expect(try folder.text("x") == "old\nnew\nnew\n")
  }

  @Test func closedPipe() throws {
    StandardOutput.ignorePipeSignal()
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let output = StandardOutput(descriptor: ends[1], name: "pipe")
    try output.write("first")
    try output.flush()
    close(ends[0])
    try output.write("second")
    #expect(throws: OutputError.closedPipe) { try output.flush() }
    try output.flush()
    close(ends[1])
    #expect(!output.isTerminal)
  }

  @Test func readsText() throws {
    try OutputFile.write([0xEF, 0xBB, 0xBF] + Array("Δ\n".utf8), to: folder("x"))
    #expect(try readText(folder("x")) == "Δ\n")
    try OutputFile.write([0xFF, 0x00], to: folder("y"))
    #expect(throws: InputError(path: folder("y"), reason: "not UTF-8 text")) { try readText(folder("y")) }
    let error = #expect(throws: InputError.self) { try readText(folder("z")) }
    #expect(error?.description.contains("No such file") == true)
  }
}
