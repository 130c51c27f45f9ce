// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore

/// How replica symmetry is broken in a solution of a spherical glass.
public enum GlassAnsatz: String, Sendable, Hashable, CaseIterable {
  /// Replica symmetric: one overlap.
  case replicaSymmetric = "rs"
  /// One step: two overlaps, q_0 between states and q_1 within one.
  case oneStep = "1rsb"
  /// A continuum of overlaps up to q_0 and one jump to q_1.
  case oneStepAboveContinuous = "1frsb"
  /// A continuum of overlaps up to q_1.
  case continuous = "frsb"
}

/// A solution of the replica equations of a spherical glass.
public struct GlassState: Sendable, Hashable {
  /// Which states of the landscape a solution describes.
  public enum Kind: String, Sendable, Hashable {
    /// Those of the Gibbs measure.
    case equilibrium = "static"
    /// Marginal ones, whose inner replicon is 1: the threshold of aging dynamics in the simplest scenario.
    case threshold
    /// Those selected by a given Parisi parameter.
    case metastable
  }

  /// How replica symmetry is broken.
  public let ansatz: GlassAnsatz
  /// Which states these are.
  public let kind: Kind
  /// Cosine m with the signal.
  public let overlap: Estimate
  /// f = -T lim (1/N) E log Z, Z over the normalised sphere; the energy per N at T = 0.
  ///
  /// `approximate` where the ansatz is not the minimum over all Parisi functions; the reason says what breaks it.
  public let freeEnergy: Estimate
  /// Lower end of the overlaps; below `outerOverlap` only where they are continuous.
  public let lowestOverlap: Estimate
  /// q_0, overlap of different states; where the overlaps are continuous the upper end of that part.
  public let outerOverlap: Estimate
  /// q_1, overlap within a state.
  public let innerOverlap: Estimate
  /// y = x/T, the Parisi parameter x in units that stay finite at T = 0; 0 in the replica-symmetric solution.
  public let scaledParisiParameter: Estimate
  /// chi = (1-q_1)/T, linear response within a state.
  public let response: Estimate
  /// Sigma, log-number per N of the states; 0 for those of equilibrium, unless x = 1.
  public let complexity: Estimate
  /// xi''(q_1) chi^2: stable against breaking within states where < 1.
  public let innerReplicon: Estimate
  /// xi''(q) W^2 at the lowest overlap, W = chi + y (q_1 - q_0): stable where < 1, and 1 in a continuous part.
  public let outerReplicon: Estimate
  /// Whether no other Parisi function has a smaller potential and the overlap is a maximum; for other states than those of
  /// equilibrium, whether no replicon exceeds 1 and the signal does not pull.
  public let isStable: Bool
  /// Whether this is the state of equilibrium: stable, and of lowest free energy among all overlaps and ansaetze.
  public let isDominant: Bool
  /// T.
  public let temperature: Double

  /// x, the Parisi parameter: 0 at T = 0.
  public var parisiParameter: Estimate {
    scaledParisiParameter.mapped(derivative: temperature) { temperature * $0 }
  }

  /// lim (1/N) E log Z = -f/T; no value at T = 0.
  public var potential: Estimate {
    guard temperature > 0 else { return .outsideDomain("no potential at temperature 0: see free_energy") }
    return freeEnergy.mapped(derivative: 1 / temperature) { -$0 / temperature }
  }

  /// Free energy of a single one of the states, f + Sigma/y; nil where nothing is broken.
  public var stateFreeEnergy: Double? {
    guard let f = freeEnergy.value, let y = scaledParisiParameter.value, y > 0, let sigma = complexity.value else {
      return freeEnergy.value
    }
    return f + sigma / y
  }
}

extension SphericalLandscape {
  /// Every solution of the replica equations at a temperature: the states of equilibrium, and the marginal ones beside them.
  ///
  /// With phi -> -H/T and the Parisi function x(q), the potential is maximised over m and minimised over x(q). Of the
  /// solutions of an ansatz those of equilibrium come first at each overlap, then those of the threshold. A solution of
  /// equilibrium is `approximate` where it is not the minimum over all Parisi functions, which a condition that is necessary
  /// and sufficient decides (the potential is convex in x(q)). Between the static and the dynamic temperature the one-step
  /// state of equilibrium has x = 1 and the potential of the replica-symmetric one.
  ///
  /// - Parameters:
  ///   - temperature: T >= 0; 0 is the limit.
  ///   - ansatz: which solutions; nil: the stable ones, or where none is stable the best found, marked approximate.
  /// - Returns: by increasing overlap; empty where the ansatz has no solution.
  /// - Throws: `DomainError` for a negative or infinite temperature.
  /// - Complexity: scans along explicit curves, milliseconds to a tenth of a second (signals are the slow ones).
  ///
  /// Source: theory sheet *spiked replica*, section 3; Crisanti and Sommers (1992), Crisanti and Leuzzi (2006).
  public func saddlePoints(temperature: Double, ansatz: GlassAnsatz? = nil) throws(DomainError) -> [GlassState] {
    try SphericalSpinGlass.checked(.temperature, temperature)
    return GlassSurvey(self, temperature: temperature).states(ansatz)
  }

