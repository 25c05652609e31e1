import Testing

@testable import NecroServer

@Suite("Content")
struct ContentTests {
  /// Takes streamed content as it arrives and answers with it, in pieces, at the end.
  static func echo(_ exchange: Exchange, _ application: TestApplication) {
    let isEnd = exchange.contentIsComplete
    if !exchange.content.isEmpty {
      application.note("content \(exchange.contentText)")
      exchange.content.removeAll()
      application.worker.contentTaken(exchange)
    }
    if isEnd {
      if let failure = exchange.contentFailure {
        switch failure {
        case .peerClosed: application.note("peer closed")
        case .refused(let status): application.note("refused \(status.rawValue)")
        }
      }
      _ = exchange.answer("end")
      application.pending.removeAll { $0 === exchange }
      application.worker.complete(exchange)
    }
  }

  @Test("a request with content that is collected, chunked or not, is answered when all is there")
  func collected() throws {
    try serving { served in
      let client = try served.connect()
      try client.send("POST /collected HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc")
      _ = try served.perform {}
      #expect(!client.hasInput())
      try client.send("def")
      #expect(try client.readReply().text == "abcdef")
      try client.send("POST /collected HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
      for piece in ["2\r\ngh", "\r\n1\r\ni", "\r\n0\r\n", "\r\n"] {
        #expect(!client.hasInput())
        try client.send(piece)
        _ = try served.perform {}
      }
      #expect(try client.readReply().text == "ghi")
      #expect(try client.fetch(post("/collected", "")).text == "")
    }
  }

  @Test("large content is collected whole")
  func large() throws {
    try serving { served in
      let client = try served.connect()
      let content = String(
        (0..<500_000).map { "abcdefghij".utf8.map { Character(UnicodeScalar($0)) }[$0 % 10] })
      #expect(try client.fetch(post("/collected", content)).text == content)
      #expect(try client.fetch(get("/")).text == "hello")
    }
  }

  @Test("content that is streamed reaches the application as it comes")
  func streamed() throws {
    try serving { served in
      served.application.onContent = Self.echo
      let client = try served.connect()
      try client.send("POST /streamed HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc")
      #expect(served.application.waitFor("content abc"))
      try client.send("def" + get("/"))
      #expect(try client.readReply().text == "end")
      #expect(served.application.log.contains("content def"))
      #expect(try client.readReply().text == "hello")
    }
  }

  @Test("content that nobody wants is dropped, before and after the response")
  func ignored() throws {
    try serving { served in
      let client = try served.connect()
      try client.send("POST /ignored HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nGET")
      #expect(try client.readReply().text == "ignored")
      try client.send(" / " + get("/"))
      #expect(try client.readReply().text == "hello")
    }
  }

  @Test("more unwanted content than the limit ends the connection with the response")
  func ignoredTooLong() throws {
    try serving(limits: { $0.drainedContentOctetsMax = 100 }) { served in
      let known = try served.connect()
      try known.send("POST /ignored HTTP/1.1\r\nhost: a\r\ncontent-length: 101\r\n\r\n")
      let reply = try known.readReply()
      #expect(reply.text == "ignored")
      #expect(reply.closes)
      try known.waitForEnd()
      // Of chunked content it is seen only when it comes.
      let chunked = try served.connect()
      try chunked.send(
        "POST /ignored HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
      #expect(try chunked.readReply().text == "ignored")
      try chunked.send("80\r\n" + String(repeating: "x", count: 0x80))
      try chunked.waitForEnd()
      known.end()
      chunked.end()
      #expect(try served.hasConnections(0))
    }
  }

  @Test("100 is sent when content is wanted, and not otherwise")
  func expectContinue() throws {
    try serving { served in
      served.application.onContent = { exchange, application in
        // This handler asks for content only when it is told to.
        if exchange.contentIsComplete { Self.echo(exchange, application) }
      }
      let expects = "HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n"
      let collected = try served.connect()
      #expect(try collected.fetch("POST /collected \(expects)").status == 100)
      #expect(try collected.fetch("abc").text == "abc")
      #expect(try collected.fetch(get("/")).text == "hello")

      for path in ["/ignored", "/nowhere"] {
        let unwanted = try served.connect()
        let reply = try unwanted.fetch("POST \(path) \(expects)")
        #expect(reply.status == (path == "/ignored" ? 200 : 404))
        // Whether the client will send the content now cannot be known.
        #expect(reply.closes)
        #expect(try unwanted.readToEnd().isEmpty)
      }

      let streamed = try served.connect()
      try streamed.send("POST /streamed \(expects)")
      #expect(served.application.waitFor("respond /streamed"))
      _ = try served.perform {}
      #expect(!streamed.hasInput())
      try served.perform {
        let exchange = served.application.pending[0]
        served.worker.askForContent(exchange)
        served.worker.flush(exchange)
      }
      #expect(try streamed.readReply().status == 100)
      try streamed.send("abc")
      #expect(try streamed.readReply().text == "end")
    }
  }

  @Test("a client that sends its content without waiting for 100 keeps its connection")
  func expectNotAwaited() throws {
    try serving { served in
      served.application.onContent = Self.echo
      let client = try served.connect()
      try client.send(
        "POST /streamed HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\nabc"
      )
      let reply = try client.readReply()
      #expect(reply.text == "end")
      #expect(!reply.closes)
    }
  }

  @Test(
    "content over its limit is answered 413, which the client can read although it still sends",
    arguments: [
      "content-length: 3000000", "transfer-encoding: chunked",
    ])
  func tooLong(framing: String) throws {
    try serving(limits: { $0.http.contentOctetsMax = 100_000 }) { served in
      let client = try served.connect()
      try client.send("POST /collected HTTP/1.1\r\nhost: a\r\n\(framing)\r\n\r\n")
      let chunk = "2710\r\n" + String(repeating: "x", count: 10_000) + "\r\n"
      for _ in 0..<300 { try client.send(chunk) }
      let reply = try client.readReply()
      #expect(reply.status == 413)
      #expect(reply.closes)
      #expect(try client.readToEnd().isEmpty)
      #expect(!served.application.log.contains("respond /collected"))
    }
  }

  @Test("all collected content together is bounded: what is over it is answered 503")
  func collectedInAll() throws {
    try serving(limits: { $0.contentOctetsInAllMax = 100_000 }) { served in
      let first = try served.connect()
      let half = String(repeating: "x", count: 60_000)
      try first.send("POST /collected HTTP/1.1\r\nhost: a\r\ncontent-length: 60001\r\n\r\n" + half)
      while try served.perform({ served.worker.contentOctets }) < 60_000 {}
      let second = try served.connect()
      let refused = try second.fetch(post("/collected", half))
      #expect(refused.status == 503)
      #expect(refused.closes)
      #expect(try first.fetch("y").status == 200)
      // Both have given back what they held.
      #expect(try served.perform { served.worker.contentOctets } == 0)
      #expect(try served.connect().fetch(post("/collected", half)).text == half)
      first.reset()
      second.reset()
    }
  }

  @Test(
    "a malformed request is answered with its status, and the connection ends",
    arguments: [
      ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/2.0\r\nhost: a\r\n\r\n", 505),
      ("GET /\(String(repeating: "x", count: 9_000)) HTTP/1.1\r\nhost: a\r\n\r\n", 414),
      ("GET / HTTP/1.1\r\nhost: a\r\nx: \(String(repeating: "x", count: 40_000))\r\n\r\n", 431),
      ("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n", 501),
    ])
  func malformed(request: String, status: Int) throws {
    try serving { served in
      let client = try served.connect()
      try client.send(get("/") + request + get("/name/unread"))
      #expect(try client.readReply().text == "hello")
      let reply = try client.readReply()
      #expect(reply.status == status)
      #expect(reply.closes)
      #expect(try client.readToEnd().isEmpty)
      client.end()
      #expect(try served.hasConnections(0))
    }
  }

  @Test("content that breaks while it is streamed is told to the application, which still answers")
  func brokenWhileStreamed() throws {
    try serving { served in
      served.application.onContent = Self.echo
      let client = try served.connect()
      try client.send(
        "POST /streamed HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")
      #expect(served.application.waitFor("content abc"))
      try client.send("zz\r\n")
      let reply = try client.readReply()
      #expect(served.application.log.contains("refused 400"))
      #expect(reply.text == "end")
      #expect(reply.closes)
      #expect(try client.readToEnd().isEmpty)
    }
  }

  @Test("streamed content over its limit is told to the application, behind what came before it")
  func tooLongWhileStreamed() throws {
    try serving(limits: { $0.http.contentOctetsMax = 5 }) { served in
      served.application.onContent = Self.echo
      let client = try served.connect()
      try client.send(
        "POST /streamed HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")
      #expect(served.application.waitFor("content abc"))
      try client.send("3\r\ndef\r\n0\r\n\r\n" + get("/"))
      let reply = try client.readReply()
      #expect(served.application.log.contains("refused 413"))
      #expect(reply.text == "end")
      #expect(reply.closes)
      #expect(try client.readToEnd().isEmpty)
    }
  }

  @Test("100 is not sent within a response that has begun")
  func expectContinueTooLate() throws {
    try serving { served in
      served.application.onContent = { _, _ in }
      let client = try served.connect()
      try client.send(
        "POST /streamed HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n")
      #expect(served.application.waitFor("respond /streamed"))
      try served.perform {
        let exchange = served.application.pending.removeLast()
        try exchange.begin(.ok, contentLength: 2)
        try exchange.endHead()
        served.worker.askForContent(exchange)
        try exchange.send(Array("ok".utf8).span)
        try exchange.end()
        served.worker.complete(exchange)
      }
      let reply = try client.readReply()
      #expect(reply.status == 200)
      #expect(reply.text == "ok")
      #expect(reply.closes)
      #expect(try client.readToEnd().isEmpty)
    }
  }

  @Test("streamed content waits in the kernel while the application takes none")
  func streamedBackpressure() throws {
    try serving(limits: {
      $0.contentWindowOctets = 10_000
      $0.http.contentOctetsMax = 100_000_000
    }) { served in
      served.application.onContent = { exchange, application in
        application.note("arrived")
        if application.log.contains("go") { Self.echo(exchange, application) }
      }
      let client = try served.connect()
      let count = 30_000_000
      try client.send("POST /streamed HTTP/1.1\r\nhost: a\r\ncontent-length: \(count)\r\n\r\n")
      var sent = 0
      let piece = [UInt8](repeating: 0x78, count: 100_000)
      // As much as the kernel holds for both sides, until nothing moves for some turns.
      var idleRounds = 0
      while idleRounds < 20 {
        let now = client.sendWithoutWaiting(piece)
        sent += now
        idleRounds = now == 0 ? idleRounds + 1 : 0
        _ = try served.perform {}
      }
      #expect(sent < count)
      let held = try served.perform {
        served.application.pending[0].content.count
          + served.application.pending[0].decoder.input.count
      }
      #expect(held >= 10_000)
      #expect(held < 10_000 + 2 * 65_536)
      served.application.note("go")
      try served.perform { Self.echo(served.application.pending[0], served.application) }
      while sent < count {
        let octets = min(piece.count, count - sent)
        try client.send(Array(piece[..<octets]))
        sent += octets
      }
      #expect(try client.readReply().text == "end")
    }
  }
}
