"""What users get wrong, and what befalls them: calls after the end, connections that were given
back, cursors that are left, cancellation at every await. Each is one clear error, and the pool is
as before.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import necro
import necro.postgres as pg
import pytest
from minions import SCHEMA, Run
from necro.testing import TestClient
from recovery import run_within

INSERT = "INSERT INTO minions (name) VALUES ($1)"


async def _stream(db: Any) -> None:
    async for _ in db.stream("SELECT generate_series(1, 10)", rows=3):
        pass


async def _transaction(db: Any) -> None:
    async with db.transaction() as tx:
        await tx.execute(INSERT, "lost")
        async with tx.transaction() as inner:
            await inner.fetch_value("SELECT 1")
        raise LookupError


async def _batch(db: Any) -> None:
    async with db.batch() as batch:
        batch.execute("SELECT 1")
        batch.execute("SELECT $1::int", 2)


async def _copy_out(db: Any) -> None:
    async for _ in db.copy_out("COPY (SELECT generate_series(1, 10000)) TO STDOUT"):
        pass


async def _listen(db: Any) -> None:
    async with db.listen("bells") as bells:
        await db.execute("NOTIFY bells, 'x'")
        await anext(bells)


async def _connection(db: Any) -> None:
    async with db.connection() as own:
        await own.execute("SET work_mem = '3MB'")
        await own.fetch_value("SELECT pg_advisory_lock(7)")


async def _slow(db: Any) -> None:
    async with db.transaction() as tx:
        await asyncio.gather(
            tx.fetch_value("SELECT 1 FROM pg_sleep(0.05)"), tx.fetch_value("SELECT 2")
        )


USES: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "fetch_one": lambda db: db.fetch_one("SELECT 1"),
    "fetch_all": lambda db: db.fetch_all("SELECT 1"),
    "fetch_value": lambda db: db.fetch_value("SELECT 1"),
    "execute": lambda db: db.execute("SELECT 1"),
    "execute_many": lambda db: db.execute_many("SELECT $1::int", [(1,), (2,)]),
    "stream": _stream,
    "transaction": _transaction,
    "batch": _batch,
    "copy_in": lambda db: db.copy_in("COPY souls FROM STDIN", [b"1\n", b"2\n"]),
    "copy_out": _copy_out,
    "listen": _listen,
    "connection": _connection,
    "script": lambda db: db.script("SELECT 1; SELECT 2"),
    "set_type_codec": lambda db: db.set_type_codec("xml", encoder=str, decoder=str),
}


@pytest.mark.parametrize("name", USES)
def test_before_and_after_its_time_every_method_says_so(postgres_url: str, name: str) -> None:
    async def use(db: pg.Database, says: str) -> None:
        with pytest.raises(pg.InterfaceError, match=says):
            async with asyncio.timeout(10):
                await USES[name](db)

    async def main() -> None:
        db = pg.connect(postgres_url)
        await use(db, "the database is not open: use `async with`")
        async with db:
            assert await db.fetch_value("SELECT 1") == 1
        await use(db, "closed|not open")
        # Closing twice is no error, and it may be opened no more.
        await db.aclose()

    run_within(main())


def test_a_connection_that_was_given_back_is_of_no_use(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        await db.script("CREATE TABLE souls (n int)")
        async with db.connection() as own:
            pass
        async with db.transaction() as tx:
            pass
        for kept in (own, tx):
            for name in ("fetch_one", "execute", "execute_many", "stream", "copy_in", "copy_out"):
                with pytest.raises(pg.InterfaceError, match="closed, or was given back"):
                    await USES[name](kept)
            with pytest.raises(pg.InterfaceError, match="closed, or was given back"):
                async with kept.transaction():
                    pass
            with pytest.raises(pg.InterfaceError, match="closed, or was given back"):
                async with kept.batch() as batch:
                    batch.execute("SELECT 1")
        assert await db.fetch_value("SELECT 1") == 1

    run(body)


def test_several_at_once_on_one_transaction_take_turns(run: Run) -> None:
    async def body(db: pg.Database) -> None:
        async with db.transaction() as tx:
            values = await asyncio.gather(
                *(tx.fetch_value("SELECT $1::int", number) for number in range(50)),
                *(tx.execute(INSERT, f"m{number}") for number in range(50)),
            )
            assert values == [*range(50), *[1] * 50]
            with pytest.raises(pg.UniqueViolation):
                await asyncio.gather(tx.execute(INSERT, "m1"), return_exceptions=False)
            with pytest.raises(pg.InFailedSqlTransaction):
                await tx.fetch_value("SELECT 1")
            await tx.execute("ROLLBACK")
        assert await db.fetch_value("SELECT count(*) FROM minions") == 3

    run(body)


def test_what_is_begun_and_not_entered_takes_nothing(postgres_url: str) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url, pool_max=1) as db:
            for make in (db.transaction, db.connection, db.batch):
                forgotten: Any = make()
                with pytest.raises(AttributeError):
                    await forgotten.execute("SELECT 1")
            unused = (db.stream("SELECT 1"), db.copy_out("COPY souls TO STDOUT"), db.listen("x"))
            assert await db.fetch_value("SELECT 1") == 1
            del unused
            gc.collect()
            assert await db.fetch_value("SELECT 1") == 1

    run_within(main())


def test_a_cursor_that_is_left_gives_its_connection_back(postgres_url: str) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url, pool_max=1, acquire_timeout=20) as db:
            for sql in ("SELECT generate_series(1, 10000)", "SELECT repeat('x', 10000)"):
                async for _ in db.stream(sql, rows=10):
                    break
                gc.collect()
                assert await db.fetch_value("SELECT 1") == 1
            async for _ in db.copy_out("COPY (SELECT generate_series(1, 100000)) TO STDOUT"):
                break
            gc.collect()
            assert await db.fetch_value("SELECT 1") == 1
            # One in a transaction ends with it.
            async with db.transaction() as tx:
                async for _ in tx.stream("SELECT generate_series(1, 10000)", rows=10):
                    break
                assert await tx.fetch_value("SELECT 2") == 2
            with pytest.raises(ValueError, match="at least one row"):
                async for _ in db.stream("SELECT 1", rows=0):
                    pass

    run_within(main())


@pytest.mark.parametrize("name", [*USES, "slow"])
def test_cancellation_at_every_step_leaves_the_pool_as_it_was(postgres_url: str, name: str) -> None:
    use = {**USES, "slow": _slow}[name]

    async def main() -> None:
        async with pg.connect(postgres_url, pool_max=1) as db:
            await db.script(f"{SCHEMA}; CREATE TABLE souls (n int)")
            # `listen` needs a second one for its notification.
            async with pg.connect(postgres_url, pool_max=2) as used:
                steps = 0
                is_over = False
                while not is_over:
                    task = asyncio.ensure_future(use(used))
                    for _ in range(steps):
                        await asyncio.sleep(0.0005)
                    is_over = task.done()
                    task.cancel()
                    with suppress(asyncio.CancelledError, LookupError):
                        await task
                    steps += 1
                    if steps % 4 == 0:
                        await _is_as_before(used)
                await _is_as_before(used)
            assert await db.fetch_value("SELECT count(*) FROM minions") == 3
            assert await db.fetch_value("SELECT count(*) FROM souls") % 2 == 0

    run_within(main())


async def _is_as_before(db: pg.Database) -> None:
    """Both connections can be had, and keep nothing of what was done."""
    async with db.connection() as one, db.connection() as two:
        for own in (one, two):
            assert not own.is_in_transaction
            assert await own.fetch_value("SHOW work_mem") == "4MB"
            assert await own.fetch_value("SELECT count(*) FROM pg_listening_channels()") == 0
            assert await own.fetch_value("SELECT count(*) FROM pg_cursors WHERE is_holdable") == 0
            held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = $1"
            assert await own.fetch_value(held, own.process_id) == 0


def test_a_copy_that_waits_for_a_lock_can_be_cancelled(postgres_url: str) -> None:
    async def main() -> None:
        async with (
            pg.connect(postgres_url) as admin,
            pg.connect(postgres_url, pool_max=1, acquire_timeout=20) as db,
        ):
            await admin.script("CREATE TABLE souls (n int)")
            for sql in ("COPY souls FROM STDIN", "COPY souls TO STDOUT"):
                async with admin.transaction() as tx:
                    await tx.execute("LOCK TABLE souls")
                    with pytest.raises(TimeoutError):  # noqa: PT012
                        async with asyncio.timeout(0.1):
                            if "FROM" in sql:
                                await db.copy_in(sql, b"1\n")
                            else:
                                async for _ in db.copy_out(sql):
                                    pass
                    # The lock is still held: the copy was ended at the server.
                    assert await db.fetch_value("SELECT 1") == 1

            async def broken() -> AsyncIterator[bytes]:
                yield b"1\n"
                raise LookupError

            for _ in range(3):
                with pytest.raises(LookupError):
                    await db.copy_in("COPY souls FROM STDIN", broken())
                assert await db.fetch_value("SELECT count(*) FROM souls") == 0

    run_within(main())


def test_db_after_the_request_has_ended(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is the worker's, and a connection the block's that took it."""
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    app = necro.App()
    later: list[asyncio.Task[object]] = []
    outcomes: list[object] = []

    @app.get("/begin")
    async def begin(db: necro.Database) -> None:
        async with db.transaction() as tx:

            async def work() -> None:
                await asyncio.sleep(0.05)
                outcomes.append(await db.fetch_value("SELECT 7"))
                try:
                    await tx.fetch_value("SELECT 8")
                except pg.InterfaceError as error:
                    outcomes.append(str(error))

            later.append(asyncio.ensure_future(work()))

    @app.get("/end")
    async def end() -> Any:
        await asyncio.gather(*later)
        return outcomes

    with TestClient(app) as client:
        client.get("/begin")
        assert client.get("/end").json() == [7, "the connection is closed, or was given back"]
