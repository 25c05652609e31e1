import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import NecroReactor
import NecroRouter

/// One thread's server: its listeners, connections, timers and buffers. Nothing of it is shared, and
/// nothing on the way of a request takes a lock.
///
/// Call order: `init`, `add` for each route, `listen` for each listener, then `turn` again and
/// again until `isDrained`.
public final class Worker<App: Application> {
  public let application: App
  public let limits: ServerLimits
  var routes = RouteTable()

  var poller: EpollPoller
  var timers: TimerWheel
  let date = DateField()
  var now: UInt64
  var accessLog: AccessLog?

  var listeners: [Listener] = []
  /// Accepting has stopped for want of descriptors or of places; it goes on when one is free.
  var acceptIsPaused = false
  var connections: [Connection?] = []
  var freeSlots: [Int] = []
  var nextGeneration: UInt32 = 0
  public internal(set) var connectionCount = 0
  var idleExchanges: [Exchange] = []
  /// Slots of connections that can go on: their response was completed outside a turn.
  var scheduledSlots: [Int] = []
  var scheduledPosition = 0

  /// Events of the last wait that were not handled because the application wanted control.
  var eventCount = 0
  var eventPosition = 0

  /// Accepting has ended, and connections end with their response.
  public private(set) var isDraining = false
  /// Where octets go that nobody reads.
  var lingerBuffer = OctetBuffer(capacity: 16_384)

  public init(
    application: App, limits: ServerLimits = ServerLimits(), accessLog: AccessLog? = nil
  ) throws(SystemError) {
    self.application = application
    self.limits = limits
    self.accessLog = accessLog
    poller = try EpollPoller()
    now = Clock.monotonicMilliseconds()
    timers = TimerWheel(now: now)
    date.refresh()
  }

  /// Adds a route; see `RouteTable.add`.
  public func add(
    _ template: Span<UInt8>, methods: MethodSet, route: Int
  ) throws(RouteError) {
    try routes.add(template, methods: methods, route: route)
  }

  // MARK: Descriptors

  /// Serves the connections of a listener.
  public func listen(_ listener: Listener) throws(SystemError) {
    try poller.add(
      listener.descriptor, token: Token.listener(listeners.count).rawValue,
      interest: listener.isShared ? [.read, .exclusive] : .read)
    listeners.append(listener)
  }

  /// Has the application told when a descriptor of its own is ready.
  ///
  /// - Parameter token: less than 2^62; given to `Application.descriptorReady`.
  public func add(
    _ descriptor: Int32, token: UInt64, interest: Interest
  ) throws(SystemError) {
    try poller.add(descriptor, token: Token.application(token).rawValue, interest: interest)
  }

  /// Changes what an added descriptor is watched for.
  public func modify(
    _ descriptor: Int32, token: UInt64, interest: Interest
  ) throws(SystemError) {
    try poller.modify(descriptor, token: Token.application(token).rawValue, interest: interest)
  }

  /// Forgets an added descriptor.
  public func remove(_ descriptor: Int32) throws(SystemError) {
    try poller.remove(descriptor)
  }

  // MARK: The turn

  /// Waits for something to do, and does it.
  ///
  /// - Parameter timeoutMilliseconds: how long to wait; 0 not to, -1 without end.
  public func turn(timeoutMilliseconds: Int32) throws(SystemError) {
    try poll(timeoutMilliseconds: timeoutMilliseconds)
    process()
  }

  /// The first half of a turn: waits until there is something to do, at most as long as given.
  /// Returns at once while something is left of the last turn.
  public func poll(timeoutMilliseconds: Int32) throws(SystemError) {
    if hasWork { return }
    eventPosition = 0
    eventCount = 0
    if timeoutMilliseconds == 0 {
      eventCount = try poller.wait(timeoutMilliseconds: 0)
    } else {
      let untilTimer = timers.timeoutMilliseconds(now: now)
      let timeout =
        timeoutMilliseconds < 0
        ? untilTimer : untilTimer < 0 ? timeoutMilliseconds : min(timeoutMilliseconds, untilTimer)
      application.willWait()
      defer { application.didWait() }
      eventCount = try poller.wait(timeoutMilliseconds: timeout)
    }
    now = Clock.monotonicMilliseconds()
    date.refresh()
  }

  /// The second half of a turn: does what is ready. Returns early, with `hasWork` left, when the
  /// application wants control.
  public func process() {
    driveScheduled()
    if application.wantsControl { return }
    while eventPosition < eventCount {
      let event = poller.event(eventPosition)
      eventPosition += 1
      handle(event)
      if application.wantsControl { return }
    }
    expireTimers()
    accessLog?.flush()
  }

  /// Whether something is left to be done without waiting.
  public var hasWork: Bool {
    scheduledPosition < scheduledSlots.count || eventPosition < eventCount
  }

