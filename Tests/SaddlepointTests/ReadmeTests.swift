// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Saddlepoint
import Testing

/// Every line of the README and of the guides runs.
@Suite struct ReadmeTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The code blocks of a language in a Markdown text.
  private static func blocks(_ language: String, in text: String) -> [String] {
    text.components(separatedBy: "```" + language + "\n").dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
  }

  @Test func swiftOfTheReadmeIsWhatIsCompiled() throws {
    let compiled = try Self.text("Tests/SaddlepointTests/ReadmeExamples.swift")
    let blocks = try Self.blocks("swift", in: Self.text("README.md"))
    #expect(blocks.count == 2)
    for block in blocks {
      for part in block.components(separatedBy: "\n\n") where !part.hasPrefix("import ") {
        #expect(compiled.contains(part), "not compiled: \(part)")
      }
    }
    #expect(try windowOfFailure(deltap: 1).contains(0.7))
    #expect(abs(try bestOverlap(delta2: 0.6) - 2.0 / 3) < 1e-12)
  }

  static let shellLines: [String] = {
    let documents = [
      "README.md", "Sources/Saddlepoint/Saddlepoint.docc/Models/spiked-matrix-tensor.md",
      "Sources/Saddlepoint/Saddlepoint.docc/Models/spiked-tensor.md",
      "Sources/Saddlepoint/Saddlepoint.docc/Models/spiked-wigner.md",
      "Sources/Saddlepoint/Saddlepoint.docc/Models/spiked-wishart.md",
      "Sources/Saddlepoint/Saddlepoint.docc/Models/spherical-spin-glass.md",
      "Sources/Saddlepoint/Saddlepoint.docc/Methods/Finite-size.md",
      "Sources/Saddlepoint/Saddlepoint.docc/Methods/Counting-stationary-points.md",
      "Sources/Saddlepoint/Saddlepoint.docc/Models/phase-retrieval.md",
      "Sources/Saddlepoint/Saddlepoint.docc/Models/semicircle.md",
      "Sources/Saddlepoint/Saddlepoint.docc/Models/marchenko-pastur.md",
    ]
    return documents.flatMap { document in
      ((try? blocks("sh", in: text(document))) ?? []).flatMap { $0.components(separatedBy: "\n") }
    }
  }()

  @Test func linesAreFound() { #expect(Self.shellLines.count > 12) }

  /// `saddlepoint` lines run in an empty folder; `make` lines are only read, since they build and test.
  @Test(arguments: shellLines) func lineRuns(line: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("readme-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let isMake = line.hasPrefix("make ")
    process.arguments = ["-c", isMake ? line.replacingOccurrences(of: "make ", with: "make --dry-run ") : line]
    process.currentDirectoryURL = isMake ? Self.root : folder
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] =
      Bundle.main.bundleURL.deletingLastPathComponent().path + ":"
      + Self.productsFolder.path + ":" + (environment["PATH"] ?? "")
    process.environment = environment
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(line): \(complaint)")
    #expect(!printed.isEmpty || line.contains(" -o "), "\(line) says nothing")
  }

  /// The folder of the built products: that of the running test program.
  private static var productsFolder: URL {
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    var folder = program.deletingLastPathComponent()
    for _ in 0..<4 {
      if FileManager.default.isExecutableFile(atPath: folder.appendingPathComponent("saddlepoint").path) {
        return folder
      }
      folder = folder.deletingLastPathComponent()
    }
    return folder
  }

  @Test(arguments: Catalogue.models.map(\.card.name)) func tablesOfTheGuidesAreTheDeclarations(model: String) throws {
    let guide = try Self.text("Sources/Saddlepoint/Saddlepoint.docc/Models/\(model).md")
    let entry = try #require(Catalogue.models.first { $0.card.name == model })
    for parameter in entry.card.parameters {
      #expect(
        guide.contains(
          "| \(parameter.allowed) | \(parameter.defaultValue?.text ?? "required") | \(parameter.description) |"))
    }
    for line in entry.lines { #expect(guide.contains("| `\(line.declaration.name)` |")) }
    for question in entry.questions { #expect(guide.contains("| `\(question.name)` |")) }
  }
}
