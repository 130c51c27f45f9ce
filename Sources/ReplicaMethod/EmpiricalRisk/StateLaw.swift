// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
import RealModule
import SaddlepointCore

/// How finely averages over the one-step law are computed.
struct StateResolution {
  /// Error allowed for a panel in z, relative to the norm.
  let inner: Double
  /// Error allowed for a panel in the label.
  let outer: Double

  static let coarse = StateResolution(inner: 1e-6, outer: 1e-6)
  static let standard = StateResolution(inner: 1e-10, outer: 1e-10)
  static let fine = StateResolution(inner: 1e-14, outer: 1e-14)
}

/// Averages over the one-step law of the projection z at labels y = |v|, v standard normal, at no overlap with the signal.
///
/// p(z|y) is proportional to (1 + chi l'') exp(-h^2/2 - s (l + chi l'^2/2)) on the proximal set, h = z + chi l'. Panels in y end
/// where the proximal set changes its topology, and the variable is the square root of the distance to such an end, since
/// averages there behave as its inverse. Panels are halved until their Legendre coefficients have decayed.
///
/// Source: theory sheet *phase retrieval gradient flow*, sections 2 and 3.
struct StateLaw {
  /// Averages; E<.> is over z, then over labels.
  struct Averages {
    /// E log Int Dh e^{-sM}.
    var logNorm = 0.0
    /// E<(z-h)^2>.
    var displacement = 0.0
    /// E<r^2>, r = g l''/(1 + g l'') with g = chi unless another resolvent is given.
    var squaredResponse = 0.0
    /// E<r>.
    var response = 0.0
    /// E<l>.
    var energy = 0.0
    /// E<M>, M = l + chi l'^2/2.
    var envelope = 0.0
    /// E<z l'>.
    var virial = 0.0
    /// E[(1-y^2)<r>].
    var signalResponse = 0.0
    /// E(<h^2>-1)^2.
    var fieldVariance = 0.0
    /// J: the jumps of the proximal point times the density of the field there.
    var jump = 0.0
    /// E y<|z|>.
    var modulus = 0.0
    /// E[<1 - dz*/dh>^2], the jumps of z* included.
    var meanResponseSquared = 0.0
    /// E[y^2 <r^2>].
    var signalSquaredResponse = 0.0
    /// E Var_y(M), the variance over the fields of one label.
    var envelopeVariance = 0.0
    /// E Var_y(l'^2/2).
    var slopeVariance = 0.0
    /// E Cov_y(M, l'^2/2).
    var covariance = 0.0
    /// -E<d(l'^2/2)/dchi> at fixed fields, = E<l'^2 l''/(1 + chi l'')> less what jumps between different values of l'^2 give.
    var slopeDecay = 0.0
  }

  /// A node of the law: its probability, l'', z l' and the square of the label.
  struct Node {
    let weight: Double
    let curvature: Double
    let virial: Double
    let squaredLabel: Double
  }

  let loss: Loss
  let chi: Double
  let parisi: Double
  private let resolution: StateResolution
  private(set) var averages = Averages()
  /// The nodes, kept on demand.
  private(set) var nodes: [Node] = []

  /// Labels beyond this have no weight.
  private static let labelReach = 10.5
  private static let count = 17

