import CClient
import NecroOctets
import NecroPostgres
import NecroPostgresWire
import NecroReactor

typealias Operation = NecroPostgres.Operation

/// What the statement's parameters are.
enum Parameters {
  /// None, one number, or a name and a number.
  case none, id, raise

  init(_ word: [UInt8]) {
    switch word.first {
    case UInt8(ascii: "i"): self = .id
    case UInt8(ascii: "r"): self = .raise
    default: self = .none
    }
  }
}

/// Callers of a pool, each of which has one operation after the other done.
final class Callers: PostgresOwner {
  private var pool: Pool!
  private let address: [CChar]
  private let user: [UInt8]
  private let database: [UInt8]
  private let parameters: Parameters
  private let ids: UInt64
  private var number: UInt64 = 0
  private let name: [UInt8] = [0x4D, 0x6F, 0x72, 0x74, 0x69, 0x6D, 0x65, 0x72]

  /// As in workloads.py.
  private static let step: UInt64 = 7_919

  private var endNanoseconds: UInt64 = 0
  private var operationsLeft: UInt64 = .max
  private(set) var outstanding = 0
  private(set) var count: UInt64 = 0
  private(set) var hasFailed = false
  /// What the columns come to, so that looking at them cannot be left out.
  private(set) var lookedAt: UInt64 = 0

  init(
    address: [CChar], user: [UInt8], database: [UInt8], parameters: Parameters, ids: UInt64,
    reactor: DriverReactor, connections: Int
  ) {
    self.address = address
    self.user = user
    self.database = database
    self.parameters = parameters
    self.ids = ids
    super.init()
    var settings = PoolSettings()
    settings.sessionsMax = connections
    pool = Pool(owner: self, reactor: reactor, settings: settings)
  }

  /// Has callers begin: until a moment or, when `operations` is not 0, so many operations in all.
  func begin(_ text: [UInt8], callers: Int, until end: UInt64, operations: UInt64) {
    endNanoseconds = end
    operationsLeft = operations == 0 ? .max : operations
    count = 0
    for _ in 0..<callers {
      let operation = Operation(.query, pool.statement(text.span))
      operation.reusesRows = true
      submit(operation)
    }
  }

  private func submit(_ operation: Operation) {
    guard operationsLeft > 0, client_nanoseconds() < endNanoseconds || operationsLeft != .max else {
      return
    }
    if operationsLeft != .max { operationsLeft -= 1 }
    outstanding += 1
    pool.submit(operation)
  }

  override func completed(_ operation: Operation) {
    outstanding -= 1
    count += 1
    if operation.failure != nil { hasFailed = true }
    if let rows = operation.rows { look(at: rows) }
    operation.reset()
    submit(operation)
  }

  /// Looks at the last octet of every column of every row.
  private func look(at rows: ResultRows) {
    let octets = rows.octets
    var iterator = DataRowIterator(octets)
    var sum: UInt64 = 0
    while let row = iterator.next() {
      var columns = row.columns
      while columns.remaining > 0 {
        if let value = columns.next(), value.count > 0 {
          sum &+= UInt64(octets[value.offset + value.count - 1])
        }
      }
    }
    lookedAt &+= sum
  }

  override func parameterFormats(of operation: Operation) -> Bind.ParameterFormats { .binary }

  override func encodeParameters(
    of operation: Operation, _ bind: inout Bind, into output: inout OctetBuffer
  ) -> Bool {
    number &+= Self.step
    do throws(FrontendMisuse) {
      switch parameters {
      case .none: break
      case .id: try integer(UInt32(number % ids + 1), &bind, into: &output)
      case .raise:
        let name = name
        try bind.value(name.span, .binary, into: &output)
        try integer(UInt32(number % 1000), &bind, into: &output)
      }
      return true
    } catch {
      return false
    }
  }

  private func integer(
    _ number: UInt32, _ bind: inout Bind, into output: inout OctetBuffer
  ) throws(FrontendMisuse) {
    try bind.beginValue(.binary, into: &output)
    output.append(bigEndian: number)
    try bind.endValue(into: &output)
  }

  override func resultFormat(ofType oid: UInt32) -> TypeFormat { .binary }

  override func connectionWanted(_ pool: Pool) {
    let descriptor = client_connect(address)
    guard descriptor >= 0 else {
      hasFailed = true
      pool.connectionFailed()
      return
    }
    var startup = StartupParameters(user: user)
    startup.database = database
    pool.attach(
      SocketTransport(socket: descriptor, isConnecting: false), startup, answersWanted: true)
  }
}
