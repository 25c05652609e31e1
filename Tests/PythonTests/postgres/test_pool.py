"""Docs/postgres.md, "The pool": how many connections there are, how long, who waits for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import necro.postgres as pg
import pytest
from necro._private_servers import PrivatePostgres
from necro.postgres import _database, _hooks
from recovery import run_within


@pytest.fixture(autouse=True)
def quick_upkeep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks after connections in hundredths of seconds instead of seconds."""
    monkeypatch.setattr(_database, "_UPKEEP_INTERVAL", 0.02)


async def until(holds: Callable[[], bool]) -> None:
    """Waits until something holds."""
    while not holds():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def pids(db: pg.Database) -> set[int]:
    return {each.process_id for each in db.connections()}


async def grow(db: pg.Database, count: int) -> set[int]:
    """Has a pool open so many connections."""
    entered = asyncio.Barrier(count)

    async def take() -> None:
        async with db.connection():
            await entered.wait()

    await asyncio.gather(*(take() for _ in range(count)))
    return pids(db)


def test_idle_connections_are_closed_but_for_the_fewest_and_those_in_use(postgres_url: str) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url, pool_min=2, pool_max=6, idle_timeout=0.3) as db:
            assert len(await grow(db, 6)) == 6
            async with db.connection() as own:
                await until(lambda: len(pids(db)) == 2)
                # One that somebody has is not idle, however long nothing is asked on it.
                await asyncio.sleep(0.5)
                assert own.process_id in pids(db)
                assert await own.fetch_value("SELECT 1") == 1
            await asyncio.sleep(0.5)
            assert len(pids(db)) == 2
            assert await db.fetch_value("SELECT 1") == 1

    run_within(main())


def test_without_a_limit_they_stay(postgres_url: str) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url, pool_max=4, idle_timeout=0, lifetime=0) as db:
            before = await grow(db, 4)
            await asyncio.sleep(0.5)
            assert pids(db) == before

    run_within(main())


def test_old_connections_are_replaced_and_cut_nothing_short(postgres_url: str) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url, pool_min=2, pool_max=4, lifetime=0.3) as db:
            before = await grow(db, 2)
            async with db.transaction() as tx:
                pid = await tx.fetch_value("SELECT pg_backend_pid()")
                slow = db.fetch_value("SELECT pg_backend_pid() FROM pg_sleep(1)")
                await asyncio.sleep(0.6)
                # Both are older than they may be, and end when they are done.
                assert await tx.fetch_value("SELECT pg_backend_pid()") == pid
                assert await slow > 0
            await until(lambda: not before & pids(db) and len(pids(db)) == 2)

    run_within(main())


def test_the_fewest_are_there_again_when_they_were_ended(postgres_url: str) -> None:
    async def main() -> None:
        url = f"{postgres_url}?application_name=few"
        async with pg.connect(url, pool_min=3) as db, pg.connect(postgres_url) as admin:
            before = pids(db)
            assert len(before) == 3
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'few'"
            )
            await until(lambda: len(pids(db)) == 3 and not pids(db) & before)

    run_within(main())


def test_there_are_never_more_than_the_most(postgres_url: str) -> None:
    async def main() -> None:
        url = f"{postgres_url}?application_name=most"
        async with pg.connect(url, pool_max=3) as db, pg.connect(postgres_url) as admin:
            calls = [db.execute("SELECT pg_sleep(0.02)") for _ in range(60)]
            most = 0
            while not all(each.done() for each in calls):
                count = await admin.fetch_value(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'most'"
                )
                most = max(most, count, db.counts()[0])
            assert most == 3
            await asyncio.gather(*calls)

    run_within(main())


def test_waiting_for_a_connection_has_an_end_and_an_order(postgres_url: str) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url, pool_max=1, acquire_timeout=0.3) as db:
            async with db.connection():
                begin = time.monotonic()
                waiting = [
                    db.fetch_value("SELECT 1"),
                    asyncio.ensure_future(db.execute_many("SELECT $1::int", [(1,)])),
                    asyncio.ensure_future(db.script("SELECT 1")),
                ]
                for each in waiting:
                    with pytest.raises(pg.PoolExhausted, match="became free in time"):
                        await each
                assert time.monotonic() - begin >= 0.25
                # A wait of its own, which does not end the others'.
                patient = db.fetch_value("SELECT 2")
                with pytest.raises(pg.PoolExhausted):
                    async with db.connection(timeout=0.05):
                        pass
                assert not patient.done()
            assert await patient == 2
            # First come, first served.
            order: list[int] = []

            async def take(number: int) -> None:
                async with db.connection():
                    order.append(number)

            async with db.connection():
                takers = [asyncio.ensure_future(take(number)) for number in range(10)]
                await asyncio.sleep(0.05)
            await asyncio.gather(*takers)
            assert order == [*range(10)]

    run_within(main())


def test_no_more_than_so_many_wait(postgres_url: str) -> None:
    async def main() -> None:
        settings = {"waiters_max": 3}
        async with (
            pg.connect(postgres_url, pool_max=1, settings=settings) as db,
            db.connection(),
        ):
            calls = [db.fetch_value("SELECT 1") for _ in range(5)]
            for refused in calls[3:]:
                with pytest.raises(pg.PoolExhausted, match="too many calls wait"):
                    await refused
            for each in calls[:3]:
                assert not each.done()
                each.cancel()

    run_within(main())


def test_attempts_to_connect_wait_longer_each_time(
    postgres_server: PrivatePostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that stands still: how long it would have waited, from and to."""
    waits: list[tuple[float, float]] = []
    socket_file = tmp_path / ".s.PGSQL.5432"

    def uniform(least: float, most: float) -> float:
        waits.append((least, most))
        if len(waits) == 12:
            socket_file.symlink_to(postgres_server.socket_file)
        return 0.0

    monkeypatch.setattr(_hooks, "random", SimpleNamespace(uniform=uniform))
    url = f"postgresql://postgres@/postgres?host={tmp_path}"

    async def main() -> None:
        async with pg.connect(url, pool_min=0, acquire_timeout=60) as db:
            assert await db.fetch_value("SELECT 1") == 1
            longest = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0]
            assert [most for _, most in waits] == pytest.approx(longest)
            assert [least * 2 for least, _ in waits] == pytest.approx(longest)
            # Once there is a connection, the next failure is the first again.
            for each in db.connections():
                each.close()
            socket_file.unlink()
            waits.clear()
            waits.extend([(0.0, 0.0)] * 20)
            call = db.fetch_value("SELECT 2")
            await until(lambda: len(waits) > 21)
            assert waits[20][1] == pytest.approx(0.1)
            socket_file.symlink_to(postgres_server.socket_file)
            assert await call == 2

    run_within(main())
