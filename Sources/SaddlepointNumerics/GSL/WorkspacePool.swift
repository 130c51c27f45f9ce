// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// Idle GSL workspaces of one kind, kept for reuse.
///
/// A workspace is checked out for the length of a call, so a nested call or another thread gets another one. The pool only
/// grows to the largest number that was ever in use at once; nothing is freed before the process ends.
final class WorkspacePool<Workspace>: Sendable {
  /// A workspace that belongs to one holder at a time: the pool or the call that checked it out.
  private struct Handle: @unchecked Sendable {
    let workspace: UnsafeMutablePointer<Workspace>
  }

  private let idle = Mutex<[Handle]>([])
  private let make: @Sendable () -> UnsafeMutablePointer<Workspace>?

  /// A pool that makes workspaces when it has no idle one.
  init(_ make: @escaping @Sendable () -> UnsafeMutablePointer<Workspace>?) { self.make = make }

  /// Runs `body` with a workspace that nobody else uses meanwhile; nil where there is no memory for one.
  func withWorkspace<R>(_ body: (UnsafeMutablePointer<Workspace>) -> R) -> R? {
    let reused = idle.withLock { $0.popLast() }
    guard let workspace = reused?.workspace ?? make() else { return nil }
    let handle = Handle(workspace: workspace)
    defer { idle.withLock { $0.append(handle) } }
    return body(workspace)
  }
}
