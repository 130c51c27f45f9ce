// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
public import SaddlepointCore

/// The law of a signal's independent components: a finite mixture of Gaussians and atoms.
///
/// Every prior has second moment 1, except ``bernoulli(rho:)``, whose values are 0 and 1. `rho` is the fraction of non-zero
/// components, or the size of the first of two groups.
public struct Prior: Sendable, Hashable {
  /// One Gaussian of the mixture; an atom where the variance is 0.
  public struct Component: Sendable, Hashable {
    /// Its probability, in (0, 1].
    public let weight: Double
    /// Its mean.
    public let mean: Double
    /// Its variance, >= 0.
    public let variance: Double

    /// A component with the given weight, mean and variance.
    package init(weight: Double, mean: Double, variance: Double) {
      self.weight = weight
      self.mean = mean
      self.variance = variance
    }
  }

  /// The word after `--prior`, without rho: `sparse-rademacher`, or `mixture:` with its components.
  public let name: String
  /// Fraction of non-zero components or size of the first group; nil for priors without a parameter.
  public let rho: Double?
  /// The components; their weights add up to 1.
  public let components: [Component]
  /// E x, exactly 0 where the law is centred.
  public let mean: Double
  /// E x^2: 1, or rho for `bernoulli`.
  public let secondMoment: Double

  private init(_ name: String, rho: Double? = nil, mean: Double = 0, secondMoment: Double = 1, _ parts: [Component]) {
    self.name = name
    self.rho = rho
    self.mean = mean
    self.secondMoment = secondMoment
    components = parts
  }

  /// Standard normal components; the same as a signal uniform on the sphere |x|^2 = N.
  public static let gaussian = Prior("gaussian", [Component(weight: 1, mean: 0, variance: 1)])

  /// Components -1 and 1 with equal probability.
  public static let rademacher = Prior(
    "rademacher", [Component(weight: 0.5, mean: -1, variance: 0), Component(weight: 0.5, mean: 1, variance: 0)])

  /// Components 1 with probability rho, else 0: second moment rho, nothing is divided by rho.
  ///
  /// - Parameter rho: in (0, 1).
  /// - Returns: the prior.
  /// - Throws: `DomainError` for a rho outside (0, 1).
  public static func bernoulli(rho: Double) throws(DomainError) -> Prior {
    try SharedParameter.rho.checked(rho)
    return Prior(
      "bernoulli", rho: rho, mean: rho, secondMoment: rho,
      [Component(weight: 1 - rho, mean: 0, variance: 0), Component(weight: rho, mean: 1, variance: 0)])
  }

  /// Normal components of variance 1/rho with probability rho, else 0.
  ///
  /// - Parameter rho: in (0, 1).
  /// - Returns: the prior.
  /// - Throws: `DomainError` for a rho outside (0, 1).
  public static func gaussBernoulli(rho: Double) throws(DomainError) -> Prior {
    try SharedParameter.rho.checked(rho)
    return Prior(
      "gauss-bernoulli", rho: rho,
      [Component(weight: 1 - rho, mean: 0, variance: 0), Component(weight: rho, mean: 0, variance: 1 / rho)])
  }

  /// Components 1/sqrt(rho) and -1/sqrt(rho) with probability rho/2 each, else 0.
  ///
  /// - Parameter rho: in (0, 1).
  /// - Returns: the prior.
  /// - Throws: `DomainError` for a rho outside (0, 1).
  public static func sparseRademacher(rho: Double) throws(DomainError) -> Prior {
    try SharedParameter.rho.checked(rho)
    let value = 1 / rho.squareRoot()
    return Prior(
      "sparse-rademacher", rho: rho,
      [
        Component(weight: 1 - rho, mean: 0, variance: 0), Component(weight: rho / 2, mean: -value, variance: 0),
        Component(weight: rho / 2, mean: value, variance: 0),
      ])
  }

  /// Two groups of sizes rho and 1 - rho: sqrt((1-rho)/rho) with probability rho, else -sqrt(rho/(1-rho)).
  ///
  /// - Parameter rho: size of the first group, in (0, 1).
  /// - Returns: the prior, centred and of unit variance.
  /// - Throws: `DomainError` for a rho outside (0, 1).
  public static func twoGroup(rho: Double) throws(DomainError) -> Prior {
    try SharedParameter.rho.checked(rho)
    return Prior(
      "two-group", rho: rho,
      [
        Component(weight: rho, mean: ((1 - rho) / rho).squareRoot(), variance: 0),
        Component(weight: 1 - rho, mean: -(rho / (1 - rho)).squareRoot(), variance: 0),
      ])
  }