  private func handle(_ event: PollEvent) {
    switch Token(rawValue: event.token) {
    case .connection(let slot, let generation):
      guard slot < connections.count, let connection = connections[slot],
        connection.generation == generation
      else { return }
      connectionReady(connection, event.readiness)
    case .listener(let index):
      acceptConnections(index)
    case .application(let token):
      application.descriptorReady(token: token, readiness: event.readiness)
    case .drain(let descriptor):
      WakeUp.drain(descriptor)
      drain()
    }
  }

  /// Goes on with the connections whose response was completed since the last turn.
  private func driveScheduled() {
    while scheduledPosition < scheduledSlots.count {
      let slot = scheduledSlots[scheduledPosition]
      scheduledPosition += 1
      guard let connection = connections[slot], connection.isScheduled else { continue }
      connection.isScheduled = false
      drive(connection)
      if application.wantsControl { return }
    }
    scheduledPosition = 0
    scheduledSlots.removeAll(keepingCapacity: true)
  }

  private func expireTimers() {
    while let slot = timers.popExpired(now: now) {
      if slot == acceptTimerToken {
        resumeAccepting()
        continue
      }
      if slot == drainTimerToken {
        closeAll()
        continue
      }
      guard let connection = connections[Int(slot)] else { continue }
      timerFired(connection)
    }
  }

  // MARK: Completion

  /// Says that the response to a pending exchange is complete. It is sent in the next turn.
  public func complete(_ exchange: Exchange) {
    guard let slot = exchange.slot, let connection = connections[slot] else {
      takeBack(exchange)
      return
    }
    responded(exchange)
    schedule(connection)
  }

  /// Sends what has been written of a response that is not complete, in the next turn.
  public func flush(_ exchange: Exchange) {
    if let slot = exchange.slot, let connection = connections[slot] { schedule(connection) }
  }

  /// Reads on after the application has taken content from `Exchange.content`.
  public func contentTaken(_ exchange: Exchange) {
    if let slot = exchange.slot, let connection = connections[slot] { schedule(connection) }
  }

  func schedule(_ connection: Connection) {
    if connection.isScheduled { return }
    connection.isScheduled = true
    scheduledSlots.append(connection.slot)
  }

  // MARK: Drain

  /// Has the worker drain when a `WakeUp` of another thread's is signalled.
  ///
  /// - Parameter descriptor: the wake-up's, which its owner keeps open.
  public func drain(on descriptor: Int32) throws(SystemError) {
    try poller.add(descriptor, token: Token.drain(descriptor).rawValue, interest: .read)
  }

  /// Stops accepting and closes each connection once its response is sent. What is open after
  /// `ServerLimits.drainMilliseconds` is closed all the same.
  public func drain() {
    if isDraining { return }
    now = Clock.monotonicMilliseconds()
    isDraining = true
    _ = timers.insert(
      token: drainTimerToken, deadlineMilliseconds: now + limits.drainMilliseconds)
    for index in listeners.indices {
      // The queue's connections were promised a server: they are accepted before it goes.
      acceptConnections(index)
      if !acceptIsPaused { try? poller.remove(listeners[index].descriptor) }
      // A shared listener serves others too; a worker's own one refuses from now on.
      if !listeners[index].isShared { Socket.stopListening(listeners[index].descriptor) }
    }
    listeners.removeAll()
    for case let connection? in connections {
      if connection.exchange == nil {
        if connection.requestCount > 0 {
          close(connection)
        } else {
          setDeadline(connection, now + limits.drainFreshMilliseconds)
        }
      } else {
        connection.exchange?.persists = false
      }
    }
  }

  /// Whether a drain has ended: no connection is left.
  public var isDrained: Bool { isDraining && connectionCount == 0 }

  private func closeAll() {
    for case let connection? in connections { close(connection) }
  }
}

/// What an event of the poller is about, in its 64 bits: the kind in the two highest.
enum Token {
  case connection(slot: Int, generation: UInt32)
  case listener(Int)
  case application(UInt64)
  case drain(Int32)

  init(rawValue: UInt64) {
    let rest = rawValue & (1 << 62 - 1)
    switch rawValue >> 62 {
    case 0: self = .connection(slot: Int(rest & 0xFFFF_FFFF), generation: UInt32(rest >> 32))
    case 1: self = .listener(Int(rest))
    case 2: self = .application(rest)
    default: self = .drain(Int32(rest))
    }
  }

  var rawValue: UInt64 {
    switch self {
    case .connection(let slot, let generation): UInt64(generation) << 32 | UInt64(slot)
    case .listener(let index): 1 << 62 | UInt64(index)
    case .application(let token): 2 << 62 | token
    case .drain(let descriptor): 3 << 62 | UInt64(descriptor)
    }
  }
}
