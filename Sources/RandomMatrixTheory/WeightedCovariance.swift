// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
public import SaddlepointCore
public import SaddlepointNumerics

/// The spectrum of H = (1/N) sum over mu <= alpha N of w_mu xi_mu xi_mu^T, with weights that may depend on planted directions.
///
/// xi has independent standard entries; s holds the components of xi along a few orthonormal directions, and the law of
/// (w, s) is arbitrary: atoms, nodes of a quadrature, or samples. With r = g w/(1 - g w), g the Stieltjes transform,
/// lambda(g) = 1/g + alpha E[w/(1 - g w)], P = E[r^2], B = alpha E[(s s^T - I) r]: the support ends where alpha P = 1, and an
/// eigenvalue of B beyond 1 there belongs to an outlier. Complex entries change nothing.
///
/// Source: theory sheet *phase retrieval bayes*, section 4; arXiv:1702.06435, arXiv:1708.05932.
public struct WeightedCovariance: Sendable {
  /// Why a side of the spectrum ends where it does.
  public enum EdgeKind: String, Sendable, Hashable {
    /// The density vanishes like a square root.
    case soft
    /// The weights end in a tail too thin to make a square-root edge.
    case tail
    /// The edge is 0, an atom of the kernel of H.
    case kernel
    /// The weights are not bounded on this side: no edge, no outlier.
    case unbounded
  }

  /// A side of the spectrum.
  public enum Side: Sendable, Hashable {
    /// Below the bulk.
    case lower
    /// Above it.
    case upper
  }

  /// An end of the support.
  public struct Edge: Sendable, Hashable {
    /// What kind of end it is.
    public let kind: EdgeKind
    /// Its place; nil where the side is unbounded.
    public let position: Double?
    /// The Stieltjes transform there; infinite for the kernel.
    let g: Double
  }

  /// An isolated eigenvalue.
  public struct Outlier: Sendable, Hashable {
    /// Its place.
    public let position: Double
    /// Squared norm of its unit eigenvector's part in the span of the planted directions.
    public let overlapSquared: Double
    /// The squared components along each of the planted directions; they add up to ``overlapSquared``.
    public let componentsSquared: [Double]
  }

  /// A connected part of the support.
  public struct Band: Sendable, Hashable {
    /// Its lower end.
    public let lowerEdge: Double
    /// Its upper end.
    public let upperEdge: Double
  }

  /// M/N.
  public let alpha: Double
  /// The weights.
  public let weights: [Double]
  /// Their probabilities, which add up to 1.
  public let probabilities: [Double]
  /// The components of xi along the planted directions, `directions` numbers for each weight.
  public let projections: [Double]
  /// Number of planted directions.
  public let directions: Int
  /// Infimum of the weights; minus infinity where they are not bounded.
  public let lowest: Double
  /// Supremum of the weights; infinite where they are not bounded.
  public let highest: Double
  /// Whether the weights given are all values that occur.
  public let isAtomic: Bool

  /// A matrix whose weights take a few values, independent of every direction.
  ///
  /// - Parameters:
  ///   - alpha: number of terms per dimension, finite and > 0.
  ///   - atoms: weights with their probabilities, which are divided by their sum.
  /// - Throws: `DomainError` for an alpha that is not positive, no atoms, weights that are not finite, and probabilities that
  ///   are not positive and finite.
  public init(alpha: Double, atoms: [(weight: Double, probability: Double)]) throws(DomainError) {
    guard alpha > 0, alpha.isFinite else { throw DomainError("alpha", alpha, allowed: "0 < alpha") }
    let total = atoms.reduce(0) { $0 + $1.probability }
    guard !atoms.isEmpty, total.isFinite,
      atoms.allSatisfy({ $0.weight.isFinite && $0.probability > 0 && $0.probability.isFinite })
    else {
      throw DomainError("weights", "given", allowed: "finite weights with positive probabilities")
    }
    var merged: [Double: Double] = [:]
    for atom in atoms { merged[atom.weight, default: 0] += atom.probability / total }
    let sorted = merged.sorted { $0.key < $1.key }
    self.alpha = alpha
    weights = sorted.map(\.key)
    probabilities = sorted.map(\.value)
    projections = []
    directions = 0
    lowest = weights.first ?? 0
    highest = weights.last ?? 0
    isAtomic = true
  }

