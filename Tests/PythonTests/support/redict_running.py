"""A coroutine run with a Redict of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import necro.redict as nr

type Body = Callable[[nr.Redict], Awaitable[None]]
type Run = Callable[[Body], None]


def run_with(url: str, body: Body) -> None:
    """Runs a coroutine function with the Redict of a URL."""

    async def main() -> None:
        async with asyncio.timeout(60), nr.connect(url) as redis:
            await body(redis)

    asyncio.run(main())


def run_on(loop: str, url: str, body: Body, **options: Any) -> None:
    """The same on asyncio's loop or uvloop's, with options of `connect`."""

    async def main() -> None:
        async with asyncio.timeout(120), nr.connect(url, **options) as redis:
            await body(redis)

    if loop == "uvloop":
        import uvloop

        uvloop.run(main())
    else:
        asyncio.run(main(), debug=True)
