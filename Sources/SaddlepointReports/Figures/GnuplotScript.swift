// SPDX-License-Identifier: GPL-3.0-or-later

extension Figure {
  /// The gnuplot script that draws the figure: plain text with all data inside, to be edited freely.
  ///
  /// - Parameters:
  ///   - format: what the script draws; for `gp` an SVG, with the other kinds of file as comments.
  ///   - output: the file that it writes; for `gp` the name of the script, whose ending is replaced.
  /// - Returns: the text of the script.
  public func script(for format: FigureFormat = .gp, output: String) -> String {
    let layout = FigureLayout(self)
    var script = Script(figure: self, layout: layout)
    return script.write(format, output: output)
  }
}

private struct Script {
  let figure: Figure
  let layout: FigureLayout
  private var text = ""

  init(figure: Figure, layout: FigureLayout) {
    self.figure = figure
    self.layout = layout
  }

  mutating func write(_ format: FigureFormat, output: String) -> String {
    header(format, output: output)
    axes()
    data()
    labels()
    legend()
    plot()
    line("unset output")
    return text
  }

  private mutating func line(_ line: String) { text += line + "\n" }

  private mutating func header(_ format: FigureFormat, output: String) {
    guard format == .gp else {
      line(terminal(format))
      line(markSize(format))
      return line("set output \(quoteForGnuplot(output))")
    }
    let (folder, name) = splitPath(output)
    let stem = fileEnding(of: output).isEmpty ? output : folder + name[..<(name.lastIndex(of: ".") ?? name.endIndex)]
    line("# A figure of Saddlepoint with its data; edit it freely.")
    line("# Draw it with gnuplot 5.4 or newer: gnuplot \(name.filter { !$0.isNewline })")
    line("# That writes an SVG. For another kind of file move the comment signs of the next lines.")
    for kind in [FigureFormat.svg, .pdf, .png] {
      let mark = kind == .svg ? "" : "# "
      line(mark + terminal(kind))
      line(mark + markSize(kind))
      line(mark + "set output \(quoteForGnuplot(splitPath(stem).name + "." + kind.rawValue))")
    }
  }

  /// All kinds of file show the same picture: sizes are points on paper of 8.6 cm, scaled to the dots of the device.
  private func terminal(_ format: FigureFormat) -> String {
    let font = "enhanced font 'Arial,\(plainNumber(FigureLayout.fontSize))'"
    func dots(_ centimetres: Double, perInch: Double) -> String {
      String(Int((centimetres / 2.54 * perInch).rounded()))
    }
    switch format {
    case .svg, .gp:
      let size = dots(FigureLayout.width, perInch: 96) + "," + dots(layout.height, perInch: 96)
      return "set terminal svg size \(size) dynamic \(font) fontscale 1.3333 linewidth 1.3333 background '#ffffff'"
    case .pdf:
      let size = "\(plainNumber(FigureLayout.width))cm,\(short(layout.height))cm"
      return "set terminal pdfcairo size \(size) \(font) fontscale 0.75 linewidth 2"
    case .png:
      let size = dots(FigureLayout.width, perInch: 300) + "," + dots(layout.height, perInch: 300)
      return "set terminal pngcairo size \(size) \(font) fontscale 3.125 linewidth 4.1667 pointscale 4.1667"
    }
  }

  /// The SVG terminal does not scale marks with the rest.
  private func markSize(_ format: FigureFormat) -> String {
    "markSize = \(format == .svg || format == .gp ? "0.65" : "0.5")"
  }

