"""anyio in async handlers of two workers, with and without a Task for each request."""

from __future__ import annotations

import time
from collections.abc import Generator

import pytest
from hosting import Host, hosting, wires_by_worker
from wire import Wire

APP = """
    import asyncio, contextvars, threading, time
    import anyio, anyio.from_thread, anyio.lowlevel, anyio.to_thread
    import necro

    app = necro.App()
    variable = contextvars.ContextVar("variable", default="unset")
    events = []

    @app.get("/who")
    async def who():
        return threading.get_native_id()

    @app.get("/group")
    async def group():
        # Before the handler has suspended for the first time.
        results = []
        async def one(number):
            await anyio.sleep(0.01 * number)
            results.append(number)
        async with anyio.create_task_group() as group:
            for number in (3, 1, 2):
                group.start_soon(one, number)
        return results

    @app.get("/group-after")
    async def group_after():
        await anyio.lowlevel.checkpoint()
        return await group()

    @app.get("/start")
    async def start():
        async def service(*, task_status):
            await anyio.sleep(0.01)
            task_status.started("ready")
            await anyio.sleep_forever()
        async with anyio.create_task_group() as group:
            value = await group.start(service)
            group.cancel_scope.cancel()
        return value

    @app.get("/group-error")
    async def group_error():
        seen = []
        async def bad():
            raise ValueError("bad")
        async def victim():
            try:
                await anyio.sleep_forever()
            except anyio.get_cancelled_exc_class():
                seen.append("cancelled")
                raise
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(victim)
                await anyio.sleep(0.01)
                group.start_soon(bad)
        except* ValueError as raised:
            seen.append(len(raised.exceptions))
        return seen

    @app.get("/move-on")
    async def move_on():
        with anyio.move_on_after(0.05) as scope:
            await anyio.sleep(30)
        return [scope.cancelled_caught, asyncio.current_task().cancelling()]

    @app.get("/fail-after")
    async def fail_after():
        try:
            with anyio.fail_after(0.05):
                await anyio.sleep(30)
        except TimeoutError:
            return "timed out"

    @app.get("/cancelled-scope")
    async def cancelled_scope():
        # Cancelled before anything was awaited in it.
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anyio.sleep(30)
        await anyio.sleep(0)
        return scope.cancelled_caught

    @app.get("/scope-unused")
    async def scope_unused():
        # A scope in a handler that never suspends leaves nothing for the next one in its Task.
        with anyio.CancelScope():
            return anyio.current_effective_deadline() == float("inf")

    @app.get("/to-thread")
    async def to_thread():
        variable.set("carried")
        def work():
            time.sleep(0.01)
            return [threading.get_native_id(), variable.get()]
        there, value = await anyio.to_thread.run_sync(work)
        return [there != threading.get_native_id(), value]

    @app.get("/from-thread")
    async def from_thread():
        async def double(number):
            await anyio.sleep(0.01)
            return number * 2
        def work():
            return anyio.from_thread.run(double, 21), anyio.from_thread.run_sync(
                threading.get_native_id)
        number, thread = await anyio.to_thread.run_sync(work)
        return [number, thread == threading.get_native_id()]

    @app.get("/limiter")
    async def limiter():
        limiter, most, now = anyio.CapacityLimiter(2), 0, 0
        def work():
            nonlocal most, now
            now += 1
            most = max(most, now)
            time.sleep(0.02)
            now -= 1
        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(lambda: anyio.to_thread.run_sync(work, limiter=limiter))
        return most <= 2

    @app.get("/streams")
    async def streams():
        send, receive = anyio.create_memory_object_stream(1)
        async def produce():
            async with send:
                for number in range(5):
                    await send.send(number)
        async with anyio.create_task_group() as group, receive:
            group.start_soon(produce)
            return [number async for number in receive]

    @app.get("/tcp")
    async def tcp():
        async def serve(stream):
            async with stream:
                await stream.send((await stream.receive()).upper())
        async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
            port = listener.extra(anyio.abc.SocketAttribute.local_port)
            async with anyio.create_task_group() as group:
                group.start_soon(listener.serve, serve)
                async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                    await stream.send(b"ghouls")
                    answer = await stream.receive()
                group.cancel_scope.cancel()
        return answer.decode()

    @app.get("/process")
    async def process():
        done = await anyio.run_process(["cat"], input=b"bones")
        return [done.returncode, done.stdout.decode()]

    @app.get("/file")
    async def file():
        path = anyio.Path(__file__)
        return (await path.read_text()).startswith("\\nimport asyncio")

    @app.get("/context/{value}")
    async def context(value):
        before = variable.get()
        variable.set(value)
        async with anyio.create_task_group() as group:
            seen = []
            group.start_soon(lambda: anyio.lowlevel.checkpoint())
            async def look():
                seen.append(variable.get())
            group.start_soon(look)
        return [before, seen, variable.get()]

    @app.get("/task-info")
    async def task_info():
        before = anyio.get_current_task()
        await anyio.sleep(0)
        return before == anyio.get_current_task()

    @app.get("/leave")
    async def leave():
        events.append("began")
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep_forever)
                await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.05)
                events.append("cleaned up")
            raise

    @app.get("/events")
    async def show():
        return events
"""

