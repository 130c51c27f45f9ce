// SPDX-License-Identifier: GPL-3.0-or-later

/// The legend: samples with names in columns, laid out here, since the drawing program knows no widths of texts.
///
/// All lengths are centimetres; places are relative to the lower left of the paper.
struct FigureLegend {
  /// What a sample shows.
  enum Sample {
    /// A line, or a mark alone.
    case curve(CurveStyle, isJoined: Bool)
    case region(RegionFill)
  }

  /// A sample, from `start` to its right, and a name that begins at `text`.
  struct Entry {
    var sample: Sample
    var name: FigureText
    var start = PlotPoint(0, 0)
    var text = PlotPoint(0, 0)
  }

  /// Length of a sample.
  static let sampleLength = 0.62
  /// Height of the sample of a region.
  static let sampleHeight = 0.17
  private static let textGap = 0.12
  private static let columnGap = 0.35
  private static let line = 0.3

  let entries: [Entry]
  /// Height of the whole legend.
  let height: Double

  /// As many columns as fit on the paper, filled one after the other and centred.
  init(_ samples: [(Sample, String)], paperWidth: Double, top: (_ height: Double) -> Double) {
    var entries = samples.map { Entry(sample: $0.0, name: FigureText($0.1)) }
    let widths = entries.map { Self.sampleLength + Self.textGap + FigureLayout.width(of: $0.name) }
    var rows = max(entries.count, 1)
    var columns: [Double] = []
    for count in stride(from: min(3, entries.count), through: 1, by: -1) {
      rows = (entries.count + count - 1) / count
      columns = stride(from: 0, to: entries.count, by: rows).map { start in
        widths[start..<min(start + rows, entries.count)].max() ?? 0
      }
      if columns.reduce(0, +) + Self.columnGap * Double(columns.count - 1) <= paperWidth - 0.2 { break }
    }
    height = entries.isEmpty ? 0 : Double(rows) * Self.line
    let total = columns.reduce(0, +) + Self.columnGap * Double(columns.count - 1)
    let top = top(height)
    for index in entries.indices {
      let (column, row) = (index / rows, index % rows)
      let x = max(0.1, (paperWidth - total) / 2) + columns[..<column].reduce(0) { $0 + $1 + Self.columnGap }
      let y = top - (Double(row) + 0.5) * Self.line
      entries[index].start = PlotPoint(x, y)
      entries[index].text = PlotPoint(x + Self.sampleLength + Self.textGap, y)
    }
    self.entries = entries
  }
}
