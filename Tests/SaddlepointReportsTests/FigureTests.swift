// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SaddlepointReports
import Testing

private let hasGnuplot = Gnuplot().isAvailable

private let small = Figure(
  x: FigureAxis(label: "$x$"), y: FigureAxis(label: "$y$"),
  curves: [FigureCurve("a", [PlotPoint(0, 0.1), PlotPoint(1, .infinity), PlotPoint(2, 0.3), PlotPoint(3, 0.7)])])

@Suite struct Scripts {
  @Test func holdsAllData() {
    let figure = mockDiagram()
    let script = figure.script(output: "some/folder/x.gp")
    // Numbers are read back: they must be the same doubles.
    let places = Set(
      script.split(separator: "\n").compactMap { line -> PlotPoint? in
        let numbers = line.split(separator: " ").map { Double($0) }
        guard numbers.count == 2, let x = numbers[0], let y = numbers[1] else { return nil }
        return PlotPoint(x, y)
      })
    let missing = figure.curves.flatMap { $0.pieces.joined() }.filter { !places.contains($0) }
    #expect(missing.isEmpty)
    for region in 1...figure.regions.count { #expect(script.contains("$region\(region) << EOD")) }
    #expect(script.contains("$marker1 << EOD\n1 1\nEOD"))
    #expect(script.contains("set output 'x.svg'"))
    #expect(script.contains("# set output 'x.pdf'"))
  }

  @Test func partsCurvesAtInfinity() {
    #expect(small.script(output: "x.gp").contains("$curve1 << EOD\n0 0.1\n\n2 0.3\n3 0.7\nEOD"))
  }

  @Test func pointsHaveBars() {
    var figure = small
    let points = [PlotPoint(0, 0.5), PlotPoint(1, 0.7)]
    figure.curves = [
      FigureCurve("samples", points, style: .palette(0), form: .points(bars: [0.1, 0.25])),
      FigureCurve("histogram", points, style: .palette(1), form: .steps),
    ]
    let script = figure.script(output: "x.gp")
    #expect(script.contains("$curve1 << EOD\n0 0.5 0.1\n1 0.7 0.25\nEOD"))
    #expect(script.contains("$curve1 with yerrorbars") && script.contains("$curve2 with histeps"))
    // The window holds the bars' ends, with a margin of 3 percent.
    let ends = script.split(separator: "\n").first { $0.hasPrefix("set yrange") }?.split { "[:]".contains($0) } ?? []
    #expect(ends.count == 3 && Double(ends[1]) ?? 1 < 0.4 && Double(ends[2]) ?? 0 > 0.95)
  }

  @Test func textCannotBecomeCommands() {
    var figure = small
    figure.title = "it's `date` @x {/a} \\n\nset output"
    let script = figure.script(output: "it's.gp")
    #expect(script.contains("'it''s `date` \\@x \\{/a\\} \\\\n set output'"))
    #expect(script.contains("set output 'it''s.svg'"))
  }

  @Test func translatesSymbols() {
    var figure = small
    figure.x.label = "$1/\\Delta_2 - \\hat{m}^{2}$"
    figure.y.label = "$\\frac{\\lambda_\\mathrm{max}}{2}$, \\$5"
    let script = figure.script(output: "x.gp")
    #expect(script.contains("'1/Δ_{2}−{/:Italic m\u{302}}^{2}'"))
    #expect(script.contains("({/:Italic λ}_{max})/2"))
  }

  @Test func isTheSameEveryTime() {
    #expect(mockDiagram().script(for: .pdf, output: "x") == mockDiagram().script(for: .pdf, output: "x"))
  }
}

@Suite struct Drawing {
  private let folder: Folder

  init() throws { folder = try Folder() }

  @Test(
    .enabled(if: hasGnuplot, "gnuplot is not installed"),
    arguments: [("svg", "<?xml"), ("pdf", "%PDF"), ("png", "\u{89}PNG"), ("gp", "# A fi")])
  func draws(ending: String, magic: String) throws {
    let path = folder("x." + ending)
    try Gnuplot().draw(mockDiagram(), to: path)
    let data = try Data(contentsOf: URL(filePath: path))
    #expect(data.starts(with: magic.unicodeScalars.map { UInt8($0.value) }))
    #expect(folder.names == ["x." + ending])
  }

