// SPDX-License-Identifier: GPL-3.0-or-later

import Dispatch

/// How many threads a computation may use within one row of a table.
public enum Threads {
  /// At most so many; 0: all cores.
  ///
  /// A sweep over many rows sets 1, because its rows already fill the cores.
  @TaskLocal public static var limit = 0
}

/// The values of `transform` at 0 ..< `count`, computed on as many cores as ``Threads/limit`` allows; neither order nor values depend on their number.
///
/// - Parameters:
///   - count: how many values.
///   - chunk: how many successive values are computed with one state.
///   - state: makes scratch space that is handed on from one value to the next.
///   - transform: called once for each index, on any thread.
/// - Returns: the values in the order of their indices.
public func parallelMap<Value: Sendable, State>(
  _ count: Int, chunk: Int = 1, state: @Sendable () -> State, _ transform: @Sendable (inout State, Int) -> Value
) -> [Value] {
  guard count > 0 else { return [] }
  let size = max(1, chunk)
  let slots = [Value?](unsafeUninitializedCapacity: count) { buffer, initialized in
    for index in 0..<count { buffer.initializeElement(at: index, to: nil) }
    nonisolated(unsafe) let cells = buffer
    let chunks = (count + size - 1) / size
    let workers = Threads.limit > 0 ? min(chunks, Threads.limit) : chunks
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      var scratch = state()
      for number in stride(from: worker, to: chunks, by: workers) {
        for index in (number * size)..<min(count, (number + 1) * size) { cells[index] = transform(&scratch, index) }
      }
    }
    initialized = count
  }
  return slots.compactMap(\.self)
}

/// The values of `transform` at 0 ..< `count`, computed on as many cores as ``Threads/limit`` allows; neither order nor values depend on their number.
///
/// - Parameters:
///   - count: how many values.
///   - transform: called once for each index, on any thread.
/// - Returns: the values in the order of their indices.
public func parallelMap<Value: Sendable>(_ count: Int, _ transform: @Sendable (Int) -> Value) -> [Value] {
  parallelMap(count, state: {}, { _, index in transform(index) })
}

/// A table of `rows` x `width` numbers, filled row by row on as many cores as ``Threads/limit`` allows.
///
/// - Parameters:
///   - rows: how many rows.
///   - width: length of a row.
///   - fill: writes every number of the row of the given index; called once for each row, on any thread.
/// - Returns: the rows one after another; they do not depend on the number of threads.
public func parallelTable(
  rows: Int, width: Int, _ fill: @Sendable (Int, UnsafeMutableBufferPointer<Double>) -> Void
) -> [Double] {
  [Double](unsafeUninitializedCapacity: rows * width) { buffer, initialized in
    nonisolated(unsafe) let cells = buffer
    // Below some ten thousand numbers a second thread costs more than it saves.
    let blocks = min(rows, rows * width < 20_000 ? 1 : Threads.limit > 0 ? Threads.limit : 64)
    DispatchQueue.concurrentPerform(iterations: blocks) { block in
      for row in (block * rows / blocks)..<((block + 1) * rows / blocks) {
        fill(row, UnsafeMutableBufferPointer(rebasing: cells[(row * width)..<((row + 1) * width)]))
      }
    }
    initialized = rows * width
  }
}
