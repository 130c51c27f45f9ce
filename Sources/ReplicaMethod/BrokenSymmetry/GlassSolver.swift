// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointNumerics

/// A solution of the glass equations with bounds on the errors of what is read off.
struct GlassSolution: Sendable {
  let point: GlassPoint
  let observables: GlassObservables
  let errors: GlassObservables
}

/// What is read off a solution, each a plain number.
struct GlassObservables: Sendable {
  var overlap = 0.0
  var lowest = 0.0
  var q0 = 0.0
  var q1 = 0.0
  var response = 0.0
  var y = 0.0
  var complexity = 0.0
  var inner = 0.0
  var outer = 0.0
  var freeEnergy = 0.0

  static var fields: [WritableKeyPath<GlassObservables, Double>] {
    [\.overlap, \.lowest, \.q0, \.q1, \.response, \.y, \.complexity, \.inner, \.outer, \.freeEnergy]
  }
}

/// A one-parameter family of order parameters on which one equation is left to solve.
///
/// Every equation but one is solved explicitly or by a bracketed root, so that a scan of the parameter meets every solution.
private struct GlassCurve {
  /// Values of the parameter, in (0, 1).
  let grid: [Double]
  /// How many solutions of the upper overlap are followed.
  let branches: Int
  /// The order parameters at a value of the parameter.
  let points: (Double) -> [GlassPoint]
}

/// Every solution of the glass equations of one ansatz.
///
/// The outer order parameters (m, q_0, W) lie on explicit curves: m = 0 or W = m/phi'(m), then q_0 = m^2 + W^2 xi'(q_0) has
/// one root that is stable; in a continuous part W = xi''(q_0)^(-1/2). Along each the upper overlap follows from a
/// bracketed root, and the last equation is scanned for changes of sign.
struct GlassSolver {
  let equations: GlassEquations
  private var xi: Polynomial { equations.xi }
  private var phi: Polynomial { equations.phi }
  private var temperature: Double { equations.temperature }
  /// Whether a random field acts, so that q_0 > 0 even at m = 0.
  let hasRandomField: Bool

  init(_ equations: GlassEquations) {
    self.equations = equations
    hasRandomField = equations.xi.derivative(1, at: 0) > 0
  }

  /// Whether m = 0 is a solution.
  var allowsZeroOverlap: Bool { phi.derivative(1, at: 0) == 0 }

  /// The signs of m that have to be looked at: both unless phi is even.
  var signs: [Double] {
    if phi.terms.isEmpty { return [] }
    return phi.terms.allSatisfy { $0.degree % 2 == 0 } ? [1] : [-1, 1]
  }

  // MARK: Replica symmetry

  /// Every replica-symmetric solution.
  func replicaSymmetric() -> [GlassSolution] {
    var solutions: [GlassSolution] = []
    func symmetric(m: Double, q: Double, chi: Double) -> GlassPoint {
      GlassPoint(
        temperature: temperature, m: m, lowest: q, lowestResponse: chi, q0: q, outer: chi, chi: chi)
    }
    if allowsZeroOverlap {
      if temperature == 0 {
        solutions.append(exact(symmetric(m: 0, q: 1, chi: 1 / xi.derivative(1, at: 1).squareRoot())))
      } else {
        if !hasRandomField { solutions.append(exact(symmetric(m: 0, q: 0, chi: 1 / temperature))) }
        let curve = GlassCurve(grid: logisticGrid(400, from: -36, to: 36), branches: 1) { u in
          [symmetric(m: 0, q: 1 - u, chi: u / temperature)]
        }
        // T^2 q = (1-q)^2 xi'(q), divided by q.
        solutions += solve(curve) { at in
          let u = temperature * at.chi
          let field = hasRandomField ? xi.derivative(1, at: 0) / at.q0 : 0
          let slope = equations.differences(0, at.q0).slope + field
          return Double.log(u * u * slope) - 2 * Double.log(temperature)
        }.filter { $0.point.q0 > 1e-9 }
      }
    }
    for sign in signs {
      let curve = GlassCurve(grid: logisticGrid(600, from: -30, to: 30), branches: 1) { t in
        let m = sign * t
        let response = m / phi.derivative(1, at: m)
        guard response > 0, response.isFinite, temperature * response < 1 else { return [] }
        return [symmetric(m: m, q: 1 - temperature * response, chi: response)]
      }
      solutions += solve(curve) { at in
        at.m * at.m + at.chi * at.chi * xi.derivative(1, at: at.q0) - at.q0
      }
    }
    return solutions
  }

  // MARK: One step

