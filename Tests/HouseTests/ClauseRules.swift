/// Holds the clauses of `Spec/` to their form, and those that bind to tests.
enum ClauseRules {
  /// Levels whose implemented clauses need a test: a grammar binds whoever writes messages
  /// (RFC 9110 §2.2).
  static let bindingLevels: Set<String> = [
    "MUST", "MUST NOT", "SHALL", "SHALL NOT", "REQUIRED", "GRAMMAR",
  ]

  private static let otherLevels: Set<String> = [
    "SHOULD", "SHOULD NOT", "RECOMMENDED", "MAY", "OPTIONAL",
  ]

  /// What is wrong with the files by themselves.
  static func formViolations(in files: [ClauseFile]) -> [Violation] {
    var seen: Set<String> = []
    var violations: [Violation] = []
    for file in files {
      for clause in file.clauses {
        func report(_ what: String) {
          violations.append(Violation(path: file.path, line: 1, what: "\(clause.id) \(what)"))
        }
        let number = clause.id.dropFirst(file.prefix.count)
        if !clause.id.hasPrefix(file.prefix) || number.wholeMatch(of: /[1-9][0-9]*/) == nil {
          report("does not fit its file")
        }
        if !seen.insert(clause.id).inserted { report("occurs twice") }
        if !bindingLevels.contains(clause.level) && !otherLevels.contains(clause.level) {
          report("has no such level: \(clause.level)")
        }
        if clause.digest.wholeMatch(of: /[0-9a-f]{12}/) == nil { report("has no digest") }
        if clause.says.isEmpty { report("says nothing") }
        switch clause.status {
        case "implemented":
          if clause.reason != nil { report("has a reason and is implemented") }
        case "exception", "todo":
          if (clause.reason ?? "").isEmpty { report("is \(clause.status) without a reason") }
        default: report("has no such status: \(clause.status)")
        }
      }
    }
    return violations
  }

  /// The namings of clauses that are in no file.
  static func unknown(_ namings: [ClauseNaming], in files: [ClauseFile]) -> [Violation] {
    let known = Set(files.flatMap { $0.clauses.map(\.id) })
    return namings.filter { !known.contains($0.id) }.map {
      Violation(path: $0.path, line: $0.line, what: "there is no clause \($0.id)")
    }
  }

  /// The clauses that bind and are implemented, and that no test names.
  static func untested(_ namings: [ClauseNaming], in files: [ClauseFile]) -> [Violation] {
    let named = Set(namings.map(\.id))
    var violations: [Violation] = []
    for file in files {
      for clause in file.clauses where clause.status == "implemented" {
        guard bindingLevels.contains(clause.level), !named.contains(clause.id) else { continue }
        violations.append(
          Violation(path: file.path, line: 1, what: "\(clause.id) has no test: \(clause.says)"))
      }
    }
    return violations
  }
}
