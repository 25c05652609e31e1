/// Reads the cases of a fixture file.
struct FixtureParser {
  private let path: String
  private let lines: [Substring]
  private var index = 0
  private var fixtures: [Fixture] = []
  private var title = ""
  private var clauses: [String] = []
  private var limits: [String: Int] = [:]
  private var sent: [String] = []
  private var inputCount = 0

  init(text: String, path: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// All cases, or the first fault.
  mutating func parse() throws(FixtureFault) -> [Fixture] {
    while index < lines.count {
      let line = lines[index]
      index += 1
      if line.hasPrefix("## ") {
        try endCase()
        title = String(line.dropFirst(3))
        clauses = []
        limits = [:]
        sent = []
        inputCount = 0
      } else if line.hasPrefix("Clauses: ") {
        clauses = line.dropFirst("Clauses: ".count).split(separator: ",").map {
          String($0.drop(while: { $0 == " " }))
        }
      } else if line.hasPrefix("Limits: ") {
        try readLimits(line.dropFirst("Limits: ".count))
      } else if line.hasPrefix("Sent: ") {
        sent = line.dropFirst("Sent: ".count).split(separator: " ").map(String.init)
      } else if line == "```input" {
        try readInput()
      } else if line.hasPrefix("```") {
        throw fault("only input, and events right behind it, are blocks of a fixture")
      }
    }
    try endCase()
    return fixtures
  }

  private func endCase() throws(FixtureFault) {
    if !title.isEmpty && inputCount == 0 { throw fault("the case before has no input") }
  }

  private mutating func readLimits(_ text: Substring) throws(FixtureFault) {
    for setting in text.split(separator: ",") {
      let parts = setting.split(separator: "=").map { $0.filter { $0 != " " } }
      guard parts.count == 2, let value = Int(parts[1]) else {
        throw fault("a limit is name = number")
      }
      limits[parts[0]] = value
    }
  }

  private mutating func readInput() throws(FixtureFault) {
    if title.isEmpty { throw fault("an input stands under a heading") }
    if clauses.isEmpty { throw fault("a case names its clauses before its input") }
    let line = index
    guard let input = FixtureNotation.octets(try readBlock().joined(separator: "\n")) else {
      throw fault("the input breaks the notation")
    }
    while index < lines.count, lines[index].isEmpty { index += 1 }
    guard index < lines.count, lines[index] == "```events" else {
      throw fault("an input is followed by its events")
    }
    index += 1
    inputCount += 1
    fixtures.append(
      Fixture(
        title: inputCount == 1 ? title : "\(title) (\(inputCount))", path: path, line: line,
        clauses: clauses, limits: limits, sent: sent, input: input,
        expected: try readEvents()))
  }

  private mutating func readEvents() throws(FixtureFault) -> [FixtureEntry] {
    var entries: [FixtureEntry] = []
    for line in try readBlock() {
      if line.hasPrefix("  "), !entries.isEmpty {
        entries[entries.count - 1].text += "\n" + line
      } else {
        let parts = line.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let offset = Int(parts[0]) else {
          throw fault("an event is its offset and a text")
        }
        entries.append(FixtureEntry(offset: offset, text: String(parts[1])))
      }
    }
    return entries
  }

  /// The lines up to the end of a block, which is passed over.
  private mutating func readBlock() throws(FixtureFault) -> [Substring] {
    let start = index
    while index < lines.count, lines[index] != "```" { index += 1 }
    guard index < lines.count else { throw fault("a block has no end") }
    index += 1
    return Array(lines[start..<index - 1])
  }

  private func fault(_ what: String) -> FixtureFault {
    FixtureFault(path: path, line: index, what: what)
  }
}
