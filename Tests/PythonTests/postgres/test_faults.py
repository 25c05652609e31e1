"""Servers that end, stall, refuse and lie: one clear exception for whoever is concerned, and a pool
that recovers by itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import necro.postgres as pg
import pytest
from fault_proxy import FaultProxy
from necro._private_servers import PrivatePostgres

SEED = 20261125


@pytest.fixture(scope="module")
def server() -> Iterator[PrivatePostgres]:
    """A server of these tests' own, which they kill."""
    with PrivatePostgres(tcp=True) as started:
        yield started


async def _recovers(db: pg.Database) -> None:
    """Waits until the pool answers again."""
    async with asyncio.timeout(30):
        while True:
            try:
                assert await db.fetch_value("SELECT 1") == 1
                return
            except pg.PostgresError:
                await asyncio.sleep(0.05)


def test_a_server_that_is_killed_fails_what_was_sent_and_the_pool_recovers(
    server: PrivatePostgres,
) -> None:
    async def main() -> None:
        async with asyncio.timeout(60), pg.connect(server.url) as db:
            await db.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
            slow = asyncio.ensure_future(db.fetch_value("SELECT pg_sleep(30)"))

            async def within() -> None:
                async with db.transaction() as tx:
                    await tx.execute("INSERT INTO kept VALUES (1)")
                    await tx.fetch_value("SELECT pg_sleep(30)")

            transaction = asyncio.ensure_future(within())
            await asyncio.sleep(0.3)
            await asyncio.to_thread(server.kill)
            for failed in (slow, transaction):
                with pytest.raises((pg.ConnectionLost, pg.OperatorIntervention)):
                    await failed
            await asyncio.to_thread(server.start)
            await _recovers(db)
            assert await db.fetch_value("SELECT count(*) FROM kept") == 0

    asyncio.run(main())


def test_a_backend_that_is_terminated_concerns_its_caller_alone(server: PrivatePostgres) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(60),
            pg.connect(server.url) as db,
            db.connection() as own,
        ):
            await db.fetch_value("SELECT pg_terminate_backend($1)", own.process_id)
            with pytest.raises((pg.AdminShutdown, pg.ConnectionLost)):
                await own.fetch_value("SELECT pg_sleep(5)")
            assert await db.fetch_value("SELECT 1") == 1

    asyncio.run(main())


def test_a_reply_that_is_cut_at_any_octet_is_a_lost_connection(server: PrivatePostgres) -> None:
    async def main() -> None:
        with FaultProxy(("127.0.0.1", server.port)) as proxy:
            url = server.url_of(tcp=True).replace(f":{server.port}/", f":{proxy.port}/")
            async with asyncio.timeout(120), pg.connect(url, pool_max=1, pool_min=0) as db:
                assert await db.fetch_value("SELECT 'warm'") == "warm"
                for after in range(0, 60, 3):
                    await _recovers(db)
                    proxy.replies.cut_at = proxy.reply_octets + after
                    try:
                        value = await db.fetch_value("SELECT repeat('x', 20)", timeout=5)
                        assert value == "x" * 20
                    except pg.ConnectionLost:
                        pass
                    proxy.cut_all()
                    proxy.heal()
                await _recovers(db)

    asyncio.run(main())


def test_a_server_that_swallows_everything_is_given_up_in_time(server: PrivatePostgres) -> None:
    async def main() -> None:
        with FaultProxy(("127.0.0.1", server.port)) as proxy:
            url = server.url_of(tcp=True).replace(f":{server.port}/", f":{proxy.port}/")
            async with asyncio.timeout(60), pg.connect(url, pool_max=1) as db:
                proxy.replies.is_black_hole = True
                with pytest.raises(pg.StatementTimeout):
                    await db.fetch_value("SELECT 1", timeout=0.3)
                proxy.heal()
                proxy.cut_all()
                await _recovers(db)

    asyncio.run(main())


def test_the_limit_of_connections_is_an_exception_with_the_servers_words(
    server: PrivatePostgres,
) -> None:
    async def main() -> None:
        async with asyncio.timeout(60), pg.connect(server.url) as db:
            await db.execute("DROP ROLE IF EXISTS lonely")
            await db.execute("CREATE ROLE lonely LOGIN CONNECTION LIMIT 0")
            with pytest.raises(pg.ConnectionFailed, match="too many connections"):
                async with pg.connect(server.url_of(user="lonely")):
                    pass

    asyncio.run(main())


