// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Where everything of a figure goes on paper, in centimetres.
///
/// Sizes are those of a one-column figure of a paper: 8.6 cm wide, letters of 8 points.
struct FigureLayout {
  static let width = 8.6
  static let fontSize = 8.0
  static let smallFontSize = 7.0
  static let captionFontSize = 6.5
  private static let right = 0.3
  private static let frameHeight = 5.4
  private static let axisHeight = 0.95
  private static let titleLine = 0.45
  private static let captionLine = 0.27
  /// Room for a scale of colours above the frame.
  private static let scaleHeight = 0.75

  /// A label inside the frame.
  struct Label {
    var lines: [FigureText]
    var box: LabelPlacer.Box
  }

  let frame: Frame
  let height: Double
  /// Lower and upper edge of the frame.
  let bottom: Double
  let top: Double
  let legend: FigureLegend
  let captionLines: [String]
  /// Outlines of the regions on paper, cut off at the frame.
  let outlines: [[[PlotPoint]]]
  let regionLabels: [Label?]
  let markerLabels: [Label?]

  var leftShare: Double { left / Self.width }
  private let left: Double
  /// Where the middle of the vertical axis's name stands, from the left.
  let verticalNamePosition: Double
  var rightShare: Double { 1 - Self.right / Self.width }
  var titlePosition: Double { height - 0.22 }

  /// Lower left corner and size of the scale of colours.
  var colourScale: (corner: PlotPoint, width: Double, height: Double) {
    let length = frame.x.length
    return (PlotPoint(left + 0.35 * length, top + 0.5), 0.65 * length, 0.22)
  }

  /// Distance of a caption line from the lower edge.
  func captionPosition(_ line: Int) -> Double { Self.captionLine * (Double(captionLines.count - line) - 0.5) + 0.06 }

  init(_ figure: Figure) {
    let points =
      figure.curves.flatMap { $0.pieces.joined() } + figure.regions.flatMap { $0.outlines.joined() }
      + figure.curves.flatMap(\.barEnds) + figure.markers.map(\.point)
    let tickWidth = Self.tickWidth(figure.y, points.map(\.y))
    left = max(0.9, 0.64 + tickWidth)
    verticalNamePosition = left - tickWidth - 0.36
    let frame = Frame(
      x: Scale(figure.x, values: points.map(\.x), length: Self.width - left - Self.right),
      y: Scale(figure.y, values: points.map(\.y), length: Self.frameHeight))
    self.frame = frame
    let outlines = figure.regions.map { $0.outlines.map(frame.clip).filter { $0.count > 2 } }
    self.outlines = outlines

    var placer = LabelPlacer(width: frame.x.length, height: frame.y.length)
    for curve in figure.curves { for piece in curve.pieces { placer.avoid(line: piece.map(frame.project)) } }
    for marker in figure.markers {
      placer.avoid(box: .init(centre: frame.project(marker.point), width: 0.22, height: 0.22))
    }
    markerLabels = figure.markers.map { Self.place(label: $0, in: frame, with: &placer) }
    for outline in outlines.joined() { placer.avoid(line: outline, isClosed: true) }
    var labels: [Label?] = []
    for (index, region) in figure.regions.enumerated() {
      let label = Self.place(
        label: region.label, inside: outlines[index], outside: Array(outlines[(index + 1)...].joined()), with: placer)
      if let label { placer.avoid(box: label.box) }
      labels.append(label)
    }
    regionLabels = labels

    captionLines = figure.caption.flatMap { wrap($0, width: Self.captionWidth) }
    bottom = Self.axisHeight + (captionLines.isEmpty ? 0 : Double(captionLines.count) * Self.captionLine + 0.1)
    let top = bottom + Self.frameHeight
    self.top = top
    // Regions without room for their label come after the curves.
    let unplaced = figure.regions.indices.filter { labels[$0] == nil && !figure.regions[$0].label.isEmpty }
    legend = FigureLegend(
      figure.curves.enumerated().filter { !$0.element.name.isEmpty }.map { index, curve in
        (.curve(curve.style ?? .palette(index), isJoined: curve.form.isJoined), curve.name)
      }
        + unplaced.map { (.region(figure.regions[$0].fill ?? .palette($0)), figure.regions[$0].label) },
      paperWidth: Self.width, top: { top + 0.1 + (figure.map == nil ? 0 : Self.scaleHeight) + $0 })
    height =
      top + 0.2 + (figure.map == nil ? 0 : Self.scaleHeight) + legend.height
      + (figure.title == nil ? 0 : Self.titleLine)
  }

