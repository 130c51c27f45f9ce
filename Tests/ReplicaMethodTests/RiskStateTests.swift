// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LandscapeModels
import SaddlepointCore
import SaddlepointNumerics
import SaddlepointTestSupport
import Testing

@testable import ReplicaMethod

private let rows = ReferenceRow.rows(of: "phase_retrieval_gradient_flow")

private func loss(of row: ReferenceRow) throws -> Loss {
  row.model.hasPrefix("quartic") ? .quartic : try .normalised(a0: row["a"])
}

/// States of the empirical risk against reference rows, identities of the variational formula, and independent routes.
@Suite struct RiskStateTests {
  /// Averages over the law, ten digits.
  @Test func averages() throws {
    let matching = rows.filter { $0.quantity.hasPrefix("avg:") }
    #expect(matching.count > 10)
    for row in matching {
      let a = StateLaw(try loss(of: row), chi: row["chi"], parisi: row["s"], .fine).averages
      let found =
        switch row.quantity.dropFirst(4) {
        case "A": a.displacement
        case "B": a.squaredResponse
        case "C": a.signalResponse
        case "r": a.response
        case "e": a.energy
        case "logZ": a.logNorm
        case "zl": a.virial
        case "absz": a.modulus
        case "jump": a.jump
        default: Double.nan
        }
      #expect(abs(found - row.number) < 1e-11, "\(row)")
    }
  }

  /// States at given alpha; every column within its own error.
  @Test(arguments: [("marginal", RiskStateKind.threshold), ("Sigma0", .groundState), ("maxe", .maximalEnergy)])
  func states(family: String, kind: RiskStateKind) throws {
    let matching = rows.filter {
      $0.quantity.hasPrefix(family + ":") && !$0["alpha"].isNaN || $0.quantity.hasPrefix("maxe") && family == "maxe"
    }
    #expect(!matching.isEmpty)
    var states: [String: RiskState] = [:]
    for row in matching {
      let alpha = row["alpha"].isNaN ? 3 : row["alpha"]
      let key = "\(row.model) \(alpha)"
      let state = try states[key] ?? PhaseRetrieval(alpha: alpha, loss: loss(of: row)).state(kind)
      states[key] = state
      let found: Estimate? =
        switch row.quantity.split(separator: ":")[1] {
        case "chi": state.chi
        case "s": state.parisi
        case "e": state.energy
        case "mu": state.radial
        case "Sigma": state.complexity
        case "BBP": state.signalResponse
        case "edge_minus_mu": state.edgeMismatch
        case "q0_stability": state.overlapStability
        case "outlier_minus_mu": state.outlier
        case "outlier_overlap2": state.outlierOverlapSquared
        default: nil
        }
      let estimate = try #require(found, "\(row)")
      let value = try #require(estimate.value, "\(row)")
      #expect(abs(value - row.number) <= estimate.error + row.uncertainty, "\(row): \(value) +- \(estimate.error)")
      #expect(estimate.error < 1e-9 * max(1, abs(value)), "\(row)")
    }
  }

  /// Transitions along the families of states.
  @Test func transitions() throws {
    let kinds: [String: RiskStateKind] = [
      "alpha_BBP_marginal": .threshold, "alpha_BBP_Sigma0": .groundState, "alpha_BBP_RS": .replicaSymmetric,
    ]
    var count = 0
    for row in rows {
      guard let kind = kinds[row.quantity] else { continue }
      let alpha = try RiskStateSolver.transition(loss(of: row), kind).alpha
      let value = try #require(alpha.value, "\(row): \(alpha.status)")
      #expect(abs(value - row.number) <= alpha.error + row.uncertainty, "\(row): \(value) +- \(alpha.error)")
      #expect(alpha.error < 1e-9, "\(row)")
      count += 1
    }
    #expect(count == 6)
  }

