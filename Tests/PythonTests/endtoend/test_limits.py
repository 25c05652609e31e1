"""What one peer, and all of them together, can have of a host: octets, counts, memory."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest
from fixtures import StartHost
from hosting import Host
from wire import Wire

APP = """
    import asyncio
    import necro

    app = necro.App()
    seen = []
    gate = asyncio.Event()
    LARGE = b"0123456789abcdef" * 65_536

    @app.get("/")
    async def root():
        return "alive"

    @app.get("/seen")
    async def count():
        return len(seen)

    @app.post("/open")
    async def open_gate():
        gate.set()

    @app.get("/gated")
    async def gated():
        await gate.wait()
        return "gated"

    @app.get("/number/{number}")
    async def number(number: int):
        seen.append(number)
        return number

    @app.get("/large")
    async def large():
        seen.append("large")
        return LARGE

    @app.post("/length")
    async def length(body: bytes):
        return len(body)

    @app.post("/gated")
    async def gated_content(request: necro.Request):
        await gate.wait()
        octets = 0
        async for piece in request.stream():
            octets += len(piece)
        return octets
"""

LARGE = b"0123456789abcdef" * 65_536
MB = 1_000_000


def get(target: str, *fields: str) -> str:
    """A GET as it goes on the wire."""
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: a", *fields, "", ""])


def status(running: Host, octets: str) -> int:
    """The status that octets on a new connection are answered with; an error has to close it."""
    with running.connect() as wire:
        wire.send(octets)
        reply = wire.reply()
        if reply.status >= 400:
            assert reply.header("connection") == "close"
            assert wire.is_closed()
        return reply.status


@pytest.mark.clause("RFC9112-3-3", "RFC9112-3-4", "RFC9112-3-5")
def test_octets_of_the_request_line(host: StartHost) -> None:
    running = host(APP)
    # `GET / HTTP/1.1` has fourteen octets, and the default limit is 8192.
    query = "?" + "q" * (8_192 - 15)
    assert status(running, get("/" + query)) == 200
    assert status(running, get("/" + query + "q")) == 414
    running.stop()
    running = host(APP, "--request-line-octets-max=32")
    assert status(running, get("/?" + "q" * 17)) == 200
    assert status(running, get("/?" + "q" * 18)) == 414
    # A target that never ends is answered all the same.
    assert status(running, "GET /?" + "q" * 27) == 414
    # A method that nobody knows may fill the line; what does not end within it is none.
    assert running.ask("M" * 21, "/").status == 501
    assert running.ask("M" * 22, "/").status == 414
    assert status(running, "M" * 33) == 400


@pytest.mark.clause("RFC9110-5.4-1")
def test_octets_and_lines_of_the_header(host: StartHost) -> None:
    running = host(APP, "--header-octets-max=100", "--header-lines-max=4")
    # `Host: a`, `X: …` and the empty line: 9 octets, 5 beside the value, 2.
    assert status(running, get("/", "X: " + "x" * 84)) == 200
    assert status(running, get("/", "X: " + "x" * 85)) == 431
    assert status(running, "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x" * 100) == 431
    assert status(running, get("/", *["X: y"] * 3)) == 200
    assert status(running, get("/", *["X: y"] * 4)) == 431


@pytest.mark.clause("RFC9110-15.5.14-1")
def test_octets_of_content(host: StartHost) -> None:
    running = host(APP, "--content-octets-max=10")
    head = "POST /length HTTP/1.1\r\nHost: a\r\n"
    chunked = head + "Transfer-Encoding: chunked\r\n\r\n"
    assert status(running, head + "Content-Length: 10\r\n\r\n" + "x" * 10) == 200
    assert status(running, head + "Content-Length: 11\r\n\r\n") == 413
    assert status(running, chunked + "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n") == 200
    assert status(running, chunked + "5\r\nhello\r\n6\r\n") == 413
    assert status(running, chunked + "1\r\na\r\n" * 10 + "1\r\na\r\n0\r\n\r\n") == 413


def test_octets_of_content_of_all_connections(host: StartHost) -> None:
    running = host(APP, "--content-octets-max=2000", "--content-octets-in-all-max=1000")
    content = b"x" * 1_500
    # A request that is allowed by itself has room by itself.
    assert running.ask("POST", "/length", content).text == "1500"
    head = f"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    with running.connect() as first:
        first.send(head + content[:1_400])
        deadline = time.monotonic() + 10
        while running.ask("POST", "/length", content).status != 503:
            assert time.monotonic() < deadline, "two requests hold more than all may"
        first.send(content[1_400:])
        assert first.reply().text == "1500"
    assert running.ask("POST", "/length", content).text == "1500"


def test_requests_of_a_connection_those_behind_the_last_included(host: StartHost) -> None:
    running = host(APP, "--requests-per-connection-max=3")
    with running.connect() as wire:
        wire.send("".join(get(f"/number/{number}") for number in range(1, 10)))
        replies = [wire.reply() for _ in range(3)]
        assert [reply.text for reply in replies] == ["1", "2", "3"]
        assert [reply.header("connection") for reply in replies] == [None, None, "close"]
        assert wire.is_closed()
    assert running.get("/seen").text == "3"


def test_connections_of_a_worker(host: StartHost) -> None:
    running = host(APP, "--connections-max=3")
    with ExitStack() as stack:
        wires = [stack.enter_context(running.connect()) for _ in range(3)]
        for wire in wires:
            wire.send(get("/"))
            assert wire.reply().text == "alive"
        # The fourth is the kernel's until there is a place; nothing of it is lost.
        fourth = stack.enter_context(running.connect())
        fourth.send(get("/"))
        assert fourth.is_quiet(0.5)
        wires[0].close()
        assert fourth.reply().text == "alive"
        # Those that stayed are served on.
        wires[1].send(get("/"))
        assert wires[1].reply().text == "alive"


@pytest.mark.clause("RFC9112-9.3.2-2", "RFC9112-9.5-4")
def test_requests_that_wait_behind_a_slow_one(host: StartHost) -> None:
    running = host(APP, "--pipelined-octets-max=20000")
    requests = 20_000
    flood = "".join(get(f"/number/{n}", "X: " + "x" * 3_950) for n in range(requests)).encode()
    before = running.rss_octets
    with Wire.narrow(running.port) as wire:
        wire.send(get("/gated"))
        sent = wire.send_until_stuck(flood)
        # Most of the 80 MB stay with the client; what is taken waits in the kernel.
        assert sent < len(flood) / 2
        assert running.rss_octets - before < 2 * MB
        assert running.get("/seen").text == "0"
        assert running.ask("POST", "/open").status == 204
        assert wire.reply().text == "gated"
        complete = flood[:sent].count(b"\r\n\r\n")
        assert complete > 0
        for number in range(complete):
            assert wire.reply().text == str(number)
        assert running.rss_octets - before < 4 * MB


@pytest.mark.clause("RFC9112-9.5-4")
def test_responses_that_nobody_reads(host: StartHost) -> None:
    running = host(APP)
    requests = 100
    with Wire.narrow(running.port) as wire:
        assert running.get("/large").content == LARGE
        before = running.rss_octets
        wire.send(get("/large") * requests)
        handled = _settled(running)
        # The kernel takes a few; one more is written, and no further request is begun.
        assert handled < requests / 4
        assert running.rss_octets - before < 6 * MB
        for _ in range(requests):
            assert wire.reply().content == LARGE
        assert int(running.get("/seen").text) == requests + 1


@pytest.mark.clause("RFC9112-9.5-4")
def test_neither_requests_nor_responses_pile_up(host: StartHost) -> None:
    running = host(APP)
    flood = get("/").encode() * 1_000_000
    before = running.rss_octets
    with Wire.narrow(running.port) as wire:
        sent = wire.send_until_stuck(flood)
        assert sent < len(flood) / 2
        assert running.rss_octets - before < 2 * MB
        assert running.get("/").text == "alive"
        for _ in range(sent // len(get("/"))):
            assert wire.reply().text == "alive"


def test_many_who_read_nothing(host: StartHost) -> None:
    running = host(APP, "--send-seconds=3")
    assert running.get("/large").content == LARGE
    before, descriptors = running.rss_octets, running.descriptor_count
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire.narrow(running.port)) for _ in range(40)]
        for wire in wires:
            wire.send(get("/large") * 20)
        _settled(running)
        # Each costs a response and what may wait of the next, however many it has asked for.
        assert running.rss_octets - before < len(wires) * 2 * MB
        assert running.get("/").text == "alive"
        # All are cut off.
        _wait_for_descriptors(running, descriptors)
    assert running.get("/large").content == LARGE


def test_content_that_nobody_reads(host: StartHost) -> None:
    running = host(APP, "--content-octets-max=1000000000", "--content-window-octets-max=50000")
    content = b"x" * (64 * MB)
    before = running.rss_octets
    with Wire.narrow(running.port) as wire:
        wire.send(f"POST /gated HTTP/1.1\r\nHost: a\r\nContent-Length: {len(content)}\r\n\r\n")
        sent = wire.send_until_stuck(content)
        assert sent < len(content) / 2
        assert running.rss_octets - before < 2 * MB
        assert running.ask("POST", "/open").status == 204
        wire.send(content[sent:])
        assert wire.reply().text == str(len(content))
        assert running.rss_octets - before < 4 * MB


def _settled(running: Host) -> int:
    """How many requests were counted, once that number stays the same for a second."""
    deadline = time.monotonic() + 30
    count, since = -1, time.monotonic()
    while time.monotonic() - since < 1:
        assert time.monotonic() < deadline, "requests are begun without end"
        now = int(running.get("/seen").text)
        if now != count:
            count, since = now, time.monotonic()
        time.sleep(0.1)
    return count


def _wait_for_descriptors(running: Host, count: int) -> None:
    """Waits until the host has no more descriptors than before."""
    deadline = time.monotonic() + 30
    while running.descriptor_count > count:
        assert time.monotonic() < deadline, f"{running.descriptor_count} descriptors, not {count}"
        time.sleep(0.05)
