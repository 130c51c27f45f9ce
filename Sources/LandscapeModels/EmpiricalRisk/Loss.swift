// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// A loss l(y, z) written once for every differentiable scalar: l, l' and l'' in z come from one formula.
///
///     struct Huberised: DifferentiableLoss {
///       func callAsFunction<S: DifferentiableScalar>(label y: S, prediction z: S) -> S {
///         (1 + (z.squared - y.squared).squared).applying(.sqrt) - 1
///       }
///     }
public protocol DifferentiableLoss: Sendable {
  /// The loss of predicting z where the label is y; twice differentiable in z.
  func callAsFunction<S: DifferentiableScalar>(label y: S, prediction z: S) -> S
}

/// A loss of an empirical risk: how a prediction z = xi.x/sqrt(N) is compared with a label y.
public struct Loss: Sendable, CustomStringConvertible {
  /// Fills l, l' and l'' (derivatives in z) at `count` pairs (y, z).
  package typealias Evaluator =
    @Sendable (
      _ count: Int, _ y: UnsafePointer<Double>, _ z: UnsafePointer<Double>, _ values: UnsafeMutablePointer<Double>,
      _ first: UnsafeMutablePointer<Double>, _ second: UnsafeMutablePointer<Double>
    ) -> Void

  /// The name with its parameter, as the command writes it.
  public let description: String
  /// Whether l(y, -z) = l(y, z).
  public let isEven: Bool
  /// Whether l(-y, z) = l(y, z), so that only |y| matters.
  public let isEvenInLabel: Bool
  /// Whether l(-y, -z) = l(y, z).
  public let isJointlyEven: Bool
  /// All three derivatives at many points.
  package let evaluate: Evaluator

  private init(_ description: String, _ evaluate: @escaping Evaluator) {
    self.description = description
    self.evaluate = evaluate
    // Symmetries are looked for at points in general position; a formula that has them everywhere there has them.
    func agrees(_ signOfY: Double, _ signOfZ: Double) -> Bool {
      (0..<24).allSatisfy { index in
        let y = 0.137 + 0.171 * Double(index)
        let z = 3.9 - 0.163 * Double(index)
        let (a, b) = (Self.jet(evaluate, y, z), Self.jet(evaluate, signOfY * y, signOfZ * z))
        return abs(a.value - b.value) <= 1e-12 * abs(a.value) + 1e-300
          && abs(a.second - b.second) <= 1e-10 * abs(a.second) + 1e-300
      }
    }
    isEven = agrees(1, -1)
    isEvenInLabel = agrees(-1, 1)
    isJointlyEven = agrees(-1, -1)
  }

  /// A loss of the user's own.
  ///
  /// - Parameters:
  ///   - loss: the formula.
  ///   - name: what messages and figures call it.
  public init<L: DifferentiableLoss>(_ loss: L, name: String) {
    self.init(name) { count, y, z, values, first, second in
      var i = 0
      while i < count {
        let jet = loss(label: Jet(y[i]), prediction: Jet.variable(z[i]))
        values[i] = jet.value
        first[i] = jet.first
        second[i] = jet.second
        i += 1
      }
    }
  }

  /// (z^2 - y^2)^2/4, not bounded below in its second derivative.
  public static let quartic = Loss(Quartic(), name: "quartic")

  /// (z^2 - y^2)^2/(a0 + y^2), whose second derivative is above -4.
  ///
  /// Source: arXiv:2403.02418.
  /// - Parameter a0: the regularisation of the normalisation, > 0.
  /// - Returns: the loss.
  /// - Throws: `DomainError` unless `a0` is positive and finite.
  public static func normalised(a0: Double) throws(DomainError) -> Loss {
    guard a0 > 0, a0.isFinite else { throw DomainError(.a0, a0, allowed: "a0 > 0") }
    return Loss(Normalised(a0: a0), name: "normalised:\(plain(a0))")
  }

  /// (z - y)^2/2, for linear regression.
  public static let squared = Loss(Squared(), name: "squared")

  /// The variables that the expression of a loss may contain: the label and the prediction.
  public static let expressionVariables = ["y", "z"]

  /// A loss given as a formula in the label `y` and the prediction `z`.
  ///
  /// - Parameter expression: a formula in ``expressionVariables``.
  /// - Returns: the loss with exact derivatives.
  /// - Throws: `DomainError` if it does not depend on z, is not smooth in z, or is not finite (with its first two
  ///   derivatives) somewhere in |y|, |z| <= 8, where the Gaussian weights are not negligible; with the position.
  public static func expression(_ expression: Expression) throws(DomainError) -> Loss {
    func refused(_ why: String) -> DomainError {
      DomainError(.loss, "expression:\(expression.text)", allowed: "a loss smooth in z and finite; \(why)")
    }
    guard expression.variables == expressionVariables else { throw refused("its variables must be y and z") }
    guard expression.contains("z") else { throw refused("it does not depend on z") }
    if let rough = expression.roughness(in: "z") { throw refused("\(rough)") }
    for i in -8...8 {
      for j in -8...8 {
        // Whole numbers find the divisions by zero that are typed, the others negative arguments between them.
        for shift in [0, 0.37] {
          let (y, z) = (Double(i) + shift, Double(j) - shift)
          if let failure = expression.failure(at: [Jet(y), .variable(z)]) { throw refused("\(failure)") }
        }
      }
    }
    return Loss("expression:\(expression.text)") { count, y, z, values, first, second in
      expression.evaluate(count: count) { index, point in
        index == 0 ? Jet(y[point]) : Jet.variable(z[point])
      } store: { point, jet in
        values[point] = jet.value
        first[point] = jet.first
        second[point] = jet.second
      }
    }
  }

