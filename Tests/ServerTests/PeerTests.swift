import Testing

@testable import NecroServer

@Suite("Peers that close, reset or go")
struct PeerTests {
  @Test("a client that half-closes after complete requests gets its responses, in one event or two")
  func halfClose() throws {
    try serving { served in
      for inOneEvent in [false, true] {
        let client = try served.connect()
        // The worker stands still until all is sent, and sees it in one event.
        try served.perform {
          try client.send(get("/name/a") + get("/name/b"))
          if inOneEvent { client.closeWriting() }
        }
        if !inOneEvent { client.closeWriting() }
        #expect(try client.readReply().text == "a")
        #expect(try client.readReply().text == "b")
        #expect(try client.readToEnd().isEmpty)
        #expect(try served.hasConnections(0))
      }
    }
  }

  @Test("a client that half-closes while its response is made gets it")
  func halfCloseWhilePending() throws {
    try serving { served in
      let client = try served.connect()
      try client.send(get("/pending"))
      client.closeWriting()
      #expect(served.application.waitFor("respond /pending"))
      _ = try served.perform {}
      try served.perform {
        let exchange = served.application.pending.removeFirst()
        #expect(!exchange.peerIsGone)
        _ = exchange.answer("late")
        served.worker.complete(exchange)
      }
      #expect(try client.readReply().text == "late")
      #expect(try client.readToEnd().isEmpty)
    }
  }

  @Test(
    "a request that the client cuts short is answered 400",
    arguments: [
      "GET / HTTP/1.1\r\nho", "POST /collected HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nabc",
      "POST /collected HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc", "G",
    ], [false, true])
  func truncated(request: String, inOneEvent: Bool) throws {
    try serving { served in
      let client = try served.connect()
      try served.perform {
        try client.send(request)
        if inOneEvent { client.closeWriting() }
      }
      if !inOneEvent { client.closeWriting() }
      let reply = try client.readReply()
      #expect(reply.status == 400)
      #expect(reply.closes)
      #expect(try client.readToEnd().isEmpty)
      #expect(try served.hasConnections(0))
    }
  }

  @Test("a connection that says nothing and closes is forgotten")
  func silent() throws {
    try serving { served in
      let client = try served.connect()
      #expect(try served.hasConnections(1))
      client.end()
      #expect(try served.hasConnections(0))
    }
  }

  @Test("streamed content that the client cuts short is told to the application, which answers")
  func truncatedStream() throws {
    try serving { served in
      served.application.onContent = ContentTests.echo
      let client = try served.connect()
      try served.perform {
        try client.send("POST /streamed HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nabc")
        client.closeWriting()
      }
      let reply = try client.readReply()
      #expect(reply.text == "end")
      #expect(served.application.log.contains("peer closed"))
      #expect(try client.readToEnd().isEmpty)
    }
  }

  @Test("streamed content that came whole is not cut short by the client's closing behind it")
  func wholeStream() throws {
    try serving(limits: { $0.contentWindowOctets = 100 }) { served in
      served.application.onContent = { exchange, application in
        if application.log.contains("go") { ContentTests.echo(exchange, application) }
      }
      let client = try served.connect()
      let content = String(repeating: "c", count: 1_000)
      try served.perform {
        try client.send(post("/streamed", content))
        client.closeWriting()
      }
      #expect(served.application.waitFor("respond /streamed"))
      // The end has been received, while content waits undecoded for the window.
      for _ in 0..<3 { _ = try served.perform {} }
      served.application.note("go")
      try served.perform { ContentTests.echo(served.application.pending[0], served.application) }
      #expect(try client.readReply().text == "end")
      let log = served.application.log
      #expect(!log.contains("peer closed"))
      let received = log.filter { $0.hasPrefix("content ") }.map { $0.dropFirst(8) }.joined()
      #expect(received == content)
    }
  }

  @Test("empty lines of one connection do not count against another")
  func emptyLinesOfAnother() throws {
    try serving { served in
      let first = try served.connect()
      #expect(try served.hasConnections(1))
      try first.send("\r\n\r\n\r\n")
      // The exchange that has decoded them is given back.
      for _ in 0..<3 { _ = try served.perform {} }
      #expect(try served.perform { served.worker.idleExchanges.count } == 1)
      #expect(try served.connect().fetch("\r\n\r\n" + get("/")).text == "hello")
    }
  }

