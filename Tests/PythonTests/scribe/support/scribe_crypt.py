"""A server with the databases that the queries of Fixtures/scribe are about."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import necro.postgres as pg
from necro._private_servers import PrivatePostgres
from necro_scribe._analysis import Analyst

__all__ = ["Crypt"]


@dataclass(frozen=True)
class Crypt:
    """A server with the databases of `scribe_referee`, by the names of their sets of rows."""

    server: PrivatePostgres
    databases: Mapping[str, str]

    @property
    def url(self) -> str:
        """A URL of the server."""
        return self.server.url

    def run(self, body: Callable[[Analyst], Awaitable[None]]) -> None:
        """Runs a coroutine function with an Analyst of the schema."""
        self.run_connected(lambda connection: body(Analyst(connection)))

    def run_connected(self, body: Callable[[pg.Connection], Awaitable[None]]) -> None:
        """Runs a coroutine function with a connection to the empty database."""

        async def main() -> None:
            url = self.server.url_of(self.databases["empty"])
            async with (
                asyncio.timeout(300),
                pg.connect(url) as database,
                database.connection() as own,
            ):
                await body(own)

        asyncio.run(main())
