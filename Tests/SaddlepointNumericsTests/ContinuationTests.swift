// SPDX-License-Identifier: GPL-3.0-or-later

import RealModule
import SaddlepointNumerics
import Testing

/// Curves of solutions against closed forms: where they turn, cross, leave and end.
@Suite struct ContinuationTests {
  private static func scalar(_ f: @escaping (Double, [Double]) -> Double) -> ContinuationProblem {
    ContinuationProblem(dimension: 1) { x, p, result in result[0] = f(x[0], p) }
  }

  private static var domain: [ContinuationMonitor] {
    [.domain("upper") { _, p in 1 - p[0] }, .domain("lower") { _, p in p[0] + 1 }]
  }

  @Test(arguments: [0.03, 0.05, 0.07, 0.1, 0.083], [1.0, -1])
  func theCircleFoldsTwiceAndCloses(largestStep: Double, direction: Double) {
    let circle = Self.scalar { x, p in x * x + p[0] * p[0] - 1 }
    let points = Array(
      Continuation(
        of: circle, parameter: 0, from: [0.9], parameters: [0.2], direction: direction,
        settings: .init(largestStep: largestStep, limit: 2000)))
    #expect(points.first?.event == .start)
    #expect((points[1].parameter - 0.2) * direction > 0, "the first change has the sign asked for")
    #expect(points.compactMap(\.event) == [.start, .fold, .fold, .closed])
    let folds = points.filter { $0.event == .fold }
    for (fold, sign) in zip(folds, [direction, -direction]) {
      #expect(abs(fold.parameter - sign) < 1e-12 && abs(fold.state[0]) < 1e-8)
      #expect(abs(fold.state[0]) <= fold.error)
    }
    for point in points {
      #expect(abs(point.state[0] * point.state[0] + point.parameter * point.parameter - 1) < 1e-12)
      #expect(abs(point.tangent[0] * point.state[0] + point.tangent[1] * point.parameter) < 1e-9)
    }
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.arclength < $1.arclength })
    #expect(abs((points.last?.arclength ?? 0) - 2 * Double.pi) < 0.01, "once around")
  }

  @Test func aCurveMayStartAtItsFold() {
    let circle = Self.scalar { x, p in x * x + p[0] * p[0] - 1 }
    let points = Array(Continuation(of: circle, parameter: 0, from: [0], parameters: [1]))
    #expect(points.compactMap(\.event).first == .start && points.last?.event == .closed)
    #expect(points.contains { $0.event == .fold && abs($0.parameter + 1) < 1e-12 })
    #expect(!points.contains { $0.event == .branchPoint })
  }

  @Test func theCubicHasTwoFolds() {
    let cubic = Self.scalar { x, p in x * x * x - x + p[0] }
    let points = Array(
      Continuation(of: cubic, parameter: 0, from: [1.3], parameters: [-0.9], monitors: Self.domain))
    let place = 2 / (3 * 3.0.squareRoot())
    let folds = points.filter { $0.event == .fold }
    #expect(points.compactMap(\.event) == [.start, .fold, .fold, .endOfDomain("upper")])
    #expect(folds.count == 2)
    for (fold, sign) in zip(folds, [1.0, -1]) {
      #expect(abs(fold.parameter - sign * place) < 1e-12)
      #expect(abs(fold.state[0] - sign / 3.0.squareRoot()) <= fold.error)
    }
    #expect(points.allSatisfy { abs(Double.pow($0.state[0], 3) - $0.state[0] + $0.parameter) < 1e-12 })
  }

  @Test func theFoldsOfTheCuspFormFollowTheSemicubicalParabola() throws {
    let cusp = Self.scalar { x, p in x * x * x + p[1] * x + p[0] }
    let points = Array(
      Continuation(
        of: cusp.folds(in: 0), parameter: 1, from: [0.5, 1, 0.25], parameters: [0, -0.75],
        monitors: [.domain("mu") { _, p in p[1] + 1 }]))
    for point in points {
      let (mu, lambda) = (point.parameter, point.state[2])
      #expect(abs(4 * mu * mu * mu + 27 * lambda * lambda) < 1e-9, "\(point)")
    }
    let turns = points.filter { $0.event == .fold }
    #expect(turns.count == 1)
    let turn = try #require(turns.first)
    #expect(abs(turn.parameter) < 1e-10 && abs(turn.state[2]) < 1e-10)
    #expect(points.last?.event == .endOfDomain("mu"))
    #expect((points.last?.state[2] ?? 0) < 0, "beyond the cusp the other arm follows")
  }

  @Test(arguments: ["transcritical", "pitchfork"]) func crossingsAreBranchPointsAndNotFolds(kind: String) throws {
    let problem = Self.scalar { x, p in x * (p[0] - (kind == "pitchfork" ? x * x : x)) }
    for start in [-0.5, -0.37] {
      let points = Array(
        Continuation(of: problem, parameter: 0, from: [0], parameters: [start], monitors: Self.domain))
      #expect(points.compactMap(\.event) == [.start, .branchPoint, .endOfDomain("upper")])
      let branch = try #require(points.first { $0.event == .branchPoint })
      #expect(abs(branch.parameter) <= max(branch.error, 1e-10) && branch.error < 1e-8)
      #expect(points.allSatisfy { $0.state[0] == 0 })
    }
  }

  @Test func aCrossingOnACurvedBranchIsFound() throws {
    // x = lambda^2 crosses x = lambda at 0 and at 1.
    let problem = Self.scalar { x, p in (x - p[0] * p[0]) * (x - p[0]) }
    let points = Array(
      Continuation(
        of: problem, parameter: 0, from: [0.25], parameters: [-0.5], monitors: [.domain("end") { _, p in 1.4 - p[0] }]))
    let branches = points.filter { $0.event == .branchPoint }
    #expect(branches.count == 2 && !points.contains { $0.event == .fold })
    for (branch, place) in zip(branches, [0.0, 1]) { #expect(abs(branch.parameter - place) < 1e-6) }
    #expect(points.last?.event == .endOfDomain("end"))
  }

  @Test func alongThePitchforksArmsTheCrossingIsNotAFold() {
    let problem = Self.scalar { x, p in x * (p[0] - x * x) }
    let points = Array(
      Continuation(
        of: problem, parameter: 0, from: [0.7], parameters: [0.49], direction: -1, monitors: Self.domain))
    #expect(points.compactMap(\.event) == [.start, .branchPoint, .endOfDomain("upper")])
    #expect((points.last?.state[0] ?? 0) < -0.99)
  }

  @Test func zerosOfMonitorsAndTheEndOfTheDomainAreLocated() throws {
    let line = Self.scalar { x, p in x - Double.exp(p[0]) }
    let monitors: [ContinuationMonitor] = [
      .zero(of: "two") { x, _ in x[0] - 2 }, .zero(of: "start") { _, p in p[0] },
      .domain("three") { x, _ in 3 - x[0] },
    ]
    let points = Array(Continuation(of: line, parameter: 0, from: [1], parameters: [0], monitors: monitors))
    #expect(points.compactMap(\.event) == [.start, .zero(of: "two"), .endOfDomain("three")])
    let zero = try #require(points.first { $0.event == .zero(of: "two") })
    #expect(abs(zero.parameter - Double.log(2)) < 1e-10 && abs(zero.parameter - Double.log(2)) <= zero.error)
    let last = try #require(points.last)
    #expect(abs(last.parameter - Double.log(3)) < 1e-12 && abs(last.state[0] - 3) < 1e-12)
  }

  @Test func failureIsTheLastElementWithItsReason() throws {
    // Not a number beyond lambda = 0.5.
    let broken = Self.scalar { x, p in p[0] > 0.5 ? .nan : x - p[0] }
    let points = Array(Continuation(of: broken, parameter: 0, from: [0], parameters: [0]))
    let last = try #require(points.last)
    guard case .failure(let reason) = last.event else {
      Issue.record("no failure but \(String(describing: last.event))")
      return
    }
    #expect(reason.contains("not finite"))
    #expect(last.parameter > 0.49 && last.parameter <= 0.5)
    #expect(points.dropLast().allSatisfy { $0.event?.isLast != true })
  }

  @Test func withoutASolutionNearTheStartTheFirstElementIsAFailure() {
    let none = Self.scalar { x, p in x * x + 1 + p[0] * p[0] }
    let points = Array(Continuation(of: none, parameter: 0, from: [1], parameters: [0]))
    #expect(points.count == 1)
    guard case .failure(let reason) = points.first?.event else {
      Issue.record("no failure")
      return
    }
    #expect(reason.contains("no solution near the start"))
  }

  @Test func tracingStopsWhenAskedTo() {
    let line = Self.scalar { x, p in x - p[0] }
    var questions = 0
    let cancelled = Array(
      Continuation(of: line, parameter: 0, from: [0], parameters: [0]) {
        questions += 1
        return questions > 5
      })
    #expect(cancelled.count == 7 && cancelled.last?.event == .cancelled)
    let limited = Array(
      Continuation(of: line, parameter: 0, from: [0], parameters: [0], settings: .init(limit: 20)))
    #expect(limited.count <= 21)
    guard case .failure(let reason) = limited.last?.event else {
      Issue.record("no failure")
      return
    }
    #expect(reason.contains("20"))
    var calls = 0
    let counted = Self.scalar { x, p in
      calls += 1
      return x - p[0]
    }
    var iterator = Continuation(of: counted, parameter: 0, from: [0], parameters: [0]).makeIterator()
    #expect(calls == 0, "nothing is computed before it is asked for")
    _ = iterator.next()
    let afterFirst = calls
    #expect(afterFirst > 0 && afterFirst < 100)
    for point in Continuation(of: line, parameter: 0, from: [0], parameters: [0]) where point.parameter > 0.3 { break }
  }

  @Test func twoEquationsAndAParameterThatIsNotTheFirst() {
    // x^2 + y^2 = p1 and x = y: x = y = sqrt(p1 / 2), a fold at p1 = 0. The other parameter stays.
    let problem = ContinuationProblem(dimension: 2) { x, p, f in
      f[0] = x[0] * x[0] + x[1] * x[1] - p[1] + p[0]
      f[1] = x[0] - x[1]
    }
    let points = Array(
      Continuation(
        of: problem, parameter: 1, from: [1, 1], parameters: [0.5, 2.5], direction: -1,
        monitors: [.domain("end") { _, p in 2.5 - p[1] + 1e-9 }]))
    #expect(points.compactMap(\.event) == [.start, .fold, .endOfDomain("end")])
    for point in points {
      #expect(point.parameters[0] == 0.5 && point.parameters[1] == point.parameter)
      #expect(abs(2 * point.state[0] * point.state[0] - point.parameter + 0.5) < 1e-12)
      #expect(abs(point.state[0] - point.state[1]) < 1e-12)
    }
    #expect(points.contains { $0.event == .fold && abs($0.parameter - 0.5) < 1e-12 })
    #expect(abs((points.last?.state[0] ?? 0) + 1) < 1e-9)
  }
}
