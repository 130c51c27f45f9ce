// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics

/// The mean number of all stationary points of a landscape without signal, from the density of eigenvalues of the GOE.
///
/// E|det(W - x)| of a GOE matrix of N - 1 rows is proportional to exp(N x^2/4) times the one-point density of N rows, which is
/// a finite sum of Hermite functions.
///
/// Source: theory sheet *spherical landscapes*, section 6, route 1; arXiv:1003.1129.
struct HermiteRoute: Sendable {
  let size: Int
  let constants: LandscapeConstants

  /// log of the mean number, with an error estimate from fewer nodes.
  func logNumber() throws(GSLError) -> (value: Double, error: Double) {
    let coarse = try logNumber(fineness: 1)
    let fine = try logNumber(fineness: 1.3)
    return (fine, abs(fine - coarse) + 16 * .ulpOfOne * Double(size) * (4 + abs(Double.log(constants.b / constants.a))))
  }

  private func logNumber(fineness: Double) throws(GSLError) -> Double {
    let n = Double(size)
    let (a, b) = (constants.a, constants.b)
    let tilt = (b - a) / (2 * (a + b))
    // Beyond the bulk the integrand is x^(N-1) exp(-decay x^2/2).
    let decay = 2 * b / (a + b)
    let bulk = (2 * n).squareRoot() + 9
    let end = (n / decay).squareRoot() + 9 / decay.squareRoot()
    var terms: [Double] = []
    func add(_ from: Double, _ to: Double, _ nodes: Int) throws(GSLError) {
      let rule = try FixedRule.gaussLegendre(nodes)
      for (node, weight) in zip(rule.nodes, rule.weights) {
        let x = 0.5 * (from + to) + 0.5 * (to - from) * node
        terms.append(logDensity(x) - tilt * x * x + Double.log(0.5 * (to - from) * weight))
      }
    }
    try add(0, bulk, Int(fineness * max(200, 1.5 * n)))
    if end > bulk { try add(bulk, end, Int(fineness * 240)) }
    return Double.log(2) + logSum(terms) + (try logSphere(size)) + 0.5 * (n - 1) * Double.log(b / (.pi * a))
      + 1.5 * Double.log(2) + (try Special.lgamma(1 + 0.5 * n)) - Double.log(n) - 0.5 * Double.log(.pi * (a + b) / b)
  }

  /// log of the one-point density of the GOE of weight exp(-x^2/2).
  private func logDensity(_ x: Double) -> Double {
    // f_k = value exp(scale); small f_k would underflow far out, where later ones do not.
    var scale = -0.5 * x * x
    var factor = Double.exp(scale)
    var previous = 0.0
    var current = 1 / Double.pi.squareRoot().squareRoot()
    var sum = current * current * factor * factor
    // eps_k = 1/2 int sgn(x - y) f_k(y) dy for even and odd k, and the integral of f_k for even k.
    var even = current * (Double.pi / 2).squareRoot() * Double.erf(x / 2.0.squareRoot())
    var odd = -2.0.squareRoot() * current * factor
    var integral = 2.0.squareRoot() * Double.pi.squareRoot().squareRoot()
    for k in stride(from: 1, through: size, by: 1) {
      let degree = Double(k)
      if k >= 2 {
        let ratio = ((degree - 1) / degree).squareRoot()
        let step = (2 / degree).squareRoot() * current * factor
        if k.isMultiple(of: 2) { even = ratio * even - step } else { odd = ratio * odd - step }
        if k.isMultiple(of: 2), k < size { integral *= ratio }
      }
      guard k < size else { break }
      (previous, current) = (
        current, x * (2 / degree).squareRoot() * current - ((degree - 1) / degree).squareRoot() * previous
      )
      if abs(current) > 1e100 {
        previous *= 1e-100
        current *= 1e-100
        scale += 100 * Double.log(10)
        factor = Double.exp(scale)
      }
      sum += current * current * factor * factor
    }
    let isEven = size.isMultiple(of: 2)
    let tail = current * ((0.5 * Double(size)).squareRoot() * (isEven ? even : odd) + (isEven ? 0 : 1 / integral))
    let density = sum + tail * factor
    return factor > 1e-200 && density > 0 ? Double.log(density) : Double.log(abs(tail)) + scale
  }
}
