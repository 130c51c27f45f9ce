// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
public import SaddlepointCore
import SaddlepointNumerics

/// The exponents of glassy relaxation that one number fixes.
///
/// Gamma(1-a)^2/Gamma(1-2a) = Gamma(1+b)^2/Gamma(1+2b) = lambda: the correlation reaches its plateau as t^-a and leaves it as t^b;
/// the relaxation time diverges with gamma = 1/(2a) + 1/(2b).
///
/// Source: mode-coupling theory; theory sheet *dynamics*, section 3.
public struct RelaxationExponents: Sendable, Hashable {
  /// lambda in (0, 1).
  public let parameter: Double
  /// a in (0, 1/2).
  public let a: Estimate
  /// b > 0; 1 for every pure p-spin model.
  public let b: Estimate
  /// gamma.
  public let gamma: Estimate

  /// The exponents of an exponent parameter; nil unless 0 < lambda < 1.
  public init?(parameter: Double) {
    guard parameter > 0, parameter < 1 else { return nil }
    self.parameter = parameter
    a = Self.approach(parameter)
    b = Self.root("exponent b", 1e-9...40) { x throws(GSLError) in
      2 * (try Special.lgamma(1 + x)) - (try Special.lgamma(1 + 2 * x)) - Double.log(parameter)
    }
    gamma = a.mapped(derivative: a.value.map { 0.5 / ($0 * $0) } ?? 0) { [b] in 0.5 / $0 + 0.5 / (b.value ?? .nan) }
  }

  /// a of Gamma(1-a)^2/Gamma(1-2a) = lambda, for 0 <= lambda < 1.
  package static func approach(_ parameter: Double) -> Estimate {
    if parameter == 0 { return .exact(0.5) }
    // 1/Gamma(1-2a) vanishes at a = 1/2.
    return root("exponent a", 1e-9...(0.5 - 1e-16)) { x throws(GSLError) in
      2 * (try Special.lgamma(1 - x)) - (try Special.lgamma(1 - 2 * x)) - Double.log(parameter)
    }
  }

  private static func root(
    _ name: String, _ bracket: ClosedRange<Double>, _ f: (Double) throws(GSLError) -> Double
  ) -> Estimate {
    do throws(GSLError) {
      let found = try brentRoot(name, in: bracket) { x in
        do throws(GSLError) { return try f(x) } catch { return .nan }
      }
      return .converged(found.value, error: found.estimate.error + 4e-14)
    } catch { return .notConverged("\(error)") }
  }
}
