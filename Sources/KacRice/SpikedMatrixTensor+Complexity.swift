// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension Quantity {
  /// The matrix part of the energy per N.
  public static let energy2: Quantity = "energy2"
  /// The tensor part of the energy per N.
  public static let energyp: Quantity = "energyp"
}

extension SpikedMatrixTensor {
  /// Annealed complexity at given matrix and tensor parts of the energy, u = e2 + ep and r = 2 e2 + p ep.
  ///
  /// What is left out is maximised over, as in ``KacRice/SphericalLandscape/dominantPoints(of:overlap:energy:radial:)``.
  ///
  /// - Parameters:
  ///   - points: which stationary points are counted.
  ///   - m: overlap with the signal, in (-1, 1).
  ///   - e2: matrix part of H/N; needs the matrix channel.
  ///   - ep: tensor part of H/N; needs the tensor channel.
  ///   - u: energy H/N.
  ///   - r: radial derivative x.grad H/N. Of `e2`, `ep`, `u`, `r` at most two are given.
  /// - Returns: the maximum; ``energyParts(energy:radial:)`` splits its energy.
  /// - Throws: `DomainError` for numbers outside their domain, an absent channel, or more than two of the four.
  /// - Complexity: closed form at given overlap.
  ///
  /// Source: arXiv:1902.00139; theory sheet *spherical landscapes*, section 1.
  public func dominantPoints(
    of points: StationaryPoints = .all, overlap m: Double? = nil, energy2 e2: Double?, energyp ep: Double?,
    energy u: Double? = nil, radial r: Double? = nil
  ) throws(DomainError) -> StationaryPointCount {
    let order = Double(p)
    for (quantity, value, channel) in [(Quantity.energy2, e2, delta2), (.energyp, ep, deltap)] {
      guard let value else { continue }
      guard value.isFinite else { throw DomainError(quantity, value, allowed: "finite \(quantity)") }
      guard channel.isFinite else { throw DomainError(quantity, value, allowed: "left out: the channel is absent") }
    }
    guard [e2, ep, u, r].count(where: { $0 != nil }) <= 2 else {
      throw DomainError(
        e2 != nil ? .energy2 : .energyp, e2 ?? ep ?? 0,
        allowed: "at most two of energy2, energyp, energy, radial, which determine the others")
    }
    switch (e2, ep, u, r) {
    case (nil, nil, _, _): return try dominantPoints(of: points, overlap: m, energy: u, radial: r)
    case (let e2?, let ep?, _, _):
      return try dominantPoints(of: points, overlap: m, energy: e2 + ep, radial: 2 * e2 + order * ep)
    case (let e2?, nil, let u?, _):
      return try dominantPoints(of: points, overlap: m, energy: u, radial: 2 * e2 + order * (u - e2))
    case (let e2?, nil, nil, let r?):
      return try dominantPoints(of: points, overlap: m, energy: e2 + (r - 2 * e2) / order, radial: r)
    case (nil, let ep?, let u?, _):
      return try dominantPoints(of: points, overlap: m, energy: u, radial: 2 * (u - ep) + order * ep)
    case (nil, let ep?, nil, let r?):
      return try dominantPoints(of: points, overlap: m, energy: ep + (r - order * ep) / 2, radial: r)
    case (let value?, nil, nil, nil), (nil, let value?, nil, nil):
      // With one channel only, its part is the energy.
      guard delta2.isFinite, deltap.isFinite else { return try dominantPoints(of: points, overlap: m, energy: value) }
      if let m { try KacRiceQuestions.overlap.checked(m) }
      let sign: Double = points == .maxima ? -1 : 1
      let part = GivenAxes.PartEnergy(degree: e2 == nil ? p : 2, value: sign * value)
      return AnnealedCounting(landscape: self, points: points, sign: sign)
        .dominantPoints(m: m, given: GivenAxes(part: part))
    }
  }

  /// Annealed complexity at given parts of the energy; otherwise as ``dominantPoints(of:overlap:energy2:energyp:energy:radial:)``.
  public func complexity(
    of points: StationaryPoints = .all, overlap m: Double? = nil, energy2 e2: Double?, energyp ep: Double?
  ) throws(DomainError) -> Estimate {
    try dominantPoints(of: points, overlap: m, energy2: e2, energyp: ep).complexity
  }

  /// The matrix and tensor parts of an energy: e2 = (p u - r)/(p - 2), ep = (r - 2u)/(p - 2).
  ///
  /// - Parameters:
  ///   - u: energy H/N.
  ///   - r: radial derivative x.grad H/N.
  /// - Returns: both parts per N; their sum is u.
  public func energyParts(energy u: Double, radial r: Double) -> (matrix: Double, tensor: Double) {
    let order = Double(p)
    return ((order * u - r) / (order - 2), (r - 2 * u) / (order - 2))
  }
}