  /// The law.
  ///
  /// - Parameters:
  ///   - loss: even in z.
  ///   - chi: susceptibility, >= 0; 0 (with s = 0) is the law at initialization, z standard normal.
  ///   - s: Parisi parameter, >= 0; 0 is the replica-symmetric law.
  ///   - resolution: how finely.
  ///   - resolvent: g in r = g l''/(1 + g l''); chi if nil.
  ///   - keepsNodes: whether the nodes are wanted.
  init(
    _ loss: Loss, chi: Double, parisi s: Double, _ resolution: StateResolution, resolvent: Double? = nil,
    keepsNodes: Bool = false
  ) {
    self.loss = loss
    self.chi = chi
    parisi = s
    self.resolution = resolution
    let rule = PanelRule.shared
    let width = Self.count
    var totals = [Double](repeating: 0, count: width)
    var values = [Double](repeating: 0, count: width * PanelRule.order)
    // Errors are relative to the largest values seen, where those exceed 1.
    var peaks = [Double](repeating: 1, count: width)
    var section = LabelSection(
      loss, chi: chi, parisi: s, resolvent: resolvent ?? chi, resolution.inner, keepsNodes: keepsNodes)
    var pending: [(end: Double, sign: Double, from: Double, to: Double, depth: Int)] = []
    let ends = [0] + Self.changes(loss, chi: chi) + [Self.labelReach]
    for (a, b) in zip(ends, ends.dropFirst()) {
      // Nothing happens where the labels are cut off.
      let isLast = b == Self.labelReach
      let reach = (isLast ? b - a : 0.5 * (b - a)).squareRoot()
      for k in 0..<4 {
        let (from, to) = (reach * Double(k) / 4, reach * Double(k + 1) / 4)
        pending.append((a, 1, from, to, 0))
        if !isLast { pending.append((b, -1, from, to, 0)) }
      }
    }
    while let panel = pending.popLast() {
      let (middle, half) = (0.5 * (panel.from + panel.to), 0.5 * (panel.to - panel.from))
      let kept = nodes.count
      for i in 0..<PanelRule.order {
        let t = middle + half * rule.nodes[i]
        let y = panel.end + panel.sign * t * t
        let density = 2 * t * (2 / Double.pi).squareRoot() * Double.exp(-0.5 * y * y)
        section.evaluate(label: y)
        for k in 0..<width { values[i * width + k] = density * section.results[k] }
        if keepsNodes {
          let weight = density * half * rule.weights[i]
          for node in section.nodes {
            nodes.append(
              Node(
                weight: weight * node.weight, curvature: node.curvature, virial: node.virial, squaredLabel: y * y))
          }
        }
      }
      var error = 0.0
      for k in 0..<width {
        for i in 0..<PanelRule.order { peaks[k] = max(peaks[k], abs(values[i * width + k])) }
        let panelError = values.withUnsafeBufferPointer { rule.error($0, from: k, stride: width) }
        error = max(error, half * panelError / peaks[k])
      }
      if error > resolution.outer, panel.depth < 24 {
        if keepsNodes { nodes.removeSubrange(kept...) }
        pending.append((panel.end, panel.sign, panel.from, middle, panel.depth + 1))
        pending.append((panel.end, panel.sign, middle, panel.to, panel.depth + 1))
        continue
      }
      for i in 0..<PanelRule.order {
        for k in 0..<width { totals[k] += half * rule.weights[i] * values[i * width + k] }
      }
    }
    averages = Averages(
      logNorm: totals[0], displacement: totals[1], squaredResponse: totals[2], response: totals[3], energy: totals[4],
      envelope: totals[5], virial: totals[6], signalResponse: totals[7], fieldVariance: totals[8], jump: totals[9],
      modulus: totals[10],
      meanResponseSquared: totals[11], signalSquaredResponse: totals[12], envelopeVariance: totals[13],
      slopeVariance: totals[14], covariance: totals[15], slopeDecay: totals[16])
  }

  /// The same law with nodes that resolve r_g for another resolvent; coarse nodes stay as they are.
  func adapted(to g: Double) -> StateLaw {
    if resolution.outer >= StateResolution.coarse.outer { return self }
    return StateLaw(loss, chi: chi, parisi: parisi, resolution, resolvent: g, keepsNodes: true)
  }

  /// Labels at which the proximal set changes its topology.
  private static func changes(_ loss: Loss, chi: Double) -> [Double] {
    guard chi > 0 else { return [] }
    let count = 72
    let scratch = LossBuffer(ProximalSet.gridCount + 1)
    func signature(_ y: Double) -> ProximalSet.Signature { ProximalSet(loss, label: y, chi: chi, scratch).signature }
    var found: [Double] = []
    var (y, before) = (1e-6, signature(1e-6))
    for i in 1...count {
      let u = Double(i) / Double(count)
      let next = labelReach * u * u
      let after = signature(next)
      if after != before {
        var (a, b) = (y, next)
        while true {
          let middle = 0.5 * (a + b)
          if middle <= a || middle >= b { break }
          if signature(middle) == before { a = middle } else { b = middle }
        }
        found.append(0.5 * (a + b))
      }
      (y, before) = (next, after)
    }
    return found
  }
}

