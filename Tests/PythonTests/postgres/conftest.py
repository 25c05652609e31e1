"""What the tests of Postgres share: a database with minions in it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import necro.postgres as pg
import pytest
from minions import SCHEMA, Run


@pytest.fixture
def run(postgres_url: str) -> Run:
    """Runs a coroutine function with a database of its own."""

    def running(body: Callable[[pg.Database], Awaitable[None]]) -> None:
        async def main() -> None:
            async with asyncio.timeout(60):
                async with pg.connect(postgres_url) as db:
                    await db.script(SCHEMA)
                    await body(db)

        asyncio.run(main())

    return running
