// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SaddlepointCore
import SaddlepointReports
import Testing

private let head = TableHead(
  command: "threshold", model: "spiked-matrix-tensor", line: "algorithmic",
  columns: [
    Column("deltap", symbol: "\\Delta_p", "noise variance"), Column("delta2", symbol: "\\Delta_2", "critical value"),
    Column("mmse", "a further result"),
  ] + Column.assurance, main: "delta2")

private func encoded(_ format: DataFormat, _ chunks: [[[Cell]]], head: TableHead = head, regions: JSONValue? = nil)
  -> String
{
  let encoder = TableEncoder(format, head: head)
  var bytes: [UInt8] = []
  encoder.appendHeader(to: &bytes)
  var isFirst = true
  for chunk in chunks {
    encoder.append(rows: chunk, isFirst: isFirst, to: &bytes)
    isFirst = isFirst && chunk.isEmpty
  }
  encoder.appendFooter(regions: regions, run: ["seconds": .number(0.5)], to: &bytes)
  return String(decoding: bytes, as: UTF8.self)
}

private func parsed(_ json: String) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
}

private let awkward: [Double] = [
  0, -0.0, 3, -17, 0.1, 1e22, 1e23, 123_456_789_012_345_680, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
  2.2250738585072014e-308,
  1.7976931348623157e308, 9_007_199_254_740_991, 0x1p53, 0x1p54, 0x1p54 - 2, -0x1p63, 1e15, 1e16, 0.5645971536,
]

/// Doubles of every kind: random bit patterns, among them subnormals.
private func manyDoubles() -> [Double] {
  var generator = SystemRandomNumberGenerator()
  let random = (0..<20_000).map { _ in Double(bitPattern: generator.next()) }.filter(\.isFinite)
  let subnormal = (0..<1000).map { _ in Double(bitPattern: generator.next() >> 12) }
  let whole = (0..<1000).map { _ in Double(Int.random(in: -(1 << 60)...(1 << 60))) }
  return awkward + random + subnormal + whole
}

@Suite struct NumberText {
  private let single = TableHead(command: "c", model: "m", columns: [Column("x", "a number")], main: "x")

  @Test func csvReadsBackAsTheSameDouble() throws {
    let values = manyDoubles() + [.infinity, -.infinity]
    let lines = encoded(.csv, [values.map { [.number($0)] }], head: single).split(separator: "\n").dropFirst()
    #expect(lines.count == values.count)
    for (line, value) in zip(lines, values) {
      let read = try #require(Double(line))
      #expect(read.bitPattern == value.bitPattern, "\(line)")
      #expect(!line.hasSuffix(".0"))
    }
  }

  @Test func jsonReadsBackAsTheSameDouble() throws {
    let values = manyDoubles()
    // JSONSerialization itself misreads some doubles by an ulp; the decoder does not.
    struct Rows: Decodable { let rows: [[String: Double]] }
    let text = encoded(.json, [values.map { [.number($0)] }], head: single)
    let rows = try JSONDecoder().decode(Rows.self, from: Data(text.utf8)).rows
    #expect(rows.count == values.count)
    for (row, value) in zip(rows, values) { #expect(row["x"] == value) }
  }

  @Test func jsonKeepsTheSignOfZero() {
    #expect(JSONValue.number(-0.0).text == "-0.0")
    #expect(JSONValue.number(0).text == "0")
  }

  @Test func wholeNumbersHaveNoPoint() {
    let text = encoded(.csv, [[[.number(3)], [.number(-0.0)], [.integer(Int.min)], [.flag(true)]]], head: single)
    #expect(text == "x\n3\n-0\n-9223372036854775808\n1\n")
  }
}

@Suite struct Formats {
  private let rows: [[Cell]] = [
    [
      .number(.infinity), .number(0.123_456_789_012), .number(0.987_654_321), .number(3e-7), .text("converged"), .empty,
    ],
    [.number(2), .empty, .flag(false), .empty, .text("outside-domain"), .text("no \"root\", \nhere")],
  ]

  @Test func csv() {
    #expect(
      encoded(.csv, [rows]) == """
        deltap,delta2,mmse,error,status,reason
        inf,0.123456789012,0.987654321,3e-07,converged,
        2,,0,,outside-domain,"no ""root"", \nhere"

        """)
  }

