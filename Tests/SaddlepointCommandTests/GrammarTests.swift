// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite struct GrammarTests {
  private let line = "threshold spiked-matrix-tensor gradient-flow --format csv"

  @Test func outerProductInDeclaredOrderLastFastest() throws {
    let rows = try Command.run(
      "threshold spiked-matrix-tensor langevin --temperature 0,0.5 --deltap 1,2 --p 3,4 --format csv"
    ).table
    #expect(
      rows.map { "\($0["p"] ?? "") \($0["deltap"] ?? "") \($0["temperature"] ?? "")" }
        == ["3 1 0", "3 1 0.5", "3 2 0", "3 2 0.5", "4 1 0", "4 1 0.5", "4 2 0", "4 2 0.5"])
  }

  @Test func listsRangesAndDefaults() throws {
    #expect(try Command.run(line + " --deltap 1,inf").table.map { $0["deltap"] } == ["1", "inf"])
    #expect(try Command.run(line + " --deltap 1:3:3").table.map { $0["deltap"] } == ["1", "2", "3"])
    #expect(try Command.run(line + " --deltap 3:1:3").table.map { $0["deltap"] } == ["3", "2", "1"])
    let log = try Command.run(line + " --deltap 0.01:100:3:log").table
    #expect(log.map { $0["deltap"] } == ["0.01", "1", "100"])
    #expect(log.allSatisfy { $0["p"] == "3" && $0["prior"] == "gaussian" })
    #expect(try Command.run(line + " --p 3:5:3 --deltap 1").table.map { $0["p"] } == ["3", "4", "5"])
  }

  /// A list in which some words bring a parameter's value with them goes along both at once.
  @Test func listsOfWordsWithParameters() throws {
    func words(_ arguments: String) throws -> [String] {
      try Command.run("spectrum phase-retrieval --format csv " + arguments).table.map {
        "\($0["alpha"] ?? "") \($0["preprocessing"] ?? "") \($0["cut"] ?? "")"
      }
    }
    #expect(
      try words("--alpha 2,3 --preprocessing optimal,trimmed:7,subset:1,2")
        == [
          "2 optimal ", "2 trimmed 7", "2 subset 1", "2 subset 2", "3 optimal ", "3 trimmed 7", "3 subset 1",
          "3 subset 2",
        ])
    #expect(
      try words("--alpha 2 --preprocessing trimmed:4:7:2,optimal") == ["2 trimmed 4", "2 trimmed 7", "2 optimal "])
    #expect(try words("--alpha 2 --preprocessing trimmed:4,7") == ["2 trimmed 4", "2 trimmed 7"])
    #expect(
      try words("--alpha 2 --preprocessing optimal,trimmed:7")[1] == words("--alpha 2 --preprocessing trimmed:7")[0])
    let losses = try Command.run("complexity phase-retrieval --alpha 4 --loss quartic,normalised:0.1 --format csv")
      .table
    #expect(losses.map { $0["loss"] } == ["quartic", "normalised"] && losses[1]["a0"] == "0.1")
  }

  @Test func wordsInAnyOrderAndForm() throws {
    let plain = try Command.run(line + " --p 4 --deltap 2").output
    for words in [
      "threshold --p 4 spiked-matrix-tensor --format=csv --deltap=2 gradient-flow",
      "threshold --format csv --deltap 2 --p=4 spiked-matrix-tensor gradient-flow",
      "threshold spiked-matrix-tensor gradient-flow --deltap 2.0 --p 4.0 --format csv --jobs 2 --quiet",
    ] { #expect(try Command.run(words).output == plain) }
  }

  @Test func aliases() throws {
    for (alias, name) in [("amp", "algorithmic"), ("cusp", "critical"), ("tricritical", "critical")] {
      let parameters = name == "critical" ? " --p 4" : " --p 4 --deltap 0.2"
      #expect(
        try Command.run("threshold spiked-matrix-tensor \(alias)\(parameters)").output
          == Command.run("threshold spiked-matrix-tensor \(name)\(parameters)").output)
    }
  }

  @Test func solvesTheOtherWayRound() throws {
    let row = try Command.run("threshold spiked-matrix-tensor gradient-flow --delta2 0.5 --for deltap --format csv")
      .table[0]
    #expect(row["deltap"] == "1" && row["inverse_delta2"] == nil)
  }

  @Test func pointsFromAFile() throws {
    let scratch = try Scratch()
    try "deltap,p\n1,3\n4,4\n".write(toFile: scratch.file("at.csv"), atomically: true, encoding: .utf8)
    let rows = try Command.run(line + " --at at.csv", in: scratch.url).table
    #expect(rows.map { $0["p"] } == ["3", "4"])
    #expect(abs((Double(rows[1]["delta2"] ?? "") ?? 0) - 2.0 / 3) < 1e-15)
    for (content, code) in [
      ("deltap,q\n1,2\n", 64), ("deltap\nx\n", 64), ("deltap\n-1\n", 65), ("deltap\n", 66), ("deltap,p\n1\n", 66),
    ] {
      try content.write(toFile: scratch.file("bad.csv"), atomically: true, encoding: .utf8)
      #expect(try Command.run(line + " --at bad.csv", in: scratch.url).code == Int32(code), "\(content)")
    }
    #expect(try Command.run(line + " --at at.csv --p 3", in: scratch.url).code == 64)
  }

  @Test func aSweepIsMadeOfColdCalls() throws {
    let sweep = try Command.run(
      "threshold spiked-matrix-tensor information-theoretic --p 4 --deltap 0.2,0.26,0.31 --format csv"
    ).lines
    var cold = [sweep[0]]
    for deltap in ["0.2", "0.26", "0.31"] {
      cold += try Command.run(
        "threshold spiked-matrix-tensor information-theoretic --p 4 --deltap \(deltap) --format csv"
      ).lines.dropFirst()
    }
    #expect(sweep == cold)
    let jobs = try ["1", "2", "3"].map {
      try Command.run("replica spiked-matrix-tensor --delta2 0.5:1.5:300 --deltap 0.1,0.5 --jobs \($0)").output
    }
    #expect(Set(jobs).count == 1)
  }
}