  /// Every one-step solution that is closed in the given way, x <= 1.
  ///
  /// - Parameters:
  ///   - closing: the last equation.
  ///   - isInnerStable: only those whose states are stable; others serve where no ansatz is right.
  /// - Returns: the solutions, curve by curve.
  func oneStep(_ closing: GlassEquations.Closing, isInnerStable: Bool = true) -> [GlassSolution] {
    var curves: [GlassCurve] = []
    if allowsZeroOverlap { curves.append(hasRandomField ? randomFieldCurve() : noFieldCurve()) }
    for sign in signs { curves.append(signalCurve(sign)) }
    return curves.flatMap { solve($0) { equations.residual($0, closing) } }
      .filter { isOneStep($0) && (!isInnerStable || equations.innerReplicon($0.point) <= 1 + 1e-6) }
  }

  private func isOneStep(_ solution: GlassSolution) -> Bool {
    let at = solution.point
    return at.gap > 1e-9 && at.r > 1e-9 && at.q0 >= 0 && temperature * at.y <= 1 + 1e-9
  }

  /// m = q_0 = 0: W follows from the upper overlap, which is the parameter.
  private func noFieldCurve() -> GlassCurve {
    GlassCurve(grid: logisticGrid(800, from: -36, to: 36), branches: 1) { s in
      let chi: Double
      let outer: Double
      if temperature == 0 {
        // r = s, chi W = 1/xi'(1)
        chi = ((1 - s) / xi.derivative(1, at: 1)).squareRoot()
        outer = 1 / (xi.derivative(1, at: 1) * chi)
      } else {
        chi = s / temperature
        outer = 1 / (equations.differences(0, 1 - s).slope * chi)
      }
      let at = GlassPoint(
        temperature: temperature, m: 0, lowest: 0, lowestResponse: outer, q0: 0, outer: outer, chi: chi)
      return outer > chi && temperature * at.y < 2 ? [at] : []
    }
  }

  /// m = 0 with a random field: W^2 = q_0/xi'(q_0).
  private func randomFieldCurve() -> GlassCurve {
    GlassCurve(grid: grid(300, from: -30, to: 30, crowdingAt: continuousEnds().map(\.q)), branches: 2) { q0 in
      let outer = (q0 / xi.derivative(1, at: q0)).squareRoot()
      // Beyond its maximum the response belongs to the unstable root.
      guard outer * outer * xi.derivative(2, at: q0) <= 1 else { return [] }
      return tops(m: 0, q0: q0, outer: outer, lowest: q0, lowestResponse: outer)
    }
  }

  /// m > 0 or m < 0: W = m/phi'(m), and the stable root q_0 of q_0 = m^2 + W^2 xi'(q_0).
  private func signalCurve(_ sign: Double) -> GlassCurve {
    if let field = uniformField {
      // W^2 = q_0/(xi'(q_0) + h^2) and m = W h: with q_0 as parameter the end of the stable overlaps is resolved.
      return GlassCurve(
        grid: grid(300, from: -30, to: 30, crowdingAt: continuousEnds().map(\.q)), branches: 2
      ) { q0 in
        let outer = (q0 / (xi.derivative(1, at: q0) + field * field)).squareRoot()
        guard sign * field > 0, outer * outer * xi.derivative(2, at: q0) <= 1 else { return [] }
        return tops(m: outer * field, q0: q0, outer: outer, lowest: q0, lowestResponse: outer)
      }
    }
    return generalSignalCurve(sign)
  }

  /// The field, where that is all of the signal.
  private var uniformField: Double? {
    phi.terms.count == 1 && phi.terms[0].degree == 1 ? phi.terms[0].coefficient : nil
  }

  private func generalSignalCurve(_ sign: Double) -> GlassCurve {
    GlassCurve(grid: signalGrid(sign), branches: 2) { t in
      let m = sign * t
      let outer = m / phi.derivative(1, at: m)
      guard outer > 0, outer.isFinite, let q0 = stableOuterOverlap(m: m, outer: outer) else { return [] }
      return tops(m: m, q0: q0, outer: outer, lowest: q0, lowestResponse: outer)
    }
  }

  /// Overlaps m of a sign; they crowd where the stable outer overlap ends, beside which jumps open continuously.
  func signalGrid(_ sign: Double) -> [Double] {
    grid(300, from: -28, to: 28, crowdingAt: continuousEnds().map { sign * $0.m })
  }

