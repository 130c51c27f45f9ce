// SPDX-License-Identifier: GPL-3.0-or-later

public import SaddlepointCore

/// The works that models, lines and questions rest on.
extension Citation {
  /// Langevin dynamics of the spiked matrix-tensor model; the Bayes-optimal phase diagram.
  public static let marvelsAndPitfalls = Citation(
    key: "SaraoMannelli2020Marvels",
    authors:
      "Sarao Mannelli, Stefano and Biroli, Giulio and Cammarota, Chiara and Krzakala, Florent and Urbani, Pierfrancesco and Zdeborov{\\'a}, Lenka",
    title: "Marvels and Pitfalls of the Langevin Algorithm in Noisy High-Dimensional Inference",
    venue: "Physical Review X 10, 011057", year: 2020, arXiv: "1812.09066")

  /// Kac-Rice complexity, maximum-likelihood message passing and gradient flow of the spiked matrix-tensor model.
  public static let passedAndSpurious = Citation(
    key: "SaraoMannelli2019Passed",
    authors: "Sarao Mannelli, Stefano and Krzakala, Florent and Urbani, Pierfrancesco and Zdeborov{\\'a}, Lenka",
    title: "Passed and Spurious: Descent Algorithms and Local Minima in Spiked Matrix-Tensor Models",
    venue: "Proceedings of the 36th International Conference on Machine Learning, PMLR 97", year: 2019,
    arXiv: "1902.00139")

  /// The gradient-flow threshold from the Hessian of marginal states.
  public static let bigBadMinima = Citation(
    key: "SaraoMannelli2019Afraid",
    authors:
      "Sarao Mannelli, Stefano and Biroli, Giulio and Cammarota, Chiara and Krzakala, Florent and Zdeborov{\\'a}, Lenka",
    title: "Who is Afraid of Big Bad Minima? Analysis of Gradient-Flow in Spiked Matrix-Tensor Models",
    venue: "Advances in Neural Information Processing Systems 32", year: 2019, arXiv: "1907.08226")

  /// Statistical and computational thresholds of spiked tensors with any prior.
  public static let spikedTensorEstimation = Citation(
    key: "Lesieur2017Tensor",
    authors:
      "Lesieur, Thibault and Miolane, L{\\'e}o and Lelarge, Marc and Krzakala, Florent and Zdeborov{\\'a}, Lenka",
    title: "Statistical and Computational Phase Transitions in Spiked Tensor Estimation",
    venue: "IEEE International Symposium on Information Theory", year: 2017, arXiv: "1701.08010")

  /// The spiked tensor model.
  public static let tensorPCA = Citation(
    key: "Richard2014Tensor", authors: "Richard, Emile and Montanari, Andrea",
    title: "A Statistical Model for Tensor {PCA}", venue: "Advances in Neural Information Processing Systems 27",
    year: 2014, arXiv: "1411.1076")

  /// Spherical 2+p spin glasses.
  public static let sphericalTwoPlusP = Citation(
    key: "Crisanti2006Spherical", authors: "Crisanti, Andrea and Leuzzi, Luca",
    title: "Spherical 2+p Spin-Glass Model: An Analytically Solvable Model with a Glass-to-Glass Transition",
    venue: "Physical Review B 73, 014412", year: 2006, arXiv: "")

  /// Statics of the spherical p-spin model.
  public static let sphericalStatics = Citation(
    key: "Crisanti1992Statics", authors: "Crisanti, Andrea and Sommers, Hans-J{\\\"u}rgen",
    title: "The Spherical p-Spin Interaction Spin Glass Model: The Statics",
    venue: "Zeitschrift f{\\\"u}r Physik B 87, 341", year: 1992, arXiv: "")

  /// Free energy of spherical models, proven, with the condition that tells the right Parisi function.
  public static let sphericalFreeEnergy = Citation(
    key: "Talagrand2006Free", authors: "Talagrand, Michel",
    title: "Free Energy of the Spherical Mean Field Model",
    venue: "Probability Theory and Related Fields 134, 339", year: 2006, arXiv: "")

