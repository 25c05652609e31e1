import Foundation
import NecroOctets
import NecroPostgres
import NecroReactor
import PostgresSimulation
import Testing

/// A pool over transports in memory, in virtual time: the test is the server.
final class MemoryPool {
  /// The client's end of a connection: keeps what is sent.
  final class Connection: MemoryTransport {
    private(set) var sent: [UInt8] = []
    /// What a further connection is, for a CancelRequest.
    var sibling: Connection?
    private(set) var siblingCount = 0

    override func accept(_ octets: Span<UInt8>) -> SendResult {
      for index in octets.indices { sent.append(octets[index]) }
      return .octets(octets.count)
    }

    override func openSibling() -> Transport? {
      siblingCount += 1
      return sibling
    }

    func forgetSent() { sent.removeAll() }
  }

  let owner = TestOwner()
  let reactor: DriverReactor
  let pool: Pool
  private(set) var connections: [Connection] = []
  private(set) var now: UInt64 = 1_000
  var authentication = StartupParameters.Authentication.all

  init(_ configure: (inout PoolSettings) -> Void = { _ in }) throws {
    reactor = try DriverReactor(virtualMilliseconds: now)
    var settings = PoolSettings()
    settings.sessionsMax = 1
    configure(&settings)
    pool = Pool(owner: owner, reactor: reactor, settings: settings)
    owner.connect = { [unowned self] pool in attach(answersWanted: true) }
  }

  deinit {
    owner.whenCompleted = { _ in }
    owner.connect = { _ in }
    pool.close()
    reactor.flush()
    if pool.sessions.isEmpty { pool.leaveReactor() }
  }

  @discardableResult
  func attach(answersWanted: Bool = false) -> Session {
    var startup = StartupParameters(user: [UInt8]("grave".utf8))
    startup.password = [UInt8]("sesame".utf8)
    startup.nonce = [UInt8](repeating: 0x61, count: 24)
    startup.authentication = authentication
    startup.deadlineMilliseconds = now + 5_000
    let connection = Connection()
    connections.append(connection)
    return pool.attach(connection, startup, answersWanted: answersWanted)
  }

  var last: Connection { connections[connections.count - 1] }

  /// Has octets arrive at the newest connection, and the pool do what follows.
  func reply(_ octets: [UInt8], to connection: Connection? = nil) {
    let connection = connection ?? last
    connection.arrive(octets)
    connection.announce()
    reactor.flush()
  }

  func reply(to connection: Connection? = nil, _ body: (inout BackendOctets) -> Void) {
    var messages = BackendOctets()
    body(&messages)
    reply(messages.octets, to: connection)
  }

  func close(_ connection: Connection? = nil) {
    let connection = connection ?? last
    connection.arriveEnd()
    connection.announce()
    reactor.flush()
  }

  func advance(milliseconds: UInt64) {
    now += milliseconds
    reactor.advance(toMilliseconds: now)
  }

  /// The octets of a complete start-up.
  static let welcome: [UInt8] = {
    var messages = BackendOctets()
    messages.authenticationOk()
    messages.parameterStatus("server_version", "15.0")
    messages.backendKeyData(processID: 7, key: [1, 2, 3, 4])
    messages.readyForQuery("I")
    return messages.octets
  }()

  /// Submits, and has the connection that this takes opened.
  func submit(_ operation: NecroPostgres.Operation) {
    pool.submit(operation)
    reactor.flush()
    if let session = pool.sessions.first, session.state == .starting { reply(Self.welcome) }
  }

  func query(_ sql: String = "select n from graves") -> NecroPostgres.Operation {
    Operation(.query, pool.statement([UInt8](sql.utf8).span))
  }

  func script(_ sql: String, _ kind: NecroPostgres.Operation.Kind = .script)
    -> NecroPostgres.Operation
  {
    let operation = Operation(kind)
    operation.text = [UInt8](sql.utf8)
    return operation
  }

  /// The description of a statement without parameters and with one column of text.
  static let described: [UInt8] = {
    var messages = BackendOctets()
    messages.parseComplete()
    messages.parameterDescription([])
    messages.rowDescription([(name: "n", type: 25)])
    messages.readyForQuery("I")
    return messages.octets
  }()

  /// The reply to a statement that is described: one row.
  static func row(_ value: String) -> [UInt8] {
    var messages = BackendOctets()
    messages.bindComplete()
    messages.dataRow([[UInt8](value.utf8)])
    messages.commandComplete("SELECT 1")
    messages.readyForQuery("I")
    return messages.octets
  }

  /// Whether the pool serves the next caller, on this session or another.
  func serves() -> Bool {
    let operation = query("select 'next'")
    submit(operation)
    reply(Self.described)
    reply(Self.row("next"))
    return operation.isFinished && values(operation) == [["next"]]
  }
}
