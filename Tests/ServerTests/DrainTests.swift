import NecroReactor
import Testing

@testable import NecroServer

@Suite("Drain")
struct DrainTests {
  @Test("idle connections are closed at once, and new ones refused")
  func idle() throws {
    try serving { served in
      let clients = try (0..<10).map { _ in try served.connect() }
      for client in clients { #expect(try client.fetch(get("/")).text == "hello") }
      served.drain()
      for client in clients { #expect(try client.readToEnd().isEmpty) }
      #expect(served.hasEnded())
      #expect(throws: SystemError.self) { _ = try served.connect() }
    }
  }

  @Test("a pending response is finished, says that the connection closes, and nothing follows")
  func pending() throws {
    try serving { served in
      let client = try served.connect()
      try client.send(get("/pending") + get("/name/next"))
      #expect(served.application.waitFor("respond /pending"))
      served.drain()
      while try !served.perform({ served.worker.isDraining }) {}
      try served.perform {
        let exchange = served.application.pending.removeFirst()
        _ = exchange.answer("last")
        served.worker.complete(exchange)
      }
      let reply = try client.readReply()
      #expect(reply.text == "last")
      #expect(reply.closes)
      #expect(try client.readToEnd().isEmpty)
      client.end()
      #expect(served.hasEnded())
    }
  }

  @Test("a request whose octets have come is served, in part or whole, with connection: close")
  func begun() throws {
    try serving { served in
      let partial = try served.connect()
      let unread = try served.connect()
      for client in [partial, unread] { #expect(try client.fetch(get("/")).text == "hello") }
      try partial.send("GET /name/partial HT")
      _ = try served.perform {}
      _ = try served.perform {}
      try served.perform {
        // In the kernel, and not received when the drain begins.
        try unread.send(get("/name/unread"))
        served.worker.drain()
      }
      let reply = try unread.readReply()
      #expect(reply.text == "unread")
      #expect(reply.closes)
      try partial.send("TP/1.1\r\nhost: a\r\n\r\n")
      let last = try partial.readReply()
      #expect(last.text == "partial")
      #expect(last.closes)
      partial.end()
      unread.end()
      #expect(served.hasEnded())
    }
  }

  @Test(
    "connections in the listener's queue and fresh ones are served, or closed if they are silent")
  func fresh() throws {
    try serving(limits: { $0.drainFreshMilliseconds = 100 }) { served in
      let silent = try served.connect()
      #expect(try served.hasConnections(1))
      nonisolated(unsafe) var queued: [Client] = []
      try served.perform {
        // More than are accepted in one turn.
        for _ in 0..<100 { queued.append(try served.connect()) }
        served.drain()
      }
      for client in queued {
        let reply = try client.fetch(get("/"))
        #expect(reply.text == "hello")
        #expect(reply.closes)
        client.end()
      }
      #expect(try silent.readToEnd().isEmpty)
      #expect(served.hasEnded())
    }
  }

  @Test("what is not done in time is closed, and the application is told")
  func deadline() throws {
    try serving(limits: { $0.drainMilliseconds = 100 }) { served in
      let pending = try served.connect()
      try pending.send(get("/pending"))
      let slow = try served.connect(receiveBufferOctets: 4_096)
      try slow.send(get("/large/20000000"))
      #expect(served.application.waitFor("respond /pending"))
      #expect(served.application.waitFor("respond /large/20000000"))
      served.drain()
      #expect(served.hasEnded())
      #expect(served.application.log.contains("gone /pending"))
    }
  }

  @Test("a drain that begins in the same turn as a connection comes does no harm")
  func togetherWithAccept() throws {
    for drainFirst in [true, false] {
      try serving(limits: { $0.drainFreshMilliseconds = 20 }) { served in
        nonisolated(unsafe) var client: Client?
        try served.perform {
          if drainFirst { served.drain() }
          client = try served.connect()
          if !drainFirst { served.drain() }
        }
        #expect(served.hasEnded())
        client?.end()
      }
    }
  }

  @Test("a second drain changes nothing")
  func twice() throws {
    try serving { served in
      let client = try served.connect()
      try client.send(get("/pending"))
      #expect(served.application.waitFor("respond /pending"))
      served.drain()
      try served.perform { served.worker.drain() }
      try served.perform {
        let exchange = served.application.pending.removeFirst()
        _ = exchange.answer("last")
        served.worker.complete(exchange)
      }
      #expect(try client.readReply().text == "last")
      client.end()
      #expect(served.hasEnded())
    }
  }
}
