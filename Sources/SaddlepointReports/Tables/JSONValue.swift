// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// A JSON value whose objects keep the order of their members.
public indirect enum JSONValue: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number in its shortest exact form; infinities become the strings "inf" and "-inf", NaN becomes `null`.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Members in the order in which they are written.
  case object([Member])

  /// A name and its value.
  public struct Member: Sendable, Hashable {
    /// The key.
    public let name: String
    /// What stands under it.
    public let value: JSONValue

    /// A member of an object.
    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The value of a cell: flags are 1 and 0, as in every other format.
  public init(_ cell: Cell) {
    switch cell {
    case .number(let x): self = .number(x)
    case .integer(let n): self = .integer(n)
    case .flag(let yes): self = .integer(yes ? 1 : 0)
    case .text(let text): self = .string(text)
    case .empty: self = .null
    }
  }

  /// The value on one line, without a line break at the end.
  public var text: String {
    var bytes: [UInt8] = []
    bytes.append(json: self)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The value over several indented lines, with a line break at the end: for files that people read.
  public var indentedText: String {
    var bytes: [UInt8] = []
    bytes.append(json: self, indent: 0)
    bytes.append(ascii("\n"))
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object with its members in the written order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}

extension [UInt8] {
  /// Appends a value on one line.
  mutating func append(json value: JSONValue) {
    switch value {
    case .null: append(text: "null")
    case .bool(let yes): append(text: yes ? "true" : "false")
    case .integer(let n): append(decimal: n)
    case .number(let x): append(jsonNumber: x)
    case .string(let text): append(quoted: text)
    case .array(let values):
      append(ascii("["))
      for (index, value) in values.enumerated() {
        if index > 0 { append(text: ", ") }
        append(json: value)
      }
      append(ascii("]"))
    case .object(let members):
      append(ascii("{"))
      for (index, member) in members.enumerated() {
        if index > 0 { append(text: ", ") }
        append(quoted: member.name)
        append(text: ": ")
        append(json: member.value)
      }
      append(ascii("}"))
    }
  }

  /// Appends a value, its objects and its lists of objects spread over indented lines.
  fileprivate mutating func append(json value: JSONValue, indent: Int) {
    switch value {
    case .array(let values) where values.contains(where: \.isObject):
      append(items: values, indent: indent, brackets: ("[", "]")) { $0.append(json: $1, indent: indent + 1) }
    case .object(let members) where !members.isEmpty:
      append(items: members, indent: indent, brackets: ("{", "}")) {
        $0.append(quoted: $1.name)
        $0.append(text: ": ")
        $0.append(json: $1.value, indent: indent + 1)
      }
    default: append(json: value)
    }
  }

  private mutating func append<Item>(
    items: [Item], indent: Int, brackets: (String, String), each: (inout [UInt8], Item) -> Void
  ) {
    append(text: brackets.0)
    for (index, item) in items.enumerated() {
      if index > 0 { append(ascii(",")) }
      append(ascii("\n"))
      append(contentsOf: repeatElement(ascii(" "), count: 2 * (indent + 1)))
      each(&self, item)
    }
    append(ascii("\n"))
    append(contentsOf: repeatElement(ascii(" "), count: 2 * indent))
    append(text: brackets.1)
  }

  /// Appends a number in a form that JSON readers turn into the same double.
  ///
  /// JSON has no infinity, hence the strings; `-0` would be read as the integer 0, hence `-0.0`.
  mutating func append(jsonNumber x: Double) {
    if x.isFinite {
      append(shortest: x)
      if x == 0, x.sign == .minus { append(text: ".0") }
    } else {
      append(text: x.isNaN ? "null" : x > 0 ? "\"inf\"" : "\"-inf\"")
    }
  }

  /// Appends a JSON string with its quotation marks.
  mutating func append(quoted text: String) {
    append(ascii("\""))
    var text = text
    text.withUTF8 { bytes in
      for byte in bytes {
        switch byte {
        case ascii("\""), ascii("\\"):
          append(ascii("\\"))
          append(byte)
        case ascii("\n"): append(text: "\\n")
        case ascii("\r"): append(text: "\\r")
        case ascii("\t"): append(text: "\\t")
        case 0..<0x20, 0x7F:
          let hex = String(byte, radix: 16)
          append(text: hex.utf8.count == 1 ? "\\u000" : "\\u00")
          append(text: hex)
        default: append(byte)
        }
      }
    }
    append(ascii("\""))
  }
}

extension JSONValue {
  fileprivate var isObject: Bool { if case .object = self { true } else { false } }
}
