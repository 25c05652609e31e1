import Testing

@Suite("Style")
struct StyleTests {
  private let files = SourceTree.files(["swift", "c", "h", "py", "pyi"])

  @Test("no file is longer than it may be")
  func lengths() {
    let violations = files.flatMap(StyleRules.lengthViolations)
    #expect(violations.isEmpty, "\(listed(violations))")
    let long = SourceFile(
      path: "Sources/JSON/A.swift", text: String(repeating: "\n", count: StyleRules.linesMax + 1))
    #expect(StyleRules.lengthViolations(in: long).count == 1)
    let full = SourceFile(
      path: "Sources/JSON/A.swift", text: String(repeating: "\n", count: StyleRules.linesMax))
    #expect(StyleRules.lengthViolations(in: full) == [])
  }

  @Test("every table exempt from length exists")
  func tables() {
    #expect(StyleRules.tables.subtracting(files.map(\.path)) == [])
  }

  @Test("names say what they name, and no type has its module's name")
  func names() {
    let violations = files.flatMap(StyleRules.nameViolations)
    #expect(violations.isEmpty, "\(listed(violations))")
  }

  @Test(
    "empty names are found",
    arguments: [
      ("Sources/JSON/Utils.swift", ""), ("Sources/JSON/StringHelpers.swift", ""),
      ("Sources/Helpers/A.swift", ""), ("Sources/JSON/Placeholder.swift", ""),
      ("Sources/JSON/NewParser.swift", ""), ("Sources/Python/necro/_utils.py", ""),
      ("Sources/JSON/A.swift", "struct ConnectionManager {}"),
      ("Sources/JSON/A.swift", "public final class JSONUtil {}"),
      ("Sources/JSON/A.swift", "struct JSON {}"), ("Sources/Router/A.swift", "enum NecroRouter {}"),
      ("Sources/Python/necro/a.py", "class HelperThing:"),
    ])
  func emptyNames(path: String, text: String) {
    #expect(StyleRules.nameViolations(in: SourceFile(path: path, text: text)).count == 1)
  }

  @Test(
    "names that only resemble them are none",
    arguments: [
      ("Sources/JSON/Newline.swift", "struct Newline {}"), ("Sources/JSON/A.swift", "// a Manager"),
      ("Sources/JSON/A.swift", "struct JSONParser {}"),
      ("Sources/Router/A.swift", "struct JSON {}"),
      ("Sources/JSON/A.swift", "let helper = 1"),
    ])
  func otherNames(path: String, text: String) {
    #expect(StyleRules.nameViolations(in: SourceFile(path: path, text: text)) == [])
  }

  @Test("nothing is marked as unfinished")
  func unfinished() {
    // The folder of this file names the marks.
    let others = files.filter { $0.module != "Tests/HouseTests" }
    let violations = others.flatMap(StyleRules.unfinishedViolations)
    #expect(violations.isEmpty, "\(listed(violations))")
    let marked = SourceFile(path: "Sources/JSON/A.swift", text: "f()\n// TODO: all")
    #expect(StyleRules.unfinishedViolations(in: marked).map(\.line) == [2])
  }
}
