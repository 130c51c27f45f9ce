// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointNumerics

/// The lines of the matrix-tensor model by the general route: curves of equations traced by continuation.
///
/// Folds and cusps are events of the traced curves. It knows none of the closed forms and is their test.
package enum TracedLines {
  /// The fixed-point equation 1/(1-m) = i2 + m^(p-2)/Deltap; parameters (i2, Deltap), unknown m.
  private static func fixedPoints(p: Int) -> ContinuationProblem {
    ContinuationProblem(dimension: 1) { x, parameters, result in
      result[0] = 1 / (1 - x[0]) - parameters[0] - Double.pow(x[0], p - 2) / parameters[1]
    }
  }

  private static var inside: [ContinuationMonitor] {
    [
      ContinuationMonitor.domain("m > 0") { x, _ in x[0] - 1e-3 },
      .domain("m < 0.95") { x, _ in 0.95 - x[0] },
    ]
  }

  /// 1/Delta2 at the folds of the branch of fixed points, by increasing overlap.
  package static func folds(p: Int, deltap: Double) -> [Double] {
    let start = 1e-2
    let i2 = 1 / (1 - start) - Double.pow(start, p - 2) / deltap
    let settings = ContinuationSettings(firstStep: 1e-3, largestStep: 0.02)
    var folds: [Double] = []
    // The direction in which m grows is not known beforehand: one of the two ends at m = 0 at once.
    for direction in [1.0, -1.0] {
      let curve = Continuation(
        of: fixedPoints(p: p), parameter: 0, from: [start], parameters: [i2, deltap], direction: direction,
        monitors: inside, settings: settings)
      for point in curve where point.event == .fold { folds.append(point.parameter) }
    }
    return folds
  }

  /// Deltap and 1/Delta2 at the cusp: the fold, in Deltap, of the curve of folds.
  package static func cusp(p: Int) -> (deltap: Double, inverseDelta2: Double)? {
    let order = Double(p)
    // A fold on the informative side, not far from the critical overlap.
    let m = 0.5 * ((order - 3) / (order - 1) + (order - 2) / (order - 1))
    let deltap = (order - 2) * Double.pow(m, p - 3) * (1 - m) * (1 - m)
    let i2 = 1 / (1 - m) - Double.pow(m, p - 2) / deltap
    let curve = Continuation(
      of: fixedPoints(p: p).folds(in: 0), parameter: 1, from: [m, 1, i2], parameters: [i2, deltap], direction: 1,
      monitors: inside, settings: ContinuationSettings(firstStep: 1e-3, largestStep: 0.02))
    for point in curve where point.event == .fold { return (point.parameter, point.state[2]) }
    return nil
  }

  /// Where the Langevin line at T = 1 turns back in Deltap.
  package static func langevinFold(p: Int) -> (delta2: Double, deltap: Double)? {
    let order = Double(p)
    let problem = ContinuationProblem(dimension: 1) { x, parameters, result in
      let d = x[0]
      result[0] = (1 / d - 1) / d - (order - 1) * Double.pow(1 - d, p - 2) / parameters[0]
    }
    let start = 1 / order
    let deltap = (order - 1) * start * start * Double.pow(1 - start, p - 3)
    let curve = Continuation(
      of: problem, parameter: 0, from: [start], parameters: [deltap], direction: 1,
      monitors: [.domain("delta2 < 1") { x, _ in 0.99 - x[0] }],
      settings: ContinuationSettings(firstStep: 1e-3, largestStep: 0.02))
    for point in curve where point.event == .fold { return (point.state[0], point.parameter) }
    return nil
  }
}
