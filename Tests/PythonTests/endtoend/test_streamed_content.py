"""Content that a handler reads as it comes: when it is asked for, and what ends it early."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from fixtures import StartHost
from hosting import Host
from wire import Wire

APP = """
    import asyncio
    import necro

    app = necro.App()
    events = []
    gate = asyncio.Event()

    @app.get("/")
    async def root():
        return "alive"

    @app.get("/events")
    async def get_events():
        return events

    @app.post("/open")
    async def open_gate():
        gate.set()

    @app.post("/collected")
    async def collected(body: bytes):
        return len(body)

    @app.post("/document")
    async def document(body):
        return 1

    @app.post("/whole")
    async def whole(request: necro.Request):
        return len(await request.body())

    @app.post("/pieces")
    async def pieces(request: necro.Request):
        octets = 0
        async for piece in request.stream():
            octets += len(piece)
        return octets

    @app.post("/late")
    async def late(request: necro.Request):
        await asyncio.sleep(0.2)
        return len(await request.body())

    @app.post("/gated")
    async def gated(request: necro.Request):
        events.append("begun")
        await gate.wait()
        gate.clear()
        return len(await request.body())

    @app.post("/unread")
    async def unread(request: necro.Request):
        return "unread"

    @app.post("/cleans")
    async def cleans(request: necro.Request):
        events.append("begun")
        try:
            return len(await request.body())
        except necro.HTTPError as error:
            events.append(f"refused {error.status}")
            raise
        except necro.ClientDisconnect:
            events.append("gone")
            raise

    @app.post("/fields")
    async def fields(request: necro.Request):
        before = dict(request.headers)
        body = await request.body()
        return [body.decode(), before == dict(request.headers), sorted(request.headers)]

    guarded = necro.Router()
    app.include(guarded, prefix="/guarded")

    @guarded.middleware
    async def read(request, call_next):
        await request.body()
        return await call_next(request)

    @guarded.post("/whole")
    async def guarded_whole(request: necro.Request):
        return len(await request.body())