  /// A logistic grid with geometric sequences towards some places.
  func grid(_ count: Int, from low: Double, to high: Double, crowdingAt places: [Double]) -> [Double] {
    let crowds = places.filter { $0 > 0 && $0 < 1 }.flatMap { place in
      (1...48).flatMap { j -> [Double] in
        let step = place * Double.pow(0.5, j)
        return [place - step, min(place + step, 0.5 * (1 + place))]
      }
    }
    let all = (logisticGrid(count, from: low, to: high) + crowds).sorted()
    return all.indices.filter { $0 == 0 || all[$0] > all[$0 - 1] }.map { all[$0] }
  }

  /// The smallest root of q = m^2 + W^2 xi'(q), where the right side has slope below 1; nil without one.
  func stableOuterOverlap(m: Double, outer: Double) -> Double? {
    let square = outer * outer
    guard let end = overlapOfCurvature(1 / square) else { return nil }
    let excess = { (q: Double) in q - m * m - square * xi.derivative(1, at: q) }
    guard end >= m * m, excess(end) >= 0 else { return nil }
    return try? brentRoot("outer overlap", in: m * m...end, excess).value
  }

  /// The overlap at which xi'' takes a value, 1 where it stays below; nil if it is above from q = 0 on.
  private func overlapOfCurvature(_ value: Double) -> Double? {
    if xi.derivative(2, at: 0) >= value { return nil }
    if xi.derivative(2, at: 1) <= value { return 1 }
    return try? brentRoot("end of the stable overlaps", in: 0...1) { xi.derivative(2, at: $0) - value }.value
  }

  private static let innerGrid: [Double] = {
    let sparse: [Double] = [-40, -25, -15, -10, -8, -7]
    let dense = (0...40).map { index -> Double in 0.3 * Double(index) - 6 + 0.017 }
    // Close to q0: jumps that open continuously.
    let narrow: [Double] = [7, 8, 9, 10, 11.5, 13, 15, 18, 21, 25]
    return (sparse + dense + narrow).map { y in 1 / (1 + Double.exp(-y)) }
  }()

  /// The upper overlaps that go with outer order parameters: [xi'(q1) - xi'(q0)] chi W = q1 - q0, rising through it in chi.
  private func tops(m: Double, q0: Double, outer: Double, lowest: Double, lowestResponse: Double) -> [GlassPoint] {
    func point(_ chi: Double) -> GlassPoint {
      GlassPoint(
        temperature: temperature, m: m, lowest: lowest, lowestResponse: lowestResponse, q0: q0, outer: outer, chi: chi)
    }
    guard q0 < 1 else { return [] }
    if temperature == 0 {
      let at = point(1 / (equations.differences(q0, 1).slope * outer))
      return at.chi < outer ? [at] : []
    }
    let width = (1 - q0) / temperature
    return scannedRoots(Self.innerGrid) { equations.topResidual(point($0 * width)) }
      .map { point($0 * width) }
      .filter { at in
        // Where the residual falls in chi the inner replicon exceeds (1-q0)/(T W) >= 1.
        at.chi < outer && temperature * at.y < 1.5
          && equations.topResidual(point(at.chi * (1 - 1e-6))) <= 0
      }
  }

  // MARK: Continuous parts

  /// The lower end of a continuous part.
  struct ContinuousEnd {
    let m: Double
    let q: Double
    /// W = xi''(q)^(-1/2).
    let response: Double
    /// Bounds on the errors of m, q and W.
    let errors: (m: Double, q: Double, response: Double)

    /// The temperature at which the symmetric state is this one.
    var temperature: Double { (1 - q) / response }
    /// Bound on its error.
    var temperatureError: Double {
      errors.q / response + temperature * (errors.response / response + 4 * .ulpOfOne)
    }
  }