  private mutating func axes() {
    let frame = layout.frame
    line("set encoding utf8")
    line("set minussign")
    line("set lmargin at screen \(short(layout.leftShare))")
    line("set rmargin at screen \(short(layout.rightShare))")
    line("set bmargin at screen \(vertical(layout.bottom))")
    line("set tmargin at screen \(vertical(layout.top))")
    line("set border 31 front linewidth 0.5 linecolor rgb '#000000'")
    line("set tics front scale 0.6,0.35 nomirror")
    line("set tics font ',\(plainNumber(FigureLayout.smallFontSize))'")
    for (name, scale) in [("x", frame.x), ("y", frame.y)] {
      if scale.isLogarithmic { line("set logscale \(name)") }
      line("set \(name)range [\(plainNumber(scale.lower)):\(plainNumber(scale.upper))]")
      text += tickCommands(name, scale)
    }
    line("set xlabel \(FigureText(figure.x.label).quoted) offset 0,0.5")
    // A label and not the axis's own: gnuplot misjudges the width of the numbers and would write over them.
    let beside = PlotPoint(layout.verticalNamePosition, (layout.bottom + layout.top) / 2)
    line("set label \(FigureText(figure.y.label).quoted) at \(paper(beside)) center rotate by 90 front")
    line("set key off")
    if let map = figure.map { colours(map) }
  }

  /// The scale of colours, level above the frame.
  private mutating func colours(_ map: FigureMap) {
    let (corner, width, height) = layout.colourScale
    line("set palette defined (0 '#ffffff', 0.04 '#ffffd9', 1 '#c7e9b4', 2 '#41b6c4', 3 '#225ea8', 4 '#081d58')")
    line("set cbrange [\(plainNumber(map.range.lowerBound)):\(plainNumber(map.range.upperBound))]")
    line(
      "set colorbox horizontal user origin \(paper(corner)) size screen \(short(width / FigureLayout.width)),"
        + " screen \(vertical(height)) front noborder")
    // Few enough numbers for their length.
    let raw = (map.range.upperBound - map.range.lowerBound) / 3.5
    var unit = 1.0
    while unit > raw { unit /= 10 }
    while unit * 10 <= raw { unit *= 10 }
    let step = unit * (raw / unit >= 5 ? 5 : raw / unit >= 2 ? 2 : 1)
    line("set cbtics \(plainNumber(step)) scale 0.4 font ',\(plainNumber(FigureLayout.smallFontSize))' offset 0,0.5")
    line("set format cb '%g'")
    let beside = PlotPoint(corner.x - 0.15, corner.y + height / 2)
    line("set label \(FigureText(map.label).quoted) at \(paper(beside)) right front")
  }

  private mutating func data() {
    if let map = figure.map { grid(map) }
    for (index, curve) in figure.curves.enumerated() {
      if case .points(let bars) = curve.form {
        block("curve\(index + 1)", curve.name, [Array(curve.pieces.joined())], bars: bars)
        continue
      }
      block("curve\(index + 1)", curve.name, curve.pieces.flatMap(finiteRuns))
    }
    for (index, region) in figure.regions.enumerated() {
      let outlines = layout.outlines[index]
      block("region\(index + 1)", region.label, outlines.map { ($0 + $0.prefix(1)).map(layout.frame.unproject) })
      if let hatch = fill(index).hatch {
        let lines = hatchLines(index, hatch).map { [$0.0, $0.1].map(layout.frame.unproject) }
        block("hatch\(index + 1)", region.label, lines)
      }
    }
    for (index, marker) in figure.markers.enumerated() {
      block("marker\(index + 1)", marker.label, [[marker.point]])
    }
  }

  /// The values of a map with as many digits as a colour has, one line for each height.
  private mutating func grid(_ map: FigureMap) {
    var bytes: [UInt8] = []
    bytes.append(text: "$map << EOD\n")
    let unit = max(abs(map.range.lowerBound), abs(map.range.upperBound)) / 4096
    for row in map.y.indices {
      for column in map.x.indices {
        let value = map.values[column * map.y.count + row]
        if column > 0 { bytes.append(ascii(" ")) }
        // gnuplot warns of missing values; the lowest colour is white.
        bytes.append(text: String(Int(((value.isFinite ? value : map.range.lowerBound) / unit).rounded())))
      }
      bytes.append(ascii("\n"))
    }
    bytes.append(text: "EOD\n")
    line("# \(map.label.filter { !$0.isNewline }) in units of \(plainNumber(unit))")
    line("mapUnit = \(plainNumber(unit))")
    text += String(decoding: bytes, as: UTF8.self)
  }