  /// State evolution of message passing, proven.
  public static let stateEvolution = Citation(
    key: "Bayati2011Dynamics", authors: "Bayati, Mohsen and Montanari, Andrea",
    title: "The Dynamics of Message Passing on Dense Graphs, with Applications to Compressed Sensing",
    venue: "IEEE Transactions on Information Theory 57, 764", year: 2011, arXiv: "1001.3448")

  /// The mean number of critical points of spherical spin glasses by index.
  public static let randomMatricesAndComplexity = Citation(
    key: "Auffinger2013Random",
    authors: "Auffinger, Antonio and Ben Arous, G{\\'e}rard and {\\v{C}}ern{\\'y}, Ji{\\v{r}}{\\'i}",
    title: "Random Matrices and Complexity of Spin Glasses",
    venue: "Communications on Pure and Applied Mathematics 66, 165", year: 2013, arXiv: "1003.1129")

  /// The landscape of the spiked tensor model.
  public static let spikedTensorLandscape = Citation(
    key: "BenArous2019Landscape",
    authors: "Ben Arous, G{\\'e}rard and Mei, Song and Montanari, Andrea and Nica, Mihai",
    title: "The Landscape of the Spiked Tensor Model",
    venue: "Communications on Pure and Applied Mathematics 72, 2282", year: 2019, arXiv: "1711.05424")

  /// Quenched complexity with a signal by the replicated Kac-Rice formula.
  public static let complexEnergyLandscapes = Citation(
    key: "Ros2019Complex",
    authors: "Ros, Valentina and Ben Arous, G{\\'e}rard and Biroli, Giulio and Cammarota, Chiara",
    title:
      "Complex Energy Landscapes in Spiked-Tensor and Simple Glassy Models: Ruggedness, Arrangements of Local Minima, and Phase Transitions",
    venue: "Physical Review X 9, 011003", year: 2019, arXiv: "1804.02686")

  /// Low-rank matrix estimation with any prior: message passing, state evolution, phase transitions.
  public static let lowRankMatrices = Citation(
    key: "Lesieur2017Constrained", authors: "Lesieur, Thibault and Krzakala, Florent and Zdeborov{\\'a}, Lenka",
    title: "Constrained Low-Rank Matrix Estimation: Phase Transitions, Approximate Message Passing and Applications",
    venue: "Journal of Statistical Mechanics: Theory and Experiment 073403", year: 2017, arXiv: "1701.00858")

  /// The replica formula of symmetric rank-one matrices, proven.
  public static let mutualInformationOfLowRank = Citation(
    key: "Barbier2016Mutual",
    authors:
      "Barbier, Jean and Dia, Mohamad and Macris, Nicolas and Krzakala, Florent and Lesieur, Thibault and Zdeborov{\\'a}, Lenka",
    title: "Mutual Information for Symmetric Rank-One Matrix Estimation: A Proof of the Replica Formula",
    venue: "Advances in Neural Information Processing Systems 29", year: 2016, arXiv: "1606.04142")

  /// The replica formula of symmetric and rectangular low-rank matrices, proven for every prior.
  public static let lowRankFundamentalLimits = Citation(
    key: "Lelarge2019Fundamental", authors: "Lelarge, Marc and Miolane, L{\\'e}o",
    title: "Fundamental Limits of Symmetric Low-Rank Matrix Estimation",
    venue: "Probability Theory and Related Fields 173, 859", year: 2019, arXiv: "1611.03888")

  /// The largest eigenvalue of a spiked covariance matrix.
  public static let spikedEigenvalues = Citation(
    key: "Baik2005Phase", authors: "Baik, Jinho and Ben Arous, G{\\'e}rard and P{\\'e}ch{\\'e}, Sandrine",
    title: "Phase Transition of the Largest Eigenvalue for Nonnull Complex Sample Covariance Matrices",
    venue: "Annals of Probability 33, 1643", year: 2005, arXiv: "math/0403022")

  /// The Kac-Rice formula of empirical risks as a variational problem over laws.
  public static let landscapeGeneralizedLinear = Citation(
    key: "Maillard2020Landscape",
    authors: "Maillard, Antoine and Ben Arous, G{\\'e}rard and Biroli, Giulio",
    title: "Landscape Complexity for the Empirical Risk of Generalized Linear Models",
    venue: "Mathematical and Scientific Machine Learning, PMLR 107", year: 2020, arXiv: "1912.02143")

