"""The databases of one worker: made when handlers ask for them, opened before the startup hooks."""

import os

from necro._database_options import check_database_options
from necro._errors import StartupError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping
    from typing import Any

    from necro.postgres import BlockingDatabase, Database

__all__ = ["ServiceMissing", "Services", "is_service"]


def is_service(key: object) -> bool:
    """Whether a name or a class is that of a database, which a test may put another in place of."""
    # By name, since the class is loaded only where somebody names it.
    return key == "db" or (
        isinstance(key, type)
        and key.__module__.startswith("necro.postgres.")
        and key.__name__ in ("BlockingDatabase", "Database")
    )


class ServiceMissing(Exception):
    """A handler needs what no option names; the message says which."""


class Services:
    """What handlers are given by the names `db`, `redis` and their annotations."""

    def __init__(
        self,
        loop: "asyncio.AbstractEventLoop | None" = None,
        *,
        database: str | None = None,
        database_options: "Mapping[str, object] | None" = None,
        environment: "Mapping[str, str] | None" = None,
        assumes_missing: bool = False,
    ) -> None:
        """Services of a loop.

        - loop: None only checks what is configured, and gives stand-ins that nobody calls.
        - database: a connection string; None takes `DATABASE_URL`.
        - database_options: keywords of `necro.postgres.Database`.
        - assumes_missing: whether what no URL names will be there all the same; `missing` has what
          that is.
        """
        variables = os.environ if environment is None else environment
        self._loop = loop
        self._url = database or variables.get("DATABASE_URL")
        self._options: dict[str, Any] = dict(database_options or {})
        self._assumes_missing = assumes_missing
        self.missing: set[str] = set()
        self._database: Database | None = None
        self._blocking: BlockingDatabase | None = None

    def database(self, *, blocking: bool) -> object:
        """The Postgres database; for a thread, its blocking face.

        Raises ServiceMissing, and ValueError for a connection string or options that are none.
        """
        check_database_options(self._options)
        if self._url is None and not self._assumes_missing:
            raise ServiceMissing(
                "needs a Postgres database, and none is configured: set --database or"
                " DATABASE_URL, or start the host with --dev"
            )
        from necro.postgres import BlockingDatabase, Database
        from necro.postgres._dsn import connection_parameters

        if self._url is None:
            self.missing.add("database")
            return Database
        parameters = connection_parameters(self._url)
        if self._loop is None:
            return Database
        if self._database is None:
            self._database = Database(parameters, loop=self._loop, **self._options)
            self._blocking = BlockingDatabase(self._database, self._loop)
        return self._blocking if blocking else self._database

    async def open(self) -> None:
        """Opens what was asked for. Connections beyond `pool_min` are made when they are needed.

        Raises StartupError.
        """
        if self._database is None:
            return
        from necro.postgres import PostgresError

        try:
            await self._database.open()
        except PostgresError as error:
            raise StartupError(str(error)) from None

    async def close(self) -> None:
        """Closes it."""
        if self._database is not None:
            await self._database.aclose()
