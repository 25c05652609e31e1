import Foundation
import NecroPostgres
import Testing

/// What may wait behind what: each would stall, or wait for itself, without the rule.
@Suite("Driver, pipelining", .enabled(if: PrivateServer.isInstalled))
struct PipelineTests {
  /// A pool that knows its statements to be quick, so that only the rules keep them apart.
  private func pool(table: String, sessions: Int) throws -> LivePool {
    let live = try LivePool {
      $0.sessionsMax = sessions
      $0.quickNanoseconds = .max / 2
      $0.stalledNanoseconds = .max / 2
    }
    live.run(
      live.script(
        "drop table if exists \(table); create table \(table) (id int primary key, n int);"
          + "insert into \(table) values (1, 1)"))
    for sql in ["select 1", "select n from \(table) where id = 1"] {
      for _ in 0..<3 { _ = live.rows(sql) }
    }
    return live
  }

  /// Somebody in a transaction holds a lock that a statement of the pool waits for. To end, it needs
  /// an answer of the pool first.
  private func endsTransactionBehind(
    _ statement: String, lock: String, table: String, avoidsShared: Bool = false
  ) throws {
    let live = try pool(table: table, sessions: 3)
    let session = try live.acquire()
    live.run(live.script("begin; \(lock)"), on: session)
    let blocked = live.query(statement)
    live.pool.submit(blocked)
    let read = live.query("select 1")
    read.avoidsShared = avoidsShared
    live.pool.submit(read)
    #expect(live.wait { read.isFinished }, "waits behind \(statement)")
    #expect(!blocked.isFinished && values(read) == [["1"]])
    live.run(live.script("commit"), on: session)
    #expect(live.wait { blocked.isFinished } && blocked.failure == nil)
    live.pool.release(session)
  }

  @Test("nothing is queued behind a write")
  func write() throws {
    try endsTransactionBehind(
      "update ropes set n = 2 where id = 1", lock: "update ropes set n = 3", table: "ropes")
  }

  @Test("nothing is queued behind a locking read")
  func lockingRead() throws {
    try endsTransactionBehind(
      "select n from knots where id = 1 for update", lock: "update knots set n = 3", table: "knots")
  }

  @Test("nothing is queued behind a statement that calls what nobody knows")
  func unknownFunction() throws {
    try endsTransactionBehind(
      "select pg_advisory_xact_lock_shared(77)", lock: "select pg_advisory_xact_lock(77)",
      table: "bells")
  }

  @Test("nothing is queued behind a statement that is not measured yet")
  func unmeasured() throws {
    try endsTransactionBehind(
      "select n as never_before from nooses where id = 1", lock: "lock table nooses",
      table: "nooses")
  }

  @Test("whoever has a transaction open waits behind nobody, not even a quick read")
  func avoidsShared() throws {
    try endsTransactionBehind(
      "select n from chains where id = 1", lock: "lock table chains", table: "chains",
      avoidsShared: true)
  }

  @Test("a read may wait behind a quick one; behind one that takes long nothing more is queued")
  func stalled() throws {
    let live = try LivePool {
      $0.sessionsMax = 3
      $0.quickNanoseconds = .max / 2
    }
    live.run(
      live.script("drop table if exists gates; create table gates (n int)"))
    for sql in ["select 1", "select n from gates"] {
      for _ in 0..<3 { _ = live.rows(sql) }
    }
    let session = try live.acquire()
    live.run(live.script("begin; lock table gates"), on: session)
    let blocked = live.query("select n from gates")
    let behind = live.query("select 1")
    live.pool.submit(blocked)
    live.pool.submit(behind)
    // Both at once: the second is on the way behind the first, on the one session that is there.
    let shared = live.wait(seconds: 0.3) { behind.isFinished }
    let later = live.query("select 1")
    live.pool.submit(later)
    #expect(live.wait { later.isFinished } && !blocked.isFinished)
    #expect(live.pool.sessions.count <= 3)
    live.run(live.script("commit"), on: session)
    #expect(live.wait { blocked.isFinished && behind.isFinished }, "\(shared)")
    live.pool.release(session)
  }

