"""Each worker is an interpreter with a GIL of its own."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hosting import Host, run_necro, wires_by_worker, write_app
from wire import Wire

type StartHost = Callable[..., Host]

BUSY = """
    import threading
    import necro

    app = necro.App()

    @app.get("/who")
    async def who():
        return threading.get_native_id()

    @app.get("/spin/{rounds}")
    async def spin(rounds: int):
        total = 0
        for number in range(rounds):
            total += number * number % 7
        return threading.get_native_id()
"""

WATCHING = """
    import mmap, threading, time
    import necro

    app = necro.App()

    @app.get("/who")
    async def who():
        return threading.get_native_id()

    @app.get("/watch/{mine}")
    async def watch(mine: int, path: str):
        with open(path, "r+b") as file, mmap.mmap(file.fileno(), 16) as shared:
            with memoryview(shared).cast("Q") as counts:
                other = 1 - mine
                last = count = changes = 0
                end = time.monotonic() + 0.5
                while count % 1024 or time.monotonic() < end:
                    count += 1
                    counts[mine] = count
                    seen = counts[other]
                    if seen != last:
                        last = seen
                        changes += 1
                return changes
"""

# In half a second the GIL changes hands a hundred times.
CHANGES_MIN = 10_000


@pytest.mark.api("Apps: each worker is a sub-interpreter with a GIL of its own")
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="two cores are needed")
def test_two_workers_run_on_two_gils_at_once(host: StartHost, tmp_path: Path) -> None:
    """Each worker counts in shared memory and watches the other's count change.

    Under one GIL a thread sees the other's count change only where the GIL changed hands, each
    5 ms; on two GILs with each look. Unlike with wall times, a moment of two free cores is enough.
    """
    running = host(WATCHING, workers=2)
    wires = [wire for (wire,) in wires_by_worker(running, 2)]
    counters = tmp_path / "counters"
    counters.write_bytes(bytes(16))
    changes = [0, 0]

    def watch(mine: int) -> None:
        wires[mine].sock.settimeout(60)
        wires[mine].request("GET", f"/watch/{mine}?path={counters}")
        changes[mine] = wires[mine].reply().json

    # The machine may be busy with other things for a while.
    tries = 0
    while min(changes) < CHANGES_MIN and tries < 60:
        tries += 1
        threads = [threading.Thread(target=watch, args=(mine,)) for mine in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert min(changes) >= CHANGES_MIN, changes


@pytest.mark.api("Apps: each worker is a sub-interpreter with a GIL of its own")
def test_the_modules_of_each_worker_are_its_own(host: StartHost) -> None:
    running = host(
        """
        import itertools, threading
        import necro

        app = necro.App()
        counter = itertools.count(1)

        @app.get("/who")
        async def who():
            return threading.get_native_id()

        @app.get("/count")
        async def count():
            return next(counter)
        """,
        workers=3,
    )
    for (wire,) in wires_by_worker(running, 3):
        for expected in (1, 2, 3):
            wire.request("GET", "/count")
            assert wire.reply().json == expected


def test_necro_serves_in_three_interpreters_under_load(host: StartHost) -> None:
    running = host(
        """
        import asyncio, threading
        import necro
        from necro._native import native

        app = necro.App()

        @app.get("/who")
        async def who():
            return threading.get_native_id()

        @app.post("/work/{id}")
        async def work(id: int, body, request, limit: int = 3):
            assert native.loads(native.dumps({"a": [id]})) == {"a": [id]}
            await asyncio.sleep(0)
            try:
                native.loads("[1, ")
            except native.JSONDecodeError:
                pass
            try:
                body.missing
            except AttributeError:
                pass
            return {"id": id, "name": body.name, "deep": body.list[1].x, "limit": limit,
                    "header": request.headers["x-n"], "native": id_of(native.Body)}

        def id_of(value):
            return id(value) and 1

        @app.get("/thread/{n}")
        def thread(n: int):
            return sum(range(n))
        """,
        workers=3,
    )
    wires = [wire for (wire,) in wires_by_worker(running, 3)]
    failures: list[BaseException] = []

    def load(wire: Wire) -> None:
        try:
            for number in range(1500):
                content = b'{"name": "n%d", "list": [0, {"x": %d}]}' % (number, number)
                wire.request("POST", f"/work/{number}", content, {"X-N": str(number)})
                assert wire.reply().json == {
                    "id": number, "name": f"n{number}", "deep": number, "limit": 3,
                    "header": str(number), "native": 1,
                }  # fmt: skip
                if number % 10 == 0:
                    wire.request("GET", f"/thread/{number}")
                    assert wire.reply().json == sum(range(number))
                    wire.request("GET", "/work/x")
                    assert wire.reply().status == 405
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=load, args=(wire,)) for wire in wires]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_first_import_in_two_handlers_at_once_is_whole(host: StartHost) -> None:
    # Without care, a first import of datetime in two interpreters at once ends the process.
    for _ in range(3):
        running = host(
            """
            import threading
            import necro

            app = necro.App()

            @app.get("/who")
            async def who():
                return threading.get_native_id()

            @app.get("/import")
            async def first_import():
                import ctypes, datetime, decimal, hashlib, json, random, sqlite3, ssl, uuid, zlib
                import zoneinfo, xml.etree.ElementTree, csv, array, lzma, bz2
                return [datetime.date(2026, 1, 2).isoformat(), str(decimal.Decimal("1.5"))]
            """,
            workers=2,
        )
        wires = [wire for (wire,) in wires_by_worker(running, 2)]
        for wire in wires:
            wire.request("GET", "/import")
        for wire in wires:
            assert wire.reply().json == ["2026-01-02", "1.5"]
        running.stop()


REFUSED = """
    import necro
    import {name}

    app = necro.App()

    @app.get("/")
    async def root():
        return 1