  /// Every lower end of a continuous part: q = m^2 + W^2 xi'(q) and W^2 xi''(q) = 1 together.
  func continuousEnds() -> [ContinuousEnd] {
    guard xi.terms.contains(where: { $0.degree >= 3 }) else { return [] }
    var ends: [ContinuousEnd] = []
    if allowsZeroOverlap, !hasRandomField, xi.derivative(2, at: 0) > 0 {
      let response = 1 / xi.derivative(2, at: 0).squareRoot()
      ends.append(ContinuousEnd(m: 0, q: 0, response: response, errors: (0, 0, response.ulp)))
    }
    func add(_ place: (Double) -> (m: Double, q: Double)?, _ residual: (Double) -> Double?) {
      for s in scannedRoots(logisticGrid(600, from: -30, to: 30), residual) {
        let h = 1e-5 * min(s, 1 - s)
        guard let at = place(s), let below = place(s - h), let above = place(s + h), let low = residual(s - h),
          let high = residual(s + h)
        else { continue }
        let shift = 2 * h * 16 * .ulpOfOne * max(at.q, at.m * at.m) / abs(high - low) + 4 * s.ulp
        let mError = abs(above.m - below.m) / (2 * h) * shift + at.m.ulp
        let qError = abs(above.q - below.q) / (2 * h) * shift + 8 * at.q.ulp
        let b = xi.derivative(2, at: at.q)
        let response = 1 / b.squareRoot()
        ends.append(
          ContinuousEnd(
            m: at.m, q: at.q, response: response,
            errors: (mError, qError, 0.5 * response * xi.derivative(3, at: at.q) / b * qError + response.ulp)))
      }
    }
    if allowsZeroOverlap, hasRandomField {
      add({ (0, $0) }, { q in q - xi.derivative(1, at: q) / xi.derivative(2, at: q) })
    }
    for sign in signs {
      func place(_ t: Double) -> (m: Double, q: Double)? {
        let m = sign * t
        let response = m / phi.derivative(1, at: m)
        guard response > 0, response.isFinite, let q = overlapOfCurvature(1 / (response * response)), q < 1 else {
          return nil
        }
        return (m, q)
      }
      add(place) { t in
        guard let at = place(t) else { return nil }
        return at.q - at.m * at.m - xi.derivative(1, at: at.q) / xi.derivative(2, at: at.q)
      }
    }
    return ends
  }

  /// T x'(q)-like growth of the continuous part: xi'''' xi'' - (3/2) xi'''^2, not negative where x(q) increases.
  private func increases(from low: Double, to high: Double) -> Bool {
    (0...100).allSatisfy { index in
      let q = low + (high - low) * Double(index) / 100
      let (b, c) = (xi.derivative(2, at: q), xi.derivative(3, at: q))
      return xi.derivative(4, at: q) * b - 1.5 * c * c >= -1e-9 * (b * b + c * c)
    }
  }

  /// y(q) = xi'''/(2 xi''^(3/2)) of a continuous part.
  func continuousY(_ q: Double) -> Double {
    let b = xi.derivative(2, at: q)
    return 0.5 * xi.derivative(3, at: q) / (b * b.squareRoot())
  }

  /// Every solution with a continuous part below one jump.
  func oneStepAboveContinuous(_ closing: GlassEquations.Closing) -> [GlassSolution] {
    continuousEnds().flatMap { end -> [GlassSolution] in
      let curve = GlassCurve(grid: logisticGrid(600, from: -22, to: 22), branches: 2) { s in
        let q0 = end.q + (1 - end.q) * s
        return tops(
          m: end.m, q0: q0, outer: 1 / xi.derivative(2, at: q0).squareRoot(), lowest: end.q,
          lowestResponse: end.response)
      }
      // The merging q_0 = q_1 solves the stationary equation trivially: one power of r is divided out.
      return solve(curve) { at in equations.residual(at, closing) / (closing == .stationary ? at.r : 1) }
        .filter { solution in
          let at = solution.point
          return at.gap > 1e-5 && at.r > 1e-5 && isOneStep(solution) && equations.innerReplicon(at) <= 1 + 1e-6
            && increases(from: end.q, to: at.q0)
            && continuousY(at.q0) <= at.y * (1 + 1e-9)
        }.map { carrying(end, $0) }
    }
  }

  /// A solution whose lower end is not exact; the free energy is stationary in it.
  private func carrying(_ end: ContinuousEnd, _ solution: GlassSolution, innerError: Double = 0) -> GlassSolution {
    var errors = solution.errors
    errors.overlap += end.errors.m
    errors.lowest += end.errors.q
    errors.outer += 16 * .ulpOfOne
    if innerError > 0 {
      errors.q0 += innerError
      errors.q1 += innerError
      errors.response += innerError / temperature
      let h = 1e-5 * (1 - solution.point.q0)
      errors.y +=
        abs(continuousY(solution.point.q0 + h) - continuousY(solution.point.q0 - h)) / (2 * h) * innerError
    }
    return GlassSolution(point: solution.point, observables: solution.observables, errors: errors)
  }

