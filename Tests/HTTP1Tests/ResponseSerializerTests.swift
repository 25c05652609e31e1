import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import Testing

/// RFC 9112 §4, §6, §9; RFC 9110 §6.4, §8.6, §15
@Suite("The response serializer")
struct ResponseSerializerTests {
  private struct Response {
    var status = StatusCode.ok
    var method = Method.get
    var version = HTTPVersion.http11
    var keepAlive = true
    var length: UInt64?
    var content = "hello"
    var date = ""

    /// The octets of the response, and whether the connection must close after it.
    func write() throws(ResponseMisuse) -> (text: String, mustClose: Bool) {
      var serializer = ResponseSerializer()
      var output = OctetBuffer()
      try serializer.begin(
        status, for: method, version: version, keepAlive: keepAlive, date: octets(date).span,
        contentLength: length, into: &output)
      try serializer.endHead(into: &output)
      try serializer.content(octets(content).span, into: &output)
      try serializer.end(into: &output)
      #expect(!serializer.isWithinResponse)
      return (text(output.octets), serializer.mustClose)
    }
  }

  @Test(
    "a response of known length",
    .clause(
      "RFC9112-4-2", "RFC9112-4-4", "RFC9110-8.6-8", "RFC9110-5.6.3-4", "RFC9110-5.6.3-1",
      "RFC9110-6.6.1-1"))
  func length() throws {
    let response = try Response(
      length: 5, date: "Sun, 06 Nov 1994 08:49:37 GMT"
    ).write()
    #expect(
      response.text
        == "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 5\r\n\r\nhello"
    )
    #expect(!response.mustClose)
  }

  @Test(
    "a response of unknown length is chunked, for HTTP/1.0 it ends with the connection",
    .clause(
      "RFC9112-6.1-3", "RFC9112-6.1-12", "RFC9112-6.2-1", "RFC9112-6.3-9", "RFC9110-6.2-4",
      "RFC9110-6.2-5"))
  func unknownLength() throws {
    let chunked = try Response(content: String(repeating: "x", count: 0x1A)).write()
    #expect(
      chunked.text
        == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1a\r\n"
        + String(repeating: "x", count: 0x1A) + "\r\n0\r\n\r\n")
    #expect(!chunked.mustClose)
    let closing = try Response(version: .http10).write()
    #expect(closing.text == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello")
    #expect(closing.mustClose)
  }

  @Test("chunk sizes are hexadecimal without leading zeros")
  func chunkSizes() throws {
    for count in [1, 15, 16, 255, 256, 4_095, 4_096, 65_536, 1_048_576] {
      let text = try Response(content: String(repeating: "y", count: count)).write().text
      #expect(text.contains("\r\n\r\n\(String(count, radix: 16))\r\nyy") || count == 1)
      #expect(text.hasSuffix("y\r\n0\r\n\r\n"))
    }
  }

  @Test(
    "Connection is written only where it says something",
    .clause("RFC9112-9.6-1", "RFC9110-7.6.1-5", "RFC9110-6.2-5", "RFC9112-2.3-4"))
  func connection() throws {
    #expect(
      try Response(version: .http10, length: 5).write().text
        == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: keep-alive\r\n\r\nhello")
    let closing = try Response(keepAlive: false, length: 5).write()
    #expect(
      closing.text == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello")
    #expect(closing.mustClose)
  }

  @Test(
    "what must not have content has none, and the right length",
    .clause(
      "RFC9112-6.1-8", "RFC9112-6.1-9", "RFC9110-8.6-4", "RFC9110-8.6-5", "RFC9110-8.6-6",
      "RFC9110-8.6-7", "RFC9110-9.3.2-1", "RFC9110-9.3.6-6", "RFC9110-15.3.6-1"))
  func noContent() throws {
    func head(_ response: Response) throws -> String { try response.write().text }
    #expect(
      try head(Response(status: .noContent, length: 5)) == "HTTP/1.1 204 No Content\r\n\r\n")
    #expect(try head(Response(status: .noContent)) == "HTTP/1.1 204 No Content\r\n\r\n")
    #expect(
      try head(Response(status: .notModified, length: 5))
        == "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n")
    #expect(try head(Response(status: .notModified)) == "HTTP/1.1 304 Not Modified\r\n\r\n")
    #expect(
      try head(Response(method: .head, length: 5))
        == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
    #expect(try head(Response(method: .head)) == "HTTP/1.1 200 OK\r\n\r\n")
    #expect(
      try head(Response(method: .head, version: .http10))
        == "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\n\r\n")
    #expect(
      try head(Response(status: .resetContent))
        == "HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n")
    #expect(try head(Response(method: .connect)) == "HTTP/1.1 200 OK\r\n\r\n")
    #expect(
      try head(Response(status: .earlyHints, version: .http10, keepAlive: false))
        == "HTTP/1.1 103 Early Hints\r\n\r\n")
  }

  @Test(
    "a status line keeps its space when the code has no phrase",
    .clause("RFC9112-4-1", "RFC9112-4-2", "RFC9112-4-4", "RFC9112-4-7"))
  func statusLines() throws {
    #expect(
      try Response(status: StatusCode(rawValue: 299), length: 5).write().text
        .hasPrefix("HTTP/1.1 299 \r\n"))
    #expect(
      try Response(status: .notFound, length: 5).write().text
        .hasPrefix("HTTP/1.1 404 Not Found\r\n"))
    for code: UInt16 in [0, 99, 600, 65_535] {
      #expect(throws: ResponseMisuse.statusInvalid) {
        try Response(status: StatusCode(rawValue: code), length: 5).write()
      }
    }
  }

  @Test(
    "a field that could split the response, or frames it, is refused and not written",
    .clause("RFC9112-2.2-3", "RFC9112-2.2-8", "RFC9112-5.2-2", "RFC9110-5.6.3-4"))
  func fields() throws {
    var serializer = ResponseSerializer()
    var output = OctetBuffer()
    try serializer.begin(
      .ok, for: .get, version: .http11, keepAlive: true, date: octets("D").span, contentLength: 0,
      into: &output)
    let count = output.count
    func misuse(_ name: String, _ value: String) -> ResponseMisuse? {
      do throws(ResponseMisuse) {
        try serializer.field(octets(name).span, octets(value).span, into: &output)
        return nil
      } catch {
        return error
      }
    }
    for value in ["a\r\nb: c", "a\nb", "a\rb", "\u{0}", " a", "a ", "\t", "a\u{7F}"] {
      #expect(misuse("x", value) == .fieldValueInvalid)
    }
    for name in ["", "a b", "a:", "a\r\n", "\u{E9}", "(a)"] {
      #expect(misuse(name, "v") == .fieldNameInvalid)
    }
    for name in [
      "Content-Length", "transfer-encoding", "CONNECTION", "keep-alive", "proxy-connection",
      "trailer", "te", "Date",
    ] {
      #expect(misuse(name, "v") == .fieldReserved)
    }
    #expect(output.count == count)
    #expect(misuse("X-Y", "a \t\u{E9}") == nil)
    #expect(misuse("x-empty", "") == nil)
    try serializer.field("content-type", "text/plain", into: &output)
    try serializer.endHead(into: &output)
    try serializer.end(into: &output)
    #expect(
      text(output.octets).hasSuffix(
        "X-Y: a \t\u{E9}\r\nx-empty: \r\ncontent-type: text/plain\r\n\r\n"))
  }

  @Test("Date is the caller's where the serializer writes none")
  func date() throws {
    var serializer = ResponseSerializer()
    var output = OctetBuffer()
    try serializer.begin(
      .ok, for: .get, version: .http11, keepAlive: true, date: [UInt8]().span, contentLength: 0,
      into: &output)
    try serializer.field("date", "x", into: &output)
    #expect(text(output.octets).hasSuffix("content-length: 0\r\ndate: x\r\n"))
  }

  /// The head of a response with fields, and nothing of a response that is refused.
  private func head(_ status: StatusCode, _ fields: [(String, String)]) throws -> String {
    var serializer = ResponseSerializer()
    var output = OctetBuffer()
    try serializer.begin(
      status, for: .get, version: .http11, keepAlive: true, date: [UInt8]().span,
      contentLength: 0, into: &output)
    for (name, value) in fields {
      try serializer.field(octets(name).span, octets(value).span, into: &output)
    }
    try serializer.endHead(into: &output)
    return text(output.octets)
  }

  @Test(
    "Upgrade is listed in Connection", .clause("RFC9110-7.6.1-2", "RFC9110-7.8-12"))
  func upgrade() throws {
    let lines = try head(.ok, [("UPGRADE", "websocket"), ("x", "y")])
    #expect(lines.hasSuffix("UPGRADE: websocket\r\nx: y\r\nconnection: upgrade\r\n\r\n"))
    #expect(try !head(.ok, [("x-upgrade", "websocket")]).contains("connection"))
  }

  @Test(
    "a status that demands a field is refused without it",
    .clause("RFC9110-15.5.2-1", "RFC9110-15.5.6-1", "RFC9110-15.5.8-1", "RFC9110-15.5.22-1"))
  func requiredFields() throws {
    for (status, name) in [
      (401, "WWW-Authenticate"), (405, "allow"), (407, "Proxy-Authenticate"), (426, "Upgrade"),
    ] {
      let code = StatusCode(rawValue: UInt16(status))
      #expect(throws: ResponseMisuse.fieldMissing) { try head(code, []) }
      #expect(throws: ResponseMisuse.fieldMissing) { try head(code, [("x", "y")]) }
      #expect(try head(code, [(name, "x"), (name, "y")]).contains("\(name): x"))
    }
    #expect(throws: Never.self) { try head(.notFound, []) }
  }

  @Test("an ETag that is no entity tag is refused", .clause("RFC9110-8.8.3-1"))
  func entityTag() throws {
    for value in ["\"a\"", "W/\"\""] {
      #expect(try head(.ok, [("ETag", value)]).contains("ETag: \(value)\r\n"))
    }
    for value in ["a", "", "w/\"a\"", "\"a\", \"b\""] {
      #expect(throws: ResponseMisuse.fieldValueInvalid) { try head(.ok, [("etag", value)]) }
    }
  }

  @Test("content has to match its length", .clause("RFC9110-8.6-10"))
  func lengths() {
    #expect(throws: ResponseMisuse.contentTooLong) { try Response(length: 4).write() }
    #expect(throws: ResponseMisuse.contentTooShort) { try Response(length: 6).write() }
    #expect(throws: ResponseMisuse.contentTooLong) { try Response(length: 0).write() }
    #expect(throws: Never.self) { try Response(length: 0, content: "").write() }
  }

  @Test("calls out of order are refused and write nothing")
  func order() throws {
    var serializer = ResponseSerializer()
    var output = OctetBuffer()
    func isRefused(_ body: (inout ResponseSerializer, inout OctetBuffer) throws -> Void) -> Bool {
      let count = output.count
      do {
        try body(&serializer, &output)
        return false
      } catch {
        return error as? ResponseMisuse == .outOfOrder && output.count == count
      }
    }
    func begin(_ serializer: inout ResponseSerializer, _ output: inout OctetBuffer) throws {
      try serializer.begin(
        .ok, for: .get, version: .http11, keepAlive: true, date: [UInt8]().span,
        contentLength: nil, into: &output)
    }
    let content = octets("x")
    #expect(isRefused { try $0.field("a", "b", into: &$1) })
    #expect(isRefused { try $0.endHead(into: &$1) })
    #expect(isRefused { try $0.content(content.span, into: &$1) })
    #expect(isRefused { try $0.end(into: &$1) })
    try begin(&serializer, &output)
    #expect(isRefused { try begin(&$0, &$1) })
    #expect(isRefused { try $0.content(content.span, into: &$1) })
    #expect(isRefused { try $0.end(into: &$1) })
    try serializer.endHead(into: &output)
    #expect(isRefused { try begin(&$0, &$1) })
    #expect(isRefused { try $0.field("a", "b", into: &$1) })
    #expect(isRefused { try $0.endHead(into: &$1) })
    // An empty part must not end the chunked content.
    try serializer.content([UInt8]().span, into: &output)
    try serializer.content(content.span, into: &output)
    try serializer.end(into: &output)
    #expect(text(output.octets).hasSuffix("\r\n\r\n1\r\nx\r\n0\r\n\r\n"))
    try begin(&serializer, &output)
  }

  @Test("100 (Continue) is a head alone")
  func continueResponse() {
    var output = OctetBuffer()
    ResponseSerializer.continueResponse(into: &output)
    #expect(text(output.octets) == "HTTP/1.1 100 Continue\r\n\r\n")
  }
}