  /// A matrix whose law of weights and projections is given by nodes: a quadrature or samples.
  ///
  /// - Parameters:
  ///   - alpha: number of terms per dimension, finite and > 0.
  ///   - weights: w at the nodes.
  ///   - probabilities: weights of the nodes, which add up to 1.
  ///   - directions: number of planted directions.
  ///   - projections: s at the nodes, `directions` numbers each; for one direction only its square matters.
  ///   - extremes: exact infimum and supremum of w, infinite where it is not bounded.
  /// - Throws: `DomainError` for an alpha that is not positive, or arrays that do not fit each other.
  public init(
    alpha: Double, weights: [Double], probabilities: [Double], directions: Int, projections: [Double],
    extremes: (lowest: Double, highest: Double)
  ) throws(DomainError) {
    guard alpha > 0, alpha.isFinite else { throw DomainError("alpha", alpha, allowed: "0 < alpha") }
    guard !weights.isEmpty, weights.count == probabilities.count, projections.count == directions * weights.count,
      weights.allSatisfy(\.isFinite)
    else {
      throw DomainError("weights", "given", allowed: "finite weights, as many probabilities and projections")
    }
    self.alpha = alpha
    self.weights = weights
    self.probabilities = probabilities
    self.projections = projections
    self.directions = directions
    lowest = extremes.lowest
    highest = extremes.highest
    isAtomic = false
  }

  // MARK: Functions of g

  /// lambda(g).
  public func position(_ g: Double) -> Double {
    if g.isInfinite { return 0 }
    var sum = 0.0
    for i in weights.indices { sum += probabilities[i] * weights[i] / (1 - g * weights[i]) }
    return 1 / g + alpha * sum
  }

  /// P(g) = E[r^2].
  public func spread(_ g: Double) -> Double {
    var sum = 0.0
    for i in weights.indices {
      let r = ratio(g, weights[i])
      sum += probabilities[i] * r * r
    }
    return sum
  }

  private func ratio(_ g: Double, _ w: Double) -> Double {
    let x = g * w
    return x / (1 - x)
  }

  /// B(g) by rows.
  private func response(_ g: Double) -> [Double] {
    let k = directions
    var matrix = [Double](repeating: 0, count: k * k)
    for i in weights.indices {
      let r = alpha * probabilities[i] * ratio(g, weights[i])
      for a in 0..<k {
        for b in 0...a {
          let entry = r * (projections[i * k + a] * projections[i * k + b] - (a == b ? 1 : 0))
          matrix[a * k + b] += entry
          if a != b { matrix[b * k + a] += entry }
        }
      }
    }
    return matrix
  }

  /// Eigenvalues of B(g) from the largest, with unit eigenvectors.
  private func modes(_ g: Double) throws(GSLError) -> [(value: Double, vector: [Double])] {
    let k = directions
    if k == 0 { return [] }
    let b = response(g)
    if k == 1 { return [(b[0], [1])] }
    let system = try SymmetricEigensystem(Matrix(rows: k, columns: k, b), withVectors: true)
    return (0..<k).reversed().map { index in
      (system.values[index], system.vectors[index])
    }
  }

  // MARK: Edges

