import Testing

private func violations(_ text: String, in folder: String = "Sources/JSON") -> [Violation] {
  UnsafeCodeRules.violations(in: SourceFile(path: folder + "/A.swift", text: text))
}

@Suite("Unsafe code")
struct UnsafeCodeTests {
  @Test("unsafe code lies in Octets and the modules that face C alone")
  func sources() {
    let files = SourceTree.swift.filter { $0.path.hasPrefix("Sources/") }
    let violations = files.flatMap(UnsafeCodeRules.violations)
    #expect(violations.isEmpty, "\(listed(violations))")
  }

  @Test(
    "every unsafe construct is found",
    arguments: [
      "let p: UnsafePointer<UInt8>", "octets.withUnsafeBytes { _ in }", "unsafe f()",
      "unsafeBitCast(1, to: UInt.self)", "x.unsafelyUnwrapped", "Unmanaged.passRetained(x)",
      "nonisolated(unsafe) var x = 1", "span[unchecked: 1]", "@_silgen_name(\"read\") func f()",
      "extension A: @unchecked Sendable {}", "let p: OpaquePointer", "unowned(unsafe) let x: A",
      "Span(_unsafeStart: p, count: 1)", "@_extern(c) func f()",
    ])
  func forbidden(text: String) {
    #expect(violations(text).count == 1)
    #expect(violations(text, in: "Sources/Octets") == [])
    #expect(violations(text, in: "Sources/Reactor") == [])
  }

  @Test(
    "safe code, comments, and the room that a decoder hands on are none",
    arguments: [
      "// unsafe", "let text = \"UnsafePointer\"", "let isUnsafeMethod = method.isSafe",
      "public mutating func reserve(_ octetCount: Int) -> UnsafeMutableRawBufferPointer {",
      "    unsafe input.reserve(octetCount)",
    ])
  func allowed(text: String) {
    #expect(violations(text) == [])
  }

  @Test("a file of the server is free of unsafe code unless it faces the kernel")
  func server() {
    #expect(violations("unsafe f()", in: "Sources/Server").count == 1)
    #expect(violations("import NecroReactor\nunsafe f()", in: "Sources/Server") == [])
    #expect(violations("import NecroOctets\nunsafe f()", in: "Sources/Server").count == 1)
  }
}
