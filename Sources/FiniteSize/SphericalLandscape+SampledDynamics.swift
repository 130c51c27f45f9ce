// SPDX-License-Identifier: GPL-3.0-or-later

package import LandscapeDynamics
package import LandscapeModels
import RealModule
package import SaddlepointCore
import SaddlepointNumerics

/// Means over sampled instances of what the mean-field equations describe.
package struct SampledState: Sendable {
  /// m, the cosine with the signal.
  package let overlap: Estimate
  /// H/N.
  package let energy: Estimate
  /// mu.
  package let multiplier: Estimate
  /// |dx/dt|^2/N; nil without a mass.
  package let kinetic: Estimate?
  /// C(t,0), the cosine with the start.
  package let correlation: Estimate
}

/// An instance of a landscape with a particle on it.
private struct Particle {
  private let phi: Polynomial
  private let xi: Polynomial
  private let couplings: [SpikedCouplings]
  private let degrees: [Int]
  private let field: [Double]
  /// b0 = 1/T' of a thermalised start.
  private let memory: Double
  private let start: [Double]
  let size: Int
  var x: [Double]
  /// -grad H at x, and H/N.
  var force: [Double] = []
  var energy = 0.0
  private var scratch: [Double]

  /// A landscape, and a point that has the given overlap with the signal, which is along the first axis.
  init(_ landscape: some SphericalLandscape, size: Int, overlap: Double, memory: Double, random: inout RandomStream) {
    self.size = size
    self.memory = memory
    phi = landscape.signal
    xi = landscape.covariance
    let root = Double(size).squareRoot()
    let axis = (0..<size).map { $0 == 0 ? root : 0 }
    let none = [Double](repeating: 0, count: size)
    let tensors = landscape.covariance.terms.filter { $0.degree >= 2 }
    var draws = random
    couplings = tensors.map {
      SpikedCouplings(
        signal: none, order: $0.degree, strength: Double($0.degree) * $0.coefficient, random: &draws)
    }
    degrees = tensors.map(\.degree)
    let linear = landscape.covariance.terms.first { $0.degree == 1 }?.coefficient ?? 0
    field = linear > 0 ? axis.map { _ in linear.squareRoot() * draws.normal() } : none
    x = estimate(overlap: overlap, square: 1, signal: axis, random: &draws)
    random = draws
    start = x
    scratch = none
    look()
  }

  var overlap: Double { x[0] / Double(size).squareRoot() }

  var correlation: Double { dot(x, start) / Double(size) }

  /// x.force/N.
  var radialForce: Double { dot(x, force) / Double(size) }

  /// Computes force and energy at x.
  ///
  /// A start thermalised at T' is exactly a landscape with the further mean -N xi(x.x(0)/N)/T'.
  mutating func look() {
    let n = Double(size)
    force = field
    energy = -dot(field, x) / n
    for (tensor, degree) in zip(couplings, degrees) {
      for i in 0..<size { scratch[i] = 0 }
      tensor.addField(of: x, to: &scratch)
      energy -= dot(scratch, x) / (n * Double(degree))
      for i in 0..<size { force[i] += scratch[i] }
    }
    let m = overlap
    energy -= phi(m)
    force[0] += phi.derivative(1, at: m) * n.squareRoot()
    if memory > 0 {
      let c = correlation
      energy -= memory * xi(c)
      let pull = memory * xi.derivative(1, at: c)
      for i in 0..<size { force[i] += pull * start[i] }
    }
  }

  /// Removes from a vector its part along x.
  func tangent(_ v: inout [Double]) {
    let along = dot(v, x) / Double(size)
    for i in 0..<size { v[i] -= along * x[i] }
  }

  /// Puts x back on the sphere.
  mutating func normalise() {
    let factor = (Double(size) / dot(x, x)).squareRoot()
    for i in 0..<size { x[i] *= factor }
  }
}

