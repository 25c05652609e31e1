"""Apps, their handlers and what those return, as users are promised it, on a real host."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from fixtures import StartHost
from hosting import Host, run_necro, write_app
from wire import Wire

APP = """
    from dataclasses import dataclass

    import necro

    app = necro.App()

    @dataclass
    class Minion:
        name: str
        power: int = 1

    @app.get("/result/{kind}")
    async def result(kind):
        return {"dict": {"a": 1}, "list": [1], "tuple": (1, 2), "number": 1.5, "integer": -7,
                "bool": True, "str": "text \\u2620", "bytes": b"octets", "none": None,
                "dataclass": Minion("Ann", 3), "dataclasses": [Minion("Bo")],
                "response": necro.Response("made", status=418, headers={"x-a": "b"}),
                "html": necro.HTML("<p>"), "json": necro.JSON([1], status=202),
                "redirect": necro.Redirect("/")}[kind]

    @app.post("/none")
    async def none():
        return None

    @app.get("/empty")
    async def empty() -> None:
        pass
"""


@pytest.mark.api("Apps: the first example is served as it stands")
def test_the_first_example(host: StartHost) -> None:
    running = host("""
        # app.py
        import necro

        app = necro.App()

        @app.get("/")
        async def raise_dead():
            return {"data": "the dead rise"}
    """)
    reply = running.get("/")
    assert (reply.status, reply.content) == (200, b'{"data":"the dead rise"}')
    assert reply.header("content-type") == "application/json"


@pytest.mark.api(
    "Apps: a host is one process with a worker thread per core",
    "Apps: --workers takes a number or auto",
)
@pytest.mark.parametrize("workers", ["auto", "3"])
def test_workers_are_threads_of_one_process(host: StartHost, workers: str) -> None:
    running = host(
        """
        import os, threading
        import necro

        app = necro.App()

        @app.get("/")
        async def who():
            return [os.getpid(), threading.get_native_id()]
        """,
        workers=workers,
    )
    count = len(os.sched_getaffinity(0)) if workers == "auto" else int(workers)
    said = "1 worker" if count == 1 else f"{count} workers"
    running.wait_log(rf"with {said}$")
    found: set[int] = set()
    wires: list[Wire] = []
    while len(found) < count:
        # Connections are kept, so that further ones go to other workers.
        wires.append(running.connect())
        wires[-1].request("GET", "/")
        process, thread = wires[-1].reply().json
        assert process == running.process.pid
        found.add(thread)
        assert len(wires) < 1000, found
    assert running.process.pid not in found, "the main thread takes signals"


@pytest.mark.api("Apps: necro routes prints a table")
def test_routes(tmp_path: Path) -> None:
    write_app(
        tmp_path,
        """
        import necro
        app = necro.App()

        @app.get("/graves/{number}", name="grave", summary="Finds a grave.")
        async def one_grave(number: int): ...

        @app.route("/graves", methods=["PUT", "POST"])
        async def dig(): ...
        """,
    )
    done = run_necro("routes", "app", folder=tmp_path)
    assert done.returncode == 0
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["METHODS", "PATH", "HANDLER", "NAME", "SUMMARY"],
        ["GET", "/graves/{number}", "app.one_grave", "grave", "Finds", "a", "grave."],
        ["PUT,POST", "/graves", "app.dig"],
    ]


@pytest.mark.api("Handlers: parameters are resolved once, when everything is declared")
def test_what_is_declared_later_counts(host: StartHost) -> None:
    running = host("""
        import necro

        app, graves = necro.App(), necro.Router()
        app.include(graves, prefix="/v1/{realm}")
        asked = []

        @graves.get("/graves/{number}")
        async def one_grave(realm, number: int, ghost):
            return [realm, number, ghost, len(asked)]

        @graves.provide("ghost")
        async def get_ghost(name):
            return f"ghost of {name}"

        # Asked for a value, an annotation that is text tells how often it is looked at.
        class Counted(str):
            def __hash__(self):
                asked.append(1)
                return super().__hash__()

        @app.provide("name")
        async def get_name():
            return "Ann"
    """)
    first = running.get("/v1/north/graves/7").json
    assert first == ["north", 7, "ghost of Ann", 0]
    assert running.get("/v1/north/graves/7").json == first


@pytest.mark.api(
    "Results: dict, list, tuple, number, bool and dataclasses are JSON",
    "Results: str is plain text in UTF-8",
    "Results: bytes are an octet stream",
    "Results: Response, JSON, HTML and Redirect are themselves",
)
@pytest.mark.parametrize(
    ("kind", "content_type", "content"),
    [
        ("dict", "application/json", b'{"a":1}'),
        ("list", "application/json", b"[1]"),
        ("tuple", "application/json", b"[1,2]"),
        ("number", "application/json", b"1.5"),
        ("integer", "application/json", b"-7"),
        ("bool", "application/json", b"true"),
        ("dataclass", "application/json", b'{"name":"Ann","power":3}'),
        ("dataclasses", "application/json", b'[{"name":"Bo","power":1}]'),
        ("str", "text/plain; charset=utf-8", "text \u2620".encode()),
        ("bytes", "application/octet-stream", b"octets"),
        ("html", "text/html; charset=utf-8", b"<p>"),
        ("json", "application/json", b"[1]"),
        ("response", "text/plain; charset=utf-8", b"made"),
    ],
)
def test_results(served: Host, kind: str, content_type: str, content: bytes) -> None:
    reply = served.get(f"/result/{kind}")
    assert reply.status == {"json": 202, "response": 418}.get(kind, 200)
    assert (reply.header("content-type"), reply.content) == (content_type, content)
    assert reply.header("x-a") == ("b" if kind == "response" else None)


@pytest.mark.api("Results: None is 404 for GET and HEAD, unless annotated; otherwise 204")
def test_none(served: Host) -> None:
    assert served.get("/result/none").status == 404
    assert served.ask("HEAD", "/result/none").status == 404
    assert served.ask("POST", "/none").status == 204
    assert served.get("/empty").status == 204
    assert served.ask("HEAD", "/empty").status == 204


@pytest.mark.api("Results: Response, JSON, HTML and Redirect are themselves")
def test_redirects(served: Host) -> None:
    reply = served.get("/result/redirect")
    assert (reply.status, reply.header("location")) == (307, "/")


@pytest.mark.api("Handlers: asyncio libraries work in a handler")
def test_anyio_in_a_handler(host: StartHost) -> None:
    running = host("""
        import anyio
        import necro

        app = necro.App()

        @app.get("/")
        async def gather():
            send, receive = anyio.create_memory_object_stream(1)
            found = []

            async def produce():
                async with send:
                    for number in range(3):
                        await send.send(await anyio.to_thread.run_sync(lambda: number * 2))

            async with anyio.create_task_group() as group:
                group.start_soon(produce)
                async with receive:
                    async for item in receive:
                        found.append(item)
            with anyio.move_on_after(0.01) as scope:
                await anyio.sleep(60)
            return [found, scope.cancelled_caught]
    """)
    assert running.get("/").json == [[0, 2, 4], True]


@pytest.mark.api("Handlers: a client to which a write fails is gone")
def test_a_client_to_which_a_write_fails(host: StartHost) -> None:
    running = host("""
        import asyncio, sys
        import necro

        app = necro.App()

        @app.get("/quick")
        async def quick():
            await asyncio.sleep(0.3)
            return "quick"

        @app.get("/slow")
        async def slow():
            print("slow begins", file=sys.stderr, flush=True)
            try:
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                print("slow is cancelled", file=sys.stderr, flush=True)
                raise
    """)
    tries = 0
    while "slow is cancelled" not in running.log:
        tries += 1
        assert tries < 20, running.log
        wire = running.connect()
        wire.request("GET", "/quick")
        wire.request("GET", "/slow")
        # Closed in order: a host learns only by its next write that nobody is there. Where it does
        # so at once, the slow one is not even begun.
        wire.close()
        time.sleep(1)
    assert running.log.index("slow begins") < running.log.index("slow is cancelled")
