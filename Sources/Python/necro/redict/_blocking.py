"""The blocking face of a Redict, for plain `def` handlers and other threads than the loop's."""

from contextlib import contextmanager

from necro._blocking import BlockingFace
from necro.redict._commands import Commands
from necro.redict._errors import InterfaceError, NoScriptError
from necro.redict._faces import Blocking, Queueing
from necro.redict._pipeline import Pipeline

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Generator, Iterator, Sequence
    from types import TracebackType
    from typing import Any, Self

    from necro.redict._faces import Argument, Key
    from necro.redict._pipeline import Connection, Node, Transaction
    from necro.redict._redict import Redict
    from necro.redict._subscription import Message, Subscription

__all__ = [
    "BlockingConnection",
    "BlockingNode",
    "BlockingPipeline",
    "BlockingRedict",
    "BlockingScript",
    "BlockingSubscription",
    "BlockingTransaction",
]


class _Face(BlockingFace):
    _misuse = InterfaceError


class BlockingRedict(_Face, Blocking, Commands[str]):
    """A Redict in a thread: the methods of `necro.Redict`, which wait."""

    def __init__(self, redict: "Redict", loop: "asyncio.AbstractEventLoop") -> None:
        super().__init__(loop)
        self._redict = redict

    def _call(self, *arguments: "Any", **options: "Any") -> "Any":
        return self._wait(lambda: self._redict._call(*arguments, **options))  # pyright: ignore

    @property
    def raw(self) -> "BlockingRawRedict":
        """The same methods, whose strings are bytes."""
        return BlockingRawRedict(self._redict, self._loop)

    @contextmanager
    def connection(self, key: str | bytes | None = None) -> "Generator[BlockingConnection]":
        """A connection that nobody else uses within the block."""
        with self._within(lambda: self._redict.connection(key)) as connection:
            yield BlockingConnection(connection, self._loop)

    def masters(self) -> list[str]:
        """The addresses of a cluster's masters."""
        return self._wait(self._redict.masters)

    def node(self, address: str) -> "BlockingNode":
        """One server of a cluster."""
        return BlockingNode(self._redict.node(address), self._loop)

    def pipeline(self) -> "BlockingPipeline":
        """Commands that are sent together, for `with` or `execute()`."""
        return BlockingPipeline(Pipeline(self._redict), self._loop)

    @contextmanager
    def transaction(self, *watch: str | bytes) -> "Generator[BlockingTransaction]":
        """Commands that are run all at once at the end of the block.

        - watch: keys; when one has changed meanwhile, WatchError is raised and nothing was run.
        """
        with self._within(lambda: self._redict.transaction(*watch)) as transaction:
            yield BlockingTransaction(transaction, self._loop)

    def register_script(self, source: str) -> "BlockingScript":
        """A script in Lua, to be called with keys and arguments."""
        return BlockingScript(self, source)

    def subscribe(self, *channels: str | bytes) -> "BlockingSubscription":
        """The messages of channels, an iterator that survives reconnects."""
        return BlockingSubscription(
            self._made(lambda: self._redict.subscribe(*channels)), self._loop
        )

    def psubscribe(self, *patterns: str | bytes) -> "BlockingSubscription":
        """The messages of channels whose names fit patterns."""
        return BlockingSubscription(
            self._made(lambda: self._redict.psubscribe(*patterns)), self._loop
        )

    def ssubscribe(self, *channels: str | bytes) -> "BlockingSubscription":
        """The messages of shard channels."""
        return BlockingSubscription(
            self._made(lambda: self._redict.ssubscribe(*channels)), self._loop
        )

    def scan_iter(
        self,
        match: "Argument | None" = None,
        *,
        count: int | None = None,
        type: "Argument | None" = None,  # noqa: A002
    ) -> "Iterator[str]":
        """All keys; one may come twice while others are written."""
        return self._each(lambda: self._redict.scan_iter(match, count=count, type=type))

    def sscan_iter(
        self, key: "Key", match: "Argument | None" = None, *, count: int | None = None
    ) -> "Iterator[str]":
        """All members of a set."""
        return self._each(lambda: self._redict.sscan_iter(key, match, count=count))

    def hscan_iter(
        self, key: "Key", match: "Argument | None" = None, *, count: int | None = None
    ) -> "Iterator[tuple[str, str]]":
        """All fields of a hash with their values."""
        return self._each(lambda: self._redict.hscan_iter(key, match, count=count))

    def zscan_iter(
        self, key: "Key", match: "Argument | None" = None, *, count: int | None = None
    ) -> "Iterator[tuple[str, float]]":
        """All members of a sorted set with their scores."""
        return self._each(lambda: self._redict.zscan_iter(key, match, count=count))

    def read_stream(
        self, key: "Key", last: "Argument" = "$", *, count: int = 100
    ) -> "Iterator[tuple[str, dict[str, str]]]":
        """The entries of a stream as they come, without end."""
        return self._each(lambda: self._redict.read_stream(key, last, count=count))

    def consume(
        self,
        key: "Key",
        group: "Argument",
        consumer: "Argument",
        *,
        count: int = 10,
        start: "Argument" = "$",
    ) -> "Iterator[tuple[str, dict[str, str]]]":
        """The entries of a stream that this consumer of a group is given, without end."""
        return self._each(
            lambda: self._redict.consume(key, group, consumer, count=count, start=start)
        )


