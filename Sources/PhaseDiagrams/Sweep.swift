// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore
import SaddlepointNumerics

/// Rows of a question over a grid: computed in parallel, handed on in order as they are ready.
public struct Sweep: Sendable {
  /// What is asked.
  public let question: Question
  /// Where.
  public let grid: Grid
  /// Relative to the larger of magnitude and natural scale; see ``Estimate/held(to:scale:)``.
  public let tolerance: Double
  /// Number of rows computed at once; results never depend on it.
  public let jobs: Int

  /// A sweep of `question` over `grid`.
  public init(_ question: Question, over grid: Grid, tolerance: Double = 1e-10, jobs: Int = 1) {
    self.question = question
    self.grid = grid
    self.tolerance = tolerance
    self.jobs = max(1, jobs)
  }

  /// How many points are done, and how many there are.
  public struct Progress: Sendable {
    /// Points whose rows have been handed on.
    public let done: Int
    /// All points.
    public let total: Int
  }

  /// Runs the sweep.
  ///
  /// Rows are worked on in chunks of about five milliseconds, at most `jobs` of them (and a few waiting) at a time, so that
  /// memory stays small however long the grid is.
  ///
  /// - Parameters:
  ///   - first: index of the first point; those before it are done.
  ///   - encode: turns the finished rows of a chunk (the first of all, or a later one) into what is handed on; runs on the
  ///     workers.
  ///   - isCancelled: asked after each chunk; true ends the sweep with `CancellationError`.
  ///   - emit: receives the chunks in the order of the grid.
  /// - Throws: `DomainError` from the question, `CancellationError`, or what `emit` throws.
  public nonisolated(nonsending) func run<Chunk: Sendable>(
    from first: Int = 0, encode: @escaping @Sendable (_ rows: [[Cell]], _ isFirst: Bool) -> Chunk,
    isCancelled: () -> Bool = { false },
    emit: (Chunk, Progress) throws -> Void
  ) async throws {
    let total = grid.count
    var nextPoint = first
    var nextChunk = 0
    var nextToEmit = 0
    var done = first
    var size = 1
    var waiting: [Int: Finished<Chunk>] = [:]
    try await withThrowingTaskGroup(of: (Int, Finished<Chunk>).self) { group in
      func start() {
        let range = nextPoint..<min(nextPoint + size, total)
        let number = nextChunk
        nextPoint = range.upperBound
        nextChunk += 1
        // Threads that the rows of the grid leave idle may work within a row.
        let within = max(1, jobs / max(1, total))
        group.addTask { (number, try Threads.$limit.withValue(within) { try compute(range, encode) }) }
      }
      while nextPoint < total, nextChunk < jobs { start() }
      while let (number, finished) = try await group.next() {
        if isCancelled() {
          group.cancelAll()
          throw CancellationError()
        }
        // Grow towards chunks of five milliseconds: long enough to cost nothing, short enough to stream.
        let perPoint = max(finished.seconds, 1e-7) / Double(finished.points)
        size = max(1, min(4096, min(size * 4, Int(0.005 / perPoint))))
        waiting[number] = finished
        while let ready = waiting.removeValue(forKey: nextToEmit) {
          done += ready.points
          nextToEmit += 1
          try emit(ready.chunk, Progress(done: done, total: total))
        }
        while nextPoint < total, nextChunk - nextToEmit < 4 * jobs, nextChunk - nextToEmit - waiting.count < jobs {
          start()
        }
      }
    }
  }

  private struct Finished<Chunk: Sendable>: Sendable {
    let chunk: Chunk
    let points: Int
    let seconds: Double
  }

  private func compute<Chunk: Sendable>(
    _ range: Range<Int>, _ encode: @Sendable ([[Cell]], Bool) -> Chunk
  ) throws -> Finished<Chunk> {
    let clock = ContinuousClock()
    let start = clock.now
    var rows: [[Cell]] = []
    rows.reserveCapacity(range.count)
    for index in range {
      if Task.isCancelled { throw CancellationError() }
      rows.append(contentsOf: try question.rows(at: grid[index], tolerance: tolerance))
    }
    let chunk = encode(rows, range.lowerBound == 0)
    let elapsed = start.duration(to: clock.now).components
    return Finished(
      chunk: chunk, points: range.count, seconds: Double(elapsed.seconds) + 1e-18 * Double(elapsed.attoseconds))
  }
}
