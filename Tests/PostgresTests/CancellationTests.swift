import NecroPostgres
import PostgresSimulation
import Testing

/// When a CancelRequest is sent, and when its session is used again: over transports in memory.
@Suite("Driver, cancellation")
struct CancellationTests {
  /// A pool of one session with a statement that is known to be quick.
  private func pool() throws -> (MemoryPool, MemoryPool.Connection) {
    let memory = try MemoryPool()
    let operation = memory.query()
    memory.submit(operation)
    memory.reply(MemoryPool.described)
    memory.reply(MemoryPool.row("first"))
    #expect(operation.isFinished)
    memory.last.forgetSent()
    return (memory, memory.last)
  }

  private func send(_ memory: MemoryPool) -> NecroPostgres.Operation {
    let operation = memory.query()
    memory.pool.submit(operation)
    memory.reactor.flush()
    return operation
  }

  @Test("no CancelRequest where others' statements are in flight: the reply is read and dropped")
  func shared() throws {
    let (memory, connection) = try pool()
    let mine = send(memory)
    let other = send(memory)
    memory.pool.cancel(mine)
    memory.reactor.flush()
    #expect(connection.siblingCount == 0 && mine.failure?.name == "cancelled")
    memory.reply(MemoryPool.row("mine"))
    #expect(!other.isFinished)
    memory.reply(MemoryPool.row("other"))
    #expect(values(other) == [["other"]] && mine.rows == nil)
  }

  @Test("a session is used again once its reply has come and the cancel connection is closed")
  func unshared() throws {
    for repliesFirst in [true, false] {
      let (memory, connection) = try pool()
      let sibling = MemoryPool.Connection()
      connection.sibling = sibling
      let cancelled = send(memory)
      memory.pool.cancel(cancelled)
      memory.reactor.flush()
      #expect(connection.siblingCount == 1)
      // PG protocol-message-formats-CancelRequest
      #expect(sibling.sent == [0, 0, 0, 16, 4, 0xD2, 0x16, 0x2E, 0, 0, 0, 7, 1, 2, 3, 4])
      connection.forgetSent()
      let next = send(memory)
      let steps = [
        { memory.reply(MemoryPool.row("late"), to: connection) }, { memory.close(sibling) },
      ]
      for step in repliesFirst ? steps : steps.reversed() {
        #expect(connection.sent == [], "nothing is sent before both")
        step()
      }
      #expect(!connection.sent.isEmpty && sibling.isClosed)
      memory.reply(MemoryPool.row("next"), to: connection)
      #expect(values(next) == [["next"]])
    }
  }

