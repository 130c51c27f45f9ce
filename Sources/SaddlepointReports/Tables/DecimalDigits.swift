// SPDX-License-Identifier: GPL-3.0-or-later

/// A finite double as decimal digits, for rounding to a number of digits without a formatter.
struct DecimalDigits {
  var isNegative: Bool
  /// Digits from the first that is not zero; empty for zero.
  var digits: [UInt8]
  /// Power of ten of the first digit.
  var exponent: Int

  /// The shortest digits that read back as the double.
  init(_ x: Double) {
    isNegative = x < 0
    digits = []
    exponent = 0
    var pointAt: Int?
    var power = 0
    var inExponent = false
    var powerIsNegative = false
    for byte in x.magnitude.description.utf8 {
      switch byte {
      case ascii("."): pointAt = digits.count
      case ascii("e"): inExponent = true
      case ascii("-"): powerIsNegative = true
      case ascii("0")...ascii("9"):
        if inExponent { power = 10 * power + Int(byte - ascii("0")) } else { digits.append(byte - ascii("0")) }
      default: break
      }
    }
    exponent = (pointAt ?? digits.count) - 1 + (powerIsNegative ? -power : power)
    let zeros = digits.prefix { $0 == 0 }.count
    digits.removeFirst(zeros)
    exponent -= zeros
    if digits.isEmpty { exponent = 0 }
    dropTrailingZeros()
  }

  /// Rounds half up to at most `count` digits; a count of zero or less leaves the digit of a carry, if any.
  mutating func round(to count: Int) {
    guard count < digits.count else { return }
    guard count >= 0 else {
      digits = []
      return
    }
    let roundsUp = digits[count] >= 5
    digits.removeLast(digits.count - count)
    if roundsUp {
      var index = count - 1
      while index >= 0, digits[index] == 9 {
        digits[index] = 0
        index -= 1
      }
      if index >= 0 {
        digits[index] += 1
      } else {
        digits.insert(1, at: 0)
        exponent += 1
      }
    }
    dropTrailingZeros()
  }

  /// The number as people write it: plain where that is short, else with an exponent.
  ///
  /// - Parameter decimals: digits after the point to be shown, zeros included; nil for no trailing zeros.
  /// - Returns: the text, with a minus sign only if a digit is left.
  func text(decimals: Int? = nil) -> String {
    let sign = isNegative && !digits.isEmpty ? "-" : ""
    if digits.isEmpty { return fixed(sign: "", decimals: decimals ?? 0) }
    if exponent < -5 || exponent > 12 {
      let shown = decimals.map { max(0, $0 + exponent) } ?? 0
      let tail = (1..<max(digits.count, 1 + shown, 1)).map { digit(at: $0) }.joined()
      return sign + "\(digits[0])" + (tail.isEmpty ? "" : "." + tail) + "e\(exponent)"
    }
    return fixed(sign: sign, decimals: max(decimals ?? 0, digits.count - 1 - exponent, 0))
  }

  private func fixed(sign: String, decimals: Int) -> String {
    var result = sign
    for place in stride(from: max(exponent, 0), through: -decimals, by: -1) {
      if place == -1 { result += "." }
      result += digit(at: exponent - place)
    }
    return result
  }

  private func digit(at index: Int) -> String { digits.indices.contains(index) ? "\(digits[index])" : "0" }

  private mutating func dropTrailingZeros() { while digits.last == 0 { digits.removeLast() } }
}
