"""`necro host --dev`: private, throw-away servers for what an app injects and no URL names."""

import os
from collections.abc import Iterable
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._private_servers import PrivateServer

__all__ = ["DevServers"]


class _Kind(NamedTuple):
    """What is started for a service.

    - title: for people.
    - server: the class in `necro._private_servers`.
    - variable: what programs look its URL up by.
    """

    title: str
    server: str
    variable: str


# By the names that `Services.missing` has.
_KINDS = {
    "database": _Kind("Postgres", "PrivatePostgres", "DATABASE_URL"),
    "redis": _Kind("Redict", "PrivateRedict", "REDIS_URL"),
}


class DevServers:
    """The private servers of a host. They end with `close`, or with the process."""

    def __init__(self) -> None:
        self._started: list[PrivateServer] = []

    def start(self, names: Iterable[str], folder: str | None = None) -> dict[str, tuple[str, str]]:
        """Starts a server for each service; the environment of the process then has its URL.

        - names: `database`, `redis`.
        - folder: of a project whose schema, as `necro scribe` reads it, the database is given.

        Returns title and URL by name. Raises StartupError, which says what to install where that
        is what is missing.
        """
        from necro import _private_servers
        from necro._errors import StartupError

        found: dict[str, tuple[str, str]] = {}
        for name in names:
            kind = _KINDS[name]
            server: PrivateServer = getattr(_private_servers, kind.server)()
            try:
                server.open()
            except _private_servers.PrivateServerError as error:
                self.close()
                raise StartupError(f"--dev: {error}") from None
            self._started.append(server)
            url: str = getattr(server, "url")  # noqa: B009
            # The app's own code, and what it starts, finds it as it will in production.
            os.environ[kind.variable] = url
            title = kind.title
            if name == "database" and folder is not None:
                title += self._with_schema(folder, url)
            found[name] = title, url
        return found

    def _with_schema(self, folder: str, url: str) -> str:
        """Applies a schema; gives `, with undead.sql`, or nothing where there is none."""
        try:
            from necro_scribe import SchemaError, apply_schema
        except ImportError:
            # Scribe is not installed, or not built.
            return ""
        try:
            names = apply_schema(folder, url)
        except SchemaError as error:
            from necro._errors import StartupError

            self.close()
            raise StartupError("--dev: the schema does not apply", f"{error}\n") from None
        return f" with {', '.join(names)}" if names else ""

    def close(self) -> None:
        """Ends the servers and removes their folders."""
        while self._started:
            self._started.pop().close()
