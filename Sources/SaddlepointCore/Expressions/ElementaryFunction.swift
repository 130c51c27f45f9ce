// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule

/// A function of one variable that expressions know, with its derivatives.
public enum ElementaryFunction: String, Sendable, Hashable, CaseIterable {
  /// |x|; its derivative at 0 is taken as 0.
  case abs
  /// -1, 0 or 1.
  case sign
  /// 1 for x > 0, else 0.
  case step
  /// The square root.
  case sqrt
  /// The exponential.
  case exp
  /// exp(x) - 1 without cancellation.
  case expm1
  /// The natural logarithm.
  case log
  /// log(1 + x) without cancellation.
  case log1p
  /// The sine.
  case sin
  /// The cosine.
  case cos
  /// The tangent.
  case tan
  /// The inverse tangent.
  case atan
  /// The hyperbolic sine.
  case sinh
  /// The hyperbolic cosine.
  case cosh
  /// The hyperbolic tangent.
  case tanh
  /// The error function.
  case erf

  /// Whether all derivatives exist wherever the value is finite.
  public var isSmooth: Bool {
    switch self {
    case .abs, .sign, .step: false
    default: true
    }
  }

  /// The function.
  public func value(_ x: Double) -> Double {
    switch self {
    case .abs: Swift.abs(x)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .step: x > 0 ? 1 : x.isNaN ? x : 0
    case .sqrt: x.squareRoot()
    case .exp: Double.exp(x)
    case .expm1: Double.expMinusOne(x)
    case .log: Double.log(x)
    case .log1p: Double.log(onePlus: x)
    case .sin: Double.sin(x)
    case .cos: Double.cos(x)
    case .tan: Double.tan(x)
    case .atan: Double.atan(x)
    case .sinh: Double.sinh(x)
    case .cosh: Double.cosh(x)
    case .tanh: Double.tanh(x)
    case .erf: Double.erf(x)
    }
  }

  /// The first derivative.
  public func derivative(_ x: Double) -> Double {
    switch self {
    case .abs: x > 0 ? 1 : x < 0 ? -1 : x
    case .sign, .step: 0
    case .sqrt: 0.5 / x.squareRoot()
    case .exp, .expm1: Double.exp(x)
    case .log: 1 / x
    case .log1p: 1 / (1 + x)
    case .sin: Double.cos(x)
    case .cos: -Double.sin(x)
    case .tan: 1 / (Double.cos(x) * Double.cos(x))
    case .atan: 1 / (1 + x * x)
    case .sinh: Double.cosh(x)
    case .cosh: Double.sinh(x)
    case .tanh: 1 / (Double.cosh(x) * Double.cosh(x))
    case .erf: 2 / Double.pi.squareRoot() * Double.exp(-x * x)
    }
  }

  /// The second derivative.
  public func secondDerivative(_ x: Double) -> Double {
    switch self {
    case .abs, .sign, .step: 0
    case .sqrt: -0.25 / (x * x.squareRoot())
    case .exp, .expm1: Double.exp(x)
    case .log: -1 / (x * x)
    case .log1p: -1 / ((1 + x) * (1 + x))
    case .sin: -Double.sin(x)
    case .cos: -Double.cos(x)
    case .tan: 2 * Double.tan(x) / (Double.cos(x) * Double.cos(x))
    case .atan: -2 * x / ((1 + x * x) * (1 + x * x))
    case .sinh: Double.sinh(x)
    case .cosh: Double.cosh(x)
    case .tanh: -2 * Double.tanh(x) / (Double.cosh(x) * Double.cosh(x))
    case .erf: -4 * x / Double.pi.squareRoot() * Double.exp(-x * x)
    }
  }

  /// x^c.
  @usableFromInline
  static func power(_ x: Double, _ c: Double) -> Double { c == 0 ? 1 : Double.pow(x, c) }
}
