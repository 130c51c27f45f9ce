// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointNumerics

extension SphericalLandscape {
  /// The isolated minimum near the signal: the maximum-likelihood state of largest overlap.
  ///
  /// m sqrt a = phi'(m) sqrt(1 - m^2), chi = sqrt((1 - m^2)/a), r = -(1/chi + b chi), u = -phi(m) - a chi, with a = xi'(1) and
  /// b = xi''(1); a minimum where the replicon b chi^2 is at most 1 and the slope chi phi''(m) (1 - m^2) below 1.
  ///
  /// - Returns: its overlap, energy and radial derivative, with complexity 0; `outside-domain` where there is none. Of several
  ///   the one of largest overlap.
  /// - Complexity: a scan of 400 overlaps and a few bracketed roots.
  ///
  /// Source: theory sheet *spherical landscapes*, section 10.
  public func signalMinimum() -> StationaryPointCount {
    let c = LandscapeConstants(covariance)
    let deviation = c.a.squareRoot()
    // With x = 1 - m^2, which keeps its digits near the signal.
    func balance(_ x: Double) -> Double {
      let m = (1 - x).squareRoot()
      return signal.derivative(1, at: m) * x.squareRoot() - m * deviation
    }
    do throws(GSLError) {
      for branch in try SignalBranch.all(covariance, signal) {
        let (low, high) = (max(1 - branch.upper * branch.upper, 1e-300), 1 - branch.lower * branch.lower)
        guard balance(low) <= 0, balance(high) >= 0, low < high else { continue }
        let root = try brentRoot("signal minimum", in: low...high, balance)
        let x = root.value
        let m = (1 - x).squareRoot()
        let chi = (x / c.a).squareRoot()
        let h = 1e-6 * x
        let slope = (balance(x + h) - balance(x - h)) / (2 * h)
        let width = root.bracket.upperBound - root.bracket.lowerBound
        let error = width + 8 * .ulpOfOne * deviation / abs(slope) + x.ulp
        let r = -(1 / chi + c.b * chi)
        let u = -signal(m) - c.a * chi
        let chiError = error / (2 * (x * c.a).squareRoot())
        return StationaryPointCount(
          overlap: .converged(m, error: error / (2 * m) + m.ulp),
          energy: .converged(
            u, error: abs(signal.derivative(1, at: m)) * error / (2 * m) + c.a * chiError + 8 * u.ulp),
          radial: .converged(r, error: abs(1 / (chi * chi) - c.b) * chiError + 4 * r.ulp), complexity: .exact(0))
      }
      return .absent("no isolated minimum correlates with the signal")
    } catch {
      let failure = Estimate.notConverged(error.description)
      return StationaryPointCount(overlap: failure, energy: failure, radial: failure, complexity: failure)
    }
  }
}

/// A range of overlaps on which maximum-likelihood states are isolated minima, as the strength s of the signal varies.
///
/// There s(m) = m sqrt a/(psi'(m) sqrt(1 - m^2)) increases with m, and the replicon b (1 - m^2)/a is at most 1.
struct SignalBranch {
  /// Where the branch begins: the replicon or the slope is 1, or m = 0.
  let lower: Double
  /// Where it ends: the slope is 1, or the signal itself, m = 1.
  let upper: Double
  /// Bound on the error of both ends.
  let error: Double

  /// The branches by falling overlap.
  ///
  /// - Parameters:
  ///   - xi: covariance.
  ///   - psi: signal of strength 1.
  /// - Returns: the branches; none where the signal does not grow.
  /// - Throws: `GSLError` where an end is not found.
  static func all(_ xi: Polynomial, _ psi: Polynomial) throws(GSLError) -> [SignalBranch] {
    let (a, b) = (xi.derivative(1, at: 1), xi.derivative(2, at: 1))
    let marginal = max(0, 1 - a / b).squareRoot()
    // Positive where psi grows and the slope m psi'' (1 - m^2)/psi' is below 1.
    func margin(_ m: Double) -> Double {
      let first = psi.derivative(1, at: m)
      return min(first, first - m * psi.derivative(2, at: m) * (1 - m) * (1 + m))
    }
    let steps = 400
    var branches: [SignalBranch] = []
    var (upper, previous, error) = (margin(1) > 0 ? Optional(1.0) : nil, 1.0, 0.0)
    for index in 1...steps {
      // Down to the overlap at which the replicon is 1, densely near both ends.
      let share = 0.5 * (1 + Double.cos(.pi * Double(index) / Double(steps)))
      let m = index == steps ? marginal : marginal + (1 - marginal) * share
      if (margin(m) > 0) != (upper != nil) {
        // A pure power loses replicon and slope together, to rounding.
        guard index < steps || abs(margin(m)) > 1e-13 * psi.derivative(1, at: 1) else { break }
        let root = try brentRoot("end of the signal's branch", in: m...previous, margin)
        error = root.bracket.upperBound - root.bracket.lowerBound + 1e-14
        if let top = upper {
          branches.append(SignalBranch(lower: root.value, upper: top, error: error))
          upper = nil
        } else {
          upper = root.value
        }
      }
      previous = m
    }
    if let upper { branches.append(SignalBranch(lower: marginal, upper: upper, error: error)) }
    return branches
  }
}