@Suite struct FormatTests {
  private let words = "threshold spiked-matrix-tensor information-theoretic --p 3,4 --deltap 0.1,0.26,inf"

  @Test func allFormatsCarryTheSameRows() throws {
    let csv = try Command.run(words + " --format csv").table
    let json = try Command.run(words + " --format json").rows()
    let ndjson = try Command.run(words + " --format ndjson").lines.map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
    #expect(csv.count == json.count && json.count == ndjson.count && csv.count == 7)
    for (a, (b, c)) in zip(csv, zip(json, ndjson)) {
      #expect(NSDictionary(dictionary: b) == NSDictionary(dictionary: c))
      #expect(Set(a.keys) == Set(b.keys))
      for (key, value) in b {
        switch value {
        case is NSNull: #expect(a[key] == "")
        case let text as String: #expect(a[key] == text)
        case let number as NSNumber:
          #expect(abs((Double(a[key] ?? "") ?? .nan) - number.doubleValue) <= 1e-15 * abs(number.doubleValue))
        default: Issue.record("unexpected \(value)")
        }
      }
    }
    let table = try Command.run(words + " --format table")
    #expect(table.lines.count == 9 && table.lines[0].contains("inverse_delta2"))
  }

  @Test func jsonSaysWhatItHolds() throws {
    let object = try Command.run(words + " --format json").json()
    #expect(object["schema"] as? Int == 1)
    #expect(object["command"] as? String == "threshold")
    #expect(object["model"] as? String == "spiked-matrix-tensor")
    #expect(object["line"] as? String == "information-theoretic")
    let columns = try #require(object["columns"] as? [[String: Any]])
    for column in columns { for key in ["name", "symbol", "unit", "description"] { #expect(column[key] is String) } }
    let run = try #require(object["run"] as? [String: Any])
    for key in ["command_line", "version", "parameters", "tolerance", "method", "references", "seconds"] {
      #expect(run[key] != nil)
    }
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(rows[0]["delta2"] is NSNull && rows[0]["reason"] as? String == "possible-for-every-delta2")
    #expect(rows[2]["deltap"] as? String == "inf")
  }
}
