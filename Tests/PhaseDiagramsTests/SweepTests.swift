// SPDX-License-Identifier: GPL-3.0-or-later

import PhaseDiagrams
import SaddlepointCore
import Synchronization
import Testing

@Suite struct SweepTests {
  /// A question whose rows take very different times, so that chunks finish out of order.
  private let uneven = Question(
    name: "test", summary: "", parameters: [Parameter("x", symbol: "x", "", domain: .finite)],
    columns: [Column("y", "")], evidence: .theorem, sources: [], formula: "", domain: "", example: ""
  ) { point throws(DomainError) in
    let x = try point.number("x")
    var sum = 0.0
    for k in 0..<(Int(x) % 7 == 0 ? 20_000 : 1) { sum += 1 / (1 + Double(k)) }
    return [Answer([.number(x * x)], main: .converged(x * x, error: sum * 0))]
  }

  @Test(arguments: [1, 2, 3, 8]) func rowsComeInOrderWhateverTheThreads(jobs: Int) async throws {
    let grid = Grid(["x": .range(start: 0, stop: 2999, count: 3000, isLogarithmic: false)])
    var rows: [[Cell]] = []
    var firsts = 0
    try await Sweep(uneven, over: grid, jobs: jobs).run {
      (rows: $0, isFirst: $1)
    } emit: { chunk, progress in
      rows += chunk.rows
      if chunk.isFirst { firsts += 1 }
      #expect(progress.done == rows.count)
      #expect(progress.total == 3000)
    }
    #expect(rows.count == 3000)
    #expect(firsts == 1)
    for (index, row) in rows.enumerated() { #expect(row[1] == .number(Double(index * index))) }
  }

  @Test func cancellationKeepsWhatWasEmitted() async throws {
    let grid = Grid(["x": .range(start: 0, stop: 1e6, count: 1_000_000, isLogarithmic: false)])
    var emitted = 0
    await #expect(throws: CancellationError.self) {
      try await Sweep(uneven, over: grid, jobs: 2).run { rows, _ in
        rows.count
      } isCancelled: {
        emitted > 100
      } emit: { count, _ in
        emitted += count
      }
    }
    #expect(emitted > 100 && emitted < 900_000)
  }

  @Test func errorsOfTheQuestionComeOut() async throws {
    let grid = Grid(["y": .values([.number(1)])])
    await #expect(throws: DomainError.self) {
      try await Sweep(uneven, over: grid).run { rows, _ in
        rows.count
      } emit: { _, _ in
      }
    }
  }

  @Test func toleranceTurnsDoubtIntoStatus() throws {
    let doubtful = Question(
      name: "test", summary: "", parameters: [], columns: [Column("y", scale: 10, "")], evidence: .theorem, sources: [],
      formula: "", domain: "", example: ""
    ) { _ in [Answer([.number(1)], main: .converged(1, error: 1e-6))] }
    #expect(try doubtful.rows(at: Point([:]), tolerance: 1e-6)[0].suffix(2) == [.text("converged"), .empty])
    #expect(try doubtful.rows(at: Point([:]), tolerance: 1e-8)[0][2] == .text("not-converged"))
  }
}
