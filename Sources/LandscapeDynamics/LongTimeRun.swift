// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointNumerics
import Synchronization

/// Implicit marching in log t on ratios theta = t'/t: the number of rows is logarithmic in time.
///
/// Rows up to the horizon of the uniform scheme are taken from there; from then on each row solves the equations at fixed
/// theta, d/dt at fixed t' = (1/t)(d/dlog t - (theta/theta_v) d/dv), by variable-step BDF4 and Newton's method on all nodes at once.
///
/// Source: theory sheet *dynamics*, section 5 (ii).
final class LongTimeRun {
  /// A finished row.
  struct Row: Sendable {
    let logTime: Double
    /// C and R at the nodes.
    let correlation: [Double]
    let response: [Double]
    let overlap: Double
    let energy: Double
    let multiplier: Double
  }

  private let dynamics: SphericalDynamics
  private let xi: FastPolynomial
  private let phi: FastPolynomial
  let grid: RatioGrid
  private(set) var rows: [Row] = []
  private(set) var logTimes: [Double] = []
  /// The rows once more, one after the other, for the innermost loop.
  private var flatC: [Double] = []
  private var flatR: [Double] = []
  /// Why the march ended, if it did.
  private(set) var failure: String?
  private var step: Double
  private var origin = 0.0
  private var goal = 0.0
  private let largestStep: Double
  private let stepTolerance: Double
  private let solver: DenseSolver

  /// Stencils of the pairs (j, q) of the integrals: ratios theta_j theta_q, rho and theta_j/rho, rho = theta_j + (1 - theta_j) theta_q.
  private let product: [RatioGrid.Stencil]
  private let later: [RatioGrid.Stencil]
  private let inner: [RatioGrid.Stencil]
  private let logRho: [Double]
  /// Scratch for the pairs; pointers, because access to variables of an object is checked while it runs.
  private let historyC: UnsafeMutablePointer<Double>
  private let historyR: UnsafeMutablePointer<Double>
  private let earlyC: UnsafeMutablePointer<Double>
  private let earlyR: UnsafeMutablePointer<Double>
  private let newWeight: UnsafeMutablePointer<Double>

  /// The largest number of rows; a march that needs more crawls behind a layer that the ratios cannot hold.
  private static let largestCount = 2500

  /// The time of the first row, in units of 1/rate.
  static let firstTime = 1e-3

  /// What a march is at a moment: its rows and its next step; from there it continues to the same numbers.
  struct Progress: Sendable {
    var rows: [Row] = []
    var step = 0.0
    /// Logarithms of the times between which it is marching.
    var origin = 0.0
    var goal = 0.0
  }

  /// The progress for readers on other threads.
  final class Published: Sendable {
    private let progress = Mutex<Progress>(Progress())

    var value: Progress { progress.withLock { $0 } }

    func update(_ value: Progress) { progress.withLock { $0 = value } }
  }

  let published = Published()

  deinit {
    LongTimeArchive.forget(published)
    for numbers in [historyC, historyR, earlyC, earlyR, newWeight] { numbers.deallocate() }
  }

  /// Bytes that a march takes at most.
  static func bytes(intervals: Int) -> Double {
    let n = Double(intervals)
    let pair = 3 * Double(MemoryLayout<RatioGrid.Stencil>.stride) + 6 * 8
    return n * (n + 1) * pair + 8 * (2 * n + 9) * (2 * n + 9) + 32 * (n + 1) * Double(largestCount)
  }

