// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
public import SaddlepointCore

/// A published figure that the command draws again.
public struct Reproduction: Sendable {
  /// One picture of the figure.
  public struct Panel: Sendable {
    /// Name of its files.
    public let name: String
    /// The model.
    public let model: String
    /// Which of the model's diagrams.
    public let diagram: String
    /// The fixed parameters.
    public let fixed: Point
  }

  /// The word on the command line.
  public let name: String
  /// One sentence.
  public let summary: String
  /// Where it was published.
  public let source: Citation
  /// Its pictures.
  public let panels: [Panel]
}

extension Catalogue {
  /// The figures that can be drawn again.
  public static let reproductions: [Reproduction] = [
    Reproduction(
      name: "spiked-matrix-tensor-phases",
      summary: "Phase diagrams of the spiked matrix-tensor model for p = 3 and 4, with all thresholds",
      source: .marvelsAndPitfalls,
      panels: [3, 4].map { p in
        Reproduction.Panel(
          name: "spiked-matrix-tensor-p\(p)", model: "spiked-matrix-tensor", diagram: "phases",
          fixed: Point([.p, .prior, .temperature], [.number(Double(p)), .text("gaussian"), .number(1)]))
      })
  ]
}
