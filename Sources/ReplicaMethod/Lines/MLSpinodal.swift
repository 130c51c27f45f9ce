// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

extension Line where Model == SpikedMatrixTensor {
  /// Where two maximum-likelihood fixed points merge.
  ///
  /// Parametric in their overlap m: C = (p-2) m^(p-4) (1-m^2), A = C - m^(p-2) > 0, Deltap = C^2 (1-m^2)/(1+A),
  /// Delta2 = Deltap/A. All solutions are returned; for p >= 5 the curve turns back at a cusp.
  public static var mlSpinodal: Line { mlSpinodalLine }
}

extension Quantity {
  /// Stability of a state against breaking of replica symmetry; each column says on which side of 1 it is stable.
  public static let replicon: Quantity = "replicon"
}

private let mlSpinodalLine = Line<SpikedMatrixTensor>(
  LineDeclaration(
    name: "ml-spinodal",
    summary: "Two fixed points of maximum-likelihood message passing merge: a metastable state appears.",
    parameters: [.p, .deltap, .delta2, .prior], unknowns: [.delta2, .deltap],
    columns: [
      Column(.overlap, symbol: "m", "cosine with the signal of the merging fixed points"),
      Column(.replicon, symbol: "\\xi''(1)\\chi^2", "above 1 the merging state is glassy, no minimum"),
    ], evidence: .replica, sources: [.passedAndSpurious],
    formula:
      #"C = (p-2)m^{p-4}(1-m^2),\ A = C - m^{p-2},\quad \Delta_p = \frac{C^2(1-m^2)}{1+A},\ \Delta_2 = \frac{\Delta_p}{A}"#,
    domain: "A > 0; the fixed points exist on the side of smaller noise of the upper branch")
) { point, unknown in
  let p = try point.integer(.p)
  let given: Quantity = unknown == .delta2 ? .deltap : .delta2
  let target = try point.number(given)
  let curve = LikelihoodSpinodal(p: p)
  let roots = try curve.roots(of: given, equalTo: target)
  if roots.isEmpty {
    // Below the end of the curve at Delta2 = inf the tensor alone has the fixed points.
    let isAlways = given == .deltap && target < curve.endDeltap
    return [.absent(unknown, isAlways ? Absence.possible(for: unknown) : Absence.noTransition)]
  }
  return roots.map { root in curve.criticalPoint(root, solvedFor: unknown) }
    .sorted { ($0.value.value ?? .infinity) < ($1.value.value ?? .infinity) }
}

/// The curve on which two maximum-likelihood fixed points merge, by their overlap m in (0, m_end), m_end^2 = (p-2)/(p-1).
struct LikelihoodSpinodal {
  let p: Int

  struct Place {
    let m: Double
    let logDeltap: Double
    let logDelta2: Double
    /// Derivatives of both with respect to m.
    let slopes: (deltap: Double, delta2: Double)
  }

  struct Root {
    let m: Double
    let error: Double
  }

  /// The end of the curve, where Delta2 = inf.
  var end: Double { (Double(p - 2) / Double(p - 1)).squareRoot() }

  /// Deltap at the end of the curve.
  var endDeltap: Double { Double.pow(end, 2 * p - 4) / Double(p - 1) }

  /// Both noises at overlap m, and how they change with it.
  func place(_ m: Double) -> Place {
    let order = Double(p)
    let s = (1 - m) * (1 + m)
    let c = (order - 2) * Double.pow(m, p - 4) * s
    // A = m^(p-4) (p-1) (m_end^2 - m^2)
    let a = (order - 1) * Double.pow(m, p - 4) * (end - m) * (end + m)
    let cSlope = c * ((order - 4) / m - 2 * m / s)
    let aSlope = a * (order - 4) / m - 2 * (order - 1) * Double.pow(m, p - 3)
    let logDeltap = 2 * Double.log(c) + Double.log(s) - Double.log(onePlus: a)
    let deltapSlope = 2 * cSlope / c - 2 * m / s - aSlope / (1 + a)
    return Place(
      m: m, logDeltap: logDeltap, logDelta2: logDeltap - Double.log(a), slopes: (deltapSlope, deltapSlope - aSlope / a))
  }

