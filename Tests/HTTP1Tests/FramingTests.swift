import NecroHTTP1
import Testing

/// RFC 9112 §3.2, §6, §9.3, RFC 9110 §10.1.1
@Suite("What a head says about message and connection")
struct FramingTests {
  private let start = "POST / HTTP/1.1\r\nHost: h\r\n"
  private let hostless = "GET / HTTP/1.1\r\n"

  @Test("an HTTP/1.1 request without Host is refused with its last octet, an HTTP/1.0 one is not")
  func hostMissing() {
    expectRefused("GET / HTTP/1.1\r\n\r¦\n", .hostMissing)
    expectRefused("GET http://x/ HTTP/1.1\r\nA: b\r\n\r¦\n", .hostMissing)
    expectAccepted("GET / HTTP/1.0\r\n\r\n")
  }

  @Test("a second Host is refused, equal or not")
  func hostRepeated() {
    expectRefused(hostless + "Host: h\r\nHost¦: h\r\n", .hostRepeated)
    expectRefused(hostless + "Host: h\r\nA: b\r\nhOST¦: x\r\n", .hostRepeated)
    expectRefused("GET / HTTP/1.0\r\nHost: h\r\nHost¦: h\r\n", .hostRepeated)
  }

  @Test(
    "every host of the grammar is taken", .clause("RFC9110-7.2-1", "RFC3986-3.2.2-8"),
    arguments: [
      "h", "h:", "h:0", "h:65535", "a.b-c_d~e", "1.2.3.4:5", "a%2Fb", "!$&'()*+,;=",
      "[::]", "[::1]:80", "[1::]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]",
      "[1::3:4:5:6:7:8]", "[::ffff:1.2.3.4]", "[1:2:3:4:5:6:255.0.10.99]", "[2001:DB8::a:b]",
      "[v1.x:y]", "[vF0.a!]", "[1:2:3:4:5::255.255.255.255]",
    ])
  func hosts(value: String) {
    let log = RequestLog(hostless + "Host: \(value) \t\r\n\r\n")
    #expect(log.failure == nil)
    #expect(log.lines.first?.contains(" authority=\(value) http11") == true)
  }

  @Test(
    "a malformed host is refused", .clause("RFC9112-3.2-7", "RFC3986-3.2.2-8", "RFC3986-3.2.2-12"),
    arguments: [
      "¦", "¦:80", "h:6553¦6", "h:8¦x", "h ¦x", "¦@", "u¦@h", "h¦/", "h¦?", "h¦#", "h¦\\", "h¦[",
      "¦]",
      "h%¦g", "h%2¦ ", "¦\u{E9}", "h¦\u{0}", "h:80¦:80", "[¦]", "[::1]¦x", "[::1¦ ", "[¦g",
      "[1:2:3:4:5:6:7¦]", "[1:2:3:4:5:6:7:8:9¦]", "[1::2::3¦]", "[:::¦]", "[:1¦]", "[1:¦]",
      "[12345::¦]", "[::1.2.3¦]", "[::1.2.3.256¦]", "[::1.2.3.4.5¦]", "[::01.2.3.4¦]",
      "[::1.2.3.4:1¦]", "[1:2:3:4:5:6:7::8¦]", "[1.2.3.4¦]", "[v1¦]", "[v.x¦]", "[v1.¦]",
      "[::1¦%25eth0]", "[1:2:3:4:5:6:7:1.2.3.4¦]",
    ])
  func malformedHosts(marked: String) {
    expectRefused(hostless + "Host: \(marked)\r\n", .hostInvalid)
  }

  @Test("the request-target's authority goes before Host")
  func authority() {
    let log = RequestLog("GET http://a:1/ HTTP/1.1\r\nHost: b\r\n\r\n")
    #expect(log.lines.first == "GET absolute path=/ authority=a:1 http11 none [Host=b]")
  }

  @Test("Content-Length delimits the content")
  func contentLength() {
    let log = RequestLog(start + "Content-Length: 5 \r\n\r\nhelloGET / HTTP/1.1\r\n")
    #expect(log.lines.dropFirst() == ["content hello", "end"])
    #expect(log.lines.first?.contains(" length(5)") == true)
    #expect(log.failure?.code == .messageIncomplete)
    let zero = RequestLog(start + "Content-Length: 0\r\n\r\n")
    #expect(zero.lines.dropFirst() == ["end"])
    #expect(zero.lines.first?.contains(" length(0)") == true)
  }

