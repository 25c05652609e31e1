import NecroOctets
import NecroPostgresWire
import NecroReactor

/// Sessions of one server and one user, shared by all callers of a worker.
///
/// What is submitted waits for the next `DriverReactor.flush`: then it goes to a session, encoded,
/// and each
/// session sends once. Which session:
///
/// - one that is idle; else
/// - one with the shortest pipeline of those whose operations in flight are all quick plain reads,
///   none of
///   them in flight for long; so nothing ever waits behind a write, a locking read, a statement
///   that is not
///   known or a slow one. An operation that avoids shared sessions does not go there; else
/// - it waits, in order, until a session is there or the time for it is over.
///
/// The owner opens connections; the pool says when one is wanted.
public final class Pool: DriverSource {
  unowned(unsafe) let owner: PostgresOwner
  public let reactor: DriverReactor
  public internal(set) var settings: PoolSettings

  public internal(set) var sessions: [Session] = []
  var idle: [Session] = []
  /// Connections that were asked for and are neither attached nor given up.
  var wantedCount = 0
  /// Sessions whose start-up is not complete.
  var openingCount = 0
  var waiting = OperationQueue()
  var waitTimer: TimerWheel.TimerID?
  public private(set) var isClosed = false

  /// Known statements by place, free places, and the order of use; buckets by hash of their text.
  var statements: [Statement?] = []
  var freeStatements: [Int] = []
  var statementRecency = RecencyList()
  var buckets: [Statement?] = [Statement?](repeating: nil, count: 64)
  var statementCount = 0
  var statementNumber: UInt64 = 0

  /// Operations with a deadline, by place.
  var timed: [Operation?] = []
  var timers: [TimerWheel.TimerID?] = []
  var freeTimed: [Int] = []

  /// Cancelled operations of which the owner is told with the next flush.
  var finishing: [Operation] = []
  private var portalNumber: UInt32 = 0

  static var waitTag: UInt32 { 0 }

  /// - Parameters:
  ///   - owner: outlives the pool.
  ///   - reactor: of this thread.
  public init(owner: PostgresOwner, reactor: DriverReactor, settings: PoolSettings = PoolSettings())
  {
    self.owner = owner
    self.reactor = reactor
    self.settings = settings
    super.init()
    reactor.add(self)
  }

  /// The number of operations that wait for a session.
  public var waitingCount: Int { waiting.count }

  /// A number for a cursor that no other one of the pool has.
  public func nextPortal() -> UInt32 {
    portalNumber &+= 1
    return portalNumber
  }

  // MARK: Turns

  public override func flush() {
    tellFinished()
    dispatch()
    wantConnections()
    setWaitTimer()
  }

  public override func expired(tag: UInt32) {
    if tag != Self.waitTag {
      let place = Int(tag) - 1
      timers[place] = nil
      if let operation = timed[place] { withdraw(operation, .timedOut) }
      return
    }
    waitTimer = nil
    while let first = waiting.first, first.waitDeadline <= reactor.now {
      withdraw(first, .waitTimedOut)
    }
    reactor.mark(self)
  }

  // MARK: Operations

  /// Has an operation done on a session of the pool's choice. Its deadline, if it has one, counts
  /// from now
  /// until it is completed.
  public func submit(_ operation: Operation) {
    precondition(operation.state == .fresh, "an operation is submitted once")
    if let refusal = refusal(operation) {
      refuse(operation, refusal)
      return
    }
    operation.state = .waiting
    waiting.append(operation)
    setDeadline(operation)
    reactor.mark(self)
  }

  private func refusal(_ operation: Operation) -> OperationFailure? {
    if isClosed { return .closed }
    if waiting.count >= settings.waitersMax { return .tooManyWaiters }
    return nil
  }

  /// Has an operation done on a session that was acquired, behind those submitted before.
  public func submit(_ operation: Operation, on session: Session) {
    precondition(operation.state == .fresh, "an operation is submitted once")
    guard session.state == .ready, !session.isReleasing, !session.isAbandoned else {
      refuse(operation, session.failureOfLate)
      return
    }
    precondition(
      session.isExclusive || session.parked != nil, "a session is used by whoever acquired it")
    operation.session = session
    operation.state = .queued
    session.queue.append(operation)
    setDeadline(operation)
    reactor.mark(session)
  }

  /// Has queries done together, with one Sync behind them: an error of one undoes all, outside a
  /// transaction.
  ///
  /// Each is completed by itself, all of them when the last is answered. When one fails, those
  /// behind it
  /// complete as `batchAborted`; those before it have results that were undone.
  ///
  /// - Parameter session: one that was acquired.
  public func submit(batch: [Operation], on session: Session) {
    guard let last = batch.last else { return }
    for operation in batch {
      precondition(operation.kind == .query, "a batch has queries")
      operation.isBatched = true
      operation.endsBatch = operation === last
    }
    for operation in batch { submit(operation, on: session) }
  }

  /// Gives an operation up, wherever it is. It completes as cancelled with the next flush, and what
  /// still comes for it reaches nobody. Nothing happens when it is over.
  ///
  /// A member of a batch takes the batch with it.
  public func cancel(_ operation: Operation) {
    withdraw(operation, .cancelled)
  }

  /// Takes an operation from where it is and completes it with the next flush.
  func withdraw(_ operation: Operation, _ failure: OperationFailure) {
    switch operation.state {
    case .fresh, .finishing, .finished: return
    case .waiting: waiting.remove(operation)
    case .parked, .queued, .sent:
      if let session = operation.session {
        if operation.isBatched {
          session.withdrawBatch(of: operation, failure)
          return
        }
        if operation.state == .parked {
          session.parked = nil
        } else if operation.state == .queued {
          session.queue.remove(operation)
        } else {
          session.abandon(operation)
        }
        reactor.mark(session)
      }
    }
    operation.failure = failure
    postpone(operation)
  }

