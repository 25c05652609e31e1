import Foundation
import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict
import TestSupport
import Testing

/// A server that tracks what its clients read: values are versions, and change by others' hands.
final class TrackingServer {
  var chance: SeededGenerator
  var links: [Link] = []
  var versions: [String: Int] = [:]
  /// The versions that pushes under way tell of, for the only connection that there is.
  var told: [String: [Int]] = [:]
  static let keys = (0..<12).map { "k\($0)" }

  init(seed: UInt64) { chance = SeededGenerator(seed: seed) }

  func next(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &chance) }

  /// Changes a key, and tells who has read it.
  @discardableResult
  func write(_ key: String) -> Int {
    versions[key, default: 0] += 1
    for link in links where !link.hasEnded && link.tracked.remove(key) != nil {
      told[key, default: []].append(versions[key] ?? 0)
      link.toClient += Array(
        ">2\r\n$10\r\ninvalidate\r\n*1\r\n$\(key.utf8.count)\r\n\(key)\r\n".utf8)
    }
    return versions[key] ?? 0
  }

  func flushAll() {
    for key in Self.keys { versions[key, default: 0] += 1 }
    for link in links where link.isTracking {
      link.tracked.removeAll()
      link.toClient += Array(">2\r\n$10\r\ninvalidate\r\n_\r\n".utf8)
    }
  }

  final class Link: RedictTransport {
    unowned let server: TrackingServer
    var fromClient = RESPDecoder(version: .version2)
    var toClient: [UInt8] = []
    var tracked: Set<String> = []
    var isTracking = false
    var hasEnded = false
    var isClosed = false

    init(_ server: TrackingServer) { self.server = server }

    override func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
      if toClient.isEmpty { return hasEnded ? .closed : .wouldBlock }
      let count = min(toClient.count, room.count, 1 + server.next(60))
      for index in 0..<count { room[index] = toClient[index] }
      toClient.removeFirst(count)
      return .octets(count)
    }

    override func send(_ octets: Span<UInt8>) -> SendResult {
      if hasEnded { return .failed(104) }
      let count = min(octets.count, 1 + server.next(200))
      fromClient.feed(octets.extracting(0..<count))
      return .octets(count)
    }

    override func close() { isClosed = true }

    func serve() {
      // Now and then all; else some, so that changes come between.
      var isEnough = false
      while !isEnough, let words = takeWords(&fromClient) {
        toClient += Array(answer(words).utf8)
        isEnough = server.next(3) == 0
      }
    }

    private func answer(_ words: [String]) -> String {
      switch words[0] {
      case "HELLO": return "%1\r\n+proto\r\n:3\r\n"
      case "PING": return "+PONG\r\n"
      case "CLIENT":
        isTracking = true
        return "+OK\r\n"
      case "SET":
        // The reply comes before the push, as a server sends them.
        let position = toClient.count
        let version = server.write(words[1])
        let push = toClient[position...]
        toClient.removeLast(push.count)
        let reply = Array("$\(3 + "\(version)".utf8.count)\r\nok \(version)\r\n".utf8)
        let rest = String(decoding: push, as: UTF8.self)
        return String(decoding: reply, as: UTF8.self) + rest
      default:
        var values: [String] = []
        for key in words.dropFirst() {
          if isTracking { tracked.insert(key) }
          values.append("\(key):\(server.versions[key] ?? 0)")
        }
        let texts = values.map { "$\($0.utf8.count)\r\n\($0)\r\n" }
        return words[0] == "GET" ? texts[0] : "*\(texts.count)\r\n" + texts.joined()
      }
    }
  }
}

@Suite("Redict client-side caching, simulated")
struct CacheSimulationTests {
  final class Call {
    let command: RedictCommand
    let keys: [String]
    let isWrite: Bool
    /// The version of each key that was written, and known to be, when the call was made.
    var atLeast: [String: Int] = [:]

    init(_ words: [String]) {
      command = RedictTests.command([words])
      keys = Array(words.dropFirst().prefix(words[0] == "SET" ? 1 : 9))
      isWrite = words[0] == "SET"
    }
  }

