// SPDX-License-Identifier: GPL-3.0-or-later

import Saddlepoint

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Where the results go: standard output, or files that appear complete or not at all.
final class Outputs {
  /// What the ending of a file asks for.
  enum Kind {
    case data(DataFormat)
    case figure
    case notebook
  }

  /// A sink of encoded rows.
  struct Sink: Sendable {
    let encoder: TableEncoder
    /// Position among the files; nil for standard output.
    let file: Int?
  }

  private let files: [OutputFile]
  private let paths: [String]
  private let standard: StandardOutput?
  private let pictures: [String]
  private let notebooks: [String]
  /// The encoders of all data outputs.
  let sinks: [Sink]
  private let head: TableHead
  private let isQuiet: Bool

  /// Opens every output before anything is computed, so that a missing folder costs no time.
  init(_ options: SharedOptions, head: TableHead) throws {
    self.head = head
    isQuiet = options.quiet
    var kinds: [(path: String, kind: Kind)] = []
    for path in options.output {
      kinds.append((path, try Self.kind(of: path, fallback: options.dataFormat())))
    }
    if let points = options.at, let path = options.output.first(where: { Self.resolved($0) == Self.resolved(points) }) {
      throw UsageError("-o \(path) would replace the points of --at")
    }
    try Self.refuseCollisions(kinds)
    var files: [OutputFile] = []
    var paths: [String] = []
    var sinks: [Sink] = []
    for case (let path, .data(let format)) in kinds {
      sinks.append(Sink(encoder: TableEncoder(format, head: head), file: files.count))
      files.append(try OutputFile(path: path))
      paths.append(path)
    }
    pictures = kinds.compactMap { if case .figure = $0.kind { $0.path } else { nil } }
    notebooks = kinds.compactMap { if case .notebook = $0.kind { $0.path } else { nil } }
    // A probe: a picture that cannot be written should be known now.
    for path in pictures + notebooks { try OutputFile(path: path).discard() }
    if kinds.isEmpty {
      let output = StandardOutput()
      let format = try options.dataFormat() ?? (output.isTerminal ? .table : .csv)
      sinks.append(Sink(encoder: TableEncoder(format, head: head), file: nil))
      standard = output
    } else {
      standard = nil
    }
    self.files = files
    self.paths = paths
    self.sinks = sinks
  }

  /// Whether rows have to be kept until the end: for tables, figures and notebooks.
  var needsAllRows: Bool {
    !pictures.isEmpty || !notebooks.isEmpty || sinks.contains { !$0.encoder.format.streams }
  }

  /// Whether pictures or notebooks are asked for.
  var wantsPictures: Bool { !pictures.isEmpty || !notebooks.isEmpty }

  /// Refuses two outputs of one name, however it is spelt; a record of a run counts as an output.
  private static func refuseCollisions(_ kinds: [(path: String, kind: Kind)]) throws {
    var seen: Set<String> = []
    for (path, _) in kinds where !seen.insert(resolved(path)).inserted {
      throw UsageError("-o \(path) is given twice")
    }
    for case (let path, .data) in kinds where !seen.insert(resolved(RunRecord.path(beside: path))).inserted {
      throw UsageError("-o \(RunRecord.path(beside: path)) is the record of \(path)")
    }
  }

  /// The one spelling of a file's name: that of its folder without links and dots, and its own.
  private static func resolved(_ path: String) -> String {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? "."
    let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
    guard let real = realpath(folder, nil) else { return path }
    defer { free(real) }
    return String(cString: real) + "/" + name
  }

  private static func kind(of path: String, fallback: DataFormat?) throws -> Kind {
    if let format = DataFormat(path: path) { return .data(format) }
    if FigureFormat(path: path) != nil { return .figure }
    let name = path.split(separator: "/").last ?? ""
    if name.hasSuffix(".ipynb") { return .notebook }
    guard !name.dropFirst().contains(".") else {
      throw UsageError("-o \(path): the ending is none of .csv .json .ndjson .svg .pdf .png .gp .ipynb")
    }
    return .data(fallback ?? .csv)
  }

  /// Writes what comes before the first row.
  func begin() throws {
    for sink in sinks {
      var bytes: [UInt8] = []
      sink.encoder.appendHeader(to: &bytes)
      try write(bytes, to: sink)
    }
  }

  /// The bytes of some rows for every sink that streams; runs on any thread.
  static func encode(_ rows: [[Cell]], isFirst: Bool, sinks: [Sink]) -> [[UInt8]] {
    sinks.map { sink in
      guard sink.encoder.format.streams else { return [] }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(rows.count * 128)
      sink.encoder.append(rows: rows, isFirst: isFirst, to: &bytes)
      return bytes
    }
  }

  /// Writes encoded rows; what goes to a person or a pipe is passed on at once.
  func write(_ encoded: [[UInt8]]) throws {
    for (sink, bytes) in zip(sinks, encoded) { try write(bytes, to: sink) }
    try standard?.flush()
  }

  /// Writes what comes after the last row, gives the files their names, and puts a record of the run beside each.
  ///
  /// - Parameters:
  ///   - rows: all rows, where ``needsAllRows``.
  ///   - regions: the regions of a diagram.
  ///   - run: the record.
  ///   - figure: makes the figure, if one is asked for.
  ///   - notebook: makes the notebook, if one is asked for.
  /// - Throws: `OutputError`, `FigureError`, or what the closures throw.
  func finish(
    rows: [[Cell]], regions: JSONValue? = nil, run: RunRecord, figure: () throws -> Figure,
    notebook: (_ csv: String) throws -> Notebook
  ) throws {
    for sink in sinks {
      var bytes: [UInt8] = []
      if !sink.encoder.format.streams { sink.encoder.append(rows: rows, isFirst: true, to: &bytes) }
      sink.encoder.appendFooter(regions: regions, run: run.json, to: &bytes)
      try write(bytes, to: sink)
    }
    try standard?.flush()
    for (file, path) in zip(files, paths) {
      try file.commit()
      if !path.hasPrefix("/dev/") {
        try OutputFile.write(Array(run.json.indentedText.utf8) + [0x0A], to: RunRecord.path(beside: path))
      }
    }
    if !notebooks.isEmpty {
      let encoder = TableEncoder(.csv, head: head)
      var bytes: [UInt8] = []
      encoder.appendHeader(to: &bytes)
      encoder.append(rows: rows, isFirst: true, to: &bytes)
      let text = try notebook(String(decoding: bytes, as: UTF8.self)).json
      for path in notebooks { try OutputFile.write(Array(text.utf8) + [0x0A], to: path) }
    }
    // Pictures last: a missing gnuplot must not cost the data, nor the scripts, which need none.
    let scriptsFirst = pictures.filter { $0.hasSuffix(".gp") } + pictures.filter { !$0.hasSuffix(".gp") }
    for path in scriptsFirst {
      let figure = try figure()
      do throws(FigureError) {
        try Gnuplot().draw(figure, to: path)
      } catch {
        if case .output(let cause) = error { throw cause }
        throw error
      }
    }
  }

  private func write(_ bytes: [UInt8], to sink: Sink) throws {
    if bytes.isEmpty { return }
    if let index = sink.file { try files[index].write(bytes) } else { try standard?.write(bytes) }
  }
}
