import NecroOctets

/// What one caller wants to hear of: channels, patterns or shard channels. Several may want the same;
/// the server is told once.
public final class RedictSubscription {
  public enum Kind: UInt8, Sendable {
    case channel, pattern, shardChannel
  }

  public let kind: Kind
  public let topics: [[UInt8]]
  /// What the owner knows the subscription by.
  public var ownerToken: UInt = 0
  /// Whether the server has confirmed all topics on the connection that is open.
  public internal(set) var isActive = false
  var isEnded = false
  var isSubmitted = false
  /// Of a part that a router has given to one node: the whole.
  var parent: RedictSubscription?
  /// Of a whole: its parts.
  var legs: [SubscriptionLeg] = []

  /// - Parameter topics: at least one, each once.
  public init(_ kind: Kind, topics: [[UInt8]]) {
    self.kind = kind
    self.topics = topics
  }
}

/// A channel or pattern that somebody wants to hear of.
final class Topic {
  let kind: RedictSubscription.Kind
  let name: [UInt8]
  var subscriptions: [RedictSubscription] = []
  /// Whether the server was last told that it is wanted, on the connection that is open.
  var isRequested = false
  /// What the server was told and has not answered.
  var unanswered = 0
  /// Whether the server has confirmed that it is wanted.
  var isConfirmed = false
  /// Whether it is among those of which the server is to be told.
  var isListedChanged = false
  /// Of the same bucket.
  var next: Topic?

  init(_ kind: RedictSubscription.Kind, _ name: [UInt8]) {
    self.kind = kind
    self.name = name
  }

  func isCalled(_ other: Span<UInt8>) -> Bool {
    let name = name
    return name.span.equals(other)
  }
}

/// Topics by name.
struct TopicTable {
  // Invariant: as many buckets as a power of two, and at least half as many as topics.
  private var buckets = [Topic?](repeating: nil, count: 16)
  private(set) var count = 0

  private func bucket(_ kind: RedictSubscription.Kind, _ name: Span<UInt8>) -> Int {
    OctetHash.of(name, seed: UInt64(kind.rawValue)) & (buckets.count - 1)
  }

  func find(_ kind: RedictSubscription.Kind, _ name: Span<UInt8>) -> Topic? {
    var candidate = buckets[bucket(kind, name)]
    while let topic = candidate {
      if topic.kind == kind, topic.isCalled(name) { return topic }
      candidate = topic.next
    }
    return nil
  }

  /// Adds a topic that is not there.
  mutating func add(_ topic: Topic) {
    if count >= buckets.count * 2 {
      let topics = all
      buckets = [Topic?](repeating: nil, count: buckets.count * 4)
      for known in topics { link(known) }
    }
    link(topic)
    count += 1
  }

  private mutating func link(_ topic: Topic) {
    let name = topic.name
    let bucket = self.bucket(topic.kind, name.span)
    topic.next = buckets[bucket]
    buckets[bucket] = topic
  }

  mutating func remove(_ removed: Topic) {
    let name = removed.name
    let bucket = self.bucket(removed.kind, name.span)
    var previous: Topic?
    var candidate = buckets[bucket]
    while let topic = candidate {
      if topic === removed {
        if let previous { previous.next = topic.next } else { buckets[bucket] = topic.next }
        topic.next = nil
        count -= 1
        return
      }
      previous = topic
      candidate = topic.next
    }
  }

  /// All of them, for what happens to all.
  var all: [Topic] {
    var all: [Topic] = []
    for bucket in buckets {
      var candidate = bucket
      while let topic = candidate {
        all.append(topic)
        candidate = topic.next
      }
    }
    return all
  }
}

/// The hash that tables of names use: FNV-1a.
enum OctetHash {
  static func of(_ octets: Span<UInt8>, seed: UInt64) -> Int {
    var hash = seed ^ 0xCBF2_9CE4_8422_2325
    for index in octets.indices { hash = (hash ^ UInt64(octets[index])) &* 0x0000_0100_0000_01B3 }
    return Int(truncatingIfNeeded: (hash ^ hash >> 32) & 0x7FFF_FFFF_FFFF_FFFF)
  }
}