  /// A part of a user's mixture, before it is normalised.
  public struct Part: Sendable, Hashable {
    /// Its weight, > 0 and finite; only ratios of weights matter.
    public let weight: Double
    /// Its mean, finite.
    public let mean: Double
    /// Its standard deviation, >= 0 and finite; 0 makes an atom.
    public let deviation: Double

    /// A part of the given weight, mean and standard deviation; validity is checked by ``Prior/mixture(_:)``.
    public init(weight: Double, mean: Double, deviation: Double = 0) {
      self.weight = weight
      self.mean = mean
      self.deviation = deviation
    }
  }

  /// Any finite mixture of Gaussians and atoms, scaled to unit second moment and weights that add up to 1.
  ///
  /// - Parameter parts: from 1 to 64 parts.
  /// - Returns: the prior. Its name holds the parts as given.
  /// - Throws: `DomainError` for no or too many parts, weights that are not positive and finite, means that are not finite,
  ///   negative or infinite deviations, and a second moment that is zero or not representable.
  public static func mixture(_ parts: [Part]) throws(DomainError) -> Prior {
    let text =
      "mixture:"
      + parts.map { part in
        "\(plain(part.weight))@\(plain(part.mean))" + (part.deviation == 0 ? "" : "+-\(plain(part.deviation))")
      }.joined(separator: ",")
    func refuse(_ allowed: String) -> DomainError { DomainError(.prior, text, allowed: allowed) }
    guard (1...64).contains(parts.count) else { throw refuse("a mixture of 1 to 64 parts WEIGHT@MEAN+-SD") }
    for part in parts {
      guard part.weight > 0, part.weight.isFinite else { throw refuse("weights > 0 and finite") }
      guard part.mean.isFinite else { throw refuse("finite means") }
      guard part.deviation >= 0, part.deviation.isFinite else { throw refuse("standard deviations >= 0 and finite") }
    }
    let total = parts.reduce(0) { $0 + $1.weight }
    let square = parts.reduce(0) { $0 + $1.weight / total * ($1.mean * $1.mean + $1.deviation * $1.deviation) }
    guard total.isFinite, square > 1e-200, square < 1e200 else {
      throw refuse("a mixture whose second moment can be scaled to 1")
    }
    let scale = 1 / square.squareRoot()
    let components = parts.map { part in
      Component(
        weight: part.weight / total, mean: part.mean * scale,
        variance: part.deviation * scale * (part.deviation * scale))
    }
    let mean = components.reduce(0) { $0 + $1.weight * $1.mean }
    let size = components.reduce(0) { $0 + $1.weight * abs($1.mean) }
    // What only rounding leaves of a centred law counts as zero: the uninformative fixed point depends on it.
    return Prior(text, mean: abs(mean) <= 8 * Double.ulpOfOne * size ? 0 : mean, components)
  }

  /// The families of priors with a parameter rho.
  public enum Family: String, Sendable, Hashable, CaseIterable {
    /// ``Prior/bernoulli(rho:)``.
    case bernoulli
    /// ``Prior/gaussBernoulli(rho:)``.
    case gaussBernoulli = "gauss-bernoulli"
    /// ``Prior/sparseRademacher(rho:)``.
    case sparseRademacher = "sparse-rademacher"
    /// ``Prior/twoGroup(rho:)``.
    case twoGroup = "two-group"

    /// The member of the family.
    ///
    /// - Parameter rho: in (0, 1).
    /// - Returns: the prior.
    /// - Throws: `DomainError` for a rho outside (0, 1).
    public func prior(rho: Double) throws(DomainError) -> Prior {
      switch self {
      case .bernoulli: try .bernoulli(rho: rho)
      case .gaussBernoulli: try .gaussBernoulli(rho: rho)
      case .sparseRademacher: try .sparseRademacher(rho: rho)
      case .twoGroup: try .twoGroup(rho: rho)
      }
    }
  }

  /// Whether this is the standard normal law, for which closed forms exist.
  public var isGaussian: Bool { components.count == 1 && mean == 0 && components[0].variance == secondMoment }
  /// Whether every component is one of finitely many values.
  package var isDiscrete: Bool { components.allSatisfy { $0.variance == 0 } }

  /// Whether E x = 0, so that nothing about the signal is known beforehand.
  public var isCentred: Bool { mean == 0 }

  /// Whether x and -x have the same law.
  package var isEven: Bool {
    mean == 0
      && components.allSatisfy { part in
        part.mean == 0
          || components.contains {
            $0.mean == -part.mean && $0.variance == part.variance && $0.weight == part.weight
          }
      }
  }

