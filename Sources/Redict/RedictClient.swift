import NecroOctets
import NecroRESP
import NecroReactor

/// Connections to one server as one user, shared by all callers of a worker.
///
/// What is submitted waits for the next `DriverReactor.flush`: then it goes to a connection, and each
/// connection sends once. So commands of all callers travel together, and are answered in order.
///
/// - A command goes to the shared connection with the fewest commands in flight.
/// - One that blocks has a connection of its own until it is answered; so has a caller who acquires
///   one, to watch keys.
/// - Subscriptions have one more.
///
/// The owner opens connections; the client says when one is wanted, not at once behind attempts that
/// have failed. One client per thread; nothing of it is shared.
public final class RedictClient: DriverSource {
  unowned(unsafe) let owner: RedictOwner
  public let reactor: DriverReactor
  public internal(set) var settings: RedictSettings

  public internal(set) var connections: [RedictConnection] = []
  /// Owned connections without a caller.
  var idle: [RedictConnection] = []
  /// What wanted connections are for, in the order in which they were wanted.
  var wanted: [RedictConnection.Role] = []
  /// Commands for shared connections, and those that need one of their own.
  var waiting = CommandQueue()
  var waitingForOwned = CommandQueue()
  public private(set) var isClosed = false
  /// Whether commands wait that a shared connection had no room for.
  var isWaitingForRoom: Bool { !waiting.isEmpty }

  var topics = TopicTable()
  var changedTopics: [Topic] = []
  /// Subscriptions to what others had subscribed to, of which the owner is told with the next flush.
  var alreadyActive: [RedictSubscription] = []
  var areMessagesPaused = false

  /// Attempts to connect that have failed one behind the other.
  var failedAttempts = 0
  /// When the next may be made.
  var nextAttemptMilliseconds: UInt64 = 0
  var attemptTimer: TimerWheel.TimerID?
  var waitTimer: TimerWheel.TimerID?
  private var chance: UInt64

  /// Commands with a deadline, by place.
  var timed: [RedictCommand?] = []
  var timers: [TimerWheel.TimerID?] = []
  var freeTimed: [Int] = []

  /// What the connections are to.
  public enum Purpose: UInt8, Sendable {
    /// The one server that the owner knows.
    case server
    /// A node of a cluster.
    case clusterNode
    /// What sentinels say is the master, and a replica of it.
    case master, replica
    case sentinel
  }
  public internal(set) var purpose = Purpose.server
  /// Where a router's node is; nil where the owner knows.
  public internal(set) var address: RedictAddress?
  /// Whether a cluster's replicas are read from.
  var readsReplicas = false

  /// Replies that are kept; nil without client-side caching. A router's nodes have one together.
  var cache: ReplyCache?

  /// Commands that are over and of which the owner is told with the next flush.
  var finishing: [RedictCommand] = []

  static var waitTag: UInt32 { 0 }
  static var attemptTag: UInt32 { 1 }
  static var deadlineTag: UInt32 { 2 }

  /// - Parameters:
  ///   - owner: outlives the client.
  ///   - reactor: of this thread.
  ///   - chance: a random number, for the delays behind failed attempts.
  public init(
    owner: RedictOwner, reactor: DriverReactor, settings: RedictSettings = RedictSettings(),
    chance: UInt64
  ) {
    self.owner = owner
    self.reactor = reactor
    self.settings = settings
    self.chance = chance
    super.init()
    if settings.cacheOctetsMax > 0 {
      cache = ReplyCache(
        octetsMax: settings.cacheOctetsMax, entriesMax: settings.cacheEntriesMax,
        seed: random(below: .max))
    }
    reactor.add(self)
  }

  /// The number of commands that wait to be sent.
  public var waitingCount: Int { waiting.count + waitingForOwned.count }

  // MARK: Turns

  public override func flush() {
    tellFinished()
    tellActive()
    dispatch()
    wantConnections()
    setWaitTimer()
  }

  public override func expired(tag: UInt32) {
    switch tag {
    case Self.waitTag:
      waitTimer = nil
      failLate()
      reactor.mark(self)
    case Self.attemptTag:
      attemptTimer = nil
      reactor.mark(self)
    default:
      let place = Int(tag - Self.deadlineTag)
      timers[place] = nil
      if let command = timed[place] { deadlineCame(command) }
    }
  }

  // MARK: Commands

  /// Has a command done. Its deadline, if it has one, counts from now until it is completed.
  ///
  /// It fails at once, with the next flush, as `connectionStateMisplaced` when its traits say that it
  /// would change the connection for others, and as `tooManyWaiters`.
  public func submit(_ command: RedictCommand) {
    precondition(command.state == .fresh, "a command is submitted once")
    precondition(command.commandCount > 0 && !command.request.isEmpty, "a request has a command")
    if command.isMisplaced {
      refuse(command, .connectionStateMisplaced)
    } else {
      enqueue(command, needsOwned: command.traits.contains(.blocking))
    }
  }

  /// Takes a connection out of the client for the caller alone, in `command.connection`, until
  /// `release`. The command has no request.
  public func acquire(_ command: RedictCommand) {
    precondition(command.state == .fresh && command.request.isEmpty, "it only asks")
    command.isAcquire = true
    enqueue(command, needsOwned: true)
  }

