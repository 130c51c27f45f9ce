// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Saddlepoint

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The entry: reads the words, runs the command, and turns every error into one message and an exit code.
@main enum Main {
  static func main() async {
    StandardOutput.ignorePipeSignal()
    Interrupt.watch()
    let arguments = ArgumentVector.normalized(Array(CommandLine.arguments.dropFirst()))
    do {
      try await run(arguments)
      exit(0)
    } catch {
      let isHelp = Root.exitCode(for: error) == .success
      let (code, message) = Interrupt.isRequested ? (130, nil) : Ending.of(error, arguments: arguments)
      if let message {
        let writer = StandardOutput(descriptor: isHelp ? STDOUT_FILENO : STDERR_FILENO, name: "standard error")
        let name = isHelp || code == 1 && !(error is Unfinished) ? "" : "saddlepoint: "
        try? writer.write(isHelp ? Root.fullMessage(for: error) + "\n" : name + message + "\n")
        try? writer.flush()
      }
      exit(code)
    }
  }

  private static func run(_ arguments: [String]) async throws {
    // The parser cannot advise about misspelt commands.
    if let word = arguments.first, !word.hasPrefix("-"), word != "help", !Root.names.contains(word) {
      throw UsageError.unknown("command", word, among: Root.names)
    }
    var command = try Root.parseAsRoot(arguments.isEmpty ? ["--help"] : arguments)
    try (command as? any SharingCommand)?.shared.check()
    if var asynchronous = command as? any AsyncParsableCommand {
      try await asynchronous.run()
    } else {
      try command.run()
    }
  }
}