EXPECTED = [
    ("/group", [1, 2, 3]),
    ("/group-after", [1, 2, 3]),
    ("/start", "ready"),
    ("/group-error", ["cancelled", 1]),
    ("/move-on", [True, 0]),
    ("/fail-after", "timed out"),
    ("/cancelled-scope", True),
    ("/scope-unused", True),
    ("/to-thread", [True, "carried"]),
    ("/from-thread", [42, True]),
    ("/limiter", True),
    ("/streams", [0, 1, 2, 3, 4]),
    ("/tcp", "GHOULS"),
    ("/process", [0, "bones"]),
    ("/file", True),
    ("/context/a", ["unset", ["a"], "a"]),
    ("/task-info", True),
]


@pytest.fixture(scope="module", params=["native", "task-per-request"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Host]:
    """A host of two workers."""
    environment = {"NECRO_TASK_PER_REQUEST": "1" if request.param == "task-per-request" else None}
    with hosting(
        tmp_path_factory.mktemp("anyio"), APP, workers=2, environment=environment
    ) as running:
        yield running
        running.stop()
        assert "Traceback" not in running.log


@pytest.mark.parametrize(("target", "value"), EXPECTED)
def test_anyio_works_in_each_worker(served: Host, target: str, value: object) -> None:
    for (wire,) in wires_by_worker(served, 2):
        # The second time in what may be the Task of the first.
        for _ in range(2):
            wire.request("GET", target)
            reply = wire.reply()
            assert reply.status == 200, served.log
            kind = reply.header("content-type") or ""
            assert (reply.text if kind.startswith("text/") else reply.json) == value


def test_handlers_that_use_anyio_follow_one_another_on_a_connection(served: Host) -> None:
    with served.connect() as wire:
        for _ in range(20):
            for target, _ in EXPECTED[:9]:
                wire.request("GET", target)
        for _ in range(20):
            for _, value in EXPECTED[:9]:
                reply = wire.reply()
                kind = reply.header("content-type") or ""
                assert (reply.text if kind.startswith("text/") else reply.json) == value


def test_a_client_that_goes_away_cancels_a_task_group(served: Host) -> None:
    for watching, *leaving in wires_by_worker(served, 2, each=4):
        for wire in leaving:
            wire.request("GET", "/leave")
        _wait_events(watching, "began", len(leaving))
        for wire in leaving:
            wire.reset()
        _wait_events(watching, "cleaned up", len(leaving))


def _wait_events(wire: Wire, event: str, expected: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        wire.request("GET", "/events")
        events = wire.reply().json
        if events.count(event) == expected:
            return
        assert time.monotonic() < deadline, events
        time.sleep(0.02)