extension Particle {
  /// Langevin dynamics to time t by Heun's scheme in the tangent space: of second order in the step at T = 0.
  mutating func diffuse(to t: Double, step: Double, temperature: Double, random: inout RandomStream) {
    let steps = Int((t / step).rounded(.up))
    let h = t / Double(steps)
    let amplitude = (2 * temperature * h).squareRoot()
    var noise = [Double](repeating: 0, count: size)
    for _ in 0..<steps where !Cancellation.isRequested {
      if amplitude > 0 { for i in 0..<size { noise[i] = amplitude * random.normal() } }
      let old = x
      func change(_ particle: Particle) -> [Double] {
        var v = particle.force
        for i in 0..<size { v[i] = h * v[i] + noise[i] }
        particle.tangent(&v)
        return v
      }
      let first = change(self)
      for i in 0..<size { x[i] += first[i] }
      normalise()
      look()
      let second = change(self)
      for i in 0..<size { x[i] = old[i] + 0.5 * (first[i] + second[i]) }
      normalise()
      look()
    }
  }

  /// Motion with a mass to time t, from rest; returns |dx/dt|^2/N.
  ///
  /// Half a kick, half a step along the great circle, friction and noise exactly, and back: of second order in the step.
  mutating func move(
    to t: Double, step: Double, temperature: Double, inertia: Inertia, random: inout RandomStream
  ) -> Double {
    let n = Double(size)
    let mass = inertia.mass
    let steps = Int((t / step).rounded(.up))
    let h = t / Double(steps)
    var v = [Double](repeating: 0, count: size)
    func kick(_ particle: Particle) {
      var push = particle.force
      particle.tangent(&push)
      for i in 0..<size { v[i] += 0.5 * h / mass * push[i] }
    }
    func turn(_ x: inout [Double]) {
      let speed = (dot(v, v) / n).squareRoot()
      if speed == 0 { return }
      let (c, s) = (Double.cos(0.5 * h * speed), Double.sin(0.5 * h * speed))
      for i in x.indices {
        let (place, u) = (x[i], v[i])
        x[i] = c * place + s / speed * u
        v[i] = c * u - s * speed * place
      }
    }
    for k in 0..<steps where !Cancellation.isRequested {
      kick(self)
      turn(&x)
      let damping = Double.exp(-inertia.integratedFriction(from: h * Double(k), to: h * Double(k + 1)) / mass)
      let amplitude = (temperature / mass * (1 - damping * damping)).squareRoot()
      for i in 0..<size { v[i] = damping * v[i] + (amplitude > 0 ? amplitude * random.normal() : 0) }
      tangent(&v)
      turn(&x)
      normalise()
      tangent(&v)
      look()
      kick(self)
    }
    return dot(v, v) / n
  }
}

extension SphericalLandscape {
  /// Overlap, energy and multiplier of Langevin dynamics or motion with a mass on sampled instances.
  ///
  /// - Parameters:
  ///   - temperature: T >= 0.
  ///   - initialOverlap: the start's overlap, exactly.
  ///   - initialTemperature: T' of a thermalised start; nil for a random one.
  ///   - inertia: mass and friction.
  ///   - time: t > 0.
  ///   - step: largest time step; the error of the means is of its second order at T = 0 and with a mass.
  ///   - size: N >= 10.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it.
  /// - Returns: means with their standard errors; they differ from the mean-field limit by O(1/N), more at small overlaps.
  /// - Throws: `DomainError` for numbers out of range, degrees above 4 and instances of more than 400 MB.
  /// - Complexity: steps times number of couplings, N^p/p!, for each sample.
  ///
  /// Source: theory sheet *dynamics*, section 7.
  package func sampledDynamics(
    temperature: Double, initialOverlap: Double = 0, initialTemperature: Double? = nil, inertia: Inertia = .overdamped,
    time: Double, step: Double, size: Int, samples: Int, seed: UInt64
  ) throws(DomainError) -> SampledState {
    // The same numbers are allowed as in the mean-field equations.
    let theory = try SphericalDynamics(
      self, temperature: temperature, initialOverlap: initialOverlap, initialTemperature: initialTemperature,
      inertia: inertia)
    try checkSampled(size: size, samples: samples)
    guard step > 0, time > 0, time / step < 1e7 else {
      throw DomainError("time_step", step, allowed: "time_step > 0, at most 1e7 steps")
    }
    let rows = parallelMap(samples) { i -> [Double] in
      var random = RandomStream(seed: seed, stream: UInt64(i))
      var particle = Particle(
        self, size: size, overlap: initialOverlap, memory: initialTemperature.map { 1 / $0 } ?? 0, random: &random)
      var kinetic = 0.0
      if inertia.mass > 0 {
        kinetic = particle.move(to: time, step: step, temperature: temperature, inertia: inertia, random: &random)
      } else {
        particle.diffuse(to: time, step: step, temperature: temperature, random: &random)
      }
      let multiplier = particle.radialForce + (inertia.mass > 0 ? inertia.mass * kinetic : temperature)
      return [particle.overlap, particle.energy, multiplier, particle.correlation, kinetic]
    }
    return SampledState(rows, hasKinetic: inertia.mass > 0, isAnnealed: theory.isStartAnnealed)
  }