  /// The one-step states that a Parisi parameter selects: their complexity against their free energy, curve of x.
  ///
  /// - Parameters:
  ///   - temperature: T >= 0.
  ///   - y: x/T > 0, with x <= 1.
  /// - Returns: the states by increasing overlap; empty where there are none.
  /// - Throws: `DomainError` for a temperature or Parisi parameter that is not allowed.
  ///
  /// Source: theory sheet *spiked replica*, section 3.
  public func metastableStates(temperature: Double, scaledParisiParameter y: Double) throws(DomainError) -> [GlassState]
  {
    try SphericalSpinGlass.checked(.temperature, temperature)
    guard y > 0, y.isFinite, temperature * y <= 1 else {
      throw DomainError(.parisiY, y, allowed: "0 < parisi_y, parisi_y T <= 1")
    }
    return GlassSurvey(self, temperature: temperature).metastable(y: y)
  }
}

extension Quantity {
  /// Parisi parameter x.
  public static let parisiX: Quantity = "parisi_x"
  /// y = x/T.
  public static let parisiY: Quantity = "parisi_y"
}

/// The solutions of every ansatz at one temperature, and which of them is right.
private struct GlassSurvey {
  let solver: GlassSolver
  let equations: GlassEquations
  let temperature: Double

  struct Candidate {
    let ansatz: GlassAnsatz
    let kind: GlassState.Kind
    let solution: GlassSolution
    /// Why this is not the minimum over Parisi functions; nil if it is.
    let flaw: String?
    /// Whether the overlap is a maximum.
    let isMaximum: Bool
    var isRight: Bool { flaw == nil && isMaximum }
    var freeEnergy: Double { solution.observables.freeEnergy }
  }

  init(_ landscape: some SphericalLandscape, temperature: Double) {
    equations = GlassEquations(xi: landscape.covariance, phi: landscape.signal, temperature: temperature)
    solver = GlassSolver(equations)
    self.temperature = temperature
  }

  func states(_ ansatz: GlassAnsatz?) -> [GlassState] {
    let all = GlassAnsatz.allCases.flatMap(equilibria)
    // Of right candidates that coincide (x = 1 beside the replica-symmetric state) the simplest is the one of equilibrium.
    let best = all.filter(\.isRight).map(\.freeEnergy).min()
    var shown: [Candidate]
    if let ansatz {
      shown = all.filter { $0.ansatz == ansatz } + thresholds(ansatz)
    } else {
      shown = chosen(all)
      let marginal = thresholds(.oneStep) + thresholds(.oneStepAboveContinuous)
      shown += marginal.filter { $0.flaw == nil }
    }
    let fallback = best == nil ? shown.filter { $0.kind == .equilibrium }.max { $0.freeEnergy < $1.freeEnergy } : nil
    return sorted(shown).map { candidate in
      let isBest = candidate.isRight && best.map { candidate.freeEnergy <= $0 + 1e-12 * max(1, abs($0)) } == true
      let isFallback =
        ansatz == nil && fallback.map { $0.freeEnergy == candidate.freeEnergy && $0.kind == candidate.kind } == true
      return state(candidate, isDominant: candidate.kind == .equilibrium && (isBest || isFallback))
    }
  }

  func metastable(y: Double) -> [GlassState] {
    sorted(solver.oneStep(.parisi(y)).map { candidate(.oneStep, .metastable, $0) })
      .map { state($0, isDominant: false) }
  }

