// SPDX-License-Identifier: GPL-3.0-or-later

/// A place in the coordinates of a figure's axes.
public struct PlotPoint: Sendable, Hashable {
  /// Value on the horizontal axis.
  public var x: Double
  /// Value on the vertical axis.
  public var y: Double

  /// A place.
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// What a picture shows, free of how it is drawn: axes, curves, filled regions, marked points.
///
/// Every text (labels, names, captions) is plain Unicode with mathematics between dollar signs, `critical $\Delta_2$`.
public struct Figure: Sendable, Hashable {
  /// Stands above everything; papers have none.
  public var title: String?
  /// The horizontal axis.
  public var x: FigureAxis
  /// The vertical axis.
  public var y: FigureAxis
  /// Curves, in the order of the legend.
  public var curves: [FigureCurve]
  /// Filled regions; later ones lie on earlier ones.
  public var regions: [FigureRegion]
  /// Points that stand out.
  public var markers: [FigureMarker]
  /// A quantity shown by colour below everything else.
  public var map: FigureMap?
  /// Small lines below the picture; each is wrapped to its width.
  public var caption: [String]

  /// A figure.
  public init(
    title: String? = nil, x: FigureAxis, y: FigureAxis, curves: [FigureCurve] = [], regions: [FigureRegion] = [],
    markers: [FigureMarker] = [], map: FigureMap? = nil,
    caption: [String] = []
  ) {
    self.map = map
    self.title = title
    self.x = x
    self.y = y
    self.curves = curves
    self.regions = regions
    self.markers = markers
    self.caption = caption
  }
}

/// An axis of a figure.
public struct FigureAxis: Sendable, Hashable {
  /// What stands beside it.
  public var label: String
  /// Whether it is logarithmic; then only positive values show.
  public var isLogarithmic: Bool
  /// The window; nil for one that holds all finite points.
  public var range: ClosedRange<Double>?

  /// An axis.
  public init(label: String, isLogarithmic: Bool = false, range: ClosedRange<Double>? = nil) {
    self.label = label
    self.isLogarithmic = isLogarithmic
    self.range = range
  }

  /// An axis that shows a quantity by its symbol in TeX without dollar signs, its unit in parentheses.
  public init(symbol: String, unit: String = "", isLogarithmic: Bool = false, range: ClosedRange<Double>? = nil) {
    self.init(
      label: "$\(symbol)$" + (unit.isEmpty ? "" : " (\(unit))"), isLogarithmic: isLogarithmic, range: range)
  }
}

/// A curve with its entry in the legend.
public struct FigureCurve: Sendable, Hashable {
  /// What joins its points.
  public enum Form: Sendable, Hashable {
    /// A line.
    case line
    /// Nothing: points with vertical bars of these lengths to both sides, one for each point of all pieces.
    case points(bars: [Double])
    /// Steps in the middle of which the points lie: a histogram.
    case steps

    /// Whether a line leads from point to point.
    var isJoined: Bool {
      if case .points = self { return false }
      return true
    }
  }

  /// The entry in the legend.
  public var name: String
  /// Pieces that are not connected with each other; a point that is not finite ends a piece, too.
  public var pieces: [[PlotPoint]]
  /// How it is drawn; nil for the next style of the palette.
  public var style: CurveStyle?
  /// What joins its points.
  public var form: Form

  /// A curve of one piece.
  public init(_ name: String, _ points: [PlotPoint], style: CurveStyle? = nil, form: Form = .line) {
    self.init(name, pieces: [points], style: style, form: form)
  }

  /// A curve of several pieces.
  public init(_ name: String, pieces: [[PlotPoint]], style: CurveStyle? = nil, form: Form = .line) {
    self.form = form
    self.name = name
    self.pieces = pieces
    self.style = style
  }

  /// Ends of its bars, which must be in the window, too.
  var barEnds: [PlotPoint] {
    guard case .points(let bars) = form else { return [] }
    return zip(pieces.joined(), bars).flatMap { [PlotPoint($0.x, $0.y - $1), PlotPoint($0.x, $0.y + $1)] }
  }
}

/// A filled region; its label stands inside where there is room, otherwise in the legend.
public struct FigureRegion: Sendable, Hashable {
  /// What it is.
  public var label: String
  /// Closed outlines, filled each by itself.
  ///
  /// They may leave the window; an infinite coordinate means beyond its edge.
  public var outlines: [[PlotPoint]]
  /// How it is filled; nil for the next fill of the palette.
  public var fill: RegionFill?

  /// A region.
  public init(_ label: String, outlines: [[PlotPoint]], fill: RegionFill? = nil) {
    self.label = label
    self.outlines = outlines
    self.fill = fill
  }
}

/// A quantity on a regular grid, shown by colour; both axes must be linear.
public struct FigureMap: Sendable, Hashable {
  /// What stands beside the scale of colours.
  public var label: String
  /// Places on the horizontal axis, equally spaced, at least two.
  public var x: [Double]
  /// Places on the vertical axis, equally spaced, at least two.
  public var y: [Double]
  /// The values, one row of `y.count` for each x; white where they are not finite.
  public var values: [Double]

  /// A map.
  public init(label: String, x: [Double], y: [Double], values: [Double]) {
    self.label = label
    self.x = x
    self.y = y
    self.values = values
  }

  /// The scale of colours: the finite values, from 0 where none is negative.
  var range: ClosedRange<Double> {
    let finite = values.filter(\.isFinite)
    let (low, high) = (min(finite.min() ?? 0, 0), max(finite.max() ?? 1, 0))
    return low < high ? low...high : low...(low + 1)
  }
}

/// A point that stands out: the end of a line, a cusp.
public struct FigureMarker: Sendable, Hashable {
  /// What stands beside it; may be empty.
  public var label: String
  /// Where it is.
  public var point: PlotPoint
  /// Its shape.
  public var mark: Mark

  /// A marked point.
  public init(_ label: String, at point: PlotPoint, mark: Mark = .circle) {
    self.label = label
    self.point = point
    self.mark = mark
  }
}
