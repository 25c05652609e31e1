import Foundation
import Testing

@testable import NecroServer

/// How long something takes, in milliseconds.
private func milliseconds(_ body: () throws -> Void) rethrows -> Double {
  let start = Date()
  try body()
  return -start.timeIntervalSinceNow * 1_000
}

@Suite("Deadlines")
struct DeadlineTests {
  @Test("a head that is not complete in time is answered 408, however it dribbles")
  func slowHead() throws {
    try serving(limits: { $0.headMilliseconds = 150 }) { served in
      for isFirst in [true, false] {
        let client = try served.connect()
        if !isFirst { _ = try client.fetch(get("/")) }
        try client.send("GET / HTTP/1.1\r\n")
        let took = try milliseconds {
          // An octet every 10 ms, far more of them than there is time for.
          var sent = 0
          while !client.hasInput(withinMilliseconds: 10) && sent < 1_000 {
            try client.send("x")
            sent += 1
          }
          #expect(sent < 1_000)
        }
        #expect(took >= 100)
        let reply = try client.readReply()
        #expect(reply.status == 408)
        #expect(reply.closes)
        try client.waitForEnd()
      }
    }
  }

  @Test("a connection that never says anything is closed without a word")
  func silent() throws {
    try serving(limits: { $0.headMilliseconds = 50 }) { served in
      let client = try served.connect()
      #expect(try client.readToEnd().isEmpty)
      #expect(try served.hasConnections(0))
    }
  }

  @Test("empty lines do not keep a connection alive")
  func emptyLines() throws {
    try serving(limits: {
      $0.headMilliseconds = 200
      $0.keepAliveMilliseconds = 200
    }) { served in
      for isFirst in [true, false] {
        let client = try served.connect()
        if !isFirst { _ = try client.fetch(get("/")) }
        var sent = 0
        while !client.hasInput(withinMilliseconds: 20) && sent < 500 {
          try client.send("\r\n")
          sent += 1
        }
        #expect(sent < 500)
      }
    }
  }

