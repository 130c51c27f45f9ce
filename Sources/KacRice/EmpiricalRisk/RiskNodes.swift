// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointCore
import SaddlepointNumerics

/// Nodes of a quadrature over the projections (z*, z) of the data, with the loss there; one array for each quantity.
struct RiskNodes {
  /// Logarithm of the weight, the Gaussian density included.
  var logWeight: [Double] = []
  /// z = xi.x/sqrt(N).
  var z: [Double] = []
  /// w = (z* - m z)/sqrt(1 - m^2), independent of z under the law of the data.
  var w: [Double] = []
  /// l.
  var value: [Double] = []
  /// l'.
  var first: [Double] = []
  /// l''.
  var second: [Double] = []
  /// Whether the node lies so far out that it should not matter: 1 in z, 2 in w, 0 if not.
  var far: [UInt8] = []

  var count: Int { z.count }

  mutating func append(_ z: Double, _ w: Double, _ logWeight: Double, _ reach: RiskReach) {
    self.z.append(z)
    self.w.append(w)
    self.logWeight.append(logWeight)
    far.append(reach.far(z, w))
  }
}

/// How fine a quadrature is.
struct RiskResolution: Hashable {
  /// Nodes for each half axis of the smooth scheme.
  let smooth: Int
  /// Step in z of the wall-following scheme.
  let outerStep: Double
  /// Step of its tanh-sinh panels.
  let innerStep: Double
  /// Number of intervals of its search for walls.
  let scan: Int
  /// Order of the Gauss-Hermite rule for noise of the labels.
  let noise: Int

  /// For following a branch from far.
  static let coarse = RiskResolution(smooth: 90, outerStep: 0.2, innerStep: 1.0 / 6, scan: 24, noise: 8)
  /// For results, each about 1.4 times finer than the one before.
  static let fine = [
    RiskResolution(smooth: 170, outerStep: 0.14, innerStep: 1.0 / 9, scan: 32, noise: 12),
    RiskResolution(smooth: 240, outerStep: 0.1, innerStep: 1.0 / 13, scan: 40, noise: 16),
    RiskResolution(smooth: 340, outerStep: 0.07, innerStep: 1.0 / 18, scan: 48, noise: 22),
    RiskResolution(smooth: 480, outerStep: 0.05, innerStep: 1.0 / 25, scan: 64, noise: 30),
    RiskResolution(smooth: 680, outerStep: 0.035, innerStep: 1.0 / 35, scan: 96, noise: 40),
    RiskResolution(smooth: 960, outerStep: 0.025, innerStep: 1.0 / 49, scan: 128, noise: 52),
    RiskResolution(smooth: 1350, outerStep: 0.0175, innerStep: 1.0 / 60, scan: 160, noise: 64),
  ]
}

/// Half axes in z and w of the region that nodes fill.
///
/// The law of critical points can be much wider than that of the data, above all in w at large overlaps.
struct RiskReach: Hashable {
  var z = 9.0
  var w = 9.0

  /// 1 or 2 for a place near the rim, by the axis that it is near to; 0 for one that is not.
  func far(_ z: Double, _ w: Double) -> UInt8 {
    let (x, y) = (z * z / (self.z * self.z), w * w / (self.w * self.w))
    return x + y < 0.8 ? 0 : x > y ? 1 : 2
  }
}

/// Averages over the data at a given overlap: which symmetries there are, and where the nodes lie.
///
/// Two schemes (theory sheet *glm landscapes*, section 9): the trapezoidal rule in (z, w), exponentially convergent where the
/// weight is smooth; and for each z panels in z* that end at the walls 1 + s l'' = 0, at the zeros of l' and at the kinks
/// of the label, each with the tanh-sinh rule, which does not mind what happens at the ends.
struct RiskMeasure {
  let loss: Loss
  let label: Label
  let noise: Double
  let overlap: Double
  /// |x|^2/N.
  let norm: Double
  /// sqrt(1 - m^2).
  let sine: Double
  /// Nodes fill the ellipse of these half axes.
  let reach: RiskReach
  /// Whether only z > 0 is needed.
  let isHalf: Bool
  /// Whether only z > 0 and w > 0 is needed.
  let isQuadrant: Bool
  /// Whether the constraint along the signal holds by symmetry.
  let isBalanced: Bool

  init(_ risk: EmpiricalRisk, overlap m: Double, norm: Double, reach: RiskReach) {
    // At another norm z is that of the unit sphere, stretched.
    loss = norm == 1 ? risk.loss : risk.loss.stretched(by: norm.squareRoot())
    // Where the loss sees |y| only, |z*| is as good as z* and has no kink.
    label = risk.noise == 0 && risk.label.description == "abs" && risk.loss.isEvenInLabel ? .linear : risk.label
    noise = risk.noise
    overlap = m
    self.norm = norm
    sine = ((1 - m) * (1 + m)).squareRoot()
    self.reach = reach
    let isEvenInSignal = label.isEven || (label.isOdd && loss.isEvenInLabel)
    let isJoint = (loss.isEven && isEvenInSignal) || (label.isOdd && loss.isJointlyEven)
    isBalanced = m == 0 && loss.isEven
    isHalf = isJoint || isBalanced
    isQuadrant = isBalanced && isEvenInSignal
  }

