import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import TestSupport
import Testing

@Suite("The request decoder")
struct RequestDecoderTests {
  private let request = "POST /p?q HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"

  @Test("pipelined requests come out one after another")
  func pipelining() {
    let log = RequestLog(request + "GET / HTTP/1.1\r\nHost: h\r\n\r\n" + request)
    #expect(log.lines.count == 8)
    #expect(log.lines[3] == "GET origin path=/ authority=h http11 none [Host=h]")
    #expect(log.failure == nil)
  }

  @Test(
    "an end of input within a message is an error, between messages it is none",
    .clause("RFC9112-6.3-8"))
  func incomplete() {
    let input = octets(
      request + "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "1\r\nx\r\n0\r\nA: b\r\n\r\n")
    let first = octets(request).count
    for count in 0...input.count {
      let log = decode(
        Array(input[..<count]), .whole, with: { RequestDecoder() }, log: { _, _ in 0 })
      let isBetween = count == 0 || count == first || count == input.count
      let expected = HTTP1Error(code: .messageIncomplete, offset: count)
      #expect(log.failure == (isBetween ? nil : expected), "after \(count) octets")
      #expect(log.isSticky)
    }
  }

  @Test("it says whether it is between messages or in a head")
  func position() throws {
    var decoder = RequestDecoder()
    #expect(decoder.isBetweenMessages && !decoder.isInHead)
    decoder.feed(octets("\r\n").span)
    #expect(try decoder.next() == nil)
    #expect(decoder.isBetweenMessages && !decoder.isInHead)
    for octet in octets("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r") {
      decoder.feed([octet].span)
      #expect(try decoder.next() == nil)
      #expect(!decoder.isBetweenMessages && decoder.isInHead)
    }
    decoder.feed(octets("\n").span)
    guard case .head = try decoder.next() else {
      Issue.record("a head")
      return
    }
    #expect(!decoder.isBetweenMessages && !decoder.isInHead)
    decoder.feed(octets("ab").span)
    guard case .content = try decoder.next() else {
      Issue.record("content")
      return
    }
    #expect(decoder.isBetweenMessages == false)
    guard case .end = try decoder.next() else {
      Issue.record("an end")
      return
    }
    #expect(decoder.isBetweenMessages == true)
    decoder.feed(octets("G").span)
    #expect(!decoder.isBetweenMessages && decoder.isInHead)
  }

  @Test("the method is known from its token on, of a request that is refused as well")
  func method() throws {
    var decoder = RequestDecoder()
    #expect(decoder.method == .other)
    decoder.feed(octets("HEAD").span)
    #expect(try decoder.next() == nil)
    #expect(decoder.method == .other)
    decoder.feed(octets(" / HTTP/1.1\r\nHost: h\r\n\r\n").span)
    while try decoder.next() != nil {}
    // Between requests there is none, whatever the last one was.
    #expect(decoder.method == .other)
    decoder.feed(octets("\r").span)
    #expect(try decoder.next() == nil)
    #expect(decoder.method == .other)
    decoder.feed(octets("\nHEAD / HTTP/1.1\r\n\r\n").span)
    #expect(throws: HTTP1Error.self) { try decoder.next() }
    #expect(decoder.method == .head)
  }

  @Test("what comes between requests and is refused has no method")
  func methodOfNone() throws {
    var decoder = RequestDecoder()
    decoder.feed(octets("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n\rX").span)
    #expect(throws: HTTP1Error.self) { while try decoder.next() != nil {} }
    #expect(decoder.method == .other)
  }

  @Test("slices count from the head's first octet and still fit a copy of it")
  func slices() throws {
    var decoder = RequestDecoder()
    decoder.feed(octets("\r\n" + request + "\r\nGET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n").span)
    var copies: [String] = []
    while let event = try decoder.next() {
      guard case .head(let head) = event else { continue }
      var copy = OctetBuffer()
      copy.append(decoder.input.octets(head.octets))
      let host = decoder.fields.first(.host)
      copies.append(text(copy.octets.octets(head.target)))
      copies.append(text(copy.octets.octets(head.authority)))
      copies.append(text(copy.octets.octets(host?.value ?? .empty)))
      #expect(text(copy.octets).hasSuffix("\r\n\r\n"))
    }
    #expect(copies == ["/p?q", "h", "h", "http://a/", "a", "b"])
  }

  @Test("fields stay those of the current request until the next begins")
  func fieldsLive() throws {
    var decoder = RequestDecoder()
    decoder.feed(octets(request + "GET / HTTP/1.0\r\n\r\n").span)
    for _ in 0..<3 { _ = try decoder.next() }
    #expect(decoder.fields.count == 2)
    _ = try decoder.next()
    #expect(decoder.fields.isEmpty == true)
  }

  @Test("the storage of its input can be taken away between messages and lent again")
  func lending() throws {
    var decoder = RequestDecoder()
    decoder.feed(octets(request).span)
    while try decoder.next() != nil {}
    #expect(decoder.input.isEmpty && decoder.isBetweenMessages)
    decoder.input = OctetBuffer()
    #expect(decoder.input.capacity == 0)
    decoder.input = OctetBuffer(capacity: 512)
    decoder.feed(octets(request).span)
    var count = 0
    while try decoder.next() != nil { count += 1 }
    #expect(count == 3)
  }

  @Test("offsets of errors count over the whole connection")
  func offsets() {
    expectRefused(request + "\r\n" + request + "GET ¦\u{0}", .targetInvalid)
  }

  @Test("every code names a clause and a status that closes")
  func codes() {
    for code in HTTP1Error.Code.allCases {
      let error = HTTP1Error(code: code, offset: 0)
      #expect("\(error.clause)".hasPrefix("RFC "))
      #expect("\(code.name)" == "\(code)")
      #expect([400, 413, 414, 417, 431, 501, 505].contains(error.status.rawValue))
    }
  }
}
