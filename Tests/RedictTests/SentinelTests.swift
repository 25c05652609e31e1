import Foundation
import NecroRESP
import NecroReactor
import NecroRedict
import TestSupport
import Testing

@Suite("Redict driver, real sentinels", .enabled(if: PrivateServer.isInstalled), .serialized)
struct SentinelTests {
  @Test("the master is found, its replicas read from, and followed when it fails")
  func failover() throws {
    let servers = try PrivateSentinels()
    let live = try LiveRouter(servers)
    let reader = try LiveRouter(servers) { $1.readsReplicas = true }
    #expect(live.run("SET", "a", "1") == "\"OK\"")
    #expect(live.router.nodes.map(\.address.port) == [servers.servers[0].port])
    let replicas = try servers.servers.dropFirst().map { try Console($0.port) }
    try PrivateCluster.await { replicas.allSatisfy { $0.ask("GET", "a") == "\"1\"" } }
    for replica in replicas { replica.ask("CONFIG", "RESETSTAT") }
    #expect(reader.run("GET", "a") == "\"1\"")
    #expect(reader.wait { reader.run("GET", "a") == "\"1\"" && reader.router.nodes.count == 3 })
    for _ in 0..<6 { reader.run("GET", "a") }
    for replica in replicas {
      #expect(replica.ask("INFO", "commandstats").contains("cmdstat_get:calls="))
    }
    let subscription = RedictSubscription(.channel, topics: [octets("news")])
    live.router.subscribe(subscription)
    #expect(live.wait { subscription.isActive })
    // One sentinel is gone as well.
    servers.sentinels[0].stop()
    servers.servers[0].stop()
    // What was under way may have been done, and is not done again.
    #expect(live.wait { live.run("SET", "a", "2") == "\"OK\"" }, "another is the master by now")
    #expect(live.router.nodes.map(\.address.port) != [servers.servers[0].port])
    #expect(live.wait { subscription.isActive })
    live.run("PUBLISH", "news", "still")
    #expect(live.wait { live.owner.messages == ["news news still"] })
    #expect(reader.wait { reader.run("SET", "a", "3") == "\"OK\"" })
    #expect(reader.wait { reader.run("GET", "a") == "\"3\"" })
  }

  @Test("a master that was made a replica sends its writers away, who find the other")
  func switchover() throws {
    let servers = try PrivateSentinels()
    let live = try LiveRouter(servers)
    #expect(live.run("SET", "a", "1") == "\"OK\"")
    let sentinel = try Console(servers.sentinels[1].port)
    try PrivateCluster.await { sentinel.ask("SENTINEL", "failover", "crypt") == "\"OK\"" }
    // The sentinels have the connections of whoever is made a replica closed: what was sent on one may
    // have been done, and is not done again.
    var outcomes: Set<String> = []
    let isReplica = live.wait(seconds: 100) {
      let reply = live.run("SET", "n", "1")
      outcomes.insert(reply)
      usleep(50_000)
      let old = try? Console(servers.servers[0].port)
      return old?.ask("ROLE").hasPrefix("[\"slave\"") == true
    }
    #expect(isReplica)
    #expect(outcomes.isSubset(of: ["\"OK\"", "connectionLost true"]), "\(outcomes)")
    #expect(live.wait { live.run("SET", "a", "2") == "\"OK\"" })
    #expect(live.router.nodes.map(\.address.port) != [servers.servers[0].port])
    // Nobody has such a master.
    let addresses = servers.sentinels.map { LiveRouter.address($0.port) }
    let lost = try LiveRouter(settings: { _, _ in }) { owner, reactor, settings, routing in
      RedictSentinels(
        owner: owner, reactor: reactor, sentinels: addresses, name: octets("other"),
        settings: settings, routing: routing, chance: 3)
    }
    #expect(lost.run("GET", "a") == "connectFailed")
  }
}