  /// The loss of a prediction that is multiplied by a factor, l(y, c z), with its derivatives in z.
  package func stretched(by factor: Double) -> Loss {
    let original = evaluate
    return Loss(description) { count, y, z, values, first, second in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: max(count, 1)) { buffer in
        for i in 0..<count { buffer.initializeElement(at: i, to: factor * z[i]) }
        if let scaled = buffer.baseAddress { original(count, y, scaled, values, first, second) }
      }
      for i in 0..<count {
        first[i] *= factor
        second[i] *= factor * factor
      }
    }
  }

  /// Value and derivatives in z at one point.
  public func jet(label y: Double, prediction z: Double) -> Jet { Self.jet(evaluate, y, z) }

  private static func jet(_ evaluate: Evaluator, _ y: Double, _ z: Double) -> Jet {
    var jet = Jet(0)
    withUnsafePointer(to: y) { y in
      withUnsafePointer(to: z) { z in evaluate(1, y, z, &jet.value, &jet.first, &jet.second) }
    }
    return jet
  }
}

private struct Quartic: DifferentiableLoss {
  func callAsFunction<S: DifferentiableScalar>(label y: S, prediction z: S) -> S {
    // The product keeps its digits near z = y.
    ((z - y) * (z + y)).squared / 4
  }
}

private struct Normalised: DifferentiableLoss {
  let a0: Double
  func callAsFunction<S: DifferentiableScalar>(label y: S, prediction z: S) -> S {
    ((z - y) * (z + y)).squared / (y.squared + a0)
  }
}

private struct Squared: DifferentiableLoss {
  func callAsFunction<S: DifferentiableScalar>(label y: S, prediction z: S) -> S { (z - y).squared / 2 }
}

/// How the label y arises from the projection z* of the signal.
public struct Label: Sendable, CustomStringConvertible {
  /// The name, as the command writes it.
  public let description: String
  /// Whether the label does not see the sign of z*.
  public let isEven: Bool
  /// Whether the label changes its sign with z*.
  public let isOdd: Bool
  /// The places at which it is not smooth.
  package let kinks: [Double]
  private let function: @Sendable (Double) -> Double

  private init(
    _ description: String, isEven: Bool = false, isOdd: Bool = false, kinks: [Double] = [],
    _ function: @escaping @Sendable (Double) -> Double
  ) {
    self.description = description
    self.isEven = isEven
    self.isOdd = isOdd
    self.kinks = kinks
    self.function = function
  }

  /// The label of a projection.
  public func callAsFunction(_ z: Double) -> Double { function(z) }

  /// |z*|.
  public static let abs = Label("abs", isEven: true, kinks: [0]) { Swift.abs($0) }
  /// z*^2.
  public static let square = Label("square", isEven: true) { $0 * $0 }
  /// z* itself.
  public static let linear = Label("linear", isOdd: true) { $0 }
  /// The sign of z*.
  public static let sign = Label("sign", isOdd: true, kinks: [0]) { $0 < 0 ? -1 : 1 }

  /// A label given as a formula in `z`, the projection of the signal; kinks only at z = 0.
  ///
  /// - Parameter expression: a formula whose only variable is `z`.
  /// - Returns: the label.
  /// - Throws: `DomainError` if it is not finite somewhere in |z| <= 8.
  public static func expression(_ expression: Expression) throws(DomainError) -> Label {
    let samples = (1...80).map { 0.1 * Double($0) - 0.037 }
    let values = samples.map { (plus: expression(Double($0)), minus: expression(-Double($0))) }
    guard values.allSatisfy({ $0.plus.isFinite && $0.minus.isFinite }) else {
      throw DomainError("label", "expression:\(expression.text)", allowed: "finite for |z| <= 8")
    }
    let close = { (a: Double, b: Double) in Swift.abs(a - b) <= 1e-13 * Swift.abs(a) }
    return Label(
      "expression:\(expression.text)", isEven: values.allSatisfy { close($0.plus, $0.minus) },
      isOdd: values.allSatisfy { close($0.plus, -$0.minus) }, kinks: [0]
    ) { expression(Double($0)) }
  }

  /// Variables of the expression of a label.
  public static let expressionVariables = ["z"]
}
