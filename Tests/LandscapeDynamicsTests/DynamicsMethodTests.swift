// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LandscapeDynamics
import LandscapeModels
import SaddlepointCore
import SaddlepointTestSupport
import Testing

@Suite struct DynamicsMethodTests {
  private func dynamics(_ method: DynamicsMethod, inertia: Inertia = .overdamped) throws -> SphericalDynamics {
    try SphericalDynamics(
      SphericalSpinGlass(covariance: [3: 0.5]), temperature: 0.3, inertia: inertia, method: method)
  }

  @Test(.enabled(if: runsSlowTests))
  func methodsAgreeWithinTheirErrors() throws {
    let (uniform, ratios) = (try dynamics(.uniform), try dynamics(.longTime))
    for t in [0.5, 3, 12] {
      let (a, b) = (try uniform.state(at: t).energy, try ratios.state(at: t).energy)
      #expect(abs(try a.get() - b.get()) <= a.error + b.error && b.error < 1e-5)
      let (c, d) = (
        try uniform.state(at: t, waitingTime: 0.3 * t).correlation,
        try ratios.state(at: t, waitingTime: 0.3 * t).correlation
      )
      #expect(abs(try c.get() - d.get()) <= c.error + d.error && d.error < 1e-5)
    }
  }

  @Test func whatDoesNotFitIntoMemoryIsRefusedWithItsSize() throws {
    let model = try dynamics(.uniform)
    try model.checkReach(100)
    #expect(throws: DomainError.self) { try model.checkReach(1000) }
    MemoryLimit.$bytes.withValue(1e6) {
      #expect {
        try model.state(at: 1)
      } throws: { error in
        let words = (error as? DomainError)?.allowed ?? ""
        return words.contains("memory >= ") && words.contains("(bytes)")
      }
    }
    // The long-time scheme needs little, however late.
    try MemoryLimit.$bytes.withValue(1e8) { try dynamics(.automatic).checkReach(1e6) }
  }

  @Test func ratiosHaveNoMass() throws {
    let ball = Inertia.heavyBall(mass: 1, friction: 1)
    #expect(throws: DomainError.self) { try dynamics(.longTime, inertia: ball) }
    let late = try dynamics(.automatic, inertia: ball).state(at: 1e3).energy
    #expect(late.value == nil && late.status.reason?.contains("method uniform") == true)
  }

  @Test func tooEarlyForRatiosIsSaid() throws {
    let early = try dynamics(.longTime).state(at: 1e-6).energy
    #expect(early.value == nil && early.status.name == "not-converged")
  }
}
