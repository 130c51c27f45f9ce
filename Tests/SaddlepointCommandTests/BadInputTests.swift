// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Saddlepoint
import Testing

@Suite struct BadInputTests {
  private static let model = "spiked-matrix-tensor"

  /// Words, exit code, and what the message must name.
  private static let cases: [(words: String, code: Int32, names: String)] = [
    ("threshold \(model) algorithmic --p 2 --deltap 1", 65, "--p 2"),
    ("threshold \(model) algorithmic --p 2.5 --deltap 1", 65, "--p 2.5"),
    ("threshold \(model) algorithmic --p 3:4:3 --deltap 1", 65, "--p 3.5"),
    ("threshold \(model) algorithmic --deltap 0", 65, "--deltap 0"),
    ("threshold \(model) algorithmic --deltap 1,2,-3", 65, "--deltap -3"),
    ("replica \(model) --delta2 -1 --deltap 1", 65, "--delta2 -1"),
    ("replica \(model) --delta2=-1:2:3 --deltap 1", 65, "--delta2 -1"),
    ("replica \(model) --delta2 nan --deltap 1", 65, "--delta2 nan"),
    ("replica \(model) --delta2 1e400 --deltap 1", 65, "--delta2 1e400"),
    ("replica \(model) --delta2 1e-400 --deltap 1", 65, "--delta2 1e-400"),
    ("replica \(model) --delta2 inf --deltap inf", 65, "--delta2 inf"),
    ("threshold \(model) langevin --deltap 1 --temperature inf", 65, "--temperature inf"),
    ("threshold \(model) langevin --deltap 1 --temperature -1", 65, "--temperature -1"),
    ("potential \(model) --delta2 1 --deltap 1 --overlap 1", 65, "--overlap 1"),
    ("potential \(model) --delta2 1 --deltap 1 --overlap -0.1", 65, "--overlap -0.1"),
    ("replica \(model) --delta2 1 --deltap 1 --prior cauchy", 65, "gaussian"),
    ("replica \(model) --delta2 1 --deltap 1 --tolerance 0", 65, "--tolerance 0"),
    ("replica \(model) --delta2 1 --deltap 1 --jobs 0", 65, "--jobs 0"),
    ("replica spherical-spin-glass", 65, "replica is not defined for spherical-spin-glass"),
    ("threshold spiked-tensor algorithmic --delta 1", 65, "threshold is not defined for spiked-tensor"),
    ("diagram spiked-tensor", 65, "diagram is not defined"),
    ("diagram \(model) --deltap 0:1", 65, "deltap"),
    ("diagram \(model) --deltap 1:1", 65, "deltap"),
    ("diagram \(model) --points 1", 65, "--points 1"),
    ("complexity phase-retrieval --alpha 0.9", 65, "--alpha 0.9"),
    ("complexity phase-retrieval --alpha 4 --loss normalised:-1", 65, "--a0 -1"),
    ("complexity phase-retrieval --alpha 4 --overlap 1", 65, "--overlap 1"),
    ("complexity phase-retrieval --alpha 4 --field complex", 65, "not covered"),
    ("complexity phase-retrieval --alpha 4 --loss expression:abs(z)-y", 65, "not smooth"),
    ("complexity phase-retrieval --alpha 4 --loss expression:1/(z-y)", 65, "divides by zero"),
    ("complexity phase-retrieval --alpha 4 --loss expression:(z^2-", 64, "'(z^2-'"),
    ("complexity phase-retrieval --alpha 4 --loss expression:(z^2-q^2)^2", 64, "'q'"),
    ("complexity phase-retrieval --alpha 4 --loss quartic:2", 65, "--loss quartic:2"),
    ("complexity phase-retrieval --alpha 4 --loss normalised:0.1 --a0 1", 64, "twice"),
    ("complexity \(model) --delta2 1 --deltap 1 --verbose-columns", 64, "verbose-columns"),
    ("thresold \(model)", 64, "threshold"),
    ("threshold", 64, model),
    ("threshold \(model)", 64, "gradient-flow"),
    ("threshold \(model) gradient-flo --deltap 1", 64, "gradient-flow"),
    ("threshold spiked-matrix algorithmic", 64, model),
    ("threshold \(model) algorithmic --delatp 1", 64, "--deltap"),
    ("threshold \(model) algorithmic", 64, "is missing"),
    ("threshold \(model) algorithmic --deltap", 64, "--deltap"),
    ("threshold \(model) algorithmic --deltap x", 64, "'x'"),
    ("threshold \(model) algorithmic --deltap 1:2:0", 64, "1:2:0"),
    ("threshold \(model) algorithmic --deltap 1:2:-3", 64, "1:2:-3"),
    ("threshold \(model) algorithmic --deltap 1:2", 64, "1:2"),
    ("threshold \(model) algorithmic --deltap 1:2:3:lin", 64, "lin"),
    ("threshold \(model) algorithmic --deltap=-1:2:5:log", 64, "log"),
    ("threshold \(model) algorithmic --deltap -1:2:5:log", 64, "log"),
    ("threshold \(model) algorithmic --deltap 1:inf:5", 64, "not finite"),
    ("threshold \(model) algorithmic --deltap 1,", 64, "--deltap"),
    ("threshold \(model) algorithmic --deltap 1 --deltap 2", 64, "twice"),
    ("threshold \(model) algorithmic --deltap 1 --delta2 1", 64, "--for"),
    ("threshold \(model) weak-recovery --delta2 1 --for deltap", 64, "delta2"),
    ("threshold \(model) gradient-flow --deltap 1 --temperature 1", 64, "does not enter"),
    ("threshold \(model) gradient-flow extra --deltap 1", 64, "extra"),
    ("replica \(model) --delta2 1 --deltap 1 --format xml", 64, "csv"),
    ("replica \(model) --delta2 1 --deltap 1 -o x.xyz", 64, ".csv"),
    ("replica \(model) --delta2 1 --deltap 1 -o x.svg", 64, "varies"),
    ("replica \(model) --delta2 1 --deltap 1 -o x.csv -o x.csv", 64, "twice"),
    ("replica \(model) -p 3", 64, "-p"),
    ("explain \(model) gradient", 64, "gradient-flow"),
    ("reproduce nothing", 64, "spiked-matrix-tensor-phases"),
    ("diagram \(model) --of phase", 64, "phases"),
    ("diagram \(model) --p 3,4", 64, "one value"),
    ("replica \(model) --at missing.csv", 66, "missing.csv"),
    ("replica \(model) --delta2 1 --deltap 1 -o missing/x.csv", 73, "missing/x.csv"),
    ("diagram \(model) -o missing/x.svg", 73, "missing/x.svg"),
    ("replica \(model) --delta2 1 --deltap 1 -o /dev/full", 74, "/dev/full"),
  ]

