import Foundation
import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict
import TestSupport
import Testing

/// A cluster in virtual time whose nodes answer whatever the test wants.
final class ScriptedCluster {
  let owner = RecordingOwner()
  let reactor: DriverReactor
  let router: RedictCluster
  private var links: [(port: Int, client: RedictClient, transport: ScriptedTransport)] = []
  /// What a node answers.
  var answer: (_ port: Int, _ command: String) -> String
  var seen: [String] = []
  var isReachable: (Int) -> Bool = { _ in true }

  init(
    _ configure: (inout RedictSettings, inout RedictRouterSettings) -> Void = { _, _ in },
    _ answer: @escaping (Int, String) -> String
  ) throws {
    self.answer = answer
    reactor = try DriverReactor(virtualMilliseconds: 1_000)
    var settings = RedictSettings()
    settings.backoffMilliseconds = 10
    var routing = RedictRouterSettings()
    configure(&settings, &routing)
    router = RedictCluster(
      owner: owner, reactor: reactor, seeds: [RedictAddress(host: octets("h"), port: 1)],
      settings: settings, routing: routing, chance: 5)
    owner.connect = { [unowned self] client in
      let port = Int(client.address?.port ?? 0)
      guard self.isReachable(port) else { return client.connectionFailed() }
      let transport = ScriptedTransport()
      self.links.append((port, client, transport))
      client.attach(transport, RedictGreeting())
    }
  }

  deinit {
    router.close()
    for _ in 0..<20 {
      reactor.flush()
      reactor.advance(toMilliseconds: reactor.now + 100)
    }
    if router.hasEnded { router.leaveReactor() }
  }

  /// Lets some seconds go by, or until a command is over.
  @discardableResult
  func run(_ command: RedictCommand, milliseconds: UInt64 = 30_000) -> String {
    router.submit(command)
    let end = reactor.now + milliseconds
    while !command.isFinished && reactor.now < end { turn() }
    #expect(command.isFinished)
    return outcome(command)
  }

  func turn() {
    reactor.flush()
    for link in links where !link.transport.isClosed {
      for words in link.transport.takeCommands() {
        if !words.hasPrefix("HELLO") { seen.append("\(link.port) \(words)") }
        link.transport.incoming += octets(
          words.hasPrefix("HELLO") ? "%1\r\n+proto\r\n:3\r\n" : answer(link.port, words))
      }
      for connection in link.client.connections { connection.ready([.readable, .writable]) }
    }
    links.removeAll { $0.transport.isClosed }
    reactor.advance(toMilliseconds: reactor.now + 1)
  }
}

@Suite("Redict driver, a cluster that lies")
struct HostileClusterTests {
  /// A map of ranges: first, last, port.
  static func map(_ ranges: (Int, Int, Int)...) -> String {
    "*\(ranges.count)\r\n"
      + ranges.map { "*3\r\n:\($0.0)\r\n:\($0.1)\r\n*2\r\n$1\r\nh\r\n:\($0.2)\r\n" }.joined()
  }

  static let whole = map((0, 8_191, 1), (8_192, 16_383, 2))