  /// A named block of data; a blank line parts its pieces.
  private mutating func block(_ name: String, _ comment: String, _ pieces: [[PlotPoint]], bars: [Double] = []) {
    guard isDrawn(pieces) else { return }
    line("# \(comment.filter { !$0.isNewline })")
    var bytes: [UInt8] = []
    bytes.append(text: "$\(name) << EOD\n")
    for (index, piece) in pieces.enumerated() {
      if index > 0 { bytes.append(ascii("\n")) }
      for (number, point) in piece.enumerated() {
        bytes.append(shortest: point.x)
        bytes.append(ascii(" "))
        bytes.append(shortest: point.y)
        if number < bars.count {
          bytes.append(ascii(" "))
          bytes.append(shortest: bars[number])
        }
        bytes.append(ascii("\n"))
      }
    }
    bytes.append(text: "EOD\n")
    text += String(decoding: bytes, as: UTF8.self)
  }

  private mutating func labels() {
    if let title = figure.title {
      line("set label \(FigureText(title).quoted) at screen 0.5, screen \(vertical(layout.titlePosition)) center front")
    }
    let caption = plainNumber(FigureLayout.captionFontSize)
    for (index, captionLine) in layout.captionLines.enumerated() {
      line(
        "set label \(FigureText(captionLine).quoted) at screen 0.02, screen \(vertical(layout.captionPosition(index)))"
          + " left front font ',\(caption)'")
    }
    for label in layout.regionLabels + layout.markerLabels {
      guard let label else { continue }
      let joined = label.lines.map(\.quoted).joined(separator: ".\"\\n\".")
      let x = label.box.centre.x / layout.frame.x.length
      // The anchor of several lines is the first of them.
      let y = (label.box.centre.y + 0.145 * Double(label.lines.count - 1)) / layout.frame.y.length
      let command = "set label \(joined) at graph \(short(x)), graph \(short(y)) center front"
      line(command + " font ',\(plainNumber(FigureLayout.smallFontSize))'")
    }
  }

  private mutating func legend() {
    for entry in layout.legend.entries {
      let (a, length) = (entry.start, FigureLegend.sampleLength)
      switch entry.sample {
      case .curve(let style, let isJoined):
        if isJoined {
          line("set arrow from \(paper(a)) to \(paper(PlotPoint(a.x + length, a.y))) nohead front \(lineStyle(style))")
        }
        if let mark = style.mark {
          let middle = paper(PlotPoint(a.x + length / 2, a.y))
          line(
            "set label '' at \(middle) point pointtype \(mark.edge) pointsize markSize linecolor rgb '\(style.colour)' front"
          )
        }
      case .region(let fill):
        let half = FigureLegend.sampleHeight / 2
        let (low, high) = (PlotPoint(a.x, a.y - half), PlotPoint(a.x + length, a.y + half))
        line(
          "set object rectangle from \(paper(low)) to \(paper(high)) front fillcolor rgb '\(fill.colour)'"
            + " fillstyle solid 1 border linecolor rgb '\(hatchColour)' linewidth 0.3")
        let outline = [low, PlotPoint(high.x, low.y), high, PlotPoint(low.x, high.y)]
        for (from, to) in fill.hatch.map({ SaddlepointReports.hatchLines(outline, $0, spacing: 0.09) }) ?? [] {
          line(
            "set arrow from \(paper(from)) to \(paper(to)) nohead front linecolor rgb '\(hatchColour)' linewidth 0.3")
        }
      }
      let small = plainNumber(FigureLayout.smallFontSize)
      line("set label \(entry.name.quoted) at \(paper(entry.text)) left front font ',\(small)'")
    }
  }

  private func lineStyle(_ style: CurveStyle) -> String {
    let dash = style.dash.isEmpty ? "solid" : "(\(style.dash.map(plainNumber).joined(separator: ",")))"
    return "linecolor rgb '\(style.colour)' linewidth \(plainNumber(style.width)) dashtype \(dash)"
  }

  /// A place on paper, given in centimetres.
  private func paper(_ place: PlotPoint) -> String {
    "screen \(short(place.x / FigureLayout.width)), screen \(vertical(place.y))"
  }

