// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics

/// The scalars that the complexity of an empirical risk is extremised over.
///
/// Symbols as in the theory sheet *glm landscapes*, sections 4 to 6.
struct RiskScalars: Hashable {
  /// Conjugate to the variance of the gradient, > 0.
  var a = 0.0
  /// Real part of the Stieltjes transform S of the Hessian's bulk at 0.
  var s = 0.0
  /// Its imaginary part, pi times the density of zero eigenvalues.
  var t = 0.0
  /// Multiplier of the bulk's positivity, >= 0.
  var h = 0.0
  /// Multiplier of the outlier's positivity, >= 0.
  var k = 0.0
  /// Auxiliary scalar of the outlier.
  var q = 0.0
  /// Multiplier of the gradient along the signal.
  var lambda = 0.0
  /// Multiplier of the energy.
  var beta = 0.0
  /// Multiplier of the radial gradient, where the points are not held on a sphere.
  var omega = 0.0

  /// How many scalars there are.
  static let count = 9
}

/// Which stationary points are counted, in the form that the equations have.
enum RiskBranch: Hashable {
  /// All points; complex S.
  case all
  /// All points where the imaginary part of S is exponentially small.
  case allReal
  /// Minima whose bulk touches zero.
  case marginal
  /// Minima whose bulk is positive.
  case gapped
  /// Minima whose outlier is held at a given value.
  case strict

  var isOfMinima: Bool { self == .marginal || self == .gapped || self == .strict }
}

/// Where a saddle point is asked for.
struct RiskPlace: Hashable {
  var alpha: Double
  var overlap: Double
  /// Energy per sample; nil: the most numerous.
  var energy: Double?
  /// Value of the outlier function at 0 on the strict branch.
  var outlier = 0.0
  /// Value that a is held at; nil: it is solved for.
  var heldScale: Double?
  /// r of a term r|x|^2/2 without a sphere; nil: on the sphere.
  var ridge: Double?
  /// |x|^2/N, 1 on the sphere; the overlap is the cosine at any norm.
  var norm = 1.0
}

/// Equations, their Jacobian and the observables at given scalars.
struct RiskEvaluation {
  /// The unknowns, as places in `[a, s, t, h, k, q, lambda, beta]`; equation i belongs to unknown i.
  let unknowns: [Int]
  /// Left-hand sides, scaled to O(1).
  var residuals: [Double]
  /// Derivatives of the scaled left-hand sides by the unknowns (by logarithms of those that are positive).
  var jacobian: [Double]
  /// Sigma.
  var complexity = 0.0
  /// log Z, at beta = 0 the derivative of Sigma by alpha.
  var logZ = 0.0
  /// Energy per sample.
  var energy = 0.0
  /// mu = x.grad L/N.
  var radial = 0.0
  /// f0 (minima).
  var outlier = 0.0
  /// The q at which f0 is stationary.
  var outlierScalar = 0.0
  /// B (minima).
  var gap = 0.0
  /// dSigma/dm.
  var slopeInOverlap = 0.0
  /// |x|^2 dSigma/d|x|^2 at fixed cosine, with a ridge.
  var slopeInLogNorm = 0.0
  /// Largest weight among nodes near the rim in z over the largest of all.
  var tailInZ = 0.0
  /// The same near the rim in w.
  var tailInW = 0.0

  var size: Double { residuals.reduce(0) { max($0, abs($1)) } }
}

extension RiskScalars {
  /// The unknowns of a branch at a place; those of symmetries, free energies and a held scale are left out.
  static func unknowns(_ branch: RiskBranch, at place: RiskPlace, isBalanced: Bool) -> [Int] {
    let own: [Int]
    switch branch {
    case .all: own = [0, 1, 2]
    case .allReal, .gapped: own = [0, 1]
    case .marginal: own = [0, 1, 3]
    case .strict: own = isBalanced ? [0, 1, 3, 4] : [0, 1, 3, 4, 5]
    }
    return own.filter { $0 != 0 || place.heldScale == nil } + (isBalanced ? [] : [6])
      + (place.energy == nil ? [] : [7]) + (place.ridge == nil ? [] : [8])
  }

