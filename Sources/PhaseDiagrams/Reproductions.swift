// SPDX-License-Identifier: GPL-3.0-or-later

import LandscapeDynamics
import LandscapeModels
public import SaddlepointCore

/// A published figure that the command draws again.
public struct Reproduction: Sendable {
  /// One picture of the figure.
  public struct Panel: Sendable {
    /// Name of its files.
    public let name: String
    /// The words of the command that makes it, without its outputs.
    public let command: [String]
    /// Whether its rows are printed too.
    public let isPrinted: Bool

    init(_ name: String, _ command: String, isPrinted: Bool = false) {
      self.name = name
      self.isPrinted = isPrinted
      self.command = command.split(separator: " ").map(String.init)
    }
  }

  /// The word on the command line.
  public let name: String
  /// One sentence.
  public let summary: String
  /// Where it was published.
  public let source: Citation
  /// Its pictures.
  public let panels: [Panel]
}

/// Dynamics in the spiked matrix-tensor model.
private let matrixTensor = "dynamics spiked-matrix-tensor --p 3 --deltap 1 "

/// Complexity against free energy of the 3-spin model's states.
private let states =
  "replica spherical-spin-glass --mixture 3:0.5 --ansatz 1rsb --plot-x state_free_energy --plot-y complexity "

extension Catalogue {
  /// The figures that can be drawn again.
  public static let reproductions: [Reproduction] = [
    Reproduction(
      name: "spiked-matrix-tensor-phases",
      summary: "Phase diagrams of the spiked matrix-tensor model for p = 3 and 4, with all thresholds",
      source: .marvelsAndPitfalls,
      panels: [3, 4].map { .init("spiked-matrix-tensor-p\($0)", "diagram spiked-matrix-tensor --p \($0)") }),
    Reproduction(
      name: "matrix-tensor-curves",
      summary:
        "Overlap of every branch and potential curves of the spiked matrix-tensor model across its first-order transition",
      source: .marvelsAndPitfalls,
      panels: [
        .init(
          "mmse", "replica spiked-matrix-tensor --p 3 --deltap 0.5 --delta2 0.6:1.3:400 --plot-y mmse"),
        .init(
          "potential",
          "potential spiked-matrix-tensor --p 3 --deltap 0.5 --delta2 0.95,1.0,1.1,1.2 --overlap 0:0.6:300"),
      ]),
    Reproduction(
      name: "hybrid-hard-wedge",
      summary: "The wedge of the p = 4 diagram in which message passing finds less than is possible",
      source: .marvelsAndPitfalls,
      panels: [
        .init(
          "wedge-p4", "diagram spiked-matrix-tensor --p 4 --deltap 0.1:0.4 --inverse-delta2 0.85:1.25")
      ]),
    Reproduction(
      name: "complexity-layers",
      summary: "Complexity of the pure 3-spin model by index: layers of saddles above the ground state",
      source: .randomMatricesAndComplexity,
      panels: [
        .init(
          "complexity-by-index",
          "complexity spherical-spin-glass --mixture 3:1 --points minima,index:1,index:2,index:3,index:10,all --energy -1.66:-1.62:400"
        )
      ]),
    Reproduction(
      name: "spiked-tensor-bands",
      summary:
        "Overlaps and energies of the spiked tensor's minima: the band at the equator and the minimum at the signal",
      source: .spikedTensorLandscape,
      panels: [
        .init("support-p3", "diagram spiked-tensor --of support --p 3"),
        .init("complexity-p3", "diagram spiked-tensor --of complexity --p 3 --delta 0.15"),
        .init(
          "complexity-by-overlap",
          "complexity spiked-tensor --p 3 --delta 0.1,0.15,0.2 --points minima --overlap -0.3:0.98:400"),
      ]),
    Reproduction(
      name: "passed-and-spurious",
      summary: "Descent and spurious minima: complexity of minima by overlap, and where they vanish, for p = 3 and 4",
      source: .passedAndSpurious,
      panels: [3, 4].flatMap { p in
        [
          .init("lines-p\(p)", "diagram spiked-matrix-tensor --p \(p) --deltap 0.2:10 --inverse-delta2 0.8:4"),
          .init(
            "minima-p\(p)",
            "complexity spiked-matrix-tensor --p \(p) --deltap 4 --delta2 \(p == 3 ? "0.5,0.64,0.7,0.8" : "0.4,0.54,0.6,0.7") --points minima --overlap -0.35:0.78:400"
          ),
        ]
      }),
    Reproduction(
      name: "big-bad-minima",
      summary: "Gradient flow succeeds while minima abound: the outlier at threshold states against trivialisation",
      source: .bigBadMinima,
      panels: [
        .init(
          "threshold-outlier",
          "hessian spiked-matrix-tensor --p 3 --deltap 1 --delta2 0.2:0.8:300 --state threshold --plot-y lower_edge,outlier"
        ),
        .init("support", "diagram spiked-matrix-tensor --of support --p 3 --deltap 1"),
        .init("minima", "complexity spiked-matrix-tensor --p 3 --deltap 1 --delta2 0.3:0.8:300 --points minima"),
      ]),
    Reproduction(
      name: "sparse-priors",
      summary: "Sparsity against signal strength in rank-one matrix estimation, for several priors",
      source: .lowRankMatrices,
      panels: ["sparse-rademacher", "gauss-bernoulli", "two-group", "bernoulli"].map {
        .init("diagram-\($0)", "diagram spiked-wigner --prior \($0)")
      }),
    Reproduction(
      name: "p-spin-states",
      summary:
        "Complexity of the 3-spin model's states by free energy, between the static and the dynamic temperature and below",
      source: .sphericalTwoPlusP,
      panels: [
        .init("complexity-by-free-energy-T0.3", states + "--temperature 0.3 --parisi-x 0.239:0.4:200"),
        .init("complexity-by-free-energy-T0.5", states + "--temperature 0.5 --parisi-x 0.566:0.85:200"),
        .init("two-plus-p", "diagram spherical-spin-glass --p 4"),
      ]),
    Reproduction(
      name: "phase-retrieval-errors",
      summary: "Every branch of the error of phase retrieval against the number of measurements, real and complex",
      source: .phaseRetrievalThresholds,
      panels: [
        .init("mmse-real", "replica phase-retrieval --alpha 0.4:1.3:400 --plot-y mmse"),
        .init("mmse-complex", "replica phase-retrieval --field complex --alpha 0.9:2.3:400 --plot-y mmse"),
        .init("mmse-small-noise", "replica phase-retrieval --noise 0.0002 --alpha 1.0:1.2:400 --plot-y mmse"),
      ]),
    Reproduction(
      name: "phase-retrieval-wedge",
      summary: "The hard phase of noisy phase retrieval with its critical point, framed and in the whole plane",
      source: .phaseRetrievalThresholds,
      panels: [
        .init("wedge", "diagram phase-retrieval"), .init("whole", "diagram phase-retrieval --of whole"),
      ]),
    Reproduction(
      name: "spectral-methods",
      summary: "What the largest eigenvector of a spectral method sees of the signal, for several weights",
      source: .spectralInitialization,
      panels: [
        .init(
          "overlap",
          "spectrum phase-retrieval --preprocessing optimal,mondelli-montanari --alpha 0.5:6:300 --plot-y outlier_overlap_squared"
        ),
        .init(
          "cuts",
          "spectrum phase-retrieval --preprocessing trimmed,subset --cut 2,7 --alpha 0.5:6:300 --plot-y outlier_overlap_squared"
        ),
        .init(
          "samples",
          "simulate phase-retrieval --algorithm spectral --preprocessing optimal,mondelli-montanari,subset:2,trimmed:7 --alpha 0.75,1,1.25,1.5,1.75,2,2.5,3,4,5 --size 1000 --samples 4 --plot-x alpha --plot-y overlap_squared,theory"
        ),
      ]),
    Reproduction(
      name: "hessian-spectra",
      summary:
        "Eigenvalues of sampled Hessians of phase retrieval at N = 1000 over the bulk's density, at a random start and at threshold states",
      source: .timeDependentHessian,
      panels: [
        ("initialization", "normalised:1", "12"), ("threshold", "normalised:0.1", "12"), ("threshold", "quartic", "40"),
      ].map { state, loss, alpha in
        .init(
          "\(state)-\(loss.prefix { $0 != ":" })",
          "simulate phase-retrieval --observable hessian-spectrum --state \(state) --loss \(loss) --alpha \(alpha) --size 1000 --samples 4 --bins 80 --fraction 0.8 --plot-x eigenvalue --plot-y density,bulk_density,outlier,outlier_limit,lower_edge_limit"
        )
      }),
    Reproduction(
      name: "complex-dynamics",
      summary:
        "Phase retrieval by gradient flow: which states trap it, and from how many measurements on they let it go",
      source: .complexDynamicsSimpleNeuralNetworks,
      panels: [
        .init("thresholds", "diagram phase-retrieval --of gradient-flow"),
        .init(
          "energies",
          "replica phase-retrieval --estimator erm --state threshold,ground-state,replica-symmetric,maximal-energy --alpha 3:20:18 --plot-y energy"
        ),
        .init(
          "signal-response",
          "replica phase-retrieval --estimator erm --state threshold,ground-state,replica-symmetric,maximal-energy --alpha 3:20:18 --plot-y signal_response"
        ),
        .init(
          "hessians",
          "hessian phase-retrieval --loss normalised:1 --state initialization,threshold --alpha 0.8:6:53 --plot-y lower_edge,outlier"
        ),
      ]),
    Reproduction(
      name: "topological-exploration",
      summary:
        "Critical points of phase retrieval: how many of each kind, at which overlaps and energies, and what their data look like",
      source: .topologicalExploration,
      panels: [
        .init(
          "complexity", "complexity phase-retrieval --points all,minima,strict-minima --overlap 0 --alpha 2:40:60:log"),
        .init("overlaps", "diagram phase-retrieval --of support"),
        .init("energies", "diagram phase-retrieval --of energies"),
        .init("law-of-minima", "hessian phase-retrieval --density --points minima --alpha 8 --grid 61"),
      ]),
    Reproduction(
      name: "langevin-threshold",
      summary:
        "Escape times above the Langevin (T = 1) and gradient-flow (T = 0) lines, their extrapolated divergence for two m0, and the lines (minutes)",
      source: .passedAndSpurious,
      panels: [0, 1].flatMap { temperature in
        ["1e-10", "1e-40"].map { overlap in
          .init(
            "divergence-T\(temperature)-m\(overlap)",
            matrixTensor
              + "--divergence --tolerance 1e-3 --temperature \(temperature) --initial-overlap \(overlap) --until-overlap 0.1 --plot-x inverse_delta2 --plot-y escape_time,fitted_time",
            isPrinted: true)
        }
      }),
    Reproduction(
      name: "both-sides-of-the-line",
      summary:
        "Overlap and energy of gradient flow against log t, on both sides of the gradient-flow line 1/delta2 = 2",
      source: .passedAndSpurious,
      panels: ["overlap", "energy"].flatMap { column in
        [
          .init(
            "above-the-line-\(column)",
            matrixTensor
              + "--delta2 0.25,0.35,0.45 --temperature 0 --initial-overlap 0.1 --time 0.1:12:60:log --plot-y \(column)"),
          .init(
            "below-the-line-\(column)",
            matrixTensor
              + "--delta2 0.6,0.8,1 --temperature 0 --initial-overlap 1e-3 --time 0.1:1e3:60:log --plot-y \(column)"),
        ]
      }),
    Reproduction(
      name: "aging",
      summary:
        "Aging of the 3-spin model below its dynamic temperature: correlation by lag, and response by correlation",
      source: .agingPSpin,
      panels: [("correlation", ""), ("fluctuation-dissipation", "--plot-x correlation --plot-y integrated_response")]
        .map {
          .init(
            $0.0,
            "dynamics spherical-spin-glass --mixture 3:0.5 --temperature 0.5 --waiting-time 1,10,100,1000 --lag 0.01:1e4:60:log --tolerance 1e-3 "
              + $0.1)
        }),
    Reproduction(
      name: "momentum",
      summary: "Gradient descent with and without momentum: faster, with the same threshold",
      source: .momentumDynamics,
      panels: [("above", "0.4"), ("below", "0.6")].map { side, noise in
        .init(
          "momentum-\(side)-the-line",
          matrixTensor
            + "--delta2 \(noise) --learning-rate 0.1 --momentum 0,0.5,0.8 --initial-overlap 0.01 --steps 250 --plot-x step --plot-y overlap"
        )
      }),
    Reproduction(
      name: "surfing-on-saddles",
      summary:
        "Gradient flow finds the signal where minima without overlap still abound: between the trivialization and gradient-flow lines",
      source: .passedAndSpurious,
      panels: [
        .init("lines", "diagram spiked-matrix-tensor --p 3 --deltap 0.5:2 --inverse-delta2 1.5:3.2"),
        .init(
          "overlap",
          matrixTensor
            + "--delta2 0.41,0.44,0.47 --temperature 0 --initial-overlap 0.1 --time 0.1:14:60:log --plot-y overlap"
        ),
        .init(
          "complexity",
          "complexity spiked-matrix-tensor --p 3 --deltap 1 --delta2 0.41,0.44,0.47 --points minima --overlap -0.3:0.9:300"
        ),
      ]),
    Reproduction(
      name: "langevin-and-message-passing",
      summary:
        "Langevin dynamics at T = 1 against message passing from the same overlap, above and below the Langevin line",
      source: .marvelsAndPitfalls,
      panels: [
        .init(
          "langevin",
          matrixTensor
            + "--delta2 0.4,0.6,0.8 --temperature 1 --initial-overlap 0.1 --time 0.1:14:60:log --plot-y overlap"
        ),
        .init(
          "message-passing",
          "replica spiked-matrix-tensor --p 3 --deltap 1 --delta2 0.4,0.6,0.8 --trajectory 40 --start 0.01 --plot-x iteration --plot-y overlap"
        ),
      ]),
  ]
}
