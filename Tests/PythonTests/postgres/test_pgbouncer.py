"""A real pgbouncer in transaction mode: without prepared statements everything works behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import necro.postgres as pg
import pytest
from necro._private_servers import PrivatePostgres
from private_pgbouncer import PrivatePgbouncer
from recovery import run_within


@pytest.fixture
def pooler(postgres_server: PrivatePostgres) -> Iterator[PrivatePgbouncer]:
    with PrivatePgbouncer(postgres_server) as started:
        yield started


@pytest.fixture
def url(pooler: PrivatePgbouncer, postgres_database: str) -> str:
    """A URL of an empty database by way of the pooler."""
    return pooler.url_of(postgres_database)


def test_concurrent_calls_are_answered_by_several_servers(url: str) -> None:
    async def main() -> None:
        async with pg.connect(url, statement_cache_size=0, pool_max=8) as db:
            await db.execute("CREATE TABLE minions (n int)")

            async def one(number: int) -> int:
                assert await db.fetch_value("SELECT $1::int", number) == number
                row = await db.fetch_one(
                    "SELECT $1::text AS t, $2::int[] AS a, pg_backend_pid() AS p", "x", [number]
                )
                assert row is not None
                assert (row.t, row.a) == ("x", [number])
                assert await db.execute("INSERT INTO minions VALUES ($1)", number) == 1
                pid: int = row.p
                return pid

            servers = set(await asyncio.gather(*(one(number) for number in range(300))))
            # The calls have really gone to more than one.
            assert len(servers) > 1
            assert await db.fetch_value("SELECT count(DISTINCT n) FROM minions") == 300
            assert await db.fetch_value("SELECT count(*) FROM pg_prepared_statements") == 0

    run_within(main())


def test_transactions_batches_cursors_and_copies_keep_to_one_server(url: str) -> None:
    async def main() -> None:
        async with pg.connect(url, statement_cache_size=0, pool_max=6) as db:
            await db.script("CREATE TABLE minions (n int)")

            async def one(number: int) -> None:
                async with db.transaction(isolation="repeatable read") as tx:
                    first = await tx.fetch_value("SELECT pg_backend_pid()")
                    await tx.execute("INSERT INTO minions VALUES ($1)", number)
                    with pytest.raises(pg.DivisionByZero):
                        async with tx.transaction():
                            await tx.fetch_value("SELECT $1::int / 0", number)
                    assert await tx.fetch_value("SELECT pg_backend_pid()") == first
                async with db.batch() as batch:
                    batch.execute("SELECT $1::int", number)
                    batch.execute("INSERT INTO minions VALUES ($1)", number)
                assert batch.results == [[(number,)], 1]
                rows = [
                    row.n
                    async for row in db.stream(
                        "SELECT n FROM generate_series(1, $1::int) n", number, rows=7
                    )
                ]
                assert rows == list(range(1, number + 1))
                lines = b"".join(b"%d\n" % each for each in range(number))
                assert await db.copy_in("COPY minions FROM STDIN", lines) == number

            await asyncio.gather(*(one(number) for number in range(30)))
            assert await db.fetch_value("SELECT count(*) FROM minions") == 60 + sum(range(30))
            many = await db.execute_many("INSERT INTO minions VALUES ($1)", [(1,)] * 2500)
            assert many == 2500

    run_within(main())


def test_errors_and_cancelled_calls_leave_the_connections_in_order(url: str) -> None:
    async def main() -> None:
        async with pg.connect(url, statement_cache_size=0, pool_max=4) as db:

            async def one(number: int) -> None:
                if number % 5 == 0:
                    with pytest.raises(pg.UndefinedTable):
                        await db.fetch_value("SELECT n FROM nowhere")
                elif number % 7 == 0:
                    with pytest.raises(TimeoutError):
                        async with asyncio.timeout(0.05):
                            await db.fetch_value("SELECT pg_sleep(60)")
                elif number % 11 == 0:
                    with pytest.raises(pg.StatementTimeout):
                        await db.execute("SELECT pg_sleep(60)", timeout=0.05)
                else:
                    assert await db.fetch_value("SELECT $1::int", number) == number

            await asyncio.gather(*(one(number) for number in range(120)))
            assert await db.fetch_value("SELECT 1") == 1

    run_within(main())


def test_a_table_that_changes_is_read_as_it_is_now(url: str) -> None:
    async def main() -> None:
        async with pg.connect(url, statement_cache_size=0) as db:
            await db.script("CREATE TABLE minions (n int); INSERT INTO minions VALUES (1)")
            assert await db.fetch_one("SELECT * FROM minions") == (1,)
            await db.execute("ALTER TABLE minions ADD COLUMN name text DEFAULT 'Igor'")
            assert await db.fetch_one("SELECT * FROM minions") == (1, "Igor")

    run_within(main())


def test_prepared_statements_fail_with_what_to_do(url: str) -> None:
    """Statements that another client's server session has, or that this one's does not have."""

    async def main() -> None:
        async with pg.connect(url, pool_max=8) as db, pg.connect(url, pool_max=8) as other:
            calls = [
                each.fetch_value(f"SELECT $1::int + {kind}", number)
                for number in range(200)
                for kind, each in enumerate((db, other))
            ]
            ended = await asyncio.gather(*calls, return_exceptions=True)
            failed = [each for each in ended if isinstance(each, BaseException)]
            assert failed
            for error in failed:
                assert isinstance(error, pg.DuplicatePreparedStatement | pg.InvalidSqlStatementName)
                assert error.hint is not None
                assert "statement_cache_size=0" in error.hint
            # Nobody ran the other's statement.
            for place, value in enumerate(ended):
                if not isinstance(value, BaseException):
                    assert value == place // 2 + place % 2

    run_within(main())


def test_a_pooler_that_is_restarted_is_a_lost_connection(
    pooler: PrivatePgbouncer, postgres_database: str
) -> None:
    async def main() -> None:
        url = pooler.url_of(postgres_database)
        async with pg.connect(url, statement_cache_size=0) as db:
            call = asyncio.ensure_future(db.fetch_value("SELECT pg_sleep(60)"))
            await asyncio.sleep(0.2)
            await asyncio.to_thread(pooler.kill)
            with pytest.raises(pg.ConnectionLost) as raised:
                await call
            assert raised.value.was_sent
            await asyncio.to_thread(pooler.start)
            assert await db.fetch_value("SELECT 1") == 1

    run_within(main())
