/// Interpreters share Swift's globals: none may hold a Python object or anything that changes.
enum SharedStateRules {
  /// Constants that PythonHost may keep in a global or static: values without a reference or pointer
  /// in them. Anything else is a computed property, or lies in the module's state.
  private static let valueTypes: Set<Substring> = [
    "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32", "UInt64", "Bool",
    "Double", "Float", "StaticString",
  ]

  /// What no file of `Sources` may have.
  static func violations(in file: SourceFile) -> [Violation] {
    var violations: [Violation] = []
    let isPythonHost =
      file.module == "Sources/PythonHost" || file.module == "Sources/PythonJSON"
    for declaration in declarations(in: file.code) {
      if declaration.isUnchecked {
        violations.append(violation(file, declaration, "state that the compiler does not check"))
      } else if declaration.keyword == "var" {
        violations.append(violation(file, declaration, "a global or static that can change"))
      } else if isPythonHost && !isPlainValue(declaration.text) {
        violations.append(violation(file, declaration, "a global or static that is no plain value"))
      }
    }
    return violations
  }

  private static func violation(
    _ file: SourceFile, _ declaration: Declaration, _ what: String
  ) -> Violation {
    Violation(path: file.path, line: declaration.line, what: "\(what): \(declaration.text)")
  }

  private struct Declaration {
    let line: Int
    let text: Substring
    let keyword: Substring
    let isUnchecked: Bool
  }

  /// The stored globals and statics, and whatever says that its sharing is not to be checked.
  private static func declarations(in lines: [Substring]) -> [Declaration] {
    let property =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private|lazy|final)(?:\(set\))?\s+)*(?<type>(?:static|class)\s+)?(?:(?:public|package|internal|fileprivate|private)(?:\(set\))?\s+)*(?<keyword>let|var)\s+\w/
    let unchecked = /nonisolated\s*\(\s*unsafe\s*\)|@unchecked\s+Sendable/
    var found: [Declaration] = []
    var depth = 0
    for (index, line) in lines.enumerated() {
      if line.contains(unchecked) {
        found.append(
          Declaration(line: index + 1, text: trimmed(line), keyword: "", isUnchecked: true))
      } else if let match = line.prefixMatch(of: property), depth == 0 || match.type != nil,
        isStored(match.keyword, line, index + 1 < lines.count ? lines[index + 1] : "")
      {
        found.append(
          Declaration(
            line: index + 1, text: trimmed(line), keyword: match.keyword, isUnchecked: false))
      }
      for character in line {
        if "{([".contains(character) { depth += 1 }
        if "})]".contains(character) { depth -= 1 }
      }
    }
    return found
  }

  /// Whether a property has storage: a `let`, or a `var` whose accessors do not come first.
  private static func isStored(
    _ keyword: Substring, _ line: Substring, _ next: Substring
  ) -> Bool {
    if keyword == "let" { return true }
    if let first = line.first(where: { $0 == "=" || $0 == "{" }) { return first == "=" }
    return trimmed(next).first != "{"
  }

  /// Whether a declaration has one of the value types, or a number or truth value that it is given.
  private static func isPlainValue(_ declaration: Substring) -> Bool {
    if let match = declaration.firstMatch(of: /(?:let|var)\s+\w+\s*:\s*([\w.]+)\s*(?:=|$)/) {
      return valueTypes.contains(match.1)
    }
    return declaration.contains(/=\s*(?:-?[0-9][0-9A-Za-z_.]*|true|false)\s*$/)
  }

  private static func trimmed(_ line: Substring) -> Substring {
    line.drop { $0 == " " }
  }

  /// Python objects and per-thread variables in the C shim's own storage.
  static func violations(inC file: SourceFile) -> [Violation] {
    let object =
      /^\s*(?:static\s+|extern\s+)*(?:PyObject|PyTypeObject)\s*\*\s*\w+\s*(?:=|;|\[)|\b(?:_Thread_local|thread_local|__thread)\b/
      .wordBoundaryKind(.simple)
    var violations: [Violation] = []
    var depth = 0
    for (index, line) in file.code.enumerated() {
      if (depth == 0 || line.contains("static")) && line.contains(object) {
        violations.append(
          Violation(path: file.path, line: index + 1, what: "shared by all interpreters: \(line)"))
      }
      for character in line {
        if character == "{" { depth += 1 }
        if character == "}" { depth -= 1 }
      }
    }
    return violations
  }
}
