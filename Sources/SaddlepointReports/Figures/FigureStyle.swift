// SPDX-License-Identifier: GPL-3.0-or-later

/// The shape of a marked point; all are filled white with a black edge.
public enum Mark: String, Sendable, Hashable, CaseIterable {
  /// A circle.
  case circle
  /// A square.
  case square
  /// A triangle.
  case triangle
  /// A diamond.
  case diamond
}

/// How a curve is drawn; no two styles of the palette differ by colour alone.
public struct CurveStyle: Sendable, Hashable {
  /// Colour as `#RRGGBB`.
  public var colour: String
  /// Lengths of dashes and gaps in units of the width; empty for a solid line.
  public var dash: [Double]
  /// Width in points.
  public var width: Double
  /// Marks along the line.
  public var mark: Mark?

  /// A style.
  public init(colour: String, dash: [Double] = [], width: Double = 1, mark: Mark? = nil) {
    self.colour = colour
    self.dash = dash
    self.width = width
    self.mark = mark
  }

  /// Colours of Okabe and Ito that are dark enough for a line, told apart by people with any colour vision.
  private static let colours = ["#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
  private static let dashes: [[Double]] = [[], [8, 4], [2, 3], [9, 3, 2, 3], [14, 4], [5, 3, 1, 3, 1, 3]]

  /// The style of the curve of the given number, counted from 0.
  public static func palette(_ index: Int) -> CurveStyle {
    let dash = dashes[index % dashes.count]
    // After a round of dashes lines also bear marks.
    let round = index / dashes.count
    let mark = round == 0 ? nil : Mark.allCases[(round - 1) % Mark.allCases.count]
    return CurveStyle(colour: colours[index % colours.count], dash: dash, width: dash == [2, 3] ? 1.4 : 1, mark: mark)
  }
}

/// How a region is filled.
public struct RegionFill: Sendable, Hashable {
  /// Thin lines over the colour, so that regions differ in print without colour, too.
  public enum Hatch: String, Sendable, Hashable {
    /// From lower left to upper right.
    case rising
    /// From upper left to lower right.
    case falling
    /// Level lines.
    case level
    /// Upright lines.
    case upright
  }

  /// Colour as `#RRGGBB`; light, since text stands on it.
  public var colour: String
  /// Lines over it.
  public var hatch: Hatch?

  /// A fill.
  public init(colour: String, hatch: Hatch? = nil) {
    self.colour = colour
    self.hatch = hatch
  }

  private static let fills = [
    RegionFill(colour: "#D9D9D9"), RegionFill(colour: "#F9E0C7", hatch: .rising), RegionFill(colour: "#EAF3FA"),
    RegionFill(colour: "#D3E9DE", hatch: .falling), RegionFill(colour: "#F3E3EE", hatch: .level),
    RegionFill(colour: "#FBF7CF", hatch: .upright), RegionFill(colour: "#C5D9EA"), RegionFill(colour: "#F7F7F7"),
  ]

  /// The fill of the region of the given number, counted from 0.
  public static func palette(_ index: Int) -> RegionFill { fills[index % fills.count] }
}