  @Test("a malformed Content-Length is refused")
  func malformedContentLength() {
    for value in [
      "¦\r\n", " \t¦\r\n", "¦+5", "¦-0", "5¦,5", "5 ¦5", "5¦, 5", "0¦x5", "5¦;", "¦a", "5¦.0",
      "5¦_0", "¦\u{B2}", "5¦\u{0}", "5 ¦,",
    ] {
      expectRefused(start + "Content-Length:\(value)", .contentLengthInvalid)
    }
    expectRefused(
      start + "Content-Length: 1844674407370955161¦6\r\n", .contentLengthOverflow)
    expectRefused(
      start + "Content-Length: 18446744073709551615¦0\r\n", .contentLengthOverflow)
    expectRefused(start + "Content-Length: 5\r\nContent-Length¦: 5\r\n", .contentLengthRepeated)
    expectRefused(start + "Content-Length: 5\r\ncontent-length¦: 6\r\n", .contentLengthRepeated)
  }

  @Test("content beyond its limit is answered 413")
  func contentLimit() {
    let limits = Limits(contentOctetsMax: 5)
    expectAccepted(start + "Content-Length: 5\r\n\r\nhello", limits: limits)
    expectRefused(start + "Content-Length: 6\r\n\r¦\n", .contentTooLong, limits: limits)
    expectRefused(
      start + "Content-Length: 18446744073709551615\r\n\r¦\n", .contentTooLong)
    expectAccepted(
      start + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
      limits: limits)
    expectRefused(
      start + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3¦\r\n", .contentTooLong,
      limits: limits)
    expectRefused(
      start + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF¦;", .contentTooLong,
      limits: limits)
    #expect(HTTP1Error(code: .contentTooLong, offset: 0).status.rawValue == 413)
  }

  @Test(
    "chunked is the only transfer coding, once, and without regard to case",
    .clause("RFC9112-6.1-10", "RFC9112-6.3-3"))
  func transferEncoding() {
    let field = start + "Transfer-Encoding: "
    expectAccepted(field + "chunked\r\n\r\n0\r\n\r\n")
    expectAccepted(start + "tRANSFER-eNCODING:\tcHuNkEd \t\r\n\r\n0\r\n\r\n")
    for value in [
      "gzip, chunked", "identity , CHUNKED\t", "a;b=\"\\\",\" ; c = d,chunked", "x,y,chunked",
    ] {
      expectRefused(field + value + "¦\r\n", .transferCodingUnknown)
    }
    for value in [
      "gzip", "identity", "chunkedx", "chunke", "chunked-", "xchunked", "x;y=chunked", "gzip, x",
    ] {
      expectRefused(field + value + "\r\nX: y\r\n\r¦\n", .chunkedNotFinal)
    }
    for value in [
      "¦\r\n", "¦, chunked", "¦;", "¦\"chunked\"", "¦\u{0B}chunked", "chunked¦\u{0B}", "x ¦chunked",
      "ch, ¦,", "ch;¦,", "ch;a¦,", "ch;a=¦,", "ch;a ¦b", "ch;a=\"¦\r\n", "ch;a=\"\\¦\u{0}",
      "ch,¦\r\n",
      "ch;a=\"b\"¦c", "ch;¦=b",
    ] {
      expectRefused(field + value, .transferEncodingInvalid)
    }
    expectRefused(field + "chunked¦, chunked", .chunkedNotFinal)
    expectRefused(field + "chunked¦,gzip", .chunkedNotFinal)
    expectRefused(field + "gzip, chunked¦,gzip", .chunkedNotFinal)
    expectRefused(field + "chunked ¦gzip", .chunkedNotFinal)
    expectRefused(field + "chunked¦;q=1", .transferCodingParameter)
    expectRefused(field + "gzip, chunked ¦;q=1", .transferCodingParameter)
    #expect(HTTP1Error(code: .transferCodingUnknown, offset: 0).status.rawValue == 501)
    #expect(HTTP1Error(code: .chunkedNotFinal, offset: 0).status.rawValue == 400)
  }

  @Test(
    "several Transfer-Encoding lines are one list",
    .clause("RFC9112-6.3-3"))
  func transferEncodingLines() {
    let field = "Transfer-Encoding: "
    let first = start + field
    expectRefused(first + "chunked\r\nTransfer-Encoding¦: chunked", .chunkedNotFinal)
    expectRefused(first + "gzip\r\n\(field)chunked¦\r\n", .transferCodingUnknown)
    expectRefused(first + "chunke\r\n\(field)d\r\n\r¦\n", .chunkedNotFinal)
    expectRefused(first + "gzip\r\n\(field)¦\r\n", .transferEncodingInvalid)
    expectRefused(first + "gzip\r\n\(field)¦, chunked\r\n", .transferEncodingInvalid)
    expectRefused(
      first + "gzip\r\nContent-Length¦: 5\r\n", .contentLengthWithTransferEncoding)
  }

