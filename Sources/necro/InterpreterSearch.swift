import CLinux

/// The places where an interpreter may be, in the order of preference.
///
/// A virtual environment that is active or lies in the current folder is the user's choice and is
/// taken whatever its version. Elsewhere, the version that the extension module was built for comes
/// first, and any other one only when that is nowhere: Python then says what does not fit.
struct InterpreterSearch {
  private var otherVersion: Interpreter?

  /// - Parameter checkout: the folder of the source tree, when there is one.
  static func run(checkout: String?) -> Interpreter? {
    for environment in [Environment["VIRTUAL_ENV"], ".venv"] {
      if let environment, let found = Interpreter(prefix: environment) { return found }
    }
    var search = InterpreterSearch()
    if let checkout, let found = search.accept(Interpreter(prefix: checkout + "/.venv")) {
      return found
    }
    return search.alongPath() ?? search.underPyenv() ?? search.otherVersion
  }

  /// The minor version the extension module was built for, as the package manifest found it.
  private static var builtFor: Int? {
    #if NECRO_PYTHON_3_13
      13
    #elseif NECRO_PYTHON_3_14
      14
    #elseif NECRO_PYTHON_3_15
      15
    #elseif NECRO_PYTHON_3_16
      16
    #else
      nil
    #endif
  }

  /// The candidate, when it is of the right version; another one is kept for the end.
  private mutating func accept(_ candidate: Interpreter?) -> Interpreter? {
    guard let candidate else { return nil }
    if let builtFor = Self.builtFor, candidate.minor != builtFor {
      otherVersion = otherVersion ?? candidate
      return nil
    }
    return candidate
  }

  private mutating func alongPath() -> Interpreter? {
    let versioned = Interpreter.minors.reversed().map { "python3.\($0)" }
    let shims = Self.pyenvRoot.map { $0 + "/shims" }
    for folder in (Environment["PATH"] ?? "").split(separator: ":") where folder.hasPrefix("/") {
      // A shim is a slow script that stands for the version selected, which one question settles; the
      // versions that are not selected are searched for by name afterwards.
      let names = String(folder) == shims ? ["python3"] : versioned + ["python3", "python"]
      for name in names {
        if let found = accept(Interpreter(asking: "\(folder)/\(name)")) { return found }
      }
    }
    return nil
  }

  private static var pyenvRoot: String? {
    Environment["PYENV_ROOT"] ?? Environment["HOME"].map { $0 + "/.pyenv" }
  }

  private mutating func underPyenv() -> Interpreter? {
    guard let root = Self.pyenvRoot else { return nil }
    for version in Self.newestFirst(FileSystem.names(in: root + "/versions")) {
      if let found = accept(Interpreter(prefix: "\(root)/versions/\(version)")) { return found }
    }
    return nil
  }

  /// The names of CPython's releases (`3.13.2`) among those of versions, the newest first.
  private static func newestFirst(_ names: [String]) -> [String] {
    var releases: [(name: String, minor: Int, micro: Int)] = []
    for name in names {
      let parts = name.split(separator: ".")
      // A free-threaded build, `3.13.2t`, has no number at the end.
      if parts.count == 3, parts[0] == "3", let minor = Int(parts[1]), let micro = Int(parts[2]) {
        releases.append((name, minor, micro))
      }
    }
    return releases.sorted { ($0.minor, $0.micro) > ($1.minor, $1.micro) }.map(\.name)
  }
}
