import NecroFuzzBodies
import NecroJSON
import NecroOctets
import TestSupport
import Testing

@Suite("Single values of a document")
struct OutlineTests {
  private static let sample =
    #"{"a": {"b": [1, "x\ny", {"c": null}], "\u0061": -2.5e3}, "e": [], "o": {} , "a/b": "é", "d": 1, "d": 2}"#

  /// The octets of the value that names and indexes lead to.
  private func find(_ way: [String], _ document: String) throws -> String? {
    let octets = Array(document.utf8)
    var outline = JSONOutline()
    var place = try outline.read(octets.span)
    for step in way {
      if let index = Int(step) {
        var value = try outline.first(in: place, of: octets.span)
        for _ in 0..<index {
          guard let each = value else { return nil }
          value = try outline.next(after: each, in: octets.span)
        }
        guard let value else { return nil }
        place = value
      } else {
        let name = Array(step.utf8)
        guard let value = try outline.member(name.span, of: place, in: octets.span) else {
          return nil
        }
        place = value
      }
    }
    return string(octets.span.octets(try outline.slice(of: place, in: octets.span)))
  }

  @Test(
    "a value is found by its way",
    arguments: [
      ([], sample), (["a", "b", "0"], "1"), (["a", "b", "1"], #""x\ny""#),
      (["a", "b", "2", "c"], "null"), (["a", "a"], "-2.5e3"), (["e"], "[]"), (["o"], "{}"),
      (["a/b"], #""é""#), (["d"], "2"), (["nope"], nil), (["e", "0"], nil), (["o", "x"], nil),
      (["a", "b", "3"], nil), (["a", "b"], #"[1, "x\ny", {"c": null}]"#),
    ] as [([String], String?)])
  func ways(way: [String], expected: String?) throws {
    #expect(try find(way, Self.sample) == expected)
  }

  @Test(
    "a document that is one value is found whole", arguments: ["7", " \"a b\" ", "\n[]\n", "true"])
  func scalars(document: String) throws {
    #expect(try find([], document)?.isEmpty == false)
    #expect(document.contains(try find([], document)!))
  }

  @Test(
    "what is stepped on and no JSON is an error with its place",
    arguments: [
      ("", [], .unexpectedEnd, 0), ("  ", [], .unexpectedEnd, 2), ("\"a", [], .unexpectedEnd, 2),
      ("[\"\u{1}\"]", [], .controlCharacter, 2), ("]", [], .expectedValue, 0),
      ("[1 2]", ["1"], .expectedCommaOrEnd, 3), ("[1,]", ["1"], .expectedValue, 3),
      (#"{"a" 1}"#, ["a"], .expectedColon, 5), ("{1:2}", ["a"], .expectedName, 1),
      (#"{"a":1,}"#, ["b"], .expectedName, 7), ("[1", ["1"], .unexpectedEnd, 2),
      (#"{"a":[1,2"#, ["b"], .unexpectedEnd, 9), ("[1}", ["1"], .expectedCommaOrEnd, 2),
      (#"{"\x":1}"#, ["y"], .invalidEscape, 3),
    ] as [(String, [String], JSONError.Code, Int)])
  func faults(document: String, way: [String], code: JSONError.Code, offset: Int) {
    let error = #expect(throws: JSONError.self) { try find(way, document) }
    #expect(error?.code == code)
    #expect(error?.offset == offset)
  }

  @Test("what is stepped over is not read")
  func unread() throws {
    #expect(try find(["b"], #"{"a": [nope, 01}}, "b": 3}"#) == nil)
    #expect(try find(["b"], #"{"a": [nope, 01, .], "b": 3}"#) == "3")
  }

  @Test("nesting costs no stack, and a long document is refused")
  func limits() throws {
    let deep = String(repeating: "[", count: 500_000) + String(repeating: "]", count: 500_000)
    #expect(try find(["0"], deep)?.utf8.count == 999_998)
    let octets = Array("12345".utf8)
    var outline = JSONOutline(limits: JSONLimits(documentOctetsMax: 4))
    #expect(throws: JSONError(.documentTooLong, offset: 4, line: 1, column: 5)) {
      try outline.read(octets.span)
    }
  }
}
