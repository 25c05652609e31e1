"""Which calls share a connection, and that no reply reaches another caller."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import necro.postgres as pg
import pytest
from recovery import recovers, run_within, until_gone

SEED = 20261125
CALLS = 12_000
KILLINGS = 12
CONCURRENT = 100


def test_a_transaction_waits_behind_nobody(postgres_url: str) -> None:
    """Who holds a lock asks on other connections while one of them waits for that lock."""

    async def main() -> None:
        async with pg.connect(postgres_url, pool_max=4) as db:
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

    run_within(main(), 60)


def test_nothing_waits_behind_a_slow_statement_or_a_write(postgres_url: str) -> None:
    async def main() -> None:
        async with pg.connect(postgres_url, pool_max=3) as db:
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

    run_within(main(), 60)


def test_a_pool_that_is_closed_leaves_nobody_waiting(postgres_url: str) -> None:
    """Calls that are sent, that wait, and whose statement is being described as it closes."""

    async def main() -> None:
        for round_ in range(20):
            async with pg.connect(postgres_url, pool_max=3) as db:
                calls: list[asyncio.Future[Any]] = [
                    asyncio.ensure_future(db.fetch_value(f"SELECT $1::int + {number % 9}", number))
                    for number in range(100)
                ]
                await asyncio.sleep(round_ * 0.0005)
            ended = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 30)
            for number, one in enumerate(ended):
                assert isinstance(one, pg.InterfaceError) or one == number + number % 9

    run_within(main())


class _Trial:
    """Random calls on one pool, each of which checks its own outcome.

    A call is *touched* by what it asks for itself (its own deadline), and by a killing of
    connections that overlaps with it. An untouched call must get its own answer, and a touched one
    either that or the one exception that belongs to what was done to it.
    """

    def __init__(self, db: pg.Database, admin: pg.Database) -> None:
        self._db = db
        self._admin = admin
        self._choose = random.Random(SEED)
        self._running: set[int] = set()
        # Calls that ran while connections were killed.
        self._disturbed: set[int] = set()
        self._is_killing = False
        self.outcomes: Counter[str] = Counter()
        self.answered: set[int] = set()
        self.unsent: set[int] = set()

    async def call(self, number: int) -> None:
        kind = self._choose.random()
        self._running.add(number)
        if self._is_killing:
            self._disturbed.add(number)
        try:
            await self._one(number, kind)
            self.outcomes["answered"] += 1
        except (pg.ConnectionLost, pg.AdminShutdown) as error:
            # Nobody is told of a lost connection but who was there when one was killed.
            assert number in self._disturbed, f"call {number} of kind {kind} was lost"
            self.outcomes[type(error).__name__] += 1
            if isinstance(error, pg.ConnectionLost) and not error.was_sent:
                self.unsent.add(number)
        finally:
            self._running.discard(number)

    async def _one(self, number: int, kind: float) -> None:
        db = self._db
        if kind < 0.55:
            assert await db.fetch_value("SELECT $1::int", number) == number
        elif kind < 0.65:
            row = await db.fetch_one("SELECT $1::text AS t, $2::int AS n", f"x{number}", number)
            assert row == (f"x{number}", number)
        elif kind < 0.7:
            with pytest.raises((pg.DivisionByZero, pg.ConnectionLost, pg.AdminShutdown)) as raised:
                await db.fetch_value("SELECT $1::int / 0", number)
            if not isinstance(raised.value, pg.DivisionByZero):
                raise raised.value
            assert raised.value.arguments == (number,)
            self.outcomes["DivisionByZero"] += 1
        elif kind < 0.8:
            await self._with_deadline(number)
        elif kind < 0.86:
            assert await db.execute("INSERT INTO counted VALUES ($1)", number) == 1
            self.answered.add(number)
        elif kind < 0.92:
            async with db.transaction() as tx:
                assert await tx.fetch_value("SELECT -$1::int", number) == -number
                assert await tx.execute("INSERT INTO counted VALUES ($1)", number) == 1
            self.answered.add(number)
        else:
            rows = await db.fetch_all(
                "SELECT $1::int + n AS n FROM generate_series(1, 20) n", number
            )
            assert [row.n for row in rows] == list(range(number + 1, number + 21))

    async def _with_deadline(self, number: int) -> None:
        own = asyncio.timeout(self._choose.random() * 0.004)
        try:
            async with own:
                assert await self._db.fetch_value("SELECT $1::int", number) == number
        except pg.PostgresError:
            # The caller's own deadline is none of the driver's.
            raise
        except TimeoutError:
            assert own.expired()
            self.outcomes["cancelled"] += 1

    async def kill_some(self) -> None:
        """Kills about half of the pool's sessions, and waits until all of them are gone."""
        self._is_killing = True
        self._disturbed |= self._running
        killed = await self._admin.fetch_all(
            "WITH doomed AS MATERIALIZED (SELECT pid FROM pg_stat_activity"
            " WHERE application_name = 'victim' AND random() < 0.5)"
            " SELECT pid FROM doomed WHERE pg_terminate_backend(pid)"
        )
        await until_gone(self._db, {row.pid for row in killed})
        self._is_killing = False
        self.outcomes["killed"] += len(killed)

    @property
    def untouched(self) -> int:
        """How many calls no killing overlapped with."""
        return CALLS - len(self._disturbed)


def test_every_call_gets_its_own_answer_or_the_failure_that_is_its_own(postgres_url: str) -> None:
    """Random statements, errors, cancellations and killed connections, by a seed."""

    async def main() -> None:
        async with (
            pg.connect(f"{postgres_url}?application_name=victim", pool_max=4) as db,
            pg.connect(postgres_url, pool_max=1) as admin,
        ):
            await db.script("CREATE TABLE counted (n int)")
            trial = _Trial(db, admin)
            waiting = asyncio.Semaphore(CONCURRENT)

            async def bounded(number: int) -> None:
                async with waiting:
                    await trial.call(number)

            for round_ in range(KILLINGS):
                numbers = range(round_ * CALLS // KILLINGS, (round_ + 1) * CALLS // KILLINGS)
                calls = [asyncio.ensure_future(bounded(number)) for number in numbers]
                await asyncio.sleep(0.02)
                await trial.kill_some()
                await asyncio.gather(*calls)
            await recovers(db)

            rows = Counter(row.n for row in await db.fetch_all("SELECT n FROM counted"))
            # Nothing was done twice; what was answered was done; what was not sent was not.
            assert set(rows.values()) <= {1}
            assert trial.answered <= set(rows)
            assert not trial.unsent & set(rows)
            # It was a trial of all that it is about.
            said = dict(trial.outcomes)
            assert trial.untouched > CALLS // 2, said
            for outcome in ("answered", "cancelled", "DivisionByZero", "killed"):
                assert said.get(outcome, 0) > 5, said
            assert said.get("ConnectionLost", 0) + said.get("AdminShutdown", 0) > 0, said

    run_within(main(), 300)
