"""A connection of one's own: transactions, batches, cursors and copies."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Sequence
from contextlib import aclosing, suppress
from types import TracebackType

from necro.postgres._errors import ConnectionLost, InterfaceError, PostgresError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal

    from necro._necro import PostgresCall, PostgresConnection, Row
    from necro.postgres._database import Database

    type Isolation = Literal["read committed", "repeatable read", "serializable"]

__all__ = ["Batch", "Connection", "Transaction"]

# Rows that a stream fetches at once, where the caller does not say.
STREAM_ROWS = 500
# Statements of execute_many() that share a Sync.
BATCH_STATEMENTS = 1_000
_ISOLATIONS = ("read committed", "repeatable read", "serializable", "read uncommitted")


class Connection:
    """A connection that nobody else uses, as long as its `async with` lasts."""

    def __init__(self, database: "Database", native: "PostgresConnection") -> None:
        self._database = database
        self._native = native
        self._depth = 0
        self.fetch_one = native.fetch_one
        self.fetch_all = native.fetch_all
        self.fetch_value = native.fetch_value
        self.execute = native.execute

    @property
    def process_id(self) -> int:
        """The number of the server's process, as `pg_stat_activity` has it."""
        return self._native.process_id

    @property
    def spells(self) -> "Any":
        """The queries that scribe wrote, to run on this."""
        from necro.spells import spells_class

        return spells_class(blocking=False)(self)

    @property
    def is_in_transaction(self) -> bool:
        """Whether a transaction is open, also one that has failed."""
        return self._native.transaction_status != "I"

    def parameter(self, name: str) -> str | None:
        """What the server reports of a setting, such as `server_version`; None if it does not."""
        return self._native.parameter(name)

    async def script(self, sql: str, *, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Runs several statements without parameters, as psql would; rows are dropped."""
        await self._native.script(sql, timeout)

    def transaction(
        self,
        *,
        isolation: "Isolation | None" = None,
        readonly: bool = False,
        deferrable: bool = False,
    ) -> "Transaction":
        """A transaction, within another a savepoint, for `async with`: it commits unless the block
        raises."""
        return Transaction(self, _begin(isolation, readonly, deferrable))

    def batch(self) -> "Batch":
        """Statements that are sent together and are one transaction (one Sync): when one fails, the
        others are undone."""
        return Batch(self)

    async def execute_many(
        self,
        sql: str,
        arguments: "Iterable[Sequence[Any]]",
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> int:
        """Runs a statement for each set of arguments, all or none. Returns the rows affected."""
        sets = [(sql, *each) for each in arguments]
        if len(sets) <= BATCH_STATEMENTS:
            return await self._run_many(sets, timeout)
        affected = 0
        async with self.transaction():
            for first in range(0, len(sets), BATCH_STATEMENTS):
                affected += await self._run_many(sets[first : first + BATCH_STATEMENTS], timeout)
        return affected

    async def _run_many(
        self,
        sets: "list[tuple[Any, ...]]",
        timeout: float | None,  # noqa: ASYNC109
    ) -> int:
        results = await self.run_batch(sets, timeout)
        return sum(each if isinstance(each, int) else len(each) for each in results)

    async def run_batch(
        self,
        members: "list[tuple[Any, ...]]",
        timeout: float | None,  # noqa: ASYNC109
    ) -> "list[int | list[Row]]":
        """The results of statements that share a Sync; raises the first that failed for itself."""
        from necro.postgres._errors import BatchAborted

        if not members:
            return []
        calls = self._native.batch(members, timeout)
        results = await asyncio.gather(*calls, return_exceptions=True)
        failures = [each for each in results if isinstance(each, BaseException)]
        for failure in failures:
            if not isinstance(failure, BatchAborted):
                raise failure
        if failures:
            raise failures[0]
        return results  # type: ignore[return-value]

    async def stream(
        self, sql: str, *arguments: "Any", rows: int = STREAM_ROWS
    ) -> "AsyncGenerator[Row]":
        """The rows of a statement, fetched as they are used, through a cursor.

        - rows: how many are fetched at once.
        """
        if rows < 1:
            raise ValueError("a stream fetches at least one row at once")
        if not self.is_in_transaction:
            async with self.transaction(), aclosing(self._stream(sql, arguments, rows)) as stream:
                async for row in stream:
                    yield row
            return
        async with aclosing(self._stream(sql, arguments, rows)) as stream:
            async for row in stream:
                yield row

    async def _stream(
        self, sql: str, arguments: "tuple[Any, ...]", rows: int
    ) -> "AsyncGenerator[Row]":
        portal, call = self._native.cursor_open(sql, arguments, rows)
        fetched, has_more = await call
        try:
            while True:
                for row in fetched:
                    yield row
                if not has_more:
                    return
                fetched, has_more = await self._native.cursor_fetch(sql, portal, rows)
        finally:
            if has_more and self._native.state == "ready":
                await self._native.cursor_close(sql, portal, 0)

    async def copy_in(
        self,
        sql: str,
        data: "bytes | Iterable[bytes] | AsyncIterable[bytes]",
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> int:
        """Runs a `COPY … FROM STDIN` on octets. Returns the number of rows.

        When the source raises, the server undoes the copy, and the exception goes on.
        """
        call = self._native.copy_in(sql, timeout)
        token = self._native.copy_token(call)
        try:
            await self._until_copy(call, token, lambda: self._native.copy_begun(call))
            async for chunk in _chunks(data):
                if call.done():
                    break
                if not self._native.copy_write(call, chunk):
                    await self._database.hooks.copy_event(token, call)
        except BaseException:
            # Also while the server has not begun, as when the table is locked.
            call.cancel()
            raise
        if not call.done():
            self._native.copy_end(call, None)
        return await call

    async def copy_out(
        self,
        sql: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> AsyncGenerator[bytes]:
        """Runs a `COPY … TO STDOUT` and gives its octets as they come."""
        call = self._native.copy_out(sql, timeout)
        token = self._native.copy_token(call)
        try:
            while not call.done():
                if chunk := self._native.copy_take(call):
                    yield chunk
                else:
                    await self._database.hooks.copy_event(token, call)
            # The result of a copy out are the octets that were not taken before its end.
            if rest := await call:
                yield rest
        finally:
            if not call.done():
                call.cancel()

    async def _until_copy(self, call: "PostgresCall[int]", token: int, begun: "Any") -> None:
        while not call.done() and not begun():
            await self._database.hooks.copy_event(token, call)

    async def set_type_codec(
        self, name: str, *, encoder: "Callable[[Any], str]", decoder: "Callable[[str], Any]"
    ) -> None:
        """Has values of a type travel as text, by functions from and to str, on all connections."""
        await self._database.set_type_codec(name, encoder=encoder, decoder=decoder)


async def _chunks(
    data: "bytes | Iterable[bytes] | AsyncIterable[bytes]",
) -> AsyncIterator[bytes]:
    if isinstance(data, bytes | bytearray | memoryview):
        octets = bytes(data)
        for first in range(0, len(octets), 65_536):
            yield octets[first : first + 65_536]
    elif isinstance(data, AsyncIterable):
        async for chunk in data:
            yield bytes(chunk)
    else:
        for chunk in data:
            yield bytes(chunk)


def _begin(isolation: str | None, readonly: bool, deferrable: bool) -> str:
    """The statement that begins a transaction."""
    words = ["BEGIN"]
    if isolation is not None:
        level = isolation.replace("_", " ").lower()
        if level not in _ISOLATIONS:
            raise ValueError(
                f"no isolation level: {isolation!r}; there are {', '.join(_ISOLATIONS)}"
            )
        words.append(f"ISOLATION LEVEL {level.upper()}")
    if readonly:
        words.append("READ ONLY")
    if deferrable:
        words.append("DEFERRABLE")
    return " ".join(words)


class Transaction:
    """A transaction or savepoint of a connection."""

    def __init__(self, connection: Connection, begin: str) -> None:
        self._connection = connection
        self._begin = begin
        self._savepoint: str | None = None
        self._is_over = True

    async def __aenter__(self) -> Connection:
        connection = self._connection
        if connection.is_in_transaction:
            if self._begin != "BEGIN":
                raise InterfaceError("a savepoint has the properties of its transaction")
            connection._depth += 1  # pyright: ignore[reportPrivateUsage]
            self._savepoint = f"necro_{connection._depth}"  # pyright: ignore[reportPrivateUsage]
            await connection.execute(f"SAVEPOINT {self._savepoint}")
        else:
            await connection.execute(self._begin)
        self._is_over = False
        return connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over = True
        connection = self._connection
        native = connection._native  # pyright: ignore[reportPrivateUsage]
        if native.state != "ready":
            # The server has rolled back already; an error is on its way out, or this is it.
            if error is None:
                raise ConnectionLost(
                    "the connection to Postgres ended within the transaction, which is undone",
                    was_sent=False,
                )
            return
        if error is not None:
            # A cancelled task still has to leave the connection as it was. When that fails, the
            # server has rolled back by itself, and the block's own exception says more.
            with suppress(PostgresError):
                await asyncio.shield(self._end("ROLLBACK", "ROLLBACK TO SAVEPOINT"))
            return
        if native.transaction_status == "E" and self._savepoint is None:
            # COMMIT would roll back and call it success.
            await self._end("ROLLBACK", "ROLLBACK TO SAVEPOINT")
            raise InterfaceError(
                "a statement of the transaction failed and its error was caught: it was rolled back"
            )
        await self._end("COMMIT", "RELEASE SAVEPOINT")

    async def _end(self, plain: str, nested: str) -> None:
        connection = self._connection
        if self._savepoint is None:
            if connection.is_in_transaction:
                await connection.execute(plain)
        else:
            connection._depth -= 1  # pyright: ignore[reportPrivateUsage]
            await connection.execute(f"{nested} {self._savepoint}")


class Batch:
    """Statements that are sent together, for `async with`: its results are there behind it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._members: list[tuple[Any, ...]] = []
        self.results: list[int | list[Row]] = []

    def execute(self, sql: str, *arguments: "Any") -> None:
        """Adds a statement. Its result is a list of rows, or the number of rows affected."""
        self._members.append((sql, *arguments))

    fetch_all = execute

    async def __aenter__(self) -> "Batch":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.results = await self._connection.run_batch(self._members, None)
