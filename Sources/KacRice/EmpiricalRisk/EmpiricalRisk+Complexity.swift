// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

/// The most numerous critical points of an empirical risk under given constraints: where they are, and how many.
public struct RiskPointCount: Sendable, Hashable {
  /// Overlap m = x.x*/N with the signal.
  public let overlap: Estimate
  /// q = |x|^2/N; 1 on the sphere.
  public let norm: Estimate
  /// Energy per sample, L/M.
  public let energy: Estimate
  /// mu = x.grad L/N.
  public let radial: Estimate
  /// (1/N) log of the mean number; negative where there are none on the exponential scale.
  public let complexity: Estimate
  /// f0, the outlier's function at 0: typical minima are stable towards the signal iff it is >= 0; absent for all points.
  public let outlier: Estimate
  /// Whether the bulk of the Hessian touches zero; nil where not only minima are counted.
  public let isMarginal: Bool?
  /// The scalars of the saddle point.
  public let scalars: Scalars

  /// The scalars of the saddle point, in the symbols of the theory sheet; nil where there is none.
  public struct Scalars: Sendable, Hashable {
    /// Conjugate to the variance of the gradient.
    public let a: Double?
    /// Real part of the Stieltjes transform of the Hessian's bulk at 0.
    public let s: Double?
    /// Its imaginary part; 0 for minima.
    public let t: Double?
    /// Multiplier of the bulk's positivity.
    public let h: Double?
    /// Multiplier of the outlier's positivity.
    public let k: Double?
    /// Auxiliary scalar of the outlier.
    public let q: Double?
    /// Multiplier of the gradient along the signal.
    public let lambda: Double?
    /// Multiplier of the energy; alpha beta = dSigma/de.
    public let beta: Double?
    /// Multiplier of the radial gradient with a ridge; nil on the sphere.
    public let omega: Double?
    /// B, which vanishes for marginal points.
    public let gap: Double?
  }

  init(_ root: RiskRoot, overlapError: Double? = nil, normError: Double? = nil) {
    let found = root.evaluation
    let p = root.scalars
    let isMin = root.branch.isOfMinima
    let status: Status = root.doubt.map(Status.notConverged) ?? .converged
    func estimate(_ x: Double, _ error: Double) -> Estimate {
      Estimate.converged(x, error: error).marked(status)
    }
    overlap = overlapError.map { estimate(root.place.overlap, $0) } ?? .exact(root.place.overlap)
    norm = normError.map { estimate(root.place.norm, $0) } ?? .exact(root.place.norm)
    energy = root.place.energy.map(Estimate.exact) ?? estimate(found.energy, root.energyError)
    radial = estimate(found.radial, root.radialError)
    complexity = estimate(found.complexity, root.complexityError)
    // The equations are those of the unit sphere: S, h and a go like the norm, lambda like its root.
    let size = root.place.norm
    let length = size.squareRoot()
    outlier =
      isMin
      ? estimate(found.outlier / size, root.outlierError / size) : .outsideDomain("defined for minima only")
    isMarginal = isMin ? root.branch != .strict && root.meetsWall : nil
    scalars = Scalars(
      a: size * p.a, s: size * p.s, t: size * p.t, h: isMin ? size * p.h : nil,
      k: root.branch == .strict ? p.k : isMin ? 0 : nil,
      q: isMin ? (root.branch == .strict ? p.q : found.outlierScalar / length) : nil, lambda: length * p.lambda,
      beta: p.beta, omega: root.place.ridge.map { _ in p.omega }, gap: isMin ? found.gap : nil)
  }

  init(absent status: Status, overlap m: Double?, norm q: Double? = 1, energy e: Double?) {
    let none: Estimate
    switch status {
    case .outsideDomain(let reason): none = .outsideDomain(reason)
    default: none = .notConverged(status.reason ?? "no root")
    }
    overlap = m.map(Estimate.exact) ?? none
    norm = q.map(Estimate.exact) ?? none
    energy = e.map(Estimate.exact) ?? none
    radial = none
    complexity = none
    outlier = none
    isMarginal = nil
    scalars = Scalars(a: nil, s: nil, t: nil, h: nil, k: nil, q: nil, lambda: nil, beta: nil, omega: nil, gap: nil)
  }
}

extension EmpiricalRisk {
  /// Refuses what the Kac-Rice formula does not cover.
  func checkKacRice(overlap: Double?, energy: Double?, ridge: Double = 0) throws(DomainError) {
    if noise == 0, alpha <= 1, ridge == 0 {
      throw DomainError(.alpha, alpha, allowed: "alpha > 1 without noise (below, the set of zero loss is flat)")
    }
    if let overlap, !(abs(overlap) < 1) {
      throw DomainError(.overlap, overlap, allowed: "-1 < overlap < 1")
    }
    if let energy, !energy.isFinite { throw DomainError(.energy, energy, allowed: "finite energy") }
  }

  /// The annealed complexity of critical points: (1/N) log of their mean number at given overlap and energy.
  ///
  /// Sigma(m, e) is the extremum over a few scalars of
  /// 1/2 log(1 - m^2) + 1/2 log a - log|S| + alpha log Z, with Z an average over the law of the data
  /// (theory sheet *glm landscapes*, sections 4 to 6; arXiv:1912.02143, arXiv:2602.17779).
  ///
  /// - Parameters:
  ///   - points: which are counted. Minima are those with a non-negative bulk; of these, strict minima have a typical outlier that
  ///     is not negative, which bounds the number of true minima from below.
  ///   - overlap: m = x.x*/N in (-1, 1); nil: maximised over.
  ///   - energy: L/M per sample; nil: maximised over.
  /// - Returns: the complexity, negative where points are exponentially rare; `outside-domain` where none can exist,
  ///   `not-converged` with the reason where no admissible root was found. Annealed: a negative value proves absence, a positive
  ///   one does not prove presence.
  /// - Throws: `DomainError` for an overlap outside (-1, 1), an energy that is not finite, or alpha <= 1 without noise.
  /// - Complexity: about 0.1 s; the branch is followed from many samples at each call.
  public func complexity(
    of points: RiskPoints = .all, overlap: Double? = nil, energy: Double? = nil
  ) throws(DomainError) -> Estimate {
    try dominantPoints(of: points, overlap: overlap, energy: energy).complexity
  }