  /// A march that can reach `end`, with the given numbers of intervals, largest step of log t and tolerance of a step, from the start or from
  /// where another one of the same numbers was.
  init?(
    _ dynamics: SphericalDynamics, end: Double, intervals: Int, step: Double, tolerance: Double,
    from progress: Progress?
  ) {
    self.dynamics = dynamics
    xi = FastPolynomial(dynamics.covariance)
    phi = FastPolynomial(dynamics.signal)
    let rate = dynamics.rate
    let scale = 0.17 / rate
    grid = RatioGrid(intervals: intervals, extent: Double.log(end / scale))
    largestStep = step
    self.step = step
    stepTolerance = tolerance
    let n = intervals
    solver = DenseSolver(size: 2 * n + 1)
    func scratch() -> UnsafeMutablePointer<Double> {
      let numbers = UnsafeMutablePointer<Double>.allocate(capacity: n * (n + 1))
      numbers.initialize(repeating: 0, count: n * (n + 1))
      return numbers
    }
    (historyC, historyR, earlyC, earlyR, newWeight) = (scratch(), scratch(), scratch(), scratch(), scratch())
    var (product, later, inner) = ([RatioGrid.Stencil](), [RatioGrid.Stencil](), [RatioGrid.Stencil]())
    var logRho: [Double] = []
    product.reserveCapacity(n * (n + 1))
    for j in 0..<n {
      let (a, ca) = (grid.theta[j], grid.complement[j])
      for q in 0...n {
        let (b, cb) = (grid.theta[q], grid.complement[q])
        let rho = a + ca * b
        product.append(grid.stencil(a * b, ca + a * cb))
        later.append(grid.stencil(rho, ca * cb))
        inner.append(rho > 0 ? grid.stencil(a / rho, ca * b / rho) : grid.stencil(1, 0))
        logRho.append(rho > 0 ? Double.log(rho) : -.infinity)
      }
    }
    (self.product, self.later, self.inner, self.logRho) = (product, later, inner, logRho)
    if let progress {
      for row in progress.rows { append(row) }
      self.step = progress.step
    } else {
      guard start(rate) else { return nil }
    }
    publish()
  }

  /// Takes the rows up to the horizon of the uniform scheme from there.
  private func start(_ rate: Double) -> Bool {
    let rungs = [-12, -6, 0, 5, 10]
    let first = Double.log(Self.firstTime / rate)
    let end = Double.log(UniformTrajectory.reach / rate)
    // Closer than later rows: here the dynamics has a scale of its own.
    let count = Int((2 * (end - first) / largestStep).rounded(.up))
    var index = 0
    for i in 0...count {
      let x = i == count ? end : first + (end - first) * Double(i) / Double(count)
      let t = min(Double.exp(x), UniformTrajectory.reach / rate)
      while index < rungs.count - 1, t > UniformTrajectory.horizon(rungs[index], rate) { index += 1 }
      guard let trajectory = TrajectoryCache.trajectory(dynamics, rung: rungs[index]) else {
        failure = "the implicit step does not converge"
        return false
      }
      var (c, r) = ([Double](), [Double]())
      for k in 0...grid.last {
        let waiting = k == grid.last ? t : t * grid.theta[k]
        let surfaces = trajectory.surfaces(at: t, waiting)
        c.append(surfaces.correlation)
        r.append(surfaces.response)
      }
      append(
        Row(
          logTime: x, correlation: c, response: r, overlap: trajectory.value(.overlap, at: t).value,
          energy: trajectory.value(.energy, at: t).value, multiplier: trajectory.value(.multiplier, at: t).value))
    }
    return true
  }

  private func publish() {
    published.update(Progress(rows: rows, step: step, origin: origin, goal: goal))
  }

  private func append(_ row: Row) {
    rows.append(row)
    flatC += row.correlation
    flatR += row.response
    logTimes.append(row.logTime)
  }

  /// Marches until three rows lie beyond a time, or a condition holds for a row with two more behind it.
  ///
  /// So no answer depends on how far the march has got for other questions.
  func march(beyond logTime: Double, until isDone: (Row) -> Bool = { _ in false }) {
    (origin, goal) = (logTimes[logTimes.count - 1], logTime)
    while failure == nil, logTimes[logTimes.count - 3] <= logTime, !isDone(rows[rows.count - 3]) {
      if Cancellation.isRequested { return }
      if rows.count >= Self.largestCount {
        failure = "an inner layer after the escape needs too many steps"
        return
      }
      advance()
    }
  }

  /// First row and weights of interpolation between rows at a time before the newest one.
  private func place(_ x: Double, count: Int) -> (first: Int, weights: [Double]) {
    // Rows 0 ..< count are finished; the stencil holds five of them.
    var (low, high) = (0, count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if logTimes[middle] <= x { low = middle } else { high = middle }
    }
    let first = min(max(0, low - 2), count - 5)
    return (first, Lagrange.weights(x, logTimes[first..<(first + 5)]))
  }

