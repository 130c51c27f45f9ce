// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// The command as a user waits for it, and a SciPy script that traces the same lines.
enum WholeProcess {
  static func rows() -> [Row] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("saddlepoint-benchmark-\(UUID())")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let command = Bundle.main.bundleURL.appendingPathComponent("saddlepoint").path
    let diagram = ["diagram", "spiked-matrix-tensor", "--p", "3"]
    let help = time(command, ["--help"], runs: 10)
    let data = time(command, diagram + ["-o", folder.appendingPathComponent("d.csv").path], runs: 10)
    let picture = time(command, diagram + ["-o", folder.appendingPathComponent("d.svg").path], runs: 5)
    let million = time(
      command,
      [
        "threshold", "spiked-matrix-tensor", "weak-recovery", "--deltap", "0.1:4:1000000", "--format", "csv", "-o",
        "/dev/null",
      ],
      runs: 3)
    var rows = [
      Row(name: "saddlepoint --help", value: help ?? .nan, unit: "s", baseline: "itself", ratio: help.map { _ in 1 }),
      Row(
        name: "p = 3 diagram, data, cold start", value: data ?? .nan, unit: "s", baseline: "saddlepoint --help",
        ratio: ratio(data, help)),
      Row(
        name: "p = 3 diagram, SVG by gnuplot", value: picture ?? .nan, unit: "s", baseline: "the data alone",
        ratio: ratio(picture, data)),
      Row(
        name: "10^6 rows of a closed-form line as CSV", value: million ?? .nan, unit: "s",
        baseline: "saddlepoint --help", ratio: ratio(million, help)),
    ]
    let peer = "Sources/Benchmarks/peers/spiked_matrix_tensor_diagram.py"
    if FileManager.default.fileExists(atPath: peer), let scipy = time("/usr/bin/env", ["python3", peer], runs: 3) {
      rows.append(
        Row(
          name: "p = 3 diagram by SciPy (brentq, 200 points a line)", value: scipy, unit: "s",
          baseline: "our data, cold start", ratio: ratio(scipy, data)))
    } else {
      Swift.print("\n(The SciPy peer needs python3 with SciPy and is run from the project's root.)")
    }
    return rows + phaseRetrieval(command)
  }

  /// A curve or a number of phase retrieval, error estimates included, and the script that computes the same.
  private struct Task {
    let name: String
    let arguments: [String]
    /// Script in the folder of peers, with its arguments.
    let peer: [String]
  }

  private static let tasks: [Task] = [
    Task(
      name: "100 states of phase retrieval, y = |z|",
      arguments: ["replica", "phase-retrieval", "--alpha", "0.5:1.1:100"],
      peer: ["phase_retrieval_bayes.py", "modulus"]
    ),
    Task(
      name: "the potential at 100 overlaps, y = |z|",
      arguments: ["potential", "phase-retrieval", "--alpha", "1.1", "--overlap", "0:0.99:100"], peer: []),
    Task(
      name: "100 states of y = |z|^1.5 + noise",
      arguments: [
        "replica", "generalized-linear", "--channel", "expression:abs(z)^1.5", "--noise", "0.1", "--alpha", "0.5:2:100",
      ], peer: ["phase_retrieval_bayes.py", "general"]),
    Task(
      name: "full recovery from y = |z|", arguments: ["threshold", "phase-retrieval", "full-recovery"],
      peer: ["phase_retrieval_bayes.py", "full-recovery"]),
    Task(
      name: "50 gradient-flow transitions of normalised losses",
      arguments: [
        "threshold", "phase-retrieval", "gradient-flow", "--loss", "normalised:0.01:1:50:log", "--state", "threshold",
      ], peer: ["phase_retrieval_gradient_flow.py"]),
    Task(
      name: "50 complexities of phase retrieval, all",
      arguments: ["complexity", "phase-retrieval", "--alpha", "4:40:50:log", "--overlap", "0", "--points", "all"],
      peer: ["phase_retrieval_complexity.py", "all"]),
    Task(
      name: "50 complexities of phase retrieval, minima",
      arguments: ["complexity", "phase-retrieval", "--alpha", "4:40:50:log", "--overlap", "0", "--points", "minima"],
      peer: ["phase_retrieval_complexity.py", "minima"]),
  ]

  private static func phaseRetrieval(_ command: String) -> [Row] {
    tasks.flatMap { task -> [Row] in
      let ours = time(command, task.arguments, runs: 3)
      let row = Row(name: task.name, value: ours ?? .nan, unit: "s", baseline: "itself", ratio: ours.map { _ in 1 })
      guard let script = task.peer.first else { return [row] }
      let path = "Sources/Benchmarks/peers/" + script
      let arguments = ["OMP_NUM_THREADS=1", "python3", path] + task.peer.dropFirst()
      let numpy = FileManager.default.fileExists(atPath: path) ? time("/usr/bin/env", arguments, runs: 1) : nil
      return [
        row,
        Row(
          name: "the same by NumPy and SciPy, without error estimates", value: numpy ?? .nan, unit: "s",
          baseline: "ours", ratio: ratio(numpy, ours)),
      ]
    }
  }

  private static func ratio(_ a: Double?, _ b: Double?) -> Double? { a.flatMap { a in b.map { a / $0 } } }

  /// Best wall time of a command; nil if it fails.
  private static func time(_ path: String, _ arguments: [String], runs: Int) -> Double? {
    var failed = false
    let seconds = best(of: runs) { if run(path, arguments) != 0 { failed = true } }
    return failed ? nil : seconds
  }

  /// Runs a command without output and waits for it (Foundation's `Process` notices the end only every 50 ms).
  private static func run(_ path: String, _ arguments: [String]) -> Int32 {
    var words = ([path] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
    }
    var process = pid_t()
    guard posix_spawn(&process, path, &actions, nil, &words, environ) == 0 else { return -1 }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
  }
}