  @Test("a statement that turns out to be slow is not waited behind any more")
  func slow() throws {
    let live = try LivePool { $0.sessionsMax = 2 }
    live.run(live.script("drop table if exists moons; create table moons (n int)"))
    live.run(live.script("insert into moons select generate_series(1, 2000)"))
    let sql = "select count(*) from moons a, moons b where a.n < b.n"
    for _ in 0..<3 { _ = live.rows(sql) }
    _ = live.rows("select 1")
    let long = live.query(sql)
    let short = live.query("select 1")
    live.pool.submit(long)
    live.pool.submit(short)
    var shortCameFirst = false
    #expect(
      live.wait {
        if short.isFinished && !long.isFinished { shortCameFirst = true }
        return short.isFinished && long.isFinished
      })
    #expect(shortCameFirst)
  }

  @Test("waiting for a session has a deadline, and so many may wait")
  func waiting() throws {
    let live = try LivePool {
      $0.sessionsMax = 1
      $0.waitMilliseconds = 100
      $0.waitersMax = 2
    }
    let session = try live.acquire()
    let operations = (0..<3).map { _ in live.query("select 1") }
    for operation in operations { live.pool.submit(operation) }
    #expect(live.wait { operations.allSatisfy(\.isFinished) })
    #expect(
      operations.map { $0.failure?.name } == ["waitTimedOut", "waitTimedOut", "tooManyWaiters"])
    live.pool.release(session)
    #expect(live.rows("select 1") == [["1"]])
  }

  @Test("a statement ends by its deadline, and the server is told; its session is used again")
  func deadline() throws {
    let live = try LivePool { $0.sessionsMax = 1 }
    let before = live.rows("select pg_backend_pid()")
    let operation = live.query("select pg_sleep(600)")
    operation.deadlineMilliseconds = live.reactor.now + 200
    #expect(live.run(operation).failure?.name == "timedOut")
    #expect(live.rows("select pg_backend_pid()") == before)
  }

  @Test("a statement that is cancelled ends at the server; its session is used again")
  func cancel() throws {
    let live = try LivePool { $0.sessionsMax = 1 }
    let before = live.rows("select pg_backend_pid()")
    let operation = live.query("select pg_sleep(600)")
    live.pool.submit(operation)
    #expect(!live.wait(seconds: 0.2) { operation.isFinished })
    live.pool.cancel(operation)
    #expect(live.wait { operation.isFinished } && operation.failure?.name == "cancelled")
    #expect(live.rows("select pg_backend_pid()") == before)
  }

  @Test(
    "on a session of one's own, what was asked behind a cancelled statement gets its own answer")
  func cancelAhead() throws {
    let live = try LivePool()
    let session = try live.acquire()
    let first = live.query("select pg_sleep(600)")
    let second = live.query("select 'mine'")
    live.pool.submit(first, on: session)
    live.pool.submit(second, on: session)
    #expect(!live.wait(seconds: 0.1) { first.isFinished })
    live.pool.cancel(first)
    #expect(live.wait { second.isFinished } && values(second) == [["mine"]])
    #expect(first.failure?.name == "cancelled")
    live.pool.release(session)
  }

  @Test("what is cancelled in a transaction ends at the server, whatever waits behind it")
  func cancelInTransaction() throws {
    let live = try LivePool()
    let session = try live.acquire()
    for round in 0..<30 {
      live.run(live.script("begin"), on: session)
      // Some end by themselves just when the request comes.
      let first = live.query("select pg_sleep(\(round % 2 == 0 ? 600 : 0.01))")
      let second = live.query("select 'mine'")
      live.pool.submit(first, on: session)
      live.pool.submit(second, on: session)
      _ = live.wait(seconds: 0.01) { first.isFinished }
      live.pool.cancel(first)
      #expect(live.wait { second.isFinished })
      #expect(values(second) == [["mine"]] || sqlState(second) == "25P02")
      live.run(live.script("rollback"), on: session)
      #expect(live.rows("select 'next'", on: session) == [["next"]])
    }
    live.pool.release(session)
  }

  @Test("a session that is retired answers what it has, and another takes its place")
  func retire() throws {
    let live = try LivePool { $0.sessionsMax = 1 }
    let before = live.rows("select pg_backend_pid()")
    let operation = live.query("select 'last', pg_sleep(0.1)::text")
    live.pool.submit(operation)
    live.reactor.flush()
    live.pool.retire(live.pool.sessions[0])
    #expect(live.wait { operation.isFinished } && operation.failure == nil)
    #expect(live.rows("select pg_backend_pid()") != before)
    #expect(live.pool.sessions.count == 1)
  }

  @Test("a session that the server ends fails what it was doing, once; the next caller has another")
  func terminated() throws {
    let live = try LivePool { $0.sessionsMax = 2 }
    let operation = live.query("select pg_sleep(600)")
    live.pool.submit(operation)
    #expect(!live.wait(seconds: 0.2) { operation.isFinished })
    let pid = live.pool.sessions[0].processID
    _ = live.rows("select pg_terminate_backend(\(pid))")
    #expect(live.wait { operation.isFinished })
    #expect(sqlState(operation) == "57P01" || operation.failure?.name == "connectionLost")
    #expect(live.owner.completions[ObjectIdentifier(operation)] == 1)
    #expect(live.rows("select 1") == [["1"]])
  }
}