  /// Whether the label has kinks that the smooth scheme would not see.
  var hasKinks: Bool { !label.kinks.isEmpty }

  /// Values of the labels' noise with their weights.
  private func noiseNodes(_ order: Int) -> [(shift: Double, logWeight: Double)] {
    guard noise > 0, let rule = try? FixedRule.gaussHermite(order) else { return [(0, 0)] }
    return zip(rule.nodes, rule.weights).filter { $0.1 > 0 }.map { (noise.squareRoot() * $0, Double.log($1)) }
  }

  /// Nodes of the trapezoidal rule with `n` nodes for nine units of each half axis.
  func smoothNodes(_ resolution: RiskResolution) -> RiskNodes {
    var nodes = RiskNodes()
    let h = 9 / Double(resolution.smooth)
    let shifts = noiseNodes(resolution.noise)
    let (rows, columns) = (Int((reach.z / h).rounded(.up)), Int((reach.w / h).rounded(.up)))
    let multiplicity = isQuadrant ? 4.0 : isHalf ? 2 : 1
    let constant = Double.log(multiplicity * h * h / (2 * .pi))
    var labels: [Double] = []
    for i in (isHalf ? 0 : -rows)..<rows {
      let z = (Double(i) + 0.5) * h
      for j in (isQuadrant ? 0 : -columns)..<columns {
        let w = (Double(j) + 0.5) * h
        let (x, y) = (z / reach.z, w / reach.w)
        if x * x + y * y > 1 { continue }
        for (shift, logWeight) in shifts {
          nodes.append(z, w, constant - 0.5 * (z * z + w * w) + logWeight, reach)
          labels.append(label(overlap * z + sine * w) + shift)
        }
      }
    }
    (nodes.value, nodes.first, nodes.second) = losses(labels, nodes.z)
    return nodes
  }

  /// Nodes on panels between the walls at 1 + s l'' = 0.
  ///
  /// - Parameters:
  ///   - s: places the walls.
  ///   - onlyInside: whether only the side 1 + s l'' > 0 is wanted.
  ///   - resolution: how fine.
  /// - Returns: the nodes, all at a distance from the walls.
  func panelNodes(s: Double, onlyInside: Bool, _ resolution: RiskResolution) -> RiskNodes {
    let rule = TanhSinh(step: resolution.innerStep)
    let h = resolution.outerStep
    let n = Int(((reach.z + 1) / h).rounded(.up))
    // Denser near z = 0, where losses that are normalised by small labels vary fast: z = x - (1 - d) tanh x.
    let dense = 0.15
    let shifts = noiseNodes(resolution.noise)
    let lines = ((isHalf ? 0 : -n)..<n).flatMap { i -> [Line] in
      let x = (Double(i) + 0.5) * h
      let t = Double.tanh(x)
      let slope = 1 - (1 - dense) * (1 - t) * (1 + t)
      return shifts.map { Line(z: x - (1 - dense) * t, slope: slope, shift: $0.shift, logWeight: $0.logWeight) }
    }
    let walls = breakPoints(s: s, lines: lines, scan: resolution.scan)
    var labels: [Double] = []
    var nodes = RiskNodes()
    nodes.z.reserveCapacity(walls.count * rule.fractions.count)
    let multiplicity = isQuadrant ? 4.0 : isHalf ? 2 : 1
    let constant = multiplicity * h / (2 * .pi * sine)
    for (row, line) in lines.enumerated() {
      let z = line.z
      let points = walls[row]
      for (low, high) in zip(points, points.dropFirst()) where high > low {
        let middle = label(0.5 * (low + high)) + line.shift
        if onlyInside, 1 + s * loss.jet(label: middle, prediction: z).second <= 0 { continue }
        let half = 0.5 * (high - low)
        let common = Double.log(constant * line.slope * half) + line.logWeight
        for (k, fraction) in rule.fractions.enumerated() {
          // The distance to the nearer end keeps its digits however close.
          let u = k < rule.middle ? low + half * fraction : high - half * fraction
          let w = (u - overlap * z) / sine
          nodes.append(z, w, common + rule.logWeights[k] - 0.5 * (z * z + w * w), reach)
          labels.append(label(u) + line.shift)
        }
      }
    }
    (nodes.value, nodes.first, nodes.second) = losses(labels, nodes.z)
    return nodes
  }

  /// A line of constant z and noise, on which panels lie.
  private struct Line {
    let z: Double
    /// dz over the step.
    let slope: Double
    /// Noise of the label.
    let shift: Double
    let logWeight: Double
  }