def test_a_deadlock_is_told_to_one_and_the_other_goes_on(server: PrivatePostgres) -> None:
    async def main() -> None:
        async with asyncio.timeout(60), pg.connect(server.url) as db:
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

    asyncio.run(main())


def test_a_transaction_waits_behind_nobody(server: PrivatePostgres) -> None:
    """Who holds a lock asks on other connections while one of them waits for that lock."""

    async def main() -> None:
        async with asyncio.timeout(30), pg.connect(server.url, pool_max=4) as db:
            await db.script("DROP TABLE IF EXISTS held; CREATE TABLE held AS SELECT 1 AS n")
            for _ in range(20):
                await db.fetch_value("SELECT n FROM held")
            async with db.transaction() as tx:
                await tx.execute("LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
                readers = [asyncio.ensure_future(db.fetch_value("SELECT n FROM held"))]
                await asyncio.sleep(0.1)
                for _ in range(20):
                    assert await db.fetch_value("SELECT 5") == 5
            assert await asyncio.gather(*readers) == [1]

    asyncio.run(main())


def test_nothing_waits_behind_a_slow_statement_or_a_write(server: PrivatePostgres) -> None:
    async def main() -> None:
        async with asyncio.timeout(30), pg.connect(server.url, pool_max=3) as db:
            slow = asyncio.ensure_future(db.fetch_value("SELECT pg_sleep(20)"))
            await db.script("DROP TABLE IF EXISTS written; CREATE TABLE written AS SELECT 1 AS n")
            async with db.transaction() as tx:
                await tx.execute("UPDATE written SET n = 2")
                write = asyncio.ensure_future(db.execute("UPDATE written SET n = 3"))
                await asyncio.sleep(0.1)
                assert not write.done()
            assert await write == 1
            assert await db.fetch_value("SELECT n FROM written") == 3
            assert not slow.done()
            slow.cancel()

    asyncio.run(main())


def test_no_reply_reaches_another_caller(server: PrivatePostgres) -> None:
    """Random statements, errors, cancellations and lost connections, by a seed."""
    choose = random.Random(SEED)

    async def main() -> None:
        async with asyncio.timeout(240), pg.connect(server.url, pool_max=4) as db:
            await db.script("DROP TABLE IF EXISTS counted; CREATE TABLE counted (n int)")
            answered = 0

            async def one(number: int) -> None:
                nonlocal answered
                kind = choose.random()
                try:
                    if kind < 0.6:
                        assert await db.fetch_value("SELECT $1::int", number) == number
                    elif kind < 0.7:
                        row = await db.fetch_one("SELECT $1::text AS t, $2::int AS n", "x", number)
                        assert row == ("x", number)
                    elif kind < 0.75:
                        with pytest.raises(pg.DivisionByZero):
                            await db.fetch_value("SELECT $1::int / 0", number)
                    elif kind < 0.85:
                        async with asyncio.timeout(choose.random() * 0.004):
                            assert await db.fetch_value("SELECT $1::int", number) == number
                    elif kind < 0.9:
                        assert await db.execute("INSERT INTO counted VALUES ($1)", number) == 1
                    elif kind < 0.95:
                        async with db.transaction() as tx:
                            assert await tx.fetch_value("SELECT -$1::int", number) == -number
                    elif kind < 0.998:
                        values = [
                            row.n
                            for row in await db.fetch_all(
                                "SELECT generate_series(1, $1::int) AS n", number % 50
                            )
                        ]
                        assert values == list(range(1, number % 50 + 1))
                    else:
                        await db.execute(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            " WHERE backend_type = 'client backend' AND random() < 0.5"
                        )
                    answered += 1
                except TimeoutError:
                    pass
                except (pg.ConnectionLost, pg.AdminShutdown, pg.InterfaceError):
                    pass

            waiting = asyncio.Semaphore(100)

            async def bounded(number: int) -> None:
                async with waiting:
                    await one(number)

            await asyncio.gather(*(bounded(number) for number in range(8000)))
            assert answered > 4000
            await _recovers(db)

    asyncio.run(main())
