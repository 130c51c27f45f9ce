// SPDX-License-Identifier: GPL-3.0-or-later

/// Thin parallel lines across an outline on paper (centimetres): the same in every kind of file, unlike the patterns of
/// the drawing program.
func hatchLines(_ outline: [PlotPoint], _ hatch: RegionFill.Hatch, spacing: Double = 0.14) -> [(PlotPoint, PlotPoint)] {
  // Along the lines runs u, across them v; both are rotated coordinates.
  let half = 0.5.squareRoot()
  let across: (Double, Double) =
    switch hatch {
    case .rising: (-half, half)
    case .falling: (half, half)
    case .level: (0, 1)
    case .upright: (1, 0)
    }
  let along = (across.1, -across.0)
  func v(_ p: PlotPoint) -> Double { p.x * across.0 + p.y * across.1 }
  func u(_ p: PlotPoint) -> Double { p.x * along.0 + p.y * along.1 }
  guard let last = outline.last, let low = outline.map(v).min(), let high = outline.map(v).max() else { return [] }

  var lines: [(PlotPoint, PlotPoint)] = []
  var level = ((low / spacing).rounded(.down) + 0.5) * spacing
  while level < high {
    var crossings: [Double] = []
    var previous = last
    for point in outline {
      let (a, b) = (v(previous), v(point))
      if (a < level) != (b < level) { crossings.append(u(previous) + (level - a) / (b - a) * (u(point) - u(previous))) }
      previous = point
    }
    crossings.sort()
    var index = 0
    while index + 1 < crossings.count {
      let (start, end) = (crossings[index], crossings[index + 1])
      func place(_ u: Double) -> PlotPoint {
        PlotPoint(u * along.0 + level * across.0, u * along.1 + level * across.1)
      }
      if end - start > 0.02 { lines.append((place(start), place(end))) }
      index += 2
    }
    level += spacing
  }
  return lines
}

/// What is left of a line outside a rectangle: the line, one piece, two, or nothing.
func pieces(of line: (PlotPoint, PlotPoint), outside box: LabelPlacer.Box) -> [(PlotPoint, PlotPoint)] {
  let (dx, dy) = (line.1.x - line.0.x, line.1.y - line.0.y)
  // The part inside, as shares of the line (Liang and Barsky).
  var (enter, leave) = (0.0, 1.0)
  for (delta, offset, half) in [
    (dx, line.0.x - box.centre.x, box.width / 2), (dy, line.0.y - box.centre.y, box.height / 2),
  ] {
    if abs(delta) < 1e-12 {
      if abs(offset) >= half { return [line] }
    } else {
      let (a, b) = ((-half - offset) / delta, (half - offset) / delta)
      enter = max(enter, min(a, b))
      leave = min(leave, max(a, b))
    }
  }
  if enter >= leave { return [line] }
  func place(_ share: Double) -> PlotPoint { PlotPoint(line.0.x + share * dx, line.0.y + share * dy) }
  return (enter > 0 ? [(line.0, place(enter))] : []) + (leave < 1 ? [(place(leave), line.1)] : [])
}
