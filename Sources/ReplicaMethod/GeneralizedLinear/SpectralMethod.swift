// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
public import RandomMatrixTheory
import RealModule
public import SaddlepointCore
public import SaddlepointNumerics

extension Quantity {
  /// How a measured value becomes the weight of a spectral method.
  public static let preprocessing: Quantity = "preprocessing"
  /// Where a preprocessing cuts the measured intensity.
  public static let cut: Quantity = "cut"
}

/// How a measured value y becomes the weight T(y) in the spectral matrix (1/N) sum T(y_mu) xi_mu xi_mu^T.
///
/// Source: theory sheet *phase retrieval bayes*, section 3.
public enum Preprocessing: Sendable, Hashable {
  /// T = 1 - 1/h(y), h = E[|z|^2|y]: the largest overlap of all.
  case optimal
  /// T = 1 where the intensity exceeds the cut, else 0.
  case subset(cut: Double)
  /// T = the intensity up to the cut, else 0.
  case trimmed(cut: Double)
  /// T = (h-1)/(h - 1 + sqrt(alpha/alpha_WR)): (y^2-1)/(y^2+sqrt(2 alpha)-1) for noiseless real moduli.
  case mondelliMontanari
  /// A formula in y.
  case expression(Expression)

  /// Variables of the formula of a preprocessing.
  public static let expressionVariables = ["y"]
}

/// What a spectral method finds.
public struct SpectralResult: Sendable, Hashable {
  /// The lower edge of the bulk; nil where the weights are not bounded below.
  public let lowerEdge: Double?
  /// The upper edge of the bulk; nil where the weights are not bounded above.
  public let upperEdge: Double?
  /// The kind of the upper edge.
  public let edge: WeightedCovariance.EdgeKind
  /// The largest eigenvalue where it is detached from the bulk.
  public let outlier: Estimate
  /// Squared overlap of its unit eigenvector with the signal.
  public let overlapSquared: Estimate
}

extension Measurement {
  /// The intensity that a measured value stands for: y^2 for moduli, y itself for intensities.
  private func intensity(_ y: Double) -> Double { channel == .intensity ? y : y * y }

  /// The values of y at which the intensity is the cut.
  private func marks(_ cut: Double) -> [Double] {
    if channel == .intensity { return [cut] }
    let root = cut.squareRoot()
    return channel == .modulusAdditive && noise > 0 ? [-root, root] : [root]
  }

  /// T as a function of y and h(y).
  private func weight(
    _ preprocessing: Preprocessing, alpha: Double
  ) throws -> @Sendable (_ y: Double, _ h: Double) -> Double {
    switch preprocessing {
    // Towards h = 0 the weight is as large as the distance of y from there tells.
    case .optimal: return { _, h in 1 - 1 / max(h, 1e-300) }
    case .subset(let cut): return { y, _ in intensity(y) > cut ? 1 : 0 }
    case .trimmed(let cut): return { y, _ in intensity(y) < cut ? intensity(y) : 0 }
    case .mondelliMontanari:
      let shift = try mondelliMontanariShift(alpha: alpha)
      return { _, h in (h - 1) / (h - 1 + shift) }
    case .expression(let formula): return { y, _ in formula(y) }
    }
  }

  private func mondelliMontanariShift(alpha: Double) throws -> Double {
    let shift = try (alpha / weakRecovery().value).squareRoot()
    guard shift > 1 else { throw DomainError(.alpha, alpha, allowed: "alpha above weak recovery") }
    return shift
  }

  /// The weight of a measured value, for sampled measurements.
  ///
  /// - Parameters:
  ///   - preprocessing: how y becomes a weight.
  ///   - alpha: measurements per dimension.
  /// - Returns: T(y).
  /// - Throws: `DomainError` for Mondelli and Montanari's weights at or below weak recovery; `GSLError` for channels that see
  ///   the sign of z.
  package func weighting(_ preprocessing: Preprocessing, alpha: Double) throws -> @Sendable (Double) -> Double {
    let weight = try weight(preprocessing, alpha: alpha)
    let h = try LabelLaw.conditionalSquare(self)
    return { weight($0, h($0)) }
  }