  /// By place: a, s, t, h, k, q, lambda, beta, omega.
  subscript(_ index: Int) -> Double {
    get {
      switch index {
      case 0: a
      case 1: s
      case 2: t
      case 3: h
      case 4: k
      case 5: q
      case 6: lambda
      case 7: beta
      default: omega
      }
    }
    set {
      switch index {
      case 0: a = newValue
      case 1: s = newValue
      case 2: t = newValue
      case 3: h = newValue
      case 4: k = newValue
      case 5: q = newValue
      case 6: lambda = newValue
      case 7: beta = newValue
      default: omega = newValue
      }
    }
  }

  /// Whether an unknown is positive and varied by its logarithm.
  static func isLogarithmic(_ index: Int, _ branch: RiskBranch) -> Bool {
    index == 0 || index == 2 || index == 3 || (index == 1 && branch.isOfMinima)
  }

  /// |S|, the natural scale of s, h, k, lambda and beta.
  var scale: Double { (s * s + t * t).squareRoot() }
}

/// Averages under the law of the counted points, and the equations made of them.
///
/// Every average of a function f has the derivative <df> + Cov(f, U_j), where U_j are the derivatives of the log-weight.
struct RiskSystem {
  let measure: RiskMeasure
  let branch: RiskBranch
  let place: RiskPlace

  /// What multiplies z l' in the logarithm of the weight.
  func radialMultiplier(_ p: RiskScalars) -> Double {
    place.ridge == nil ? p.s + (branch.isOfMinima ? p.h + p.k : 0) : p.omega
  }

