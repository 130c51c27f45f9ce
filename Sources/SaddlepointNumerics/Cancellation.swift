// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// A request, for the whole process, that computations of seconds and minutes end early: Ctrl-C.
///
/// Such a computation asks now and then; what it returns afterwards is of no use and must not be kept.
public enum Cancellation {
  private static let flag = Atomic<Bool>(false)

  /// Whether computations should end.
  public static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Requests it; safe in a signal handler once ``isRequested`` has been read.
  public static func request() { flag.store(true, ordering: .relaxed) }
}