  /// Solves for one further row.
  private func advance() {
    let n = grid.last
    let count = rows.count
    while true {
      let x = logTimes[count - 1] + step
      let stencil = count - 5
      let predictor = Lagrange.weights(x, logTimes[(count - 5)...])
      var (c, r) = ([Double](repeating: 0, count: n + 1), [Double](repeating: 0, count: n + 1))
      var m = 0.0
      for (i, w) in predictor.enumerated() {
        let row = rows[stencil + i]
        for k in 0...n {
          c[k] += w * row.correlation[k]
          r[k] += w * row.response[k]
        }
        m += w * row.overlap
      }
      (c[n], r[n]) = (1, 1)
      let (guessC, guessR, guessM) = (c, r, m)
      guard let (mu, energy) = solve(x, &c, &r, &m) else {
        step *= 0.5
        if step < 1e-9 {
          failure = "the implicit step does not converge"
          return
        }
        continue
      }
      var error = m == 0 ? 0 : 0.1 * abs((m - guessM) / m)
      for k in 0...n { error = max(error, abs(c[k] - guessC[k]), abs(r[k] - guessR[k])) }
      let factor = min(1.2, max(0.4, Double.pow(0.9 * stepTolerance / max(error, 1e-30), 0.2)))
      // Where nothing escapes, smaller steps cannot lower what the nodes leave as roughness; two resolutions show it.
      let floor = abs(m) < 1e-3 && 0.1 * abs(m - guessM) <= stepTolerance * abs(m) ? 0.3 * largestStep : 1e-7
      if error > 8 * stepTolerance, step > floor {
        step *= min(0.8, factor)
        continue
      }
      append(Row(logTime: x, correlation: c, response: r, overlap: m, energy: energy, multiplier: mu))
      step = min(largestStep, max(floor, step * factor))
      publish()
      return
    }
  }

