import Foundation
import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict
import TestSupport
import Testing

/// A connection of a test's own to one server, to set it up and look into it: it waits for each reply.
final class Console {
  private let socket: Int32
  private var decoder = RESPDecoder(version: .version2)

  init(_ port: UInt16) throws { socket = try PrivateProcess.connect(port: port) }

  deinit { close(socket) }

  /// The reply as `value` writes it; `lost` when there is none within some seconds.
  @discardableResult
  func ask(_ words: String...) -> String { ask(words) }

  func ask(_ words: [String]) -> String {
    var request = OctetBuffer()
    RESPSerializer.command(argumentCount: words.count, into: &request)
    for word in words {
      let octets = octets(word)
      RESPSerializer.argument(octets.span, into: &request)
    }
    let octets = request.octets
    let sent = octets.withUnsafeBytes {
      send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    guard sent == octets.count else { return "lost" }
    let end = Date(timeIntervalSinceNow: 10)
    while Date() < end {
      if let reply = takeReply(&decoder) { return value(reply) }
      var poll = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      _ = Foundation.poll(&poll, 1, 200)
      let room = decoder.reserve(16_384)
      let count = recv(socket, room.baseAddress, room.count, 0)
      if count == 0 { return "lost" }
      if count > 0 { decoder.advance(count) }
    }
    return "lost"
  }
}

/// Redict servers as a cluster of this test's own: three masters, each with a replica.
final class PrivateCluster: @unchecked Sendable {
  let servers: [PrivateServer]
  let identifiers: [String]

  init() throws {
    var servers: [PrivateServer] = []
    for _ in 0..<6 {
      servers.append(
        try PrivateServer(
          """
          --cluster-enabled yes --cluster-config-file nodes --cluster-node-timeout 1500 \
          --cluster-port \(PrivateProcess.freePort()) --cluster-require-full-coverage no \
          --cluster-replica-validity-factor 0 --cluster-allow-replica-migration no \
          --repl-diskless-sync-delay 0
          """))
    }
    self.servers = servers
    identifiers = try servers.map {
      try Console($0.port).ask("CLUSTER", "MYID").trimmingCharacters(in: ["\""])
    }
    try join()
  }

  private func join() throws {
    let consoles = try servers.map { try Console($0.port) }
    for (index, console) in consoles.enumerated() {
      console.ask("CLUSTER", "SET-CONFIG-EPOCH", "\(index + 1)")
      guard index < 3 else { continue }
      console.ask(
        "CLUSTER", "ADDSLOTSRANGE", "\(index * 5_461)",
        "\(index == 2 ? 16_383 : index * 5_461 + 5_460)")
    }
    let busPort = consoles[0].ask("CONFIG", "GET", "cluster-port")
    let bus = busPort.split(separator: "\"").last { $0 != "]" }.map(String.init) ?? ""
    for console in consoles.dropFirst() {
      console.ask("CLUSTER", "MEET", "127.0.0.1", "\(servers[0].port)", bus)
    }
    try Self.await { consoles.allSatisfy { $0.ask("CLUSTER", "INFO").contains("known_nodes:6") } }
    for index in 3..<6 {
      try Self.await {
        consoles[index].ask("CLUSTER", "REPLICATE", self.identifiers[index - 3]) == "\"OK\""
      }
    }
    try Self.await {
      consoles.allSatisfy { $0.ask("CLUSTER", "INFO").contains("cluster_state:ok") }
        && consoles[3...].allSatisfy {
          $0.ask("INFO", "replication").contains("master_link_status:up")
        }
        // Each knows the replicas of all.
        && consoles.allSatisfy {
          $0.ask("CLUSTER", "NODES").components(separatedBy: "slave").count == 4
        }
    }
    // Clients are told of a replica once it has been told of something.
    for console in consoles[..<3] { console.ask("FLUSHALL") }
    try Self.await {
      consoles.allSatisfy { console in
        let shown = console.ask("CLUSTER", "SLOTS")
        return servers.allSatisfy { shown.contains(" \($0.port) ") }
      }
    }
  }

  static func await(_ condition: () -> Bool) throws {
    let end = Date(timeIntervalSinceNow: 60)
    while !condition() {
      if Date() > end { throw CocoaError(.executableNotLoadable) }
      usleep(50_000)
    }
  }

  /// The server that has a slot by its number, unless it was moved.
  func index(of key: String) -> Int { min(KeySlot.of(octets(key).span) / 5_461, 2) }

  /// Begins to move a slot.
  func beginMove(_ slot: Int, from: Int, to: Int) throws {
    let source = try Console(servers[from].port)
    let target = try Console(servers[to].port)
    #expect(target.ask("CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", identifiers[from]) == "\"OK\"")
    #expect(source.ask("CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", identifiers[to]) == "\"OK\"")
  }

  /// Moves some keys of it; false when there are none any more.
  func moveKeys(_ slot: Int, from: Int, to: Int, count: Int) throws -> Bool {
    let source = try Console(servers[from].port)
    let reply = source.ask("CLUSTER", "GETKEYSINSLOT", "\(slot)", "\(count)")
    let keys = reply.split { "[]\" ".contains($0) }.map(String.init)
    if keys.isEmpty { return false }
    #expect(
      source.ask(
        ["MIGRATE", "127.0.0.1", "\(servers[to].port)", "", "0", "5000", "KEYS"] + keys) == "\"OK\""
    )
    return true
  }

