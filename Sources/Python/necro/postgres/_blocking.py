"""The blocking face of a database, for plain `def` handlers, which run in a worker's threads."""

import asyncio
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
    from contextlib import AbstractAsyncContextManager
    from typing import Any

    from necro._necro import Row
    from necro.postgres._connection import Batch, Connection, Isolation
    from necro.postgres._database import Database

__all__ = ["BlockingConnection", "BlockingDatabase"]


class _Face:
    """Runs what a loop has to do, and waits for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def _wait[Value](self, make: "Callable[[], Awaitable[Value]]") -> Value:
        async def run() -> Value:
            return await make()

        return self._run(run())

    def _run[Value](self, coroutine: "Coroutine[Any, Any, Value]") -> Value:
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    @contextmanager
    def _within[Value](
        self, make: "Callable[[], AbstractAsyncContextManager[Value]]"
    ) -> Generator[Value]:
        """A block of an asynchronous context manager, which lives in one task of the loop."""
        entered: asyncio.Future[Value] = self._call(self._loop.create_future)
        left: asyncio.Future[BaseException | None] = self._call(self._loop.create_future)

        async def live() -> None:
            try:
                async with make() as value:
                    entered.set_result(value)
                    error = await left
                    if error is not None:
                        raise error
            except BaseException as error:
                if not entered.done():
                    entered.set_exception(error)
                    return
                raise

        async def begin() -> "tuple[asyncio.Task[None], Value]":
            task = asyncio.ensure_future(live())
            try:
                return task, await entered
            except BaseException:
                task.cancel()
                raise

        task, value = self._run(begin())
        error: BaseException | None = None
        try:
            yield value
        except BaseException as raised:
            error = raised
        self._loop.call_soon_threadsafe(left.set_result, error)
        try:
            self._run(_finish(task))
        except BaseException as ended:
            if ended is not error:
                raise
        if error is not None:
            raise error

    def _call[Value](self, function: "Callable[[], Value]") -> Value:
        async def run() -> Value:
            return function()

        return self._run(run())

    def _each[Value](self, make: "Callable[[], AsyncIterator[Value]]") -> Iterator[Value]:
        iterator = self._call(make)
        try:
            while True:
                try:
                    yield self._run(_next(iterator))
                except StopAsyncIteration:
                    return
        finally:
            close = getattr(iterator, "aclose", None)
            if close is not None:
                self._wait(close)


async def _finish(task: "asyncio.Task[None]") -> None:
    await task


async def _next[Value](iterator: "AsyncIterator[Value]") -> Value:
    return await anext(iterator)


class _Queries(_Face):
    """The calls that a database and a connection share."""

    _target: "Database | Connection"

    def fetch_one(self, sql: str, *arguments: "Any", timeout: float | None = None) -> "Row | None":
        """The first row, or None."""
        return self._wait(lambda: self._target.fetch_one(sql, *arguments, timeout=timeout))

    def fetch_all(self, sql: str, *arguments: "Any", timeout: float | None = None) -> "list[Row]":
        """All rows."""
        return self._wait(lambda: self._target.fetch_all(sql, *arguments, timeout=timeout))

    def fetch_value(self, sql: str, *arguments: "Any", timeout: float | None = None) -> "Any":
        """The first column of the first row, or None."""
        return self._wait(lambda: self._target.fetch_value(sql, *arguments, timeout=timeout))

    def execute(self, sql: str, *arguments: "Any", timeout: float | None = None) -> int:
        """The number of rows affected."""
        return self._wait(lambda: self._target.execute(sql, *arguments, timeout=timeout))

    def execute_many(
        self, sql: str, arguments: "Iterable[Sequence[Any]]", *, timeout: float | None = None
    ) -> int:
        """Runs a statement for each set of arguments, all or none. Returns the rows affected."""
        return self._run(self._target.execute_many(sql, arguments, timeout=timeout))

    def stream(self, sql: str, *arguments: "Any", rows: int = 500) -> "Iterator[Row]":
        """The rows of a statement, fetched as they are used, through a cursor."""
        return self._each(lambda: self._target.stream(sql, *arguments, rows=rows))

    def copy_in(self, sql: str, data: "bytes | Iterable[bytes]") -> int:
        """Runs a `COPY … FROM STDIN` on octets. Returns the number of rows."""
        return self._run(self._target.copy_in(sql, data))

    def copy_out(self, sql: str) -> Iterator[bytes]:
        """Runs a `COPY … TO STDOUT` and gives its octets as they come."""
        return self._each(lambda: self._target.copy_out(sql))

    def script(self, sql: str, *, timeout: float | None = None) -> None:
        """Runs several statements without parameters, as psql would; rows are dropped."""
        self._run(self._target.script(sql, timeout=timeout))

    @contextmanager
    def batch(self) -> "Generator[Batch]":
        """Statements that are sent together and are one transaction."""
        with self._within(self._target.batch) as batch:
            yield batch


class BlockingConnection(_Queries):
    """A connection that nobody else uses, in a thread."""

    def __init__(self, connection: "Connection", loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._target = connection
        self._connection = connection

    @contextmanager
    def transaction(
        self,
        *,
        isolation: "Isolation | None" = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> "Generator[BlockingConnection]":
        """A transaction, within another a savepoint."""
        with self._within(
            lambda: self._connection.transaction(
                isolation=isolation, readonly=readonly, deferrable=deferrable
            )
        ):
            yield self


class BlockingDatabase(_Queries):
    """A database in a thread: the methods of `necro.Database`, which wait."""

    def __init__(self, database: "Database", loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._target = database
        self._database = database

    @contextmanager
    def connection(self) -> "Generator[BlockingConnection]":
        """A connection that nobody else uses within the block."""
        with self._within(self._database.connection) as connection:
            yield BlockingConnection(connection, self._loop)

    @contextmanager
    def transaction(
        self,
        *,
        isolation: "Isolation | None" = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> "Generator[BlockingConnection]":
        """A transaction on a connection of its own."""
        with self._within(
            lambda: self._database.transaction(
                isolation=isolation, readonly=readonly, deferrable=deferrable
            )
        ) as connection:
            yield BlockingConnection(connection, self._loop)
