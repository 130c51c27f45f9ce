// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Line where Model: SphericalLandscape {
  /// The ends of the support of the complexity in overlap.
  ///
  /// - Parameters:
  ///   - parameters: the model's parameters.
  ///   - usesFamilies: whether its families of parameters enter.
  ///   - example: arguments of an example.
  ///   - landscape: the model of a point.
  /// - Returns: the line.
  static func overlapEnds(
    parameters: [Quantity], usesFamilies: Bool = false, example: String,
    landscape: @escaping @Sendable (Point) throws(DomainError) -> Model
  ) -> Line {
    Line(
      LineDeclaration(
        name: "overlap-ends", summary: "The ends in overlap of the region in which stationary points exist.",
        parameters: parameters, unknowns: [.overlap], columns: [], ownParameters: [KacRiceQuestions.points],
        solvedColumns: [Column(.overlap, symbol: "m", "cosine with the signal at an end of the support")],
        usesFamilies: usesFamilies, evidence: .annealed, sources: [.spikedTensorLandscape],
        formula: #"\Sigma(m) = 0"#,
        domain: "several intervals are possible; the isolated minimum at the signal is no end", example: example)
    ) { point, _ throws(DomainError) in
      let points = StationaryPoints(try point.word(.points)) ?? .all
      let ends = try landscape(point).overlapEnds(of: points)
      if ends.isEmpty { return [.absent(.overlap, "no-stationary-points")] }
      return ends.map { CriticalPoint([.overlap: $0]) }
    }
  }
}

extension Line where Model == SphericalSpinGlass {
  /// The ends of the support of the complexity in overlap.
  public static var overlapEnds: Line { ofGlass }
}

extension Line where Model == SpikedTensor {
  /// The ends of the support of the complexity in overlap.
  public static var overlapEnds: Line { ofTensor }
}

extension Line where Model == SpikedMatrixTensor {
  /// The ends of the support of the complexity in overlap.
  public static var overlapEnds: Line { ofMatrixTensor }
}

private let ofGlass = Line<SphericalSpinGlass>.overlapEnds(
  parameters: [.signalScale], usesFamilies: true,
  example: "--mixture 3:1 --signal 3:1.5 --points minima", landscape: SphericalSpinGlass.atPoint)
private let ofTensor = Line<SpikedTensor>.overlapEnds(
  parameters: [.p, .delta, .prior], example: "--p 3 --delta 0.1:0.2:6 --points minima", landscape: SpikedTensor.atPoint)
private let ofMatrixTensor = Line<SpikedMatrixTensor>.overlapEnds(
  parameters: [.p, .deltap, .delta2, .prior],
  example: "--p 3 --deltap 1 --delta2 0.3:0.9:7 --points minima", landscape: SpikedMatrixTensor.atPoint)
