// SPDX-License-Identifier: GPL-3.0-or-later

/// The kinds of file that a figure is written to.
public enum FigureFormat: String, Sendable, Hashable, CaseIterable {
  /// Scalable picture for the web.
  case svg
  /// Scalable picture for papers, fonts embedded.
  case pdf
  /// Picture of 300 dots per inch.
  case png
  /// The script that draws the picture, with its data, to be edited and run by hand.
  case gp

  /// The format that the ending of a file name asks for, in any case, or nil.
  public init?(path: String) { self.init(rawValue: fileEnding(of: path)) }
}

/// Why a figure was not drawn.
public enum FigureError: Error, Hashable, CustomStringConvertible {
  /// The program that draws is not installed (exit code 69).
  case gnuplotMissing
  /// The program that draws ended with an error or complained; what it said.
  case gnuplotFailed(String)
  /// The picture could not be written.
  case output(OutputError)
  /// The ending of the file's name is none of `.svg .pdf .png .gp`.
  case unknownFormat(path: String)

  /// One line for a person.
  public var description: String {
    switch self {
    case .gnuplotMissing:
      "pictures need gnuplot, which was not found: install the package gnuplot-nox (apt) or gnuplot (brew)"
    case .gnuplotFailed(let text): "gnuplot could not draw the figure: \(text)"
    case .output(let error): error.description
    case .unknownFormat(let path): "\(path): a figure's name ends in .svg, .pdf, .png or .gp"
    }
  }
}
