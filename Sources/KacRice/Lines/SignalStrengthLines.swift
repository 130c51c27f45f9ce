// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

extension Line where Model == SphericalSpinGlass {
  /// The signal strength at which the Hessian of marginal states at m = 0 grows an outlier.
  public static var gradientFlow: Line { gradientFlowLine }
  /// The signal strength at which the minima at m = 0 vanish.
  public static var equatorTrivialization: Line { equatorLine }
  /// The signal strength at which the band of minima around the equator vanishes; or the field that makes the total number trivial.
  public static var trivialization: Line { trivializationLine }
  /// The signal strength at which the isolated minimum near the signal appears.
  public static var signalMinimum: Line { signalMinimumLine }
}

extension Line where Model == SpikedTensor {
  /// The noise at which the isolated minimum near the signal appears.
  public static var signalMinimum: Line { tensorMinimumLine }
}

/// A line in the strength s of the signal, phi = s psi, with psi as given by the signal's coefficients.
private func strengthLine(
  _ name: String, aliases: [String] = [], summary: String, unknowns: [Quantity] = [.signalScale],
  columns: [Column] = [], evidence: Evidence = .annealed, sources: [Citation], formula: String, domain: String,
  field: (@Sendable (Polynomial) -> CriticalPoint)? = nil,
  solve: @escaping @Sendable (Polynomial, Polynomial) throws(DomainError) -> [CriticalPoint]
) -> Line<SphericalSpinGlass> {
  Line(
    LineDeclaration(
      name: name, aliases: aliases, summary: summary, parameters: [.signalScale], unknowns: unknowns, columns: columns,
      usesFamilies: true, evidence: evidence, sources: sources, formula: formula, domain: domain)
  ) { point, unknown throws(DomainError) in
    let glass = try SphericalSpinGlass.atPoint(point)
    if unknown != .signalScale, let field {
      guard glass.signal.terms.isEmpty else {
        throw DomainError("signal", "given", allowed: "no signal: phi1 is what is solved for")
      }
      return [field(glass.covariance)]
    }
    guard !glass.signal.terms.isEmpty else {
      throw DomainError.missing("signal", needed: "a signal: its strength is what is solved for")
    }
    return try solve(glass.covariance, glass.signal)
  }
}

private let unbiased = "phi1 = 0: in a field the equator is no special place"

private let gradientFlowLine = strengthLine(
  "gradient-flow", aliases: ["bbp", "threshold-bbp"],
  summary: "The Hessian of marginal states at m = 0 grows an outlier towards the signal (BBP transition).",
  evidence: .heuristic, sources: [.bigBadMinima], formula: #"s\,\psi''(0) = \sqrt{\xi''(1)},\quad \phi = s\psi"#,
  domain: "signals with a quadratic term of positive sign"
) { xi, psi throws(DomainError) in
  let curvature = psi.derivative(2, at: 0)
  guard curvature > 0 else { return [.absent(.signalScale, "impossible-for-every-signal_scale")] }
  return [CriticalPoint([.signalScale: .exact(xi.derivative(2, at: 1).squareRoot() / curvature)])]
}

/// The family of landscapes of growing signal, from where marginal states at m = 0 feel it.
private func growing(_ xi: Polynomial, _ psi: Polynomial) throws(DomainError) -> Trivialization? {
  guard psi.derivative(1, at: 0) == 0 else { throw DomainError("phi1", psi.derivative(1, at: 0), allowed: unbiased) }
  let curvature = psi.derivative(2, at: 0)
  guard curvature > 0 else { return nil }
  return Trivialization(from: xi.derivative(2, at: 1).squareRoot() / curvature) { s in
    TwoPolynomials(
      covariance: xi,
      signal: Polynomial(psi.terms.map { .init(degree: $0.degree, coefficient: s * $0.coefficient) }))
  }
}

/// Trivial at every strength where the noise alone has no minima in number.
private func critical(_ strength: Estimate, overlap: Estimate? = nil) -> CriticalPoint {
  if case .outsideDomain(let reason) = strength.status {
    return .absent(
      .signalScale,
      reason.hasPrefix("no minima") ? "possible-for-every-signal_scale" : "impossible-for-every-signal_scale")
  }
  return CriticalPoint(
    [.signalScale: strength], with: [.overlap: overlap?.value], errors: [.overlap: overlap?.error ?? 0])
}

private let equatorLine = strengthLine(
  "equator-trivialization", summary: "The minima at overlap zero vanish: descent meets no trap at the equator.",
  sources: [.passedAndSpurious], formula: #"\sup_r \Sigma_{\min}(0, r) = 0,\quad \phi = s\psi"#,
  domain: "signals without a field; never without a quadratic term"
) { xi, psi throws(DomainError) in
  guard let family = try growing(xi, psi) else { return [.absent(.signalScale, "impossible-for-every-signal_scale")] }
  return [critical(family.ofEquator())]
}

