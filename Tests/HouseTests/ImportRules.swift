/// Who may import whom: the whole table. A folder that is not in it may not exist.
///
/// Octets is the leaf: it knows the C kernels alone, which JSON calls besides. Codecs know Octets and each other's vocabulary at most: no Foundation, no
/// libc, no Python, no reactor. The reactor knows no protocol, the server no Python.
enum ImportRules {
  static let allowed: [String: Set<String>] = [
    "Sources/Octets": ["CKernels"],
    "Sources/HTTPSemantics": ["NecroOctets"],
    "Sources/HTTP1": ["NecroOctets", "NecroHTTPSemantics"],
    "Sources/JSON": ["NecroOctets", "CKernels"],
    "Sources/PostgresWire": ["NecroOctets"],
    // Between two codecs, and of no use to either alone.
    "Sources/PostgresJSON": ["NecroOctets", "NecroJSON", "NecroPostgresWire"],
    // JSON has the numbers whose text its doubles have as well.
    "Sources/RESP": ["NecroOctets", "NecroJSON"],
    "Sources/Router": ["NecroOctets"],
    "Sources/SQLText": ["NecroOctets"],
    "Sources/Reactor": ["CLinux", "NecroOctets"],
    "Sources/TLS": ["CLinux", "COpenSSL", "NecroOctets"],
    "Sources/TLSClient": ["NecroOctets", "NecroReactor", "NecroTLS"],
    "Sources/Postgres": [
      "CLinux", "NecroOctets", "NecroReactor", "NecroPostgresWire", "NecroTLS", "NecroTLSClient",
    ],
    "Sources/Redict": [
      "CLinux", "NecroOctets", "NecroReactor", "NecroRESP", "NecroTLS", "NecroTLSClient",
    ],
    "Sources/Server": [
      "CLinux", "NecroOctets", "NecroHTTPSemantics", "NecroHTTP1", "NecroRouter", "NecroReactor",
      "NecroTLS",
    ],
    // Between a codec and CPython's objects.
    "Sources/PythonJSON": ["CPython", "NecroOctets", "NecroJSON"],
    // It knows the server, and with it the values that the server's interface is made of.
    "Sources/PythonHost": [
      "CPython", "CLinux", "NecroOctets", "NecroHTTPSemantics", "NecroHTTP1", "NecroRouter",
      "NecroReactor", "NecroJSON", "NecroServer", "NecroPostgres", "NecroPostgresJSON",
      "NecroPostgresWire", "NecroPythonJSON", "NecroRESP", "NecroRedict", "NecroTLS",
    ],
    // A codec behind functions of C.
    "Sources/Scribe": ["NecroOctets", "NecroSQLText"],
    "Sources/necro": ["CLinux"],

    "Tests/TestSupport": ["NecroOctets", "CLinux", "Foundation", "Testing"],
    "Tests/FuzzBodies": [
      "CHTTPParser", "CHiredis", "CLibpq", "NecroOctets", "NecroHTTPSemantics", "NecroHTTP1",
      "NecroJSON", "NecroPostgresJSON", "NecroPostgresWire", "NecroRESP", "NecroRouter",
      "NecroSQLText", "NecroTLS",
      // Certificates come from files.
      "Foundation",
    ],
    "Tests/JSONFloats": ["NecroOctets", "NecroJSON", "Foundation"],
    "Tests/PostgresValues": [
      "NecroOctets", "NecroPostgresJSON", "NecroPostgresWire", "NecroFuzzBodies", "Foundation",
    ],
    "Tests/Transcripts": ["NecroOctets", "NecroHTTP1", "NecroFuzzBodies", "Foundation"],
    "Tests/OctetsTests": tests(["NecroOctets"]),
    "Tests/HTTPSemanticsTests": tests(["NecroOctets", "NecroHTTPSemantics"]),
    "Tests/HTTP1Tests": tests([
      "NecroOctets", "NecroHTTPSemantics", "NecroHTTP1", "NecroFuzzBodies",
    ]),
    "Tests/JSONTests": tests(["NecroOctets", "NecroJSON", "NecroFuzzBodies"]),
    "Tests/PostgresWireTests": tests(["NecroOctets", "NecroPostgresWire", "NecroFuzzBodies"]),
    "Tests/PostgresJSONTests": tests([
      "NecroOctets", "NecroJSON", "NecroPostgresJSON", "NecroPostgresWire", "NecroFuzzBodies",
    ]),
    "Tests/PostgresSimulation": [
      "NecroOctets", "NecroPostgresWire", "NecroReactor", "NecroPostgres",
    ],
    "Tests/PostgresSimulator": ["PostgresSimulation", "CLinux"],
    "Tests/SimulationTests": tests(["PostgresSimulation"]),
    "Tests/PostgresTests": tests([
      "NecroOctets", "NecroPostgresWire", "NecroReactor", "NecroPostgres", "CLinux",
      "PostgresSimulation",
    ]),
    "Tests/RedictTests": tests([
      "NecroOctets", "NecroRESP", "NecroReactor", "NecroRedict", "CLinux",
    ]),
    "Tests/RESPTests": tests(["NecroOctets", "NecroRESP", "NecroFuzzBodies"]),
    "Tests/RouterTests": tests(["NecroOctets", "NecroRouter", "NecroFuzzBodies"]),
    "Tests/SQLTextTests": tests(["NecroOctets", "NecroSQLText", "NecroFuzzBodies"]),
    "Tests/ReactorTests": tests(["NecroOctets", "NecroReactor", "CLinux"]),
    "Tests/TLSTests": tests([
      "NecroOctets", "NecroTLS", "CLinux", "COpenSSLHeaders", "NecroFuzzBodies",
    ]),
    "Tests/ServerTests": tests([
      "NecroOctets", "NecroHTTPSemantics", "NecroHTTP1", "NecroRouter", "NecroReactor",
      "NecroServer", "CLinux",
    ]),
    "Tests/DifferentialTests": tests(["NecroOctets", "NecroHTTP1", "NecroFuzzBodies"]),
    "Tests/NecroTests": tests([]),
    "Tests/HouseTests": tests(["NecroOctets"]),
  ]

  /// What every test may import, and the modules it is about.
  private static func tests(_ modules: Set<String>) -> Set<String> {
    modules.union(["Testing", "Foundation", "TestSupport"])
  }

  /// The imports of a file that its folder may not have.
  static func violations(in file: SourceFile) -> [Violation] {
    guard let allowed = allowed[file.module] else {
      return [Violation(path: file.path, line: 1, what: "no rule for \(file.module)")]
    }
    var violations: [Violation] = []
    for (index, line) in file.code.enumerated() {
      // Several statements may share a line.
      for statement in line.split(separator: ";") {
        guard let imported = module(importedBy: statement), !allowed.contains(imported) else {
          continue
        }
        violations.append(
          Violation(path: file.path, line: index + 1, what: "imports \(imported)"))
      }
    }
    return violations
  }

  /// The module that a statement imports, whatever attributes and kinds stand around it.
  static func module(importedBy statement: Substring) -> String? {
    // Most lines import nothing: the pattern below is slow.
    guard statement.utf8.contains(UInt8(ascii: "i")), statement.contains("import") else {
      return nil
    }
    let pattern =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?(?:@\w+\s+)*import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor)\s+)?(\w+)/
    guard let match = statement.prefixMatch(of: pattern) else { return nil }
    return String(match.1)
  }
}
