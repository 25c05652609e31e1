/// Unsafe code lies in Octets, in a codec's kernels and in the modules that face C, so that the rest of
/// a codec can do nothing worse than give a wrong answer.
enum UnsafeCodeRules {
  /// Modules that may have unsafe code in any file.
  private static let facingC: Set<String> = [
    "Sources/Octets", "Sources/Reactor", "Sources/TLS", "Sources/PythonHost", "Sources/PythonJSON",
    "Sources/Scribe", "Sources/necro",
  ]

  /// The modules whose files may have unsafe code where they face the kernel, which their imports
  /// tell.
  private static let partlyFacingC: [String: Set<String>] = [
    "Sources/Server": ["CLinux", "NecroReactor"],
    "Sources/Postgres": ["CLinux", "NecroReactor"],
    "Sources/Redict": ["CLinux", "NecroReactor"],
    "Sources/TLSClient": ["NecroReactor"],
  ]

  /// The folders of kernels, which read what an index has bounded.
  private static let kernels: Set<String> = ["Sources/JSON/Kernels/"]

  /// The unsafe constructs of a file that may have none.
  static func violations(in file: SourceFile) -> [Violation] {
    if facingC.contains(file.module) { return [] }
    if kernels.contains(where: { file.path.hasPrefix($0) }) { return [] }
    let lines = file.code
    if let imports = partlyFacingC[file.module],
      lines.contains(where: { imports.contains(ImportRules.module(importedBy: $0) ?? "") })
    {
      return []
    }
    let construct =
      /\b(?:[Uu]nsafe\w*|_unsafe\w*|withUnsafe\w*|Unmanaged|OpaquePointer|CVarArg|assumingMemoryBound|withMemoryRebound|_overrideLifetime)\b|@(?:_silgen_name|_extern|_cdecl|unchecked|unsafe|safe)\b|\[unchecked:/
      .wordBoundaryKind(.simple).matchingSemantics(.unicodeScalar)
    var violations: [Violation] = []
    let isDriver = partlyFacingC[file.module] != nil
    for (index, line) in lines.enumerated() where !isReserve(line) {
      if isDriver && isBackLink(line) { continue }
      guard let match = line.firstMatch(of: construct) else { continue }
      violations.append(Violation(path: file.path, line: index + 1, what: "unsafe: \(match.0)"))
    }
    return violations
  }

  /// Whether a line declares a link back to what holds the object: drivers need those, and Embedded
  /// Swift has no other kind that does not hold.
  private static func isBackLink(_ line: Substring) -> Bool {
    line.contains(/^\s*(?:\w+ )*unowned\(unsafe\) (?:let|var) \w+: \w+\??$/)
  }

  /// Whether a line is about `OctetDecoder.reserve`, whose room is a raw buffer because a system call
  /// fills it. The decoder only hands it on from its `OctetBuffer`.
  private static func isReserve(_ line: Substring) -> Bool {
    line.contains(/func reserve\(_ octetCount: Int\) -> UnsafeMutableRawBufferPointer/)
      || line.contains(/^\s*(?:return )?unsafe \w+\.reserve\(octetCount\)\s*$/)
  }
}
