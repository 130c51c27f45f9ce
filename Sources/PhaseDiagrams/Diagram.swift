// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// A window of a diagram: an interval on each axis, as they are drawn.
public struct DiagramWindow: Sendable, Hashable {
  /// Horizontal interval.
  public var x: ClosedRange<Double>
  /// Vertical interval.
  public var y: ClosedRange<Double>

  /// A window.
  public init(x: ClosedRange<Double>, y: ClosedRange<Double>) {
    self.x = x
    self.y = y
  }
}

/// An axis of a diagram.
public struct DiagramAxis: Sendable, Hashable {
  /// What is drawn on it.
  public let column: Column
  /// Whether it is logarithmic.
  public let isLogarithmic: Bool
  /// The values that a window may hold.
  public let domain: Domain

  /// An axis.
  public init(_ column: Column, isLogarithmic: Bool = false, domain: Domain? = nil) {
    self.column = column
    self.isLogarithmic = isLogarithmic
    self.domain = domain ?? (isLogarithmic ? .positive : .nonNegative)
  }
}

/// What happens at a point of a line.
public enum DiagramEvent: String, Sendable, Hashable {
  /// The line enters or leaves the window.
  case window
  /// First-order lines end.
  case critical
  /// The line turns back in the horizontal parameter.
  case fold
  /// The line reaches an absent channel: 1/delta2 = 0.
  case channelAbsent = "channel-absent"
  /// Two lines meet.
  case crossing
}

/// A vertex of a drawn line.
public struct DiagramPoint: Sendable, Hashable {
  /// Place on the horizontal axis.
  public let x: Double
  /// Place on the vertical axis.
  public let y: Double
  /// Estimated absolute error of `y` (of `x`, where the line is given the other way round).
  public let error: Double
  /// Status of the number behind the vertex.
  public let status: Status
  /// What happens here, if anything.
  public let event: DiagramEvent?
}

/// A connected piece of a line.
public struct DiagramCurve: Sendable, Hashable {
  /// Name of the line.
  public let line: String
  /// Number of the piece, from 1.
  public let piece: Int
  /// Its vertices in order.
  public let points: [DiagramPoint]
}

/// A part of the plane in which the same is possible.
public struct DiagramRegion: Sendable, Hashable {
  /// Name in JSON.
  public let name: String
  /// What it says in the figure.
  public let label: String
  /// What is possible there (several regions may share it); nil where nothing is inferred.
  public let phase: PhaseRegion?
  /// Vertices in order, closed implicitly.
  public let polygon: [SIMD2<Double>]
}

/// A computed phase diagram: lines and regions in a window.
public struct Diagram: Sendable, Hashable {
  /// The window.
  public let window: DiagramWindow
  /// All pieces of all lines.
  public let curves: [DiagramCurve]
  /// All regions.
  public let regions: [DiagramRegion]
  /// A quantity over the whole window, if there is one.
  public var map: DiagramMap?
}

/// A quantity on a regular grid over the window of a diagram.
public struct DiagramMap: Sendable, Hashable {
  /// What it is.
  public let column: Column
  /// Places on the horizontal axis, equally spaced.
  public let x: [Double]
  /// Places on the vertical axis, equally spaced.
  public let y: [Double]
  /// The values, one row of `y.count` for each x; nil where there is nothing to show.
  public let values: [Double?]
}

/// A diagram that a model has, declared once.
public struct DiagramDeclaration: Sendable {
  /// The word after `--of`.
  public let name: String
  /// One sentence.
  public let summary: String
  /// The parameters that stay fixed.
  public let parameters: [Parameter]
  /// Horizontal axis; its quantity is a parameter of the model.
  public let x: DiagramAxis
  /// Vertical axis.
  public let y: DiagramAxis
  /// The parameter whose reciprocal stands on the vertical axis; nil where that is a parameter itself.
  public let yParameter: Parameter?
  /// The lines that are drawn.
  public let lines: [LineDeclaration]
  /// Arguments of an example that runs, as typed after the model's name.
  public let example: String
  /// The window that shows all that matters, at given fixed parameters.
  public let defaultWindow: @Sendable (Point) throws -> DiagramWindow
  /// The diagram, with the given number of vertices for each line.
  public let compute: @Sendable (Point, DiagramWindow, Int) throws -> Diagram
  /// Families of numbered parameters, of which those that are given stay fixed, too.
  public var families: [ParameterFamily] = []

  /// The declaration with the given members of its families before its other parameters.
  public func with(members: [Parameter]) -> DiagramDeclaration {
    DiagramDeclaration(
      name: name, summary: summary, parameters: members + parameters, x: x, y: y, yParameter: yParameter, lines: lines,
      example: example, defaultWindow: defaultWindow, compute: compute)
  }
}

extension Diagram {
  /// Regions from vertical slices: at each x the plane is cut by boundary values of y, and each interval is named.
  ///
  /// Bands of the same name in neighbouring slices are joined to polygons. At places where the structure changes, two slices
  /// should lie immediately before and after.
  ///
  /// - Parameters:
  ///   - slices: the x values, increasing.
  ///   - window: the vertical interval.
  ///   - boundaries: the y values between which the answer cannot change, at a given x; those outside the window are ignored.
  ///   - classify: the region (without polygon) that holds a point.
  /// - Returns: the regions with their polygons.
  /// - Throws: what `boundaries` and `classify` throw.
  static func regions(
    slices: [Double], window: DiagramWindow, boundaries: (Double) throws -> [Double],
    classify: (Double, Double) throws -> DiagramRegion
  ) throws -> [DiagramRegion] {
    struct Band {
      let region: DiagramRegion
      var lower: [SIMD2<Double>] = []
      var upper: [SIMD2<Double>] = []
      var polygon: [SIMD2<Double>] { lower + upper.reversed() }
    }
    var open: [Band] = []
    var closed: [Band] = []
    for x in slices {
      let cuts = try boundaries(x).filter { $0 > window.y.lowerBound && $0 < window.y.upperBound }.sorted()
      let ends = [window.y.lowerBound] + cuts + [window.y.upperBound]
      var intervals: [(region: DiagramRegion, lower: Double, upper: Double)] = []
      for (low, high) in zip(ends, ends.dropFirst()) where high > low {
        let region = try classify(x, 0.5 * (low + high))
        if let last = intervals.last, last.region.name == region.name {
          intervals[intervals.count - 1].upper = high
        } else {
          intervals.append((region, low, high))
        }
      }
      var remaining = open
      open = []
      for interval in intervals {
        var band: Band
        if let index = remaining.firstIndex(where: { $0.region.name == interval.region.name }) {
          band = remaining.remove(at: index)
        } else {
          band = Band(region: interval.region)
        }
        band.lower.append([x, interval.lower])
        band.upper.append([x, interval.upper])
        open.append(band)
      }
      closed += remaining
    }
    return (closed + open).filter { $0.lower.count > 1 }.map { band in
      DiagramRegion(
        name: band.region.name, label: band.region.label, phase: band.region.phase, polygon: band.polygon)
    }
  }
}
