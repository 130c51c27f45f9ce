// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule

/// The curve of solutions of F(x, parameters) = 0 through a given point, as a sequence of points.
///
/// Traced by pseudo-arclength: a step along the tangent, then Newton's method on the plane across it, so that folds are no
/// obstacle. Events between two points are located to full tolerance and appear as points of their own, in order. Failure is
/// the last element, since `next()` cannot throw. The caller may stop at any element.
///
///     let circle = ContinuationProblem(dimension: 1) { x, p, f in f[0] = x[0] * x[0] + p[0] * p[0] - 1 }
///     for point in Continuation(of: circle, parameter: 0, from: [1], parameters: [0]) where point.event == .fold { ... }
///
/// - Complexity: for each point a few evaluations of F and its Jacobian (4n + 4 evaluations) and O(n^3).
public struct Continuation: Sequence {
  private let problem: ContinuationProblem
  private let free: Int
  private let start: [Double]
  private let parameters: [Double]
  private let direction: Double
  private let monitors: [ContinuationMonitor]
  private let settings: ContinuationSettings
  private let isCancelled: () -> Bool

  /// A curve.
  ///
  /// - Parameters:
  ///   - problem: the equations.
  ///   - parameter: position of the free parameter.
  ///   - start: unknowns near a solution at the given parameters; Newton's method improves them first.
  ///   - parameters: all parameters.
  ///   - direction: sign of the first change of the parameter (of the first unknown that changes, at a fold).
  ///   - monitors: functions whose zeros are events, or that bound the domain.
  ///   - settings: steps and limits.
  ///   - isCancelled: asked before every step; true ends the curve.
  public init(
    of problem: ContinuationProblem, parameter: Int, from start: [Double], parameters: [Double],
    direction: Double = 1, monitors: [ContinuationMonitor] = [], settings: ContinuationSettings = .init(),
    isCancelled: @escaping () -> Bool = { false }
  ) {
    self.problem = problem
    self.free = parameter
    self.start = start
    self.parameters = parameters
    self.direction = direction < 0 ? -1 : 1
    self.monitors = monitors
    self.settings = settings
    self.isCancelled = isCancelled
  }

  /// The points, computed as they are asked for.
  public func makeIterator() -> Iterator {
    Iterator(curve: self)
  }

  /// A place on the curve with what the next step needs.
  private struct Place {
    var u: [Double]
    var tangent: [Double]
    /// Sign and log-modulus of the determinant of the Jacobian bordered by the tangent.
    var determinant: Double
    var lastStep: Double
  }

  private struct Trouble: Error {
    let reason: String
  }

  // MARK: Equations in u = (x, parameter)

  private func allParameters(_ u: [Double]) -> [Double] {
    var list = parameters
    list[free] = u[problem.dimension]
    return list
  }

  private func residual(_ u: [Double]) throws(Trouble) -> [Double] {
    var result = [Double](repeating: 0, count: problem.dimension)
    problem.residual(Array(u[0..<problem.dimension]), allParameters(u), &result)
    guard result.allSatisfy(\.isFinite) else { throw Trouble(reason: "the equations are not finite") }
    return result
  }

  /// n x (n+1), by differences of fourth order.
  private func jacobian(_ u: [Double]) throws(Trouble) -> Matrix {
    let n = problem.dimension
    var matrix = Matrix(rows: n, columns: n + 1)
    for column in 0...n {
      let h = 1e-3 * Swift.max(abs(u[column]), 1e-2)
      for (offset, weight) in [(1.0, 8.0), (-1, -8), (2, -1), (-2, 1)] {
        var shifted = u
        shifted[column] += offset * h
        let value = try residual(shifted)
        for row in 0..<n { matrix[row, column] += weight * value[row] / (12 * h) }
      }
    }
    return matrix
  }

  /// The Jacobian with a row added.
  private func bordered(_ jacobian: Matrix, by row: [Double]) throws(Trouble) -> LUFactorization {
    let n = problem.dimension
    let matrix = Matrix(rows: n + 1, columns: n + 1, jacobian.entries + row)
    do throws(GSLError) { return try LUFactorization(matrix) } catch { throw Trouble(reason: error.description) }
  }

