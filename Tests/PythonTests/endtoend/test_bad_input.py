"""What no client should send is refused, and the worker serves on."""

from __future__ import annotations

import random

import pytest
from hosting import Host

APP = """
    import necro

    app = necro.App()

    @app.get("/")
    async def root():
        return "alive"

    @app.post("/")
    async def take(body: bytes):
        return len(body)
"""

GET = "GET / HTTP/1.1\r\n"
POST = "POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n"

REFUSED = {
    "no host": (GET + "\r\n", 400),
    "two hosts": (GET + "Host: a\r\nHost: a\r\n\r\n", 400),
    "malformed host": (GET + "Host: a b\r\n\r\n", 400),
    "no version": ("GET /\r\n\r\n", 400),
    "next major version": ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    "no such version": ("GET / HTTP/x\r\nHost: a\r\n\r\n", 400),
    "lower case name of the protocol": ("GET / http/1.1\r\nHost: a\r\n\r\n", 400),
    "two spaces": ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "space in target": ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "relative target": ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "fragment": ("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "octet outside ASCII in target": ("GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "broken percent-encoding": ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "asterisk for GET": ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "line feed alone": ("GET / HTTP/1.1\nHost: a\n\n", 400),
    "carriage return alone": (GET + "Host: a\rX: b\r\n\r\n", 400),
    "control character in method": ("G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "no colon": (GET + "Host: a\r\nnonsense\r\n\r\n", 400),
    "empty field name": (GET + "Host: a\r\n: b\r\n\r\n", 400),
    "space before colon": (GET + "Host : a\r\n\r\n", 400),
    "space in field name": (GET + "Host: a\r\nBad Name: b\r\n\r\n", 400),
    "folded field line": (GET + "Host: a\r\nX: a\r\n b\r\n\r\n", 400),
    "space before the first field": (GET + " Host: a\r\n\r\n", 400),
    "NUL in field value": (GET + "Host: a\r\nX: a\x00b\r\n\r\n", 400),
    "content-length of letters": (POST + "Content-Length: abc\r\n\r\n", 400),
    "content-length with a sign": (POST + "Content-Length: +1\r\n\r\na", 400),
    "negative content-length": (POST + "Content-Length: -1\r\n\r\n", 400),
    "two content-lengths": (POST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    "list of content-lengths": (POST + "Content-Length: 1, 2\r\n\r\nab", 400),
    "content-length beyond 64 bits": (POST + f"Content-Length: {2**64}\r\n\r\n", 400),
    "content-length and chunked": (
        POST + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "unknown coding": (POST + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    "chunked not last": (POST + "Transfer-Encoding: chunked, chunked\r\n\r\n", 400),
    "chunked in HTTP/1.0": (
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "chunk size of letters": (CHUNKED + "zz\r\n", 400),
    "empty chunk size": (CHUNKED + "\r\n", 400),
    "chunk size beyond 64 bits": (CHUNKED + "1" + "0" * 17 + "\r\n", 400),
    "chunk longer than its size": (CHUNKED + "1\r\nab\r\n", 400),
    "long target": ("GET /" + "a" * 20_000 + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "long field": (GET + "Host: a\r\nX: " + "a" * 40_000 + "\r\n\r\n", 431),
    "many fields": (GET + "Host: a\r\n" + "X: a\r\n" * 200 + "\r\n", 431),
    "large content": (POST + "Content-Length: 1073741824\r\n\r\n", 413),
    "large chunk": (CHUNKED + "40000000\r\n", 413),
    "TLS": ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "the preface of HTTP/2": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
}


@pytest.mark.clause(
    "RFC9112-2.2-10",
    "RFC9112-3.2-2",
    "RFC9112-3.2-7",
    "RFC9112-3-4",
    "RFC9112-6.1-10",
    "RFC9112-6.1-15",
    "RFC9112-6.3-5",
    "RFC9112-9.6-6",
    "RFC9110-5.4-1",
)
@pytest.mark.parametrize("name", REFUSED)
def test_a_request_that_cannot_be_is_refused_and_the_connection_closed(
    served: Host, name: str
) -> None:
    octets, status = REFUSED[name]
    with served.connect() as wire:
        wire.send(octets)
        reply = wire.reply()
        assert reply.status == status
        assert reply.header("connection") == "close"
        assert reply.header("content-type") == "application/problem+json"
        assert reply.json["status"] == status
        assert wire.is_closed()
    assert served.get("/").text == "alive"


@pytest.mark.parametrize("name", ["no host", "bare", "chunk size of letters"])
def test_requests_before_a_refused_one_are_answered(served: Host, name: str) -> None:
    octets = REFUSED.get(name, ("nonsense\r\n\r\n", 400))[0]
    with served.connect() as wire:
        wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + octets)
        assert wire.reply().text == "alive"
        assert wire.reply().status == 400
        assert wire.is_closed()


@pytest.mark.clause("RFC9112-6.1-14", "RFC9112-9.6-7")
def test_the_octets_after_a_refused_request_are_no_request(served: Host) -> None:
    with served.connect() as wire:
        wire.send(
            POST + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        assert wire.reply().status == 400
        assert wire.is_closed()


@pytest.mark.clause("RFC9110-15.5.14-1")
def test_content_up_to_the_limit_is_taken_and_beyond_it_refused(served: Host) -> None:
    limit = 1_048_576
    assert served.ask("POST", "/", b"x" * limit).text == str(limit)
    with served.connect() as wire:
        wire.send(POST + f"Content-Length: {limit + 1}\r\n\r\n")
        assert wire.reply().status == 413
    with served.connect() as wire:
        wire.send(CHUNKED)
        chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        try:
            for _ in range(17):
                wire.send(chunk)
        except OSError:
            pass
        assert wire.reply().status == 413


def test_a_peer_that_goes_on_sending_after_a_refusal_still_reads_it(served: Host) -> None:
    with served.connect() as wire:
        wire.send("GET / HTTP/1.1\r\n\r\n" + "x" * 200_000)
        assert wire.reply().status == 400


def test_noise_never_stops_the_worker(served: Host) -> None:
    dice = random.Random(2)
    valid = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    for _ in range(300):
        octets = bytearray(valid)
        for _ in range(dice.randint(1, 4)):
            octets[dice.randrange(len(octets))] = dice.randrange(256)
        with served.connect() as wire:
            try:
                wire.send(bytes(octets[: dice.randint(1, len(octets))]))
                wire.half_close()
                wire.rest()
            except OSError:
                pass
    assert served.get("/").text == "alive"
    assert served.process.poll() is None
