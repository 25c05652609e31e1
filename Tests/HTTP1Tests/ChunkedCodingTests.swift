import NecroHTTP1
import Testing

/// RFC 9112 §7.1
@Suite("The chunked transfer coding")
struct ChunkedCodingTests {
  private let start = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

  @Test("chunks of any size are joined and the message ends with the empty one")
  func chunks() {
    let log = RequestLog(
      start + "5\r\nhello\r\n00a\r\n, the dead\r\n0\r\n\r\n"
        + "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(log.failure == nil)
    #expect(
      log.lines.dropFirst().prefix(2) == ["content hello, the dead", "end"])
    #expect(log.lines.count == 5)
    let empty = RequestLog(start + "000\r\n\r\n")
    #expect(empty.lines.dropFirst() == ["end"])
    let upper = RequestLog(
      start + "A\r\n0123456789\r\n1B\r\n012345678901234567890123456\r\n0\r\n\r\n")
    #expect(upper.lines.count == 3)
    #expect(upper.failure == nil)
  }

  @Test("data may hold anything")
  func data() {
    let log = RequestLog(start + "8\r\n\r\n0\r\n\r\n\u{0}\r\n0\r\n\r\n")
    #expect(log.lines.dropFirst() == ["content \r\n0\r\n\r\n\u{0}", "end"])
  }

  @Test("a malformed chunk size is refused")
  func sizes() {
    for size in [
      "¦\r\n", "¦ 5\r\n", "¦-1", "¦+1", "5¦x", "0¦x5", "¦;a", "¦g", "5¦,", "¦\u{0}", "5¦\u{0}",
      "5¦_0", "¦\"",
    ] {
      expectRefused(start + size, .chunkSizeInvalid)
    }
    expectRefused(start + "0FFFFFFFFFFFFFFFF¦F\r\n", .chunkSizeOverflow)
    expectRefused(start + "1000000000000000¦0\r\n", .chunkSizeOverflow)
    expectRefused(start + "¦\n", .bareLineFeed)
    expectRefused(start + "5¦\n", .bareLineFeed)
    expectRefused(start + "5\r¦x", .bareCarriageReturn)
    expectRefused(start + "5 ¦\r\n", .chunkExtensionInvalid)
  }

  @Test("data ends with CR LF exactly where its size says")
  func dataEnds() {
    expectRefused(start + "2\r\nab¦c\r\n", .chunkNotTerminated)
    expectRefused(start + "2\r\nab¦\n", .bareLineFeed)
    expectRefused(start + "2\r\nab\r¦x", .bareCarriageReturn)
    expectRefused(start + "2\r\na\r¦\n0\r\n\r\n", .bareLineFeed)
  }

  @Test("extensions of the grammar are passed over")
  func extensions() {
    for extensions in [
      ";a", ";a=b", ";a=\"b\"", ";a;b;c=d", " ;a", "\t; a", "; a = b", ";a =b", ";a= b", ";a ;b",
      ";a=b ;c", ";a=\"\"", ";a=\"\\\"\\\\\\\t\"", ";a=\"; \t\u{FF}\u{21}\" ; b", ";!#$=%&'",
    ] {
      let log = RequestLog(start + "2\(extensions)\r\nhi\r\n0\(extensions)\r\n\r\n")
      #expect(log.lines.dropFirst() == ["content hi", "end"], "\(extensions)")
      #expect(log.failure == nil, "\(extensions)")
    }
  }

  @Test("extensions that break the grammar are refused")
  func malformedExtensions() {
    for line in [
      "2;¦\r\n", "2;a=¦\r\n", "2;a ¦\r\n", "2;a=b ¦\r\n", "2;a=b¦=c", "2;¦=b", "2;a=\"b\"¦c",
      "2;a=\"¦\u{0}", "2;a=\"\\¦\u{1}", "2;a=\"¦\r\n", "2;a=\"b¦\r\n", "2;a¦\"", "2;¦;a", "2;a ¦b",
      "2;a¦\u{0}", "2;a=b¦\"", "2;a = ¦;", "2 ¦2", "2;a=\"b\" ¦x",
    ] {
      expectRefused(start + line, .chunkExtensionInvalid)
    }
    for line in ["2;¦\n", "2;a¦\n", "2;a=¦\n", "2;a=b¦\n", "2;a=\"¦\n", "2;a=\"b\"¦\n", "2 ¦\n"] {
      expectRefused(start + line, .bareLineFeed)
    }
  }

  @Test("a chunk's first line may be as long as its limit and no longer")
  func lineLimit() {
    let limits = Limits(chunkLineOctetsMax: 6)
    expectAccepted(start + "1;abcd\r\nx\r\n000000\r\n\r\n", limits: limits)
    expectRefused(start + "1;abcd¦e", .chunkLineTooLong, limits: limits)
    expectRefused(start + "000000¦1", .chunkLineTooLong, limits: limits)
    expectRefused(start + "1;a=\"b¦\"", .chunkLineTooLong, limits: limits)
    expectRefused(start + "1;abcd¦;", .chunkLineTooLong, limits: limits)
  }

  @Test("all extensions of a message together have a limit")
  func extensionsLimit() {
    let limits = Limits(chunkExtensionsOctetsMax: 6)
    expectAccepted(start + "1;ab\r\nx\r\n0;ab\r\n\r\n", limits: limits)
    expectRefused(start + "1;ab\r\nx\r\n0;abc¦\r\n", .chunkExtensionsTooLong, limits: limits)
  }

  @Test("trailers are kept, except those that must mean nothing there")
  func trailers() {
    let log = RequestLog(
      start + "2\r\nhi\r\n0\r\nETag: \"x\" \r\nHost: evil\r\nContent-Length: 9\r\n"
        + "Transfer-Encoding: gzip\r\nAuthorization: a\r\ncontent-md5: q\r\nCookie: c\r\n"
        + "X-Sum: 7\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(log.failure == nil)
    #expect(log.lines.dropFirst(2).first == "end [ETag=\"x\"] [X-Sum=7]")
    #expect(log.lines.count == 5)
    #expect(log.lines.last == "end")
  }

  @Test("a malformed trailer is refused like a field line")
  func malformedTrailers() {
    let last = start + "0\r\n"
    expectRefused(last + "¦ A: b\r\n", .whitespaceBeforeFirstField)
    expectRefused(last + "A: b\r\n¦ c\r\n", .obsoleteFold)
    expectRefused(last + "A¦ : b", .whitespaceBeforeColon)
    expectRefused(last + "A: ¦\u{0}", .fieldValueInvalid)
    expectRefused(last + "Host: ¦\u{0}", .fieldValueInvalid)
    expectRefused(last + "\r¦x", .bareCarriageReturn)
    expectRefused(last + "¦\n", .bareLineFeed)
    expectRefused(
      last + "A: b\r\n¦C: d", .trailerLinesTooMany, limits: Limits(trailerLinesMax: 1))
    expectRefused(
      last + "A: b\r\n\r¦\n", .trailerSectionTooLong, limits: Limits(trailerSectionOctetsMax: 7))
    expectAccepted(last + "A: b\r\n\r\n", limits: Limits(trailerSectionOctetsMax: 8))
  }
}
