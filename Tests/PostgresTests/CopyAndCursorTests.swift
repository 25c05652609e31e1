import Foundation
import NecroPostgres
import Testing

/// Copies and cursors that end before they are complete.
@Suite("Driver, copies and cursors that are cut short", .enabled(if: PrivateServer.isInstalled))
struct CopyAndCursorTests {
  private func begin(
    _ sql: String, _ kind: NecroPostgres.Operation.Kind, _ live: LivePool, _ session: Session
  ) -> NecroPostgres.Operation {
    let operation = live.script(sql, kind)
    let rooms = live.owner.copyRooms
    live.pool.submit(operation, on: session)
    if kind == .copyIn { #expect(live.wait { live.owner.copyRooms > rooms }) }
    return operation
  }

  private func pool(table: String) throws -> (LivePool, Session) {
    let live = try LivePool { $0.copyOctetsMax = 1 << 16 }
    live.run(live.script("drop table if exists \(table); create table \(table) (n int)"))
    return (live, try live.acquire())
  }

  private func copies(_ live: LivePool, _ operation: NecroPostgres.Operation, _ text: String)
    -> Bool
  {
    let octets = [UInt8](text.utf8)
    return live.pool.copy(operation, octets.span)
  }

  @Test("a copy in that is cancelled is undone, and its session goes on")
  func cancelCopyIn() throws {
    let (live, session) = try pool(table: "urns_in")
    let copy = begin("copy urns_in from stdin", .copyIn, live, session)
    #expect(copies(live, copy, "1\n2\n"))
    live.reactor.flush()
    live.pool.cancel(copy)
    #expect(live.wait { copy.isFinished } && copy.failure?.name == "cancelled")
    #expect(!copies(live, copy, "3\n"))
    #expect(live.rows("select count(*) from urns_in", on: session) == [["0"]])
    live.pool.release(session)
  }

  @Test("what is asked behind a copy in waits until the copy is over")
  func behindCopyIn() throws {
    let (live, session) = try pool(table: "urns_behind")
    let copy = begin("copy urns_behind from stdin", .copyIn, live, session)
    let behind = live.query("select count(*) from urns_behind")
    live.pool.submit(behind, on: session)
    #expect(copies(live, copy, "1\n"))
    #expect(!live.wait(seconds: 0.2) { behind.isFinished })
    #expect(copies(live, copy, "2\n"))
    live.pool.finishCopy(copy)
    #expect(live.wait { behind.isFinished && copy.isFinished })
    #expect(copy.affectedRows == 2 && values(behind) == [["2"]])
    live.pool.release(session)
  }

  @Test("an error in the middle of a copy in ends it; what is copied then is dropped")
  func errorInCopyIn() throws {
    let (live, session) = try pool(table: "urns_bad")
    let copy = begin("copy urns_bad from stdin", .copyIn, live, session)
    #expect(copies(live, copy, "1\nno number\n"))
    // The server reads ahead: it says so only once it has enough, or the copy's end.
    for _ in 0..<20_000 where !copies(live, copy, "2\n") { break }
    live.pool.finishCopy(copy)
    #expect(live.wait { copy.isFinished } && sqlState(copy) == "22P02")
    #expect(!copies(live, copy, "3\n"))
    #expect(live.rows("select count(*) from urns_bad", on: session) == [["0"]])
    live.pool.release(session)
  }

  @Test("a copy out that is cancelled ends at the server, and its session goes on")
  func cancelCopyOut() throws {
    let (live, session) = try pool(table: "urns_out")
    let copy = begin(
      "copy (select generate_series(1, 2000000000)) to stdout", .copyOut, live, session)
    #expect(live.wait { live.owner.copied.count > 1 << 16 })
    live.pool.cancel(copy)
    #expect(live.wait { copy.isFinished } && copy.failure?.name == "cancelled")
    #expect(live.rows("select 1", on: session) == [["1"]])
    live.pool.release(session)
  }

  @Test("a copy out that nobody takes is cancelled as well")
  func cancelPausedCopyOut() throws {
    let (live, session) = try pool(table: "urns_paused")
    live.owner.leavesCopied = true
    let copy = begin(
      "copy (select generate_series(1, 2000000000)) to stdout", .copyOut, live, session)
    #expect(live.wait { copy.copyOctets.count > 1 << 16 })
    // It is not read any further.
    #expect(!live.wait(seconds: 0.3) { copy.copyOctets.count > 1 << 20 })
    live.pool.cancel(copy)
    #expect(live.wait { copy.isFinished } && copy.failure?.name == "cancelled")
    live.owner.leavesCopied = false
    #expect(live.rows("select 1", on: session) == [["1"]])
    live.pool.release(session)
  }

  @Test("an error in the middle of a copy out comes behind what was copied")
  func errorInCopyOut() throws {
    let (live, session) = try pool(table: "urns_out_bad")
    let copy = begin(
      "copy (select 1 / (30000 - n) from generate_series(1, 60000) n) to stdout", .copyOut, live,
      session)
    #expect(live.wait { copy.isFinished } && sqlState(copy) == "22012")
    #expect(!live.owner.copied.isEmpty)
    #expect(live.rows("select 1", on: session) == [["1"]])
    live.pool.release(session)
  }

  @Test("a connection that is lost in a copy or with a cursor fails that, once")
  func lost() throws {
    for kind in [Operation.Kind.copyIn, .copyOut, .cursorFetch] {
      let (live, session) = try pool(table: "urns_lost")
      live.owner.leavesCopied = true
      let operation: NecroPostgres.Operation
      switch kind {
      case .copyIn: operation = begin("copy urns_lost from stdin", .copyIn, live, session)
      case .copyOut:
        operation = begin(
          "copy (select generate_series(1, 2000000000)) to stdout", .copyOut, live, session)
        #expect(live.wait { operation.copyOctets.count > 1 << 16 })
      default:
        live.run(live.script("begin"), on: session)
        let statement = live.pool.statement(
          [UInt8]("select n, pg_sleep(n - 1)::text from generate_series(1, 2) n".utf8).span)
        let open = Operation(.cursorOpen, statement)
        open.portal = live.pool.nextPortal()
        open.rowsMax = 1
        #expect(live.run(open, on: session).isSuspended)
        operation = Operation(.cursorFetch, statement)
        operation.portal = open.portal
        live.pool.submit(operation, on: session)
        live.reactor.flush()
      }
      _ = live.rows("select pg_terminate_backend(\(session.processID))")
      live.owner.leavesCopied = false
      live.pool.copyOctetsTaken(operation)
      operation.copyOctets.removeAll()
      live.pool.copyOctetsTaken(operation)
      #expect(live.wait { operation.isFinished }, "\(kind)")
      #expect(
        sqlState(operation) == "57P01" || operation.failure?.name == "connectionLost", "\(kind)")
      #expect(live.owner.completions[ObjectIdentifier(operation)] == 1, "\(kind)")
      #expect(live.rows("select 1") == [["1"]], "\(kind)")
      let refused = live.run(live.query("select 1"), on: session)
      // Whoever comes late is told what the session ended with, and that nothing was sent.
      var isUnsent = false
      if case .connectionLost(wasSent: false) = refused.failure { isUnsent = true }
      #expect(sqlState(refused) == "57P01" || isUnsent, "\(kind)")
    }
  }

