import Foundation
import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict
import TestSupport
import Testing

@Suite(
  "Redict driver, a real cluster", .enabled(if: PrivateServer.isInstalled), .serialized)
struct ClusterTests {
  /// Counters that are increased while something happens: what was acknowledged, and what may have
  /// been done without.
  final class Load {
    let live: LiveRouter
    let keys: [String]
    var acknowledged: [String: Int] = [:]
    var uncertain: [String: Int] = [:]
    private var open: [ObjectIdentifier: ([String], RedictCommand)] = [:]
    var failures: [String] = []

    init(_ live: LiveRouter, _ keys: [String]) {
      self.live = live
      self.keys = keys
      live.owner.whenCompleted = { [unowned self] in self.completed($0) }
    }

    /// Submits single commands, and a pipeline over all keys.
    func add() {
      for key in keys { submit([["INCR", key]], [key]) }
      submit(keys.map { ["INCR", $0] }, keys)
      submit([["MULTI"], ["INCR", keys[0]], ["INCR", keys[0]], ["EXEC"]], [keys[0], keys[0]])
    }

    private func submit(_ commands: [[String]], _ keys: [String]) {
      let submitted = command(commands)
      open[ObjectIdentifier(submitted)] = (keys, submitted)
      live.router.submit(submitted)
    }

    private func completed(_ command: RedictCommand) {
      guard let (keys, _) = open.removeValue(forKey: ObjectIdentifier(command)) else { return }
      let isTransaction = command.commandCount != keys.count
      if command.failure != nil || isTransaction && !outcome(command).hasSuffix("]") {
        failures.append(outcome(command))
        for key in keys { uncertain[key, default: 0] += 1 }
        return
      }
      for (index, key) in keys.enumerated() {
        let reply = isTransaction ? "" : value(command.replies[index])
        if reply.hasPrefix("error") {
          failures.append(reply)
          uncertain[key, default: 0] += 1
        } else {
          acknowledged[key, default: 0] += 1
        }
      }
    }

    func finish() { #expect(live.wait { self.open.isEmpty }) }

    func count(_ key: String) -> Int {
      Int(live.run("GET", key).trimmingCharacters(in: ["\""])) ?? 0
    }
  }

  @Test("keys have the slots that the server says they have")
  func slots() throws {
    let cluster = try #require(Self.shared)
    let console = try Console(cluster.servers[0].port)
    for key in ["", "a", "{}", "{a}b", "x{a}y{b}", "{a", "}{", "x{}{a}", "123456789", "{{a}}", "Ω"]
    {
      #expect(
        console.ask("CLUSTER", "KEYSLOT", key) == "\(KeySlot.of(octets(key).span))", "\(key)")
    }
    #expect(KeySlot.of(octets("123456789").span) == 0x31C3, "the check value of CRC16/XMODEM")
  }

  static let shared: PrivateCluster? = try? PrivateCluster()

