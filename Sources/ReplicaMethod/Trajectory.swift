// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
package import SaddlepointCore

/// State evolution as a trajectory: the overlap of message passing after each iteration.
///
/// Source: theory sheet *spiked replica*, sections 1, 4 and 5; proven in arXiv:1001.3448 and later work.
package enum Trajectory {
  /// The number of iterations.
  package static let iterations = Parameter(
    "trajectory", symbol: "T", "print this many iterations of message passing instead of saddle points",
    domain: .integers(from: 0, through: 1_000_000))

  /// The start.
  package static let start = Parameter(
    optional: "start", symbol: "q_0",
    "overlap at the start; left out: the square of the prior's mean, or 1e-6 where that is 0",
    domain: Domain(0, 1))

  /// The overlap from which an uninformed start grows, where the prior is centred.
  package static let seed = 1e-6

  /// The overlaps q_0, q_1, ..., each with the error that the steps have gathered.
  ///
  /// - Parameters:
  ///   - estimation: the model.
  ///   - start: the first overlap; nil for an uninformed start.
  ///   - count: number of iterations.
  /// - Returns: count + 1 estimates, the start first.
  package static func overlaps(of estimation: SpikedEstimation, from start: Double?, count: Int) -> [Estimate] {
    var q = start ?? max(estimation.uninformedOverlap, estimation.prior.isCentred ? seed : 0)
    var error = 0.0
    var overlaps = [Estimate.exact(q)]
    overlaps.reserveCapacity(count + 1)
    for _ in 0..<count {
      let step = estimation.stateEvolution(overlap: q)
      // An error is carried on by the slope of the map.
      error = step.error + abs(step.slope) * error
      let isAtRest = step.value == q
      q = step.value
      overlaps.append(.converged(q, error: error))
      if isAtRest {
        while overlaps.count <= count { overlaps.append(.converged(q, error: error)) }
        break
      }
    }
    return overlaps
  }

  /// The question `replica MODEL --trajectory T`.
  package static func question(
    card: ModelCard, parameters: [Parameter], example: String, sources: [Citation], formula: String,
    estimation: @escaping @Sendable (Point) throws -> SpikedEstimation
  ) -> Question {
    Question(
      name: "replica", summary: "The overlap that Bayes-optimal message passing has after each iteration.",
      parameters: parameters + [iterations, start],
      columns: [
        Column("iteration", symbol: "t", "number of the iteration; 0 is the start"),
        Column(.overlap, symbol: "q_t", "overlap q of the estimate with the signal"),
        Column(.mmse, symbol: "\\rho - q_t", "mean-square error per coordinate, E x^2 - q"),
      ], main: .overlap, evidence: .theorem, sources: sources, formula: formula,
      domain: "starts from 0 to the prior's second moment", example: example
    ) { point throws(DomainError) in
      let count = try point.integer("trajectory")
      let first = try point.optionalNumber("start")
      return try SpikedQuestions.checkedRows(columns: 3) {
        let model = try estimation(point)
        let square = model.prior.secondMoment
        if let first, first > square {
          throw DomainError("start", first, allowed: "0 <= start <= \(square), the prior's second moment")
        }
        return overlaps(of: model, from: first, count: count).enumerated().map { index, overlap in
          Answer(
            [.integer(index), Cell(overlap), Cell(overlap.mapped(derivative: 1) { square - $0 })], main: overlap)
        }
      }
    }
  }
}
