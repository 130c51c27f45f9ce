// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

/// `saddlepoint`: the commands and what they are for.
struct Root: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "saddlepoint",
    abstract: "How many stationary points, which thresholds, who finds the signal: high-dimensional random landscapes.",
    usage: "saddlepoint COMMAND MODEL [LINE] [--parameter VALUE ...] [--format table|csv|json|ndjson] [-o FILE ...]",
    discussion: """
      A parameter takes one value, a list a,b,c, or a range start:stop:count[:log]; several give their outer product.
      Start with: saddlepoint models
      Example: saddlepoint threshold spiked-matrix-tensor gradient-flow --p 3 --deltap 0.1:4:5
      Shell completions: saddlepoint --generate-completion-script bash|zsh|fish
      """,
    version: "saddlepoint \(SaddlepointVersion.current)",
    subcommands: commands)

  static let commands: [any ParsableCommand.Type] = [
    ModelsCommand.self, ExplainCommand.self, PhaseCommand.self, ReplicaCommand.self, PotentialCommand.self,
    ThresholdCommand.self, DiagramCommand.self, ComplexityCommand.self, HessianCommand.self, SpectrumCommand.self,
    DynamicsCommand.self,
    SimulateCommand.self,
    ReproduceCommand.self,
    CheckCommand.self,
  ]

  /// The names of the commands.
  static var names: [String] { commands.map { $0.configuration.commandName ?? "" } }
}
