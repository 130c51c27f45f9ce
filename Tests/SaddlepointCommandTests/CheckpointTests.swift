// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SaddlepointTestSupport
import Testing

@Suite struct CheckpointTests {
  private static let glass = "dynamics spherical-spin-glass --mixture 3:0.5 --temperature 0.3 --format csv"

  private func inFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("checkpoint-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func finishedRowsAreNotComputedAgain() throws {
    try inFolder { folder in
      let times = " --time 0.01:0.1:3"
      let first = try Command.run(Self.glass + times + " --checkpoint saved", in: folder)
      let second = try Command.run(Self.glass + times + " --resume saved", in: folder)
      #expect(first.code == 0 && second.code == 0 && first.output == second.output)
    }
  }

  @Test func foreignAndDamagedFilesAreRefused() throws {
    try inFolder { folder in
      #expect(try Command.run(Self.glass + " --time 0.01 --checkpoint saved", in: folder).code == 0)
      let foreign = try Command.run(Self.glass + " --time 0.02 --resume saved", in: folder)
      #expect(foreign.code == 66 && foreign.output.isEmpty)
      #expect(foreign.errors.contains("another run") && foreign.errors.contains("time = 0.01"))
      let file = folder.appendingPathComponent("saved")
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: file)
      let damaged = try Command.run(Self.glass + " --time 0.01 --resume saved", in: folder)
      #expect(damaged.code == 66 && damaged.errors.contains("damaged"))
      try bytes.prefix(40).write(to: file)
      #expect(try Command.run(Self.glass + " --time 0.01 --resume saved", in: folder).code == 66)
      try Data("energy\n1\n".utf8).write(to: file)
      let other = try Command.run(Self.glass + " --time 0.01 --resume saved", in: folder)
      #expect(other.code == 66 && other.errors.contains("no checkpoint"))
      #expect(try Command.run(Self.glass + " --time 0.01 --checkpoint missing/saved", in: folder).code == 73)
    }
  }

  @Test(.enabled(if: runsSlowTests))
  func anInterruptedMarchContinuesToTheSameBytes() throws {
    try inFolder { folder in
      let times = " --time 1:1e5:6:log"
      let whole = try Command.run(Self.glass + times, in: folder)
      let part = try Command.shell(
        "timeout --preserve-status -s INT 3 $S \(Self.glass + times) --checkpoint saved", in: folder)
      #expect(part.code == 130 && part.output.count < whole.output.count)
      let rest = try Command.run(Self.glass + times + " --resume saved", in: folder)
      #expect(rest.code == 0 && rest.output == whole.output)
    }
  }

  @Test func memoryIsCheckedBeforeTheFirstRow() throws {
    let refused = try Command.run(Self.glass + " --method uniform --time 1,1e4")
    #expect(refused.code == 65 && refused.output.isEmpty)
    #expect(refused.errors.contains("--memory") && refused.errors.contains("bytes"))
    let late = try Command.run(Self.glass + " --time 0.1,0.2 --waiting-time 0.15")
    #expect(late.code == 65 && late.output.isEmpty && late.errors.contains("--waiting-time"))
  }

  @Test(arguments: [
    ("--time 1 --temperature -1", "--temperature"),
    ("--temperature 0 --time 1 --initial-overlap 1.5", "--initial-overlap"),
    ("--temperature 0 --time 0", "--time"), ("--temperature 0 --time -2", "--time"),
    ("--temperature 0 --time 1 --mass -1", "--mass"),
    ("--temperature 0 --time 1 --mass 1 --friction -1", "--friction"),
    ("--temperature 0 --time 1 --mass 1 --friction 1 --nesterov 1", "--nesterov"),
    ("--learning-rate 0 --steps 5", "--learning-rate"), ("--learning-rate -0.1 --steps 5", "--learning-rate"),
    ("--temperature 0 --time 1 --waiting-time 2", "--waiting-time"),
    ("--temperature 0 --time 1 --method long-time --mass 1", "--method"),
    ("--temperature 0 --time 1 --memory 0", "--memory"),
    ("--temperature 0 --time 1 --initial-temperature 0", "--initial-temperature"),
  ])
  func badNumbersAreRefusedInOneLine(_ options: String, _ culprit: String) throws {
    let outcome = try Command.run("dynamics spherical-spin-glass --mixture 3:0.5 " + options)
    #expect(outcome.code == 65 && outcome.output.isEmpty)
    #expect(outcome.errors.contains(culprit) && outcome.errors.split(separator: "\n").count == 1)
  }

  @Test func landscapesWithoutInteractionAreRefused() throws {
    let outcome = try Command.run("dynamics spherical-spin-glass --mixture 1:0.5 --temperature 0 --time 1")
    #expect(outcome.code == 65 && outcome.errors.contains("degree >= 2"))
  }

  @Test func startsBelowTheStaticTemperatureAreApproximate() throws {
    let outcome = try Command.run(
      "dynamics spherical-spin-glass --mixture 3:0.5 --temperature 0 --initial-temperature 0.5 --time 0.1 --format csv")
    #expect(outcome.code == 0)
    #expect(outcome.table.first?["status"] == "approximate")
    #expect(outcome.table.first?["reason"] == "initial temperature below the static one")
  }
}
