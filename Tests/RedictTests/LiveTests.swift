import Foundation
import NecroOctets
import NecroRESP
import NecroRedict
import Testing

@Suite("Redict driver, a real server", .enabled(if: PrivateServer.isInstalled), .serialized)
struct LiveTests {
  static func greeting(_ version: RESPVersion) -> RedictGreeting {
    var greeting = RedictGreeting()
    greeting.version = version
    return greeting
  }

  @Test(
    "commands are answered, in either version and over either socket",
    .clause("RESP3-the-hello-command-and-connection-handshake-2"),
    arguments: [RESPVersion.version2, .version3], [false, true])
  func commands(version: RESPVersion, isLocal: Bool) throws {
    let live = try LiveClient(Self.greeting(version), isLocal: isLocal)
    live.run("DEL", "k", "h", "l")
    #expect(live.run("SET", "k", "v") == "\"OK\"")
    #expect(live.run("GET", "k") == "\"v\"" && live.run("GET", "none") == "null")
    #expect(live.run("INCR", "k").hasPrefix("server ERR value is not an integer"))
    #expect(live.run("LPUSH", "k", "x").hasPrefix("server WRONGTYPE"))
    live.run("HSET", "h", "a", "1")
    #expect(live.run("HGETALL", "h") == (version == .version2 ? "[\"a\" \"1\"]" : "{\"a\" \"1\"}"))
    live.run("ZADD", "h2", "1.5", "m")
    #expect(live.run("ZSCORE", "h2", "m") == (version == .version2 ? "\"1.5\"" : "1.5"))
    #expect(live.run("NOSUCH").hasPrefix("server ERR unknown command"))
    #expect(live.client.connections.map(\.version) == [version])
    #expect(live.client.connections[0].hello.isEmpty == (version == .version2))
  }

  @Test("large values and many elements come whole")
  func large() throws {
    let live = try LiveClient()
    let megabyte = String(repeating: "necropolis", count: 100_000)
    live.run("SET", "large", megabyte)
    #expect(live.run("GET", "large") == "\"\(megabyte)\"")
    live.run("DEL", "list")
    live.run(command([["RPUSH", "list"] + (0..<1_000).map(String.init)]))
    let all = (0..<1_000).map { "\"\($0)\"" }.joined(separator: " ")
    #expect(live.run("LRANGE", "list", "0", "-1") == "[\(all)]")
    live.run("DEL", "large", "list")
  }

  @Test("ten thousand commands of a turn are answered in order on one connection")
  func many() throws {
    let live = try LiveClient()
    live.run("DEL", "n")
    let commands = (0..<10_000).map { _ in command("INCR", "n") }
    for command in commands { live.client.submit(command) }
    #expect(live.wait { commands.allSatisfy(\.isFinished) })
    #expect(commands.map(outcome) == (1...10_000).map(String.init))
    #expect(live.client.connections.count == 1)
  }

  @Test(
    "an ACL user is authenticated, a wrong password refused, in either version",
    arguments: [RESPVersion.version2, .version3])
  func authentication(version: RESPVersion) throws {
    let admin = try LiveClient()
    admin.run("ACL", "SETUSER", "igor", "on", ">sesame", "~*", "+@all")
    var greeting = Self.greeting(version)
    greeting.user = octets("igor")
    greeting.password = octets("sesame")
    greeting.database = 2
    greeting.name = octets("crypt")
    greeting.libraryName = octets("necro")
    let live = try LiveClient(greeting)
    #expect(live.run("ACL", "WHOAMI") == "\"igor\"")
    #expect(live.run("CLIENT", "GETNAME") == "\"crypt\"")
    live.run("SET", "in-two", "x")
    #expect(admin.run("EXISTS", "in-two") == "0" && live.run("EXISTS", "in-two") == "1")
    live.run("FLUSHDB")
    greeting.password = octets("wrong")
    let refused = try LiveClient(greeting)
    #expect(refused.run("GET", "k").hasPrefix("server WRONGPASS"))
    greeting.password = octets("sesame")
    greeting.database = 999
    let astray = try LiveClient(greeting)
    #expect(astray.run("GET", "k").hasPrefix("server ERR"))
  }

