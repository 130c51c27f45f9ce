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
  ///   - findsOutlier: whether the detached eigenvalue is wanted.
  init(_ law: StateLaw, alpha: Double, isMarginal: Bool, findsOutlier: Bool = true) {
    // A law with jumps has curvatures down to -1/chi; one without has those of the loss.
    let limit = law.averages.jump > 0 ? law.chi : LowestCurvature(law.loss).resolventLimit ?? law.chi
    let excess = { (sums: Sums) in alpha * sums.squared - 1 }
    var soft: Double?
    if isMarginal {
      soft = law.chi
    } else if limit.isFinite, excess(Sums(law.nodes, limit)) > 0 {
      soft = Self.root(excess, in: 1e-6 * limit...limit, law)
    } else if limit.isInfinite {
      var high = law.chi
      while excess(Sums(law.nodes, high)) < 0, high < 1e8 * law.chi { high *= 2 }
      soft = Self.root(excess, in: 1e-6 * high...high, law)
    }
    let g = soft ?? limit
    isSoft = soft != nil
    edge = g
    let here = Sums((isMarginal ? law : law.adapted(to: g)).nodes, g)
    lowerEdge = (alpha * here.mean - 1) / g
    response = alpha * here.signal
    guard findsOutlier, response > 1, let root = Self.root({ alpha * $0.signal - 1 }, in: 1e-8 * g...g, law) else {
      outlier = nil
      return
    }
    let there = Sums(law.adapted(to: root).nodes, root)
    let d = 1 - alpha * there.squared
    outlier = ((alpha * there.mean - 1) / root, d / (d + alpha * there.signalSquared))
  }

  /// Averages of r_g over the nodes of a law.
  private struct Sums {
    var (mean, squared, signal, signalSquared) = (0.0, 0.0, 0.0, 0.0)

    init(_ nodes: [StateLaw.Node], _ g: Double) {
      for node in nodes {
        let r = g * node.curvature / (1 + g * node.curvature)
        let (p, v) = (node.weight, node.squaredLabel)
        mean += p * r
        squared += p * r * r
        signal += p * (1 - v) * r
        signalSquared += p * v * r * r
      }
    }
  }

  /// A zero in g, found with the law's nodes and once more with nodes that resolve r_g there.
  private static func root(_ f: (Sums) -> Double, in range: ClosedRange<Double>, _ law: StateLaw) -> Double? {
    guard let rough = try? brentRoot("resolvent", in: range, { f(Sums(law.nodes, $0)) }).value else { return nil }
    let nodes = law.adapted(to: rough).nodes
    var width = 1e-6
    while width < 0.1 {
      let near = max(range.lowerBound, rough * (1 - width))...min(range.upperBound, rough * (1 + width))
      if let better = try? brentRoot("resolvent", in: near, { f(Sums(nodes, $0)) }) { return better.value }
      width *= 30
    }
    return rough
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
