import Foundation
import NecroRESP
import NecroReactor
import NecroRedict
import TestSupport
import Testing

@Suite("Redict client-side caching")
struct CacheTests {
  private static func scripted() throws -> ScriptedClient {
    let scripted = try ScriptedClient { $0.cacheOctetsMax = 10_000 }
    scripted.greeting.version = .version3
    return scripted
  }

  /// Begins, and has tracking confirmed.
  private static func begin(_ scripted: ScriptedClient, _ first: RedictCommand) {
    scripted.submit(first)
    scripted.reply("+OK\r\n")
    #expect(scripted.transport.takeCommands().suffix(2).first == "CLIENT TRACKING ON")
  }

  @Test("a reply is kept until one of its keys changes")
  func hits() throws {
    let scripted = try Self.scripted()
    let first = command("MGET", "a", "b")
    Self.begin(scripted, first)
    scripted.reply("*2\r\n$1\r\n1\r\n$1\r\n2\r\n")
    let second = command("MGET", "a", "b")
    scripted.submit(second)
    #expect(outcome(second) == "[\"1\" \"2\"]" && scripted.transport.takeCommands() == [])
    scripted.reply(">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nb\r\n")
    let third = command("MGET", "a", "b")
    scripted.submit(third)
    #expect(!third.isFinished && scripted.transport.takeCommands() == ["MGET a b"])
    scripted.reply("*2\r\n$1\r\n1\r\n$1\r\n3\r\n")
    #expect(scripted.client.cacheStatistics.hits == 1)
    #expect(scripted.client.cacheStatistics.misses == 2)
    scripted.reply(">2\r\n$10\r\ninvalidate\r\n_\r\n")
    #expect(scripted.client.cacheStatistics.entries == 0)
    #expect(scripted.client.cacheStatistics.octets == 0)
  }

  @Test("an invalidation that comes before the reply keeps that from being kept")
  func race() throws {
    for push in ["*1\r\n$1\r\na\r\n", "_\r\n"] {
      let scripted = try Self.scripted()
      let first = command("GET", "a")
      Self.begin(scripted, first)
      scripted.reply(">2\r\n$10\r\ninvalidate\r\n\(push)")
      scripted.reply("$3\r\nold\r\n")
      #expect(outcome(first) == "\"old\"")
      let second = command("GET", "a")
      scripted.submit(second)
      #expect(scripted.transport.takeCommands() == ["GET a"])
    }
  }

  @Test("a write of one's own is never hidden by what was kept, or is on its way")
  func ownWrites() throws {
    let scripted = try Self.scripted()
    let first = command("GET", "a")
    Self.begin(scripted, first)
    scripted.reply("$1\r\n1\r\n")
    let write = command("SET", "a", "2")
    let behind = command("GET", "a")
    scripted.submit(write, behind)
    #expect(scripted.transport.takeCommands() == ["SET a 2", "GET a"])
    scripted.reply("+OK\r\n$1\r\n2\r\n")
    #expect(outcome(behind) == "\"2\"")
    // What was on its way when the write was answered might have been asked of another connection.
    #expect(scripted.client.cacheStatistics.entries == 0)
    let next = command("GET", "a")
    scripted.submit(next)
    scripted.reply("$1\r\n2\r\n")
    #expect(scripted.client.cacheStatistics.entries == 1)
  }

  @Test("with a lost connection everything is dropped; errors, chance and time are not kept")
  func dropped() throws {
    let scripted = try Self.scripted()
    let first = command("GET", "a")
    Self.begin(scripted, first)
    scripted.reply("$1\r\n1\r\n")
    for words in [["SRANDMEMBER", "s"], ["TTL", "a"], ["GET", "list"]] {
      for _ in 0..<2 {
        scripted.submit(command([words]))
        scripted.reply("-WRONGTYPE no\r\n")
      }
      #expect(scripted.transport.takeCommands().count == 2)
    }
    #expect(scripted.client.cacheStatistics.entries == 1)
    scripted.transport.hasEnded = true
    scripted.settle()
    #expect(scripted.client.cacheStatistics.entries == 0)
  }

  @Test("in version 2, or where the server refuses, nothing is kept")
  func refused() throws {
    let scripted = try Self.scripted()
    let first = command("GET", "a")
    scripted.submit(first)
    scripted.reply("-NOPERM no\r\n")
    scripted.reply("$1\r\n1\r\n")
    #expect(outcome(first) == "\"1\"" && scripted.client.cacheStatistics.entries == 0)
  }

