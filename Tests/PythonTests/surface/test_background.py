"""Work after the response on a real host."""

from __future__ import annotations

import signal
import time

import pytest
from fixtures import StartHost
from hosting import Host

APP = """
    import asyncio
    import time
    from contextvars import ContextVar
    from threading import Thread

    import necro

    app = necro.App()
    events = []

    may_end = asyncio.Event()

    async def later(name):
        events.append(name + " begins")
        await may_end.wait()
        events.append(name + " ends")

    @app.get("/end")
    async def end():
        may_end.set()
        may_end.clear()

    def plain(name):
        events.append(name + " in a thread")

    @app.get("/at-once/{name}")
    async def at_once(request, name):
        request.after(later, name)
        request.after(plain, name)
        return list(events)

    @app.get("/suspended/{name}")
    async def suspended(request, name):
        request.after(later, name)
        request.after(plain, name)
        await asyncio.sleep(0.02)
        return list(events)

    @app.get("/thread/{name}")
    def thread(request, name):
        request.after(later, name)
        request.after(plain, name)
        return list(events)

    @app.get("/inline/{name}", inline=True)
    def inline(request, name):
        request.after(later, name)
        request.after(plain, name)
        return list(events)

    who = ContextVar("who", default="nobody")

    def context():
        events.append("context of " + who.get())

    @app.get("/fails")
    async def fails(request):
        who.set("fails")
        request.after(plain, "fails")
        request.after(context)
        raise RuntimeError("no such luck")

    late = []

    @app.get("/late-task")
    async def late_task(request):
        async def leave():
            await asyncio.sleep(0.05)
            events.append("late-task leaves")
            request.after(plain, "late-task")
        late.append(asyncio.create_task(leave()))
        return "answered"

    @app.get("/late-thread")
    async def late_thread(request):
        def leave():
            time.sleep(0.05)
            events.append("late-thread leaves")
            request.after(plain, "late-thread")
        Thread(target=leave).start()
        return "answered"

    @app.get("/child")
    async def child(request) -> None:
        async def leave():
            request.after(plain, "child")
        async with asyncio.TaskGroup() as group:
            group.create_task(leave())

    @app.get("/wait")
    async def wait(request):
        request.after(plain, "wait")
        events.append("wait began")
        try:
            await asyncio.sleep(20)
        finally:
            events.append("wait ended")

    @app.get("/events")
    async def get_events():
        return events
"""


def _wait_event(served: Host, wanted: str) -> list[str]:
    deadline = time.monotonic() + 5
    while True:
        events: list[str] = served.get("/events").json
        if wanted in events:
            return events
        assert time.monotonic() < deadline, events
        time.sleep(0.02)


@pytest.mark.parametrize("way", ["at-once", "suspended", "thread", "inline"])
def test_work_begins_after_the_response_whatever_the_handler_is(served: Host, way: str) -> None:
    with served.connect() as wire:
        wire.request("GET", f"/{way}/{way}")
        reply = wire.reply()
        assert reply.status == 200
        assert f"{way} begins" not in reply.json
        # The connection goes on meanwhile.
        _wait_event(served, f"{way} begins")
        wire.request("GET", "/end")
        wire.reply()
    events = _wait_event(served, f"{way} in a thread")
    assert events.index(f"{way} begins") < events.index(f"{way} ends")


def test_a_child_task_leaves_work(served: Host) -> None:
    assert served.get("/child").status == 204
    _wait_event(served, "child in a thread")


def test_a_task_and_a_thread_that_outlive_the_response_leave_work(served: Host) -> None:
    for way in ("late-task", "late-thread"):
        assert served.get(f"/{way}").text == "answered"
        events = _wait_event(served, f"{way} in a thread")
        assert events.index(f"{way} leaves") < events.index(f"{way} in a thread")


def test_work_is_done_after_an_exception_and_in_the_context_of_the_request(served: Host) -> None:
    assert served.get("/fails").status == 500
    _wait_event(served, "fails in a thread")
    _wait_event(served, "context of fails")


def test_a_request_that_is_cancelled_has_no_work_done(served: Host) -> None:
    wire = served.connect()
    wire.request("GET", "/wait")
    _wait_event(served, "wait began")
    wire.reset()
    _wait_event(served, "wait ended")
    time.sleep(0.1)
    assert "wait in a thread" not in served.get("/events").json


def test_a_worker_that_ends_finishes_its_work_first(host: StartHost) -> None:
    running = host("""
        import asyncio, sys, time
        import necro

        app = necro.App()

        async def later():
            await asyncio.sleep(0.3)
            print("work done", file=sys.stderr)

        def plain():
            time.sleep(0.1)
            print("thread done", file=sys.stderr)

        @app.on_shutdown
        async def last():
            print("shut down", file=sys.stderr)

        @app.get("/")
        async def handler(request):
            request.after(later)
            request.after(plain)
    """)
    assert running.get("/").status == 404
    running.send_signal(signal.SIGTERM)
    assert running.wait() == 0
    running.wait_log("work done\nthread done\nshut down")


def test_work_that_takes_too_long_is_cancelled_and_said(host: StartHost) -> None:
    running = host("""
        import asyncio, sys
        import necro

        app = necro.App(background_seconds=0.2)

        async def endless():
            try:
                await asyncio.sleep(600)
            finally:
                print("cancelled", file=sys.stderr)

        @app.get("/")
        async def handler(request) -> None:
            request.after(endless)
            request.after(print, "never")
    """)
    assert running.get("/").status == 204
    running.send_signal(signal.SIGTERM)
    assert running.wait() == 0
    assert "2 calls in the background took longer than 0.2 s and were cancelled" in running.log
    assert running.log.rstrip().endswith("cancelled")
    assert "never" not in running.output
