"""How long a host waits for its peers: slow ones are cut off, and cost the others nothing.

No time here has to be met closely: a peer is cut off within ten seconds, where it would otherwise
go on without end, and what has to be waited for takes several times as long as the shortest limit.
"""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack, suppress

import pytest
from fixtures import StartHost
from hosting import Host
from wire import ClosedEarly, Wire

APP = """
    import asyncio
    import necro

    app = necro.App()
    LARGE = b"0123456789abcdef" * (1 << 20)

    @app.get("/")
    async def root():
        return "alive"

    @app.get("/large")
    async def large():
        return LARGE

    @app.get("/slow")
    async def slow():
        await asyncio.sleep(1.5)
        return "slow"

    @app.get("/forever")
    async def forever():
        await asyncio.sleep(600)

    @app.post("/length")
    async def length(body: bytes):
        return len(body)

    @app.post("/streamed")
    async def streamed(request: necro.Request):
        return len(await request.body())

    @app.post("/unread")
    async def unread(request: necro.Request):
        return "unread"
"""

ROOT = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
PATIENCE_SECONDS = 10.0


def dribble(wire: Wire, octets: str, running: Host) -> None:
    """Sends an octet now and then until the host has answered or closed; others are served."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    for octet in octets:
        if not wire.is_quiet(0.05):
            return
        with suppress(OSError):
            wire.send(octet)
        assert running.get("/").text == "alive"
        assert time.monotonic() < deadline, "a peer that dribbles is not cut off"


@pytest.mark.clause("RFC9112-9.5-1", "RFC9112-9.5-3")
def test_heads_that_dribble_are_408(host: StartHost) -> None:
    running = host(APP, "--head-seconds=1")
    descriptors = running.descriptor_count
    with ExitStack() as stack:
        wires = [stack.enter_context(running.connect()) for _ in range(100)]
        start = time.monotonic()
        for wire in wires:
            wire.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
        dribble(wires[0], "x" * 100_000, running)
        assert time.monotonic() - start > 0.9
        for wire in wires:
            reply = wire.reply()
            assert (reply.status, reply.header("connection")) == (408, "close")
            assert wire.is_closed()
    _wait_for_descriptors(running, descriptors)


@pytest.mark.clause("RFC9110-9.3.2-1")
def test_a_408_of_a_head_request_has_no_content(host: StartHost) -> None:
    running = host(APP, "--head-seconds=0.5")
    with running.connect() as wire:
        wire.send("HEAD / HTTP/1.1\r\nHost")
        assert wire.reply("HEAD").status == 408
        assert wire.is_closed()


def test_the_time_of_a_head_runs_from_its_first_octet(host: StartHost) -> None:
    running = host(APP, "--head-seconds=1", "--keep-alive-seconds=60")
    with running.connect() as wire:
        wire.send(ROOT)
        assert wire.reply().text == "alive"
        # Between requests another time counts.
        assert wire.is_quiet(2)
        wire.send(ROOT[:10])
        assert wire.reply().status == 408
        assert wire.is_closed()


@pytest.mark.clause("RFC9112-9.5-1")
def test_a_connection_that_says_nothing_is_closed_without_a_word(host: StartHost) -> None:
    running = host(APP, "--head-seconds=0.5")
    with running.connect() as silent, running.connect() as empty:
        empty.send("\r\n")
        assert silent.is_closed()
        assert empty.is_closed()


@pytest.mark.clause("RFC9112-9.5-1", "RFC9112-9.5-3")
def test_a_connection_between_requests_is_closed_without_a_word(host: StartHost) -> None:
    running = host(APP, "--keep-alive-seconds=1", "--head-seconds=60")
    with running.connect() as wire:
        start = time.monotonic()
        for _ in range(3):
            wire.send(ROOT)
            assert wire.reply().text == "alive"
        # An empty line is no request, and puts nothing off.
        wire.send("\r\n")
        assert wire.is_closed()
        assert time.monotonic() - start > 0.9


@pytest.mark.clause("RFC9112-6.3-8")
@pytest.mark.parametrize("target", ["/length", "/streamed"])
@pytest.mark.parametrize("framing", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_content_that_dribbles_is_408(host: StartHost, target: str, framing: str) -> None:
    running = host(APP, "--content-seconds=1")
    with running.connect() as wire:
        wire.send(f"POST {target} HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n")
        # It never stops for as long as it may, and stays below the least rate.
        dribble(wire, "1\r\nx\r\n" * 20_000, running)
        reply = wire.reply()
        assert (reply.status, reply.header("connection")) == (408, "close")
        assert wire.is_closed()


def test_how_slow_content_may_be_is_an_option(host: StartHost) -> None:
    running = host(APP, "--content-seconds=1", "--content-octets-per-second-min=5000")
    with running.connect() as wire:
        wire.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        deadline = time.monotonic() + PATIENCE_SECONDS
        # Some thousand octets a second.
        while wire.is_quiet(0.1):
            wire.send("x" * 100)
            assert time.monotonic() < deadline, "content below the least rate is taken"
        assert wire.reply().status == 408


def test_content_that_is_slow_and_goes_on_is_taken(host: StartHost) -> None:
    running = host(APP, "--content-seconds=2")
    with running.connect() as wire:
        wire.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n")
        for _ in range(30):
            wire.send("x" * 1_000)
            time.sleep(0.1)
        assert wire.reply().text == "30000"


def test_content_that_nobody_wants_and_that_stops_ends_the_connection(host: StartHost) -> None:
    running = host(APP, "--content-seconds=0.5")
    with running.connect() as wire:
        wire.send("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        assert wire.reply().text == "unread"
        assert wire.is_closed()


@pytest.mark.clause("RFC9112-9.5-3")
def test_a_reader_that_stops_is_cut_off(host: StartHost) -> None:
    running = host(APP, "--send-seconds=1")
    descriptors = running.descriptor_count
    with Wire.narrow(running.port) as wire:
        wire.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n" + ROOT)
        _wait_for_descriptors(running, descriptors + 1, at_least=True)
        _wait_for_descriptors(running, descriptors)
        with pytest.raises((ClosedEarly, ConnectionError)):
            wire.reply()


def test_a_reader_that_dribbles_is_cut_off(host: StartHost) -> None:
    running = host(APP, "--send-seconds=1")
    descriptors = running.descriptor_count
    with Wire.narrow(running.port) as wire:
        wire.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        deadline = time.monotonic() + 3 * PATIENCE_SECONDS
        # Some hundred octets a second, of 16 MB. What the client's kernel holds it can read for
        # minutes after it has been cut off.
        assert wire.sock.recv(20)
        while running.descriptor_count > descriptors:
            assert wire.sock.recv(20)
            time.sleep(0.05)
            assert time.monotonic() < deadline, "a reader that dribbles is not cut off"
    assert running.get("/").text == "alive"


def test_a_reader_that_is_slow_and_goes_on_gets_all(host: StartHost) -> None:
    running = host(APP, "--send-seconds=3")
    with Wire.narrow(running.port) as wire:
        wire.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        received = b""
        start = time.monotonic()
        while time.monotonic() - start < 4:
            received += wire.sock.recv(65_536)
            time.sleep(0.05)
        while len(received) < 16 << 20:
            received += wire.sock.recv(1 << 20)
        assert received.partition(b"\r\n\r\n")[2][:16] == b"0123456789abcdef"


def test_a_client_that_does_not_close_after_the_last_response_is_closed(host: StartHost) -> None:
    running = host(APP)
    descriptors = running.descriptor_count
    with running.connect() as wire:
        wire.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert wire.reply().text == "alive"
        assert wire.is_closed()
        _wait_for_descriptors(running, descriptors)


def test_a_handler_is_not_hurried_by_the_times_of_its_peer(host: StartHost) -> None:
    short = ("head", "content", "keep-alive", "send")
    running = host(APP, *(f"--{name}-seconds=0.3" for name in short))
    assert running.get("/slow").text == "slow"
    with running.connect() as wire:
        wire.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /slow HT")
        assert wire.reply().text == "slow"
        # The second has waited for the first; only from there its own time runs.
        wire.send("TP/1.1\r\nHost: a\r\n\r\n")
        assert wire.reply().text == "slow"


def test_a_drain_closes_what_is_still_open_after_its_time(host: StartHost) -> None:
    running = host(APP, "--drain-seconds=0.5")
    with running.connect() as wire:
        wire.send("GET /forever HTTP/1.1\r\nHost: a\r\n\r\n")
        assert wire.is_quiet(0.3)
        running.send_signal(signal.SIGTERM)
        with suppress(ConnectionError):
            assert wire.rest() == b""
        running.wait(PATIENCE_SECONDS)


def _wait_for_descriptors(running: Host, count: int, *, at_least: bool = False) -> None:
    """Waits until the host has no more descriptors than these, or no fewer."""
    deadline = time.monotonic() + 3 * PATIENCE_SECONDS
    while running.descriptor_count < count if at_least else running.descriptor_count > count:
        assert time.monotonic() < deadline, f"{running.descriptor_count} descriptors, not {count}"
        time.sleep(0.02)