/// Averages over z at one label; keeps its storage from label to label.
private struct LabelSection {
  let loss: Loss
  let chi: Double
  let parisi: Double
  let resolvent: Double
  let tolerance: Double
  let keepsNodes: Bool
  /// The averages at the last label, in the order of ``StateLaw/Averages``.
  var results = [Double](repeating: 0, count: 17)
  /// The nodes at the last label; weights add up to 1.
  var nodes: [(weight: Double, curvature: Double, virial: Double)] = []
  private var pending: [(from: Double, to: Double, depth: Int)] = []
  private let scratch = LossBuffer(PanelRule.order)

  init(_ loss: Loss, chi: Double, parisi: Double, resolvent: Double, _ tolerance: Double, keepsNodes: Bool) {
    self.resolvent = resolvent
    self.loss = loss
    self.chi = chi
    self.parisi = parisi
    self.tolerance = tolerance
    self.keepsNodes = keepsNodes
  }

  private func exponent(_ z: Double, _ label: Double) -> Double {
    let jet = loss.jet(label: label, prediction: z)
    let h = z + chi * jet.first
    return 0.5 * h * h + parisi * (jet.value + 0.5 * chi * jet.first * jet.first)
  }

  /// Splits an interval into four panels; a rough norm and the smallest exponent come from nine places.
  private mutating func split(
    _ a: Double, _ b: Double, lowest: inout Double, masses: inout [(exponent: Double, mass: Double)]
  ) {
    for k in 0...8 { scratch.z[k] = a + (b - a) * Double(k) / 8 }
    scratch.evaluate(loss, count: 9)
    for k in 0...8 {
      let slope = scratch.first[k]
      let h = scratch.z[k] + chi * slope
      let exponent = 0.5 * h * h + parisi * (scratch.value[k] + 0.5 * chi * slope * slope)
      lowest = min(lowest, exponent)
      // Ends of two panels count in both.
      let share = k == 0 || k == 8 || k % 2 == 1 ? 1.0 : 2
      masses.append((exponent, share * (1 + chi * scratch.second[k]) * (b - a) / 12))
    }
    for k in 0..<4 { pending.append((a + (b - a) * Double(k) / 4, a + (b - a) * Double(k + 1) / 4, 0)) }
  }

