// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointNumerics

/// The lower end of the Hessian's spectrum at a random start, where z is standard normal and independent of the label.
///
/// With P = E r_g^2 and Q = E[(1-y^2) r_g]: soft edge at alpha P = 1, outlier at alpha Q = 1, transition at P = Q; a lower bound
/// of l'' ends the range of g and may be a hard edge, at which the overlap jumps.
///
/// Source: theory sheet *phase retrieval gradient flow*, section 7; arXiv:2403.02418.
struct InitialSpectrum {
  let loss: Loss
  /// The largest g, infinite for convex losses; nil where l'' has no lower bound.
  let limit: Double?

  static let unbounded =
    "no-finite-threshold: l'' has no lower bound, so the bulk has no lower edge; at finite size the threshold grows like log M"

  init(_ loss: Loss) throws(DomainError) {
    guard loss.isEven else {
      throw DomainError(
        .loss, loss.description, allowed: "even in z: otherwise no overlap with the signal is not a fixed point")
    }
    self.loss = loss
    limit = LowestCurvature(loss).resolventLimit
  }

  private func averages(_ g: Double, _ resolution: StateResolution) -> StateLaw.Averages {
    StateLaw(loss, chi: 0, parisi: 0, resolution, resolvent: g).averages
  }

  /// Where a function of the averages at g that is negative for small g first vanishes below the limit; nil if nowhere.
  ///
  /// The root is found with coarse averages and bracketed anew with better ones.
  private func firstRoot(
    _ limit: Double, _ resolution: StateResolution, _ f: (StateLaw.Averages) -> Double
  ) -> Double? {
    let top = limit.isFinite ? limit : 1e4
    func coarse(_ g: Double) -> Double { f(averages(g, .coarse)) }
    var low = top / 1024
    while coarse(low) >= 0, low > 1e-12 * top { low /= 16 }
    while low < top {
      let high = min(top, low * 2)
      guard coarse(high) >= 0 else {
        low = high
        continue
      }
      guard
        let root = try? brentRoot(
          "resolvent", in: low...high,
          { g in
            let value = coarse(g)
            return abs(value) < 1e-8 ? 0 : value
          })
      else { return nil }
      func better(_ g: Double) -> Double {
        let value = f(averages(g, resolution))
        return abs(value) < 1e-14 ? 0 : value
      }
      let near = (low: root.value * (1 - 1e-5), high: min(limit, root.value * (1 + 1e-5)))
      // Where the coarse averages were not good enough for the narrow bracket, the wide one is used.
      let found = try? brentRoot("resolvent", in: near.low...near.high, better)
      return (found ?? (try? brentRoot("resolvent", in: low...high, better)))?.value
    }
    return nil
  }

  /// The transition at initialization: the number of samples, the resolvent, and the squared overlap just beyond.
  func transition(_ resolution: StateResolution) -> (alpha: Double, resolvent: Double, jump: Double)? {
    guard let limit else { return nil }
    if let g = firstRoot(limit, resolution, { $0.squaredResponse - $0.signalResponse }) {
      return (1 / averages(g, resolution).squaredResponse, g, 0)
    }
    guard limit.isFinite else { return nil }
    let a = averages(limit, resolution)
    guard a.signalResponse > 0 else { return nil }
    let alpha = 1 / a.signalResponse
    let d = 1 - alpha * a.squaredResponse
    return (alpha, limit, d / (d + alpha * a.signalSquaredResponse))
  }

  /// Edge and outlier at a number of samples, Euclidean, and x.grad H/N.
  struct Ends {
    let lowerEdge: Double
    let isSoft: Bool
    let outlier: (value: Double, overlapSquared: Double)?
    let radial: Double
  }

  func ends(alpha: Double, _ resolution: StateResolution) -> Ends? {
    guard let limit else { return nil }
    let soft = firstRoot(limit, resolution) { alpha * $0.squaredResponse - 1 }
    guard soft != nil || limit.isFinite else { return nil }
    let g = soft ?? limit
    let a = averages(g, resolution)
    var outlier: (value: Double, overlapSquared: Double)?
    if alpha * a.signalResponse > 1,
      let h = firstRoot(g, resolution, { alpha * $0.signalResponse - 1 })
    {
      let b = averages(h, resolution)
      let d = 1 - alpha * b.squaredResponse
      outlier = ((alpha * b.response - 1) / h, d / (d + alpha * b.signalSquaredResponse))
    }
    return Ends(
      lowerEdge: (alpha * a.response - 1) / g, isSoft: soft != nil, outlier: outlier, radial: alpha * a.virial)
  }
}
