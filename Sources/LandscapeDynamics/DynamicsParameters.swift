// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeModels
public import SaddlepointCore

extension Quantity {
  /// t, the later time.
  public static let time: Quantity = "time"
  /// t', the earlier time.
  public static let waitingTime: Quantity = "waiting_time"
  /// t - t'.
  public static let lag: Quantity = "lag"
  /// m(0).
  public static let initialOverlap: Quantity = "initial_overlap"
  /// T' of a thermalised start.
  public static let initialTemperature: Quantity = "initial_temperature"
  /// M.
  public static let mass: Quantity = "mass"
  /// gamma.
  public static let friction: Quantity = "friction"
  /// t0 of the friction 3/(t + t0).
  public static let nesterov: Quantity = "nesterov"
  /// eta of the update in discrete time.
  public static let learningRate: Quantity = "learning_rate"
  /// beta of the update in discrete time.
  public static let momentum: Quantity = "momentum"
  /// |m| at which an escape is complete.
  public static let untilOverlap: Quantity = "until_overlap"
  /// How the equations are integrated.
  public static let method: Quantity = "method"
  /// Bytes that a computation may use.
  public static let memory: Quantity = "memory"
  /// Number of updates.
  public static let steps: Quantity = "steps"
}

/// The parameters of dynamics that are none of a model's.
package enum DynamicsParameter {
  package static let temperature = Parameter(
    .temperature, symbol: "T", "temperature of the noise; 0: gradient flow", domain: .nonNegative, default: 1)
  package static let time = Parameter(
    .time, symbol: "t", unit: "1/mobility", "time since the start", domain: .positive)
  package static let method = Parameter(
    .method, symbol: "\\text{method}", "how the equations are integrated",
    choices: [
      .init("auto", "uniform grids at short times, ratios t'/t at long ones"),
      .init("uniform", "uniform grids, at any time that fits into memory"),
      .init("long-time", "ratios t'/t as soon as there are rows"),
    ])
  package static let waitingTime = Parameter(
    .waitingTime, symbol: "t'", "the earlier time, at most time", domain: .nonNegative)
  package static let lag = Parameter(
    .lag, symbol: "t - t'", "time between both, instead of the later one", domain: .positive)
  package static let initialOverlap = Parameter(
    .initialOverlap, symbol: "m_0", "overlap of the start with the signal", domain: Domain(-1, 1), default: 0)
  package static let initialTemperature = Parameter(
    optional: .initialTemperature, symbol: "T'", "temperature of a thermalised start; left out: random start",
    domain: .positive)
  package static let mass = Parameter(.mass, symbol: "M", "mass of second-order dynamics", domain: .positive)
  package static let optionalMass = Parameter(
    optional: .mass, symbol: "M", "mass of second-order dynamics; left out: none", domain: .positive)
  package static let friction = Parameter(
    optional: .friction, symbol: "\\gamma", "friction of heavy ball; 1 if neither it nor nesterov is given",
    domain: .nonNegative)
  package static let nesterov = Parameter(
    optional: .nesterov, symbol: "t_0", "offset of Nesterov's friction 3/(t + t0)", domain: .positive)
  package static let untilOverlap = Parameter(
    .untilOverlap, symbol: "m_{end}", "overlap (its magnitude) at which the escape is complete",
    domain: Domain(0, 1, includesLower: false, includesUpper: false))
  package static let learningRate = Parameter(
    .learningRate, symbol: "\\eta", "step of the update", domain: .positive)
  package static let momentum = Parameter(
    .momentum, symbol: "\\beta", "weight of the last displacement", domain: Domain(0, 1, includesUpper: false),
    default: 0)
  package static let steps = Parameter(
    .steps, symbol: "n", "number of updates", domain: .integers(from: 1, through: 2000), default: 50)

  /// Mass and friction at a point.
  /// - Throws: `DomainError` for both frictions, or a friction without a mass.
  package static func inertia(_ point: Point) throws(DomainError) -> Inertia {
    let (mass, friction, offset) = (
      try point.optionalNumber(.mass), try point.optionalNumber(.friction), try point.optionalNumber(.nesterov)
    )
    guard let mass else {
      if let friction { throw DomainError(.friction, friction, allowed: "given together with mass") }
      if let offset { throw DomainError(.nesterov, offset, allowed: "given together with mass") }
      return .overdamped
    }
    guard let offset else { return .heavyBall(mass: mass, friction: friction ?? 1) }
    if friction != nil { throw DomainError(.nesterov, offset, allowed: "not together with friction") }
    return .nesterov(mass: mass, offset: offset)
  }
}

extension Citation {
  /// Aging of the spherical p-spin model.
  public static let agingPSpin = Citation(
    key: "Cugliandolo1993Analytical", authors: "Cugliandolo, Leticia F. and Kurchan, Jorge",
    title: "Analytical Solution of the Off-Equilibrium Dynamics of a Long-Range Spin-Glass Model",
    venue: "Physical Review Letters 71, 173", year: 1993, arXiv: "cond-mat/9303036")

  /// Equilibrium dynamics of the spherical p-spin model.
  public static let sphericalDynamics = Citation(
    key: "Crisanti1993Dynamics", authors: "Crisanti, Andrea and Horner, Heinz and Sommers, Hans-J{\\\"u}rgen",
    title: "The Spherical p-Spin Interaction Spin-Glass Model: The Dynamics",
    venue: "Zeitschrift f{\\\"u}r Physik B 92, 257", year: 1993, arXiv: "")

  /// Momentum in mean-field dynamics.
  public static let momentumDynamics = Citation(
    key: "SaraoMannelli2021Momentum", authors: "Sarao Mannelli, Stefano and Urbani, Pierfrancesco",
    title:
      "Analytical Study of Momentum-Based Acceleration Methods in Paradigmatic High-Dimensional Non-Convex Problems",
    venue: "Advances in Neural Information Processing Systems 34", year: 2021, arXiv: "2102.11755")
}