  /// The weights of a preprocessing on the law of y.
  private func preprocessed(
    _ preprocessing: Preprocessing, alpha: Double
  ) throws -> (law: LabelLaw, weights: [Double], extremes: (lowest: Double, highest: Double)) {
    let breakPoints: [Double]
    switch preprocessing {
    case .subset(let cut), .trimmed(let cut): breakPoints = marks(cut)
    case .optimal, .mondelliMontanari, .expression: breakPoints = []
    }
    let law = try LabelLaw(self, breakPoints: breakPoints)
    let weight = try weight(preprocessing, alpha: alpha)
    let weights = zip(law.y, law.h).map { weight($0, $1) }
    switch preprocessing {
    case .optimal: return (law, weights, (law.lowest > 0 ? 1 - 1 / law.lowest : -.infinity, 1))
    case .subset: return (law, weights, (0, 1))
    case .trimmed(let cut):
      return (law, weights, (channel == .intensity && noise > 0 ? -.infinity : 0, cut))
    case .mondelliMontanari:
      let shift = try mondelliMontanariShift(alpha: alpha)
      return (law, weights, ((law.lowest - 1) / (law.lowest - 1 + shift), 1))
    case .expression(let formula):
      guard weights.allSatisfy(\.isFinite) else {
        throw DomainError(.preprocessing, "expression:\(formula.text)", allowed: "finite for every y that occurs")
      }
      let isTwoSided = noise > 0 && channel != .modulus
      var extremes = (lowest: weights.min() ?? 0, highest: weights.max() ?? 0)
      // Beyond the nodes: a limit, or growth without bound.
      for far in [1e3, 1e5, 1e7] {
        for y in isTwoSided ? [far, -far] : [far] {
          let value = formula(y)
          if value > 2 * max(extremes.highest, 1e-3) { extremes.highest = .infinity }
          if value < 2 * min(extremes.lowest, -1e-3) { extremes.lowest = -.infinity }
          extremes.highest = max(extremes.highest, value)
          extremes.lowest = min(extremes.lowest, value)
        }
      }
      return (law, weights, extremes)
    }
  }

  /// The spectral matrix of a preprocessing.
  ///
  /// - Parameters:
  ///   - preprocessing: how y becomes a weight.
  ///   - alpha: measurements per dimension.
  /// - Returns: the calculator, with the signal as its planted direction.
  /// - Throws: `DomainError` for a formula that is not finite, and Mondelli and Montanari's weights at or below weak recovery;
  ///   `GSLError` for channels that see the sign of z.
  public func spectralMatrix(_ preprocessing: Preprocessing, alpha: Double) throws -> WeightedCovariance {
    let (law, weights, extremes) = try preprocessed(preprocessing, alpha: alpha)
    return try WeightedCovariance(
      alpha: alpha, weights: weights, probabilities: law.weights, directions: 1,
      projections: law.h.map { $0.squareRoot() }, extremes: extremes)
  }

  /// Edges, outlier and overlap of a spectral method.
  ///
  /// - Parameters:
  ///   - preprocessing: how y becomes a weight.
  ///   - alpha: measurements per dimension.
  /// - Returns: what the largest eigenvector of the spectral matrix says about the signal.
  /// - Throws: `DomainError` for a formula that is not finite; `GSLError` for channels that see the sign of z.
  /// - Complexity: about 200 sums over a thousand nodes.
  public func spectralMethod(_ preprocessing: Preprocessing, alpha: Double) throws -> SpectralResult {
    let matrix = try spectralMatrix(preprocessing, alpha: alpha)
    let lower = try matrix.edge(.lower)
    let upper = try matrix.edge(.upper)
    var outlier = Estimate.outsideDomain("not-detached")
    var overlap = Estimate.outsideDomain("not-detached")
    if preprocessing == .optimal {
      if let q = try optimalSpectralOverlap(alpha: alpha) {
        outlier = .exact(1)
        overlap = q
      }
    } else if upper.kind == .unbounded {
      outlier = .outsideDomain("unbounded weights: no outlier at any alpha")
      overlap = outlier
    } else if let found = try matrix.outliers(.upper).first {
      outlier = .converged(found.position, error: 2e-13 * abs(found.position))
      overlap = .converged(found.overlapSquared, error: 1e-12)
    }
    return SpectralResult(
      lowerEdge: lower.position, upperEdge: upper.position, edge: upper.kind, outlier: outlier, overlapSquared: overlap)
  }