  /// The right solutions at zero and at other overlaps, or the best ones where none is right.
  private func chosen(_ all: [Candidate]) -> [Candidate] {
    [true, false].flatMap { isZero -> [Candidate] in
      let group = all.filter { ($0.solution.point.m == 0) == isZero }
      let right = group.filter { $0.flaw == nil }
      if !right.isEmpty {
        // A one-step state with x = 1 repeats the replica-symmetric one.
        return right.filter { c in
          !right.contains { other in
            other.ansatz != c.ansatz && abs(other.freeEnergy - c.freeEnergy) <= 1e-12 * max(1, abs(c.freeEnergy))
              && abs(other.solution.point.m - c.solution.point.m) < 1e-6
              && GlassAnsatz.allCases.firstIndex(of: other.ansatz) ?? 0
                < GlassAnsatz.allCases.firstIndex(of: c.ansatz) ?? 0
          }
        }
      }
      // The potential is minimised over x(q): the smallest one, hence the largest free energy, is nearest.
      let unstable = solver.oneStep(.stationary, isInnerStable: false).map { candidate(.oneStep, .equilibrium, $0) }
      return (group + unstable.filter { ($0.solution.point.m == 0) == isZero }).max { $0.freeEnergy < $1.freeEnergy }
        .map { [$0] } ?? []
    }
  }

  private func equilibria(_ ansatz: GlassAnsatz) -> [Candidate] {
    var solutions: [GlassSolution]
    switch ansatz {
    case .replicaSymmetric: solutions = solver.replicaSymmetric()
    case .oneStep:
      solutions = solver.oneStep(.stationary)
      if temperature > 0 {
        solutions += solver.oneStep(.parisi(1 / temperature)).filter {
          $0.observables.complexity > max($0.errors.complexity, 1e-15) && $0.observables.inner <= 1
        }
      }
    case .oneStepAboveContinuous: solutions = solver.oneStepAboveContinuous(.stationary)
    case .continuous: solutions = solver.continuous()
    }
    return solutions.map { candidate(ansatz, .equilibrium, $0) }
  }

  private func thresholds(_ ansatz: GlassAnsatz) -> [Candidate] {
    switch ansatz {
    case .oneStep: solver.oneStep(.threshold).map { candidate(ansatz, .threshold, $0) }
    case .oneStepAboveContinuous:
      solver.oneStepAboveContinuous(.threshold).map { candidate(ansatz, .threshold, $0) }
    case .replicaSymmetric, .continuous: []
    }
  }

  private func candidate(
    _ ansatz: GlassAnsatz, _ kind: GlassState.Kind, _ solution: GlassSolution
  ) -> Candidate {
    var flaw: String?
    if kind == .equilibrium {
      flaw = equations.flaw(solution.point)
    } else {
      if solution.observables.outer > 1 + 1e-9 { flaw = "the outer replicon exceeds 1" }
      if solution.observables.complexity < -max(solution.errors.complexity, 1e-14) {
        flaw = "the complexity is negative"
      }
      if kind == .metastable, solution.observables.inner > 1 + 1e-9 { flaw = "the inner replicon exceeds 1" }
    }
    return Candidate(
      ansatz: ansatz, kind: kind, solution: solution, flaw: flaw,
      isMaximum: equations.isMaximumInOverlap(solution.point, kind == .equilibrium))
  }

  private func sorted(_ candidates: [Candidate]) -> [Candidate] {
    candidates.sorted { a, b in
      let (m, n) = (a.solution.point.m, b.solution.point.m)
      if a.kind != b.kind, a.solution.point.m == 0 || b.solution.point.m == 0 || abs(m - n) < 1e-9 {
        return m == n ? a.kind == .equilibrium : m < n
      }
      if m != n { return m < n }
      return a.freeEnergy < b.freeEnergy
    }
  }

  private func state(_ candidate: Candidate, isDominant: Bool) -> GlassState {
    let (values, errors) = (candidate.solution.observables, candidate.solution.errors)
    func estimate(_ field: KeyPath<GlassObservables, Double>) -> Estimate {
      let error = errors[keyPath: field]
      guard let flaw = candidate.flaw else { return .converged(values[keyPath: field], error: error) }
      return .approximate(values[keyPath: field], error: error, reason: flaw)
    }
    return GlassState(
      ansatz: candidate.ansatz, kind: candidate.kind, overlap: estimate(\.overlap), freeEnergy: estimate(\.freeEnergy),
      lowestOverlap: estimate(\.lowest), outerOverlap: estimate(\.q0), innerOverlap: estimate(\.q1),
      scaledParisiParameter: estimate(\.y), response: estimate(\.response), complexity: estimate(\.complexity),
      innerReplicon: estimate(\.inner), outerReplicon: estimate(\.outer), isStable: candidate.isRight,
      isDominant: isDominant, temperature: temperature)
  }
}
