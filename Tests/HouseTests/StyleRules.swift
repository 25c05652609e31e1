/// The rules of style that a program can check: sizes, names, nothing unfinished.
enum StyleRules {
  /// The size a file should stay below is about 400; this is where it must be split.
  static let linesMax = 500

  /// Files that are tables, which may be of any length.
  static let tables: Set<String> = [
    "Sources/Python/necro/postgres/_sqlstates.py", "Sources/Python/necro/redict/_commands.py",
    "Sources/Python/generate/redictoverrides.py",
    "Tests/PythonTests/support/redict_commands.py",
    // One module, one stub.
    "Sources/Python/necro/_necro.pyi",
  ]

  static func lengthViolations(in file: SourceFile) -> [Violation] {
    // The last line ends in a line end, behind which there is no other.
    let lineCount = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
    if lineCount <= linesMax || tables.contains(file.path) { return [] }
    return [Violation(path: file.path, line: linesMax + 1, what: "\(lineCount) lines")]
  }

  /// Names that say nothing about what they name, in files, folders and types.
  static func nameViolations(in file: SourceFile) -> [Violation] {
    var violations: [Violation] = []
    for component in file.path.split(separator: "/") {
      let name = component.prefix { $0 != "." }
      if isEmpty(name) || name == "Placeholder" {
        violations.append(Violation(path: file.path, line: 1, what: "a file or folder \(name)"))
      }
    }
    let type = /\b(?:struct|class|enum|actor|protocol|typealias|extension)\s+(\w+)/
      .wordBoundaryKind(.simple)
    let folder = file.module.split(separator: "/").last ?? ""
    for (index, line) in file.code.enumerated() {
      for match in line.matches(of: type) {
        if isEmpty(match.1) {
          violations.append(Violation(path: file.path, line: index + 1, what: "a type \(match.1)"))
        } else if file.path.hasSuffix(".swift") && !match.0.hasPrefix("extension")
          && (match.1 == folder || match.1 == "Necro" + folder)
        {
          violations.append(
            Violation(path: file.path, line: index + 1, what: "\(match.1) has its module's name"))
        }
      }
    }
    return violations
  }

  /// Whether a word of a name is one of those that say nothing.
  private static func isEmpty(_ name: Substring) -> Bool {
    let words = name.matches(of: /[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])/).map { $0.0.lowercased() }
    let empty: Set<String> = [
      "util", "utils", "utility", "utilities", "helper", "helpers", "manager", "managers", "misc",
    ]
    return words.contains { empty.contains($0) } || words.first == "new"
  }

  /// Marks of work that is not finished.
  static func unfinishedViolations(in file: SourceFile) -> [Violation] {
    let mark = /\b(?:TODO|FIXME|XXX|HACK)\b/.wordBoundaryKind(.simple)
    var violations: [Violation] = []
    for (index, line) in file.lines.enumerated() {
      guard let match = line.firstMatch(of: mark) else { continue }
      violations.append(Violation(path: file.path, line: index + 1, what: "\(match.0)"))
    }
    return violations
  }
}