  @Test("a loop of redirections ends with the server's own error, and the next command is served")
  func loop() throws {
    var isLooping = true
    let cluster = try ScriptedCluster { port, command in
      if command == "CLUSTER SLOTS" { return Self.whole }
      return isLooping ? "-MOVED 15495 h:\(3 - port)\r\n" : "+\(port)\r\n"
    }
    #expect(cluster.run(command("GET", "a")).hasPrefix("server MOVED 15495 h:"))
    #expect(cluster.seen.filter { $0.hasSuffix("GET a") }.count == 9)
    #expect(
      cluster.run(command([["GET", "a"], ["GET", "b"]])).hasPrefix("error MOVED 15495 h:"))
    isLooping = false
    #expect(["\"1\"", "\"2\""].contains(cluster.run(command("GET", "a"))))
    let asked = try ScriptedCluster { port, command in
      if command == "CLUSTER SLOTS" { return Self.whole }
      return command == "ASKING" ? "+OK\r\n" : "-ASK 15495 h:\(3 - port)\r\n"
    }
    #expect(asked.run(command("GET", "a")).hasPrefix("server ASK 15495 h:"))
    #expect(
      asked.run(command([["MULTI"], ["SET", "a", "1"], ["EXEC"]])).hasPrefix("error ASK"))
  }

  @Test(
    "redirections that make no sense are the command's failure",
    arguments: [
      "MOVED", "MOVED ", "MOVED x", "MOVED 99999 h:1", "MOVED 1 h", "MOVED 1 h:0",
      "MOVED 1 h:99999",
      "MOVED -1 h:1", "MOVED 1 h h:1", "ASK 1", "ASK 1 :",
      "MOVED 1 \(String(repeating: "x", count: 300)):1",
    ])
  func nonsense(error: String) throws {
    let cluster = try ScriptedCluster { _, command in
      command == "CLUSTER SLOTS" ? Self.whole : "-\(error)\r\n"
    }
    #expect(cluster.run(command("GET", "a")) == "server \(error)")
  }

  @Test(
    "maps that are none are not taken, and what waits for one fails",
    arguments: [
      "*0\r\n", "+OK\r\n", ":1\r\n", "*1\r\n:1\r\n", "*1\r\n*2\r\n:0\r\n:1\r\n",
      "*1\r\n*3\r\n:5\r\n:1\r\n*2\r\n$1\r\nh\r\n:1\r\n", map((0, 16_384, 1)), map((-1, 5, 1)),
      map((0, 10, 1), (10, 20, 2)), map((0, 10, 0)), map((0, 10, 65_536)),
      "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n$1\r\n?\r\n:1\r\n",
      "*1\r\n*3\r\n:0\r\n:1\r\n*1\r\n$1\r\nh\r\n",
      "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n*1\r\n:1\r\n:1\r\n", "*1\r\n*3\r\n:0\r\n:1\r\n_\r\n",
      "*1\r\n*3\r\n:0\r\n:1\r\n*2\r\n$3\r\na b\r\n:1\r\n",
    ])
  func maps(reply: String) throws {
    let cluster = try ScriptedCluster { _, command in command == "CLUSTER SLOTS" ? reply : "+OK\r\n"
    }
    #expect(cluster.run(command("GET", "a")) == "connectFailed")
    #expect(cluster.router.nodes.count <= 1)
  }

  @Test("a map of too many nodes, or of too many octets, is not taken")
  func hugeMaps() throws {
    var ranges = "*1001\r\n"
    for index in 0...1_000 {
      ranges += "*3\r\n:\(index)\r\n:\(index)\r\n*2\r\n$1\r\nh\r\n:\(index + 1)\r\n"
    }
    let many = try ScriptedCluster { _, command in command == "CLUSTER SLOTS" ? ranges : "+OK\r\n" }
    #expect(many.run(command("GET", "a")) == "connectFailed")
    // A string without end, in which the map would have to be.
    let part = String(repeating: "x", count: 300_000)
    let large = try ScriptedCluster({ $1.probeOctetsMax = 1 << 20 }) { _, command in
      command == "CLUSTER SLOTS"
        ? "*9\r\n" + String(repeating: "$300000\r\n\(part)\r\n", count: 8) : "+OK\r\n"
    }
    #expect(large.run(command("GET", "a")) == "connectFailed")
    // Masters that only redirections know are forgotten again, and never more than may be.
    var port = 10
    let wandering = try ScriptedCluster({ $1.nodesMax = 20 }) { _, command in
      if command == "CLUSTER SLOTS" { return Self.whole }
      port += 1
      return "-MOVED 15495 h:\(port)\r\n"
    }
    for _ in 0..<50 {
      #expect(wandering.run(command("GET", "a")).hasPrefix("server MOVED"))
      #expect(wandering.router.nodes.count <= 20)
    }
  }

  @Test("a server that is no cluster says so, to whoever waits")
  func noCluster() throws {
    let cluster = try ScriptedCluster { _, _ in
      "-ERR This instance has cluster support disabled\r\n"
    }
    #expect(
      cluster.run(command("GET", "a")) == "server ERR This instance has cluster support disabled")
  }

  @Test(
    "nodes that cannot be reached fail what waits for them in time; the map is asked for in measure"
  )
  func unreachable() throws {
    let cluster = try ScriptedCluster({ settings, _ in settings.waitMilliseconds = 5_000 }) {
      _, command in command == "CLUSTER SLOTS" ? Self.whole : "+OK\r\n"
    }
    cluster.isReachable = { $0 == 1 }
    #expect(cluster.run(command("GET", "a")) == "waitTimedOut")
    let questions = cluster.seen.filter { $0.hasSuffix("CLUSTER SLOTS") }.count
    #expect(questions > 1 && questions <= 51, "\(questions)")
    let timed = command("GET", "a", deadline: cluster.reactor.now + 500)
    #expect(cluster.run(timed) == "timedOut")
    let cancelled = command([["GET", "a"], ["GET", "b"]])
    cluster.router.submit(cancelled)
    cluster.turn()
    cluster.router.cancel(cancelled)
    cluster.turn()
    #expect(outcome(cancelled) == "cancelled")
    #expect(cluster.owner.completions[ObjectIdentifier(cancelled)] == 1)
  }

  @Test("TRYAGAIN and CLUSTERDOWN are waited out, and a transaction is repeated as a whole")
  func waiting() throws {
    var refusals = 4
    let cluster = try ScriptedCluster { _, command in
      if command == "CLUSTER SLOTS" { return Self.whole }
      if command == "MULTI" { return "+OK\r\n" }
      if command == "EXEC" { return refusals >= 0 ? "-EXECABORT no\r\n" : "*1\r\n+OK\r\n" }
      refusals -= 1
      if refusals > 0 { return "-\(refusals % 2 == 0 ? "TRYAGAIN" : "CLUSTERDOWN") later\r\n" }
      return refusals == 0 ? "-MOVED 15495 h:1\r\n" : "+QUEUED\r\n"
    }
    #expect(
      cluster.run(command([["MULTI"], ["SET", "a", "1"], ["EXEC"]]))
        == "\"OK\" \"QUEUED\" [\"OK\"]")
    #expect(refusals == -1)
    refusals = 3
    #expect(cluster.run(command("SET", "a", "1")) == "\"QUEUED\"")
  }
}
