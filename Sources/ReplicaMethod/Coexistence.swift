// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointCore
package import SaddlepointNumerics

/// Where two maxima of the Bayes-optimal potential of the matrix-tensor model are equally high.
///
/// With m = 0 everything is explicit in the overlap of the informative state: Deltap = ((p-2)/p) m^p/F(m) and
/// 1/Delta2 = 1/(1-m) - m^(p-2)/Deltap, F(m) = 2 log(1-m) + m(2-m)/(1-m). Between two states with m > 0 (p >= 4, Delta2 < 1)
/// the difference of the potentials is brought to zero.
///
/// Source: theory sheet *spiked replica*, section 1.
package enum Coexistence {
  /// F(m)/m^3 = sum over k >= 3 of (1 - 2/k) m^(k-3); 1/3 at m = 0.
  package static func scaledF(_ m: Double, complement s: Double) -> Double {
    (1 + scaledExcess(m, complement: s)) / 3
  }

  /// 3 F(m)/m^3 - 1 = sum over k >= 4 of 3 (1 - 2/k) m^(k-3), to full relative precision as m tends to 0.
  ///
  /// The series is used where the closed form would cancel.
  package static func scaledExcess(_ m: Double, complement s: Double) -> Double {
    if m >= 0.5 { return 3 * (2 * Double.log(s) + m * (2 - m) / s) / (m * m * m) - 1 }
    var sum = 0.0
    var power = m
    var k = 4.0
    while power > 1e-18 * m {
      sum += 3 * (1 - 2 / k) * power
      power *= m
      k += 1
    }
    return sum
  }

  /// 1/Delta2 times (1-m) on the coexistence curve with m = 0: positive up to the overlap where the line reaches Delta2 = inf.
  package static func scaledInverseDelta2(p: Int, _ m: Double, complement s: Double) -> Double {
    let order = Double(p)
    if m >= 0.5 { return 1 - order / (order - 2) * (2 * s * Double.log(s) / (m * m) + (2 - m) / m) }
    return 1 - order / (order - 2) * s * m * scaledF(m, complement: s)
  }

  /// Overlap of the informative state where the coexistence with m = 0 reaches Delta2 = inf: the tensor alone.
  package static func tensorOnlyOverlap(p: Int) throws(GSLError) -> OverlapRoot {
    let balance = { (m: Double, s: Double) -> Double in scaledInverseDelta2(p: p, m, complement: s) }
    return try .bracketed(
      "information-theoretic point of the tensor alone", from: OverlapRoot(m: 0, error: 0),
      to: OverlapRoot(complement: 1e-300, error: 0), noise: 16 * .ulpOfOne, slope: numericalSlope(balance),
      curvature: { _, _ in 0 }, balance)
  }

  /// Overlap of the informative state where the coexistence with m = 0 meets Delta2 = 1; 0 for p = 3.
  package static func crossingOverlap(p: Int) throws(GSLError) -> OverlapRoot {
    if p == 3 { return OverlapRoot(m: 0, error: 0) }
    let order = Double(p)
    let balance = { (m: Double, s: Double) -> Double in 1 - order / (order - 2) * s * scaledF(m, complement: s) }
    return try .bracketed(
      "coexistence at Delta2 = 1", from: OverlapRoot(m: 0, error: 0), to: OverlapRoot(complement: 1e-300, error: 0),
      noise: 16 * .ulpOfOne, slope: numericalSlope(balance), curvature: { _, _ in 0 }, balance)
  }

  /// Deltap on the coexistence curve with m = 0: ((p-2)/p) m^p/F(m).
  package static func deltap(p: Int, _ root: OverlapRoot) -> (value: Double, error: Double) {
    let order = Double(p)
    let f = scaledF(root.m, complement: root.complement)
    let value = (order - 2) / order * Double.pow(root.m, p - 3) / f
    let slope = numericalSlope { m, s in
      (order - 2) / order * Double.pow(m, p - 3) / scaledF(m, complement: s)
    }(root.m, root.complement)
    return (value, abs(slope) * root.error + 8 * order * value.ulp)
  }

  /// 1/Delta2 on the coexistence curve with m = 0, with its error.
  package static func inverseDelta2(p: Int, _ root: OverlapRoot) -> (value: Double, error: Double) {
    let value = scaledInverseDelta2(p: p, root.m, complement: root.complement) / root.complement
    let slope = numericalSlope { m, s in scaledInverseDelta2(p: p, m, complement: s) / s }(root.m, root.complement)
    return (value, abs(slope) * root.error + 8 * .ulpOfOne / root.complement)
  }

  /// Phi at the high state minus Phi at the low one, for p >= 4 inside the fold region, where both exist.
  ///
  /// - Returns: nil if one of the two states does not exist.
  package static func potentialDifference(
    curve: BayesCurve, inverseDelta2 i2: Double
  ) throws(GSLError) -> (low: OverlapRoot, high: OverlapRoot, difference: Double)? {
    let branches = try curve.fixedPoints(inverseDelta2: i2)
    let low = branches.first { $0.family == .weak }?.root ?? (i2 <= 1 ? OverlapRoot(m: 0, error: 0) : nil)
    guard let low, let high = branches.first(where: { $0.family == .informative })?.root else { return nil }
    // The integral of Phi' keeps its digits where the two states are close; the closed form where they are far apart.
    let (a, b) = (low.m, high.m)
    let ip = curve.inverseDeltap
    if b - a < 0.1, b < 0.9 {
      let difference = try FixedRule.gaussLegendre(24).sum(from: a, to: b) { m in
        0.5 * m * (i2 - 1 / (1 - m) + ip * Double.pow(m, curve.p - 2))
      }
      return (low, high, difference)
    }
    func phi(_ root: OverlapRoot) -> Double {
      let (m, s) = (root.m, root.complement)
      let entropy = 0.5 * SpikedMatrixTensor.logComplementPlusOverlap(m, complement: s)
      return entropy + m * m * i2 / 4 + ip * Double.pow(m, curve.p) / (2 * Double(curve.p))
    }
    return (low, high, phi(high) - phi(low))
  }

  private static func numericalSlope(
    _ f: @escaping (Double, Double) -> Double
  ) -> (Double, Double) -> Double {
    // Only an error bound rests on it: two digits are enough.
    { m, s in
      let h = 1e-5 * min(max(m, 1e-3), s)
      return (f(m + h, s - h) - f(m - h, s + h)) / (2 * h)
    }
  }
}
