import NecroHTTP1
import TestSupport
import Testing

/// RFC 9112 §2.2, §2.3, §3
@Suite("The request line")
struct RequestLineTests {
  @Test("a minimal request is a head and an end")
  func minimal() {
    let log = RequestLog("GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n")
    #expect(
      log.lines == [
        "GET origin path=/ authority=localhost:8000 http11 none [Host=localhost:8000]", "end",
      ])
    #expect(log.failure == nil)
  }

  @Test(
    "each form of request-target is taken apart",
    arguments: [
      ("GET /a/b?c=d&e HTTP/1.1", "GET origin path=/a/b query=c=d&e authority=h http11"),
      ("GET /? HTTP/1.1", "GET origin path=/ query= authority=h http11"),
      ("GET //a?b?c/d HTTP/1.1", "GET origin path=//a query=b?c/d authority=h http11"),
      (
        "GET /%41%7e;v=1,2:@!$&'()*+ HTTP/1.1",
        "GET origin path=/%41%7e;v=1,2:@!$&'()*+ authority=h http11"
      ),
      ("OPTIONS * HTTP/1.1", "OPTIONS asterisk path= authority=h http11"),
      ("GET http://x.org HTTP/1.1", "GET absolute path= authority=x.org http11"),
      (
        "GET HtTpS://x.org:81/p?q HTTP/1.1",
        "GET absolute path=/p query=q authority=x.org:81 http11"
      ),
      ("GET http://x.org?q HTTP/1.1", "GET absolute path= query=q authority=x.org http11"),
      ("GET http://x.org: HTTP/1.1", "GET absolute path= authority=x.org: http11"),
      ("GET http://[::1]:8/ HTTP/1.1", "GET absolute path=/ authority=[::1]:8 http11"),
      ("CONNECT x.org:443 HTTP/1.1", "CONNECT authority path= authority=x.org:443 http11"),
      (
        "CONNECT [2001:db8::1]:443 HTTP/1.1",
        "CONNECT authority path= authority=[2001:db8::1]:443 http11"
      ),
      ("M-SEARCH!#$ / HTTP/1.1", "M-SEARCH!#$ origin path=/ authority=h http11"),
      ("GET / HTTP/1.9", "GET origin path=/ authority=h http11"),
      ("GET / HTTP/1.0", "GET origin path=/ authority=h http10"),
    ])
  func targets(line: String, expected: String) {
    let log = RequestLog("\(line)\r\nHost: h\r\n\r\n")
    #expect(log.failure == nil)
    #expect(log.lines.count == 2)
    #expect(log.lines.first?.hasPrefix(expected + " none") == true, "\(log.lines)")
  }

  @Test(
    "a method that is no token is refused", .clause("RFC9112-3.1-1"),
    arguments: [
      "¦ GET / HTTP/1.1\r\n", "G¦(T / HTTP/1.1\r\n", "G¦\u{0}T", "GET¦\t/ HTTP/1.1", "¦\u{80}",
      "GET¦\r\n", "¦:", "GE¦\rT / HTTP/1.1",
    ])
  func methods(marked: String) { expectRefused(marked, .methodInvalid) }

  @Test(
    "what its form does not allow in a request-target is refused",
    arguments: [
      "GET ¦ / HTTP/1.1\r\n", "GET /¦\t", "GET /a¦\u{0}", "GET /¦\u{7F}", "GET /¦\u{80}",
      "GET /¦\"", "GET /¦<", "GET /¦>", "GET /¦\\", "GET /¦^", "GET /¦`", "GET /¦{", "GET /¦|",
      "GET /¦}", "GET /¦[", "GET /?¦]", "GET ¦index.html HTTP/1.1", "GET ¦?q HTTP/1.1",
      "GET h¦ HTTP/1.1", "GET http¦/", "GET https¦x://", "GET ht¦p://", "GET http:¦x",
      "GET ¦ftp://x/ HTTP/1.1", "OPTIONS *¦/ HTTP/1.1", "OPTIONS *¦? HTTP/1.1",
    ])
  func targetOctets(marked: String) { expectRefused(marked, .targetInvalid) }

  @Test("a query may hold what browsers leave unencoded, if the caller says so, and a path may not")
  func lenientQuery() {
    func run(_ target: String, _ leniency: Leniency) -> DecodingLog<Bool, HTTP1Error> {
      decode(
        octets("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n"), .octetByOctet,
        with: { RequestDecoder(leniency: leniency) }, log: { _, _ in true })
    }
    let target = "/?a[b]={c|d}^`\\%20@~"
    #expect(run(target, .unencodedQuery).failure == nil)
    #expect(run(target, []).failure == HTTP1Error(code: .targetInvalid, offset: 7))
    for octet in ["\u{0}", "\t", "\"", "<", ">", "\u{7F}", "\u{80}"] {
      #expect(run("/?\(octet)", .unencodedQuery).failure?.code == .targetInvalid)
    }
    #expect(run("/[", .unencodedQuery).failure?.code == .targetInvalid)
    #expect(run("/?a#b", .unencodedQuery).failure?.code == .fragmentInTarget)
    #expect(run("/?%G", .unencodedQuery).failure?.code == .percentEncodingInvalid)
  }

  @Test("a malformed request-target has a code that says what is wrong")
  func targetFaults() {
    expectRefused("GET /%¦G0 HTTP/1.1", .percentEncodingInvalid)
    expectRefused("GET /%0¦ HTTP/1.1", .percentEncodingInvalid)
    expectRefused("GET /?%¦% HTTP/1.1", .percentEncodingInvalid)
    expectRefused("GET /a¦#b HTTP/1.1", .fragmentInTarget)
    expectRefused("GET /a?b¦#c HTTP/1.1", .fragmentInTarget)
    expectRefused("GET ¦* HTTP/1.1", .targetFormNotAllowed)
    expectRefused("CONNECT ¦/ HTTP/1.1", .targetFormNotAllowed)
    expectRefused("CONNECT ¦* HTTP/1.1", .targetFormNotAllowed)
    expectRefused("GET http://user¦@x/ HTTP/1.1", .userinfoInTarget)
    expectRefused("GET http://user:¦pass@x/ HTTP/1.1", .authorityInvalid)
    expectRefused("GET http://user:1¦@x/ HTTP/1.1", .userinfoInTarget)
    expectRefused("CONNECT u¦@x:1 HTTP/1.1", .userinfoInTarget)
  }

  @Test(
    "a malformed authority in a request-target is refused",
    arguments: [
      "GET http://¦/ HTTP/1.1", "GET http://¦:80/ HTTP/1.1", "GET http://x:6553¦6/ HTTP/1.1",
      "GET http://x:8¦x/ HTTP/1.1", "GET http://[::1¦/ HTTP/1.1", "GET http://[¦]/ HTTP/1.1",
      "GET http://[::1]¦x/ HTTP/1.1", "GET http://a%4¦/ HTTP/1.1", "GET http://x¦[/ HTTP/1.1",
      "CONNECT x.org¦ HTTP/1.1", "CONNECT x.org:¦ HTTP/1.1", "CONNECT x.org:0¦/ HTTP/1.1",
      "CONNECT ¦:443 HTTP/1.1", "CONNECT http:¦//x.org HTTP/1.1", "CONNECT ¦ HTTP/1.1",
    ])
  func authorities(marked: String) { expectRefused(marked, .authorityInvalid) }

  @Test(
    "what is not HTTP, a digit, a dot and a digit is refused",
    arguments: [
      "GET / ¦http/1.1\r\n", "GET / HTTP¦ /1.1", "GET / HTTP/¦x", "GET / HTTP/1¦,1",
      "GET / HTTP/1.¦x", "GET / HTTP/¦0.9", "GET / HTTP/¦01.01",
      "GET / HTTP/1.1¦1\r\n", "GET / HTTP/1.1¦ \r\n", "GET / ¦ HTTP/1.1",
      "GET / ¦\r\n", "GET / HTTP/¦.1", "GET / ¦\u{0}", "GET / ¦a",
    ])
  func versions(marked: String) { expectRefused(marked, .versionInvalid) }

  @Test("other major versions are answered 505")
  func majorVersions() {
    expectRefused("GET / HTTP/¦2.0\r\n", .versionUnsupported)
    expectRefused("GET / HTTP/¦9.9\r\n", .versionUnsupported)
    #expect(HTTP1Error(code: .versionUnsupported, offset: 0).status.rawValue == 505)
  }

  @Test("a request line of HTTP/0.9 is answered 400")
  func noVersion() {
    expectRefused("GET /¦\r\n", .versionMissing)
    #expect(HTTP1Error(code: .versionMissing, offset: 0).status.rawValue == 400)
  }

  @Test("only CR LF ends the request line", .clause("RFC9112-2.2-4"))
  func lineEnds() {
    expectRefused("GET / HTTP/1.1¦\nHost: h\r\n\r\n", .bareLineFeed)
    expectRefused("GET / HTTP/1.1\r¦\rHost: h\r\n\r\n", .bareCarriageReturn)
    expectRefused("GET / HTTP/1.1\r¦Host: h\r\n\r\n", .bareCarriageReturn)
    expectRefused("GET¦\n", .bareLineFeed)
    expectRefused("GET /¦\n", .bareLineFeed)
    expectRefused("GET http://x¦\n", .bareLineFeed)
    expectRefused("¦\nGET / HTTP/1.1\r\n", .bareLineFeed)
    expectRefused("\r¦GET / HTTP/1.1\r\n", .bareCarriageReturn)
  }

  @Test("a few empty lines before a request line are passed over")
  func emptyLines() {
    expectAccepted("\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
    expectRefused("\r\n\r\n\r\n\r\n¦\r\n", .emptyLinesTooMany)
    // The allowance is each request's own.
    let one = "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"
    #expect(RequestLog(one + one + one).lines.count == 6)
  }

  @Test(
    "a start line may be as long as its limit and no longer", .clause("RFC9112-3-3", "RFC9112-3-4"))
  func lengths() {
    let limits = Limits(startLineOctetsMax: 20)
    // 20 octets without CRLF.
    expectAccepted(
      "GET /234567 HTTP/1.1\r\nHost: h\r\n\r\n", limits: limits)
    expectRefused("GET /2345678 HTTP/1.¦1\r\n", .targetTooLong, limits: limits)
    expectRefused("GET /234567890123456¦7", .targetTooLong, limits: limits)
    expectRefused("GET http://234567890¦1", .targetTooLong, limits: limits)
    expectRefused("METHODMETHODMETHODME¦T", .methodTooLong, limits: limits)
    #expect(HTTP1Error(code: .targetTooLong, offset: 0).status.rawValue == 414)
    #expect(HTTP1Error(code: .methodTooLong, offset: 0).status.rawValue == 400)
  }
}