  @Test("commands find their nodes; pipelines are divided and answered in order")
  func commands() throws {
    let live = try LiveRouter(try #require(Self.shared))
    #expect(live.run("GET", "nothing") == "null")
    let keys = (0..<200).map { "key\($0)" }
    let sets = command(keys.map { ["SET", $0, "v-\($0)"] })
    #expect(live.run(sets) == keys.map { _ in "\"OK\"" }.joined(separator: " "))
    let gets = command(
      keys.map { ["GET", $0] } + [["PING"]] + keys.reversed().map { ["GET", $0] })
    let values = keys.map { "\"v-\($0)\"" }
    #expect(
      live.run(gets)
        == (values + ["\"PONG\""] + values.reversed()).joined(separator: " "))
    let ports = Set(live.router.nodes.filter { !$0.client.connections.isEmpty }.map(\.address.port))
    #expect(ports.count >= 3, "each master was asked")
    #expect(live.run("INCR", "key1") == "server ERR value is not an integer or out of range")
    #expect(
      live.run(command([["GET", "key1"], ["INCR", "key1"], ["GET", "key2"]]))
        == "\"v-key1\" error ERR value is not an integer or out of range \"v-key2\"")
  }

  @Test("keys of several slots are refused before anything is sent; those of one are not")
  func crossSlot() throws {
    let live = try LiveRouter(try #require(Self.shared))
    let refusal = "server CROSSSLOT Keys in request don't hash to the same slot"
    #expect(live.run("MSET", "{a}1", "x", "{a}2", "y") == "\"OK\"")
    #expect(live.run("MGET", "{a}1", "{a}2") == "[\"x\" \"y\"]")
    #expect(live.run("RENAME", "a", "b") == refusal)
    #expect(live.run("MSET", "a", "1", "b") == refusal)
    #expect(live.run(command([["GET", "a"], ["MGET", "a", "b"]])) == refusal)
    #expect(
      live.run(command([["MULTI"], ["SET", "a", "1"], ["SET", "b", "1"], ["EXEC"]])) == refusal)
    #expect(
      live.run(command([["MULTI"], ["SET", "{a}1", "1"], ["INCR", "{a}1"], ["EXEC"]]))
        == "\"OK\" \"QUEUED\" \"QUEUED\" [\"OK\" 2]")
    let connection = try live.acquire("{a}1")
    #expect(live.run(command("WATCH", "{a}1"), on: connection) == "\"OK\"")
    #expect(
      live.run(command("WATCH", "b"), on: connection)
        == "server CROSSSLOT the connection was taken for keys of another slot")
    live.run("INCR", "{a}1")
    #expect(live.run(command("MULTI"), on: connection) == "\"OK\"")
    #expect(live.run(command("INCR", "{a}1"), on: connection) == "\"QUEUED\"")
    #expect(live.run(command("EXEC"), on: connection) == "null", "it was changed meanwhile")
    live.router.release(connection)
    // What blocks does so at its key's node.
    let popped = command("BLPOP", "{q}1", "20")
    live.router.submit(popped)
    live.run("LPUSH", "{q}1", "x")
    #expect(live.wait { popped.isFinished } && outcome(popped) == "[\"{q}1\" \"x\"]")
  }

  @Test("what several nodes do is done by each, and their replies become one")
  func scattered() throws {
    let live = try LiveRouter(try #require(Self.shared))
    live.run("FLUSHALL")
    let keys = (0..<50).map { "s\($0)" }
    #expect(live.run(command([["MSET"] + keys.flatMap { [$0, "v-\($0)"] }])) == "\"OK\"")
    let values = keys.reversed().map { "\"v-\($0)\"" } + ["null", "\"v-s3\""]
    #expect(
      live.run(command([["MGET"] + keys.reversed() + ["none", "s3"]]))
        == "[" + values.joined(separator: " ") + "]")
    #expect(live.run("DBSIZE") == "50")
    #expect(live.run(command([["EXISTS"] + keys + ["none"]])) == "50")
    #expect(live.run(command([["DEL"] + keys.dropLast() + ["none"]])) == "49")
    #expect(live.run("KEYS", "*") == "[\"s49\"]")
    #expect(live.run("RANDOMKEY") == "\"s49\"")
    let digest = live.run("SCRIPT", "LOAD", "return 1").trimmingCharacters(in: ["\""])
    for server in try #require(Self.shared).servers[..<3] {
      #expect(try Console(server.port).ask("SCRIPT", "EXISTS", digest) == "[1]")
    }
    #expect(live.run("SCRIPT", "EXISTS", digest, "none") == "[1 0]")
    #expect(live.run("SCRIPT", "KILL").hasPrefix("server NOTBUSY"))
    #expect(live.run("PING") == "\"PONG\"")
    let refusal =
      "server CROSSSLOT the command is for all nodes: send it alone, or to one node (SCAN)"
    #expect(live.run("SCAN", "0") == refusal)
    #expect(live.run(command([["GET", "s49"], ["FLUSHALL"]])) == refusal)
    #expect(live.run("GET", "s49") == "\"v-s49\"", "nothing of it was done")
    let cancelled = command([["MGET"] + keys])
    live.router.submit(cancelled)
    live.router.cancel(cancelled)
    #expect(live.wait { cancelled.isFinished } && outcome(cancelled) == "cancelled")
    #expect(live.run("MGET", "s49", "s0") == "[\"v-s49\" null]")
    #expect(live.run("FLUSHALL") == "\"OK\"")
  }

  @Test("where keys are is what the server says of each command")
  func keyPositions() throws {
    let console = try Console(try #require(Self.shared).servers[0].port)
    for line in [
      "GET k", "MSET a 1 b 2 c 3", "BLPOP a b 5", "BITOP AND d a b", "SORT a BY w STORE d",
      "ZUNIONSTORE d 2 a b WEIGHTS 1 2", "EVAL script 2 a b c", "ZINTER 2 a b", "LMPOP 2 a b LEFT",
      "BLMPOP 5 2 a b LEFT", "XREAD COUNT 2 STREAMS a b 0 0", "XREADGROUP GROUP g c STREAMS a >",
      "MIGRATE h 1 k 0 5", "MIGRATE h 1 \"\" 0 5 KEYS a b", "RENAME a b", "SMOVE a b m",
      "GEORADIUS a 1 2 3 km STORE d", "GEORADIUSBYMEMBER a m 3 km STOREDIST d", "OBJECT ENCODING a",
      "XGROUP CREATE a g 0", "XINFO STREAM a", "MEMORY USAGE a", "SINTERCARD 2 a b", "COPY a b",
      "PFMERGE d a b", "DEL a b c", "ZRANGESTORE d a 0 1",
      "GEOSEARCHSTORE d a FROMMEMBER m BYRADIUS 1 m",
      "LCS a b", "WATCH a b", "ZDIFFSTORE d 2 a b", "SDIFFSTORE d a b", "HSET h f v",
    ] {
      let words = line.split(separator: " ").map { $0 == "\"\"" ? "" : String($0) }
      let reply = console.ask(["COMMAND", "GETKEYS"] + words)
      let theirs = reply.split { "[]\" ".contains($0) }.map(String.init)
      let mine = RedictKeys.of(words.map(octets)).map { String(decoding: $0, as: UTF8.self) }
      #expect(mine.sorted() == theirs.sorted(), "\(line): \(reply)")
    }
  }

  @Test("while slots move under load, nothing is lost and nothing done twice")
  func resharding() throws {
    let cluster = try #require(Self.shared)
    let live = try LiveRouter(cluster)
    let slot = KeySlot.of(octets("moving").span)
    let keys = (0..<30).map { "{moving}\($0)" } + ["{still}0", "other"]
    let load = Load(live, keys)
    let from = cluster.index(of: "moving")
    var owner = from
    load.add()
    load.finish()
    for target in [(from + 1) % 3, (from + 2) % 3, from] {
      try cluster.beginMove(slot, from: owner, to: target)
      load.add()
      live.turn(milliseconds: 20)
      // Keys of one command are here and there for a while.
      let both = command("MGET", "{moving}0", "{moving}1", "{moving}29")
      var isFirst = true
      while try cluster.moveKeys(slot, from: owner, to: target, count: 7) {
        load.add()
        if isFirst { live.router.submit(both) }
        isFirst = false
        live.turn(milliseconds: 5)
      }
      try cluster.endMove(slot, to: target)
      load.add()
      owner = target
      #expect(live.wait { both.isFinished })
      #expect(both.failure == nil, "\(outcome(both))")
    }
    load.finish()
    #expect(load.failures == [])
    for key in keys { #expect(load.count(key) == load.acknowledged[key], "\(key)") }
  }

  @Test("reads go to replicas by setting")
  func replicas() throws {
    let cluster = try #require(Self.shared)
    let live = try LiveRouter(cluster) { $1.readsReplicas = true }
    live.run("SET", "{r}1", "x")
    let index = cluster.index(of: "{r}1")
    let replica = try Console(cluster.servers[index + 3].port)
    try PrivateCluster.await {
      replica.ask("READONLY")
      return replica.ask("GET", "{r}1") == "\"x\""
    }
    replica.ask("CONFIG", "RESETSTAT")
    for _ in 0..<10 { #expect(live.run("GET", "{r}1") == "\"x\"") }
    #expect(replica.ask("INFO", "commandstats").contains("cmdstat_get:calls=10"))
  }

  @Test("messages reach subscribers of any node; shard channels move with their slots")
  func subscriptions() throws {
    let cluster = try #require(Self.shared)
    let live = try LiveRouter(cluster)
    let channel = RedictSubscription(.channel, topics: [octets("news")])
    let shards = RedictSubscription(
      .shardChannel, topics: [octets("{s}1"), octets("{t}2"), octets("{u}3")])
    live.router.subscribe(channel)
    live.router.subscribe(shards)
    #expect(live.wait { channel.isActive && shards.isActive })
    for server in cluster.servers.prefix(3) {
      try Console(server.port).ask("PUBLISH", "news", "\(server.port)")
    }
    live.run("SPUBLISH", "{s}1", "a")
    live.run("SPUBLISH", "{t}2", "b")
    live.run("SPUBLISH", "{u}3", "c")
    #expect(live.wait { live.owner.messages.count == 6 }, "\(live.owner.messages)")
    // The slot of one moves: the server ends the subscription, and it is made again where it is.
    let slot = KeySlot.of(octets("{s}1").span)
    let from = cluster.index(of: "{s}1")
    live.owner.events = []
    try cluster.beginMove(slot, from: from, to: (from + 1) % 3)
    try cluster.endMove(slot, to: (from + 1) % 3)
    #expect(live.wait { live.owner.events.count == 2 && shards.isActive }, "\(live.owner.events)")
    live.owner.messages = []
    live.run("SPUBLISH", "{s}1", "d")
    #expect(live.wait { live.owner.messages == ["{s}1 {s}1 d"] })
    try cluster.beginMove(slot, from: (from + 1) % 3, to: from)
    try cluster.endMove(slot, to: from)
  }

  @Test("when a master dies its replica takes over: what may have been done is not done again")
  func failover() throws {
    let cluster = try PrivateCluster()
    let live = try LiveRouter(cluster, seeds: [0, 1, 2])
    let keys = ["a", "b", "c", "d", "e", "f", "g", "h"]
    let load = Load(live, keys)
    for _ in 0..<20 { load.add() }
    load.finish()
    #expect(load.failures == [])
    let victim = cluster.index(of: "a")
    // What was acknowledged is at the replica as well: replication does not wait.
    let replica = try Console(cluster.servers[victim + 3].port)
    let master = try Console(cluster.servers[victim].port)
    try PrivateCluster.await {
      let offset = master.ask("INFO", "replication").components(separatedBy: "master_repl_offset:")
      let end = offset.last?.split(separator: "\r\n").first ?? "?"
      return replica.ask("INFO", "replication").contains("slave_repl_offset:\(end)")
    }
    let subscription = RedictSubscription(.channel, topics: [octets("news")])
    live.router.subscribe(subscription)
    #expect(live.wait { subscription.isActive })
    load.add()
    live.reactor.flush()
    cluster.servers[victim].stop()
    let start = Date()
    var rounds = 0
    // Until the failed master's slots are served again.
    var isServed = false
    while !isServed && Date().timeIntervalSince(start) < 60 {
      load.add()
      rounds += 1
      live.turn(milliseconds: 100)
      isServed = replica.ask("ROLE").hasPrefix("[\"master\"")
    }
    #expect(isServed && rounds > 1)
    load.add()
    load.finish()
    for key in keys {
      let count = load.count(key)
      let acknowledged = load.acknowledged[key, default: 0]
      #expect(
        count <= acknowledged + load.uncertain[key, default: 0], "\(key) was not done twice")
      // What the failed master acknowledged last may not have reached its replica.
      if cluster.index(of: key) != victim { #expect(count >= acknowledged, "\(key)") }
    }
    #expect(live.run("INCR", "a") != "null")
    #expect(live.wait { subscription.isActive })
    try Console(cluster.servers[(victim + 1) % 3].port).ask("PUBLISH", "news", "still")
    #expect(live.wait { live.owner.messages.contains("news news still") })
  }
}