  /// Overlap and energy of gradient descent with momentum in discrete time on sampled instances.
  ///
  /// - Parameters:
  ///   - learningRate: eta > 0.
  ///   - momentum: 0 <= beta < 1.
  ///   - initialOverlap: the start's overlap, exactly.
  ///   - steps: number of updates, >= 0.
  ///   - size: N >= 10.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it.
  /// - Returns: steps 0 to `steps`, means with their standard errors.
  /// - Throws: `DomainError` for numbers out of range, degrees above 4 and instances of more than 400 MB.
  ///
  /// Source: theory sheet *dynamics*, sections 4 and 7.
  package func sampledUpdates(
    learningRate: Double, momentum: Double, initialOverlap: Double, steps: Int, size: Int, samples: Int, seed: UInt64
  ) throws(DomainError) -> [SampledState] {
    _ = try DiscreteDynamics(
      self, learningRate: learningRate, momentum: momentum, initialOverlap: initialOverlap)
    try checkSampled(size: size, samples: samples)
    let histories = parallelMap(samples) { i -> [[Double]] in
      var random = RandomStream(seed: seed, stream: UInt64(i))
      var particle = Particle(self, size: size, overlap: initialOverlap, memory: 0, random: &random)
      var before = particle.x
      var history: [[Double]] = []
      for step in 0...steps {
        history.append([particle.overlap, particle.energy, particle.radialForce, particle.correlation, 0])
        if step == steps { break }
        let now = particle.x
        for i in 0..<size {
          particle.x[i] += momentum * (now[i] - before[i]) + learningRate * particle.force[i]
        }
        before = now
        particle.normalise()
        particle.look()
      }
      return history
    }
    return (0...steps).map { step in
      SampledState(histories.map { $0[step] }, hasKinetic: false, isAnnealed: true)
    }
  }

  private func checkSampled(size: Int, samples: Int) throws(DomainError) {
    guard size >= 10 else { throw DomainError(.size, Double(size), allowed: "size >= 10") }
    guard samples >= 2 else { throw DomainError(.samples, Double(samples), allowed: "samples >= 2") }
    if let term = covariance.terms.first(where: { $0.degree > 4 }) {
      throw DomainError(Quantity("xi\(term.degree)"), term.coefficient, allowed: "tensors of order 4 at most here")
    }
    let couplings = covariance.terms.reduce(0) { $0 + SpikedCouplings.count(size: size, order: $1.degree) }
    guard couplings <= 5e7 else {
      throw DomainError(.size, Double(size), allowed: "at most 5e7 couplings, \(Int(couplings)) would be needed")
    }
  }
}

extension SampledState {
  /// Means of rows of overlap, energy, multiplier, correlation and kinetic energy.
  fileprivate init(_ rows: [[Double]], hasKinetic: Bool, isAnnealed: Bool) {
    func mean(_ k: Int) -> Estimate {
      let statistics = Statistics(rows.map { $0[k] })
      guard isAnnealed else {
        return .approximate(
          statistics.mean, error: statistics.standardError, reason: "initial temperature below the static one")
      }
      return .converged(statistics.mean, error: statistics.standardError)
    }
    overlap = mean(0)
    energy = mean(1)
    multiplier = mean(2)
    correlation = mean(3)
    kinetic = hasKinetic ? mean(4) : nil
  }
}
