"""Methods, framing and persistence, as RFC 9110 and RFC 9112 have them."""

from __future__ import annotations

import subprocess
from contextlib import suppress

import pytest
from hosting import Host
from wire import ClosedEarly

APP = """
    import asyncio
    import necro

    app = necro.App()

    @app.get("/")
    async def root():
        return {"data": "the dead rise"}

    @app.post("/echo")
    async def echo(body: bytes):
        return body

    @app.route("/both", methods=["GET", "PUT"])
    async def both(request):
        return request.method

    @app.head("/own-head")
    async def own_head():
        return necro.Response(headers={"x-head": "own"})

    @app.get("/own-head")
    async def own_get():
        return "get"

    @app.options("/own-options")
    async def own_options():
        return "options"

    @app.patch("/patch/{id}")
    async def patch(id: int):
        return id

    @app.delete("/patch/{id}")
    async def delete(id: int):
        return None

    @app.get("/slow/{name}")
    async def slow(name):
        await asyncio.sleep(0.1)
        return name

    v1 = necro.Router()

    @v1.get("/zombies/{id}")
    async def zombie(id: int):
        return id

    app.include(v1, prefix="/v1")
"""


@pytest.mark.api("Handlers: HEAD follows GET")
def test_head_follows_get_without_content(served: Host) -> None:
    with served.connect() as wire:
        wire.request("GET", "/")
        got = wire.reply()
        wire.request("HEAD", "/")
        head = wire.reply("HEAD")
        assert head.status == 200
        assert head.header("content-length") == got.header("content-length") == "24"
        assert head.header("content-type") == got.header("content-type")
        wire.request("GET", "/")
        assert wire.reply().json == {"data": "the dead rise"}


def test_head_and_options_can_be_answered_by_handlers(served: Host) -> None:
    assert served.ask("HEAD", "/own-head").header("x-head") == "own"
    assert served.ask("OPTIONS", "/own-options").text == "options"


def test_a_path_that_is_not_there_is_404(served: Host) -> None:
    for target in ("/nowhere", "/patch", "/patch/1/2", "/both/", "//", "/Both"):
        reply = served.get(target)
        assert reply.status == 404, target
        assert reply.header("content-type") == "application/problem+json"
        assert reply.json["title"] == "Not Found"


@pytest.mark.api("Handlers: OPTIONS and 405 name the allowed methods")
@pytest.mark.clause("RFC9110-9.1-5", "RFC9110-15.5.6-1")
def test_a_method_that_the_path_does_not_allow_is_405_and_names_those_it_does(
    served: Host,
) -> None:
    reply = served.ask("DELETE", "/both")
    assert reply.status == 405
    allow = reply.header("allow")
    assert allow is not None
    assert set(allow.replace(" ", "").split(",")) == {"GET", "HEAD", "PUT", "OPTIONS"}
    assert reply.json["status"] == 405


@pytest.mark.api("Handlers: OPTIONS and 405 name the allowed methods")
@pytest.mark.clause("RFC9110-9.3.7-1")
def test_options_names_the_methods(served: Host) -> None:
    for target in ("/patch/7", "*"):
        reply = served.ask("OPTIONS", target)
        assert reply.status in (200, 204)
        allow = reply.header("allow")
        assert allow is not None
        assert {"PATCH", "DELETE", "OPTIONS"} <= set(allow.replace(" ", "").split(","))


@pytest.mark.clause("RFC9110-9.1-4")
def test_a_method_that_nobody_knows_is_501(served: Host) -> None:
    assert served.ask("SUMMON", "/").status == 501


@pytest.mark.api("Handlers: an app includes routers under a prefix")
def test_routers_are_included_under_a_prefix(served: Host) -> None:
    assert served.get("/v1/zombies/3").text == "3"
    assert served.get("/zombies/3").status == 404


@pytest.mark.api("Handlers: there is a decorator for each method, and route for several")
@pytest.mark.clause("RFC9110-9.1-3")
def test_every_method_reaches_its_handler(served: Host) -> None:
    assert served.ask("PUT", "/both", b"").text == "PUT"
    assert served.ask("PATCH", "/patch/3", b"").text == "3"
    assert served.ask("DELETE", "/patch/3").status == 204


@pytest.mark.clause("RFC9112-9.3-1", "RFC9112-9.5-4")
def test_a_connection_serves_many_requests(served: Host) -> None:
    with served.connect() as wire:
        for number in range(200):
            wire.request("POST", "/echo", str(number).encode())
            reply = wire.reply()
            assert reply.text == str(number)
            assert reply.header("connection") is None


@pytest.mark.clause("RFC9112-9.3.2-2")
def test_pipelined_requests_are_answered_in_order(served: Host) -> None:
    names = [f"n{number}" for number in range(50)]
    with served.connect() as wire:
        requests = [f"GET /patch HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\n"
                    f"Content-Length: {len(name)}\r\n\r\n{name}" for name in names]  # fmt: skip
        wire.send("".join(requests))
        for name in names:
            assert wire.reply().status == 404
            assert wire.reply().text == name


@pytest.mark.clause("RFC9112-9.3.2-2")
def test_pipelined_requests_wait_for_a_slow_one(served: Host) -> None:
    with served.connect() as wire:
        wire.send("".join(f"GET /slow/{n} HTTP/1.1\r\nHost: a\r\n\r\n" for n in "abc"))
        wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert [wire.reply().text for _ in range(3)] == ["a", "b", "c"]
        assert wire.reply().status == 200