  /// The squared overlap of the best spectral method: alpha (1-q) E[(h-1)^2/(1+q(h-1))] = 1.
  ///
  /// - Parameter alpha: measurements per dimension.
  /// - Returns: q; nil up to weak recovery.
  /// - Throws: `GSLError` for channels that see the sign of z.
  public func optimalSpectralOverlap(alpha: Double) throws(GSLError) -> Estimate? {
    let (start, error) = try weakRecovery()
    guard alpha > start + error else { return nil }
    let law = try LabelLaw(self)
    // In the complement c = 1 - q, which is small at large alpha.
    let balance = { (c: Double) -> Double in
      let q = 1 - c
      return alpha * c * law.expectation { _, h in (h - 1) * (h - 1) / (c + q * h) } - 1
    }
    let root = try brentRoot("squared overlap of the optimal spectral method", in: 1e-12...1, balance)
    let c = root.value
    let h = 1e-4 * min(c, 1 - c) + 1e-12
    let slope = abs(balance(c * (1 + h)) - balance(c * (1 - h))) / (2 * c * h)
    return .converged(1 - c, error: 8 * max(law.defect, 4e-15) / max(slope, 1e-12) + root.width + 1e-15)
  }

  /// Every alpha at which an outlier of a preprocessing appears or vanishes: E[(h-1) r] = E[r^2] = 1/alpha.
  ///
  /// - Parameter preprocessing: how y becomes a weight.
  /// - Returns: the thresholds by increasing alpha, each with the place of the outlier there; nil where weights are unbounded.
  /// - Throws: `GSLError` for channels that see the sign of z.
  func spectralThresholds(
    _ preprocessing: Preprocessing
  ) throws -> [(alpha: Double, error: Double, position: Double)]? {
    if preprocessing == .optimal || preprocessing == .mondelliMontanari {
      let (value, error) = try weakRecovery()
      return [(value, error, 1)]
    }
    let matrix = try spectralMatrix(preprocessing, alpha: 1)
    guard matrix.highest < .infinity else { return nil }
    func sums(_ g: Double) -> (tilt: Double, square: Double) {
      var (tilt, square) = (0.0, 0.0)
      for i in matrix.weights.indices {
        let x = g * matrix.weights[i]
        let r = x / (1 - x)
        let s = matrix.projections[i]
        tilt += matrix.probabilities[i] * (s * s - 1) * r
        square += matrix.probabilities[i] * r * r
      }
      return (tilt, square)
    }
    // F = E[(h-1) r] - E[r^2], divided by g^2-free scales: from 0 to the pole, close at both ends.
    let isBounded = matrix.highest > 0
    let scale = isBounded ? 1 / matrix.highest : 1
    var grid: [Double] = []
    for k in 0..<40 { grid.append(scale * Double.exp(-12 + 11.3 * Double(k) / 40)) }
    if isBounded {
      for k in 0...60 { grid.append(scale * (1 - 0.5 * Double.exp(-0.36 * Double(k)))) }
    } else {
      for k in 0...60 { grid.append(Double.exp(-0.7 + 0.4 * Double(k))) }
    }
    let balance = { (g: Double) -> Double in
      let s = sums(g)
      return (s.tilt - s.square) / s.square.squareRoot()
    }
    var found: [(alpha: Double, error: Double, position: Double)] = []
    func add(_ g: Double, _ inverse: Double) throws {
      let alpha = 1 / inverse
      let place = try spectralMatrix(preprocessing, alpha: alpha).position(g)
      found.append((alpha, 1e-12 * alpha, place))
    }
    for (a, b) in zip(grid, grid.dropFirst()) where (balance(a) < 0) != (balance(b) < 0) {
      let g = try brentRoot("spectral threshold", in: a...b, balance).value
      try add(g, sums(g).square)
    }
    // A tail edge: the outlier leaves the end of the tail with a finite overlap.
    if let last = grid.last, isBounded, balance(last) > 0 { try add(last, sums(last).tilt) }
    return found.sorted { $0.alpha < $1.alpha }
  }
}

