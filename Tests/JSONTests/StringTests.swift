import NecroJSON
import NecroOctets
import TestSupport
import Testing

@Suite("Strings")
struct StringTests {
  @Test(
    "a string is read with its escapes",
    arguments: [
      (#""""#, #""""#), (#""abc""#, #""abc""#), (#""é""#, #"u"é""#), (#""\/""#, #"e"/""#),
      (#""\"\\\b\f\n\r\t""#, "e\"\"\\\u{8}\u{C}\n\r\t\""), (#""\u0041""#, #"e"A""#),
      (#""\u0000""#, "e\"\u{0}\""), (#""\u007f""#, "e\"\u{7F}\""), ("\"\u{7F}\"", "\"\u{7F}\""),
      (#""a\u0080b""#, "eu\"a\u{80}b\""), (#""\u07FF\u0800""#, "eu\"\u{7FF}\u{800}\""),
      (#""\ud7ff\ue000\uFFFF""#, "eu\"\u{D7FF}\u{E000}\u{FFFF}\""),
      (#""\uD800\uDC00""#, "eu\"\u{10000}\""), (#""\uDBFF\uDFFF""#, "eu\"\u{10FFFF}\""),
      (#""é\n""#, "eu\"é\n\""), (#""\né""#, "eu\"\né\""), (#""💀\u0041""#, "eu\"💀A\""),
    ])
  func accepted(document: String, expected: String) {
    #expect(read(document) == .elements([expected]))
  }

  @Test(
    "a bad string is refused at the octet at fault",
    arguments: [
      ("\"a\u{0}\"", .controlCharacter, 2), ("\"\u{1F}\"", .controlCharacter, 1),
      ("\"\n\"", .controlCharacter, 1), ("\"\\n\t\"", .controlCharacter, 3),
      (#""\x""#, .invalidEscape, 2), (#""\'""#, .invalidEscape, 2),
      (#""\U0041""#, .invalidEscape, 2),
      (#""\u00g0""#, .invalidEscape, 5), (#""\u 041""#, .invalidEscape, 3),
      (#""\u004""#, .invalidEscape, 6), (#""\ud800""#, .loneSurrogate, 1),
      (#""ab\udc00""#, .loneSurrogate, 3), (#""\ud800\n""#, .loneSurrogate, 1),
      (#""\ud800\ud800""#, .loneSurrogate, 1), (#""\ud800\u0041""#, .loneSurrogate, 1),
      (#""\ud800x""#, .loneSurrogate, 1), (#""\udc00\ud800""#, .loneSurrogate, 1),
      (#""\"#, .unexpectedEnd, 2), (#""\u"#, .unexpectedEnd, 3), (#""\u00"#, .unexpectedEnd, 5),
      (#""\ud800\"#, .unexpectedEnd, 8), (#""\ud800\u"#, .unexpectedEnd, 9),
    ] as [(String, JSONError.Code, Int)])
  func refused(document: String, code: JSONError.Code, offset: Int) {
    #expect(read(document) == .fault(code, offset: offset))
  }

  @Test("a quote, escape, control character or non-ASCII octet is seen at every place in a word")
  func places() {
    for length in 0..<26 {
      for place in 0...length {
        let front = String(repeating: "x", count: place)
        let back = String(repeating: "y", count: length - place)
        let escaped = "\"\(front)\\n\(back)\""
        #expect(read(escaped) == .elements(["e\"\(front)\n\(back)\""]))
        #expect(read("\"\(front)é\(back)\"") == .elements(["u\"\(front)é\(back)\""]))
        #expect(
          read("\"\(front)\u{1}\(back)\"") == .fault(.controlCharacter, offset: place + 1))
        let ended = read("\"\(front)\"\(back)")
        if back.isEmpty {
          #expect(ended == .elements(["\"\(front)\""]))
        } else {
          #expect(ended == .fault(.trailingOctets, offset: place + 2))
        }
        for octet in [0x22, 0x5C, 0x00, 0x1F, 0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x80, 0xFF] {
          expectWritten(Array(front.utf8) + [UInt8(octet)] + Array(back.utf8))
        }
      }
    }
  }

  @Test("each ASCII character is written escaped only where JSON asks for it")
  func everyCharacter() {
    for octet in UInt8(0)..<0x80 { expectWritten([octet]) }
    expectWritten(Array("é€💀\u{2028}/".utf8))
    expectWritten([])
  }

  @Test("escapes at any place of a string leave their neighbours as they are")
  func besideEscapes() {
    // The octets next above the escaped ones are those that a borrow would spill into.
    let octets: [UInt8] = [0x22, 0x23, 0x5C, 0x5D, 0x1F, 0x20, 0x21, 0x0A, 0x61]
    for count in 1...19 {
      for place in 0..<count {
        for first in octets {
          for second in octets {
            var string = [UInt8](repeating: 0x61, count: count)
            string[place] = first
            if place + 1 < count { string[place + 1] = second }
            expectWritten(string)
          }
        }
      }
    }
  }

  /// Compares with a serializer that looks at one octet at a time.
  private func expectWritten(_ octets: [UInt8]) {
    var expected: [UInt8] = [0x22]
    let short: [UInt8: String] = [
      0x22: #"\""#, 0x5C: #"\\"#, 8: #"\b"#, 9: #"\t"#, 10: #"\n"#, 12: #"\f"#, 13: #"\r"#,
    ]
    for octet in octets {
      if let escape = short[octet] {
        expected += Array(escape.utf8)
      } else if octet < 0x20 {
        expected += Array((octet < 16 ? #"\u000"# : #"\u00"#).utf8)
        expected += Array(String(octet, radix: 16).utf8)
      } else {
        expected.append(octet)
      }
    }
    expected.append(0x22)
    var output = OctetBuffer()
    JSONSerializer.string(GuardedOctets(octets).span, into: &output)
    #expect(array(output.octets) == expected)
  }

  @Test("exactly the strings that Swift takes for UTF-8 are accepted")
  func utf8() {
    let edges: [UInt8] = [0x00, 0x20, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xE0, 0xFF]
    for lead in UInt8(0x80)...0xFF {
      expectUTF8([lead])
      for second in UInt8(0x20)...0xFF where second != 0x22 && second != 0x5C {
        expectUTF8([lead, second])
        if lead < 0xE0 { continue }
        for third in edges where third >= 0x20 {
          expectUTF8([lead, second, third])
          if lead < 0xF0 { continue }
          for fourth in [0x20, 0x7F, 0x80, 0xBF, 0xC0] as [UInt8] {
            expectUTF8([lead, second, third, fourth])
          }
        }
      }
    }
  }

  private func expectUTF8(_ octets: [UInt8]) {
    let isValid = String(validating: octets, as: UTF8.self) != nil
    var parser = JSONParser()
    let document = [0x22] + octets + [0x22]
    var code: JSONError.Code?
    do throws(JSONError) {
      try parser.parse(document.span)
    } catch {
      code = error.code
    }
    if code != (isValid ? nil : .invalidUTF8) {
      Issue.record("\(octets): \(String(describing: code))")
    }
  }
}
