// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import ReplicaMethod
import SaddlepointCore
import SaddlepointTestSupport
import Testing

/// The prior that a reference row names.
func prior(of row: ReferenceRow, _ key: String = "prior") throws -> Prior {
  guard case .text(let text)? = row.inputs[key] else { return .gaussian }
  let words = text.replacing("_", with: "-").split(separator: " ")
  let rho = words.count > 1 ? Double(words[1]) : row["rho"].isNaN ? nil : row["rho"]
  if words[0] == "mix" {
    return try .mixture([
      .init(weight: 0.3, mean: -1, deviation: 0.5), .init(weight: 0.5, mean: 0.25),
      .init(weight: 0.2, mean: 2, deviation: 0.1),
    ])
  }
  return try Prior.named(String(words[0]), rho: rho)
}

@Suite struct ScalarGaussianChannelTests {
  /// 25 digits by mpmath: composite Gauss-Legendre sums of the defining expectations, at 45 digits.
  private static let exact = ReferenceRow.rows(of: "scalar_channel")

  @Test func holdsAgainstMultiplePrecision() throws {
    #expect(Self.exact.count > 200)
    for row in Self.exact {
      let channel = ScalarGaussianChannel(prior: try prior(of: row))
      let values = try channel.values(snr: row["gamma"])
      let estimate: Estimate
      switch row.quantity {
      case "psi": estimate = values.freeEntropy
      case "Q": estimate = values.overlap
      case "mmse": estimate = values.mmse
      case "Q'": estimate = values.overlapSlope
      default: estimate = values.overlapCurvature
      }
      let truth = row.number
      let value = try estimate.get()
      if abs(truth) < 1e-280 {
        #expect(abs(value) < 1e-200, "\(row): \(value)")
        continue
      }
      #expect(abs(value - truth) <= estimate.error, "\(row): \(value), error \(estimate.error)")
      if row.quantity != "Q''" { #expect(estimate.error <= 1e-12 * abs(truth), "\(row): \(estimate.error / truth)") }
    }
  }

  @Test func referenceRows() throws {
    let rows = ReferenceRow.rows(of: "spiked_replica").filter { $0.model == "scalar Gaussian channel" }
    #expect(rows.count == 12)
    for row in rows {
      let values = try ScalarGaussianChannel(prior: prior(of: row)).values(snr: row["gamma"])
      let value = try (row.quantity.hasPrefix("Q") ? values.overlap : values.freeEntropy).get()
      #expect(abs(value - row.number) <= row.uncertainty + 1e-15, "\(row): \(value)")
    }
  }

  @Test func gaussianClosedFormIsTheQuadrature() throws {
    // The same law as two halves goes the numerical way.
    let halves = try Prior.mixture([
      .init(weight: 1, mean: 0, deviation: 1), .init(weight: 3, mean: 0, deviation: 1),
    ])
    #expect(!halves.isGaussian)
    for g in [1e-8, 1e-3, 0.5, 20, 1e4, 1e6] {
      let exact = try ScalarGaussianChannel(prior: .gaussian).values(snr: g)
      let sum = try ScalarGaussianChannel(prior: halves).values(snr: g)
      for path in [
        \ScalarGaussianChannel.Values.freeEntropy, \.overlap, \.mmse, \.overlapSlope, \.overlapCurvature,
      ] {
        let (a, b) = (try exact[keyPath: path].get(), try sum[keyPath: path].get())
        #expect(abs(a - b) <= 1e-12 * abs(a), "\(g): \(a) \(b)")
      }
      #expect(exact.overlap.status == .exact)
    }
  }

  @Test func smallSignalSeries() throws {
    // Q = g - (2 - k3^2) g^2/2 + (15 - 12 k3^2 - 6 k4 + k4^2) g^3/6 for a centred prior of unit variance.
    for rho in [0.1, 0.21, 0.4] {
      let values = try ScalarGaussianChannel(prior: .twoGroup(rho: rho)).values(snr: 1e-4)
      let k3 = (1 - 2 * rho) / (rho * (1 - rho)).squareRoot()
      let k4 = 1 + k3 * k3
      let g = 1e-4
      let series = g - (2 - k3 * k3) * g * g / 2 + (15 - 12 * k3 * k3 - 6 * k4 + k4 * k4) * g * g * g / 6
      #expect(abs(try values.overlap.get() - series) < 1e4 * g * g * g * g)
    }
  }

  @Test func refusesWhatIsNoSignalToNoiseRatio() {
    for g in [-1, .nan, .infinity] {
      #expect(throws: DomainError.self) { try ScalarGaussianChannel(prior: .rademacher).values(snr: g) }
    }
  }
}
