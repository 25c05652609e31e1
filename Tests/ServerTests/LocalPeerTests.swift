import NecroOctets
import NecroReactor
import Testing

@testable import NecroServer

/// A peer that counts what it is told.
private final class TestPeer: LocalPeer {
  var changes = 0

  override func changed() { changes += 1 }
}

/// A worker without listeners, and what its application has been told.
private final class LocalServer {
  let application: TestApplication
  let worker: Worker<TestApplication>
  let peer = TestPeer()

  init(limits: ServerLimits = ServerLimits()) throws {
    application = TestApplication(standardRoutes)
    worker = try Worker(application: application, limits: limits)
    application.worker = worker
    for (number, route) in standardRoutes.enumerated() {
      try worker.add(route.template.octets, methods: route.methods, route: number)
    }
  }

  func connect(_ peer: TestPeer? = nil) -> Bool {
    worker.connect(peer ?? self.peer, address: .unix)
  }

  func feed(_ text: String) {
    let octets = Array(text.utf8)
    worker.feed(peer, octets.span)
  }

  /// Takes turns until there is no more to do.
  func run() throws {
    repeat { try worker.turn(timeoutMilliseconds: 0) } while worker.hasWork
  }

  /// What there is to take, as text.
  func take() -> String {
    let text = peer.withOutput { octets in
      String(decoding: octets.indices.map { octets[$0] }, as: UTF8.self)
    }
    worker.taken(peer)
    return text
  }
}

@Suite("Connections in memory")
struct LocalPeerTests {
  @Test("requests are answered one after another on one connection")
  func persistence() throws {
    let server = try LocalServer()
    #expect(server.connect())
    for _ in 0..<3 {
      server.feed("GET / HTTP/1.1\r\nHost: a\r\n")
      try server.run()
      #expect(server.take() == "")
      server.feed("\r\n")
      try server.run()
      #expect(server.take().hasSuffix("\r\n\r\nhello"))
      #expect(server.peer.pendingOctets == 0)
      #expect(!server.peer.outputEnded)
    }
    #expect(server.worker.connectionCount == 1)
  }

  @Test("the peer is told of output, of the end, and when what it fed was received")
  func changes() throws {
    let server = try LocalServer()
    #expect(server.connect())
    server.feed("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(server.peer.changes == 0)
    #expect(server.peer.pendingOctets > 0)
    try server.run()
    #expect(server.peer.changes == 3)
    #expect(server.peer.outputEnded)
  }

  @Test("a peer that feeds no more is answered, and the connection ends")
  func finish() throws {
    let server = try LocalServer()
    #expect(server.connect())
    server.feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    server.worker.finish(server.peer)
    try server.run()
    #expect(server.take().hasSuffix("hello"))
    #expect(server.peer.outputEnded)
    #expect(server.worker.connectionCount == 0)
    // What comes after the end is nobody's.
    server.feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try server.run()
    #expect(server.take() == "")
  }

  @Test("a head that is cut short is answered 400")
  func cutShort() throws {
    let server = try LocalServer()
    #expect(server.connect())
    server.feed("GET / HTTP/1.1\r\nHo")
    server.worker.finish(server.peer)
    try server.run()
    #expect(server.take().hasPrefix("HTTP/1.1 400 "))
    #expect(server.peer.outputEnded)
  }

  @Test("the application is told of a peer that goes away, and completes the exchange all the same")
  func disconnect() throws {
    let server = try LocalServer()
    #expect(server.connect())
    server.feed("GET /pending HTTP/1.1\r\nHost: a\r\n\r\n")
    try server.run()
    server.worker.disconnect(server.peer)
    #expect(server.application.log == ["respond /pending", "gone /pending"])
    #expect(server.peer.outputEnded)
    #expect(server.worker.connectionCount == 0)
    for exchange in server.application.pending { server.worker.complete(exchange) }
    try server.run()
    #expect(server.take() == "")
  }

  @Test("output that is not taken holds up further requests, and goes on when it is")
  func backpressure() throws {
    let server = try LocalServer()
    #expect(server.connect())
    let request = "GET /name/\(String(repeating: "n", count: 4_000)) HTTP/1.1\r\nHost: a\r\n\r\n"
    let count = 1_000
    server.feed(String(repeating: request, count: count))
    try server.run()
    #expect(server.peer.pendingOctets > 0)
    #expect(server.peer.withOutput { $0.count } <= 1_048_576)
    var received = 0
    var rounds = 0
    while received < count * 4_000 && rounds < 100 {
      received += server.take().utf8.count
      try server.run()
      rounds += 1
    }
    #expect(received > count * 4_000)
    #expect(rounds < 100)
  }

  @Test("a worker takes no more connections than its limit, and none while it drains")
  func limits() throws {
    var limits = ServerLimits()
    limits.connectionsMax = 1
    let server = try LocalServer(limits: limits)
    #expect(server.connect())
    let second = TestPeer()
    #expect(!server.connect(second))
    server.worker.disconnect(server.peer)
    #expect(server.connect(second))
    server.worker.disconnect(second)
    server.worker.drain()
    #expect(!server.connect(TestPeer()))
    #expect(server.worker.isDrained)
  }

  @Test("a connection that idles is closed in its time")
  func idle() throws {
    var limits = ServerLimits()
    limits.keepAliveMilliseconds = 1
    let server = try LocalServer(limits: limits)
    #expect(server.connect())
    server.feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try server.run()
    while !server.peer.outputEnded {
      #expect(server.worker.idleMilliseconds >= 0)
      try server.worker.turn(timeoutMilliseconds: -1)
    }
    #expect(server.take().hasSuffix("hello"))
  }

  @Test("an address is one of IPv4 or IPv6, or none")
  func addresses() {
    func host(_ text: StaticString) -> String? {
      guard let address = PeerAddress(host: text.octets, port: 7) else { return nil }
      var output = OctetBuffer()
      address.host(into: &output)
      #expect(address.port == 7)
      return output.octets.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
    #expect(host("127.0.0.1") == "127.0.0.1")
    #expect(host("::1") == "::1")
    #expect(host("2001:db8::ff") == "2001:db8::ff")
    #expect(host("testclient") == nil)
    #expect(host("") == nil)
    #expect(host("127.0.0.1.") == nil)
    #expect(host("1111111111111111111111111111111111111111111111111111") == nil)
  }
}
