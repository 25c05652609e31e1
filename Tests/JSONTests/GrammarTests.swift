import NecroJSON
import NecroOctets
import TestSupport
import Testing

/// The grammar of RFC 8259, rule by rule: what has it and what just lacks it.
@Suite("Grammar")
struct GrammarTests {
  /// Holds every text against what it should be, also deep in a text that has an index.
  private func check(accepted: [String], refused: [String]) {
    let padding = #"["\#(String(repeating: "x", count: 80))","#
    for text in accepted {
      #expect(read(text).isAccepted, "\(text)")
      #expect(read("\(padding)\(text)]").isAccepted, "\(text)")
    }
    for text in refused {
      #expect(!read(text).isAccepted, "\(text)")
      #expect(!read("\(padding)\(text)]").isAccepted, "\(text)")
    }
  }

  @Test(
    "a text is a value with white space around its tokens",
    .clause(
      "RFC8259-2-1", "RFC8259-2-2", "RFC8259-2-3", "RFC8259-2-4", "RFC8259-2-5", "RFC8259-2-6",
      "RFC8259-2-7", "RFC8259-2-8"))
  func whiteSpace() {
    for space in [" ", "\t", "\n", "\r", " \t\r\n"] {
      check(
        accepted: [
          "\(space)1\(space)",
          "\(space)[\(space)1\(space),\(space)2\(space)]\(space)",
          "\(space){\(space)\"a\"\(space):\(space)1\(space),\(space)\"b\"\(space):\(space)2\(space)}\(space)",
        ], refused: ["[1\(space)2]", "{\"a\"\(space)1}"])
    }
    for other in ["\u{B}", "\u{C}", "\u{0}", "\u{A0}", "\u{2028}", "\u{FEFF}", "/**/", "#"] {
      check(accepted: [], refused: ["[\(other)1]", "[1\(other)]", "{\(other)}", "1\(other)"])
    }
    check(accepted: [], refused: ["[1", "{\"a\":1", "1]", "1}", "[1}", "{\"a\":1]"])
  }

  @Test(
    "values are of seven kinds, and literals spelt in small letters",
    .clause(
      "RFC8259-3-1", "RFC8259-3-2", "RFC8259-3-3", "RFC8259-3-4", "RFC8259-3-5", "RFC8259-3-6"))
  func values() {
    check(
      accepted: ["{}", "[]", "1", "\"\"", "true", "false", "null"],
      refused: [
        "True", "FALSE", "Null", "tru", "truee", "nul", "nulll", "fals", "falsee", "undefined",
        "NaN", "Infinity", "'a'", "a", "`a`", "(1)", "nan", "true1", "null\"a\"",
      ])
  }

  @Test(
    "objects are members, with one comma between them",
    .clause("RFC8259-4-1", "RFC8259-4-2", "RFC8259-4-3"))
  func objects() {
    check(
      accepted: [#"{"a":1}"#, #"{"a":1,"b":2}"#, #"{"":{}}"#, #"{"a":1,"a":2}"#],
      refused: [
        #"{"a"}"#, #"{"a":}"#, #"{:1}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1,,"b":2}"#,
        #"{"a":1"b":2}"#, #"{a:1}"#, #"{1:1}"#, #"{"a":1:2}"#, #"{"a","b"}"#, #"{"a"::1}"#,
      ])
    // Of equal names both are kept: which one wins is its reader's choice.
    #expect(read(#"{"a":1,"a":2}"#) == .elements(["{2 to 5", "\"a\"", "1", "\"a\"", "2", "}"]))
  }

  @Test("arrays are values, with one comma between them", .clause("RFC8259-5-1"))
  func arrays() {
    check(
      accepted: ["[]", "[1]", "[1,\"a\",[],{}]"],
      refused: ["[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "[[1,2]"])
  }

  @Test(
    "numbers have no leading zeros, digits on both sides of a point, and a sign in few places",
    .clause(
      "RFC8259-6-1", "RFC8259-6-2", "RFC8259-6-3", "RFC8259-6-4", "RFC8259-6-5", "RFC8259-6-6",
      "RFC8259-6-7", "RFC8259-6-8", "RFC8259-6-9"))
  func numbers() {
    check(
      accepted: [
        "0", "-0", "1", "-1", "10", "1234567890", "0.0", "0.10", "-0.5", "1e1", "1E1", "1e+1",
        "1e-1", "1.5E+07", "0e0", "-12.25e-3", "100000000000000000000",
      ],
      refused: [
        "00", "01", "-01", "+1", "--1", "1.", ".1", "-.1", "1.e1", "1e", "1e+", "1e1.5", "1e1e1",
        "0x1", "1_0", "1 0", "-", "1-1", "١", "1f", "1.5.5", "\u{2212}1", "1\u{FF0E}5",
      ])
  }

  @Test(
    "strings are characters in quotation marks, some of them escaped",
    .clause(
      "RFC8259-7-1", "RFC8259-7-2", "RFC8259-7-3", "RFC8259-7-4", "RFC8259-7-5", "RFC8259-7-6"))
  func strings() {
    check(
      accepted: [
        #""""#, #""a""#, #""\"\\\/\b\f\n\r\t""#, #""\u0000\uABCD\uabcd""#,
        "\" !#[]~\u{7F}\u{10FFFF}\"",
        #""\ud83d\udc80""#,
      ],
      refused: [
        #"""#, #""a"#, #"a""#, #""\a""#, #""\U0041""#, #""\u004""#, #""\u004g""#, #""\x41""#,
        #""\""#, #""\'""#, "'a'",
      ])
    for control in UInt8(0)..<0x20 {
      let text = "\"\(Character(Unicode.Scalar(control)))\""
      check(accepted: [], refused: [text])
      #expect(text.utf8.count == 3)
    }
  }

  @Test(
    "texts are UTF-8 without a byte order mark",
    .clause("RFC8259-8.1-1", "RFC8259-8.1-2", "RFC8259-8.1-3"))
  func encoding() {
    #expect(read("\u{FEFF}{}") == .fault(.byteOrderMark, offset: 0))
    #expect(!read([0x22, 0xE9, 0x22]).isAccepted)
    #expect(!read([0x5B, 0x00, 0x5D, 0x00]).isAccepted)
    #expect(rewritten(Array("[\"é€💀\"]".utf8)) == "[\"é€💀\"]")
  }

  @Test(
    "what has the grammar is accepted and nothing else, and what is written has it",
    .clause("RFC8259-9-1", "RFC8259-9-2", "RFC8259-10-1"))
  func parsersAndGenerators() throws {
    let text = #" { "a" : [ 1 , -2.5e0 , true , null , "\u0001\"\\" ] } "#
    let written = try #require(rewritten(Array(text.utf8)))
    #expect(written == #"{"a":[1,-2.5,true,null,"\u0001\"\\"]}"#)
    #expect(read(written).isAccepted)
    check(accepted: [], refused: ["{}//", "[1,]", "{'a':1}", "[0x1]"])
  }
}
