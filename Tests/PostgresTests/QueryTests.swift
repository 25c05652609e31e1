import CLinux
import Foundation
import NecroOctets
import NecroPostgres
import NecroPostgresWire
import TestSupport
import Testing

@Suite("Driver, queries", .enabled(if: PrivateServer.isInstalled))
struct QueryTests {
  @Test("a query with parameters returns rows; its statement is prepared once per session")
  func query() throws {
    let live = try LivePool()
    #expect(live.rows("select $1::int + 1, $2::text", ["41", nil]) == [["42", nil]])
    #expect(live.rows("select $1::int + 1, $2::text", ["1", "x"]) == [["2", "x"]])
    #expect(live.rows("select count(*) from pg_prepared_statements") == [["2"]])
    #expect(live.pool.sessions.count == 1)
    let none = live.run(live.query("select 1 where false"))
    #expect(none.rows?.count == 0 && none.rows?.layout.columns.count == 1)
    #expect(text(none.commandTag) == "SELECT 0" && none.affectedRows == 0)
  }

  @Test("an error is its operation's alone")
  func errors() throws {
    let live = try LivePool { $0.sessionsMax = 1 }
    let operations = [
      live.query("select 1"), live.query("select 1/0"), live.query("select nonsense"),
      live.query("select 2"),
    ]
    for operation in operations { live.pool.submit(operation) }
    #expect(live.wait { operations.allSatisfy(\.isFinished) })
    #expect(values(operations[0]) == [["1"]])
    #expect(sqlState(operations[1]) == "22012")
    #expect(sqlState(operations[2]) == "42703")
    #expect(values(operations[3]) == [["2"]])
  }

  @Test("ways of authentication", arguments: ["clear", "digest", "salted"])
  func authentication(user: String) throws {
    let admin = try LivePool()
    admin.run(
      admin.script(
        "set password_encryption = '\(user == "digest" ? "md5" : "scram-sha-256")'; "
          + "drop role if exists \(user); create role \(user) login password 'sesame'"))
    let right = try LivePool(user: user, password: "sesame")
    #expect(right.rows("select current_user::text") == [[user]])
    let wrong = try LivePool(user: user, password: "wrong")
    wrong.owner.connect = { [unowned wrong] pool in
      guard wrong.owner.connectionsWanted == 1, let socket = try? wrong.server.connect() else {
        return
      }
      pool.attach(
        SocketTransport(socket: socket, isConnecting: false), wrong.startup, answersWanted: true)
    }
    wrong.pool.submit(wrong.query("select 1"))
    #expect(wrong.wait { !wrong.owner.closedSessions.isEmpty })
    guard case .server(let error)? = wrong.owner.closedSessions.first?.failure else {
      Issue.record("refused by the server")
      return
    }
    #expect(error.has(.sqlState, "28P01"))
  }

  @Test("a transaction owns its session, and is rolled back when it is left open")
  func transaction() throws {
    let live = try LivePool()
    live.run(live.script("drop table if exists graves; create table graves (id int primary key)"))
    let session = try live.acquire()
    live.run(live.script("begin"), on: session)
    live.run(live.query("insert into graves values ($1)", ["1"]), on: session)
    #expect(live.rows("select count(*) from graves", on: session) == [["1"]])
    #expect(live.rows("select count(*) from graves") == [["0"]])
    #expect(session.transactionStatus == .inTransaction)
    live.pool.release(session)
    #expect(live.wait { !session.isExclusive })
    #expect(live.rows("select count(*) from graves") == [["0"]])
  }

  @Test("what begins a transaction on a shared session is rolled back and told")
  func leftOpen() throws {
    let live = try LivePool { $0.sessionsMax = 1 }
    let begin = live.run(live.query("begin"))
    #expect(begin.failure?.name == "transactionLeftOpen")
    #expect(live.rows("select 1") == [["1"]])
    #expect(live.pool.sessions.map(\.transactionStatus) == [.idle])
  }

  @Test("a plan that a change of the table made stale is prepared again, outside a transaction")
  func stalePlan() throws {
    let live = try LivePool { $0.sessionsMax = 1 }
    live.run(
      live.script(
        "drop table if exists crypt; create table crypt (a int); insert into crypt values (1)"))
    #expect(live.rows("select * from crypt") == [["1"]])
    live.run(live.script("alter table crypt add column b text default 'x'"))
    #expect(live.rows("select * from crypt") == [["1", "x"]])
    live.run(live.script("deallocate all"))
    #expect(live.rows("select * from crypt") == [["1", "x"]])
    let session = try live.acquire()
    live.run(live.script("begin; alter table crypt drop column b"), on: session)
    let failed = live.run(live.query("select * from crypt"), on: session)
    #expect(sqlState(failed) == "0A000", "in a transaction nothing is tried again")
    live.pool.release(session)
    #expect(live.rows("select * from crypt") == [["1", "x"]])
  }