  /// The end of the support on a side.
  ///
  /// - Parameter side: below or above.
  /// - Returns: the edge, its kind, and its place where there is one.
  /// - Throws: `GSLError` where the equation of the edge has no root.
  /// - Complexity: about 50 sums over the nodes.
  public func edge(_ side: Side) throws(GSLError) -> Edge {
    // Below, everything is as above for the weights' negatives.
    let sign = side == .upper ? 1.0 : -1
    let extreme = side == .upper ? highest : -lowest
    if extreme == .infinity { return Edge(kind: .unbounded, position: nil, g: 0) }
    let excess = { (g: Double) in alpha * spread(sign * g) - 1 }
    var top: Double
    if extreme > 0 {
      top = (1 - 1e-13) / extreme
      let isPole = isAtomic || excess(top) > 0
      if !isPole {
        let g = sign / extreme
        return Edge(kind: .tail, position: position(g), g: g)
      }
    } else {
      let rank = alpha * zip(weights, probabilities).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.1) }
      guard rank > 1 else { return Edge(kind: .kernel, position: 0, g: sign * .infinity) }
      top = 1
      while excess(top) < 0 {
        top *= 8
        guard top < 1e200 else { throw .invalid("edge of a weighted covariance matrix") }
      }
    }
    let bottom = 1e-12 * top
    guard excess(bottom) < 0 else { throw .overflow("alpha is too large for the edge") }
    let root = try brentRoot("edge of a weighted covariance matrix", in: Double.log(bottom)...Double.log(top)) {
      excess(Double.exp($0))
    }
    let g = sign * Double.exp(root.value)
    return Edge(kind: .soft, position: position(g), g: g)
  }

  /// The outliers beyond an end of the support, the one farthest from the bulk first.
  ///
  /// - Parameter side: below or above.
  /// - Returns: as many as B has eigenvalues larger than 1 at the edge.
  /// - Throws: `GSLError` where an edge or eigenvalue cannot be computed.
  /// - Complexity: about 50 sums over the nodes for each.
  public func outliers(_ side: Side) throws(GSLError) -> [Outlier] {
    let edge = try edge(side)
    guard directions > 0, edge.kind != .unbounded else { return [] }
    let sign = side == .upper ? 1.0 : -1
    var end = abs(edge.g)
    if end.isInfinite { end = 1e12 / max(abs(lowest), abs(highest), 1e-300) }
    let atEdge = try modes(sign * end)
    var found: [Outlier] = []
    for index in atEdge.indices where atEdge[index].value > 1 {
      var failure: GSLError?
      let root = try brentRoot("outlier", in: (1e-12 * end)...end) { g in
        do throws(GSLError) { return try modes(sign * g)[index].value - 1 } catch {
          failure = error
          return .nan
        }
      }
      if let failure { throw failure }
      let g = sign * root.value
      let u = try modes(g)[index].vector
      var tilted = 0.0
      for i in weights.indices {
        var component = 0.0
        for a in 0..<directions { component += u[a] * projections[i * directions + a] }
        let r = ratio(g, weights[i])
        tilted += probabilities[i] * (component * component - 1) * r * r
      }
      let overlap = (1 - alpha * spread(g)) / (1 + alpha * tilted)
      found.append(
        Outlier(
          position: position(g), overlapSquared: overlap, componentsSquared: u.map { $0 * $0 * overlap }))
    }
    return found
  }

  /// The bands of the support of a law of atoms, from below; the atom at 0 is none of them.
  ///
  /// In x = 1/g the map x -> lambda rises exactly where alpha E[w^2/(x-w)^2] < 1, which is convex between neighbouring weights.
  ///
  /// - Returns: the bands; for laws that are not atomic the hull of the support, if that is bounded.
  /// - Throws: `GSLError` where an edge cannot be computed.
  public func bands() throws(GSLError) -> [Band] {
    guard isAtomic else {
      guard let a = try edge(.lower).position, let b = try edge(.upper).position else { return [] }
      return [Band(lowerEdge: a, upperEdge: b)]
    }
    let poles = weights.filter { $0 != 0 }
    guard let first = poles.first, let last = poles.last else { return [] }
    let excess = { (x: Double) -> Double in
      var sum = 0.0
      for i in weights.indices where weights[i] != 0 {
        let r = weights[i] / (x - weights[i])
        sum += probabilities[i] * r * r
      }
      return alpha * sum - 1
    }
    let place = { (x: Double) -> Double in
      var sum = 0.0
      for i in weights.indices { sum += probabilities[i] * weights[i] / (x - weights[i]) }
      return x * (1 + alpha * sum)
    }
    let reach = max(abs(first), abs(last)) * (2 + 2 * alpha.squareRoot())
    func root(_ a: Double, _ b: Double) throws(GSLError) -> Double {
      place(try brentRoot("edge of a band", in: a...b, excess).value)
    }
    func beside(_ pole: Double, _ direction: Double, _ room: Double) -> Double {
      var step = 1e-3 * min(room, abs(pole) * alpha.squareRoot())
      while excess(pole + direction * step) < 0 { step *= 0.25 }
      return pole + direction * step
    }
    var edges = [try root(first - reach, beside(first, -1, reach))]
    for (a, b) in zip(poles, poles.dropFirst()) {
      let lowest = try minimum("gap between bands", in: beside(a, 1, b - a)...beside(b, -1, b - a), excess)
      guard lowest.value < 0 else { continue }
      edges.append(try root(beside(a, 1, b - a), lowest.position))
      edges.append(try root(lowest.position, beside(b, -1, b - a)))
    }
    edges.append(try root(beside(last, 1, reach), last + reach))
    return stride(from: 0, to: edges.count - 1, by: 2).map { Band(lowerEdge: edges[$0], upperEdge: edges[$0 + 1]) }
  }

  /// Mass of the atom at 0, 1 - alpha P(w != 0) where that is positive.
  public var atom: Double {
    max(0, 1 - alpha * zip(weights, probabilities).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.1) })
  }

  // MARK: Density

  /// Density of the continuous part and Stieltjes transform at a place.
  ///
  /// Solves lambda - i eta = 1/g + alpha E[w/(1-gw)] by Newton's method, eta going down to 0.
  ///
  /// - Parameter x: the place; 0 only where no atom is there.
  /// - Returns: density and the real part of int rho/(x - y); nil where the iteration does not settle.
  public func density(at x: Double) -> (density: Double, stieltjes: Double)? {
    let hasKernel = alpha * zip(weights, probabilities).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.1) } <= 1
    if x == 0, hasKernel { return nil }
    var eta = 10 * max(1, abs(x))
    let norm = x * x + eta * eta
    var (re, im) = (x / norm, eta / norm)
    var steps = 0
    while true {
      var isSettled = false
      for _ in 0..<80 {
        // F = 1/g + alpha E[w/(1-gw)] - x + i eta, F' = -1/g^2 + alpha E[w^2/(1-gw)^2].
        let size = re * re + im * im
        let (ir, ii) = (re / size, -im / size)
        var (fr, fi) = (ir - x, ii + eta)
        var (dr, di) = (-(ir * ir - ii * ii), -2 * ir * ii)
        for i in weights.indices {
          let w = weights[i]
          let (a, b) = (1 - re * w, -im * w)
          let inverse = w / (a * a + b * b)
          let (qr, qi) = (a * inverse, -b * inverse)
          let p = alpha * probabilities[i]
          fr += p * qr
          fi += p * qi
          dr += p * (qr * qr - qi * qi)
          di += 2 * p * qr * qi
        }
        let d = dr * dr + di * di
        var (sr, si) = ((fr * dr + fi * di) / d, (fi * dr - fr * di) / d)
        // Never to leave the upper half plane.
        while im - si < 0 && abs(si) > 1e-300 {
          sr *= 0.5
          si *= 0.5
        }
        re -= sr
        im -= si
        guard re.isFinite, im.isFinite else { return nil }
        // At an edge the step stays larger than the residual tells: two roots merge there.
        let isExact = fr * fr + fi * fi <= 1e-30 * (x * x + 1 / size)
        if isExact || sr * sr + si * si <= 1e-30 * (re * re + im * im) {
          isSettled = true
          break
        }
      }
      if eta == 0 {
        // In a gap the imaginary part goes to 0 slowly at first and then at once.
        guard isSettled || im <= 1e-12 * abs(re) else { return nil }
        return (im / .pi > 1e-14 * abs(re) ? im / .pi : 0, re)
      }
      eta *= 0.4
      steps += 1
      if eta < 1e-13 * max(1, abs(x)) || steps > 60 { eta = 0 }
    }
  }
}
