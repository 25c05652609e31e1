"""What the native pool asks of Python, and tells it: connections, types, notices, copies."""

import asyncio
import logging
import random
from weakref import ref

from necro._native import native
from necro.postgres._connecting import is_lasting, open_session
from necro.postgres._errors import (
    AuthenticationFailed,
    ConnectionFailed,
    InterfaceError,
    PoolExhausted,
    PostgresError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from necro._necro import PostgresCall, PostgresConnection, Row
    from necro.postgres._database import Database
    from necro.postgres._listening import Listener

__all__ = ["Hooks"]

_log = logging.getLogger("necro.postgres")
# Seconds between attempts to connect, the first and the longest.
_BACKOFF_FIRST = 0.05
_BACKOFF_LONGEST = 5.0


def _no_database() -> None:
    """Stands for the database until there is one."""


class Hooks:
    """What the native pool asks of Python, and tells it."""

    def __init__(self) -> None:
        # The database holds this; held by it in turn, it would never be given up.
        self._database: Callable[[], Database | None] = _no_database
        self._starting: dict[PostgresConnection, asyncio.Future[None]] = {}
        self._attempts: set[asyncio.Task[None]] = set()
        self._failures = 0
        # What the last attempt to connect has ended with, since one succeeded.
        self._refusal: ConnectionFailed | None = None
        self._copies: dict[int, asyncio.Event] = {}
        self.listeners: dict[PostgresConnection, list[Listener]] = {}
        self._apart: dict[asyncio.Task[Any] | None, int] = {}

    @property
    def database(self) -> "Database":
        """The database that this is of, which calls it and so is there."""
        database = self._database()
        assert database is not None
        return database

    def serve(self, database: "Database") -> None:
        """Takes the database that this is of."""
        self._database = ref(database)

    # Connections.

    async def open(self) -> "PostgresConnection":
        """A new connection, which is the caller's until it is released."""
        connection = await open_session(
            self.database,
            self.database._parameters,  # pyright: ignore[reportPrivateUsage]
            self._until_ready,
        )
        self._failures = 0
        self._refusal = None
        return connection

    async def _until_ready(self, connection: "PostgresConnection") -> None:
        future = asyncio.get_running_loop().create_future()
        self._starting[connection] = future
        try:
            await future
        finally:
            self._starting.pop(connection, None)

    def session_ready(self, connection: "PostgresConnection") -> None:
        """A session's start-up is over."""
        future = self._starting.get(connection)
        if future is not None and not future.done():
            future.set_result(None)

    def session_closed(self, connection: "PostgresConnection", error: PostgresError | None) -> None:
        """A session has ended."""
        future = self._starting.get(connection)
        if future is not None and not future.done():
            future.set_exception(error or ConnectionFailed("the connection was closed"))
        for listener in self.listeners.pop(connection, ()):
            listener.disconnected()

    def connection_wanted(self) -> None:
        """Calls wait, and there may be another connection."""
        loop = self.database._loop  # pyright: ignore[reportPrivateUsage]
        if loop.is_closed() or not self.database._is_open:  # pyright: ignore[reportPrivateUsage]
            self.database.connection_failed()
            self.database.fail_waiting()
            return
        task = loop.create_task(self._attempt(), name="necro.postgres connect")
        self._attempts.add(task)
        task.add_done_callback(self._attempts.discard)

    async def _attempt(self) -> None:
        """Opens a connection for whoever waits, after a delay when the last attempts failed."""
        try:
            if self._failures:
                longest = min(_BACKOFF_LONGEST, _BACKOFF_FIRST * 2 ** min(self._failures, 10))
                await asyncio.sleep(random.uniform(longest / 2, longest))
            connection = await self.open()
        except ConnectionFailed as error:
            self._failures += 1
            # One line for each reason, however often it comes.
            if str(error) != str(self._refusal):
                _log.warning("%s", error)
            self._refusal = error
            self.database.connection_failed()
            if is_lasting(error) and not self._has_connections():
                # Who waits now is told now; who asks later has the server asked again.
                self.database.fail_waiting()
        except BaseException:
            self.database.connection_failed()
            raise
        else:
            connection.release(False)

    def _has_connections(self) -> bool:
        return any(each.state == "ready" for each in self.database.connections())

    def no_connection(self) -> PostgresError:
        """Why a call got no connection."""
        if not self.database._is_open:  # pyright: ignore[reportPrivateUsage]
            return InterfaceError("the database is not open: use `async with`, or open()")
        refusal = self._refusal
        if refusal is None:
            return PoolExhausted("no connection to Postgres became free in time")
        if self._has_connections():
            return PoolExhausted(
                f"no connection to Postgres became free in time, and there are no more: {refusal}"
            )
        is_about_credentials = isinstance(refusal, AuthenticationFailed)
        error = (AuthenticationFailed if is_about_credentials else ConnectionFailed)(str(refusal))
        error.__cause__ = refusal.__cause__
        return error

    async def cancel_attempts(self) -> None:
        """Gives up connecting."""
        attempts = list(self._attempts)
        for task in attempts:
            task.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)

    # Types.

    def types_wanted(
        self, token: int, oids: list[int], connection: "PostgresConnection | None"
    ) -> None:
        """A statement has types that are not known; it goes on at `types_known`."""
        loop = self.database._loop  # pyright: ignore[reportPrivateUsage]
        task = loop.create_task(self._learn(token, oids, connection), name="necro.postgres types")
        self._attempts.add(task)
        task.add_done_callback(self._attempts.discard)

    async def _learn(
        self, token: int, oids: list[int], connection: "PostgresConnection | None"
    ) -> None:
        from necro.postgres._types import learn

        async def fetch(sql: str, arguments: "tuple[list[int]]") -> "list[Row]":
            if connection is not None:
                return await connection.fetch_types(sql, arguments)
            return await self.database.fetch_all(sql, *arguments)

        try:
            await learn(self.database, oids, fetch)
        except PostgresError as error:
            # The statement itself fails next, or its columns are text.
            _log.warning("types could not be looked up: %s", error)
        finally:
            self.database.types_known(token)

    # Notices, notifications and copies.

    def notified(self, connection: "PostgresConnection", channel: str, payload: str) -> None:
        """A notification."""
        for listener in self.listeners.get(connection, ()):
            if listener.channel == channel:
                listener.put(payload)

    def noticed(self, connection: "PostgresConnection", fields: dict[str, str]) -> None:
        """A notice: it is logged, by its severity."""
        severity = fields.get("V", fields.get("S", ""))
        level = logging.WARNING if severity == "WARNING" else logging.DEBUG
        _log.log(level, "%s: %s", severity, fields.get("M", ""))

    def argument_count(self, wanted: int, given: int) -> None:
        """Raises for a call with another number of arguments than the statement has parameters."""
        from necro.postgres._failures import argument_count

        raise argument_count(wanted, given)

    def copy_goes_on(self, token: int) -> None:
        """A copy has more octets, or room for more."""
        event = self._copies.get(token)
        if event is not None:
            event.set()

    async def copy_event(self, token: int, call: "PostgresCall[Any]") -> None:
        """Waits until a copy goes on, or is over."""
        event = self._copies.setdefault(token, asyncio.Event())
        event.clear()

        def over(_: object) -> None:
            event.set()

        call.add_done_callback(over)
        try:
            await event.wait()
        finally:
            call.remove_done_callback(over)
            self._copies.pop(token, None)

    # Callers that have a transaction open wait behind nobody.

    def apart(self) -> "Apart":
        """A block within which the current task's other calls share no connection."""
        return Apart(self)

    def enter(self, task: "asyncio.Task[Any] | None") -> None:
        """A task has begun a transaction."""
        if not self._apart:
            self.database.__dict__.update(self._slow())
        self._apart[task] = self._apart.get(task, 0) + 1

    def leave(self, task: "asyncio.Task[Any] | None") -> None:
        """A task has ended a transaction."""
        self._apart[task] -= 1
        if self._apart[task] == 0:
            del self._apart[task]
        if not self._apart:
            for name in self._slow():
                del self.database.__dict__[name]

    def _slow(self) -> "dict[str, Any]":
        """The calls in a form that looks which task it is."""

        def made(mode: int, name: str) -> "Any":
            quick = getattr(native.PostgresPool, name)

            def call(sql: str, *arguments: object, timeout: float | None = None) -> object:
                if _current_task() in self._apart:
                    return self.database.query_apart(mode, sql, arguments, timeout)
                return quick(self.database, sql, *arguments, timeout=timeout)

            return call

        # By the numbers of PendingCall.Mode.
        names = ("fetch_one", "fetch_all", "fetch_value", "execute")
        return {name: made(mode, name) for mode, name in enumerate(names)}


def _current_task() -> "asyncio.Task[Any] | None":
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


class Apart:
    """A block of a task's that has a transaction open."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._task = _current_task()

    def __enter__(self) -> None:
        self._hooks.enter(self._task)

    def __exit__(self, *ignored: object) -> None:
        self._hooks.leave(self._task)