class BlockingRawRedict(_Face, Blocking, Commands[bytes]):
    """A Redict in a thread, whose strings are bytes."""

    def __init__(self, redict: "Redict", loop: "asyncio.AbstractEventLoop") -> None:
        super().__init__(loop)
        self._redict = redict

    def _call(self, *arguments: "Any", **options: "Any") -> "Any":
        return self._wait(lambda: self._redict.raw._call(*arguments, **options))  # pyright: ignore


class BlockingNode(_Face, Blocking, Commands[str]):
    """One server of a cluster, in a thread."""

    def __init__(self, node: "Node[str]", loop: "asyncio.AbstractEventLoop") -> None:
        super().__init__(loop)
        self._node = node

    def _call(self, *arguments: "Any", **options: "Any") -> "Any":
        return self._wait(lambda: self._node._call(*arguments, **options))  # pyright: ignore


class BlockingConnection(_Face, Blocking, Commands[str]):
    """A connection that nobody else uses, in a thread."""

    def __init__(self, connection: "Connection", loop: "asyncio.AbstractEventLoop") -> None:
        super().__init__(loop)
        self._connection = connection

    def _call(self, *arguments: "Any", **options: "Any") -> "Any":
        return self._wait(lambda: self._connection._call(*arguments, **options))  # pyright: ignore

    def pipeline(self) -> "BlockingPipeline":
        """Commands that are sent together on this connection."""
        return BlockingPipeline(self._connection.pipeline(), self._loop)


class BlockingPipeline(_Face, Queueing, Commands[str]):
    """Commands that are sent together, in a thread."""

    def __init__(self, pipeline: Pipeline, loop: "asyncio.AbstractEventLoop") -> None:
        super().__init__(loop)
        self._pipeline = pipeline

    def _call(self, *arguments: "Any", **options: "Any") -> "Any":
        return self._pipeline._call(*arguments, **options)  # pyright: ignore

    def __len__(self) -> int:
        """The number of commands that are queued."""
        return len(self._pipeline)

    def execute(self, *, raise_on_error: bool = True) -> "list[Any]":
        """Sends what is queued. Returns the replies in order."""
        return self._run(self._pipeline.execute(raise_on_error=raise_on_error))

    def clear(self) -> None:
        """Forgets what is queued."""
        self._pipeline.clear()

    def __enter__(self) -> "Self":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: "TracebackType | None",
    ) -> None:
        if kind is None:
            self.execute()
        else:
            self.clear()


class BlockingTransaction(_Face, Queueing, Commands[str]):
    """Commands that are run all at once, in a thread."""

    def __init__(self, transaction: "Transaction", loop: "asyncio.AbstractEventLoop") -> None:
        super().__init__(loop)
        self._transaction = transaction

    def _call(self, *arguments: "Any", **options: "Any") -> "Any":
        return self._transaction._call(*arguments, **options)  # pyright: ignore

    @property
    def now(self) -> BlockingConnection:
        """The connection that watches the keys: its commands are run at once."""
        return BlockingConnection(self._transaction.now, self._loop)


class BlockingScript:
    """A script: a call runs it, and waits."""

    def __init__(self, redict: BlockingRedict, source: str) -> None:
        from necro.redict._scripts import Script

        self._redict = redict
        self.source = source
        self.sha = Script(redict._redict, source).sha  # pyright: ignore[reportPrivateUsage]

    def __call__(self, keys: "Sequence[Key]" = (), args: "Sequence[Argument]" = ()) -> "Any":
        """Runs it. A server that does not know it is sent its source."""
        try:
            return self._redict.evalsha(self.sha, len(keys), *keys, *args)
        except NoScriptError:
            return self._redict.eval(self.source, len(keys), *keys, *args)


class BlockingSubscription(_Face):
    """The messages of channels; its `with` begins and ends it."""

    def __init__(
        self, subscription: "Subscription[str]", loop: "asyncio.AbstractEventLoop"
    ) -> None:
        super().__init__(loop)
        self._subscription = subscription

    def __enter__(self) -> "Self":
        self._wait(self._subscription.__aenter__)
        return self

    def __exit__(self, *ignored: object) -> None:
        self.close()

    def __iter__(self) -> "Self":
        return self

    def __next__(self) -> "Message[str]":
        try:
            return self._wait(self._subscription.__anext__)
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        """Unsubscribes."""
        self._wait(self._subscription.aclose)
