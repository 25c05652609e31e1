"""LISTEN as an asynchronous iterator that survives reconnects."""

import asyncio
import logging
from collections import deque

from necro.postgres._errors import PostgresError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._necro import PostgresConnection
    from necro.postgres._database import Database

__all__ = ["Listener"]

_log = logging.getLogger("necro.postgres")
# Notifications that wait for their reader; the oldest is dropped beyond, and that is said.
PENDING_MAX = 10_000
_BACKOFF_FIRST = 0.05
_BACKOFF_LONGEST = 5.0


class Listener:
    """The payloads of a channel's notifications, in the order in which they come.

    It listens from the first `__anext__` on, or from the beginning of its `async with`, which also
    ends it. When the connection is lost it connects again; what was notified in between is lost,
    since Postgres keeps nothing for a session that is gone.
    """

    def __init__(self, database: "Database", channel: str) -> None:
        self.channel = channel
        self._database = database
        self._connection: PostgresConnection | None = None
        self._payloads: deque[str] = deque(maxlen=PENDING_MAX)
        self._event = asyncio.Event()
        self._has_dropped = False

    async def __aenter__(self) -> "Listener":
        await self._listen()
        return self

    async def __aexit__(self, *ignored: object) -> None:
        await self.aclose()

    def __aiter__(self) -> "Listener":
        return self

    async def __anext__(self) -> str:
        while not self._payloads:
            if self._connection is None:
                await self._reconnect()
            self._event.clear()
            if not self._payloads:
                await self._event.wait()
        return self._payloads.popleft()

    async def aclose(self) -> None:
        """Stops to listen, and gives the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._forget(connection)
            connection.release(True)

    def put(self, payload: str) -> None:
        """Takes a notification."""
        if len(self._payloads) == PENDING_MAX and not self._has_dropped:
            self._has_dropped = True
            _log.warning(
                "channel %s: more than %d notifications wait; the oldest are dropped",
                self.channel,
                PENDING_MAX,
            )
        self._payloads.append(payload)
        self._event.set()

    def disconnected(self) -> None:
        """The connection is gone."""
        self._connection = None
        self._event.set()

    async def _listen(self) -> None:
        connection = await self._database.acquire(None)
        listeners = self._database.hooks.listeners
        listeners.setdefault(connection, []).append(self)
        quoted = self.channel.replace('"', '""')
        try:
            await connection.execute(f'LISTEN "{quoted}"')
        except BaseException:
            self._forget(connection)
            connection.release(True)
            raise
        self._connection = connection

    def _forget(self, connection: "PostgresConnection") -> None:
        listeners = self._database.hooks.listeners
        others = [each for each in listeners.pop(connection, ()) if each is not self]
        if others:
            listeners[connection] = others

    async def _reconnect(self) -> None:
        delay = _BACKOFF_FIRST
        while True:
            try:
                await self._listen()
                return
            except (PostgresError, OSError) as error:
                if not self._database._is_open:  # pyright: ignore[reportPrivateUsage]
                    raise
                _log.warning("channel %s: %s", self.channel, error)
                await asyncio.sleep(delay)
                delay = min(delay * 2, _BACKOFF_LONGEST)
