import NecroHTTP1
import NecroHTTPSemantics
import NecroOctets
import NecroReactor
import NecroRouter
import NecroTLS

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
  /// When the present turn began, in milliseconds of the monotonic clock.
  public internal(set) var now: UInt64
  var accessLog: AccessLog?
  /// A timer is set at whose end a log is tried again that could not be written.
  var accessLogTimerIsSet = false

  var listeners: [Listener] = []
  /// What each listener's connections speak.
  var listenerRoles: [ListenerRole] = []
  /// What the TLS sessions of new connections are made of; those that are open keep theirs.
  public var tls: TLSContext?
  /// TLS handshakes under way.
  var handshakeCount = 0
  /// The port that `redirecting` listeners send requests to.
  public var redirectPort: UInt16 = 443
  /// Accepting has stopped for want of descriptors or of places; it goes on when one is free.
  var acceptIsPaused = false
  /// A timer is set at whose end accepting is tried again.
  var acceptTimerIsSet = false
  var connections: [Connection?] = []
  var freeSlots: [Int] = []
  var nextGeneration: UInt32 = 0
  public internal(set) var connectionCount = 0
  var idleExchanges: [Exchange] = []
  /// Slots of connections that can go on without an event: their response was completed outside a
  /// turn, or they have had their part of one.
  var scheduledSlots: [Int] = []
  private var scheduledPosition = 0
  /// How many of them belong to the present turn; those scheduled meanwhile come in the next.
  private var scheduledEnd = 0

  /// Events of the last wait that were not handled because the application wanted control.
  private var eventCount = 0
  private var eventPosition = 0

  /// Accepting has ended, and connections end with their response.
  public internal(set) var isDraining = false
  /// Octets of content that all exchanges hold.
  var contentOctets = 0
  /// Requests that the connection driven now may still begin in this turn.
  var requestsLeft = 0
  /// Octets that the connection driven now may still receive in this turn.
  var octetsLeft = 0
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

  deinit {
    for case let connection? in connections { connection.disconnect(resetting: false) }
  }

  /// Adds a route; see `RouteTable.add`.
  public func add(
    _ template: Span<UInt8>, methods: MethodSet, route: Int
  ) throws(RouteError) {
    try routes.add(template, methods: methods, route: route)
  }

  /// The application's number of the route that requests are given to that match none; nil where the
  /// server answers them by itself. `Exchange.unmatched` then says what they are to be answered.
  public var fallbackRoute: Int?

  // MARK: Descriptors

  /// Serves the connections of a listener.
  ///
  /// - Parameter role: `secure` needs `tls`.
  public func listen(
    _ listener: Listener, role: ListenerRole = .plain
  ) throws(SystemError) {
    precondition(role != .secure || tls != nil, "a context for TLS")
    try listener.listen()
    try poller.add(
      listener.descriptor, token: Token.listener(listeners.count).rawValue,
      interest: listener.isShared ? [.read, .exclusive] : .read)
    listeners.append(listener)
    listenerRoles.append(role)
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
  /// Does nothing while the last turn is not complete, and does not wait while there is work.
  public func poll(timeoutMilliseconds: Int32) throws(SystemError) {
    if turnIsComplete {
      if scheduledEnd > 0 { scheduledSlots.removeFirst(scheduledEnd) }
      scheduledPosition = 0
      scheduledEnd = scheduledSlots.count
      eventPosition = 0
      eventCount = 0
      // The kernel is asked whatever else there is to do: a connection that always has something must
      // not keep the others from being heard.
      if timeoutMilliseconds == 0 || scheduledEnd > 0 {
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
    }
    now = Clock.monotonicMilliseconds()
    date.refresh()
  }

  /// Hands over what is ready of the application's descriptors, up to the first other thing to do: a
  /// turn that has nothing else can be complete before `process`.
  public func handOverDescriptors() {
    guard scheduledPosition == scheduledEnd else { return }
    while eventPosition < eventCount {
      let event = poller.event(eventPosition)
      guard case .application(let token) = Token(rawValue: event.token) else { return }
      eventPosition += 1
      application.descriptorReady(token: token, readiness: event.readiness)
    }
  }

  /// The second half of a turn: does what was scheduled and what is ready. Returns early, with
  /// `turnIsComplete` false, when the application wants control.
  public func process() {
    while !application.wantsControl {
      if scheduledPosition < scheduledEnd {
        let slot = scheduledSlots[scheduledPosition]
        scheduledPosition += 1
        guard let connection = connections[slot], connection.isScheduled else { continue }
        connection.isScheduled = false
        drive(connection)
      } else if eventPosition < eventCount {
        let event = poller.event(eventPosition)
        eventPosition += 1
        handle(event)
      } else {
        break
      }
    }
    // Octets that came in time are looked at before a timer says that they did not.
    if turnIsComplete {
      expireTimers()
      flushAccessLog()
    }
  }

  /// Whether all is done that was scheduled or ready when the turn began.
  public var turnIsComplete: Bool {
    scheduledPosition == scheduledEnd && eventPosition == eventCount
  }

  /// Whether something is left to be done without waiting, in this turn or the next.
  public var hasWork: Bool {
    scheduledPosition < scheduledSlots.count || eventPosition < eventCount
  }

  /// How long there is nothing to do unless a descriptor becomes ready, in milliseconds: 0 while there
  /// is work, -1 without end.
  public var idleMilliseconds: Int32 {
    hasWork ? 0 : timers.timeoutMilliseconds(now: Clock.monotonicMilliseconds())
  }

  /// The descriptor that another event loop watches, as it is readable when one of the worker's is
  /// ready.
  public var pollDescriptor: Int32 { poller.descriptor }

  /// The last wait was ended by a signal, which the application may want to look at.
  public var wasInterrupted: Bool { poller.wasInterrupted }

  /// Forgets the routes. Requests under way keep theirs.
  public func removeRoutes() {
    routes = RouteTable()
    fallbackRoute = nil
  }

  private func handle(_ event: PollEvent) {
    switch Token(rawValue: event.token) {
    case .connection(let slot, let generation):
      guard slot < connections.count, let connection = connections[slot],
        connection.generation == generation
      else { return }
      connectionReady(connection, event.readiness)
    case .listener(let index):
      // A drain in this same turn has ended listening.
      if index < listeners.count { acceptConnections(index) }
    case .application(let token):
      application.descriptorReady(token: token, readiness: event.readiness)
    case .drain(let descriptor):
      WakeUp.drain(descriptor)
      drain()
    }
  }

  // MARK: Completion

  /// Says that the response to a pending exchange is complete. It is sent in the next turn.
  ///
  /// Called once for each exchange, which is the application's no longer afterwards.
  public func complete(_ exchange: Exchange) {
    precondition(exchange.phase == .responding, "a pending exchange is completed once")
    guard let slot = exchange.slot, let connection = connections[slot] else {
      // Its line was written when the peer went.
      takeBack(exchange)
      return
    }
    responded(exchange)
    schedule(connection)
  }

  /// Sends what has been written of a response that is not complete, in the next turn.
  public func flush(_ exchange: Exchange) {
    if let slot = exchange.slot, let connection = connections[slot] {
      schedule(connection)
    } else {
      // Nobody is there to take it.
      exchange.dropOutput()
    }
  }

  func schedule(_ connection: Connection) {
    if connection.isScheduled { return }
    connection.isScheduled = true
    scheduledSlots.append(connection.slot)
    application.workScheduled()
  }
}
