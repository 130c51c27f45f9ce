// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A row of a reference file: a number computed elsewhere, with the digits that can be trusted.
public struct ReferenceRow: Decodable, Sendable, CustomStringConvertible {
  /// A number or a word.
  public enum Input: Decodable, Sendable {
    /// A number.
    case number(Double)
    /// A word.
    case text(String)
    /// A list.
    case numbers([Double])
    /// Coefficients by degree.
    case coefficients([String: Double])

    /// Decodes a number, a word or a list of numbers.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let coefficients = try? container.decode([String: Double].self) {
        self = .coefficients(coefficients)
      } else {
        self = (try? container.decode([Double].self)).map(Input.numbers) ?? .text("")
      }
    }
  }

  /// What was computed.
  public let quantity: String
  /// For which model.
  public let model: String
  /// At which parameters.
  public let inputs: [String: Input]
  /// The number, or a word such as `none`.
  public let value: Input
  /// How many digits can be trusted.
  public let digits: Int

  /// The numerical input of a name; NaN if there is none.
  public subscript(_ name: String) -> Double {
    if case .number(let x)? = inputs[name] { x } else { .nan }
  }

  /// The polynomial input of a name, by degree; nil if there is none.
  public func coefficients(_ name: String) -> [(degree: Int, coefficient: Double)]? {
    guard case .coefficients(let table)? = inputs[name] else { return nil }
    return table.compactMap { key, value in Int(key).map { ($0, value) } }.sorted { $0.degree < $1.degree }
  }

  /// The reference value; NaN if it is a word.
  public var number: Double { if case .number(let x) = value { x } else { .nan } }

  /// Half a unit of the last trusted digit.
  public var uncertainty: Double { 5 * abs(number) * pow(10, -Double(digits)) + 1e-300 }

  /// Quantity and inputs, for messages.
  public var description: String { "\(quantity) \(inputs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })" }

  /// The rows of a file in `Reference/`.
  public static func rows(of file: String) -> [ReferenceRow] {
    guard let url = Bundle.module.url(forResource: file, withExtension: "json", subdirectory: "Reference"),
      let data = try? Data(contentsOf: url), let rows = try? JSONDecoder().decode([ReferenceRow].self, from: data)
    else { return [] }
    return rows
  }
}
