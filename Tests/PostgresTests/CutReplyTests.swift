import NecroOctets
import NecroPostgres
import NecroReactor
import PostgresSimulation
import Testing

/// Replies that come in pieces, slowly, not at all, or end in the middle.
@Suite("Driver, replies in pieces")
struct CutReplyTests {
  /// Everything a server says from the start-up to the end of a query with a notice among its rows.
  private static let script: [[UInt8]] = {
    var answer = BackendOctets()
    answer.bindComplete()
    answer.dataRow([[UInt8]("first".utf8)])
    answer.notice("between")
    answer.dataRow([[UInt8]("second".utf8)])
    answer.commandComplete("SELECT 2")
    answer.readyForQuery("I")
    return [MemoryPool.welcome, MemoryPool.described, answer.octets]
  }()

  @Test("a connection that ends at any octet: lost, once, and the next caller is served")
  func cutAnywhere() throws {
    let total = Self.script.reduce(0) { $0 + $1.count }
    for resets in [false, true] {
      for cut in 0..<total {
        let memory = try MemoryPool()
        let operation = memory.query()
        memory.pool.submit(operation)
        memory.reactor.flush()
        var left = cut
        for part in Self.script where left > 0 {
          memory.reply([UInt8](part.prefix(left)))
          left -= min(left, part.count)
        }
        let connection = memory.connections[0]
        if resets {
          connection.reset()
          connection.announce()
          memory.reactor.flush()
        } else {
          memory.close(connection)
        }
        if cut < MemoryPool.welcome.count {
          // Nothing was sent for it: it waits for the next connection.
          #expect(!operation.isFinished && memory.connections.count == 2, "cut at \(cut)")
          memory.reply(MemoryPool.welcome)
          memory.reply(MemoryPool.described)
          memory.reply(Self.script[2])
          #expect(values(operation) == [["first"], ["second"]], "cut at \(cut)")
        } else if operation.isFinished {
          guard case .connectionLost(let wasSent)? = operation.failure else {
            Issue.record("cut at \(cut): \(String(describing: operation.failure))")
            continue
          }
          #expect(wasSent, "cut at \(cut)")
          #expect(operation.rows == nil || operation.failure != nil)
        } else {
          // What had been sent for it was its description: nothing has taken effect.
          #expect(cut < MemoryPool.welcome.count + MemoryPool.described.count, "cut at \(cut)")
        }
        #expect(!connection.wasUsedAfterClose)
      }
    }
  }

  @Test("a server that answers an octet at a time is understood")
  func octetwise() throws {
    let memory = try MemoryPool()
    let operation = memory.query()
    memory.pool.submit(operation)
    memory.reactor.flush()
    memory.connections[0].receivedOctetsMax = 1
    for part in Self.script {
      for octet in part { memory.reply([octet]) }
    }
    #expect(values(operation) == [["first"], ["second"]])
    #expect(memory.owner.notices == 1)
  }

  @Test("an operation ends by its deadline at a server that never answers; then its session does")
  func neverAnswers() throws {
    let memory = try MemoryPool()
    let operation = memory.query()
    operation.deadlineMilliseconds = memory.now + 300
    memory.submit(operation)
    memory.advance(milliseconds: 299)
    #expect(!operation.isFinished)
    memory.advance(milliseconds: 2)
    #expect(operation.failure?.name == "timedOut")
    // Its reply may still come, and nobody else is to get it: nothing is sent on that session.
    let next = memory.query()
    memory.pool.submit(next)
    memory.advance(milliseconds: 1)
    #expect(memory.connections.count == 1)
    memory.advance(milliseconds: memory.pool.settings.cancelMilliseconds)
    #expect(memory.connections[0].isClosed && memory.connections.count == 2)
    memory.reply(MemoryPool.welcome)
    memory.reply(MemoryPool.described)
    memory.reply(MemoryPool.row("later"))
    #expect(values(next) == [["later"]])
  }

  @Test("a start-up that is never completed ends by its deadline")
  func neverWelcomes() throws {
    let memory = try MemoryPool { $0.waitMilliseconds = 8_000 }
    let operation = memory.query()
    memory.pool.submit(operation)
    memory.reactor.flush()
    memory.owner.connect = { _ in }
    memory.advance(milliseconds: 5_001)
    #expect(memory.connections[0].isClosed)
    #expect(memory.owner.closedSessions.first?.failure?.name == "timedOut")
    #expect(!operation.isFinished)
    memory.advance(milliseconds: 3_001)
    #expect(operation.failure?.name == "waitTimedOut")
  }

  @Test("a late reply of a cancelled operation reaches nobody")
  func lateReply() throws {
    let memory = try MemoryPool()
    let first = memory.query()
    memory.submit(first)
    memory.reply(MemoryPool.described)
    memory.pool.cancel(first)
    let second = memory.query()
    memory.pool.submit(second)
    memory.reactor.flush()
    #expect(first.failure?.name == "cancelled" && !second.isFinished)
    memory.reply(MemoryPool.row("first's"))
    #expect(!second.isFinished)
    memory.reply(MemoryPool.row("second's"))
    #expect(values(second) == [["second's"]] && first.rows == nil)
  }
}
