// SPDX-License-Identifier: GPL-3.0-or-later

import Saddlepoint
import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Ctrl-C: a first one ends the computation in order, a second one at once.
enum Interrupt {
  private static let requested = Atomic<Bool>(false)

  /// Whether Ctrl-C was pressed.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Starts to watch for Ctrl-C.
  ///
  /// Only a flag is set in the handler, which is all that is safe there.
  static func watch() {
    _ = requested.load(ordering: .relaxed)
    _ = Cancellation.isRequested
    signal(SIGINT) { _ in
      Cancellation.request()
      if Interrupt.requested.exchange(true, ordering: .relaxed) { _exit(130) }
    }
  }
}