  @Test(arguments: cases.indices) func oneLineThatNamesTheCulprit(index: Int) throws {
    let (words, code, names) = Self.cases[index]
    let scratch = try Scratch()
    let outcome = try Command.run(words, in: scratch.url)
    #expect(outcome.code == code, "\(words): \(outcome.errors)")
    #expect(outcome.errors.contains(names), "\(words): \(outcome.errors)")
    #expect(outcome.output.isEmpty || code == 74)
    // The message, and for misunderstood words a hint where to look.
    #expect(outcome.errors.split(separator: "\n").count <= (code == 64 ? 2 : 1), "\(words): \(outcome.errors)")
    #expect(scratch.names.isEmpty, "no file is touched")
  }

  /// Every numerical parameter of every line and question, just outside its domain.
  @Test(arguments: Catalogue.models.map(\.card.name)) func everyDomainIsEnforced(model: String) throws {
    let entry = try #require(Catalogue.models.first { $0.card.name == model })
    var calls: [(words: String, parameters: [Parameter])] = entry.questions.map {
      ("\($0.name) \(model)", $0.parameters)
    }
    calls += entry.lines.map { line in
      ("threshold \(model) \(line.declaration.name)", line.question(line.declaration.unknowns[0]).parameters)
    }
    for (words, parameters) in calls {
      for parameter in parameters {
        guard let domain = parameter.domain else { continue }
        let outside = domain.lower.isFinite ? (domain.includesLower ? domain.lower - 1 : domain.lower) : .nan
        let outcome = try Command.run("\(words) --\(parameter.quantity)=\(outside)")
        #expect(outcome.code == 65, "\(words) --\(parameter.quantity)=\(outside): \(outcome.errors)")
        #expect(outcome.errors.contains("--" + parameter.quantity.name.replacingOccurrences(of: "_", with: "-")))
      }
    }
  }
}
