// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
public import SaddlepointCore

/// The values of one parameter along a sweep.
public enum Axis: Sendable, Hashable {
  /// Listed values.
  case values([Value])
  /// `count` values from `start` to `stop`, both included; equally spaced, or in the logarithm.
  case range(start: Double, stop: Double, count: Int, isLogarithmic: Bool)
  /// One value for each value of the parameter named, along which they go: they span no dimension of their own.
  case paired(with: Quantity, [Value])

  /// Number of values.
  public var count: Int {
    switch self {
    case .values(let values), .paired(_, let values): values.count
    case .range(_, _, let count, _): count
    }
  }

  /// The value at an index below ``count``.
  ///
  /// The ends of a range are met exactly.
  public subscript(_ index: Int) -> Value {
    switch self {
    case .values(let values), .paired(_, let values): return values[index]
    case .range(let start, let stop, let count, let isLogarithmic):
      if index == 0 { return .number(start) }
      if index == count - 1 { return .number(stop) }
      // The usual form: the same doubles as NumPy's linspace.
      if !isLogarithmic { return .number(start + Double(index) * ((stop - start) / Double(count - 1))) }
      let t = Double(index) / Double(count - 1)
      // Powers of ten, so that decades are met exactly.
      let magnitude = Double.exp10(Double.log10(abs(start)) * (1 - t) + Double.log10(abs(stop)) * t)
      return .number(start < 0 ? -magnitude : magnitude)
    }
  }
}

/// The outer product of axes, the last varying fastest, optionally under points listed in a file.
public struct Grid: Sendable {
  /// The parameters, in declared order.
  public let names: [Quantity]
  private let axes: [Axis?]
  private let listed: [[Value]]
  private let listedColumns: [Int?]
  private let inner: Int

  /// A grid in which every parameter has an axis.
  public init(_ axes: KeyValuePairs<Quantity, Axis>) {
    self.init(names: axes.map(\.key), axes: axes.map(\.value), listed: nil)
  }

  /// A grid of axes and listed points.
  ///
  /// - Parameters:
  ///   - names: the parameters in declared order.
  ///   - axes: the axis of each; nil where the listed points give the value.
  ///   - listed: names and rows of listed points, one value for each name.
  public init(names: [Quantity], axes: [Axis?], listed: (names: [Quantity], rows: [[Value]])?) {
    self.names = names
    self.axes = axes
    self.listed = listed?.rows ?? [[]]
    listedColumns = names.indices.map { axes[$0] == nil ? listed?.names.firstIndex(of: names[$0]) : nil }
    inner = axes.reduce(1) { total, axis in
      if case .paired? = axis { return total }
      let (product, overflow) = total.multipliedReportingOverflow(by: axis?.count ?? 1)
      return overflow ? .max : product
    }
  }

  /// Number of points.
  public var count: Int {
    let (product, overflow) = inner.multipliedReportingOverflow(by: listed.count)
    return overflow ? .max : product
  }

  /// Number of values that the parameter at a position takes.
  public func distinctCount(of position: Int) -> Int {
    if case .paired(_, let values)? = axes[position] { return Set(values).count }
    if let axis = axes[position] { return axis.count }
    guard let column = listedColumns[position] else { return 1 }
    return Set(listed.map { $0[column] }).count
  }

  /// Whether the parameter at a position varies along a logarithmic range.
  public func isLogarithmic(_ position: Int) -> Bool {
    if case .range(_, _, _, true)? = axes[position] { return true }
    return false
  }

  /// The point at an index below ``count``.
  public subscript(_ index: Int) -> Point {
    var rest = index % inner
    let row = listed[index / inner]
    var values = [Value](repeating: .number(0), count: names.count)
    var paired: [Int] = []
    var indices = [Int](repeating: 0, count: names.count)
    for position in names.indices.reversed() {
      if case .paired? = axes[position] {
        paired.append(position)
      } else if let axis = axes[position] {
        indices[position] = rest % axis.count
        values[position] = axis[indices[position]]
        rest /= axis.count
      } else if let column = listedColumns[position] {
        values[position] = row[column]
      }
    }
    for position in paired {
      guard case .paired(let leader, let all)? = axes[position], let first = names.firstIndex(of: leader) else {
        continue
      }
      values[position] = all[indices[first]]
    }
    return Point(names, values)
  }
}
