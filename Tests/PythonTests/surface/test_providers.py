"""Providers on a real host: threads, cancellation, clients that go away, contextvars."""

from __future__ import annotations

import signal
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

    @app.get("/events")
    async def get_events():
        return events

    @app.provide("tenant")
    async def tenant(headers):
        token = who.set(headers["tenant"])
        await asyncio.sleep(0)
        yield headers["tenant"]
        who.reset(token)

    @app.provide("asynchronous")
    async def asynchronous(name: str):
        try:
            yield name
        finally:
            await asyncio.sleep(0.01)
            events.append(f"asynchronous {name} ended")

    @app.provide("pooled")
    def pooled(name: str):
        try:
            yield name
        finally:
            events.append(f"pooled {name} ended")

    @app.provide("inline", inline=True)
    def inline(name: str):
        try:
            yield name
        finally:
            events.append(f"inline {name} ended")

    @app.get("/tenant")
    async def get_tenant(tenant):
        await asyncio.sleep(0.01)
        return [tenant, who.get()]

    @app.get("/wait/{name}")
    async def wait(asynchronous, pooled, inline):
        events.append(f"{inline} began")
        await asyncio.sleep(20)

    @app.get("/fails/{name}")
    async def fails(asynchronous, pooled, inline):
        return 1 / 0

    @app.get("/exit/{name}")
    async def leave(asynchronous, pooled, inline):
        raise SystemExit

    @app.post("/sum/{name}")
    def total(inline, body: list[int], pooled, scale: int = 1):
        return {inline: sum(body) * scale}
"""


def _wait_events(served: Host, wanted: set[str]) -> None:
    deadline = time.monotonic() + 5
    while not wanted <= set(served.get("/events").json):
        assert time.monotonic() < deadline, served.get("/events").text
        time.sleep(0.02)


@pytest.mark.api("Handlers: each request has a contextvars Context of its own")
def test_requests_at_once_have_values_and_context_variables_of_their_own(served: Host) -> None:
    wires = [served.connect() for _ in range(20)]
    for number, wire in enumerate(wires):
        wire.request("GET", "/tenant", headers={"tenant": str(number)})
    for number, wire in enumerate(wires):
        assert wire.reply().json == [str(number), str(number)]
    # In one task after another on one connection, too.
    with served.connect() as wire:
        for number in range(10):
            wire.request("GET", "/tenant", headers={"tenant": str(number)})
            assert wire.reply().json == [str(number), str(number)]


@pytest.mark.api("Handlers: a provider may be a generator that cleans up")
@pytest.mark.parametrize("path", ["fails", "exit"])
def test_clean_up_runs_when_the_handler_fails(served: Host, path: str) -> None:
    assert served.get(f"/{path}/a-{path}").status == 500
    events = served.get("/events").json
    for kind in ("asynchronous", "pooled", "inline"):
        assert events.count(f"{kind} a-{path} ended") == 1


@pytest.mark.api("Handlers: a provider may be a generator that cleans up")
def test_clean_up_runs_when_the_client_goes_away(served: Host) -> None:
    wire = served.connect()
    wire.request("GET", "/wait/gone")
    _wait_events(served, {"gone began"})
    wire.reset()
    _wait_events(served, {f"{kind} gone ended" for kind in ("asynchronous", "pooled", "inline")})


def test_a_body_and_a_query_parameter_beside_providers(served: Host) -> None:
    assert served.ask("POST", "/sum/n?scale=2", "[1, 2]").json == {"n": 6}
    assert served.ask("POST", "/sum/n?scale=2", "[" + "1," * 99_999 + "1]").json == {"n": 200_000}
    reply = served.ask("POST", "/sum/n?scale=x", '[1, "2"]')
    assert reply.status == 422
    assert [fault["location"] for fault in reply.json["errors"]] == [
        ["body", 1],
        ["query", "scale"],
    ]


def test_clean_up_runs_in_the_drain(host: StartHost) -> None:
    running = host("""
        import asyncio, sys
        import necro

        app = necro.App()

        @app.provide("guard")
        async def guard():
            yield
            await asyncio.sleep(0.05)
            print("guard ended", file=sys.stderr)

        @app.on_shutdown
        async def last():
            print("shut down", file=sys.stderr)

        @app.get("/")
        async def handler(guard):
            print("began", file=sys.stderr)
            await asyncio.sleep(0.3)
            return "done"
    """)
    wire = running.connect()
    wire.request("GET", "/")
    running.wait_log("began")
    running.send_signal(signal.SIGTERM)
    assert wire.reply().text == "done"
    running.wait_log("guard ended\n(.*\n)*shut down")
    assert running.wait() == 0