  /// Tells the owner of a completion with the next flush.
  func postpone(_ operation: Operation) {
    operation.state = .finishing
    finishing.append(operation)
    reactor.mark(self)
  }

  private func refuse(_ operation: Operation, _ failure: OperationFailure) {
    operation.failure = failure
    postpone(operation)
  }

  /// Completes an operation that is in no queue.
  func complete(_ operation: Operation) {
    operation.state = .finished
    clearDeadline(operation)
    operation.session?.usedMilliseconds = reactor.now
    if operation.kind != .acquire || operation.failure != nil { operation.session = nil }
    owner.completed(operation)
  }

  /// The types that `PostgresOwner.typesWanted` asked for are known now, as far as they ever will
  /// be.
  public func typesKnown(_ operation: Operation) {
    guard let statement = operation.statement else { return }
    if operation.isBatched {
      guard let session = operation.session, session.parked === operation else { return }
      session.parked = nil
      session.typesAreKnown(statement)
      operation.state = .queued
      reactor.mark(session)
      return
    }
    guard operation.state == .parked else { return }
    if let session = operation.session {
      session.parked = nil
      session.typesAreKnown(statement)
      session.resume(operation)
      reactor.mark(session)
    } else {
      statement.formatsAreSettled(owner)
      operation.state = .waiting
      waiting.prepend(operation)
      reactor.mark(self)
    }
  }

  /// Fails all that wait for a session: the owner has given up opening connections.
  public func failWaiting(_ failure: OperationFailure) {
    while let operation = waiting.popFirst() { refuse(operation, failure) }
  }

  // MARK: Sessions

  /// Begins a session on a connection.
  ///
  /// - Parameters:
  ///   - transport: a connection that is open, or being opened.
  ///   - answersWanted: whether this is the answer to a `connectionWanted`.
  ///   - isExclusive: leaves the session to the caller when it is ready, who hands it over to the
  ///     pool by
  ///     `release`.
  @discardableResult
  public func attach(
    _ transport: Transport, _ startup: StartupParameters, answersWanted: Bool,
    isExclusive: Bool = false
  ) -> Session {
    if answersWanted && wantedCount > 0 { wantedCount -= 1 }
    let session = Session(pool: self, transport: transport, startup: startup)
    session.isExclusive = isExclusive
    openingCount += 1
    sessions.append(session)
    session.start()
    if isClosed { close(session) }
    return session
  }

  /// A connection that was wanted could not be opened. Another is asked for when there is still
  /// need.
  public func connectionFailed() {
    if wantedCount > 0 { wantedCount -= 1 }
    reactor.mark(self)
  }

  /// Gives an acquired session back. What is in flight on it is answered first; a transaction that
  /// is
  /// open then is rolled back.
  ///
  /// - Parameter resetting: has settings, cursors, locks and subscriptions undone as well.
  public func release(_ session: Session, resetting: Bool = false) {
    guard session.state != .closed, session.isExclusive else { return }
    session.isReleasing = true
    session.resetsOnRelease = resetting
    reactor.mark(session)
  }

  /// Closes a session with the next flush. What is in flight fails.
  public func close(_ session: Session) {
    session.isAbandoned = true
    if session.state != .closed { reactor.mark(session) }
  }

  /// Closes a session once what is in flight is answered; it takes nothing more.
  public func retire(_ session: Session) {
    guard session.state != .closed else { return }
    session.isRetiring = true
    if session.state == .ready { reactor.mark(session) } else { close(session) }
  }

  /// Closes all sessions and fails what waits.
  public func close() {
    isClosed = true
    failWaiting(.closed)
    for session in sessions { close(session) }
  }

  /// Takes the pool out of the reactor, once it is closed and flushed.
  public func leaveReactor() {
    precondition(isClosed && sessions.isEmpty, "a pool leaves when it is closed")
    if let timer = waitTimer { reactor.cancelTimer(timer) }
    reactor.remove(self)
  }

  // MARK: Copy

  /// Appends octets of a copy in. False when the copy is over: then it completes by itself. When
  /// `hasCopyRoom` is false afterwards, more is to be held back until `copyRoomMade`.
  public func copy(_ operation: Operation, _ octets: Span<UInt8>) -> Bool {
    operation.session?.copy(operation, octets) ?? false
  }

  /// Whether more of a copy is welcome. If not, the owner is told when it is.
  public func hasCopyRoom(_ operation: Operation) -> Bool {
    guard let session = operation.session else { return true }
    if session.output.count <= settings.copyOctetsMax { return true }
    operation.waitsForCopyRoom = true
    return false
  }

  /// Ends a copy in, which then completes.
  public func finishCopy(_ operation: Operation) {
    operation.session?.endCopy(operation, failing: nil)
  }

  /// Has the server undo a copy in, which then completes with the server's error.
  public func failCopy(_ operation: Operation, reason: Span<UInt8>) {
    operation.session?.endCopy(operation, failing: reason)
  }

  /// The owner has consumed from an operation's `copyOctets`: the session is read again.
  public func copyOctetsTaken(_ operation: Operation) {
    guard let session = operation.session, session.isPaused,
      operation.copyOctets.count <= settings.copyOctetsMax
    else { return }
    session.isPaused = false
    reactor.mark(session)
  }
}
