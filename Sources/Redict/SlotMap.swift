import NecroOctets
import NecroRESP

/// Who has which slots: shards, each a master with its replicas.
struct SlotMap {
  struct Shard {
    let master: RedictNode
    var replicas: [RedictNode] = []
    var hasSlots = false
  }

  private(set) var shards: [Shard] = []
  /// The shard of each slot; negative for none.
  private var shardOfSlot = [Int16](repeating: -1, count: KeySlot.count)

  init() {}

  /// - Parameter members: the nodes at the addresses of `ranges`.
  init(_ ranges: SlotRanges, _ members: [RedictNode]) {
    for range in ranges.ranges {
      let index = shard(of: members[range.nodes[0]])
      shards[index].hasSlots = true
      for node in range.nodes.dropFirst()
      where !shards[index].replicas.contains(where: { $0 === members[node] }) {
        shards[index].replicas.append(members[node])
      }
      for slot in range.first...range.last { shardOfSlot[slot] = Int16(index) }
    }
  }

  func shard(of slot: Int) -> Int { Int(shardOfSlot[slot]) }

  /// The first slot of each shard that has any.
  var firstSlots: [Int] {
    var firsts: [Int] = []
    var isFound = [Bool](repeating: false, count: shards.count)
    for slot in shardOfSlot.indices {
      let shard = Int(shardOfSlot[slot])
      if shard < 0 || isFound[shard] { continue }
      isFound[shard] = true
      firsts.append(slot)
    }
    return firsts
  }

  /// A shard with slots, each in its turn; nil when there is none.
  func anyShard(_ turn: Int) -> Int? {
    for distance in 0..<shards.count {
      let index = (Int(UInt(bitPattern: turn) % UInt(shards.count)) + distance) % shards.count
      if shards[index].hasSlots { return index }
    }
    return nil
  }

  private mutating func shard(of master: RedictNode) -> Int {
    if let known = shards.firstIndex(where: { $0.master === master }) { return known }
    shards.append(Shard(master: master))
    return shards.count - 1
  }

  /// Notes that a slot has another master. False when that was known.
  mutating func move(_ slot: Int, to node: RedictNode) -> Bool {
    let known = Int(shardOfSlot[slot])
    if known >= 0 && shards[known].master === node { return false }
    // Each move may bring a master that no map has; a map comes soon, and until then there is room.
    guard shards.count < Int(Int16.max) else { return false }
    let index = shard(of: node)
    shards[index].hasSlots = true
    shardOfSlot[slot] = Int16(index)
    return true
  }

  /// Whether every slot has the same master in both.
  func isLike(_ other: SlotMap) -> Bool {
    for slot in 0..<KeySlot.count {
      let mine = shard(of: slot)
      let others = other.shard(of: slot)
      if mine < 0 || others < 0 {
        if mine != others { return false }
      } else if shards[mine].master !== other.shards[others].master {
        return false
      }
    }
    return true
  }
}

/// What CLUSTER SLOTS was answered: ranges of slots, each with the numbers of its nodes, the master
/// first.
struct SlotRanges {
  struct Range {
    let first: Int
    let last: Int
    var nodes: [Int] = []
  }

  private(set) var ranges: [Range] = []
  private(set) var addresses: [RedictAddress] = []

  /// Nodes of one range that are believed.
  private static var nodesPerRangeMax: Int { 64 }

  /// Nil for what is no map: slots that are none or are claimed twice, addresses that are none, more
  /// nodes than may be, and no slots at all.
  ///
  /// - Parameter said: where the server is that has answered, which may leave out its own host.
  init?(_ octets: Span<UInt8>, said: RedictAddress, nodesMax: Int) {
    var reader = RESPReader(octets)
    guard case .array(let count?)? = reader.next(), count > 0, count <= KeySlot.count else {
      return nil
    }
    var claimed = [Bool](repeating: false, count: KeySlot.count)
    for _ in 0..<count {
      guard case .array(let parts?)? = reader.next(), parts >= 3,
        parts - 2 <= Self.nodesPerRangeMax,
        case .number(let first)? = reader.next(), case .number(let last)? = reader.next(),
        first >= 0, first <= last, last < Int64(KeySlot.count)
      else { return nil }
      var range = Range(first: Int(first), last: Int(last))
      for slot in range.first...range.last {
        if claimed[slot] { return nil }
        claimed[slot] = true
      }
      for position in 2..<parts {
        switch Self.address(&reader, octets, said) {
        case .unknown:
          // A replica whose name is not known is left out; a master cannot be.
          if position == 2 { return nil }
        case .invalid: return nil
        case .known(let address):
          guard let number = number(of: address, nodesMax) else { return nil }
          range.nodes.append(number)
        }
      }
      ranges.append(range)
    }
  }

  private mutating func number(of address: RedictAddress, _ nodesMax: Int) -> Int? {
    if let known = addresses.firstIndex(of: address) { return known }
    guard addresses.count < nodesMax else { return nil }
    addresses.append(address)
    return addresses.count - 1
  }

  private enum NodeAddress {
    case known(RedictAddress)
    case unknown, invalid
  }

  /// Reads a node: its preferred endpoint, its port, and what newer servers say beside.
  private static func address(
    _ reader: inout RESPReader, _ octets: Span<UInt8>, _ said: RedictAddress
  ) -> NodeAddress {
    guard case .array(let count?)? = reader.next(), count >= 2, let host = reader.next(),
      case .number(let port)? = reader.next()
    else { return .invalid }
    for _ in 2..<count {
      guard let item = reader.next() else { return .invalid }
      reader.skip(item)
    }
    var slice = Slice.empty
    switch host {
    // No endpoint: the one that was asked has it as well.
    case .null: break
    case .bulkString(let text), .simpleString(let text): slice = text
    default: return .invalid
    }
    let text = octets.octets(slice)
    if text.equals("?") { return .unknown }
    guard port > 0, port <= 65_535,
      let address = RedictAddress(host: text, port: Int(port), otherwise: said)
    else { return .invalid }
    return .known(address)
  }
}
