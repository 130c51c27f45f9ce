// SPDX-License-Identifier: GPL-3.0-or-later

import FiniteSize
import KacRice
import LandscapeDynamics
import LandscapeModels
import RandomMatrixTheory
import ReplicaMethod
public import SaddlepointCore

/// A line without the type of its model, for tables, help and search by name.
public struct CatalogueLine: Sendable {
  /// Name, unknowns, columns, evidence, source.
  public let declaration: LineDeclaration
  /// The question that the line answers when it is solved for one of its unknowns.
  public let question: @Sendable (Quantity) -> Question

  init<Model: CardedModel>(_ line: Line<Model>) {
    declaration = line.declaration
    question = { line.question(for: $0, card: Model.card) }
  }
}

/// What can be asked about a model.
public struct CatalogueEntry: Sendable {
  /// The model's declaration.
  public let card: ModelCard
  /// Its questions.
  public let questions: [Question]
  /// Its threshold lines.
  public let lines: [CatalogueLine]
  /// Its diagrams; the first is the default.
  public let diagrams: [DiagramDeclaration]
  /// Identities that must hold.
  public let identities: [Identity]
}

/// Which questions, lines, diagrams and identities each model has: the only list.
///
/// Command, help and guides loop over it.
public enum Catalogue {
  /// The lines of the plane of both noises, drawn together.
  static let spikedMatrixTensorLines: [Line<SpikedMatrixTensor>] = [
    .weakRecovery, .algorithmic, .informationTheoretic, .informedSpinodal, .critical, .mlAMP, .langevin, .gradientFlow,
    .equatorTrivialization, .trivialization, .signalMinimum,
  ]

  private static let spinGlassLines: [Line<SphericalSpinGlass>] =
    [
      .groundState, .thresholdEnergy, .index, .marginalRange, .gradientFlow, .equatorTrivialization, .trivialization,
      .signalMinimum, .overlapEnds,
      .`static`, .dynamic, .deAlmeidaThouless, .outerInstability, .gardner, .continuousBreakdown,
    ]

  static let spikedTensorLines: [Line<SpikedTensor>] = [
    .weakRecovery, .algorithmic, .informationTheoretic, .informedSpinodal, .signalMinimum, .overlapEnds,
  ]

  static let spikedWignerLines: [Line<SpikedWigner>] = [
    .weakRecovery, .algorithmic, .informationTheoretic, .informedSpinodal, .critical,
  ]

  static let spikedWishartLines: [Line<SpikedWishart>] = [
    .weakRecovery, .algorithmic, .informationTheoretic, .informedSpinodal,
  ]

  private static let riskLines: [Line<PhaseRetrieval>] = [
    .minimaBBP, .strictMinimaVanish, .overlapEnds, .energyEnds, .gradientFlow, .initializationBBP,
  ]

  /// The lines of Bayes-optimal phase retrieval.
  static let phaseRetrievalLines: [Line<PhaseRetrieval>] = [
    .weakRecovery, .informationTheoretic, .fullRecovery, .algorithmic, .informedSpinodal, .critical, .spectral,
  ]

  static let generalizedLinearLines: [Line<GeneralizedLinear>] = [
    .weakRecovery, .informationTheoretic, .fullRecovery, .algorithmic, .informedSpinodal, .critical,
  ]