  mutating func evaluate(label: Double) {
    let set = ProximalSet(loss, label: label, chi: chi, scratch.grid)
    let rule = PanelRule.shared
    let n = PanelRule.order
    scratch.fill(label: label, count: n)
    pending.removeAll(keepingCapacity: true)
    var lowest = Double.infinity
    var masses: [(exponent: Double, mass: Double)] = []
    masses.reserveCapacity(36)
    // The label itself ends a panel.
    for piece in set.pieces {
      let (a, b) = (piece.lowerBound, piece.upperBound)
      if label > a, label < b {
        split(a, label, lowest: &lowest, masses: &masses)
        split(label, b, lowest: &lowest, masses: &masses)
      } else {
        split(a, b, lowest: &lowest, masses: &masses)
      }
    }
    let rough = masses.reduce(0) { $0 + $1.mass * Double.exp(lowest - $1.exponent) }
    var (norm, displacement, squared, response, energy, envelope, virial, fieldSquared, modulus) =
      (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    var (envelopeSquared, slope, slopeSquared, product, decay) = (0.0, 0.0, 0.0, 0.0, 0.0)
    nodes.removeAll(keepingCapacity: true)
    let (z, value, first, second) = (scratch.z, scratch.value, scratch.first, scratch.second)
    let (density, responseDensity, responses) = (scratch.a, scratch.b, scratch.c)
    let densities = UnsafeBufferPointer(start: density, count: n)
    let responseDensities = UnsafeBufferPointer(start: responseDensity, count: n)
    while let panel = pending.popLast() {
      let (middle, half) = (0.5 * (panel.from + panel.to), 0.5 * (panel.to - panel.from))
      for i in 0..<n { z[i] = middle + half * rule.nodes[i] }
      scratch.evaluate(loss, count: n)
      for i in 0..<n {
        let h = z[i] + chi * first[i]
        let curvature = 1 + chi * second[i]
        let m = value[i] + 0.5 * chi * first[i] * first[i]
        density[i] = curvature * Double.exp(lowest - 0.5 * h * h - parisi * m)
        let r = resolvent * second[i] / (1 + resolvent * second[i])
        responses[i] = r
        responseDensity[i] = density[i] * r * r
      }
      let error = half * max(rule.error(densities), rule.error(responseDensities))
      if error > tolerance * rough, panel.depth < 40 {
        pending.append((panel.from, middle, panel.depth + 1))
        pending.append((middle, panel.to, panel.depth + 1))
        continue
      }
      for i in 0..<n {
        let p = half * rule.weights[i] * density[i]
        let shift = chi * first[i]
        let h = z[i] + shift
        let m = value[i] + 0.5 * shift * first[i]
        let d = 0.5 * first[i] * first[i]
        let pr = p * responses[i]
        let pm = p * m
        let pd = p * d
        norm += p
        displacement += p * shift * shift
        squared += pr * responses[i]
        response += pr
        energy += p * value[i]
        envelope += pm
        virial += p * z[i] * first[i]
        fieldSquared += p * h * h
        modulus += p * z[i]
        envelopeSquared += pm * m
        slope += pd
        slopeSquared += pd * d
        product += pm * d
        decay += 2 * pd * second[i] / (1 + chi * second[i])
        if keepsNodes { nodes.append((p, second[i], z[i] * first[i])) }
      }
    }
    var jump = 0.0
    for gap in set.gaps {
      let density = Double.exp(lowest - exponent(gap.end, label))
      jump += gap.width * density
      guard gap.field > 0 else { continue }
      // The field of the jump moves with chi, so that fields change sides; at 0 both sides have the same l'^2.
      let (a, b) = (
        loss.jet(label: label, prediction: gap.end - gap.width).first, loss.jet(label: label, prediction: gap.end).first
      )
      let step = 0.5 * (a - b) * (a + b)
      decay -= step * step * chi / gap.width * density
    }
    let scale = 1 / norm
    if keepsNodes { for i in nodes.indices { nodes[i].weight *= scale } }
    // The law is even in z: its norm is twice that of the half that is integrated.
    results[0] = Double.log(2 * norm / (2 * Double.pi).squareRoot()) - lowest
    results[1] = displacement * scale
    results[2] = squared * scale
    results[3] = response * scale
    results[4] = energy * scale
    results[5] = envelope * scale
    results[6] = virial * scale
    results[7] = (1 - label * label) * response * scale
    let excess = fieldSquared * scale - 1
    results[8] = excess * excess
    results[9] = jump * scale
    results[10] = label * modulus * scale
    results[11] = (response - jump) * (response - jump) * scale * scale
    results[12] = label * label * squared * scale
    results[13] = (envelopeSquared - envelope * envelope * scale) * scale
    results[14] = (slopeSquared - slope * slope * scale) * scale
    results[15] = (product - envelope * slope * scale) * scale
    results[16] = decay * scale
  }
}

/// Storage for a loss at many predictions of one label, and for what is made of it.
final class LossBuffer {
  let z: UnsafeMutablePointer<Double>
  let value: UnsafeMutablePointer<Double>
  let first: UnsafeMutablePointer<Double>
  let second: UnsafeMutablePointer<Double>
  /// For anything.
  let a: UnsafeMutablePointer<Double>
  let b: UnsafeMutablePointer<Double>
  let c: UnsafeMutablePointer<Double>
  private let labels: UnsafeMutablePointer<Double>
  private let count: Int
  /// A second one of the size that a proximal set needs.
  private(set) lazy var grid = LossBuffer(ProximalSet.gridCount + 1)

  init(_ count: Int) {
    self.count = count
    z = .allocate(capacity: 8 * count)
    z.initialize(repeating: 0, count: 8 * count)
    value = z + count
    first = z + 2 * count
    second = z + 3 * count
    a = z + 4 * count
    b = z + 5 * count
    c = z + 6 * count
    labels = z + 7 * count
  }

  deinit { z.deallocate() }

  /// The label of the next evaluations.
  func fill(label: Double, count: Int) { for i in 0..<count { labels[i] = label } }

  /// Fills `value`, `first` and `second` at the predictions `z`.
  func evaluate(_ loss: Loss, count: Int) { loss.evaluate(count, labels, z, value, first, second) }
}
