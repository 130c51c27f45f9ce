// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointCore
package import SaddlepointNumerics

/// What an output channel says at an overlap q: Psi_out, G = E|g_out|^2 and two derivatives of G in q.
///
/// g_out = (E[z|y,w] - w)/V with w of variance q and z - w of variance V = 1 - q. In the real field, with L = log Z_out,
/// the heat equation of Z_out gives dPsi_out/dq = G/2, G = E L'^2, G' = E L''^2, G'' = E[L'''^2 - 2 L''^3].
package struct OutputPoint: Sendable {
  /// Psi_out = E int dy Z_out log Z_out.
  package var psi: Double
  /// G = E|g_out|^2.
  package var g: Double
  /// dG/dq.
  package var slope: Double
  /// d^2G/dq^2.
  package var curvature: Double
  package var psiError: Double
  /// Bound on the relative error of G.
  package var relativeError: Double
  package var slopeError: Double
  package var curvatureError: Double

  /// Values with bounds that rounding sets, `unit` of each value.
  init(psi: Double, g: Double, slope: Double, curvature: Double, unit: Double) {
    (self.psi, self.g, self.slope, self.curvature) = (psi, g, slope, curvature)
    psiError = unit * max(1, abs(psi))
    relativeError = unit
    slopeError = unit * abs(slope)
    curvatureError = 16 * unit * abs(curvature)
  }
}

/// The functions of an output channel of unit-variance z.
package protocol OutputFunction: Sendable {
  /// The functions at an overlap in [0, 1], given with its complement V = 1 - q to full precision.
  func point(_ q: Double, complement v: Double) throws(GSLError) -> OutputPoint
}

/// Noise inside the channel: that of z + sqrt(D) n is the noiseless one at the overlap q/(1+D).
struct NoiseInside<Inner: OutputFunction>: OutputFunction {
  let inner: Inner
  let noise: Double
  /// Whether y is a density that the noise stretches; a sign is not.
  let isDensity: Bool

  func point(_ q: Double, complement v: Double) throws(GSLError) -> OutputPoint {
    let scale = 1 + noise
    var point = try inner.point(q / scale, complement: (v + noise) / scale)
    point.g /= scale
    point.slope /= scale * scale
    point.curvature /= scale * scale * scale
    point.slopeError /= scale * scale
    point.curvatureError /= scale * scale * scale
    if isDensity { point.psi -= 0.5 * Double.log(onePlus: noise) }
    return point
  }
}

/// A constant added to Psi_out, for another choice of the datum.
struct ShiftedOutput<Inner: OutputFunction>: OutputFunction {
  let inner: Inner
  let shift: Double

  func point(_ q: Double, complement v: Double) throws(GSLError) -> OutputPoint {
    var point = try inner.point(q, complement: v)
    point.psi += shift
    return point
  }
}

/// y = z + sqrt(D) n.
struct LinearOutput: OutputFunction {
  let noise: Double

  func point(_ q: Double, complement v: Double) -> OutputPoint {
    let u = v + noise
    return OutputPoint(
      psi: -0.5 * (Double.log(2 * .pi * u) + 1), g: 1 / u, slope: 1 / (u * u), curvature: 2 / (u * u * u),
      unit: 4 * .ulpOfOne)
  }
}

/// y = sign(z).
struct SignOutput: OutputFunction {
  private let rule: FixedRule

  init() throws(GSLError) { rule = try .gaussLegendre(20) }

