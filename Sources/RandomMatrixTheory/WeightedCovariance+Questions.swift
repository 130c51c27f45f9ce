// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore
import SaddlepointNumerics

extension WeightedCovariance: CardedModel {
  /// The declaration of the law.
  public static let card = ModelCard(
    name: "weighted-covariance",
    summary: "Eigenvalues of a sum of rank-one matrices with independent weights of either sign.",
    definition:
      #"H = \frac1N\sum_{\mu\le\alpha N} w_\mu\,\xi_\mu\xi_\mu^T,\quad P(w_\mu = w_i) = p_i,\quad \xi_\mu \sim \mathcal N(0, I_N)"#,
    parameters: [
      Parameter(
        "weights", symbol: "w", "the weights with their probabilities",
        choices: [
          .init(
            "", "values and their probabilities, separated by commas",
            syntax: .init(placeholder: "WEIGHT:PROBABILITY,...") { text in
              do throws(DomainError) {
                _ = try atoms(text)
                return nil
              } catch { return error.allowed }
            })
        ]),
      Parameter("alpha", symbol: "\\alpha", "number of terms per dimension, M/N", domain: .positive),
    ], sources: [.marchenkoPastur, .silversteinChoi])

  /// Weights and probabilities from `WEIGHT:PROBABILITY,...`.
  private static func atoms(_ text: String) throws(DomainError) -> [(weight: Double, probability: Double)] {
    var atoms: [(weight: Double, probability: Double)] = []
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
      guard parts.count == 2, let w = parts[0], let p = parts[1], w.isFinite, p > 0, p.isFinite else {
        throw DomainError("weights", text, allowed: "finite weights with positive probabilities, as in 1:0.5,10:0.5")
      }
      atoms.append((w, p))
    }
    let total = atoms.reduce(0) { $0 + $1.probability }
    guard abs(total - 1) < 1e-9 else {
      throw DomainError("weights", text, allowed: "probabilities that add up to 1")
    }
    return atoms
  }

  private static func law(_ point: Point) throws(DomainError) -> WeightedCovariance {
    try WeightedCovariance(alpha: point.number("alpha"), atoms: atoms(point.word("weights")))
  }

  /// `spectrum weighted-covariance`: one row for each band.
  package static let spectrumBands = Question(
    name: "spectrum", summary: "The bands of the spectrum, from below.", parameters: card.parameters,
    columns: [
      Column("band", "number of the band, from below"),
      Column("lower_edge", symbol: "\\lambda_-", unit: "eigenvalue", "lower edge of the band"),
      Column("upper_edge", symbol: "\\lambda_+", unit: "eigenvalue", "upper edge of the band"),
      Column("atom", "fraction of the eigenvalues that are 0 exactly"),
    ], main: "lower_edge", evidence: .theorem, sources: [.marchenkoPastur, .silversteinChoi],
    formula: #"\lambda = x + \alpha\,\mathbb E\frac{wx}{x-w},\quad \alpha\,\mathbb E\frac{w^2}{(x-w)^2} = 1"#,
    domain: "every alpha > 0 and finite law of weights", example: "--weights 1:0.5,10:0.5 --alpha 3"
  ) { point throws(DomainError) in
    let law = try law(point)
    do throws(GSLError) {
      return try law.bands().enumerated().map { index, band in
        let size = max(abs(band.lowerEdge), abs(band.upperEdge))
        return Answer(
          [.integer(index + 1), .number(band.lowerEdge), .number(band.upperEdge), .number(law.atom)],
          main: .converged(band.lowerEdge, error: 1e-14 * size))
      }
    } catch { return [Answer([.integer(1), .empty, .empty, .empty], main: .notConverged("\(error)"))] }
  }

  /// `spectrum weighted-covariance --at`: density and Stieltjes transform at a place.
  package static let spectrumAt = Question(
    name: "spectrum", summary: "Density and Stieltjes transform at a place.",
    parameters: card.parameters + [SpectrumParameter.place],
    columns: [
      Column("density", symbol: "\\rho", unit: "per eigenvalue", "density of the continuous part"),
      Column(
        "stieltjes", symbol: "g", unit: "per eigenvalue",
        "integral of 1/(x - y) over the law with its atom; the real part inside the bulk"),
    ], evidence: .theorem, sources: [.marchenkoPastur, .silversteinChoi],
    formula: #"x = \frac1g + \alpha\,\mathbb E\frac{w}{1-gw},\quad \rho = \mathrm{Im}\,g/\pi"#,
    domain: "every finite place; not 0 where an atom is there", example: "--weights 1:0.5,10:0.5 --alpha 3 --at 1:30:30"
  ) { point throws(DomainError) in
    let x = try SpectrumParameter.place.checked(point.number("at"))
    return [try law(point).placeAnswer(at: x)]
  }

  /// The cells `density, stieltjes` at a place.
  package func placeAnswer(at x: Double) -> Answer {
    guard let found = density(at: x) else {
      return Answer([.empty, .empty], main: .outsideDomain("no density at an atom or where it diverges"))
    }
    return Answer(
      [.number(found.density), .number(found.stieltjes)],
      main: .converged(found.density, error: 1e-13 * (found.density + abs(found.stieltjes))))
  }
}