  static func simulate(seed: UInt64, operations: Int) throws -> RedictCacheStatistics {
    let server = TrackingServer(seed: seed)
    let owner = RecordingOwner()
    let reactor = try DriverReactor(virtualMilliseconds: 1)
    var settings = RedictSettings()
    settings.cacheOctetsMax = 500 + server.next(5_000)
    settings.cacheEntriesMax = 1 + server.next(20)
    settings.sharedConnectionsMax = 1 + server.next(3)
    settings.pipelineDepthToGrow = 4
    settings.backoffMilliseconds = 1
    settings.backoffMillisecondsMax = 5
    let client = RedictClient(owner: owner, reactor: reactor, settings: settings, chance: seed)
    owner.connect = { client in
      let link = TrackingServer.Link(server)
      server.links.append(link)
      client.attach(link, RedictGreeting())
    }
    var calls: [ObjectIdentifier: Call] = [:]
    /// What the client's own callers know to be written.
    var known: [String: Int] = [:]
    var done = 0
    var statistics = client.cacheStatistics
    // An invalidation that is heard of means that what comes behind it is newer: each push of a single
    // connection tells of at least one change more.
    var heard: [String: Int] = [:]
    if settings.sharedConnectionsMax == 1 {
      owner.whenPushed = { text in
        for key in TrackingServer.keys where text.contains("\r\n\(key)\r\n") {
          guard let told = server.told[key], !told.isEmpty else { continue }
          heard[key] = server.told[key]?.removeFirst()
        }
      }
    }
    owner.whenCompleted = { command in
      guard let call = calls.removeValue(forKey: ObjectIdentifier(command)) else {
        preconditionFailure("seed \(seed): a command completes once")
      }
      done += 1
      guard command.failure == nil else { return }
      let reply = value(command.replies[0])
      if call.isWrite {
        let version = Int(reply.dropFirst(4).dropLast()) ?? 0
        known[call.keys[0]] = max(known[call.keys[0], default: 0], version)
        return
      }
      let values = reply.split { "[]\" ".contains($0) }
      precondition(values.count == call.keys.count, "seed \(seed): \(reply)")
      for (key, value) in zip(call.keys, values) {
        let parts = value.split(separator: ":")
        precondition(parts[0] == key, "seed \(seed): \(key) was answered \(value)")
        let version = Int(parts[1]) ?? -1
        precondition(
          version >= heard[key, default: 0],
          "seed \(seed): \(value), behind the invalidation by \(heard[key, default: 0])")
        precondition(
          version >= call.atLeast[key, default: 0],
          "seed \(seed): \(value), when \(call.atLeast[key, default: 0]) was known to be written")
      }
    }
    while done < operations {
      for _ in 0..<server.next(8) where calls.count < 60 {
        let keys = TrackingServer.keys
        var words = [["SET", "GET", "GET", "GET", "MGET"][server.next(5)], keys[server.next(12)]]
        if words[0] == "SET" { words.append("x") }
        if words[0] == "MGET" { words.append(keys[server.next(12)]) }
        let call = Call(words)
        for key in call.keys { call.atLeast[key] = known[key, default: 0] }
        calls[ObjectIdentifier(call.command)] = call
        client.submit(call.command)
      }
      if server.next(4) == 0 { server.write(TrackingServer.keys[server.next(12)]) }
      if server.next(200) == 0 { server.flushAll() }
      if server.next(300) == 0, let link = server.links.randomElement(using: &server.chance) {
        link.hasEnded = true
        // What it was told is heard by nobody, or by somebody who has dropped everything.
        link.toClient.removeAll()
        server.told.removeAll()
        heard.removeAll()
      }
      for link in server.links where !link.hasEnded && server.next(3) > 0 { link.serve() }
      server.links.removeAll(where: \.isClosed)
      reactor.flush()
      for connection in client.connections where server.next(3) > 0 {
        connection.ready([.readable, .writable])
      }
      reactor.advance(toMilliseconds: reactor.now + UInt64(server.next(3)))
      // When everything has been heard, nothing that is kept is older than what the server has.
      if server.next(50) == 0 { settle(server, reactor, client) }
      statistics = client.cacheStatistics
      precondition(statistics.entries <= settings.cacheEntriesMax, "seed \(seed)")
      precondition(statistics.octets <= settings.cacheOctetsMax, "seed \(seed)")
      if calls.isEmpty && server.links.allSatisfy(\.toClient.isEmpty) {
        for key in TrackingServer.keys { known[key] = server.versions[key] ?? 0 }
      }
    }
    client.close()
    reactor.flush()
    client.leaveReactor()
    return statistics
  }

  /// Lets everything be answered and heard.
  private static func settle(
    _ server: TrackingServer, _ reactor: DriverReactor, _ client: RedictClient
  ) {
    for _ in 0..<400 {
      for link in server.links where !link.hasEnded { link.serve() }
      reactor.flush()
      for connection in client.connections { connection.ready([.readable, .writable]) }
      reactor.advance(toMilliseconds: reactor.now + 1)
    }
  }

  @Test(
    "no reply that is kept is older than an invalidation that was heard, or a write of one's own")
  func staleness() throws {
    let environment = ProcessInfo.processInfo.environment
    let operations = environment["NECRO_SIMULATED_OPERATIONS"].flatMap { Int($0) } ?? 20_000
    let seed = environment["NECRO_SEED"].flatMap { UInt64($0) } ?? 1
    let perSeed = 4_000
    var hits = 0
    for index in 0..<UInt64(max(1, operations / perSeed)) {
      hits += try Self.simulate(seed: seed &+ index, operations: perSeed).hits
    }
    print("simulated: \(operations) operations, \(hits) answered from what was kept")
    #expect(hits > operations / 50)
  }
}
