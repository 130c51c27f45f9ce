// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
package import SaddlepointNumerics

/// The Bayes-optimal fixed points of the matrix-tensor model as one curve, at given p and Deltap.
///
/// Every overlap m in (0, 1) is a fixed point of exactly one model: 1/Delta2 = 1/(1-m) - m^(p-2)/Deltap. The curve folds at
/// most twice, where Deltap = (p-2) m^(p-3) (1-m)^2, and is monotone between; so all fixed points of a model are found by
/// one bracketed root in each piece, with no iteration and no scan.
///
/// Source: theory sheet *spiked replica*, section 1; arXiv:1812.09066.
package struct BayesCurve: Sendable {
  /// Order of the tensor.
  package let p: Int
  /// 1/Deltap, 0 where the tensor is absent.
  package let inverseDeltap: Double
  /// The fold at which the weakly informative branch ends; exists for p >= 4 and Deltap below the critical point.
  package let weakFold: OverlapRoot?
  /// The fold at which the informative branch appears; exists for Deltap below the critical point.
  package let informedFold: OverlapRoot?

  /// The curve at given p >= 3 and Deltap in (0, inf].
  package init(p: Int, deltap: Double) throws(GSLError) {
    self.p = p
    inverseDeltap = 1 / deltap
    guard deltap < Self.criticalDeltap(p) else {
      weakFold = nil
      informedFold = nil
      return
    }
    if p == 3 {
      weakFold = nil
      // 1 - m = sqrt(Deltap) in closed form.
      informedFold = OverlapRoot(complement: deltap.squareRoot(), error: deltap.squareRoot().ulp)
      return
    }
    let order = Double(p)
    let critical = OverlapRoot(m: (order - 3) / (order - 1), error: 0)
    // log of (p-2) m^(p-3) (1-m)^2 / Deltap: rises up to the critical overlap and falls beyond it.
    let excess = { (m: Double, s: Double) -> Double in
      Double.log((order - 2) / deltap) + (order - 3) * Double.log(m) + 2 * Double.log(s)
    }
    let slope = { (m: Double, s: Double) -> Double in (order - 3) / m - 2 / s }
    let curvature = { (m: Double, s: Double) -> Double in (order - 3) / (m * m) + 2 / (s * s) }
    // Leaving out the factor (1-m)^2 <= 1 or m^(p-3) <= 1 gives an end on the far side of each root.
    let lowest = OverlapRoot(m: Double.pow(deltap / (order - 2), 1 / (order - 3)), error: 0)
    let highest = OverlapRoot(complement: (deltap / (order - 2)).squareRoot(), error: 0)
    func noise(_ m: Double) -> Double {
      4 * .ulpOfOne * (1 + abs(Double.log((order - 2) / deltap)) + (order - 3) * abs(Double.log(m)))
    }
    weakFold = try .bracketed(
      "fold of the weak branch", from: lowest, to: critical, noise: noise(lowest.m), slope: slope,
      curvature: curvature, excess)
    informedFold = try .bracketed(
      "fold of the informative branch", from: critical, to: highest, noise: noise(critical.m), slope: slope,
      curvature: curvature, excess)
  }

  /// Deltap of the critical point, 4 (p-2)/(p-1)^2 m_c^(p-3) with m_c = (p-3)/(p-1).
  package static func criticalDeltap(_ p: Int) -> Double {
    let order = Double(p)
    return 4 * (order - 2) / ((order - 1) * (order - 1)) * Double.pow((order - 3) / (order - 1), p - 3)
  }

  /// Delta2 of the critical point, 4 (p-2)/(p-1)^2.
  package static func criticalDelta2(_ p: Int) -> Double {
    let order = Double(p)
    return 4 * (order - 2) / ((order - 1) * (order - 1))
  }

  /// 1/Delta2 at a fold, ((p-1)(1-m) - 1)/((p-2)(1-m)^2), with its error; not positive where no finite Delta2 has the fold.
  package func inverseDelta2(atFold fold: OverlapRoot) -> (value: Double, error: Double) {
    let order = Double(p)
    let s = fold.complement
    let value = ((order - 1) * s - 1) / ((order - 2) * s * s)
    let slope = (2 - (order - 1) * s) / ((order - 2) * s * s * s)
    let rounding = 4 * .ulpOfOne * ((order - 1) * s + 1) / ((order - 2) * s * s)
    return (value, abs(slope) * fold.error + rounding)
  }

  /// Bound on the error of a fixed point whose 1/Delta2 is itself uncertain; infinite on a fold.
  package func error(of root: OverlapRoot, inverseDelta2Error error: Double) -> Double {
    let s = root.complement
    let slope = 1 / (s * s) - Double(p - 2) * inverseDeltap * Double.pow(root.m, p - 3)
    return root.error + error / abs(slope)
  }

  /// A fixed point with its place on the curve.
  package struct Branch: Sendable, Hashable {
    package let root: OverlapRoot
    package let family: SaddleFamily
  }

  /// All fixed points with m > 0 at the given 1/Delta2 >= 0, by increasing overlap.
  ///
  /// - Complexity: at most three bracketed roots.
  package func fixedPoints(inverseDelta2 i2: Double) throws(GSLError) -> [Branch] {
    let order = Double(p)
    let ip = inverseDeltap
    guard (i2 + ip).isFinite else { throw .overflow("reciprocal of a noise variance") }
    // (1-m) times the difference of the two sides of the fixed-point equation: positive where 1/Delta2 on the curve is larger.
    let balance = { (m: Double, s: Double) -> Double in 1 - s * (i2 + ip * Double.pow(m, p - 2)) }
    let slope = { (m: Double, s: Double) -> Double in
      i2 + ip * Double.pow(m, p - 2) - s * (order - 2) * ip * Double.pow(m, p - 3)
    }
    let curvature = { (m: Double, s: Double) -> Double in
      (order - 2) * ip * Double.pow(m, p - 3) * (2 - (order - 3) * s / max(m, .leastNormalMagnitude))
    }
    let zero = OverlapRoot(m: 0, error: 0)
    // 1/(1-m) = i2 + ip m^(p-2) <= i2 + ip bounds the overlap away from 1.
    let top = OverlapRoot(complement: min(1, 1 / (i2 + ip)), error: 0)
    var ends: [OverlapRoot] = [zero]
    var families: [SaddleFamily] = []
    if let weakFold {
      ends.append(weakFold)
      families.append(.weak)
    }
    if let informedFold {
      ends.append(informedFold)
      families.append(.barrier)
    }
    families.append(.informative)
    ends.append(top)
    var branches: [Branch] = []
    for (index, family) in families.enumerated() {
      let (lower, upper) = (ends[index], ends[index + 1])
      guard lower.m < upper.m || lower.complement > upper.complement else { continue }
      let low = balance(lower.m, lower.complement)
      let high =
        index == families.count - 1 ? max(balance(upper.m, upper.complement), 0) : balance(upper.m, upper.complement)
      if high == 0, upper.m > 0 {
        // A root at the far end: a double root on a fold, or the bound itself where the tensor is absent.
        branches.append(Branch(root: upper, family: family))
      } else if (low < 0 && high > 0) || (low > 0 && high < 0) {
        let root = try OverlapRoot.bracketed(
          "fixed point of state evolution", from: lower, to: upper, noise: 4 * .ulpOfOne, slope: slope,
          curvature: curvature, balance)
        branches.append(Branch(root: root, family: family))
      }
    }
    return branches
  }
}
