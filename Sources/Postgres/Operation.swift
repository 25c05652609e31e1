import NecroOctets
import NecroPostgresWire
import NecroReactor

/// Something that a pool is asked to do: made by the owner, submitted, completed once; then it may
/// be used
/// again after `reset`.
public final class Operation {
  public enum Kind: UInt8, Sendable {
    /// Executes `statement` and collects its rows.
    case query
    /// Prepares `statement` and learns its description.
    case describe
    /// Executes `text`, one or several commands, by a simple query. Rows are dropped.
    case script
    /// Opens a cursor for `statement` and fetches up to `rowsMax` rows. On an exclusive session, in
    /// a
    /// transaction.
    case cursorOpen
    /// Fetches up to `rowsMax` rows more of the cursor `portal`.
    case cursorFetch
    case cursorClose
    /// Executes `text`, a COPY FROM STDIN.
    case copyIn
    /// Executes `text`, a COPY TO STDOUT.
    case copyOut
    /// Takes a session out of the pool: `session`, exclusive until `Pool.release`.
    case acquire
  }

  enum State: UInt8 {
    case fresh
    /// In the pool's queue.
    case waiting
    /// In its session's queue.
    case queued
    /// Until the owner knows the types of its statement.
    case parked
    case sent
    /// Cancelled; the owner is told with the next flush.
    case finishing
    case finished
  }

  public let kind: Kind
  public var statement: Statement?
  /// SQL for a script or a copy.
  public var text: [UInt8] = []
  /// What the owner knows the operation by.
  public var ownerToken: UInt = 0
  /// By the monotonic clock; 0 for none.
  public var deadlineMilliseconds: UInt64 = 0
  /// Of a cursor's fetch; 0 for all.
  public var rowsMax = 0
  /// The cursor, from `Pool.nextPortal`.
  public var portal: UInt32 = 0
  /// Waits behind nobody's statement: the caller has a transaction open elsewhere.
  public var avoidsShared = false
  /// Looks types up for an operation that is parked on the same exclusive session.
  public var goesFirst = false
  /// Keeps the memory of `rows` for the next use, when the owner does not hold on to them.
  public var reusesRows = false

  /// What has been received: rows of a query or cursor, nil where the statement returns none.
  public internal(set) var rows: ResultRows?
  public internal(set) var failure: OperationFailure?
  /// The number in the command tag: rows affected or returned.
  public internal(set) var affectedRows: UInt64?
  /// Whether a cursor has more rows.
  public internal(set) var isSuspended = false
  /// The session that it is on, or was given.
  public internal(set) var session: Session?
  /// What a copy out has brought and the owner has not consumed. Its format is that of the rows.
  public var copyOctets = OctetBuffer()
  /// The format of a copy, once it has begun.
  public internal(set) var copyFormat: FormatCode?

  var state = State.fresh
  var hasRetried = false
  /// The owner was told that there is no room for more of a copy.
  var waitsForCopyRoom = false
  var typesWereWanted = false
  /// The last member of its batch, or a statement of its own: a Sync follows it.
  var endsBatch = true
  /// When it has waited for a session long enough.
  var waitDeadline: UInt64 = .max
  var isBatched = false
  /// Its place among the pool's operations with a deadline; negative when it has none.
  var timerIndex = -1
  var next: Operation?
  unowned(unsafe) var previous: Operation?
  private var tag = OctetBuffer()

  public init(_ kind: Kind) { self.kind = kind }

  public convenience init(_ kind: Kind, _ statement: Statement) {
    self.init(kind)
    self.statement = statement
  }

  /// Whether it has been completed.
  public var isFinished: Bool { state == .finished }

  /// The command tag: `SELECT 7`. At most 64 octets; no command has a longer one.
  public var commandTag: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      // The buffer is not touched before the operation is used again.
      let span = tag.octets
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The octets of `copyOctets`.
  public var copySpan: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      let span = copyOctets.octets
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Makes it as it was before it was submitted, what the owner has set apart.
  public func reset() {
    precondition(
      state == .fresh || state == .finished, "an operation is used again when it is over")
    state = .fresh
    if reusesRows { rows?.removeAll() } else { rows = nil }
    failure = nil
    affectedRows = nil
    isSuspended = false
    session = nil
    copyFormat = nil
    copyOctets.removeAll()
    hasRetried = false
    typesWereWanted = false
    endsBatch = true
    isBatched = false
    tag.removeAll()
  }

  func setTag(_ tag: Span<UInt8>) {
    self.tag.removeAll()
    self.tag.append(tag.extracting(first: 64))
    affectedRows = CommandComplete.rowCount(inTag: tag)
  }
}