  @Test("a connection that idles longer than it may between requests is closed without a word")
  func keepAlive() throws {
    try serving(limits: { $0.keepAliveMilliseconds = 100 }) { served in
      let client = try served.connect()
      for _ in 0..<3 { #expect(try client.fetch(get("/")).text == "hello") }
      let took = try milliseconds {
        let rest = try client.readToEnd()
        #expect(rest.isEmpty)
      }
      #expect(took >= 80)
      #expect(try served.hasConnections(0))
    }
  }

  @Test("content that stops coming is answered 408")
  func stoppedContent() throws {
    try serving(limits: { $0.contentMilliseconds = 80 }) { served in
      let client = try served.connect()
      try client.send("POST /collected HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nabc")
      #expect(try client.readReply().status == 408)
      try client.waitForEnd()
    }
  }

  @Test("content that dribbles slower than the least rate is answered 408")
  func slowContent() throws {
    try serving(limits: {
      $0.contentMilliseconds = 150
      $0.contentOctetsPerSecondMin = 10_000
    }) { served in
      let client = try served.connect()
      try client.send("POST /collected HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n")
      var sent = 0
      while !client.hasInput(withinMilliseconds: 10) && sent < 1_000 {
        try client.send("x")
        sent += 1
      }
      #expect(sent < 1_000)
      #expect(try client.readReply().status == 408)
    }
  }

  @Test("streamed content that dribbles is told to the application, although it takes each octet")
  func slowStream() throws {
    try serving(limits: {
      $0.contentMilliseconds = 150
      $0.contentOctetsPerSecondMin = 10_000
    }) { served in
      served.application.onContent = ContentTests.echo
      let client = try served.connect()
      try client.send("POST /streamed HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n")
      var sent = 0
      while !client.hasInput(withinMilliseconds: 10) && sent < 1_000 {
        try client.send("x")
        sent += 1
      }
      #expect(sent < 1_000)
      #expect(try client.readReply().text == "end")
      #expect(served.application.log.contains("refused 408"))
    }
  }

  @Test("streamed content that stops coming is told to the application")
  func stoppedStream() throws {
    try serving(limits: { $0.contentMilliseconds = 80 }) { served in
      served.application.onContent = ContentTests.echo
      let client = try served.connect()
      try client.send("POST /streamed HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nabc")
      let reply = try client.readReply()
      #expect(reply.text == "end")
      #expect(served.application.log.contains("refused 408"))
      #expect(reply.closes)
      try client.waitForEnd()
    }
  }

  @Test("unwanted content that stops coming ends the connection")
  func stoppedDraining() throws {
    try serving(limits: { $0.contentMilliseconds = 80 }) { served in
      let client = try served.connect()
      try client.send("POST /ignored HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nabc")
      #expect(try client.readReply().text == "ignored")
      try client.waitForEnd()
      client.end()
      #expect(try served.hasConnections(0))
    }
  }

  @Test("an application that takes its time is not hurried by any deadline of the peer's")
  func slowApplication() throws {
    try serving(limits: {
      $0.keepAliveMilliseconds = 30
      $0.headMilliseconds = 30
      $0.contentMilliseconds = 30
      $0.sendMilliseconds = 30
    }) { served in
      served.application.onContent = { _, _ in }
      let clients = try ["/pending", "/streamed"].map { path in
        let client = try served.connect()
        // Neither the content that the application has not asked for nor a pipelined request that
        // has begun counts against a peer whose response is still being made.
        try client.send(
          path == "/pending"
            ? get(path) + "GET /"
            : "POST /streamed HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n"
        )
        #expect(served.application.waitFor("respond \(path)"))
        return client
      }
      usleep(200_000)
      try served.perform {
        for exchange in served.application.pending {
          _ = exchange.answer("late")
          served.worker.complete(exchange)
        }
      }
      for client in clients { #expect(try client.readReply().text == "late") }
    }
  }

  @Test("a reader that stops is cut off, and pipelining more does not save it")
  func stoppedReader() throws {
    try serving(limits: {
      $0.sendMilliseconds = 150
      $0.sendOctetsPerSecondMin = 1
    }) { served in
      let client = try served.connect(receiveBufferOctets: 4_096)
      try client.send(get("/large/20000000"))
      #expect(served.application.waitFor("respond /large/20000000"))
      var sent = 0
      while try served.perform({ served.worker.connectionCount }) == 1 && sent < 2_000 {
        _ = client.sendWithoutWaiting(Array("x".utf8))
        sent += 1
        usleep(5_000)
      }
      #expect(sent < 2_000)
      #expect(throws: ClientError.self) { _ = try client.readReply() }
    }
  }

  @Test("a reader that is slower than the least rate is cut off")
  func slowReader() throws {
    try serving(limits: {
      $0.sendMilliseconds = 300
      $0.sendOctetsPerSecondMin = 50_000_000
    }) { served in
      let client = try served.connect(receiveBufferOctets: 4_096)
      try client.send(get("/large/50000000"))
      var read = 0
      do {
        while read < 50_000_000 {
          read += try client.read(50_000).count
          usleep(10_000)
        }
      } catch { #expect(error is ClientError) }
      #expect(read < 50_000_000)
    }
  }

  @Test("a reader that is slow but fast enough gets all")
  func patientReader() throws {
    try serving(limits: {
      $0.sendMilliseconds = 5_000
      $0.sendOctetsPerSecondMin = 1
    }) { served in
      let client = try served.connect(receiveBufferOctets: 4_096)
      try client.send(get("/large/10000000"))
      _ = try client.readThrough("\r\n\r\n")
      for _ in 0..<100 {
        #expect(try client.read(100_000).count == 100_000)
        usleep(1_000)
      }
      #expect(try client.fetch(get("/")).text == "hello")
    }
  }

  @Test("a client that does not close after the last response is closed")
  func linger() throws {
    try serving(limits: { $0.lingerMilliseconds = 100 }) { served in
      let client = try served.connect()
      #expect(try client.fetch(get("/", "connection: close")).text == "hello")
      #expect(try client.readToEnd().isEmpty)
      // Our side stays open; the server's is closed all the same.
      #expect(try served.hasConnections(0))
    }
  }

  @Test("a client that sends on after the last response without end is closed")
  func endlessSender() throws {
    try serving(limits: { $0.lingerOctetsMax = 1_000_000 }) { served in
      let client = try served.connect()
      #expect(try client.fetch(get("/", "connection: close")).text == "hello")
      let piece = [UInt8](repeating: 0x78, count: 100_000)
      var sent = 0
      #expect(throws: ClientError.self) {
        while sent < 1_000_000_000 {
          try client.send(piece)
          sent += piece.count
        }
      }
      #expect(try served.hasConnections(0))
    }
  }
}
