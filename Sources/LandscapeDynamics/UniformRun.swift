// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule

/// The vector operations of the uniform scheme, on rows padded with zeros to whole vectors.
private enum Kernel {
  typealias Vector = SIMD8<Double>
  static let width = 8

  @inline(__always)
  static func load(_ p: UnsafePointer<Double>, _ j: Int) -> Vector {
    UnsafeRawPointer(p + j).loadUnaligned(as: Vector.self)
  }

  @inline(__always)
  static func store(_ v: Vector, _ p: UnsafeMutablePointer<Double>, _ j: Int) {
    UnsafeMutableRawPointer(p + j).storeBytes(of: v, as: Vector.self)
  }

  /// y += sum over four rows of a_k x_k.
  static func axpy4(
    _ y: UnsafeMutablePointer<Double>, _ x: UnsafePointer<Double>, stride: Int, _ a: UnsafePointer<Double>, count: Int
  ) {
    let (a0, a1, a2, a3) = (a[0], a[1], a[2], a[3])
    var j = 0
    while j < count {
      var v = load(y, j)
      v += a0 * load(x, j)
      v += a1 * load(x + stride, j)
      v += a2 * load(x + 2 * stride, j)
      v += a3 * load(x + 3 * stride, j)
      store(v, y, j)
      j += width
    }
  }

  /// y += a x.
  static func axpy(_ y: UnsafeMutablePointer<Double>, _ x: UnsafePointer<Double>, _ a: Double, count: Int) {
    var j = 0
    while j < count {
      store(load(y, j) + a * load(x, j), y, j)
      j += width
    }
  }

  /// y += a x, and the product d.x.
  static func axpyDot(
    _ y: UnsafeMutablePointer<Double>, _ x: UnsafePointer<Double>, _ a: Double, _ d: UnsafePointer<Double>, count: Int
  ) -> Double {
    var sum = Vector.zero
    var j = 0
    while j < count {
      let v = load(x, j)
      store(load(y, j) + a * v, y, j)
      sum += v * load(d, j)
      j += width
    }
    return sum.sum()
  }
}

/// One integration on a uniform grid of both times by the implicit trapezoid.
///
/// Every integral is a trapezoid too, and each new row is iterated to convergence, so that errors are even in the step and
/// extrapolation gains two orders for each further step size.
///
/// Source: theory sheet *dynamics*, section 5 (i). Cost about 8 n^3 operations, memory 16 n^2 bytes.
final class UniformRun {
  /// The results at every `every`-th grid point.
  struct Sample {
    /// C(t_i, t_j), j <= i, row by row, `points` numbers each.
    var correlation: [Double]
    /// R(t_i, t_j).
    var response: [Double]
    /// The integral of R(t_i, s) over t_j < s < t_i.
    var integratedResponse: [Double]
    /// m(t_i), e(t_i), mu(t_i), |dx/dt|^2/N.
    var overlap: [Double]
    var energy: [Double]
    var multiplier: [Double]
    var kinetic: [Double]
  }

  private let n: Int
  private let stride: Int
  private let h: Double
  private let c: UnsafeMutablePointer<Double>
  private let r: UnsafeMutablePointer<Double>
  private let work: UnsafeMutablePointer<Double>
  private let dynamics: SphericalDynamics
  private let xi: FastPolynomial
  private let phi: FastPolynomial

  /// A run of `steps` steps to time `horizon`.
  init(_ dynamics: SphericalDynamics, horizon: Double, steps: Int) {
    self.dynamics = dynamics
    xi = FastPolynomial(dynamics.covariance)
    phi = FastPolynomial(dynamics.signal)
    n = steps
    stride = (steps + 1 + 15) / 8 * 8
    h = horizon / Double(steps)
    c = .allocate(capacity: (steps + 1) * stride)
    r = .allocate(capacity: (steps + 1) * stride)
    work = .allocate(capacity: Self.vectors * stride)
    c.initialize(repeating: 0, count: (steps + 1) * stride)
    r.initialize(repeating: 0, count: (steps + 1) * stride)
    work.initialize(repeating: 0, count: Self.vectors * stride)
  }

  private static let vectors = 18

  deinit {
    c.deallocate()
    r.deallocate()
    work.deallocate()
  }

  private func vector(_ k: Int) -> UnsafeMutablePointer<Double> { work + k * stride }

