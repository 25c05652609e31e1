import CLinux

/// A CPython, from 3.13 on and with its GIL: what the extension module runs in.
struct Interpreter {
  let path: String
  /// 13 for CPython 3.13.
  let minor: Int

  /// The oldest minor version with what the host needs of sub-interpreters, and the newest to look
  /// for by name.
  static let minors = 13...19

  /// The interpreter of an installation or virtual environment, by the name of its folder of modules:
  /// without starting it. Free-threaded builds have `python3.13t` there, PyPy `pypy3.11`.
  init?(prefix: String) {
    for minor in Self.minors.reversed() where FileSystem.exists("\(prefix)/lib/python3.\(minor)") {
      for name in ["python3", "python"] where FileSystem.isExecutable("\(prefix)/bin/\(name)") {
        self.path = "\(prefix)/bin/\(name)"
        self.minor = minor
        return
      }
    }
    return nil
  }

  /// The interpreter that a file is, by starting it and asking; nil for whatever is none of ours, such
  /// as one of pyenv's shims for a version that is not selected.
  init?(asking path: String) {
    guard FileSystem.isExecutable(path), !Self.isRuledOutByName(path) else { return nil }
    guard let minor = Self.answer(of: path), Self.minors.contains(minor) else { return nil }
    self.path = path
    self.minor = minor
  }

  /// Becomes the interpreter, running a module with this program's arguments. Returns only when that
  /// fails.
  func execute(module: String) {
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), strdup("-m"), strdup(module)]
    // Handed on as they came: an argument may be no text.
    for index in 1..<max(Int(CommandLine.argc), 1) {
      arguments.append(CommandLine.unsafeArgv[index])
    }
    arguments.append(nil)
    execv(path, arguments)
  }

  /// Whether the file behind all links is named like an interpreter that is too old or not CPython.
  private static func isRuledOutByName(_ path: String) -> Bool {
    guard let resolved = FileSystem.resolved(path) else { return true }
    let name = FileSystem.name(of: resolved)
    if name.hasPrefix("pypy") || name.hasPrefix("graalpy") { return true }
    guard name.hasPrefix("python3.") else { return false }
    // Nil for `3.13t`, a free-threaded build, and for whatever else is no minor version.
    guard let minor = Int(name.dropFirst("python3.".count)) else { return true }
    return !minors.contains(minor)
  }

  /// Starts an interpreter that exits with its minor version.
  private static func answer(of path: String) -> Int? {
    let question = """
      import sys
      v = sys.version_info
      cpython = sys.implementation.name == 'cpython' and v[0] == 3 and 't' not in sys.abiflags
      sys.exit(v[1] if cpython else 1)
      """
    var arguments: [UnsafeMutablePointer<CChar>?] =
      [path, "-I", "-S", "-c", question].map { (argument: String) in strdup(argument) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in STDIN_FILENO...STDERR_FILENO {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var process: pid_t = 0
    guard posix_spawn(&process, path, &actions, nil, arguments, necro_environment()) == 0 else {
      return nil
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      if necro_errno() != EINTR { return nil }
    }
    return Int(necro_exit_status(status))
  }
}
