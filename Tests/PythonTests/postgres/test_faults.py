"""Servers that are killed, restarted and that refuse statements: one clear exception for whoever is
concerned, and a pool that recovers by itself. Docs/postgres.md lists the outcomes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import necro.postgres as pg
import pytest
from necro._private_servers import PrivatePostgres
from recovery import recovers, run_within, until_gone

LARGE = "SELECT repeat('x', 1000) AS x, n FROM generate_series(1, 10000000) AS n"


@pytest.fixture(scope="module")
def server() -> Iterator[PrivatePostgres]:
    """A server of these tests' own, which they kill."""
    with PrivatePostgres(settings={"synchronous_commit": "on"}) as started:
        started.run_sql("CREATE TABLE kept (n int PRIMARY KEY)")
        yield started


# What a caller is in the middle of when its server is killed: a coroutine that calls `kill` there.
type Kill = Callable[[], Awaitable[None]]


async def _query(db: pg.Database, kill: Kill) -> None:
    call = asyncio.ensure_future(db.fetch_value("SELECT pg_sleep(60)"))
    await _until_active(db)
    await kill()
    await call


async def _transaction(db: pg.Database, kill: Kill) -> None:
    async with db.transaction() as tx:
        await tx.execute("INSERT INTO kept VALUES (1)")
        await kill()
        await tx.execute("INSERT INTO kept VALUES (2)")


async def _transaction_that_is_not_used(db: pg.Database, kill: Kill) -> None:
    async with db.transaction() as tx:
        await tx.execute("INSERT INTO kept VALUES (3)")
        await kill()
        await until_gone(db, {tx.process_id})


async def _copy_in(db: pg.Database, kill: Kill) -> None:
    async def lines() -> AsyncIterator[bytes]:
        yield b"4\n"
        await kill()
        for number in range(5, 10_000_000):
            yield b"%d\n" % number

    await db.copy_in("COPY kept FROM STDIN", lines())


async def _copy_out(db: pg.Database, kill: Kill) -> None:
    is_killed = False
    async for _ in db.copy_out(f"COPY ({LARGE}) TO STDOUT"):
        if not is_killed:
            await kill()
            is_killed = True


async def _cursor(db: pg.Database, kill: Kill) -> None:
    is_killed = False
    async for _ in db.stream(LARGE, rows=10):
        if not is_killed:
            await kill()
            is_killed = True


async def _batch(db: pg.Database, kill: Kill) -> None:
    async def killing() -> None:
        await _until_active(db)
        await kill()

    killer = asyncio.ensure_future(killing())
    try:
        async with db.batch() as batch:
            batch.execute("INSERT INTO kept VALUES (10)")
            batch.execute("SELECT pg_sleep(60)")
    finally:
        await killer


async def _until_active(db: pg.Database) -> None:
    """Waits until a statement of somebody's sleeps in the server."""
    running = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    while not await db.fetch_value(running):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "middle",
    [_query, _transaction, _transaction_that_is_not_used, _copy_in, _copy_out, _cursor, _batch],
)
def test_a_server_that_is_killed_is_a_lost_connection_and_the_pool_recovers(
    server: PrivatePostgres, middle: Callable[[pg.Database, Kill], Awaitable[None]]
) -> None:
    async def kill() -> None:
        await asyncio.to_thread(server.kill)

    async def main() -> None:
        async with pg.connect(server.url, pool_max=4) as db:
            try:
                # A backend may live long enough to say that its postmaster has gone.
                said = "connection to Postgres|unexpected postmaster exit"
                with pytest.raises((pg.ConnectionLost, pg.AdminShutdown), match=said):
                    await middle(db, kill)
            finally:
                await asyncio.to_thread(server.start)
            await recovers(db)
            # Neither was anything of it kept, nor was it done again.
            assert await db.fetch_value("SELECT count(*) FROM kept") == 0

    run_within(main())


