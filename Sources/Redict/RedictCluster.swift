import NecroOctets
import NecroRESP
import NecroReactor

/// A client of a cluster: commands go to the node that has the slot of their keys.
///
/// The map of slots comes from CLUSTER SLOTS of a node that the owner names, then of any that is known.
/// It is asked for again when a server redirects (MOVED), cannot be reached or says CLUSTERDOWN, and now
/// and then; never twice at a time, and not more often than `RedictRouterSettings` allows.
///
/// - MOVED and ASK are followed, the latter with ASKING; TRYAGAIN and CLUSTERDOWN waited out.
/// - A request of several commands is divided by node, and answered in order.
/// - One that MULTI begins and EXEC ends goes to one node, and is repeated only when EXEC was refused.
///
/// Valkey cluster specification, "Redirection and resharding"
public final class RedictCluster: RedictRouter {
  private let seeds: [RedictAddress]
  private var map = SlotMap()
  private var hasMap = false
  /// Who is still to be asked, of this refresh; and the question under way.
  private var candidates: [RedictNode] = []
  private var hasAskedSeeds = false
  private var probe: RedictCommand?
  private var probeError: [UInt8]?

  /// - Parameters:
  ///   - owner: outlives the router.
  ///   - seeds: at least one address of a node.
  ///   - chance: a random number.
  public init(
    owner: RedictOwner, reactor: DriverReactor, seeds: [RedictAddress],
    settings: RedictSettings = RedictSettings(),
    routing: RedictRouterSettings = RedictRouterSettings(), chance: UInt64
  ) {
    precondition(!seeds.isEmpty, "a cluster is found through one of its nodes")
    self.seeds = seeds
    super.init(
      owner: owner, reactor: reactor, settings: settings, routing: routing, chance: chance)
    reactor.mark(self)
  }

  /// The masters that have slots, for what every one of them is to do.
  public override var masters: [RedictNode] {
    var masters: [RedictNode] = []
    for shard in map.shards where shard.hasSlots { masters.append(shard.master) }
    return masters
  }

  /// The master that has a slot, as far as is known.
  public func master(ofSlot slot: Int) -> RedictNode? {
    node(forSlot: slot, toRead: false, turn: 0)
  }

  override var shardSlots: [Int] { map.firstSlots }

  override var replicaNodes: [RedictNode] {
    var replicas: [RedictNode] = []
    for shard in map.shards where shard.hasSlots { replicas += shard.replicas }
    return replicas
  }

  override var usesSlots: Bool { true }
  override var isMapped: Bool { hasMap }

  override func node(forSlot slot: Int, toRead: Bool, turn: Int) -> RedictNode? {
    let index: Int
    if slot >= 0 {
      index = map.shard(of: slot)
      if index < 0 { return nil }
    } else {
      guard let any = map.anyShard(turn) else { return nil }
      index = any
    }
    let shard = map.shards[index]
    guard toRead else { return shard.master }
    for distance in 0..<shard.replicas.count {
      let replica = shard.replicas[(turn &+ distance) % shard.replicas.count]
      if !isDown(replica) { return replica }
    }
    return shard.master
  }

  override func moved(slot: Int, to node: RedictNode) {
    if map.move(slot, to: node) { cache?.removeAll() }
  }

  // MARK: The map

  override func refresh() {
    candidates = []
    // Known nodes, beginning with any; then those that the owner has named.
    let start = nodes.isEmpty ? 0 : Int(random() % UInt64(nodes.count))
    for distance in nodes.indices {
      let node = nodes[(start + distance) % nodes.count]
      if !isDown(node) { candidates.append(node) }
    }
    hasAskedSeeds = false
    probeError = nil
    askNext()
  }

  private func askNext() {
    while !candidates.isEmpty {
      let node = candidates.removeFirst()
      if node.retiredUntil != nil { continue }
      let probe = RedictCommand()
      RESPSerializer.command(argumentCount: 2, into: &probe.request)
      RESPSerializer.argument("CLUSTER", into: &probe.request)
      RESPSerializer.argument("SLOTS", into: &probe.request)
      probe.traits = .readOnly
      probe.isProbe = true
      probe.replyOctetsMax = routing.probeOctetsMax
      probe.deadlineMilliseconds = reactor.now + routing.probeMilliseconds
      self.probe = probe
      send(probe, to: node)
      return
    }
    if !hasAskedSeeds {
      hasAskedSeeds = true
      for seed in seeds {
        if let node = findOrMake(seed, .clusterNode) { candidates.append(node) }
      }
      return askNext()
    }
    // What will not pass by itself is told to whoever waits.
    if let error = probeError,
      error.begins(with: "err ") || error.begins(with: "no") || error.begins(with: "wrongpass")
    {
      refreshed(.server(error))
    } else {
      refreshed(.connectFailed)
    }
  }

  override func probeCompleted(_ probe: RedictCommand, _ node: RedictNode) {
    guard probe === self.probe else { return }
    self.probe = nil
    if isClosed { return }
    if let reply = probe.replies.first, probe.failure == nil {
      if take(reply, node) { return refreshed(nil) }
    } else if case .server(let error)? = probe.failure {
      probeError = error
    }
    askNext()
  }

  /// Takes a map. False when it is none, and everything stays as it was.
  private func take(_ reply: [UInt8], _ node: RedictNode) -> Bool {
    let octets = reply.span
    guard let ranges = SlotRanges(octets, said: node.address, nodesMax: routing.nodesMax) else {
      return false
    }
    var members: [RedictNode] = []
    for address in ranges.addresses {
      guard let member = findOrMake(address, .clusterNode) else { return false }
      members.append(member)
    }
    for known in nodes { known.isMapped = false }
    for member in members { member.isMapped = true }
    let fresh = SlotMap(ranges, members)
    if hasMap && !fresh.isLike(map) { cache?.removeAll() }
    map = fresh
    hasMap = true
    for known in nodes where !known.isMapped { retire(known) }
    return true
  }

  override func closeOthers() {
    candidates = []
    probe = nil
  }
}