def test_thousands_of_pipelined_requests_are_all_answered(served: Host) -> None:
    count = 5000
    with served.connect() as wire:
        received = b""
        sent = 0
        one = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        while sent < count:
            wire.send(one * 500)
            sent += 500
        for _ in range(count):
            received = wire.reply().content
            assert received == b'{"data":"the dead rise"}'


def test_a_request_octet_by_octet_is_the_same_request(served: Host) -> None:
    with served.connect() as wire:
        wire.send_slowly(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        assert wire.reply().text == "hello"
        wire.send_slowly(
            b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"
        )
        assert wire.reply().text == "abcde"


def test_chunked_content_is_put_together(served: Host) -> None:
    with served.connect() as wire:
        wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        expected = b""
        for size in (1, 2, 1000, 70_000):
            piece = bytes([65 + size % 26]) * size
            expected += piece
            wire.send(f"{size:X}\r\n".encode() + piece + b"\r\n")
        wire.send("0\r\n\r\n")
        assert wire.reply().content == expected
        wire.request("GET", "/")
        assert wire.reply().status == 200


def test_a_client_that_asks_before_sending_is_told_to_continue(served: Host) -> None:
    with served.connect() as wire:
        wire.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
        )
        assert wire.reply().status == 100
        wire.send("abc")
        assert wire.reply().text == "abc"


def test_a_refused_client_is_not_told_to_continue(served: Host) -> None:
    with served.connect() as wire:
        wire.send(
            "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
        )
        assert wire.reply().status == 404


def test_connection_close_is_kept(served: Host) -> None:
    with served.connect() as wire:
        wire.request("GET", "/", headers={"Connection": "close"})
        reply = wire.reply()
        assert (reply.status, reply.header("connection")) == (200, "close")
        assert wire.is_closed()


@pytest.mark.clause("RFC9112-9.3-1", "RFC9112-9.6-6")
def test_http_1_0_closes_unless_it_asks_to_persist(served: Host) -> None:
    with served.connect() as wire:
        wire.send("GET / HTTP/1.0\r\n\r\n")
        assert wire.reply().status == 200
        assert wire.is_closed()
    with served.connect() as wire:
        for _ in range(2):
            wire.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            reply = wire.reply()
            assert (reply.status, reply.header("connection")) == (200, "keep-alive")


@pytest.mark.clause("RFC9112-3.2.2-7", "RFC3986-6.2.3-1")
def test_an_absolute_target_is_its_path(served: Host) -> None:
    with served.connect() as wire:
        wire.send("GET http://necro.test/v1/zombies/5?x=1 HTTP/1.1\r\nHost: necro.test\r\n\r\n")
        assert wire.reply().text == "5"
        wire.send("GET http://necro.test HTTP/1.1\r\nHost: necro.test\r\n\r\n")
        assert wire.reply().json == {"data": "the dead rise"}


@pytest.mark.clause("RFC9112-2.2-7")
def test_an_empty_line_before_a_request_is_skipped(served: Host) -> None:
    with served.connect() as wire:
        wire.send("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert wire.reply().status == 200


@pytest.mark.api("Handlers: a client that half-closes gets its response")
@pytest.mark.clause("RFC9112-9.5-2")
def test_a_client_that_half_closes_still_gets_its_response(served: Host) -> None:
    with served.connect() as wire:
        wire.request("GET", "/slow/late")
        wire.half_close()
        assert wire.reply().text == "late"
        assert wire.is_closed()
    with served.connect() as wire:
        wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
        wire.half_close()
        assert [wire.reply().status for _ in range(3)] == [200, 200, 200]
        assert wire.is_closed()


def test_a_thousand_connections_are_served_at_once(served: Host) -> None:
    wires = [served.connect() for _ in range(1000)]
    try:
        for wire in wires:
            wire.request("GET", "/slow/x")
        assert all(wire.reply().text == "x" for wire in wires)
        for wire in reversed(wires):
            wire.request("GET", "/")
        assert all(wire.reply().status == 200 for wire in wires)
    finally:
        for wire in wires:
            wire.close()


def test_curl_is_served(served: Host) -> None:
    def curl(*words: str, content: str = "") -> str:
        done = subprocess.run(
            ["curl", "-sS", "--max-time", "10", *words],
            input=content, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    url = served.url
    assert curl(f"{url}/") == '{"data":"the dead rise"}'
    assert curl(f"{url}/echo", "-d", "a=1&b=2") == "a=1&b=2"
    assert curl(f"{url}/echo", "-H", "Transfer-Encoding: chunked", "-d", "x" * 9000) == "x" * 9000
    asking = (f"{url}/echo", "-H", "Expect: 100-continue", "--data-binary", "@-")
    assert len(curl(*asking, content="x" * 500_000)) == 500_000
    assert curl("-X", "PUT", f"{url}/both") == "PUT"
    assert "200 OK" in curl("-I", f"{url}/")
    assert "405" in curl("-X", "PATCH", "-o", "/dev/null", "-w", "%{http_code}", f"{url}/")
    two = curl(f"{url}/slow/a", f"{url}/slow/b", "-w", "%{num_connects};")
    assert two == "a1;b0;"


@pytest.mark.clause("RFC9112-6.3-8", "RFC9112-8-1")
@pytest.mark.parametrize("cut", [1, 10, 30, 45])
def test_a_request_that_is_cut_short_is_not_answered_as_if_it_were_whole(
    served: Host, cut: int
) -> None:
    whole = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"
    with served.connect() as wire:
        wire.send(whole[:cut] if cut < 45 else whole)
        wire.half_close()
        with suppress(ClosedEarly):
            assert wire.reply().status == 400
        assert wire.is_closed()
    assert served.get("/").status == 200