  @Test("a table that changes between two sessions' preparing is read as it is")
  func changedColumns() throws {
    let live = try LivePool { $0.sessionsMax = 2 }
    live.run(
      live.script(
        "drop table if exists tomb; create table tomb (a int); insert into tomb values (7)"))
    #expect(live.rows("select * from tomb") == [["7"]])
    live.run(live.script("alter table tomb alter column a type text using 'seven'"))
    let held = try live.acquire()
    // The second session has not prepared it.
    let other = live.run(live.query("select * from tomb"))
    #expect(values(other) == [["seven"]])
    #expect(other.rows?.layout.columns.first?.typeOID == 25)
    live.pool.release(held)
  }

  @Test(
    "prepared statements are limited per session, and the pool's statements are",
    .clause("PG-protocol-flow-ext-query-2"))
  func eviction() throws {
    let live = try LivePool {
      $0.sessionsMax = 1
      $0.preparedStatementsMax = 4
      $0.statementsMax = 6
    }
    for round in 0..<3 {
      for number in 0..<10 {
        #expect(live.rows("select \(number)") == [["\(number)"]], "round \(round)")
      }
    }
    let count = live.rows("select count(*) from pg_prepared_statements")
    #expect(Int(count[0][0] ?? "") ?? 99 <= 4)
  }

