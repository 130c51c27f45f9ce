// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
import ReplicaMethod
public import SaddlepointCore
import SaddlepointNumerics

/// Where gradient descent of an empirical risk starts.
public enum DescentStart: String, Sendable, Hashable, CaseIterable {
  /// Uniform on the sphere.
  case random
  /// The largest eigenvector of the spectral matrix with optimal weights.
  case spectral
  /// The signal itself.
  case planted
}

/// Where the labels of sampled data come from.
public enum DescentLabels: String, Sendable, Hashable, CaseIterable {
  /// From the projections of the signal.
  case signal
  /// From independent variables of the same law, so that the data know of no signal.
  case random
}

/// Where gradient descent ends: means over the samples that converged, each with its standard error.
public struct SampledDescent: Sendable, Hashable {
  /// |x.x*|/N.
  public let overlap: Estimate
  /// The loss per sample.
  public let energy: Estimate
  /// The norm of the gradient on the sphere over sqrt(N).
  public let gradientNorm: Estimate
  /// The lowest eigenvalue of the Riemannian Hessian.
  public let lowestEigenvalue: Estimate
  /// The number of samples that converged.
  public let converged: Int
  /// The number of those that did not, which are in no mean.
  public let failed: Int
}

extension PhaseRetrieval {
  /// Gradient descent of the risk on the sphere |x|^2 = N on sampled instances, each step as long as the decrease warrants.
  ///
  /// A step is halved until the risk falls by half of what the slope promises, and tried longer by half the next time: descent
  /// stays on its side of barriers. A run has converged when the norm of the gradient falls to the tolerance.
  ///
  /// - Parameters:
  ///   - start: where descent starts.
  ///   - labels: whether labels are those of the signal or independent of the data.
  ///   - tolerance: the largest norm of the gradient over sqrt(N) that counts as converged, > 0.
  ///   - steps: the largest number of steps, at least 1.
  ///   - size: N, at least 10; projections of an instance must fit 1 GB.
  ///   - samples: number of independent instances, at least 2.
  ///   - seed: everything random follows from it; sample i is the same whatever the number of samples or threads.
  /// - Returns: what is at the ends of converged runs, and the numbers of runs; no means where fewer than two converged.
  /// - Throws: `DomainError` for arguments out of range.
  /// - Complexity: 3 alpha N^2 multiplications a step and the eigenvalues of a dense matrix, for each sample.
  ///
  /// Source: theory sheet *phase retrieval gradient flow*, sections 5 and 6; arXiv:2006.06997.
  public func sampledDescent(
    from start: DescentStart = .random, labels: DescentLabels = .signal, tolerance: Double = 1e-4,
    steps: Int = 20_000, size: Int, samples: Int, seed: UInt64
  ) throws(DomainError) -> SampledDescent {
    guard tolerance > 0, tolerance.isFinite else {
      throw DomainError("gradient_tolerance", tolerance, allowed: "0 < gradient_tolerance")
    }
    guard steps >= 1 else { throw DomainError("max_steps", Double(steps), allowed: "integer max_steps >= 1") }
    let n = Double(size)
    let plan = try SimulationPlan(size: size, samples: samples, seed: seed, couplings: (alpha + 2) * n * n)
    let count = try GeneralizedLinearInstance.count(alpha: alpha, size: size)
    let measurement = try Measurement(channel: .modulusAdditive, noise: noise)
    let weight: @Sendable (Double) -> Double
    do { weight = try measurement.weighting(.optimal, alpha: alpha) } catch {
      let failure = Estimate.notConverged("\(error)")
      return SampledDescent(
        overlap: failure, energy: failure, gradientNorm: failure, lowestEigenvalue: failure, converged: 0,
        failed: samples)
    }
    let ends = plan.run { random -> RiskDescent.End? in
      let instance = GeneralizedLinearInstance(
        measurement, size: size, count: count, isBlind: labels == .random, random: &random)
      do throws(GSLError) {
        let x: [Double]
        switch start {
        case .random: x = (0..<size).map { _ in random.normal() }
        case .spectral: x = try instance.spectralEstimate(instance.labels.map(weight))
        case .planted: x = instance.signal
        }
        var descent = RiskDescent(instance, loss: loss, from: x)
        guard descent.run(tolerance: tolerance, steps: steps) else { return nil }
        return try descent.end()
      } catch { return nil }
    }
    let converged = ends.compactMap(\.self)
    func mean(_ values: [Double]) -> Estimate {
      guard values.count >= 2 else {
        return .notConverged("\(values.count) of \(samples) samples converged: the gradient stayed above the tolerance")
      }
      let statistics = Statistics(values)
      return .converged(statistics.mean, error: statistics.standardError)
    }
    return SampledDescent(
      overlap: mean(converged.map(\.overlap)), energy: mean(converged.map(\.energy)),
      gradientNorm: mean(converged.map(\.gradientNorm)), lowestEigenvalue: mean(converged.map(\.lowestEigenvalue)),
      converged: converged.count, failed: samples - converged.count)
  }
}

