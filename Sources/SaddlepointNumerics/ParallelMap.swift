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
