import NecroReactor
import Testing

@testable import NecroServer

@Suite("Bounds and fairness")
struct FairnessTests {
  @Test("a reader that reads nothing has a bounded number of its requests begun and kept")
  func outputBound() throws {
    try serving(limits: {
      $0.outputOctetsMax = 50_000
      $0.pipelinedOctetsMax = 50_000
    }) { served in
      let client = try served.connect()
      let request = Array(get("/large/10000", "x: " + String(repeating: "y", count: 4_000)).utf8)
      let piece = Array((0..<200).flatMap { _ in request })
      var sent = 0
      var idleRounds = 0
      while idleRounds < 20 {
        // A part of a request may be left over: what follows it makes it whole.
        let offset = sent % request.count
        let now = client.sendWithoutWaiting(Array(piece[offset...]))
        sent += now
        idleRounds = now == 0 ? idleRounds + 1 : 0
        _ = try served.perform {}
      }
      let (output, input) = try served.perform { () -> (Int, Int) in
        let exchange = served.worker.connections.compactMap { $0 }[0].exchange!
        return (exchange.output.count, exchange.decoder.input.count)
      }
      #expect(output < 50_000 + 11_000)
      #expect(input < 200_000)
      // All are answered once the client reads.
      let begun = sent / request.count
      for _ in 0..<begun { #expect(try client.readReply().content.count == 10_000) }
    }
  }

  @Test("requests pipelined behind a pending one are kept up to a bound, and answered after it")
  func pipelinedBound() throws {
    try serving(limits: { $0.pipelinedOctetsMax = 20_000 }) { served in
      let client = try served.connect()
      let request = Array(get("/name/\(String(repeating: "n", count: 1_000))").utf8)
      try client.send(get("/pending"))
      #expect(served.application.waitFor("respond /pending"))
      let piece = Array((0..<1_000).flatMap { _ in request })
      var sent = 0
      var idleRounds = 0
      while idleRounds < 20 {
        let now = client.sendWithoutWaiting(Array(piece[(sent % request.count)...]))
        sent += now
        idleRounds = now == 0 ? idleRounds + 1 : 0
        _ = try served.perform {}
      }
      let input = try served.perform { served.application.pending[0].decoder.input.count }
      #expect(input >= 20_000)
      #expect(input < 100_000)
      try served.perform {
        let exchange = served.application.pending.removeFirst()
        _ = exchange.answer("late")
        served.worker.complete(exchange)
      }
      #expect(try client.readReply().text == "late")
      for _ in 0..<sent / request.count { #expect(try client.readReply().content.count == 1_000) }
    }
  }

  @Test("a connection that always has requests lets the others be served between them")
  func fairness() throws {
    try serving(limits: { $0.requestsPerTurnMax = 10 }) { served in
      let flood = try served.connect()
      let other = try served.connect()
      #expect(try other.fetch(get("/")).text == "hello")
      // Both are in the kernel when the worker goes on: the flood first.
      let count = 500
      try served.perform {
        try flood.send((0..<count).map { get("/name/\($0)") }.joined())
        try other.send(get("/name/other"))
      }
      #expect(try other.readReply().text == "other")
      for number in 0..<count { #expect(try flood.readReply().text == "\(number)") }
      let log = served.application.log
      let place = try #require(log.firstIndex(of: "respond /name/other"))
      #expect(place <= 12)
    }
  }

  @Test("a response that is completed again and again does not keep other events from being seen")
  func completionFairness() throws {
    var routes = standardRoutes
    // Completed at once, but as if later: the connection always has something to be driven for.
    routes.append(
      .init(template: "/soon", methods: .get, policy: .ignored) { exchange, application in
        application.pending.append(exchange)
        application.wantsControl = true
        return .pending
      })
    try serving(routes) { served in
      let count = 2_000
      let busy = try served.connect()
      let other = try served.connect()
      #expect(try other.fetch(get("/")).text == "hello")
      try served.perform {
        served.afterTurn = {
          for exchange in served.application.pending {
            _ = exchange.answer("soon")
            served.worker.complete(exchange)
          }
          served.application.pending = []
        }
        try busy.send((0..<count).map { _ in get("/soon") }.joined())
        try other.send(get("/name/other"))
      }
      #expect(try other.readReply().text == "other")
      for _ in 0..<count { #expect(try busy.readReply().text == "soon") }
      let log = served.application.log
      let place = try #require(log.firstIndex(of: "respond /name/other"))
      #expect(place < 20)
    }
  }

  @Test("timers fire although every turn has an event and ends early")
  func timersWhileControlIsWanted() throws {
    try serving(limits: { $0.headMilliseconds = 100 }) { served in
      let always = try WakeUp()
      always.signal()
      try served.perform {
        let before = served.application.descriptorIsReady
        served.application.descriptorIsReady = { token in
          // Nobody drains it: it is ready again in the next turn.
          if token == 1 { served.application.wantsControl = true } else { before(token) }
        }
        try served.worker.add(always.descriptor, token: 1, interest: .read)
      }
      let slow = try served.connect()
      try slow.send("GET")
      #expect(try slow.readReply().status == 408)
      try served.perform { try served.worker.remove(always.descriptor) }
    }
  }

  @Test("a turn that ends early goes on with what was left, each event once")
  func control() throws {
    try serving { served in
      let clients = try (0..<20).map { _ in try served.connect() }
      for client in clients { #expect(try client.fetch(get("/")).text == "hello") }
      let turns = try served.perform { () -> Int in
        for client in clients { try client.send(get("/control") + get("/control")) }
        return served.controlCount
      }
      for client in clients {
        #expect(try client.readReply().text == "control")
        #expect(try client.readReply().text == "control")
      }
      // Each of them ended a turn: none was begun after another in the same turn.
      #expect(try served.perform { served.controlCount } - turns == 40)
    }
  }

  @Test("a request that exactly fills the room it is received into is followed by the next")
  func exactRoom() throws {
    try serving(limits: { $0.outputOctetsMax = 1_000 }) { served in
      for path in ["/large/5000", "/name/x"] {
        for total in [4_095, 4_096, 4_097, 8_192] {
          let client = try served.connect()
          let bare = get(path, "x: ").utf8.count
          let first = get(path, "x: " + String(repeating: "y", count: total - bare))
          try served.perform { try client.send(first + get("/name/second")) }
          #expect(try client.readReply().status == 200)
          #expect(try client.readReply().text == "second", "\(path) in \(total) octets")
        }
      }
    }
  }

  @Test("content behind responses that fill the output is received once they are sent")
  func contentBehindOutput() throws {
    try serving(limits: { $0.outputOctetsMax = 1_000 }) { served in
      let client = try served.connect()
      let content = String(repeating: "c", count: 100_000)
      try served.perform {
        try client.send(get("/large/5000") + post("/collected", content) + get("/"))
      }
      #expect(try client.readReply().content.count == 5_000)
      #expect(try client.readReply().text == content)
      #expect(try client.readReply().text == "hello")
    }
  }

  @Test("a response far over the socket's buffers arrives whole")
  func largeResponse() throws {
    try serving { served in
      let client = try served.connect(receiveBufferOctets: 4_096)
      let reply = try client.fetch(get("/large/30000000"))
      #expect(reply.content.count == 30_000_000)
      #expect(reply.content.allSatisfy { $0 == 0x78 })
      #expect(try client.fetch(get("/")).text == "hello")
    }
  }

  @Test("idle connections hold no exchange, and what exchanges keep in store is bounded")
  func idleExchanges() throws {
    try serving { served in
      let clients = try (0..<300).map { _ in try served.connect() }
      for client in clients {
        try client.send(get("/pending"))
      }
      #expect(served.application.waitFor("respond /pending", count: 300))
      try served.perform {
        for exchange in served.application.pending {
          _ = exchange.answer(String(repeating: "x", count: 60_000))
          served.worker.complete(exchange)
        }
        served.application.pending = []
      }
      for client in clients { #expect(try client.readReply().content.count == 60_000) }
      let (lent, stored) = try served.perform { () -> (Int, Int) in
        (
          served.worker.connections.count { $0?.exchange != nil },
          served.worker.idleExchanges.reduce(0) {
            $0 + $1.output.capacity + $1.decoder.input.capacity + $1.content.capacity
              + $1.keptHead.capacity
          }
        )
      }
      #expect(lent == 0)
      #expect(stored < 6_000_000)
    }
  }
}
