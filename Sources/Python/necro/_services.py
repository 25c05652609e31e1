"""The databases of one worker: made when handlers ask for them, opened before the startup hooks."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

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
        environment: "Mapping[str, str] | None" = None,
    ) -> None:
        """Services of a loop.

        - loop: None only checks what is configured, and gives stand-ins that nobody calls.
        - database: a connection string; None takes `DATABASE_URL`.
        """
        variables = os.environ if environment is None else environment
        self._loop = loop
        self._url = database or variables.get("DATABASE_URL")
        self._database: Database | None = None
        self._blocking: BlockingDatabase | None = None

    def database(self, *, blocking: bool) -> object:
        """The Postgres database; for a thread, its blocking face.

        Raises ServiceMissing, and ConnectionStringError for a string that is none.
        """
        if self._url is None:
            raise ServiceMissing(
                "needs a Postgres database, and none is configured: set --database or DATABASE_URL"
            )
        from necro.postgres import BlockingDatabase, Database
        from necro.postgres._dsn import connection_parameters

        parameters = connection_parameters(self._url)
        if self._loop is None:
            return Database
        if self._database is None:
            self._database = Database(parameters, loop=self._loop)
            self._blocking = BlockingDatabase(self._database, self._loop)
        return self._blocking if blocking else self._database

    async def open(self) -> None:
        """Opens what was asked for. Connections are made when they are needed."""
        if self._database is not None:
            await self._database.open()

    async def close(self) -> None:
        """Closes it."""
        if self._database is not None:
            await self._database.aclose()