  /// Newton's method for the row at log time x, from a guess.
  private func solve(
    _ x: Double, _ c: inout [Double], _ r: inout [Double], _ m: inout Double
  ) -> (multiplier: Double, energy: Double)? {
    let n = grid.last
    let width = n + 1
    let count = rows.count
    let t = Double.exp(x)
    let b0 = dynamics.inverseInitialTemperature
    let m0 = dynamics.initialOverlap
    let newest = logTimes[count - 1]
    let firstTime = logTimes[0]
    let bdf = Lagrange.derivative(x, (Array(logTimes[(count - 4)...]) + [x])[...])
    let points = Array(logTimes[(count - 4)...]) + [x]
    let newestWeights = { (s: Double) in Lagrange.weights(s, points[...]) }

    // What the finished rows contribute at t' = theta_j t, and the weight of the new one.
    var overlapPast = [Double](repeating: 0, count: width)
    var startPast = overlapPast
    var la = overlapPast
    for j in 0...n {
      if j == n {
        la[j] = 1
        continue
      }
      let s = j == 0 ? -Double.infinity : x + Double.log(grid.theta[j])
      let base = j * width
      if s < firstTime {
        let y = s == -.infinity ? 0 : Double.exp(s - firstTime)
        let row = rows[0]
        for q in 0...n {
          earlyC[base + q] = 1 - y + y * row.correlation[q]
          earlyR[base + q] = 1 - y + y * row.response[q]
        }
        overlapPast[j] = (1 - y) * m0 + y * row.overlap
        startPast[j] = 1 - y + y * row.correlation[0]
        continue
      }
      let first: Int
      var weights: [Double]
      if s > newest {
        weights = newestWeights(s)
        la[j] = weights.removeLast()
        first = count - 4
      } else {
        (first, weights) = place(s, count: count)
      }
      for q in 0...n { (earlyC[base + q], earlyR[base + q]) = (0, 0) }
      for (i, w) in weights.enumerated() {
        let row = rows[first + i]
        for q in 0...n {
          earlyC[base + q] += w * row.correlation[q]
          earlyR[base + q] += w * row.response[q]
        }
        overlapPast[j] += w * row.overlap
        startPast[j] += w * row.correlation[0]
      }
    }
    gatherHistory(x)

    var (pastC, pastR, pastM) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width), 0.0)
    for i in 0..<4 {
      let row = rows[count - 4 + i]
      for k in 0...n {
        pastC[k] += bdf[i] * row.correlation[k]
        pastR[k] += bdf[i] * row.response[k]
      }
      pastM += bdf[i] * row.overlap
    }
    var residual = [Double](repeating: 0, count: 2 * n + 1)
    var (first1, first2, first3) = (
      [Double](repeating: 0, count: width), [Double](repeating: 0, count: width), [Double](repeating: 0, count: width)
    )
    var (explicitC, explicitR) = (first1, first1)
    var first3Explicit = first1
    var (s, d, second, third) = (first1, first1, first1, first1)
    let differences = differences
    var lastChange = Double.infinity
    for iteration in 0..<25 {
      for k in 0...n {
        second[k] = xi.second(c[k])
        third[k] = xi.third(c[k])
        s[k] = second[k] * r[k]
        d[k] = xi.first(c[k])
      }
      let force = phi.first(m)
      let memory = b0 * d[0]
      var (contact, sm, dr) = (m * force + memory * c[0], 0.0, 0.0)
      for q in 0...n {
        let w = t * grid.weight[q]
        contact += w * (s[q] * c[q] + d[q] * r[q])
        dr += w * d[q] * r[q]
        sm += w * s[q] * (overlapPast[q] + la[q] * m)
      }
      let mu = dynamics.temperature + contact
      let energy = -phi.value(m) - dr - b0 * xi.value(c[0])
      // Each iteration has its own matrix at first; later ones reuse it.
      let isFresh = iteration < 1 || iteration % 6 == 0
      if isFresh { solver.clear() }
      for j in 0..<n {
        for k in 0...n {
          (first1[k], first2[k], first3[k], explicitC[k], explicitR[k]) = (0, 0, 0, 0, 0)
        }
        let (early, late) = (t * grid.theta[j], t * grid.complement[j])
        let base = j * width
        for q in 0...n {
          let k = base + q
          let (wa, wb) = (early * grid.weight[q], late * grid.weight[q])
          let a = product[k]
          let b = later[k]
          let g = inner[k]
          let ca = earlyC[k] + la[j] * c[q]
          let ra = earlyR[k] + la[j] * r[q]
          let new = newWeight[k]
          let cb = historyC[k] + (new == 0 ? 0 : new * Self.sum(g, c))
          let rb = historyR[k] + (new == 0 ? 0 : new * Self.sum(g, r))
          Self.scatter(a, wa * ca, &first1)
          Self.scatter(b, wb * cb, &first1)
          Self.scatter(a, wa * ra, &first2)
          Self.scatter(b, wb * rb, &first3)
          if isFresh {
            if la[j] != 0 {
              explicitC[q] += wa * la[j] * Self.sum(a, s)
              explicitR[q] += wa * la[j] * Self.sum(a, d)
            }
            if new != 0 {
              let weight = wb * new * Self.sum(b, s)
              Self.scatter(g, weight, &explicitC)
              Self.scatter(g, weight, &first3Explicit)
            }
          }
        }
        var (i12, i3) = (0.0, 0.0)
        for k in 0...n {
          i12 += first1[k] * s[k] + first2[k] * d[k]
          i3 += first3[k] * s[k]
        }
        // Derivative along the row, towards larger theta.
        let from = min(max(0, j - 2), n - 5)
        let along = differences[j]
        let drift = grid.theta[j] / grid.slope[j]
        var (slopeC, slopeR) = (0.0, 0.0)
        for i in 0..<6 {
          slopeC += along[i] * c[from + i]
          slopeR += along[i] * r[from + i]
        }
        let earlier = overlapPast[j] + la[j] * m
        let begin = startPast[j] + la[j] * c[0]
        residual[j] =
          -(pastC[j] + bdf[4] * c[j] - drift * slopeC) / t - mu * c[j] + i12 + force * earlier + memory * begin
        residual[n + j] = -(pastR[j] + bdf[4] * r[j] - drift * slopeR) / t - mu * r[j] + i3
        guard isFresh else { continue }
        let rowC = solver.row(j)
        let rowR = solver.row(n + j)
        for k in 0..<n {
          let w = t * grid.weight[k]
          let muC = w * (third[k] * r[k] * c[k] + 2 * s[k])
          let muR = w * (second[k] * c[k] + d[k])
          rowC[k] = first1[k] * third[k] * r[k] + first2[k] * second[k] + explicitC[k] - c[j] * muC
          rowC[n + k] = first1[k] * second[k] + explicitR[k] - c[j] * muR
          rowR[k] = first3[k] * third[k] * r[k] - r[j] * muC
          rowR[n + k] = first3[k] * second[k] + first3Explicit[k] - r[j] * muR
          first3Explicit[k] = 0
        }
        first3Explicit[n] = 0
        let start = b0 * (second[0] * c[0] + d[0])
        rowC[0] += b0 * second[0] * begin + memory * la[j] - c[j] * start
        rowR[0] -= r[j] * start
        rowC[j] -= bdf[4] / t + mu
        rowR[n + j] -= bdf[4] / t + mu
        for i in 0..<6 where from + i < n {
          rowC[from + i] += drift * along[i] / t
          rowR[n + from + i] += drift * along[i] / t
        }
        let curvature = phi.second(m)
        let muM = force + m * curvature
        rowC[2 * n] = (curvature * earlier + force * la[j] - c[j] * muM) * m
        rowR[2 * n] = -r[j] * muM * m
      }
      if m == 0 {
        residual[2 * n] = 0
        if isFresh { solver.row(2 * n)[2 * n] = 1 }
      } else {
        residual[2 * n] = (-(pastM + bdf[4] * m) / t - mu * m + force + sm + memory * m0) / m
        if isFresh {
          let row = solver.row(2 * n)
          var own = 0.0
          for k in 0...n {
            let w = t * grid.weight[k]
            own += w * s[k] * la[k]
            if k == n { break }
            let earlier = overlapPast[k] + la[k] * m
            row[k] =
              (w * third[k] * r[k] * earlier - m * w * (third[k] * r[k] * c[k] + 2 * s[k])) / m
            row[n + k] = (w * second[k] * earlier - m * w * (second[k] * c[k] + d[k])) / m
          }
          row[0] += (b0 * second[0] * m0 - m * b0 * (second[0] * c[0] + d[0])) / m
          let curvature = phi.second(m)
          row[2 * n] = -bdf[4] / t - mu + curvature + own - m * (force + m * curvature)
        }
      }
      if isFresh, !solver.factorize() { return nil }
      let change = solver.solve(residual)
      var size = abs(change[2 * n])
      for k in 0..<n {
        c[k] -= change[k]
        r[k] -= change[n + k]
        size = max(size, abs(change[k]), abs(change[n + k]))
      }
      m -= change[2 * n] * m
      guard size.isFinite, size < 10 else { return nil }
      if size < 1e-11 || (size < 1e-9 && size > 0.3 * lastChange) { return (mu, energy) }
      lastChange = size
    }
    return nil
  }

  /// What the finished rows contribute at the times s = rho t and ratios theta/rho, and the weight of the new row there.
  private func gatherHistory(_ x: Double) {
    let n = grid.last
    let width = n + 1
    let count = rows.count
    let newest = logTimes[count - 1]
    let firstTime = logTimes[0]
    let times = logTimes + [x]
    times.withUnsafeBufferPointer { times in
      flatC.withUnsafeBufferPointer { c in
        flatR.withUnsafeBufferPointer { r in
          for k in 0..<(n * width) {
            let s = x + logRho[k]
            let g = inner[k]
            if s < firstTime {
              let y = s == -.infinity ? 0 : Double.exp(s - firstTime)
              historyC[k] = 1 - y + y * Self.sum(g, c, 0)
              historyR[k] = 1 - y + y * Self.sum(g, r, 0)
              newWeight[k] = 0
              continue
            }
            var first = count - 4
            if s <= newest {
              var (low, high) = (0, count - 1)
              while high - low > 1 {
                let middle = (low + high) / 2
                if times[middle] <= s { low = middle } else { high = middle }
              }
              first = min(max(0, low - 2), count - 5)
            }
            let w = Self.weights(s, times, first)
            var (sumC, sumR) = (0.0, 0.0)
            let past = s > newest ? 4 : 5
            for i in 0..<past {
              sumC += w[i] * Self.sum(g, c, (first + i) * width)
              sumR += w[i] * Self.sum(g, r, (first + i) * width)
            }
            historyC[k] = sumC
            historyR[k] = sumR
            newWeight[k] = past == 4 ? w[4] : 0
          }
        }
      }
    }
  }

  /// Five-point interpolation at s from the point `first`.
  @inline(__always)
  private static func weights(_ s: Double, _ x: UnsafeBufferPointer<Double>, _ first: Int) -> SIMD8<Double> {
    let (a, b, c, d, e) = (x[first], x[first + 1], x[first + 2], x[first + 3], x[first + 4])
    let (p, q, u, v, w) = (s - a, s - b, s - c, s - d, s - e)
    var result = SIMD8<Double>.zero
    result[0] = q * u * v * w / ((a - b) * (a - c) * (a - d) * (a - e))
    result[1] = p * u * v * w / ((b - a) * (b - c) * (b - d) * (b - e))
    result[2] = p * q * v * w / ((c - a) * (c - b) * (c - d) * (c - e))
    result[3] = p * q * u * w / ((d - a) * (d - b) * (d - c) * (d - e))
    result[4] = p * q * u * v / ((e - a) * (e - b) * (e - c) * (e - d))
    return result
  }

  @inline(__always)
  private static func sum(_ stencil: RatioGrid.Stencil, _ f: UnsafeBufferPointer<Double>, _ start: Int) -> Double {
    let (i, w) = (start + stencil.first, stencil.w)
    let low = w.0 * f[i] + w.1 * f[i + 1] + w.2 * f[i + 2]
    return low + w.3 * f[i + 3] + w.4 * f[i + 4] + w.5 * f[i + 5]
  }

  /// Six-point differences along the nodes, biased towards the diagonal, from where the rows are fed.
  private lazy var differences: [[Double]] = (0..<grid.last).map { j in
    let from = min(max(0, j - 2), grid.last - 5)
    return Lagrange.derivative(Double(j), (0..<6).map { Double(from + $0) }[...])
  }

  @inline(__always)
  private static func sum(_ stencil: RatioGrid.Stencil, _ f: [Double]) -> Double {
    f.withUnsafeBufferPointer { f in
      let (i, w) = (stencil.first, stencil.w)
      return w.0 * f[i] + w.1 * f[i + 1] + w.2 * f[i + 2] + w.3 * f[i + 3] + w.4 * f[i + 4] + w.5 * f[i + 5]
    }
  }

  @inline(__always)
  private static func scatter(_ stencil: RatioGrid.Stencil, _ a: Double, _ f: inout [Double]) {
    let (i, w) = (stencil.first, stencil.w)
    f[i] += a * w.0
    f[i + 1] += a * w.1
    f[i + 2] += a * w.2
    f[i + 3] += a * w.3
    f[i + 4] += a * w.4
    f[i + 5] += a * w.5
  }

  /// The quantities at a time between finished rows.
  func value(_ get: (Row) -> Double, at logTime: Double) -> Double {
    let (first, weights) = place(logTime, count: rows.count)
    return zip(weights, rows[first..<(first + 5)]).reduce(0) { $0 + $1.0 * get($1.1) }
  }

  /// ln |m| at a time between finished rows where the sign stays; nil where it changes.
  func logOverlap(at logTime: Double) -> Double? {
    let (first, weights) = place(logTime, count: rows.count)
    let near = rows[first..<(first + 5)]
    guard near.allSatisfy({ $0.overlap > 0 }) || near.allSatisfy({ $0.overlap < 0 }) else { return nil }
    return zip(weights, near).reduce(0) { $0 + $1.0 * Double.log(abs($1.1.overlap)) }
  }

  /// The first time after the uniform scheme's horizon at which |m| passes a target; nil if it does not.
  func crossing(of target: Double) -> Double? {
    guard let index = rows.firstIndex(where: { abs($0.overlap) > target }), index > 0 else { return nil }
    let goal = Double.log(target)
    var (low, high) = (rows[index - 1].logTime, rows[index].logTime)
    for _ in 0..<60 {
      let middle = 0.5 * (low + high)
      guard let value = logOverlap(at: middle) else { return nil }
      if value < goal { low = middle } else { high = middle }
    }
    return Double.exp(0.5 * (low + high))
  }

  /// C and R at times t >= t' by the ratio.
  func surfaces(at logTime: Double, ratio: Double, complement: Double) -> (correlation: Double, response: Double) {
    let g = grid.stencil(ratio, complement)
    return (value({ Self.sum(g, $0.correlation) }, at: logTime), value({ Self.sum(g, $0.response) }, at: logTime))
  }

  /// The integral of R(t,s) over ratio < s/t < 1.
  func integratedResponse(at logTime: Double, ratio: Double, complement: Double) -> Double {
    value(
      { row in
        // A polynomial substitution on the nodes: s = t' + (t - t') theta_q.
        (0...grid.last).reduce(0.0) { sum, q in
          let rho = ratio + complement * grid.theta[q]
          let g = grid.stencil(rho, complement * grid.complement[q])
          return sum + Double.exp(row.logTime) * complement * grid.weight[q] * Self.sum(g, row.response)
        }
      }, at: logTime)
  }
}
