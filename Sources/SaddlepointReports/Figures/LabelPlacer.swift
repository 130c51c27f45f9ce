// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds room for labels on paper: inside outlines, away from curves, marked points and each other.
///
/// All lengths are centimetres. A label's distance to an obstacle is measured in units of the label's own box, so that
/// a wide label looks for a wide place.
struct LabelPlacer {
  /// A rectangle around its centre.
  struct Box {
    var centre: PlotPoint
    var width: Double
    var height: Double
  }

  private let width: Double
  private let height: Double
  /// Points along everything that a label must not cross.
  private var obstacles: [PlotPoint] = []
  private var boxes: [Box] = []
  private static let spacing = 0.1

  /// An empty rectangle.
  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// A line that no label may cross.
  mutating func avoid(line: [PlotPoint], isClosed: Bool = false) {
    guard var previous = isClosed ? line.last : line.first else { return }
    for point in line {
      let (dx, dy) = (point.x - previous.x, point.y - previous.y)
      let steps = min(1000, max(1, Int(max(abs(dx), abs(dy)) / Self.spacing)))
      for step in 0..<steps {
        let share = Double(step) / Double(steps)
        let place = PlotPoint(previous.x + share * dx, previous.y + share * dy)
        guard (-1...(width + 1)).contains(place.x), (-1...(height + 1)).contains(place.y) else { continue }
        // Curves of very many points need not weigh more than others.
        if let last = obstacles.last, max(abs(last.x - place.x), abs(last.y - place.y)) < Self.spacing / 2 { continue }
        obstacles.append(place)
      }
      previous = point
    }
  }

  /// A rectangle that no label may touch.
  mutating func avoid(box: Box) { boxes.append(box) }

  /// The distance of a label to what is nearest to it; at least 1 if nothing is touched.
  func clearance(of label: Box) -> Double {
    let (w, h) = (label.width / 2, label.height / 2)
    let c = label.centre
    var best = min(min(c.x, width - c.x) / w, min(c.y, height - c.y) / h)
    for box in boxes {
      best = min(
        best, max((abs(box.centre.x - c.x) - box.width / 2) / w, (abs(box.centre.y - c.y) - box.height / 2) / h))
    }
    var index = 0
    while index < obstacles.count, best > 0 {
      best = min(best, max(abs(obstacles[index].x - c.x) / w, abs(obstacles[index].y - c.y) / h))
      index += 1
    }
    return best
  }

  /// The best place for a box of the given size inside `outlines` and outside `covers`; nil if there is none.
  func place(width w: Double, height h: Double, inside outlines: [[PlotPoint]], outside covers: [[PlotPoint]])
    -> (box: Box, clearance: Double)?
  {
    var best: (box: Box, clearance: Double)?
    let (columns, rows) = (48, 40)
    for column in 1..<columns {
      for row in 1..<rows {
        let centre = PlotPoint(width * Double(column) / Double(columns), height * Double(row) / Double(rows))
        guard outlines.contains(where: { contains($0, centre) }), !covers.contains(where: { contains($0, centre) })
        else { continue }
        let box = Box(centre: centre, width: w, height: h)
        let clearance = clearance(of: box)
        if clearance >= 1, clearance > best?.clearance ?? 0 { best = (box, clearance) }
      }
    }
    return best
  }
}

/// Whether a point lies inside an outline (even-odd rule).
func contains(_ outline: [PlotPoint], _ point: PlotPoint) -> Bool {
  guard var previous = outline.last else { return false }
  var isInside = false
  for corner in outline {
    if (corner.y > point.y) != (previous.y > point.y) {
      let crossing = corner.x + (point.y - corner.y) / (previous.y - corner.y) * (previous.x - corner.x)
      if point.x < crossing { isInside.toggle() }
    }
    previous = corner
  }
  return isInside
}