  @Test("the application is told of a reset, and may complete the exchange afterwards")
  func reset() throws {
    try serving { served in
      let client = try served.connect()
      try client.send(get("/pending"))
      #expect(served.application.waitFor("respond /pending"))
      client.reset()
      #expect(served.application.waitFor("gone /pending"))
      try served.perform {
        #expect(served.worker.connectionCount == 0)
        let exchange = served.application.pending.removeFirst()
        #expect(exchange.peerIsGone)
        // The request can still be read.
        #expect(served.application.text(exchange, exchange.head.path) == "/pending")
        _ = exchange.answer("nobody reads this")
        served.worker.complete(exchange)
      }
      // The exchange serves another connection, with nothing of the first's left in it.
      #expect(try served.connect().fetch(get("/")).text == "hello")
    }
  }

  @Test("an exchange given up in the middle of its response serves another connection")
  func resetWithinResponse() throws {
    try serving { served in
      let client = try served.connect()
      try client.send(get("/pending"))
      #expect(served.application.waitFor("respond /pending"))
      try served.perform {
        let exchange = served.application.pending[0]
        try exchange.begin(.ok, contentLength: nil)
        try exchange.endHead()
        try exchange.send(Array("part".utf8).span)
        served.worker.flush(exchange)
      }
      _ = try client.read(20)
      client.reset()
      #expect(served.application.waitFor("gone /pending"))
      try served.perform { served.worker.complete(served.application.pending.removeFirst()) }
      for _ in 0..<3 { #expect(try served.connect().fetch(get("/")).text == "hello") }
    }
  }

  @Test("a response in parts reaches the client part by part, and cannot be taken back any more")
  func flush() throws {
    try serving { served in
      let client = try served.connect()
      try client.send(get("/pending") + get("/"))
      #expect(served.application.waitFor("respond /pending"))
      for part in ["one", "two"] {
        try served.perform {
          let exchange = served.application.pending[0]
          if part == "one" {
            try exchange.begin(.ok, contentLength: 6)
            try exchange.endHead()
          }
          try exchange.send(Array(part.utf8).span)
          served.worker.flush(exchange)
        }
        #expect(try client.readThrough(part).hasSuffix(part))
      }
      try served.perform {
        let exchange = served.application.pending.removeFirst()
        #expect(!exchange.restartResponse())
        try exchange.end()
        served.worker.complete(exchange)
      }
      #expect(try client.readReply().text == "hello")
    }
  }

  @Test("pending exchanges of several connections are completed in any order")
  func outOfOrder() throws {
    try serving { served in
      let clients = try (0..<8).map { _ in try served.connect() }
      for (number, client) in clients.enumerated() {
        try client.send(get("/pending") + get("/name/next"))
        #expect(served.application.waitFor("respond /pending", count: number + 1))
      }
      for number in [3, 0, 7, 1, 6, 2, 5, 4] {
        try served.perform {
          let exchange = served.application.pending[number]
          _ = exchange.answer("\(number)")
          served.worker.complete(exchange)
        }
        #expect(try clients[number].readReply().text == "\(number)")
        #expect(try clients[number].readReply().text == "next")
      }
    }
  }

  @Test("no octet of one connection's request or response is seen by another")
  func reuse() throws {
    try serving { served in
      let first = try served.connect()
      let secret = String(repeating: "s", count: 3_000)
      #expect(try first.fetch(post("/collected", secret, "x-secret: \(secret)")).text == secret)
      // Cut short in the head, in content and in a response that is not read.
      for request in [
        "GET /\(secret)",
        "POST /collected HTTP/1.1\r\nhost: a\r\ncontent-length: 9999\r\n\r\n\(secret)",
        get("/large/9000000"), "\r\n\r\n\r\n",
      ] {
        let broken = try served.connect()
        try broken.send(request)
        _ = try served.perform {}
        broken.reset()
        #expect(try served.hasConnections(1))
        let other = try served.connect()
        #expect(try other.fetch("\r\n\r\n" + get("/")).text == "hello")
        #expect(try other.fetch(post("/collected", "")).text == "")
        other.reset()
        #expect(try served.hasConnections(1))
      }
    }
  }
}