  private func losses(_ y: [Double], _ z: [Double]) -> (value: [Double], first: [Double], second: [Double]) {
    let count = y.count
    var second: [Double] = []
    var first: [Double] = []
    let value = [Double](unsafeUninitializedCapacity: count) { value, written in
      first = [Double](unsafeUninitializedCapacity: count) { first, written in
        second = [Double](unsafeUninitializedCapacity: count) { second, written in
          if count > 0, let a = value.baseAddress, let b = first.baseAddress, let c = second.baseAddress {
            y.withUnsafeBufferPointer { y in
              z.withUnsafeBufferPointer { z in
                if let y = y.baseAddress, let z = z.baseAddress { loss.evaluate(count, y, z, a, b, c) }
              }
            }
          }
          written = count
        }
        written = count
      }
      written = count
    }
    return (value, first, second)
  }

  /// For each z the ends of the panels in z*: window, kinks of the label, zeros of l' and of 1 + s l''.
  private func breakPoints(s: Double, lines: [Line], scan: Int) -> [[Double]] {
    struct Bracket {
      let line: Int
      let z: Double
      let shift: Double
      let isWall: Bool
      var low: Double
      var high: Double
      var atLow: Double
      var atHigh: Double
    }
    var points: [[Double]] = []
    var u: [Double] = []
    var z: [Double] = []
    var y: [Double] = []
    for line in lines {
      let here = line.z
      let width = sine * reach.w * max(1 - here * here / (reach.z * reach.z), 1e-3).squareRoot()
      let low = isQuadrant ? 0 : overlap * here - width
      let high = overlap * here + width
      points.append([low, high] + label.kinks.filter { $0 > low && $0 < high })
      for k in 0...scan {
        u.append(low + (high - low) * Double(k) / Double(scan))
        z.append(here)
        y.append(label(u[u.count - 1]) + line.shift)
      }
    }
    let scanned = losses(y, z)
    var brackets: [Bracket] = []
    for row in 0..<points.count {
      for k in 0..<scan {
        let a = row * (scan + 1) + k
        let (f, g) = (scanned.first[a], scanned.first[a + 1])
        if (f < 0) != (g < 0) {
          brackets.append(
            Bracket(
              line: row, z: z[a], shift: lines[row].shift, isWall: false, low: u[a], high: u[a + 1], atLow: f, atHigh: g
            ))
        }
        let (x, y) = (1 + s * scanned.second[a], 1 + s * scanned.second[a + 1])
        if (x < 0) != (y < 0) {
          brackets.append(
            Bracket(
              line: row, z: z[a], shift: lines[row].shift, isWall: true, low: u[a], high: u[a + 1], atLow: x, atHigh: y)
          )
        }
      }
    }
    // All brackets at once: false position that halves the weight of an end that stays (Illinois).
    var open = Array(brackets.indices)
    for round in 0..<60 where !open.isEmpty {
      let trials = open.map { index -> Double in
        let b = brackets[index]
        let middle = 0.5 * (b.low + b.high)
        if round % 8 == 7 { return middle }
        let trial = b.high - b.atHigh * (b.high - b.low) / (b.atHigh - b.atLow)
        return trial > b.low && trial < b.high ? trial : middle
      }
      let found = losses(
        zip(trials, open).map { label($0) + brackets[$1].shift }, open.map { brackets[$0].z })
      var still: [Int] = []
      for (number, index) in open.enumerated() {
        let f = brackets[index].isWall ? 1 + s * found.second[number] : found.first[number]
        let isLow = (f < 0) == (brackets[index].atLow < 0)
        if isLow {
          brackets[index].low = trials[number]
          brackets[index].atLow = f
          brackets[index].atHigh *= 0.5
        } else {
          brackets[index].high = trials[number]
          brackets[index].atHigh = f
          brackets[index].atLow *= 0.5
        }
        let width = brackets[index].high - brackets[index].low
        let enough = brackets[index].isWall ? 4 * brackets[index].high.ulp : 1e-6
        if f == 0 {
          (brackets[index].low, brackets[index].high) = (trials[number], trials[number])
        } else if width > enough {
          still.append(index)
        }
      }
      open = still
    }
    for bracket in brackets { points[bracket.line].append(0.5 * (bracket.low + bracket.high)) }
    return points.map { $0.sorted() }
  }
}

/// The tanh-sinh rule on a panel: nodes as fractions of the half width, counted from the nearer end.
private struct TanhSinh {
  let fractions: [Double]
  let logWeights: [Double]
  /// Number of the first node that is counted from the upper end.
  let middle: Int

  init(step: Double) {
    let n = Int(3.2 / step)
    var fractions: [Double] = []
    var weights: [Double] = []
    for k in -n...n {
      let t = abs(Double(k) * step)
      let inner = 0.5 * .pi * Double.sinh(t)
      fractions.append(2 / (1 + Double.exp(2 * inner)))
      let c = Double.cosh(inner)
      weights.append(step * 0.5 * .pi * Double.cosh(t) / (c * c))
    }
    self.fractions = fractions
    logWeights = weights.map { Double.log($0) }
    middle = n
  }
}
