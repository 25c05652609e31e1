import NecroOctets
import NecroPostgres
import NecroReactor
import PostgresSimulation
import Testing

/// States in which a server may say anything.
enum Moment: CaseIterable, Sendable {
  case starting, idle, describing, executing, scripting, copyingIn, copyingOut, fetching, batching,
    cancelled
}

/// A server that does not keep to the protocol: whoever it concerns gets an error, nobody is hurt,
/// and memory stays bounded.
@Suite("Driver, hostile servers")
struct HostileServerTests {
  /// A pool in a state, and the operation that is in flight.
  private func pool(at moment: Moment) throws -> (MemoryPool, NecroPostgres.Operation) {
    let memory = try MemoryPool()
    var operation = memory.query()
    switch moment {
    case .starting:
      memory.pool.submit(operation)
      memory.reactor.flush()
    case .idle:
      memory.attach()
      memory.reply(MemoryPool.welcome)
    case .describing: memory.submit(operation)
    case .executing, .cancelled:
      memory.submit(operation)
      memory.reply(MemoryPool.described)
      if moment == .cancelled {
        memory.pool.cancel(operation)
        memory.reactor.flush()
      }
    case .scripting:
      operation = memory.script("vacuum")
      memory.submit(operation)
    case .copyingIn:
      operation = memory.script("copy graves from stdin", .copyIn)
      memory.submit(operation)
      memory.reply { $0.copyResponse("G", columnCount: 1) }
    case .copyingOut:
      operation = memory.script("copy graves to stdout", .copyOut)
      memory.submit(operation)
      memory.reply { $0.copyResponse("H", columnCount: 1) }
    case .fetching, .batching:
      let acquisition = Operation(.acquire)
      memory.submit(acquisition)
      let session = try #require(acquisition.session)
      if moment == .fetching {
        operation = Operation(.cursorFetch, memory.pool.statement([UInt8]("select 1".utf8).span))
        operation.portal = 1
        memory.pool.submit(operation, on: session)
      } else {
        let other = memory.query("select 2")
        memory.pool.submit(batch: [operation, other], on: session)
        memory.reactor.flush()
        memory.reply {
          for _ in 0..<2 {
            $0.parseComplete()
            $0.parameterDescription([])
            $0.rowDescription([(name: "n", type: 25)])
          }
          $0.readyForQuery("I")
        }
      }
      memory.reactor.flush()
    }
    return (memory, operation)
  }

  /// What must hold after a server has said something, whatever that was.
  private func check(_ memory: MemoryPool, _ operation: NecroPostgres.Operation, _ what: String) {
    // Whether or not the session went on: its end gives everybody an outcome.
    if !memory.connections[0].isClosed { memory.close(memory.connections[0]) }
    memory.advance(milliseconds: 60_000)
    let count = memory.owner.completions[ObjectIdentifier(operation)] ?? 0
    #expect(count <= 1, "\(what): completed \(count) times")
    #expect(!memory.connections.contains { $0.wasUsedAfterClose }, "\(what)")
    #expect(memory.connections[0].isClosed, "\(what)")
  }

  @Test("every type of message in every state", arguments: Moment.allCases)
  func unexpectedMessages(moment: Moment) throws {
    for type in UInt8.min...UInt8.max {
      for body in [[], [0], [0, 0, 0, 0], [0x53, 0x45, 0, 0], [0, 1, 0, 0, 0, 1, 0x61]] as [[UInt8]]
      {
        let (memory, operation) = try pool(at: moment)
        let length = UInt8(body.count + 4)
        memory.reply([type, 0, 0, 0, length] + body)
        check(memory, operation, "\(moment), type \(type), \(body)")
      }
    }
  }

  @Test("well-formed messages where they have no place", arguments: Moment.allCases)
  func misplacedMessages(moment: Moment) throws {
    let messages: [(String, (inout BackendOctets) -> Void)] = [
      ("AuthenticationOk", { $0.authenticationOk() }),
      ("AuthenticationCleartextPassword", { $0.authenticationCleartext() }),
      (
        "AuthenticationMD5Password",
        {
          $0.message("R") {
            $0.int32(5); $0.int32(7)
          }
        }
      ),
      ("BackendKeyData", { $0.backendKeyData(processID: 1, key: [1, 2, 3, 4]) }),
      ("ReadyForQuery in a transaction", { $0.readyForQuery("T") }),
      ("ReadyForQuery", { $0.readyForQuery("I") }),
      (
        "two ReadyForQuery",
        {
          $0.readyForQuery("I"); $0.readyForQuery("I")
        }
      ),
      ("DataRow", { $0.dataRow([[0x61]]) }),
      ("DataRow of many columns", { $0.dataRow([[0x61], nil, [0x62]]) }),
      ("RowDescription", { $0.rowDescription([(name: "n", type: 25), (name: "m", type: 23)]) }),
      ("ParameterDescription", { $0.parameterDescription([25, 25]) }),
      ("NoData", { $0.noData() }), ("ParseComplete", { $0.parseComplete() }),
      ("BindComplete", { $0.bindComplete() }), ("CloseComplete", { $0.closeComplete() }),
      ("PortalSuspended", { $0.portalSuspended() }), ("CopyDone", { $0.copyDone() }),
      ("CopyData", { $0.copyData([0x61]) }),
      ("CopyInResponse", { $0.copyResponse("G", columnCount: 1) }),
      ("CopyOutResponse", { $0.copyResponse("H", columnCount: 1) }),
      ("CopyBothResponse", { $0.copyResponse("W", columnCount: 1) }),
      ("CommandComplete", { $0.commandComplete("SELECT 1") }),
      ("EmptyQueryResponse", { $0.message("I") }),
      ("FunctionCallResponse", { $0.message("V") { $0.int32(-1) } }),
      (
        "NegotiateProtocolVersion",
        {
          $0.message("v") {
            $0.int32(0); $0.int32(0)
          }
        }
      ),
      (
        "ErrorResponse twice",
        {
          $0.error("XX000", "one"); $0.error("XX000", "two")
        }
      ),
      (
        "a FATAL error, and more",
        {
          $0.error("57P01", "bye", severity: "FATAL"); $0.noData()
        }
      ),
    ]
    for (name, body) in messages {
      let (memory, operation) = try pool(at: moment)
      memory.reply { body(&$0) }
      // Whatever it was taken for, nothing of it is a result.
      if operation.isFinished && operation.failure == nil {
        #expect(values(operation) == [], "\(moment), \(name)")
      }
      check(memory, operation, "\(moment), \(name)")
      if moment != .idle && moment != .cancelled {
        #expect(memory.owner.completions[ObjectIdentifier(operation)] == 1 || moment == .starting)
      }
    }
  }

