import NecroOctets
import NecroRESP
import NecroReactor
import NecroRedict
import TestSupport

/// A cluster, or a master with sentinels, in virtual time: slots move, masters fail and are replaced,
/// servers lie about where things are, connections stall and end.
final class SimulatedWorld {
  enum Kind { case cluster, sentinels }

  let kind: Kind
  let seed: UInt64
  var chance: SeededGenerator
  var links: [Link] = []
  /// How often the command of each number was executed.
  var executed: [Int: Int] = [:]

  static let shardCount = 3
  static let keys = (0..<24).map { "k\($0)" }
  private static let slots = keys.map { KeySlot.of(octets($0).span) }

  /// The port of each shard's master and of its replica; which is which changes.
  var masters: [Int] = [7_000, 7_001, 7_002]
  var replicas: [Int] = [7_100, 7_101, 7_102]
  var down: Set<Int> = []
  /// Slots that are not where their number says, and what moves where.
  private var ownerOfSlot: [Int: Int] = [:]
  private var migrating: [Int: Int] = [:]
  /// Keys of migrating slots that have moved.
  private var moved: Set<String> = []
  private var isClusterDown = false
  private var oldMaps: [String] = []
  private var map: String?

  init(_ kind: Kind, seed: UInt64) {
    self.kind = kind
    self.seed = seed
    chance = SeededGenerator(seed: seed)
  }