def test_a_call_waits_for_a_server_that_comes_back(server: PrivatePostgres) -> None:
    async def main() -> None:
        async with pg.connect(server.url) as db:
            await asyncio.to_thread(server.stop)
            waiting = asyncio.ensure_future(db.fetch_value("SELECT 1"))
            await asyncio.sleep(0.3)
            assert not waiting.done()
            await asyncio.to_thread(server.start)
            assert await waiting == 1

    run_within(main())


def test_a_restart_is_said_by_the_server_and_the_pool_recovers(server: PrivatePostgres) -> None:
    async def main() -> None:
        async with pg.connect(server.url, pool_max=3) as db:
            call = asyncio.ensure_future(db.fetch_value("SELECT pg_sleep(60)"))
            await _until_active(db)
            await asyncio.to_thread(server.restart)
            with pytest.raises(pg.AdminShutdown, match="terminating connection"):
                await call
            await recovers(db)

    run_within(main())


def test_the_crash_of_one_backend_ends_all_and_the_pool_recovers(server: PrivatePostgres) -> None:
    async def main() -> None:
        async with pg.connect(server.url, pool_max=3) as db, db.connection() as own:
            other = asyncio.ensure_future(db.fetch_value("SELECT pg_sleep(60)"))
            await _until_active(db)
            call = own.fetch_value("SELECT pg_sleep(60)")
            os.kill(own.process_id, signal.SIGKILL)
            for lost in (call, other):
                with pytest.raises(pg.ConnectionLost) as raised:
                    await lost
                assert raised.value.was_sent
            await recovers(db)

    run_within(main())


def test_a_backend_that_is_terminated_concerns_its_caller_alone(server: PrivatePostgres) -> None:
    async def main() -> None:
        async with pg.connect(server.url) as db, db.connection() as own:
            call = own.fetch_value("SELECT pg_sleep(60)")
            await _until_active(db)
            assert await db.fetch_value("SELECT pg_terminate_backend($1)", own.process_id)
            with pytest.raises(pg.AdminShutdown) as raised:
                await call
            assert raised.value.severity == "FATAL"
            assert raised.value.query == "SELECT pg_sleep(60)"
            # What comes later is told the same: nothing of it was sent.
            with pytest.raises(pg.AdminShutdown):
                await own.fetch_value("SELECT 1")
            assert await db.fetch_value("SELECT 1") == 1

    run_within(main())


def test_a_transaction_whose_idle_backend_is_terminated_says_so(server: PrivatePostgres) -> None:
    async def main() -> None:
        async with pg.connect(server.url) as db:

            async def within() -> None:
                async with db.transaction() as tx:
                    await tx.execute("INSERT INTO kept VALUES (11)")
                    await db.execute("SELECT pg_terminate_backend($1)", tx.process_id)
                    await until_gone(db, {tx.process_id})
                    await tx.execute("INSERT INTO kept VALUES (12)")

            with pytest.raises(pg.AdminShutdown):
                await within()
            assert await db.fetch_value("SELECT count(*) FROM kept") == 0

    run_within(main())


def test_idle_sessions_that_are_terminated_concern_nobody(server: PrivatePostgres) -> None:
    async def main() -> None:
        async with pg.connect(server.url, pool_min=3) as db, pg.connect(server.url) as other:
            doomed = {each.process_id for each in db.connections()}
            assert len(doomed) == 3
            await other.execute(
                "SELECT pg_terminate_backend(p) FROM unnest($1::int[]) p", [*doomed]
            )
            await until_gone(db, doomed)
            assert (
                await asyncio.gather(*(db.fetch_value("SELECT 1") for _ in range(10))) == [1] * 10
            )

    run_within(main())


