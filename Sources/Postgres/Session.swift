import NecroOctets
import NecroPostgresWire
import NecroReactor

/// A connection to a server and the state of its session.
///
/// Exchanges are answered in the order in which they were sent. Operations wait in `queue` only
/// while a
/// session is exclusive, or while its first one cannot be sent yet: its statement is being
/// described, or
/// a cancelled one before it is not settled.
///
/// The file says what a session is; `SessionReceiving`, `SessionReplies`, `SessionSending`,
/// `SessionStartup`
/// and `SessionEnd` what it does.
public final class Session: DriverSource {
  public enum State: UInt8, Sendable {
    case connecting
    /// The server is being told who comes, and asks for proof.
    case starting
    case ready
    case closed
  }

  unowned(unsafe) let pool: Pool
  let transport: Transport
  var decoder = BackendDecoder()
  var output = OctetBuffer()

  public internal(set) var state = State.connecting
  /// Whether it belongs to one user, and takes only what is submitted on it.
  public internal(set) var isExclusive = false
  /// What the last ReadyForQuery said.
  public internal(set) var transactionStatus = TransactionStatus.idle
  /// Why it is closed, once it is.
  public internal(set) var failure: OperationFailure?
  /// The server's process, of which others' notifications tell.
  public internal(set) var processID: Int32 = 0
  var secretKey: [UInt8] = []
  /// When its start-up was complete, and when it was last used, by the monotonic clock.
  public internal(set) var readyMilliseconds: UInt64 = 0
  public internal(set) var usedMilliseconds: UInt64 = 0
  /// What the owner knows the session by.
  public final var ownerToken: UInt = 0
  /// What the server has said of its run-time parameters.
  var parameters: [(name: [UInt8], value: [UInt8])] = []

  /// What was sent and is not answered, as the protocol has it, and for whom.
  var conversation = ConnectionState()
  var exchanges = ExchangeQueue()
  /// The exchange that the next reply is for: others before it belong to the same Sync.
  var replyIndex = 0
  var queue = OperationQueue()
  /// The operation at the front of an exclusive session that waits for `Pool.typesKnown`.
  var parked: Operation?
  var prepared = RecencyList()
  /// The columns of open cursors, as they were when each was opened.
  var cursors: [(portal: UInt32, layout: RowLayout)] = []
  /// Names of prepared statements to be closed with what is sent next.
  var pendingCloses: [[UInt8]] = []

  /// Octets of `output` that were ever sent.
  var sentCount: UInt64 = 0
  /// When the last ReadyForQuery came.
  var lastReadyNanoseconds: UInt64 = 0
  var isBlockedOnSend = false
  /// Nothing is decoded while the owner has enough of a copy.
  var isPaused = false
  var noticesLeft = 0

  /// A CancelRequest is under way: nothing is sent until its connection is closed and the cancelled
  /// operation's replies have come.
  var cancelConnection: CancelConnection?
  var isSettlingCancel = false
  var cancelTimer: TimerWheel.TimerID?
  var startupTimer: TimerWheel.TimerID?
  /// Set while octets are there of which the descriptor does not tell.
  var bufferedTimer: TimerWheel.TimerID?

  var isReleasing = false
  var resetsOnRelease = false
  /// Closed once its operations are answered.
  var isRetiring = false
  /// Closed with the next flush.
  var isAbandoned = false
  /// Whether it stands in the pool's list of idle sessions.
  var isListedIdle = false
  var countsAsOpening = true

  var startup: StartupParameters?
  var authentication = SessionAuthentication()

  static var startupTag: UInt32 { 1 }
  static var cancelTag: UInt32 { 2 }
  static var bufferedTag: UInt32 { 3 }

  init(pool: Pool, transport: Transport, startup: StartupParameters) {
    self.pool = pool
    self.transport = transport
    self.startup = startup
    super.init()
  }

  /// Whether the connection is encrypted.
  public var isEncrypted: Bool { transport.isEncrypted }

  /// Whether the server knows its user, whatever came of it then.
  public var isAuthenticated: Bool { authentication.progress == .satisfied }

  /// The server's word on a run-time parameter: `server_version`, `TimeZone`.
  public func parameter(_ name: StaticString) -> [UInt8]? { parameter(named: name.octets) }

  /// What the server has last reported of a parameter; nil if it has not.
  public func parameter(named name: Span<UInt8>) -> [UInt8]? {
    for parameter in parameters where parameter.name.span.equals(name) { return parameter.value }
    return nil
  }

  /// How many parameters the server has reported, of those that are kept.
  public var parameterCount: Int { parameters.count }

  /// The octets of its buffers, used or not.
  public var bufferedOctetsMax: Int { decoder.input.capacity + output.capacity }

  /// Whether operations may be submitted on it by name: it was acquired, or waits for types.
  public var takesOperations: Bool { isExclusive || parked != nil }

  /// Whether nothing is in flight or waiting on it.
  public var isQuiet: Bool {
    exchanges.isEmpty && queue.isEmpty && parked == nil && !isSettlingCancel
  }

  /// Whether the pool may give it to anybody.
  var isFree: Bool {
    state == .ready && !isExclusive && !isRetiring && !isAbandoned && isQuiet
      && transactionStatus == .idle
  }

  /// Whether another operation may be queued behind those in flight: all are quick plain reads, and
  /// the
  /// oldest is not in flight for long.
  func takesMore(_ now: UInt64) -> Bool {
    guard state == .ready, !isExclusive, !isRetiring, !isAbandoned, !isSettlingCancel,
      queue.isEmpty, !isBlockedOnSend, exchanges.count < pool.settings.pipelineDepthMax,
      !exchanges.isEmpty
    else { return false }
    let newest = exchanges.count - 1
    guard exchanges[newest].isQuick && exchanges[0].isQuick else { return false }
    return now &- max(exchanges[0].sentNanoseconds, lastReadyNanoseconds)
      <= pool.settings.stalledNanoseconds
  }

  // MARK: Events

  public override func ready(_ readiness: Readiness) {
    if state == .closed { return }
    if state == .connecting {
      proceed()
      return
    }
    if readiness.contains(.writable) && (isBlockedOnSend || transport.hasUnsentOctets) {
      isBlockedOnSend = false
      pool.reactor.mark(self)
    }
    if readiness.rawValue & ~Readiness.writable.rawValue != 0 { receive() }
  }

  public override func expired(tag: UInt32) {
    if tag == Self.startupTag {
      startupTimer = nil
      if state != .ready { end(.timedOut) }
    } else if tag == Self.bufferedTag {
      bufferedTimer = nil
      receive()
    } else {
      cancelTimer = nil
      // The server does not answer: whatever comes later must reach nobody.
      if isSettlingCancel { end(.connectionLost(wasSent: true)) }
    }
  }

  public override func flush() {
    if isAbandoned && state != .closed {
      end(.closed)
      return
    }
    if state == .closed { return }
    decode()
    waitForBuffered()
    pump()
    send()
    updateInterest()
  }

  func updateInterest() {
    if state == .closed || state == .connecting { return }
    var interest: Interest = isPaused ? [] : .read
    if isBlockedOnSend || transport.hasUnsentOctets { interest.formUnion(.write) }
    pool.reactor.setInterest(self, interest)
  }
}
