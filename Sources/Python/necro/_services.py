"""The database and the Redict of one worker: made for handlers, opened before the startup hooks."""

import os

from necro._database_options import check_database_options
from necro._errors import StartupError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping
    from typing import Any

    from necro.postgres import BlockingDatabase, Database
    from necro.redict import BlockingRedict, Redict

__all__ = ["ServiceMissing", "Services", "is_service"]


def is_service(key: object) -> bool:
    """Whether a name or a class is that of a service, which a test may put another in place of."""
    # By name, since the class is loaded only where somebody names it.
    return key in ("db", "redict", "redis", "spells") or (
        isinstance(key, type)
        and key.__module__.startswith(("necro.postgres.", "necro.redict."))
        and key.__name__ in ("BlockingDatabase", "BlockingRedict", "Database", "Redict")
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
        redis: str | None = None,
        redis_options: "Mapping[str, object] | None" = None,
        environment: "Mapping[str, str] | None" = None,
        assumes_missing: bool = False,
    ) -> None:
        """Services of a loop.

        - loop: None only checks what is configured, and gives stand-ins that nobody calls.
        - database: a connection string; None takes `DATABASE_URL`.
        - database_options: keywords of `necro.postgres.Database`.
        - redis: a URL; None takes `REDIS_URL`.
        - redis_options: keywords of `necro.redict.Redict`.
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
        self._redis_url = redis or variables.get("REDIS_URL")
        self._redis_options: dict[str, Any] = dict(redis_options or {})
        self._redict: Redict | None = None
        self._blocking_redict: BlockingRedict | None = None

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

    def spells(self, kind: type, *, blocking: bool) -> object:
        """Queries of a class that scribe wrote, on the database. Raises as `database` does."""
        database = self.database(blocking=blocking)
        return kind if isinstance(database, type) else kind(database)

    def redict(self, *, blocking: bool) -> object:
        """The Redict; for a thread, its blocking face.

        Raises ServiceMissing, and ValueError for a URL or options that are none.
        """
        if self._redis_url is None and not self._assumes_missing:
            raise ServiceMissing(
                "needs a Redict server, and none is configured: set --redis or REDIS_URL, or start"
                " the host with --dev"
            )
        from necro.redict import Redict
        from necro.redict._url import parse_redict_url

        if self._redis_url is None:
            self.missing.add("redis")
            return Redict
        parameters = parse_redict_url(self._redis_url)
        if self._loop is None:
            return Redict
        if self._redict is None:
            self._redict = Redict(parameters, loop=self._loop, **self._redis_options)
            self._blocking_redict = self._redict.blocking
        return self._blocking_redict if blocking else self._redict

    async def open(self) -> None:
        """Opens what was asked for. Connections beyond `pool_min` are made when they are needed.

        Raises StartupError.
        """
        if self._redict is not None:
            await self._redict.open()
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
        if self._redict is not None:
            await self._redict.aclose()
