import NecroPostgresWire

/// What was sent for an operation and is not answered: steps of the conversation that follow each
/// other.
struct Exchange {
  enum Purpose: UInt8 {
    case operation
    /// Parse and Describe, before its operation can be encoded.
    case description
    /// The session's own: a rollback, or a reset before it goes back to the pool.
    case cleaning
  }

  /// Its messages, behind those that close statements.
  enum Messages: UInt8 {
    /// Query.
    case script
    /// Parse and Describe.
    case description
    /// Bind and Execute.
    case execution
    /// Parse, Describe, Bind and Execute.
    case descriptionAndExecution
    /// Execute of a portal that is open.
    case fetch
    /// Close of a portal.
    case portalClose

    var haveParse: Bool { self == .description || self == .descriptionAndExecution }
  }

  /// Nil when it was cancelled, and for the session's own: the replies are read and dropped.
  var operation: Operation?
  var statement: Statement?
  var purpose = Purpose.operation
  let messages: Messages
  /// The step behind its last.
  var endStep = 0
  /// How many statements it closes, each by a step before any other.
  var closeCount = 0
  /// Where its first octet is among all that the session has ever appended.
  var begin: UInt64
  var sentNanoseconds: UInt64
  /// Whether others' operations may be queued behind it.
  var isQuick = false
  /// The last that a Sync, or a Query itself, ends.
  var endsBatch = true
  /// What is to be copied, and whether the server has begun to.
  var copy = CopyDirection.none
  var hasCopied = false
  /// Whether Execute has a limit of rows.
  var limitsRows = false
  /// Formats that were asked for, should a description show that the columns are others.
  var layout: RowLayout?
  /// Whether a description has shown that the columns are others than the formats were given for.
  var hasOtherColumns = false

  enum CopyDirection: UInt8 {
    case none, toServer, fromServer
  }

  init(
    _ messages: Messages, of operation: Operation?, begin: UInt64, sentNanoseconds: UInt64
  ) {
    self.messages = messages
    self.operation = operation
    self.begin = begin
    self.sentNanoseconds = sentNanoseconds
  }

  /// Has the conversation expect its steps.
  mutating func expect(_ conversation: inout ConnectionState) {
    for _ in 0..<closeCount { conversation.expect(.close) }
    switch messages {
    case .script: conversation.expect(.query)
    case .description, .descriptionAndExecution:
      conversation.expect(.parse)
      conversation.expect(.describeStatement)
    case .execution, .fetch: break
    case .portalClose: conversation.expect(.close)
    }
    switch messages {
    case .execution, .descriptionAndExecution:
      conversation.expect(.bind)
      conversation.expect(limitsRows ? .executeLimited : .execute)
    case .fetch: conversation.expect(limitsRows ? .executeLimited : .execute)
    case .script, .description, .portalClose: break
    }
    if endsBatch && messages != .script { conversation.expect(.sync) }
    endStep = conversation.expectedCount
  }
}

/// A ring of exchanges, the oldest first.
struct ExchangeQueue {
  // Invariant: the array's count is a power of two, and `count` entries from `head` on are set; the
  // others hold on to nothing.
  private var ring = [Exchange](repeating: Self.none, count: 8)
  private var head = 0
  private(set) var count = 0

  private static var none: Exchange { Exchange(.script, of: nil, begin: 0, sentNanoseconds: 0) }

  var isEmpty: Bool { count == 0 }

  /// An exchange where it lies: to look at one of its fields copies none of the others.
  subscript(_ index: Int) -> Exchange {
    _read { yield ring[(head &+ index) & (ring.count &- 1)] }
    _modify { yield &ring[(head &+ index) & (ring.count &- 1)] }
  }

  mutating func append(_ exchange: consuming Exchange) {
    if count == ring.count { grow() }
    ring[(head &+ count) & (ring.count &- 1)] = exchange
    count += 1
  }

  private mutating func grow() {
    var larger = [Exchange](repeating: Self.none, count: count * 2)
    for index in 0..<count { larger[index] = self[index] }
    ring = larger
    head = 0
  }

  mutating func removeFirst() -> Exchange {
    precondition(count > 0, "an exchange is removed that was appended")
    var exchange = Self.none
    swap(&exchange, &ring[head])
    head = (head + 1) & (ring.count - 1)
    count -= 1
    return exchange
  }
}