private let overlapColumn = [Column(.overlap, symbol: "m", "cosine with the signal of the last such points")]

private let trivializationLine = strengthLine(
  "trivialization",
  summary:
    "The band of minima around the equator vanishes at every overlap; for phi1: the mean total number in a field.",
  unknowns: [.signalScale, "phi1"], columns: overlapColumn,
  sources: [.passedAndSpurious, .randomMatricesAndComplexity],
  formula: #"\max_{m\ne m_s}\sup_r \Sigma_{\min}(m,r) = 0;\quad \text{field: } \phi_1^2 = \xi''(1) - \xi'(1)"#,
  domain: "signals without a field, or a field alone; in a field without xi''(1) > xi'(1) always trivial",
  field: fieldTrivialization
) { xi, psi throws(DomainError) in
  if psi.terms.count == 1, let field = psi.terms.first, field.degree == 1 {
    let critical = fieldTrivialization(xi).value
    guard let phi1 = critical.value else { return [.absent(.signalScale, "possible-for-every-signal_scale")] }
    return [CriticalPoint([.signalScale: .exact(phi1 / abs(field.coefficient))])]
  }
  guard let family = try growing(xi, psi) else { return [.absent(.signalScale, "impossible-for-every-signal_scale")] }
  let (strength, overlap) = family.ofBand()
  return [critical(strength, overlap: overlap)]
}

/// The field beyond which the mean number of points is no longer exponential.
private func fieldTrivialization(_ xi: Polynomial) -> CriticalPoint {
  let gap = xi.derivative(2, at: 1) - xi.derivative(1, at: 1)
  return gap > 0 ? CriticalPoint(["phi1": .exact(gap.squareRoot())]) : .absent("phi1", "possible-for-every-phi1")
}

private let signalMinimumLine = strengthLine(
  "signal-minimum",
  summary: "The isolated minimum near the signal appears: its replicon or its slope falls below 1.",
  columns: overlapColumn, sources: [.spikedTensorLandscape, .passedAndSpurious],
  formula:
    #"s = \frac{m\sqrt a}{\psi'(m)\sqrt{1-m^2}},\quad m^2 \ge 1 - \frac ab,\quad \frac{m\,\psi''(m)(1-m^2)}{\psi'(m)} \le 1"#,
  domain: "signals that grow towards m = 1"
) { xi, psi throws(DomainError) in signalMinimumStrengths(xi, psi) }

/// The strengths at which branches of isolated minima begin.
private func signalMinimumStrengths(_ xi: Polynomial, _ psi: Polynomial) -> [CriticalPoint] {
  let a = xi.derivative(1, at: 1)
  func strength(_ m: Double) -> Double {
    m * a.squareRoot() / (psi.derivative(1, at: m) * ((1 - m) * (1 + m)).squareRoot())
  }
  do throws(GSLError) {
    let branches = try SignalBranch.all(xi, psi)
    if branches.isEmpty { return [.absent(.signalScale, "impossible-for-every-signal_scale")] }
    let starts = branches.map { branch -> CriticalPoint in
      // The branch reaches m = 0: with a field at s = 0, otherwise continuously at the instability of m = 0.
      if branch.lower == 0 {
        let curvature = psi.derivative(2, at: 0)
        guard psi.derivative(1, at: 0) == 0, curvature > 0 else {
          return .absent(.signalScale, "possible-for-every-signal_scale")
        }
        return CriticalPoint([.signalScale: .exact(a.squareRoot() / curvature)], with: [.overlap: 0])
      }
      // Where the slope is 1 the strength is stationary: its error is of second order in that of the overlap.
      let s = strength(branch.lower)
      return CriticalPoint(
        [.signalScale: .converged(s, error: 32 * s.ulp)], with: [.overlap: branch.lower],
        errors: [.overlap: branch.error])
    }
    return starts.sorted { ($0.value.value ?? 0) < ($1.value.value ?? 0) }
  } catch { return [CriticalPoint([.signalScale: .notConverged(error.description)])] }
}

private let tensorMinimumLine = Line<SpikedTensor>(
  LineDeclaration(
    name: "signal-minimum", summary: "The isolated minimum near the signal appears.",
    parameters: [.p, .delta, .prior], unknowns: [.delta], columns: overlapColumn, evidence: .annealed,
    sources: [.spikedTensorLandscape],
    formula: #"\frac1{p\Delta} = \frac{p-1}{p}\Big(\frac{p-1}{p-2}\Big)^{p-2},\quad m^2 = \frac{p-2}{p-1}"#,
    domain: "every order")
) { point, _ throws(DomainError) in
  let order = Double(try point.integer(.p))
  let delta = Double.pow((order - 2) / (order - 1), order - 2) / (order - 1)
  return [
    CriticalPoint(
      [.delta: .converged(delta, error: order * delta.ulp)],
      with: [.overlap: ((order - 2) / (order - 1)).squareRoot()])
  ]
}
