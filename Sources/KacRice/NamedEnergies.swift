// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

/// The energies at which marginal states exist in a landscape without a signal.
public struct MarginalRange: Sendable, Hashable {
  /// Lower end.
  public let low: Estimate
  /// Where marginal states are most numerous.
  public let typical: Estimate
  /// Upper end.
  public let high: Estimate
  /// Their complexity there.
  public let complexity: Estimate
}

extension SphericalLandscape {
  /// The ground-state energy of the noise landscape: where the complexity of minima vanishes.
  ///
  /// Minima that are stationary in r are parametrised by chi: y = 1/(a chi) - chi, u = -(y v + a chi),
  /// Sigma = [log(1 + y/chi) - y/(chi + y) - y^2 v]/2; the signal is not looked at.
  ///
  /// - Returns: the energy; `approximate`, a lower bound only, where the outer replicon xi''(0)/(a chi)^2 is 1 or more.
  /// - Complexity: one bracketed root.
  ///
  /// Source: theory sheet *spherical landscapes*, section 10.
  public func groundStateEnergy() -> Estimate { noiseGroundState().energy }

  /// The ground state of the noise landscape: its energy, and the radial derivative r = -(1/chi + b chi) there.
  func noiseGroundState() -> (energy: Estimate, radial: Estimate) {
    let c = LandscapeConstants(covariance)
    let marginal = 1 / c.b.squareRoot()
    func parts(_ chi: Double) -> (y: Double, sigma: Double) {
      let y = 1 / (c.a * chi) - chi
      return (y, 0.5 * (Double.log(onePlus: y / chi) - y / (chi + y) - y * y * c.v))
    }
    func estimates(_ chi: Double, error: Double) -> (energy: Estimate, radial: Estimate) {
      let y = parts(chi).y
      let u = -(y * c.v + c.a * chi)
      let slope = c.v * (1 / (c.a * chi * chi) + 1) - c.a
      let bound = abs(slope) * error + 8 * .ulpOfOne * (y * c.v + c.a * chi)
      let r = -(1 / chi + c.b * chi)
      let radialBound = abs(1 / (chi * chi) - c.b) * error + 4 * r.ulp
      let replicon = covariance.derivative(2, at: 0) / (c.a * chi * c.a * chi)
      guard replicon < 1 else {
        let reason = "the outer replicon is not below 1: a lower bound only"
        return (
          .approximate(u, error: bound, reason: reason), .approximate(r, error: radialBound, reason: reason)
        )
      }
      return (.converged(u, error: bound), .converged(r, error: radialBound))
    }
    // b <= a: no complexity at all, the ground state is the marginal state itself.
    if parts(marginal).sigma <= 0 { return estimates(marginal, error: marginal.ulp) }
    do throws(GSLError) {
      var low = marginal
      while parts(low).sigma > 0 { low *= 0.5 }
      let root = try brentRoot("ground-state energy", in: low...marginal) { parts($0).sigma }
      let chi = root.value
      let h = 1e-5 * chi
      let slope = (parts(chi + h).sigma - parts(chi - h).sigma) / (2 * h)
      let width = root.bracket.upperBound - root.bracket.lowerBound
      return estimates(chi, error: width + 32 * .ulpOfOne / abs(slope))
    } catch {
      let failure = Estimate.notConverged(error.description)
      return (failure, failure)
    }
  }

  /// The threshold energy of the noise landscape: below it the dominant points are minima, above it saddles.
  ///
  /// E_th = -v(sqrt b/a - 1/sqrt b) - a/sqrt b. For mixtures dynamics need not end there.
  ///
  /// - Complexity: closed form.
  ///
  /// Source: theory sheet *spherical landscapes*, section 10.
  public func thresholdEnergy() -> Estimate {
    let c = LandscapeConstants(covariance)
    let scale = c.b.squareRoot()
    return .exact(-c.v * (scale / c.a - 1 / scale) - c.a / scale)
  }

  /// The energy below which saddles with k negative directions vanish: the zero of their complexity; k = 0 is the ground state.
  ///
  /// - Parameter k: number of negative directions, >= 0.
  /// - Returns: the energy E_k, increasing in k.
  /// - Throws: `DomainError` for a negative index.
  /// - Complexity: nested bracketed roots.
  ///
  /// Source: theory sheet *spherical landscapes*, section 10.
  public func energy(ofIndex k: Int) throws(DomainError) -> Estimate {
    guard k >= 0 else { throw DomainError("index", Double(k), allowed: "integer 0 <= index") }
    if k == 0 { return groundStateEnergy() }
    let noise = TwoPolynomials(covariance: covariance, signal: Polynomial([]))
    guard let threshold = thresholdEnergy().value else { return .notConverged("no threshold energy") }
    let sigma = { (u: Double) throws -> Double in
      let estimate = try noise.complexity(of: .index(k), overlap: 0, energy: u)
      return try estimate.get()
    }
    do {
      // For mixtures marginal saddles of every index reach below the threshold energy; for b <= a there are none.
      let atThreshold = try sigma(threshold)
      guard atThreshold > 0 else { return .exact(threshold) }
      let root = try brentRoot("energy of index \(k)", in: 1.4 * threshold...threshold, sigma)
      let h = 1e-6
      let slope = (try sigma(root.value) - sigma(root.value - h)) / h
      let width = root.bracket.upperBound - root.bracket.lowerBound
      return .converged(root.value, error: width + 1e-14 / abs(slope))
    } catch { return .notConverged("\(error)") }
  }