"""


def test_an_extension_that_refuses_sub_interpreters_is_named(tmp_path: Path) -> None:
    # _testsinglephase is CPython's own single-phase module, which no sub-interpreter may load;
    # readline is another that every installation has.
    name = next((n for n in ("readline", "_testsinglephase", "_curses") if _can_import(n)), None)
    if name is None:
        pytest.skip("this Python has no extension module that refuses")
    write_app(tmp_path, REFUSED.format(name=name))
    done = run_necro("host", "app", "--bind", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    assert name in done.stderr.splitlines()[-1]
    assert "interpreter" in done.stderr.splitlines()[-1]


def _can_import(name: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(name) is not None


def test_an_import_that_fails_in_a_worker_only_ends_start_up(tmp_path: Path) -> None:
    write_app(
        tmp_path,
        """
        import threading
        import necro

        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("not in this house")

        app = necro.App()
        """,
    )
    done = run_necro("host", "app", "--workers", "2", "--bind", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    assert "not in this house" in done.stderr


def test_workers_share_the_connections(host: StartHost) -> None:
    running = host(BUSY, workers=2)
    seen = Counter(running.get("/who").json for _ in range(200))
    assert len(seen) == 2
    assert min(seen.values()) > 20


def test_threads_processes_and_databases_work_in_a_worker(host: StartHost) -> None:
    running = host(
        """
        import asyncio, logging, logging.handlers, queue, sqlite3, subprocess, sys
        import necro

        app = necro.App()

        @app.get("/process")
        def process():
            return subprocess.run(["echo", "bones"], capture_output=True, text=True).stdout

        @app.get("/async-process")
        async def async_process():
            child = await asyncio.create_subprocess_exec("echo", "skull", stdout=-1)
            out, _ = await child.communicate()
            return [out.decode(), child.returncode]

        @app.get("/sqlite")
        def sqlite():
            with sqlite3.connect(":memory:") as db:
                return db.execute("select 6 * 7").fetchone()

        @app.get("/listener")
        def listener():
            records = queue.Queue()
            listener = logging.handlers.QueueListener(records, logging.StreamHandler())
            listener.start()
            logging.handlers.QueueHandler(records).emit(
                logging.LogRecord("x", 20, "f", 1, "through the queue", None, None))
            listener.stop()
            return "ok"

        @app.get("/argv")
        async def argv():
            return [sys.path[0], len(sys.argv)]
        """,
        workers=2,
    )
    for _ in range(4):
        assert running.get("/process").text == "bones\n"
        assert running.get("/async-process").json == ["skull\n", 0]
        assert running.get("/sqlite").json == [42]
        assert running.get("/listener").text == "ok"
        assert running.get("/argv").status == 200
    running.wait_log("through the queue")


def test_memory_does_not_grow_with_requests(host: StartHost) -> None:
    running = host(
        """
        import necro
        app = necro.App()

        @app.get("/")
        async def root():
            return {"data": "the dead rise"}

        @app.post("/{id}")
        async def body(id: int, body, request):
            return {"id": id, "name": body.name, "agent": request.headers.get("user-agent")}
        """
    )
    one = (
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        b'POST /7 HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\n{"name": "Zed"}'
        b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
    )

    def many(count: int) -> None:
        with running.connect() as wire:
            for _ in range(count):
                wire.send(one * 50)
                for _ in range(50):
                    assert wire.reply().status == 200
                    assert wire.reply().json["id"] == 7
                    assert wire.reply().status == 422

    many(100)
    before = running.rss_octets
    many(400)
    assert running.rss_octets - before < 600_000


def test_a_worker_adds_less_than_15_megabytes(host: StartHost) -> None:
    sizes: list[int] = []
    for workers in (1, 3):
        running = host(BUSY, workers=workers)
        for (wire,) in wires_by_worker(running, workers):
            wire.close()
        sizes.append(running.rss_octets)
        running.stop()
    assert (sizes[1] - sizes[0]) / 2 < 15_000_000
