// SPDX-License-Identifier: GPL-3.0-or-later

/// How an ``Estimate`` was obtained, and why it has no value or only a doubtful one.
public enum Status: Sendable, Hashable {
  /// A closed form was evaluated; only rounding separates the value from the truth.
  case exact
  /// A numerical method ended within the requested tolerance.
  case converged
  /// The computation converged, but a check that belongs to it shows that the approximation behind it is violated.
  case approximate(String)
  /// The computation did not reach the requested tolerance; a value, if any, is the best found.
  case notConverged(String)
  /// The question has no answer at this point, for example because there is no transition.
  case outsideDomain(String)

  /// The word of the `status` column.
  public var name: String {
    switch self {
    case .exact: "exact"
    case .converged: "converged"
    case .approximate: "approximate"
    case .notConverged: "not-converged"
    case .outsideDomain: "outside-domain"
    }
  }

  /// The text of the `reason` column; nil where nothing has to be explained.
  public var reason: String? {
    switch self {
    case .exact, .converged: nil
    case .approximate(let reason), .notConverged(let reason), .outsideDomain(let reason): reason
    }
  }
}

/// A number that says how sure it is: a value or none, a bound on its absolute error, and a status.
///
/// Estimates are equatable and hashable but deliberately not comparable: an absent value has no order. A value is never
/// NaN; an infinite value occurs only where infinity is the answer (an absent channel has noise variance `inf`).
public struct Estimate: Sendable, Hashable {
  /// The number, or nil where there is none.
  public let value: Double?
  /// Estimated bound on |value - truth|, in the units of the value; 0 when exact, and 0 when there is no value.
  public let error: Double
  /// How the value was obtained, or why it is missing.
  public let status: Status

  private init(value: Double?, error: Double, status: Status) {
    self.value = value
    self.error = error
    self.status = status
  }

  /// A closed form.
  ///
  /// A result that is not a number becomes ``Status/notConverged(_:)`` without a value.
  public static func exact(_ value: Double) -> Estimate {
    value.isNaN ? .unrepresentable : Estimate(value: value, error: 0, status: .exact)
  }

  /// The result of a converged computation with its estimated absolute error.
  ///
  /// A value or an error that is not a number becomes ``Status/notConverged(_:)`` without a value.
  public static func converged(_ value: Double, error: Double) -> Estimate {
    value.isNaN || error.isNaN ? .unrepresentable : Estimate(value: value, error: abs(error), status: .converged)
  }

  /// A value whose underlying approximation is known to be violated.
  public static func approximate(_ value: Double, error: Double, reason: String) -> Estimate {
    value.isNaN || error.isNaN
      ? .unrepresentable : Estimate(value: value, error: abs(error), status: .approximate(reason))
  }

  /// A computation that did not reach its tolerance, with the best value found, if any.
  public static func notConverged(_ reason: String, best: Double? = nil, error: Double = .infinity) -> Estimate {
    guard let best, !best.isNaN else { return Estimate(value: nil, error: 0, status: .notConverged(reason)) }
    return Estimate(value: best, error: error.isNaN ? .infinity : abs(error), status: .notConverged(reason))
  }

  /// No answer exists at this point.
  public static func outsideDomain(_ reason: String) -> Estimate {
    Estimate(value: nil, error: 0, status: .outsideDomain(reason))
  }

  private static var unrepresentable: Estimate {
    Estimate(value: nil, error: 0, status: .notConverged("the result is not representable as a double"))
  }

  /// The value.
  /// - Throws: ``EstimateError`` with the status, where there is no value.
  public func get() throws(EstimateError) -> Double {
    guard let value else { throw EstimateError(status: status) }
    return value
  }

  /// True iff a value exists, it lies within `tolerance` of `expected`, **and** its own error is at most `tolerance`.
  ///
  /// This is the assertion for unit tests: a lucky but unsure number does not pass.
  public func agrees(with expected: Double, within tolerance: Double) -> Bool {
    guard let value else { return false }
    return abs(value - expected) <= tolerance && error <= tolerance
  }

  /// The same estimate held against a tolerance: `error <= tolerance * max(|value|, scale)`, else `not-converged`.
  ///
  /// Exact and approximate estimates pass unchanged: the first have no error, the second carry a graver warning.
  public func held(to tolerance: Double, scale: Double) -> Estimate {
    guard status == .converged, let value, error > tolerance * max(abs(value), scale) else { return self }
    return .notConverged("the error estimate exceeds the tolerance", best: value, error: error)
  }

  /// The image of the estimate under a smooth function with the given derivative at the value (linear error propagation).
  public func mapped(derivative: Double, _ transform: (Double) -> Double) -> Estimate {
    guard let value else { return self }
    let image = transform(value)
    guard !image.isNaN else { return .unrepresentable }
    return Estimate(value: image, error: error == 0 ? 0 : error * abs(derivative), status: status)
  }

  /// The estimate with another status, for checks that are made after the value was found.
  public func marked(_ status: Status) -> Estimate { Estimate(value: value, error: error, status: status) }
}

/// Thrown by ``Estimate/get()`` where an estimate has no value.
public struct EstimateError: Error, Hashable, CustomStringConvertible {
  /// The status of the estimate that was asked.
  public let status: Status

  /// The status and its reason in words.
  public var description: String { status.reason.map { "\(status.name): \($0)" } ?? status.name }
}

extension Estimate: Encodable {
  private enum CodingKeys: String, CodingKey {
    case value
    case error
    case status
    case reason
  }

  /// Encodes `{"value", "error", "status", "reason"}` as in the command's JSON: explicit nulls, infinities as text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if let value, value.isFinite {
      try container.encode(value, forKey: .value)
    } else if let value {
      try container.encode(value > 0 ? "inf" : "-inf", forKey: .value)
    } else {
      try container.encodeNil(forKey: .value)
    }
    if status == .exact || value == nil {
      try container.encodeNil(forKey: .error)
    } else if error.isFinite {
      try container.encode(error, forKey: .error)
    } else {
      try container.encode("inf", forKey: .error)
    }
    try container.encode(status.name, forKey: .status)
    if let reason = status.reason {
      try container.encode(reason, forKey: .reason)
    } else {
      try container.encodeNil(forKey: .reason)
    }
  }
}