  /// Integrates.
  ///
  /// - Parameters:
  ///   - every: distance of the sampled grid points.
  ///   - isCancelled: asked after each row.
  /// - Returns: the samples; nil where a row did not converge (the step is too large) or the run was cancelled.
  func run(every: Int, isCancelled: () -> Bool) -> Sample? {
    let points = n / every + 1
    var sample = Sample(
      correlation: [Double](repeating: 0, count: points * points),
      response: [Double](repeating: 0, count: points * points),
      integratedResponse: [Double](repeating: 0, count: points * points),
      overlap: [Double](repeating: 0, count: points), energy: [Double](repeating: 0, count: points),
      multiplier: [Double](repeating: 0, count: points), kinetic: [Double](repeating: 0, count: points))
    let mass = dynamics.inertia.mass
    let isInertial = mass > 0
    let temperature = dynamics.temperature
    let b0 = dynamics.inverseInitialTemperature
    let diagonalR = isInertial ? 0.0 : 1.0
    let (s, sw, d, i1, i3, i2) = (vector(0), vector(1), vector(2), vector(3), vector(4), vector(5))
    var (aC, aR, aCNew, aRNew) = (vector(6), vector(7), vector(8), vector(9))
    var (k, g, kNew, gNew) = (vector(10), vector(11), vector(12), vector(13))
    let (m, sum1, dw) = (vector(14), vector(15), vector(16))
    var (mu, aM, v, kinetic, drive) = (0.0, 0.0, 0.0, 0.0, 0.0)
    c[0] = 1
    r[0] = diagonalR
    m[0] = dynamics.initialOverlap

    for i in 0...n {
      if isCancelled() { return nil }
      let p = i - 1
      let row = c + i * stride
      let rowR = r + i * stride
      let t = h * Double(i)
      let friction = dynamics.inertia.friction(at: t)
      let oldFriction = dynamics.inertia.friction(at: t - h)
      if i > 0 { predict(i, m: m) }
      row[i] = 1
      rowR[i] = diagonalR
      kNew[i] = 0
      gNew[i] = isInertial ? 1 / mass : 0
      if isInertial, i > 0 {
        for j in 0..<i { (kNew[j], gNew[j]) = (k[j], g[j]) }
      }
      var (muNew, aMNew, vNew, kineticNew, driveNew) = (mu, 0.0, v, kinetic, 0.0)
      var energy = 0.0
      var last = Double.infinity
      var pass = 0
      while true {
        pass += 1
        // Row i of S and D with the present guess.
        var (sc, dr, sm, sk, dg) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for q in 0...i {
          let x = row[q]
          s[q] = xi.second(x) * rowR[q]
          d[q] = xi.first(x)
          let weight = h * (q == 0 || q == i ? 0.5 : 1)
          if i == 0 { continue }
          sc += weight * s[q] * x
          dr += weight * d[q] * rowR[q]
          sm += weight * s[q] * m[q]
          sw[q] = h * s[q]
          dw[q] = h * d[q]
          if isInertial {
            sk += weight * s[q] * kNew[q]
            dg += weight * d[q] * gNew[q]
          }
        }
        let memory = b0 * d[0]
        let force = phi.first(m[i])
        energy = -phi.value(m[i]) - dr - b0 * xi.value(row[0])
        aMNew = force + sm + memory * m[0]
        let contact = m[i] * force + sc + dr + memory * row[0]
        muNew = (isInertial ? mass * kineticNew : temperature) + contact
        driveNew = isInertial ? temperature * friction / mass + force * vNew + sk + dg + memory * kNew[0] : 0
        // Right-hand sides at the diagonal, where a column starts.
        aCNew[i] = contact
        aRNew[i] = 0
        if i == 0 { break }

        convolve(p, sw: sw, dw: dw, i1: i1, i2: i2, i3: i3, diagonalR: diagonalR)
        let half = 0.5 * h * s[i]
        let first = 0.5 * h * s[0]
        let firstD = 0.5 * h * d[0]
        var change = 0.0
        let implicit = isInertial ? 0 : 1 / (1 + 0.5 * h * muNew)
        let ratio = isInertial ? h / (2 * mass) : 0
        let denominator =
          isInertial ? 1 / (1 + ratio * friction + 0.5 * h * ratio * muNew) : 0
        let old = c + p * stride
        let oldR = r + p * stride
        for j in 0...p {
          let rhs =
            i1[j] - first * c[j] + half * row[j] + i2[j] - firstD * r[j * stride]
            + force * m[j] + memory * c[j * stride]
          let rhsR = i3[j] + half * rowR[j]
          aCNew[j] = rhs
          aRNew[j] = rhsR
          let (x, y): (Double, Double)
          if isInertial {
            let kj =
              denominator
              * (k[j] + ratio * (-oldFriction * k[j] - mu * old[j] + aC[j] + rhs - muNew * (old[j] + 0.5 * h * k[j])))
            let gj =
              denominator
              * (g[j] + ratio
                * (-oldFriction * g[j] - mu * oldR[j] + aR[j] + rhsR - muNew * (oldR[j] + 0.5 * h * g[j])))
            x = old[j] + 0.5 * h * (k[j] + kj)
            y = oldR[j] + 0.5 * h * (g[j] + gj)
            change = max(change, abs(kj - kNew[j]) * h, abs(gj - gNew[j]) * h)
            kNew[j] = kj
            gNew[j] = gj
          } else {
            x = implicit * (old[j] * (1 - 0.5 * h * mu) + 0.5 * h * (aC[j] + rhs))
            y = implicit * (oldR[j] * (1 - 0.5 * h * mu) + 0.5 * h * (aR[j] + rhsR))
          }
          change = max(change, abs(x - row[j]), abs(y - rowR[j]) * (isInertial ? mass : 1))
          row[j] = x
          rowR[j] = y
        }
        let newM: Double
        if isInertial {
          let vj =
            denominator
            * (v + ratio * (-oldFriction * v - mu * m[p] + aM + aMNew - muNew * (m[p] + 0.5 * h * v)))
          newM = m[p] + 0.5 * h * (v + vj)
          vNew = vj
          let kin =
            (kinetic * (1 - h * oldFriction / mass) + h / mass * (drive + driveNew)) / (1 + h * friction / mass)
          change = max(change, abs(kin - kineticNew))
          kineticNew = kin
        } else {
          newM = implicit * (m[p] * (1 - 0.5 * h * mu) + 0.5 * h * (aM + aMNew))
        }
        if newM != m[i] { change = max(change, abs(newM - m[i]) / max(abs(newM), abs(m[p]))) }
        m[i] = newM
        guard change.isFinite, change < 10 else { return nil }
        // Converged, or as converged as rounding lets it be.
        if change < 4e-16 || (change < 1e-13 && change >= 0.5 * last) { break }
        if pass > 200 { return nil }
        last = change
      }
      (mu, aM, v, kinetic, drive) = (muNew, aMNew, vNew, kineticNew, driveNew)
      swap(&aC, &aCNew)
      swap(&aR, &aRNew)
      swap(&k, &kNew)
      swap(&g, &gNew)
      for j in 0..<i { c[j * stride + i] = row[j] }
      guard i % every == 0 else { continue }
      let a = i / every
      sample.overlap[a] = m[i]
      sample.energy[a] = energy
      sample.multiplier[a] = mu
      sample.kinetic[a] = isInertial ? kinetic : 0
      // The integrals of the response from the diagonal down.
      sum1[i] = 0
      var j = i
      while j > 0 {
        sum1[j - 1] = sum1[j] + 0.5 * h * (rowR[j] + rowR[j - 1])
        j -= 1
      }
      for b in 0...a {
        sample.correlation[a * points + b] = row[b * every]
        sample.response[a * points + b] = rowR[b * every]
        sample.integratedResponse[a * points + b] = sum1[b * every]
      }
    }
    return sample
  }

