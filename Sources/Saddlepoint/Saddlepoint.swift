// SPDX-License-Identifier: GPL-3.0-or-later

@_exported public import FiniteSize
@_exported public import KacRice
@_exported public import LandscapeDynamics
@_exported public import LandscapeModels
@_exported public import PhaseDiagrams
@_exported public import RandomMatrixTheory
@_exported public import ReplicaMethod
@_exported public import SaddlepointCore
@_exported public import SaddlepointNumerics
@_exported public import SaddlepointReports

/// The version of the library and of the command.
public enum SaddlepointVersion {
  /// Major.minor.patch.
  public static let current = "0.1.0"
}
