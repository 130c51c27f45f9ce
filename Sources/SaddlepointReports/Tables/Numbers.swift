// SPDX-License-Identifier: GPL-3.0-or-later

extension [UInt8] {
  /// Appends the shortest decimal text that reads back as the same double, without a trailing `.0`.
  ///
  /// Negative zero is `-0`; infinities are `inf` and `-inf`. NaN does not occur in cells; it would read `nan`.
  mutating func append(shortest x: Double) {
    if x.magnitude < 0x1p54, x == x.rounded(.towardZero) {
      if x == 0, x.sign == .minus { append(ascii("-")) }
      append(decimal: Int(x))
    } else {
      append(text: x.description)
    }
  }

  /// Appends the decimal digits of an integer.
  mutating func append(decimal n: Int) {
    if n < 0 { append(ascii("-")) }
    var rest = n.magnitude
    if rest < 10 { return append(ascii("0") + UInt8(rest)) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var start = 20
      repeat {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        start -= 1
        digits[start] = ascii("0") + UInt8(digit)
        rest = quotient
      } while rest > 0
      append(contentsOf: digits[start...])
    }
  }

  /// Appends the UTF-8 of a text.
  mutating func append(text: String) {
    var text = text
    text.withUTF8 { append(contentsOf: $0) }
  }
}

/// The byte of an ASCII character.
@inline(__always)
func ascii(_ scalar: Unicode.Scalar) -> UInt8 { UInt8(truncatingIfNeeded: scalar.value) }
