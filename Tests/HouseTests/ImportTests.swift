import Testing

@Suite("Imports")
struct ImportTests {
  @Test("no Swift file imports what its folder may not know")
  func imports() {
    let files = SourceTree.swift
    #expect(files.count > 30, "the sources were found")
    let violations = files.flatMap(ImportRules.violations)
    #expect(violations.isEmpty, "\(listed(violations))")
  }

  @Test("every folder in the table exists")
  func folders() {
    let existing = Set(SourceTree.swift.map(\.module))
    #expect(Set(ImportRules.allowed.keys).subtracting(existing) == [])
  }

  @Test(
    "every spelling of an import is seen",
    arguments: [
      "import Foundation", "  import Foundation", "@testable import Foundation",
      "public import Foundation", "@_exported public import Foundation",
      "import struct Foundation.Data", "@_spi(Testing) import Foundation",
      "import\tFoundation.Data",
      "let x = 1; import Foundation",
    ])
  func spellings(line: String) {
    let file = SourceFile(path: "Sources/HTTP1/A.swift", text: "\n" + line)
    #expect(
      ImportRules.violations(in: file) == [
        Violation(path: "Sources/HTTP1/A.swift", line: 2, what: "imports Foundation")
      ])
  }

  @Test(
    "what is no import is none",
    arguments: [
      "// import Foundation", "/* import Foundation */", "let text = \"import Foundation\"",
      "let text = \"\"\"\nimport Foundation\n\"\"\"", "importFoundation()", "import NecroOctets",
    ])
  func others(text: String) {
    #expect(ImportRules.violations(in: SourceFile(path: "Sources/HTTP1/A.swift", text: text)) == [])
  }

  @Test("a folder without a rule is an error")
  func unknownFolder() {
    #expect(
      ImportRules.violations(in: SourceFile(path: "Sources/New/A.swift", text: "")).count == 1)
  }

  @Test("comments and literals are blanked, code stays where it was")
  func stripping() {
    let code = SwiftCode.stripped(
      #"""
      a /* b /* c */ d */ e // f
      "g\"h" i "j\(k("l)") + m)n" o
      #"p"q\(r)"# s
      """#)
    #expect(
      code.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        == ["a e", "i (k( ) + m) o", "s"].map { $0 })
  }
}
