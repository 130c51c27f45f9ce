// SPDX-License-Identifier: GPL-3.0-or-later

/// A Jupyter notebook (nbformat 4.5) that redraws curves from a table with Python's `csv` and Matplotlib.
public struct Notebook: Sendable, Hashable {
  /// Where the notebook has its rows from.
  public enum Data: Sendable, Hashable {
    /// A CSV file, by its name as seen from the notebook's folder.
    case file(String)
    /// CSV text inside the notebook, which then needs no other file.
    case embedded(String)
  }

  /// The heading.
  public var title: String
  /// Paragraphs below the heading, in Markdown.
  public var text: [String]
  /// The rows.
  public var data: Data
  /// Column on the horizontal axis.
  public var xColumn: String
  /// Column on the vertical axis.
  public var yColumn: String
  /// Column whose values tell curves apart; nil for a single curve.
  public var groupColumn: String?
  /// Column that numbers the pieces of a curve, which are not joined; nil for connected curves.
  public var pieceColumn: String?
  /// Column that is shown by colour over the other two, whose values are a grid; nil for curves.
  public var valueColumn: String?
  /// Label, scale and window of the horizontal axis.
  public var x: FigureAxis
  /// Label, scale and window of the vertical axis.
  public var y: FigureAxis

  /// A notebook.
  public init(
    title: String, text: [String] = [], data: Data, xColumn: String, yColumn: String, groupColumn: String? = nil,
    pieceColumn: String? = nil, valueColumn: String? = nil, x: FigureAxis, y: FigureAxis
  ) {
    self.title = title
    self.text = text
    self.data = data
    self.xColumn = xColumn
    self.yColumn = yColumn
    self.groupColumn = groupColumn
    self.pieceColumn = pieceColumn
    self.valueColumn = valueColumn
    self.x = x
    self.y = y
  }

  /// The notebook as the text of an `.ipynb` file.
  public var json: String {
    let document: JSONValue = [
      "cells": [
        markdown("title", (["# " + title] + text).joined(separator: "\n\n")), code("data", reading),
        code("figure", drawing),
      ],
      "metadata": [
        "kernelspec": ["display_name": "Python 3", "language": "python", "name": "python3"],
        "language_info": ["name": "python"],
      ],
      "nbformat": .integer(4), "nbformat_minor": .integer(5),
    ]
    return document.indentedText
  }

  private func markdown(_ id: String, _ text: String) -> JSONValue {
    ["cell_type": "markdown", "id": .string(id), "metadata": .object([]), "source": lines(text)]
  }

  private func code(_ id: String, _ text: String) -> JSONValue {
    [
      "cell_type": "code", "execution_count": .null, "id": .string(id), "metadata": .object([]), "outputs": .array([]),
      "source": lines(text),
    ]
  }

  /// A text as the list of its lines, each with its line break.
  private func lines(_ text: String) -> JSONValue {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return .array(
      lines.enumerated().map { index, line in .string(line + (index < lines.count - 1 ? "\n" : "")) })
  }

  private var reading: String {
    switch data {
    case .file(let name):
      """
      import csv

      with open(\(python(name)), newline="", encoding="utf-8") as file:
          rows = list(csv.DictReader(file))
      """
    case .embedded(let table):
      """
      import csv
      import io

      table = \"\"\"\\
      \(table.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"\"\"
      rows = list(csv.DictReader(io.StringIO(table)))
      """
    }
  }

  private var drawing: String {
    var code = """
      import matplotlib.pyplot as plt

      def number(text):
          return float(text) if text else float("nan")  # an empty field has no value


      """
    code += valueColumn.map(map) ?? curves
    code += """
      axes.set_xlabel(\(python(x.label)))
      axes.set_ylabel(\(python(y.label)))

      """
    for (name, axis) in [("x", x), ("y", y)] {
      if axis.isLogarithmic { code += "axes.set_\(name)scale(\"log\")\n" }
      if let range = axis.range {
        code += "axes.set_\(name)lim(\(plainNumber(range.lowerBound)), \(plainNumber(range.upperBound)))\n"
      }
    }
    if groupColumn != nil { code += "figure.legend(loc=\"outside upper center\", ncols=2, fontsize=7)\n" }
    return code + "plt.show()"
  }

  private let newFigure =
    "figure, axes = plt.subplots(figsize=(8.6 / 2.54, 7.5 / 2.54), dpi=200, layout=\"constrained\")\n"

  private var curves: String {
    """
    curves = {}
    for row in rows:
        pieces = curves.setdefault(\(key(groupColumn)), {})
        x, y = pieces.setdefault(\(key(pieceColumn)), ([], []))
        x.append(number(row[\(python(xColumn))]))
        y.append(number(row[\(python(yColumn))]))

    \(newFigure)\
    styles = ["-", "--", ":", "-.", (0, (8, 2)), (0, (5, 2, 1, 2, 1, 2))]
    for index, (name, pieces) in enumerate(curves.items()):
        label = name
        for x, y in pieces.values():
            style = dict(linestyle=styles[index % len(styles)], linewidth=1) if len(x) > 1 else dict(marker="o", markersize=3, linestyle="")
            axes.plot(x, y, color=f"C{index % 10}", label=label, **style)
            label = None  # one entry in the legend for all pieces

    """
  }

  private func map(of value: String) -> String {
    """
    x, y = (sorted({number(row[name]) for row in rows}) for name in (\(python(xColumn)), \(python(yColumn))))
    values = {(number(row[\(python(xColumn))]), number(row[\(python(yColumn))])): number(row[\(python(value))]) for row in rows}

    \(newFigure)\
    mesh = axes.pcolormesh(x, y, [[values[a, b] for a in x] for b in y], shading="nearest")
    figure.colorbar(mesh, label=\(python(value)))

    """
  }

  /// The Python expression for the entry of a row that a column holds.
  private func key(_ column: String?) -> String { column.map { "row[\(python($0))]" } ?? "\"\"" }

  /// A Python string literal: JSON's escapes mean the same there.
  private func python(_ text: String) -> String { JSONValue.string(text).text }
}
