// SPDX-License-Identifier: GPL-3.0-or-later

/// Draws figures with the program gnuplot, which runs as a process of its own.
public struct Gnuplot: Sendable {
  /// Folders in which the program is looked for, separated by colons; nil for the environment's `PATH`.
  private let searchPath: String?

  /// The program as it is found in the given folders.
  public init(searchPath: String? = nil) { self.searchPath = searchPath }

  /// Whether the program is there.
  public var isAvailable: Bool { executable != nil }

  private var executable: String? { findExecutable("gnuplot", in: searchPath ?? environmentValue("PATH") ?? "") }

  /// Draws a figure into a file, whose ending says how; `.gp` writes the script and needs no gnuplot.
  ///
  /// The file appears when the picture is complete; an older one stays as it was on any failure.
  ///
  /// - Throws: ``FigureError``; also when gnuplot merely warns, since its warnings mean missing or wrong parts.
  public func draw(_ figure: Figure, to path: String) throws(FigureError) {
    guard let format = FigureFormat(path: path) else { throw .unknownFormat(path: path) }
    guard format != .gp else { return try write(Array(figure.script(output: path).utf8), to: path) }
    guard let executable else { throw .gnuplotMissing }
    try write(try picture(of: figure, format: format, by: executable), to: path)
  }

  private func picture(of figure: Figure, format: FigureFormat, by executable: String) throws(FigureError) -> [UInt8] {
    let folder: TemporaryFolder
    do throws(OutputError) { folder = try TemporaryFolder() } catch { throw .output(error) }
    // The folder must live until everything in it has been read.
    defer { withExtendedLifetime(folder) {} }
    let (script, picture) = (folder.file("figure.gp"), folder.file("figure." + format.rawValue))
    try write(Array(figure.script(for: format, output: picture).utf8), to: script)
    // -d: no start-up files of the user, which could change the picture.
    let result = run(executable, ["-d", script], log: folder.file("log"))
    let complaints = result.text.split(separator: "\n").map { line in
      String(line.drop { $0.isWhitespace })
    }.filter(isComplaint)
    guard result.succeeded, complaints.isEmpty else {
      throw .gnuplotFailed(complaints.isEmpty ? result.ending : complaints.joined(separator: "; "))
    }
    do throws(InputError) { return try readBytes(picture) } catch { throw .gnuplotFailed("it wrote no picture") }
  }

  private func write(_ bytes: [UInt8], to path: String) throws(FigureError) {
    do throws(OutputError) { try OutputFile.write(bytes, to: path) } catch { throw .output(error) }
  }
}

/// Whether a line of gnuplot's messages speaks of the picture: not about font caches, and not about the sign of degrees,
/// which it misses where the system lacks a UTF-8 locale.
private func isComplaint(_ line: String) -> Bool {
  !line.isEmpty && line != "^" && !line.hasPrefix("Fontconfig") && !line.contains("degree sign")
}
