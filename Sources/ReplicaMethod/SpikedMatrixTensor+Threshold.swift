// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import SaddlepointCore

extension SpikedMatrixTensor {
  /// The critical Delta2 of a line at given Deltap.
  ///
  /// - Parameters:
  ///   - line: one of the model's lines, such as `.gradientFlow`.
  ///   - p: order of the tensor, >= 3.
  ///   - deltap: noise variance of the tensor channel, in (0, inf].
  ///   - temperature: of the `.langevin` line, >= 0; the others do not depend on it.
  ///   - prior: law of the signal's components; another than Gaussian for the Bayes-optimal lines only.
  /// - Returns: one element for each solution by increasing Delta2; one element whose `value.value` is nil, with status and
  ///   reason, where the line has no point at this Deltap.
  /// - Throws: `DomainError` for parameters outside their domain, and for lines that do not solve for Delta2 at given Deltap.
  /// - Complexity: closed form or a few bracketed roots; microseconds.
  public static func threshold(
    _ line: Line<SpikedMatrixTensor>, p: Int = 3, deltap: Double, temperature: Double = 1, prior: Prior = .gaussian
  ) throws(DomainError) -> [CriticalPoint] {
    try solve(line, for: .delta2, [.p: Double(p), .deltap: deltap, .temperature: temperature], prior: prior)
  }

  /// The critical Deltap of a line at given Delta2; otherwise as ``threshold(_:p:deltap:temperature:prior:)``.
  public static func threshold(
    _ line: Line<SpikedMatrixTensor>, p: Int = 3, delta2: Double, temperature: Double = 1, prior: Prior = .gaussian
  ) throws(DomainError) -> [CriticalPoint] {
    try solve(line, for: .deltap, [.p: Double(p), .delta2: delta2, .temperature: temperature], prior: prior)
  }

  /// The critical temperature of a line at given noises; otherwise as ``threshold(_:p:deltap:temperature:prior:)``.
  public static func threshold(
    _ line: Line<SpikedMatrixTensor>, p: Int = 3, delta2: Double, deltap: Double
  ) throws(DomainError) -> [CriticalPoint] {
    try solve(line, for: .temperature, [.p: Double(p), .delta2: delta2, .deltap: deltap])
  }

  /// An isolated point, such as `.critical`: its coordinates are read by name, `points[0][.deltap]`.
  public static func threshold(_ line: Line<SpikedMatrixTensor>, p: Int = 3) throws(DomainError) -> [CriticalPoint] {
    guard line.declaration.isPoint else {
      throw DomainError.missing(.deltap, needed: "\(line.declaration.name) is a line: give deltap or delta2")
    }
    return try solve(line, for: line.declaration.unknowns[0], [.p: Double(p)])
  }

  private static func solve(
    _ line: Line<SpikedMatrixTensor>, for unknown: Quantity, _ values: KeyValuePairs<Quantity, Double>,
    prior: Prior = .gaussian
  ) throws(DomainError) -> [CriticalPoint] {
    for (quantity, value) in values {
      try checked(quantity, value)
      if line.declaration.isPoint, line.declaration.unknowns.contains(quantity) {
        throw DomainError(quantity, value, allowed: "\(line.declaration.name) is a point and solves for it")
      }
    }
    return try line.solve(for: unknown, at: Point(prior: prior, values))
  }
}
