// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule

/// Pseudo-random numbers that depend on a seed and the number of a stream only: sample i of a simulation draws from stream i,
/// whatever thread computes it.
///
/// The generator is xoshiro256++ of Blackman and Vigna (period 2^256 - 1), its state filled by splitmix64 from seed and stream.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)
  private var spare: Double?

  /// Stream `stream` of the family `seed`.
  public init(seed: UInt64, stream: UInt64) {
    var mixer = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15) ^ (stream &* 0xD134_2543_DE82_EF95)
    func next() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      return Self.mixed(mixer)
    }
    state = (next(), next(), next(), next())
  }

  private static func mixed(_ x: UInt64) -> UInt64 {
    var z = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    func rotated(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
    let result = rotated(state.0 &+ state.3, 23) &+ state.0
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, 45)
    return result
  }

  /// A number uniform in (0, 1), both ends excluded.
  public mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

  /// A standard normal number, by the transform of Box and Muller.
  public mutating func normal() -> Double {
    if let known = spare {
      spare = nil
      return known
    }
    let radius = (-2 * Double.log(uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spare = radius * Double.sin(angle)
    return radius * Double.cos(angle)
  }

  /// A number with the gamma law of the given shape >= 1/2 and scale 1, by the method of Marsaglia and Tsang.
  public mutating func gamma(_ shape: Double) -> Double {
    if shape < 1 { return gamma(shape + 1) * Double.pow(uniform(), 1 / shape) }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      if Double.log(uniform()) < 0.5 * x * x + d - d * v + d * Double.log(v) { return d * v }
    }
  }

  /// A chi variable: the length of a standard normal vector of `degrees` >= 1 dimensions.
  public mutating func chi(_ degrees: Int) -> Double { (2 * gamma(0.5 * Double(degrees))).squareRoot() }
}