  /// Equations and observables at the given scalars, from the given nodes.
  ///
  /// - Complexity: two passes over the nodes, one exponential for each.
  func evaluate(_ p: RiskScalars, _ nodes: RiskNodes) -> RiskEvaluation {
    let unknowns = RiskScalars.unknowns(branch, at: place, isBalanced: measure.isBalanced)
    let n = unknowns.count
    let count = nodes.count
    let stride = RiskScalars.count
    let isMin = branch.isOfMinima
    let sine = measure.sine
    let m = measure.overlap
    let alpha = place.alpha
    var top = -Double.infinity
    var topFar = (z: -Double.infinity, w: -Double.infinity)
    var lost = 0.0
    // means: 0 weight; 1-9 f; 10-18 U; then observables.
    var sums = [Double](repeating: 0, count: 64)
    var cross = [Double](repeating: 0, count: stride * stride)
    var direct = [Double](repeating: 0, count: stride * stride)
    let kOverH = p.h > 0 ? p.k / p.h : 0
    let shc = radialMultiplier(p)
    // On the sphere mu stands in the Hessian, so that s and h multiply z l' as well.
    let onSphere = place.ridge == nil ? 1.0 : 0
    let ridge = (place.ridge ?? 0) * place.norm
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(count, 1) + 2 * stride) { buffer in
      let logs = UnsafeMutableBufferPointer(rebasing: buffer[(2 * stride)...])
      let f = UnsafeMutableBufferPointer(rebasing: buffer[0..<stride])
      let u = UnsafeMutableBufferPointer(rebasing: buffer[stride..<(2 * stride)])
      for i in 0..<stride {
        f[i] = 0
        u[i] = 0
      }
      nodes.logWeight.withUnsafeBufferPointer { logWeight in
        nodes.z.withUnsafeBufferPointer { zs in
          nodes.w.withUnsafeBufferPointer { ws in
            nodes.value.withUnsafeBufferPointer { values in
              nodes.first.withUnsafeBufferPointer { firsts in
                nodes.second.withUnsafeBufferPointer { seconds in
                  nodes.far.withUnsafeBufferPointer { fars in
                    var i = 0
                    while i < count {
                      let l1 = firsts[i]
                      let l2 = seconds[i]
                      let c = l1 * zs[i]
                      let x = 1 + p.s * l2
                      var log = logWeight[i] - 0.5 * p.a * l1 * l1 - shc * c - p.beta * values[i]
                      log += p.lambda * sine * l1 * ws[i]
                      if isMin {
                        if x > 0 {
                          var extra = p.h * l2
                          if p.k != 0 {
                            extra += p.k * (l2 * ws[i] * ws[i] + p.s * p.q * l1 * (2 * l2 * ws[i] - p.q * l1))
                          }
                          log += extra / x + Double.log(x)
                        } else {
                          log = -.infinity
                        }
                      } else {
                        let square = x * x + p.t * p.t * l2 * l2
                        log += 0.5 * Double.log(square)
                      }
                      if !(log > -.infinity) { log = -.infinity }
                      logs[i] = log
                      if log > top { top = log }
                      let far = fars[i]
                      if far == 1, log > topFar.z { topFar.z = log }
                      if far == 2, log > topFar.w { topFar.w = log }
                      i += 1
                    }
                    guard top.isFinite else { return }
                    i = 0
                    while i < count {
                      let relative = logs[i] - top
                      if relative < -46 {
                        i += 1
                        continue
                      }
                      let weight = Double.exp(relative)
                      let (z, w, l1, l2) = (zs[i], ws[i], firsts[i], seconds[i])
                      let c = l1 * z
                      let v = l1 * w * sine
                      let moved = onSphere * c
                      let x = 1 + p.s * l2
                      f[0] = l1 * l1
                      u[0] = -0.5 * l1 * l1
                      f[6] = v
                      u[6] = v
                      f[7] = values[i]
                      u[7] = -values[i]
                      f[8] = c
                      u[8] = -c
                      if isMin {
                        let g = l2 / x
                        let d = (l2 * w - p.q * l1) / x
                        let outlier = (l2 * w * w + p.s * p.q * l1 * (2 * l2 * w - p.q * l1)) / x
                        f[1] = g - moved
                        u[1] = g - moved - p.h * g * g - p.k * d * d
                        f[3] = g * g + kOverH * d * d
                        u[3] = g - moved
                        f[4] = outlier - c
                        u[4] = outlier - c
                        f[5] = l1 * d
                        u[5] = 2 * p.k * p.s * l1 * d
                        direct[1 * stride + 1] -= weight * g * g
                        direct[3 * stride + 1] -= 2 * weight * g * (g * g + kOverH * d * d)
                        if p.h > 0 {
                          direct[3 * stride + 3] -= weight * kOverH / p.h * d * d
                          direct[3 * stride + 4] += weight * d * d / p.h
                          direct[3 * stride + 5] -= 2 * weight * kOverH * d * l1 / x
                        }
                        direct[4 * stride + 1] -= weight * d * d
                        direct[4 * stride + 5] += 2 * weight * p.s * l1 * d
                        direct[5 * stride + 1] -= weight * l1 * d * g
                        direct[5 * stride + 5] -= weight * l1 * l1 / x
                        sums[24] += weight * l2 * w * w / x
                        sums[25] += weight * l1 * l2 * w / x
                        sums[26] += weight * l1 * l1 / x
                        sums[27] += weight * g * g
                        if p.k != 0 {
                          // The outlier's direction w moves with m.
                          sums[32] +=
                            2 * weight * p.k * l2 * (w + p.s * p.q * l1) / x * (m * w / sine - z) / sine
                        }
                      } else {
                        let square = x * x + p.t * p.t * l2 * l2
                        let inverse = 1 / square
                        let g2 = l2 * l2 * inverse
                        f[1] = l2 * x * inverse - moved
                        u[1] = f[1]
                        f[2] = g2
                        u[2] = p.t * g2
                        direct[1 * stride + 1] += weight * g2 * (1 - 2 * x * x * inverse)
                        direct[1 * stride + 2] -= 2 * weight * p.t * x * l2 * g2 * inverse
                        direct[2 * stride + 1] -= 2 * weight * x * l2 * g2 * inverse
                        direct[2 * stride + 2] -= 2 * weight * p.t * g2 * g2
                      }
                      // log Z is multiplied by alpha: the rounding of this sum is carried along (Neumaier).
                      let total = sums[0] + weight
                      lost += sums[0] >= weight ? sums[0] - total + weight : weight - total + sums[0]
                      sums[0] = total
                      for a in 0..<n {
                        let row = unknowns[a]
                        let value = weight * f[row]
                        sums[1 + row] += value
                        sums[1 + stride + row] += weight * u[row]
                        for b in 0..<n { cross[row * stride + unknowns[b]] += value * u[unknowns[b]] }
                      }
                      sums[28] += weight * c
                      sums[29] += weight * values[i]
                      let starred = m * z + sine * w
                      sums[30] += weight * (m + z * starred - m * (z * z + w * w))
                      let across = z - m * w / sine
                      sums[33] += weight * across * across
                      i += 1
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    var result = RiskEvaluation(
      unknowns: unknowns, residuals: [Double](repeating: .infinity, count: n),
      jacobian: [Double](repeating: 0, count: n * n))
    guard sums[0] > 0, top.isFinite else { return result }
    sums[0] += lost
    let norm = 1 / sums[0]
    for i in 1..<sums.count { sums[i] *= norm }
    let logZ = top + Double.log(sums[0])
    let sizeSquared = p.s * p.s + p.t * p.t
    let size = sizeSquared.squareRoot()
    let mu = alpha * sums[28]

    /// The left-hand side without averages, its derivatives, the factor of the average, and the scale.
    func equation(_ unknown: Int) -> (constant: Double, factor: Double, scale: Double) {
      switch unknown {
      case 0: (1 / p.a, -alpha, p.a)
      case 1: isMin ? (1 / p.s - ridge, -alpha, p.s) : (p.s / sizeSquared - ridge, -alpha, size)
      case 2: (1 / sizeSquared, -alpha, sizeSquared)
      case 3: (1 / (p.s * p.s), -alpha, p.s * p.s)
      case 4: (-place.outlier, alpha, p.s)
      case 5: (0, alpha, 1 / (alpha * max(sums[26], 1e-300)))
      case 6: (0, alpha, size)
      case 7: (-(place.energy ?? 0) * alpha, alpha, size)
      default: (ridge, alpha, size)
      }
    }
    func constantDerivative(_ unknown: Int, by other: Int) -> Double {
      switch (unknown, other) {
      case (0, 0): -1 / (p.a * p.a)
      case (1, 1):
        isMin ? -1 / (p.s * p.s) : 1 / sizeSquared - 2 * p.s * p.s / (sizeSquared * sizeSquared)
      case (1, 2): -2 * p.s * p.t / (sizeSquared * sizeSquared)
      case (2, 1): -2 * p.s / (sizeSquared * sizeSquared)
      case (2, 2): -2 * p.t / (sizeSquared * sizeSquared)
      case (3, 1): -2 / (p.s * p.s * p.s)
      default: 0
      }
    }
    for (a, row) in unknowns.enumerated() {
      let (constant, factor, scale) = equation(row)
      result.residuals[a] = scale * (constant + factor * sums[1 + row])
      for (b, column) in unknowns.enumerated() {
        let covariance = cross[row * stride + column] * norm - sums[1 + row] * sums[1 + stride + column]
        let derivative =
          constantDerivative(row, by: column) + factor * (direct[row * stride + column] * norm + covariance)
        let inner = RiskScalars.isLogarithmic(column, branch) ? p[column] : 1
        result.jacobian[a * n + b] = scale * derivative * inner
      }
    }
    result.logZ = logZ
    result.energy = sums[29]
    result.radial = mu
    result.tailInZ = Double.exp(topFar.z - top)
    result.tailInW = Double.exp(topFar.w - top)
    result.complexity =
      0.5 * Double.log((1 - m) * (1 + m)) + 0.5 * Double.log(p.a) + alpha * logZ
      - (isMin ? Double.log(p.s) + p.h / p.s : 0.5 * Double.log(sizeSquared))
    if let energy = place.energy { result.complexity += alpha * p.beta * energy }
    if place.ridge != nil { result.complexity += ridge * (p.s + (isMin ? p.h : 0) - p.omega) }
    if branch == .strict { result.complexity -= p.k * place.outlier }
    // Where only a part of the plane is summed over, the slope vanishes by symmetry.
    if !measure.isBalanced {
      result.slopeInOverlap =
        -m / ((1 - m) * (1 + m)) + alpha * sums[30] / ((1 - m) * (1 + m)) - p.lambda * mu + alpha * sums[32]
    }
    if place.ridge != nil {
      // The derivative of a Gaussian average by its covariance is half the average of second derivatives.
      let spread = 1 / ((1 - m) * (1 + m))
      result.slopeInLogNorm =
        0.5 * spread - ridge * p.omega + alpha * 0.5 * (sums[33] - spread) + p.lambda * m * mu
        + 0.5 * m * result.slopeInOverlap
    }
    if isMin {
      result.gap = 1 - alpha * sizeSquared * sums[27]
      // By symmetry this average vanishes where only a part of the plane is summed over.
      let mixed = measure.isBalanced ? 0 : sums[25]
      result.outlierScalar = mixed / sums[26]
      result.outlier = alpha * sums[24] + alpha * p.s * mixed * mixed / sums[26] - (onSphere * mu - ridge)
    }
    return result
  }
}
