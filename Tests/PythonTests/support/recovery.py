"""What the tests of Postgres' faults share: running with a deadline, and waiting for the pool."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import necro.postgres as pg
from fault_proxy import FaultProxy
from necro._private_servers import PrivatePostgres

# Far above what anything here takes, so that only what hangs meets it.
SECONDS_MAX = 120.0


def run_within(main: Coroutine[Any, Any, None], seconds: float = SECONDS_MAX) -> None:
    """Runs a test's coroutine, which must not hang."""

    async def bounded() -> None:
        async with asyncio.timeout(seconds):
            await main

    asyncio.run(bounded())


async def recovers(db: pg.Database) -> None:
    """Waits until the pool answers again, by itself."""
    deadline = time.monotonic() + 60
    while True:
        try:
            assert await db.fetch_value("SELECT 1") == 1
            return
        except pg.PostgresError:
            assert time.monotonic() < deadline, "the pool does not recover"
            await asyncio.sleep(0.05)


async def until_gone(db: pg.Database, process_ids: set[int]) -> None:
    """Waits until a pool has none of these sessions any more."""
    while process_ids & {each.process_id for each in db.connections()}:  # noqa: ASYNC110
        await asyncio.sleep(0.005)


def through(proxy: FaultProxy, server: PrivatePostgres, database: str = "postgres") -> str:
    """The URL of a server by way of a proxy, which speaks TCP."""
    url = server.url_of(database, tcp=True)
    return url.replace(f":{server.port}/", f":{proxy.port}/")