  /// The energies at which marginal states (r = -2 sqrt b) exist in the noise landscape.
  ///
  /// - Returns: both ends, the most populated energy u_c = -2a sqrt b/(a+b), and the complexity there; `outside-domain` where
  ///   no marginal states exist in number.
  /// - Complexity: closed form.
  ///
  /// Source: theory sheet *spherical landscapes*, section 10.
  public func marginalRange() -> MarginalRange {
    let c = LandscapeConstants(covariance)
    let centre = -2 * c.a * c.b.squareRoot() / (c.a + c.b)
    let complexity = 0.5 * (2 + Double.log(c.b / c.a) - 4 * c.b / (c.a + c.b))
    guard complexity >= -1e-15 else {
      let none = Estimate.outsideDomain("no marginal states in exponential number")
      return MarginalRange(low: none, typical: none, high: none, complexity: none)
    }
    // A pure covariance ties energy to radial derivative: the range is one point.
    let variance = c.pureDegree == nil ? c.v - c.a * c.a / (c.a + c.b) : 0
    let half = (2 * max(complexity, 0) * max(variance, 0)).squareRoot()
    return MarginalRange(
      low: .exact(centre - half), typical: .exact(centre), high: .exact(centre + half), complexity: .exact(complexity))
  }

  /// The ends in overlap of the region in which stationary points exist: zeros of their complexity, by increasing overlap.
  ///
  /// The isolated minimum at the signal, where the complexity touches zero from below, is no end.
  ///
  /// - Parameter points: which stationary points.
  /// - Returns: an even number of ends, or none.
  /// - Throws: `DomainError` for points that make no sense.
  /// - Complexity: 800 complexities and a bracketed root for each end.
  ///
  /// Source: theory sheet *spherical landscapes*, section 10.
  public func overlapEnds(of points: StationaryPoints) throws(DomainError) -> [Estimate] {
    let steps = 800
    func overlap(_ y: Double) -> Double { Double.tanh(y) }
    _ = try complexity(of: points, overlap: 0)
    let counting = AnnealedCounting(landscape: self, points: points, sign: points == .maxima ? -1 : 1)
    func sigma(_ y: Double) -> Double { max(counting.height(at: overlap(y)), -1e300) }
    var nodes = (0...steps).map { index -> (y: Double, value: Double) in
      let y = 9 * (2 * Double(index) / Double(steps) - 1)
      return (y, sigma(y))
    }
    // A band or a gap narrower than the scan shows as an extremum: its top or bottom becomes a node.
    for index in 1..<steps {
      let (left, middle, right) = (nodes[index - 1].value, nodes[index].value, nodes[index + 1].value)
      let isTop = middle >= left && middle >= right && middle <= 1e-12 && middle > -1e-2
      let isBottom = middle <= left && middle <= right && middle > 1e-12 && middle < 1e-2
      guard isTop || isBottom, left > -1e200, right > -1e200 else { continue }
      let sign: Double = isTop ? 1 : -1
      let extremum = try? LocalMaximum.of(
        { sign * sigma($0) }, near: nodes[index].y, within: 18 / Double(steps))
      if let extremum, (sign * extremum.value > 1e-12) == isTop { nodes.append((extremum.y, sign * extremum.value)) }
    }
    nodes.sort { $0.y < $1.y }
    var ends: [Estimate] = []
    var last = nodes[0]
    for (y, value) in nodes.dropFirst() {
      // Values within rounding of zero belong to the touching point at the signal.
      if (value > 1e-12) != (last.value > 1e-12) {
        do {
          let root = try brentRoot("end of the overlap range", in: last.y...y) { sigma($0) - 1e-15 }
          let m = overlap(root.value)
          let h = 1e-6
          let slope = (sigma(root.value + h) - sigma(root.value - h)) / (2 * h)
          let width = root.bracket.upperBound - root.bracket.lowerBound
          ends.append(.converged(m, error: (width + 2e-14 / max(abs(slope), 1e-12)) * (1 - m * m) + m.ulp))
        } catch { ends.append(.notConverged("\(error)")) }
      }
      last = (y, value)
    }
    return ends
  }
}
