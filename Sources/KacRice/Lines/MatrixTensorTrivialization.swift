// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

extension Line where Model == SpikedMatrixTensor {
  /// Where the minima at the equator m = 0 vanish.
  public static var equatorTrivialization: Line { equatorLine }
  /// Where the band of minima around the equator vanishes at every overlap; small second bands may survive (status `approximate`).
  public static var trivialization: Line { trivializationLine }
  /// Where the isolated minimum near the signal appears.
  public static var signalMinimum: Line { signalMinimumLine }
}

private func declaration(_ name: String, summary: String, columns: [Column], formula: String, domain: String)
  -> LineDeclaration
{
  LineDeclaration(
    name: name, summary: summary, parameters: [.p, .deltap, .delta2, .prior], unknowns: [.delta2], columns: columns,
    evidence: .annealed, sources: [.passedAndSpurious], formula: formula, domain: domain)
}

private let overlapColumn = [Column(.overlap, symbol: "m", "cosine with the signal of the last such points")]

private let equatorLine = Line<SpikedMatrixTensor>(
  declaration(
    "equator-trivialization", summary: "The minima at overlap zero vanish: descent meets no trap at the equator.",
    columns: [], formula: #"\sup_r \Sigma_{\min}(0, r) = 0"#, domain: "every finite deltap")
) { point, _ throws(DomainError) in
  let family = try NoiseFamily(point)
  guard family.deltap.isFinite else { return [CriticalPoint([.delta2: .exact(1)])] }
  return [CriticalPoint([.delta2: reciprocal(family.trivialization.ofEquator())])]
}

private let trivializationLine = Line<SpikedMatrixTensor>(
  declaration(
    "trivialization", summary: "The band of minima around the equator vanishes at every overlap it reaches.",
    columns: overlapColumn,
    formula: #"\max_{m \ne m_s} \sup_r \Sigma_{\min}(m, r) = 0"#,
    domain: "every finite deltap; for odd p the last minima lie at negative overlap")
) { point, _ throws(DomainError) in
  let family = try NoiseFamily(point)
  guard family.deltap.isFinite else { return [CriticalPoint([.delta2: .exact(1)], with: [.overlap: 0])] }
  let (critical, overlap) = family.trivialization.ofBand()
  return [
    CriticalPoint(
      [.delta2: reciprocal(critical)], with: [.overlap: overlap?.value], errors: [.overlap: overlap?.error ?? 0])
  ]
}

/// The models of one p and Deltap, by 1/Delta2.
private struct NoiseFamily {
  let p: Int
  let deltap: Double

  init(_ point: Point) throws(DomainError) {
    try Prior.requireGaussian(at: point)
    p = try point.integer(.p)
    deltap = try point.number(.deltap)
  }

  var trivialization: Trivialization {
    let (order, copy) = (Double(p), self)
    // At the gradient-flow line the marginal states at m = 0 are just about to feel the signal.
    let flow = 0.5 * (1 + (1 + 4 * (order - 1) / deltap).squareRoot())
    return Trivialization(from: flow) { i2 in
      let polynomial = Polynomial([
        .init(degree: 2, coefficient: 0.5 * i2), .init(degree: copy.p, coefficient: 1 / (order * copy.deltap)),
      ])
      return TwoPolynomials(covariance: polynomial, signal: polynomial)
    }
  }
}

/// 1/x with the error and status of x.
private func reciprocal(_ x: Estimate) -> Estimate {
  guard let value = x.value else { return x }
  return x.mapped(derivative: 1 / (value * value)) { 1 / $0 }
}

private let signalMinimumLine = Line<SpikedMatrixTensor>(
  declaration(
    "signal-minimum", summary: "The isolated minimum near the signal appears: its replicon falls below 1.",
    columns: overlapColumn,
    formula:
      #"m^2 = \frac{(p-2)/\Delta_p}{1/\Delta_2 + (p-1)/\Delta_p},\quad \frac1{\Delta_2} + \frac{m^{p-2}}{\Delta_p} = \sqrt{\frac1{\Delta_2} + \frac{p-1}{\Delta_p}}"#,
    domain: "every deltap; possible for every delta2 where the tensor alone suffices")
) { point, unknown throws(DomainError) in
  try Prior.requireGaussian(at: point)
  let (p, deltap) = (try point.integer(.p), try point.number(.deltap))
  let (order, ip) = (Double(p), 1 / deltap)
  let overlap = { (i2: Double) -> Double in ((order - 2) * ip / (i2 + (order - 1) * ip)).squareRoot() }
  let balance = { (i2: Double) -> Double in
    i2 + Double.pow(overlap(i2), p - 2) * ip - (i2 + (order - 1) * ip).squareRoot()
  }
  if deltap == .infinity { return [CriticalPoint([.delta2: .exact(1)], with: [.overlap: 0])] }
  if balance(0) >= 0 { return [.absent(.delta2, "possible-for-every-delta2")] }
  do throws(GSLError) {
    var high = 1.0
    while balance(high) < 0 { high *= 2 }
    let root = try brentRoot("signal minimum", in: 0...high, balance)
    let i2 = root.value
    let h = 1e-6 * max(i2, 1e-6)
    let slope = (balance(i2 + h) - balance(i2 - h)) / (2 * h)
    let width = root.bracket.upperBound - root.bracket.lowerBound
    let error = width + 8 * .ulpOfOne * (i2 + order * ip) / abs(slope)
    return [
      CriticalPoint(
        [.delta2: .converged(1 / i2, error: error / (i2 * i2) + (1 / i2).ulp)], with: [.overlap: overlap(i2)])
    ]
  } catch { return [CriticalPoint([.delta2: .notConverged(error.description)])] }
}