  @Test func ndjson() throws {
    let lines = encoded(.ndjson, [rows]).split(separator: "\n")
    #expect(lines.count == 2)
    let first = try parsed(String(lines[0]))
    #expect(first["deltap"] as? String == "inf")
    let second = try parsed(String(lines[1]))
    #expect(second["delta2"] is NSNull)
    #expect(second["reason"] as? String == "no \"root\", \nhere")
  }

  @Test(arguments: [[[0, 1]], [[0], [1]], [[], [0, 1]]]) func jsonInChunks(_ chunks: [[Int]]) throws {
    let regions: JSONValue = [["name": "easy"]]
    let object = try parsed(encoded(.json, chunks.map { $0.map { rows[$0] } }, regions: regions))
    #expect(object["schema"] as? Int == 1)
    #expect(object["line"] as? String == "algorithmic")
    #expect((object["columns"] as? [[String: String]])?[1]["symbol"] == "\\Delta_2")
    #expect((object["rows"] as? [Any])?.count == 2)
    #expect((object["regions"] as? [Any])?.count == 1)
    #expect((object["run"] as? [String: Any])?["seconds"] as? Double == 0.5)
  }

  @Test func jsonWithoutRows() throws {
    let object = try parsed(encoded(.json, []))
    #expect((object["rows"] as? [Any])?.isEmpty == true)
  }

  @Test func tableShowsWhatTheErrorJustifies() {
    let text = encoded(.table, [rows])
    #expect(
      text == """
        deltap     delta2       mmse  error  status          reason
        ------  ---------  ---------  -----  --------------  ---------------
           inf  0.1234568  0.9876543   3e-7  converged
             2             0                 outside-domain  no "root", here

        """)
  }

  @Test func tableDropsOnlyTheReasonThatNobodyHas() {
    let text = encoded(.table, [[rows[0]]])
    #expect(text.split(separator: "\n")[0].hasSuffix("status"))
  }

  @Test(arguments: [
    (0.5, 1e-4, "0.5000"), (1234.5678, 10, "1230"), (1e-13, 1e-15, "1.00e-13"), (2.0 / 3, 1e-20, "0.666666666667"),
    (9.9999, 1e-3, "10.000"), (1e-9, 1e-3, "0.000"),
  ]) func mainColumn(value: Double, error: Double, shown: String) {
    let row: [Cell] = [.number(1), .number(value), .empty, .number(error), .text("converged"), .empty]
    let line = encoded(.table, [[row]]).split(separator: "\n")[2]
    #expect(line.split(separator: " ")[1] == shown)
  }

  @Test func endings() {
    #expect(DataFormat(path: "a.b/x.CSV") == .csv)
    #expect(DataFormat(path: "x.ndjson") == .ndjson)
    #expect(DataFormat(path: "x.pdf") == nil)
    #expect(DataFormat(path: "dir.csv/x") == nil)
  }
}

@Suite struct Records {
  @Test func runRecord() throws {
    let record = RunRecord(
      commandLine: ["saddlepoint", "--loss", "a \"b\"\u{1}"], version: "1.0", parameters: [.init("p", .integer(3))],
      tolerance: 1e-10, method: "closed form", references: ["A 2020"], seconds: 0.25)
    for text in [record.json.text, record.json.indentedText] {
      let object = try parsed(text)
      #expect((object["command_line"] as? [String])?.last == "a \"b\"\u{1}")
      #expect(object["tolerance"] as? Double == 1e-10)
    }
    #expect(RunRecord.path(beside: "x.csv") == "x.csv.run.json")
  }
}

@Suite struct Reading {
  @Test func csvWithEverything() throws {
    let table = try CSVReader("\u{FEFF}deltap, \"a \"\"b\"\"\" \r\n\r\n1,inf\r\n  2 ,\"x,\ny\"\r\n\n3,\n")
    #expect(table.header == ["deltap", "a \"b\""])
    #expect(table.rows == [["1", "inf"], ["2", "x,\ny"], ["3", ""]])
    #expect(table.lines == [3, 4, 7])
  }

  @Test(arguments: [("", 1), ("a,b\n1\n", 2), ("a\n\"x\n", 2), ("a\n\"x\"y\n", 2)])
  func csvErrors(text: String, line: Int) {
    let error = #expect(throws: CSVError.self) { try CSVReader(text) }
    #expect(error?.line == line)
  }
}