  /// Transition, edge and outlier at a random start.
  @Test func initialization() throws {
    for row in rows where row.quantity.hasPrefix("alpha_BBP_init") {
      let found = try #require(InitialSpectrum(loss(of: row)).transition(.fine), "\(row)")
      switch row.quantity {
      case "alpha_BBP_init:g": #expect(abs(found.resolvent - row.number) < 1e-9, "\(row)")
      case "alpha_BBP_init:overlap2_jump": #expect(abs(found.jump - row.number) < 1e-10, "\(row)")
      default: #expect(abs(found.alpha - row.number) < 1e-10, "\(row)")
      }
    }
    for row in rows where row.quantity.hasPrefix("init:") && !row["alpha"].isNaN {
      let ends = try #require(InitialSpectrum(loss(of: row)).ends(alpha: row["alpha"], .fine), "\(row)")
      let found =
        switch row.quantity {
        case "init:edge": ends.lowerEdge
        case "init:outlier": ends.outlier?.value
        default: ends.outlier?.overlapSquared
        }
      #expect(abs((found ?? .infinity) - row.number) < 1e-10 * max(1, abs(row.number)), "\(row)")
    }
    // The corner of the two regimes.
    for row in rows where row.quantity == "init:alpha_at_a_hard_edge" {
      let corner = try #require(rows.first { $0.quantity == "init:a_hard_edge" }).number
      for a in [corner * (1 - 1e-6), corner * (1 + 1e-6)] {
        let found = try #require(InitialSpectrum(.normalised(a0: a)).transition(.fine))
        #expect(abs(found.alpha - row.number) < 2e-5)
        #expect((found.jump > 0) == (a > corner))
      }
    }
    #expect(try InitialSpectrum(.quartic).transition(.fine) == nil)
  }

  /// Identities that no approximation of the averages fulfils by itself; the multiplier's caught a missed narrow peak.
  @Test(arguments: [(3.0, 0.02), (3, 8), (14, 8), (6, 1)]) func identities(chi scale: Double, s: Double) throws {
    let chi = 1.5 / scale
    let a = StateLaw(.quartic, chi: chi, parisi: s, .fine).averages
    // alpha is where the place lies on the curve.
    let alpha = chi / ((chi + s) * a.displacement)
    #expect(abs(alpha * (a.envelope - a.energy) - 0.5 / (s + chi)) < 1e-12 * alpha)
    #expect(abs(alpha * a.virial - (alpha * a.response - 1 - alpha * a.jump) / chi) < 1e-11 * alpha)
  }

  /// Second derivatives of Phi in chi and s against differences of the first ones, with jumps at h = 0 and elsewhere.
  @Test func secondDerivatives() throws {
    let wavy = try Loss.expression(
      Expression("(z^2-y^2)^2/4 + 0.4*cos(4*z)", variables: Loss.expressionVariables))
    for (loss, chi, s) in [(Loss.quartic, 0.5, 0.8), (.quartic, 0.1, 0.3), (wavy, 0.6, 0.5)] {
      func averages(_ chi: Double, _ s: Double) -> StateLaw.Averages {
        StateLaw(loss, chi: chi, parisi: s, .fine).averages
      }
      func half(_ a: StateLaw.Averages, _ chi: Double) -> Double { 0.5 * a.displacement / (chi * chi) }
      let a = averages(chi, s)
      let h = 1e-4
      let (left, right, below, above) = (
        averages(chi - h, s), averages(chi + h, s), averages(chi, s - h), averages(chi, s + h)
      )
      let perChi = (half(right, chi + h) - half(left, chi - h)) / (2 * h)
      #expect(abs(perChi - (s * a.slopeVariance - a.slopeDecay)) < 1e-5 * abs(perChi))
      #expect(abs((above.envelope - below.envelope) / (2 * h) + a.envelopeVariance) < 1e-5 * a.envelopeVariance)
      #expect(abs((half(above, chi) - half(below, chi)) / (2 * h) + a.covariance) < 1e-5 * abs(a.covariance))
    }
  }

