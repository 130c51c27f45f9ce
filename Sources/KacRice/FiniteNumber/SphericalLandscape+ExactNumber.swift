// SPDX-License-Identifier: GPL-3.0-or-later

public import LandscapeModels
import RealModule
public import SaddlepointCore
import SaddlepointNumerics

extension SphericalLandscape {
  /// log of the exact mean number of stationary points of a landscape in N dimensions.
  ///
  /// `complexity` is the limit of this number per N. Closed forms are 2 sqrt((a + 3b)/a) points for N = 2 without signal and
  /// 4 b^(3/2)/(a sqrt(a + 3b)) saddles for N = 3, with a = xi'(1) and b = xi''(1).
  ///
  /// - Parameters:
  ///   - points: which stationary points are counted; fractions of negative directions are not.
  ///   - size: N, at least 2, and at most 1000 for all points without a signal, 200 otherwise.
  ///   - m: a given overlap m = x.x*/N, in (-1, 1): the answer is then log of the density of points in m, whose integral
  ///     over m is the number. Left out: the number.
  /// - Returns: log E# (natural, not per N) with its error estimated from a coarser computation; `not-converged` where the
  ///   signal or a field exceeds the random part of the Hessian so far that the computation would take minutes.
  /// - Throws: `DomainError` for a size, an index or an overlap out of range, and for fractions.
  /// - Complexity: all points without signal O(N^2); minima O(N^2) kernels of O(N) elements, 0.4 s at N = 50 and 1.2 s at
  ///   N = 200; everything else 1 to 4 s at N = 50, half a minute at N = 200, more where the signal is strong.
  ///
  /// Source: theory sheet *spherical landscapes*, section 6; arXiv:1003.1129.
  public func logMeanNumber(
    of points: StationaryPoints = .all, size: Int, overlap m: Double? = nil
  ) throws(DomainError) -> Estimate {
    if let m, !(abs(m) < 1) { throw DomainError(.overlap, m, allowed: "-1 < overlap < 1") }
    guard size >= 2 else { throw DomainError(.size, Double(size), allowed: "size >= 2") }
    // Maxima of H are minima of -H, whose signal has the other sign; so are saddles with few positive directions.
    let index: Int?
    switch points {
    case .all: index = nil
    case .minima: index = 0
    case .maxima: index = size - 1
    case .index(let k):
      guard k >= 0, k < size else {
        throw DomainError("points", "\(points)", allowed: "index:K with 0 <= K <= size - 1 = \(size - 1)")
      }
      index = k
    case .fraction: throw DomainError("points", "\(points)", allowed: "all, minima, maxima, index:K at finite size")
    }
    let isReversed = index.map { 2 * $0 > size - 1 } ?? false
    let counted = index.map { isReversed ? size - 1 - $0 : $0 }
    let hasSignal = !signal.terms.isEmpty
    let limit = counted == nil && !hasSignal ? 1000 : 200
    guard size <= limit else {
      throw DomainError(
        .size, Double(size), allowed: "size <= \(limit) here (1000 for all points without a signal, 200 otherwise)")
    }
    let constants = LandscapeConstants(covariance)
    do {
      if counted == nil, !hasSignal {
        var (log, error) = try HermiteRoute(size: size, constants: constants).logNumber()
        if let m {
          // Without signal the points are spread evenly.
          log += try logSphere(size - 1) - logSphere(size) + 0.5 * Double(size - 3) * Double.log((1 - m) * (1 + m))
          error += 1e-15 * Double(size)
        }
        return .converged(log, error: error)
      }
      let reversed = Polynomial(signal.terms.map { .init(degree: $0.degree, coefficient: -$0.coefficient) })
      let route = PivotRoute(
        size: size, constants: constants, signal: isReversed ? reversed : signal, index: counted, overlap: m)
      let (log, error) = try route.logNumber()
      return .converged(log, error: error)
    } catch is PivotRoute.TooLarge {
      return .notConverged("signal or field too strong against the random part of the Hessian for exact counting")
    } catch {
      return .notConverged("\(error)")
    }
  }
}