  @Test("unnamed mode prepares nothing")
  func unnamed() throws {
    let live = try LivePool {
      $0.sessionsMax = 1
      $0.preparedStatementsMax = 0
    }
    for _ in 0..<3 { #expect(live.rows("select $1::int * 2", ["21"]) == [["42"]]) }
    #expect(live.rows("select count(*) from pg_prepared_statements") == [["0"]])
  }

  @Test("a batch has one Sync: an error undoes all of it")
  func batch() throws {
    let live = try LivePool()
    live.run(live.script("drop table if exists urns; create table urns (id int primary key)"))
    let session = try live.acquire()
    let insert = "insert into urns values ($1) returning id"
    let good = [live.query(insert, ["1"]), live.query(insert, ["2"]), live.query("select 5")]
    live.pool.submit(batch: good, on: session)
    #expect(live.wait { good.allSatisfy(\.isFinished) })
    #expect(good.map(values) == [[["1"]], [["2"]], [["5"]]])
    let bad = [
      live.query(insert, ["3"]), live.query(insert, ["1"]), live.query(insert, ["4"]),
    ]
    live.pool.submit(batch: bad, on: session)
    #expect(live.wait { bad.allSatisfy(\.isFinished) })
    #expect(bad[0].failure == nil && sqlState(bad[1]) == "23505")
    #expect(bad[2].failure?.name == "batchAborted")
    #expect(live.rows("select count(*) from urns", on: session) == [["2"]])
    live.pool.release(session)
  }

  @Test("a cursor fetches in pieces", .clause("PG-protocol-flow-ext-query-4"))
  func cursor() throws {
    let live = try LivePool()
    let session = try live.acquire()
    live.run(live.script("begin"), on: session)
    let statement = live.pool.statement([UInt8]("select generate_series(1, 25)".utf8).span)
    let open = Operation(.cursorOpen, statement)
    open.portal = live.pool.nextPortal()
    open.rowsMax = 10
    live.run(open, on: session)
    #expect(open.rows?.count == 10 && open.isSuspended)
    var counts: [Int] = []
    for _ in 0..<2 {
      let fetch = Operation(.cursorFetch, statement)
      fetch.portal = open.portal
      fetch.rowsMax = 10
      live.run(fetch, on: session)
      counts.append(fetch.rows?.count ?? -1)
      #expect(fetch.isSuspended == (counts.count == 1))
    }
    #expect(counts == [10, 5])
    let end = Operation(.cursorClose)
    end.portal = open.portal
    #expect(live.run(end, on: session).failure == nil)
    live.pool.release(session)
  }

  @Test("COPY in and out, with backpressure")
  func copy() throws {
    let live = try LivePool { $0.copyOctetsMax = 1 << 16 }
    live.run(live.script("drop table if exists bones; create table bones (n int, t text)"))
    let session = try live.acquire()
    let copy = live.script("copy bones from stdin", .copyIn)
    live.pool.submit(copy, on: session)
    #expect(live.wait { live.owner.copyRooms == 1 })
    let line = [UInt8]("1\t\(String(repeating: "x", count: 500))\n".utf8)
    var held = 0
    for _ in 0..<5_000 {
      let isTaken = live.pool.copy(copy, line.span)
      #expect(isTaken)
      if !live.pool.hasCopyRoom(copy) {
        held += 1
        let rooms = live.owner.copyRooms
        #expect(live.wait { live.owner.copyRooms > rooms })
      }
    }
    #expect(held > 0)
    live.pool.finishCopy(copy)
    #expect(live.wait { copy.isFinished } && copy.failure == nil && copy.affectedRows == 5_000)

    let out = live.run(live.script("copy bones to stdout", .copyOut), on: session)
    #expect(out.failure == nil && live.owner.copied.count == line.count * 5_000)

    let failed = live.script("copy bones from stdin", .copyIn)
    live.pool.submit(failed, on: session)
    let rooms = live.owner.copyRooms
    #expect(live.wait { live.owner.copyRooms > rooms })
    live.pool.failCopy(failed, reason: [UInt8]("no more bones".utf8).span)
    #expect(live.wait { failed.isFinished } && sqlState(failed) == "57014")
    #expect(
      live.run(live.script("select 1", .copyIn), on: session).failure?.name == "copyMisplaced")
    #expect(
      live.run(live.query("copy bones to stdout"), on: session).failure?.name == "copyMisplaced")
    let inScript = live.run(live.script("copy bones from stdin"), on: session)
    #expect(sqlState(inScript) == "57014")
    #expect(live.rows("select 1", on: session) == [["1"]])
    live.pool.release(session)
  }

  @Test("notifications and notices")
  func notifications() throws {
    let live = try LivePool()
    let session = try live.acquire()
    live.run(live.script("listen bells; do $$ begin raise notice 'ding'; end $$"), on: session)
    #expect(live.owner.notices == 1)
    live.run(live.script("notify bells, 'toll'"))
    #expect(live.wait { live.owner.notifications == ["bells:toll"] })
    live.pool.release(session, resetting: true)
    #expect(live.wait { !session.isExclusive })
    live.run(live.script("notify bells, 'again'"))
    #expect(live.rows("select 1") == [["1"]])
    #expect(live.owner.notifications == ["bells:toll"])
  }

  @Test("types that the owner does not know hold the statement back until they are known")
  func unknownTypes() throws {
    let live = try LivePool { $0.sessionsMax = 1 }
    live.run(live.script("drop type if exists mood; create type mood as enum ('grim')"))
    let oid = try #require(UInt32(live.rows("select 'mood'::regtype::oid")[0][0] ?? ""))
    live.owner.unknownTypes = [oid]
    let operation = live.query("select 'grim'::mood")
    live.pool.submit(operation)
    #expect(live.wait { live.owner.typesWanted.count == 1 })
    // The one session is free for the owner's own query.
    #expect(live.rows("select count(*) from pg_enum where enumtypid = \(oid)") == [["1"]])
    live.owner.unknownTypes = []
    live.pool.typesKnown(operation)
    #expect(live.wait { operation.isFinished } && values(operation) == [["grim"]])

    let session = try live.acquire()
    live.run(live.script("begin; create type spirit as enum ('pale')"), on: session)
    let own = try #require(
      UInt32(live.rows("select 'spirit'::regtype::oid", on: session)[0][0] ?? ""))
    live.owner.unknownTypes = [own]
    let first = live.query("select 'pale'::spirit")
    let second = live.query("select 2")
    live.pool.submit(first, on: session)
    live.pool.submit(second, on: session)
    #expect(live.wait { live.owner.typesWanted.count == 2 })
    let lookup = live.query("select count(*) from pg_enum where enumtypid = \(own)")
    lookup.goesFirst = true
    #expect(values(live.run(lookup, on: session)) == [["1"]])
    #expect(!second.isFinished)
    live.pool.typesKnown(first)
    #expect(live.wait { second.isFinished } && values(first) == [["pale"]])
    live.pool.release(session)
  }

  @Test("an owner that cannot encode has its operation back, and nobody else is hurt")
  func ownerFails() throws {
    let live = try LivePool { $0.sessionsMax = 1 }
    _ = live.rows("select $1::int", ["1"])
    live.owner.refusesToEncode = true
    #expect(live.run(live.query("select $1::int", ["1"])).failure?.name == "ownerFailed")
    live.owner.refusesToEncode = false
    #expect(live.run(live.query("select $1::int", [])).failure?.name == "ownerFailed")
    #expect(live.rows("select $1::int", ["2"]) == [["2"]])
    #expect(live.run(live.query("select 1\0")).failure?.name == "misuse")
    #expect(live.rows("select 3") == [["3"]])
  }
}