  /// A pool whose one session is taken, and which knows a statement that is quick and one that is not.
  private func exclusive() throws -> (MemoryPool, MemoryPool.Connection, Session) {
    let (memory, connection) = try pool()
    let acquisition = Operation(.acquire)
    memory.submit(acquisition)
    return (memory, connection, try #require(acquisition.session))
  }

  private func send(
    _ sql: String, _ memory: MemoryPool, on session: Session
  ) -> NecroPostgres.Operation {
    let operation = memory.query(sql)
    memory.pool.submit(operation, on: session)
    memory.reactor.flush()
    return operation
  }

  @Test("on a session of one's own nothing is sent behind what may be slow, so it can be cancelled")
  func exclusiveWithMoreBehind() throws {
    for repliesFirst in [true, false] {
      let (memory, connection, session) = try exclusive()
      let sibling = MemoryPool.Connection()
      connection.sibling = sibling
      // Described, and then executed for the first time: how long it takes is not known.
      let slow = send("select n from slow_graves", memory, on: session)
      memory.reply(MemoryPool.described, to: connection)
      #expect(types(connection.sent) == "PDSBES")
      connection.forgetSent()
      let next = send("select n from graves", memory, on: session)
      #expect(connection.sent == [] && connection.siblingCount == 0)
      memory.pool.cancel(slow)
      memory.reactor.flush()
      #expect(connection.siblingCount == 1 && slow.failure?.name == "cancelled")
      let steps = [
        { memory.reply(to: connection) { self.cancelled(&$0) } }, { memory.close(sibling) },
      ]
      for step in repliesFirst ? steps : steps.reversed() {
        #expect(connection.sent == [], "nothing is sent before both")
        step()
      }
      #expect(types(connection.sent) == "BES")
      memory.reply(MemoryPool.row("next"), to: connection)
      #expect(values(next) == [["next"]])
      memory.pool.release(session)
    }
  }

  private func cancelled(_ messages: inout BackendOctets) {
    messages.error("57014", "canceling statement due to user request")
    messages.readyForQuery("I")
  }

  @Test("what is cancelled behind a quick read is ended once the read is answered")
  func behindAQuickRead() throws {
    let (memory, connection, session) = try exclusive()
    let sibling = MemoryPool.Connection()
    connection.sibling = sibling
    // Described before, and slow as far as anybody knows.
    let first = send("insert into graves values (1)", memory, on: session)
    memory.reply(to: connection) {
      $0.parseComplete()
      $0.parameterDescription([])
      $0.noData()
      $0.readyForQuery("I")
    }
    memory.reply(to: connection) {
      $0.bindComplete()
      $0.commandComplete("INSERT 0 1")
      $0.readyForQuery("I")
    }
    #expect(first.isFinished)
    connection.forgetSent()
    let read = send("select n from graves", memory, on: session)
    let write = send("insert into graves values (1)", memory, on: session)
    #expect(types(connection.sent) == "BESBES", "behind a quick read more is sent")
    memory.pool.cancel(write)
    memory.reactor.flush()
    #expect(connection.siblingCount == 0, "the read is not to be hit")
    memory.reply(MemoryPool.row("read"), to: connection)
    #expect(values(read) == [["read"]] && connection.siblingCount == 1)
    memory.reply(to: connection) { self.cancelled(&$0) }
    memory.close(sibling)
    connection.forgetSent()
    let next = send("select n from graves", memory, on: session)
    memory.reply(MemoryPool.row("next"), to: connection)
    #expect(values(next) == [["next"]])
    memory.pool.release(session)
  }

  @Test("a server that does not end what is cancelled has its session closed")
  func deafServer() throws {
    let (memory, connection, session) = try exclusive()
    let sibling = MemoryPool.Connection()
    connection.sibling = sibling
    let slow = send("select n from graves", memory, on: session)
    let next = send("select n from graves", memory, on: session)
    memory.pool.cancel(slow)
    memory.pool.cancel(next)
    memory.reactor.flush()
    memory.close(sibling)
    let late = send("select n from graves", memory, on: session)
    memory.advance(milliseconds: 4_999)
    #expect(!connection.isClosed && !late.isFinished)
    memory.advance(milliseconds: 1)
    #expect(connection.isClosed && late.failure?.name == "connectionLost")
    guard case .connectionLost(wasSent: false)? = late.failure else {
      Issue.record("nothing of it was sent")
      return
    }
  }

  @Test("what was not sent is taken back without a word to the server")
  func unsent() throws {
    let (memory, connection) = try pool()
    let operation = memory.query()
    memory.pool.submit(operation)
    memory.pool.cancel(operation)
    memory.reactor.flush()
    #expect(operation.failure?.name == "cancelled")
    #expect(connection.sent == [] && connection.siblingCount == 0)
  }

  @Test("a batch has its unknown statements described in one round trip")
  func batchDescriptions() throws {
    let memory = try MemoryPool()
    let acquisition = Operation(.acquire)
    memory.submit(acquisition)
    let session = try #require(acquisition.session)
    let connection = memory.last
    connection.forgetSent()
    let batch = ["select 1", "select 2", "select 1", "select 3"].map { memory.query($0) }
    memory.pool.submit(batch: batch, on: session)
    memory.reactor.flush()
    #expect(types(connection.sent) == "PDPDPDS")
    connection.forgetSent()
    memory.reply {
      for _ in 0..<3 {
        $0.parseComplete()
        $0.parameterDescription([])
        $0.rowDescription([(name: "n", type: 25)])
      }
      $0.readyForQuery("I")
    }
    #expect(types(connection.sent) == "BEBEBEBES")
    memory.reply {
      for number in 0..<4 {
        $0.bindComplete()
        $0.dataRow([[UInt8("\(number)".utf8.first ?? 0)]])
        $0.commandComplete("SELECT 1")
      }
      $0.readyForQuery("I")
    }
    #expect(batch.map { values($0) } == [[["0"]], [["1"]], [["2"]], [["3"]]])
    memory.pool.release(session)
  }

  @Test("a member of a batch that cannot be described fails; nothing of the batch is sent")
  func batchDescriptionFails() throws {
    let memory = try MemoryPool()
    let acquisition = Operation(.acquire)
    memory.submit(acquisition)
    let session = try #require(acquisition.session)
    memory.last.forgetSent()
    let batch = ["select 1", "select nonsense", "select 3"].map { memory.query($0) }
    memory.pool.submit(batch: batch, on: session)
    memory.reactor.flush()
    memory.last.forgetSent()
    memory.reply {
      $0.parseComplete()
      $0.parameterDescription([])
      $0.rowDescription([(name: "n", type: 25)])
      $0.error("42703", "nonsense")
      $0.readyForQuery("I")
    }
    #expect(batch.map { $0.failure?.name } == ["batchAborted", "server", "batchAborted"])
    #expect(memory.last.sent == [])
    memory.pool.release(session)
  }

  /// The types of messages that were sent.
  private func types(_ sent: [UInt8]) -> String {
    var types = ""
    var position = 0
    while position + 5 <= sent.count {
      types.append(Character(Unicode.Scalar(sent[position])))
      position += 1 + sent[position + 1..<position + 5].reduce(0) { $0 << 8 | Int($1) }
    }
    return types
  }
}
