"""The worker's loop is an asyncio event loop, and every request has a Context of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Generator

import pytest
from hosting import Host, hosting

APP = """
    import asyncio, contextvars, threading, time
    import necro

    app = necro.App()
    variable = contextvars.ContextVar("variable", default="unset")

    @app.get("/sleep")
    async def sleep():
        start = time.monotonic()
        result = await asyncio.sleep(0.05, "slept")
        return [result, time.monotonic() - start]

    @app.get("/sleep-zero")
    async def sleep_zero():
        for _ in range(100):
            await asyncio.sleep(0)
        return "done"

    @app.get("/gather")
    async def gather():
        async def one(n):
            await asyncio.sleep(0.1)
            return n
        start = time.monotonic()
        results = await asyncio.gather(*(one(n) for n in range(10)))
        return [results, time.monotonic() - start < 0.5]

    @app.get("/gather-error")
    async def gather_error():
        async def bad():
            await asyncio.sleep(0)
            raise ValueError("bad")
        results = await asyncio.gather(bad(), asyncio.sleep(0, 1), return_exceptions=True)
        return [repr(results[0]), results[1]]

    @app.get("/timeout-first")
    async def timeout_first():
        # Before any suspension: the coroutine must have its Task from the start.
        async with asyncio.timeout(0.05):
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                raise
        return "not reached"

    @app.get("/timeout")
    async def timeout():
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(0.05):
                await asyncio.sleep(5)
        except TimeoutError:
            return "timed out"

    @app.get("/wait-for")
    async def wait_for():
        try:
            await asyncio.wait_for(asyncio.sleep(5), 0.05)
        except TimeoutError:
            return "timed out"

    @app.get("/task-group")
    async def task_group():
        results = []
        async def one(n):
            await asyncio.sleep(0.01 * n)
            results.append(n)
        async with asyncio.TaskGroup() as group:
            for n in (3, 1, 2):
                group.create_task(one(n))
        return results

    @app.get("/task-group-error")
    async def task_group_error():
        seen = []
        async def bad():
            raise ValueError("bad")
        async def victim():
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(victim())
                await asyncio.sleep(0)
                group.create_task(bad())
        except* ValueError as group:
            seen.append(len(group.exceptions))
        return seen

    @app.get("/current-task")
    async def current_task():
        before = asyncio.current_task()
        kind = isinstance(before, asyncio.Task)
        await asyncio.sleep(0)
        after = asyncio.current_task()
        return [kind, before is after, after in asyncio.all_tasks(), before.get_name() != ""]

    @app.get("/cancel-self")
    async def cancel_self():
        task = asyncio.current_task()
        task.cancel()
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            task.uncancel()
            return ["caught", task.cancelling()]

    @app.get("/cancel-after")
    async def cancel_after():
        await asyncio.sleep(0)
        task = asyncio.current_task()
        asyncio.get_running_loop().call_soon(task.cancel, "enough")
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError as error:
            left = task.uncancel()
            await asyncio.sleep(0)
            return [*error.args, left, asyncio.current_task() is task, task.done()]

    @app.get("/cancelled-by-another")
    async def cancelled_by_another():
        task = asyncio.current_task()
        # Made before the handler has suspended, and so given its Task.
        async def other():
            task.cancel()
            return task in asyncio.all_tasks()
        running = asyncio.create_task(other())
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            task.uncancel()
            return [await running, task is asyncio.current_task()]

    @app.get("/name")
    async def name():
        task = asyncio.current_task()
        before = task.get_name()
        task.set_name("Mortimer")
        await asyncio.sleep(0)
        return [before != "Mortimer", asyncio.current_task().get_name()]

    @app.get("/ended")
    async def ended():
        # What was called back when the task of a request ended, before and after a suspension.
        return endings

    endings = []

    @app.get("/callback/{suspends}")
    async def callback(suspends: bool):
        task = asyncio.current_task()
        task.add_done_callback(lambda done: endings.append([suspends, done is task]))
        if suspends:
            await asyncio.sleep(0)
        return "called back"

    @app.get("/loop")
    async def loop():
        loop = asyncio.get_running_loop()
        return [isinstance(loop, asyncio.AbstractEventLoop), loop.is_running(), loop.time() > 0]

    @app.get("/call-later")
    async def call_later():
        loop = asyncio.get_running_loop()
        order, done = [], loop.create_future()
        loop.call_later(0.03, order.append, "later")
        loop.call_later(0.06, done.set_result, None)
        loop.call_soon(order.append, "soon")
        handle = loop.call_later(0.02, order.append, "never")
        handle.cancel()
        loop.call_at(loop.time() + 0.01, order.append, "at")
        await done
        return order

    @app.get("/threadsafe")
    async def threadsafe():
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        def other():
            time.sleep(0.05)
            loop.call_soon_threadsafe(future.set_result, threading.get_ident())
        thread = threading.Thread(target=other)
        thread.start()
        there = await future
        thread.join()
        return there != threading.get_ident()

    @app.get("/run-coroutine-threadsafe")
    async def run_coroutine_threadsafe():
        loop = asyncio.get_running_loop()
        async def inner():
            await asyncio.sleep(0.01)
            return "from the loop"
        def other():
            return asyncio.run_coroutine_threadsafe(inner(), loop).result(5)
        return await asyncio.to_thread(other)

    @app.get("/to-thread")
    async def to_thread():
        variable.set("carried")
        ident, value = await asyncio.to_thread(lambda: (threading.get_ident(), variable.get()))
        return [ident != threading.get_ident(), value]

    @app.get("/executor")
    async def executor():
        loop = asyncio.get_running_loop()
        start = time.monotonic()
        await asyncio.gather(*(loop.run_in_executor(None, time.sleep, 0.1) for _ in range(4)))
        return time.monotonic() - start < 0.35

    @app.get("/executor-error")
    async def executor_error():
        try:
            await asyncio.to_thread(int, "x")
        except ValueError:
            return "ValueError"

    @app.get("/streams")
    async def streams():
        async def upper(reader, writer):
            async for line in reader:
                writer.write(line.upper())
                await writer.drain()
            writer.close()
            await writer.wait_closed()
        server = await asyncio.start_server(upper, "127.0.0.1", 0, limit=2**20)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"ghouls\\n")
        first = await reader.readline()
        large = b"x" * 300_000 + b"\\n"
        writer.write(large)
        await writer.drain()
        second = await reader.readexactly(len(large))
        writer.write_eof()
        rest = await reader.read()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return [first.decode(), second == large.upper(), rest.decode()]

    @app.get("/fetch/{port}")
    async def fetch(port: int):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"name?\\n")
        answer = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return answer.decode()

    @app.get("/refused/{port}")
    async def refused(port: int):
        try:
            await asyncio.open_connection("127.0.0.1", port)
        except OSError as error:
            return type(error).__name__

    @app.get("/event")
    async def event():
        event, queue = asyncio.Event(), asyncio.Queue()
        async def producer():
            for n in range(3):
                await queue.put(n)
            event.set()
        task = asyncio.create_task(producer())
        await event.wait()
        await task
        lock = asyncio.Lock()
        async with lock, asyncio.Semaphore(1):
            return [queue.get_nowait() for _ in range(3)]

    background = set()
    finished = []

    @app.get("/background")
    async def start_background():
        async def later():
            await asyncio.sleep(0.1)
            finished.append("background")
        task = asyncio.create_task(later())
        background.add(task)
        task.add_done_callback(background.discard)
        return finished

    @app.get("/async-generator")
    async def async_generator():
        async def numbers():
            for n in range(3):
                await asyncio.sleep(0)
                yield n
        return [n async for n in numbers()]

    @app.get("/context/{value}")
    async def context(value):
        before = variable.get()
        variable.set(value)
        await asyncio.sleep(0.02)
        return [before, variable.get()]

    @app.get("/context-eager/{value}")
    async def context_eager(value):
        before = variable.get()
        variable.set(value)
        return [before, variable.get()]

    @app.get("/unraised")
    async def unraised():
        async def bad():
            raise ValueError("lost in the dark")
        asyncio.create_task(bad())
        await asyncio.sleep(0)
        return "x"

    @app.get("/subinterpreter-clock")
    async def clock():
        loop = asyncio.get_running_loop()
        start = loop.time()
        await asyncio.sleep(0.03)
        return 0.029 < loop.time() - start < 1

    @app.get("/signal")
    async def signal():
        import signal
        try:
            signal.signal(signal.SIGUSR1, lambda *a: None)
        except ValueError as error:
            return type(error).__name__
