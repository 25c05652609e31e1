"""Middleware on a real host: contexts, cancellation, bodies, and what the server answers itself."""

from __future__ import annotations

import time

import pytest
from fixtures import StartHost
from hosting import Host

APP = """
    import asyncio
    from contextvars import ContextVar

    import necro

    app = necro.App()
    events = []
    who = ContextVar("who", default="nobody")

    @app.get("/bare")
    async def bare():
        return who.get()

    inside = necro.Router()
    app.include(inside, prefix="/in")

    @inside.middleware
    async def name(request, call_next):
        who.set(request.headers.get("who", "somebody"))
        try:
            response = await call_next(request)
        except asyncio.CancelledError:
            events.append("middleware cancelled")
            raise
        response.set_header("x-who", who.get())
        return response

    @inside.middleware
    async def slow(request, call_next):
        if "slow" in request.query:
            await asyncio.sleep(0.01)
        async with asyncio.timeout(5):
            return await call_next(request)

    class Stamp(necro.Filter):
        def after(self, request, response):
            response.add_header("x-status", str(response.status))

    inside.middleware(Stamp())

    @inside.get("/who")
    async def get_who():
        return who.get()

    @inside.get("/thread")
    def get_thread():
        return who.get()

    @inside.get("/later")
    async def later():
        await asyncio.sleep(0.005)
        return who.get()

    @inside.get("/task")
    async def task():
        async def child():
            return who.get()
        async with asyncio.TaskGroup() as group:
            made = group.create_task(child())
        return made.result()

    @inside.post("/body")
    async def body(body: bytes):
        return body

    @inside.post("/stream")
    async def stream(request):
        octets = 0
        async for piece in request.stream():
            octets += len(piece)
        return octets

    @inside.get("/wait")
    async def wait():
        events.append("began")
        await asyncio.sleep(20)

    @inside.get("/fails")
    async def fails():
        raise RuntimeError("no such luck")

    @inside.get("/numbers/{number}")
    async def number(number: int):
        return number

    @app.get("/events")
    async def get_events():
        return events
"""


@pytest.mark.api("Handlers: middleware stands around handlers")
def test_context_variables_reach_the_handler_and_no_other_request(served: Host) -> None:
    with served.connect() as wire:
        for number in range(20):
            path = ("who", "thread", "later", "task")[number % 4]
            suffix = "?slow=1" if number % 3 == 0 else ""
            wire.request("GET", f"/in/{path}{suffix}", headers={"who": f"n{number}"})
            reply = wire.reply()
            assert (reply.text, reply.header("x-who")) == (f"n{number}", f"n{number}")
            wire.request("GET", "/bare")
            assert wire.reply().text == "nobody"


def test_many_requests_at_once_keep_their_contexts(served: Host) -> None:
    wires = [served.connect() for _ in range(30)]
    for number, wire in enumerate(wires):
        wire.request("GET", "/in/later?slow=1", headers={"who": f"n{number}"})
    for number, wire in enumerate(wires):
        assert wire.reply().text == f"n{number}"


@pytest.mark.api("Handlers: middleware stands around handlers")
def test_bodies_arrive_behind_middleware(served: Host) -> None:
    content = b"x" * 300_000
    assert served.ask("POST", "/in/body", content).content == content
    assert served.ask("POST", "/in/body?slow=1", content).content == content
    assert served.ask("POST", "/in/body", b"").content == b""
    assert served.ask("POST", "/in/stream", content).json == len(content)
    assert served.ask("POST", "/in/stream?slow=1", content).json == len(content)


def test_filters_see_errors_and_exceptions_are_logged_with_the_app_first(served: Host) -> None:
    assert served.get("/in/numbers/x").header("x-status") == "422"
    reply = served.get("/in/fails")
    assert (reply.status, reply.header("x-status")) == (500, "500")
    served.wait_log("RuntimeError: no such luck")
    assert served.get("/in/numbers/1").json == 1


def test_a_client_that_goes_away_cancels_through_middleware(served: Host) -> None:
    wire = served.connect()
    wire.request("GET", "/in/wait")
    deadline = time.monotonic() + 5
    while "began" not in served.get("/events").json:
        assert time.monotonic() < deadline
    wire.reset()
    while "middleware cancelled" not in served.get("/events").json:
        assert time.monotonic() < deadline


