import Testing

@Suite("Requests and their responses")
struct RequestTests {
  @Test("a connection serves one request after another")
  func keepAlive() throws {
    try serving { served in
      let client = try served.connect()
      for number in 0..<5 {
        let reply = try client.fetch(get("/name/\(number)"))
        #expect(reply.status == 200)
        #expect(reply.text == "\(number)")
        #expect(reply.fields["connection"] == nil)
        #expect(reply.fields["date"]?.hasSuffix(" GMT") == true)
      }
    }
  }

  @Test("pipelined requests are answered in their order, however many come at once")
  func pipelining() throws {
    try serving { served in
      let client = try served.connect()
      // More than are begun in one turn.
      let count = 1_000
      try client.send((0..<count).map { get("/name/\($0)") }.joined())
      for number in 0..<count { #expect(try client.readReply().text == "\(number)") }
    }
  }

  @Test("requests are the same wherever the network cuts them")
  func splits() throws {
    try serving { served in
      let octets = Array(
        (post("/collected", "blood") + get("/name/lich")
          + "POST /collected HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
          + "3\r\nbon\r\n1;x=y\r\ne\r\n0\r\nt: u\r\n\r\n" + get("/")).utf8)
      for split in 1..<octets.count {
        let client = try served.connect()
        try client.send(Array(octets[..<split]))
        // A turn passes on the worker, so that the parts are received one by one.
        _ = try served.perform {}
        try client.send(Array(octets[split...]))
        let texts = try (0..<4).map { _ in try client.readReply().text }
        #expect(texts == ["blood", "lich", "bone", "hello"], "split at \(split)")
      }
    }
  }

  @Test("requests that come octet by octet are served")
  func octetByOctet() throws {
    try serving { served in
      let client = try served.connect()
      for octet in (post("/collected", "blood") + get("/name/lich")).utf8 {
        try client.send([octet])
      }
      #expect(try client.readReply().text == "blood")
      #expect(try client.readReply().text == "lich")
    }
  }

  @Test("HEAD is answered as GET, without content")
  func head() throws {
    try serving { served in
      let client = try served.connect()
      let reply = try client.fetch("HEAD /name/ghoul HTTP/1.1\r\nhost: a\r\n\r\n")
      #expect(reply.status == 200)
      #expect(reply.fields["content-length"] == "5")
      // What follows begins a response: no content came.
      #expect(try client.fetch(get("/")).text == "hello")
      #expect(try client.fetch("HEAD /nowhere HTTP/1.1\r\nhost: a\r\n\r\n").status == 404)
      #expect(try client.fetch(get("/")).text == "hello")
    }
  }

  @Test(
    "OPTIONS and 405 tell the methods of a path",
    arguments: [
      ("OPTIONS /", 204, "GET, HEAD, OPTIONS"), ("OPTIONS /collected", 204, "POST, PUT, OPTIONS"),
      ("DELETE /", 405, "GET, HEAD, OPTIONS"), ("GET /collected", 405, "POST, PUT, OPTIONS"),
      ("TRACE /", 405, "GET, HEAD, OPTIONS"),
    ])
  func allowed(request: String, status: Int, methods: String) throws {
    try serving { served in
      let client = try served.connect()
      let reply = try client.fetch("\(request) HTTP/1.1\r\nhost: a\r\n\r\n")
      #expect(reply.status == status)
      #expect(reply.fields["allow"] == methods)
      #expect(try client.fetch(get("/")).text == "hello")
    }
  }

  @Test(
    "OPTIONS of the server tells all methods, also for a URI without a path",
    arguments: ["*", "http://a"])
  func optionsOfAll(target: String) throws {
    try serving { served in
      let reply = try served.connect().fetch("OPTIONS \(target) HTTP/1.1\r\nhost: a\r\n\r\n")
      #expect(reply.status == 204)
      #expect(reply.fields["allow"] == "GET, HEAD, POST, PUT, OPTIONS")
      #expect(reply.fields["content-length"] == nil)
    }
  }

  @Test(
    "what nobody serves is refused, and the connection goes on",
    arguments: [
      (get("/nowhere"), 404), ("BREW / HTTP/1.1\r\nhost: a\r\n\r\n", 501),
      ("CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n", 501), (post("/nowhere", "bones"), 404),
    ])
  func refused(request: String, status: Int) throws {
    try serving { served in
      let client = try served.connect()
      let reply = try client.fetch(request)
      #expect(reply.status == status)
      #expect(reply.fields["content-type"] == "application/problem+json")
      #expect(reply.text.contains("\"status\":\(status)"))
      #expect(try client.fetch(get("/")).text == "hello")
    }
  }

  @Test("an absolute-form target with or without a path is served")
  func absoluteForm() throws {
    try serving { served in
      let client = try served.connect()
      #expect(try client.fetch("GET http://a HTTP/1.1\r\nhost: a\r\n\r\n").text == "hello")
      #expect(try client.fetch("GET http://a/name/x?y HTTP/1.1\r\nhost: a\r\n\r\n").text == "x")
    }
  }

  @Test(
    "a connection ends with the response when the client says so, or is of version 1.0",
    arguments: [
      "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
    ])
  func close(request: String) throws {
    try serving { served in
      let client = try served.connect()
      let reply = try client.fetch(request)
      #expect(reply.text == "hello")
      #expect(reply.closes)
      #expect(try client.readToEnd().isEmpty)
      client.end()
      #expect(try served.hasConnections(0))
    }
  }

  @Test("a client of version 1.0 may ask for the connection to be kept")
  func keepAliveVersion10() throws {
    try serving { served in
      let client = try served.connect()
      for _ in 0..<3 {
        let reply = try client.fetch("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
        #expect(reply.fields["connection"] == "keep-alive")
        #expect(reply.text == "hello")
      }
    }
  }

  @Test("an application that answers nothing, or half, costs its own connection alone")
  func unfinished() throws {
    var routes = standardRoutes
    routes.append(
      .init(template: "/nothing", methods: .get, policy: .ignored) { _, _ in .responded })
    routes.append(
      .init(template: "/half", methods: .get, policy: .ignored) { exchange, _ in
        try? exchange.begin(.ok, contentLength: 100)
        try? exchange.endHead()
        try? exchange.send(Array("half".utf8).span)
        return .responded
      })
    try serving(routes) { served in
      #expect(try served.connect().fetch(get("/nothing")).status == 500)
      let client = try served.connect()
      try client.send(get("/half"))
      let octets = try client.readToEnd()
      #expect(String(decoding: octets, as: UTF8.self).hasSuffix("\r\n\r\nhalf"))
      #expect(try served.connect().fetch(get("/")).text == "hello")
    }
  }

  @Test("a response that was begun is replaced, whatever was answered before it")
  func restart() throws {
    var routes = standardRoutes
    routes.append(
      .init(template: "/again", methods: .get, policy: .ignored) { exchange, _ in
        try? exchange.begin(.ok, contentLength: 100)
        #expect(exchange.restartResponse())
        return exchange.answer("again")
      })
    try serving(routes) { served in
      let client = try served.connect()
      try client.send(get("/") + get("/again") + get("/again") + get("/name/x"))
      let texts = try (0..<4).map { _ in try client.readReply().text }
      #expect(texts == ["hello", "again", "again", "x"])
    }
  }
}