  @Test("what blocks has a connection of its own, which closes when it is cancelled")
  func blocking() throws {
    let live = try LiveClient()
    live.run("DEL", "queue")
    let pop = command("BLPOP", "queue", "0")
    live.client.submit(pop)
    #expect(live.run("GET", "none") == "null" && !pop.isFinished)
    #expect(live.wait { live.client.connections.count == 2 })
    live.run("LPUSH", "queue", "x")
    #expect(live.wait { pop.isFinished } && outcome(pop) == "[\"queue\" \"x\"]")
    // The connection is kept for the next.
    #expect(live.run("BLPOP", "queue", "0.01") == "null")
    #expect(live.client.connections.count == 2)
    let cancelled = command("BLPOP", "queue", "0")
    live.client.submit(cancelled)
    #expect(live.run("GET", "none") == "null")
    live.client.cancel(cancelled)
    #expect(live.wait { cancelled.isFinished } && outcome(cancelled) == "cancelled")
    #expect(live.wait { live.client.connections.count == 1 })
    // The server learns of the close when it reads that socket next, which may be after this one.
    #expect(live.wait { live.run("INFO", "clients").contains("blocked_clients:0") })
    live.run("LPUSH", "queue", "y")
    #expect(live.run("LPOP", "queue") == "\"y\"", "nobody waits for it any more")
    let timed = command("BLPOP", "queue", "0", deadline: live.reactor.now + 100)
    #expect(live.run(timed) == "timedOut")
  }

  @Test(
    "a transaction that watches has a connection of its own, and one that is left open closes it")
  func transactions() throws {
    let live = try LiveClient()
    live.run("SET", "n", "1")
    #expect(
      live.run(command([["MULTI"], ["INCR", "n"], ["GET", "n"], ["EXEC"]]))
        == "\"OK\" \"QUEUED\" \"QUEUED\" [2 \"2\"]")
    let connection = try live.acquire()
    #expect(live.run(command("WATCH", "n"), on: connection) == "\"OK\"")
    live.run("INCR", "n")
    #expect(live.run(command("MULTI"), on: connection) == "\"OK\"")
    #expect(live.run(command("INCR", "n"), on: connection) == "\"QUEUED\"")
    #expect(live.run(command("EXEC"), on: connection) == "null", "it was changed meanwhile")
    live.client.release(connection)
    let again = try live.acquire()
    #expect(again === connection, "it is as it was")
    live.run(command("WATCH", "n"), on: again)
    live.client.release(again)
    #expect(live.wait { again.state == .closed })
    let third = try live.acquire()
    #expect(live.run(command("SELECT", "5"), on: third) == "\"OK\"")
    #expect(live.run(command("SUBSCRIBE", "c"), on: third) == "connectionStateMisplaced")
    live.client.release(third)
    #expect(live.wait { third.state == .closed })
    #expect(live.run(command("GET", "n"), on: third) == "closed")
  }

  @Test(
    "messages come in either version, also behind a connection that was killed",
    arguments: [RESPVersion.version2, .version3])
  func subscriptions(version: RESPVersion) throws {
    let live = try LiveClient(Self.greeting(version)) { $0.backoffMilliseconds = 10 }
    let all = [
      RedictSubscription(.channel, topics: [octets("news"), octets("mail")]),
      RedictSubscription(.pattern, topics: [octets("n*")]),
      RedictSubscription(.shardChannel, topics: [octets("shard")]),
    ]
    for subscription in all { live.client.subscribe(subscription) }
    #expect(live.wait { all.allSatisfy(\.isActive) })
    #expect(live.run("PUBLISH", "news", "one") == "2")
    live.run("SPUBLISH", "shard", "two")
    #expect(live.wait { live.owner.messages.count == 3 })
    #expect(
      live.owner.messages.sorted() == ["n* news one", "news news one", "shard shard two"])
    live.owner.messages = []
    live.owner.events = []
    live.run("CLIENT", "KILL", "TYPE", "pubsub")
    #expect(live.wait { live.owner.events.count == 6 && all.allSatisfy(\.isActive) })
    live.client.unsubscribe(all[1])
    #expect(live.wait { live.run("PUBSUB", "NUMPAT") == "0" })
    #expect(live.run("PUBLISH", "news", "three") == "1")
    #expect(live.wait { live.owner.messages == ["news news three"] })
  }

  @Test("a server that stands still fails deadlines alone, and late replies are nobody's")
  func stalled() throws {
    let live = try LiveClient()
    let info = live.run("INFO", "server")
    let line = try #require(info.split(separator: "\r\n").first { $0.hasPrefix("process_id:") })
    let process = try #require(Int32(line.dropFirst("process_id:".count)))
    live.run("SET", "a", "1")
    kill(process, SIGSTOP)
    defer { kill(process, SIGCONT) }
    let late = command("GET", "a", deadline: live.reactor.now + 200)
    let patient = command("INCR", "a")
    live.client.submit(late)
    live.client.submit(patient)
    #expect(live.wait { late.isFinished } && outcome(late) == "timedOut" && !patient.isFinished)
    kill(process, SIGCONT)
    #expect(live.wait { patient.isFinished } && outcome(patient) == "2")
  }

  @Test("connections that the server closes are opened again for the next call")
  func killed() throws {
    let live = try LiveClient()
    live.run("SET", "a", "1")
    let other = try LiveClient()
    other.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    #expect(live.wait { live.client.connections.isEmpty })
    #expect(live.run("GET", "a") == "\"1\"")
  }
}
