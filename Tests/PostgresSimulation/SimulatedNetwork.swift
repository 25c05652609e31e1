import NecroOctets
import NecroPostgres
import NecroReactor

/// What goes wrong between the pool and its server, per thousand where it is a chance.
struct Faults {
  var refusesConnection = 0
  var swallowsConnection = 0
  var sendsInPieces = 0
  var isSlow = 0

  static var none: Faults { Faults() }
  static var many: Faults {
    Faults(refusesConnection: 50, swallowsConnection: 10, sendsInPieces: 300, isSlow: 100)
  }
}

/// Connections in memory, over which octets take their time.
final class SimulatedNetwork {
  let clock: VirtualClock
  var random: RandomSource
  var faults = Faults.many
  unowned var server: SimulatedServer!
  private(set) var connections: [SimulatedConnection] = []
  private(set) var openedCount = 0

  /// How long octets that a black hole has swallowed are waited for until the connection is reset, as
  /// keepalive does.
  static var keepaliveMilliseconds: UInt64 { 20_000 }

  init(clock: VirtualClock, random: RandomSource) {
    self.clock = clock
    self.random = random
  }

  /// A connection to the server, which may come to nothing.
  func connect() -> SimulatedConnection {
    let connection = SimulatedConnection(network: self)
    openedCount += 1
    connections.append(connection)
    clock.after(delay()) { [unowned self] in
      if connection.isBlackHole { return }
      if random.perMille(faults.refusesConnection) || !server.isUp {
        connection.transport.openingError = 111
      } else {
        connection.backend = server.accept(connection)
      }
      connection.isOpen = true
    }
    if random.perMille(faults.swallowsConnection) { connection.swallow() }
    return connection
  }

  func delay() -> UInt64 {
    if random.perMille(faults.isSlow) { return UInt64(random.below(random.perMille(50) ? 200 : 6)) }
    return 0
  }

  /// Tells the pool's sources what they are ready for, as a poller would that reports levels.
  func announce() {
    // Others may be opened meanwhile.
    for connection in connections where connection.isOpen { connection.announce() }
    connections.removeAll { $0.isOver }
  }
}

/// A connection: the client's end, and what is under way in both directions.
final class SimulatedConnection {
  /// The client's end.
  final class Transport: MemoryTransport {
    unowned let connection: SimulatedConnection

    init(_ connection: SimulatedConnection) {
      self.connection = connection
      super.init(isOpening: true)
    }

    override func accept(_ octets: Span<UInt8>) -> SendResult { connection.send(octets) }

    override func openSibling() -> NecroPostgres.Transport? {
      let network = connection.network
      if network.random.perMille(20) { return nil }
      network.server.simulation.statistics.cancelConnections += 1
      return network.connect().transport
    }

    override func close() {
      super.close()
      connection.clientClosed()
    }
  }

  let network: SimulatedNetwork
  private(set) var transport: Transport!
  var backend: SimulatedBackend?
  var isOpen = false
  private(set) var isBlackHole = false
  /// Octets under way to the server, of which there is room for so many.
  private var sendingCount = 0
  private let sendingMax: Int
  private var lastToServer: UInt64 = 0
  private var lastToClient: UInt64 = 0
  private var announced: Readiness = []

  init(network: SimulatedNetwork) {
    self.network = network
    sendingMax = network.random.perMille(200) ? 300 : 1 << 17
    transport = Transport(self)
  }

  var isOver: Bool { transport.isClosed && backend == nil }

  func announce() {
    if transport.isClosed { return }
    let readiness = transport.readiness
    // To have room is news once; that there are octets is told until they are taken.
    let isNews = readiness.rawValue & ~Readiness.writable.rawValue != 0 || readiness != announced
    announced = readiness
    if isNews { transport.announce() }
  }

  // MARK: To the server

  func send(_ octets: Span<UInt8>) -> SendResult {
    var count = min(octets.count, sendingMax - sendingCount)
    if count > 1 && network.random.perMille(network.faults.sendsInPieces) {
      count = 1 + network.random.below(count)
    }
    if count <= 0 {
      transport.isFull = true
      announced = []
      return .wouldBlock
    }
    sendingCount += count
    let taken = (0..<count).map { octets[$0] }
    let now = network.clock.now
    lastToServer = max(lastToServer, now + network.delay())
    network.clock.after(lastToServer - now) { [self] in
      if isBlackHole { return }
      sendingCount -= count
      transport.isFull = false
      if !transport.isReset { backend?.receive(taken) }
    }
    return .octets(count)
  }

  func clientClosed() {
    let now = network.clock.now
    lastToServer = max(lastToServer, now + network.delay())
    // A server behind a black hole finds out by its own keepalive.
    let delay = isBlackHole ? SimulatedNetwork.keepaliveMilliseconds : lastToServer - now
    network.clock.after(delay) { [self] in
      backend?.clientGone()
      backend = nil
    }
  }

  // MARK: To the client

  /// Octets of the server, which arrive in pieces.
  func deliver(_ octets: [UInt8]) {
    var begin = 0
    while begin < octets.count {
      var end = octets.count
      if end - begin > 1 && network.random.perMille(network.faults.sendsInPieces) {
        end = begin + 1 + network.random.below(end - begin)
      }
      let piece = octets[begin..<end]
      later { [self] in if !isBlackHole { transport.arrive(piece) } }
      begin = end
    }
  }

  private func later(_ action: @escaping () -> Void) {
    let now = network.clock.now
    lastToClient = max(lastToClient, now + network.delay())
    network.clock.after(lastToClient - now, action)
  }

  /// The server has closed the connection, behind what it has sent.
  func end() {
    backend = nil
    later { [self] in if !isBlackHole { transport.arriveEnd() } }
  }

  /// The connection is gone at once.
  func reset() {
    backend?.clientGone()
    backend = nil
    transport.reset()
  }

  /// Swallows what is sent from now on.
  func swallow() {
    isBlackHole = true
    network.clock.after(SimulatedNetwork.keepaliveMilliseconds) { [self] in
      if isOpen {
        reset()
      } else {
        transport.openingError = 110
        isOpen = true
      }
    }
  }
}