  /// The edge of the bulk and the response of the signal with nodes that are made for its resolvent.
  @Test func spectraAreResolved() throws {
    for alpha in [3.0, 6, 14] {
      let solver = try RiskStateSolver(loss: .quartic, alpha: alpha)
      let state = solver.state(.groundState)
      let (chi, s) = (try state.chi.get(), try state.parisi.get())
      let place = RiskStateSolver.Place(chi: chi, ratio: s / chi)
      let law = StateLaw(.quartic, chi: chi, parisi: s, .fine, keepsNodes: true)
      let edge = StateSpectrum(law, alpha: alpha, isMarginal: false)
      // The edge by averages of which each has its own nodes.
      let there = StateLaw(.quartic, chi: chi, parisi: s, .fine, resolvent: edge.edge).averages
      #expect(edge.isSoft ? abs(alpha * there.squaredResponse - 1) < 1e-9 : alpha * there.squaredResponse < 1)
      #expect(abs(alpha * there.signalResponse - (try state.signalResponse.get())) < 1e-9)
      #expect(solver.complexity(law, place).magnitude < 1e-11)
    }
  }

  /// A third route: the proximal point by minimisation on a grid of fields, for a loss with a gap away from z = 0.
  @Test func proximalPointByMinimisation() throws {
    let loss = try Loss.expression(
      Expression("(z^2-y^2)^2/4 + 0.4*cos(4*z)", variables: Loss.expressionVariables))
    for (y, chi) in [(0.4, 0.6), (1.3, 0.6), (1.9, 0.9)] {
      let set = ProximalSet(loss, label: y, chi: chi)
      for k in 1...10 {
        let h = 0.257 * Double(k)
        var best = (z: 0.0, value: Double.infinity)
        for i in 0...800 {
          let z = 5e-3 * Double(i)
          let value = chi * loss.jet(label: y, prediction: z).value + 0.5 * (z - h) * (z - h)
          if value < best.value { best = (z, value) }
        }
        #expect(set.pieces.contains { $0.lowerBound - 6e-3 <= best.z && best.z <= $0.upperBound + 6e-3 })
      }
      for gap in set.gaps where gap.field > 0 {
        let map = ProximalMap(loss: loss, label: y, chi: chi)
        #expect(abs(map.field(gap.end) - gap.field) < 1e-10)
        #expect(abs(map.field(gap.end - gap.width) - gap.field) < 1e-10)
      }
    }
  }

  /// d complexity = s d(alpha e) along the curve, and the scale of the loss.
  @Test func scaleOfTheLoss() throws {
    let scaled = try Loss.expression(Expression("3*(z^2-y^2)^2/4", variables: Loss.expressionVariables))
    let (a, b) = (
      try PhaseRetrieval(alpha: 6).state(.threshold), try PhaseRetrieval(alpha: 6, loss: scaled).state(.threshold)
    )
    #expect(try abs(3 * b.chi.get() - a.chi.get()) < 1e-11)
    #expect(try abs(b.energy.get() - 3 * a.energy.get()) < 1e-11)
    #expect(try abs(b.complexity.get() - a.complexity.get()) < 1e-11)
    #expect(try abs(b.signalResponse.get() - a.signalResponse.get()) < 1e-10)
  }

  /// What the formulas do not cover is refused.
  @Test func refusals() throws {
    let odd = try Loss.expression(Expression("(z-y)^2", variables: Loss.expressionVariables))
    #expect(throws: DomainError.self) { try PhaseRetrieval(alpha: 3, loss: odd).state(.threshold) }
    #expect(throws: DomainError.self) { try InitialSpectrum(odd) }
    #expect(throws: DomainError.self) { try PhaseRetrieval(alpha: 3, noise: 0.1).state(.threshold) }
    // Below the number of samples at which labels can be fitted there is no state.
    let easy = try PhaseRetrieval(alpha: 1.1).state(.replicaSymmetric)
    guard case .outsideDomain = easy.energy.status else {
      Issue.record("\(easy.energy)")
      return
    }
  }
}