  /// i1_j = sum_s sw_s C_sj, i2_j = sum_(s<=j) dw_s R_js, i3_j = sum_(s>=j) sw_s R_sj over the finished rows s <= p, with
  /// half weights where an integral ends on the diagonal.
  private func convolve(
    _ p: Int, sw: UnsafeMutablePointer<Double>, dw: UnsafeMutablePointer<Double>, i1: UnsafeMutablePointer<Double>,
    i2: UnsafeMutablePointer<Double>, i3: UnsafeMutablePointer<Double>, diagonalR: Double
  ) {
    for j in 0..<(p + 9) { (i1[j], i3[j]) = (0, 0) }
    var q = 0
    while q + 3 <= p {
      Kernel.axpy4(i1, c + q * stride, stride: stride, sw + q, count: p + 1)
      q += 4
    }
    while q <= p {
      Kernel.axpy(i1, c + q * stride, sw[q], count: p + 1)
      q += 1
    }
    for q in 0...p {
      i2[q] = Kernel.axpyDot(i3, r + q * stride, sw[q], dw, count: q + 1) - 0.5 * diagonalR * dw[q]
      i3[q] -= 0.5 * diagonalR * sw[q]
    }
  }

  /// A first guess of row i: extrapolation along columns of fixed t', along diagonals next to t' = t.
  private func predict(_ i: Int, m: UnsafeMutablePointer<Double>) {
    let p = i - 1
    let points = 6
    func extrapolated(_ start: UnsafePointer<Double>, _ step: Int) -> Double {
      6 * start[0] - 15 * start[step] + 20 * start[2 * step] - 15 * start[3 * step] + 6 * start[4 * step]
        - start[5 * step]
    }
    for matrix in [c, r] {
      let row = matrix + i * stride
      for j in 0...p {
        if j + points + 2 <= p {
          row[j] = extrapolated(matrix + p * stride + j, -stride)
        } else if j >= points {
          row[j] = extrapolated(matrix + p * stride + j - 1, -stride - 1)
        } else {
          row[j] = matrix[p * stride + j]
        }
      }
    }
    m[i] = m[p]
  }
}