  func point(_ q: Double, complement v: Double) -> OutputPoint {
    // h = w/sqrt V of variance u = q/V; the integrands end with phi(h), so that h or h/sqrt u is cut at 9.
    let u = q / v
    let root = u.squareRoot()
    let scale = min(root, 1)
    var (psi, g, slope, curvature) = (0.0, 0.0, 0.0, 0.0)
    let width = 0.75
    for panel in -12..<12 {
      for (node, weight) in zip(rule.nodes, rule.weights) {
        let x = width * (Double(panel) + 0.5 + 0.5 * node)
        let h = scale * x
        // Density of h times dh; at u = 0 that of x.
        let density =
          root <= 1
          ? Double.exp(-0.5 * x * x) : Double.exp(-0.5 * h * h / u) / root
        let measure = weight * 0.5 * width * 0.398_942_280_401_432_7 * density
        let log = Special.logErfc(-h / 2.0.squareRoot()) - 0.693_147_180_559_945_3
        let cumulative = Double.exp(log)
        let eta = Special.hazard(-h)
        let sum = h + eta
        psi += measure * cumulative * log
        let mass = measure * cumulative
        g += mass * eta * eta
        let second = eta * sum
        slope += mass * second * second
        let third = eta * (sum * (h + 2 * eta) - 1)
        curvature += mass * (third * third + 2 * second * second * second)
      }
    }
    if root > 1 {
      // Beyond the cut only Psi_out has something left, where Phi(h) is 1 and its logarithm vanishes: nothing.
    }
    return OutputPoint(
      psi: 2 * psi, g: 2 * g / v, slope: 2 * slope / (v * v), curvature: 2 * curvature / (v * v * v), unit: 1e-14)
  }
}

/// y = max(z, 0), without noise.
struct ReluOutput: OutputFunction {
  let sign: SignOutput

  func point(_ q: Double, complement v: Double) -> OutputPoint {
    var point = sign.point(q, complement: v)
    point.psi = 0.5 * point.psi - 0.25 * (Double.log(2 * .pi * v) + 1)
    point.g = 0.5 * (point.g + 1 / v)
    point.slope = 0.5 * (point.slope + 1 / (v * v))
    point.curvature = 0.5 * (point.curvature + 2 / (v * v * v))
    point.slopeError = 1e-14 * point.slope
    point.curvatureError = 16e-14 * abs(point.curvature)
    return point
  }
}

extension Measurement {
  /// Euler's constant.
  static let eulerGamma = 0.577_215_664_901_532_9

  /// The functions of the output channel.
  ///
  /// Psi_out belongs to the density of y itself; for moduli on y > 0.
  ///
  /// - Throws: `GSLError` where tables cannot be made.
  func output() throws(GSLError) -> any OutputFunction {
    switch (channel, field) {
    case (.modulus, .real):
      return NoiseInside(inner: try ModulusOutput(), noise: noise, isDensity: true)
    case (.modulusAdditive, .real) where noise == 0: return try ModulusOutput()
    case (.intensity, .real) where noise == 0:
      // The density of y = z^2 is that of |z| over 2|z|; E log|z| = -(gamma + log 2)/2.
      return ShiftedOutput(
        inner: try ModulusOutput(), shift: 0.5 * (Self.eulerGamma - 0.693_147_180_559_945_3))
    case (.modulus, .complex):
      return NoiseInside(inner: ComplexModulusOutput(), noise: noise, isDensity: true)
    case (.modulusAdditive, .complex) where noise == 0: return ComplexModulusOutput()
    case (.intensity, .complex) where noise == 0:
      return ShiftedOutput(
        inner: ComplexModulusOutput(), shift: 0.5 * Self.eulerGamma - 0.693_147_180_559_945_3)
    case (.linear, _): return LinearOutput(noise: noise)
    case (.sign, _): return NoiseInside(inner: try SignOutput(), noise: noise, isDensity: false)
    case (.relu, _) where noise == 0: return ReluOutput(sign: try SignOutput())
    default:
      guard field == .real else {
        throw .invalid("complex \(channel) with noise: only weak recovery and spectral methods are available")
      }
      return try QuadratureOutput(noiseless, noise: noise, isEven: channel.isEven)
    }
  }

  /// The noiseless value of y as a function of z, for noise outside.
  package var noiseless: @Sendable (Double) -> Double {
    switch channel {
    case .modulus, .modulusAdditive: { abs($0) }
    case .intensity: { $0 * $0 }
    case .linear: { $0 }
    case .sign: { $0 < 0 ? -1 : 1 }
    case .relu: { max($0, 0) }
    case .expression(let formula): { formula($0) }
    }
  }
}