  @Test("a cursor that is closed early, or whose fetch fails, leaves its session usable")
  func cursors() throws {
    let (live, session) = try pool(table: "urns_cursor")
    for isClosed in [true, false] {
      live.run(live.script("begin"), on: session)
      let statement = live.pool.statement(
        [UInt8]("select 1 / (15 - n) from generate_series(1, 100) n".utf8).span)
      let open = Operation(.cursorOpen, statement)
      open.portal = live.pool.nextPortal()
      open.rowsMax = 10
      #expect(live.run(open, on: session).rows?.count == 10 && open.isSuspended)
      if isClosed {
        let end = Operation(.cursorClose)
        end.portal = open.portal
        #expect(live.run(end, on: session).failure == nil)
        #expect(live.rows("select 1", on: session) == [["1"]])
      }
      let fetch = Operation(.cursorFetch, statement)
      fetch.portal = open.portal
      fetch.rowsMax = 10
      live.run(fetch, on: session)
      #expect(sqlState(fetch) == (isClosed ? "34000" : "22012"))
      live.run(live.script("rollback"), on: session)
      #expect(live.rows("select 1", on: session) == [["1"]])
    }
    live.pool.release(session)
  }

  @Test("a fetch that is cancelled ends at the server, and its session goes on")
  func cancelFetch() throws {
    let (live, session) = try pool(table: "urns_fetch")
    live.run(live.script("begin"), on: session)
    let statement = live.pool.statement(
      [UInt8]("select n, pg_sleep((n - 1) * 600)::text from generate_series(1, 2) n".utf8).span)
    let open = Operation(.cursorOpen, statement)
    open.portal = live.pool.nextPortal()
    open.rowsMax = 1
    #expect(live.run(open, on: session).isSuspended)
    let fetch = Operation(.cursorFetch, statement)
    fetch.portal = open.portal
    live.pool.submit(fetch, on: session)
    #expect(!live.wait(seconds: 0.2) { fetch.isFinished })
    live.pool.cancel(fetch)
    #expect(live.wait { fetch.isFinished } && fetch.failure?.name == "cancelled")
    live.run(live.script("rollback"), on: session)
    #expect(live.rows("select 1", on: session) == [["1"]])
    live.pool.release(session)
  }
}
