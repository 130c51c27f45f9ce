// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The commands that put ticks on an axis (`x` or `y`), sparse enough for a column of a paper.
func tickCommands(_ name: String, _ scale: Scale) -> String {
  let decades = log10(scale.upper / scale.lower)
  guard scale.isLogarithmic, decades > 0.6 else {
    let step = linearStep(scale, intervals: name == "x" ? 6 : 5)
    // As many digits for all; gnuplot's own format where numbers are very large or small.
    let format = step < 1e-4 || max(abs(scale.lower), abs(scale.upper)) >= 1e5 ? "%g" : "%.\(decimals(step))f"
    return "set \(name)tics \(plainNumber(step))\nset format \(name) '\(format)'\nset m\(name)tics 2\n"
  }
  // Plain numbers as long as they are short, powers of ten otherwise.
  let isPlain = scale.lower > 0.9e-3 && scale.upper < 1.1e4
  let labelled: [Int] = decades <= 2.4 ? [1, 2, 5] : [1]
  let first = Int(log10(scale.lower).rounded(.down))
  let last = Int(log10(scale.upper).rounded(.up))
  let stride = max(1, Int((decades / 7).rounded(.up)))
  var entries: [String] = []
  for power in first...last {
    for digit in 1...9 {
      let text = power >= 0 ? "\(digit)" + String(repeating: "0", count: power) : decimal(digit, power)
      let value = "\(digit)e\(power)"
      let number = Double(digit) * pow(10, Double(power))
      guard number >= scale.lower * (1 - 1e-9), number <= scale.upper * (1 + 1e-9) else { continue }
      let isLabelled = labelled.contains(digit) && (power - first) % stride == 0
      let label = isPlain ? text : digit == 1 ? "10^{\(power)}" : "\(digit)·10^{\(power)}"
      if isLabelled {
        entries.append("'\(label.replacing("-", with: "−"))' \(value)")
      } else if stride == 1 {
        entries.append("'' \(value) 1")
      }
    }
  }
  return "set \(name)tics (\(entries.joined(separator: ", ")))\n"
}

/// The number of characters of the longest tick label.
func tickLength(_ scale: Scale) -> Int {
  if scale.isLogarithmic { return max(3, min(5, plainNumber(scale.lower).utf8.count), scale.upper < 1.1e4 ? 3 : 4) }
  let step = linearStep(scale, intervals: 5)
  let ends = [scale.lower, scale.upper].map { plainNumber(($0 / step).rounded(.towardZero) * step) }
  let decimals = decimals(step)
  let whole = ends.map { $0.prefix { $0 != "." && $0 != "e" }.count }.max() ?? 1
  return min(7, whole + (decimals > 0 ? 1 + decimals : 0))
}

/// Digits after the point that tell multiples of the step apart.
private func decimals(_ step: Double) -> Int { max(0, -Int((log10(step) + 1e-9).rounded(.down))) }

private func linearStep(_ scale: Scale, intervals: Double) -> Double {
  roundStep((scale.upper - scale.lower) / intervals)
}

/// 0.05 rather than 5e-2.
private func decimal(_ digit: Int, _ power: Int) -> String {
  "0." + String(repeating: "0", count: max(0, -power - 1)) + "\(digit)"
}

/// The nearest of 1, 2, 5 times a power of ten.
private func roundStep(_ step: Double) -> Double {
  let power = pow(10, log10(step).rounded(.down))
  let ratio = step / power
  return power * (ratio < 1.41 ? 1 : ratio < 3.16 ? 2 : ratio < 7.07 ? 5 : 10)
}

/// A number as gnuplot reads it.
func plainNumber(_ x: Double) -> String {
  var bytes: [UInt8] = []
  bytes.append(shortest: x)
  return String(decoding: bytes, as: UTF8.self)
}