def test_head_follows_get_and_the_server_answers_what_has_no_handler(served: Host) -> None:
    with served.connect() as wire:
        wire.request("HEAD", "/in/who")
        reply = wire.reply("HEAD")
        assert (reply.status, reply.header("x-who")) == (200, "somebody")
        assert reply.header("content-length") == "8"
    # A router's middleware stands around its routes alone.
    assert served.get("/in/nowhere").header("x-status") is None
    assert served.ask("DELETE", "/in/who").status == 405


AROUND = """
    import necro

    app = necro.App()
    seen = []

    @app.middleware
    async def count(request, call_next):
        if request.method == "POST":
            content = await request.body()
        response = await call_next(request)
        seen.append([request.method, request.path, response.status])
        response.set_header("x-route", request.route.name if request.route else "none")
        response.set_header("x-params", str(len(request.path_params)))
        if request.method == "POST":
            response.set_header("x-octets", str(len(content)))
        return response

    app.middleware(necro.RequestIDs())
    app.middleware(necro.CORS(["https://crypt.example"]))

    @app.exception(404)
    async def nowhere(error, request):
        return necro.Response(f"no {request.path}", status=404)

    @app.get("/graves/{number}/name")
    async def grave(number: int):
        return number

    @app.get("/fails")
    async def fails():
        raise RuntimeError

    @app.get("/seen")
    async def get_seen():
        return seen
"""


def test_middleware_of_the_app_sees_requests_that_match_no_route(host: StartHost) -> None:
    running = host(AROUND)
    origin = {"origin": "https://crypt.example"}
    with running.connect() as wire:
        wire.request("GET", "/graves/7/name", headers=origin)
        reply = wire.reply()
        assert (reply.status, reply.header("x-route"), reply.header("x-params")) == (
            200,
            "grave",
            "1",
        )
        wire.request("GET", "/graves/7/nowhere", headers=origin)
        reply = wire.reply()
        assert (reply.status, reply.text) == (404, "no /graves/7/nowhere")
        assert (reply.header("x-route"), reply.header("x-params")) == ("none", "0")
        assert reply.header("access-control-allow-origin") == "https://crypt.example"
        assert reply.header("x-request-id")
        wire.request("POST", "/nowhere", b"x" * 100_000)
        reply = wire.reply()
        assert (reply.status, reply.header("x-octets")) == (404, "100000")
        wire.request("DELETE", "/seen", headers=origin)
        reply = wire.reply()
        assert (reply.status, reply.header("allow")) == (405, "GET, HEAD, OPTIONS")
        assert reply.header("content-type") == "application/problem+json"
        assert reply.json == {"title": "Method Not Allowed", "status": 405}
        assert reply.header("access-control-allow-origin") == "https://crypt.example"
        wire.request("BREW", "/seen")
        reply = wire.reply()
        assert (reply.status, reply.header("x-route")) == (501, "none")
        wire.request("OPTIONS", "/seen")
        reply = wire.reply("OPTIONS")
        assert (reply.status, reply.header("allow")) == (204, "GET, HEAD, OPTIONS")
        assert reply.header("x-route") == "none"
        wire.request("OPTIONS", "*")
        assert wire.reply("OPTIONS").header("allow") == "GET, HEAD, OPTIONS"
        preflight = {**origin, "access-control-request-method": "POST"}
        for target in ("/seen", "/nowhere"):
            wire.request("OPTIONS", target, headers=preflight)
            reply = wire.reply("OPTIONS")
            assert reply.status == 204
            assert reply.header("access-control-allow-origin") == "https://crypt.example"
        wire.request("HEAD", "/nowhere")
        reply = wire.reply("HEAD")
        assert (reply.status, reply.content) == (404, b"")
        wire.request("GET", "/seen")
        seen = wire.reply().json
    assert ["GET", "/graves/7/nowhere", 404] in seen
    assert ["DELETE", "/seen", 405] in seen
    assert ["BREW", "/seen", 501] in seen


def test_without_middleware_the_server_answers_alone(host: StartHost) -> None:
    running = host("""
        import necro

        app = necro.App()

        @app.get("/")
        async def index():
            return "here"
    """)
    assert running.get("/nowhere").json == {"title": "Not Found", "status": 404}
    assert running.ask("POST", "/").status == 405
