import CLinux
import Foundation
import NecroReactor
import Testing

@testable import NecroServer

@Suite("A worker's descriptors, connections and log")
struct WorkerTests {
  @Test("connections over the limit wait in the queue until one closes")
  func connectionLimit() throws {
    try serving(limits: { $0.connectionsMax = 2 }) { served in
      let first = try served.connect()
      let second = try served.connect()
      #expect(try first.fetch(get("/")).text == "hello")
      #expect(try second.fetch(get("/")).text == "hello")
      let third = try served.connect()
      let fourth = try served.connect()
      try third.send(get("/name/third"))
      try fourth.send(get("/name/fourth"))
      _ = try served.perform {}
      #expect(try served.perform { served.worker.connectionCount } == 2)
      #expect(!third.hasInput() && !fourth.hasInput())
      first.end()
      #expect(try third.readReply().text == "third")
      #expect(!fourth.hasInput())
      second.reset()
      #expect(try fourth.readReply().text == "fourth")
      // Pausing again and again leaves no timers behind.
      #expect(try served.perform { served.worker.timers.count } <= 3)
    }
  }

  @Test("many connections come and go, and nothing of them stays")
  func churn() throws {
    try serving { served in
      for round in 0..<20 {
        let clients = try (0..<50).map { _ in try served.connect() }
        for (number, client) in clients.enumerated() {
          switch number % 5 {
          case 0: #expect(try client.fetch(get("/")).text == "hello")
          case 1: try client.send("GET / HTT")
          case 2: try client.send(get("/pending"))
          case 3: try client.send("nonsense\r\n\r\n")
          default: break
          }
        }
        #expect(served.application.waitFor("respond /pending", count: (round + 1) * 10))
        for (number, client) in clients.enumerated() {
          if number % 2 == 0 { client.reset() } else { client.end() }
        }
        #expect(served.application.waitFor("gone /pending", count: (round + 1) * 5))
        try served.perform {
          for exchange in served.application.pending { served.worker.complete(exchange) }
          served.application.pending = []
        }
        #expect(try served.hasConnections(0))
      }
      let (slots, timers) = try served.perform {
        (served.worker.connections.count, served.worker.timers.count)
      }
      #expect(slots <= 51)
      #expect(timers == 0)
    }
  }

  @Test("a descriptor of the application's is watched, and forgotten when it says so")
  func descriptors() throws {
    try serving { served in
      let wakeUp = try WakeUp()
      let token: UInt64 = 1 << 62 - 1
      try served.perform {
        let before = served.application.descriptorIsReady
        served.application.descriptorIsReady = { ready in
          if ready == token {
            wakeUp.drain()
            served.application.note("ready")
          } else {
            before(ready)
          }
        }
        try served.worker.add(wakeUp.descriptor, token: token, interest: .read)
      }
      wakeUp.signal()
      #expect(served.application.waitFor("ready"))
      wakeUp.signal()
      #expect(served.application.waitFor("ready", count: 2))
      try served.perform { try served.worker.remove(wakeUp.descriptor) }
      wakeUp.signal()
      _ = try served.perform {}
      #expect(served.application.log.count { $0 == "ready" } == 2)
      #expect(throws: SystemError.self) {
        try served.perform { try served.worker.remove(wakeUp.descriptor) }
      }
    }
  }

  @Test("each response is a line of the access log")
  func accessLog() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("necro-\(UUID().uuidString)").path
    let descriptor = creat(path, 0o600)
    try #require(descriptor >= 0)
    defer {
      close(descriptor)
      unlink(path)
    }
    try serving(log: descriptor) { served in
      let client = try served.connect()
      _ = try client.fetch(get("/name/lich?age=9"))
      _ = try client.fetch("HEAD / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
      _ = try client.fetch(get("/nowhere"))
      // In two parts, which the head is kept over.
      try client.send("POST /collected HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n")
      _ = try served.perform {}
      _ = try client.fetch("blood")
      try client.send(get("/pending") + get("/"))
      #expect(served.application.waitFor("respond /pending"))
      usleep(30_000)
      try served.perform {
        let exchange = served.application.pending.removeFirst()
        _ = exchange.answer("late")
        served.worker.complete(exchange)
      }
      for _ in 0..<2 { _ = try client.readReply() }
      try client.send("POST /collected HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nz")
      _ = try client.readReply()
      _ = try served.connect().fetch("nonsense\r\n\r\n")
      _ = try served.perform {}
    }
    let log = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let line =
      #/127\.0\.0\.1 - - \[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d \+0000\] "(.*)" (\d+) (\d+) "-" "-" (\d+) -/#
    let entries = try log.map { entry in try #require(try line.wholeMatch(in: entry), "\(entry)") }
    #expect(
      entries.map { "\($0.1) \($0.2)" } == [
        "GET /name/lich?age=9 HTTP/1.1 200", "HEAD / HTTP/1.0 200", "GET /nowhere HTTP/1.1 404",
        "POST /collected HTTP/1.1 200", "GET /pending HTTP/1.1 200", "GET / HTTP/1.1 200",
        "POST /collected HTTP/1.1 400", "- 400",
      ])
    #expect(entries[0].3 == "4")
    #expect(entries[3].3 == "5")
    // The time that the response took, also of an exchange completed between two turns.
    #expect(Int(entries[4].4)! >= 25_000)
    #expect(Int(entries[4].4)! < 20_000_000)
  }
}
