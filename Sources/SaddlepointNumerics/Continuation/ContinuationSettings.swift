// SPDX-License-Identifier: GPL-3.0-or-later

/// How a curve is traced.
public struct ContinuationSettings: Sendable, Hashable {
  /// First step in arclength.
  public var firstStep: Double
  /// Step below which the tracing fails.
  public var smallestStep: Double
  /// Largest step.
  public var largestStep: Double
  /// Largest angle between tangents of neighbouring points, in radians.
  public var largestAngle: Double
  /// Number of points after which the tracing ends.
  public var limit: Int

  /// Settings; the defaults suit variables of order one.
  public init(
    firstStep: Double = 0.01, smallestStep: Double = 1e-9, largestStep: Double = 0.1, largestAngle: Double = 0.3,
    limit: Int = 10_000
  ) {
    self.firstStep = firstStep
    self.smallestStep = smallestStep
    self.largestStep = largestStep
    self.largestAngle = largestAngle
    self.limit = limit
  }
}

/// A function whose zeros along a curve are events.
public struct ContinuationMonitor {
  /// Its name, which the event bears.
  public let name: String
  /// Whether the curve ends where the function becomes negative: the boundary of a domain.
  public let isBoundary: Bool
  let value: (_ x: [Double], _ parameters: [Double]) -> Double

  /// A zero of `value` is an event; the curve goes on.
  public static func zero(
    of name: String, _ value: @escaping (_ x: [Double], _ parameters: [Double]) -> Double
  ) -> ContinuationMonitor {
    ContinuationMonitor(name: name, isBoundary: false, value: value)
  }

  /// The curve ends where `value` becomes negative.
  public static func domain(
    _ name: String, _ value: @escaping (_ x: [Double], _ parameters: [Double]) -> Double
  ) -> ContinuationMonitor {
    ContinuationMonitor(name: name, isBoundary: true, value: value)
  }
}

/// What happens at a point of a traced curve.
public enum ContinuationEvent: Sendable, Hashable {
  /// The first point.
  case start
  /// The curve turns back in the parameter.
  case fold
  /// Another curve crosses.
  case branchPoint
  /// A monitor vanishes.
  case zero(of: String)
  /// The curve leaves a domain; the last point.
  case endOfDomain(String)
  /// The curve has closed: it is back at its start; the last point.
  case closed
  /// The tracing was stopped from outside; the last point.
  case cancelled
  /// The tracing cannot go on; the last point.
  case failure(String)

  /// Whether the curve ends here.
  public var isLast: Bool {
    switch self {
    case .endOfDomain, .closed, .cancelled, .failure: true
    default: false
    }
  }
}

/// A point of a traced curve.
public struct ContinuationPoint: Sendable, Hashable {
  /// The unknowns x.
  public let state: [Double]
  /// All parameters, the free one included.
  public let parameters: [Double]
  /// The free parameter.
  public let parameter: Double
  /// Arclength from the start, in the space of (x, free parameter).
  public let arclength: Double
  /// Unit tangent in that space; the last component belongs to the parameter.
  public let tangent: [Double]
  /// What happens here; nil for an ordinary point.
  public let event: ContinuationEvent?
  /// For events: bound on the distance along the curve to the true place; for other points the last Newton step.
  public let error: Double
}
