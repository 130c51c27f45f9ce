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

  /// Where a function that is negative for small g first vanishes below the limit; nil if nowhere.
  private func firstRoot(_ limit: Double, _ f: (Double) -> Double) -> Double? {
    let top = limit.isFinite ? limit : 1e4
    let steps = 14
    var low = top * Double.pow(1.7, -Double(steps))
    while f(low) >= 0, low > 1e-12 * top { low /= 4 }
    while low < top {
      let high = min(top, low * 1.7)
      if f(high) >= 0 { return try? brentRoot("resolvent", in: low...high, f).value }
      low = high
    }
    return nil
  }

  /// The transition at initialization: the number of samples, the resolvent, and the squared overlap just beyond.
  func transition(_ resolution: StateResolution) -> (alpha: Double, resolvent: Double, jump: Double)? {
    guard let limit else { return nil }
    func excess(_ g: Double, _ resolution: StateResolution) -> Double {
      let a = averages(g, resolution)
      return a.squaredResponse - a.signalResponse
    }
    if let coarse = firstRoot(limit, { excess($0, .coarse) }) {
      // The root is bracketed anew with better averages.
      let high = min(limit, coarse * (1 + 1e-4))
      guard let root = try? brentRoot("initial", in: coarse * (1 - 1e-4)...high, { excess($0, resolution) }) else {
        return nil
      }
      return (1 / averages(root.value, resolution).squaredResponse, root.value, 0)
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
    let soft = firstRoot(limit) { alpha * averages($0, resolution).squaredResponse - 1 }
    guard soft != nil || limit.isFinite else { return nil }
    let g = soft ?? limit
    let a = averages(g, resolution)
    var outlier: (value: Double, overlapSquared: Double)?
    if alpha * a.signalResponse > 1,
      let h = firstRoot(g, { alpha * averages($0, resolution).signalResponse - 1 })
    {
      let b = averages(h, resolution)
      let d = 1 - alpha * b.squaredResponse
      outlier = ((alpha * b.response - 1) / h, d / (d + alpha * b.signalSquaredResponse))
    }
    return Ends(
      lowerEdge: (alpha * a.response - 1) / g, isSoft: soft != nil, outlier: outlier, radial: alpha * a.virial)
  }
}
