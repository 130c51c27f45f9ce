// SPDX-License-Identifier: GPL-3.0-or-later

/// Which critical points of an empirical risk are counted.
public enum RiskPoints: String, Sendable, Hashable, CaseIterable {
  /// All of them.
  case all
  /// Those whose Hessian has a non-negative bulk: minima, up to finitely many negative directions.
  case minima
  /// Those of these whose direction towards the signal is stable at its typical value: a lower bound on true minima.
  case strictMinima = "strict-minima"
}