  private mutating func plot() {
    var items: [String] = []
    if let map = figure.map, map.x.count > 1, map.y.count > 1 {
      let steps = (plainNumber(map.x[1] - map.x[0]), plainNumber(map.y[1] - map.y[0]))
      let place = "(\(plainNumber(map.x[0]))+$1*\(steps.0)):(\(plainNumber(map.y[0]))+$2*\(steps.1))"
      items.append("$map matrix using \(place):($3*mapUnit) with image")
    }
    for index in figure.regions.indices {
      guard isDrawn(layout.outlines[index]) else { continue }
      items.append(
        "$region\(index + 1) with filledcurves closed fillcolor rgb '\(fill(index).colour)' fillstyle solid 1 noborder")
      guard let hatch = fill(index).hatch else { continue }
      if !hatchLines(index, hatch).isEmpty {
        items.append("$hatch\(index + 1) with lines linecolor rgb '\(hatchColour)' linewidth 0.3 dashtype solid")
      }
    }
    for (index, curve) in figure.curves.enumerated() {
      let pieces = curve.pieces.flatMap(finiteRuns)
      guard isDrawn(pieces) else { continue }
      let style = curve.style ?? .palette(index)
      switch curve.form {
      case .points:
        items.append(
          "$curve\(index + 1) with yerrorbars pointtype \((style.mark ?? .circle).edge) pointsize markSize"
            + " linecolor rgb '\(style.colour)' linewidth 0.7")
        continue
      case .steps:
        items.append("$curve\(index + 1) with histeps \(lineStyle(style))")
        continue
      case .line: break
      }
      let interval = max(1, (pieces.map(\.count).max() ?? 1) / 8)
      let marks = style.mark.map { "linespoints pointtype \($0.edge) pointsize markSize pointinterval \(interval)" }
      items.append("$curve\(index + 1) with \(marks ?? "lines") \(lineStyle(style))")
    }
    for (index, marker) in figure.markers.enumerated() where isDrawn([[marker.point]]) {
      let data = "$marker\(index + 1) with points pointsize markSize pointtype"
      items.append("\(data) \(marker.mark.inside) linecolor rgb '#ffffff'")
      items.append("\(data) \(marker.mark.edge) linecolor rgb '#000000'")
    }
    // Without anything to draw gnuplot would not even draw the axes.
    if items.isEmpty { items.append("NaN") }
    line("plot " + items.joined(separator: ", \\\n  "))
  }

  private func fill(_ index: Int) -> RegionFill { figure.regions[index].fill ?? .palette(index) }

  /// The hatching of a region, with room for the label.
  private func hatchLines(_ index: Int, _ hatch: RegionFill.Hatch) -> [(PlotPoint, PlotPoint)] {
    let lines = layout.outlines[index].flatMap { SaddlepointReports.hatchLines($0, hatch) }
    return (layout.regionLabels + layout.markerLabels).reduce(lines) { lines, label in
      guard let label else { return lines }
      return lines.flatMap { pieces(of: $0, outside: label.box) }
    }
  }

  private func vertical(_ centimetres: Double) -> String { short(centimetres / layout.height) }

  /// Whether something of it can be seen; gnuplot complains about plots without any point.
  private func isDrawn(_ pieces: [[PlotPoint]]) -> Bool {
    let (x, y) = (layout.frame.x, layout.frame.y)
    return pieces.joined().contains { point in
      point.x.isFinite && point.y.isFinite && (!x.isLogarithmic || point.x > 0) && (!y.isLogarithmic || point.y > 0)
    }
  }
}

private let hatchColour = "#a0a0a0"

/// The pieces of a curve without its points that are not finite.
private func finiteRuns(_ points: [PlotPoint]) -> [[PlotPoint]] {
  points.split { !$0.x.isFinite || !$0.y.isFinite }.map(Array.init)
}

/// A number with as many digits as a place on paper needs.
private func short(_ x: Double) -> String { plainNumber((x * 1e5).rounded() / 1e5) }

extension Mark {
  /// gnuplot's number of the hollow shape.
  fileprivate var edge: Int {
    switch self {
    case .circle: 6
    case .square: 4
    case .triangle: 8
    case .diamond: 12
    }
  }

  /// gnuplot's number of the filled shape.
  fileprivate var inside: Int { edge + 1 }
}