  @Test(
    "what two parsers could frame differently is refused",
    .clause("RFC9112-6.1-13", "RFC9112-6.1-14", "RFC9112-6.1-15"))
  func ambiguity() {
    let both = HTTP1Error.Code.contentLengthWithTransferEncoding
    expectRefused(start + "Content-Length: 5\r\nTransfer-Encoding¦: chunked\r\n", both)
    expectRefused(start + "Transfer-Encoding: chunked\r\nContent-Length¦: 5\r\n", both)
    expectRefused(
      "POST / HTTP/1.0\r\nTransfer-Encoding¦: chunked\r\n", .transferEncodingInVersion10)
  }

  @Test("the connection persists as version and Connection say")
  func persistence() {
    func closes(_ head: String) -> Bool? {
      RequestLog(head).lines.first?.contains(" closes")
    }
    let modern = "GET / HTTP/1.1\r\nHost: h\r\n"
    let old = "GET / HTTP/1.0\r\n"
    #expect(closes(modern + "\r\n") == false)
    #expect(closes(modern + "Connection: close\r\n\r\n") == true)
    #expect(closes(modern + "Connection: x, CLOSE\t,y\r\n\r\n") == true)
    #expect(closes(modern + "Connection: keep-alive\r\nConnection: close\r\n\r\n") == true)
    #expect(closes(modern + "Connection: closed, x-close\r\n\r\n") == false)
    #expect(closes(modern + "Connection: \r\n\r\n") == false)
    #expect(closes(old + "\r\n") == true)
    #expect(closes(old + "Connection: Keep-Alive\r\n\r\n") == false)
    #expect(closes(old + "Connection: keep-alive, close\r\n\r\n") == true)
  }

  @Test(
    "a request that does not persist is the last, whatever follows it", .clause("RFC9112-9.6-5"))
  func last() {
    let log = RequestLog(
      "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\n\u{0}")
    #expect(log.lines.count == 2)
    #expect(log.failure == nil)
  }

  @Test(
    "100-continue is expected only in HTTP/1.1 and with content",
    .clause("RFC9110-10.1.1-8", "RFC9110-15.2-1"))
  func expectations() {
    func expects(_ head: String, _ content: String = "") -> Bool? {
      RequestLog(head + "\r\n" + content).lines.first?.contains(" expects-continue")
    }
    #expect(expects(start + "Content-Length: 1\r\nExpect: 100-Continue\r\n", "x") == true)
    #expect(expects(start + "Expect: 100-continue\r\nContent-Length: 1\r\n", "x") == true)
    #expect(
      expects(start + "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")
        == true)
    #expect(expects(start + "Expect: 100-continue\r\n") == false)
    #expect(expects(start + "Expect: 100-continue\r\nContent-Length: 0\r\n") == false)
    #expect(
      expects("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n", "x") == false)
  }

  @Test(
    "Expect is a list, perhaps over several lines, in which nothing but 100-continue may stand",
    .clause(
      "RFC9110-10.1.1-1", "RFC9110-10.1.1-2", "RFC9110-5.6.1.2-1", "RFC9110-5.6.1.2-2",
      "RFC9110-5.6.4-1"))
  func expectationList() {
    func expects(_ values: String...) -> Bool? {
      let lines = values.map { "Expect: \($0)\r\n" }.joined()
      return RequestLog(start + "Content-Length: 1\r\n\(lines)\r\nx").lines.first?
        .contains(" expects-continue")
    }
    for value in ["100-continue", ",,\t, 100-CONTINUE ,,", "100-continue,100-continue"] {
      #expect(expects(value) == true, "\(value)")
    }
    for value in ["", ","] { #expect(expects(value) == false, "\(value)") }
    #expect(expects(",", "100-continue") == true)
    for value in [
      "a, 100-continue", "100-continue,a", "a=\"x\\\", y\";b=c , 100-continue", "\"\",100-continue",
      "100-continue=a", "100-continue;a=b", "100-continue a", "x100-continue", "\"100-continue\"",
      "a=\",100-continue,\"", "a=\"b, 100-continue", "100-continue\"", "a=\"\\",
    ] {
      let log = RequestLog(start + "Content-Length: 1\r\nExpect: \(value)\r\n\r\nx")
      #expect(log.failure?.code == .expectationUnknown, "\(value)")
    }
  }
}
