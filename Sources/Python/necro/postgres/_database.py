"""The database: a pool of connections that a worker's handlers, or a program, share."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from types import TracebackType

from necro._native import native
from necro.postgres._connecting import open_session
from necro.postgres._connection import STREAM_ROWS, Batch, Connection
from necro.postgres._dsn import ConnectionParameters
from necro.postgres._errors import ConnectionFailed, PostgresError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from necro._necro import PostgresCall, PostgresConnection, Row
    from necro.postgres._connection import Isolation
    from necro.postgres._listening import Listener

__all__ = ["Database"]

_log = logging.getLogger("necro.postgres")
# Seconds between attempts to connect, the first and the longest.
_BACKOFF_FIRST = 0.05
_BACKOFF_LONGEST = 5.0
# Seconds between looks at idle and old connections.
_UPKEEP_INTERVAL = 5.0


class Database(native.PostgresPool):
    """A Postgres database.

    `fetch_one`, `fetch_all`, `fetch_value` and `execute` take a statement with `$1`, `$2`, … and
    its arguments, and `timeout=` in seconds. Statements of concurrent callers share connections,
    where none can be held up by another's; `transaction()` and `connection()` have one of their
    own.
    """

    hooks: "Hooks"

    def __new__(
        cls,
        parameters: ConnectionParameters,
        *,
        pool_min: int = 0,
        pool_max: int = 10,
        idle_timeout: float = 300.0,
        lifetime: float = 3600.0,
        acquire_timeout: float = 30.0,
        statement_cache_size: int = 256,
        settings: "dict[str, int] | None" = None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> "Database":
        """A database on the running loop; `open` begins it.

        - pool_min, pool_max: connections that are kept, and that there may be.
        - idle_timeout, lifetime: seconds after which a connection is closed that was not used, or
          is old; 0 for never.
        - acquire_timeout: seconds that a call waits for a connection.
        - statement_cache_size: statements that a connection keeps prepared; 0 prepares none, which
          a pooler such as pgbouncer needs in transaction mode.
        - loop: the running one by default.
        """
        if not 0 <= pool_min <= pool_max or pool_max < 1:
            raise ValueError("pool_min and pool_max are from 0 on, and pool_max is 1 at least")
        hooks = Hooks()
        loop = loop or asyncio.get_running_loop()
        chosen = {
            "sessions_max": pool_max,
            "wait_milliseconds": int(acquire_timeout * 1000),
            "prepared_statements_max": statement_cache_size,
            **(settings or {}),
        }
        database = super().__new__(cls, loop, chosen, hooks)
        hooks.database = database
        database.hooks = hooks
        database._loop = loop
        database._parameters = parameters
        database._pool_min = pool_min
        database._idle_timeout = idle_timeout
        database._lifetime = lifetime
        database._upkeep = None
        database._is_open = False
        database._codecs = {}
        return database

    if TYPE_CHECKING:
        _loop: asyncio.AbstractEventLoop
        _parameters: ConnectionParameters
        _pool_min: int
        _idle_timeout: float
        _lifetime: float
        _upkeep: asyncio.Task[None] | None
        _is_open: bool
        _codecs: dict[str, tuple[Any, Any]]

        def __init__(self, parameters: ConnectionParameters, **keywords: Any) -> None: ...  # pyright: ignore[reportInconsistentConstructor]
    else:

        def __init__(self, *arguments: object, **keywords: object) -> None:  # pyright: ignore[reportInconsistentConstructor]
            """All is done by `__new__`."""

    # Life.

    async def open(self) -> None:
        """Begins the pool with `pool_min` connections.

        Raises ConnectionFailed when the first of them cannot be made.
        """
        if self._is_open:
            return
        self._is_open = True
        self._loop.add_reader(self.fileno(), self.turn)
        self._upkeep = self._loop.create_task(self._keep_up(), name="necro.postgres upkeep")
        for _ in range(self._pool_min):
            connection = await self.hooks.open()
            connection.release(False)

    async def aclose(self) -> None:
        """Closes all connections; what waits for an answer fails."""
        if not self._is_open:
            return
        self._is_open = False
        if self._upkeep is not None:
            self._upkeep.cancel()
        await self.hooks.cancel_attempts()
        super().close()
        self.flush()
        self._loop.remove_reader(self.fileno())

    async def __aenter__(self) -> "Database":
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _keep_up(self) -> None:
        """Closes connections that were idle for long or are old; opens those that are missing."""
        while True:
            await asyncio.sleep(_UPKEEP_INTERVAL * random.uniform(0.8, 1.2))
            connections = self.connections()
            spare = len(connections) - self._pool_min
            for connection in connections:
                if not connection.is_idle:
                    continue
                age, idle = connection.ages()
                if self._lifetime and age > self._lifetime:
                    connection.retire()
                elif self._idle_timeout and idle > self._idle_timeout and spare > 0:
                    spare -= 1
                    connection.retire()
            if len(self.connections()) < self._pool_min:
                with suppress(PostgresError):
                    (await self.hooks.open()).release(False)

    # Connections of one's own.

    @asynccontextmanager
    async def connection(
        self,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> "AsyncGenerator[Connection]":
        """A connection that nobody else uses within the block.

        What it has set, locked or listened to is undone behind it.
        """
        async with self._acquired(timeout, resetting=True) as connection:
            yield connection

    @asynccontextmanager
    async def _acquired(
        self,
        timeout: float | None = None,  # noqa: ASYNC109
        resetting: bool = False,
    ) -> "AsyncGenerator[Connection]":
        acquired = await self.acquire(timeout)
        try:
            yield Connection(self, acquired)
        finally:
            acquired.release(resetting)

    @asynccontextmanager
    async def transaction(
        self,
        *,
        isolation: "Isolation | None" = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> "AsyncGenerator[Connection]":
        """A transaction on a connection of its own, which the block is given.

        It commits unless the block raises. `transaction()` of that connection is a savepoint.
        """
        async with self._acquired() as connection:
            transaction = connection.transaction(
                isolation=isolation, readonly=readonly, deferrable=deferrable
            )
            # The native calls stand for the common case, in which no transaction is open.
            with self.hooks.apart():
                async with transaction:
                    yield connection

    @asynccontextmanager
    async def batch(self) -> "AsyncGenerator[Batch]":
        """Statements that are sent together and are one transaction: when one fails, the others are
        undone. Their `results` are there behind the block."""
        async with self._acquired() as connection, connection.batch() as batch:
            yield batch

    async def execute_many(
        self,
        sql: str,
        arguments: "Iterable[Sequence[Any]]",
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> int:
        """Runs a statement for each set of arguments, all or none. Returns the rows affected."""
        async with self._acquired() as connection:
            return await connection.execute_many(sql, arguments, timeout=timeout)

    async def stream(
        self, sql: str, *arguments: "Any", rows: int = STREAM_ROWS
    ) -> "AsyncGenerator[Row]":
        """The rows of a statement, fetched as they are used, through a cursor.

        - rows: how many are fetched at once.
        """
        async with (
            self._acquired() as connection,
            aclosing(connection.stream(sql, *arguments, rows=rows)) as stream,
        ):
            async for row in stream:
                yield row

    async def copy_in(
        self,
        sql: str,
        data: "Any",
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> int:
        """Runs a `COPY … FROM STDIN` on octets (bytes, or an iterable of them, perhaps
        asynchronous). Returns the number of rows."""
        async with self._acquired() as connection:
            return await connection.copy_in(sql, data, timeout=timeout)

    async def copy_out(
        self,
        sql: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> AsyncGenerator[bytes]:
        """Runs a `COPY … TO STDOUT` and gives its octets as they come."""
        async with (
            self._acquired() as connection,
            aclosing(connection.copy_out(sql, timeout=timeout)) as stream,
        ):
            async for chunk in stream:
                yield chunk

    async def script(
        self,
        sql: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> None:
        """Runs several statements without parameters, as psql would; rows are dropped."""
        async with self._acquired(resetting=True) as connection:
            await connection.script(sql, timeout=timeout)

    def listen(self, channel: str) -> "Listener":
        """The notifications of a channel, an asynchronous iterator that survives reconnects."""
        from necro.postgres._listening import Listener

        return Listener(self, channel)

    async def set_type_codec(self, name: str, *, encoder: "Any", decoder: "Any") -> None:
        """Has values of a type travel as text, by functions of the user's.

        - name: of the type, perhaps with its schema.
        - encoder: from an argument to a str.
        - decoder: from a str to a value.
        """
        oid = await self.fetch_value("SELECT $1::regtype::oid", name)
        self.set_codec(oid, encoder, decoder)


class Hooks:
    """What the native pool asks of Python, and tells it."""

    database: Database

    def __init__(self) -> None:
        self._starting: dict[PostgresConnection, asyncio.Future[None]] = {}
        self._attempts: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._copies: dict[int, asyncio.Event] = {}
        self.listeners: dict[PostgresConnection, list[Listener]] = {}
        self._apart: dict[asyncio.Task[Any] | None, int] = {}

    # Connections.

    async def open(self) -> "PostgresConnection":
        """A new connection, which is the caller's until it is released."""
        connection = await open_session(
            self.database,
            self.database._parameters,  # pyright: ignore[reportPrivateUsage]
            self._until_ready,
        )
        self._failures = 0
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
        except PostgresError as error:
            self._failures += 1
            if self._failures == 1:
                _log.warning("%s", error)
            self.database.connection_failed()
        except BaseException:
            self.database.connection_failed()
            raise
        else:
            connection.release(False)

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