  /// Every solution that is continuous up to q_1.
  func continuous() -> [GlassSolution] {
    var uppers: [Double] = []
    if temperature == 0 {
      uppers = [0]
    } else {
      uppers = scannedRoots(logisticGrid(400, from: -36, to: 36)) { u in
        xi.derivative(2, at: 1 - u) * u * u - temperature * temperature
      }
    }
    return continuousEnds().flatMap { end in
      uppers.compactMap { u -> GlassSolution? in
        let q1 = 1 - u
        let chi = 1 / xi.derivative(2, at: q1).squareRoot()
        guard q1 > end.q, increases(from: end.q, to: q1), temperature * continuousY(q1) <= 1 else { return nil }
        // xi''(q1)(1-q1)^2 = T^2: the error of 1-q1 is rounding over the slope of its logarithm.
        let slope = temperature == 0 ? 1 : abs(2 / u - xi.derivative(3, at: q1) / xi.derivative(2, at: q1))
        let uError = temperature == 0 ? 0 : 16 * .ulpOfOne / slope + 4 * u.ulp
        return carrying(
          end,
          exact(
            GlassPoint(
              temperature: temperature, m: end.m, lowest: end.q, lowestResponse: end.response, q0: q1, outer: chi,
              chi: chi)), innerError: uError)
      }
    }
  }

  // MARK: Solutions and errors

  private func observables(_ at: GlassPoint) -> GlassObservables {
    let isBroken = at.gap > 1e-12 && at.outer > at.chi
    return GlassObservables(
      overlap: at.m, lowest: at.lowest, q0: at.q0, q1: isBroken ? at.q1 : max(at.q0, at.q1), response: at.chi,
      y: isBroken ? at.y : at.q0 > at.lowest ? continuousY(at.q0) : 0,
      complexity: isBroken ? equations.complexity(at) : 0, inner: equations.innerReplicon(at),
      outer: equations.outerReplicon(at), freeEnergy: equations.freeEnergy(at).value)
  }

  /// A closed form, or roots known to a few units in the last place.
  private func exact(_ at: GlassPoint) -> GlassSolution {
    let values = observables(at)
    var errors = GlassObservables()
    for field in GlassObservables.fields { errors[keyPath: field] = 32 * .ulpOfOne * abs(values[keyPath: field]) }
    errors.freeEnergy = equations.freeEnergy(at).error
    return GlassSolution(point: at, observables: values, errors: errors)
  }

  private func solve(_ curve: GlassCurve, _ residual: (GlassPoint) -> Double?) -> [GlassSolution] {
    var solutions: [GlassSolution] = []
    for branch in 0..<curve.branches {
      func value(_ s: Double) -> Double? {
        let points = curve.points(s)
        return branch < points.count ? residual(points[branch]) : nil
      }
      for s in scannedRoots(curve.grid, value) {
        let points = curve.points(s)
        guard branch < points.count else { continue }
        let at = points[branch]
        // Close to a continuous transition rounding may cross zero several times at one solution.
        let isKnown = solutions.contains { other in
          abs(other.point.m - at.m) < 1e-9 && abs(other.point.q0 - at.q0) < 1e-9
            && abs(other.point.chi - at.chi) < 1e-8 * at.chi
        }
        if !isKnown { solutions.append(assessed(at, at: s, branch: branch, curve: curve, residual: residual)) }
      }
    }
    return solutions
  }

  /// The solution with errors: rounding of the last equation over its slope, carried to every observable.
  private func assessed(
    _ at: GlassPoint, at s: Double, branch: Int, curve: GlassCurve, residual: (GlassPoint) -> Double?
  ) -> GlassSolution {
    let values = observables(at)
    var errors = exact(at).errors
    // Beside an end of the curve the step has to be smaller.
    var h = 1e-5 * min(s, 1 - s)
    var (below, above) = (curve.points(s - h), curve.points(s + h))
    while branch >= below.count || branch >= above.count, h > 1e-10 * min(s, 1 - s) {
      h *= 0.1
      (below, above) = (curve.points(s - h), curve.points(s + h))
    }
    guard branch < below.count, branch < above.count, let low = residual(below[branch]),
      let high = residual(above[branch])
    else {
      for field in GlassObservables.fields { errors[keyPath: field] += 1e-7 }
      return GlassSolution(point: at, observables: values, errors: errors)
    }
    let noise = 1e-14
    let slope = abs(high - low) / (2 * h)
    let curvature = abs(high + low) / (h * h)
    let shift = min(noise / slope, 2 * (2 * noise / curvature).squareRoot()) + 4 * s.ulp
    let (under, over) = (observables(below[branch]), observables(above[branch]))
    for field in GlassObservables.fields {
      let change = abs(over[keyPath: field] - under[keyPath: field]) / (2 * h)
      let bend = abs(over[keyPath: field] + under[keyPath: field] - 2 * values[keyPath: field]) / (h * h)
      errors[keyPath: field] += change * shift + bend * shift * shift
    }
    return GlassSolution(point: at, observables: values, errors: errors)
  }
}
