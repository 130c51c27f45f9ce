// SPDX-License-Identifier: GPL-3.0-or-later

import Saddlepoint
import Synchronization

/// What a long run has come to: its finished rows, and the marches under way.
///
/// The file begins with a line that says what it is; then come numbers and texts, and a digest of all before it.
struct Checkpoint: Sendable {
  private static let title = "saddlepoint checkpoint 1"

  /// What was asked, one line for each parameter.
  let subject: [String]
  /// Number of finished points of the grid.
  var points: Int
  /// Their rows.
  var rows: [[Cell]]

  /// A run that has not begun.
  init(subject: [String]) {
    self.subject = subject
    points = 0
    rows = []
  }

  /// What is asked, in lines that must be equal for a run to be continued.
  static func subject(
    _ question: Question, of model: String, over grid: Grid, parameters: [JSONValue.Member], tolerance: Double
  ) -> [String] {
    var lines = [
      "version \(SaddlepointVersion.current)", "\(question.name) \(model)", "tolerance = \(tolerance)",
    ]
    for parameter in parameters {
      if case .string(let text) = parameter.value { lines.append("\(parameter.name) = \(text)") }
    }
    var digest = Digest()
    for index in 0..<grid.count {
      for value in grid[index].values { digest.add(Array(value.text.utf8)) }
    }
    return lines + ["\(grid.count) points of digest \(digest.value)"]
  }

  /// The bytes of a file, marches included.
  func bytes(marches: [LongTimeArchive.March]) -> [UInt8] {
    var coder = Coder(Array((Self.title + "\n").utf8))
    coder.put(subject.count)
    for line in subject { coder.put(line) }
    coder.put(points)
    coder.put(rows.count)
    coder.put(rows.first?.count ?? 0)
    for cell in rows.joined() { coder.put(cell) }
    coder.put(marches.count)
    for march in marches {
      coder.put(march.key)
      coder.put(march.values)
    }
    var digest = Digest()
    digest.add(coder.bytes)
    coder.put(digest.value)
    return coder.bytes
  }

  /// Reads a file and keeps its marches for those who ask for them.
  ///
  /// - Throws: `InputError` for a file that cannot be read, is damaged, or belongs to another run.
  init(path: String, of subject: [String]) throws {
    let bytes = try readBytes(path)
    let title = Array((Self.title + "\n").utf8)
    guard bytes.starts(with: title) else {
      throw InputError(path: path, reason: "no checkpoint of this version of the format")
    }
    let damaged = InputError(path: path, reason: "the checkpoint is damaged: its digest does not fit")
    var digest = Digest()
    digest.add(bytes.dropLast(8))
    var coder = Coder(bytes, from: title.count)
    guard bytes.count >= title.count + 8, Coder(bytes, from: bytes.count - 8).peek() == digest.value else {
      throw damaged
    }
    guard let count = coder.number(), let found = coder.list(count, { $0.text() }) else { throw damaged }
    if found != subject {
      let different = zip(found, subject).first { $0 != $1 } ?? ("\(found.count) parameters", "\(subject.count)")
      throw InputError(
        path: path, reason: "the checkpoint belongs to another run: it has \(different.0), this one \(different.1)")
    }
    guard let points = coder.number(), let height = coder.number(), let width = coder.number(),
      let rows = coder.list(height, { coder in coder.list(width) { $0.cell() } }), let number = coder.number(),
      let marches = coder.list(
        number,
        { coder -> LongTimeArchive.March? in
          guard let key = coder.numbers(), let values = coder.numbers() else { return nil }
          return LongTimeArchive.March(key: key, values: values)
        }), LongTimeArchive.restore(marches)
    else { throw damaged }
    self.subject = subject
    self.points = points
    self.rows = rows
  }
}

/// Writes a run's checkpoint every minute, and when asked.
final class CheckpointWriter: Sendable {
  private let path: String
  private let state: Mutex<Checkpoint>
  private let ticker = Mutex<Ticker?>(nil)

  /// Begins; a file that cannot be made is refused now.
  init(path: String, subject: [String], continuing saved: Checkpoint?) throws {
    self.path = path
    state = Mutex(saved ?? Checkpoint(subject: subject))
    try OutputFile(path: path).discard()
    ticker.withLock { ticker in ticker = Ticker(seconds: 60) { [weak self] in try? self?.write() } }
  }

  /// Adds finished rows.
  func add(_ rows: [[Cell]], points: Int) {
    state.withLock {
      $0.rows += rows
      $0.points = points
    }
  }

  /// Writes for the last time.
  func finish() throws {
    ticker.withLock { ticker in
      ticker?.stop()
      ticker = nil
    }
    try write()
  }

  private func write() throws {
    // Marches first: rows that finish meanwhile only make them dispensable.
    let marches = LongTimeArchive.marches()
    try OutputFile.write(state.withLock { $0 }.bytes(marches: marches), to: path)
  }
}

/// The digest FNV-1a of some bytes, against accidents.
private struct Digest {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }
}

/// Numbers, texts and cells as bytes and back; nil where the bytes end too early or mean nothing.
private struct Coder {
  private(set) var bytes: [UInt8]
  private var place: Int

  init(_ bytes: [UInt8], from place: Int = 0) {
    self.bytes = bytes
    self.place = place
  }

  mutating func put(_ word: UInt64) {
    for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * shift))) }
  }
  mutating func put(_ number: Int) { put(UInt64(bitPattern: Int64(number))) }
  mutating func put(_ text: String) {
    put(text.utf8.count)
    bytes += text.utf8
  }
  mutating func put(_ numbers: [Double]) {
    put(numbers.count)
    for x in numbers { put(x.bitPattern) }
  }
  mutating func put(_ cell: Cell) {
    switch cell {
    case .empty: put(0)
    case .number(let x):
      put(1)
      put(x.bitPattern)
    case .integer(let n):
      put(2)
      put(n)
    case .flag(let yes):
      put(3)
      put(yes ? 1 : 0)
    case .text(let text):
      put(4)
      put(text)
    }
  }

  func peek() -> UInt64? {
    guard place >= 0, place + 8 <= bytes.count else { return nil }
    return (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) }
  }

  mutating func word() -> UInt64? {
    guard let word = peek() else { return nil }
    place += 8
    return word
  }

  mutating func number() -> Int? { word().map { Int(Int64(bitPattern: $0)) } }

  mutating func list<Element>(_ count: Int, _ element: (inout Coder) -> Element?) -> [Element]? {
    guard count >= 0, count <= bytes.count else { return nil }
    var list: [Element] = []
    for _ in 0..<count {
      guard let next = element(&self) else { return nil }
      list.append(next)
    }
    return list
  }

  mutating func numbers() -> [Double]? {
    number().flatMap { list($0) { $0.word().map(Double.init(bitPattern:)) } }
  }

  mutating func text() -> String? {
    guard let count = number(), count >= 0, count <= bytes.count - place else { return nil }
    defer { place += count }
    return String(validating: bytes[place..<(place + count)], as: UTF8.self)
  }

  mutating func cell() -> Cell? {
    switch number() {
    case 0: .empty
    case 1: word().map { .number(Double(bitPattern: $0)) }
    case 2: number().map(Cell.integer)
    case 3: number().map { .flag($0 != 0) }
    case 4: text().map(Cell.text)
    default: nil
    }
  }
}
