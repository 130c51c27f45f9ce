// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A row of a reference file: a number computed elsewhere, with the digits that can be trusted.
public struct ReferenceRow: Decodable, Sendable, CustomStringConvertible {
  /// A number or a word.
  public enum Input: Decodable, Sendable {
    case number(Double)
    case text(String)
    case numbers([Double])

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else {
        self = (try? container.decode([Double].self)).map(Input.numbers) ?? .text("")
      }
    }
  }

  public let quantity: String
  public let model: String
  public let inputs: [String: Input]
  public let value: Input
  public let digits: Int

  /// The numerical input of a name; NaN if there is none.
  public subscript(_ name: String) -> Double {
    if case .number(let x)? = inputs[name] { x } else { .nan }
  }

  /// The reference value; NaN if it is a word.
  public var number: Double { if case .number(let x) = value { x } else { .nan } }

  /// Half a unit of the last trusted digit.
  public var uncertainty: Double { 5 * abs(number) * pow(10, -Double(digits)) + 1e-300 }

  public var description: String { "\(quantity) \(inputs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })" }

  /// The rows of a file in `Reference/`.
  public static func rows(of file: String) -> [ReferenceRow] {
    guard let url = Bundle.module.url(forResource: file, withExtension: "json", subdirectory: "Reference"),
      let data = try? Data(contentsOf: url), let rows = try? JSONDecoder().decode([ReferenceRow].self, from: data)
    else { return [] }
    return rows
  }
}
