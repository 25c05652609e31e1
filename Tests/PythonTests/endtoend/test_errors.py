"""What handlers raise, and clients that go away."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hosting import Host

APP = """
    import asyncio, sys
    import necro

    app = necro.App()
    events = []

    @app.get("/")
    async def root():
        return "alive"

    @app.get("/events")
    async def get_events():
        return events

    @app.get("/http-error")
    async def http_error():
        raise necro.HTTPError(404, "no such grave")

    @app.get("/http-error/headers")
    async def with_headers():
        raise necro.HTTPError(429, headers={"retry-after": "7"})

    @app.get("/late-error")
    async def late_error():
        await asyncio.sleep(0)
        raise necro.HTTPError(409, "later")

    @app.get("/raises")
    async def raises():
        secret = "moonstone"
        raise RuntimeError("a raven spoke of " + secret)

    @app.get("/late-raise")
    async def late_raise():
        await asyncio.sleep(0.01)
        {}["late"]

    @app.get("/inline", inline=True)
    def inline():
        raise RuntimeError("inline trouble")

    @app.get("/system-exit")
    async def system_exit():
        sys.exit(3)

    @app.get("/keyboard-interrupt")
    async def keyboard_interrupt():
        raise KeyboardInterrupt

    @app.get("/cancelled")
    async def cancelled():
        raise asyncio.CancelledError

    @app.get("/recursion")
    async def recursion():
        def deeper():
            deeper()
        deeper()

    @app.get("/not-awaited")
    async def not_awaited():
        return asyncio.sleep(0)

    @app.get("/missing-field")
    async def missing():
        return 1

    async def wait(name):
        events.append(name + " began")
        try:
            await asyncio.sleep(1.5)
            events.append(name + " finished")
        except asyncio.CancelledError:
            events.append(name + " cancelled")
            raise
        return name

    @app.get("/wait")
    async def get_wait():
        return await wait("get")

    @app.post("/wait")
    async def post_wait(body: bytes):
        return await wait("post")

    @app.get("/wait/finish", on_disconnect="finish")
    async def finish():
        return await wait("get-finish")

    @app.post("/wait/cancel", on_disconnect="cancel")
    async def cancel(body: bytes):
        return await wait("post-cancel")

    @app.get("/stubborn")
    async def stubborn():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            await asyncio.sleep(0.05)
            events.append("stubborn went on")
        return "x"

    @app.post("/slow-body")
    async def slow_body(request):
        try:
            await request.body()
        except necro.ClientDisconnect:
            events.append("body disconnected")
            raise
"""


@pytest.mark.api(
    "Results: HTTPError ends a handler with its status and detail",
    "Results: errors are problem documents",
)
def test_an_http_error_is_a_problem_document(served: Host) -> None:
    for target in ("/http-error", "/late-error"):
        reply = served.get(target)
        assert reply.header("content-type") == "application/problem+json"
        assert reply.status == reply.json["status"]
    assert served.get("/http-error").json == {
        "title": "Not Found",
        "status": 404,
        "detail": "no such grave",
    }
    reply = served.get("/http-error/headers")
    assert (reply.status, reply.header("retry-after")) == (429, "7")


@pytest.mark.api(
    "Results: an unexpected exception is 500 without detail",
    "Results: an unexpected exception is logged with a request id, and the worker goes on",
)
@pytest.mark.parametrize(
    ("target", "logged"),
    [
        ("/raises", "RuntimeError: a raven spoke of moonstone"),
        ("/late-raise", "KeyError: 'late'"),
        ("/inline", "RuntimeError: inline trouble"),
        ("/system-exit", "SystemExit: 3"),
        ("/keyboard-interrupt", "KeyboardInterrupt"),
        ("/cancelled", "CancelledError"),
        ("/recursion", "RecursionError"),
        ("/not-awaited", "/not-awaited"),
    ],
)
def test_an_exception_is_500_with_a_request_id_and_a_logged_traceback(
    served: Host, target: str, logged: str
) -> None:
    with served.connect() as wire:
        wire.request("GET", target)
        reply = wire.reply()
        assert reply.status == 500
        assert reply.header("content-type") == "application/problem+json"
        assert b"moonstone" not in reply.content
        request_id = reply.header("x-request-id")
        assert request_id
        assert reply.json["request_id"] == request_id
        served.wait_log(rf"GET {target} .*{request_id}")
        served.wait_log(logged)
        # The connection and the worker go on.
        wire.request("GET", "/")
        assert wire.reply().text == "alive"


def test_a_request_id_of_the_client_is_kept(served: Host) -> None:
    reply = served.get("/raises", {"X-Request-Id": "grave-17"})
    assert reply.header("x-request-id") == "grave-17"
    hostile = served.get("/raises", {"X-Request-Id": 'a" b'})
    assert hostile.header("x-request-id") != 'a" b'


def _events(served: Host, wanted: str, seconds: float = 4.0) -> list[str]:
    deadline = time.monotonic() + seconds
    while True:
        events: list[str] = served.get("/events").json
        if wanted in events:
            return events
        assert time.monotonic() < deadline, f"no {wanted!r} in {events}"
        time.sleep(0.02)


@pytest.mark.api(
    "Handlers: a client that resets cancels GET and HEAD; other methods finish",
    "Handlers: on_disconnect says otherwise",
)
@pytest.mark.parametrize(
    ("method", "target", "name", "end"),
    [
        ("GET", "/wait", "get", "cancelled"),
        ("POST", "/wait", "post", "finished"),
        ("GET", "/wait/finish", "get-finish", "finished"),
        ("POST", "/wait/cancel", "post-cancel", "cancelled"),
    ],
)
def test_a_reset_cancels_or_not_as_the_rules_say(
    served: Host, method: str, target: str, name: str, end: str
) -> None:
    wire = served.connect()
    wire.request(method, target, b"" if method == "POST" else None)
    _events(served, f"{name} began")
    wire.reset()
    events = _events(served, f"{name} {end}")
    other = "finished" if end == "cancelled" else "cancelled"
    assert f"{name} {other}" not in events


@pytest.mark.api("Handlers: a client that half-closes gets its response")
def test_a_half_close_does_not_cancel(served: Host) -> None:
    before = served.get("/events").json.count("get finished")
    with served.connect() as wire:
        wire.request("GET", "/wait")
        wire.half_close()
        assert wire.reply().text == "get"
    assert served.get("/events").json.count("get finished") == before + 1


def test_a_handler_that_survives_its_cancellation_harms_nobody(served: Host) -> None:
    wire = served.connect()
    wire.request("GET", "/stubborn")
    time.sleep(0.1)
    wire.reset()
    _events(served, "stubborn went on")
    assert served.get("/").text == "alive"


def test_a_body_that_never_comes_raises_in_its_reader(served: Host) -> None:
    wire = served.connect()
    wire.send("POST /slow-body HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
    time.sleep(0.1)
    wire.reset()
    _events(served, "body disconnected")


def test_many_resets_at_once_leave_nothing_behind(served: Host) -> None:
    before = len(list(Path(f"/proc/{served.process.pid}/fd").iterdir()))
    for _ in range(5):
        wires = [served.connect() for _ in range(100)]
        for wire in wires:
            wire.request("GET", "/wait")
        for wire in wires:
            wire.reset()
    assert served.get("/").text == "alive"
    time.sleep(0.3)
    after = len(list(Path(f"/proc/{served.process.pid}/fd").iterdir()))
    assert after <= before + 2
