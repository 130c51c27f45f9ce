// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SaddlepointNumerics
import Testing

@Suite struct ContinuationTests {
  private let circle = ContinuationProblem(dimension: 1) { x, p, f in f[0] = x[0] * x[0] + p[0] * p[0] - 1 }

  @Test func circleFoldsTwiceAndCloses() throws {
    let points = Array(Continuation(of: circle, parameter: 0, from: [1], parameters: [0]))
    let folds = points.filter { $0.event == .fold }
    #expect(folds.count == 2)
    #expect(abs(folds[0].parameter - 1) < 1e-12 && abs(folds[0].state[0]) < 1e-9)
    #expect(abs(folds[1].parameter + 1) < 1e-12)
    #expect(points.first?.event == .start)
    #expect(points.last?.event == .closed)
    for point in points {
      #expect(abs(point.state[0] * point.state[0] + point.parameter * point.parameter - 1) < 1e-12)
    }
    #expect(abs(folds[0].arclength - Double.pi / 2) < 1e-3)
  }

  @Test(arguments: [1.0, -1]) func cubic(direction: Double) throws {
    let problem = ContinuationProblem(dimension: 1) { x, p, f in f[0] = x[0] * x[0] * x[0] - x[0] + p[0] }
    let curve = Continuation(
      of: problem, parameter: 0, from: [direction > 0 ? 1.5 : -1.5], parameters: [direction > 0 ? -1.875 : 1.875],
      direction: direction, monitors: [.domain("x") { x, _ in 2 - abs(x[0]) }])
    let points = Array(curve)
    let folds = points.filter { $0.event == .fold }.map(\.parameter)
    let place = 2 / (3 * 3.0.squareRoot())
    #expect(folds.count == 2)
    #expect(abs(folds[0] - direction * place) < 1e-12 && abs(folds[1] + direction * place) < 1e-12)
    #expect(points.last?.event == .endOfDomain("x"))
    #expect(abs(abs(points.last?.state[0] ?? 0) - 2) < 1e-12)
    #expect(!points.contains { $0.event == .branchPoint })
  }

  @Test func cuspOfTheNormalForm() throws {
    // x^3 + mu x + lambda: folds where 4 mu^3 + 27 lambda^2 = 0, cusp at the origin.
    let problem = ContinuationProblem(dimension: 1) { x, p, f in f[0] = x[0] * x[0] * x[0] + p[1] * x[0] + p[0] }
    let x = 0.5
    let (mu, lambda) = (-3 * x * x, 2 * x * x * x)
    let curve = Continuation(
      of: problem.folds(in: 0), parameter: 1, from: [x, 1, lambda], parameters: [lambda, mu], direction: 1,
      monitors: [.domain("x > -0.5") { x, _ in x[0] + 0.5 }])
    let points = Array(curve)
    for point in points {
      let (lambda, mu) = (point.state[2], point.parameter)
      #expect(abs(4 * mu * mu * mu + 27 * lambda * lambda) < 1e-11)
    }
    let cusps = points.filter { $0.event == .fold }
    #expect(cusps.count == 1)
    #expect(abs(cusps[0].parameter) < 1e-12 && abs(cusps[0].state[2]) < 1e-12 && abs(cusps[0].state[0]) < 1e-8)
  }

  @Test func branchPointsAreNoFolds() throws {
    let transcritical = ContinuationProblem(dimension: 1) { x, p, f in f[0] = x[0] * (p[0] - x[0]) }
    let pitchfork = ContinuationProblem(dimension: 1) { x, p, f in f[0] = x[0] * (p[0] - x[0] * x[0]) }
    for problem in [transcritical, pitchfork] {
      let curve = Continuation(
        of: problem, parameter: 0, from: [0], parameters: [-1],
        monitors: [.domain("end") { _, p in 1 - p[0] }], settings: .init(largestStep: 0.07))
      let points = Array(curve)
      let branch = points.filter { $0.event == .branchPoint }
      #expect(branch.count == 1)
      #expect(abs(branch.first?.parameter ?? 1) < 1e-8)
      #expect(!points.contains { $0.event == .fold })
      #expect(points.last?.event == .endOfDomain("end"))
      for point in points { #expect(abs(point.state[0]) < 1e-9, "stays on the branch") }
    }
  }

  @Test func monitorsAndDomainsAreLocated() throws {
    let curve = Continuation(
      of: circle, parameter: 0, from: [1], parameters: [0],
      monitors: [.zero(of: "x - lambda") { x, p in x[0] - p[0] }, .domain("x") { x, _ in x[0] - 0.25 }])
    let points = Array(curve)
    let diagonal = points.first { $0.event == .zero(of: "x - lambda") }
    #expect(abs((diagonal?.parameter ?? 0) - 0.5.squareRoot()) < 1e-12)
    #expect(points.last?.event == .endOfDomain("x"))
    #expect(abs((points.last?.state[0] ?? 0) - 0.25) < 1e-12)
    let lengths = points.map(\.arclength)
    #expect(lengths == lengths.sorted())
  }

  @Test func systems() throws {
    // x + y = 2 lambda, x y = 1: x = lambda +- sqrt(lambda^2 - 1), fold at lambda = 1.
    let problem = ContinuationProblem(dimension: 2) { x, p, f in
      f[0] = x[0] + x[1] - 2 * p[0]
      f[1] = x[0] * x[1] - 1
    }
    let start = 1.5 + (1.5 * 1.5 - 1).squareRoot()
    let curve = Continuation(
      of: problem, parameter: 0, from: [start, 1 / start], parameters: [1.5], direction: -1,
      monitors: [.domain("end") { _, p in 2 - p[0] }])
    let points = Array(curve)
    let fold = points.first { $0.event == .fold }
    #expect(abs((fold?.parameter ?? 0) - 1) < 1e-12)
    #expect(abs((fold?.state[0] ?? 0) - 1) < 1e-8)
    #expect(abs((points.last?.parameter ?? 0) - 2) < 1e-12)
    #expect((points.last?.state[0] ?? 9) < 1)
  }

  @Test func failureIsTheLastElement() throws {
    let root = ContinuationProblem(dimension: 1) { x, p, f in f[0] = x[0] - (1 - p[0]).squareRoot() }
    let points = Array(Continuation(of: root, parameter: 0, from: [1], parameters: [0]))
    guard case .failure(let reason)? = points.last?.event else {
      Issue.record("no failure: \(String(describing: points.last))")
      return
    }
    #expect(!reason.isEmpty)
    #expect((points.last?.parameter ?? 0) > 0.9, "followed until shortly before the end")
    let nowhere = ContinuationProblem(dimension: 1) { x, _, f in f[0] = x[0] * x[0] + 1 }
    let none = Array(Continuation(of: nowhere, parameter: 0, from: [1], parameters: [0]))
    #expect(none.count == 1)
    if case .failure? = none[0].event {} else { Issue.record("a start without solution must fail") }
  }

  @Test func stoppedFromOutside() throws {
    var asked = 0
    let curve = Continuation(of: circle, parameter: 0, from: [1], parameters: [0]) {
      asked += 1
      return asked > 5
    }
    #expect(Array(curve).last?.event == .cancelled)
    let few = Continuation(of: circle, parameter: 0, from: [1], parameters: [0]).prefix(3)
    #expect(Array(few).count == 3)
    let limited = Array(
      Continuation(of: circle, parameter: 0, from: [1], parameters: [0], settings: .init(limit: 10)))
    if case .failure(let reason)? = limited.last?.event {
      #expect(reason.contains("10"))
    } else {
      Issue.record("no limit")
    }
  }
}