  /// The reduction to scalars and its use for phase retrieval.
  public static let topologicalExploration = Citation(
    key: "Maillard2026Topological", authors: "Maillard, Antoine and Bonnaire, Tony and Biroli, Giulio",
    title:
      "Topological Exploration of High-Dimensional Empirical Risk Landscapes: General Approach, and Applications to Phase Retrieval",
    venue: "", year: 2026, arXiv: "2602.17779")

  /// The loss normalised by the label.
  public static let timeDependentHessian = Citation(
    key: "Bonnaire2024Zero", authors: "Bonnaire, Tony and Biroli, Giulio and Cammarota, Chiara",
    title: "The Role of the Time-Dependent Hessian in High-Dimensional Optimization", venue: "", year: 2024,
    arXiv: "2403.02418")

  /// The transition of the signal's direction at spurious states of phase retrieval.
  public static let complexDynamicsSimpleNeuralNetworks = Citation(
    key: "SaraoMannelli2020Complex",
    authors:
      "Sarao Mannelli, Stefano and Biroli, Giulio and Cammarota, Chiara and Krzakala, Florent and Urbani, Pierfrancesco and Zdeborov{\\'a}, Lenka",
    title: "Complex Dynamics in Simple Neural Networks: Understanding Gradient Flow in Phase Retrieval",
    venue: "Advances in Neural Information Processing Systems 33", year: 2020, arXiv: "2006.06997")

  /// Bayes-optimal errors of generalized linear models, proven.
  public static let optimalGeneralizedLinear = Citation(
    key: "Barbier2019Optimal",
    authors:
      "Barbier, Jean and Krzakala, Florent and Macris, Nicolas and Miolane, L{\\'e}o and Zdeborov{\\'a}, Lenka",
    title: "Optimal Errors and Phase Transitions in High-Dimensional Generalized Linear Models",
    venue: "Proceedings of the National Academy of Sciences 116, 5451", year: 2019, arXiv: "1708.03395")

  /// Weak recovery and optimal spectral preprocessing of phase retrieval.
  public static let weakRecoverySpectral = Citation(
    key: "Mondelli2019Fundamental", authors: "Mondelli, Marco and Montanari, Andrea",
    title: "Fundamental Limits of Weak Recovery with Applications to Phase Retrieval",
    venue: "Foundations of Computational Mathematics 19, 703", year: 2019, arXiv: "1708.05932")

  /// The phase transition of spectral initialisation.
  public static let spectralInitialization = Citation(
    key: "Lu2020Phase", authors: "Lu, Yue M. and Li, Gen",
    title: "Phase Transitions of Spectral Initialization for High-Dimensional Non-Convex Estimation",
    venue: "Information and Inference 9, 507", year: 2020, arXiv: "1702.06435")

  /// The preprocessing of largest overlap.
  public static let optimalSpectral = Citation(
    key: "Luo2019Optimal", authors: "Luo, Wangyu and Alghamdi, Wael and Lu, Yue M.",
    title: "Optimal Spectral Initialization for Signal Recovery with Applications to Phase Retrieval",
    venue: "IEEE Transactions on Signal Processing 67, 2347", year: 2019, arXiv: "1811.04420")

  /// Real and complex phase retrieval: thresholds of every kind.
  public static let phaseRetrievalThresholds = Citation(
    key: "Maillard2020Phase",
    authors: "Maillard, Antoine and Loureiro, Bruno and Krzakala, Florent and Zdeborov{\\'a}, Lenka",
    title: "Phase Retrieval in High Dimensions: Statistical and Computational Phase Transitions",
    venue: "Advances in Neural Information Processing Systems 33", year: 2020, arXiv: "2006.05228")

  /// Spectral methods from the Hessian of the TAP free energy.
  public static let spectralConstruction = Citation(
    key: "Maillard2022Construction",
    authors: "Maillard, Antoine and Krzakala, Florent and Lu, Yue M. and Zdeborov{\\'a}, Lenka",
    title: "Construction of Optimal Spectral Methods in Phase Retrieval",
    venue: "Mathematical and Scientific Machine Learning, PMLR 145", year: 2022, arXiv: "2012.04524")
}