  /// Has a command done on a connection that was acquired, behind those submitted before.
  public func submit(_ command: RedictCommand, on connection: RedictConnection) {
    precondition(command.state == .fresh, "a command is submitted once")
    guard connection.isAcquired, connection.state == .ready, !connection.isReleasing,
      !connection.isAbandoned
    else {
      refuse(command, .closed)
      return
    }
    if command.traits.contains(.breaksReplies) {
      refuse(command, .connectionStateMisplaced)
      return
    }
    guard connection.exchanges.count < settings.inFlightMax,
      connection.output.isEmpty
        || connection.output.count + command.request.count <= settings.waitingOctetsMax
    else {
      refuse(command, .tooManyWaiters)
      return
    }
    setDeadline(command)
    connection.append(command)
  }

  private func enqueue(_ command: RedictCommand, needsOwned: Bool) {
    if isClosed {
      refuse(command, .closed)
      return
    }
    let octetCount = waiting.octetCount + waitingForOwned.octetCount + command.request.count
    guard waitingCount < settings.waitersMax,
      octetCount <= settings.waitingOctetsMax || waitingCount == 0
    else {
      refuse(command, .tooManyWaiters)
      return
    }
    command.state = .waiting
    command.waitDeadline =
      settings.waitMilliseconds == 0 ? .max : reactor.now &+ settings.waitMilliseconds
    if needsOwned { waitingForOwned.append(command) } else { waiting.append(command) }
    setDeadline(command)
    reactor.mark(self)
  }

  /// Gives a command up, wherever it is. It completes as cancelled with the next flush, and what still
  /// comes for it reaches nobody. Nothing happens when it is over.
  public func cancel(_ command: RedictCommand) {
    withdraw(command, .cancelled)
  }

  /// Takes a command from where it is and completes it with the next flush.
  func withdraw(_ command: RedictCommand, _ failure: RedictFailure) {
    switch command.state {
    case .fresh, .finishing, .finished: return
    case .waiting:
      if needsOwned(command) { waitingForOwned.remove(command) } else { waiting.remove(command) }
    case .sent: command.connection?.abandon(command)
    }
    command.failure = failure
    postpone(command)
  }

  private func needsOwned(_ command: RedictCommand) -> Bool {
    command.isAcquire || command.traits.contains(.blocking)
  }

  private func postpone(_ command: RedictCommand) {
    command.state = .finishing
    finishing.append(command)
    reactor.mark(self)
  }

  func refuse(_ command: RedictCommand, _ failure: RedictFailure) {
    command.failure = failure
    postpone(command)
  }

  /// Completes a command that is in no queue.
  func complete(_ command: RedictCommand) {
    command.state = .finished
    clearDeadline(command)
    if !command.isAcquire || command.failure != nil { command.connection = nil }
    owner.completed(command)
  }

  private func tellFinished() {
    // The owner may cancel others while it is told.
    var position = 0
    while position < finishing.count {
      let command = finishing[position]
      position += 1
      complete(command)
    }
    finishing.removeAll(keepingCapacity: true)
  }

  private func tellActive() {
    while let subscription = alreadyActive.popLast() {
      if subscription.isEnded || subscription.isActive || !areActive(subscription) { continue }
      subscription.isActive = true
      owner.subscriptionActive(subscription)
    }
  }

  /// Puts commands that a closed connection has not done before all others.
  func takeBack(_ commands: inout CommandQueue) {
    var moved: [RedictCommand] = []
    while let command = commands.popFirst() { moved.append(command) }
    for command in moved.reversed() {
      command.connection = nil
      command.state = .waiting
      if settings.waitMilliseconds > 0 {
        command.waitDeadline = reactor.now &+ settings.waitMilliseconds
      }
      if needsOwned(command) {
        waitingForOwned.prepend(command)
      } else {
        waiting.prepend(command)
      }
    }
    if !moved.isEmpty { reactor.mark(self) }
  }

  /// A number that follows from the one the client was made with: SplitMix64.
  func random(below bound: UInt64) -> UInt64 {
    chance &+= 0x9E37_79B9_7F4A_7C15
    var mixed = chance
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return (mixed ^ (mixed >> 31)) % bound
  }

  // MARK: The end

  /// Closes all connections and fails what waits, with the next flush. Subscriptions are over.
  public func close() {
    isClosed = true
    cache?.removeAll()
    failWaiting(.closed)
    for topic in topics.all { topics.remove(topic) }
    changedTopics.removeAll()
    for connection in connections { close(connection) }
    reactor.mark(self)
  }

  /// Closes a connection with the next flush. What is in flight on it fails.
  public func close(_ connection: RedictConnection) {
    connection.isAbandoned = true
    if connection.state != .closed { reactor.mark(connection) }
  }

  /// Takes the client out of the reactor, once it is closed and flushed.
  public func leaveReactor() {
    precondition(isClosed && connections.isEmpty, "a client leaves when it is closed")
    if let timer = waitTimer { reactor.cancelTimer(timer) }
    if let timer = attemptTimer { reactor.cancelTimer(timer) }
    reactor.remove(self)
  }
}
