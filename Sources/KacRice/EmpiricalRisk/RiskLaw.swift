// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

/// The spectrum of the Hessian at typical counted points of an empirical risk.
public struct RiskHessian: Sendable, Hashable {
  /// Lower edge of the bulk; `outside-domain` where l'' has no lower bound.
  public let lowerEdge: Estimate
  /// The isolated eigenvalue of the signal's direction below the bulk; `outside-domain` where none is detached.
  public let outlier: Estimate
  /// Squared projection of its eigenvector on the signal's direction in the tangent space.
  public let outlierOverlapSquared: Estimate
  /// mu = x.grad L/N; adding it gives the Euclidean Hessian.
  public let radial: Estimate
  /// Where the points are, and how many.
  public let points: RiskPointCount
}

extension RiskSystem {
  /// The logarithm of the weight of a node, without the law of the data.
  func logWeight(_ p: RiskScalars, z: Double, w: Double, value: Double, first l1: Double, second l2: Double) -> Double {
    let x = 1 + p.s * l2
    let common =
      -0.5 * p.a * l1 * l1 - radialMultiplier(p) * z * l1 + p.lambda * measure.sine * l1 * w - p.beta * value
    guard branch.isOfMinima else { return common + 0.5 * Double.log(x * x + p.t * p.t * l2 * l2) }
    guard x > 0 else { return -.infinity }
    let outlier = p.k * (l2 * w * w + p.s * p.q * l1 * (2 * l2 * w - p.q * l1))
    return common + (p.h * l2 + outlier) / x + Double.log(x)
  }
}

/// The law of (z*, z) at counted points, as a sum over nodes.
struct RiskLaw {
  let alpha: Double
  let nodes: RiskNodes
  let weights: [Double]
  let radial: Double
  let isBalanced: Bool

  init(_ root: RiskRoot, _ measure: RiskMeasure, _ nodes: RiskNodes) {
    let system = RiskSystem(measure: measure, branch: root.branch, place: root.place)
    let logs = (0..<nodes.count).map { i in
      nodes.logWeight[i]
        + system.logWeight(
          root.scalars, z: nodes.z[i], w: nodes.w[i], value: nodes.value[i], first: nodes.first[i],
          second: nodes.second[i])
    }
    let top = logs.max() ?? 0
    var weights = logs.map { Double.exp($0 - top) }
    let total = weights.reduce(0, +)
    for i in weights.indices { weights[i] /= total }
    self.nodes = nodes
    self.weights = weights
    alpha = root.place.alpha
    radial = alpha * weights.indices.reduce(0) { $0 + weights[$1] * nodes.first[$1] * nodes.z[$1] }
    isBalanced = measure.isBalanced
  }

  private func mean(_ f: (Int) -> Double) -> Double {
    var total = 0.0
    for i in weights.indices where weights[i] > 1e-25 { total += weights[i] * f(i) }
    return total
  }

  /// zeta(S) - mu: the place, in the spectrum of the Hessian, where the Stieltjes transform of its bulk is S.
  func place(_ s: Double) -> Double {
    alpha * mean { nodes.second[$0] / (1 + s * nodes.second[$0]) } - 1 / s - radial
  }

  /// B(S) = S^2 dzeta/dS, which vanishes at an edge.
  func gap(_ s: Double) -> Double {
    1 - alpha * s * s
      * mean {
        let g = nodes.second[$0] / (1 + s * nodes.second[$0])
        return g * g
      }
  }

  /// f and df/dLambda where the Stieltjes transform of the bulk is S (theory sheet, section 6).
  func outlier(_ s: Double) -> (value: Double, slope: Double) {
    let mixed = isBalanced ? 0 : mean { nodes.first[$0] * nodes.second[$0] * nodes.w[$0] / (1 + s * nodes.second[$0]) }
    let squared = mean { nodes.first[$0] * nodes.first[$0] / (1 + s * nodes.second[$0]) }
    let diagonal = mean { nodes.second[$0] * nodes.w[$0] * nodes.w[$0] / (1 + s * nodes.second[$0]) }
    let q = mixed / squared
    let bend = mean { i in
      let x = 1 + s * nodes.second[i]
      let own = nodes.second[i] * nodes.w[i] / x
      let other = nodes.first[i] / x
      return own * own - (isBalanced ? 0 : 2 * q * own * other) + q * q * other * other
    }
    let value = alpha * diagonal + alpha * s * mixed * mixed / squared - radial - place(s)
    return (value, -1 - alpha * bend * s * s / gap(s))
  }
}

