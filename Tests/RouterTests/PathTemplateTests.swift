import NecroOctets
import NecroRouter
import TestSupport
import Testing

@Suite("Path templates")
struct PathTemplateTests {
  @Test(
    "a template names its parameters in order",
    arguments: [
      ("/", []), ("/a/b", []), ("/a/", []), ("//", []), ("/100%", []), ("/café", []),
      ("/summon/{id}", ["id"]), ("/a/{x}/b/{y}", ["x", "y"]), ("/{_a1}", ["_a1"]),
      ("/{é}", ["é"]), ("/files/{rest:path}", ["rest"]), ("/{a}/{b}/{c:path}", ["a", "b", "c"]),
      ("/{a}/", ["a"]), ("/{path}", ["path"]),
    ] as [(String, [String])])
  func names(text: String, expected: [String]) throws {
    let template = try PathTemplate(GuardedOctets(Array(text.utf8)).span)
    let names = template.parameterNames.map {
      String(decoding: template.octets[$0.offset..<$0.end], as: UTF8.self)
    }
    #expect(names == expected)
    #expect(template.endsInRest == text.hasSuffix(":path}"))
    #expect(template.octets == Array(text.utf8))
  }

  @Test(
    "a template at fault is refused at the octet at fault",
    arguments: [
      ("", .missingLeadingSlash, 0), ("a/b", .missingLeadingSlash, 0),
      ("{a}", .missingLeadingSlash, 0), ("/{a", .unclosedBrace, 1), ("/x/{", .unclosedBrace, 3),
      ("/{a/b}", .unclosedBrace, 1), ("/a}", .strayBrace, 2), ("/}", .strayBrace, 1),
      ("/{{a}}", .strayBrace, 2), ("/{a{", .strayBrace, 3), ("/{}", .emptyName, 2),
      ("/{:path}", .emptyName, 2), ("/{a b}", .invalidName, 3), ("/{1a}", .invalidName, 2),
      ("/{a-b}", .invalidName, 3), ("/{a}/{a}", .duplicateName, 6),
      ("/{a}/b/{a:path}", .duplicateName, 8), ("/{a:int}", .unknownConverter, 4),
      ("/{a:}", .unknownConverter, 4), ("/{a:path:path}", .unknownConverter, 4),
      ("/{a}b", .mixedSegment, 4), ("/a{b}", .mixedSegment, 2), ("/{a}{b}", .mixedSegment, 4),
      ("/{a:path}x", .mixedSegment, 9), ("/{a:path}/", .restNotLast, 9),
      ("/{a:path}/b", .restNotLast, 9), ("/a?b", .queryOrFragment, 2),
      ("/a/#b", .queryOrFragment, 3),
    ] as [(String, PathTemplateError.Code, Int)])
  func refused(text: String, code: PathTemplateError.Code, offset: Int) {
    #expect(throws: PathTemplateError(code, at: offset)) {
      _ = try PathTemplate(GuardedOctets(Array(text.utf8)).span)
    }
  }

  @Test("the number of parameters is limited, and its limit is reached exactly")
  func parameterCount() throws {
    func template(_ count: Int) -> [UInt8] {
      Array((0..<count).map { "/{p\($0)}" }.joined().utf8)
    }
    let most = PathTemplate.parameterCountMax
    let octets = template(most)
    #expect(try PathTemplate(octets.span).parameterNames.count == most)
    let more = template(most + 1)
    #expect(throws: PathTemplateError(.tooManyParameters, at: octets.count + 1)) {
      _ = try PathTemplate(more.span)
    }
  }
}