  @Test(.enabled(if: hasGnuplot, "gnuplot is not installed"))
  func scriptRunsByItself() throws {
    try Gnuplot().draw(mockDiagram(), to: folder("x.gp"))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gnuplot", "x.gp"]
    process.currentDirectoryURL = URL(filePath: folder.path)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(folder.names == ["x.gp", "x.svg"])
  }

  /// Figures at the edge of what can be drawn must not make gnuplot complain.
  @Test(.enabled(if: hasGnuplot, "gnuplot is not installed"), arguments: [0, 1, 2, 3, 4, 5])
  func drawsOddFigures(_ number: Int) throws {
    var figure = Figure(x: FigureAxis(label: ""), y: FigureAxis(label: ""))
    switch number {
    case 0: break
    case 1: figure.curves = [FigureCurve("", []), FigureCurve("point", [PlotPoint(1, 1)])]
    case 2:
      figure.x.isLogarithmic = true
      figure.curves = [FigureCurve("negative", [PlotPoint(-1, 1), PlotPoint(0, 2)])]
    case 3:
      figure.y = FigureAxis(label: "", isLogarithmic: true, range: 0...1)
      figure.curves = [FigureCurve("constant", [PlotPoint(1, 1e-40), PlotPoint(2, 1e-40)])]
    case 4:
      figure.regions = [
        FigureRegion("all", outlines: [[PlotPoint(-.infinity, 0), PlotPoint(.infinity, 0), PlotPoint(0, 1)], []])
      ]
      figure.markers = [
        FigureMarker("out", at: PlotPoint(.nan, 0)), FigureMarker("in", at: PlotPoint(0.5, 0.5), mark: .square),
      ]
    default:
      figure.x.range = 10...20
      figure.curves = (0..<30).map { FigureCurve("curve $\($0)$", [PlotPoint(0, 0), PlotPoint(1, Double($0))]) }
      figure.regions = [FigureRegion("elsewhere", outlines: [[PlotPoint(0, 0), PlotPoint(1, 0), PlotPoint(0, 1)]])]
      figure.caption = [String(repeating: "word ", count: 100)]
    }
    try Gnuplot().draw(figure, to: folder("x.png"))
    #expect(folder.names == ["x.png"])
  }

  @Test func missingGnuplotIsSaid() throws {
    try OutputFile.write(Array("old".utf8), to: folder("x.pdf"))
    let error = #expect(throws: FigureError.self) {
      try Gnuplot(searchPath: folder.path).draw(small, to: folder("x.pdf"))
    }
    #expect(error == .gnuplotMissing)
    #expect(error?.description.contains("gnuplot-nox") == true)
    #expect(try folder.text("x.pdf") == "old")
    try Gnuplot(searchPath: "").draw(small, to: folder("x.gp"))
  }

  @Test(arguments: [
    ("exit 1", "it ended with code 1"), ("kill -9 $$", "it was ended by signal 9"), ("echo warning: x", "warning: x"),
    ("exit 0", "it wrote no picture"),
  ]) func dyingGnuplotIsSaid(script: String, reason: String) throws {
    try OutputFile.write(Array("#!/bin/sh\n\(script)\n".utf8), to: folder("gnuplot"))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder("gnuplot"))
    #expect(throws: FigureError.gnuplotFailed(reason)) {
      try Gnuplot(searchPath: folder.path).draw(small, to: folder("x.svg"))
    }
    #expect(folder.names == ["gnuplot"])
  }

  @Test func unwritableFigures() {
    #expect(throws: FigureError.unknownFormat(path: "x.jpg")) { try Gnuplot().draw(small, to: "x.jpg") }
    let error = #expect(throws: FigureError.self) { try Gnuplot().draw(small, to: folder("none/x.gp")) }
    guard case .output(.cannotCreate)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
