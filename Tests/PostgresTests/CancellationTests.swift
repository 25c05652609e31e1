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
