"""httpx and aiohttp's client in async handlers of two workers, against another host."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import cast

import pytest
from hosting import ROOT, Host, hosting, wires_by_worker
from wire import Wire

# What each library is asked to do; the handlers below are the same for both.
LIBRARIES = {
    "httpx": """
        import httpx

        async def open_client(base, limit):
            limits = httpx.Limits(max_connections=limit)
            return httpx.AsyncClient(base_url=base, limits=limits, timeout=30)

        async def close_client(client):
            await client.aclose()

        async def get(client, target, timeout=30):
            response = await client.get(target, timeout=timeout)
            return response.raise_for_status().content

        async def post(client, target, content):
            return (await client.post(target, content=content)).content

        async def chunks(client, target):
            async with client.stream("GET", target) as response:
                async for chunk in response.aiter_bytes():
                    yield chunk
    """,
    "aiohttp": """
        import aiohttp

        async def open_client(base, limit):
            connector = aiohttp.TCPConnector(limit=limit)
            return aiohttp.ClientSession(base, connector=connector)

        async def close_client(client):
            await client.close()

        async def get(client, target, timeout=30):
            timeout = aiohttp.ClientTimeout(total=timeout)
            async with client.get(target, timeout=timeout, raise_for_status=True) as response:
                return await response.read()

        async def post(client, target, content):
            async with client.post(target, data=content) as response:
                return await response.read()

        async def chunks(client, target):
            async with client.get(target) as response:
                async for chunk in response.content.iter_any():
                    yield chunk
    """,
}
REFUSED = {"httpx": "ConnectError", "aiohttp": "ClientConnectorError"}
LATE = {"httpx": "ReadTimeout", "aiohttp": "TimeoutError"}
CONNECTIONS_MAX = 4

APP = """
        import asyncio, json, os, threading
        import necro

        app = necro.App()
        counts = {"begun": 0, "cancelled": 0}

        @app.on_startup
        async def begin(state):
            state.client = await open_client(os.environ["PEER"], CONNECTIONS_MAX)

        @app.on_shutdown
        async def end(state):
            await close_client(state.client)

        @app.get("/who")
        async def who():
            return threading.get_native_id()

        @app.get("/fetch/{name}")
        async def fetch(state, name):
            return json.loads(await get(state.client, f"/word/{name}"))

        @app.get("/many")
        async def many(state):
            # The first thing that the handler awaits is a group of tasks.
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(get(state.client, f"/word/{number}")) for number in range(40)
                ]
            return [json.loads(task.result())["word"] for task in tasks]

        @app.get("/echo/{count}")
        async def echo(state, count: int):
            content = (bytes(range(256)) * (count // 256 + 1))[:count]
            return await post(state.client, "/echo", content) == content

        @app.get("/stream/{count}")
        async def stream(state, count: int):
            received = 0
            async for chunk in chunks(state.client, f"/large/{count}"):
                received += len(chunk)
            return received

        @app.get("/ports")
        async def ports(state):
            answers = [await get(state.client, "/port") for _ in range(20)]
            return len(set(answers))

        @app.get("/timeout")
        async def timeout(state):
            try:
                await get(state.client, "/slow/30", timeout=0.2)
            except Exception as error:
                return [type(error).__name__, await fetch(state, "after")]

        @app.get("/deadline")
        async def deadline(state):
            try:
                async with asyncio.timeout(0.2):
                    await get(state.client, "/slow/30")
            except TimeoutError:
                return ["TimeoutError", await fetch(state, "after")]

        @app.get("/missing")
        async def missing(state):
            try:
                await get(state.client, "/nowhere")
            except Exception as error:
                return "404" in str(error)

        @app.get("/refused/{port}")
        async def refused(state, port: int):
            try:
                await get(state.client, f"http://127.0.0.1:{port}/")
            except Exception as error:
                return type(error).__name__

        @app.get("/relay/{seconds}")
        async def relay(state, seconds: float):
            counts["begun"] += 1
            try:
                return (await get(state.client, f"/slow/{seconds}")).decode()
            except asyncio.CancelledError:
                counts["cancelled"] += 1
                raise

        @app.get("/counts")
        async def show():
            return counts
"""

PEER = """
    import asyncio
    import necro

    app = necro.App()

    @app.get("/word/{name}")
    async def word(name):
        await asyncio.sleep(0.01)
        return {"word": name}

    @app.get("/slow/{seconds}")
    async def slow(seconds: float):
        await asyncio.sleep(seconds)
        return "slow"

    @app.post("/echo")
    async def echo(body: bytes):
        return body

    @app.get("/large/{count}")
    async def large(count: int):
        return bytes(count)

    @app.get("/weather")
    async def weather():
        return "mist"

    @app.get("/port")
    async def port(request):
        return request.client[1]
"""


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Generator[Host]:
    """The host that the handlers ask."""
    # Clients that give up close their connection without a reset, and so what they asked for is
    # still under way in the end.
    folder = tmp_path_factory.mktemp("peer")
    with hosting(folder, PEER, "--drain-seconds", "1") as running:
        yield running


@pytest.fixture(scope="module", params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> str:
    """The name of a library."""
    name = request.param
    assert isinstance(name, str)
    return name


@pytest.fixture(scope="module")
def asking(library: str, peer: Host, tmp_path_factory: pytest.TempPathFactory) -> Generator[Host]:
    """A host of two workers whose handlers use the library."""
    source = LIBRARIES[library] + APP.replace("CONNECTIONS_MAX", str(CONNECTIONS_MAX))
    folder: Path = tmp_path_factory.mktemp(library)
    with hosting(folder, source, workers=2, environment={"PEER": peer.url}) as running:
        yield running
        running.stop()
        # Neither library has left a connection, a task or a warning behind.
        assert "Traceback" not in running.log
        assert "Unclosed" not in running.log


def _json(wire: Wire, target: str) -> object:
    wire.request("GET", target)
    reply = wire.reply()
    assert reply.status == 200, reply
    return reply.json


def test_requests_of_each_worker_are_answered(asking: Host) -> None:
    for (wire,) in wires_by_worker(asking, 2):
        assert _json(wire, "/fetch/Lenore") == {"word": "Lenore"}
        assert _json(wire, "/many") == [str(number) for number in range(40)]
        assert _json(wire, "/echo/1000000") is True
        assert _json(wire, "/stream/3000000") == 3_000_000
        assert _json(wire, "/missing") is True


def test_connections_are_kept_in_the_state_of_a_worker(asking: Host) -> None:
    for (wire,) in wires_by_worker(asking, 2):
        ports = _json(wire, "/ports")
        assert isinstance(ports, int)
        # aiohttp takes the connections of its pool in turn.
        assert 1 <= ports <= CONNECTIONS_MAX


def test_timeouts_of_the_library_and_of_asyncio(asking: Host, library: str) -> None:
    for (wire,) in wires_by_worker(asking, 2):
        assert _json(wire, "/timeout") == [LATE[library], {"word": "after"}]
        assert _json(wire, "/deadline") == ["TimeoutError", {"word": "after"}]


def test_a_peer_that_is_not_there(asking: Host, library: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    assert asking.get(f"/refused/{port}").text == REFUSED[library]


def test_a_client_that_goes_away_gives_its_connection_back_to_the_pool(asking: Host) -> None:
    for watching, *leaving in wires_by_worker(asking, 2, each=2 * CONNECTIONS_MAX + 1):
        before = _counts(watching)
        for wire in leaving:
            wire.request("GET", "/relay/600")
        _wait_counts(watching, "begun", before["begun"] + len(leaving))
        for wire in leaving:
            wire.reset()
        _wait_counts(watching, "cancelled", before["cancelled"] + len(leaving))
        # With a connection lost to each that left, none would be to be had.
        assert _json(watching, "/many") == [str(number) for number in range(40)]


def _counts(wire: Wire) -> dict[str, int]:
    return cast("dict[str, int]", _json(wire, "/counts"))


def _wait_counts(wire: Wire, name: str, expected: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        counts = _counts(wire)
        if counts[name] == expected:
            return
        assert time.monotonic() < deadline, counts
        time.sleep(0.02)


def test_the_example_of_the_page(peer: Host, tmp_path: Path) -> None:
    page = (ROOT / "Docs" / "asyncio.md").read_text()
    (source,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    source = source.replace("https://graves.example", peer.url)
    with hosting(tmp_path, source, workers=2) as running:
        assert running.get("/weather").json == {"weather": "mist"}


def test_both_workers_at_once(asking: Host) -> None:
    failures: list[object] = []

    def load(wire: Wire) -> None:
        for _ in range(5):
            for target, expected in (
                ("/many", [str(number) for number in range(40)]),
                ("/echo/100000", True),
                ("/fetch/Ulalume", {"word": "Ulalume"}),
            ):
                answer = _json(wire, target)
                if answer != expected:
                    failures.append(answer)

    wires = [wire for wires in wires_by_worker(asking, 2, each=2) for wire in wires]
    threads = [threading.Thread(target=load, args=(wire,)) for wire in wires]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert failures == []
