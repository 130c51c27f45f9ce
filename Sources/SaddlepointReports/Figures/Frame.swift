// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The rectangle between the axes in centimetres, its origin at the lower left.
struct Frame {
  let x: Scale
  let y: Scale

  /// A place on paper.
  func project(_ point: PlotPoint) -> PlotPoint { PlotPoint(x.position(of: point.x), y.position(of: point.y)) }

  /// The values at a place on paper.
  func unproject(_ place: PlotPoint) -> PlotPoint { PlotPoint(x.value(at: place.x), y.value(at: place.y)) }

  /// An outline on paper, cut off at the edges; empty if nothing is left.
  func clip(_ outline: [PlotPoint]) -> [PlotPoint] {
    var result = outline.filter { !$0.x.isNaN && !$0.y.isNaN }.map(project)
    result = cut(result, along: \.x, keep: { $0 >= 0 }, at: 0)
    result = cut(result, along: \.x, keep: { $0 <= x.length }, at: x.length)
    result = cut(result, along: \.y, keep: { $0 >= 0 }, at: 0)
    return cut(result, along: \.y, keep: { $0 <= y.length }, at: y.length)
  }

  /// Sutherland and Hodgman: one edge at a time.
  private func cut(
    _ outline: [PlotPoint], along axis: WritableKeyPath<PlotPoint, Double>, keep: (Double) -> Bool, at edge: Double
  ) -> [PlotPoint] {
    guard var previous = outline.last else { return [] }
    var result: [PlotPoint] = []
    for point in outline {
      if keep(point[keyPath: axis]) != keep(previous[keyPath: axis]) {
        let share = (edge - previous[keyPath: axis]) / (point[keyPath: axis] - previous[keyPath: axis])
        var crossing = PlotPoint(
          previous.x + share * (point.x - previous.x), previous.y + share * (point.y - previous.y))
        crossing[keyPath: axis] = edge
        result.append(crossing)
      }
      if keep(point[keyPath: axis]) { result.append(point) }
      previous = point
    }
    return result
  }
}

/// An axis on paper.
struct Scale {
  let lower: Double
  let upper: Double
  let isLogarithmic: Bool
  /// Length in centimetres.
  let length: Double
  /// Far outside, where infinities are put; finite, so that sloping edges can still be cut.
  private static let far = 1e4

  /// The scale of an axis whose window, if it is not given, holds all of `values` that can be shown.
  init(_ axis: FigureAxis, values: [Double], length: Double) {
    self.length = length
    isLogarithmic = axis.isLogarithmic
    let shown = values.filter { $0.isFinite && (!axis.isLogarithmic || $0 > 0) }
    var (low, high) = (shown.min() ?? (axis.isLogarithmic ? 0.1 : 0), shown.max() ?? 1)
    if let range = axis.range, range.lowerBound.isFinite, range.upperBound.isFinite {
      (low, high) = (range.lowerBound, range.upperBound)
      if axis.isLogarithmic, low <= 0 { low = min(shown.min() ?? high / 100, high / 2) }
    }
    if axis.isLogarithmic {
      if !(low > 0) || !(high > low) { (low, high) = (max(low, 1e-300) / 2, max(low, 1e-300) * 2) }
    } else if !(high > low) {
      let margin = max(abs(low), 1) / 10
      (low, high) = (low - margin, high + margin)
    } else if axis.range == nil {
      (low, high) = (low - 0.03 * (high - low), high + 0.03 * (high - low))
    }
    (lower, upper) = (low, high)
  }

  /// Centimetres from the lower end.
  func position(of value: Double) -> Double {
    let share: Double
    if isLogarithmic {
      share = value > 0 ? (log10(value) - log10(lower)) / (log10(upper) - log10(lower)) : -.infinity
    } else {
      share = (value - lower) / (upper - lower)
    }
    return min(max(share * length, -Self.far), Self.far)
  }

  /// The value at a place, kept inside the window: a rounding error must not leave it.
  func value(at position: Double) -> Double {
    let share = position / length
    let value =
      isLogarithmic ? pow(10, log10(lower) + share * (log10(upper) - log10(lower))) : lower + share * (upper - lower)
    return min(max(value, lower), upper)
  }
}