  /// Every model, in the order of listings.
  public static let models: [CatalogueEntry] = [
    CatalogueEntry(
      card: SpikedMatrixTensor.card,
      questions: [
        SpikedMatrixTensor.replicaQuestion, SpikedMatrixTensor.trajectoryQuestion, SpikedMatrixTensor.potentialQuestion,
        SpikedMatrixTensor.phaseQuestion, SpikedMatrixTensor.complexityQuestion, SpikedMatrixTensor.quenchedQuestion,
        SpikedMatrixTensor.exactNumberQuestion, SpikedMatrixTensor.hessianQuestion,
      ] + DynamicsQuestions.spikedMatrixTensor + FiniteSizeQuestions.spikedMatrixTensor
        + SampledDynamicsQuestions.spikedMatrixTensor
        + AlgorithmQuestions.spikedMatrixTensor,
      lines: (spikedMatrixTensorLines + [.mlSpinodal, .overlapEnds]).map(CatalogueLine.init),
      diagrams: [
        SpikedMatrixTensor.phaseDiagram, SpikedMatrixTensor.complexityDiagram, SpikedMatrixTensor.supportDiagram,
      ],
      identities: SpikedMatrixTensor.identities + SpikedMatrixTensor.dynamicsIdentities
        + SpikedMatrixTensor.simulations),
    CatalogueEntry(
      card: SpikedTensor.card,
      questions: [
        SpikedTensor.replicaQuestion, SpikedTensor.trajectoryQuestion, SpikedTensor.potentialQuestion,
        SpikedTensor.phaseQuestion, SpikedTensor.complexityQuestion, SpikedTensor.quenchedQuestion,
        SpikedTensor.exactNumberQuestion,
        SpikedTensor.hessianQuestion,
      ] + DynamicsQuestions.spikedTensor + FiniteSizeQuestions.spikedTensor + SampledDynamicsQuestions.spikedTensor
        + AlgorithmQuestions.spikedTensor,
      lines: spikedTensorLines.map(CatalogueLine.init),
      diagrams: [SpikedTensor.complexityDiagram, SpikedTensor.supportDiagram],
      identities: SpikedTensor.identities + SpikedTensor.priorIdentities + SpikedTensor.simulations),
    CatalogueEntry(
      card: SpikedWigner.card,
      questions: [
        SpikedWigner.replicaQuestion, SpikedWigner.trajectoryQuestion, SpikedWigner.potentialQuestion,
        SpikedWigner.phaseQuestion,
      ] + AlgorithmQuestions.spikedWigner,
      lines: spikedWignerLines.map(CatalogueLine.init), diagrams: [SpikedWigner.phaseDiagram],
      identities: SpikedWigner.identities + SpikedWigner.simulations),
    CatalogueEntry(
      card: SpikedWishart.card,
      questions: [
        SpikedWishart.replicaQuestion, SpikedWishart.trajectoryQuestion, SpikedWishart.potentialQuestion,
        SpikedWishart.phaseQuestion,
      ] + AlgorithmQuestions.spikedWishart,
      lines: spikedWishartLines.map(CatalogueLine.init), diagrams: [],
      identities: SpikedWishart.identities + SpikedWishart.simulations),
    CatalogueEntry(
      card: SphericalSpinGlass.card,
      questions: [
        SphericalSpinGlass.replicaQuestion, SphericalSpinGlass.complexityQuestion, SphericalSpinGlass.quenchedQuestion,
        SphericalSpinGlass.exactNumberQuestion, SphericalSpinGlass.hessianQuestion,
      ] + DynamicsQuestions.sphericalSpinGlass + FiniteSizeQuestions.sphericalSpinGlass
        + SampledDynamicsQuestions.sphericalSpinGlass,
      lines: spinGlassLines.map(CatalogueLine.init),
      diagrams: [
        SphericalSpinGlass.phaseDiagram, SphericalSpinGlass.complexityDiagram, SphericalSpinGlass.supportDiagram,
      ],
      identities: SphericalSpinGlass.identities + SphericalSpinGlass.dynamicsIdentities
        + SphericalSpinGlass.simulations),
    CatalogueEntry(
      card: PhaseRetrieval.card,
      questions: [
        PhaseRetrieval.replicaQuestion, PhaseRetrieval.riskStateQuestion, PhaseRetrieval.potentialQuestion,
        PhaseRetrieval.phaseQuestion, PhaseRetrieval.complexityQuestion, PhaseRetrieval.ridgeQuestion,
        PhaseRetrieval.hessianQuestion,
        PhaseRetrieval.densityQuestion, PhaseRetrieval.stateHessianQuestion, PhaseRetrieval.spectrumQuestion,
        PhaseRetrieval.spectrumAtQuestion,
      ] + RiskSimulationQuestions.phaseRetrieval + AlgorithmQuestions.phaseRetrieval,
      lines: (phaseRetrievalLines + riskLines).map(CatalogueLine.init),
      diagrams: [
        PhaseRetrieval.wedgeDiagram, PhaseRetrieval.wholeDiagram, PhaseRetrieval.gradientFlowDiagram,
        PhaseRetrieval.supportDiagram, PhaseRetrieval.energiesDiagram,
      ],
      identities: PhaseRetrieval.identities + PhaseRetrieval.bayesIdentities + PhaseRetrieval.simulations),
    CatalogueEntry(
      card: GeneralizedLinear.card,
      questions: [
        GeneralizedLinear.replicaQuestion, GeneralizedLinear.potentialQuestion, GeneralizedLinear.phaseQuestion,
      ] + AlgorithmQuestions.generalizedLinear, lines: generalizedLinearLines.map(CatalogueLine.init), diagrams: [],
      identities: GeneralizedLinear.identities),
    CatalogueEntry(
      card: SemicircleLaw.card,
      questions: [
        SemicircleLaw.spectrumEdges, SemicircleLaw.spectrumSpike, SemicircleLaw.spectrumRate, SemicircleLaw.spectrumAt,
      ], lines: [],
      diagrams: [], identities: []),
    CatalogueEntry(
      card: MarchenkoPasturLaw.card,
      questions: [MarchenkoPasturLaw.spectrumEdges, MarchenkoPasturLaw.spectrumSpike, MarchenkoPasturLaw.spectrumAt],
      lines: [], diagrams: [], identities: []),
    CatalogueEntry(
      card: WeightedCovariance.card, questions: [WeightedCovariance.spectrumBands, WeightedCovariance.spectrumAt],
      lines: [], diagrams: [], identities: []),
  ]
}

/// An equation between independent routes to the same number, for `check`.
public struct Identity: Sendable {
  /// What must agree.
  public let name: String
  /// The largest discrepancy that rounding explains, or for simulations chance.
  public let bound: Double
  /// Whether it simulates, so that `check` leaves it out unless asked; its discrepancy is in standard errors.
  public let isSlow: Bool
  /// The largest discrepancy found.
  public let discrepancy: @Sendable () throws -> Double

  init(_ name: String, bound: Double, isSlow: Bool = false, discrepancy: @escaping @Sendable () throws -> Double) {
    self.name = name
    self.bound = bound
    self.isSlow = isSlow
    self.discrepancy = discrepancy
  }
}
