// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension SphericalSpinGlass {
  /// The critical temperature, or energy, of a line.
  ///
  /// - Parameters:
  ///   - line: one of the model's lines, such as `.dynamic`.
  ///   - covariance: coefficients xi_k >= 0 of degrees k >= 1.
  ///   - signal: coefficients phi_k; empty for none.
  ///   - signalScale: factor of phi.
  /// - Returns: one element for each solution by increasing critical value; one element whose `value.value` is nil, with
  ///   status and reason, where there is none.
  /// - Throws: `DomainError` for coefficients outside their domain, and for lines with parameters of their own that have no
  ///   default.
  /// - Complexity: milliseconds; without signal and random field one maximisation.
  public static func threshold(
    _ line: Line<SphericalSpinGlass>, covariance: Mixture, signal: Mixture = [:], signalScale: Double = 1
  ) throws(DomainError) -> [CriticalPoint] {
    // The coefficients are checked by the model itself.
    _ = try SphericalSpinGlass(covariance: covariance, signal: signal, signalScale: signalScale)
    var names: [Quantity] = []
    var values: [Value] = []
    for (prefix, mixture) in [("xi", covariance), ("phi", signal)] {
      for term in mixture.entries {
        names.append(Quantity(prefix + String(term.degree)))
        values.append(.number(term.coefficient))
      }
    }
    names.append(.signalScale)
    values.append(.number(signalScale))
    for parameter in line.declaration.ownParameters {
      guard let value = parameter.defaultValue else {
        throw DomainError.missing(parameter.quantity, needed: "a value must be given")
      }
      names.append(parameter.quantity)
      values.append(value)
    }
    return try line.solve(for: line.declaration.unknowns[0], at: Point(names, values))
  }
}
