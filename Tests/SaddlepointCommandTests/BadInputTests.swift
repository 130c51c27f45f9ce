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
    ("potential spherical-spin-glass", 65, "potential is not defined for spherical-spin-glass"),
    ("replica spherical-spin-glass --mixture 3:0.5 --temperature -1", 65, "--temperature -1"),
    ("replica spherical-spin-glass --mixture 3:0.5 --temperature inf", 65, "--temperature inf"),
    ("replica spherical-spin-glass --mixture 3:0.5 --temperature 1 --ansatz 2rsb", 65, "1rsb"),
    ("replica spherical-spin-glass --mixture 3:0.5 --temperature 0 --parisi-x 0.5", 65, "--parisi-x 0.5"),
    ("replica spherical-spin-glass --mixture 3:0.5 --temperature 1 --parisi-x 1.5", 65, "--parisi-x 1.5"),
    ("replica spherical-spin-glass --mixture 1:0.5 --temperature 1", 65, "mixture"),
    ("replica spherical-spin-glass --mixture 3:0.5", 64, "--temperature"),
    ("threshold spherical-spin-glass static --mixture 3:-0.5", 65, "--xi3 -0.5"),
    ("diagram spherical-spin-glass --weight 0:2", 65, "weight"),
    ("replica \(model) --delta2 1 --deltap 1 --estimator map", 65, "ml"),
    ("threshold semicircle algorithmic", 65, "threshold is not defined for semicircle"),
    ("replica spiked-wigner --snr 2 --prior bernoulli:0", 65, "--rho 0"),
    ("replica spiked-wigner --snr 2 --prior bernoulli:1", 65, "--rho 1"),
    ("replica spiked-wigner --snr 2 --prior bernoulli", 65, "rho"),
    ("replica spiked-wigner --snr 2 --prior rademacher --rho 0.1", 65, "--rho 0.1"),
    ("replica spiked-wigner --snr 2 --prior gaussian:0.1", 65, "gaussian:0.1"),
    ("replica spiked-wigner --snr 2 --prior bernoulli:0.1 --rho 0.2", 64, "twice"),
    ("replica spiked-wigner --snr 2 --prior bernoulli:x", 64, "'x'"),
    ("replica spiked-wigner --snr 2 --prior mixture", 65, "WEIGHT@MEAN"),
    ("replica spiked-wigner --snr 2 --prior mixture:", 65, "WEIGHT@MEAN"),
    ("replica spiked-wigner --snr 2 --prior mixture:0.5@1,-1@2", 65, "weights"),
    ("replica spiked-wigner --snr 2 --prior mixture:1@0", 65, "second moment"),
    ("replica spiked-wigner --snr 2 --prior mixture:1@inf", 65, "finite means"),
    ("replica spiked-wigner --snr 2 --prior mixture:1@0+--1", 65, "deviations"),
    ("replica spiked-wigner --snr 0", 65, "--snr 0"),
    ("replica spiked-wigner --snr=-1", 65, "--snr -1"),
    ("potential spiked-wigner --prior bernoulli:0.1 --snr 2 --overlap 0.5", 65, "--overlap 0.5"),
    ("replica spiked-wigner --prior bernoulli:0.1 --snr 2 --trajectory 5 --start 0.5", 65, "--start 0.5"),
    ("threshold spiked-wigner critical --prior rademacher", 65, "sparse-rademacher"),
    ("diagram spiked-wigner --prior rademacher", 65, "sparse-rademacher"),
    ("diagram spiked-wigner --rho 0.1:1", 65, "rho"),
    ("replica spiked-wishart --snr 1 --ratio 0", 65, "--ratio 0"),
    ("replica spiked-wishart --snr 1 --prior-v bernoulli", 65, "rho-v"),
    ("replica spiked-wishart --snr 1 --prior gaussian", 64, "--prior"),
    ("complexity spiked-tensor --delta 1 --prior rademacher", 65, "--prior rademacher"),
    ("hessian \(model) --delta2 1 --deltap 1 --overlap 0.1 --prior sparse-rademacher:0.1", 65, "gaussian"),
    ("threshold \(model) langevin --deltap 1 --prior rademacher", 65, "gaussian"),
    ("threshold \(model) trivialization --deltap 1 --prior rademacher", 65, "gaussian"),
    ("phase \(model) --deltap 1 --delta2 1 --prior rademacher", 65, "gaussian"),
    ("hessian spherical-spin-glass --mixture 3:1 --overlap 0.1", 65, "--radial is missing"),
    ("complexity spherical-spin-glass", 65, "--mixture is missing"),
    ("complexity spherical-spin-glass --mixture 3:1 --points index:1 --size 201", 65, "size <= 200"),
    ("complexity spherical-spin-glass --mixture 3:1 --signal 2:1 --points all --size 201", 65, "size <= 200"),
    ("diagram semicircle", 65, "diagram is not defined"),
    ("diagram spherical-spin-glass --of complexity --mixture 2:1 --signal 2:1", 65, "exponential number"),
    ("diagram spiked-tensor --of complexity --delta 0.1 --overlap -2:1", 65, "overlap"),
    ("diagram spherical-spin-glass --of complexity --mixture 3:1", 65, "signal"),
    ("complexity \(model) --p 3 --delta2 0.4 --deltap 1 --energy2 1 --energyp 1 --energy 1", 65, "at most two"),
    ("complexity \(model) --p 3 --delta2 inf --deltap 1 --energy2 1", 65, "energy2"),
    ("threshold spherical-spin-glass equator-trivialization --mixture 3:1", 65, "signal"),
    ("threshold spherical-spin-glass trivialization --mixture 3:1 --signal 1:0.1,2:1", 65, "phi1"),
    ("threshold spherical-spin-glass gradient-flow --mixture 3:1", 65, "signal"),
    ("spectrum semicircle --spike inf --largest 3", 65, "--spike inf"),
    ("complexity \(model) --delta2 1 --deltap 1 --plot-x nothing", 64, "nothing"),
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
    ("complexity phase-retrieval --alpha 4 --loss quartic,normalised:0.1 --a0 1", 64, "twice"),
    ("complexity phase-retrieval --alpha 4 --loss quartic,normalised:x", 64, "'x'"),
    ("complexity phase-retrieval --alpha 4 --loss quartc", 65, "did you mean 'quartic'?"),
    ("spectrum phase-retrieval --alpha 4 --preprocessing optmal", 65, "did you mean 'optimal'?"),
    ("spectrum phase-retrieval --alpha 4 --preprocessing optimal,trimed:7", 65, "did you mean 'trimmed'?"),
    ("simulate phase-retrieval --algorithm gamp --alpha 2 --field complex --channel intensity --noise 1", 65, "noise"),
    ("simulate phase-retrieval --algorithm spectral --alpha 0.4 --preprocessing mondelli-montanari", 65, "alpha"),
    ("simulate phase-retrieval --observable hessian-spectrum --alpha 4 --state initial", 65, "initialization"),
    ("simulate phase-retrieval --observable hessian-spectrum --alpha 4 --loss expression:y*z^3", 65, "even"),
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
    let flag = { (parameter: Parameter) in "--" + parameter.quantity.name.replacing("_", with: "-") }
    var calls: [(words: String, parameters: [Parameter])] = entry.questions.flatMap { question in
      let named = question.parameters.filter { flag($0) == question.selector }
      let others = question.parameters.filter { !named.contains($0) }
      // An option that chooses the question takes a value, too, if it is one of its parameters.
      let value = named.first.map { chosen in
        " " + (chosen.domain.map { $0.upper == 1 ? "0.5" : "5" } ?? chosen.defaultValue?.text ?? "")
      }
      return [
        ("\(question.command) \(model)", named),
        (question.invocation(of: model) + (value ?? ""), others),
      ]
    }
    calls += entry.lines.map { line in
      ("threshold \(model) \(line.declaration.name)", line.question(line.declaration.unknowns[0]).parameters)
    }
    for (words, parameters) in calls {
      for parameter in parameters {
        guard let domain = parameter.domain else { continue }
        let outside = domain.lower.isFinite ? (domain.includesLower ? domain.lower - 1 : domain.lower) : .nan
        let outcome = try Command.run("\(words) \(flag(parameter))=\(outside)")
        #expect(outcome.code == 65, "\(words) \(flag(parameter))=\(outside): \(outcome.errors)")
        #expect(outcome.errors.contains(flag(parameter)))
      }
    }
  }
}