  /// Every overlap at which one of the noises takes a value, by increasing overlap.
  func roots(of quantity: Quantity, equalTo target: Double) throws(GSLError) -> [Root] {
    let isDeltap = quantity == .deltap
    if target == .infinity {
      return isDeltap ? [] : [Root(m: end, error: end.ulp)]
    }
    func excess(_ m: Double) -> Double {
      let at = place(m)
      return (isDeltap ? at.logDeltap : at.logDelta2) - Double.log(target)
    }
    func slope(_ m: Double) -> Double { isDeltap ? place(m).slopes.deltap : place(m).slopes.delta2 }
    // Fine near both ends: at m -> 0 and m -> m_end one of the noises may vanish or diverge.
    let count = 400
    let tiny = 40.0
    let grid = (1..<count).map { i -> Double in
      let y = tiny * (2 * Double(i) / Double(count) - 1)
      return end / (1 + Double.exp(-y))
    }.filter { $0 > 0 && $0 < end }
    var cuts: [Double] = []
    for (a, b) in zip(grid, grid.dropFirst()) {
      cuts.append(a)
      if slope(a) * slope(b) < 0 {
        cuts.append(try brentRoot("turning point of the likelihood spinodal", in: a...b, slope).value)
      }
    }
    if let last = grid.last { cuts.append(last) }
    var roots: [Root] = []
    for (a, b) in zip(cuts, cuts.dropFirst()) where a < b {
      let (low, high) = (excess(a), excess(b))
      guard low * high < 0 || high == 0 else { continue }
      let root = try brentRoot("likelihood spinodal", in: a...b, excess)
      let m = root.value
      let noise = 16 * .ulpOfOne * (1 + abs(Double.log(target)) + Double(p) * abs(Double.log(m)))
      let h = 1e-5 * min(m, end - m)
      let curvature = abs(slope(m + h) - slope(m - h)) / (2 * h)
      let bound = min(noise / abs(slope(m)), 2 * (2 * noise / curvature).squareRoot())
      roots.append(Root(m: m, error: root.width + m.ulp + bound))
    }
    return roots
  }

  /// The row of a root.
  func criticalPoint(_ root: Root, solvedFor unknown: Quantity) -> CriticalPoint {
    let at = place(root.m)
    let order = Double(p)
    let isDeltap = unknown == .deltap
    let (log, slope) = isDeltap ? (at.logDeltap, at.slopes.deltap) : (at.logDelta2, at.slopes.delta2)
    // At the end of the curve Delta2 = inf and the tensor is alone.
    let deltap = root.m == end ? endDeltap : Double.exp(at.logDeltap)
    let value = isDeltap ? deltap : Double.exp(log)
    let inverseDelta2 = root.m == end ? 0 : Double.exp(-at.logDelta2)
    let variance = inverseDelta2 + 1 / deltap
    let nu = root.m * (inverseDelta2 + Double.pow(root.m, p - 2) / deltap)
    let replicon = (inverseDelta2 + (order - 1) / deltap) / (variance + nu * nu)
    let rounding = 16 * .ulpOfOne * (1 + abs(log) + order * abs(Double.log(root.m)))
    let error = root.m == end ? 4 * value.ulp : value * (abs(slope) * root.error + rounding)
    let estimate: Estimate =
      replicon > 1
      ? .approximate(value, error: error, reason: "replicon above 1: the merging state is glassy")
      : .converged(value, error: error)
    return CriticalPoint(
      [unknown: estimate], order: .first, with: [.overlap: root.m, .replicon: replicon],
      errors: [.overlap: root.error, .replicon: 1e-13 + order * root.error / root.m])
  }
}
