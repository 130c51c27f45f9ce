// SPDX-License-Identifier: GPL-3.0-or-later

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The value of an environment variable; nil if it is not set or empty.
func environmentValue(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}

/// The first program of the name in the folders of a search path.
func findExecutable(_ name: String, in searchPath: String) -> String? {
  for folder in searchPath.split(separator: ":") {
    let path = folder + "/" + name
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 { return path }
  }
  return nil
}

/// How a program ended, and all that it said.
struct ProcessResult {
  var succeeded: Bool
  /// In words, for the case that the program said nothing.
  var ending: String
  var text: String
}

/// Variables that a drawing program needs; everything else could only change the picture.
private let inherited = [
  "PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "GNUPLOT_DRIVER_DIR", "GNUPLOT_LIB", "FONTCONFIG_FILE",
  "FONTCONFIG_PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS",
]

/// Numbers with points, texts in UTF-8.
#if canImport(Darwin)
private let locale = "en_US.UTF-8"
#else
private let locale = "C.UTF-8"
#endif

/// Runs a program to its end, without input, both its outputs going into the file `log`.
func run(_ executable: String, _ arguments: [String], log: String) -> ProcessResult {
  #if canImport(Darwin)
  var actions: posix_spawn_file_actions_t?
  #else
  var actions = posix_spawn_file_actions_t()
  #endif
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)

  let environment =
    inherited.compactMap { name in environmentValue(name).map { "\(name)=\($0)" } } + ["LC_ALL=\(locale)"]
  var process = pid_t()
  let code = withCStrings([executable] + arguments) { words in
    withCStrings(environment) { variables in posix_spawn(&process, executable, &actions, nil, words, variables) }
  }
  guard code == 0 else {
    let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return ProcessResult(succeeded: false, ending: "\(executable) cannot be started: \(reason)", text: "")
  }
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0, errno == EINTR {}
  let text = String(decoding: (try? readBytes(log)) ?? [], as: UTF8.self)
  let signal = status & 0x7F
  let ending = signal == 0 ? "it ended with code \((status >> 8) & 0xFF)" : "it was ended by signal \(signal)"
  return ProcessResult(succeeded: status == 0, ending: ending, text: text)
}

/// Calls `body` with a null-terminated list of C strings.
private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}

/// A private folder that goes away with its files.
final class TemporaryFolder {
  private let path: String
  private var files: Set<String> = []

  init() throws(OutputError) {
    let parent = environmentValue("TMPDIR") ?? "/tmp"
    var template = Array((parent + "/saddlepoint-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw .cannotCreate(path: parent, reason: lastSystemError()) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The path of a file in the folder; it is removed with the folder.
  func file(_ name: String) -> String {
    files.insert(path + "/" + name)
    return path + "/" + name
  }

  deinit {
    for file in files { unlink(file) }
    rmdir(path)
  }
}
