import NecroPostgresWire

/// What a session still has to receive for an operation, in this order: the machine of the extended
/// query.
///
/// PG protocol-flow-ext-query
struct ReplyExpectation: OptionSet {
  let rawValue: UInt16

  static var parse: ReplyExpectation { ReplyExpectation(rawValue: 1) }
  static var parameterDescription: ReplyExpectation { ReplyExpectation(rawValue: 2) }
  /// Of a statement: RowDescription or NoData.
  static var statementRows: ReplyExpectation { ReplyExpectation(rawValue: 4) }
  static var bind: ReplyExpectation { ReplyExpectation(rawValue: 8) }
  /// Of a portal.
  static var portalRows: ReplyExpectation { ReplyExpectation(rawValue: 16) }
  /// Rows, and what ends them.
  static var execute: ReplyExpectation { ReplyExpectation(rawValue: 32) }
  /// The replies to a simple query, of any number of commands, up to ReadyForQuery.
  static var script: ReplyExpectation { ReplyExpectation(rawValue: 64) }
  /// CopyInResponse or CopyOutResponse.
  static var copyResponse: ReplyExpectation { ReplyExpectation(rawValue: 128) }
  /// CopyDone of a copy out.
  static var copyData: ReplyExpectation { ReplyExpectation(rawValue: 256) }
  /// What completes a copy.
  static var copyCompletion: ReplyExpectation { ReplyExpectation(rawValue: 512) }
  static var portalClosed: ReplyExpectation { ReplyExpectation(rawValue: 1024) }
  static var ready: ReplyExpectation { ReplyExpectation(rawValue: 2048) }

  /// Whether this is the next that has to come.
  func begins(with expected: ReplyExpectation) -> Bool {
    rawValue & (0 &- rawValue) == expected.rawValue
  }
}

/// What was sent and is not answered.
struct Exchange {
  enum Purpose: UInt8 {
    case operation
    /// Parse and Describe, before its operation can be encoded.
    case description
    /// The session's own: a rollback, or a reset before it goes back to the pool.
    case cleaning
  }

  /// Nil when it was cancelled, and for the session's own: the replies are read and dropped.
  var operation: Operation?
  var statement: Statement?
  var purpose = Purpose.operation
  var expects: ReplyExpectation
  /// CloseComplete messages that come before anything else.
  var closesExpected = 0
  /// Where its first octet is among all that the session has ever appended.
  var begin: UInt64
  var sentNanoseconds: UInt64
  /// Whether others' operations may be queued behind it.
  var isQuick = false
  /// The last that a Sync ends.
  var endsBatch = true
  var isCopyIn = false
  /// The server waits for what is to be copied.
  var isCopying = false
  /// Formats that were asked for, should a description show that the columns are others.
  var layout: RowLayout?
}

/// A ring of exchanges, the oldest first.
struct ExchangeQueue {
  // Invariant: the array's count is a power of two, and `count` entries from `head` on are set.
  private var ring: [Exchange?] = [Exchange?](repeating: nil, count: 8)
  private var head = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  subscript(_ index: Int) -> Exchange {
    get { ring[(head + index) & (ring.count - 1)]! }
    _modify { yield &ring[(head + index) & (ring.count - 1)]! }
  }

  mutating func append(_ exchange: Exchange) {
    if count == ring.count {
      var larger = [Exchange?](repeating: nil, count: count * 2)
      for index in 0..<count { larger[index] = self[index] }
      ring = larger
      head = 0
    }
    ring[(head + count) & (ring.count - 1)] = exchange
    count += 1
  }

  mutating func removeLast() {
    count -= 1
    ring[(head + count) & (ring.count - 1)] = nil
  }

  mutating func removeFirst() -> Exchange {
    let exchange = self[0]
    ring[head] = nil
    head = (head + 1) & (ring.count - 1)
    count -= 1
    return exchange
  }
}
