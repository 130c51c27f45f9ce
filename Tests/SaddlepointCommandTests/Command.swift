// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The built command, run as a person runs it.
enum Command {
  struct Outcome {
    let code: Int32
    let output: String
    let errors: String

    /// Lines of standard output.
    var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: true).map(String.init) }

    /// Rows of CSV output by column.
    var table: [[String: String]] {
      guard let header = lines.first?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) else {
        return []
      }
      return lines.dropFirst().map { line in
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return Dictionary(zip(header, fields)) { first, _ in first }
      }
    }

    /// The JSON object of standard output.
    func json() throws -> [String: Any] {
      (try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]) ?? [:]
    }

    func rows() throws -> [[String: Any]] { (try json()["rows"] as? [[String: Any]]) ?? [] }
  }

  /// Where the products of the build lie: beside the running test program or above it.
  static let path: String = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    for _ in 0..<5 {
      let candidate = folder.appendingPathComponent("saddlepoint").path
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
        return candidate
      }
      folder = folder.deletingLastPathComponent()
    }
    return "saddlepoint"
  }()

  /// Runs the command with words separated by spaces.
  static func run(_ words: String, path searchPath: String? = nil, in folder: URL? = nil) throws -> Outcome {
    try start(path, words.split(separator: " ").map(String.init), searchPath: searchPath, folder: folder)
  }

  /// Runs a line of shell, in which the command is `$S`.
  static func shell(_ line: String, in folder: URL? = nil) throws -> Outcome {
    try start("/bin/sh", ["-c", "S='\(path)'; " + line], searchPath: nil, folder: folder)
  }

  private static func start(
    _ program: String, _ arguments: [String], searchPath: String?, folder: URL?
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    if let searchPath {
      var environment = ProcessInfo.processInfo.environment
      environment["PATH"] = searchPath
      process.environment = environment
    }
    process.standardInput = FileHandle.nullDevice
    let scratch = try Scratch()
    let (out, err) = (scratch.file("out"), scratch.file("err"))
    _ = FileManager.default.createFile(atPath: out, contents: nil)
    _ = FileManager.default.createFile(atPath: err, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: out)
    process.standardError = FileHandle(forWritingAtPath: err)
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, output: (try? String(contentsOfFile: out, encoding: .utf8)) ?? "",
      errors: (try? String(contentsOfFile: err, encoding: .utf8)) ?? "")
  }
}

/// A folder of its own that vanishes with the value.
final class Scratch {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("saddlepoint-test-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String) -> String { url.appendingPathComponent(name).path }

  func text(_ name: String) -> String? { try? String(contentsOfFile: file(name), encoding: .utf8) }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}