  func endMove(_ slot: Int, to: Int) throws {
    for index in [to, 0, 1, 2] {
      try Console(servers[index].port).ask("CLUSTER", "SETSLOT", "\(slot)", "NODE", identifiers[to])
    }
  }
}

/// A master with two replicas, and three sentinels that watch it.
final class PrivateSentinels {
  var servers: [PrivateServer] = []
  var sentinels: [PrivateServer] = []

  init() throws {
    servers = [try PrivateServer("--repl-diskless-sync-delay 0")]
    for _ in 0..<2 {
      servers.append(
        try PrivateServer("--replicaof 127.0.0.1 \(servers[0].port) --repl-diskless-sync-delay 0"))
    }
    for server in servers.dropFirst() {
      let console = try Console(server.port)
      try PrivateCluster.await {
        console.ask("INFO", "replication").contains("master_link_status:up")
      }
    }
    for _ in 0..<3 {
      sentinels.append(
        try PrivateServer(
          "--sentinel",
          configuration: """
            sentinel monitor crypt 127.0.0.1 \(servers[0].port) 2
            sentinel down-after-milliseconds crypt 1000
            sentinel failover-timeout crypt 5000

            """))
    }
    for sentinel in sentinels {
      let console = try Console(sentinel.port)
      try PrivateCluster.await {
        let master = console.ask("SENTINEL", "master", "crypt")
        return master.contains("\"num-other-sentinels\" \"2\"")
          && master.contains("\"num-slaves\" \"2\"")
      }
    }
  }
}

/// A router whose nodes are at ports of the loopback address, driven by the test's thread.
final class LiveRouter {
  let owner = RecordingOwner()
  let reactor: DriverReactor
  let router: RedictRouter

  init(
    settings configure: (inout RedictSettings, inout RedictRouterSettings) -> Void = { _, _ in },
    _ make: (RecordingOwner, DriverReactor, RedictSettings, RedictRouterSettings) -> RedictRouter
  ) throws {
    reactor = try DriverReactor()
    var settings = RedictSettings()
    // A failover takes some seconds, on a busy machine more.
    settings.waitMilliseconds = 60_000
    var routing = RedictRouterSettings()
    routing.delaysMax = 1_000
    configure(&settings, &routing)
    router = make(owner, reactor, settings, routing)
    owner.connect = { client in
      do {
        let port = try #require(client.address).port
        let socket = try PrivateProcess.connect(port: port)
        client.attach(
          RedictSocketTransport(socket: socket, isConnecting: false), RedictGreeting())
      } catch {
        client.connectionFailed()
      }
    }
  }

  static func address(_ port: UInt16) -> RedictAddress {
    RedictAddress(host: octets("127.0.0.1"), port: port)
  }

  convenience init(
    _ cluster: PrivateCluster, seeds: [Int] = [0],
    _ configure: (inout RedictSettings, inout RedictRouterSettings) -> Void = { _, _ in }
  ) throws {
    let seeds = seeds.map { Self.address(cluster.servers[$0].port) }
    try self.init(settings: configure) { owner, reactor, settings, routing in
      RedictCluster(
        owner: owner, reactor: reactor, seeds: seeds, settings: settings, routing: routing,
        chance: UInt64.random(in: 0...UInt64.max))
    }
  }

  convenience init(
    _ private: PrivateSentinels,
    _ configure: (inout RedictSettings, inout RedictRouterSettings) -> Void = { _, _ in }
  ) throws {
    let addresses = `private`.sentinels.map { Self.address($0.port) }
    try self.init(settings: configure) { owner, reactor, settings, routing in
      RedictSentinels(
        owner: owner, reactor: reactor, sentinels: addresses, name: octets("crypt"),
        settings: settings, routing: routing, chance: UInt64.random(in: 0...UInt64.max))
    }
  }

  deinit {
    owner.whenCompleted = { _ in }
    router.close()
    if wait({ router.hasEnded }) { router.leaveReactor() }
  }

  func wait(seconds: Double = 60, _ condition: () -> Bool) -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    reactor.flush()
    while !condition() {
      let left = end.timeIntervalSinceNow
      if left <= 0 { return false }
      var poll = pollfd(fd: reactor.descriptor, events: Int16(POLLIN), revents: 0)
      _ = Foundation.poll(&poll, 1, Int32(min(left * 1000, 100)))
      do { try reactor.turn() } catch { return false }
    }
    return true
  }

  /// Lets things happen for a while.
  func turn(milliseconds: Double) {
    let end = Date(timeIntervalSinceNow: milliseconds / 1000)
    _ = wait(seconds: milliseconds / 1000 + 1) { Date() >= end }
  }

  @discardableResult
  func run(_ command: RedictCommand, on connection: RedictConnection? = nil) -> String {
    if let connection { router.submit(command, on: connection) } else { router.submit(command) }
    #expect(wait { command.isFinished }, "completed in time")
    return outcome(command)
  }

  @discardableResult
  func run(_ words: String...) -> String { run(command([words])) }

  func acquire(_ key: String) throws -> RedictConnection {
    let command = RedictCommand()
    router.acquire(command, slot: KeySlot.of(octets(key).span))
    #expect(wait { command.isFinished })
    return try #require(command.connection)
  }
}
