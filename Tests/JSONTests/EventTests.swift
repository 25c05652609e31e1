import NecroFuzzBodies
import NecroJSON
import NecroOctets
import TestSupport
import Testing

@Suite("Documents in pieces")
struct EventTests {
  @Test(
    "a fixture gives its events however it is cut",
    arguments: try Fixture.all("json"))
  func fixture(_ fixture: Fixture) {
    #expect(Self.run.deviation(fixture, followUp: nil) == nil, "\(fixture.testDescription)")
  }

  /// The parser that has all of a document agrees with the fixtures' errors.
  @Test(
    "a fixture's document is accepted or refused alike whole", arguments: try Fixture.all("json"))
  func whole(_ fixture: Fixture) {
    let reading = read(fixture.input, limits: Self.limits(fixture))
    guard let last = fixture.expected.last, last.text.hasPrefix("error ") else {
      #expect(reading.isAccepted)
      return
    }
    guard case .fault(let code, let offset) = reading else {
      Issue.record("\(fixture.testDescription) is accepted")
      return
    }
    #expect("error \(code)" == last.text && offset == last.offset)
  }

  private static var run: FixtureRun<JSONEventDecoder> {
    FixtureRun(
      makeDecoder: { JSONEventDecoder(limits: limits($0)) },
      event: { decoder, event in .event(JSONEventText.line(event, in: decoder)) },
      error: { FixtureEntry(offset: $0.offset, text: "error \($0.code)") })
  }

  private static func limits(_ fixture: Fixture) -> JSONLimits {
    var limits = JSONLimits()
    for (name, value) in fixture.limits {
      switch name {
      case "depthMax": limits.depthMax = value
      case "documentOctetsMax": limits.documentOctetsMax = value
      default: preconditionFailure("\(fixture.path) names a limit: \(name)")
      }
    }
    return limits
  }

  @Test("the corpus and the fixtures give the same in pieces")
  func corpus() throws {
    let inputs =
      PackageFolders.corpus("json").map(\.octets) + (try Fixture.all("json").map(\.input))
    for octets in inputs {
      fuzzJSONSplit(GuardedOctets(octets).span)
      fuzzJSONLines(GuardedOctets(octets).span)
    }
  }

  @Test("damaged documents give the same in pieces")
  func damage() throws {
    var generator = SeededGenerator(seed: 7493)
    let inputs =
      PackageFolders.corpus("json").map(\.octets) + (try Fixture.all("json").map(\.input))
    let signs = Array("{}[],:\"\\0-1.5eE+tfn \n\u{FEFF}é".utf8)
    for _ in 0..<3000 {
      var octets = inputs.randomElement(using: &generator)!
      for _ in 0..<Int.random(in: 1...3, using: &generator) where !octets.isEmpty {
        let index = octets.indices.randomElement(using: &generator)!
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: octets[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: octets.remove(at: index)
        case 2: octets.removeSubrange(index...)
        default: octets.insert(signs.randomElement(using: &generator)!, at: index)
        }
      }
      fuzzJSONSplit(octets.span)
      fuzzJSONLines(octets.span)
    }
  }

  @Test("a number that is a document ends with it")
  func lastNumber() throws {
    for (text, event) in [
      ("12", JSONEvent.integer(12)), ("-0.5e1", .double(-5)), ("0", .integer(0)),
    ] {
      var decoder = JSONEventDecoder()
      decoder.feed(Array(text.utf8).span)
      #expect(try decoder.next() == nil)
      try decoder.finish()
      #expect(try decoder.next() == event)
      #expect(try decoder.next() == nil)
    }
    var decoder = JSONEventDecoder()
    decoder.feed(Array("1e999".utf8).span)
    #expect(try decoder.next() == nil)
    try decoder.finish()
    #expect(throws: JSONError(.numberOutOfRange, offset: 0, line: 1, column: 1)) {
      try decoder.next()
    }
  }

  @Test("an error has its line and column in all that came")
  func lines() throws {
    let document = Array("[1,\n \"é\\n\",\r\n  x]".utf8)
    for step in [1, 3, 100] {
      var decoder = JSONEventDecoder()
      let error = #expect(throws: JSONError.self) {
        var start = 0
        while start < document.count {
          let end = min(start + step, document.count)
          decoder.feed(document.span.extracting(start..<end))
          while try decoder.next() != nil {}
          start = end
        }
      }
      #expect(error == JSONError(.expectedValue, offset: 16, line: 3, column: 3))
    }
  }

  /// A gibibyte would be the default; octets behind the limit are not read.
  @Test("a document that is too long is refused at the limit, and not before")
  func length() throws {
    var decoder = JSONEventDecoder(limits: JSONLimits(documentOctetsMax: 5))
    decoder.feed(Array("[1,2]".utf8).span)
    var count = 0
    while try decoder.next() != nil { count += 1 }
    #expect(count == 4)
    decoder.feed(Array(" ".utf8).span)
    #expect(throws: JSONError(.documentTooLong, offset: 5, line: 1, column: 6)) {
      try decoder.next()
    }
  }

  @Test("what passes through is not kept")
  func memory() throws {
    var decoder = JSONEventDecoder()
    let piece = Array(#"{"name":"\u0041nn","graves":[1,2.5,"\n"]},"#.utf8)
    decoder.feed(Array("[".utf8).span)
    for _ in 0..<20_000 {
      decoder.feed(piece.span)
      while try decoder.next() != nil {}
    }
    #expect(decoder.storageOctets < 4_096)
  }

  /// As many steps for each octet, wherever it is cut: else this takes minutes.
  @Test("a long string with escapes arrives octet by octet", .timeLimit(.minutes(1)))
  func longString() throws {
    let body = String(repeating: #"x\né\ud83d\udc80 plain "#, count: 20_000)
    let document = Array("[\"\(body)\",\(String(repeating: "7", count: 200_000))]".utf8)
    var decoder = JSONEventDecoder()
    var events: [JSONEvent] = []
    for octet in document {
      decoder.feed([octet].span)
      while let event = try decoder.next() {
        if case .string(let text) = event { #expect(text.count == 20_000 * 15) }
        if case .bigInteger(let text) = event { #expect(text.count == 200_000) }
        events.append(event)
      }
    }
    try decoder.finish()
    #expect(events.count == 4)
  }

  @Test("a fragment is checked once and written as it stands")
  func fragments() throws {
    var parser = JSONParser()
    let fragment = try JSONFragment(Array(#" {"a" : [1e2]} "#.utf8).span, checkedBy: &parser)
    let written = text { output in
      output.append("[")
      JSONSerializer.fragment(fragment, into: &output)
      output.append("]")
    }
    #expect(written == #"[ {"a" : [1e2]} ]"#)
    #expect(throws: JSONError.self) {
      _ = try JSONFragment(Array("[1,]".utf8).span, checkedBy: &parser)
    }
  }

  @Test("a document is written as a line")
  func line() throws {
    var parser = JSONParser()
    let document = Array("{\n \"a\": [1,\r\n 2]}".utf8)
    try parser.parse(document.span)
    #expect(
      text { JSONSerializer.line(parser, document.span, into: &$0) } == "{\"a\":[1,2]}\n")
  }
}
