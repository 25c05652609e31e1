"""Middleware on a real host: contexts, cancellation, bodies, and what the server answers itself."""

from __future__ import annotations

import time

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
    assert served.get("/in/nowhere").header("x-status") is None
    assert served.ask("DELETE", "/in/who").status == 405
