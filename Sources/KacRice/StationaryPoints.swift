// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// Which stationary points are counted.
public enum StationaryPoints: Sendable, Hashable, CustomStringConvertible {
  /// All of them.
  case all
  /// Local minima.
  case minima
  /// Local maxima.
  case maxima
  /// Saddles with exactly this many negative directions; 0 for minima.
  case index(Int)
  /// Saddles with this fraction of negative directions, in [0, 1].
  case fraction(Double)

  /// The word on the command line.
  public var description: String {
    switch self {
    case .all: "all"
    case .minima: "minima"
    case .maxima: "maxima"
    case .index(let k): "index:\(k)"
    case .fraction(let f): "fraction:\(plain(f))"
    }
  }

  /// The points that a word of the command means; nil for a word that means none.
  public init?(_ word: String) {
    let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
    switch (parts.first, parts.count) {
    case ("all", 1): self = .all
    case ("minima", 1): self = .minima
    case ("maxima", 1): self = .maxima
    case ("index", 2):
      guard let k = Int(parts[1]), k >= 0 else { return nil }
      self = .index(k)
    case ("fraction", 2):
      guard let f = Double(parts[1]), f >= 0, f <= 1 else { return nil }
      self = .fraction(f)
    default: return nil
    }
  }

  /// The number of negative directions, where it is finite.
  var finiteIndex: Int? {
    switch self {
    case .minima, .maxima: 0
    case .index(let k): k
    case .all, .fraction: nil
    }
  }
}

/// The most numerous stationary points under given constraints: where they are, and how many.
public struct StationaryPointCount: Sendable, Hashable {
  /// Overlap m = x.x*/N with the signal.
  public let overlap: Estimate
  /// Energy H/N.
  public let energy: Estimate
  /// Radial derivative x.grad H/N.
  public let radial: Estimate
  /// (1/N) log of the mean number; negative where there are none on the exponential scale.
  public let complexity: Estimate

  static func absent(_ reason: String) -> StationaryPointCount {
    let none = Estimate.outsideDomain(reason)
    return StationaryPointCount(overlap: none, energy: none, radial: none, complexity: none)
  }
}
