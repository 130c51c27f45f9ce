#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds a package outside the repository on the library calls of the README and runs it (a few minutes).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/consumer/Sources/consumer" "$folder/consumer/Sources/Models" "$folder/consumer/Tests/consumerTests"
# A target of a common name, to see that none of ours gets in its way.
echo 'public let mine = 1' > "$folder/consumer/Sources/Models/Models.swift"
cat > "$folder/consumer/Package.swift" <<EOF
// swift-tools-version: 6.1
import PackageDescription
let package = Package(
  name: "consumer", platforms: [.macOS(.v15)], dependencies: [.package(name: "Saddlepoint", path: "$root")],
  targets: [
    .target(name: "Models"),
    .executableTarget(
      name: "consumer", dependencies: ["Models", .product(name: "Saddlepoint", package: "Saddlepoint")]),
  ], swiftLanguageModes: [.v6])
EOF
{
  echo 'import Models'
  # The first Swift block of the README, as it stands.
  sed -n '/^```swift$/,/^```$/p' "$root/README.md" | sed '1d' | sed '/^```$/,$d'
  cat <<'EOF'
let window = try windowOfFailure(deltap: 1)
let cusp = try SpikedMatrixTensor.threshold(.critical, p: 4)
let spectrum = try SpikedMatrixTensor(p: 3, delta2: 0.4, deltap: 1).hessianSpectrum(at: .threshold)
let twice = Result { try SphericalSpinGlass(covariance: [3: 1, 3: 2]) }
guard window.contains(0.7), try bestOverlap(delta2: 0.6) > 0.66, cusp[0][.deltap].agrees(with: 8.0 / 27, within: 1e-12),
  spectrum.outlier != nil, case .failure = twice, mine == 1
else { fatalError("the library answers wrongly") }
print("consumer: all calls hold")
EOF
} > "$folder/consumer/Sources/consumer/main.swift"
cd "$folder/consumer"
swift run -c release consumer
