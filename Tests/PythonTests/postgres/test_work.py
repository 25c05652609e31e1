"""API.md, "Postgres": transactions, batches, cursors, copies, notifications, cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import necro.postgres as pg
import pytest
from minions import Run


@pytest.mark.api("Postgres: transaction with isolation and readonly, a savepoint when nested")
def test_a_transaction_commits_or_rolls_back_with_savepoints(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        count = "SELECT count(*) FROM minions"
        async with db.transaction() as tx:
            await tx.execute("INSERT INTO minions (name) VALUES ('a')")
            with pytest.raises(RuntimeError):  # noqa: PT012
                async with tx.transaction():
                    await tx.execute("INSERT INTO minions (name) VALUES ('b')")
                    raise RuntimeError
            async with tx.transaction():
                await tx.execute("INSERT INTO minions (name) VALUES ('c')")
            # Another connection does not see it yet, and does not wait for it.
            assert await db.fetch_value(count) == 3
        assert await db.fetch_value(count) == 5
        with pytest.raises(RuntimeError):  # noqa: PT012
            async with db.transaction() as tx:
                await tx.execute("DELETE FROM minions")
                raise RuntimeError
        assert await db.fetch_value(count) == 5
        async with db.transaction(isolation="serializable", readonly=True) as tx:
            assert await tx.fetch_value("SHOW transaction_isolation") == "serializable"
            with pytest.raises(pg.ReadOnlySqlTransaction):
                async with tx.transaction():
                    await tx.execute("DELETE FROM minions")
        with pytest.raises(pg.InterfaceError, match="rolled back"):  # noqa: PT012
            async with db.transaction() as tx:
                with pytest.raises(pg.DivisionByZero):
                    await tx.fetch_value("SELECT 1 / 0")
        with pytest.raises(ValueError, match="isolation"):
            async with db.transaction(isolation="none"):  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
                pass

    run(body)


def test_a_begin_on_a_shared_connection_is_refused(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        with pytest.raises(pg.InterfaceError, match=r"use transaction\(\)"):
            await db.execute("BEGIN")
        assert await db.fetch_value("SELECT 1") == 1

    run(body)


@pytest.mark.api("Postgres: execute_many, all sets or none")
@pytest.mark.api("Postgres: batch has one Sync")
def test_many_statements(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        sets = [(f"m{number}", number) for number in range(2500)]
        sql = "INSERT INTO minions (name, power) VALUES ($1, $2)"
        assert await db.execute_many(sql, sets) == 2500
        with pytest.raises(pg.UniqueViolation):
            await db.execute_many(sql, [("new", 1), ("m1", 1), ("newer", 1)])
        assert await db.fetch_value("SELECT count(*) FROM minions WHERE name LIKE 'new%'") == 0
        async with db.batch() as batch:
            batch.execute("SELECT $1::int AS n", 7)
            batch.execute("DELETE FROM minions WHERE power > $1", 100)
        assert batch.results == [[(7,)], 2399]
        with pytest.raises(pg.DivisionByZero):  # noqa: PT012
            async with db.batch() as batch:
                batch.execute("DELETE FROM minions")
                batch.execute("SELECT 1 / 0")
        assert await db.fetch_value("SELECT count(*) FROM minions") > 0

    run(body)


@pytest.mark.api("Postgres: stream is a cursor")
def test_a_stream_fetches_as_rows_are_used(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        seen = [row.n async for row in db.stream("SELECT generate_series(1, 1234) AS n", rows=100)]
        assert seen == list(range(1, 1235))
        async for row in db.stream("SELECT generate_series(1, 1000000) AS n", rows=10):
            if row.n == 15:
                break
        assert await db.fetch_value("SELECT 1") == 1

    run(body)


def test_a_connection_that_was_given_back_refuses_calls(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        async with db.connection() as connection:
            assert await connection.fetch_value("SELECT 1") == 1
        with pytest.raises(pg.InterfaceError, match="closed"):
            await connection.fetch_value("SELECT 1")
        with pytest.raises(pg.InterfaceError):
            async with connection.batch() as batch:
                batch.execute("SELECT 1")
        assert await db.fetch_value("SELECT 1") == 1

    run(body)


@pytest.mark.api("Postgres: copy_in and copy_out")
def test_copies_in_and_out(run: Run) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(1000):
            yield f"c{number}\t{number}\n".encode()

    async def broken() -> AsyncIterator[bytes]:
        yield b"d1\t1\n"
        raise RuntimeError("the source ends")

    async def body(db: pg.Database) -> None:
        copy_in = "COPY minions (name, power) FROM STDIN"
        assert await db.copy_in(copy_in, b"x\t1\ny\t2\n") == 2
        assert await db.copy_in(copy_in, chunks()) == 1000
        with pytest.raises(RuntimeError, match="the source ends"):
            await db.copy_in(copy_in, broken())
        with pytest.raises(pg.DataException):
            await db.copy_in(copy_in, b"z\tnot a number\n")
        octets = b""
        async for chunk in db.copy_out("COPY (SELECT name FROM minions ORDER BY id) TO STDOUT"):
            octets += chunk
        assert len(octets.splitlines()) == 1005
        large = "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 20000)) TO STDOUT"
        total = 0
        async for chunk in db.copy_out(large):
            total += len(chunk)
        assert total == 20000 * 1001
        with pytest.raises(pg.InterfaceError, match="COPY"):
            await db.execute(copy_in)
        assert await db.fetch_value("SELECT 1") == 1

    run(body)


def test_notifications_survive_a_reconnect(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        async with db.listen("graves") as listener:
            await db.execute("NOTIFY graves, 'one'")
            assert await anext(listener) == "one"
            await db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            )
            waiting = asyncio.ensure_future(anext(listener))
            while not waiting.done():
                await db.execute("NOTIFY graves, 'two'")
                await asyncio.sleep(0.05)
            assert await waiting == "two"

    run(body)


def test_timeouts_and_cancellation_end_the_statement(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        with pytest.raises(TimeoutError) as raised:
            await db.execute("SELECT pg_sleep(60)", timeout=0.1)
        assert isinstance(raised.value, pg.StatementTimeout)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await db.execute("SELECT pg_sleep(60)")
        task = asyncio.ensure_future(db.fetch_value("SELECT pg_sleep(60)"))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        running = (
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%'"
            " AND state = 'active' AND pid <> pg_backend_pid()"
        )
        while await db.fetch_value(running):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    run(body)