extension RiskSolver {
  /// The law of (z*, z) at the points of a root.
  func law(_ root: RiskRoot, _ resolution: RiskResolution) -> RiskLaw {
    let measure = measure(root.place)
    return RiskLaw(
      root, measure, nodes(root.branch, root.scalars, measure, resolution, followsWalls: root.branch != .all))
  }

  /// The largest S up to which the bulk's transform is followed from the left: where l'' is smallest; nil if l'' is unbounded.
  private func largestTransform(_ root: RiskRoot) -> Double? {
    // The law of minima ends at the wall.
    if root.branch.isOfMinima, root.meetsWall { return root.scalars.s }
    let measure = measure(root.place)
    func smallest(_ distance: Double) -> Double {
      var least = Double.infinity
      for i in 0...60 {
        for j in -60...60 {
          let y = measure.label(distance * Double(j) / 60)
          least = min(least, risk.loss.jet(label: y, prediction: distance * Double(i) / 60).second)
        }
      }
      return least
    }
    let (near, far) = (smallest(100), smallest(1000))
    guard far > near - 0.01 * abs(near) else { return nil }
    let least = min(near, far, smallest(10))
    return least < 0 ? -1 / least : .infinity
  }

  /// Edge and outlier on one quadrature.
  func spectrum(_ root: RiskRoot, _ resolution: RiskResolution) -> (edge: Double?, outlier: Double?, overlap: Double?) {
    let law = law(root, resolution)
    guard let limit = largestTransform(root) else { return (nil, nil, nil) }
    let start = root.branch.isOfMinima ? root.scalars.s : 1e-3 * min(limit, 1 / max(abs(law.radial), 1e-3))
    var edgeTransform = start
    if start < limit {
      // B falls from 1; where it has not vanished before the end of the support, the edge is there.
      var high = start
      while law.gap(high) > 0, high < limit * (1 - 1e-9), high < 1e12 * start {
        high = limit.isFinite ? min(high * 1.3, limit * (1 - 1e-9)) : high * 1.3
      }
      edgeTransform =
        law.gap(high) > 0 ? high : (try? brentRoot("edge", in: start...high) { law.gap($0) }.value) ?? high
    }
    let edge = law.place(edgeTransform)
    // On this branch the outlier is held at 0.
    if root.branch == .strict { return (edge, 0, -1 / law.outlier(root.scalars.s).slope) }
    var low = edgeTransform
    guard law.outlier(edgeTransform).value < 0 else { return (edge, nil, nil) }
    while law.outlier(low).value < 0, low > 1e-12 * edgeTransform { low *= 0.7 }
    guard let s = try? brentRoot("outlier", in: low...edgeTransform, { law.outlier($0).value }).value else {
      return (edge, nil, nil)
    }
    return (edge, law.place(s), -1 / law.outlier(s).slope)
  }
}

