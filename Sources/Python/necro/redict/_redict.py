"""A Redict server as a program uses it."""

import asyncio

from necro._native import native
from necro.redict._connecting import Hooks
from necro.redict._errors import InterfaceError
from necro.redict._iterating import Iterating
from necro.redict._pipeline import Connection, Node, Pipeline, Transaction
from necro.redict._scripts import Script
from necro.redict._subscription import Subscription
from necro.redict._url import CACHE_OCTETS, RedictParameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from necro.redict._blocking import BlockingRedict
    from necro.redict._iterating import Scanned

__all__ = ["RawRedict", "Redict"]

# A year, beyond which a limit is none.
_SECONDS_MAX = 31_536_000.0


def _milliseconds(seconds: float | None) -> int:
    """For the native side: at least 1, but 0 for None and 0, which have no limit."""
    return 0 if not seconds else max(1, int(min(seconds, _SECONDS_MAX) * 1000))


class Redict(native.RedictPool, Iterating[str]):
    """A Redict, Redis or Valkey server; or a cluster of them, or the master that sentinels name.

    Commands of concurrent callers share a connection and travel together. Commands that wait at
    the server, transactions that watch keys, and subscriptions have connections of their own.
    """

    def __new__(
        cls,
        parameters: RedictParameters,
        *,
        connections_max: int = 1,
        blocking_max: int = 64,
        wait_timeout: float = 10.0,
        command_timeout: float | None = None,
        connect_timeout: float = 5.0,
        client_cache: int = 0,
        read_from_replicas: bool = False,
        settings: "dict[str, int] | None" = None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> "Redict":
        """A Redict on the running loop; `open` begins it.

        - connections_max: connections that callers share.
        - blocking_max: connections for commands that wait, transactions that watch keys, and
          `connection()`.
        - wait_timeout: seconds that a call waits to be sent.
        - command_timeout: seconds that a command may take that does not wait by itself; None for
          as long as it likes. The URL's `socket_timeout` counts before it.
        - connect_timeout: seconds; the URL's `socket_connect_timeout` counts before it.
        - client_cache: octets of replies that are kept until the server says that a key of them has
          changed; True for 16 MB.
        - read_from_replicas: whether what only reads goes to replicas, where it may be older.
        - loop: the running one by default.
        """
        if connections_max < 1 or blocking_max < 1:
            raise ValueError("connections_max and blocking_max are 1 at least")
        loop = loop or asyncio.get_running_loop()
        connect_timeout = parameters.connect_timeout or connect_timeout
        hooks = Hooks(parameters, connect_timeout)
        if client_cache is True:
            client_cache = CACHE_OCTETS
        chosen: dict[str, Any] = {
            "shared_connections_max": connections_max,
            "owned_connections_max": blocking_max,
            "wait_milliseconds": _milliseconds(wait_timeout),
            "command_milliseconds": _milliseconds(parameters.timeout or command_timeout),
            "connect_milliseconds": _milliseconds(connect_timeout),
            "cache_octets_max": client_cache or parameters.client_cache,
            "reads_replicas": read_from_replicas or parameters.read_from_replicas,
            **(settings or {}),
        }
        if parameters.health_check_interval:
            chosen["ping_milliseconds"] = _milliseconds(parameters.health_check_interval)
        if parameters.nodes:
            chosen["cluster" if parameters.master is None else "sentinels"] = [
                (host.encode(), port) for host, port in parameters.nodes
            ]
            if wait_timeout:
                # It is the one bound of how long a failover is waited for.
                chosen["delays_max"] = 1_000_000
        if parameters.master is not None:
            chosen["master"] = parameters.master.encode()
        redict = super().__new__(cls, loop, chosen, hooks)
        hooks.serve(redict)
        redict._hooks = hooks
        redict._loop = loop
        redict._is_open = False
        redict._is_cluster = "cluster" in chosen
        return redict

    if TYPE_CHECKING:
        _hooks: Hooks
        _loop: asyncio.AbstractEventLoop
        _is_open: bool
        _is_cluster: bool

        def __init__(self, parameters: RedictParameters, **keywords: Any) -> None: ...  # pyright: ignore[reportInconsistentConstructor]
    else:

        def __init__(self, *arguments: object, **keywords: object) -> None:
            """All is done by `__new__`."""

    # Life.

    async def open(self) -> None:
        """Begins. Connections are made when they are needed."""
        if not self._is_open:
            self._is_open = True
            self.begin()
            self._loop.add_reader(self.fileno(), self.turn)

    async def aclose(self) -> None:
        """Closes all connections; what waits for a reply fails."""
        if not self._is_open:
            return
        self._is_open = False
        await self._hooks.cancel_attempts()
        self.close()
        self.flush()
        self._loop.remove_reader(self.fileno())

    async def __aenter__(self) -> "Redict":
        await self.open()
        try:
            # One shard that is away is no reason not to begin, and PING is for all of them.
            await (self.echo("") if self._is_cluster else self.ping())
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *ignored: object) -> None:
        await self.aclose()

    def require_open(self) -> None:
        """Raises InterfaceError unless it is open."""
        if not self._is_open:
            raise InterfaceError("the Redict is not open: use `async with`, or open()")

    # Faces.

    @property
    def raw(self) -> "RawRedict":
        """The same methods, whose strings are bytes."""
        return RawRedict(self)

    @property
    def blocking(self) -> "BlockingRedict":
        """The same methods for threads other than the loop's, where they wait."""
        from necro.redict._blocking import BlockingRedict

        return BlockingRedict(self, self._loop)

    def connection(self, key: str | bytes | None = None) -> Connection:
        """A connection that nobody else uses, for `async with`.

        - key: in a cluster, one of those that the commands are about; all are of its slot.
        """
        return Connection(self, key)

    async def masters(self) -> list[str]:
        """The addresses of a cluster's masters, as `node` takes them; none of any other server."""
        found = self._masters()
        if self._is_cluster and not found:
            # They are known once anything is answered.
            await self.echo("")
            found = self._masters()
        return found

    def node(self, address: str) -> Node[str]:
        """One server of a cluster, for what tells of a server: `node(address).info()`."""
        return Node(self, address)

    async def _scanned(self) -> "Sequence[Scanned[str]]":
        return [Node[str](self, each) for each in await self.masters()] or [self]

    def pipeline(self) -> Pipeline:
        """Commands that are sent together, for `async with` or `execute()`."""
        return Pipeline(self)

    def transaction(self, *watch: str | bytes) -> Transaction:
        """Commands that are run all at once, for `async with`.

        - watch: keys; when one has changed meanwhile, WatchError is raised and nothing was run. In
          a cluster these and all others are of one slot, as `{ann}:cart` and `{ann}:stock` are.
        """
        return Transaction(self, watch)

    def register_script(self, source: str) -> Script:
        """A script in Lua, to be called with keys and arguments."""
        return Script(self, source)

    # Messages.

    def subscribe(self, *channels: str | bytes) -> Subscription[str]:
        """The messages of channels, an asynchronous iterator that survives reconnects."""
        return Subscription(self, 0, channels, is_raw=False)

    def psubscribe(self, *patterns: str | bytes) -> Subscription[str]:
        """The messages of channels whose names fit patterns such as `news.*`."""
        return Subscription(self, 1, patterns, is_raw=False)

    def ssubscribe(self, *channels: str | bytes) -> Subscription[str]:
        """The messages of shard channels, which `spublish` publishes."""
        return Subscription(self, 2, channels, is_raw=False)


class RawRedict(Iterating[bytes]):
    """A Redict whose strings are bytes."""

    def __init__(self, redict: Redict) -> None:
        self._redict = redict

    def _call(self, *arguments: "Any", **options: "Any") -> "Any":
        return self._redict._call_raw(*arguments, **options)

    async def _scanned(self) -> "Sequence[Scanned[bytes]]":
        masters = await self._redict.masters()
        return [Node[bytes](self._redict, each, is_raw=True) for each in masters] or [self]

    def subscribe(self, *channels: str | bytes) -> Subscription[bytes]:
        """The messages of channels, an asynchronous iterator that survives reconnects."""
        return Subscription(self._redict, 0, channels, is_raw=True)

    def psubscribe(self, *patterns: str | bytes) -> Subscription[bytes]:
        """The messages of channels whose names fit patterns such as `news.*`."""
        return Subscription(self._redict, 1, patterns, is_raw=True)

    def ssubscribe(self, *channels: str | bytes) -> Subscription[bytes]:
        """The messages of shard channels, which `spublish` publishes."""
        return Subscription(self._redict, 2, channels, is_raw=True)
