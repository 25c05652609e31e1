import Testing

private func clause(
  _ id: String, level: String = "MUST", says: String = "It does.", digest: String = "0123456789ab",
  status: String = "implemented", reason: String? = nil
) -> Clause {
  Clause(id: id, level: level, says: says, digest: digest, status: status, reason: reason)
}

private func file(_ clauses: Clause...) -> ClauseFile {
  ClauseFile(path: "Spec/RFC9112/6.3.json", clauses: clauses)
}

@Suite("Clauses of specifications")
struct ClauseTests {
  @Test("every clause file has its form")
  func form() throws {
    let files = try ClauseFile.all()
    #expect(files.count > 100)
    let violations = ClauseRules.formViolations(in: files)
    #expect(violations.isEmpty, "\(listed(violations))")
  }

  @Test("tests name only clauses that there are")
  func known() throws {
    let violations = ClauseRules.unknown(ClauseNaming.all(), in: try ClauseFile.all())
    #expect(violations.isEmpty, "\(listed(violations))")
  }

  @Test("a clause that binds and is implemented has a test")
  func tested() throws {
    let violations = ClauseRules.untested(ClauseNaming.all(), in: try ClauseFile.all())
    #expect(violations.isEmpty, "\(listed(violations))")
  }

  @Test(
    "a clause that breaks its form is found",
    arguments: [
      clause("RFC9112-6.3"), clause("RFC9112-6.3-0"), clause("RFC9112-6.3-1a"),
      clause("RFC9112-6.4-1"), clause("RFC9110-6.3-1"), clause("RFC9112-6.3-1", level: "must"),
      clause("RFC9112-6.3-1", digest: ""), clause("RFC9112-6.3-1", digest: "0123456789AB"),
      clause("RFC9112-6.3-1", says: ""), clause("RFC9112-6.3-1", status: "done"),
      clause("RFC9112-6.3-1", status: "todo"), clause("RFC9112-6.3-1", status: "exception"),
      clause("RFC9112-6.3-1", status: "todo", reason: ""),
      clause("RFC9112-6.3-1", reason: "It is not."),
    ])
  func malformed(clause: Clause) {
    #expect(ClauseRules.formViolations(in: [file(clause)]).count == 1)
  }

  @Test("ids are unique")
  func unique() {
    let good = clause("RFC9112-6.3-1")
    let other = clause("RFC9112-6.3-2", level: "MAY", status: "todo", reason: "Later.")
    #expect(ClauseRules.formViolations(in: [file(good, other)]) == [])
    #expect(ClauseRules.formViolations(in: [file(good, good)]).count == 1)
  }

  @Test("namings are found in Swift, in Python and in fixtures")
  func namings() {
    func ids(_ path: String, _ text: String) -> [String] {
      ClauseNaming.namings(in: SourceFile(path: path, text: text)).map(\.id)
    }
    let swift = "@Test(\"x\", .clause(\"RFC1-1-1\",\n  \"RFC1-1-2\"))"
    #expect(ids("Tests/A.swift", swift) == ["RFC1-1-1", "RFC1-1-2"])
    #expect(ids("Tests/a.py", "@pytest.mark.clause(\"RFC1-1-1\")\ndef test_a():") == ["RFC1-1-1"])
    #expect(
      ids("Fixtures/a.md", "# A\n\nClauses: RFC1-1-1, RFC1-1-2\n") == ["RFC1-1-1", "RFC1-1-2"])
    #expect(ids("Fixtures/a.md", "Without Clauses: RFC1-1-1\n") == [])
    let row = "Situation(\"X-1\", get(\"X: y\"), (\"RFC1-1-1\", \"RFC1-1.2-3\"))"
    #expect(ids("Tests/probe/tables/a.py", row) == ["RFC1-1-1", "RFC1-1.2-3"])
    #expect(ids("Tests/a.py", row) == [])
    let line = ClauseNaming.namings(in: SourceFile(path: "a.md", text: "\nClauses: A\n"))
    #expect(line == [ClauseNaming(id: "A", path: "a.md", line: 2)])
  }

  @Test("an unknown clause and an untested one are found")
  func violations() {
    let files = [
      file(
        clause("RFC9112-6.3-1"), clause("RFC9112-6.3-2", level: "SHOULD"),
        clause("RFC9112-6.3-3", status: "todo", reason: "Later."))
    ]
    let naming = ClauseNaming(id: "RFC9112-6.3-1", path: "Tests/A.swift", line: 1)
    let unknown = ClauseNaming(id: "RFC9112-6.3-4", path: "Tests/A.swift", line: 1)
    #expect(ClauseRules.unknown([naming, unknown], in: files).map(\.line) == [1])
    #expect(ClauseRules.unknown([naming], in: files) == [])
    #expect(ClauseRules.untested([unknown], in: files).count == 1)
    #expect(ClauseRules.untested([naming], in: files) == [])
  }
}
