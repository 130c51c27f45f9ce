// SPDX-License-Identifier: GPL-3.0-or-later

import SaddlepointCore

/// How many bytes the surfaces of one dynamics may take; more is refused before anything is computed.
public enum MemoryLimit {
  /// The limit in bytes.
  @TaskLocal public static var bytes = 2e9

  /// Refuses what does not fit.
  ///
  /// - Parameters:
  ///   - needed: bytes.
  ///   - purpose: what they are for, in words.
  /// - Throws: `DomainError` that names the number needed.
  static func check(_ needed: Double, for purpose: String) throws(DomainError) {
    guard needed <= bytes else {
      let least = "memory >= \(Int(needed.rounded(.up))) (bytes)"
      throw DomainError(.memory, bytes, allowed: "\(least), which \(purpose) takes")
    }
  }
}