  @Test("authentication after authentication ends the session")
  func authenticationLater() throws {
    for moment in Moment.allCases where moment != .starting {
      let (memory, _) = try pool(at: moment)
      memory.connections[0].forgetSent()
      memory.reply { $0.authenticationCleartext() }
      #expect(memory.connections[0].isClosed, "\(moment)")
      // The password must not be among what was sent.
      let sent = text([UInt8](memory.connections[0].sent).span)
      #expect(!sent.contains("sesame"), "\(moment)")
    }
  }

  @Test(
    "lengths that are negative, too short and too long end the session at once",
    arguments: Moment.allCases)
  func lengths(moment: Moment) throws {
    for type in "12ACDEGHIKNRSTVWZcdnstv".utf8 {
      for length in [Int32.min, -1, 0, 3, .max] {
        let (memory, operation) = try pool(at: moment)
        let octets = (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * Int32($0))) }
        memory.reply([type] + octets)
        let isRefused = memory.connections[0].isClosed
        #expect(isRefused, "\(moment), \(type), length \(length)")
        check(memory, operation, "\(moment), \(type), length \(length)")
      }
    }
  }

  @Test("a long message takes memory only as its octets come")
  func claimedLength() throws {
    let (memory, operation) = try pool(at: .executing)
    // A row of nearly a gigabyte is announced.
    memory.reply([0x44, 0x3F, 0xFF, 0xFF, 0x00, 0, 1] + [UInt8](repeating: 0, count: 100))
    #expect(memory.pool.sessions.count == 1 && !operation.isFinished)
    #expect(memory.pool.sessions[0].bufferedOctetsMax < 1 << 20)
    memory.close()
    #expect(operation.failure?.name == "connectionLost")
  }

  @Test("a result that is too large fails, and is not kept; the session goes on")
  func resultTooLarge() throws {
    let memory = try MemoryPool { $0.resultOctetsMax = 10_000 }
    let operation = memory.query()
    memory.submit(operation)
    memory.reply(MemoryPool.described)
    memory.reply { $0.bindComplete() }
    for _ in 0..<100 {
      memory.reply { for _ in 0..<10 { $0.dataRow([[UInt8](repeating: 0x61, count: 100)]) } }
    }
    #expect(operation.failure?.name == "resultTooLarge" && operation.rows == nil)
    memory.reply {
      $0.commandComplete("SELECT 1000")
      $0.readyForQuery("I")
    }
    memory.advance(milliseconds: 10_000)
    #expect(memory.serves())
  }

  @Test("endless notices, parameters and notifications hold nobody's turn and keep no memory")
  func floods() throws {
    let (memory, operation) = try pool(at: .executing)
    let session = memory.pool.sessions[0]
    memory.owner.notices = 0
    for number in 0..<200 {
      memory.reply {
        for index in 0..<200 {
          $0.notice("notice \(index)")
          $0.parameterStatus("parameter \(number) \(index)", String(repeating: "v", count: 1_000))
          $0.notification("bells", "toll")
        }
      }
    }
    #expect(session.state == .ready)
    #expect(session.parameterCount <= 64)
    #expect(memory.owner.notices <= 200 * memory.pool.settings.noticesPerTurnMax)
    #expect(session.bufferedOctetsMax < 1 << 20)
    memory.reply(MemoryPool.row("mine"))
    #expect(values(operation) == [["mine"]])
  }

  @Test("a server that begins transactions on a shared session, and one that never ends them")
  func endlessTransactions() throws {
    let (memory, operation) = try pool(at: .executing)
    memory.reply {
      $0.bindComplete()
      $0.dataRow([[0x61]])
      $0.commandComplete("SELECT 1")
      $0.readyForQuery("T")
    }
    #expect(operation.failure?.name == "transactionLeftOpen")
    // The ROLLBACK is answered, and still there is a transaction.
    memory.reply {
      $0.commandComplete("ROLLBACK")
      $0.readyForQuery("T")
    }
    #expect(memory.pool.sessions.isEmpty)
    #expect(memory.serves())
  }

  @Test(
    "whoever has authenticated once on a connection does not again", .clause("RFC9266-4.1-1"),
    arguments: [false, true])
  func authenticatesOnce(hasEnded: Bool) throws {
    let memory = try MemoryPool()
    memory.attach()
    let offer: (inout BackendOctets) -> Void = {
      $0.message("R") {
        $0.int32(10)
        $0.string("SCRAM-SHA-256")
        $0.octet(0)
      }
    }
    if hasEnded { memory.reply(MemoryPool.welcome) } else { memory.reply(offer) }
    #expect(!memory.last.isClosed)
    memory.last.forgetSent()
    memory.reply(offer)
    #expect(memory.last.isClosed && memory.last.sent.isEmpty)
  }
}