def test_a_deadlock_is_told_to_one_and_the_other_goes_on(server: PrivatePostgres) -> None:
    async def main() -> None:
        async with pg.connect(server.url) as db:
            await db.script("DROP TABLE IF EXISTS locks; CREATE TABLE locks AS SELECT 1 AS n")
            await db.script("INSERT INTO locks VALUES (2)")
            both = asyncio.Barrier(2)

            async def take(first: int, second: int) -> None:
                update = "UPDATE locks SET n = n WHERE n = $1"
                async with db.transaction() as tx:
                    await tx.execute(update, first)
                    await both.wait()
                    await tx.execute(update, second)

            ended = await asyncio.gather(take(1, 2), take(2, 1), return_exceptions=True)
            assert sorted(type(each).__name__ for each in ended) == ["DeadlockDetected", "NoneType"]

    run_within(main())


def test_a_serialization_failure_is_told_to_whoever_comes_second(server: PrivatePostgres) -> None:
    async def main() -> None:
        async with pg.connect(server.url) as db:
            await db.script("DROP TABLE IF EXISTS sums; CREATE TABLE sums AS SELECT 1 AS n")
            both = asyncio.Barrier(2)

            async def add() -> None:
                async with db.transaction(isolation="serializable") as tx:
                    total = await tx.fetch_value("SELECT sum(n)::int FROM sums")
                    await both.wait()
                    await tx.execute("INSERT INTO sums VALUES ($1)", total)

            ended = await asyncio.gather(add(), add(), return_exceptions=True)
            names = sorted(type(each).__name__ for each in ended)
            assert names == ["NoneType", "SerializationFailure"]
            assert await db.fetch_value("SELECT sum(n)::int FROM sums") == 2

    run_within(main())


@pytest.mark.parametrize(
    ("setting", "statement", "error"),
    [
        ("statement_timeout = 50", "SELECT pg_sleep(60)", pg.QueryCanceled),
        ("lock_timeout = 50", "LOCK TABLE held", pg.LockNotAvailable),
        # What a full disk would be for sorts and hashes.
        (
            "temp_file_limit = 100",
            "SELECT count(*) FROM (SELECT n FROM generate_series(1, 3000000) n ORDER BY -n) s",
            pg.ConfigurationLimitExceeded,
        ),
        ("work_mem = 64", "SELECT repeat('x', 1100000000)", pg.ProgramLimitExceeded),
    ],
)
def test_limits_of_the_server_are_its_own_errors(
    server: PrivatePostgres, setting: str, statement: str, error: type[Exception]
) -> None:
    async def main() -> None:
        async with pg.connect(server.url) as db:
            await db.script("DROP TABLE IF EXISTS held; CREATE TABLE held (n int)")
            async with db.transaction() as holder, db.transaction() as tx:
                await holder.execute("LOCK TABLE held")
                await tx.execute(f"SET LOCAL {setting}")
                with pytest.raises(error):
                    async with tx.transaction():
                        await tx.execute(statement)
                assert await tx.fetch_value("SELECT 1") == 1

    run_within(main())


def test_a_statement_timeout_of_the_pool_holds_where_a_call_has_none(
    server: PrivatePostgres,
) -> None:
    async def main() -> None:
        async with pg.connect(server.url, statement_timeout=0.2) as db:
            sleep = "SELECT pg_sleep(60)"
            with pytest.raises(pg.StatementTimeout):
                await db.execute(sleep)
            with pytest.raises(pg.StatementTimeout):
                await db.script(sleep)
            with pytest.raises(pg.StatementTimeout):
                async with db.batch() as batch:
                    batch.execute(sleep)
            with pytest.raises(pg.StatementTimeout):
                async for _ in db.stream(sleep):
                    pass
            with pytest.raises(pg.StatementTimeout):
                async with db.transaction() as tx:
                    await tx.execute(sleep)
            # One's own counts before it, and infinity is no limit.
            assert await db.execute("SELECT pg_sleep(0.4)", timeout=60) == 1
            assert await db.execute("SELECT pg_sleep(0.4)", timeout=float("inf")) == 1
            # A copy takes as long as its octets.
            slow = "COPY (SELECT pg_sleep(0.4)) TO STDOUT"
            assert [chunk async for chunk in db.copy_out(slow)] == [b"\n"]

    run_within(main())