  /// The most numerous critical points at given overlap and energy: where they are, and how many.
  ///
  /// - Parameters:
  ///   - points: which are counted.
  ///   - overlap: m in (-1, 1); nil: maximised over.
  ///   - energy: L/M per sample; nil: maximised over.
  /// - Returns: place and number, as in ``complexity(of:overlap:energy:)``.
  /// - Throws: `DomainError` as there.
  public func dominantPoints(
    of points: RiskPoints = .all, overlap: Double? = nil, energy: Double? = nil
  ) throws(DomainError) -> RiskPointCount {
    try checkKacRice(overlap: overlap, energy: energy)
    let solver = RiskSolver(self)
    do throws(RiskFailure) {
      guard let overlap else {
        let (root, error) = try solver.maximum(points, alpha: alpha, energy: energy)
        return RiskPointCount(root, overlapError: error)
      }
      let place = RiskPlace(alpha: alpha, overlap: overlap, energy: energy)
      let root = solver.verified(try solver.solve(points, place), points)
      if let doubt = root.doubt, doubt == RiskSolver.unboundedEnergy { throw RiskFailure(reason: doubt) }
      return RiskPointCount(root)
    } catch {
      let status: Status =
        error.reason.hasPrefix("no-") ? .outsideDomain(error.reason) : .notConverged(error.reason)
      return RiskPointCount(absent: status, overlap: overlap, energy: energy)
    }
  }
}

extension EmpiricalRisk {
  /// The most numerous critical points of L(x) + r|x|^2/2 over all of R^N, at given norm, cosine and energy.
  ///
  /// The radial derivative is one more constraint, with a multiplier omega of its own, and -r stands where mu does on the sphere
  /// (theory sheet *glm landscapes*, section 8). The branch is followed from the sphere, where r = -mu.
  ///
  /// - Parameters:
  ///   - points: all, or minima.
  ///   - ridge: r; negative ones are allowed where there are such points.
  ///   - norm: q = |x|^2/N > 0; nil: maximised over, by the slope from q = 1 on.
  ///   - overlap: the cosine with the signal, m/sqrt(q), in (-1, 1).
  ///   - energy: L/M per sample, without the ridge; nil: maximised over.
  /// - Returns: place and number, as on the sphere.
  /// - Throws: `DomainError` for strict minima, a norm that is not positive, or as on the sphere.
  /// - Complexity: about 0.2 s; a second where the norm is maximised over.
  public func dominantPoints(
    of points: RiskPoints = .all, ridge: Double, norm: Double? = nil, overlap: Double = 0, energy: Double? = nil
  ) throws(DomainError) -> RiskPointCount {
    try checkKacRice(overlap: overlap, energy: energy, ridge: ridge)
    guard ridge.isFinite else { throw DomainError("ridge", ridge, allowed: "finite ridge") }
    if let norm, !(norm > 0 && norm.isFinite) { throw DomainError("norm", norm, allowed: "norm > 0") }
    guard points != .strictMinima else {
      throw DomainError(.points, points.rawValue, allowed: "all, minima (the outlier is not constrained with a ridge)")
    }
    let solver = RiskSolver(self)
    var place = RiskPlace(alpha: alpha, overlap: overlap, energy: energy)
    place.ridge = ridge
    do throws(RiskFailure) {
      if let norm {
        place.norm = norm
        return RiskPointCount(solver.verified(try solver.solve(points, place), points))
      }
      let (root, error) = try solver.maximumOverNorms(points, place)
      return RiskPointCount(root, normError: error)
    } catch {
      let status: Status =
        error.reason.hasPrefix("no-") ? .outsideDomain(error.reason) : .notConverged(error.reason)
      return RiskPointCount(absent: status, overlap: overlap, norm: norm, energy: energy)
    }
  }
}

extension PhaseRetrieval {
  /// The annealed complexity of critical points of the empirical risk.
  ///
  /// - Parameters:
  ///   - points: which are counted.
  ///   - overlap: m = x.x*/N in (-1, 1); nil: maximised over.
  ///   - energy: L/M per sample; nil: maximised over.
  /// - Returns: the complexity; see the empirical risk's method of the same name.
  /// - Throws: `DomainError` for an overlap outside (-1, 1), an energy that is not finite, or alpha <= 1 without noise.
  public func complexity(
    of points: RiskPoints = .all, overlap: Double? = nil, energy: Double? = nil
  ) throws(DomainError) -> Estimate {
    try risk().complexity(of: points, overlap: overlap, energy: energy)
  }

  /// The most numerous critical points of the empirical risk: where they are, and how many.
  ///
  /// - Parameters:
  ///   - points: which are counted.
  ///   - overlap: m in (-1, 1); nil: maximised over.
  ///   - energy: L/M per sample; nil: maximised over.
  /// - Returns: place and number.
  /// - Throws: `DomainError` as for the complexity.
  public func dominantPoints(
    of points: RiskPoints = .all, overlap: Double? = nil, energy: Double? = nil
  ) throws(DomainError) -> RiskPointCount {
    try risk().dominantPoints(of: points, overlap: overlap, energy: energy)
  }
}
