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
) { point, unknown throws(DomainError) in
  try Prior.requireGaussian(at: point)
  let (p, deltap) = (try point.integer(.p), try point.number(.deltap))
  guard deltap.isFinite else { return [CriticalPoint([.delta2: .exact(1)])] }
  return [vanishing(p: p, deltap: deltap) { try $0.complexity(of: .minima, overlap: 0).get() }]
}

private let trivializationLine = Line<SpikedMatrixTensor>(
  declaration(
    "trivialization", summary: "The band of minima around the equator vanishes at every overlap it reaches.",
    columns: [],
    formula: #"\max_{m \ne m_s} \sup_r \Sigma_{\min}(m, r) = 0"#,
    domain: "every finite deltap; for odd p the last minima lie at negative overlap")
) { point, unknown throws(DomainError) in
  try Prior.requireGaussian(at: point)
  let (p, deltap) = (try point.integer(.p), try point.number(.deltap))
  guard deltap.isFinite else { return [CriticalPoint([.delta2: .exact(1)])] }
  let line = vanishing(p: p, deltap: deltap) { try bands($0).main }
  guard let delta2 = line.value.value,
    let model = try? SpikedMatrixTensor(p: p, delta2: delta2 * (1 - 1e-9), deltap: deltap),
    let other = try? bands(model).other, other > 1e-12
  else { return [line] }
  return [
    CriticalPoint([
      .delta2: line.value.marked(
        .approximate("a second band of minima survives beyond the line, complexity up to \(plain(other))"))
    ])
  ]
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

/// The largest 1/Delta2 at which a complexity of minima vanishes, beyond the gradient-flow line, where it is positive.
private func vanishing(
  p: Int, deltap: Double, _ sigma: @escaping (SpikedMatrixTensor) throws -> Double
) -> CriticalPoint {
  let order = Double(p)
  // At the gradient-flow line the marginal states at m = 0 are just about to feel the signal.
  let flow = 0.5 * (1 + (1 + 4 * (order - 1) / deltap).squareRoot())
  let height = { (i2: Double) throws -> Double in
    try sigma(SpikedMatrixTensor(p: p, delta2: 1 / i2, deltap: deltap))
  }
  do {
    var (low, high) = (flow, 1.05 * flow)
    while try height(high) > 0 {
      low = high
      high *= 1.2
    }
    let root = try brentRoot("trivialization", in: low...high, height)
    let i2 = root.value
    let h = 1e-5 * i2
    let slope = (try height(i2 + h) - height(i2 - h)) / (2 * h)
    let width = root.bracket.upperBound - root.bracket.lowerBound
    let error = width + 2e-14 / abs(slope)
    return CriticalPoint([.delta2: .converged(1 / i2, error: error / (i2 * i2) + (1 / i2).ulp)])
  } catch { return CriticalPoint([.delta2: .notConverged("\(error)")]) }
}

/// The complexity of minima at the top of the band around the equator, and of the highest other band.
///
/// Each local maximum over the overlap is refined; the one nearest m = 0 belongs to the band that descent from random starts
/// meets. At isolated states of maximum likelihood the exponent touches zero: those are left out.
private func bands(_ model: SpikedMatrixTensor) throws -> (main: Double, other: Double) {
  let steps = 240
  func height(_ y: Double) throws -> Double { try model.complexity(of: .minima, overlap: Double.tanh(y)).get() }
  let places = (0...steps).map { 6 * (2 * Double($0) / Double(steps) - 1) }
  let values = try places.map(height)
  var main = (distance: Double.infinity, value: -Double.infinity)
  var other = -Double.infinity
  for index in 1..<steps where values[index] >= values[index - 1] && values[index] >= values[index + 1] {
    let top = try maximum("complexity over the overlap", in: places[index - 1]...places[index + 1]) { y in
      (try? height(y)) ?? -1e300
    }
    if abs(top.position) < main.distance {
      other = max(other, main.value)
      main = (abs(top.position), top.value)
    } else if abs(top.value) > 1e-12 {
      other = max(other, top.value)
    }
  }
  return (main.value, other)
}
