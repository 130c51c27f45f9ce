// SPDX-License-Identifier: GPL-3.0-or-later

/// A number that carries derivatives along: one formula written for it gives values and exact derivatives.
///
/// `Double` carries none; ``Jet`` carries two. Formulas are written with the operators, powers and
/// ``applying(_:)``.
public protocol DifferentiableScalar: Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A constant.
  init(_ constant: Double)
  /// The value without derivatives.
  var value: Double { get }
  /// The sum.
  static func + (a: Self, b: Self) -> Self
  /// The difference.
  static func - (a: Self, b: Self) -> Self
  /// The product.
  static func * (a: Self, b: Self) -> Self
  /// The quotient.
  static func / (a: Self, b: Self) -> Self
  /// The negative.
  static prefix func - (a: Self) -> Self
  /// f(self) by the chain rule, from f, f' and f'' at ``value``.
  func chained(_ f: Double, _ first: @autoclosure () -> Double, _ second: @autoclosure () -> Double) -> Self
}

extension DifferentiableScalar {
  /// A function of one variable.
  @inlinable
  public func applying(_ function: ElementaryFunction) -> Self {
    let x = value
    return chained(function.value(x), function.derivative(x), function.secondDerivative(x))
  }

  /// The n-th power, by multiplications; 1/x^|n| for negative n.
  @inlinable
  public func power(_ n: Int) -> Self {
    if n < 0 { return Self(1) / power(-n) }
    var result = Self(1)
    var base = self
    var rest = n
    var isFirst = true
    while rest > 0 {
      if rest & 1 == 1 {
        result = isFirst ? base : result * base
        isFirst = false
      }
      rest >>= 1
      if rest > 0 { base = base * base }
    }
    return result
  }

  /// x^c for a constant exponent; integral ones by multiplications.
  @inlinable
  public func power(_ c: Double) -> Self {
    if let n = Int(exactly: c), abs(n) <= 64 { return power(n) }
    let x = value
    return chained(
      ElementaryFunction.power(x, c), c * ElementaryFunction.power(x, c - 1),
      c * (c - 1) * ElementaryFunction.power(x, c - 2))
  }

  /// x^y for a variable exponent and x > 0.
  @inlinable
  public func power(_ y: Self) -> Self { (y * applying(.log)).applying(.exp) }

  /// The square.
  @inlinable public var squared: Self { self * self }

  /// The sum with a constant.
  @inlinable public static func + (a: Self, b: Double) -> Self { a + Self(b) }
  /// The product with a constant.
  @inlinable public static func * (a: Double, b: Self) -> Self { Self(a) * b }
  /// The quotient by a constant.
  @inlinable public static func / (a: Self, b: Double) -> Self { a / Self(b) }

  /// A constant.
  @inlinable public init(integerLiteral value: Int) { self.init(Double(value)) }
}

extension Double: DifferentiableScalar {
  /// The number itself.
  @inlinable public var value: Double { self }

  /// The given value; derivatives are not computed.
  @inlinable
  public func chained(_ f: Double, _ first: @autoclosure () -> Double, _ second: @autoclosure () -> Double) -> Double {
    f
  }
}

/// A function of one variable to second order: value, first and second derivative (truncated Taylor arithmetic).
public struct Jet: DifferentiableScalar, Hashable {
  /// The value.
  public var value: Double
  /// The first derivative.
  public var first: Double
  /// The second derivative.
  public var second: Double

  /// A value with its derivatives.
  @inlinable
  public init(value: Double, first: Double, second: Double) {
    self.value = value
    self.first = first
    self.second = second
  }

  /// A constant: both derivatives vanish.
  @inlinable public init(_ constant: Double) { self.init(value: constant, first: 0, second: 0) }

  /// A constant.
  @inlinable public init(floatLiteral value: Double) { self.init(value) }

  /// The variable itself at `x`: derivatives are taken with respect to it.
  @inlinable public static func variable(_ x: Double) -> Jet { Jet(value: x, first: 1, second: 0) }

  /// The sum.
  @inlinable
  public static func + (a: Jet, b: Jet) -> Jet {
    Jet(value: a.value + b.value, first: a.first + b.first, second: a.second + b.second)
  }

  /// The difference.
  @inlinable
  public static func - (a: Jet, b: Jet) -> Jet {
    Jet(value: a.value - b.value, first: a.first - b.first, second: a.second - b.second)
  }

  /// The product.
  @inlinable
  public static func * (a: Jet, b: Jet) -> Jet {
    Jet(
      value: a.value * b.value, first: a.first * b.value + a.value * b.first,
      second: a.second * b.value + 2 * a.first * b.first + a.value * b.second)
  }

  /// The quotient.
  @inlinable
  public static func / (a: Jet, b: Jet) -> Jet {
    let value = a.value / b.value
    let first = (a.first - value * b.first) / b.value
    return Jet(value: value, first: first, second: (a.second - 2 * first * b.first - value * b.second) / b.value)
  }

  /// The negative.
  @inlinable
  public static prefix func - (a: Jet) -> Jet { Jet(value: -a.value, first: -a.first, second: -a.second) }

  /// The chain rule to second order.
  @inlinable
  public func chained(_ f: Double, _ first: @autoclosure () -> Double, _ second: @autoclosure () -> Double) -> Jet {
    // A constant has no derivatives, even where the function has none that are finite.
    if self.first == 0, self.second == 0 { return Jet(f) }
    let slope = first()
    let bend = self.first == 0 ? 0 : second() * self.first * self.first
    return Jet(value: f, first: slope * self.first, second: bend + slope * self.second)
  }
}