extension Preprocessing {
  /// The parameters `preprocessing` and `cut`.
  package static let parameters: [Parameter] = [
    Parameter(
      .preprocessing, symbol: "T", "how a measured value becomes a weight",
      choices: [
        .init("optimal", "1 - 1/h(y), h = E[|z|^2|y]"),
        .init("subset", "1 where the intensity exceeds the cut, else 0", shorthand: .cut),
        .init("trimmed", "the intensity up to the cut, else 0", shorthand: .cut),
        .init("mondelli-montanari", "(h-1)/(h-1+sqrt(alpha/alpha_WR))"),
        .init("expression", "a formula in y", syntax: .expression(variables: expressionVariables)),
      ]),
    Parameter(
      optional: .cut, symbol: "t", "where the intensity (y^2; y for intensities) is cut, for preprocessings with a cut",
      domain: .positive),
  ]

  /// The preprocessing that a point of the command names.
  package init(_ point: Point) throws(DomainError) {
    let word = try point.word(.preprocessing)
    let cut = try point.optionalNumber(.cut)
    switch word {
    case "subset", "trimmed":
      guard let cut else { throw DomainError(.cut, "missing", allowed: "0 < cut for the preprocessing \(word)") }
      guard cut > 0, cut < 80 else { throw DomainError(.cut, cut, allowed: "0 < cut < 80") }
      self = word == "subset" ? .subset(cut: cut) : .trimmed(cut: cut)
      return
    default: break
    }
    if let cut { throw DomainError(.cut, cut, allowed: "nothing: the preprocessing \(word) has no cut") }
    switch word {
    case "optimal": self = .optimal
    case "mondelli-montanari": self = .mondelliMontanari
    default: self = try .expression(SharedParameter.expression(in: word, of: Self.parameters[0]))
    }
  }
}

extension PhaseRetrieval {
  private static let spectralParameters: [Parameter] =
    card.parameters.filter { [.channel, .field, .noise, .alpha].contains($0.quantity) } + Preprocessing.parameters

  private static let spectralFormula =
    #"H = \frac1N\sum_\mu T(y_\mu)\xi_\mu\xi_\mu^\dagger,\quad r = \frac{gT}{1-gT},\quad \text{edge: } \alpha\,\mathbb E[r^2] = 1,\quad \text{outlier: } \alpha\,\mathbb E[(h-1)r] = 1"#

