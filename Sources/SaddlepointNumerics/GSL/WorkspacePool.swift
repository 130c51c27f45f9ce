// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// Workspaces that are reused: checked out for one computation, returned after it.
///
/// A nested or parallel computation finds the workspace taken and gets another one, so that no two ever share.
struct WorkspacePool<Workspace>: ~Copyable, Sendable {
  /// A pointer that travels between threads but is used by one at a time.
  private struct Handle: @unchecked Sendable {
    let workspace: Workspace
  }

  private let idle = Mutex<[Handle]>([])
  private let make: @Sendable () -> Workspace?

  /// A pool whose workspaces are made on demand and live as long as the process.
  init(_ make: @escaping @Sendable () -> Workspace?) { self.make = make }

  /// Runs `body` with a workspace that nobody else uses meanwhile.
  borrowing func withWorkspace<Result>(_ context: String, _ body: (Workspace) -> Result) throws(GSLError) -> Result {
    _ = GSLRuntime.ready
    let taken = idle.withLock { $0.popLast() }
    guard let workspace = taken?.workspace ?? make() else { throw .noMemory(context) }
    let handle = Handle(workspace: workspace)
    defer { idle.withLock { $0.append(handle) } }
    return body(workspace)
  }
}