"""


@pytest.fixture(scope="module", params=["native", "task-per-request"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Host]:
    """A host that drives handlers natively, and one that makes a Task for each request."""
    environment = {"NECRO_TASK_PER_REQUEST": "1" if request.param == "task-per-request" else None}
    with hosting(tmp_path_factory.mktemp("host"), APP, environment=environment) as running:
        yield running


@pytest.mark.api("Handlers: an async handler runs on an asyncio loop")
@pytest.mark.parametrize(
    ("target", "value"),
    [
        ("/sleep-zero", "done"),
        ("/gather", [list(range(10)), True]),
        ("/gather-error", ["ValueError('bad')", 1]),
        ("/timeout", "timed out"),
        ("/wait-for", "timed out"),
        ("/task-group", [1, 2, 3]),
        ("/task-group-error", ["cancelled", 1]),
        ("/current-task", [True, True, True, True]),
        ("/cancel-self", ["caught", 0]),
        ("/cancel-after", ["enough", 0, True, False]),
        ("/cancelled-by-another", [True, True]),
        ("/name", [True, "Mortimer"]),
        ("/loop", [True, True, True]),
        ("/call-later", ["soon", "at", "later"]),
        ("/threadsafe", True),
        ("/run-coroutine-threadsafe", "from the loop"),
        ("/to-thread", [True, "carried"]),
        ("/executor", True),
        ("/executor-error", "ValueError"),
        ("/streams", ["GHOULS\n", True, ""]),
        ("/event", [0, 1, 2]),
        ("/async-generator", [0, 1, 2]),
        ("/subinterpreter-clock", True),
        ("/signal", "ValueError"),
    ],
)
def test_asyncio_works_inside_a_handler(served: Host, target: str, value: object) -> None:
    reply = served.get(target)
    assert reply.status == 200, served.log
    kind = reply.header("content-type")
    assert kind is not None
    assert (reply.text if kind.startswith("text/") else reply.json) == value


def test_sleep_takes_as_long_as_it_says(served: Host) -> None:
    word, seconds = served.get("/sleep").json
    assert word == "slept"
    assert 0.049 <= seconds < 0.5


def test_a_timeout_before_the_first_suspension_is_an_error_of_the_handler(served: Host) -> None:
    start = time.monotonic()
    assert served.get("/timeout-first").status == 500
    assert time.monotonic() - start < 2
    served.wait_log("TimeoutError")


def test_sleeping_requests_do_not_wait_for_one_another(served: Host) -> None:
    start = time.monotonic()
    wires = [served.connect() for _ in range(50)]
    for wire in wires:
        wire.request("GET", "/sleep")
    for wire in wires:
        assert wire.reply().status == 200
        wire.close()
    assert time.monotonic() - start < 1.5


@pytest.mark.api("Handlers: each request has a contextvars Context of its own")
@pytest.mark.parametrize("route", ["context", "context-eager"])
def test_every_request_has_a_context_of_its_own(served: Host, route: str) -> None:
    wires = [served.connect() for _ in range(20)]
    for number, wire in enumerate(wires):
        wire.request("GET", f"/{route}/{number}")
    for number, wire in enumerate(wires):
        assert wire.reply().json == ["unset", str(number)]
        wire.request("GET", f"/{route}/again")
        assert wire.reply().json == ["unset", "again"]
        wire.close()


def test_the_task_of_a_request_tells_of_its_end(served: Host) -> None:
    for suspends in ("true", "false"):
        assert served.get(f"/callback/{suspends}").text == "called back"
    assert served.get("/ended").json == [[True, True], [False, True]]


def test_a_background_task_goes_on_after_the_response(served: Host) -> None:
    assert served.get("/background").json == []
    time.sleep(0.3)
    assert "background" in served.get("/background").json


def test_a_handler_talks_to_another_server(served: Host) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            peer, _ = listener.accept()
            with peer:
                assert peer.recv(100) == b"name?\n"
                peer.sendall(b"Lenore\n")

        thread = threading.Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        assert served.get(f"/fetch/{port}").text == "Lenore\n"
        thread.join()
    assert served.get(f"/refused/{port}").text == "ConnectionRefusedError"


def test_an_exception_that_nobody_retrieved_is_logged(served: Host) -> None:
    assert served.get("/unraised").text == "x"
    for _ in range(50):
        served.get("/sleep-zero")
        if "lost in the dark" in served.log:
            break
    served.wait_log("lost in the dark")
