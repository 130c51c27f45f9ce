// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Saddlepoint
import Testing

@Suite struct HelpTests {
  private static let commands = [
    "models", "explain", "phase", "replica", "potential", "threshold", "diagram", "reproduce", "check",
  ]

  private static let pages: [String] = {
    var pages = commands.map { $0 + " --help" }
    for entry in Catalogue.models {
      pages += entry.questions.map { "\($0.invocation(of: entry.card.name)) --help" }
      pages += entry.lines.map { "threshold \(entry.card.name) \($0.declaration.name) --help" }
      if !entry.lines.isEmpty { pages.append("threshold \(entry.card.name) --help") }
      if !entry.diagrams.isEmpty { pages.append("diagram \(entry.card.name) --help") }
    }
    return pages
  }()

  /// Every help text has an example, and the example runs.
  @Test(arguments: pages) func helpHasAnExampleThatRuns(words: String) throws {
    let help = try Command.run(words)
    #expect(help.code == 0 && help.errors.isEmpty)
    guard let index = help.lines.firstIndex(of: "Example") else {
      #expect(words == "threshold spiked-matrix-tensor --help", "\(words) has no example")
      return
    }
    let scratch = try Scratch()
    let example = help.lines[index + 1].trimmingCharacters(in: .whitespaces)
    #expect(example.hasPrefix("saddlepoint "))
    let outcome = try Command.run(String(example.dropFirst("saddlepoint ".count)), in: scratch.url)
    #expect(outcome.code == 0 || outcome.code == 69, "\(example): \(outcome.errors)")
  }

  @Test func overview() throws {
    let help = try Command.run("--help")
    #expect(help.code == 0)
    for command in Self.commands { #expect(help.output.contains(command)) }
    #expect(try Command.run("").output == help.output)
    #expect(try Command.run("help threshold").output == Command.run("threshold --help").output)
    #expect(try Command.run("--version").output == "saddlepoint 0.1.0\n")
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completionScripts(shell: String) throws {
    let script = try Command.run("--generate-completion-script \(shell)")
    #expect(script.code == 0 && script.output.contains("threshold"))
  }

  @Test func modelsAndExplanations() throws {
    let list = try Command.run("models").output
    for entry in Catalogue.models {
      #expect(list.contains(entry.card.name))
      let page = try Command.run("models \(entry.card.name)").output
      for parameter in entry.card.parameters {
        #expect(page.contains("--" + parameter.quantity.name.replacingOccurrences(of: "_", with: "-")))
      }
      for subject in entry.lines.map(\.declaration.name) + entry.questions.map(\.name) {
        let text = try Command.run("explain \(entry.card.name) \(subject)").output
        for part in ["Formula", "Domain", "Evidence class", "Sources", "@article{"] {
          #expect(text.contains(part), "\(subject)")
        }
      }
    }
    let json = try Command.run("explain spiked-matrix-tensor langevin --format json").json()
    #expect(json["evidence"] as? String == "heuristic")
    #expect((json["bibtex"] as? [String])?.isEmpty == false)
    #expect(try Command.run("models --format json").json()["models"] is [[String: Any]])
  }

  @Test func checksHold() throws {
    // Every identity is a test of its own.
    let outcome = try Command.run("check spiked-matrix-tensor --format csv")
    #expect(outcome.code == 0, "\(outcome.output)")
    #expect(outcome.lines.count > 10 && !outcome.output.contains("violated"))
  }
}
