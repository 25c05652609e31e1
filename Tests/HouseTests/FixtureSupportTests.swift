import TestSupport
import Testing

/// Runs a fixture of lines; `fault` builds a mistake into the decoder.
private func deviation(
  _ input: String, _ expected: [FixtureEntry], fault: LineDecoder.Fault = .none,
  followUp: (octets: [UInt8], log: [FixtureEntry])? = nil
) -> String? {
  let run = FixtureRun(
    makeDecoder: { _ in LineDecoder(fault) }, event: { _, line in .event("line \(line.count)") },
    error: { failure in
      switch failure {
      case .carriageReturn(let offset): FixtureEntry(offset: offset, text: "error return")
      case .unfinishedLine: FixtureEntry(offset: input.utf8.count, text: "error unfinished")
      }
    })
  let text =
    "## T\n\nClauses: A\n\n```input\n\(FixtureNotation.text(input.utf8))\n```\n\n```events\n"
    + expected.map { "\($0)\n" }.joined() + "```\n"
  guard let fixture = try? Fixture.cases(of: text, path: "a.md").first else { return "no fixture" }
  return run.deviation(fixture, followUp: followUp)
}

private func fault(_ text: String) -> Int? {
  do {
    _ = try Fixture.cases(of: text, path: "a.md")
    return nil
  } catch {
    return error.line
  }
}

@Suite("Support for fixtures")
struct FixtureSupportTests {
  @Test("every octet has a notation that stands for it")
  func notation() {
    let octets = (0...255).map { UInt8($0) }
    let text = FixtureNotation.text(octets)
    #expect(FixtureNotation.octets(text) == octets)
    #expect(
      text.unicodeScalars.allSatisfy { (" "..."~").contains($0) || "␍␊".contains(Character($0)) })
    #expect(FixtureNotation.octets("a␍␊\nb\\x00\\\\") == [0x61, 13, 10, 0x62, 0, 0x5C])
    for broken in ["\\", "\\n", "\\x", "\\x4", "\\xg0", "\\x+1", "\t", "é", "\r"] {
      #expect(FixtureNotation.octets(broken) == nil, "\(broken.debugDescription)")
    }
  }

  @Test("a file is read as its cases")
  func cases() throws {
    let text = """
      # A topic

      ## One

      Clauses: A, B
      Limits: x = 1, y = 2

      Prose.

      ```input
      a␍␊
      b
      ```

      ```events
      1 head
        field
      2 end
      ```

      ```input
      c
      ```
      ```events
      ```

      ## Two

      Clauses: C

      ```input
      ```

      ```events
      0 error
      ```
      """
    let cases = try Fixture.cases(of: text, path: "a.md")
    #expect(cases.map(\.title) == ["One", "One (2)", "Two"])
    #expect(cases.map(\.line) == [10, 21, 31])
    #expect(cases.map(\.clauses) == [["A", "B"], ["A", "B"], ["C"]])
    #expect(cases.map(\.limits) == [["x": 1, "y": 2], ["x": 1, "y": 2], [:]])
    #expect(cases.map(\.input) == [[0x61, 13, 10, 0x62], [0x63], []])
    let events = [
      FixtureEntry(offset: 1, text: "head\n  field"), FixtureEntry(offset: 2, text: "end"),
    ]
    #expect(cases.map(\.expected) == [events, [], [FixtureEntry(offset: 0, text: "error")]])
  }

  @Test("a file that breaks the format is refused where it does")
  func faults() {
    let block = "```input\n```\n```events\n```\n"
    #expect(fault("## T\nClauses: A\n" + block) == nil)
    #expect(fault(block) == 1)
    #expect(fault("## T\n" + block) == 2)
    #expect(fault("## T\nClauses: A\n## U\nClauses: A\n" + block) == 3)
    #expect(fault("## T\nClauses: A\n```input\n```\n") != nil)
    #expect(fault("## T\nClauses: A\n```input\n") != nil)
    #expect(fault("## T\nClauses: A\n```input\n\t\n```\n```events\n```\n") != nil)
    #expect(fault("## T\nClauses: A\n```input\n```\n```events\nx y\n```\n") != nil)
    #expect(fault("## T\nClauses: A\n```swift\n```\n") == 3)
    #expect(fault("## T\nLimits: a\nClauses: A\n" + block) == 2)
  }

  @Test("events that come with their octets pass")
  func passes() {
    let lines = [FixtureEntry(offset: 3, text: "line 3"), FixtureEntry(offset: 4, text: "line 0")]
    #expect(deviation("abc\n\n", lines) == nil)
    #expect(deviation("a\r", [FixtureEntry(offset: 1, text: "error return")]) == nil)
    #expect(deviation("a", [FixtureEntry(offset: 1, text: "error unfinished")]) == nil)
    let next = FixtureEntry(offset: 1, text: "line 1")
    #expect(deviation("abc\n\n", lines, followUp: ([0x61, 0x0A], [next])) == nil)
  }

  @Test("every way to deviate is found")
  func deviations() {
    let line = FixtureEntry(offset: 1, text: "line 1")
    #expect(deviation("a\n", []) != nil, "an event too many")
    #expect(deviation("a\n", [line, line]) != nil, "an event too few")
    #expect(deviation("a\n", [FixtureEntry(offset: 1, text: "line 2")]) != nil, "another event")
    #expect(deviation("a\n", [FixtureEntry(offset: 0, text: "line 1")]) != nil, "a late event")
    #expect(deviation("a\nb\n", [line, FixtureEntry(offset: 1, text: "line 1")]) != nil)
    #expect(deviation("a\r", [FixtureEntry(offset: 0, text: "error return")]) != nil)
    #expect(deviation("a\n", [line], fault: .forgetsAtTheSplit) != nil)
    #expect(
      deviation("a\r", [FixtureEntry(offset: 1, text: "error return")], fault: .recovers) != nil)
    #expect(deviation("a\n", [line], followUp: ([0x61, 0x0A], [])) != nil)
  }
}