/// Gradient descent of one instance's risk on the sphere.
private struct RiskDescent {
  struct End: Sendable {
    let overlap: Double
    let energy: Double
    let gradientNorm: Double
    let lowestEigenvalue: Double
  }

  private let instance: GeneralizedLinearInstance
  private let loss: Loss
  /// The place, with |x|^2 = N.
  private var x: [Double]
  /// Its projections, losses and their derivatives.
  private var z: [Double]
  private var values: [Double]
  private var first: [Double]
  private var second: [Double]
  /// The risk, the sum of all losses.
  private var risk = 0.0
  /// x.grad L/N, the Lagrange multiplier of the sphere.
  private var radial = 0.0
  /// The gradient on the sphere.
  private var gradient: [Double]

  init(_ instance: GeneralizedLinearInstance, loss: Loss, from start: [Double]) {
    (self.instance, self.loss) = (instance, loss)
    x = start
    gradient = x
    z = [Double](repeating: 0, count: instance.labels.count)
    (values, first, second) = (z, z, z)
    normalise(&x)
    risk = measure(x)
    project()
  }

  private var size: Double { Double(x.count) }

  private func normalise(_ x: inout [Double]) {
    let scale = (Double(x.count) / dot(x, x)).squareRoot()
    for i in x.indices { x[i] *= scale }
  }

  /// The risk at a place, with everything that belongs to it.
  private mutating func measure(_ x: [Double]) -> Double {
    instance.project(x, into: &z)
    let count = z.count
    let (evaluate, labels) = (loss.evaluate, instance.labels)
    labels.withUnsafeBufferPointer { y in
      z.withUnsafeBufferPointer { z in
        values.withUnsafeMutableBufferPointer { values in
          first.withUnsafeMutableBufferPointer { first in
            second.withUnsafeMutableBufferPointer { second in
              guard let y = y.baseAddress, let z = z.baseAddress, let a = values.baseAddress,
                let b = first.baseAddress, let c = second.baseAddress
              else { return }
              evaluate(count, y, z, a, b, c)
            }
          }
        }
      }
    }
    return values.reduce(0, +)
  }

  /// Gradient and multiplier at the place.
  private mutating func project() {
    instance.combine(first, into: &gradient)
    radial = dot(gradient, x) / size
    for i in x.indices { gradient[i] -= radial * x[i] }
  }

  private var gradientNorm: Double { (dot(gradient, gradient) / size).squareRoot() }

  /// Descends; whether the gradient fell to the tolerance.
  mutating func run(tolerance: Double, steps: Int) -> Bool {
    var step = 0.1
    var next = x
    for _ in 0..<steps {
      let square = dot(gradient, gradient)
      guard square.isFinite else { return false }
      if (square / size).squareRoot() <= tolerance { return true }
      while true {
        for i in x.indices { next[i] = x[i] - step * gradient[i] }
        normalise(&next)
        let trial = measure(next)
        if trial <= risk - 0.5 * step * square {
          risk = trial
          break
        }
        step *= 0.5
        // The risk does not resolve the decrease any more.
        if step < 1e-15 { return false }
      }
      swap(&x, &next)
      project()
      step *= 1.5
    }
    return gradientNorm <= tolerance
  }

  /// What is at the place.
  func end() throws(GSLError) -> End {
    var matrix = instance.weightedCovariance(second)
    let n = x.count
    for i in 0..<n { for j in 0..<i { matrix[j, i] = matrix[i, j] } }
    // P H P + c x x^T/N with P along the sphere and c above every eigenvalue; the lowest one is then tangential.
    var image = [Double](repeating: 0, count: n)
    for i in 0..<n { for j in 0..<n { image[i] += matrix[i, j] * x[j] / size } }
    let along = dot(image, x) / size
    let largest = dot(matrix.entries, matrix.entries).squareRoot() + 1
    for i in 0..<n {
      for j in 0...i {
        matrix[i, j] += -image[i] * x[j] - x[i] * image[j] + (along + largest / size) * x[i] * x[j]
      }
    }
    let lowest = try SymmetricEigensystem(matrix).values[0]
    return End(
      overlap: abs(dot(x, instance.signal)) / size, energy: risk / Double(z.count), gradientNorm: gradientNorm,
      lowestEigenvalue: lowest - radial)
  }
}