  @Test("what is kept is bounded, and the oldest goes first")
  func bounds() throws {
    let scripted = try ScriptedClient {
      $0.cacheOctetsMax = 2_000
      $0.cacheEntriesMax = 3
    }
    Self.begin(scripted, command("GET", "k0"))
    scripted.reply("$1\r\n0\r\n")
    for index in 1..<3 {
      scripted.submit(command("GET", "k\(index)"))
      scripted.reply("$1\r\n\(index)\r\n")
    }
    scripted.submit(command("GET", "k0"))
    scripted.submit(command("GET", "k3"))
    scripted.reply("$1\r\n3\r\n")
    #expect(scripted.client.cacheStatistics.entries == 3)
    _ = scripted.transport.takeCommands()
    let kept = command("GET", "k0")
    let gone = command("GET", "k1")
    scripted.submit(kept, gone)
    #expect(outcome(kept) == "\"0\"" && scripted.transport.takeCommands() == ["GET k1"])
    scripted.reply("$1900\r\n\(String(repeating: "x", count: 1_900))\r\n")
    #expect(scripted.client.cacheStatistics.entries == 3, "what is too large is not kept")
    #expect(scripted.client.cacheStatistics.octets <= 2_000)
  }

  @Test("a connection that caches is pinged, and given up with all that is kept when it is silent")
  func silence() throws {
    let scripted = try Self.scripted()
    Self.begin(scripted, command("GET", "a"))
    scripted.reply("$1\r\n1\r\n")
    scripted.advance(15_100)
    #expect(scripted.transport.takeCommands() == ["PING"])
    scripted.reply("+PONG\r\n")
    #expect(scripted.client.cacheStatistics.entries == 1)
    for _ in 0..<4 { scripted.advance(15_000) }
    #expect(scripted.client.cacheStatistics.entries == 0)
  }

  @Test(
    "a real server tells what changes, by others' hands and by time",
    .enabled(if: PrivateServer.isInstalled))
  func real() throws {
    let live = try LiveClient { $0.cacheOctetsMax = 1 << 20 }
    let other = try LiveClient()
    live.run("DEL", "cached", "list")
    #expect(live.run("GET", "cached") == "null")
    #expect(live.run("GET", "cached") == "null")
    #expect(live.client.cacheStatistics.hits == 1)
    other.run("SET", "cached", "1")
    #expect(live.wait { live.run("GET", "cached") == "\"1\"" })
    other.run("RPUSH", "list", "x")
    #expect(live.run("LRANGE", "list", "0", "-1") == "[\"x\"]")
    other.run("RPUSH", "list", "y")
    #expect(live.wait { live.run("LRANGE", "list", "0", "-1") == "[\"x\" \"y\"]" })
    live.run("SET", "cached", "2")
    #expect(live.run("GET", "cached") == "\"2\"")
    other.run("PEXPIRE", "cached", "50")
    #expect(live.wait { live.run("GET", "cached") == "null" })
    live.run("SET", "cached", "3")
    #expect(live.run("GET", "cached") == "\"3\"")
    other.run("FLUSHALL")
    #expect(live.wait { live.run("GET", "cached") == "null" })
    let entries = live.client.cacheStatistics.entries
    #expect(entries > 0)
    other.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    #expect(live.wait { live.client.cacheStatistics.entries == 0 })
  }

  @Test("in a cluster nodes cache together", .enabled(if: PrivateServer.isInstalled))
  func cluster() throws {
    let cluster = try #require(ClusterTests.shared)
    let live = try LiveRouter(cluster) { settings, _ in settings.cacheOctetsMax = 1 << 20 }
    let other = try LiveRouter(cluster)
    let keys = ["ca", "cb", "cc", "cd"]
    for key in keys {
      other.run("SET", key, "1")
      #expect(live.run("GET", key) == "\"1\"")
    }
    for key in keys { #expect(live.run("GET", key) == "\"1\"") }
    #expect(live.router.cacheStatistics.hits == 4)
    for key in keys {
      other.run("SET", key, "2")
      #expect(live.wait { live.run("GET", key) == "\"2\"" })
    }
  }
}
