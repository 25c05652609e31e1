import CLinux
import Foundation
import NecroOctets
import NecroPostgres
import NecroPostgresWire
import NecroReactor
import Testing

/// Foundation has one of its own.
typealias Operation = NecroPostgres.Operation

/// An owner whose parameters are text, and which writes down what it is told.
final class TestOwner: PostgresOwner {
  var arguments: [ObjectIdentifier: [String?]] = [:]
  var completions: [ObjectIdentifier: Int] = [:]
  /// Kept, so that none has the identity of another.
  private var completed: [Operation] = []
  var encodings = 0
  var refusesToEncode = false
  var format = TypeFormat.text
  var unknownTypes: Set<UInt32> = []
  var typesWanted: [Operation] = []
  var notifications: [String] = []
  var notices = 0
  var closedSessions: [Session] = []
  var copyRooms = 0
  var copied: [UInt8] = []
  /// Takes nothing of what a copy out brings.
  var leavesCopied = false
  var connectionsWanted = 0
  /// What a pool of a test does when it wants a connection.
  var connect: (Pool) -> Void = { _ in }
  var whenCompleted: (Operation) -> Void = { _ in }

  override func encodeParameters(
    of operation: Operation, _ bind: inout Bind, into output: inout OctetBuffer
  ) -> Bool {
    encodings += 1
    if refusesToEncode { return false }
    do throws(FrontendMisuse) {
      for argument in arguments[ObjectIdentifier(operation)] ?? [] {
        if let argument {
          let octets = [UInt8](argument.utf8)
          try bind.value(octets.span, .text, into: &output)
        } else {
          try bind.null(into: &output)
        }
      }
      return true
    } catch {
      return false
    }
  }

  override func resultFormat(ofType oid: UInt32) -> TypeFormat {
    unknownTypes.contains(oid) ? .unknown : format
  }
  override func typesWanted(_ operation: Operation) { typesWanted.append(operation) }
  override func completed(_ operation: Operation) {
    completions[ObjectIdentifier(operation), default: 0] += 1
    completed.append(operation)
    whenCompleted(operation)
  }
  override func copyOctetsArrived(_ operation: Operation) {
    if leavesCopied { return }
    let octets = operation.copySpan
    for index in octets.indices { copied.append(octets[index]) }
    operation.copyOctets.removeAll()
  }
  override func copyRoomMade(_ operation: Operation) { copyRooms += 1 }
  override func connectionWanted(_ pool: Pool) {
    connectionsWanted += 1
    connect(pool)
  }
  override func sessionClosed(_ session: Session) { closedSessions.append(session) }
  override func notified(
    _ session: Session, processID: Int32, channel: Span<UInt8>, payload: Span<UInt8>
  ) {
    notifications.append(text(channel) + ":" + text(payload))
  }
  override func noticed(_ session: Session, fields: Span<UInt8>) { notices += 1 }
}

func text(_ octets: Span<UInt8>) -> String {
  String(decoding: octets.indices.map { octets[$0] }, as: UTF8.self)
}

/// A pool on the private server, driven by the test's thread.
final class LivePool {
  let owner = TestOwner()
  let reactor: DriverReactor
  let pool: Pool
  let server: PrivateServer
  var startup: StartupParameters

  init(
    user: String = "grave", password: String = "",
    _ configure: (inout PoolSettings) -> Void = { _ in }
  ) throws {
    server = try #require(PrivateServer.shared)
    reactor = try DriverReactor()
    var settings = PoolSettings()
    settings.sessionsMax = 4
    configure(&settings)
    pool = Pool(owner: owner, reactor: reactor, settings: settings)
    startup = StartupParameters(user: [UInt8](user.utf8))
    startup.database = [UInt8]("postgres".utf8)
    startup.password = [UInt8](password.utf8)
    startup.nonce = (0..<24).map { _ in UInt8.random(in: 0...255) }
    owner.connect = { [unowned self] pool in
      do {
        let socket = try self.server.connect()
        pool.attach(
          SocketTransport(socket: socket, isConnecting: false), self.startup, answersWanted: true)
      } catch {
        pool.connectionFailed()
      }
    }
  }

  deinit {
    owner.whenCompleted = { _ in }
    pool.close()
    reactor.flush()
    if pool.sessions.isEmpty { pool.leaveReactor() }
  }

  /// Waits on the reactor's one descriptor, as a host does, until `condition` holds.
  func wait(seconds: Double = 20, _ condition: () -> Bool) -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    reactor.flush()
    while !condition() {
      let left = end.timeIntervalSinceNow
      if left <= 0 { return false }
      var poll = pollfd(fd: reactor.descriptor, events: Int16(POLLIN), revents: 0)
      _ = Foundation.poll(&poll, 1, Int32(min(left * 1000, 100)))
      do { try reactor.turn() } catch { return false }
    }
    return true
  }

  func query(_ sql: String, _ arguments: [String?] = []) -> Operation {
    let octets = [UInt8](sql.utf8)
    let operation = Operation(.query, pool.statement(octets.span))
    owner.arguments[ObjectIdentifier(operation)] = arguments
    return operation
  }

  func script(_ sql: String, _ kind: Operation.Kind = .script) -> Operation {
    let operation = Operation(kind)
    operation.text = [UInt8](sql.utf8)
    return operation
  }

  @discardableResult
  func run(_ operation: Operation, on session: Session? = nil) -> Operation {
    if let session { pool.submit(operation, on: session) } else { pool.submit(operation) }
    #expect(wait { operation.isFinished }, "completed in time")
    return operation
  }

  func rows(_ sql: String, _ arguments: [String?] = [], on session: Session? = nil) -> [[String?]] {
    values(run(query(sql, arguments), on: session))
  }

  func acquire() throws -> Session {
    try #require(run(Operation(.acquire)).session)
  }
}

/// The rows of a result in text format.
func values(_ operation: Operation) -> [[String?]] {
  guard let rows = operation.rows else { return [] }
  var values: [[String?]] = []
  let octets = rows.octets
  var iterator = DataRowIterator(octets)
  while let row = iterator.next() {
    var columns = row.columns
    var value: [String?] = []
    while columns.remaining > 0 {
      value.append(columns.next().map { text(octets.octets($0)) })
    }
    values.append(value)
  }
  return values
}

func sqlState(_ operation: Operation) -> String? {
  guard case .server(let error)? = operation.failure else { return nil }
  let fields = error.fields
  guard let slice = ErrorFields.value(of: .sqlState, in: fields.span) else { return nil }
  return text(fields.span.octets(slice))
}

extension OperationFailure {
  /// The case's name, to compare with.
  var name: String { String(describing: self).prefix { $0 != "(" }.description }
}
