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
  private(set) var averages = Averages()
  /// The nodes, kept on demand.
  private(set) var nodes: [Node] = []

  /// Labels beyond this have no weight.
  private static let labelReach = 10.5
  private static let count = 13

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
      let middle = 0.5 * (a + b)
      let reach = (middle - a).squareRoot()
      for k in 0..<4 {
        let (from, to) = (reach * Double(k) / 4, reach * Double(k + 1) / 4)
        pending.append((a, 1, from, to, 0))
        pending.append((b, -1, from, to, 0))
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
        error = max(error, half * rule.error(values, from: k, stride: width) / peaks[k])
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
      meanResponseSquared: totals[11], signalSquaredResponse: totals[12])
  }

  /// Labels at which the proximal set changes its topology.
  private static func changes(_ loss: Loss, chi: Double) -> [Double] {
    guard chi > 0 else { return [] }
    let count = 72
    func signature(_ y: Double) -> [Int] { ProximalSet(loss, label: y, chi: chi).signature }
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
  var results = [Double](repeating: 0, count: 13)
  /// The nodes at the last label; weights add up to 1.
  var nodes: [(weight: Double, curvature: Double, virial: Double)] = []

  private var z = [Double](repeating: 0, count: PanelRule.order)
  private var y = [Double](repeating: 0, count: PanelRule.order)
  private var value = [Double](repeating: 0, count: PanelRule.order)
  private var first = [Double](repeating: 0, count: PanelRule.order)
  private var second = [Double](repeating: 0, count: PanelRule.order)
  private var density = [Double](repeating: 0, count: PanelRule.order)
  private var responseDensity = [Double](repeating: 0, count: PanelRule.order)

  init(_ loss: Loss, chi: Double, parisi: Double, resolvent: Double, _ tolerance: Double, keepsNodes: Bool) {
    self.resolvent = resolvent
    self.loss = loss
    self.chi = chi
    self.parisi = parisi
    self.tolerance = tolerance
    self.keepsNodes = keepsNodes
  }

  private func exponent(_ z: Double, _ label: Double) -> (exponent: Double, curvature: Double) {
    let jet = loss.jet(label: label, prediction: z)
    let h = z + chi * jet.first
    return (0.5 * h * h + parisi * (jet.value + 0.5 * chi * jet.first * jet.first), 1 + chi * jet.second)
  }

  mutating func evaluate(label: Double) {
    let set = ProximalSet(loss, label: label, chi: chi)
    let rule = PanelRule.shared
    let n = PanelRule.order
    for i in 0..<n { y[i] = label }
    var pending: [(from: Double, to: Double, depth: Int)] = []
    // Largest weight and a rough norm, from a few places of each piece; the label itself ends a panel.
    var lowest = Double.infinity
    var samples: [(exponent: Double, mass: Double)] = []
    for piece in set.pieces {
      var ends = [piece.lowerBound, piece.upperBound]
      if piece.contains(label), label > piece.lowerBound, label < piece.upperBound { ends.insert(label, at: 1) }
      for (a, b) in zip(ends, ends.dropFirst()) {
        for k in 0..<4 {
          let (from, to) = (a + (b - a) * Double(k) / 4, a + (b - a) * Double(k + 1) / 4)
          pending.append((from, to, 0))
          for position in [from, 0.5 * (from + to), to] {
            let sample = exponent(position, label)
            lowest = min(lowest, sample.exponent)
            samples.append((sample.exponent, sample.curvature * (to - from) / 3))
          }
        }
      }
    }
    let rough = samples.reduce(0) { $0 + $1.mass * Double.exp(lowest - $1.exponent) }
    var (norm, displacement, squared, response, energy, envelope, virial, fieldSquared, modulus) =
      (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    nodes.removeAll(keepingCapacity: true)
    while let panel = pending.popLast() {
      let (middle, half) = (0.5 * (panel.from + panel.to), 0.5 * (panel.to - panel.from))
      for i in 0..<n { z[i] = middle + half * rule.nodes[i] }
      loss.evaluate(n, y, z, &value, &first, &second)
      for i in 0..<n {
        let h = z[i] + chi * first[i]
        let curvature = 1 + chi * second[i]
        let m = value[i] + 0.5 * chi * first[i] * first[i]
        density[i] = curvature * Double.exp(lowest - 0.5 * h * h - parisi * m)
        let r = resolvent * second[i] / (1 + resolvent * second[i])
        responseDensity[i] = density[i] * r * r
      }
      let error = half * max(rule.error(density), rule.error(responseDensity))
      if error > tolerance * rough, panel.depth < 40 {
        pending.append((panel.from, middle, panel.depth + 1))
        pending.append((middle, panel.to, panel.depth + 1))
        continue
      }
      for i in 0..<n {
        let p = half * rule.weights[i] * density[i]
        let shift = chi * first[i]
        let h = z[i] + shift
        let r = resolvent * second[i] / (1 + resolvent * second[i])
        norm += p
        displacement += p * shift * shift
        squared += p * r * r
        response += p * r
        energy += p * value[i]
        envelope += p * (value[i] + 0.5 * shift * first[i])
        virial += p * z[i] * first[i]
        fieldSquared += p * h * h
        modulus += p * z[i]
        if keepsNodes { nodes.append((p, second[i], z[i] * first[i])) }
      }
    }
    var jump = 0.0
    for gap in set.gaps { jump += gap.width * Double.exp(lowest - exponent(gap.end, label).exponent) }
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
    results[12] = label * label * squared * scale
    results[11] = (response - jump) * (response - jump) * scale * scale
  }
}
