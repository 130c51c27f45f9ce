// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeModels
import RealModule

/// Posterior mean and variance of one component in the scalar Gaussian channel: weight P0(x) exp(B x - g x^2/2).
///
/// What message passing applies to each component of its field; all that depends on g alone is computed once.
///
/// Source: theory sheet *spiked replica*, section 4; arXiv:1701.00858.
package struct PosteriorMean: Sendable {
  private struct Part {
    let offset: Double
    let linear: Double
    let quadratic: Double
    let mean: Double
    let variance: Double
  }

  private let parts: [Part]

  /// The posterior of a prior at the signal-to-noise ratio g >= 0.
  package init(_ prior: Prior, snr g: Double) {
    parts = prior.components.map { component in
      let (mu, v) = (component.mean, component.variance)
      let shrink = 1 / (1 + g * v)
      return Part(
        offset: Double.log(component.weight) + 0.5 * Double.log(shrink) - 0.5 * g * mu * mu * shrink,
        linear: mu * shrink, quadratic: 0.5 * v * shrink, mean: mu * shrink, variance: v * shrink)
    }
  }

  /// Mean and variance at the field B.
  package func callAsFunction(_ field: Double) -> (mean: Double, variance: Double) {
    var largest = -Double.infinity
    var best = 0
    for k in parts.indices {
      let exponent = parts[k].offset + field * (parts[k].linear + field * parts[k].quadratic)
      if exponent > largest { (largest, best) = (exponent, k) }
    }
    // Moments about the mean of the heaviest part, which lose no digits where it is alone.
    let reference = parts[best].mean + field * parts[best].variance
    var (total, first, second) = (0.0, 0.0, 0.0)
    for part in parts {
      let weight = Double.exp(part.offset + field * (part.linear + field * part.quadratic) - largest)
      let distance = part.mean + field * part.variance - reference
      total += weight
      first += weight * distance
      second += weight * (distance * distance + part.variance)
    }
    first /= total
    return (reference + first, max(0, second / total - first * first))
  }
}