  /// Room for a line of the caption in units of its font's size.
  private static var captionWidth: Double { (width - 0.4) / (captionFontSize * pointInCentimetres) }

  /// Width of a text in centimetres.
  static func width(of text: FigureText, size: Double = smallFontSize) -> Double {
    text.width * size * pointInCentimetres
  }

  /// Room for the tick labels of the vertical axis.
  private static func tickWidth(_ axis: FigureAxis, _ values: [Double]) -> Double {
    let scale = Scale(axis, values: values, length: frameHeight)
    return width(of: FigureText(String(repeating: "0", count: tickLength(scale))))
  }

  private static func box(of lines: [FigureText], at centre: PlotPoint) -> LabelPlacer.Box {
    let widest = lines.map { width(of: $0) }.max() ?? 0
    return .init(centre: centre, width: widest + 0.12, height: Double(lines.count) * 0.29 + 0.06)
  }

  /// The label of a region on one, two or three lines, whichever finds most room; nil if none fits.
  private static func place(
    label: String, inside outlines: [[PlotPoint]], outside covers: [[PlotPoint]], with placer: LabelPlacer
  ) -> Label? {
    var best: (label: Label, clearance: Double)?
    var tried: Set<Int> = []
    let length = FigureText(label).width
    if label.isEmpty { return nil }
    for count in 1...3 {
      let texts = wrap(label, width: count == 1 ? .infinity : length / Double(count) + 1.5)
      guard tried.insert(texts.count).inserted else { continue }
      let lines = texts.map { FigureText($0) }
      let size = box(of: lines, at: PlotPoint(0, 0))
      guard let found = placer.place(width: size.width, height: size.height, inside: outlines, outside: covers)
      else { continue }
      // One line reads best: more must be worth it.
      if best == nil || (best?.clearance ?? 0) < 1.2 && found.clearance > (best?.clearance ?? 0) {
        best = (Label(lines: lines, box: found.box), found.clearance)
      }
    }
    return best?.label
  }

  /// The label of a marked point, on the side where there is most room; nil if it has none or lies outside.
  private static func place(label marker: FigureMarker, in frame: Frame, with placer: inout LabelPlacer) -> Label? {
    let place = frame.project(marker.point)
    guard !marker.label.isEmpty, (0...frame.x.length).contains(place.x), (0...frame.y.length).contains(place.y)
    else { return nil }
    let lines = [FigureText(marker.label)]
    let size = box(of: lines, at: place)
    var best: (box: LabelPlacer.Box, clearance: Double)?
    for ring in 1...8 {
      for direction in 0..<24 {
        let angle = Double(direction) * .pi / 12
        let gap = 0.04 + 0.08 * Double(ring)
        var box = size
        box.centre.x += cos(angle) * (size.width / 2 + gap)
        box.centre.y += sin(angle) * (size.height / 2 + gap)
        let clearance = placer.clearance(of: box)
        if clearance > best?.clearance ?? -.infinity { best = (box, clearance) }
      }
      if let best, best.clearance >= 1 { break }
    }
    guard let best else { return nil }
    placer.avoid(box: best.box)
    return Label(lines: lines, box: best.box)
  }
}

private let pointInCentimetres = 2.54 / 72