  /// `spectrum phase-retrieval`: edges and outlier of a spectral method.
  package static let spectrumQuestion = Question(
    name: "spectrum", summary: "Spectral method: edges of the bulk, the outlier and its overlap with the signal.",
    parameters: spectralParameters,
    columns: [
      Column("lower_edge", symbol: "\\lambda_-", unit: "eigenvalue", "lower edge of the bulk; empty where unbounded"),
      Column("upper_edge", symbol: "\\lambda_+", unit: "eigenvalue", "upper edge of the bulk; empty where unbounded"),
      Column("edge", "kind of the upper edge: soft, tail, kernel or unbounded"),
      Column("outlier", symbol: "\\lambda", unit: "eigenvalue", "largest eigenvalue, where it is detached"),
      Column("outlier_overlap_squared", "squared overlap of its unit eigenvector with the signal"),
      Column("detached", "1 if the signal detaches an eigenvalue from the bulk"),
    ], main: "outlier_overlap_squared", evidence: .theorem,
    sources: [.spectralInitialization, .weakRecoverySpectral, .optimalSpectral, .spectralConstruction],
    formula: spectralFormula, domain: "channels that do not see the sign of z; any prior",
    example: "--alpha 0.6:5:5 --preprocessing optimal"
  ) { point throws(DomainError) in
    try SpikedQuestions.checkedRows(columns: 6) {
      let alpha = try point.number(.alpha)
      let measurement = try Measurement(point)
      let preprocessing = try Preprocessing(point)
      do {
        let result = try measurement.spectralMethod(preprocessing, alpha: alpha)
        return [
          Answer(
            [
              Cell(result.lowerEdge), Cell(result.upperEdge), .text(result.edge.rawValue), Cell(result.outlier),
              Cell(result.overlapSquared), .flag(result.outlier.value != nil),
            ], main: result.overlapSquared)
        ]
      } catch let error as DomainError where error.parameter == .alpha {
        return [
          Answer(
            [.empty, .empty, .empty, .empty, .empty, .flag(false)],
            main: .outsideDomain("these weights have a pole up to weak recovery"))
        ]
      }
    }
  }

  /// `spectrum phase-retrieval --at`: density of the spectral matrix at a place.
  package static let spectrumAtQuestion = Question(
    name: "spectrum", summary: "Spectral method: density and Stieltjes transform of the bulk at a place.",
    parameters: spectralParameters + [SpectrumParameter.place],
    columns: [
      Column("density", symbol: "\\rho", unit: "per eigenvalue", "density of the bulk"),
      Column(
        "stieltjes", symbol: "g", unit: "per eigenvalue", "integral of 1/(x - y) over the bulk; its real part inside"),
    ], evidence: .theorem, sources: [.spectralInitialization], formula: spectralFormula,
    domain: "channels that do not see the sign of z; any prior",
    example: "--alpha 1.5 --preprocessing optimal --at -4:0.8:5"
  ) { point throws(DomainError) in
    try SpikedQuestions.checkedRows(columns: 2) {
      let matrix = try Measurement(point).spectralMatrix(Preprocessing(point), alpha: point.number(.alpha))
      return [matrix.placeAnswer(at: try point.number("at"))]
    }
  }
}

extension Line where Model == PhaseRetrieval {
  /// The alpha at which the largest eigenvector of a spectral method begins to see the signal.
  public static var spectral: Line { spectralLine }
}

private let spectralLine = Line<PhaseRetrieval>(
  LineDeclaration(
    name: "spectral",
    summary: "The largest eigenvector of a spectral method begins to see the signal.",
    parameters: [.channel, .field, .noise, .alpha], unknowns: [.alpha],
    columns: [Column("outlier", symbol: "\\lambda", unit: "eigenvalue", "the largest eigenvalue there")],
    ownParameters: Preprocessing.parameters, evidence: .theorem,
    sources: [.spectralInitialization, .weakRecoverySpectral],
    formula: #"\mathbb E[(h-1)r] = \mathbb E[r^2] = 1/\alpha,\quad r = \frac{gT(y)}{1-gT(y)}"#,
    domain: "weights bounded from above", example: "--preprocessing subset --cut 1:3:3"),
  solving: { point, _ in
    guard let found = try Measurement(point).spectralThresholds(Preprocessing(point)) else {
      return [.absent(.alpha, "unbounded weights: no outlier at any alpha")]
    }
    guard !found.isEmpty else { return [.absent(.alpha, Absence.noTransition)] }
    return found.map { threshold in
      CriticalPoint(
        [.alpha: threshold.error == 0 ? .exact(threshold.alpha) : .converged(threshold.alpha, error: threshold.error)],
        order: .continuous, with: ["outlier": threshold.position], errors: ["outlier": 1e-11 * abs(threshold.position)])
    }
  })
