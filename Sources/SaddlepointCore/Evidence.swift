// SPDX-License-Identifier: GPL-3.0-or-later

/// What a formula rests on.
public enum Evidence: String, Sendable, Hashable, CaseIterable {
  /// Proven, at least in part of the domain; the declaration's source says where.
  case theorem
  /// The replica or cavity method, checked but not proven here.
  case replica
  /// An annealed average: exact for mean numbers, a bound for typical ones.
  case annealed
  /// A physical argument whose conclusion has been compared with experiments.
  case heuristic
  /// Means over sampled instances, with no theory beside them.
  case simulation
}

/// A work that a formula comes from.
public struct Citation: Sendable, Hashable {
  /// BibTeX key.
  public let key: String
  /// Authors, in BibTeX form ("Family, Given and ...").
  public let authors: String
  /// Title.
  public let title: String
  /// Journal or proceedings with volume and pages; empty for preprints.
  public let venue: String
  /// Year of publication.
  public let year: Int
  /// arXiv identifier; empty if there is none.
  public let arXiv: String

  /// A citation.
  public init(key: String, authors: String, title: String, venue: String, year: Int, arXiv: String) {
    self.key = key
    self.authors = authors
    self.title = title
    self.venue = venue
    self.year = year
    self.arXiv = arXiv
  }

  /// A short reference for captions and help: `arXiv:1907.08226`, or key and year.
  public var short: String { arXiv.isEmpty ? "\(key) (\(year))" : "arXiv:\(arXiv)" }

  /// A BibTeX entry.
  public var bibTeX: String {
    var fields = [("author", authors), ("title", "{\(title)}")]
    if !venue.isEmpty { fields.append(("journal", venue)) }
    fields.append(("year", String(year)))
    if !arXiv.isEmpty { fields += [("eprint", arXiv), ("archivePrefix", "arXiv")] }
    return "@article{\(key),\n" + fields.map { "  \($0.0) = {\($0.1)}" }.joined(separator: ",\n") + "\n}"
  }
}
