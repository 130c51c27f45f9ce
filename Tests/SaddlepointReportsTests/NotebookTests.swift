// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SaddlepointReports
import Testing

@Suite struct Notebooks {
  private func notebook(_ data: Notebook.Data) -> Notebook {
    Notebook(
      title: "Lines of \"x\"", text: ["A paragraph\nof two lines."], data: data, xColumn: "deltap",
      yColumn: "inverse_delta2", groupColumn: "line",
      x: FigureAxis(symbol: "\\Delta_p", isLogarithmic: true, range: 0.1...10), y: FigureAxis(symbol: "1/\\Delta_2"))
  }

  private func cells(_ notebook: Notebook) throws -> [[String: Any]] {
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(notebook.json.utf8)) as? [String: Any])
    #expect(object["nbformat"] as? Int == 4)
    #expect(object["nbformat_minor"] as? Int == 5)
    let metadata = try #require(object["metadata"] as? [String: [String: String]])
    #expect(metadata["kernelspec"]?["name"] == "python3")
    return try #require(object["cells"] as? [[String: Any]])
  }

  private func source(_ cell: [String: Any]) throws -> String {
    try #require(cell["source"] as? [String]).joined()
  }

  @Test func hasTheFieldsOfTheFormat() throws {
    let cells = try cells(notebook(.file("x.csv")))
    #expect(cells.count == 3)
    #expect(Set(cells.compactMap { $0["id"] as? String }).count == 3)
    for cell in cells {
      let id = try #require(cell["id"] as? String)
      #expect(id.wholeMatch(of: /[a-zA-Z0-9_-]{1,64}/) != nil)
      #expect(cell["metadata"] is [String: Any])
      if cell["cell_type"] as? String == "code" {
        #expect(cell["execution_count"] is NSNull)
        #expect((cell["outputs"] as? [Any])?.isEmpty == true)
      }
    }
    #expect(try source(cells[0]) == "# Lines of \"x\"\n\nA paragraph\nof two lines.")
    #expect(try source(cells[1]).contains("open(\"x.csv\""))
    let drawing = try source(cells[2])
    #expect(drawing.contains("set_xlabel(\"$\\\\Delta_p$\")"))
    #expect(drawing.contains("set_xscale(\"log\")"))
    #expect(drawing.contains("set_xlim(0.1, 10)"))
  }

  @Test func embedsDataThatPythonReadsBack() throws {
    let cells = try cells(notebook(.embedded("a,b\n1,\"x\\\"\"\"\"\"\n")))
    #expect(try source(cells[1]).contains("a,b\n1,\\\"x\\\\\\\"\\\"\\\"\\\"\\\"\n\"\"\""))
  }
}
