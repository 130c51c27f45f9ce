// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
public import SaddlepointNumerics

extension SpikedMatrixTensor {
  /// The Bayes-optimal replica potential Phi(m) = [log(1-m) + m]/2 + m^2/(4 Delta2) + m^p/(2 p Deltap).
  ///
  /// Its largest maximum is the free entropy lim (1/N) E log Z, Z being the likelihood ratio to pure noise; Phi(0) = 0.
  ///
  /// - Parameter m: overlap of the posterior mean with the signal, in [0, 1).
  /// - Returns: the potential per N, status exact.
  /// - Throws: `DomainError` for an overlap outside [0, 1).
  /// - Complexity: closed form.
  ///
  /// Source: theory sheet *spiked replica*, section 1; arXiv:1812.09066.
  public func potential(overlap m: Double) throws(DomainError) -> Estimate {
    try ReplicaParameter.overlap.checked(m)
    return .exact(potential(m: m, complement: 1 - m).value)
  }

  /// The potential at an overlap given with its complement, and a bound on its rounding error.
  package func potential(m: Double, complement s: Double) -> (value: Double, error: Double) {
    let entropy = 0.5 * Self.logComplementPlusOverlap(m, complement: s)
    let matrix = delta2 == .infinity ? 0 : m * m / (4 * delta2)
    let tensor = deltap == .infinity ? 0 : Double.pow(m, p) / (2 * Double(p) * deltap)
    let rounding = 4 * .ulpOfOne * (abs(entropy) + matrix + Double(p) * tensor)
    return (entropy + matrix + tensor, rounding)
  }

  /// log(1-m) + m, to full relative precision as m tends to 0 or 1.
  package static func logComplementPlusOverlap(_ m: Double, complement s: Double) -> Double {
    // GSL's function is defined for every m < 1; beyond 1/2 the complement carries the digits.
    if m < 0.5, let small = try? Special.log1pmx(-m) { return small }
    return Double.log(s) + m
  }

  /// One step of Bayes-optimal state evolution: m' = g/(1+g), g = m/Delta2 + m^(p-1)/Deltap.
  ///
  /// - Parameter m: overlap in [0, 1].
  /// - Returns: the overlap after one iteration, in [0, 1].
  /// - Complexity: closed form.
  ///
  /// Source: theory sheet *spiked replica*, section 1.
  public func stateEvolution(overlap m: Double) -> Double {
    let g = (delta2 == .infinity ? 0 : m / delta2) + (deltap == .infinity ? 0 : Double.pow(m, p - 1) / deltap)
    return g == .infinity ? 1 : g / (1 + g)
  }

  /// Every stationary point of the Bayes-optimal potential with overlap in [0, 1), by increasing overlap.
  ///
  /// Found from the explicit curve of fixed points, one bracketed root for each monotone piece: none is missed, and near a
  /// fold the error estimates say how far the merging points can be told apart.
  ///
  /// - Returns: m = 0 first, then one to three points with m > 0 where they exist.
  /// - Throws: `GSLError` where the noise is so small (below about 1e-308) that its reciprocal overflows.
  /// - Complexity: at most five bracketed roots, a few microseconds.
  ///
  /// Source: theory sheet *spiked replica*, section 1; arXiv:1812.09066.
  public func saddlePoints() throws(GSLError) -> [SaddlePoint] {
    let curve = try BayesCurve(p: p, deltap: deltap)
    let branches = try curve.fixedPoints(inverseDelta2: 1 / delta2)
    let potentials = branches.map { potential(m: $0.root.m, complement: $0.root.complement) }
    // Phi(0) = 0 competes with the others; at an exact tie the smaller overlap is named.
    var dominant: Int?
    for (index, branch) in branches.enumerated() where branch.family != .barrier {
      if potentials[index].value > (dominant.map { potentials[$0].value } ?? 0) { dominant = index }
    }
    let trivial = SaddlePoint(
      overlap: .exact(0), potential: .exact(0), mmse: .exact(1), isStable: isUninformativePointStable,
      isDominant: dominant == nil, family: .uninformative)
    return [trivial]
      + branches.enumerated().map { index, branch in
        SaddlePoint(
          overlap: .converged(branch.root.m, error: branch.root.error + branch.root.m.ulp),
          potential: .converged(potentials[index].value, error: potentials[index].error),
          mmse: .converged(branch.root.complement, error: branch.root.error),
          isStable: branch.family != .barrier, isDominant: dominant == index, family: branch.family)
      }
  }

  /// Whether m = 0 is a local maximum of the potential among m >= 0: Delta2 > 1, or Delta2 = 1 and the next order is negative.
  package var isUninformativePointStable: Bool { delta2 > 1 || (delta2 == 1 && (p > 3 || deltap >= 1)) }

  /// The overlap that Bayes-optimal message passing reaches from a start just off m = 0: the first fixed point above it.
  package func messagePassingOverlap() throws(GSLError) -> OverlapRoot {
    let none = OverlapRoot(m: 0, error: 0)
    if isUninformativePointStable { return none }
    // State evolution is a monotone map, so that it stops at the first fixed point.
    return try BayesCurve(p: p, deltap: deltap).fixedPoints(inverseDelta2: 1 / delta2).first?.root ?? none
  }
}

/// Parameters of replica questions that are no parameters of the model.
package enum ReplicaParameter {
  package static let overlap = Parameter(
    .overlap, symbol: "m", "overlap q of the posterior mean with the signal",
    domain: Domain(0, 1, includesUpper: false))
}