extension EmpiricalRisk {
  /// The spectrum of the Hessian at typical counted points: bulk edge and the outlier of the signal's direction.
  ///
  /// The bulk is the spectrum of a weighted sample covariance whose weights l'' have the law of the counted points; the outlier
  /// solves f(Lambda) = 0 (theory sheet *glm landscapes*, sections 3 and 6). Losses whose second derivative is unbounded above
  /// have no upper edge.
  ///
  /// - Parameters:
  ///   - points: which points are typical.
  ///   - overlap: m in (-1, 1).
  ///   - energy: L/M per sample; nil: the most numerous.
  /// - Returns: edge, outlier and place; `outside-domain` where there is none.
  /// - Throws: `DomainError` as for the complexity.
  /// - Complexity: about 0.3 s.
  public func hessian(
    of points: RiskPoints = .all, overlap: Double = 0, energy: Double? = nil
  ) throws(DomainError) -> RiskHessian {
    try checkKacRice(overlap: overlap, energy: energy)
    let solver = RiskSolver(self)
    do throws(RiskFailure) {
      let root = try solver.solve(points, RiskPlace(alpha: alpha, overlap: overlap, energy: energy))
      let count = RiskPointCount(root)
      let (rough, fine) = (
        solver.spectrum(root, RiskResolution.fine[1]), solver.spectrum(root, RiskResolution.fine[3])
      )
      func estimate(_ a: Double?, _ b: Double?, absent: String) -> Estimate {
        guard let b else { return .outsideDomain(absent) }
        let error = 2 * abs(b - (a ?? .infinity)) + 1e-11 * max(1, abs(b))
        return error.isFinite ? .converged(b, error: error) : .notConverged("the outlier is not resolved", best: b)
      }
      return RiskHessian(
        lowerEdge: estimate(rough.edge, fine.edge, absent: "no-edge: l'' has no lower bound at these points"),
        outlier: estimate(rough.outlier, fine.outlier, absent: "no-outlier"),
        outlierOverlapSquared: estimate(rough.overlap, fine.overlap, absent: "no-outlier"),
        radial: count.radial, points: count)
    } catch {
      let count = RiskPointCount(absent: .notConverged(error.reason), overlap: overlap, energy: energy)
      let none = Estimate.notConverged(error.reason)
      return RiskHessian(
        lowerEdge: none, outlier: none, outlierOverlapSquared: none, radial: none, points: count)
    }
  }

  /// The density of the law of (z*, z) over the samples at typical counted points.
  ///
  /// - Parameters:
  ///   - points: which points are typical.
  ///   - overlap: m in (-1, 1).
  ///   - energy: L/M per sample; nil: the most numerous.
  /// - Returns: a function of (z*, z), normalised to 1; nil where no root was found. Labels without noise only.
  /// - Throws: `DomainError` as for the complexity, or for noise.
  public func projectionDensity(
    of points: RiskPoints = .all, overlap: Double = 0, energy: Double? = nil
  ) throws(DomainError) -> (@Sendable (_ signal: Double, _ z: Double) -> Double)? {
    try checkKacRice(overlap: overlap, energy: energy)
    guard noise == 0 else { throw DomainError(.noise, noise, allowed: "noise = 0 (the law is drawn without noise)") }
    let solver = RiskSolver(self)
    guard let root = try? solver.solve(points, RiskPlace(alpha: alpha, overlap: overlap, energy: energy)),
      root.doubt == nil
    else { return nil }
    let measure = solver.measure(root.place)
    let system = RiskSystem(measure: measure, branch: root.branch, place: root.place)
    let constant = root.evaluation.logZ + Double.log(2 * .pi * measure.sine)
    let scalars = root.scalars
    return { signal, z in
      let w = (signal - overlap * z) / measure.sine
      let jet = measure.loss.jet(label: measure.label(signal), prediction: z)
      return Double.exp(
        system.logWeight(scalars, z: z, w: w, value: jet.value, first: jet.first, second: jet.second)
          - 0.5 * (z * z + w * w) - constant)
    }
  }
}

extension PhaseRetrieval {
  /// The spectrum of the Hessian at typical counted points of the empirical risk.
  ///
  /// - Parameters:
  ///   - points: which points are typical.
  ///   - overlap: m in (-1, 1).
  ///   - energy: L/M per sample; nil: the most numerous.
  /// - Returns: edge, outlier and place; `outside-domain` where there is none.
  /// - Throws: `DomainError` as for the complexity.
  public func hessian(
    of points: RiskPoints = .all, overlap: Double = 0, energy: Double? = nil
  ) throws(DomainError) -> RiskHessian {
    try risk().hessian(of: points, overlap: overlap, energy: energy)
  }
}
