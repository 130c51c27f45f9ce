// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import SaddlepointCore
import Testing

@Suite struct ModelTests {
  @Test(arguments: [
    (2, 1.0, 1.0, "p"), (1001, 1, 1, "p"), (3, 0, 1, "delta2"), (3, -1, 1, "delta2"), (3, .nan, 1, "delta2"),
    (3, 1, 0, "deltap"), (3, 1, -.infinity, "deltap"), (3, .infinity, .infinity, "delta2"),
  ]) func matrixTensorRefuses(p: Int, delta2: Double, deltap: Double, culprit: String) {
    let error = #expect(throws: DomainError.self) {
      try SpikedMatrixTensor(p: p, delta2: delta2, deltap: deltap)
    }
    #expect(error?.parameter.name == culprit)
  }

  @Test func polynomialsOfTheMatrixTensorModel() throws {
    let model = try SpikedMatrixTensor(p: 4, delta2: 0.5, deltap: 0.25)
    // q^2/(2 * 0.5) + q^4/(4 * 0.25) = q^2 + q^4
    for q in [-0.5, 0, 0.3, 1] {
      #expect(abs(model.covariance(q) - (q * q + q * q * q * q)) < 1e-15)
      #expect(abs(model.covariance.derivative(1, at: q) - (2 * q + 4 * q * q * q)) < 1e-15)
      #expect(abs(model.covariance.derivative(2, at: q) - (2 + 12 * q * q)) < 1e-14)
      #expect(abs(model.covariance.derivative(4, at: q) - 24) < 1e-14)
      #expect(model.covariance.derivative(5, at: q) == 0)
    }
    #expect(try SpikedMatrixTensor(p: 4, delta2: .infinity, deltap: 1).covariance.terms.count == 1)
  }

  @Test func spikedTensorIsTheTensorAlone() throws {
    let alone = try SpikedTensor(p: 5, delta: 0.1)
    let limit = try SpikedMatrixTensor(p: 5, delta2: .infinity, deltap: 0.1)
    #expect(alone.covariance == limit.covariance)
    #expect(alone.signal == limit.signal)
    #expect(throws: DomainError.self) { try SpikedTensor(p: 5, delta: .infinity) }
  }

  @Test func glassRefusesDuplicateDegrees() {
    let error = #expect(throws: DomainError.self) { try SphericalSpinGlass(covariance: [3: 1, 3: 2]) }
    #expect(error?.parameter.name == "xi3")
  }

  @Test(arguments: [[:], [1: 1], [3: -1], [0: 1], [3: .nan], [3: .infinity], [2: 0]] as [Mixture])
  func glassRefuses(covariance: Mixture) {
    #expect(throws: DomainError.self) { try SphericalSpinGlass(covariance: covariance) }
  }

  @Test func signalIsScaledAndMayBeNegative() throws {
    let glass = try SphericalSpinGlass(covariance: [3: 1], signal: [1: -0.5, 3: 2], signalScale: 2)
    #expect(glass.signal(0.5) == 2 * (-0.25 + 0.25))
    #expect(glass.signal.derivative(1, at: 0) == -1)
    #expect(throws: DomainError.self) { try SphericalSpinGlass(covariance: [3: 1], signal: [0: 1]) }
    #expect(throws: DomainError.self) { try SphericalSpinGlass(covariance: [3: 1], signalScale: .nan) }
  }

  @Test func cardsKnowTheirParameters() {
    #expect(SpikedMatrixTensor.card.parameters.map(\.quantity) == [.p, .deltap, .delta2, .prior, .rho, .temperature])
    #expect(SphericalSpinGlass.card["xi7"]?.quantity == "xi7")
    #expect(SphericalSpinGlass.card["xi07"] == nil)
    #expect(SphericalSpinGlass.card["phi0"] == nil)
    #expect(SpikedMatrixTensor.card["delta"] == nil)
  }
}
