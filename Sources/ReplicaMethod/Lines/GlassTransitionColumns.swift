// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import SaddlepointCore
import SaddlepointNumerics

/// What the transitions of spherical glasses share.
enum GlassTransition {
  static let columns = [
    Column(.overlap, symbol: "m", "cosine with the signal of the symmetric state"),
    Column("q0", symbol: "q_0", "overlap of different states"),
    Column("q1", symbol: "q_1", "overlap within a state; equal to q0 where the transition is continuous"),
  ]

  static let brokenColumns = columns + [Column(.parisiX, symbol: "x", "Parisi parameter of the jump")]

  /// Places at which a broken solution changes, by increasing temperature.
  static func points(_ glass: SphericalSpinGlass, _ places: (GlassSolver) -> [BrokenPlace]) -> [CriticalPoint] {
    // The temperature is what is looked for; the curves that are followed do not depend on it.
    let found = places(GlassSolver(GlassEquations(xi: glass.covariance, phi: glass.signal, temperature: 0)))
    if found.isEmpty { return [.absent(.temperature, Absence.noTransition)] }
    return found.sorted { $0.temperature < $1.temperature }.map { place in
      CriticalPoint(
        [.temperature: .converged(place.temperature, error: place.error)],
        order: place.isFirstOrder ? .first : .continuous,
        with: [.overlap: place.m, "q0": place.q0, "q1": place.q1, .parisiX: place.x])
    }
  }

  /// Rows by increasing temperature.
  static func points(_ glass: SphericalSpinGlass, _ condition: SymmetricCurves.Condition) -> [CriticalPoint] {
    let places = SymmetricCurves(glass).places(condition)
    if places.isEmpty { return [.absent(.temperature, Absence.noTransition)] }
    return places.sorted { $0.state.temperature < $1.state.temperature }.map { place in
      CriticalPoint(
        [.temperature: .converged(place.state.temperature, error: place.error)],
        order: place.isContinuous ? .continuous : .first,
        with: [.overlap: place.state.m, "q0": place.state.q, "q1": place.q1],
        errors: [.overlap: place.error, "q0": place.error, "q1": place.overlapError + place.error])
    }
  }
}
