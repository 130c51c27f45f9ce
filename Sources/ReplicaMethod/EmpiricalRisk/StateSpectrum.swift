// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointNumerics

/// The lower end of the spectrum of W = (1/N) sum l'' xi xi^T for a law of curvatures and labels, the outlier included.
///
/// With r_g = g l''/(1 + g l''): L(g) = (alpha E r_g - 1)/g, its soft edge at alpha E r_g^2 = 1, the outlier where
/// alpha E[(1-v^2) r_g] = 1 below the edge.
///
/// Source: theory sheet *phase retrieval gradient flow*, section 5.
struct StateSpectrum {
  /// The resolvent at the edge.
  let edge: Double
  /// Euclidean lower edge.
  let lowerEdge: Double
  /// alpha E[(1-v^2) r_g] at the edge.
  let response: Double
  /// Whether the edge is soft.
  let isSoft: Bool
  /// The detached eigenvalue, Euclidean.
  let outlier: (value: Double, overlapSquared: Double)?

  /// - Parameters:
  ///   - law: with its nodes.
  ///   - alpha: samples per dimension.
  ///   - isMarginal: whether the edge is known to be at g = chi.
  init(_ law: StateLaw, alpha: Double, isMarginal: Bool) {
    let nodes = law.nodes
    struct Sums { var (mean, squared, signal, signalSquared) = (0.0, 0.0, 0.0, 0.0) }
    func sums(_ g: Double) -> Sums {
      var sums = Sums()
      for node in nodes {
        let r = g * node.curvature / (1 + g * node.curvature)
        let (p, v) = (node.weight, node.squaredLabel)
        sums.mean += p * r
        sums.squared += p * r * r
        sums.signal += p * (1 - v) * r
        sums.signalSquared += p * v * r * r
      }
      return sums
    }
    // A law with jumps has curvatures down to -1/chi; one without has those of the loss.
    let limit = law.averages.jump > 0 ? law.chi : LowestCurvature(law.loss).resolventLimit ?? law.chi
    let excess = { (g: Double) in alpha * sums(g).squared - 1 }
    var soft: Double?
    if isMarginal {
      soft = law.chi
    } else if limit.isFinite, excess(limit) > 0 {
      soft = try? brentRoot("edge", in: 1e-6 * limit...limit, excess).value
    } else if limit.isInfinite {
      var high = law.chi
      while excess(high) < 0, high < 1e8 * law.chi { high *= 2 }
      soft = try? brentRoot("edge", in: 1e-6 * high...high, excess).value
    }
    let g = soft ?? limit
    isSoft = soft != nil
    edge = g
    let here = sums(g)
    lowerEdge = (alpha * here.mean - 1) / g
    response = alpha * here.signal
    guard response > 1,
      let root = try? brentRoot("outlier", in: 1e-8 * g...g, { alpha * sums($0).signal - 1 })
    else {
      outlier = nil
      return
    }
    let there = sums(root.value)
    let d = 1 - alpha * there.squared
    outlier = ((alpha * there.mean - 1) / root.value, d / (d + alpha * there.signalSquared))
  }
}

/// The lower bound of l'' over all labels and predictions, found on a grid that reaches far out.
struct LowestCurvature {
  /// The bound; nil where there is none.
  let value: Double?
  /// The largest resolvent 1/|l''| that it allows, infinite for convex losses; nil where there is no bound.
  var resolventLimit: Double? { value.map { $0 < 0 ? -1 / $0 : .infinity } }

  init(_ loss: Loss) {
    func lowest(_ reach: [Double]) -> Double {
      var lowest = Double.infinity
      for y in reach {
        for z in reach {
          let w = loss.jet(label: y, prediction: z).second
          if w.isFinite { lowest = min(lowest, w) }
        }
      }
      return lowest
    }
    let near = [0.0] + (0...120).map { 1e-3 * Double.exp(0.13 * Double($0)) }
    let far = near + [1e5, 1e6, 1e7, 1e8]
    let (a, b) = (lowest(near), lowest(far))
    value = b < 0 && b < 4 * min(a, -1e-300) ? nil : b
  }
}
