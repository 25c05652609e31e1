import NecroOctets
import NecroRESP
import NecroReactor

/// A connection to a server.
///
/// Exchanges are answered in the order in which they were sent, whoever still waits for them. The file
/// says what a connection is; `ConnectionGreeting`, `ConnectionReceiving`, `ConnectionSending`,
/// `ConnectionMessages` and `ConnectionEnd` what it does.
public final class RedictConnection: DriverSource {
  public enum Role: UInt8, Sendable {
    /// Commands of all callers.
    case shared
    /// One caller at a time.
    case owned
    /// Messages.
    case subscriber
  }

  public enum State: UInt8, Sendable {
    case connecting
    /// The server is being told who comes.
    case greeting
    case ready
    case closed
  }

  public unowned(unsafe) let client: RedictClient
  let transport: RedictTransport
  let greeting: RedictGreeting
  public let role: Role
  var decoder: RESPDecoder
  var output = OctetBuffer()
  var exchanges = ExchangeQueue()

  public internal(set) var state = State.connecting
  /// Why it is closed, once it is.
  public internal(set) var failure: RedictFailure?
  /// What HELLO was answered, as `RESPReader` reads it; empty in version 2.
  public internal(set) var hello: [UInt8] = []
  /// What the owner knows the connection by.
  public final var ownerToken: UInt = 0
  /// What the connection speaks.
  public var version: RESPVersion { decoder.version }

  /// Whether `RedictClient.acquire` has given it away.
  public internal(set) var isAcquired = false
  /// It is used again only if this is false: commands have changed what later ones mean.
  var isChanged = false
  var isInTransaction = false
  var isReleasing = false
  /// Closed with the next flush.
  var isAbandoned = false
  var isListedIdle = false
  /// Whether the server tells what changes of that which is read through it.
  var isTracking = false
  /// Of one that was acquired from a router, the slot of all its keys; negative for any.
  var boundSlot = -1

  /// Octets of `output` that were ever sent.
  var sentCount: UInt64 = 0
  var isBlockedOnSend = false
  /// Nothing is received while the owner has enough of messages.
  var isPaused = false
  /// When octets last came.
  var heardMilliseconds: UInt64 = 0
  /// Whether it has ever answered anything behind its greeting.
  var hasAnswered = false
  var greetingTimer: TimerWheel.TimerID?
  var pingTimer: TimerWheel.TimerID?
  /// Set while octets are there of which the descriptor does not tell.
  var bufferedTimer: TimerWheel.TimerID?

  static var greetingTag: UInt32 { 1 }
  static var pingTag: UInt32 { 2 }
  static var bufferedTag: UInt32 { 3 }

  init(
    client: RedictClient, transport: RedictTransport, greeting: RedictGreeting, role: Role
  ) {
    self.client = client
    self.transport = transport
    self.greeting = greeting
    self.role = role
    decoder = RESPDecoder(limits: client.settings.replyLimits)
    super.init()
  }

  /// Whether it takes a further command of all callers.
  func takesMore(_ octetCount: Int) -> Bool {
    state == .ready && !isAbandoned && exchanges.count < client.settings.inFlightMax
      && (output.isEmpty || output.count + octetCount <= client.settings.outputOctetsMax)
  }

  /// Whether an owned connection may be given to anybody.
  var isFree: Bool {
    role == .owned && state == .ready && !isAbandoned && !isAcquired && exchanges.isEmpty
      && !isChanged && !isInTransaction
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
      client.reactor.mark(self)
    }
    if readiness.rawValue & ~Readiness.writable.rawValue != 0 { receive() }
  }

  public override func expired(tag: UInt32) {
    if tag == Self.greetingTag {
      greetingTimer = nil
      if state != .ready { end(.timedOut) }
    } else if tag == Self.bufferedTag {
      bufferedTimer = nil
      receive()
    } else {
      pingTimer = nil
      ping()
    }
  }

  public override func flush() {
    if state == .closed { return }
    if isAbandoned {
      end(.closed)
      return
    }
    // What was received before messages were paused.
    if role == .subscriber { takeValues() }
    waitForBuffered()
    send()
    if state == .closed { return }
    if isReleasing && exchanges.isEmpty {
      isReleasing = false
      client.ownedIsDone(self)
    }
    updateInterest()
  }

  func updateInterest() {
    if state == .closed || state == .connecting { return }
    var interest: Interest = isPaused ? [] : .read
    if isBlockedOnSend || transport.hasUnsentOctets { interest.formUnion(.write) }
    client.reactor.setInterest(self, interest)
  }
}