"""

READERS = ("/collected", "/document", "/whole", "/pieces", "/late", "/cleans", "/guarded/whole")
LIMIT = 1_048_576
CHUNK = b"10000\r\n" + b"x" * 65_536 + b"\r\n"


def begin(wire: Wire, target: str, *fields: str) -> None:
    """Sends the head of a POST."""
    lines = [f"POST {target} HTTP/1.1", "Host: a", *fields, "", ""]
    wire.send("\r\n".join(lines))


def wait_for(running: Host, event: str) -> None:
    """Waits until a handler has noted an event."""
    deadline = time.monotonic() + 10
    while event not in running.get("/events").json:
        assert time.monotonic() < deadline, f"no {event!r}"


@pytest.mark.clause("RFC9110-15.5.14-1")
@pytest.mark.parametrize("target", READERS)
def test_chunks_above_the_limit_are_413_however_they_are_read(served: Host, target: str) -> None:
    with served.connect() as wire:
        begin(wire, target, "Transfer-Encoding: chunked")
        # All two megabytes are sent: a client that reads no answer before its end is answered too.
        with suppress(OSError):
            for _ in range(2 * LIMIT // 65_536):
                wire.send(CHUNK)
            wire.send("0\r\n\r\n")
        reply = wire.reply()
        assert (reply.status, reply.header("connection")) == (413, "close")
        assert reply.json == {"title": "Content Too Large", "status": 413}
        assert wire.is_closed()
    assert served.get("/").text == "alive"


@pytest.mark.clause("RFC9110-15.5.14-1")
@pytest.mark.parametrize("target", READERS)
def test_a_length_above_the_limit_is_413_before_any_content(served: Host, target: str) -> None:
    with served.connect() as wire:
        begin(wire, target, f"Content-Length: {LIMIT + 1}")
        reply = wire.reply()
        assert (reply.status, reply.header("connection")) == (413, "close")
        assert wire.is_closed()


@pytest.mark.parametrize("target", READERS)
@pytest.mark.parametrize(
    ("rest", "status", "title"),
    [
        ("zz\r\n", 400, "Bad Request"),
        ("3\r\ndefg", 400, "Bad Request"),
        ("0\r\nA : b\r\n\r\n", 400, "Bad Request"),
        ("0\r\nA: " + "b" * 9_000 + "\r\n\r\n", 431, "Request Header Fields Too Large"),
    ],
)
def test_chunks_that_break_are_answered_with_their_status(
    served: Host, target: str, rest: str, status: int, title: str
) -> None:
    with served.connect() as wire:
        begin(wire, target, "Transfer-Encoding: chunked")
        wire.send("3\r\nabc\r\n" + rest)
        reply = wire.reply()
        assert (reply.status, reply.header("connection")) == (status, "close")
        assert reply.json == {"title": title, "status": status}
        assert wire.is_closed()


@pytest.mark.clause("RFC9112-6.3-8")
@pytest.mark.parametrize("framing", ["Content-Length: 10", "Transfer-Encoding: chunked"])
def test_content_that_stops_is_408_however_it_is_read(host: StartHost, framing: str) -> None:
    running = host(APP, "--content-seconds=0.5")
    wires = [running.connect() for _ in READERS]
    for wire, target in zip(wires, READERS, strict=True):
        begin(wire, target, framing)
        wire.send("3\r\nabc\r\n" if "chunked" in framing else "abc")
    for wire in wires:
        reply = wire.reply()
        assert (reply.status, reply.header("connection")) == (408, "close")
        assert reply.json == {"title": "Request Timeout", "status": 408}
        assert wire.is_closed()
    assert running.get("/events").json == ["begun", "refused 408"]


@pytest.mark.parametrize("target", READERS)
@pytest.mark.clause("RFC9112-8-1", "RFC9112-6.3-8")
def test_a_client_that_half_closes_within_its_content_is_told_that_it_is_incomplete(
    served: Host, target: str
) -> None:
    with served.connect() as wire:
        begin(wire, target, "Content-Length: 10")
        wire.send("abc")
        wire.half_close()
        reply = wire.reply()
        assert (reply.status, reply.header("connection")) == (400, "close")
        assert wire.is_closed()


def test_a_handler_can_tell_a_refusal_from_a_client_that_went(host: StartHost) -> None:
    running = host(APP)
    with running.connect() as wire:
        begin(wire, "/cleans", "Transfer-Encoding: chunked")
        wait_for(running, "begun")
        wire.send("3\r\nabc\r\nzz\r\n")
        assert wire.reply().status == 400
    with running.connect() as wire:
        begin(wire, "/cleans", "Content-Length: 10")
        wire.half_close()
        assert wire.reply().status == 400
    assert running.get("/events").json == ["begun", "refused 400", "begun", "gone"]
    # A client's mistake is no fault of the app's.
    assert "Traceback" not in running.log


def test_what_came_before_the_limit_is_read(host: StartHost) -> None:
    running = host(APP, "--content-octets-max=5")
    with running.connect() as wire:
        begin(wire, "/pieces", "Transfer-Encoding: chunked")
        wire.send("5\r\nhello\r\n0\r\n\r\n")
        assert wire.reply().text == "5"
        begin(wire, "/pieces", "Transfer-Encoding: chunked")
        wire.send("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n")
        assert wire.reply().status == 413


@pytest.mark.clause("RFC9110-10.1.1-9", "RFC9110-10.1.1-10")
def test_100_is_sent_when_the_handler_first_reads_and_not_before(host: StartHost) -> None:
    running = host(APP)
    with running.connect() as wire:
        begin(wire, "/gated", "Content-Length: 3", "Expect: 100-continue")
        # It has begun, and has not read.
        wait_for(running, "begun")
        assert wire.is_quiet(0.3)
        assert running.ask("POST", "/open").status == 204
        reply = wire.reply()
        assert (reply.version, reply.status, reply.fields) == ("HTTP/1.1", 100, ())
        wire.send("abc")
        assert wire.reply().text == "3"
        wire.request("GET", "/")
        assert wire.reply().text == "alive"


@pytest.mark.clause("RFC9110-10.1.1-9", "RFC9110-10.1.1-11", "RFC9110-10.1.1-12")
@pytest.mark.parametrize("target", ["/unread", "/nowhere"])
def test_100_is_not_sent_where_nobody_reads(served: Host, target: str) -> None:
    with served.connect() as wire:
        begin(wire, target, "Content-Length: 3", "Expect: 100-continue")
        reply = wire.reply()
        assert reply.status == (200 if target == "/unread" else 404)
        # Whether the content will come cannot be known, so what follows is not read as a request.
        assert reply.header("connection") == "close"
        with suppress(OSError):
            wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert wire.is_closed()


def test_a_client_that_does_not_wait_for_100_is_not_sent_it(served: Host) -> None:
    with served.connect() as wire:
        begin(wire, "/late", "Content-Length: 3", "Expect: 100-continue")
        wire.send("abc")
        assert (wire.reply().status, wire.is_quiet()) == (200, True)


@pytest.mark.clause("RFC9112-7.1.2-1", "RFC9112-7.1.2-2", "RFC9110-6.5.1-2")
@pytest.mark.parametrize("target", ["/fields", "/guarded/whole"])
def test_trailers_are_kept_apart_from_the_header(served: Host, target: str) -> None:
    trailers = (
        "Content-Length: 99\r\nTransfer-Encoding: gzip\r\nHost: evil\r\nConnection: close\r\n"
        "Authorization: Basic eDp5\r\nCookie: a=b\r\nX-Checksum: 7\r\nContent-Type: text/html\r\n"
    )
    with served.connect() as wire:
        for _ in range(2):
            begin(wire, target, "Transfer-Encoding: chunked", "Trailer: X-Checksum")
            wire.send("3\r\nabc\r\n0\r\n" + trailers + "\r\n")
            reply = wire.reply()
            # Nor does one of them end the connection.
            assert (reply.status, reply.header("connection")) == (200, None)
            if target == "/fields":
                assert reply.json == ["abc", True, ["host", "trailer", "transfer-encoding"]]


@pytest.mark.clause("RFC9112-9.3-5")
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_content_that_comes_after_its_response_is_no_request(served: Host, framing: str) -> None:
    hidden = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n" * 3
    with served.connect() as wire:
        if framing == "length":
            begin(wire, "/unread", f"Content-Length: {len(hidden)}")
        else:
            begin(wire, "/unread", "Transfer-Encoding: chunked")
        assert wire.reply().text == "unread"
        wire.send(hidden if framing == "length" else f"{len(hidden):x}\r\n".encode() + hidden)
        wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n" if framing == "length" else
                  "\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")  # fmt: skip
        assert wire.reply().text == "alive"
        assert wire.is_quiet()
