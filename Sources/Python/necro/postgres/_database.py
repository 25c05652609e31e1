"""The database: a pool of connections that a worker's handlers, or a program, share."""

import asyncio
import random
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from types import TracebackType

from necro._native import native
from necro.postgres._connection import STREAM_ROWS, Batch, Connection
from necro.postgres._dsn import ConnectionParameters
from necro.postgres._errors import PostgresError
from necro.postgres._hooks import Hooks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from necro._necro import Row
    from necro.postgres._blocking import BlockingDatabase
    from necro.postgres._connection import Isolation
    from necro.postgres._listening import Listener

__all__ = ["Database"]

# Seconds between looks at idle and old connections.
_UPKEEP_INTERVAL = 5.0
# More is as good as no limit.
_SECONDS_MAX = 31_536_000.0


def _milliseconds(seconds: float) -> int:
    """For the native side: at least 1, but 0 for 0, which has no limit."""
    return 0 if not seconds else max(1, int(min(seconds, _SECONDS_MAX) * 1000))


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
        statement_timeout: float | None = None,
        statement_cache_size: int = 256,
        settings: "dict[str, int] | None" = None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> "Database":
        """A database on the running loop; `open` begins it.

        - pool_min, pool_max: connections that are kept, and that there may be.
        - idle_timeout, lifetime: seconds after which a connection is closed that was not used, or
          is old; 0 for never.
        - acquire_timeout: seconds that a call waits for a connection.
        - statement_timeout: seconds that a statement may take whose call has no `timeout`, copies
          apart; None for as long as it likes.
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
            "wait_milliseconds": _milliseconds(acquire_timeout),
            "statement_milliseconds": _milliseconds(statement_timeout or 0.0),
            "prepared_statements_max": statement_cache_size,
            # Five letters, so that no other pool's statements have the names of this one's.
            "statement_salt": random.randrange(26**4, 26**5),
            **(settings or {}),
        }
        database = super().__new__(cls, loop, chosen, hooks)
        hooks.serve(database)
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

    @property
    def blocking(self) -> "BlockingDatabase":
        """The same methods for threads other than the loop's, where they wait."""
        from necro.postgres._blocking import BlockingDatabase

        return BlockingDatabase(self, self._loop)

    @property
    def spells(self) -> "Any":
        """The queries that scribe wrote, to run on this."""
        from necro.spells import spells_class

        return spells_class(blocking=False)(self)

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

    async def set_type_codec(
        self, name: str, *, encoder: "Callable[[Any], str]", decoder: "Callable[[str], Any]"
    ) -> None:
        """Has values of a type travel as text, by functions of the user's.

        - name: of the type, perhaps with its schema.
        - encoder: from an argument to a str.
        - decoder: from a str to a value.
        """
        oid = await self.fetch_value("SELECT $1::regtype::oid", name)
        self.set_codec(oid, encoder, decoder)
