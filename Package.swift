// swift-tools-version: 6.2
// SPDX-License-Identifier: GPL-3.0-or-later

import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let realModule = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// A room of the house: a Swift target with the project's settings.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of a room; they all read the reference rows of `SaddlepointTestSupport`.
func tests(of room: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: room + "Tests",
    dependencies: [.byName(name: room), "SaddlepointTestSupport"] + dependencies,
    swiftSettings: strict)
}

let package = Package(
  name: "Saddlepoint",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Saddlepoint", targets: ["Saddlepoint"]),
    .executable(name: "saddlepoint", targets: ["SaddlepointCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CSaddlepointGSL", pkgConfig: "gsl",
      providers: [.apt(["libgsl-dev"]), .brew(["gsl"])]),
    .target(name: "CSaddlepointShims", dependencies: ["CSaddlepointGSL"]),
    room("SaddlepointCore", [realModule]),
    room("SaddlepointNumerics", ["SaddlepointCore", "CSaddlepointGSL", "CSaddlepointShims", realModule]),
    room("LandscapeModels", ["SaddlepointCore", realModule]),
    room("RandomMatrixTheory", ["SaddlepointNumerics", realModule]),
    room("KacRice", ["LandscapeModels", "RandomMatrixTheory", "SaddlepointNumerics", realModule]),
    room("ReplicaMethod", ["LandscapeModels", "RandomMatrixTheory", "SaddlepointNumerics", realModule]),
    room(
      "FiniteSize",
      ["KacRice", "LandscapeDynamics", "LandscapeModels", "ReplicaMethod", "SaddlepointNumerics", realModule]),
    room("LandscapeDynamics", ["LandscapeModels", "ReplicaMethod", "SaddlepointNumerics", realModule]),
    room(
      "PhaseDiagrams",
      [
        "FiniteSize", "KacRice", "LandscapeDynamics", "RandomMatrixTheory", "ReplicaMethod", "SaddlepointNumerics",
        realModule,
      ]),
    room("SaddlepointReports", ["SaddlepointCore"]),
    room("Saddlepoint", ["PhaseDiagrams", "SaddlepointReports"]),
    .executableTarget(
      name: "SaddlepointCommand", dependencies: ["Saddlepoint", argumentParser], swiftSettings: strict),
    .executableTarget(
      name: "Benchmarks", dependencies: ["Saddlepoint", "CSaddlepointShims", realModule],
      exclude: ["peers"], swiftSettings: strict),
    .target(
      name: "SaddlepointTestSupport", dependencies: ["SaddlepointCore"], path: "Tests/SaddlepointTestSupport",
      resources: [.copy("Reference")], swiftSettings: strict),
    tests(of: "SaddlepointCore"),
    tests(of: "SaddlepointNumerics"),
    tests(of: "LandscapeModels"),
    tests(of: "RandomMatrixTheory", ["SaddlepointNumerics"]),
    tests(of: "KacRice"),
    tests(of: "ReplicaMethod", ["RandomMatrixTheory", "SaddlepointNumerics"]),
    tests(of: "FiniteSize", ["LandscapeDynamics", "SaddlepointNumerics"]),
    tests(of: "LandscapeDynamics", ["ReplicaMethod", "SaddlepointNumerics"]),
    tests(of: "PhaseDiagrams"),
    tests(of: "SaddlepointReports"),
    tests(of: "Saddlepoint", ["SaddlepointCommand"]),
    tests(of: "SaddlepointCommand", ["Saddlepoint"]),
  ],
  swiftLanguageModes: [.v6]
)
