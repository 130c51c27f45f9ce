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
        let writer = StandardOutput(
          descriptor: isHelp ? STDOUT_FILENO : STDERR_FILENO, name: isHelp ? "standard output" : "standard error")
        let name = isHelp || code == 1 && !(error is Unfinished) ? "" : "saddlepoint: "
        do {
          try writer.write(isHelp ? Root.fullMessage(for: error) + "\n" : name + message + "\n")
          try writer.flush()
        } catch  where isHelp {
          // Help that cannot be written is a failure too, as any other output is.
          let (code, message) = Ending.of(error, arguments: arguments)
          if let message { Console(isQuiet: false).say("saddlepoint: " + message) }
          exit(code)
        } catch {}
      }
      exit(code)
    }
  }

  private static func run(_ arguments: [String]) async throws {
    // The parser cannot advise about misspelt commands.
    if let word = arguments.first, !word.hasPrefix("-"), word != "help", !Root.names.contains(word) {
      throw UsageError.unknown("command", word, among: Root.names)
    }
    if let word = arguments.first, word.hasPrefix("--") { try checkOption(word, in: arguments) }
    var command = try Root.parseAsRoot(arguments.isEmpty ? ["--help"] : arguments)
    try (command as? any SharingCommand)?.shared.check()
    if var asynchronous = command as? any AsyncParsableCommand {
      try await asynchronous.run()
    } else {
      try command.run()
    }
  }

  /// Advises about options before the command, of which the program itself has few.
  private static func checkOption(_ word: String, in arguments: [String]) throws {
    let name = String(word.prefix { $0 != "=" })
    let own = ["--help", "--version"]
    // The scripts of completion call `---completion`.
    let parsers = ["---completion", "--generate-", "--experimental-"]
    if own.contains(name) || parsers.contains(where: name.hasPrefix) { return }
    if let command = arguments.first(where: Root.names.contains) {
      throw UsageError("option '\(name)' stands before the command; write saddlepoint \(command) ... \(name) ...")
    }
    throw UsageError.unknown("option", name, among: own)
  }
}
