import NecroHTTP1
import Testing

/// RFC 9112 §5, RFC 9110 §5
@Suite("Field lines")
struct FieldLineTests {
  private let start = "GET / HTTP/1.1\r\n"

  @Test("values lose the white space around them and keep what is inside")
  func values() {
    let log = RequestLog(
      start + "Host:h\r\nA: \t b  c\td \t\r\nE:\r\nF: \t \r\nG: \u{80}\u{FF}~!\r\n\r\n")
    #expect(
      log.lines.first
        == "GET origin path=/ authority=h http11 none"
        + " [Host=h] [A=b  c\td] [E=] [F=] [G=\u{80}\u{FF}~!]")
  }

  @Test("names are any token and keep their spelling")
  func names() {
    let log = RequestLog(start + "hOsT: h\r\n!#$%&'*+-.^_`|~09azAZ: v\r\n\r\n")
    #expect(log.lines.first?.hasSuffix("[hOsT=h] [!#$%&'*+-.^_`|~09azAZ=v]") == true)
  }

  @Test("a malformed field name is refused")
  func malformedNames() {
    expectRefused(start + "¦: v\r\n", .fieldNameInvalid)
    expectRefused(start + "Host: h\r\n¦: v\r\n", .fieldNameInvalid)
    expectRefused(start + "A¦(: v\r\n", .fieldNameInvalid)
    expectRefused(start + "A¦\u{0}: v\r\n", .fieldNameInvalid)
    expectRefused(start + "A¦\u{E9}: v\r\n", .fieldNameInvalid)
    expectRefused(start + "A¦\u{7F}: v\r\n", .fieldNameInvalid)
    expectRefused(start + "A¦ : v\r\n", .whitespaceBeforeColon)
    expectRefused(start + "A¦\t: v\r\n", .whitespaceBeforeColon)
    expectRefused(start + "A¦ b: v\r\n", .whitespaceBeforeColon)
    expectRefused(start + "Content-Length¦ : 1\r\n", .whitespaceBeforeColon)
    expectRefused(start + "Host¦\r\n", .colonMissing)
    expectRefused(start + "Host¦\n", .bareLineFeed)
  }

  @Test("folded lines and lines that begin with white space are refused")
  func folds() {
    expectRefused(start + "¦ Host: h\r\n", .whitespaceBeforeFirstField)
    expectRefused(start + "¦\tHost: h\r\n", .whitespaceBeforeFirstField)
    expectRefused(start + "Host: h\r\n¦ x\r\n", .obsoleteFold)
    expectRefused(start + "Host: h\r\nA: b\r\n¦\tc\r\n", .obsoleteFold)
    expectRefused(start + "Host: h\r\n¦ \r\n\r\n", .obsoleteFold)
  }

  @Test("control octets in a value are refused, each of them", .clause("RFC9110-5.5-5"))
  func controls() {
    for octet in (0..<32).map({ UInt8($0) }) + [127] where ![9, 10, 13].contains(octet) {
      let control = String(Character(Unicode.Scalar(octet)))
      expectRefused(start + "A: b¦\(control)c\r\n", .fieldValueInvalid)
      expectRefused(start + "A: ¦\(control)", .fieldValueInvalid)
      expectRefused(
        start + "A: a value that is long enough for words¦\(control)", .fieldValueInvalid)
    }
  }

  @Test(
    "every other octet passes at every place of a value", .clause("RFC9110-5.5-1", "RFC9110-5.5-4"))
  func octetsOfValues() {
    var value = String.UnicodeScalarView()
    for octet in (0x21..<0x7F).map({ UInt8($0) }) + (0x80...0xFF).map({ UInt8($0) }) {
      value.append(Unicode.Scalar(octet))
    }
    for shift in 0..<9 {
      let shifted = String(repeating: "x", count: shift) + String(value)
      let decoded = RequestLog("GET / HTTP/1.1\r\nHost: h\r\nA: \(shifted)\r\n\r\n")
      #expect(decoded.lines.first?.hasSuffix("[A=\(shifted)]") == true)
    }
  }

  @Test("only CR LF ends a field line and the section")
  func lineEnds() {
    expectRefused(start + "A: b¦\n", .bareLineFeed)
    expectRefused(start + "A: b\r¦\r\n", .bareCarriageReturn)
    expectRefused(start + "A: b\r¦c\r\n", .bareCarriageReturn)
    expectRefused(start + "Host: h¦\n", .bareLineFeed)
    expectRefused(start + "Host: h ¦\n", .bareLineFeed)
    expectRefused(start + "Content-Length: 1¦\n", .bareLineFeed)
    expectRefused(start + "Transfer-Encoding: chunked¦\n", .bareLineFeed)
    expectRefused(start + "Host: h\r\n¦\n", .bareLineFeed)
    expectRefused(start + "Host: h\r\n\r¦x", .bareCarriageReturn)
    expectRefused(start + "Host: h\r\n\r¦\r", .bareCarriageReturn)
  }

  @Test("a section may have as many octets as its limit and no more")
  func sectionOctets() {
    let fits = "Host: h\r\nA: b\r\n\r\n"
    let limits = Limits(fieldSectionOctetsMax: fits.utf8.count)
    expectAccepted(start + fits, limits: limits)
    expectRefused(start + "Host: h\r\nA: bc\r\n\r¦\n", .fieldSectionTooLong, limits: limits)
    expectRefused(
      start + "Host: h\r\nA: 12345¦67890", .fieldSectionTooLong, limits: limits)
    expectRefused(
      start + "A234567890123456¦78: v", .fieldSectionTooLong,
      limits: Limits(fieldSectionOctetsMax: 16))
    #expect(HTTP1Error(code: .fieldSectionTooLong, offset: 0).status.rawValue == 431)
  }

  @Test("a section may have as many lines as its limit and no more")
  func sectionLines() {
    let limits = Limits(fieldLinesMax: 2)
    expectAccepted(start + "Host: h\r\nA: b\r\n\r\n", limits: limits)
    expectRefused(start + "Host: h\r\nA: b\r\n¦C: d\r\n\r\n", .fieldLinesTooMany, limits: limits)
    #expect(HTTP1Error(code: .fieldLinesTooMany, offset: 0).status.rawValue == 431)
  }
}
