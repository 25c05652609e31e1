import NecroJSON
import NecroOctets
import TestSupport
import Testing

@Suite("What is done with a tape")
struct TapeUseTests {
  private func resolve(_ pointer: String, _ document: String) throws -> String {
    var parser = JSONParser()
    let octets = Array(document.utf8)
    try parser.parse(octets.span)
    let path = Array(pointer.utf8)
    let index = try parser.value(at: path.span, in: octets.span)
    return text { JSONSerializer.value(at: index, parser, octets.span, into: &$0) }
  }

  private static let sample =
    #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8,"#
    + #""m":{"m":[[],{"x":[10,11,12]}]},"d":1,"d":2}"#

  @Test(
    "a pointer leads to a value",
    .clause("RFC6901-3-1", "RFC6901-4-1", "RFC6901-4-2"),
    arguments: [
      ("/foo", #"["bar","baz"]"#), ("/foo/0", #""bar""#), ("/foo/1", #""baz""#), ("/", "0"),
      ("/a~1b", "1"), ("/c%d", "2"), ("/e^f", "3"), ("/g|h", "4"), (#"/i\j"#, "5"), (#"/k"l"#, "6"),
      ("/ ", "7"), ("/m~0n", "8"), ("/m/m/1/x/2", "12"), ("/m/m/0", "[]"), ("/d", "2"),
    ])
  func pointers(pointer: String, expected: String) throws {
    #expect(try resolve(pointer, Self.sample) == expected)
  }

  @Test("the empty pointer is the whole document", .clause("RFC6901-3-1"))
  func wholeDocument() throws {
    #expect(try resolve("", "[1, 2]") == "[1,2]")
  }

  @Test("a pointer in a JSON string has its escapes undone first", .clause("RFC6901-5-1"))
  func inString() throws {
    var parser = JSONParser()
    let octets = Array(#"{"at":"/k\"l","k\"l":6}"#.utf8)
    try parser.parse(octets.span)
    let at = Array("/at".utf8)
    let pointer = try parser.value(at: at.span, in: octets.span)
    let path = array(parser.octets(at: pointer, octets.span))
    let found = try parser.value(at: path.span, in: octets.span)
    #expect(parser.tape[found] == .integer(6))
  }

  @Test(
    "a pointer that leads nowhere says at which token",
    .clause("RFC6901-4-1", "RFC6901-4-2", "RFC6901-7-1"),
    arguments: [
      ("foo", .invalidSyntax(offset: 0)), ("/m~", .invalidSyntax(offset: 2)),
      ("/m~2", .invalidSyntax(offset: 2)), ("/foo/00", .invalidIndex(offset: 5)),
      ("/foo/01", .invalidIndex(offset: 5)), ("/foo/-1", .invalidIndex(offset: 5)),
      ("/foo/1e0", .invalidIndex(offset: 5)), ("/foo/", .invalidIndex(offset: 5)),
      ("/foo/9999999999999999999", .invalidIndex(offset: 5)), ("/foo/2", .notFound(offset: 5)),
      ("/foo/-", .notFound(offset: 5)), ("/nope", .notFound(offset: 1)),
      ("/foo/0/x", .notContainer(offset: 7)), ("/m/m/1/y", .notFound(offset: 7)),
    ] as [(String, JSONPointerError)])
  func unresolved(pointer: String, error: JSONPointerError) {
    #expect(throws: error) { try resolve(pointer, Self.sample) }
  }

  private func laidOut(_ document: String, _ layout: JSONLayout) throws -> String {
    var parser = JSONParser()
    let octets = Array(document.utf8)
    try parser.parse(octets.span)
    return text { JSONSerializer.document(parser, octets.span, into: &$0, layout: layout) }
  }

  @Test("a layout has lines, spaces and sorted names")
  func layouts() throws {
    let document = #"{"b":[1,{}],"a":{"é":null,"z":[]},"a":2.5,"B":"\u0001"}"#
    #expect(
      try laidOut(document, JSONLayout())
        == #"{"b":[1,{}],"a":{"é":null,"z":[]},"a":2.5,"B":"\u0001"}"#)
    #expect(
      try laidOut(document, JSONLayout(sortsNames: true)) == #"{"B":"\u0001","a":2.5,"b":[1,{}]}"#)
    #expect(
      try laidOut(#"{"a":[1,{"b":{}},[]]}"#, JSONLayout(indent: 2))
        == "{\n  \"a\": [\n    1,\n    {\n      \"b\": {}\n    },\n    []\n  ]\n}")
    #expect(try laidOut("7", JSONLayout(indent: 4)) == "7")
  }

  @Test("many members are sorted by code point")
  func sorting() throws {
    var generator = SeededGenerator(seed: 7396)
    let names = (0..<500).map { _ in
      String(
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in
          ["a", "b", "é", "\u{FFFD}", "💀"].randomElement(using: &generator)!
        }.joined())
    }
    let document = "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    let sorted = Set(names).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    #expect(
      try laidOut(document, JSONLayout(sortsNames: true))
        == "{" + sorted.map { "\"\($0)\":0" }.joined(separator: ",") + "}")
  }

  /// The examples of RFC 7396, Appendix A, and what they leave open.
  @Test(
    "a merge patch changes, adds and removes members",
    .clause(
      "RFC7396-2-1", "RFC7396-2-2", "RFC7396-2-3", "RFC7396-2-4", "RFC7396-2-5", "RFC7396-2-6",
      "RFC7396-2-7", "RFC7396-2-9", "RFC7396-2-10", "RFC7396-2-11", "RFC7396-2-12", "RFC7396-2-13"),
    arguments: [
      (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
      (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
      (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
      (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
      (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
      (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
      (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
      (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
      (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"),
      (#"{"a":"foo"}"#, #""bar""#, #""bar""#), (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
      ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
      ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
      (#"{"a":1,"a":{"x":1}}"#, #"{"a":{"y":2},"b":1,"b":null}"#, #"{"a":{"x":1,"y":2}}"#),
      (#"{"\u0061":1}"#, #"{"a":[null]}"#, #"{"a":[null]}"#),
    ])
  func mergePatch(target: String, patch: String, expected: String) throws {
    var one = JSONParser()
    var other = JSONParser()
    let (first, second) = (Array(target.utf8), Array(patch.utf8))
    try one.parse(first.span)
    try other.parse(second.span)
    let merged = text {
      JSONSerializer.mergePatch(one, first.span, other, second.span, into: &$0)
    }
    #expect(merged == expected)
  }

  @Test(
    "I-JSON refuses equal names and noncharacters, at the string",
    .clause("RFC7493-2.1-2", "RFC7493-2.3-1"),
    arguments: [
      (#"{"a":1,"b":{},"a":2}"#, .duplicateName, 14), (#"{"a":1,"\u0061":2}"#, .duplicateName, 7),
      (#"[{"x":{"y":0,"y":0},"x":1}]"#, .duplicateName, 13),
      ("[\"ok\",\"\u{FFFE}\"]", .noncharacter, 6), (#"["\uFDD0"]"#, .noncharacter, 1),
      (#"["\udbff\udfff"]"#, .noncharacter, 1),
      ("{\"a\":0,\"a\":\"\u{1FFFF}\"}", .duplicateName, 7),
    ] as [(String, JSONError.Code, Int)])
  func interoperable(document: String, code: JSONError.Code, offset: Int) {
    for padding in ["", String(repeating: " ", count: 100)] {
      var parser = JSONParser(rules: .iJSON)
      let octets = Array((padding + document).utf8)
      let error = #expect(throws: JSONError.self) { try parser.parse(octets.span) }
      #expect(error?.code == code)
      #expect(error?.offset == offset + padding.utf8.count)
      #expect(read(document).isAccepted)
    }
  }

  @Test(
    "I-JSON takes what differs, and the last characters before those that are none",
    .clause("RFC7493-2.1-2", "RFC7493-2.3-1"))
  func interoperableTexts() throws {
    var parser = JSONParser(rules: .iJSON)
    for document in [#"{"a":{"a":1},"b":{"a":1}}"#, "[\"\u{FFFD}\u{FDCF}\u{FDF0}\u{1FFFD}\"]", "1"]
    {
      let octets = Array(document.utf8)
      try parser.parse(octets.span)
    }
  }

  @Test("lines come out whole, however they are cut", arguments: [1, 2, 3, 5, 7, 100])
  func lines(step: Int) throws {
    let stream = Array("{\"a\":1}\n\n  \r\n[\"x\\ny\"]\r\n3\n\ntrue".utf8)
    var decoder = JSONLinesDecoder()
    var lines: [String] = []
    var start = 0
    while start < stream.count {
      let end = min(start + step, stream.count)
      decoder.feed(stream.span.extracting(start..<end))
      while let line = try decoder.next() { lines.append(string(decoder.octets(line))) }
      start = end
    }
    #expect(lines == [#"{"a":1}"#, "[\"x\\ny\"]\r", "3"])
    try decoder.finish()
    let last = try #require(try decoder.next())
    #expect(string(decoder.octets(last)) == "true")
    #expect(try decoder.next() == nil)
  }

  @Test("a line that is too long is refused before its end, and ever after")
  func longLine() throws {
    var decoder = JSONLinesDecoder(limits: JSONLimits(documentOctetsMax: 4))
    decoder.feed(Array("1234\n12345".utf8).span)
    #expect(try decoder.next()?.count == 4)
    for _ in 0..<2 {
      let error = #expect(throws: JSONError.self) { try decoder.next() }
      #expect(error == JSONError(.documentTooLong, offset: 4, line: 2, column: 5))
    }
  }
}