  func next(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &chance) }

  // MARK: Events

  func change() {
    switch next(60) {
    case 0, 1:
      let slot = Self.slots[next(Self.slots.count)]
      guard migrating[slot] == nil else { break }
      migrating[slot] = (shard(slot) + 1 + next(Self.shardCount - 1)) % Self.shardCount
    case 2, 3, 4:
      guard let (slot, shard) = migrating.randomElement(using: &chance) else { break }
      ownerOfSlot[slot] = shard
      migrating[slot] = nil
      moved = moved.filter { KeySlot.of(octets($0).span) != slot }
      map = nil
    case 5 where next(4) == 0:
      // A master fails, and some time later its replica stands in for it.
      let shard = next(Self.shardCount)
      if down.isEmpty { fail(masters[shard]) }
    case 6, 7:
      for shard in 0..<Self.shardCount where down.contains(masters[shard]) {
        if !down.contains(replicas[shard]) {
          swap(&masters[shard], &replicas[shard])
          map = nil
        }
      }
    case 8: down.removeAll()
    case 9: isClusterDown.toggle()
    case 10, 11: isClusterDown = false
    default: break
    }
  }

  private func fail(_ port: Int) {
    down.insert(port)
    for link in links where link.port == port { link.hasEnded = true }
  }

  private func shard(_ slot: Int) -> Int {
    ownerOfSlot[slot] ?? min(slot * Self.shardCount / KeySlot.count, Self.shardCount - 1)
  }

  // MARK: Answers

  private func slotsReply() -> String {
    switch next(30) {
    case 0: return "*1\r\n*3\r\n:9\r\n:3\r\n*2\r\n$1\r\nh\r\n:7000\r\n"
    case 1: return "*0\r\n"
    case 2: return "*1\r\n:1\r\n"
    case 3 where !oldMaps.isEmpty: return oldMaps[next(oldMaps.count)]
    default: break
    }
    if let map { return map }
    var ranges: [String] = []
    var first = 0
    for slot in 1...KeySlot.count
    where slot == KeySlot.count || shard(slot) != shard(first) {
      let owner = shard(first)
      ranges.append(
        "*4\r\n:\(first)\r\n:\(slot - 1)\r\n*2\r\n$1\r\nh\r\n:\(masters[owner])\r\n"
          + "*2\r\n$1\r\nh\r\n:\(replicas[owner])\r\n")
      first = slot
    }
    let text = "*\(ranges.count)\r\n" + ranges.joined()
    map = text
    oldMaps.append(text)
    if oldMaps.count > 4 { oldMaps.removeFirst() }
    return text
  }

  func answer(_ link: Link, _ words: [String]) -> String {
    let wasAsking = link.isAsking
    if link.queue == nil && words[0] != "ASKING" { link.isAsking = false }
    switch words[0] {
    case "HELLO": return next(30) == 0 ? "-LOADING not yet\r\n" : "%1\r\n+proto\r\n:3\r\n"
    case "READONLY":
      link.readsReplicas = true
      return "+OK\r\n"
    case "ROLE":
      return masters.prefix(1).contains(link.port)
        ? "*1\r\n$6\r\nmaster\r\n" : "*1\r\n$5\r\nslave\r\n"
    case "CLUSTER": return slotsReply()
    case "SUBSCRIBE":
      return ">3\r\n$9\r\nsubscribe\r\n$\(words[1].utf8.count)\r\n\(words[1])\r\n:1\r\n"
    case "SENTINEL": return sentinelReply(words)
    case "ASKING":
      link.isAsking = true
      return "+OK\r\n"
    case "MULTI":
      link.isAsking = wasAsking
      link.queue = []
      return "+OK\r\n"
    case "EXEC":
      let queue = link.queue ?? []
      link.queue = nil
      link.isAsking = false
      if link.isBroken {
        link.isBroken = false
        return "-EXECABORT Transaction discarded because of previous errors.\r\n"
      }
      return "*\(queue.count)\r\n" + queue.map(execute).joined()
    case "DBSIZE": return ":1\r\n"
    default: break
    }
    if let error = redirection(link, words, isAsking: wasAsking) {
      if link.queue != nil { link.isBroken = true }
      return error
    }
    if link.queue != nil {
      link.queue?.append(words)
      return "+QUEUED\r\n"
    }
    return execute(words)
  }

  private func sentinelReply(_ words: [String]) -> String {
    if words[1] == "replicas" {
      let flags = down.contains(replicas[0]) ? "s_down,slave" : "slave"
      return "*1\r\n%3\r\n$2\r\nip\r\n$1\r\nh\r\n$4\r\nport\r\n$4\r\n\(replicas[0])\r\n"
        + "$5\r\nflags\r\n$\(flags.utf8.count)\r\n\(flags)\r\n"
    }
    switch next(8) {
    case 0: return "*-1\r\n"
    case 1: return "*2\r\n$1\r\nh\r\n$4\r\n\(replicas[0])\r\n"
    case 2: return "*2\r\n$1\r\nh\r\n$4\r\n9999\r\n"
    case 3: return "-ERR no such thing\r\n"
    default: return "*2\r\n$1\r\nh\r\n$4\r\n\(masters[0])\r\n"
    }
  }

  /// Why the node of a link does not do a command; nil when it does.
  private func redirection(_ link: Link, _ words: [String], isAsking: Bool) -> String? {
    let isRead = words[0] == "GET" || words[0] == "MGET"
    guard kind == .cluster else {
      if link.port == masters[0] || isRead { return nil }
      return "-READONLY You can't write against a read only replica.\r\n"
    }
    let slot = KeySlot.of(octets(words[1]).span)
    if words[0] == "MGET" || words[0] == "MSET" {
      for key in stride(from: 1, to: words.count, by: words[0] == "MGET" ? 1 : 2) {
        precondition(
          KeySlot.of(octets(words[key]).span) == slot, "seed \(seed): a part is of one slot")
      }
    }
    if isClusterDown && next(2) == 0 { return "-CLUSTERDOWN The cluster is down\r\n" }
    if next(300) == 0 { return "-TRYAGAIN Multiple keys request during rehashing of slot\r\n" }
    // Lies: a loop, or a node that nobody knows.
    if next(400) == 0 { return "-MOVED \(slot) h:\(next(2) == 0 ? 9_999 : masters[next(3)])\r\n" }
    let owner = shard(slot)
    let target = migrating[slot]
    if link.port == masters[owner] {
      guard let target else { return nil }
      if moved.contains(words[1]) { return "-ASK \(slot) h:\(masters[target])\r\n" }
      if next(3) == 0 {
        moved.insert(words[1])
        return "-ASK \(slot) h:\(masters[target])\r\n"
      }
      return nil
    }
    if let target, link.port == masters[target], isAsking || link.isAsking { return nil }
    if link.port == replicas[owner] && link.readsReplicas && isRead && target == nil { return nil }
    return "-MOVED \(slot) h:\(masters[owner])\r\n"
  }

  private func execute(_ words: [String]) -> String {
    if words[0] == "MGET" {
      let values = words.dropFirst().map { "$\($0.utf8.count)\r\n\($0)\r\n" }
      return "*\(values.count)\r\n" + values.joined()
    }
    if words[0] == "MSET" {
      for place in stride(from: 2, to: words.count, by: 2) {
        guard let number = Int(words[place]) else { preconditionFailure("values are numbers") }
        executed[number, default: 0] += 1
        precondition(executed[number] == 1, "seed \(seed): \(number) was written once")
      }
      return "+OK\r\n"
    }
    guard let number = Int(words[2]) else { preconditionFailure("a command has a number") }
    executed[number, default: 0] += 1
    if words[0] != "GET" {
      precondition(executed[number] == 1, "seed \(seed): \(number) was written once")
    }
    return next(3) == 0 ? "$\(words[2].utf8.count)\r\n\(number)\r\n" : ":\(number)\r\n"
  }

  // MARK: Connections

  /// A connection, seen from the client.
  final class Link: RedictTransport {
    unowned let world: SimulatedWorld
    let port: Int
    var fromClient = RESPDecoder(version: .version2)
    var toClient: [UInt8] = []
    var position = 0
    var hasEnded = false
    var isClosed = false
    var isStuck = false
    var isAsking = false
    var readsReplicas = false
    var queue: [[String]]?
    var isBroken = false
    weak var connectionOwner: RedictClient?

    init(_ world: SimulatedWorld, _ port: Int) {
      self.world = world
      self.port = port
    }

    override func receive(into room: UnsafeMutableRawBufferPointer) -> ReceiveResult {
      let there = toClient.count - position
      if there == 0 { return hasEnded ? .closed : .wouldBlock }
      let count = min(there, room.count, 1 + world.next(world.next(6) == 0 ? 9 : 4_000))
      for index in 0..<count { room[index] = toClient[position + index] }
      position += count
      if position == toClient.count {
        toClient.removeAll(keepingCapacity: true)
        position = 0
      }
      return .octets(count)
    }

    override func send(_ octets: Span<UInt8>) -> SendResult {
      if hasEnded { return .failed(104) }
      if isStuck { return .wouldBlock }
      let count = min(octets.count, 1 + world.next(world.next(6) == 0 ? 9 : 4_000))
      fromClient.feed(octets.extracting(0..<count))
      return .octets(count)
    }

    override func close() { isClosed = true }

    func serve() {
      while let words = takeWords(&fromClient) {
        toClient += Array(world.answer(self, words).utf8)
      }
    }
  }

  func connect(_ client: RedictClient) {
    guard let address = client.address else { preconditionFailure("a node has an address") }
    let port = Int(address.port)
    if down.contains(port) || port == 9_999 || next(20) == 0 { return client.connectionFailed() }
    let link = Link(self, port)
    link.connectionOwner = client
    links.append(link)
    client.attach(link, RedictGreeting())
  }

  func turn() {
    for link in links where !link.hasEnded {
      if next(120) == 0 { link.isStuck.toggle() }
      if !link.isStuck && next(4) > 0 { link.serve() }
      if next(1_500) == 0 {
        // What was answered may be lost on the way.
        link.toClient.removeLast(next(link.toClient.count - link.position + 1))
        link.hasEnded = true
      }
    }
    links.removeAll(where: \.isClosed)
    var seen: [ObjectIdentifier: RedictClient] = [:]
    for link in links {
      if let client = link.connectionOwner { seen[ObjectIdentifier(client)] = client }
    }
    for link in links where next(5) > 0 {
      guard let client = link.connectionOwner,
        let seenClient = seen.removeValue(forKey: ObjectIdentifier(client))
      else { continue }
      for connection in seenClient.connections { connection.ready([.readable, .writable]) }
    }
  }
}
