import NecroPostgres
import Testing

@Suite("Statement traits")
struct StatementTraitsTests {
  private func traits(_ sql: String) throws -> StatementTraits {
    let memory = try MemoryPool()
    return memory.pool.statement([UInt8](sql.utf8).span).traits
  }

  @Test(
    "plain reads",
    arguments: [
      "select 1", "SELECT id, name FROM minions WHERE id = $1", "  -- why\n select 1;  ",
      "/* a /* nested */ comment */ select 1", "values (1), (2)", "table minions",
      "(select 1) union (select 2)", "with a as (select 1) select * from a",
      "select count(*), max(n), coalesce(n, 0) from t group by n having count(*) > 1",
      "select 'insert into t', \"update\" from t", "select $tag$ for update $tag$",
      "select e'it\\'s', 'it''s'", "select substring(name from 1 for 3) from t",
      "select a.b, t.* from s.t a where a.n in (1, 2) and exists (select 1 from u)",
      "select now(), date_trunc('day', d) from t order by (n) limit 5", "select n::numeric(10, 2)",
      "select updated, deleted_at, inserts from t", "select 1;/* the end */",
    ])
  func plainReads(sql: String) throws {
    #expect(try traits(sql) == .plainRead, "\(sql)")
  }

  @Test(
    "no plain reads: they write, lock, call what nobody knows, or are not understood",
    arguments: [
      "insert into t values (1)", "update t set n = 1", "delete from t", "truncate t", "call p()",
      "do $$ begin end $$", "vacuum", "explain analyze delete from t", "create table t (n int)",
      "select * from t for update", "select * from t for no key update",
      "select * from t FOR SHARE", "select * from t for key share", "select 1 into t",
      "select * into t from u", "with a as (insert into t values (1) returning n) select * from a",
      "with a as (delete from t returning n) select n from a",
      "with a as (update t set n = 1 returning n) select n from a",
      "with a as (merge into t using u on true when matched then do nothing) select 1",
      "select pg_sleep(1)", "select nextval('s')", "select s.f(1)", "select \"count\"(1)",
      "select pg_advisory_lock(1)", "select lo_unlink(1)", "select my_function(n) from t",
      "select 1; delete from t", "select 1; select 2", "select 'unterminated", "select \"open",
      "select /* open", "select $a$ open $b$", "select 'back\\slash'", "", ";", "-- nothing",
      "select set_config('a', 'b', false)", "notify bells",
    ])
  func otherStatements(sql: String) throws {
    #expect(try !traits(sql).contains(.plainRead), "\(sql)")
  }

  @Test(
    "what changes the session",
    arguments: [
      "begin", "START TRANSACTION", "commit", "end", "rollback", "abort", "savepoint a",
      "release a", "prepare p as select 1", "deallocate p", "declare c cursor for select 1",
      "fetch c", "move c", "close c", "listen bells", "unlisten *", "reset all", "discard all",
      "load 'lib'", "set a = 1", "set session a = 1", "create temp table t (n int)",
      "create temporary view v as select 1",
    ])
  func sessionChanges(sql: String) throws {
    #expect(try traits(sql) == .changesSession, "\(sql)")
  }

  @Test(
    "what does not change the session", arguments: ["set local a = 1", "create table t (n int)"])
  func localChanges(sql: String) throws {
    #expect(try traits(sql) == [], "\(sql)")
  }

  @Test("copies", arguments: ["copy t from stdin", "/* c */ COPY t TO STDOUT"])
  func copies(sql: String) throws {
    #expect(try traits(sql) == .copy, "\(sql)")
  }
}
