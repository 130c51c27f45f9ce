// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Saddlepoint

/// Maps of the complexity of minima over a million points, and a traced line, against NumPy with broadcasting.
enum MapSpeed {
  static func rows() throws -> [Row] {
    let model = try SpikedMatrixTensor(p: 3, delta2: 0.4, deltap: 1)
    let count = 1000
    let overlaps = (0..<count).map { -0.95 + 1.9 * Double($0) / Double(count - 1) }
    let radials = (0..<count).map { -9 + 5 * Double($0) / Double(count - 1) }
    let energies = (0..<count).map { -3 + 2 * Double($0) / Double(count - 1) }
    func seconds(cores: Int, _ body: () throws -> Void) throws -> Double {
      try Threads.$limit.withValue(cores) { try best(of: 9, body) }
    }
    let radial = try [1, 2].map { cores in
      try seconds(cores: cores) { _ = try model.complexities(of: .minima, overlaps: overlaps, radials: radials) }
    }
    let energy = try [1, 2].map { cores in
      try seconds(cores: cores) { _ = try model.complexities(of: .minima, overlaps: overlaps, energies: energies) }
    }
    let line = try best(of: 3) {
      for index in 0..<200 {
        _ = try SpikedMatrixTensor.threshold(.trivialization, deltap: 0.2 * pow(50, Double(index) / 199))
      }
    }
    let peer = peerTimes()
    func row(_ name: String, _ seconds: Double, _ key: String) -> Row {
      let baseline = peer[key]
      return Row(
        name: name, value: 1e3 * seconds, unit: "ms",
        baseline: baseline.map { "NumPy, \(String(format: "%.4g", 1e3 * $0)) ms" } ?? "NumPy is not installed",
        ratio: baseline.map { seconds / $0 })
    }
    return [
      row("10^6 points of Sigma_min(m, r), one core", radial[0], "radial"),
      row("the same on two cores", radial[1], "radial"),
      row("10^6 points of Sigma_min(m, u), r maximised over, one core", energy[0], "energy"),
      row("the same on two cores", energy[1], "energy"),
      row("trivialization, 200 points, p = 3", line, "line"),
    ]
  }

  /// Seconds that the NumPy script reports for each task.
  private static func peerTimes() -> [String: Double] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["OMP_NUM_THREADS=1", "python3", "Sources/Benchmarks/peers/complexity_map.py"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return [:] }
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    var times: [String: Double] = [:]
    for words in output.split(separator: "\n").map({ $0.split(separator: " ") }) where words.count == 2 {
      times[String(words[0])] = Double(words[1])
    }
    return times
  }
}
