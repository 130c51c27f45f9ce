// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite struct OutputTests {
  private let line = "threshold spiked-matrix-tensor gradient-flow --deltap 0.1:4:20"

  @Test func severalFilesAtOnceWithTheirRecord() throws {
    let scratch = try Scratch()
    let outcome = try Command.run(line + " -o a.csv -o b.json -o c.ndjson -o d.ipynb -o e.gp", in: scratch.url)
    #expect(outcome.code == 0 && outcome.output.isEmpty, "\(outcome.errors)")
    #expect(
      scratch.names == [
        "a.csv", "a.csv.run.json", "b.json", "b.json.run.json", "c.ndjson", "c.ndjson.run.json", "d.ipynb", "e.gp",
      ])
    #expect(scratch.text("a.csv") == (try Command.run(line + " --format csv").output))
    let record =
      try JSONSerialization.jsonObject(with: Data((scratch.text("a.csv.run.json") ?? "").utf8)) as? [String: Any]
    #expect(record?["version"] as? String == "0.1.0")
    #expect((record?["command_line"] as? [String])?.first == "saddlepoint")
    #expect((record?["references"] as? [String])?.contains("arXiv:1907.08226") == true)
    #expect(try JSONSerialization.jsonObject(with: Data((scratch.text("d.ipynb") ?? "").utf8)) is [String: Any])
    #expect(scratch.text("e.gp")?.contains("plot") == true)
  }

  @Test func refusedRunsLeaveOldFiles() throws {
    let scratch = try Scratch()
    try "keep me".write(toFile: scratch.file("old.csv"), atomically: true, encoding: .utf8)
    #expect(
      try Command.run("threshold spiked-matrix-tensor gradient-flow --deltap=-1 -o old.csv", in: scratch.url).code == 65
    )
    #expect(scratch.text("old.csv") == "keep me")
    #expect(scratch.names == ["old.csv"])
    #expect(try Command.run(line + " -o old.csv", in: scratch.url).code == 0)
    #expect(scratch.text("old.csv")?.hasPrefix("p,deltap") == true)
  }

  @Test func fullStandardOutput() throws {
    let outcome = try Command.shell("$S \(line) > /dev/full")
    #expect(outcome.code == 74 && outcome.errors.split(separator: "\n").count == 1)
  }

  @Test func closedPipesEndQuietly() throws {
    let outcome = try Command.shell(
      "$S threshold spiked-matrix-tensor gradient-flow --deltap 0.1:4:200000 --format csv | head -1")
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.hasPrefix("p,deltap") && outcome.lines.count == 1)
  }

  @Test func interruptedRunsLeaveNoFile() throws {
    let scratch = try Scratch()
    let long = "threshold spiked-matrix-tensor information-theoretic --p 4 --deltap 0.13:0.29:3000000"
    let toFile = try Command.shell(
      "$S \(long) -o big.csv & pid=$!; sleep 0.7; kill -INT $pid; wait $pid; echo $?", in: scratch.url)
    #expect(toFile.lines.last == "130")
    #expect(scratch.names.isEmpty, "\(scratch.names)")
    let streamed = try Command.shell(
      "$S \(long) --format csv > rows.csv & pid=$!; sleep 0.7; kill -INT $pid; wait $pid; echo $?", in: scratch.url)
    #expect(streamed.lines.last == "130")
    let rows = scratch.text("rows.csv") ?? ""
    #expect(rows.hasPrefix("p,deltap") && rows.hasSuffix("\n") && rows.count > 10_000, "finished rows are kept")
  }

  @Test(.enabled(if: (try? Command.shell("command -v gnuplot").code) == 0)) func picturesOfDiagramsAndSweeps() throws {
    let scratch = try Scratch()
    for words in [
      "diagram spiked-matrix-tensor --p 4 --points 40 -o d.svg -o d.png -o d.pdf", line + " -o l.svg",
      "potential spiked-matrix-tensor --delta2 0.9,1.1 --deltap 0.5 --overlap 0:0.9:40 -o p.svg",
      "replica spiked-matrix-tensor --delta2 0.9:1.3:60 --deltap 0.5 -o r.svg",
    ] {
      let outcome = try Command.run(words, in: scratch.url)
      #expect(outcome.code == 0, "\(words): \(outcome.errors)")
    }
    #expect(scratch.names == ["d.pdf", "d.png", "d.svg", "l.svg", "p.svg", "r.svg"])
  }

  @Test func missingOrDyingGnuplotCostsOnlyThePicture() throws {
    let scratch = try Scratch()
    let missing = try Command.run("diagram spiked-matrix-tensor -o d.svg -o d.csv", path: "/nowhere", in: scratch.url)
    #expect(missing.code == 69 && missing.errors.contains("gnuplot-nox"))
    #expect(scratch.names == ["d.csv", "d.csv.run.json"])
    let fake = scratch.file("gnuplot")
    try "#!/bin/sh\necho broken >&2\nexit 3\n".write(toFile: fake, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fake)
    let dying = try Command.run(
      "diagram spiked-matrix-tensor -o e.svg -o e.csv", path: scratch.url.path + ":/usr/bin:/bin", in: scratch.url)
    #expect(dying.code == 69 && dying.errors.contains("broken"))
    #expect(scratch.names.contains("e.csv") && !scratch.names.contains("e.svg"))
  }

  @Test func diagramsCarryLinesEventsAndRegions() throws {
    let object = try Command.run("diagram spiked-matrix-tensor --p 4 --points 30 --format json").json()
    let regions = try #require(object["regions"] as? [[String: Any]])
    #expect(Set(regions.compactMap { $0["region"] as? String }) == ["impossible", "hard", "hybrid-hard", "easy"])
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(Set(rows.compactMap { $0["line"] as? String }).count == 11)
    #expect(
      Set(rows.compactMap { $0["event"] as? String }).isSuperset(of: [
        "window", "critical", "fold", "channel-absent", "crossing",
      ]))
  }

  @Test func reproduceWritesDataPictureAndNotebook() throws {
    let scratch = try Scratch()
    #expect(try Command.run("reproduce --list").output.contains("spiked-matrix-tensor-phases"))
    let outcome = try Command.run("reproduce spiked-matrix-tensor-phases -o .", in: scratch.url)
    if outcome.code == 69 { return }
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(scratch.names.filter { $0.hasSuffix(".ipynb") }.count == 2)
    #expect(scratch.names.filter { $0.hasSuffix(".svg") }.count == 2)
  }

  @Test func unreachedTolerancesEndWithOne() throws {
    // Just inside the fold two fixed points merge: their error estimates exceed the tolerance and say so.
    let fold =
      try Command.run("threshold spiked-matrix-tensor informed-spinodal --deltap 0.5 --format csv").table[0]["delta2"]
      ?? ""
    let outcome = try Command.run("replica spiked-matrix-tensor --delta2 \(fold) --deltap 0.5 --format csv")
    if outcome.table.contains(where: { $0["status"] == "not-converged" }) {
      #expect(outcome.code == 1 && outcome.errors.contains("did not converge"))
    } else {
      #expect(outcome.code == 0)
    }
  }
}
