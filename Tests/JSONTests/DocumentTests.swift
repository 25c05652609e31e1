import NecroFuzzBodies
import NecroJSON
import NecroOctets
import TestSupport
import Testing

@Suite("Documents")
struct DocumentTests {
  @Test(
    "a document is read into its elements",
    arguments: [
      ("null", ["null"]),
      (" \t\r\n true \t\r\n ", ["true"]),
      ("false", ["false"]),
      ("[]", ["[0 to 1", "]"]),
      ("{}", ["{0 to 1", "}"]),
      ("[1, 2]", ["[2 to 3", "1", "2", "]"]),
      ("[[], [[]]]", ["[2 to 7", "[0 to 2", "]", "[1 to 6", "[0 to 5", "]", "]", "]"]),
      (
        #"{"a":{"b":[null]},"c":{}}"#,
        [
          "{2 to 11", "\"a\"", "{1 to 7", "\"b\"", "[1 to 6", "null", "]", "}", "\"c\"", "{0 to 10",
          "}", "}",
        ]
      ),
      (#"{"a":1,"a":2}"#, ["{2 to 5", "\"a\"", "1", "\"a\"", "2", "}"]),
      (#"{"":0}"#, ["{1 to 3", "\"\"", "0", "}"]),
    ])
  func elements(document: String, expected: [String]) {
    #expect(read(document) == .elements(expected))
  }

  @Test(
    "what is not JSON is refused at the octet at fault",
    arguments: [
      ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("[", .unexpectedEnd, 1),
      ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3), ("{", .unexpectedEnd, 1),
      (#"{"a"#, .unexpectedEnd, 3), (#"{"a""#, .unexpectedEnd, 4), (#"{"a":"#, .unexpectedEnd, 5),
      (#"{"a":1"#, .unexpectedEnd, 6), (#"{"a":1,"#, .unexpectedEnd, 7), ("tru", .unexpectedEnd, 3),
      ("\u{FEFF}1", .byteOrderMark, 0), ("[\u{FEFF}1]", .expectedValue, 1),
      ("]", .expectedValue, 0), ("[,1]", .expectedValue, 1), ("[1,]", .expectedValue, 3),
      ("[1,,2]", .expectedValue, 3), (#"{"a":}"#, .expectedValue, 5), ("'a'", .expectedValue, 0),
      ("+1", .expectedValue, 0), (".5", .expectedValue, 0), ("NaN", .expectedValue, 0),
      ("Infinity", .expectedValue, 0), ("[\u{B}1]", .expectedValue, 1),
      ("{1:2}", .expectedName, 1), ("{a:2}", .expectedName, 1), (#"{"a":1,}"#, .expectedName, 7),
      ("{,}", .expectedName, 1), ("{]", .expectedName, 1),
      (#"{"a" 1}"#, .expectedColon, 5), (#"{"a","b"}"#, .expectedColon, 4),
      ("[1 2]", .expectedCommaOrEnd, 3), ("[1}", .expectedCommaOrEnd, 2),
      (#"{"a":1]"#, .expectedCommaOrEnd, 6), (#"{"a":1:2}"#, .expectedCommaOrEnd, 6),
      ("1 2", .trailingOctets, 2), ("{}}", .trailingOctets, 2), ("[]]", .trailingOctets, 2),
      ("null\u{0}", .trailingOctets, 4), ("1 // one", .trailingOctets, 2),
      ("nul1", .invalidLiteral, 3), ("True", .expectedValue, 0), ("tRue", .invalidLiteral, 1),
      ("fals ", .invalidLiteral, 4),
    ] as [(String, JSONError.Code, Int)])
  func refused(document: String, code: JSONError.Code, offset: Int) {
    #expect(read(document) == .fault(code, offset: offset))
  }

  @Test("every proper prefix of a document ends too early, at its end")
  func prefixes() {
    let document = Array(#"{"a":[true,null,"\u00e9\ud83d\udc80é€",{"b":"c\n"},"x"],"d":{}}"#.utf8)
    #expect(read(document).isAccepted)
    for count in document.indices {
      #expect(read(Array(document[..<count])) == .fault(.unexpectedEnd, offset: count))
    }
  }

  @Test("an error names line and column, counted in octets from 1")
  func lines() throws {
    var parser = JSONParser()
    let document = Array("{\n  \"é\": 1,\r\n\n  \"é\" x".utf8)
    let error = try #require(throws: JSONError.self) { try parser.parse(document.span) }
    #expect(error == JSONError(.expectedColon, offset: 22, line: 4, column: 8))
    #expect(error.message.utf8CodeUnitCount > 0)
  }

  @Test(
    "after an error the place in the document is a JSON Pointer",
    arguments: [
      ("x", ""), ("[x", "/0"), ("[1,[2,{}],x", "/2"), ("[[1],[[],x", "/1/1"),
      (#"{"a":x"#, "/a"), (#"{"a":1,"b":[{"c":{}},{"d":[x"#, "/b/1/d/0"),
      (#"{"a":1 x"#, ""), (#"[{"a":1,x"#, "/0"), (#"{"~/":{"\u00e9\"":x"#, "/~0~1/é\""),
      (#"{"":x"#, "/"), ("[1]x", ""), ("[[1]x", "/1"), (#"{"a":[{"b":1}],"c" x"#, "/c"),
    ])
  func pointers(document: String, expected: String) {
    var parser = JSONParser()
    let octets = Array(document.utf8)
    #expect(throws: JSONError.self) { try parser.parse(octets.span) }
    #expect(text { parser.appendPointer(in: octets.span, into: &$0) } == expected)
  }

  @Test("nesting is limited, and its limit is reached exactly")
  func depth() {
    let limits = JSONLimits(depthMax: 3)
    #expect(read("[[[1]]]", limits: limits).isAccepted)
    #expect(read("[[[]],[[]],{\"a\":{}}]", limits: limits).isAccepted)
    #expect(read("[[[[]]]]", limits: limits) == .fault(.depthExceeded, offset: 3))
    #expect(read("1", limits: JSONLimits(depthMax: 0)).isAccepted)
    #expect(read("{}", limits: JSONLimits(depthMax: 0)) == .fault(.depthExceeded, offset: 0))
    let deepest = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
    #expect(read(deepest).isAccepted)
    #expect(read("[" + deepest + "]") == .fault(.depthExceeded, offset: 256))
    let allowed = JSONLimits(depthMax: .max)
    let deep = String(repeating: "[", count: 200_000)
    #expect(read(deep, limits: allowed) == .fault(.unexpectedEnd, offset: 200_000))
  }

  @Test("a document longer than allowed is refused unread")
  func length() {
    let limits = JSONLimits(documentOctetsMax: 4)
    #expect(read("1234", limits: limits).isAccepted)
    #expect(read("12345", limits: limits) == .fault(.documentTooLong, offset: 4))
  }

  @Test("a parser forgets the document before, also after an error")
  func reuse() throws {
    var parser = JSONParser()
    let first = Array(#"["\n", {"a": ["#.utf8)
    #expect(throws: JSONError.self) { try parser.parse(first.span) }
    #expect(parser.tape.count == 5)
    let second = Array(#"["\t"]"#.utf8)
    try parser.parse(second.span)
    #expect(parser.tape.count == 3)
    #expect(parser.tape[0] == .beginArray(count: 1, end: 2))
    #expect(parser.tape[1] == .escapedString(Slice(offset: 0, count: 1), isASCII: true))
    #expect(parser.unescaped.count == 1)
  }

  @Test("a value is stepped over by the index behind it")
  func stepping() throws {
    var parser = JSONParser()
    let document = Array(#"{"a":[1,[2]],"b":3}"#.utf8)
    try parser.parse(document.span)
    #expect(parser.tape.index(after: 0) == parser.tape.count)
    #expect(parser.tape.index(after: 1) == 2)
    let value = parser.tape.index(after: 2)
    #expect(parser.tape[value] == .string(Slice(offset: 14, count: 1), isASCII: true))
  }

  @Test("the corpus survives the round trip")
  func corpus() {
    let files = PackageFolders.corpus("json")
    #expect(files.count >= 9)
    for file in files { fuzzJSONRoundTrip(GuardedOctets(file.octets).span) }
  }

  @Test("damaged documents survive the round trip or are refused")
  func damage() {
    var generator = SeededGenerator(seed: 8259)
    let files = PackageFolders.corpus("json")
    for _ in 0..<3000 {
      guard var octets = files.randomElement(using: &generator)?.octets else { return }
      for _ in 0..<Int.random(in: 1...3, using: &generator) where !octets.isEmpty {
        let index = octets.indices.randomElement(using: &generator)!
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: octets[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: octets.remove(at: index)
        default: octets.insert(octets.randomElement(using: &generator)!, at: index)
        }
      }
      fuzzJSONRoundTrip(GuardedOctets(octets).span)
    }
  }
}
