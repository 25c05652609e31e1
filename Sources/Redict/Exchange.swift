/// What was sent and is not answered.
struct Exchange {
  enum Purpose: UInt8 {
    case command
    /// HELLO, and AUTH where that is a command of its own.
    case hello, authentication
    /// Set-up whose refusal matters: SELECT.
    case selection
    /// Set-up whose refusal does not: names.
    case courtesy
    /// CLIENT TRACKING, without which nothing is cached.
    case tracking
    /// Set-up of a router's nodes: READONLY, and ROLE of what must be a master.
    case readOnly, role
    /// Of a connection with subscriptions.
    case subscribe, unsubscribe, ping
  }

  var purpose = Purpose.command
  /// Nil when it was cancelled: the replies are read and dropped.
  var command: RedictCommand?
  /// Replies that are missing, and those that have come.
  var repliesLeft = 1
  var replyIndex = 0
  /// Where its first octet is among all that the connection has ever appended.
  var begin: UInt64 = 0
  var sentMilliseconds: UInt64 = 0
  /// The channel or pattern, where it is about one.
  var topic: Topic?
  /// What the reply is kept in, unless a key of it changes before it comes.
  var cached: CachedReply?
}

/// A ring of exchanges, the oldest first: replies come in the order of requests.
struct ExchangeQueue {
  // Invariant: the array's count is a power of two, and `count` entries from `head` on are in use.
  private var ring = [Exchange](repeating: Exchange(), count: 8)
  private var head = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  subscript(_ index: Int) -> Exchange {
    // Lent and not copied: a copy would count references to what an exchange holds.
    _read { yield ring[(head &+ index) & (ring.count &- 1)] }
    _modify { yield &ring[(head &+ index) & (ring.count &- 1)] }
  }

  mutating func append(_ exchange: Exchange) {
    if count == ring.count {
      var larger = [Exchange](repeating: Exchange(), count: count * 2)
      for index in 0..<count { larger[index] = self[index] }
      ring = larger
      head = 0
    }
    ring[(head &+ count) & (ring.count &- 1)] = exchange
    count &+= 1
  }

  mutating func removeFirst() {
    ring[head].command = nil
    ring[head].topic = nil
    ring[head].cached = nil
    head = (head &+ 1) & (ring.count &- 1)
    count &-= 1
  }
}
