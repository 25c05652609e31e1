"""An app with a worker in this process, to which a client talks in memory."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable

from necro import _errors
from necro._embedding import Embedding
from necro._native import native
from necro._services import Services
from necro._state import State
from necro.testing._reader import ResponseReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from necro._app import App
    from necro._views import RequestViews

__all__ = ["Session"]


class _Wire:
    """A connection to the worker, and what the request on it has raised."""

    def __init__(self, worker: "native.Worker", client: tuple[str, int]) -> None:
        self._waiter: asyncio.Future[None] | None = None
        self.connection = worker.connect(*client, self._changed)
        self.error: BaseException | None = None

    def _changed(self) -> None:
        """Is called from within the worker's turn."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def watch(self) -> "asyncio.Future[None]":
        """A future that is done at the next change."""
        self._waiter = asyncio.get_running_loop().create_future()
        return self._waiter


class Session:
    """An app that is compiled and served, without a socket, on one event loop at a time."""

    def __init__(self, app: "App", *, raising: bool, client: tuple[str, int]) -> None:
        """An app that is not served yet.

        - raising: whether what the app raises is raised to the caller.
        - client: what the app sees as the client's address.
        """
        self._app = app
        self._raising = raising
        self._client = client
        self._wires: set[_Wire] = set()
        self._idle: list[_Wire] = []
        self._overrides: object = None
        self._embedding: Embedding | None = None
        self.state = State()
        self.loop: asyncio.AbstractEventLoop | None = None
        self._worker: native.Worker | None = None
        self._services: Services | None = None

    # The worker.

    @property
    def worker(self) -> "native.Worker":
        """The worker, made when first asked for."""
        if self._worker is None:
            self._worker = native.Worker(None, {}, False)
        return self._worker

    def compile(self) -> None:
        """Compiles the app, if it was not or its overrides have changed; raises StartupError."""
        overrides = self._app.overrides
        if self._overrides is overrides:
            return
        if self._services is None:
            self._services = Services(asyncio.get_running_loop())
        routes = self._app.compile(self.state, self._services)
        self.worker.remove_routes()
        for route in routes:
            self.worker.add_route(route)
        self._overrides = overrides

    async def prepare(self) -> None:
        """Compiles the app where that is due, and opens the databases that it asks for."""
        self.compile()
        if self._services is not None:
            await self._services.open()

    def embed(self) -> None:
        """Has the running loop drive the worker."""
        loop = asyncio.get_running_loop()
        self._embedding = Embedding(self.worker, loop)
        self.loop = loop

    async def start(self) -> None:
        """Runs the startup hooks; what one raises goes to the caller."""
        await self.prepare()
        await self._app.run_startup(self.state)

    async def stop(self, *, hooks: bool) -> None:
        """Ends what requests are under way, work in the background and, with hooks, the app.

        What shutdown hooks raise is raised when all have run.
        """
        for wire in list(self._wires):
            self._close(wire)
        if self._embedding is not None:
            kind = self._embedding.task_type
            tasks = [task for task in asyncio.all_tasks() if isinstance(task, kind)]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._app.run_shutdown(self.state, hooks=hooks)
        if self._services is not None:
            await self._services.close()

    def abandon(self) -> None:
        """Gives up the worker and the loop, without a word to the app."""
        self._app.release(self.state)
        self._wires.clear()
        self._idle.clear()
        if self._embedding is not None:
            self._embedding.close()
            self._embedding = None
        if self._worker is not None:
            self._worker.close()
            self._worker = None
        self.loop = None
        self._overrides = None
        self._services = None

    def reopen(self) -> None:
        """Begins anew: with a State of its own, and on no loop."""
        if self.loop is not None:
            # The loop that it ran on belongs to a test that is over.
            self.abandon()
        self.state = State()

    # Requests.

    async def exchange(
        self, method: str, head: bytes, content: "bytes | Iterable[bytes] | AsyncIterable[bytes]"
    ) -> ResponseReader:
        """The response to one request; raises what the app did, unless it is to be answered 500."""
        await self.prepare()
        wire = self._wire()
        reader = ResponseReader(method)
        reusable = False
        if self._raising:
            _errors.observers.append(self._observe)
        try:
            pieces = None if isinstance(content, bytes) else _pieces(content)
            wire.connection.feed(head + content if isinstance(content, bytes) else head)
            sent = await self._converse(wire, reader, pieces)
            reusable = sent and reader.persists and not wire.connection.ended
        finally:
            if self._raising:
                _errors.observers.remove(self._observe)
            if reusable:
                self._idle.append(wire)
            else:
                self._close(wire)
        await self._app.run_of(self.state).background.settle()
        if wire.error is not None:
            error, wire.error = wire.error, None
            raise error
        return reader

    async def _converse(
        self, wire: _Wire, reader: ResponseReader, pieces: AsyncIterator[bytes] | None
    ) -> bool:
        """Sends pieces of content and reads the response; whether the content was all sent."""
        connection = wire.connection
        while True:
            changed = wire.watch()
            octets = connection.take()
            if octets:
                reader.feed(octets)
            if not reader.complete and connection.ended:
                reader.finish()
            if reader.complete:
                return pieces is None
            # One piece at a time, so that a slow handler holds up a fast sender.
            if pieces is not None and connection.pending == 0:
                piece = await anext(pieces, None)
                if piece is None:
                    connection.feed(b"0\r\n\r\n")
                    pieces = None
                elif piece:
                    connection.feed(b"%x\r\n%b\r\n" % (len(piece), piece))
            else:
                await changed

    async def raw(self, octets: bytes) -> bytes:
        """All that the server answers to octets, after which the client sends no more."""
        await self.prepare()
        wire = self._open()
        try:
            wire.connection.feed(octets)
            wire.connection.finish()
            answer = bytearray()
            while True:
                changed = wire.watch()
                answer += wire.connection.take()
                if wire.connection.ended:
                    return bytes(answer)
                await changed
        finally:
            self._close(wire)

    def _wire(self) -> _Wire:
        """A connection that no request is on."""
        while self._idle:
            wire = self._idle.pop()
            if not wire.connection.ended:
                return wire
            self._close(wire)
        return self._open()

    def _open(self) -> _Wire:
        wire = _Wire(self.worker, self._client)
        self._wires.add(wire)
        return wire

    def _close(self, wire: _Wire) -> None:
        wire.connection.close()
        self._wires.discard(wire)

    def _observe(self, error: BaseException, request: "RequestViews") -> None:
        """Remembers what a request of ours has raised."""
        for wire in self._wires:
            if wire.connection.serves(request):
                wire.error = error


async def _pieces(content: "Iterable[bytes] | AsyncIterable[bytes]") -> AsyncIterator[bytes]:
    """The pieces of a stream of either kind; raises TypeError for what are no octets."""
    if isinstance(content, AsyncIterable):
        async for piece in content:
            yield _octets(piece)
    else:
        for piece in content:
            yield _octets(piece)


def _octets(piece: bytes) -> bytes:
    if isinstance(piece, bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
        return piece
    raise TypeError(f"a piece of content is bytes, not {type(piece).__name__}")
