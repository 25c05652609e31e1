"""The client of websockets in async handlers of two workers, against its own server."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator

import pytest
from hosting import Host, hosting, wires_by_worker
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from wire import Wire

APP = """
    import asyncio, os, threading
    import necro
    from websockets.asyncio.client import connect
    from websockets.exceptions import ConnectionClosed

    app = necro.App()
    peer = os.environ["PEER"]
    counts = {"begun": 0, "cancelled": 0}

    @app.on_startup
    async def begin(state):
        state.socket = await connect(peer + "/echo", max_size=2**21)
        state.lock = asyncio.Lock()

    @app.on_shutdown
    async def end(state):
        await state.socket.close()

    @app.get("/who")
    async def who():
        return threading.get_native_id()

    @app.get("/echo/{word}")
    async def echo(word):
        async with connect(peer + "/echo") as socket:
            await socket.send(word)
            return await socket.recv()

    @app.get("/kept/{word}")
    async def kept(state, word):
        async with state.lock:
            await state.socket.send(word)
            return await state.socket.recv()

    @app.get("/binary/{count}")
    async def binary(state, count: int):
        content = os.urandom(count)
        async with state.lock:
            await state.socket.send(content)
            return await state.socket.recv() == content

    @app.get("/many")
    async def many():
        return await asyncio.gather(*(echo(str(number)) for number in range(20)))

    @app.get("/iterate")
    async def iterate():
        words = []
        async with connect(peer + "/count") as socket:
            async for word in socket:
                words.append(word)
        return words

    @app.get("/ping")
    async def ping(state):
        seconds = await (await state.socket.ping())
        return 0 < seconds < 10

    @app.get("/timeout")
    async def timeout():
        async with connect(peer + "/hang") as socket:
            try:
                async with asyncio.timeout(0.2):
                    await socket.recv()
            except TimeoutError:
                await socket.send("still there")
                return await socket.recv()

    @app.get("/goodbye")
    async def goodbye():
        async with connect(peer + "/goodbye") as socket:
            try:
                await socket.recv()
            except ConnectionClosed as error:
                return [error.rcvd.code, error.rcvd.reason]

    @app.get("/leave")
    async def leave():
        try:
            async with connect(peer + "/hang") as socket:
                counts["begun"] += 1
                await socket.recv()
        except asyncio.CancelledError:
            counts["cancelled"] += 1
            raise

    @app.get("/counts")
    async def show():
        return counts
"""


class Peer:
    """A server of WebSocket on a thread of its own."""

    def __init__(self) -> None:
        self.port = 0
        # How many connections to /hang were closed by the client.
        self.left = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._ready.wait(30)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        async with serve(self._answer, "127.0.0.1", 0, max_size=2**21) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._end.wait()

    async def _answer(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        if socket.request.path == "/echo":
            async for message in socket:
                await socket.send(message)
        elif socket.request.path == "/count":
            for number in range(5):
                await socket.send(str(number))
        elif socket.request.path == "/goodbye":
            await socket.close(1001, "the crypt is closed")
        else:
            try:
                await socket.send(await socket.recv())
                await socket.wait_closed()
            except ConnectionClosed:
                self.left += 1

    def close(self) -> None:
        """Ends the server."""
        assert self._loop is not None
        assert self._end is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture(scope="module")
def peer() -> Generator[Peer]:
    """The server that the handlers speak to."""
    server = Peer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def served(peer: Peer, tmp_path_factory: pytest.TempPathFactory) -> Generator[Host]:
    """A host of two workers."""
    environment = {"PEER": f"ws://127.0.0.1:{peer.port}"}
    folder = tmp_path_factory.mktemp("websockets")
    with hosting(folder, APP, workers=2, environment=environment) as running:
        yield running
        running.stop()
        assert "Traceback" not in running.log


@pytest.mark.parametrize(
    ("target", "value"),
    [
        ("/echo/Lenore", "Lenore"),
        ("/kept/Annabel", "Annabel"),
        ("/binary/1000000", True),
        ("/many", [str(number) for number in range(20)]),
        ("/iterate", ["0", "1", "2", "3", "4"]),
        ("/ping", True),
        ("/timeout", "still there"),
        ("/goodbye", [1001, "the crypt is closed"]),
    ],
)
def test_websockets_work_in_each_worker(served: Host, target: str, value: object) -> None:
    for (wire,) in wires_by_worker(served, 2):
        wire.request("GET", target)
        reply = wire.reply()
        assert reply.status == 200, served.log
        kind = reply.header("content-type") or ""
        assert (reply.text if kind.startswith("text/") else reply.json) == value


def test_a_client_that_goes_away_closes_the_websocket_of_its_handler(
    served: Host, peer: Peer
) -> None:
    left = peer.left
    for watching, *leaving in wires_by_worker(served, 2, each=4):
        for wire in leaving:
            wire.request("GET", "/leave")
        _wait_counts(watching, {"begun": len(leaving), "cancelled": 0})
        for wire in leaving:
            wire.reset()
        _wait_counts(watching, {"begun": len(leaving), "cancelled": len(leaving)})
        left += len(leaving)
        deadline = time.monotonic() + 10
        while peer.left < left:
            assert time.monotonic() < deadline, peer.left
            time.sleep(0.02)


def _wait_counts(wire: Wire, expected: dict[str, int]) -> None:
    deadline = time.monotonic() + 10
    while True:
        wire.request("GET", "/counts")
        counts = wire.reply().json
        if counts == expected:
            return
        assert time.monotonic() < deadline, counts
        time.sleep(0.02)
