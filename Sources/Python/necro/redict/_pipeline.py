"""Commands that are sent together, and transactions."""

from necro._native import native
from necro.redict._commands import Commands
from necro.redict._errors import InterfaceError
from necro.redict._faces import Asynchronous, Queueing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Self

    from necro._necro import RedictCall, RedictConnection
    from necro.redict._redict import Redict

__all__ = ["Connection", "Node", "Pipeline", "Queued", "RawConnection", "Transaction"]

_PENDING: "Any" = object()


class Queued[Reply]:
    """The place of a reply, in a pipeline or a transaction."""

    __slots__ = ("_reply",)

    def __init__(self) -> None:
        self._reply: Any = _PENDING

    def settle(self, reply: object) -> None:
        """Takes the reply."""
        self._reply = reply

    @property
    def result(self) -> Reply:
        """The reply, once the pipeline has been executed; raises it where it is an error."""
        reply = self._reply
        if reply is _PENDING:
            raise InterfaceError("the pipeline has not been executed")
        if isinstance(reply, Exception):
            raise reply
        answer: Reply = reply
        return answer


class Pipeline(Queueing, Commands[str]):
    """Commands that are sent together; other callers' may be done in between.

    In a cluster each goes where its key is, and the replies come in order; what is for all nodes,
    and one command's keys of several slots, are CrossSlotError here.

    Its methods queue a command and give its place, a `Queued`. `execute` sends them and returns
    the list of replies; so does the end of an `async with`, where the block did not raise.
    """

    _is_transaction = False

    def __init__(self, redict: "Redict", connection: "RedictConnection | None" = None) -> None:
        self._batch = native.RedictBatch(redict, self._is_transaction, False)
        self._connection = connection
        self._queued: list[Queued[Any]] = []

    def _call(self, *arguments: "Any", **options: "Any") -> "Any":
        self._batch.append(*arguments, **options)
        queued: Queued[Any] = Queued()
        self._queued.append(queued)
        return queued

    def __len__(self) -> int:
        """The number of commands that are queued."""
        return len(self._queued)

    async def execute(self, *, raise_on_error: bool = True) -> "list[Any]":
        """Sends what is queued. Returns the replies in order.

        - raise_on_error: whether the first reply that is an error is raised; otherwise errors
          stand in the list.
        """
        if not self._queued:
            return []
        queued, self._queued = self._queued, []
        replies: list[Any] = await self._batch.submit(self._connection)
        for place, reply in zip(queued, replies, strict=True):
            place.settle(reply)
        if raise_on_error:
            for reply in replies:
                if isinstance(reply, Exception):
                    raise reply
        return replies

    def clear(self) -> None:
        """Forgets what is queued."""
        self._batch.clear()
        self._queued = []

    async def __aenter__(self) -> "Self":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: "TracebackType | None",
    ) -> None:
        if kind is None:
            await self.execute()
        else:
            self.clear()


class Connection(Asynchronous, Commands[str]):
    """A connection that nobody else uses, for `async with`: what changes it is allowed here."""

    def __init__(self, redict: "Redict", key: "str | bytes | None" = None) -> None:
        self._redict = redict
        self._key = key
        self._own: RedictConnection | None = None

    def _call(self, *arguments: "Any", **options: "Any") -> "Any":
        return self.held()._call(*arguments, **options)

    def held(self) -> "RedictConnection":
        """The native connection; raises InterfaceError outside of the block."""
        if self._own is None:
            raise InterfaceError("the connection is not taken, or was given back: use `async with`")
        return self._own

    @property
    def raw(self) -> "RawConnection":
        """The same methods, whose strings are bytes."""
        return RawConnection(self.held())

    def pipeline(self) -> Pipeline:
        """Commands that are sent together on this connection."""
        return Pipeline(self._redict, self.held())

    async def __aenter__(self) -> "Self":
        self._own = await self._redict.acquire(self._key)
        return self

    async def __aexit__(self, *ignored: object) -> None:
        if self._own is not None:
            self._own.release()
            self._own = None


class Node[T: (str, bytes)](Asynchronous, Commands[T]):
    """One server of a cluster, whatever keys it has."""

    def __init__(self, redict: "Redict", address: str, *, is_raw: bool = False) -> None:
        self._redict = redict
        self._place = (address, is_raw)

    def _call(self, *arguments: "Any", **options: "Any") -> "Any":
        return self._redict._call_at(*self._place, *arguments, **options)


class RawConnection(Asynchronous, Commands[bytes]):
    """A connection that nobody else uses, whose strings are bytes."""

    def __init__(self, own: "RedictConnection") -> None:
        self._own = own

    def _call(self, *arguments: "Any", **options: "Any") -> "Any":
        return self._own._call_raw(*arguments, **options)


class Transaction(Pipeline):
    """Commands that are run all at once, for `async with`.

    Its methods queue a command and give its place, a `Queued`. The end of the block sends them
    between MULTI and EXEC. `now` has the commands that are run at once, before: what they read
    decides what is queued. Where a watched key has changed since, WatchError is raised and
    nothing was run.
    """

    _is_transaction = True

    def __init__(self, redict: "Redict", keys: "tuple[str | bytes, ...]" = ()) -> None:
        super().__init__(redict)
        self._watched = Connection(redict, keys[0] if keys else None)
        self._keys = keys

    @property
    def now(self) -> Connection:
        """The connection that watches the keys."""
        if not self._keys:
            raise InterfaceError("a transaction without keys to watch has no connection of its own")
        return self._watched

    async def __aenter__(self) -> "Self":
        if self._keys:
            await self._watched.__aenter__()
            try:
                await self._watched.watch(*self._keys)
            except BaseException:
                await self._watched.__aexit__()
                raise
            self._connection = self._watched.held()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: "TracebackType | None",
    ) -> None:
        is_watching = bool(self._keys)
        try:
            if kind is None and len(self):
                await self.execute()
                is_watching = False
            else:
                self.clear()
        finally:
            if is_watching:
                # A connection that still watches would be closed.
                unwatching: RedictCall[bool] = self._watched.unwatch()
                unwatching.add_done_callback(_ignored)
            self._connection = None
            await self._watched.__aexit__()


def _ignored(call: "Any") -> None:
    """Takes what a call ended with."""
    if not call.cancelled():
        call.exception()