  /// E x^3.
  public var thirdMoment: Double {
    components.reduce(0) { $0 + $1.weight * $1.mean * ($1.mean * $1.mean + 3 * $1.variance) }
  }
}

extension Prior {
  /// The priors of the command, in the order of listings.
  package static let choices: [Parameter.Choice] = [
    .init("gaussian", "standard normal; the same as uniform on the sphere"),
    .init("rademacher", "-1 and 1 with equal probability"),
    .init("bernoulli", "1 with probability rho, else 0; second moment rho", shorthand: .rho),
    .init("gauss-bernoulli", "normal of variance 1/rho with probability rho, else 0", shorthand: .rho),
    .init("sparse-rademacher", "+-1/sqrt(rho) with probability rho, else 0", shorthand: .rho),
    .init("two-group", "two groups of sizes rho and 1 - rho, centred and of unit variance", shorthand: .rho),
    .init(
      "mixture", "Gaussians and atoms, scaled to unit second moment",
      syntax: .init(placeholder: "WEIGHT@MEAN+-SD,...") { text in
        do throws(DomainError) {
          _ = try parsed(text)
          return nil
        } catch {
          return error.allowed
        }
      }),
  ]

  /// Whether the prior of a name has the parameter rho.
  package static func hasFraction(_ name: String) -> Bool {
    choices.contains { $0.name == name && $0.shorthand != nil }
  }

  /// The prior of a name and a rho, as a table's row gives them.
  ///
  /// - Parameters:
  ///   - name: one of ``choices``.
  ///   - rho: the fraction; nil for priors that have none.
  ///   - prior: the name of the prior's parameter, for messages.
  ///   - fraction: the name of rho's parameter, for messages.
  /// - Returns: the prior.
  /// - Throws: `DomainError` for an unknown name, and a rho that is missing, superfluous or outside (0, 1).
  package static func named(
    _ name: String, rho: Double?, prior: Quantity = .prior, fraction: Quantity = .rho
  ) throws(DomainError) -> Prior {
    if let family = Family(rawValue: name) {
      guard let rho else {
        throw DomainError.missing(fraction, needed: "0 < \(fraction) < 1 for the prior \(name)")
      }
      do throws(DomainError) { return try family.prior(rho: rho) } catch {
        throw DomainError(fraction, rho, allowed: "0 < \(fraction) < 1")
      }
    }
    if let rho { throw DomainError(fraction, rho, allowed: "nothing: the prior \(name) has no such parameter") }
    switch name {
    case "gaussian": return .gaussian
    case "rademacher": return .rademacher
    default:
      guard name.hasPrefix("mixture:") else {
        throw DomainError(prior, name, allowed: choices.map(\.name).joined(separator: ", "))
      }
      do throws(DomainError) { return try parsed(String(name.dropFirst("mixture:".count))) } catch {
        throw DomainError(prior, name, allowed: error.allowed)
      }
    }
  }

  /// The prior at a point of a table; Gaussian where the point names none.
  package static func at(
    _ point: Point, prior: Quantity = .prior, rho: Quantity = .rho
  ) throws(DomainError) -> Prior {
    guard point[prior] != nil else { return .gaussian }
    return try named(point.word(prior), rho: point.optionalNumber(rho), prior: prior, fraction: rho)
  }

  /// Refuses every prior but the Gaussian one, for questions that are about the sphere.
  package static func requireGaussian(at point: Point) throws(DomainError) {
    guard point[.prior] != nil else { return }
    let name = try point.word(.prior)
    if name != gaussian.name { throw DomainError(.prior, name, allowed: "gaussian, for this question") }
  }

  /// A mixture from `WEIGHT@MEAN+-SD,...`; a part without `+-SD` is an atom.
  private static func parsed(_ text: String) throws(DomainError) -> Prior {
    var parts: [Part] = []
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
      let refusal = DomainError(.prior, "mixture:\(text)", allowed: "parts written WEIGHT@MEAN or WEIGHT@MEAN+-SD")
      let halves = entry.split(separator: "@", omittingEmptySubsequences: false)
      guard halves.count == 2, let weight = Double(halves[0]) else { throw refusal }
      var mean = halves[1]
      var deviation = 0.0
      if let sign = halves[1].firstRange(of: "+-") {
        guard let width = Double(halves[1][sign.upperBound...]) else { throw refusal }
        mean = halves[1][..<sign.lowerBound]
        deviation = width
      }
      guard let place = Double(mean) else { throw refusal }
      parts.append(Part(weight: weight, mean: place, deviation: deviation))
    }
    return try mixture(parts)
  }
}
