"""The blocking face of a database, for plain `def` handlers and other threads than the loop's."""

import asyncio
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager

from necro._blocking import BlockingFace
from necro.postgres._errors import InterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from necro._necro import Row
    from necro.postgres._connection import Batch, Connection, Isolation
    from necro.postgres._database import Database
    from necro.postgres._listening import Listener

__all__ = ["BlockingConnection", "BlockingDatabase", "BlockingListener"]


class _Face(BlockingFace):
    _misuse = InterfaceError


class _Queries(_Face):
    """The calls that a database and a connection share."""

    _target: "Database | Connection"

    @property
    def spells(self) -> "Any":
        """The queries that scribe wrote, to run on this."""
        from necro.spells import spells_class

        return spells_class(blocking=True)(self)

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

    def copy_in(
        self, sql: str, data: "bytes | Iterable[bytes]", *, timeout: float | None = None
    ) -> int:
        """Runs a `COPY … FROM STDIN` on octets. Returns the number of rows."""
        return self._run(self._target.copy_in(sql, data, timeout=timeout))

    def copy_out(self, sql: str, *, timeout: float | None = None) -> Iterator[bytes]:
        """Runs a `COPY … TO STDOUT` and gives its octets as they come."""
        return self._each(lambda: self._target.copy_out(sql, timeout=timeout))

    def script(self, sql: str, *, timeout: float | None = None) -> None:
        """Runs several statements without parameters, as psql would; rows are dropped."""
        self._run(self._target.script(sql, timeout=timeout))

    def set_type_codec(
        self, name: str, *, encoder: "Callable[[Any], str]", decoder: "Callable[[str], Any]"
    ) -> None:
        """Has values of a type travel as text, by functions from and to str, on all connections."""
        self._run(self._target.set_type_codec(name, encoder=encoder, decoder=decoder))

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

    @property
    def process_id(self) -> int:
        """The number of the server's process, as `pg_stat_activity` has it."""
        return self._connection.process_id

    @property
    def is_in_transaction(self) -> bool:
        """Whether a transaction is open, also one that has failed."""
        return self._connection.is_in_transaction

    def parameter(self, name: str) -> str | None:
        """What the server reports of a setting, such as `server_version`; None if it does not."""
        return self._connection.parameter(name)

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
    def connection(self, *, timeout: float | None = None) -> "Generator[BlockingConnection]":
        """A connection that nobody else uses within the block."""
        with self._within(lambda: self._database.connection(timeout=timeout)) as connection:
            yield BlockingConnection(connection, self._loop)

    def listen(self, channel: str) -> "BlockingListener":
        """The notifications of a channel, an iterator that survives reconnects."""
        return BlockingListener(self._database.listen(channel), self._loop)

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


class BlockingListener(_Face):
    """The payloads of a channel's notifications; its `with` begins and ends it."""

    def __init__(self, listener: "Listener", loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._listener = listener

    def __enter__(self) -> "BlockingListener":
        self._wait(self._listener.__aenter__)
        return self

    def __exit__(self, *ignored: object) -> None:
        self.close()

    def __iter__(self) -> "BlockingListener":
        return self

    def __next__(self) -> str:
        return self._wait(self._listener.__anext__)

    def close(self) -> None:
        """Stops to listen, and gives the connection back."""
        self._wait(self._listener.aclose)