  private func solve(_ factors: LUFactorization, _ right: [Double]) throws(Trouble) -> [Double] {
    do throws(GSLError) { return try factors.solve(right) } catch { throw Trouble(reason: "the Jacobian is singular") }
  }

  /// Newton's method for F = 0 on the plane through `guess` across `normal`.
  private func corrected(_ guess: [Double], across normal: [Double]) throws(Trouble) -> (
    u: [Double], steps: Int, last: Double
  ) {
    let n = problem.dimension
    var u = guess
    var last = Double.infinity
    for iteration in 1...12 {
      let f = try residual(u)
      let plane = zip(normal, zip(u, guess)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
      let factors = try bordered(try jacobian(u), by: normal)
      let step = try solve(factors, f + [plane])
      var length = 0.0
      var size = 1e-3
      for index in 0...n {
        u[index] -= step[index]
        length = Swift.max(length, abs(step[index]))
        size = Swift.max(size, abs(u[index]))
      }
      guard length.isFinite, length < 1e6 * size else { throw Trouble(reason: "Newton's method diverges") }
      // The limit of rounding: steps no longer shrink.
      if length <= 1e-15 * size || (length <= 1e-10 * size && length >= 0.25 * last) { return (u, iteration, length) }
      last = length
    }
    if last < 1e-9 { return (u, 12, last) }
    throw Trouble(reason: "Newton's method does not converge")
  }

  /// Unit tangent at `u`, pointing along `previous`.
  private func place(at u: [Double], along previous: [Double], lastStep: Double) throws(Trouble) -> Place {
    let n = problem.dimension
    let matrix = try jacobian(u)
    let unit = [Double](repeating: 0, count: n) + [1]
    var tangent = try solve(try bordered(matrix, by: previous), unit)
    let norm = tangent.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for index in 0...n { tangent[index] /= norm }
    let factors = try bordered(matrix, by: tangent)
    return Place(
      u: u, tangent: tangent, determinant: Double(factors.determinantSign) * exponential(factors.logDeterminant),
      lastStep: lastStep)
  }

  private func exponential(_ x: Double) -> Double { x > 600 ? 1e260 : x < -600 ? 1e-260 : Double.exp(x) }

  // MARK: Tracing

  /// The tracing itself.
  public struct Iterator: IteratorProtocol {
    private let curve: Continuation
    private var here: Place?
    private var queue: [ContinuationPoint] = []
    private var arclength = 0.0
    private var step: Double
    private var count = 0
    private var isFinished = false
    private var origin: Place?

    fileprivate init(curve: Continuation) {
      self.curve = curve
      step = curve.settings.firstStep
    }

    /// The next point of the curve; nil after the last.
    public mutating func next() -> ContinuationPoint? {
      if queue.isEmpty, !isFinished { advance() }
      guard !queue.isEmpty else { return nil }
      let point = queue.removeFirst()
      if point.event?.isLast == true {
        isFinished = true
        queue = []
      }
      return point
    }

    private func point(_ place: Place, _ arclength: Double, _ event: ContinuationEvent?, error: Double)
      -> ContinuationPoint
    {
      let n = curve.problem.dimension
      return ContinuationPoint(
        state: Array(place.u[0..<n]), parameters: curve.allParameters(place.u), parameter: place.u[n],
        arclength: arclength, tangent: place.tangent, event: event, error: error)
    }

    private mutating func advance() {
      guard let here else { return begin() }
      if curve.isCancelled() { return queue.append(point(here, arclength, .cancelled, error: here.lastStep)) }
      count += 1
      if count >= curve.settings.limit {
        return queue.append(
          point(here, arclength, .failure("more than \(curve.settings.limit) points"), error: here.lastStep))
      }
      var reason = ""
      while step >= curve.settings.smallestStep {
        do throws(Trouble) {
          if try take(step, from: here) { return }
          reason = "the curve turns too sharply"
        } catch { reason = error.reason }
        step *= 0.5
      }
      queue.append(point(here, arclength, .failure(reason), error: here.lastStep))
    }

    private mutating func begin() {
      let n = curve.problem.dimension
      let u = curve.start + [curve.parameters[curve.free]]
      let alongParameter = [Double](repeating: 0, count: n) + [1]
      do throws(Trouble) {
        var result: (u: [Double], steps: Int, last: Double)
        var place: Place
        do throws(Trouble) {
          result = try curve.corrected(u, across: alongParameter)
          place = try curve.place(at: result.u, along: alongParameter, lastStep: result.last)
        } catch {
          // At a fold the parameter cannot be held fixed; one of the unknowns can.
          let alongState = [1.0] + [Double](repeating: 0, count: n)
          result = try curve.corrected(u, across: alongState)
          place = try curve.place(at: result.u, along: alongState, lastStep: result.last)
        }
        if curve.direction < 0 {
          place.tangent = place.tangent.map { -$0 }
          place.determinant = -place.determinant
        }
        here = place
        origin = place
        queue.append(point(place, 0, .start, error: place.lastStep))
      } catch {
        let place = Place(u: u, tangent: alongParameter, determinant: 0, lastStep: .infinity)
        queue.append(point(place, 0, .failure("no solution near the start: \(error.reason)"), error: .infinity))
      }
    }

    /// The place at distance `s` along the tangent of `here`, corrected.
    private func place(_ s: Double, from here: Place) throws(Trouble) -> (place: Place, steps: Int) {
      let guess = zip(here.u, here.tangent).map { $0 + s * $1 }
      let (u, steps, last) = try curve.corrected(guess, across: here.tangent)
      return (try curve.place(at: u, along: here.tangent, lastStep: last), steps)
    }

    /// Tries a step; false if it is too long for the curvature.
    private mutating func take(_ s: Double, from here: Place) throws(Trouble) -> Bool {
      let (there, steps) = try place(s, from: here)
      let cosine = zip(here.tangent, there.tangent).reduce(0) { $0 + $1.0 * $1.1 }
      guard cosine > Double.cos(curve.settings.largestAngle) else { return false }
      var events = try events(between: here, there, s)
      events.sort { $0.arclength < $1.arclength }
      let distance = zip(here.u, there.u).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }.squareRoot()
      if let last = events.firstIndex(where: { $0.event?.isLast == true }) {
        queue += events[...last]
        return true
      }
      if let closing = closing(s, from: here) {
        queue += events.filter { $0.arclength < closing.arclength - 1e-9 }
        queue.append(closing)
        return true
      }
      queue += events
      arclength += distance
      queue.append(point(there, arclength, nil, error: there.lastStep))
      self.here = there
      if steps <= 4, cosine > Double.cos(0.5 * curve.settings.largestAngle) {
        step = Swift.min(1.5 * s, curve.settings.largestStep)
      } else {
        step = s
      }
      return true
    }

    /// The start itself, if the step from `here` passes through it: the curve is closed.
    private func closing(_ s: Double, from here: Place) -> ContinuationPoint? {
      guard count > 3, let origin else { return nil }
      let along = zip(here.tangent, zip(origin.u, here.u)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
      guard along > -1e-9 * s, along <= s, let (found, _) = try? place(along, from: here) else { return nil }
      // On the plane across the step through the start, the curve either meets it or passes at a distance.
      let gap = zip(origin.u, found.u).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }.squareRoot()
      let cosine = zip(origin.tangent, found.tangent).reduce(0) { $0 + $1.0 * $1.1 }
      guard gap < 1e-6 * s, cosine > Double.cos(curve.settings.largestAngle) else { return nil }
      return point(found, arclength + abs(along), .closed, error: found.lastStep + gap)
    }

    private func events(between a: Place, _ b: Place, _ s: Double) throws(Trouble) -> [ContinuationPoint] {
      let n = curve.problem.dimension
      var found: [ContinuationPoint] = []
      let isBranchPoint = a.determinant * b.determinant < 0
      if isBranchPoint, let event = locateBranchPoint(a, b) { found.append(event) }
      // At a branch point the tangent along the curve may pass through the parameter's turning, too (a pitchfork's arms).
      if !isBranchPoint, a.tangent[n] * b.tangent[n] < 0 {
        guard let event = locate(.fold, a, s, { $0.tangent[n] }) else { throw Trouble(reason: "a fold escapes") }
        found.append(event)
      }
      for monitor in curve.monitors {
        let value = { (place: Place) -> Double in
          monitor.value(Array(place.u[0..<n]), curve.allParameters(place.u))
        }
        let (before, after) = (value(a), value(b))
        if monitor.isBoundary ? (after < 0 && before >= 0) : before * after < 0 || (after == 0 && before != 0) {
          let event: ContinuationEvent = monitor.isBoundary ? .endOfDomain(monitor.name) : .zero(of: monitor.name)
          guard let point = locate(event, a, s, value) else { throw Trouble(reason: "\(monitor.name) escapes") }
          found.append(point)
        }
      }
      return found
    }

    /// The place where the determinant changes its sign.
    ///
    /// There the equations cannot be solved, so that the places close by are interpolated from places at a distance, which
    /// are drawn nearer twice.
    private func locateBranchPoint(_ a: Place, _ b: Place) -> ContinuationPoint? {
      let n = curve.problem.dimension
      var (first, last) = (a, b)
      var result: ContinuationPoint?
      for round in 0...2 {
        let length = zip(first.u, last.u).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }.squareRoot()
        let (p, q) = (first, last)
        // Hermite's cubic and its direction.
        func between(_ t: Double) -> (u: [Double], tangent: [Double]) {
          var (u, direction) = (p.u, p.tangent)
          for index in 0...n {
            let rise = q.u[index] - p.u[index]
            let (left, right) = (length * p.tangent[index], length * q.tangent[index])
            u[index] += t * (left + t * (3 * rise - 2 * left - right + t * (left + right - 2 * rise)))
            direction[index] = left + t * (2 * (3 * rise - 2 * left - right) + 3 * t * (left + right - 2 * rise))
          }
          let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
          return (u, direction.map { $0 / norm })
        }
        let root = try? brentRoot("branch point", in: 0...1) { (t: Double) throws -> Double in
          if t == 0 { return p.determinant }
          if t == 1 { return q.determinant }
          let (u, tangent) = between(t)
          let factors = try curve.bordered(try curve.jacobian(u), by: tangent)
          return factors.determinantSign == 0
            ? 0 : Double(factors.determinantSign) * curve.exponential(factors.logDeterminant)
        }
        guard let t = root?.value else { break }
        let (u, tangent) = between(t)
        let distance = zip(a.u, u).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }.squareRoot()
        let error = Double.pow(length, 4) + 1e-8 * length + 1e-11
        result = point(
          Place(u: u, tangent: tangent, determinant: 0, lastStep: error), arclength + distance, .branchPoint,
          error: error)
        if round == 2 { break }
        var ends: [Place] = []
        for end in [Swift.max(t - 0.05, 0), Swift.min(t + 0.05, 1)] {
          let (guess, normal) = between(end)
          guard let (u, _, step) = try? curve.corrected(guess, across: normal),
            let place = try? curve.place(at: u, along: normal, lastStep: step)
          else { continue }
          ends.append(place)
        }
        guard ends.count == 2, ends[0].determinant * ends[1].determinant < 0 else { break }
        (first, last) = (ends[0], ends[1])
      }
      return result
    }

    /// The place where a function along the step vanishes, to the last digits.
    private func locate(
      _ event: ContinuationEvent, _ a: Place, _ s: Double, _ test: (Place) -> Double
    ) -> ContinuationPoint? {
      let root = try? brentRoot("event on a curve", in: 0...s) { (t: Double) throws -> Double in
        t == 0 ? test(a) : test(try place(t, from: a).place)
      }
      guard let root, let (found, _) = try? place(root.value, from: a) else { return nil }
      let distance = zip(a.u, found.u).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }.squareRoot()
      return point(
        found, arclength + distance, event,
        error: root.bracket.upperBound - root.bracket.lowerBound + 1e-9 * s + found.lastStep)
    }
  }
}
