// SPDX-License-Identifier: GPL-3.0-or-later

import KacRice
import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointTestSupport
import Testing

@Suite struct RidgeTests {
  /// Theory sheet *glm landscapes*, section 8: ridge regression, alpha = 0.7, r = 1, Delta = 1.
  @Test func ridgeRegressionIsOnePoint() throws {
    let risk = try EmpiricalRisk(alpha: 0.7, loss: .squared, label: .linear, noise: 1)
    let q = 0.2905189950
    // q = m, so that the cosine is sqrt(q). The slow tests find the norm, too.
    let top = try risk.dominantPoints(
      of: .minima, ridge: 1, norm: runsSlowTests ? nil : q, overlap: q.squareRoot())
    #expect(abs(try top.complexity.get()) < 1e-9)
    #expect(abs(try top.norm.get() - q) < 2e-7)
    #expect(abs(try #require(top.scalars.s) - 0.7094810050) < 1e-7)
    // Elsewhere there are none.
    for (norm, cosine) in [(q * 1.1, q.squareRoot()), (q, q.squareRoot() - 0.05)].prefix(runsSlowTests ? 2 : 1) {
      let other = try risk.dominantPoints(of: .minima, ridge: 1, norm: norm, overlap: cosine)
      #expect(try other.complexity.get() < -1e-4)
    }
  }

  @Test(arguments: [RiskPoints.all, .minima])
  func theSphereIsARidgeOfItsOwn(points: RiskPoints) throws {
    // Held at norm 1 by r = -mu, the typical points are those of the sphere.
    let risk = try EmpiricalRisk(alpha: 8, loss: .quartic, label: .abs)
    let sphere = try risk.dominantPoints(of: points, overlap: 0.2)
    let ridge = try risk.dominantPoints(of: points, ridge: -sphere.radial.get(), norm: 1, overlap: 0.2)
    #expect(abs(try ridge.complexity.get() - sphere.complexity.get()) < 1e-10)
    #expect(abs(try ridge.energy.get() - sphere.energy.get()) < 1e-9)
  }

  /// cos(2z + phase) with a uniform phase is, for many samples, a stationary Gaussian field on R^N.
  ///
  /// Its points at norm q under a ridge follow from the law of the gradient and the semicircle:
  /// Sigma = 1/2 log(q/g) - r^2 q/(2g) + r^2/(2J^2) + log J, with g = alpha E l'^2 and J^2 = alpha E l''^2, for r < J
  /// (Fyodorov, Phys. Rev. Lett. 92, 240601 (2004), where the maximum over q is 1/2(r^2/J^2 - 1) - log(r/J)).
  @Test func stationaryGaussianField() throws {
    let loss = try Loss.expression(Expression("cos(2*z+7*y)", variables: Loss.expressionVariables))
    func deviation(_ alpha: Double, _ share: Double, _ norm: Double, _ cosine: Double) throws -> Double {
      let risk = try EmpiricalRisk(alpha: alpha, loss: loss, label: .linear)
      let (g, j) = (2 * alpha, (8 * alpha).squareRoot())
      let r = share * j
      let q = norm * g / (r * r)
      let found = try risk.dominantPoints(of: .all, ridge: r, norm: q, overlap: cosine).complexity.get()
      let exact =
        0.5 * Double.log(q / g) - r * r * q / (2 * g) + 0.5 * share * share + Double.log(j)
        + 0.5 * Double.log(1 - cosine * cosine)
      return found - exact
    }
    for (share, norm, cosine) in [(0.5, 1.0, 0.0), (0.3, 0.4, 0), (0.7, 1.5, 0.3)] {
      let (few, many) = (try deviation(500, share, norm, cosine), try deviation(5000, share, norm, cosine))
      // What is left falls like one over the number of samples.
      #expect(abs(many) < 2e-3)
      #expect(abs(few / many - 10) < 0.3, "\(few) \(many)")
    }
    // The total number, at the norm where it is largest.
    let risk = try EmpiricalRisk(alpha: 5000, loss: loss, label: .linear)
    let top = try risk.dominantPoints(of: .all, ridge: 0.5 * (8 * 5000.0).squareRoot())
    #expect(abs(try top.complexity.get() - (0.5 * (0.25 - 1) + Double.log(2))) < 2e-3)
    #expect(abs(try top.norm.get() - 1) < 0.01)
  }

  @Test(arguments: [RiskPoints.all, .minima])
  func slopesAreDerivatives(points: RiskPoints) throws {
    // At the maximum over norms Sigma is stationary: values beside it are lower by the square of the distance.
    let risk = try EmpiricalRisk(alpha: 8, loss: .quartic, label: .abs)
    let top = try risk.dominantPoints(of: points, ridge: 0.5, overlap: 0.3)
    let (q, value) = (try top.norm.get(), try top.complexity.get())
    for step in [-1e-3, 1e-3] {
      let beside = try risk.dominantPoints(of: points, ridge: 0.5, norm: q * (1 + step), overlap: 0.3)
      let fall = value - (try beside.complexity.get())
      #expect(fall > 0 && fall < 1e-5)
    }
  }

  @Test func badInput() throws {
    let risk = try EmpiricalRisk(alpha: 8, loss: .quartic, label: .abs)
    #expect(throws: DomainError.self) { try risk.dominantPoints(of: .strictMinima, ridge: 1) }
    #expect(throws: DomainError.self) { try risk.dominantPoints(of: .all, ridge: 1, norm: 0) }
    #expect(throws: DomainError.self) { try risk.dominantPoints(of: .all, ridge: .infinity) }
  }
}
