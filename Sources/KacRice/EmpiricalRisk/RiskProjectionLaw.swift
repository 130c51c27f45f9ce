// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
package import SaddlepointCore

/// The law of the projections (z, w) of the data at critical points whose gradients over single samples have a given size.
///
/// At finite N the sum of l'^2 over the samples of a counted point fluctuates more than anything else, because the complexity
/// is nearly flat in its conjugate a. These laws lie along that crest: a is held, the other scalars are at their saddle point.
package struct RiskProjectionLaw: Sendable {
  /// (1/N) log of the number of such points, relative to the most numerous ones of all.
  package let relativeComplexity: Double
  private let system: RiskSystem
  private let scalars: RiskScalars

  init(relativeComplexity: Double, system: RiskSystem, scalars: RiskScalars) {
    self.relativeComplexity = relativeComplexity
    self.system = system
    self.scalars = scalars
  }

  /// Whether the points are minima, so that 1 + s l'' > 0 bounds the law for infinite N.
  package var isOfMinima: Bool { system.branch.isOfMinima }

  private func common(z: Double, w: Double, first: Double) -> Double {
    let p = scalars
    return -0.5 * (z * z + w * w) - 0.5 * p.a * first * first
      + first * (p.lambda * system.measure.sine * w - (p.s + p.h) * z)
  }

  /// The logarithm of the density, up to a constant, with the zero at the wall 1 + S l'' = 0 filled up.
  ///
  /// - Parameters:
  ///   - z: projection on the point.
  ///   - w: projection on the signal's direction orthogonal to it.
  ///   - first: l' there.
  ///   - second: l'' there.
  ///   - softness: width in 1 + S l'' over which the wall is blurred, as it is at finite N; > 0.
  /// - Returns: the logarithm.
  package func logDensity(z: Double, w: Double, first: Double, second: Double, softness: Double) -> Double {
    let p = scalars
    let x = 1 + p.s * second
    let common = common(z: z, w: w, first: first)
    guard isOfMinima else {
      let square = x * x + p.t * p.t * second * second
      // |1 + S l''| is nowhere below t/|S|.
      let least = p.t * p.t / (p.s * p.s + p.t * p.t)
      return common + 0.5 * Double.log(square + max(0, softness * softness - least))
    }
    let u = x / softness
    let soft = u > 30 ? x : softness * Double.log(onePlus: Double.exp(u))
    guard soft > 0 else { return -.infinity }
    return common + Double.log(soft) - p.h / (p.s * soft)
  }

  /// The logarithm of a density, up to a constant, that is concentrated on both sides of the wall 1 + s l'' = 0.
  ///
  /// - Parameters:
  ///   - z: projection on the point.
  ///   - w: projection on the signal's direction orthogonal to it.
  ///   - first: l' there.
  ///   - second: l'' there.
  ///   - softness: its width in 1 + s l'', > 0.
  /// - Returns: the logarithm.
  package func logDensityAtWall(z: Double, w: Double, first: Double, second: Double, softness: Double) -> Double {
    common(z: z, w: w, first: first) - abs(1 + scalars.s * second) / softness
  }
}

extension EmpiricalRisk {
  /// Laws of the projections of the data along the crest of the complexity in a.
  ///
  /// - Parameters:
  ///   - points: which points.
  ///   - overlap: m in (-1, 1).
  ///   - spacing: distance of neighbours in log a.
  ///   - depth: the crest is followed to where the complexity is so far below its maximum.
  /// - Returns: the laws by increasing a; empty where no saddle point was found.
  /// - Throws: `DomainError` as for the complexity, or for noise.
  package func projectionLaws(
    of points: RiskPoints, overlap: Double, spacing: Double, depth: Double
  ) throws(DomainError) -> [RiskProjectionLaw] {
    try checkKacRice(overlap: overlap, energy: nil)
    guard noise == 0 else { throw DomainError(.noise, noise, allowed: "noise = 0 (the law is drawn without noise)") }
    let solver = RiskSolver(self)
    guard let root = try? solver.solve(points, RiskPlace(alpha: alpha, overlap: overlap), tolerance: 1e-6),
      root.doubt == nil
    else { return [] }
    return solver.crest(root, spacing: spacing, depth: depth)
  }
}

extension RiskSolver {
  /// Saddle points in the other scalars on both sides of a root, with a held.
  fileprivate func crest(_ root: RiskRoot, spacing: Double, depth: Double) -> [RiskProjectionLaw] {
    let system = RiskSystem(measure: measure(root.place), branch: root.branch, place: root.place)
    let top = evaluation(Waypoint(branch: root.branch, place: root.place, scalars: root.scalars)).complexity
    func side(_ step: Double) -> [RiskProjectionLaw] {
      var laws: [RiskProjectionLaw] = []
      var (before, p) = (root.scalars, root.scalars)
      // Beyond a factor of e^8 nothing is left of the law that began it.
      for k in 1...max(1, Int(8 / abs(step))) {
        var place = root.place
        place.heldScale = root.scalars.a * Double.exp(step * Double(k))
        let x = coordinates(p, root.branch)
        let guess = scalars(zip(x, coordinates(before, root.branch)).map { 2 * $0 - $1 }, root.branch, like: p)
        guard let found = newton(guess, root.branch, place, .coarse, accuracy: 1e-4),
          isPlausible(found.scalars, root.branch)
        else { break }
        (before, p) = (p, found.scalars)
        let complexity = found.evaluation.complexity - top
        guard complexity > -depth, complexity < depth else { break }
        laws.append(RiskProjectionLaw(relativeComplexity: complexity, system: system, scalars: p))
      }
      return laws
    }
    let middle = RiskProjectionLaw(relativeComplexity: 0, system: system, scalars: root.scalars)
    return side(-spacing).reversed() + [middle] + side(spacing)
  }
}
