// SPDX-License-Identifier: GPL-3.0-or-later

import SaddlepointCore

/// The works that spectra rest on.
extension Citation {
  static let wigner = Citation(
    key: "Wigner1958Distribution", authors: "Wigner, Eugene P.",
    title: "On the Distribution of the Roots of Certain Symmetric Matrices", venue: "Annals of Mathematics 67, 325",
    year: 1958, arXiv: "")
  static let marchenkoPastur = Citation(
    key: "Marchenko1967Distribution", authors: "Marchenko, Vladimir A. and Pastur, Leonid A.",
    title: "Distribution of Eigenvalues for Some Sets of Random Matrices",
    venue: "Mathematics of the USSR-Sbornik 1, 457", year: 1967, arXiv: "")
  static let lowRankPerturbations = Citation(
    key: "BenaychGeorges2011Eigenvalues", authors: "Benaych-Georges, Florent and Nadakuditi, Raj Rao",
    title: "The Eigenvalues and Eigenvectors of Finite, Low Rank Perturbations of Large Random Matrices",
    venue: "Advances in Mathematics 227, 494", year: 2011, arXiv: "0910.2120")
  static let spikedCovariance = Citation(
    key: "Paul2007Asymptotics", authors: "Paul, Debashis",
    title: "Asymptotics of Sample Eigenstructure for a Large Dimensional Spiked Covariance Model",
    venue: "Statistica Sinica 17, 1617", year: 2007, arXiv: "")
  static let largestEigenvalue = Citation(
    key: "Maida2007Large", authors: "Ma{\\\"i}da, Myl{\\`e}ne",
    title: "Large Deviations for the Largest Eigenvalue of Rank One Deformations of {Gaussian} Ensembles",
    venue: "Electronic Journal of Probability 12, 1131", year: 2007, arXiv: "math/0609738")
  static let extremeEigenvalues = Citation(
    key: "Dean2006Large", authors: "Dean, David S. and Majumdar, Satya N.",
    title: "Large Deviations of Extreme Eigenvalues of Random Matrices",
    venue: "Physical Review Letters 97, 160201", year: 2006, arXiv: "cond-mat/0609651")
  static let silversteinChoi = Citation(
    key: "Silverstein1995Analysis", authors: "Silverstein, Jack W. and Choi, Sang-Il",
    title: "Analysis of the Limiting Spectral Distribution of Large Dimensional Random Matrices",
    venue: "Journal of Multivariate Analysis 54, 295", year: 1995, arXiv: "")
}
